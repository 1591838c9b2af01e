//! The REST API: a tenant's calls, texts, numbers and settings as JSON, for whom an [`Authenticator`] knows.

mod analytics;
mod availability;
mod bookings;
mod calls;
mod events;
mod limit;
mod messages;
mod notifications;
mod numbers;
mod openapi;
mod operation;
mod problem;
mod query;
mod schema;
mod settings;

use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use http::request::Parts;
use http::{HeaderValue, Response, StatusCode, header};
use matchit::Router;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tracing::Instrument as _;

use crate::auth::{Authenticator, Denied, Principal, Role};
use crate::availability::Availability;
use crate::calls::{Analysis, Sounds};
use crate::clock::{Clock, within};
use crate::feed::Feed;
use crate::id::TenantId;
use crate::messaging::Messenger;
use crate::notify::Notifier;
use crate::provisioning::Provisioning;
use crate::reserve::Reservations;
use crate::store::Store;
use crate::telemetry;
use crate::transport::Body;
use crate::twilio::webhook::Refusal;
use limit::Limiter;
pub use limit::{ApiLimits, Peer};
use operation::{Methods, Operation, PATHS};
use problem::Problem;
use query::Query;

/// In whose name addresses are counted.
const PEERS: &str = "frontdesk.peers";

/// Answers the API.
pub(super) struct Api {
    router: Router<Methods>,
    prefix: String,
    authenticator: Arc<dyn Authenticator>,
    limiter: Limiter,
    clock: Arc<dyn Clock>,
    services: Services,
    document: Bytes,
}

/// An answer whose body is there, or goes on.
pub(super) enum Answer {
    Whole(Response<Bytes>),
    Streamed(Response<Body>),
}

impl Answer {
    fn status(&self) -> StatusCode {
        match self {
            Self::Whole(response) => response.status(),
            Self::Streamed(response) => response.status(),
        }
    }

    fn headers_mut(&mut self) -> &mut http::HeaderMap {
        match self {
            Self::Whole(response) => response.headers_mut(),
            Self::Streamed(response) => response.headers_mut(),
        }
    }
}

impl From<Problem> for Answer {
    fn from(problem: Problem) -> Self {
        Self::Whole(problem.into_response())
    }
}

/// What the operations work with.
pub(super) struct Services {
    pub(super) store: Arc<dyn Store>,
    pub(super) messenger: Messenger,
    pub(super) notifier: Notifier,
    pub(super) reservations: Reservations,
    pub(super) availability: Availability,
    pub(super) provisioning: Option<Provisioning>,
    pub(super) sounds: Sounds,
    pub(super) analysis: Analysis,
    pub(super) feed: Feed,
    pub(super) clock: Arc<dyn Clock>,
}

/// Who asks, for which tenant, and what.
struct Asked<'a> {
    tenant: TenantId,
    query: Query,
    /// The part of the path that names something.
    name: Option<&'a str>,
    parts: &'a Parts,
    body: Bytes,
}

impl Asked<'_> {
    /// The body, read strictly: a field that nobody knows is an error that names it.
    fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let kind = self.parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.and_then(|kind| kind.split(';').next()).map(|kind| kind.trim().to_ascii_lowercase());
        if !matches!(kind.as_deref(), Some("application/json" | "application/merge-patch+json")) {
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body is to be application/json"));
        }
        read_json(&self.body)
    }
}

/// Reads JSON; what is wrong with it is told by the field.
fn read_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize(&mut reader);
    let value = read.map_err(|error| {
        let path = error.path().to_string();
        let field = if path == "." { None } else { Some(path) };
        // Its own words may repeat what was sent.
        Problem::invalid(
            field,
            if error.inner().is_data() { "it has another type or is not known" } else { "it is no JSON" },
        )
    })?;
    reader.end().map_err(|_| Problem::invalid(None, "something follows the JSON"))?;
    Ok(value)
}

impl Api {
    pub(super) fn new(
        prefix: String,
        authenticator: Arc<dyn Authenticator>,
        limits: ApiLimits,
        clock: Arc<dyn Clock>,
        services: Services,
    ) -> Option<Self> {
        let fits =
            prefix.is_empty() || (prefix.starts_with('/') && !prefix.ends_with('/') && !prefix.contains(['{', '}']));
        fits.then_some(())?;
        let mut router = Router::new();
        for (path, methods) in PATHS {
            router.insert(format!("{prefix}{path}"), *methods).ok()?;
        }
        let limiter = Limiter::new(limits, services.store.clone(), clock.clone(), TenantId::new(PEERS).ok()?);
        let document = Bytes::from(openapi::document(&prefix).to_string());
        Some(Self { router, prefix, authenticator, limiter, clock, services, document })
    }

    /// Whether a path is the API's to answer.
    pub(super) fn has(&self, path: &str) -> bool {
        path.strip_prefix(&self.prefix).is_some_and(|rest| !self.prefix.is_empty() && rest.starts_with('/'))
            || self.router.at(path).is_ok()
    }

    /// Answers within the limit; a panic or a store that fails becomes a problem. Bodies go on and on only if the answer is
    /// `live`.
    pub(super) async fn handle(
        &self,
        parts: &Parts,
        body: impl Future<Output = Result<Bytes, Refusal>>,
        limit: Duration,
        live: bool,
    ) -> Answer {
        let found = self.router.at(parts.uri.path()).ok();
        let operation = found.and_then(|found| found.value.iter().find(|(method, _)| *method == parts.method));
        let operation = operation.map_or("none", |(_, operation)| operation.about().id);
        let span = tracing::info_span!("api", operation, tenant = tracing::field::Empty);
        let begun = self.clock.monotonic();
        let answered = AssertUnwindSafe(self.answer(parts, body, live)).catch_unwind().instrument(span);
        let outcome = match within(self.clock.as_ref(), limit, answered).await {
            Some(Ok(outcome)) => outcome,
            Some(Err(_)) => {
                tracing::error!("an operation of the API panicked");
                Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "something went wrong here"))
            }
            // What was begun may still be done.
            None if parts.method != http::Method::GET => {
                let detail = "it took too long: it may or may not be done, look before asking again";
                Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail).because("unknown"))
            }
            None => Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "it took too long")),
        };
        let mut answer = outcome.unwrap_or_else(Answer::from);
        let time = self.clock.monotonic().saturating_sub(begun);
        telemetry::took(telemetry::API_SECONDS, [("operation", operation)], time);
        telemetry::count(telemetry::API_REQUESTS, [("operation", operation), ("status", answer.status().as_str())]);
        // What concerns a tenant is nobody else's to keep.
        answer.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        answer
    }

    async fn answer(
        &self,
        parts: &Parts,
        body: impl Future<Output = Result<Bytes, Refusal>>,
        live: bool,
    ) -> Result<Answer, Problem> {
        let peer = parts.extensions.get::<Peer>().map(|peer| peer.0);
        let found = self.router.at(parts.uri.path());
        let found = found.map_err(|_| Problem::new(StatusCode::NOT_FOUND, "there is nothing at this path"))?;
        let Some((_, operation)) = found.value.iter().find(|(method, _)| *method == parts.method) else {
            let allowed: Vec<_> = found.value.iter().map(|(method, _)| method.as_str()).collect();
            return Err(Problem::not_allowed(&allowed.join(", ")));
        };
        let mut query = Query::of(parts.uri.query());
        let Some(needed) = operation.needs() else {
            self.limiter.spend_peer(peer).await?;
            query.done()?;
            let mut response = Response::new(self.document.clone());
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            return Ok(Answer::Whole(response));
        };
        let principal = self.principal(parts, peer).await?;
        if principal.role < needed {
            return Err(Problem::new(StatusCode::FORBIDDEN, "this is for administrators"));
        }
        let tenant = tenant(&principal, &mut query)?;
        tracing::Span::current().record("tenant", tracing::field::display(&tenant));
        self.limiter.spend(&tenant, peer, operation.share()).await?;
        let name = found.params.iter().next().map(|(_, value)| value);
        let body = body.await.map_err(|refusal| Problem::new(refusal.status(), "the body cannot be read"))?;
        let asked = Asked { tenant, query, name, parts, body };
        self.services.serve(*operation, asked, live).await
    }

    /// Whose pages somebody may see, whom the host knows; takes one from their share.
    #[cfg(all(feature = "google", feature = "vault"))]
    pub(super) async fn whose(&self, parts: &Parts) -> Result<TenantId, Response<Bytes>> {
        let known = async {
            let peer = parts.extensions.get::<Peer>().map(|peer| peer.0);
            let principal = self.principal(parts, peer).await?;
            let tenant = tenant(&principal, &mut Query::of(None))?;
            self.limiter.spend(&tenant, peer, limit::Share::General).await?;
            Ok(tenant)
        };
        known.await.map_err(Problem::into_response)
    }

    /// Somebody has shown what is nobody's.
    #[cfg(all(feature = "google", feature = "vault"))]
    pub(super) async fn guessed(&self, parts: &Parts) -> Result<(), Response<Bytes>> {
        let peer = parts.extensions.get::<Peer>().map(|peer| peer.0);
        self.limiter.guessed(peer).await.map_err(Problem::into_response)
    }

    async fn principal(&self, parts: &Parts, peer: Option<IpAddr>) -> Result<Principal, Problem> {
        match self.authenticator.authenticate(parts).await {
            Ok(principal) => Ok(principal),
            Err(denied) => {
                tracing::info!(reason = %denied, "a request of the API was denied");
                // Who guesses is slowed down before anything is said.
                self.limiter.guessed(peer).await?;
                Err(match denied {
                    Denied::Unavailable => {
                        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "credentials cannot be checked now")
                    }
                    Denied::Missing | Denied::Invalid(_) => Problem::unauthorized(),
                })
            }
        }
    }
}

/// Whose records are asked for: the principal's, or, for an administrator, those that the query names.
fn tenant(principal: &Principal, query: &mut Query) -> Result<TenantId, Problem> {
    let named = query.take("tenant");
    match (principal.role, named, &principal.tenant) {
        (Role::Admin, Some(named), _) => {
            TenantId::new(named).map_err(|_| Problem::invalid(Some("tenant".into()), "this is no tenant's id"))
        }
        (_, None, Some(tenant)) => Ok(tenant.clone()),
        (_, Some(named), Some(tenant)) if named == tenant.as_str() => Ok(tenant.clone()),
        (Role::Admin, None, None) => Err(Problem::invalid(Some("tenant".into()), "an administrator names a tenant")),
        _ => Err(Problem::new(StatusCode::FORBIDDEN, "this is another tenant's")),
    }
}

impl Services {
    async fn serve(&self, operation: Operation, asked: Asked<'_>, live: bool) -> Result<Answer, Problem> {
        let (store, provisioning) = (self.store.as_ref(), self.provisioning.as_ref());
        match operation {
            Operation::ListCalls => calls::list(store, asked).await,
            Operation::Call => calls::one(store, asked).await,
            Operation::Recording => calls::recording(&self.sounds, asked).await,
            Operation::Transcript => calls::transcript(&self.analysis, asked).await,
            Operation::Summary => calls::summary(&self.analysis, asked).await,
            Operation::ListMessages => messages::list(store, asked).await,
            Operation::SendMessage => messages::send(&self.messenger, asked).await,
            Operation::Thread => messages::thread(&self.messenger, asked).await,
            Operation::ListNotifications => notifications::list(&self.notifier, asked).await,
            Operation::Confirm => notifications::confirm(&self.notifier, asked).await,
            Operation::Cancel => notifications::cancel(&self.notifier, asked).await,
            Operation::Remind => notifications::remind(&self.notifier, asked).await,
            Operation::ListBookings => bookings::list(&self.reservations, self.clock.as_ref(), asked).await,
            Operation::Book => bookings::book(&self.reservations, asked).await,
            Operation::Hold => bookings::hold(&self.reservations, asked).await,
            Operation::Booking => bookings::one(&self.reservations, asked).await,
            Operation::Reschedule => bookings::reschedule(&self.reservations, asked).await,
            Operation::CancelBooking => bookings::cancel(&self.reservations, asked).await,
            Operation::Availability => availability::read(&self.availability, self.clock.as_ref(), asked).await,
            Operation::PhoneNumber => numbers::phone_number(store, asked).await,
            Operation::Provision => numbers::provision(provisioning, asked).await,
            Operation::AccountNumbers => numbers::account(provisioning, asked).await,
            Operation::Connect => numbers::connect(provisioning, asked).await,
            Operation::Tenant => settings::read(store, asked).await,
            Operation::ChangeTenant => settings::change(store, asked).await,
            Operation::Analytics => analytics::read(self, asked).await,
            Operation::Events => events::follow(&self.feed, self.clock.clone(), asked, live),
            Operation::Document => Err(not_found("operation")),
        }
    }
}

/// A list and where it goes on.
#[derive(Serialize, JsonSchema)]
struct Page<T> {
    items: Vec<T>,
    /// Given as `after`, it leads to the next page; `null` at the end.
    next: Option<String>,
}

impl<T> Page<T> {
    fn new<R>(records: &[R], limit: usize, name: impl Fn(&R) -> String, view: impl Fn(&R) -> T) -> Self {
        let next = records.last().filter(|_| records.len() >= limit).map(name);
        Self { items: records.iter().map(view).collect(), next }
    }
}

fn json(status: StatusCode, value: &impl Serialize) -> Result<Answer, Problem> {
    let body = serde_json::to_vec(value);
    let body = body.map_err(|_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the answer cannot be written"))?;
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(Answer::Whole(response))
}

fn not_found(what: &str) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, format!("there is no such {what}"))
}
