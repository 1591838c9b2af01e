use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::Error;
use crate::secret::Secret;

/// What a request is authorized with, for a while.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AccessToken {
    /// The bearer token (<https://datatracker.ietf.org/doc/html/rfc6750>).
    pub secret: Secret,
    /// Until when it works.
    pub expires_at: DateTime<Utc>,
}

impl AccessToken {
    /// A token that works until then.
    #[must_use]
    pub fn new(secret: impl Into<Secret>, expires_at: DateTime<Utc>) -> Self {
        Self { secret: secret.into(), expires_at }
    }
}

/// Where access tokens come from.
#[async_trait]
pub trait AccessTokens: fmt::Debug + Send + Sync + 'static {
    /// A token that works for a while yet.
    ///
    /// # Errors
    /// [`Error::is_unauthorized`] when somebody has to consent again; [`Error::is_retryable`] when none can be had now.
    async fn access_token(&self) -> Result<AccessToken, Error>;

    /// The other side has refused this token, though its time was not over: the next one is to be another.
    async fn refused(&self, token: &AccessToken) {
        let _ = token;
    }
}

/// One that does not change: for tests, and for hosts that see to it themselves.
#[async_trait]
impl AccessTokens for AccessToken {
    async fn access_token(&self) -> Result<Self, Error> {
        Ok(self.clone())
    }
}
