use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::FutureExt as _;
use http::request::Parts;
use http::{HeaderValue, Method, Response, StatusCode, header};

use super::api::Api;
use super::routes::{empty, not_allowed};
use crate::Secret;
use crate::clock::{Clock, within};
use crate::connect::{Connection, Connector, NotConnected};
use crate::google::channels::Notice;
use crate::id::TenantId;
use crate::secret::Private;
use crate::telemetry;
use crate::twilio::webhook::Refusal;

/// The page that people see.
const PAGE: &str = "/oauth/google";
const COOKIE: &str = "frontdesk_google";
const AGAIN: &str = "<p role=\"alert\">Please try again in a moment.";

/// Connecting calendars, as people see it, and what Google says of them.
pub(super) struct GoogleRoutes {
    pub(super) connector: Connector,
    /// Whether people reach the desk over HTTPS.
    pub(super) secure: bool,
    /// Where consent is asked for, which a form may lead to.
    pub(super) consent: String,
    pub(super) clock: Arc<dyn Clock>,
}

/// Whose calendar it is about, and until when whoever asks may.
type Holder = (TenantId, DateTime<Utc>);

enum Route {
    Page,
    Start,
    Callback,
    Revoke,
    Notice,
}

fn route(path: &str) -> Option<Route> {
    Some(match path {
        "/oauth/google" => Route::Page,
        "/oauth/google/start" => Route::Start,
        "/oauth/google/callback" => Route::Callback,
        "/oauth/google/revoke" => Route::Revoke,
        "/webhooks/google" => Route::Notice,
        _ => return None,
    })
}

/// A field of the query or of a form.
fn field(text: &[u8], name: &str) -> Option<String> {
    url::form_urlencoded::parse(text).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

fn see_other(location: &str) -> Response<Bytes> {
    let mut response = empty(StatusCode::SEE_OTHER);
    match location.parse() {
        Ok(location) => {
            response.headers_mut().insert(header::LOCATION, location);
            response
        }
        Err(_) => empty(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

impl GoogleRoutes {
    pub(super) fn has(path: &str) -> bool {
        route(path).is_some()
    }

    /// Answers within the limit; a panic becomes an answer. With an API, who the host knows needs no ticket, and who guesses
    /// is slowed down.
    pub(super) async fn handle(
        &self,
        parts: &Parts,
        body: impl Future<Output = Result<Bytes, Refusal>>,
        api: Option<&Api>,
        limit: Duration,
    ) -> Response<Bytes> {
        let answered = AssertUnwindSafe(self.answer(parts, body, api)).catch_unwind();
        match within(self.clock.as_ref(), limit, answered).await {
            Some(Ok(response)) => response,
            Some(Err(_)) => {
                tracing::error!("a page about calendars panicked");
                empty(StatusCode::INTERNAL_SERVER_ERROR)
            }
            None => self.written(StatusCode::SERVICE_UNAVAILABLE, AGAIN),
        }
    }

    async fn answer(
        &self,
        parts: &Parts,
        body: impl Future<Output = Result<Bytes, Refusal>>,
        api: Option<&Api>,
    ) -> Response<Bytes> {
        let query = parts.uri.query().unwrap_or_default();
        match (route(parts.uri.path()), &parts.method) {
            (Some(Route::Page), &Method::GET | &Method::HEAD) => self.page(parts, query, api).await,
            (Some(Route::Start), &Method::GET) => self.start(parts, query.as_bytes(), api).await,
            (Some(Route::Callback), &Method::GET) => self.callback(parts, query).await,
            (Some(Route::Start | Route::Revoke), &Method::POST) => {
                let body = match body.await {
                    Ok(body) => body,
                    Err(refusal) => return empty(refusal.status()),
                };
                match route(parts.uri.path()) {
                    Some(Route::Start) => self.start(parts, &body, api).await,
                    _ => self.revoke(parts, &body, api).await,
                }
            }
            (Some(Route::Notice), &Method::POST) => self.notice(parts, query).await,
            (Some(Route::Page), _) => not_allowed("GET, HEAD"),
            (Some(Route::Start), _) => not_allowed("GET, POST"),
            (Some(Route::Callback), _) => not_allowed("GET"),
            (Some(Route::Revoke | Route::Notice), _) => not_allowed("POST"),
            (None, _) => empty(StatusCode::NOT_FOUND),
        }
    }

    /// Whose calendar it is about: of the ticket, else of whom the host knows; else what is answered instead.
    async fn holder(&self, parts: &Parts, fields: &[u8], api: Option<&Api>) -> Result<Holder, Response<Bytes>> {
        let known = match (field(fields, "ticket"), api) {
            (Some(ticket), api) => match (self.connector.holder(&ticket), api) {
                (Some(holder), _) => return Ok(holder),
                (None, Some(api)) => api.guessed(parts).await.map(|()| None),
                (None, None) => Ok(None),
            },
            (None, Some(api)) => api.whose(parts).await.map(Some),
            (None, None) => Ok(None),
        };
        match known {
            Ok(Some(tenant)) => Ok((tenant, self.connector.ticket_end())),
            Ok(None) => Err(self.stranger()),
            Err(problem) => {
                let wait = problem.headers().get(header::RETRY_AFTER).cloned();
                let mut response = match problem.status() {
                    StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => self.stranger(),
                    status => self.written(status, AGAIN),
                };
                response.headers_mut().extend(wait.map(|wait| (header::RETRY_AFTER, wait)));
                Err(response)
            }
        }
    }

    async fn page(&self, parts: &Parts, query: &str, api: Option<&Api>) -> Response<Bytes> {
        match self.holder(parts, query.as_bytes(), api).await {
            Ok(holder) => self.shown(&holder, StatusCode::OK, None).await,
            Err(response) => response,
        }
    }

    /// The page with how things stand, and a word on what has just happened.
    async fn shown(&self, (tenant, until): &Holder, status: StatusCode, word: Option<&str>) -> Response<Bytes> {
        let ticket = self.connector.ticket(tenant, *until);
        let (connection, ticket) = match (self.connector.connection(tenant).await, ticket) {
            (Ok(connection), Ok(ticket)) => (connection, ticket),
            (Err(error), _) | (_, Err(error)) => {
                tracing::error!(%error, "the state of a calendar cannot be told");
                return self.written(StatusCode::SERVICE_UNAVAILABLE, AGAIN);
            }
        };
        let form = |action: &str, text: &str| {
            format!(
                "<form method=\"post\" action=\"{PAGE}/{action}\"><input type=\"hidden\" name=\"ticket\" value=\"{}\">\
                 <button>{text}</button></form>",
                escape(ticket.expose())
            )
        };
        let account = |address: &Private| format!("<strong>{}</strong>", escape(address));
        let state = match &connection {
            Connection::Works(address) => format!(
                "<p id=\"state\" data-state=\"connected\">Connected to the calendar of {}.</p>{}{}",
                account(address),
                form("revoke", "Disconnect"),
                form("start", "Connect another one in its place")
            ),
            Connection::NeedsReauth(address) => format!(
                "<p id=\"state\" data-state=\"needs-reauth\">The calendar of {} has to be connected again: Google does not \
                 let us in any more.</p>{}{}",
                account(address),
                form("start", "Connect Google Calendar"),
                form("revoke", "Disconnect")
            ),
            Connection::None => format!(
                "<p id=\"state\" data-state=\"none\">No calendar is connected yet.</p>{}",
                form("start", "Connect Google Calendar")
            ),
        };
        let word = word.map(|word| format!("<p role=\"alert\">{}</p>", escape(word))).unwrap_or_default();
        self.written(status, &format!("{word}{state}"))
    }

    fn written(&self, status: StatusCode, body: &str) -> Response<Bytes> {
        let html = format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Google Calendar</title>\
             <meta name=\"viewport\" content=\"width=device-width\"><meta name=\"referrer\" content=\"no-referrer\">\
             <style>body{{font:1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem}}\
             button{{font:inherit;padding:.5rem 1rem}}</style></head><body><main><h1>Google Calendar</h1>{body}</main></body></html>"
        );
        let mut response = Response::new(Bytes::from(html));
        *response.status_mut() = status;
        let policy = format!(
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self' {}; frame-ancestors 'none'; base-uri 'none'",
            self.consent
        );
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        response
    }

    fn stranger(&self) -> Response<Bytes> {
        self.written(StatusCode::FORBIDDEN, "<p role=\"alert\">This link has expired. Please ask for a new one.</p>")
    }

    async fn start(&self, parts: &Parts, fields: &[u8], api: Option<&Api>) -> Response<Bytes> {
        let holder = match self.holder(parts, fields, api).await {
            Ok(holder) => holder,
            Err(response) => return response,
        };
        let return_to = field(fields, "return_to").unwrap_or_else(|| PAGE.to_owned());
        if !self.connector.may_return_to(&return_to) {
            return self
                .shown(&holder, StatusCode::BAD_REQUEST, Some("This link leads to a place we do not know."))
                .await;
        }
        match self.connector.start_until(&holder.0, &return_to, holder.1).await {
            Ok(started) => {
                let mut response = see_other(started.url.as_str());
                self.remember(&mut response, Some(&started.session));
                response
            }
            Err(error) => {
                tracing::error!(%error, "a calendar cannot be connected");
                self.shown(&holder, StatusCode::SERVICE_UNAVAILABLE, Some("Please try again in a moment.")).await
            }
        }
    }

    /// Ties what is begun to the browser that began it.
    fn remember(&self, response: &mut Response<Bytes>, session: Option<&Secret>) {
        let (value, age) = session.map_or(("", 0), |session| (session.expose(), 600));
        let secure = if self.secure { "; Secure" } else { "" };
        // Lax: it comes along when Google sends somebody back.
        let cookie = format!("{COOKIE}={value}; Path={PAGE}; Max-Age={age}; HttpOnly; SameSite=Lax{secure}");
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }

    async fn callback(&self, parts: &Parts, query: &str) -> Response<Bytes> {
        let cookies = parts.headers.get_all(header::COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
        let session = cookies
            .flat_map(|cookies| cookies.split(';'))
            .find_map(|cookie| cookie.trim().strip_prefix(COOKIE)?.strip_prefix('='))
            .map(Secret::new);
        match self.connector.finish(query, session.as_ref()).await {
            Ok(done) => {
                let mut response = if done.return_to == PAGE {
                    self.shown(&(done.tenant, done.until), StatusCode::OK, Some("Your calendar is connected.")).await
                } else {
                    see_other(&done.return_to)
                };
                self.remember(&mut response, None);
                response
            }
            Err(error) => {
                tracing::warn!(%error, "a calendar was not connected");
                let (status, word) = match &error {
                    NotConnected::State => (StatusCode::BAD_REQUEST, "This link has expired. Please begin again."),
                    NotConnected::Denied => (StatusCode::OK, "Nothing was changed: access was not allowed."),
                    NotConnected::Missing(_) => (
                        StatusCode::OK,
                        "Not everything that is needed was allowed. Please begin again and leave all boxes ticked.",
                    ),
                    NotConnected::Failed(error) if error.is_permanent() => {
                        (StatusCode::BAD_GATEWAY, "Google has refused. Please begin again.")
                    }
                    NotConnected::Failed(_) => {
                        (StatusCode::SERVICE_UNAVAILABLE, "Google cannot be reached. Please begin again.")
                    }
                };
                self.written(status, &format!("<p role=\"alert\" id=\"state\" data-state=\"failed\">{word}</p>"))
            }
        }
    }

    async fn revoke(&self, parts: &Parts, fields: &[u8], api: Option<&Api>) -> Response<Bytes> {
        // A browser adds cookies to a stranger's form, but neither a ticket nor this header.
        let is_meant = field(fields, "ticket").is_some() || parts.headers.contains_key(header::AUTHORIZATION);
        if !is_meant {
            return self.stranger();
        }
        let holder = match self.holder(parts, fields, api).await {
            Ok(holder) => holder,
            Err(response) => return response,
        };
        match self.connector.revoke(&holder.0).await {
            Ok(()) => self.shown(&holder, StatusCode::OK, Some("Your calendar is disconnected.")).await,
            Err(error) => {
                tracing::error!(%error, "a calendar cannot be disconnected");
                self.shown(&holder, StatusCode::SERVICE_UNAVAILABLE, Some("Please try again in a moment.")).await
            }
        }
    }

    async fn notice(&self, parts: &Parts, query: &str) -> Response<Bytes> {
        let result = |result: &'static str| {
            telemetry::count(telemetry::WEBHOOKS, [("route", "google"), ("result", result)]);
        };
        let tenant = field(query.as_bytes(), "tenant").and_then(|tenant| TenantId::new(tenant).ok());
        let (Some(tenant), Some(notice)) = (tenant, Notice::parse(&parts.headers)) else {
            result("malformed");
            return empty(StatusCode::BAD_REQUEST);
        };
        match self.connector.notice(&tenant, &notice).await {
            Ok(true) => {
                result("answered");
                empty(StatusCode::NO_CONTENT)
            }
            Ok(false) => {
                result("refused");
                telemetry::count(telemetry::REFUSALS, [("reason", "wrong channel token")]);
                empty(StatusCode::FORBIDDEN)
            }
            Err(error) => {
                tracing::error!(%error, "a push notification could not be taken");
                result("failed");
                empty(StatusCode::SERVICE_UNAVAILABLE)
            }
        }
    }
}
