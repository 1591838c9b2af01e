use std::panic::AssertUnwindSafe;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use http::request::Parts;
use http::{HeaderValue, Method, Response, StatusCode, header};
use matchit::Router;
use tracing::field::{Empty, display};
use tracing::{Instrument, Span};

use super::InvalidDesk;
use super::ready::Readiness;
use crate::Error;
use crate::Secret;
use crate::calls::flow::{Cursor, Ladder};
use crate::calls::{CallService, CallerIds, Notices, Origin, Settled, apology};
use crate::clock::within;
use crate::id::{TenantId, TranscriptSid};
use crate::message::MessageId;
use crate::messaging::MessageService;
use crate::telemetry;
use crate::tenant::Group;
use crate::twilio::webhook::{
    Call, CallStatusEvent, CallerIdEvent, DialEvent, Event, GatherEvent, IntelligenceEvent, MessageEvent,
    MessageStatusEvent, ParseError, RealTimeTranscriptionEvent, RecordEvent, RecordingStatusEvent, Refusal, SIGNATURE,
    TranscriptionEvent, Verified, Verifier, VoiceEvent,
};
use crate::twiml::{MessagingResponse, VoiceResponse};

/// What a path is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Route {
    Voice,
    Menu,
    Dial,
    Status,
    Voicemail,
    Recording,
    Transcription,
    Messages,
    MessagesStatus,
    CallerId,
    Intelligence,
    /// The same with a secret in the path.
    IntelligenceSecret,
    Health,
    Ready,
}

impl Route {
    fn name(self) -> &'static str {
        match self {
            Self::Voice => "voice",
            Self::Menu => "voice.menu",
            Self::Dial => "voice.dial",
            Self::Status => "voice.status",
            Self::Voicemail => "voice.voicemail",
            Self::Recording => "voice.recording",
            Self::Transcription => "voice.transcription",
            Self::Messages => "messages",
            Self::MessagesStatus => "messages.status",
            Self::CallerId => "caller-id",
            Self::Intelligence | Self::IntelligenceSecret => "intelligence",
            Self::Health => "health",
            Self::Ready => "ready",
        }
    }

    /// True when a caller is on the line and waits for verbs.
    fn has_caller(self) -> bool {
        matches!(self, Self::Voice | Self::Menu | Self::Dial | Self::Voicemail)
    }
}

/// Why a webhook was not served.
enum Trouble {
    Refused(Refusal),
    Malformed(ParseError),
    /// A parameter of ours in the URL is missing or wrong: the URL is not one that we gave out.
    Query,
    Store(Error),
    Unwritable,
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<ParseError> for Trouble {
    fn from(error: ParseError) -> Self {
        Self::Malformed(error)
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

/// Takes a request to what serves it.
pub(super) struct Routes {
    router: Router<Route>,
    pub(super) verifier: Verifier,
    pub(super) calls: CallService,
    messages: MessageService,
    notices: Notices,
    caller_ids: Option<CallerIds>,
    intelligence_secret: Option<Secret>,
    pub(super) limit: Duration,
    readiness: Readiness,
}

/// What the routes lead to.
pub(super) struct Services {
    pub(super) calls: CallService,
    pub(super) messages: MessageService,
    pub(super) notices: Notices,
    pub(super) caller_ids: Option<CallerIds>,
    pub(super) intelligence_secret: Option<Secret>,
}

impl Routes {
    pub(super) fn new(
        verifier: Verifier,
        services: Services,
        limit: Duration,
        readiness: Readiness,
    ) -> Result<Self, InvalidDesk> {
        let Services { calls, messages, notices, caller_ids, intelligence_secret } = services;
        let mut router = Router::new();
        let paths = calls.callbacks.paths();
        let with_secret = format!("{}/{{secret}}", paths.intelligence);
        for (path, route) in [
            (&paths.voice, Route::Voice),
            (&paths.menu, Route::Menu),
            (&paths.dial, Route::Dial),
            (&paths.status, Route::Status),
            (&paths.voicemail, Route::Voicemail),
            (&paths.recording, Route::Recording),
            (&paths.transcription, Route::Transcription),
            (&paths.messages, Route::Messages),
            (&paths.messages_status, Route::MessagesStatus),
            (&paths.caller_id, Route::CallerId),
            (&paths.intelligence, Route::Intelligence),
            (&with_secret, Route::IntelligenceSecret),
            (&paths.health, Route::Health),
            (&paths.ready, Route::Ready),
        ] {
            let pattern = path.starts_with('/').then(|| router.insert(path, route).ok()).flatten();
            pattern.ok_or_else(|| InvalidDesk::Path(path.clone()))?;
        }
        Ok(Self { router, verifier, calls, messages, notices, caller_ids, intelligence_secret, limit, readiness })
    }

    pub(super) fn caller_ids(&self) -> Option<&CallerIds> {
        self.caller_ids.as_ref()
    }

    pub(super) async fn handle(
        &self,
        parts: &Parts,
        body: impl Future<Output = Result<Bytes, Refusal>>,
    ) -> Response<Bytes> {
        let Ok(found) = self.router.at(parts.uri.path()) else { return empty(StatusCode::NOT_FOUND) };
        let route = *found.value;
        if matches!(route, Route::Health | Route::Ready) {
            return match parts.method {
                Method::GET | Method::HEAD if route == Route::Ready => self.readiness.answer().await,
                Method::GET | Method::HEAD => health(),
                _ => not_allowed("GET, HEAD"),
            };
        }
        if parts.method != Method::POST && parts.method != Method::GET {
            return not_allowed("GET, POST");
        }
        let span =
            tracing::info_span!("webhook", route = route.name(), call = Empty, text = Empty, from = Empty, to = Empty);
        let begun = self.calls.clock.monotonic();
        // The secret takes the place of a signature, and a signature that is there counts all the same.
        let response = if route == Route::IntelligenceSecret && !parts.headers.contains_key(&SIGNATURE) {
            let given = found.params.get("secret").unwrap_or_default();
            self.unsigned(given, body).instrument(span).await
        } else {
            self.serve(route, parts, body).instrument(span).await
        };
        let time = self.calls.clock.monotonic().saturating_sub(begun);
        telemetry::took(telemetry::WEBHOOK_SECONDS, [("route", route.name())], time);
        response
    }

    /// Verifies, then answers within the limit; a panic or a store that fails becomes a polite answer.
    async fn serve(
        &self,
        route: Route,
        parts: &Parts,
        body: impl Future<Output = Result<Bytes, Refusal>>,
    ) -> Response<Bytes> {
        let verified = match self.verify(parts, body).await {
            Ok(verified) => verified,
            Err(refusal) => return trouble(route, Trouble::Refused(refusal)),
        };
        let clock = self.calls.clock.clone();
        let answered = AssertUnwindSafe(self.answer(route, &verified)).catch_unwind();
        match within(clock.as_ref(), self.limit, answered).await {
            Some(Ok(Ok(response))) => {
                note_result(route, "answered");
                response
            }
            Some(Ok(Err(problem))) => trouble(route, problem),
            Some(Err(_)) => {
                tracing::error!(route = route.name(), "a handler panicked");
                note_result(route, "failed");
                fallback(route, StatusCode::INTERNAL_SERVER_ERROR)
            }
            None => {
                tracing::error!(route = route.name(), limit = ?self.limit, "an answer took too long");
                note_result(route, "failed");
                fallback(route, StatusCode::SERVICE_UNAVAILABLE)
            }
        }
    }

    /// A notice that is not signed: its secret is checked before its body is read, and only a name is taken from it.
    async fn unsigned(&self, secret: &str, body: impl Future<Output = Result<Bytes, Refusal>>) -> Response<Bytes> {
        let route = Route::IntelligenceSecret;
        if !self.intelligence_secret.as_ref().is_some_and(|known| known.matches(secret.as_bytes())) {
            tracing::warn!(route = route.name(), "a notice without a signature has the wrong secret");
            note_result(route, "refused");
            telemetry::count(telemetry::REFUSALS, [("reason", "wrong secret")]);
            return empty(StatusCode::FORBIDDEN);
        }
        let body = match body.await {
            Ok(body) => body,
            Err(refusal) => return trouble(route, Trouble::Refused(refusal)),
        };
        let Some(transcript) = transcript_of(&body) else {
            note_result(route, "malformed");
            return empty(StatusCode::BAD_REQUEST);
        };
        match self.noticed(&transcript).await {
            Ok(response) => {
                note_result(route, "answered");
                response
            }
            Err(problem) => trouble(route, problem),
        }
    }

    async fn noticed(&self, transcript: &TranscriptSid) -> Result<Response<Bytes>, Trouble> {
        let known = self.notices.ready(transcript).await?;
        Ok(settled(if known { Settled::Recorded } else { Settled::Unknown }))
    }

    async fn verify(
        &self,
        parts: &Parts,
        body: impl Future<Output = Result<Bytes, Refusal>>,
    ) -> Result<Verified, Refusal> {
        self.verifier.precheck(parts)?;
        self.verifier.verify(parts, body.await?)
    }

    async fn answer(&self, route: Route, verified: &Verified) -> Result<Response<Bytes>, Trouble> {
        match route {
            Route::Voice => {
                let event: VoiceEvent = parse(verified)?;
                note(&event.call);
                tracing::info!("a call");
                twiml(&self.calls.arrived(&event).await)
            }
            Route::Menu => {
                let event: GatherEvent = parse(verified)?;
                note(&event.call);
                let attempt = verified.query("attempt").and_then(|text| text.parse().ok()).unwrap_or(1);
                twiml(&self.calls.chosen(&event, &origin(verified)?, attempt).await)
            }
            Route::Dial => {
                let event: DialEvent = parse(verified)?;
                note(&event.call);
                twiml(&self.calls.dialled(&event, &origin(verified)?, &cursor(verified)?).await)
            }
            Route::Voicemail => {
                let event: RecordEvent = parse(verified)?;
                note(&event.call);
                twiml(&self.calls.voicemail_left(&event, &origin(verified)?).await)
            }
            Route::Status => {
                let event: CallStatusEvent = parse(verified)?;
                note(&event.call);
                tracing::info!(status = %event.call.status, "a call's status");
                Ok(settled(self.calls.status_changed(&event).await?))
            }
            Route::Recording => {
                let event: RecordingStatusEvent = parse(verified)?;
                let voicemail = verified.query("kind").as_deref() == Some("voicemail");
                Ok(settled(self.calls.recorded(&tenant(verified)?, &event, voicemail).await?))
            }
            Route::Transcription => {
                let tenant = tenant(verified)?;
                // Live events name themselves; the transcription of a voicemail does not.
                let live: Result<RealTimeTranscriptionEvent, ParseError> = verified.parse();
                match live {
                    Ok(event) => Ok(settled(self.calls.heard(&tenant, &event).await?)),
                    Err(ParseError::Missing("TranscriptionEvent") | ParseError::Malformed("TranscriptionSid")) => {
                        let event: TranscriptionEvent = parse(verified)?;
                        Ok(settled(self.calls.transcribed(&tenant, &event).await?))
                    }
                    Err(error) => Err(error.into()),
                }
            }
            Route::Messages => {
                let event: MessageEvent = parse(verified)?;
                let span = Span::current();
                span.record("text", display(event.message_sid));
                span.record("from", display(&event.from)).record("to", display(&event.to));
                tracing::info!("a text");
                self.messages.received(&event).await?;
                MessagingResponse::new().to_http().map_err(|_| Trouble::Unwritable)
            }
            Route::MessagesStatus => {
                let event: MessageStatusEvent = parse(verified)?;
                let named = match verified.query("message") {
                    Some(id) => Some(MessageId::new(id).map_err(|_| Trouble::Query)?),
                    None => None,
                };
                let tenant = match (verified.query("tenant"), &event.from) {
                    (Some(_), _) => tenant(verified)?,
                    // A status callback that is set on the number names nobody.
                    (None, Some(from)) => match self.calls.tenant_of(from).await.transpose()? {
                        Some(tenant) => tenant.id.clone(),
                        None => return Ok(settled(Settled::Unknown)),
                    },
                    (None, None) => return Ok(settled(Settled::Unknown)),
                };
                match &named {
                    Some(id) => Span::current().record("text", display(id)),
                    None => Span::current().record("text", display(event.message_sid)),
                };
                tracing::info!(status = %event.message_status, "a text's status");
                Ok(settled(self.messages.status_changed(&tenant, named.as_ref(), &event).await?))
            }
            Route::CallerId => {
                let event: CallerIdEvent = parse(verified)?;
                let told = self.caller_ids.as_ref().map_or(Settled::Unknown, |ids| ids.told(event));
                Ok(settled(told))
            }
            Route::Intelligence | Route::IntelligenceSecret => {
                let event: IntelligenceEvent = parse(verified)?;
                self.noticed(&event.transcript_sid).await
            }
            Route::Health | Route::Ready => Ok(health()),
        }
    }
}

/// The transcript that a notice names, as JSON or as a form.
fn transcript_of(body: &[u8]) -> Option<TranscriptSid> {
    const NAME: &str = "transcript_sid";
    match serde_json::from_slice::<serde_json::Value>(body) {
        Ok(json) => json.get(NAME)?.as_str()?.parse().ok(),
        Err(_) => crate::form::pairs(body).find(|(name, _)| name == NAME)?.1.parse().ok(),
    }
}

/// Names the call in the span; addresses display masked.
fn note(call: &Call) {
    let span = Span::current();
    span.record("call", display(call.sid)).record("from", display(&call.from)).record("to", display(&call.to));
}

fn parse<E: Event>(verified: &Verified) -> Result<E, Trouble> {
    Ok(verified.parse()?)
}

fn tenant(verified: &Verified) -> Result<TenantId, Trouble> {
    verified.query("tenant").and_then(|id| TenantId::new(id).ok()).ok_or(Trouble::Query)
}

/// A `<Gather>`, `<Dial>` or `<Record>` that the host wrote itself and pointed here names no tenant.
fn origin(verified: &Verified) -> Result<Origin, Trouble> {
    let mut origin = Origin::default();
    if verified.query("tenant").is_some() {
        origin.tenant = Some(tenant(verified)?);
    }
    origin.step = verified.query("step").and_then(|step| step.parse().ok()).unwrap_or(0);
    Ok(origin)
}

fn cursor(verified: &Verified) -> Result<Cursor, Trouble> {
    let Some(ladder) = verified.query("ladder") else {
        // A `<Dial>` that the host wrote itself and pointed here.
        return Ok(Cursor::new(Ladder::Group(Group::Default), 0));
    };
    let ladder = ladder.parse().map_err(|_| Trouble::Query)?;
    let leg = verified.query("leg").map_or(Ok(0), |leg| leg.parse()).map_err(|_| Trouble::Query)?;
    Ok(Cursor::new(ladder, leg))
}

fn twiml(response: &VoiceResponse) -> Result<Response<Bytes>, Trouble> {
    response.to_http().map_err(|_| Trouble::Unwritable)
}

fn settled(settled: Settled) -> Response<Bytes> {
    tracing::debug!(?settled, "recorded");
    empty(StatusCode::NO_CONTENT)
}

fn health() -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(b"{\"status\":\"ok\"}"));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

pub(super) fn empty(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    response
}

pub(super) fn not_allowed(allowed: &'static str) -> Response<Bytes> {
    let mut response = empty(StatusCode::METHOD_NOT_ALLOWED);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    response
}

/// A caller on the line hears an apology; anything else gets the status.
fn fallback(route: Route, status: StatusCode) -> Response<Bytes> {
    match apology().to_http() {
        Ok(response) if route.has_caller() => response,
        _ => empty(status),
    }
}

fn note_result(route: Route, result: &str) {
    telemetry::count(telemetry::WEBHOOKS, [("route", route.name()), ("result", result)]);
}

fn trouble(route: Route, problem: Trouble) -> Response<Bytes> {
    note_result(
        route,
        match &problem {
            Trouble::Refused(_) => "refused",
            Trouble::Malformed(_) | Trouble::Query => "malformed",
            Trouble::Store(_) | Trouble::Unwritable => "failed",
        },
    );
    match problem {
        Trouble::Refused(refusal) => {
            tracing::warn!(route = route.name(), reason = refusal.reason(), "a webhook was refused");
            telemetry::count(telemetry::REFUSALS, [("reason", refusal.reason())]);
            empty(refusal.status())
        }
        Trouble::Malformed(error) => {
            tracing::warn!(route = route.name(), %error, "a webhook could not be read");
            match error {
                // Somebody has put together what Twilio does not send.
                ParseError::Repeated(_) => empty(StatusCode::BAD_REQUEST),
                // Twilio has sent it, and a caller is on the line.
                _ => fallback(route, StatusCode::BAD_REQUEST),
            }
        }
        Trouble::Query => {
            tracing::warn!(route = route.name(), "a webhook came with a URL that is not ours");
            fallback(route, StatusCode::BAD_REQUEST)
        }
        Trouble::Store(error) => {
            tracing::error!(route = route.name(), %error, "a webhook could not be recorded");
            fallback(route, StatusCode::SERVICE_UNAVAILABLE)
        }
        Trouble::Unwritable => {
            tracing::error!(route = route.name(), "an answer is too long for Twilio");
            fallback(route, StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}
