use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use serde::de::DeserializeOwned;
use url::Url;

use super::messages::Messages;
use super::{Request, error};
use crate::clock::{Clock, SystemClock};
use crate::error::Fate;
use crate::id::{AccountSid, ApiKeySid};
use crate::transport::retry::{Budget, Observer, RetryPolicy};
use crate::transport::{Caller, Transport};
use crate::{Error, Secret};

/// Twilio's REST API (<https://www.twilio.com/docs/usage/api>) for one account. Cheap to clone.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    account: AccountSid,
    api_key: Option<(ApiKeySid, HeaderValue)>,
    auth_token: Option<HeaderValue>,
    /// The API key was refused and the auth token accepted instead.
    fell_back: AtomicBool,
    base: Url,
    caller: Caller,
}

/// Which credential a client uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Credential {
    /// The API key.
    ApiKey,
    /// The account's auth token.
    AuthToken,
}

/// Settings of a [`Client`].
#[derive(Clone)]
#[must_use]
pub struct ClientBuilder {
    account: AccountSid,
    api_key: Option<(ApiKeySid, Secret)>,
    auth_token: Option<Secret>,
    region: Option<String>,
    edge: Option<String>,
    base: Option<String>,
    transport: Option<Arc<dyn Transport>>,
    clock: Option<Arc<dyn Clock>>,
    policy: Option<Arc<dyn RetryPolicy>>,
    budget: Option<Budget>,
    observer: Option<Arc<dyn Observer>>,
}

/// A client that cannot work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidClient {
    /// Environment variables that are missing or malformed; values are not repeated.
    #[error("cannot connect to Twilio: {}", .0.join("; "))]
    Environment(Vec<String>),
    /// Neither an API key nor an auth token.
    #[error("no credentials: an API key with its secret, or the account's auth token, is needed")]
    NoCredentials,
    /// The base URL, region or edge makes no URL.
    #[error("the base URL is not an http(s) URL with a host")]
    BaseUrl,
    /// No transport was given and the crate was built without one.
    #[error("no transport: enable the feature `reqwest` or give one to the builder")]
    NoTransport,
    /// The HTTP client could not be set up.
    #[error("the HTTP client could not be set up")]
    Transport,
}

impl Client {
    /// Starts with the account.
    pub fn builder(account: AccountSid) -> ClientBuilder {
        ClientBuilder {
            account,
            api_key: None,
            auth_token: None,
            region: None,
            edge: None,
            base: None,
            transport: None,
            clock: None,
            policy: None,
            budget: None,
            observer: None,
        }
    }

    /// A client from `TWILIO_ACCOUNT_SID`, `TWILIO_API_KEY` with `TWILIO_API_SECRET`, `TWILIO_AUTH_TOKEN`,
    /// `TWILIO_REGION`, `TWILIO_EDGE` and `TWILIO_BASE_URL`. The API key comes first, the auth token is the fallback.
    ///
    /// # Errors
    /// [`InvalidClient::Environment`] names every variable that is missing or malformed.
    pub fn from_env() -> Result<Self, InvalidClient> {
        ClientBuilder::from_lookup(|name| std::env::var(name).ok())?.build()
    }

    /// The account whose resources the client handles.
    #[must_use]
    pub fn account_sid(&self) -> AccountSid {
        self.0.account
    }

    /// Where requests go.
    #[must_use]
    pub fn base_url(&self) -> &Url {
        &self.0.base
    }

    /// The credential in use: the auth token also once the API key was refused and the token accepted.
    #[must_use]
    pub fn credential(&self) -> Credential {
        match (&self.0.api_key, self.0.fell_back.load(Ordering::Relaxed)) {
            (Some(_), false) => Credential::ApiKey,
            _ => Credential::AuthToken,
        }
    }

    /// Texts, media messages and their files.
    #[must_use]
    pub fn messages(&self) -> Messages<'_> {
        Messages::new(self)
    }

    /// Sends any request and reads the answer's JSON: for resources that have no method of their own.
    ///
    /// # Errors
    /// [`Error`] tells refused, unavailable and unknown apart and carries Twilio's code.
    pub async fn request<T: DeserializeOwned>(&self, request: Request) -> Result<T, Error> {
        let (what, class) = (request.what, request.class);
        let answer = self.send(request).await?;
        serde_json::from_slice(answer.body()).map_err(|source| error::unreadable(what, class, source))
    }

    /// Sends any request whose answer has no body that matters.
    ///
    /// # Errors
    /// As [`request`](Self::request).
    pub async fn execute(&self, request: Request) -> Result<(), Error> {
        self.send(request).await.map(|_| ())
    }

    async fn send(&self, request: Request) -> Result<Response<Bytes>, Error> {
        let inner = &self.0;
        // What this request is sent with; another one may fall back meanwhile.
        let (first, by_key) = match (&inner.api_key, inner.fell_back.load(Ordering::Relaxed)) {
            (Some((_, header)), false) => (header, true),
            _ => (inner.auth_token.as_ref().ok_or_else(|| Error::new(Fate::Refused, request.what))?, false),
        };
        let mut answer = self.call(&request, first).await?;
        let refused =
            |answer: &Response<Bytes>| matches!(answer.status(), StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
        if by_key
            && refused(&answer)
            && let Some(token) = &inner.auth_token
        {
            let second = self.call(&request, token).await?;
            if !refused(&second) {
                // Only what was understood shows that the token is good; an overloaded server has not looked at it.
                let understood = !second.status().is_server_error() && second.status() != StatusCode::TOO_MANY_REQUESTS;
                if understood && !inner.fell_back.swap(true, Ordering::Relaxed) {
                    tracing::warn!(what = request.what, "the API key was refused; going on with the auth token");
                }
                answer = second;
            }
        }
        if answer.status().is_success() {
            return Ok(answer);
        }
        let retry_after = inner.caller.retry_after(&answer);
        let error = error::refusal(request.what, &answer, request.class, retry_after);
        // An attempt whose answer was lost has deleted it.
        if request.method == http::Method::DELETE && error.is_not_found() && error.attempts() > 1 {
            return Ok(answer);
        }
        Err(error)
    }

    async fn call(&self, request: &Request, authorization: &HeaderValue) -> Result<Response<Bytes>, Error> {
        let http = self.0.to_http(request, authorization)?;
        self.0.caller.call(request.what, http, request.class).await
    }
}

impl Inner {
    /// Pure: the request as it goes over the wire.
    fn to_http(&self, request: &Request, authorization: &HeaderValue) -> Result<http::Request<Bytes>, Error> {
        let path = request.path.replace("{AccountSid}", self.account.as_str());
        let mut uri = format!("{}{path}", self.base.as_str().trim_end_matches('/'));
        for (index, (name, value)) in request.query.iter().enumerate() {
            uri.push(if index == 0 { '?' } else { '&' });
            uri.extend(url::form_urlencoded::byte_serialize(name.as_bytes()));
            uri.push('=');
            uri.extend(url::form_urlencoded::byte_serialize(value.as_bytes()));
        }
        let mut builder = http::Request::builder()
            .method(request.method.clone())
            .uri(uri)
            .header(header::AUTHORIZATION, authorization)
            .header(header::ACCEPT, "application/json");
        let body = if request.form.is_empty() {
            Bytes::new()
        } else {
            builder = builder.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            let form = serde_urlencoded::to_string(&request.form)
                .map_err(|source| Error::refused(request.what).with_source(source))?;
            Bytes::from(form)
        };
        builder.body(body).map_err(|source| Error::refused(request.what).with_source(source))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("account", &self.0.account)
            .field("api_key", &self.0.api_key.as_ref().map(|(sid, _)| sid))
            .field("auth_token", &self.0.auth_token.as_ref().map(|_| "***"))
            .field("host", &self.0.base.host_str())
            .finish_non_exhaustive()
    }
}

impl ClientBuilder {
    /// Reads the variables of [`Client::from_env`] from anywhere.
    ///
    /// # Errors
    /// [`InvalidClient::Environment`] names every variable that is missing or malformed.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, InvalidClient> {
        let read = |names: &[&str]| names.iter().find_map(|name| lookup(name).filter(|value| !value.trim().is_empty()));
        let mut wrong = Vec::new();
        let account = match read(&["TWILIO_ACCOUNT_SID"]).map(|text| text.trim().parse::<AccountSid>()) {
            Some(Ok(sid)) => Some(sid),
            Some(Err(error)) => {
                wrong.push(format!("TWILIO_ACCOUNT_SID: {error}"));
                None
            }
            None => {
                wrong.push("TWILIO_ACCOUNT_SID: missing".to_owned());
                None
            }
        };
        let key = read(&["TWILIO_API_KEY", "TWILIO_API_KEY_SID"]);
        let secret = read(&["TWILIO_API_SECRET", "TWILIO_API_KEY_SECRET"]);
        let api_key = match (key, secret) {
            (Some(key), Some(secret)) => match key.trim().parse::<ApiKeySid>() {
                Ok(sid) => Some((sid, Secret::new(secret.trim()))),
                Err(error) => {
                    wrong.push(format!("TWILIO_API_KEY: {error}"));
                    None
                }
            },
            (Some(_), None) => {
                wrong.push("TWILIO_API_SECRET: missing, though TWILIO_API_KEY is set".to_owned());
                None
            }
            (None, Some(_)) => {
                wrong.push("TWILIO_API_KEY: missing, though TWILIO_API_SECRET is set".to_owned());
                None
            }
            (None, None) => None,
        };
        let auth_token = read(&["TWILIO_AUTH_TOKEN"]).map(|token| Secret::new(token.trim()));
        if api_key.is_none() && auth_token.is_none() && wrong.iter().all(|text| !text.starts_with("TWILIO_API")) {
            wrong.push("TWILIO_AUTH_TOKEN or TWILIO_API_KEY with TWILIO_API_SECRET: missing".to_owned());
        }
        let (Some(account), true) = (account, wrong.is_empty()) else { return Err(InvalidClient::Environment(wrong)) };
        let mut builder = Client::builder(account);
        builder.api_key = api_key;
        builder.auth_token = auth_token;
        builder.region = read(&["TWILIO_REGION"]);
        builder.edge = read(&["TWILIO_EDGE"]);
        builder.base = read(&["TWILIO_BASE_URL"]);
        Ok(builder)
    }

    /// Uses an API key (<https://www.twilio.com/docs/iam/api-keys>), before the auth token if both are given.
    pub fn with_api_key(mut self, sid: ApiKeySid, secret: impl Into<Secret>) -> Self {
        self.api_key = Some((sid, secret.into()));
        self
    }

    /// Uses the account's auth token, or keeps it as fallback for an API key that is refused.
    pub fn with_auth_token(mut self, token: impl Into<Secret>) -> Self {
        self.auth_token = Some(token.into());
        self
    }

    /// The region in which the account's data are, such as `ie1` (<https://www.twilio.com/docs/global-infrastructure>).
    pub fn with_region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// The edge at which requests enter Twilio's network, such as `dublin`.
    pub fn with_edge(mut self, edge: impl Into<String>) -> Self {
        self.edge = Some(edge.into());
        self
    }

    /// Where to send requests instead of Twilio, such as a simulator. Takes the place of region and edge.
    pub fn with_base_url(mut self, url: impl Into<String>) -> Self {
        self.base = Some(url.into());
        self
    }

    /// The transport; reqwest by default, if the feature is on.
    pub fn with_transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// The clock for deadlines and back-off.
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// When to try again; [`Backoff`](crate::transport::retry::Backoff) by default.
    pub fn with_retry(mut self, policy: Arc<dyn RetryPolicy>) -> Self {
        self.policy = Some(policy);
        self
    }

    /// A retry budget shared with other clients of the account.
    pub fn with_budget(mut self, budget: Budget) -> Self {
        self.budget = Some(budget);
        self
    }

    /// Who is told of every attempt.
    pub fn with_observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Builds the client.
    ///
    /// # Errors
    /// [`InvalidClient`] when credentials or a transport are missing, or the URL is malformed.
    pub fn build(self) -> Result<Client, InvalidClient> {
        let auth_token = self.auth_token.filter(|token| !token.is_empty());
        let api_key = self.api_key.filter(|(_, secret)| !secret.is_empty());
        if api_key.is_none() && auth_token.is_none() {
            return Err(InvalidClient::NoCredentials);
        }
        let base = match self.base {
            Some(base) => base,
            None => host(self.region.as_deref(), self.edge.as_deref()),
        };
        let base = Url::parse(base.trim())
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            .ok_or(InvalidClient::BaseUrl)?;
        let transport = match self.transport {
            Some(transport) => transport,
            None => default_transport()?,
        };
        let mut caller = Caller::new(transport, self.clock.unwrap_or_else(SystemClock::shared));
        if let Some(policy) = self.policy {
            caller.policy = policy;
        }
        if let Some(budget) = self.budget {
            caller.budget = budget;
        }
        caller.observer = self.observer;
        Ok(Client(Arc::new(Inner {
            account: self.account,
            api_key: api_key.map(|(sid, secret)| (sid, basic(sid.as_str(), &secret))),
            auth_token: auth_token.map(|token| basic(self.account.as_str(), &token)),
            fell_back: AtomicBool::new(false),
            base,
            caller,
        })))
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("account", &self.account)
            .field("api_key", &self.api_key)
            .field("auth_token", &self.auth_token)
            .field("region", &self.region)
            .field("edge", &self.edge)
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "reqwest")]
fn default_transport() -> Result<Arc<dyn Transport>, InvalidClient> {
    let transport = crate::transport::Reqwest::new().map_err(|_| InvalidClient::Transport)?;
    Ok(Arc::new(transport))
}

#[cfg(not(feature = "reqwest"))]
fn default_transport() -> Result<Arc<dyn Transport>, InvalidClient> {
    Err(InvalidClient::NoTransport)
}

/// `https://api.{edge}.{region}.twilio.com`; an edge alone implies the region `us1`.
fn host(region: Option<&str>, edge: Option<&str>) -> String {
    match (edge, region) {
        (Some(edge), region) => format!("https://api.{}.{}.twilio.com", edge.trim(), region.unwrap_or("us1").trim()),
        (None, Some(region)) => format!("https://api.{}.twilio.com", region.trim()),
        (None, None) => "https://api.twilio.com".to_owned(),
    }
}

fn basic(user: &str, password: &Secret) -> HeaderValue {
    let credentials = STANDARD.encode(format!("{user}:{}", password.expose()));
    // Base64 is always a valid header value.
    let mut value =
        HeaderValue::from_str(&format!("Basic {credentials}")).unwrap_or_else(|_| HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::{Reply, Stub};

    const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
    const KEY: &str = "SK0123456789abcdef0123456789abcdef";

    fn client(stub: &Stub) -> Client {
        let clock = crate::clock::ManualClock::at(chrono::DateTime::UNIX_EPOCH).auto_advancing();
        Client::builder(ACCOUNT.parse().unwrap())
            .with_api_key(KEY.parse().unwrap(), "key-secret")
            .with_auth_token("the-token")
            .with_transport(Arc::new(stub.clone()))
            .with_clock(Arc::new(clock))
            .build()
            .unwrap()
    }

    fn user(request: &http::Request<Bytes>) -> String {
        let value = request.headers()["authorization"].to_str().unwrap().strip_prefix("Basic ").unwrap().to_owned();
        String::from_utf8(STANDARD.decode(value).unwrap()).unwrap().split(':').next().unwrap().to_owned()
    }

    #[tokio::test]
    async fn falls_back_to_the_auth_token_and_remembers() {
        let stub =
            Stub::new().reply(401, r#"{"code":20003,"message":"Authenticate"}"#).reply(200, "{}").reply(200, "{}");
        let client = client(&stub);
        assert_eq!(client.credential(), Credential::ApiKey);
        let get = || Request::get("test", "/2010-04-01/Accounts/{AccountSid}.json");
        client.execute(get()).await.unwrap();
        assert_eq!(client.credential(), Credential::AuthToken);
        client.execute(get()).await.unwrap();
        assert_eq!(stub.log().iter().map(user).collect::<Vec<_>>(), [KEY, ACCOUNT, ACCOUNT]);
        assert_eq!(stub.log()[0].uri().path(), format!("/2010-04-01/Accounts/{ACCOUNT}.json"));
    }

    #[tokio::test]
    async fn a_refusal_of_both_is_the_first_refusal_and_not_remembered() {
        let stub = Stub::new().reply(403, r#"{"code":20403,"message":"no"}"#).reply(401, r#"{"code":20003}"#);
        let client = client(&stub);
        let error = client.execute(Request::get("test", "/x")).await.unwrap_err();
        assert!(error.is_unauthorized() && error.is_permanent());
        assert_eq!(error.code(), Some(20403));
        assert_eq!(client.credential(), Credential::ApiKey);
    }

    #[tokio::test]
    async fn errors_carry_what_twilio_says() {
        let body = r#"{"code":21211,"message":"Invalid 'To' Phone Number: +15551230000","more_info":"https://www.twilio.com/docs/errors/21211","status":400}"#;
        let stub = Stub::new().then(Reply::new(400, body).header("Twilio-Request-Id", "RQ1"));
        let error = client(&stub).execute(Request::create("creating a message", "/x")).await.unwrap_err();
        assert_eq!((error.code(), error.request_id()), (Some(21211), Some("RQ1")));
        assert_eq!(error.more_info(), Some("https://www.twilio.com/docs/errors/21211"));
        assert_eq!(
            error.to_string(),
            "creating a message: refused, status 400, code 21211: Invalid 'To' Phone Number: +•••000"
        );
    }

    #[tokio::test]
    async fn a_success_that_cannot_be_read_is_unknown_for_a_write() {
        for (request, unknown) in [(Request::create("x", "/x"), true), (Request::get("x", "/x"), false)] {
            let stub = Stub::new().reply(200, "<html>");
            let error = client(&stub).request::<serde_json::Value>(request).await.unwrap_err();
            assert_eq!(error.is_outcome_unknown(), unknown);
        }
    }

    #[test]
    fn region_and_edge_make_the_host() {
        assert_eq!(host(None, None), "https://api.twilio.com");
        assert_eq!(host(Some("ie1"), None), "https://api.ie1.twilio.com");
        assert_eq!(host(None, Some("dublin")), "https://api.dublin.us1.twilio.com");
        assert_eq!(host(Some("ie1"), Some("dublin")), "https://api.dublin.ie1.twilio.com");
    }

    #[test]
    fn the_environment_is_named_where_it_is_wrong() {
        let read = |pairs: &[(&str, &str)]| {
            let pairs: Vec<_> = pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
            ClientBuilder::from_lookup(|name| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()))
                .map(|_| ())
                .map_err(|error| error.to_string())
        };
        assert_eq!(
            read(&[]),
            Err("cannot connect to Twilio: TWILIO_ACCOUNT_SID: missing; TWILIO_AUTH_TOKEN or TWILIO_API_KEY with TWILIO_API_SECRET: missing".into())
        );
        let text = read(&[("TWILIO_ACCOUNT_SID", "canary"), ("TWILIO_API_KEY", "canary")]).unwrap_err();
        assert!(!text.contains("canary") && text.contains("TWILIO_API_SECRET"), "{text}");
        assert_eq!(read(&[("TWILIO_ACCOUNT_SID", ACCOUNT), ("TWILIO_AUTH_TOKEN", "t")]), Ok(()));
    }

    #[test]
    fn debug_hides_credentials() {
        let builder = Client::builder(ACCOUNT.parse().unwrap())
            .with_api_key(KEY.parse().unwrap(), "canary")
            .with_auth_token("canary")
            .with_transport(Arc::new(Stub::new()));
        assert!(!format!("{builder:?}").contains("canary"));
        let client = builder.build().unwrap();
        let header = client.0.auth_token.clone().unwrap();
        let encoded = header.to_str().unwrap().strip_prefix("Basic ").unwrap().to_owned();
        for text in [format!("{client:?}"), format!("{header:?}")] {
            assert!(!text.contains("canary") && !text.contains(&encoded));
        }
    }
}
