use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::address::Address;
use crate::id::TenantId;
use crate::secret::Private;

/// Somebody whose calls a tenant does not take and whose texts are not answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Block {
    /// Whose block it is.
    pub tenant: TenantId,
    /// Who is blocked.
    pub address: Address,
    /// Why, in words for people.
    pub reason: Private,
    /// Since when.
    pub at: DateTime<Utc>,
}

impl Block {
    /// Blocks somebody.
    #[must_use]
    pub fn new(tenant: TenantId, address: impl Into<Address>, reason: impl Into<Private>, at: DateTime<Utc>) -> Self {
        Self { tenant, address: address.into(), reason: reason.into(), at }
    }
}

/// Reads who is blocked. What changes it is a [`Unit`](crate::store::Unit).
#[async_trait]
pub trait Blocks: fmt::Debug + Send + Sync + 'static {
    /// Whether and why somebody is blocked.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    async fn block(&self, tenant: &TenantId, address: &Address) -> Result<Option<Block>, Error>;

    /// Who is blocked, latest first, up to `limit`.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    async fn blocks(&self, tenant: &TenantId, limit: usize) -> Result<Vec<Block>, Error>;
}
