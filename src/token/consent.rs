use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::record::Sealed;
use crate::id::TenantId;

/// Somebody was sent to a provider to consent and is to come back, once and in time: OAuth's `state`
/// (<https://datatracker.ietf.org/doc/html/rfc6749#section-10.12>).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PendingConsent {
    /// Whose account it will be.
    pub tenant: TenantId,
    /// A digest of the state that went along, so that whoever reads the store cannot use it.
    pub digest: String,
    /// What is needed when they come back: the code verifier, the session, the way back.
    pub sealed: Sealed,
    /// When it is too late.
    pub expires_at: DateTime<Utc>,
}

impl PendingConsent {
    /// A consent that is being asked for.
    #[must_use]
    pub fn new(tenant: TenantId, digest: impl Into<String>, sealed: Sealed, expires_at: DateTime<Utc>) -> Self {
        Self { tenant, digest: digest.into(), sealed, expires_at }
    }
}
