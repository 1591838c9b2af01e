use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use serde::de::DeserializeOwned;
use url::Url;

use super::accounts::Accounts;
use super::applications::Applications;
use super::available_phone_numbers::AvailablePhoneNumbers;
use super::builder::{ClientBuilder, InvalidClient};
use super::calls::Calls;
use super::conferences::Conferences;
use super::credentials::{Credential, Credentials, Held};
use super::incoming_phone_numbers::IncomingPhoneNumbers;
use super::intelligence::Intelligence;
use super::lookups::Lookups;
use super::messages::Messages;
use super::messaging_services::MessagingServices;
use super::origin::Origins;
use super::outgoing_caller_ids::OutgoingCallerIds;
use super::recordings::Recordings;
use super::transcriptions::Transcriptions;
use super::{Request, error, oauth};
use crate::Error;
use crate::clock::Clock;
use crate::id::AccountSid;
use crate::transport::retry::Idempotency;
use crate::transport::{Body, Caller, Deadline};

/// Twilio's REST API (<https://www.twilio.com/docs/usage/api>) for one account. Cheap to clone.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    account: AccountSid,
    credentials: Credentials,
    origins: Origins,
    caller: Caller,
}

impl Client {
    /// Starts with the account.
    pub fn builder(account: AccountSid) -> ClientBuilder {
        ClientBuilder::new(account)
    }

    /// A client from `TWILIO_ACCOUNT_SID`, `TWILIO_API_KEY` with `TWILIO_API_SECRET`, `TWILIO_AUTH_TOKEN`,
    /// `TWILIO_CLIENT_ID` with `TWILIO_CLIENT_SECRET` (OAuth), `TWILIO_REGION`, `TWILIO_EDGE` and `TWILIO_BASE_URL`.
    /// OAuth comes first, then the API key; the auth token is the fallback.
    ///
    /// # Errors
    /// [`InvalidClient::Environment`] names every variable that is missing or malformed.
    pub fn from_env() -> Result<Self, InvalidClient> {
        ClientBuilder::from_lookup(|name| std::env::var(name).ok())?.build()
    }

    pub(super) fn assemble(account: AccountSid, credentials: Credentials, origins: Origins, caller: Caller) -> Self {
        Self(Arc::new(Inner { account, credentials, origins, caller }))
    }

    /// The account whose resources the client handles.
    #[must_use]
    pub fn account_sid(&self) -> AccountSid {
        self.0.account
    }

    /// Where requests to [`Product::Api`](super::Product::Api) go.
    #[must_use]
    pub fn base_url(&self) -> &Url {
        self.0.origins.api()
    }

    /// The credential in use: the next one also once the first was refused and it was accepted.
    #[must_use]
    pub fn credential(&self) -> Credential {
        self.0.credentials.current().map_or(Credential::AuthToken, Held::kind)
    }

    /// The account itself: whether it is a trial account, suspended or closed.
    #[must_use]
    pub fn accounts(&self) -> Accounts<'_> {
        Accounts::new(self)
    }

    /// TwiML applications.
    #[must_use]
    pub fn applications(&self) -> Applications<'_> {
        Applications::new(self)
    }

    /// Numbers for sale.
    #[must_use]
    pub fn available_phone_numbers(&self) -> AvailablePhoneNumbers<'_> {
        AvailablePhoneNumbers::new(self)
    }

    /// Calls: to place, change, end and read them.
    #[must_use]
    pub fn calls(&self) -> Calls<'_> {
        Calls::new(self)
    }

    /// Conferences and who takes part in them.
    #[must_use]
    pub fn conferences(&self) -> Conferences<'_> {
        Conferences::new(self)
    }

    /// The account's own numbers.
    #[must_use]
    pub fn incoming_phone_numbers(&self) -> IncomingPhoneNumbers<'_> {
        IncomingPhoneNumbers::new(self)
    }

    /// Conversational Intelligence: transcripts and what language operators make of them.
    #[must_use]
    pub fn intelligence(&self) -> Intelligence<'_> {
        Intelligence::new(self)
    }

    /// What is known of a number: whether it exists, its line type, its carrier.
    #[must_use]
    pub fn lookups(&self) -> Lookups<'_> {
        Lookups::new(self)
    }

    /// Texts, media messages and their files.
    #[must_use]
    pub fn messages(&self) -> Messages<'_> {
        Messages::new(self)
    }

    /// Messaging services: pools of senders.
    #[must_use]
    pub fn messaging_services(&self) -> MessagingServices<'_> {
        MessagingServices::new(self)
    }

    /// Caller IDs: other people's numbers that calls may show.
    #[must_use]
    pub fn outgoing_caller_ids(&self) -> OutgoingCallerIds<'_> {
        OutgoingCallerIds::new(self)
    }

    /// Recordings of calls and conferences, and their sound.
    #[must_use]
    pub fn recordings(&self) -> Recordings<'_> {
        Recordings::new(self)
    }

    /// Transcriptions of recordings, such as of voicemail.
    #[must_use]
    pub fn transcriptions(&self) -> Transcriptions<'_> {
        Transcriptions::new(self)
    }

    /// Sends any request and reads the answer's JSON: for resources that have no method of their own, with the same
    /// credentials, attempts and errors.
    ///
    /// # Errors
    /// [`Error`] tells refused, unavailable and unknown apart and carries Twilio's code.
    pub async fn request<T: DeserializeOwned>(&self, request: Request) -> Result<T, Error> {
        let (what, class) = (request.what, request.class);
        let answer = self.send(request).await?;
        serde_json::from_slice(answer.body()).map_err(|source| crate::transport::unreadable(what, class, source))
    }

    /// Sends any request whose answer has no body that matters.
    ///
    /// # Errors
    /// As [`request`](Self::request).
    pub async fn execute(&self, request: Request) -> Result<(), Error> {
        self.send(request).await.map(|_| ())
    }

    pub(super) fn clock(&self) -> &dyn Clock {
        self.0.caller.clock.as_ref()
    }

    pub(super) fn origins(&self) -> &Origins {
        &self.0.origins
    }

    pub(super) fn caller(&self) -> &Caller {
        &self.0.caller
    }

    pub(super) async fn request_without_credentials<T: DeserializeOwned>(&self, request: Request) -> Result<T, Error> {
        let http = self.0.to_http(&request, None)?;
        let answer = self.0.caller.call(request.what, http, request.class).await?;
        let answer = self.accept(&request, answer)?;
        serde_json::from_slice(answer.body())
            .map_err(|source| crate::transport::unreadable(request.what, request.class, source))
    }

    pub(super) async fn send(&self, request: Request) -> Result<Response<Bytes>, Error> {
        let answer = self.authorized(&request).await?;
        self.accept(&request, answer)
    }

    /// Sends a request that reads, and hands its answer's body over unread.
    pub(super) async fn open(&self, request: &Request) -> Result<Response<Body>, Error> {
        debug_assert!(request.class == Idempotency::Read, "only what reads is opened");
        self.authorized(request).await
    }

    /// Sends a request with each credential until one is not refused.
    async fn authorized<B: Answer>(&self, request: &Request) -> Result<Response<B>, Error> {
        let credentials = &self.0.credentials;
        let mut first: Option<Result<Response<B>, Error>> = None;
        for (index, held) in credentials.usable(self.clock().monotonic()) {
            let outcome = self.with_credential(request, held).await;
            let refused = match &outcome {
                Ok(answer) => is_refused(answer.status()),
                Err(error) => error.is_unauthorized() || oauth::is_no_token(error),
            };
            if refused {
                first.get_or_insert(outcome);
                continue;
            }
            if first.is_some() {
                // Only what was understood shows that it is good; an overloaded server has not looked at it.
                let understood = outcome.as_ref().is_ok_and(|answer| {
                    !answer.status().is_server_error() && answer.status() != StatusCode::TOO_MANY_REQUESTS
                });
                if understood && credentials.settle_on(index, self.clock().monotonic()) {
                    tracing::warn!(what = request.what, now = ?held.kind(), "a credential was refused; going on with the next");
                }
            }
            return outcome;
        }
        first.unwrap_or_else(|| Err(Error::refused(request.what)))
    }

    async fn with_credential<B: Answer>(&self, request: &Request, held: &Held) -> Result<Response<B>, Error> {
        let tokens = match held {
            Held::ApiKey(_, header) | Held::AuthToken(header) => return self.call(request, header).await,
            Held::Oauth(tokens) => tokens,
        };
        let header = tokens.header(self).await?;
        let answer = self.call(request, &header).await?;
        if answer.status() != StatusCode::UNAUTHORIZED {
            return Ok(answer);
        }
        // Revoked before its end, perhaps: once more with a new one.
        tokens.forget(&header).await;
        let renewed = tokens.header(self).await?;
        self.call(request, &renewed).await
    }

    async fn call<B: Answer>(&self, request: &Request, authorization: &HeaderValue) -> Result<Response<B>, Error> {
        let http = self.0.to_http(request, Some(authorization))?;
        B::ask(&self.0.caller, request, http).await
    }

    fn accept(&self, request: &Request, answer: Response<Bytes>) -> Result<Response<Bytes>, Error> {
        if answer.status().is_success() {
            return Ok(answer);
        }
        let retry_after = self.0.caller.retry_after(&answer);
        let error = error::refusal(request.what, &answer, request.class, retry_after);
        // An attempt whose answer was lost has deleted it.
        if request.method == http::Method::DELETE && error.is_not_found() && error.attempts() > 1 {
            return Ok(answer);
        }
        Err(error)
    }
}

/// The body of an answer, whole or still to come.
#[async_trait]
trait Answer: Sized + Send {
    async fn ask(caller: &Caller, request: &Request, http: http::Request<Bytes>) -> Result<Response<Self>, Error>;
}

#[async_trait]
impl Answer for Bytes {
    async fn ask(caller: &Caller, request: &Request, http: http::Request<Bytes>) -> Result<Response<Self>, Error> {
        caller.call(request.what, http, request.class).await
    }
}

#[async_trait]
impl Answer for Body {
    async fn ask(caller: &Caller, request: &Request, http: http::Request<Bytes>) -> Result<Response<Self>, Error> {
        let mut http = http;
        // A file may be large.
        http.extensions_mut().insert(Deadline(super::media::WHOLE));
        caller.open(request.what, http).await
    }
}

pub(super) fn is_refused(status: StatusCode) -> bool {
    matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
}

impl Inner {
    /// Pure: the request as it goes over the wire.
    fn to_http(&self, request: &Request, authorization: Option<&HeaderValue>) -> Result<http::Request<Bytes>, Error> {
        let path = request.path.replace("{AccountSid}", self.account.as_str());
        // Anything else could lead to another host, and credentials with it.
        if !path.starts_with('/') || path.starts_with("//") || path.contains(['\\', '#']) {
            return Err(Error::refused(request.what).with_source("a path begins with one slash"));
        }
        let mut uri = self.origins.of(request.product) + &path;
        let mut separator = if path.contains('?') { '&' } else { '?' };
        for (name, value) in &request.query {
            uri.push(separator);
            uri.extend(url::form_urlencoded::byte_serialize(name.as_bytes()));
            uri.push('=');
            uri.extend(url::form_urlencoded::byte_serialize(value.as_bytes()));
            separator = '&';
        }
        let mut builder = http::Request::builder().method(request.method.clone()).uri(uri);
        if let Some(authorization) = authorization {
            builder = builder.header(header::AUTHORIZATION, authorization);
        }
        if !request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("accept")) {
            builder = builder.header(header::ACCEPT, "application/json");
        }
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        let refused =
            |source: Box<dyn std::error::Error + Send + Sync>| Error::refused(request.what).with_source(source);
        let body = if let Some(json) = &request.json {
            builder = builder.header(header::CONTENT_TYPE, "application/json");
            json.clone()
        } else if request.form.is_empty() {
            Bytes::new()
        } else {
            builder = builder.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            Bytes::from(serde_urlencoded::to_string(&request.form).map_err(|source| refused(source.into()))?)
        };
        builder.body(body).map_err(|source| refused(source.into()))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("account", &self.0.account)
            .field("credentials", &self.0.credentials)
            .field("host", &self.0.origins.api().host_str())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::clock::ManualClock;
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
    async fn no_path_leads_to_another_host() {
        for path in ["@evil.example/y", ".evil.example/y", "//evil.example/y", "\\evil", "", "x", "/a\\b"] {
            let stub = Stub::new().reply(200, "{}");
            let error = client(&stub).execute(Request::get("test", path)).await.unwrap_err();
            assert!(error.is_permanent() && stub.log().is_empty(), "{path}");
        }
    }

    #[tokio::test]
    async fn a_credential_that_was_refused_is_tried_again_later() {
        let stub = Stub::new().reply(401, "{}").reply(200, "{}").reply(200, "{}").reply(200, "{}");
        let clock = ManualClock::at(chrono::DateTime::UNIX_EPOCH);
        let client = Client::builder(ACCOUNT.parse().unwrap())
            .with_api_key(KEY.parse().unwrap(), "key-secret")
            .with_auth_token("the-token")
            .with_transport(Arc::new(stub.clone()))
            .with_clock(Arc::new(clock.clone()))
            .build()
            .unwrap();
        for _ in 0..2 {
            client.execute(Request::get("test", "/x")).await.unwrap();
        }
        clock.advance(std::time::Duration::from_secs(601));
        client.execute(Request::get("test", "/x")).await.unwrap();
        assert_eq!(stub.log().iter().map(user).collect::<Vec<_>>(), [KEY, ACCOUNT, ACCOUNT, KEY]);
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

    fn bearer(request: &http::Request<Bytes>) -> Option<&str> {
        request.headers().get("authorization")?.to_str().ok()?.strip_prefix("Bearer ")
    }

    #[tokio::test]
    async fn an_access_token_is_fetched_once_kept_and_renewed_before_it_ends() {
        let token = r#"{"access_token":"canary-1","expires_in":3600,"token_type":"Bearer"}"#;
        let stub = Stub::new()
            .reply(200, token)
            .reply(200, "{}")
            .reply(200, "{}")
            .reply(200, "{}")
            .reply(200, token)
            .reply(200, "{}");
        let clock = ManualClock::at(chrono::DateTime::UNIX_EPOCH);
        let client = Client::builder(ACCOUNT.parse().unwrap())
            .with_oauth("OQ1", "the-secret")
            .with_transport(Arc::new(stub.clone()))
            .with_clock(Arc::new(clock.clone()))
            .build()
            .unwrap();
        let get = || client.execute(Request::get("test", "/x"));
        let (a, b) = futures_util::join!(get(), get());
        a.unwrap();
        b.unwrap();
        let tokens = || stub.log().iter().filter(|request| request.uri().path() == "/v2/token").count();
        assert_eq!(tokens(), 1, "one fetch serves both");
        assert_eq!(stub.log()[0].uri().host(), Some("oauth.twilio.com"));
        assert!(stub.log()[0].headers().get("authorization").is_none());
        assert_eq!(stub.log().iter().filter_map(bearer).collect::<Vec<_>>(), ["canary-1"; 2]);
        clock.advance(std::time::Duration::from_secs(3539));
        get().await.unwrap();
        assert_eq!(tokens(), 1);
        clock.advance(std::time::Duration::from_secs(2));
        get().await.unwrap();
        assert_eq!(tokens(), 2, "renewed a minute early");
        assert_eq!(client.credential(), Credential::Oauth);
        assert!(!format!("{client:?}").contains("canary"));
    }

    #[tokio::test]
    async fn a_revoked_access_token_is_renewed_and_refused_client_credentials_fall_back() {
        let stub = Stub::new()
            .reply(200, r#"{"access_token":"old"}"#)
            .reply(401, "{}")
            .reply(200, r#"{"access_token":"new"}"#)
            .reply(200, "{}")
            // Later the app is deleted.
            .reply(401, "{}")
            .reply(401, r#"{"code":20003}"#)
            .reply(200, "{}");
        let client = Client::builder(ACCOUNT.parse().unwrap())
            .with_oauth("OQ1", "the-secret")
            .with_auth_token("the-token")
            .with_transport(Arc::new(stub.clone()))
            .with_clock(Arc::new(ManualClock::at(chrono::DateTime::UNIX_EPOCH).auto_advancing()))
            .build()
            .unwrap();
        client.execute(Request::get("test", "/x")).await.unwrap();
        assert_eq!(client.credential(), Credential::Oauth);
        client.execute(Request::get("test", "/x")).await.unwrap();
        assert_eq!(client.credential(), Credential::AuthToken);
        let log = stub.log();
        assert_eq!(log.iter().filter_map(bearer).collect::<Vec<_>>(), ["old", "new", "new"]);
        assert_eq!(user(log.last().unwrap()), ACCOUNT);
    }

    #[test]
    fn debug_hides_credentials() {
        let builder = Client::builder(ACCOUNT.parse().unwrap())
            .with_api_key(KEY.parse().unwrap(), "canary")
            .with_auth_token("canary")
            .with_transport(Arc::new(Stub::new()));
        assert!(!format!("{builder:?}").contains("canary"));
        let client = builder.build().unwrap();
        let encoded = STANDARD.encode(format!("{KEY}:canary"));
        let text = format!("{client:?}");
        assert!(!text.contains("canary") && !text.contains(&encoded) && text.contains(KEY), "{text}");
    }
}
