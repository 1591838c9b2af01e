use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::state::{Delivery, DeliveryStatus};
use crate::address::Address;
use crate::call::Direction;
use crate::id::{CallSid, MessageSid, TenantId};
use crate::secret::Private;

/// Our name for a text: 1 to 128 letters, digits, `-`, `_`, `.` or `:`. The same id is the same text.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MessageId(Box<str>);

/// A text that cannot name a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a message id: 1 to 128 letters, digits, '-', '_', '.' or ':'")]
#[non_exhaustive]
pub struct InvalidMessageId;

impl MessageId {
    /// Checks the text.
    ///
    /// # Errors
    /// When it is empty, too long or has other characters.
    pub fn new(text: impl AsRef<str>) -> Result<Self, InvalidMessageId> {
        let text = text.as_ref();
        let clean = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte));
        if clean && (1..=128).contains(&text.len()) { Ok(Self(text.into())) } else { Err(InvalidMessageId) }
    }

    /// The text that follows a missed call: one per call.
    #[must_use]
    pub fn text_back(call: &CallSid) -> Self {
        Self(format!("text-back:{call}").into())
    }

    /// A text that came in.
    #[must_use]
    pub fn inbound(sid: &MessageSid) -> Self {
        Self(sid.as_str().into())
    }

    /// The text of the id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for MessageId {
    type Err = InvalidMessageId;

    fn from_str(text: &str) -> Result<Self, InvalidMessageId> {
        Self::new(text)
    }
}

impl TryFrom<String> for MessageId {
    type Error = InvalidMessageId;

    fn try_from(text: String) -> Result<Self, InvalidMessageId> {
        Self::new(text)
    }
}

impl From<MessageId> for String {
    fn from(id: MessageId) -> Self {
        id.0.into()
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a text exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MessageKind {
    /// It came in.
    Inbound,
    /// Nobody answered a call.
    TextBack,
    /// The host sent it.
    Direct,
}

/// Who is sending a text right now, and until when nobody else may.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Lease {
    /// The worker.
    pub owner: String,
    /// When the lease ends, by the store's clock.
    pub until: DateTime<Utc>,
}

impl Lease {
    /// A lease.
    #[must_use]
    pub fn new(owner: impl Into<String>, until: DateTime<Utc>) -> Self {
        Self { owner: owner.into(), until }
    }
}

/// A text and what became of it; outbound ones are the outbox.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MessageRecord {
    /// Whose it is.
    pub tenant: TenantId,
    /// Our name for it.
    pub id: MessageId,
    /// The provider's name for it, once there is one.
    pub sid: Option<MessageSid>,
    /// Why it exists.
    pub kind: MessageKind,
    /// Which way it went.
    pub direction: Direction,
    /// Who sent it.
    pub from: Address,
    /// Whom it was sent to.
    pub to: Address,
    /// The words.
    pub body: Private,
    /// The addresses of its files.
    pub media: Vec<Private>,
    /// The call it belongs to.
    pub call: Option<CallSid>,
    /// Where it stands.
    pub delivery: Delivery,
    /// How often it was handed to the provider.
    pub attempts: u32,
    /// Not to be sent before.
    pub not_before: DateTime<Utc>,
    /// Who is sending it.
    pub lease: Option<Lease>,
    /// Why it was given up, in words for people.
    pub reason: Option<String>,
    /// When it was written or came in.
    pub created_at: DateTime<Utc>,
    /// When it changed last.
    pub updated_at: DateTime<Utc>,
    /// Changes so far; a store refuses to overwrite a record with an older one.
    pub version: u64,
}

impl MessageRecord {
    /// A text to send as soon as possible.
    #[must_use]
    pub fn outbound(
        tenant: TenantId,
        id: MessageId,
        kind: MessageKind,
        from: Address,
        to: Address,
        body: Private,
        at: DateTime<Utc>,
    ) -> Self {
        Self {
            tenant,
            id,
            sid: None,
            kind,
            direction: Direction::Outbound,
            from,
            to,
            body,
            media: Vec::new(),
            call: None,
            delivery: Delivery::new(DeliveryStatus::Pending),
            attempts: 0,
            not_before: at,
            lease: None,
            reason: None,
            created_at: at,
            updated_at: at,
            version: 0,
        }
    }

    /// A text that came in.
    #[must_use]
    pub fn inbound(
        tenant: TenantId,
        sid: MessageSid,
        from: Address,
        to: Address,
        body: Private,
        at: DateTime<Utc>,
    ) -> Self {
        Self {
            sid: Some(sid),
            direction: Direction::Inbound,
            delivery: Delivery::new(DeliveryStatus::Received),
            ..Self::outbound(tenant, MessageId::inbound(&sid), MessageKind::Inbound, from, to, body, at)
        }
    }

    /// News of its delivery.
    pub fn note_delivery(&mut self, news: Delivery, at: DateTime<Utc>) {
        self.delivery = self.delivery.advance(news);
        if self.delivery.status > DeliveryStatus::Unknown && !self.delivery.status.has_failed() {
            self.reason = None;
        }
        self.updated_at = self.updated_at.max(at);
    }

    /// True when a worker may take it: due, not given up, and in nobody's hands.
    #[must_use]
    pub fn is_claimable(&self, now: DateTime<Utc>) -> bool {
        let waiting = matches!(self.delivery.status, DeliveryStatus::Pending | DeliveryStatus::Submitting);
        waiting && self.not_before <= now && self.lease.as_ref().is_none_or(|lease| lease.until <= now)
    }
}
