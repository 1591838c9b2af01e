use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use super::record::Tenant;
use crate::Error;
use crate::address::Address;
use crate::id::TenantId;
use crate::phone::{E164, Region};

/// Finds who a number belongs to, before anything else is known of a call.
#[async_trait]
pub trait TenantLookup: fmt::Debug + Send + Sync + 'static {
    /// The tenant whose business number this is; `None` when nobody's.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the directory cannot be reached.
    async fn tenant_of(&self, number: &E164) -> Result<Option<TenantId>, Error>;

    /// The tenant whose business number somebody dialled or wrote down, in any format: `+1 (555) 123-0000`,
    /// `sip:+15551230000@…`, or as people in `region` write it. `None` also for what is no number.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the directory cannot be reached.
    async fn tenant_of_dialled(&self, dialled: &str, region: Option<Region>) -> Result<Option<TenantId>, Error> {
        let number = Address::from(dialled).dialled();
        let number = number.or_else(|| E164::parse_in(dialled, region?).ok());
        match number {
            Some(number) => self.tenant_of(&number).await,
            None => Ok(None),
        }
    }

    /// A number has changed hands: whoever remembers its tenant forgets it. Does nothing unless something is remembered.
    async fn forget(&self, number: &E164) {
        let _ = number;
    }
}

/// Keeps the tenants' settings.
#[async_trait]
pub trait Tenants: fmt::Debug + Send + Sync + 'static {
    /// A tenant's settings.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    async fn tenant(&self, id: &TenantId) -> Result<Option<Arc<Tenant>>, Error>;
}

/// A lookup for a business that has this desk to itself: every number is its own.
#[derive(Debug, Clone)]
pub struct SoleTenant(pub TenantId);

#[async_trait]
impl TenantLookup for SoleTenant {
    async fn tenant_of(&self, _: &E164) -> Result<Option<TenantId>, Error> {
        Ok(Some(self.0.clone()))
    }
}
