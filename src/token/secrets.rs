use std::fmt;

use async_trait::async_trait;

use crate::Error;
use crate::id::TenantId;
use crate::secret::Secret;

/// A long-lived secret as whoever keeps it hands it out.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct StoredToken {
    /// The secret: a refresh token.
    pub secret: Secret,
    /// What it allows, in the provider's words.
    pub scopes: Vec<String>,
    /// Whether the provider refused it for good.
    pub needs_reauth: bool,
}

impl StoredToken {
    /// A secret that works.
    #[must_use]
    pub fn new(secret: impl Into<Secret>, scopes: Vec<String>) -> Self {
        Self { secret: secret.into(), scopes, needs_reauth: false }
    }
}

/// Keeps tenants' refresh tokens. The vault does, sealed in a store; hosts that have their own safe implement it.
#[async_trait]
pub trait TokenStore: fmt::Debug + Send + Sync + 'static {
    /// The account's secret; `None` when there is none.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when it cannot be read now.
    async fn stored(&self, tenant: &TenantId, provider: &str, account: &str) -> Result<Option<StoredToken>, Error>;

    /// The tenant's accounts at a provider, newest first, each with whether its secret works.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when they cannot be read now.
    async fn accounts(&self, tenant: &TenantId, provider: &str) -> Result<Vec<(String, bool)>, Error>;

    /// Keeps a secret that works, in the place of the account's last one.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when it is not kept; [`Error::is_outcome_unknown`] when it may be.
    async fn keep(&self, tenant: &TenantId, provider: &str, account: &str, token: &StoredToken) -> Result<(), Error>;

    /// The provider has refused this secret for good. One that was kept meanwhile is left alone.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when that is not written down.
    async fn refuse(&self, tenant: &TenantId, provider: &str, account: &str, secret: &Secret) -> Result<(), Error>;

    /// Forgets the account's secret, if there is one.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when it may still be there.
    async fn forget(&self, tenant: &TenantId, provider: &str, account: &str) -> Result<(), Error>;
}
