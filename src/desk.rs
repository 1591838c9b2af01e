//! The whole desk behind one [`tower_service::Service`]: every webhook, the outbox, the news for the host's service.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use frontdesk::Desk;
//! use frontdesk::clock::SystemClock;
//! use frontdesk::phone::E164;
//! use frontdesk::store::MemoryStore;
//! use frontdesk::tenant::Tenant;
//!
//! let tenant = Tenant::new("clinic".parse()?)
//!     .with_number("+15551230000".parse()?)
//!     .with_forward_to("+15551230001".parse::<E164>()?);
//! let desk = Desk::builder()
//!     .public_url("https://example.com".parse()?)
//!     .auth_token("the account's auth token")
//!     .store(MemoryStore::new(SystemClock::shared()).with_tenant(tenant))
//!     .build()?;
//!
//! let request = http::Request::get("/health").body(bytes::Bytes::new())?;
//! assert_eq!(desk.handle(request).await.status(), 200);
//!
//! let app: axum::Router = axum::Router::new().fallback_service(desk.service());
//! # Ok(()) }
//! ```

mod api;
mod builder;
#[cfg(all(feature = "google", feature = "vault"))]
mod google;
mod ready;
mod routes;
mod service;
mod settings;
mod vapi;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response};

pub use api::{ApiLimits, Peer};
pub use builder::{DeskBuilder, InvalidDesk};
pub use service::DeskService;
pub use settings::{GoogleSettings, InvalidSettings, Settings};

use crate::availability::Availability;
use crate::calls::{Callbacks, CallerIds, Sounds};
use crate::feed::Feed;
use crate::messaging::Messenger;
use crate::notify::Notifier;
use crate::provisioning::Provisioning;
use crate::reserve::Reservations;
use crate::twilio::webhook::Refusal;
use crate::worker::Worker;
use api::{Answer, Api};
use routes::Routes;

/// The longest answer that is given whole.
const LARGEST: usize = 64 * 1024 * 1024;

/// A running front desk. Cheap to clone.
#[derive(Clone)]
pub struct Desk(Arc<Inner>);

struct Inner {
    routes: Routes,
    api: Option<Api>,
    workers: Vec<Worker>,
    messenger: Messenger,
    notifier: Notifier,
    provisioning: Option<Provisioning>,
    sounds: Sounds,
    feed: Feed,
    availability: Availability,
    reservations: Reservations,
    vapi: Option<vapi::VapiRoutes>,
    #[cfg(all(feature = "google", feature = "vault"))]
    google: Option<google::GoogleRoutes>,
}

impl Inner {
    /// How much is read of a body: reports of the assistant's are longer than anything that Twilio sends.
    fn body_limit(&self, path: &str) -> usize {
        match &self.vapi {
            Some(vapi) if vapi.has(path) => vapi::LARGEST,
            _ => self.routes.verifier.body_limit(),
        }
    }

    async fn handle(&self, parts: &Parts, body: impl Future<Output = Result<Bytes, Refusal>>, live: bool) -> Answer {
        #[cfg(all(feature = "google", feature = "vault"))]
        if let Some(google) = self.google.as_ref().filter(|_| google::GoogleRoutes::has(parts.uri.path())) {
            return Answer::Whole(google.handle(parts, body, self.api.as_ref(), self.routes.limit).await);
        }
        if let Some(vapi) = self.vapi.as_ref().filter(|vapi| vapi.has(parts.uri.path())) {
            return Answer::Whole(vapi.handle(parts, body, self.routes.calls.clock.now()).await);
        }
        match &self.api {
            Some(api) if api.has(parts.uri.path()) => api.handle(parts, body, self.routes.limit, live).await,
            _ => Answer::Whole(self.routes.handle(parts, body).await),
        }
    }
}

impl Desk {
    /// Starts the settings of a desk.
    pub fn builder() -> DeskBuilder {
        DeskBuilder::default()
    }

    /// Answers one request whose body has been read. Never fails: what goes wrong is an answer.
    ///
    /// A body over the limit of the verifier is answered with 413; let the server stop reading there. An answer that goes on
    /// is cut: a recording at 64 MB, what happens at what has happened so far. [`service`](Self::service) has neither limit.
    pub async fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        let (parts, body) = request.into_parts();
        match self.0.handle(&parts, async { Ok(body) }, false).await {
            Answer::Whole(response) => response,
            Answer::Streamed(response) => {
                let (parts, body) = response.into_parts();
                match body.collect(LARGEST).await {
                    Ok(body) => Response::from_parts(parts, body),
                    Err(error) => {
                        tracing::warn!(%error, "an answer broke off");
                        let mut response = Response::new(Bytes::new());
                        *response.status_mut() = http::StatusCode::BAD_GATEWAY;
                        response
                    }
                }
            }
        }
    }

    /// The desk as a service for any `tower` or `axum` server.
    #[must_use]
    pub fn service(&self) -> DeskService {
        DeskService::new(self.clone())
    }

    /// Sends texts, reads what became of them.
    #[must_use]
    pub fn messenger(&self) -> &Messenger {
        &self.0.messenger
    }

    /// Tells customers and staff of appointments.
    #[must_use]
    pub fn notifier(&self) -> &Notifier {
        &self.0.notifier
    }

    /// Knows when tenants can be booked.
    #[must_use]
    pub fn availability(&self) -> &Availability {
        &self.0.availability
    }

    /// Books, moves, cancels and finds appointments.
    #[must_use]
    pub fn reservations(&self) -> &Reservations {
        &self.0.reservations
    }

    /// Answers the voice assistant; `None` without one.
    #[must_use]
    pub fn assistants(&self) -> Option<&crate::assistant::Assistants> {
        self.0.vapi.as_ref().map(|vapi| &vapi.assistants)
    }

    /// Places calls of the tenants' own; `None` without an assistant that has a client.
    #[must_use]
    pub fn calls_out(&self) -> Option<&crate::assistant::CallsOut> {
        self.0.vapi.as_ref()?.out.as_ref()
    }

    /// Connects tenants' Google calendars; `None` without one.
    #[cfg(all(feature = "google", feature = "vault"))]
    #[cfg_attr(docsrs, doc(cfg(all(feature = "google", feature = "vault"))))]
    #[must_use]
    pub fn connector(&self) -> Option<&crate::connect::Connector> {
        self.0.google.as_ref().map(|google| &google.connector)
    }

    /// Orders, connects and gives back numbers; `None` without a Twilio client.
    #[must_use]
    pub fn provisioning(&self) -> Option<&Provisioning> {
        self.0.provisioning.as_ref()
    }

    /// Verifies caller IDs; `None` without a Twilio client.
    #[must_use]
    pub fn caller_ids(&self) -> Option<&CallerIds> {
        self.0.routes.caller_ids()
    }

    /// What happens, as it happens in this process.
    #[must_use]
    pub fn feed(&self) -> &Feed {
        &self.0.feed
    }

    /// Plays recordings to those whom the host lets listen.
    #[must_use]
    pub fn sounds(&self) -> &Sounds {
        &self.0.sounds
    }

    /// The URLs to set on the business's numbers.
    #[must_use]
    pub fn callbacks(&self) -> &Callbacks {
        &self.0.routes.calls.callbacks
    }

    /// Sends what waits in the outbox and the relay queue until `stop` is done. The host decides where this runs;
    /// without it nothing is sent. A turn that has begun is finished before this ends.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use frontdesk::{Desk, clock::SystemClock, store::MemoryStore};
    /// # let store = MemoryStore::new(SystemClock::shared());
    /// # let builder = Desk::builder().public_url("https://example.com".parse()?).auth_token("token");
    /// let desk = builder.store(store).build()?;
    /// let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    /// let running = tokio::spawn(async move { desk.run(async { drop(stopped.await) }).await });
    /// drop(stop);
    /// running.await?;
    /// # Ok(()) }
    /// ```
    pub async fn run(&self, stop: impl Future<Output = ()> + Send) {
        let stop = futures_util::FutureExt::shared(Box::pin(stop));
        let workers = self.0.workers.iter().cloned().map(|worker| worker.run(stop.clone()));
        futures_util::future::join_all(workers).await;
    }

    /// Sends what is due now and returns how much that was: for tests, and for hosts that run the outbox on a
    /// schedule.
    ///
    /// # Errors
    /// [`Error::is_retryable`](crate::Error::is_retryable) when the store could not be reached.
    pub async fn run_until_idle(&self) -> Result<usize, crate::Error> {
        let mut all = 0;
        loop {
            let mut round = 0;
            for worker in &self.0.workers {
                round += worker.run_until_idle().await?;
            }
            if round == 0 {
                return Ok(all);
            }
            all += round;
        }
    }
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").field("callbacks", self.callbacks()).field("workers", &self.0.workers.len()).finish()
    }
}
