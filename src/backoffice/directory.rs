use async_trait::async_trait;
use bytes::Bytes;
use http::Method;
use serde::Deserialize;

use super::client::Backoffice;
use crate::Error;
use crate::id::TenantId;
use crate::phone::E164;
use crate::tenant::TenantLookup;

/// A service that knows whose number is whose: `GET …/phone-numbers/lookup/{number}` → `{"tenantId": "…"}`; 404 or no
/// tenant means nobody's.
#[derive(Debug, Clone)]
pub struct Directory(Backoffice);

#[derive(Deserialize)]
struct Found {
    #[serde(rename = "tenantId")]
    tenant: Option<String>,
}

const WHAT: &str = "looking a tenant up";

impl Directory {
    /// A directory at this service.
    #[must_use]
    pub fn new(service: Backoffice) -> Self {
        Self(service)
    }
}

#[async_trait]
impl TenantLookup for Directory {
    async fn tenant_of(&self, number: &E164) -> Result<Option<TenantId>, Error> {
        let path = format!("/phone-numbers/lookup/%2B{}", number.digits());
        let answer = match self.0.call(WHAT, Method::GET, &path, None, Bytes::new()).await {
            Ok(answer) => answer,
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error),
        };
        let found: Found = serde_json::from_slice(answer.body())
            .map_err(|_| Error::refused(WHAT).with_source("the answer is not {\"tenantId\": …}"))?;
        match found.tenant.filter(|tenant| !tenant.is_empty()) {
            Some(tenant) => TenantId::new(tenant).map(Some).map_err(|source| Error::refused(WHAT).with_source(source)),
            None => Ok(None),
        }
    }
}
