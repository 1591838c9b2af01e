//! OAuth 2.0 for web servers: consent, tokens, and the end of it
//! (<https://developers.google.com/identity/protocols/oauth2/web-server>).
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use std::sync::Arc;
//! # use frontdesk::clock::SystemClock;
//! # use frontdesk::transport::Stub;
//! # let answer = r#"{"access_token":"a","expires_in":3599,"refresh_token":"r","token_type":"Bearer",
//! #     "scope":"https://www.googleapis.com/auth/calendar.events"}"#;
//! # let transport = Arc::new(Stub::new().reply(200, answer));
//! use frontdesk::google::oauth::{OAuth, Scope};
//!
//! let redirect = "https://desk.example.com/oauth/google/callback".parse()?;
//! let oauth = OAuth::new("client-id", "client-secret", redirect, transport, SystemClock::shared());
//! let asked = [Scope::EVENTS, Scope::CALENDAR_LIST];
//! let consent = oauth.authorize(&asked)?;
//! assert!(consent.url.as_str().contains("code_challenge_method=S256"));
//!
//! // Whoever consents comes back with a code; `consent.state` and `consent.verifier` were kept for it.
//! let granted = oauth.exchange(&"code".into(), &consent.verifier).await?;
//! assert_eq!(granted.missing(&asked), [Scope::CALENDAR_LIST], "not everything was granted");
//! # Ok(()) }
//! ```

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use http::{Response, header};
use oauth2::basic::{BasicClient, BasicErrorResponseType, BasicRequestTokenError, BasicTokenResponse};
use oauth2::{
    AsyncHttpClient, AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet,
    EndpointSet, HttpRequest, HttpResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken,
    TokenResponse, TokenUrl,
};
use url::Url;

use super::client::policy;
use super::error::{is_busy, refusal};
use crate::Error;
use crate::clock::Clock;
use crate::secret::Secret;
use crate::token::AccessToken;
use crate::transport::retry::Idempotency;
use crate::transport::{Caller, Transport};

/// How long a token works when Google does not say.
const USUAL: TimeDelta = TimeDelta::minutes(50);

/// What may be done with an account's calendars
/// (<https://developers.google.com/workspace/calendar/api/auth>).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scope(&'static str);

impl Scope {
    /// Reading and writing events.
    pub const EVENTS: Self = Self("https://www.googleapis.com/auth/calendar.events");
    /// Reading when calendars are busy.
    pub const FREE_BUSY: Self = Self("https://www.googleapis.com/auth/calendar.freebusy");
    /// Reading which calendars there are.
    pub const CALENDAR_LIST: Self = Self("https://www.googleapis.com/auth/calendar.calendarlist.readonly");
    /// Reading the account's settings.
    pub const SETTINGS: Self = Self("https://www.googleapis.com/auth/calendar.settings.readonly");
    /// Everything.
    pub const ALL: Self = Self("https://www.googleapis.com/auth/calendar");

    /// What booking needs.
    pub const BOOKING: [Self; 3] = [Self::EVENTS, Self::FREE_BUSY, Self::CALENDAR_LIST];

    /// The scope in Google's words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Where consent is asked for and tokens are given out.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Endpoints {
    /// Where people consent.
    pub authorize: Url,
    /// Where tokens are given out.
    pub token: Url,
    /// Where they are taken back.
    pub revoke: Url,
}

impl Endpoints {
    /// Those of a server that has them where the simulator has.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when the address cannot be a base.
    pub fn under(base: &Url) -> Result<Self, Error> {
        let join = |path| base.join(path).map_err(|source| Error::refused("making an address").with_source(source));
        Ok(Self { authorize: join("/o/oauth2/v2/auth")?, token: join("/token")?, revoke: join("/revoke")? })
    }
}

/// A consent that is to be asked for.
#[derive(Clone)]
#[non_exhaustive]
pub struct Consent {
    /// Where to send whoever is asked. It holds the state.
    pub url: Url,
    /// Comes back with them; works once.
    pub state: Secret,
    /// What the code is exchanged with (<https://datatracker.ietf.org/doc/html/rfc7636>); never leaves the server before.
    pub verifier: Secret,
}

impl fmt::Debug for Consent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consent").field("host", &self.url.host_str()).finish_non_exhaustive()
    }
}

/// What was granted.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Granted {
    /// Works for about an hour.
    pub access: AccessToken,
    /// Works until it is revoked; absent when Google has given one before.
    pub refresh: Option<Secret>,
    /// What it allows; those who consent may leave something out.
    pub scopes: Vec<String>,
}

impl Granted {
    /// What was asked for and not granted.
    #[must_use]
    pub fn missing(&self, asked: &[Scope]) -> Vec<Scope> {
        missing(&self.scopes, asked)
    }
}

/// Pure: what was asked for and is not among what was granted.
pub(super) fn missing(granted: &[String], asked: &[Scope]) -> Vec<Scope> {
    let has = |scope: Scope| granted.iter().any(|granted| *granted == scope.0 || *granted == Scope::ALL.0);
    asked.iter().copied().filter(|scope| !has(*scope)).collect()
}

type Registered = BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// An application that is registered with Google.
#[derive(Clone)]
pub struct OAuth {
    id: String,
    secret: Secret,
    redirect: Url,
    endpoints: Endpoints,
    caller: Caller,
}

impl OAuth {
    /// An application by its client id, secret and the address that people come back to.
    #[must_use]
    pub fn new(
        id: impl Into<String>,
        secret: impl Into<Secret>,
        redirect: Url,
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let mut caller = Caller::new(transport, clock);
        caller.is_busy = is_busy;
        caller.limit = 256 * 1024;
        caller.policy = Arc::new(policy().with_deadline(Duration::from_secs(20)));
        Self { id: id.into(), secret: secret.into(), redirect, endpoints: google(), caller }
    }

    /// Other addresses than Google's: a simulator or a proxy.
    #[must_use]
    pub fn with_endpoints(mut self, endpoints: Endpoints) -> Self {
        self.endpoints = endpoints;
        self
    }

    fn client(&self) -> Registered {
        BasicClient::new(ClientId::new(self.id.clone()))
            .set_client_secret(ClientSecret::new(self.secret.expose().to_owned()))
            .set_auth_type(AuthType::RequestBody)
            .set_auth_uri(AuthUrl::from_url(self.endpoints.authorize.clone()))
            .set_token_uri(TokenUrl::from_url(self.endpoints.token.clone()))
            .set_redirect_uri(RedirectUrl::from_url(self.redirect.clone()))
    }

    /// Where to send somebody who is to consent: to a refresh token (`access_type=offline`), asked even if they have
    /// consented before, because otherwise no refresh token comes.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when the operating system has no random numbers.
    pub fn authorize(&self, scopes: &[Scope]) -> Result<Consent, Error> {
        let client = self.client();
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let mut request = client
            .authorize_url(CsrfToken::new_random)
            .set_pkce_challenge(challenge)
            .add_extra_param("access_type", "offline")
            .add_extra_param("prompt", "consent");
        for scope in scopes {
            request = request.add_scope(oauth2::Scope::new(scope.0.to_owned()));
        }
        let (url, state) = request.url();
        let (state, verifier) = (state.into_secret(), verifier.into_secret());
        Ok(Consent { url, state: state.into(), verifier: verifier.into() })
    }

    /// Exchanges the code that somebody came back with. A code works once.
    ///
    /// # Errors
    /// [`Error::is_permanent`] with the reason `invalid_grant` when it has worked before or is too old.
    pub async fn exchange(&self, code: &Secret, verifier: &Secret) -> Result<Granted, Error> {
        let client = self.client();
        let http = Http { caller: &self.caller, what: "exchanging a code", class: Idempotency::Once };
        let asked_at = self.caller.clock.now();
        let answer = client
            .exchange_code(AuthorizationCode::new(code.expose().to_owned()))
            .set_pkce_verifier(PkceCodeVerifier::new(verifier.expose().to_owned()))
            .request_async(&http)
            .await;
        granted(answer.map_err(|error| failed(http.what, error))?, asked_at, http.what)
    }

    /// A new access token for a refresh token.
    ///
    /// # Errors
    /// [`needs_reauth`](super::needs_reauth) tells when somebody has to consent again.
    pub async fn refresh(&self, token: &Secret) -> Result<Granted, Error> {
        let client = self.client();
        let http = Http { caller: &self.caller, what: "refreshing a token", class: Idempotency::Read };
        let asked_at = self.caller.clock.now();
        let refresh = RefreshToken::new(token.expose().to_owned());
        let answer = client.exchange_refresh_token(&refresh).request_async(&http).await;
        granted(answer.map_err(|error| failed(http.what, error))?, asked_at, http.what)
    }

    /// Takes back what was granted: every token of it ends. One that has ended already has.
    ///
    /// # Errors
    /// [`Error::is_retryable`] or [`Error::is_outcome_unknown`] when it may still work: say it again.
    pub async fn revoke(&self, token: &Secret) -> Result<(), Error> {
        let what = "revoking a token";
        // In the body: what stands in an address ends up in logs.
        let body = url::form_urlencoded::Serializer::new(String::new()).append_pair("token", token.expose()).finish();
        let request = http::Request::post(self.endpoints.revoke.as_str())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Bytes::from(body))
            .map_err(|source| Error::refused(what).with_source(source))?;
        let answer = self.caller.call(what, request, Idempotency::Idempotent).await?;
        if answer.status().is_success() {
            return Ok(());
        }
        let error = refusal(what, &answer, Idempotency::Idempotent, self.caller.retry_after(&answer));
        if error.reason() == Some("invalid_token") { Ok(()) } else { Err(error) }
    }

    /// Where consent is asked for: what a page's form may lead to.
    #[must_use]
    pub fn consent_origin(&self) -> String {
        self.endpoints.authorize.origin().ascii_serialization()
    }

    pub(super) fn clock(&self) -> &Arc<dyn Clock> {
        &self.caller.clock
    }

    pub(super) fn transport(&self) -> &Arc<dyn Transport> {
        &self.caller.transport
    }
}

impl fmt::Debug for OAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuth").field("endpoints", &self.endpoints.token.host_str()).finish_non_exhaustive()
    }
}

/// Something that nobody guesses: 32 random bytes, in 43 characters that may stand in an address.
#[cfg(all(feature = "desk", feature = "vault"))]
pub(crate) fn random() -> Secret {
    CsrfToken::new_random_len(32).into_secret().into()
}

fn google() -> Endpoints {
    #[expect(clippy::expect_used, reason = "a constant that a test reads")]
    let url = |text: &str| Url::parse(text).expect("an address");
    Endpoints {
        authorize: url("https://accounts.google.com/o/oauth2/v2/auth"),
        token: url("https://oauth2.googleapis.com/token"),
        revoke: url("https://oauth2.googleapis.com/revoke"),
    }
}

/// Our transport as the one that `oauth2` sends through.
struct Http<'a> {
    caller: &'a Caller,
    what: &'static str,
    class: Idempotency,
}

impl<'c> AsyncHttpClient<'c> for Http<'_> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Error>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let request = http::Request::from_parts(parts, Bytes::from(body));
            let answer = self.caller.call(self.what, request, self.class).await?;
            read(self.what, self.class, answer).map(|answer| answer.map(|body| body.to_vec()))
        })
    }
}

/// Errors are read here, so that they tell what is known of the effect.
fn read(what: &'static str, class: Idempotency, answer: Response<Bytes>) -> Result<Response<Bytes>, Error> {
    if answer.status().is_success() {
        return Ok(answer);
    }
    Err(refusal(what, &answer, class, None))
}

type Failed = BasicRequestTokenError<Error>;

fn failed(what: &'static str, error: Failed) -> Error {
    match error {
        Failed::Request(error) => error,
        Failed::ServerResponse(answer) => {
            let reason: &BasicErrorResponseType = answer.error();
            Error::refused(what).with_reason(Some(reason.as_ref().to_owned()))
        }
        // What it says may hold the token.
        _ => Error::outcome_unknown(what).with_source("the answer is not what the documentation says"),
    }
}

fn granted(answer: BasicTokenResponse, asked_at: DateTime<Utc>, what: &'static str) -> Result<Granted, Error> {
    let lasts = answer.expires_in().and_then(|lasts| TimeDelta::from_std(lasts).ok()).unwrap_or(USUAL);
    let expires_at = asked_at.checked_add_signed(lasts).ok_or_else(|| Error::refused(what))?;
    let scopes = answer.scopes().map(|scopes| scopes.iter().map(|scope| scope.to_string()).collect());
    Ok(Granted {
        access: AccessToken::new(answer.access_token().secret().as_str(), expires_at),
        refresh: answer.refresh_token().map(|token| Secret::new(token.secret().as_str())),
        scopes: scopes.unwrap_or_default(),
    })
}
