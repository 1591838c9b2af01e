//! A simulated Twilio: phone network, REST API and signed webhooks.
//!
//! It places calls and carries out the TwiML it is given, sends texts and reports on them, and refuses with Twilio's
//! codes what Twilio refuses.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use frontdesk::sim::twilio::{Behaviour, Twilio};
//! use frontdesk::twilio::messages::NewMessage;
//!
//! let sim = Twilio::builder().in_process()?;
//! sim.own_number("+15551230000".parse()?);
//! sim.set_recipient("+14155552671", Behaviour::Undelivered(30003));
//!
//! let client = sim.client()?;
//! let sent = client.messages().create(&NewMessage::sms("+15551230000", "+14155552671", "Hi")).await?;
//! sim.settle().await;
//! let fetched = client.messages().fetch(&sent.sid.ok_or("no sid")?).await?;
//! assert_eq!(fetched.error_code, Some(30003));
//!
//! let refused = client.messages().create(&NewMessage::sms("+15551230000", "12", "Hi")).await;
//! assert_eq!(refused.unwrap_err().code(), Some(21211));
//! # Ok(()) }
//! ```

mod call;
mod callback;
mod fault;
mod message;
mod numbers;
mod recordings;
mod rest;
mod script;
mod state;
mod transcript;

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use callback::Order;
pub use fault::Fault;
pub use script::{CallScript, Callee, Input};
pub use state::{Behaviour, NumberSettings, SentText};
pub use transcript::{Entry, Transcript};

use super::server::{InProcess, Server};
use crate::clock::{Clock, SystemClock};
use crate::id::AccountSid;
use crate::phone::E164;
use crate::transport::{Reqwest, Transport};
use crate::twilio::webhook::Signer;
use crate::{Error, Secret};
use state::State;

fn xml_root(xml: &str) -> Result<super::xml::Node, String> {
    let root = super::xml::parse(xml).map_err(|error| format!("12100 document parse failure: {error}"))?;
    if root.name == "Response" { Ok(root) } else { Err(format!("12100 the root is <{}>, not <Response>", root.name)) }
}

/// A simulated Twilio. Clones are the same one; the server stops with the last of them.
#[derive(Clone)]
pub struct Twilio {
    core: Core,
    server: Option<Arc<Server>>,
}

/// What the server, the workers and the handle share.
#[derive(Clone)]
pub(super) struct Core(Arc<Inner>);

pub(super) struct Inner {
    account: AccountSid,
    token: Secret,
    signer: Signer,
    clock: Arc<dyn Clock>,
    /// Carries webhooks to the host.
    webhooks: Arc<dyn Transport>,
    state: Mutex<State>,
    /// Held while callbacks are sent, so that they go out in the order they stand in.
    sending: tokio::sync::Mutex<()>,
}

impl Core {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Settings of a [`Twilio`].
#[derive(Debug)]
#[must_use]
pub struct Builder {
    account: Option<AccountSid>,
    token: Secret,
    clock: Option<Arc<dyn Clock>>,
    webhooks: Option<Arc<dyn Transport>>,
    address: SocketAddr,
    seed: u64,
}

impl Builder {
    /// The account; one of the simulator's own by default.
    pub fn account(mut self, sid: AccountSid, token: impl Into<Secret>) -> Self {
        (self.account, self.token) = (Some(sid), token.into());
        self
    }

    /// The clock for dates and slow answers; the machine's by default.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// What carries webhooks to the host; real HTTP by default.
    pub fn webhooks(mut self, transport: Arc<dyn Transport>) -> Self {
        self.webhooks = Some(transport);
        self
    }

    /// Where to listen; a free port on loopback by default.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// Starts the numbering of SIDs elsewhere; the same seed gives the same SIDs.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// A simulator without a server: its client and [`Twilio::transport`] reach it in process.
    ///
    /// # Errors
    /// When the HTTP client for webhooks cannot be set up.
    pub fn in_process(self) -> Result<Twilio, Error> {
        let fallback = || AccountSid::parse("AC00000000000000000000000000000001");
        let account = match self.account {
            Some(account) => account,
            None => fallback().map_err(|source| Error::refused("making an account").with_source(source))?,
        };
        let webhooks = match self.webhooks {
            Some(webhooks) => webhooks,
            None => Arc::new(Reqwest::builder().without_proxy().build()?),
        };
        let inner = Inner {
            account,
            signer: Signer::new(self.token.clone()),
            token: self.token,
            clock: self.clock.unwrap_or_else(SystemClock::shared),
            webhooks,
            state: Mutex::new(State::new(self.seed)),
            sending: tokio::sync::Mutex::new(()),
        };
        Ok(Twilio { core: Core(Arc::new(inner)), server: None })
    }

    /// A simulator that listens on loopback.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn start(self) -> Result<Twilio, Error> {
        let address = self.address;
        let mut twilio = self.in_process()?;
        let core = twilio.core.clone();
        let server = Server::start(address, move |request| {
            let core = core.clone();
            Box::pin(async move { core.serve(request).await })
        });
        let server = server.await.map_err(|source| Error::refused("listening").with_source(source))?;
        twilio.server = Some(Arc::new(server));
        Ok(twilio)
    }
}

impl Twilio {
    /// Starts the settings of a simulator.
    pub fn builder() -> Builder {
        Builder {
            account: None,
            token: Secret::new("simulated-auth-token"),
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
    pub fn base_url(&self) -> String {
        match &self.server {
            Some(server) => format!("http://{}", server.address),
            None => "http://twilio.invalid".to_owned(),
        }
    }

    /// The simulated account.
    #[must_use]
    pub fn account_sid(&self) -> AccountSid {
        self.core.0.account
    }

    /// The account's auth token, with which webhooks are signed.
    #[must_use]
    pub fn auth_token(&self) -> Secret {
        self.core.0.token.clone()
    }

    /// Reaches the REST API in process.
    #[must_use]
    pub fn transport(&self) -> Arc<dyn Transport> {
        let core = self.core.clone();
        Arc::new(InProcess::new(move |request| {
            let core = core.clone();
            Box::pin(async move { core.serve(request).await })
        }))
    }

    /// A client of the simulated account: over HTTP if there is a server, else in process.
    ///
    /// # Errors
    /// When the HTTP client cannot be set up.
    pub fn client(&self) -> Result<crate::twilio::Client, Error> {
        let transport: Arc<dyn Transport> = match &self.server {
            Some(_) => Arc::new(Reqwest::builder().without_proxy().build()?),
            None => self.transport(),
        };
        crate::twilio::Client::builder(self.account_sid())
            .with_auth_token(self.auth_token())
            .with_base_url(self.base_url())
            .with_transport(transport)
            .with_clock(self.core.0.clock.clone())
            .build()
            .map_err(|source| Error::refused("making a client").with_source(source))
    }

    /// Adds a number to the account.
    pub fn own_number(&self, number: E164) {
        self.core.lock().numbers.entry(number).or_default();
    }

    /// Sets a number's webhooks, adding the number if need be.
    pub fn configure_number(&self, number: E164, settings: NumberSettings) {
        self.core.lock().numbers.insert(number, settings);
    }

    /// How texts to this address fare; they are delivered by default.
    pub fn set_recipient(&self, address: impl Into<String>, behaviour: Behaviour) {
        self.core.lock().recipients.insert(address.into(), behaviour);
    }

    /// Makes the account a trial that may text verified numbers only.
    pub fn set_trial(&self, verified: impl IntoIterator<Item = E164>) {
        self.core.lock().trial = Some(verified.into_iter().collect());
    }

    /// The order in which callbacks go out.
    pub fn set_order(&self, order: Order) {
        self.core.lock().order = order;
    }

    /// Makes every request for a document twice, as after a lost answer; another answer is an error in the transcript.
    pub fn set_repeat(&self, repeat: bool) {
        self.core.lock().repeat = repeat;
    }

    /// Something goes wrong with the next requests to the REST API, in this order.
    pub fn inject(&self, faults: impl IntoIterator<Item = Fault>) {
        self.core.lock().faults.extend(faults.into_iter().map(Some));
    }

    /// Something goes wrong with one request to the REST API: the next for 0, the one after it for 1.
    pub fn inject_at(&self, request: usize, fault: Fault) {
        let mut state = self.core.lock();
        state.faults.clear();
        state.faults.extend(std::iter::repeat_n(None, request));
        state.faults.push_back(Some(fault));
    }

    /// The numbers that are for sale, in the place of those that were: local ones of the United States and Canada,
    /// toll-free and mobile ones by their beginnings.
    pub fn set_for_sale(&self, numbers: impl IntoIterator<Item = E164>) {
        let kind = |number: &E164| {
            let area = number.national().get(..3).unwrap_or_default();
            let toll_free = ["800", "833", "844", "855", "866", "877", "888"].contains(&area);
            match number.calling_code() {
                1 if toll_free => "TollFree",
                1 => "Local",
                _ => "Mobile",
            }
        };
        self.core.lock().for_sale = numbers.into_iter().map(|number| (number, kind(&number))).collect();
    }

    /// Somebody else buys a number, though it is still listed as for sale.
    pub fn snatch(&self, number: E164) {
        self.core.lock().snatched.insert(number);
    }

    /// The next so many listings of the account's numbers do not show any, as when a listing lags behind.
    pub fn set_listing_lag(&self, listings: u32) {
        self.core.lock().listing_lag = listings + 1;
    }

    /// The account's numbers.
    #[must_use]
    pub fn numbers(&self) -> Vec<E164> {
        self.core.lock().numbers.keys().copied().collect()
    }

    /// The webhooks of one of the account's numbers.
    #[must_use]
    pub fn number_settings(&self, number: E164) -> Option<NumberSettings> {
        self.core.lock().numbers.get(&number).cloned()
    }

    /// Whoever Twilio calls to verify a number types the right code at once, instead of waiting for
    /// [`type_code`](Self::type_code).
    pub fn set_types_codes(&self, yes: bool) {
        self.core.lock().types_codes = yes;
    }

    /// The phone that Twilio calls to verify it is answered, and a code is typed; false when it is the wrong one,
    /// `None` when no call comes.
    #[must_use]
    pub fn type_code(&self, number: E164, typed: &str) -> Option<bool> {
        self.core.type_code(number, typed)
    }

    /// What is said in every recorded call, by the caller or not, and the summary that an operator writes of it.
    pub fn set_conversation<'a>(&self, lines: impl IntoIterator<Item = (bool, &'a str)>, summary: Option<&str>) {
        let mut state = self.core.lock();
        state.conversation = lines.into_iter().map(|(by_caller, words)| (by_caller, words.to_owned())).collect();
        state.summary = summary.map(ToOwned::to_owned);
    }

    /// What is told, without a signature, that a transcript is on its way.
    pub fn set_intelligence_webhook(&self, url: impl Into<String>) {
        self.core.lock().intelligence_webhook = Some(url.into());
    }

    /// Sends the callbacks that wait, and those that follow from them.
    pub async fn settle(&self) {
        self.core.flush().await;
    }

    /// The texts that were sent through the account, oldest first.
    #[must_use]
    pub fn texts(&self) -> Vec<SentText> {
        self.core.lock().texts()
    }

    /// A call that somebody is about to place.
    pub fn call(&self, from: impl Into<String>, to: E164) -> CallScript {
        CallScript::new(self.core.clone(), from.into(), to)
    }

    /// Somebody sends a text to one of the account's numbers: its webhook is asked, and what it answers is carried
    /// out. STOP and START are heeded.
    pub async fn text(&self, from: impl Into<String>, to: E164, body: impl Into<String>) -> Transcript {
        self.core.receive(from.into(), to, body.into()).await
    }
}

impl fmt::Debug for Twilio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("sim::Twilio").field("base_url", &self.base_url()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sim::Twilio")
    }
}
