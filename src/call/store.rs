use std::fmt;

use async_trait::async_trait;

use super::record::CallRecord;
use crate::Error;
use crate::id::{CallSid, TenantId};

/// Reads call records. What changes them is a [`Unit`](crate::store::Unit).
#[async_trait]
pub trait Calls: fmt::Debug + Send + Sync + 'static {
    /// One call of the tenant; `None` also when it is somebody else's.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    async fn call(&self, tenant: &TenantId, sid: &CallSid) -> Result<Option<CallRecord>, Error>;

    /// The tenant's calls, latest first.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    async fn calls(&self, tenant: &TenantId, query: &CallQuery) -> Result<Vec<CallRecord>, Error>;
}

/// Which calls to read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallQuery {
    /// How many at most; 50 by default.
    pub limit: usize,
    /// Only calls that come after this one in the listing.
    pub after: Option<CallSid>,
}

impl Default for CallQuery {
    fn default() -> Self {
        Self { limit: 50, after: None }
    }
}
