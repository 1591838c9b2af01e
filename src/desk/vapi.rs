use std::panic::AssertUnwindSafe;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use http::request::Parts;
use http::{HeaderValue, Method, Response, StatusCode, header};
use tracing::Instrument as _;

use super::routes::{empty, not_allowed};
use crate::assistant::{Assistants, CallsOut};
use crate::clock::within;
use crate::id::TenantId;
use crate::telemetry;
use crate::twilio::webhook::Refusal as Unread;
use crate::vapi::webhook::{Reply, Verified};

/// The longest message that is read; what was said in an hour is some hundred kilobytes.
pub(super) const LARGEST: usize = 4 * 1024 * 1024;
/// Vapi waits 20 seconds for a tool.
const LIMIT: Duration = Duration::from_secs(18);

/// The webhooks of the voice assistant.
pub(super) struct VapiRoutes {
    pub(super) assistants: Assistants,
    pub(super) out: Option<CallsOut>,
    pub(super) path: String,
    pub(super) plain: String,
}

impl VapiRoutes {
    pub(super) fn has(&self, path: &str) -> bool {
        path == self.path || path == self.plain
    }

    pub(super) async fn handle(
        &self,
        parts: &Parts,
        body: impl Future<Output = Result<Bytes, Unread>>,
        now: chrono::DateTime<chrono::Utc>,
    ) -> Response<Bytes> {
        if parts.method != Method::POST {
            return not_allowed("POST");
        }
        let plain = parts.uri.path() == self.plain;
        let route = if plain { "vapi.booking" } else { "vapi" };
        let counted =
            |result: &'static str| telemetry::count(telemetry::WEBHOOKS, [("route", route), ("result", result)]);
        let verifier = self.assistants.verifier();
        let verified = match verifier.precheck(parts) {
            Ok(()) => match body.await {
                Ok(body) => verifier.verify(parts, body, now),
                Err(refusal) => {
                    counted("refused");
                    return empty(refusal.status());
                }
            },
            Err(refusal) => Err(refusal),
        };
        let verified = match verified {
            Ok(verified) => verified,
            Err(refusal) => {
                tracing::warn!(route, %refusal, "a webhook was refused");
                counted("refused");
                telemetry::count(telemetry::REFUSALS, [("reason", refusal.reason())]);
                return empty(refusal.status());
            }
        };
        let span = tracing::info_span!("webhook", route);
        let answering = async {
            if plain {
                let (status, value) = self.assistants.plain(verified.body()).await;
                json(status, &value)
            } else {
                self.event(parts, &verified).await
            }
        };
        let clock = self.assistants.clock();
        let begun = clock.monotonic();
        let answering = AssertUnwindSafe(answering.instrument(span)).catch_unwind();
        let response = match within(clock.as_ref(), LIMIT, answering).await {
            Some(Ok(response)) => response,
            other => {
                let what = if other.is_some() { "a handler panicked" } else { "an answer took too long" };
                tracing::error!(route, "{what}");
                counted("failed");
                // Vapi reads no other status than 200.
                let status = StatusCode::INTERNAL_SERVER_ERROR;
                return if plain { empty(status) } else { Reply::error("Something went wrong.").to_http() };
            }
        };
        telemetry::took(telemetry::WEBHOOK_SECONDS, [("route", route)], clock.monotonic().saturating_sub(begun));
        counted(match response.status() {
            StatusCode::BAD_REQUEST => "malformed",
            status if status.is_server_error() => "failed",
            _ => "answered",
        });
        response
    }

    async fn event(&self, parts: &Parts, verified: &Verified) -> Response<Bytes> {
        let event = match verified.parse() {
            Ok(event) => event,
            Err(error) => {
                tracing::warn!(%error, "a message of Vapi's cannot be read");
                return empty(StatusCode::BAD_REQUEST);
            }
        };
        let tenant = tenant(parts.uri.query().unwrap_or_default());
        if event.message.wants_answer() {
            return self.assistants.answer(&event, tenant.as_ref()).await.to_http();
        }
        match self.assistants.record(&event, tenant.as_ref()).await {
            Ok(()) => Reply::none().to_http(),
            Err(error) => {
                tracing::error!(%error, "news of Vapi's could not be recorded");
                empty(StatusCode::SERVICE_UNAVAILABLE)
            }
        }
    }
}

fn tenant(query: &str) -> Option<TenantId> {
    let (_, value) = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "tenant")?;
    value.parse().ok()
}

fn json(status: StatusCode, value: &serde_json::Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(value.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
