//! A simulated Google: consent page, tokens, the Calendar API and push notifications.
//!
//! Events have ids, entity tags and instances; sync tokens grow old; people edit the calendar meanwhile; and what Google
//! refuses is refused with its words.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use frontdesk::calendar::{Calendar, Created, EventId, NewEvent};
//! use frontdesk::google::{CalendarId, GoogleCalendar};
//! use frontdesk::schedule::Interval;
//! use frontdesk::sim::Google;
//! use frontdesk::sim::google::Fault;
//!
//! let sim = Google::builder().in_process()?;
//! let calendar = GoogleCalendar::new(sim.client(), CalendarId::primary());
//! let tuesday = Interval::new("2026-12-01T15:00:00Z".parse()?, "2026-12-01T15:30:00Z".parse()?)?;
//!
//! // The answer is lost, the event is not: it is found under its name.
//! sim.inject([Fault::LostAnswer]);
//! let visit = NewEvent::new(EventId::of(["visit-1"]), "visit-1", tuesday);
//! assert!(matches!(calendar.create(&visit).await?, Created::Before(_)));
//!
//! // A human edits the calendar now.
//! sim.enter("primary", "Lunch", tuesday);
//! assert_eq!(calendar.busy(tuesday).await?.len(), 2);
//! # Ok(()) }
//! ```

mod fault;
mod oauth;
mod recurrence;
mod rest;
mod state;

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;
use http::{Request, header};
use serde_json::{Map, Value, json};
use url::Url;

pub use fault::Fault;

use super::server::{InProcess, Server};
use crate::calendar::EventId;
use crate::clock::{Clock, SystemClock};
use crate::google::Client;
use crate::google::events::Event;
use crate::google::oauth::{Endpoints, OAuth};
use crate::schedule::Interval;
use crate::token::AccessToken;
use crate::transport::{Reqwest, Transport};
use crate::{Error, Secret};
use state::{Access, State};

/// A simulated Google with one account. Clones are the same one; the server stops with the last of them.
#[derive(Clone)]
pub struct Google {
    core: Core,
    server: Option<Arc<Server>>,
    base: Url,
}

#[derive(Clone)]
struct Core(Arc<Inner>);

struct Inner {
    clock: Arc<dyn Clock>,
    /// Carries push notifications to the host.
    pushes: Arc<dyn Transport>,
    state: Mutex<State>,
}

impl Core {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn flush(&self) {
        loop {
            let Some(push) = self.lock().pushes.pop_front() else { return };
            let mut request = Request::post(&push.address).header(header::CONTENT_LENGTH, 0);
            for (name, value) in push.headers {
                request = request.header(name, value);
            }
            let Ok(request) = request.body(Bytes::new()) else { continue };
            // Google gives up on some of them, too.
            if let Err(error) = self.0.pushes.call(request).await {
                tracing::debug!(%error, "a push notification was lost");
            }
        }
    }
}

/// Settings of a [`Google`].
#[derive(Debug)]
#[must_use]
pub struct Builder {
    account: String,
    client: (String, Secret),
    zone: Tz,
    clock: Option<Arc<dyn Clock>>,
    pushes: Option<Arc<dyn Transport>>,
    address: SocketAddr,
}

impl Builder {
    /// The account that consents; `anna@example.com` by default.
    pub fn account(mut self, address: impl Into<String>) -> Self {
        self.account = address.into();
        self
    }

    /// The application's id and secret.
    pub fn application(mut self, id: impl Into<String>, secret: impl Into<Secret>) -> Self {
        self.client = (id.into(), secret.into());
        self
    }

    /// The zone of the account's main calendar; New York's by default.
    pub fn zone(mut self, zone: Tz) -> Self {
        self.zone = zone;
        self
    }

    /// The clock; the machine's by default.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// What carries push notifications to the host; real HTTP by default.
    pub fn pushes(mut self, transport: Arc<dyn Transport>) -> Self {
        self.pushes = Some(transport);
        self
    }

    /// Where to listen; a free port on loopback by default.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// A simulator without a server, reached in process.
    ///
    /// # Errors
    /// When the HTTP client for push notifications cannot be set up.
    pub fn in_process(self) -> Result<Google, Error> {
        let pushes = match self.pushes {
            Some(pushes) => pushes,
            None => Arc::new(Reqwest::builder().without_proxy().build()?),
        };
        let inner = Inner {
            clock: self.clock.unwrap_or_else(SystemClock::shared),
            pushes,
            state: Mutex::new(State::new(&self.account, self.client, self.zone)),
        };
        Ok(Google { core: Core(Arc::new(inner)), server: None, base: url("http://google.invalid/")? })
    }

    /// A simulator that listens on loopback. Push notifications go out by themselves.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn start(self) -> Result<Google, Error> {
        let address = self.address;
        let mut google = self.in_process()?;
        let core = google.core.clone();
        let server = Server::start(address, move |request| {
            let core = core.clone();
            Box::pin(async move {
                let answer = core.serve(request).await;
                tokio::spawn(async move { core.flush().await });
                answer
            })
        });
        let server = server.await.map_err(|source| Error::refused("listening").with_source(source))?;
        google.base = url(&format!("http://{}/", server.address))?;
        google.server = Some(Arc::new(server));
        Ok(google)
    }
}

fn url(text: &str) -> Result<Url, Error> {
    text.parse().map_err(|source: url::ParseError| Error::refused("making an address").with_source(source))
}

impl Google {
    /// Starts the settings of a simulator.
    pub fn builder() -> Builder {
        Builder {
            account: "anna@example.com".into(),
            client: ("simulated-client".into(), Secret::new("simulated-client-secret")),
            zone: chrono_tz::America::New_York,
            clock: None,
            pushes: None,
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        }
    }

    /// A simulator on a free port of loopback.
    ///
    /// # Errors
    /// When it cannot listen.
    pub async fn start() -> Result<Self, Error> {
        Self::builder().start().await
    }

    /// Where it is.
    #[must_use]
    pub fn base_url(&self) -> Url {
        self.base.clone()
    }

    /// Reaches it in process.
    #[must_use]
    pub fn transport(&self) -> Arc<dyn Transport> {
        let core = self.core.clone();
        Arc::new(InProcess::new(move |request| {
            let core = core.clone();
            Box::pin(async move { core.serve(request).await })
        }))
    }

    /// An application's way to it, with the address that people come back to.
    ///
    /// # Errors
    /// When its addresses cannot be made.
    pub fn oauth(&self, redirect: Url) -> Result<OAuth, Error> {
        let client = self.core.lock().client.clone();
        let oauth = OAuth::new(client.0, client.1, redirect, self.transport(), self.core.0.clock.clone());
        Ok(oauth.with_endpoints(Endpoints::under(&self.base_url())?))
    }

    /// A client of the account, with a token that allows everything.
    #[must_use]
    pub fn client(&self) -> Client {
        let tokens = Arc::new(self.token("https://www.googleapis.com/auth/calendar"));
        Client::new(tokens, self.transport(), self.core.0.clock.clone()).with_base_url(&self.base_url())
    }

    /// An access token that allows this, for a year.
    #[must_use]
    pub fn token(&self, scopes: &str) -> AccessToken {
        let mut state = self.core.lock();
        let token = format!("ya29.sim-given-{}", state.next());
        let expires = self.core.0.clock.now() + TimeDelta::days(365);
        state.access.insert(token.clone(), Access { scopes: scopes.to_owned(), expires });
        AccessToken::new(token, expires)
    }

    /// Somebody follows a link to the consent page and allows these of the scopes it asks for, all of them when `only` is
    /// `None`. Returns where they come back to.
    ///
    /// # Errors
    /// When the link is none of this simulator's.
    pub async fn allow(&self, link: &Url, only: Option<&[&str]>) -> Result<Url, Error> {
        let wrong = || Error::refused("following a link to a consent page");
        let asked = |name: &str| link.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        for name in ["redirect_uri", "state", "code_challenge", "code_challenge_method", "access_type"] {
            form.append_pair(name, &asked(name).unwrap_or_default());
        }
        for scope in asked("scope").ok_or_else(wrong)?.split(' ') {
            if only.is_none_or(|only| only.contains(&scope)) {
                form.append_pair("scope", scope);
            }
        }
        form.append_pair("decision", "allow");
        let request = Request::post("/o/oauth2/v2/auth").body(Bytes::from(form.finish())).map_err(|_| wrong())?;
        let answer = self.core.serve(request).await.ok_or_else(wrong)?;
        let location = answer.headers().get(header::LOCATION).and_then(|url| url.to_str().ok());
        location.and_then(|url| url.parse().ok()).ok_or_else(wrong)
    }

    /// Adds a calendar to the account.
    pub fn add_calendar(&self, id: impl Into<String>, zone: Tz) {
        let id = id.into();
        let calendar =
            state::Calendar { summary: id.clone(), zone, events: Default::default(), oldest: 0, error: None };
        self.core.lock().calendars.insert(id, calendar);
    }

    /// A human enters an event now.
    pub fn enter(&self, calendar: &str, summary: &str, interval: Interval) -> EventId {
        let text = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        self.enter_json(
            calendar,
            None,
            json!({
                "summary": summary, "start": { "dateTime": text(interval.start()) }, "end": { "dateTime": text(interval.end()) },
            }),
        )
    }

    /// A human enters an event of whole days now, the last one not included.
    pub fn enter_days(&self, calendar: &str, summary: &str, first: NaiveDate, end: NaiveDate) -> EventId {
        self.enter_json(
            calendar,
            None,
            json!({ "summary": summary, "start": { "date": first }, "end": { "date": end } }),
        )
    }

    /// A human enters an event with these properties of Google's now, or changes the one of this id.
    pub fn enter_json(&self, calendar: &str, id: Option<&EventId>, properties: Value) -> EventId {
        let now = self.core.0.clock.now();
        let mut state = self.core.lock();
        let calendar = state.calendar_id(calendar).unwrap_or_default();
        let id = id.cloned().unwrap_or_else(|| EventId::of(["by hand", &state.next().to_string()]));
        let known = state.calendars.get(&calendar).and_then(|calendar| calendar.events.get(id.as_str()));
        let mut event = match known {
            Some(known) => known.json.clone(),
            None => state.fresh(&calendar, id.as_str(), now),
        };
        event.extend(properties.as_object().cloned().unwrap_or_default());
        state.write(&calendar, id.as_str(), event, now);
        id
    }

    /// A human deletes an event now.
    pub fn remove(&self, calendar: &str, id: &EventId) {
        self.enter_json(calendar, Some(id), json!({ "status": "cancelled" }));
    }

    /// The events of a calendar that were not deleted.
    #[must_use]
    pub fn events(&self, calendar: &str) -> Vec<Event> {
        let state = self.core.lock();
        let id = state.calendar_id(calendar).unwrap_or_default();
        let live: Vec<Map<String, Value>> = rest::live(&state).remove(&id).unwrap_or_default();
        live.into_iter().filter_map(|event| serde_json::from_value(Value::Object(event)).ok()).collect()
    }

    /// The invitations that went out: the event, to whom, and `invited`, `updated` or `cancelled`.
    #[must_use]
    pub fn invitations(&self) -> Vec<(String, String, String)> {
        self.core.lock().invitations.clone()
    }

    /// How often an access token was asked for with a refresh token.
    #[must_use]
    pub fn refreshes(&self) -> u64 {
        self.core.lock().refreshes
    }

    /// Something goes wrong with the next requests to the Calendar API, in this order.
    pub fn inject(&self, faults: impl IntoIterator<Item = Fault>) {
        self.core.lock().faults.extend(faults.into_iter().map(Some));
    }

    /// Something goes wrong with one request to the Calendar API: the next for 0, the one after it for 1.
    pub fn inject_at(&self, request: usize, fault: Fault) {
        let mut state = self.core.lock();
        state.faults.clear();
        state.faults.extend(std::iter::repeat_n(None, request));
        state.faults.push_back(Some(fault));
    }

    /// Something goes wrong with the very next request, before whatever was injected so far.
    pub fn inject_first(&self, fault: Fault) {
        let mut state = self.core.lock();
        match state.faults.front_mut() {
            Some(first @ None) => *first = Some(fault),
            _ => state.faults.push_front(Some(fault)),
        }
    }

    /// The next request for a token is refused with this word, or answered with 503 for `server_error`.
    pub fn fail_token(&self, reason: impl Into<String>) {
        self.core.lock().token_error = Some(reason.into());
    }

    /// freeBusy answers this in the place of the calendar's times; `None` for its times again.
    pub fn fail_free_busy(&self, calendar: &str, reason: Option<&str>) {
        let mut state = self.core.lock();
        let id = state.calendar_id(calendar).unwrap_or_default();
        if let Some(calendar) = state.calendars.get_mut(&id) {
            calendar.error = reason.map(ToOwned::to_owned);
        }
    }

    /// Every answer takes this long.
    pub fn set_latency(&self, latency: Duration) {
        self.core.lock().latency = latency;
    }

    /// Sync tokens given out so far are too old from now on.
    pub fn forget_changes(&self) {
        let mut state = self.core.lock();
        let oldest = state.next();
        state.calendars.values_mut().for_each(|calendar| calendar.oldest = oldest);
    }

    /// Access tokens that were given out end now.
    pub fn end_access(&self) {
        self.core.lock().access.clear();
    }

    /// The account's owner takes back what they allowed: nothing that was given out works any more.
    pub fn withdraw(&self) {
        let mut state = self.core.lock();
        state.access.clear();
        state.refresh.clear();
    }

    /// How many refresh tokens work.
    #[must_use]
    pub fn grants(&self) -> usize {
        self.core.lock().refresh.len()
    }

    /// How many channels are open.
    #[must_use]
    pub fn channels(&self) -> usize {
        self.core.lock().channels.len()
    }

    /// Sends the push notifications that wait.
    pub async fn settle(&self) {
        self.core.flush().await;
    }
}

impl fmt::Debug for Google {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("sim::Google").field("base_url", &self.base_url().as_str()).finish_non_exhaustive()
    }
}
