use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use url::Url;

use super::api::{self, Api, ApiLimits};
#[cfg(all(feature = "google", feature = "vault"))]
use super::google::GoogleRoutes;
use super::ready::Readiness;
use super::routes::{Routes, Services};
use super::vapi::VapiRoutes;
use super::{Desk, Inner};
use crate::Secret;
use crate::assistant::{AssistantSettings, Assistants, CallsOut};
use crate::auth::Authenticator;
use crate::availability::{Availability, KEPT, Ledger};
use crate::blob::BlobStore;
use crate::calendar::{Calendars, Diaries};
use crate::calls::{Analysis, Analyst, Announcer, CallService, Callbacks, CallerIds, Hooks, Notices, Paths, Sounds};
use crate::clock::{Clock, SystemClock};
#[cfg(all(feature = "google", feature = "vault"))]
use crate::connect::{Connector, Renewer};
use crate::feed::{Feed, Watched};
#[cfg(all(feature = "google", feature = "vault"))]
use crate::google::oauth::OAuth;
use crate::message::{Guard, LineCheck, SmsSender};
use crate::messaging::{ATTEMPTS, Gate, MessageService, Messenger};
use crate::notification::{EmailSender, Workflow};
use crate::notify::{Courier, Notifier};
use crate::passport::Passport;
use crate::provisioning::{Provisioning, Saga};
use crate::relay::RelayTarget;
use crate::reserve::{PATIENCE, Reconciler, Reservations};
use crate::store::Store;
use crate::tenant::{Tenant, TenantLookup};
use crate::twilio::Client;
use crate::twilio::webhook::Verifier;
#[cfg(all(feature = "google", feature = "vault"))]
use crate::vault::Vault;
use crate::wake::Wake;
use crate::worker::{Sweeper, Turn, Worker};

/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(10);

/// Settings of a [`Desk`].
#[derive(Default)]
#[must_use]
pub struct DeskBuilder {
    public_url: Option<Url>,
    auth_token: Option<Secret>,
    verifier: Option<Verifier>,
    store: Option<Arc<dyn Store>>,
    sender: Option<Arc<dyn SmsSender>>,
    lines: Option<Arc<dyn LineCheck>>,
    client: Option<Client>,
    blobs: Option<Arc<dyn BlobStore>>,
    grace: Option<TimeDelta>,
    intelligence_secret: Option<Secret>,
    guard: Guard,
    attempts: Option<u32>,
    lookup: Option<Arc<dyn TenantLookup>>,
    template: Option<Tenant>,
    hooks: Option<Arc<dyn Hooks>>,
    relay: Option<Arc<dyn RelayTarget>>,
    clock: Option<Arc<dyn Clock>>,
    paths: Paths,
    hook_limit: Option<Duration>,
    reply_limit: Option<Duration>,
    answer_limit: Option<Duration>,
    backlog_limit: Option<Duration>,
    email: Option<Arc<dyn EmailSender>>,
    workflow: Option<Arc<dyn Workflow>>,
    assistant: Option<AssistantSettings>,
    worker: Option<String>,
    authenticator: Option<Arc<dyn Authenticator>>,
    api_prefix: Option<String>,
    api_limits: ApiLimits,
    calendars: Option<Arc<dyn Calendars>>,
    remember: Option<Duration>,
    patience: Option<Duration>,
    #[cfg(all(feature = "google", feature = "vault"))]
    google: Option<(OAuth, Vault, Option<Url>)>,
    #[cfg(all(feature = "google", feature = "vault"))]
    return_paths: Vec<String>,
}

/// A desk that cannot work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidDesk {
    /// The public URL is missing.
    #[error("the desk needs its public URL: the address that Twilio calls")]
    NoPublicUrl,
    /// There is no store.
    #[error("the desk needs a store")]
    NoStore,
    /// Neither a verifier nor an auth token.
    #[error("the desk needs the account's auth token, or a verifier")]
    NoVerifier,
    /// The assistant's settings hold no secret: nobody would be believed.
    #[error("the assistant needs a secret that Vapi sends")]
    NoAssistantSecret,
    /// A tool of the assistant cannot be offered.
    #[error("the assistant's tools do not fit: {0}")]
    Tool(#[from] crate::assistant::InvalidTool),
    /// The verifier cannot be built from auth token and public URL.
    #[error("webhooks cannot be verified: {0}")]
    Verifier(#[from] crate::twilio::webhook::InvalidVerifier),
    /// The secret for notices of transcripts is too short or cannot stand in a path.
    #[error("the secret for notices of transcripts needs 16 to 64 letters, digits, - and _")]
    IntelligenceSecret,
    /// A path is no pattern, or two are the same.
    #[error("the path {0} is malformed or taken twice")]
    Path(String),
}

impl DeskBuilder {
    /// The address under which Twilio reaches the desk.
    pub fn public_url(mut self, url: Url) -> Self {
        self.public_url = Some(url);
        self
    }

    /// The account's auth token, with which webhooks are verified.
    pub fn auth_token(mut self, token: impl Into<Secret>) -> Self {
        self.auth_token = Some(token.into());
        self
    }

    /// How webhooks are verified, when an auth token is not enough: several tokens, shared keys, other limits.
    pub fn verifier(mut self, verifier: Verifier) -> Self {
        self.verifier = Some(verifier);
        self
    }

    /// Where records are kept.
    pub fn store(mut self, store: impl Store) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    /// The store, when it is chosen at run time or shared with other parts of the host.
    pub fn shared_store(mut self, store: Arc<dyn Store>) -> Self {
        self.store = Some(store);
        self
    }

    /// Who sends texts; without one they wait in the store.
    pub fn sender(mut self, sender: impl SmsSender) -> Self {
        self.sender = Some(Arc::new(sender));
        self
    }

    /// Sends texts through this client, which also knows lines, buys numbers, verifies caller IDs and fetches
    /// recordings and transcripts.
    pub fn twilio(mut self, client: Client) -> Self {
        self.client = Some(client.clone());
        self.lines(client.clone()).sender(client)
    }

    /// Where recordings are kept, for tenants that want it.
    pub fn blobs(mut self, blobs: impl BlobStore) -> Self {
        self.blobs = Some(Arc::new(blobs));
        self
    }

    /// How long a tenant keeps its numbers after its subscription has ended; 30 days by default.
    pub fn release_after(mut self, grace: TimeDelta) -> Self {
        self.grace = Some(grace);
        self
    }

    /// Takes notices of transcripts that are not signed at `/webhooks/twilio/intelligence/` and this secret: 16 to 64
    /// letters, digits, `-` and `_`. Only the name of the transcript is taken from them.
    pub fn intelligence_secret(mut self, secret: impl Into<Secret>) -> Self {
        self.intelligence_secret = Some(secret.into());
        self
    }

    /// Who knows which lines take texts, for tenants that want it looked up before a missed call is texted back.
    pub fn lines(mut self, lines: impl LineCheck) -> Self {
        self.lines = Some(Arc::new(lines));
        self
    }

    /// How often a text that was certainly not sent is handed over before it is given up; 3 by default.
    pub fn send_attempts(mut self, attempts: u32) -> Self {
        self.attempts = Some(attempts);
        self
    }

    /// How texts are limited: countries, length, rates.
    pub fn guard(mut self, guard: Guard) -> Self {
        self.guard = guard;
        self
    }

    /// Who knows whose number is whose; the store by default.
    pub fn lookup(mut self, lookup: impl TenantLookup) -> Self {
        self.lookup = Some(Arc::new(lookup));
        self
    }

    /// The settings of tenants that the lookup knows and the store does not.
    pub fn tenant_template(mut self, template: Tenant) -> Self {
        self.template = Some(template);
        self
    }

    /// What the host decides itself.
    pub fn hooks(mut self, hooks: impl Hooks) -> Self {
        self.hooks = Some(Arc::new(hooks));
        self
    }

    /// Who is told of calls.
    pub fn relay(mut self, target: impl RelayTarget) -> Self {
        self.relay = Some(Arc::new(target));
        self
    }

    /// The clock; the machine's by default.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// The paths of the webhooks.
    pub fn paths(mut self, paths: Paths) -> Self {
        self.paths = paths;
        self
    }

    /// How long a hook may take; 2 seconds by default.
    pub fn hook_limit(mut self, limit: Duration) -> Self {
        self.hook_limit = Some(limit);
        self
    }

    /// How long a text to a missed caller waits for the words that the relay's target may choose; 3 seconds by
    /// default.
    pub fn reply_limit(mut self, limit: Duration) -> Self {
        self.reply_limit = Some(limit);
        self
    }

    /// How long an answer may take before the caller hears an apology; 10 seconds by default. Twilio waits 15.
    pub fn answer_limit(mut self, limit: Duration) -> Self {
        self.answer_limit = Some(limit);
        self
    }

    /// How long work may have been due before the desk says at `/ready` that it is not; 5 minutes by default.
    pub fn backlog_limit(mut self, limit: Duration) -> Self {
        self.backlog_limit = Some(limit);
        self
    }

    /// Who knows the callers of the REST API. Without one there is no API: it is off, not open.
    pub fn authenticator(mut self, authenticator: impl Authenticator) -> Self {
        self.authenticator = Some(Arc::new(authenticator));
        self
    }

    /// Where the API lies; `/api` by default.
    pub fn api_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.api_prefix = Some(prefix.into());
        self
    }

    /// How much of the API one may use.
    pub fn api_limits(mut self, limits: ApiLimits) -> Self {
        self.api_limits = limits;
        self
    }

    /// Who sends mail to those who are told of appointments; without one they get texts only.
    pub fn email(mut self, sender: impl EmailSender) -> Self {
        self.email = Some(Arc::new(sender));
        self
    }

    /// A workflow engine that is to send texts about appointments; what it does not send goes out directly.
    pub fn workflow(mut self, workflow: impl Workflow) -> Self {
        self.workflow = Some(Arc::new(workflow));
        self
    }

    /// The voice assistant: what Vapi asks and tells is answered and written down, and calls that go to the tenant's assistant
    /// say whose they are. [`Desk::assistants`] gives out the assistants' definitions.
    pub fn assistant(mut self, settings: AssistantSettings) -> Self {
        self.assistant = Some(settings);
        self
    }

    /// The name under which this process takes work from the store; random by default.
    pub fn worker_name(mut self, name: impl Into<String>) -> Self {
        self.worker = Some(name.into());
        self
    }

    /// Who knows which tenant keeps which diary; with [`google`](Self::google) those that have connected none. Without
    /// either, only the desk's own bookings are in anybody's way.
    pub fn calendars(mut self, calendars: impl Calendars) -> Self {
        self.calendars = Some(Arc::new(calendars));
        self
    }

    /// How long what a calendar holds is remembered where it is not asked for the last time; 5 minutes by default.
    pub fn remember_calendars(mut self, time: Duration) -> Self {
        self.remember = Some(time);
        self
    }

    /// How long somebody who books, moves or cancels waits for the calendar before they are told that it cannot be done now;
    /// 8 seconds by default; with the API four fifths of what an answer may take at most.
    pub fn calendar_limit(mut self, limit: Duration) -> Self {
        self.patience = Some(limit);
        self
    }

    /// Lets tenants connect Google calendars, whose tokens the vault seals: the page is `/oauth/google`, and people come back
    /// to `/oauth/google/callback`. [`Desk::connector`] gives out links to it.
    #[cfg(all(feature = "google", feature = "vault"))]
    #[cfg_attr(docsrs, doc(cfg(all(feature = "google", feature = "vault"))))]
    pub fn google(mut self, oauth: OAuth, vault: Vault) -> Self {
        self.google = Some((oauth, vault, None));
        self
    }

    /// The same at another address than Google's: a simulator or a proxy.
    #[cfg(all(feature = "google", feature = "vault"))]
    #[cfg_attr(docsrs, doc(cfg(all(feature = "google", feature = "vault"))))]
    pub fn google_at(mut self, oauth: OAuth, vault: Vault, base: Url) -> Self {
        self.google = Some((oauth, vault, Some(base)));
        self
    }

    /// Where people may go on when they have connected a calendar, beside the desk's own page: a path of the host's.
    #[cfg(all(feature = "google", feature = "vault"))]
    #[cfg_attr(docsrs, doc(cfg(all(feature = "google", feature = "vault"))))]
    pub fn return_path(mut self, path: impl Into<String>) -> Self {
        self.return_paths.push(path.into());
        self
    }

    /// Builds the desk.
    ///
    /// # Errors
    /// [`InvalidDesk`] names what is missing or malformed.
    pub fn build(self) -> Result<Desk, InvalidDesk> {
        let public_url = self.public_url.ok_or(InvalidDesk::NoPublicUrl)?;
        let feed = Feed::new();
        let clock = self.clock.unwrap_or_else(SystemClock::shared);
        let ledger = Ledger::new(clock.clone(), self.remember.unwrap_or(KEPT));
        let store = Watched::new(self.store.ok_or(InvalidDesk::NoStore)?, feed.clone()).with_ledger(ledger.clone());
        let store: Arc<dyn Store> = Arc::new(match &self.lookup {
            Some(lookup) => store.with_lookup(lookup.clone()),
            None => store,
        });
        let verifier = match (self.verifier, self.auth_token) {
            (Some(verifier), _) => verifier,
            (None, Some(token)) => Verifier::builder(token).with_public_url(public_url.as_str()).build()?,
            (None, None) => return Err(InvalidDesk::NoVerifier),
        };
        // The desk gives out its URLs with a fragment that requests do not carry.
        let verifier = verifier.or_fragment(crate::calls::REPEAT);
        let lookup = self.lookup.unwrap_or_else(|| store.clone());
        let callbacks = Callbacks::new(&public_url, self.paths);
        let name = self.worker.unwrap_or_else(|| format!("desk-{:016x}", fastrand::u64(..)));
        let reply_limit = self.relay.as_ref().map(|_| self.reply_limit.unwrap_or(Duration::from_secs(3)));
        let calls = CallService {
            store: store.clone(),
            lookup,
            template: self.template,
            hooks: self.hooks,
            clock: clock.clone(),
            callbacks: callbacks.clone(),
            hook_limit: self.hook_limit.unwrap_or(Duration::from_secs(2)),
            reply_limit,
            outbox: Wake::default(),
            relays: Wake::default(),
            follow_ups: Wake::default(),
            passport: self.assistant.as_ref().map(|settings| Passport::new(settings.key.clone())),
        };
        if let Some(secret) = &self.intelligence_secret {
            let clean = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
            if !(16..=64).contains(&secret.expose().len()) || !secret.expose().bytes().all(clean) {
                return Err(InvalidDesk::IntelligenceSecret);
            }
        }
        let sweeper: Arc<dyn Turn> = Arc::new(Sweeper::new(store.clone(), clock.clone()));
        let mut workers = vec![Worker::new(sweeper, clock.clone(), Wake::default())];
        #[cfg(feature = "metrics")]
        {
            let gauger: Arc<dyn Turn> = Arc::new(crate::worker::Gauger::new(store.clone(), clock.clone()));
            workers.push(Worker::new(gauger, clock.clone(), Wake::default()));
        }
        if let Some(target) = self.relay {
            let outbox = calls.outbox.clone();
            let announcer: Arc<dyn Turn> =
                Arc::new(Announcer { store: store.clone(), target, clock: clock.clone(), name: name.clone(), outbox });
            workers.push(Worker::new(announcer, clock.clone(), calls.relays.clone()));
        }
        let mut provisioning = None;
        let mut caller_ids = None;
        if let Some(client) = &self.client {
            let analyst: Arc<dyn Turn> = Arc::new(Analyst {
                store: store.clone(),
                client: client.clone(),
                blobs: self.blobs.clone(),
                clock: clock.clone(),
                name: name.clone(),
            });
            workers.push(Worker::new(analyst, clock.clone(), calls.follow_ups.clone()));
            let saga: Arc<dyn Turn> = Arc::new(Saga {
                store: store.clone(),
                client: client.clone(),
                clock: clock.clone(),
                callbacks: callbacks.clone(),
                name: name.clone(),
            });
            let wake = Wake::default();
            workers.push(Worker::new(saga, clock.clone(), wake.clone()));
            provisioning = Some(Provisioning {
                store: store.clone(),
                client: client.clone(),
                clock: clock.clone(),
                grace: self.grace.unwrap_or(TimeDelta::days(30)),
                wake,
            });
            caller_ids = Some(CallerIds::new(client.clone(), callbacks.clone(), clock.clone()));
        }
        let notifier =
            Notifier { store: store.clone(), clock: clock.clone(), mails: self.email.is_some(), wake: Wake::default() };
        let courier: Arc<dyn Turn> = Arc::new(Courier {
            store: store.clone(),
            clock: clock.clone(),
            email: self.email,
            workflow: self.workflow,
            outbox: calls.outbox.clone(),
            name: name.clone(),
        });
        workers.push(Worker::new(courier, clock.clone(), notifier.wake.clone()));
        #[cfg(all(feature = "google", feature = "vault"))]
        let google = self.google.map(|(oauth, vault, base)| {
            let consent = oauth.consent_origin();
            let connector = Connector::new(oauth, store.clone(), vault, clock.clone()).with_ledger(ledger.clone());
            let connector = self.return_paths.into_iter().fold(connector, Connector::with_return_path);
            // Google tells only those who are reached over HTTPS.
            let connector = match (&base, public_url.scheme()) {
                (None, "https") | (Some(_), _) => connector.with_push(&public_url),
                _ => connector,
            };
            let connector = match base {
                Some(base) => connector.with_base_url(base),
                None => connector,
            };
            let secure = public_url.scheme() == "https";
            GoogleRoutes { connector, secure, consent, clock: clock.clone() }
        });
        #[cfg(all(feature = "google", feature = "vault"))]
        if let Some(google) = &google {
            let renewer: Arc<dyn Turn> = Arc::new(Renewer::new(google.connector.clone()));
            workers.push(Worker::new(renewer, clock.clone(), Wake::default()));
        }
        let calendars = self.calendars.unwrap_or_else(|| Arc::new(Diaries::new()));
        #[cfg(all(feature = "google", feature = "vault"))]
        let calendars: Arc<dyn Calendars> = match &google {
            Some(google) => Arc::new(google.connector.clone().or_else(calendars)),
            None => calendars,
        };
        let availability = Availability::new(store.clone(), calendars.clone(), clock.clone()).with_ledger(ledger);
        let mut reservations =
            Reservations::new(store.clone(), calendars, notifier.clone(), availability.clone(), clock.clone());
        // Who asks over HTTP is to be told by us, not by the limit of all answers.
        let answers = self.answer_limit.unwrap_or(ANSWER);
        let patience = self.patience.unwrap_or(PATIENCE);
        reservations.patience = if self.authenticator.is_some() { patience.min(answers / 5 * 4) } else { patience };
        let reconciler: Arc<dyn Turn> = Arc::new(Reconciler::new(&reservations, name.clone()));
        workers.push(Worker::new(reconciler, clock.clone(), reservations.wake.clone()));
        let notices = Notices { calls: calls.clone(), client: self.client.clone() };
        let analysis = Analysis { store: store.clone(), client: self.client.clone() };
        let sounds = Sounds { store: store.clone(), client: self.client, blobs: self.blobs };
        let gate = Gate { store: store.clone(), clock: clock.clone(), guard: self.guard, lines: self.lines };
        let attempts = self.attempts.unwrap_or(ATTEMPTS);
        let messenger = Messenger::assemble(gate, self.sender, callbacks, calls.outbox.clone(), name, attempts);
        workers.extend(messenger.worker());
        let vapi = match self.assistant {
            Some(mut settings) => {
                if !settings.verifier.is_configured() {
                    return Err(InvalidDesk::NoAssistantSecret);
                }
                let services = (availability.clone(), reservations.clone(), messenger.clone());
                let (client, flow) = (settings.client.take(), settings.flow.take());
                let assistants = Assistants::new(settings, calls.clone(), services, calls.callbacks.vapi())?;
                let lingering = assistants.lingering().clone();
                let wake = lingering.wake.clone();
                workers.push(Worker::new(Arc::new(lingering), clock.clone(), wake));
                let out = client.map(|client| CallsOut::new(assistants.clone(), store.clone(), client, flow));
                if let Some(out) = &out {
                    workers.push(Worker::new(Arc::new(out.clone()), clock.clone(), out.wake.clone()));
                }
                let paths = calls.callbacks.paths();
                Some(VapiRoutes { assistants, out, path: paths.vapi.clone(), plain: paths.vapi_booking.clone() })
            }
            None => None,
        };
        let messages = MessageService { calls: calls.clone(), messenger: messenger.clone() };
        let limit = self.answer_limit.unwrap_or(ANSWER);
        let services = Services { calls, messages, notices, caller_ids, intelligence_secret: self.intelligence_secret };
        let readiness = Readiness {
            store: store.clone(),
            clock: clock.clone(),
            limit: self.backlog_limit.unwrap_or(Duration::from_secs(300)),
        };
        let routes = Routes::new(verifier, services, limit, readiness)?;
        let prefix = self.api_prefix.unwrap_or_else(|| "/api".to_owned());
        let api = match self.authenticator {
            Some(authenticator) => {
                let provisioning = provisioning.clone();
                let services = api::Services {
                    store,
                    messenger: messenger.clone(),
                    notifier: notifier.clone(),
                    reservations: reservations.clone(),
                    availability: availability.clone(),
                    provisioning,
                    sounds: sounds.clone(),
                    analysis,
                    feed: feed.clone(),
                    clock: clock.clone(),
                };
                let api = Api::new(prefix.clone(), authenticator, self.api_limits, clock, services);
                Some(api.ok_or(InvalidDesk::Path(prefix))?)
            }
            None => None,
        };
        Ok(Desk(Arc::new(Inner {
            routes,
            api,
            workers,
            messenger,
            notifier,
            provisioning,
            sounds,
            feed,
            availability,
            reservations,
            vapi,
            #[cfg(all(feature = "google", feature = "vault"))]
            google,
        })))
    }
}

impl fmt::Debug for DeskBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeskBuilder").field("paths", &self.paths).field("store", &self.store).finish_non_exhaustive()
    }
}
