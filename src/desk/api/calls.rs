use chrono::{DateTime, Utc};
use futures_util::StreamExt as _;
use http::{HeaderValue, Response, StatusCode, header};
use http_body::Frame;
use http_body_util::StreamBody;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::problem::Problem;
use super::{Answer, Asked, Page, json, not_found};
use crate::call::{Booked, CallQuery, CallRecord, Direction, Status, Verdict};
use crate::calls::{Analysis, Sounds, Take};
use crate::id::CallSid;
use crate::store::Store;
use crate::transport::{Body, Failure};

/// A call, as the API shows it.
#[derive(Serialize, JsonSchema)]
pub(super) struct CallView {
    sid: CallSid,
    #[schemars(with = "Direction")]
    direction: &'static str,
    from: String,
    to: String,
    #[schemars(with = "Status")]
    status: &'static str,
    answered: bool,
    started_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    duration: Option<u32>,
    outcome: OutcomeView,
    recorded: bool,
    voicemail: bool,
    transcribed: bool,
    summary_ready: bool,
    text_back: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct OutcomeView {
    #[schemars(with = "Booked")]
    appointment_booked: &'static str,
    /// What the call came to.
    verdict: Verdict,
    reason: Option<String>,
}

impl From<&CallRecord> for CallView {
    fn from(call: &CallRecord) -> Self {
        Self {
            sid: call.sid,
            direction: call.direction.as_str(),
            from: call.from.to_wire(),
            to: call.to.to_wire(),
            status: call.status.as_str(),
            answered: call.was_answered(),
            started_at: call.started_at,
            ended_at: call.ended_at,
            duration: call.duration,
            outcome: OutcomeView {
                appointment_booked: call.outcome.appointment_booked.as_str(),
                verdict: call.outcome.verdict,
                reason: call.outcome.reason.as_ref().map(|reason| reason.as_str().to_owned()),
            },
            recorded: call.recording.is_some(),
            voicemail: call.voicemail.is_some(),
            transcribed: !call.transcript.is_empty() || call.voicemail_text.is_some(),
            summary_ready: call.summary_ready,
            text_back: call.text_back.as_ref().map(|id| id.as_str().to_owned()),
        }
    }
}

/// `GET /calls`: latest first; `after`, `limit`, `from`, `until`, `status`, `outcome`, `with`.
pub(super) async fn list(store: &dyn Store, mut asked: Asked<'_>) -> Result<Answer, Problem> {
    let status = |text: &str| serde_json::from_value::<Status>(text.into()).ok();
    let booked = |text: &str| serde_json::from_value::<Booked>(text.into()).ok();
    let query = CallQuery {
        limit: asked.query.limit()?,
        after: asked.query.read("after", "call's SID", |text| text.parse().ok())?,
        from: asked.query.time("from")?,
        until: asked.query.time("until")?,
        statuses: asked.query.list("status", "status of a call", status)?,
        booked: asked.query.read("outcome", "outcome (yes, no, unknown)", booked)?,
        with: asked.query.with()?,
        summary_ready: asked.query.read("summary_ready", "true or false", |text| text.parse().ok())?,
    };
    asked.query.done()?;
    let calls = store.calls(&asked.tenant, &query).await?;
    json(StatusCode::OK, &Page::new(&calls, query.limit, |call| call.sid.to_string(), |call| CallView::from(call)))
}

/// The call that the path names.
fn named(asked: Asked<'_>) -> Result<CallSid, Problem> {
    let sid: Option<CallSid> = asked.name.and_then(|name| name.parse().ok());
    asked.query.done()?;
    sid.ok_or_else(|| not_found("call"))
}

/// `GET /calls/{sid}`.
pub(super) async fn one(store: &dyn Store, asked: Asked<'_>) -> Result<Answer, Problem> {
    let tenant = asked.tenant.clone();
    let call = store.call(&tenant, &named(asked)?).await?.ok_or_else(|| not_found("call"))?;
    json(StatusCode::OK, &CallView::from(&call))
}

#[derive(Serialize, JsonSchema)]
pub(super) struct TranscriptView {
    /// Whether the call is over and what was said is here.
    ready: bool,
    lines: Vec<LineView>,
    voicemail: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct LineView {
    speaker: &'static str,
    text: String,
    at: Option<DateTime<Utc>>,
}

/// Which recording of a call.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum TakeView {
    Conversation,
    Voicemail,
}

/// `GET /calls/{sid}/recording`: the conversation, or else the voicemail; `take` says which.
pub(super) async fn recording(sounds: &Sounds, mut asked: Asked<'_>) -> Result<Answer, Problem> {
    let read = |text: &str| serde_json::from_value::<TakeView>(text.into()).ok();
    let takes: &[Take] = match asked.query.read("take", "recording (conversation, voicemail)", read)? {
        Some(TakeView::Conversation) => &[Take::Conversation],
        Some(TakeView::Voicemail) => &[Take::Voicemail],
        None => &[Take::Conversation, Take::Voicemail],
    };
    let tenant = asked.tenant.clone();
    let sid = named(asked)?;
    for take in takes {
        let Some(sound) = sounds.play(&tenant, &sid, *take).await? else { continue };
        let pieces = sound.pieces.map(|piece| match piece {
            Ok(bytes) => Ok(Frame::data(bytes)),
            Err(error) => Err(Failure::outcome_unknown("a recording broke off").with_source(error)),
        });
        let mut response = Response::new(Body::new(StreamBody::new(pieces)));
        // Twilio says which; the document promises this one.
        let kind = HeaderValue::from_str(&sound.content_type).unwrap_or(HeaderValue::from_static("audio/mpeg"));
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        if let Some(length) = sound.length {
            response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        }
        return Ok(Answer::Streamed(response));
    }
    Err(not_found("recording"))
}

/// `GET /calls/{sid}/transcript`.
pub(super) async fn transcript(analysis: &Analysis, asked: Asked<'_>) -> Result<Answer, Problem> {
    let tenant = asked.tenant.clone();
    let call = analysis.transcript(&tenant, &named(asked)?).await?.ok_or_else(|| not_found("call"))?;
    let lines = call.transcript.iter().map(|line| LineView {
        speaker: if line.by_caller { "caller" } else { "business" },
        text: line.text.as_str().to_owned(),
        at: line.at,
    });
    let view = TranscriptView {
        ready: call.status.is_final() && (!call.transcript.is_empty() || call.voicemail_text.is_some()),
        lines: lines.collect(),
        voicemail: call.voicemail_text.as_ref().map(|text| text.as_str().to_owned()),
    };
    json(StatusCode::OK, &view)
}

#[derive(Serialize, JsonSchema)]
pub(super) struct SummaryView {
    ready: bool,
    summary: Option<String>,
    outcome: OutcomeView,
}

/// `GET /calls/{sid}/summary`.
pub(super) async fn summary(analysis: &Analysis, asked: Asked<'_>) -> Result<Answer, Problem> {
    let tenant = asked.tenant.clone();
    let call = analysis.summary(&tenant, &named(asked)?).await?.ok_or_else(|| not_found("call"))?;
    let outcome = CallView::from(&call).outcome;
    let summary = call.summary.as_ref().map(|summary| summary.as_str().to_owned());
    json(StatusCode::OK, &SummaryView { ready: call.summary_ready, summary, outcome })
}
