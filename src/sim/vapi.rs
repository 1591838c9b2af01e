//! A simulated Vapi: its REST API, calls with assistants, and the messages that a host's server is sent.
//!
//! Calls come in or are placed; the host is asked who takes them, tools are called in every shape that Vapi has used, and
//! what Vapi does not take of an answer is missing here, too. Nobody speaks by themselves: a test or a
//! [`dialogue`] says what is said. Squads, workflows and batches are not simulated.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//! use frontdesk::sim::Vapi;
//! use frontdesk::sim::vapi::{ToolOutcome, ToolShape};
//! use frontdesk::transport::Stub;
//! use frontdesk::vapi::calls::ListCalls;
//!
//! // A host that answers from a script; `Vapi::attach` takes a desk.
//! let host = Stub::new()
//!     .reply(200, r#"{"assistant":{"firstMessage":"Riverside Clinic.","serverMessages":["end-of-call-report"]}}"#)
//!     .reply(200, r#"{"result":"From nine to five."}"#)
//!     .reply(200, "{}");
//! let sim = Vapi::builder().server("https://desk.example/vapi", "the secret").webhooks(Arc::new(host)).in_process()?;
//! sim.own_number("+15551230000");
//!
//! let call = sim.ring("+14155552671", "+15551230000").await.with_shape(ToolShape::LegacyFunctionCall);
//! call.say(true, "When are you open?").await;
//! let hours = call.tool("opening_hours", serde_json::json!({})).await;
//! assert_eq!(hours, ToolOutcome::Said("From nine to five.".to_owned()));
//! call.hang_up("customer-ended-call").await;
//!
//! let kinds: Vec<_> = sim.delivered().into_iter().map(|delivery| delivery.kind).collect();
//! assert_eq!(kinds, ["assistant-request", "function-call", "end-of-call-report"]);
//! assert_eq!(sim.client().calls().list(&ListCalls::new()).await?.len(), 1);
//! # Ok(()) }
//! ```

mod call;
mod check;
pub mod dialogue;
mod fault;
mod flow;
mod place;
mod record;
mod rest;
mod state;
mod tool;
mod webhook;

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use url::Url;

pub use call::{SimCall, Transfer};
pub use fault::Fault;
pub use tool::{ToolOutcome, ToolShape};
pub use webhook::{Auth, Delivery};

use super::server::{InProcess, Server};
use crate::clock::{Clock, SystemClock};
use crate::transport::{Reqwest, Transport};
use crate::vapi::Client;
use crate::vapi::calls::Call;
use crate::{Error, Secret};
use state::State;

/// A simulated Vapi with one organization. Clones are the same one; the server stops with the last of them.
#[derive(Clone)]
pub struct Vapi {
    core: Core,
    server: Option<Arc<Server>>,
    base: Url,
}

#[derive(Clone)]
struct Core(Arc<Inner>);

struct Inner {
    key: Secret,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

impl Core {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Settings of a [`Vapi`].
#[derive(Debug)]
#[must_use]
pub struct Builder {
    key: Secret,
    server: Option<(String, Secret)>,
    auth: Auth,
    clock: Option<Arc<dyn Clock>>,
    webhooks: Option<Arc<dyn Transport>>,
    address: SocketAddr,
    seed: u64,
}

impl Builder {
    /// The organization's private key, which requests to the REST API need.
    pub fn key(mut self, key: impl Into<Secret>) -> Self {
        self.key = key.into();
        self
    }

    /// Where messages go when neither the tool, the assistant nor the phone number has a server; and the secret that all
    /// messages carry whose server has no such header of its own.
    pub fn server(mut self, url: impl Into<String>, secret: impl Into<Secret>) -> Self {
        self.server = Some((url.into(), secret.into()));
        self
    }

    /// How messages carry the secret; as a bearer token by default.
    pub fn auth(mut self, auth: Auth) -> Self {
        self.auth = auth;
        self
    }

    /// The clock for times and for answers that come too late; the machine's by default.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// What carries messages to the host; real HTTP by default.
    pub fn webhooks(mut self, transport: Arc<dyn Transport>) -> Self {
        self.webhooks = Some(transport);
        self
    }

    /// Where to listen; a free port on loopback by default.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// Gives other ids; the same seed gives the same ids.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// A simulator without a server, reached in process.
    ///
    /// # Errors
    /// When the HTTP client for messages cannot be set up.
    pub fn in_process(self) -> Result<Vapi, Error> {
        let webhooks = match self.webhooks {
            Some(webhooks) => webhooks,
            None => Arc::new(Reqwest::builder().without_proxy().build()?),
        };
        let inner = Inner {
            key: self.key,
            clock: self.clock.unwrap_or_else(SystemClock::shared),
            state: Mutex::new(State::new(self.seed, self.server, self.auth, webhooks)),
        };
        Ok(Vapi { core: Core(Arc::new(inner)), server: None, base: url("http://vapi.invalid/")? })
    }

    /// A simulator that listens on loopback.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn start(self) -> Result<Vapi, Error> {
        let address = self.address;
        let mut vapi = self.in_process()?;
        let core = vapi.core.clone();
        let server = Server::start(address, move |request| {
            let core = core.clone();
            Box::pin(async move { core.serve(&request) })
        });
        let server = server.await.map_err(|source| Error::refused("listening").with_source(source))?;
        vapi.base = url(&format!("http://{}/", server.address))?;
        vapi.server = Some(Arc::new(server));
        Ok(vapi)
    }
}

fn url(text: &str) -> Result<Url, Error> {
    text.parse().map_err(|source: url::ParseError| Error::refused("making an address").with_source(source))
}

impl Vapi {
    /// Starts the settings of a simulator.
    pub fn builder() -> Builder {
        Builder {
            key: Secret::new("simulated-private-key"),
            server: None,
            auth: Auth::default(),
            clock: None,
            webhooks: None,
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            seed: 0,
        }
    }

    /// A simulator on a free port of loopback.
    ///
    /// # Errors
    /// When it cannot listen.
    pub async fn start() -> Result<Self, Error> {
        Self::builder().start().await
    }

    /// Where its REST API is.
    #[must_use]
    pub fn base_url(&self) -> Url {
        self.base.clone()
    }

    /// The organization's private key.
    #[must_use]
    pub fn key(&self) -> Secret {
        self.core.0.key.clone()
    }

    /// Reaches the REST API in process.
    #[must_use]
    pub fn transport(&self) -> Arc<dyn Transport> {
        let core = self.core.clone();
        Arc::new(InProcess::new(move |request| {
            let core = core.clone();
            Box::pin(async move { core.serve(&request) })
        }))
    }

    /// A client of the organization, in process.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(self.key(), self.transport(), self.core.0.clock.clone()).with_base_url(&self.base_url())
    }

    /// Where messages go from now on, as with [`Builder::server`].
    pub fn set_server(&self, url: impl Into<String>, secret: impl Into<Secret>) {
        self.core.lock().server = Some((url.into(), secret.into()));
    }

    /// What carries messages to the host from now on.
    pub fn set_webhooks(&self, transport: Arc<dyn Transport>) {
        self.core.lock().webhooks = transport;
    }

    /// Messages go to a desk in process, whatever host their address has. Keeps the desk until others are
    /// [set](Self::set_webhooks).
    #[cfg(feature = "desk")]
    #[cfg_attr(docsrs, doc(cfg(feature = "desk")))]
    pub fn attach(&self, desk: &crate::Desk) {
        let desk = desk.clone();
        self.set_webhooks(Arc::new(InProcess::new(move |request| {
            let desk = desk.clone();
            Box::pin(async move { Some(desk.handle(request).await) })
        })));
    }

    /// Adds a phone number, or a SIP address, that asks the server who takes its calls. Returns its id.
    pub fn own_number(&self, address: impl AsRef<str>) -> String {
        let now = self.core.0.clock.now();
        let number = self.core.lock().own(address.as_ref(), now);
        state::text(&number, "id").unwrap_or_default().to_owned()
    }

    /// Somebody calls a number or a SIP address that the organization has. The host is asked who takes the call, unless
    /// the number has an assistant; when nobody does, the call [is over](SimCall::is_over) already.
    pub async fn ring(&self, from: &str, to: &str) -> SimCall {
        let id = self.core.ring(from, to, &[]).await;
        SimCall::new(self.core.clone(), id)
    }

    /// A call comes by SIP, with headers, on behalf of a customer with a number or SIP address of their own. It comes to
    /// the first SIP address that the organization has, or to a new one.
    pub async fn ring_sip(&self, headers: &[(&str, &str)], customer: &str) -> SimCall {
        let now = self.core.0.clock.now();
        let to = self.core.lock().sip_address(now);
        let id = self.core.ring(customer, &to, headers).await;
        SimCall::new(self.core.clone(), id)
    }

    /// The calls that were placed over the REST API, oldest first.
    #[must_use]
    pub fn placed(&self) -> Vec<Call> {
        let state = self.core.lock();
        let placed = state.calls.iter().filter(|call| call.is_outbound());
        placed.filter_map(|call| serde_json::from_value(Value::Object(call.shown())).ok()).collect()
    }

    /// A call by its id.
    #[must_use]
    pub fn call(&self, id: impl AsRef<str>) -> SimCall {
        SimCall::new(self.core.clone(), id.as_ref().to_owned())
    }

    /// Whoever is called by a call that was placed answers.
    pub async fn answer(&self, id: impl AsRef<str>) -> SimCall {
        let call = self.call(id);
        self.core.connect(call.id()).await;
        call
    }

    /// Whoever is called by a call that was placed does not answer.
    pub async fn no_answer(&self, id: impl AsRef<str>) -> SimCall {
        let call = self.call(id);
        if self.core.read(call.id(), |call| call.has_started()) == Some(false) {
            self.core.end(call.id(), "customer-did-not-answer").await;
        }
        call
    }

    /// The messages that were sent to the host, in the order in which they were answered.
    #[must_use]
    pub fn delivered(&self) -> Vec<Delivery> {
        self.core.lock().delivered.clone()
    }

    /// Something goes wrong with the next requests to the REST API, in this order.
    pub fn inject(&self, faults: impl IntoIterator<Item = Fault>) {
        self.core.lock().faults.extend(faults);
    }
}

impl fmt::Debug for Vapi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("sim::Vapi").field("base_url", &self.base_url().as_str()).finish_non_exhaustive()
    }
}
