use std::fmt;

use async_trait::async_trait;

use super::record::Token;
use crate::Error;
use crate::id::TenantId;

/// Reads sealed tokens. What changes them is a [`Unit`](crate::store::Unit).
#[async_trait]
pub trait Tokens: fmt::Debug + Send + Sync + 'static {
    /// The token of one account of the tenant's.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    async fn token(&self, tenant: &TenantId, provider: &str, account: &str) -> Result<Option<Token>, Error>;

    /// All tokens of the tenant's, by provider and account.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    async fn tokens(&self, tenant: &TenantId) -> Result<Vec<Token>, Error>;
}
