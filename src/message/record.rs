use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::consent::Keyword;
use super::guard::Refusal;
use super::state::{Delivery, DeliveryStatus};
use crate::address::Address;
use crate::call::Direction;
use crate::id::{CallSid, MessageSid, MessagingServiceSid, NotificationId, TenantId, names};
use crate::secret::Private;

/// How often the provider is asked what became of a text whose outcome is unknown; then it waits for a person.
pub const MAX_CHECKS: u32 = 3;
/// Between a text's name and the number of its repeat.
const REPEATED: &str = ":again-";
/// Between a text's name and the number of its piece.
const PART: &str = ":part-";
/// Between the pieces of a long text, so that they arrive in order.
const BETWEEN: TimeDelta = TimeDelta::seconds(2);

names! {
    /// Our name for a text: 1 to 128 letters, digits, `-`, `_`, `.` or `:`. The same id is the same text.
    pub struct MessageId, InvalidMessageId: "a message";
}

impl MessageId {
    /// The text that follows a missed call: one per call.
    #[must_use]
    pub fn text_back(call: &CallSid) -> Self {
        Self::trusted(format!("text-back:{call}"))
    }

    /// The text that carries a notification, whoever sends it.
    #[must_use]
    pub fn notification(id: &NotificationId) -> Self {
        Self::trusted(id.as_str().to_owned())
    }

    /// A name that nothing has.
    #[must_use]
    pub fn random() -> Self {
        Self::trusted(format!("{:032x}", fastrand::u128(..)))
    }

    /// A text that came in.
    #[must_use]
    pub fn inbound(sid: &MessageSid) -> Self {
        Self::trusted(sid.as_str().to_owned())
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
    /// It answers a text that came in.
    Reply,
    /// It tells of an appointment.
    Notification,
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
    /// The notification that it carries.
    #[serde(default)]
    pub notification: Option<NotificationId>,
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
    /// Why it was not sent at all.
    #[serde(default)]
    pub refusal: Option<Refusal>,
    /// What a text that came in asks for, when it is nothing but a keyword.
    #[serde(default)]
    pub keyword: Option<Keyword>,
    /// The messaging service that chooses the sender; required for `send_at`.
    #[serde(default)]
    pub service: Option<MessagingServiceSid>,
    /// When the provider is to send it, if the provider keeps the schedule.
    #[serde(default)]
    pub send_at: Option<DateTime<Utc>>,
    /// Whether it is looked up first if the recipient's line takes texts.
    #[serde(default)]
    pub check_line: bool,
    /// Given up after this time if it was not sent; set when it is due first.
    #[serde(default)]
    pub send_by: Option<DateTime<Utc>>,
    /// When it was last handed to the provider.
    #[serde(default)]
    pub submitted_at: Option<DateTime<Utc>>,
    /// How often the provider was asked what became of it.
    #[serde(default)]
    pub checks: u32,
    /// The text that failed on its way and that this one repeats.
    #[serde(default)]
    pub repeats: Option<MessageId>,
    /// How many texts came before this one in a row of repeats.
    #[serde(default)]
    pub repeat: u32,
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
            notification: None,
            delivery: Delivery::new(DeliveryStatus::Pending),
            attempts: 0,
            not_before: at,
            lease: None,
            reason: None,
            refusal: None,
            keyword: None,
            service: None,
            send_at: None,
            check_line: false,
            send_by: None,
            submitted_at: None,
            checks: 0,
            repeats: None,
            repeat: 0,
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

    /// Who wrote to the business, or was written to.
    #[must_use]
    pub fn other_side(&self) -> &Address {
        match self.direction {
            Direction::Inbound => &self.from,
            Direction::Outbound => &self.to,
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

    /// The same text once more, after the provider took it and it failed on its way. `None` when the name would be too
    /// long.
    #[must_use]
    pub fn again(&self, at: DateTime<Utc>, not_before: DateTime<Utc>) -> Option<Self> {
        let root = self.id.as_str().rsplit_once(REPEATED).map_or(self.id.as_str(), |(root, number)| {
            if self.repeats.is_some() && number.parse::<u32>().is_ok() { root } else { self.id.as_str() }
        });
        let repeat = self.repeat + 1;
        let id = MessageId::new(format!("{root}{REPEATED}{repeat}")).ok()?;
        Some(Self {
            media: self.media.clone(),
            call: self.call,
            notification: self.notification.clone(),
            service: self.service,
            repeats: Some(self.id.clone()),
            repeat,
            not_before,
            ..Self::outbound(
                self.tenant.clone(),
                id,
                self.kind,
                self.from.clone(),
                self.to.clone(),
                self.body.clone(),
                at,
            )
        })
    }

    /// Pure: the texts that this one goes as when its words are cut into these pieces. The first keeps its name and its
    /// files, the others are due one after another. `None` when a name would be too long.
    #[must_use]
    pub fn pieces(&self, pieces: &[String]) -> Option<Vec<Self>> {
        let piece = |(number, words): (i32, &String)| {
            let mut text = Self { body: words.as_str().into(), lease: None, ..self.clone() };
            if number > 0 {
                text.id = MessageId::new(format!("{}{PART}{}", self.id, number + 1)).ok()?;
                text.not_before = self.not_before.checked_add_signed(BETWEEN * number).unwrap_or(self.not_before);
                text.media.clear();
                // One text tells whether it arrived.
                text.notification = None;
                text.version = 0;
            }
            Some(text)
        };
        (0_i32..).zip(pieces).map(piece).collect()
    }

    /// Will not be sent.
    pub fn refuse(&mut self, refusal: Refusal, at: DateTime<Utc>) {
        let status = match refusal {
            Refusal::Withdrawn | Refusal::Superseded => DeliveryStatus::Canceled,
            _ => DeliveryStatus::Failed,
        };
        self.note_delivery(Delivery::new(status), at);
        self.refusal = Some(refusal);
        self.reason = Some(refusal.to_string());
        self.lease = None;
    }

    /// True when a worker may take it: due, not given up, and in nobody's hands. A text whose outcome is unknown is
    /// taken to ask the provider about it, a few times.
    #[must_use]
    pub fn is_claimable(&self, now: DateTime<Utc>) -> bool {
        self.claimable_from().is_some_and(|from| from <= now)
    }

    /// From when a worker may take it; `None` when there is nothing to do.
    #[must_use]
    pub fn claimable_from(&self) -> Option<DateTime<Utc>> {
        let waiting = match self.delivery.status {
            DeliveryStatus::Pending | DeliveryStatus::Submitting => true,
            DeliveryStatus::Unknown => self.checks < MAX_CHECKS,
            _ => false,
        };
        let due = || self.lease.as_ref().map_or(self.not_before, |lease| lease.until.max(self.not_before));
        waiting.then(due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_piece_keeps_name_and_files_and_the_others_follow() {
        let mut text = MessageRecord::outbound(
            "a".parse().unwrap(),
            "m".parse().unwrap(),
            MessageKind::Direct,
            "+15551230000".into(),
            "+14155552671".into(),
            "one two three".into(),
            DateTime::UNIX_EPOCH,
        );
        text.media.push("https://example.com/a.png".into());
        text.version = 4;
        let pieces = text.pieces(&["one".into(), "two".into(), "three".into()]).unwrap();
        let shown: Vec<_> = pieces
            .iter()
            .map(|text| (text.id.as_str(), text.not_before.timestamp(), text.media.len(), text.version))
            .collect();
        assert_eq!(shown, [("m", 0, 1, 4), ("m:part-2", 2, 0, 0), ("m:part-3", 4, 0, 0)]);
        text.id = "m".repeat(128).parse().unwrap();
        assert_eq!(text.pieces(&["one".into(), "two".into()]), None, "a name that is too long loses nothing");
    }
}
