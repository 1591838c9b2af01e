use std::fmt;

use async_trait::async_trait;
use http::request::Parts;

use crate::id::TenantId;
use crate::secret::Private;

/// What somebody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Role {
    /// Reads and writes what is the tenant's.
    Member,
    /// And what concerns the account: numbers, any tenant.
    Admin,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Principal {
    /// What they may do.
    pub role: Role,
    /// Whose records they see; an admin without one names a tenant in each request.
    pub tenant: Option<TenantId>,
    /// Who it is, in the authenticator's words.
    pub subject: Private,
}

impl Principal {
    /// Somebody.
    #[must_use]
    pub fn new(role: Role, tenant: Option<TenantId>, subject: impl Into<Private>) -> Self {
        Self { role, tenant, subject: subject.into() }
    }
}

/// Why somebody is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Denied {
    /// There are no credentials.
    #[error("there are no credentials")]
    Missing,
    /// They are wrong; this is what of them, for logs, and no value of theirs.
    #[error("the credentials are wrong: {0}")]
    Invalid(&'static str),
    /// Nobody can say just now.
    #[error("the credentials cannot be checked just now")]
    Unavailable,
}

/// Knows who asks.
#[async_trait]
pub trait Authenticator: fmt::Debug + Send + Sync + 'static {
    /// Who has sent this request.
    ///
    /// # Errors
    /// [`Denied`] says why it is not to be served.
    async fn authenticate(&self, request: &Parts) -> Result<Principal, Denied>;
}
