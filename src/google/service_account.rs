//! Service accounts: an application's own account, which may act for the people of an organization
//! (<https://developers.google.com/identity/protocols/oauth2/service-account>).

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::TimeDelta;
use http::header;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::{Deserialize, Serialize};
use url::Url;

use super::client::policy;
use super::error::{is_busy, refusal};
use super::fresh::Fresh;
use super::oauth::Scope;
use crate::Error;
use crate::clock::Clock;
use crate::secret::{Private, Secret};
use crate::token::{AccessToken, AccessTokens};
use crate::transport::retry::Idempotency;
use crate::transport::{Caller, Transport, unreadable};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// The longest that Google allows.
const LASTS: TimeDelta = TimeDelta::hours(1);
/// Our clock may be ahead of Google's.
const SKEW: TimeDelta = TimeDelta::seconds(60);

/// A key file that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidKeyFile {
    /// Not JSON with `client_email`, `private_key` and `token_uri`.
    #[error("not the key file of a service account")]
    Form,
    /// The key is not an RSA key in PEM.
    #[error("the private key is not an RSA key in PEM")]
    Key,
}

/// A service account (<https://datatracker.ietf.org/doc/html/rfc7523>).
pub struct ServiceAccount {
    email: Private,
    key: EncodingKey,
    key_id: Option<String>,
    subject: Option<Private>,
    scopes: String,
    token: Url,
    caller: Caller,
    fresh: Fresh,
}

#[derive(Deserialize)]
struct KeyFile {
    client_email: Private,
    private_key: Private,
    #[serde(default)]
    private_key_id: Option<String>,
    token_uri: Url,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<&'a str>,
    scope: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
}

#[derive(Deserialize)]
struct Answer {
    access_token: Private,
    #[serde(default)]
    expires_in: Option<i64>,
}

impl ServiceAccount {
    /// The account of a key file, as Google gives it out.
    ///
    /// # Errors
    /// [`InvalidKeyFile`].
    pub fn new(
        key_file: &Secret,
        scopes: &[Scope],
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, InvalidKeyFile> {
        let file: KeyFile = serde_json::from_str(key_file.expose()).map_err(|_| InvalidKeyFile::Form)?;
        let key = EncodingKey::from_rsa_pem(file.private_key.as_bytes()).map_err(|_| InvalidKeyFile::Key)?;
        let mut caller = Caller::new(transport, clock.clone());
        caller.is_busy = is_busy;
        caller.limit = 256 * 1024;
        caller.policy = Arc::new(policy().with_deadline(Duration::from_secs(20)));
        Ok(Self {
            email: file.client_email,
            key,
            key_id: file.private_key_id,
            subject: None,
            scopes: scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" "),
            token: file.token_uri,
            caller,
            fresh: Fresh::new(clock),
        })
    }

    /// Acts for somebody of an organization that has given it that right: domain-wide delegation.
    #[must_use]
    pub fn for_user(mut self, address: impl Into<Private>) -> Self {
        self.subject = Some(address.into());
        self
    }

    /// Pure: what shows who asks.
    fn assertion(&self) -> Result<String, Error> {
        let now = self.caller.clock.now();
        let issued = now - SKEW;
        let claims = Claims {
            iss: &self.email,
            sub: self.subject.as_deref(),
            scope: &self.scopes,
            aud: self.token.as_str(),
            iat: issued.timestamp(),
            exp: (issued + LASTS).timestamp(),
        };
        let mut header = Header::new(Algorithm::RS256);
        header.kid.clone_from(&self.key_id);
        jsonwebtoken::encode(&header, &claims, &self.key).map_err(|_| Error::refused("signing an assertion"))
    }

    async fn ask(&self) -> Result<AccessToken, Error> {
        let what = "asking for a service account's token";
        let asked_at = self.caller.clock.now();
        let body = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", GRANT)
            .append_pair("assertion", &self.assertion()?)
            .finish();
        let request = http::Request::post(self.token.as_str())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "application/json")
            .body(Bytes::from(body))
            .map_err(|source| Error::refused(what).with_source(source))?;
        // Asked for twice, there are two, and nothing else has changed.
        let class = Idempotency::Read;
        let answer = self.caller.call(what, request, class).await?;
        if !answer.status().is_success() {
            return Err(refusal(what, &answer, class, self.caller.retry_after(&answer)));
        }
        let token: Answer =
            serde_json::from_slice(answer.body()).map_err(|source| unreadable(what, Idempotency::Read, source))?;
        let lasts = token.expires_in.and_then(TimeDelta::try_seconds).unwrap_or(LASTS);
        let expires_at = asked_at.checked_add_signed(lasts).ok_or_else(|| Error::refused(what))?;
        Ok(AccessToken::new(token.access_token.into_string(), expires_at))
    }
}

impl fmt::Debug for ServiceAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceAccount").field("scopes", &self.scopes).finish_non_exhaustive()
    }
}

#[async_trait]
impl AccessTokens for ServiceAccount {
    async fn access_token(&self) -> Result<AccessToken, Error> {
        self.fresh.get(|| self.ask()).await
    }

    async fn refused(&self, token: &AccessToken) {
        self.fresh.forget(token).await;
    }
}
