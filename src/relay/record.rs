use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::call::CallRecord;
use crate::id::{CallSid, TenantId};
use crate::message::{Lease, MessageId};
use crate::secret::Private;

/// What happened to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RelayKind {
    /// It came in.
    Incoming,
    /// Nobody answered.
    Missed,
    /// Somebody answered.
    Answered,
    /// It is over.
    Completed,
}

impl RelayKind {
    /// Where it is posted, below the service's URL.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Self::Incoming => "/calls/incoming",
            Self::Missed => "/calls/missed",
            Self::Answered => "/calls/answered",
            Self::Completed => "/calls/completed",
        }
    }

    fn as_str(self) -> &'static str {
        self.path().strip_prefix("/calls/").unwrap_or_default()
    }
}

/// One piece of news on its way to the service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RelayEvent {
    /// Whose call it is.
    pub tenant: TenantId,
    /// Its name: the same call and kind is the same event.
    pub id: String,
    /// What happened.
    pub kind: RelayKind,
    /// The call.
    pub call: CallSid,
    /// The JSON to post.
    pub payload: Private,
    /// The text whose words the service may choose in its reply.
    pub text: Option<MessageId>,
    /// How often it was posted.
    pub attempts: u32,
    /// Not to be posted before.
    pub not_before: DateTime<Utc>,
    /// Who is posting it.
    pub lease: Option<Lease>,
    /// Whether it arrived, or was given up.
    pub done: bool,
    /// Why it was given up, in words for people.
    pub reason: Option<String>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// Changes so far.
    pub version: u64,
}

impl RelayEvent {
    /// News of a call, with the fields that the service's contract names for this kind.
    #[must_use]
    pub fn new(kind: RelayKind, call: &CallRecord, at: DateTime<Utc>) -> Self {
        let time = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Millis, true);
        let payload = match kind {
            RelayKind::Incoming => serde_json::json!({
                "callSid": call.sid,
                "from": call.from,
                "to": call.to,
                "tenantId": call.tenant,
                "callStatus": call.status.as_str(),
                "direction": call.direction.as_str(),
                "timestamp": time(at),
            }),
            RelayKind::Missed | RelayKind::Answered | RelayKind::Completed => serde_json::json!({
                "callSid": call.sid,
                "callStatus": match (kind, call.dial_outcome) {
                    (RelayKind::Completed, _) | (_, None) => call.status.as_str(),
                    (_, Some(outcome)) => outcome.as_str(),
                },
                "callDuration": match kind {
                    RelayKind::Answered => call.talked.or(call.duration).unwrap_or(0),
                    _ => call.duration.unwrap_or(0),
                },
                "endTime": time(call.ended_at.unwrap_or(at)),
            }),
        };
        Self {
            tenant: call.tenant.clone(),
            id: format!("{}:{}", call.sid, kind.as_str()),
            kind,
            call: call.sid,
            payload: payload.to_string().into(),
            text: None,
            attempts: 0,
            not_before: at,
            lease: None,
            done: false,
            reason: None,
            created_at: at,
            version: 0,
        }
    }

    /// The reply may choose the words of this text.
    #[must_use]
    pub fn with_text(mut self, text: MessageId) -> Self {
        self.text = Some(text);
        self
    }

    /// True when a worker may take it.
    #[must_use]
    pub fn is_claimable(&self, now: DateTime<Utc>) -> bool {
        self.claimable_from().is_some_and(|from| from <= now)
    }

    /// From when a worker may take it; `None` when there is nothing to do.
    #[must_use]
    pub fn claimable_from(&self) -> Option<DateTime<Utc>> {
        (!self.done).then(|| self.lease.as_ref().map_or(self.not_before, |lease| lease.until.max(self.not_before)))
    }
}

/// What the service answered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct RelayReply {
    /// The words of the text to the caller, in the place of the tenant's template; `textBack` in the JSON.
    #[serde(rename = "textBack", alias = "text_back")]
    pub text_back: Option<Private>,
}

impl RelayReply {
    /// A reply that chooses the words.
    #[must_use]
    pub fn with_text_back(words: impl Into<Private>) -> Self {
        Self { text_back: Some(words.into()) }
    }
}

/// Where news go.
#[async_trait]
pub trait RelayTarget: fmt::Debug + Send + Sync + 'static {
    /// Delivers one event. It may come more than once: its id says so.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when it will never be taken; anything else is tried again.
    async fn deliver(&self, event: &RelayEvent) -> Result<RelayReply, Error>;
}
