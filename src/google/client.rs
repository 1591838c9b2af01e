use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use serde::de::DeserializeOwned;
use url::Url;

use super::calendar_list::CalendarLists;
use super::calendars::CalendarResources;
use super::channels::Channels;
use super::error::{is_busy, refusal};
use super::events::EventResources;
use super::freebusy::FreeBusy;
use super::request::Request;
use super::settings::Settings;
use super::values::CalendarId;
use crate::Error;
use crate::clock::Clock;
use crate::token::{AccessToken, AccessTokens};
use crate::transport::retry::{Backoff, Budget, RetryPolicy};
use crate::transport::{Caller, Transport, unreadable};

/// Where Google's APIs are.
pub(super) const BASE: &str = "https://www.googleapis.com/";

/// Google Calendar's API, version 3 (<https://developers.google.com/workspace/calendar/api/v3/reference>), for one account.
///
/// A failed attempt is tried again where that can do no harm: three times, after 1, 2 and 4 seconds and up to as much
/// again. A token that is refused is replaced once.
#[derive(Clone)]
pub struct Client {
    base: String,
    tokens: Arc<dyn AccessTokens>,
    caller: Caller,
}

/// How failed attempts at Google are repeated.
pub(super) fn policy() -> Backoff {
    // From 1, 2 and 4 seconds to twice that.
    Backoff::default().with_waits(Duration::from_secs(2), Duration::from_secs(8)).with_least(0.5)
}

impl Client {
    /// Google's API, over a transport.
    #[must_use]
    pub fn new(tokens: Arc<dyn AccessTokens>, transport: Arc<dyn Transport>, clock: Arc<dyn Clock>) -> Self {
        let mut caller = Caller::new(transport, clock);
        caller.is_busy = is_busy;
        caller.policy = Arc::new(policy());
        Self { base: BASE.into(), tokens, caller }
    }

    /// Another address than Google's: a simulator or a proxy.
    #[must_use]
    pub fn with_base_url(mut self, base: &Url) -> Self {
        self.base = base.as_str().to_owned();
        self
    }

    /// When to try again.
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

    /// When calendars are busy.
    #[must_use]
    pub fn freebusy(&self) -> FreeBusy<'_> {
        FreeBusy { client: self }
    }

    /// The events of a calendar.
    #[must_use]
    pub fn events<'a>(&'a self, calendar: &'a CalendarId) -> EventResources<'a> {
        EventResources { client: self, calendar }
    }

    /// The calendars that the account has in its list.
    #[must_use]
    pub fn calendar_list(&self) -> CalendarLists<'_> {
        CalendarLists { client: self }
    }

    /// Calendars themselves.
    #[must_use]
    pub fn calendars(&self) -> CalendarResources<'_> {
        CalendarResources { client: self }
    }

    /// The account's settings.
    #[must_use]
    pub fn settings(&self) -> Settings<'_> {
        Settings { client: self }
    }

    /// Channels that push notifications come through.
    #[must_use]
    pub fn channels(&self) -> Channels<'_> {
        Channels { client: self }
    }

    /// Sends, and reads the answer.
    pub(super) async fn call<T: DeserializeOwned>(&self, request: Request) -> Result<T, Error> {
        let answer = self.send(&request).await?;
        serde_json::from_slice(answer.body()).map_err(|source| unreadable(request.what, request.class, source))
    }

    /// Sends what is answered with nothing.
    pub(super) async fn call_for_nothing(&self, request: Request) -> Result<(), Error> {
        self.send(&request).await.map(|_| ())
    }

    async fn send(&self, request: &Request) -> Result<Response<Bytes>, Error> {
        let token = self.tokens.access_token().await?;
        let answer = self.attempt(request, &token).await?;
        if answer.status() != StatusCode::UNAUTHORIZED {
            return self.read(request, answer);
        }
        // Not even looked at: another token may do, whatever the request is.
        self.tokens.refused(&token).await;
        let token = self.tokens.access_token().await?;
        let answer = self.attempt(request, &token).await?;
        self.read(request, answer)
    }

    fn read(&self, request: &Request, answer: Response<Bytes>) -> Result<Response<Bytes>, Error> {
        if answer.status().is_success() {
            return Ok(answer);
        }
        Err(refusal(request.what, &answer, request.class, self.caller.retry_after(&answer)))
    }

    async fn attempt(&self, request: &Request, token: &AccessToken) -> Result<Response<Bytes>, Error> {
        let request_of = |source| Error::refused(request.what).with_source(source);
        let uri = self.uri(request);
        let mut bearer = HeaderValue::from_str(&format!("Bearer {}", token.secret.expose()))
            .map_err(|_| Error::refused(request.what).with_source("no header can carry the access token"))?;
        bearer.set_sensitive(true);
        let mut builder = http::Request::builder()
            .method(request.method.clone())
            .uri(uri)
            .header(header::AUTHORIZATION, bearer)
            .header(header::ACCEPT, "application/json");
        if let Some(etag) = &request.if_match {
            builder = builder.header(header::IF_MATCH, etag);
        }
        if request.body.is_some() {
            builder = builder.header(header::CONTENT_TYPE, "application/json");
        } else if request.method != http::Method::GET {
            builder = builder.header(header::CONTENT_LENGTH, 0);
        }
        let built = builder.body(request.body.clone().unwrap_or_default()).map_err(request_of)?;
        self.caller.call(request.what, built, request.class).await
    }

    /// Pure: where a request goes.
    fn uri(&self, request: &Request) -> String {
        let mut uri = format!("{}/calendar/v3/{}", self.base.trim_end_matches('/'), request.path);
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
