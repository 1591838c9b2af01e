//! The REST API: a tenant's calls, texts, numbers and settings as JSON, for whom an [`Authenticator`] knows.

mod calls;
mod limit;
mod messages;
mod numbers;
mod problem;
mod query;
mod settings;

use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use http::request::Parts;
use http::{HeaderValue, Method, Response, StatusCode, header};
use matchit::Router;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::auth::{Authenticator, Denied, Principal, Role};
use crate::clock::{Clock, within};
use crate::id::TenantId;
use crate::messaging::Messenger;
use crate::provisioning::Provisioning;
use crate::store::Store;
use crate::twilio::webhook::Refusal;
pub use limit::{ApiLimits, Peer};
use limit::{Limiter, Share};
use problem::Problem;
use query::Query;

/// What can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    ListCalls,
    Call,
    Transcript,
    Summary,
    ListMessages,
    SendMessage,
    Thread,
    PhoneNumber,
    Provision,
    AccountNumbers,
    Connect,
    Tenant,
    ChangeTenant,
}

/// Each path below the prefix, with what its methods do.
const PATHS: &[(&str, &[(Method, Operation)])] = &[
    ("/calls", &[(Method::GET, Operation::ListCalls)]),
    ("/calls/{sid}", &[(Method::GET, Operation::Call)]),
    ("/calls/{sid}/transcript", &[(Method::GET, Operation::Transcript)]),
    ("/calls/{sid}/summary", &[(Method::GET, Operation::Summary)]),
    ("/messages", &[(Method::GET, Operation::ListMessages), (Method::POST, Operation::SendMessage)]),
    ("/threads/{number}", &[(Method::GET, Operation::Thread)]),
    ("/phone-number", &[(Method::GET, Operation::PhoneNumber)]),
    ("/phone-number/provision", &[(Method::POST, Operation::Provision)]),
    ("/admin/numbers", &[(Method::GET, Operation::AccountNumbers)]),
    ("/admin/numbers/connect", &[(Method::POST, Operation::Connect)]),
    ("/tenant", &[(Method::GET, Operation::Tenant), (Method::PATCH, Operation::ChangeTenant)]),
];

impl Operation {
    fn needs(self) -> Role {
        match self {
            Self::AccountNumbers | Self::Connect => Role::Admin,
            _ => Role::Member,
        }
    }

    fn share(self) -> Share {
        match self {
            Self::SendMessage | Self::Provision | Self::Connect => Share::Sending,
            _ => Share::General,
        }
    }
}

type Methods = &'static [(Method, Operation)];

/// Answers the API.
pub(super) struct Api {
    router: Router<Methods>,
    prefix: String,
    authenticator: Arc<dyn Authenticator>,
    limiter: Limiter,
    clock: Arc<dyn Clock>,
    services: Services,
}

/// What the operations work with.
pub(super) struct Services {
    pub(super) store: Arc<dyn Store>,
    pub(super) messenger: Messenger,
    pub(super) provisioning: Option<Provisioning>,
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
        let limiter = Limiter::new(limits, services.store.clone(), clock.clone());
        Some(Self { router, prefix, authenticator, limiter, clock, services })
    }

    /// Whether a path is the API's to answer.
    pub(super) fn has(&self, path: &str) -> bool {
        path.strip_prefix(&self.prefix).is_some_and(|rest| !self.prefix.is_empty() && rest.starts_with('/'))
            || self.router.at(path).is_ok()
    }

    /// Answers within the limit; a panic or a store that fails becomes a problem.
    pub(super) async fn handle(
        &self,
        parts: &Parts,
        body: impl Future<Output = Result<Bytes, Refusal>>,
        limit: Duration,
    ) -> Response<Bytes> {
        let answered = AssertUnwindSafe(self.answer(parts, body)).catch_unwind();
        let outcome = match within(self.clock.as_ref(), limit, answered).await {
            Some(Ok(outcome)) => outcome,
            Some(Err(_)) => {
                tracing::error!("an operation of the API panicked");
                Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "something went wrong here"))
            }
            None => Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "it took too long")),
        };
        let mut response = outcome.unwrap_or_else(Problem::into_response);
        // What concerns a tenant is nobody else's to keep.
        response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        response
    }

    async fn answer(
        &self,
        parts: &Parts,
        body: impl Future<Output = Result<Bytes, Refusal>>,
    ) -> Result<Response<Bytes>, Problem> {
        let peer = parts.extensions.get::<Peer>().map(|peer| peer.0);
        let found = self.router.at(parts.uri.path());
        let found = found.map_err(|_| Problem::new(StatusCode::NOT_FOUND, "there is nothing at this path"))?;
        let Some((_, operation)) = found.value.iter().find(|(method, _)| *method == parts.method) else {
            let allowed: Vec<_> = found.value.iter().map(|(method, _)| method.as_str()).collect();
            return Err(Problem::not_allowed(&allowed.join(", ")));
        };
        let principal = self.principal(parts, peer).await?;
        if principal.role < operation.needs() {
            return Err(Problem::new(StatusCode::FORBIDDEN, "this is for administrators"));
        }
        let mut query = Query::of(parts.uri.query());
        let tenant = tenant(&principal, &mut query)?;
        self.limiter.spend(&tenant, peer, operation.share()).await?;
        let name = found.params.iter().next().map(|(_, value)| value);
        let body = body.await.map_err(|refusal| Problem::new(refusal.status(), "the body cannot be read"))?;
        let asked = Asked { tenant, query, name, parts, body };
        self.services.serve(*operation, asked).await
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
    async fn serve(&self, operation: Operation, asked: Asked<'_>) -> Result<Response<Bytes>, Problem> {
        match operation {
            Operation::ListCalls => calls::list(self.store.as_ref(), asked).await,
            Operation::Call => calls::one(self.store.as_ref(), asked).await,
            Operation::Transcript => calls::transcript(self.store.as_ref(), asked).await,
            Operation::Summary => calls::summary(self.store.as_ref(), asked).await,
            Operation::ListMessages => messages::list(self.store.as_ref(), asked).await,
            Operation::SendMessage => messages::send(&self.messenger, asked).await,
            Operation::Thread => messages::thread(&self.messenger, asked).await,
            Operation::PhoneNumber => numbers::phone_number(self.store.as_ref(), asked).await,
            Operation::Provision => numbers::provision(self.provisioning.as_ref(), asked).await,
            Operation::AccountNumbers => numbers::account(self.provisioning.as_ref(), asked).await,
            Operation::Connect => numbers::connect(self.provisioning.as_ref(), asked).await,
            Operation::Tenant => settings::read(self.store.as_ref(), asked).await,
            Operation::ChangeTenant => settings::change(self.store.as_ref(), asked).await,
        }
    }
}

/// A list and where it goes on.
#[derive(Serialize)]
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

fn json(status: StatusCode, value: &impl Serialize) -> Result<Response<Bytes>, Problem> {
    let body = serde_json::to_vec(value);
    let body = body.map_err(|_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the answer cannot be written"))?;
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

fn not_found(what: &str) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, format!("there is no such {what}"))
}
