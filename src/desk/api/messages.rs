use chrono::{DateTime, Utc};
use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use super::problem::Problem;
use super::{Answer, Asked, Page, json};
use crate::call::Direction;
use crate::id::MessageSid;
use crate::message::{DeliveryStatus, MessageId, MessageQuery, MessageRecord};
use crate::messaging::{Draft, Messenger, Schedule, Sent};
use crate::secret::Private;
use crate::store::Store;

/// A text, as the API shows it.
#[derive(Serialize, JsonSchema)]
pub(super) struct MessageView {
    id: String,
    sid: Option<MessageSid>,
    #[schemars(with = "Direction")]
    direction: &'static str,
    from: String,
    to: String,
    body: String,
    media: usize,
    #[schemars(with = "DeliveryStatus")]
    status: &'static str,
    error_code: Option<u32>,
    reason: Option<String>,
    call: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    not_before: DateTime<Utc>,
}

impl From<&MessageRecord> for MessageView {
    fn from(message: &MessageRecord) -> Self {
        Self {
            id: message.id.as_str().to_owned(),
            sid: message.sid,
            direction: message.direction.as_str(),
            from: message.from.to_wire(),
            to: message.to.to_wire(),
            body: message.body.as_str().to_owned(),
            media: message.media.len(),
            status: message.delivery.status.as_str(),
            error_code: message.delivery.error_code,
            reason: message.reason.clone(),
            call: message.call.map(|call| call.to_string()),
            created_at: message.created_at,
            updated_at: message.updated_at,
            not_before: message.not_before,
        }
    }
}

fn page(messages: &[MessageRecord], limit: usize) -> Result<Answer, Problem> {
    let page =
        Page::new(messages, limit, |message| message.id.as_str().to_owned(), |message| MessageView::from(message));
    json(StatusCode::OK, &page)
}

/// `GET /messages`: latest first; `after`, `limit`, `status`, `with`.
pub(super) async fn list(store: &dyn Store, mut asked: Asked<'_>) -> Result<Answer, Problem> {
    let status = |text: &str| serde_json::from_value::<DeliveryStatus>(text.into()).ok();
    let query = MessageQuery {
        limit: asked.query.limit()?,
        with: asked.query.with()?,
        statuses: asked.query.list("status", "status of a text", status)?,
        from: asked.query.time("from")?,
        until: asked.query.time("until")?,
        after: asked.query.read("after", "text's id", |text| text.parse().ok())?,
    };
    asked.query.done()?;
    page(&store.messages(&asked.tenant, &query).await?, query.limit)
}

/// `GET /threads/{number}`: both directions, latest first.
pub(super) async fn thread(messenger: &Messenger, mut asked: Asked<'_>) -> Result<Answer, Problem> {
    let limit = asked.query.limit()?;
    let after = asked.query.read("after", "text's id", |text| text.parse().ok())?;
    asked.query.done()?;
    let name = asked.name.unwrap_or_default();
    let contact = percent_encoding::percent_decode_str(name).decode_utf8_lossy();
    let mut messages = messenger.thread(&asked.tenant, contact.as_ref(), after, limit).await?;
    messages.reverse();
    page(&messages, limit)
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewText {
    to: Private,
    #[serde(default)]
    body: Private,
    from: Option<Private>,
    /// The same name is the same text.
    #[schemars(regex(pattern = "^[A-Za-z0-9_.:-]{1,128}$"))]
    id: Option<String>,
    /// Not before this time.
    send_at: Option<DateTime<Utc>>,
    #[serde(default)]
    media: Vec<Url>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct SentView {
    ids: Vec<String>,
    segments: u32,
}

/// `POST /messages`: written into the outbox, and sent from there.
pub(super) async fn send(messenger: &Messenger, asked: Asked<'_>) -> Result<Answer, Problem> {
    let text: NewText = asked.json()?;
    asked.query.done()?;
    let mut draft = Draft::new(text.to.as_str(), text.body);
    if let Some(from) = &text.from {
        draft = draft.with_from(from.as_str());
    }
    if let Some(id) = text.id {
        let id = MessageId::new(id);
        draft = draft.with_id(id.map_err(|error| Problem::invalid(Some("id".into()), error.to_string()))?);
    }
    if let Some(at) = text.send_at {
        draft = draft.with_schedule(Schedule::At(at));
    }
    if text.media.len() > 10 {
        return Err(Problem::invalid(Some("media".into()), "ten files at most"));
    }
    draft = text.media.into_iter().fold(draft, Draft::with_media);
    match messenger.send(&asked.tenant, draft).await? {
        Sent::Queued(queued) => {
            let ids = queued.ids.iter().map(|id| id.as_str().to_owned()).collect();
            json(StatusCode::ACCEPTED, &SentView { ids, segments: queued.segments })
        }
        Sent::Refused(refusal) => {
            let reason = serde_json::to_value(refusal).ok().and_then(|value| value.as_str().map(ToOwned::to_owned));
            Err(Problem::invalid(None, refusal.to_string()).because(reason.unwrap_or_default()))
        }
    }
}
