use std::fmt;

use async_trait::async_trait;

use super::order::{NumberOrder, OrderId};
use crate::Error;
use crate::id::TenantId;

/// Reads orders for numbers. What changes them is a [`Unit`](crate::store::Unit).
#[async_trait]
pub trait Numbers: fmt::Debug + Send + Sync + 'static {
    /// One order of the tenant; `None` also when it is somebody else's.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    async fn order(&self, tenant: &TenantId, id: &OrderId) -> Result<Option<NumberOrder>, Error>;

    /// The tenant's orders, latest first.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    async fn orders(&self, tenant: &TenantId) -> Result<Vec<NumberOrder>, Error>;
}
