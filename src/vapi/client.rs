use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Response, header};
use serde::de::DeserializeOwned;
use url::Url;

use super::analytics::Analytics;
use super::assistants::Assistants;
use super::calls::Calls;
use super::error::refusal;
use super::files::Files;
use super::phone_numbers::PhoneNumbers;
use super::request::Request;
use super::squads::Squads;
use super::tools::Tools;
use crate::clock::{Clock, SystemClock};
use crate::transport::retry::{Budget, RetryPolicy};
use crate::transport::{Caller, Transport, unreadable};
use crate::{Error, Secret};

/// Where Vapi's API is.
const BASE: &str = "https://api.vapi.ai/";

/// Vapi's REST API (<https://docs.vapi.ai/api-reference>) for one organization. Cheap to clone.
///
/// A failed attempt is tried again where that can do no harm. A call that may have been placed is never placed again.
#[derive(Clone)]
pub struct Client {
    base: String,
    key: Secret,
    caller: Caller,
}

/// A client that cannot work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidClient {
    /// Environment variables that are missing or malformed; values are not repeated.
    #[error("cannot connect to Vapi: {}", .0.join("; "))]
    Environment(Vec<String>),
    /// The crate was built without a transport.
    #[error("no transport: enable the feature `reqwest` or give one to the client")]
    NoTransport,
    /// The HTTP client could not be set up.
    #[error("the HTTP client could not be set up")]
    Transport,
}

impl Client {
    /// Vapi's API with an organization's private key, over a transport.
    #[must_use]
    pub fn new(key: Secret, transport: Arc<dyn Transport>, clock: Arc<dyn Clock>) -> Self {
        Self { base: BASE.into(), key, caller: Caller::new(transport, clock) }
    }

    /// A client from `VAPI_API_KEY` and, for another address than Vapi's, `VAPI_BASE_URL`.
    ///
    /// # Errors
    /// [`InvalidClient::Environment`] names every variable that is missing or malformed.
    pub fn from_env() -> Result<Self, InvalidClient> {
        let (key, base) = from_lookup(|name| std::env::var(name).ok())?;
        let client = Self::new(key, default_transport()?, SystemClock::shared());
        Ok(match base {
            Some(base) => client.with_base_url(&base),
            None => client,
        })
    }

    /// Another address than Vapi's: a simulator or a proxy.
    #[must_use]
    pub fn with_base_url(mut self, base: &Url) -> Self {
        self.base = base.as_str().to_owned();
        self
    }

    /// When to try again; [`Backoff`](crate::transport::retry::Backoff) by default.
    #[must_use]
    pub fn with_retry(mut self, policy: Arc<dyn RetryPolicy>) -> Self {
        self.caller.policy = policy;
        self
    }

    /// What attempts are paid from; share one among the clients of a process.
    #[must_use]
    pub fn with_budget(mut self, budget: Budget) -> Self {
        self.caller.budget = budget;
        self
    }

    /// Calls: to place, read and delete them.
    #[must_use]
    pub fn calls(&self) -> Calls<'_> {
        Calls { client: self }
    }

    /// Assistants: who speaks.
    #[must_use]
    pub fn assistants(&self) -> Assistants<'_> {
        Assistants { client: self }
    }

    /// Tools: what assistants can do.
    #[must_use]
    pub fn tools(&self) -> Tools<'_> {
        Tools { client: self }
    }

    /// Squads: assistants that hand calls to one another.
    #[must_use]
    pub fn squads(&self) -> Squads<'_> {
        Squads { client: self }
    }

    /// Phone numbers that assistants answer and call from.
    #[must_use]
    pub fn phone_numbers(&self) -> PhoneNumbers<'_> {
        PhoneNumbers { client: self }
    }

    /// Files that assistants know.
    #[must_use]
    pub fn files(&self) -> Files<'_> {
        Files { client: self }
    }

    /// Sums and averages over calls.
    #[must_use]
    pub fn analytics(&self) -> Analytics<'_> {
        Analytics { client: self }
    }

    /// Sends, and reads the answer.
    pub(super) async fn call<T: DeserializeOwned>(&self, request: Request) -> Result<T, Error> {
        let answer = self.send(&request).await?;
        serde_json::from_slice(answer.body()).map_err(|source| unreadable(request.what, request.class, source))
    }

    async fn send(&self, request: &Request) -> Result<Response<Bytes>, Error> {
        let mut bearer = HeaderValue::from_str(&format!("Bearer {}", self.key.expose()))
            .map_err(|_| Error::refused(request.what).with_source("no header can carry the key"))?;
        bearer.set_sensitive(true);
        let mut builder = http::Request::builder()
            .method(request.method.clone())
            .uri(self.uri(request))
            .header(header::AUTHORIZATION, bearer)
            .header(header::ACCEPT, "application/json");
        if let Some(content) = &request.body {
            builder = builder.header(header::CONTENT_TYPE, &content.kind);
        } else if request.method != http::Method::GET {
            builder = builder.header(header::CONTENT_LENGTH, 0);
        }
        let body = request.body.as_ref().map(|content| content.bytes.clone()).unwrap_or_default();
        let built = builder.body(body).map_err(|source| Error::refused(request.what).with_source(source))?;
        let answer = self.caller.call(request.what, built, request.class).await?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        Err(refusal(request.what, &answer, request.class, self.caller.retry_after(&answer)))
    }

    /// Pure: where a request goes.
    fn uri(&self, request: &Request) -> String {
        let mut uri = format!("{}/{}", self.base.trim_end_matches('/'), request.path);
        let mut pairs = request.query.iter().peekable();
        if pairs.peek().is_some() {
            uri.push('?');
            uri.push_str(&url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish());
        }
        uri
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("base", &self.base).finish_non_exhaustive()
    }
}

/// The key and, if there is one, the address of variables from anywhere.
fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<(Secret, Option<Url>), InvalidClient> {
    let read = |name: &str| lookup(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    let mut wrong = Vec::new();
    let key = read("VAPI_API_KEY").map(Secret::new);
    if key.is_none() {
        wrong.push("VAPI_API_KEY: missing".to_owned());
    }
    let base = read("VAPI_BASE_URL").map(|text| Url::parse(&text).ok().filter(Url::has_host));
    if base == Some(None) {
        wrong.push("VAPI_BASE_URL: not a URL with a host".to_owned());
    }
    match key {
        Some(key) if wrong.is_empty() => Ok((key, base.flatten())),
        _ => Err(InvalidClient::Environment(wrong)),
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

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::clock::ManualClock;
    use crate::transport::{Reply, Stub};
    use crate::vapi::calls::{ListCalls, NewCall, Placed};

    fn client(stub: &Stub) -> Client {
        let clock = ManualClock::at(DateTime::UNIX_EPOCH).auto_advancing();
        Client::new("canary".into(), Arc::new(stub.clone()), Arc::new(clock))
    }

    #[tokio::test]
    async fn a_request_carries_the_key_and_debug_does_not() {
        let stub = Stub::new().reply(200, "[]").reply(200, "[]");
        let client = client(&stub);
        assert!(client.calls().list(&ListCalls::new().limit(10)).await.unwrap().is_empty());
        let moved = client.clone().with_base_url(&"http://127.0.0.1:9/vapi/".parse().unwrap());
        moved.calls().list(&ListCalls::new()).await.unwrap();
        let log = stub.log();
        assert_eq!(log[0].uri(), "https://api.vapi.ai/call?limit=10");
        assert_eq!(log[1].uri(), "http://127.0.0.1:9/vapi/call");
        assert_eq!(log[0].headers()[header::AUTHORIZATION], "Bearer canary");
        assert!(!format!("{client:?} {:?}", log[0]).contains("canary"));
    }

    #[tokio::test]
    async fn nobody_is_called_twice() {
        for reply in
            [Reply::lost(), Reply::new(500, "{}"), Reply::new(201, "{\"id\":").cut_off(), Reply::new(201, "<html>")]
        {
            let stub = Stub::new().then(reply).reply(201, r#"{"id":"second"}"#);
            let error = client(&stub).calls().create(&NewCall::default()).await.unwrap_err();
            assert!(error.is_outcome_unknown(), "{error:?}");
            assert_eq!(stub.log().len(), 1);
        }
        let stub = Stub::new().then(Reply::not_sent()).reply(429, "{}").reply(201, r#"{"id":"first"}"#);
        let placed = client(&stub).calls().create(&NewCall::default()).await.unwrap();
        assert!(matches!(placed, Placed::Call(call) if call.id.as_ref().unwrap().as_str() == "first"));
        assert_eq!(stub.log().len(), 3);
    }

    #[test]
    fn the_environment_is_named_where_it_is_wrong() {
        let read = |key: Option<&str>, base: Option<&str>| {
            let lookup = |name: &str| {
                let value = if name == "VAPI_API_KEY" { key } else { base };
                value.map(ToOwned::to_owned)
            };
            from_lookup(lookup).map(|(key, base)| (key.expose().to_owned(), base)).map_err(|error| error.to_string())
        };
        let text = read(None, Some("canary")).unwrap_err();
        assert!(text.contains("VAPI_API_KEY") && text.contains("VAPI_BASE_URL") && !text.contains("canary"), "{text}");
        assert_eq!(read(Some(" k "), None), Ok(("k".to_owned(), None)));
        let base = Some("http://127.0.0.1:9/".parse().unwrap());
        assert_eq!(read(Some("k"), Some("http://127.0.0.1:9")), Ok(("k".to_owned(), base)));
    }
}
