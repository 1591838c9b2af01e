use std::fmt;

use chrono::{DateTime, Utc};
use url::Url;

use crate::address::Address;
use crate::id::{CallSid, MessagingServiceSid};
use crate::message::{MessageId, MessageKind, Refusal, Segments};
use crate::secret::Private;

/// When a text is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Schedule {
    /// As soon as possible.
    #[default]
    Now,
    /// At this time, by our own outbox: it can be withdrawn until then.
    At(DateTime<Utc>),
    /// At this time, by Twilio: 5 minutes to 35 days ahead, through a messaging service
    /// (<https://www.twilio.com/docs/messaging/features/message-scheduling>).
    AtTwilio(DateTime<Utc>, MessagingServiceSid),
}

/// A text to send.
#[derive(Clone, PartialEq, Eq)]
#[must_use]
pub struct Draft {
    pub(super) to: Address,
    pub(super) body: Private,
    pub(super) from: Option<Address>,
    pub(super) media: Vec<Url>,
    pub(super) id: Option<MessageId>,
    pub(super) call: Option<CallSid>,
    pub(super) kind: MessageKind,
    pub(super) schedule: Schedule,
    pub(super) check_line: bool,
}

impl Draft {
    /// Words for somebody, from the tenant's first number, as soon as possible.
    pub fn new(to: impl Into<Address>, body: impl Into<Private>) -> Self {
        Self {
            to: to.into(),
            body: body.into(),
            from: None,
            media: Vec::new(),
            id: None,
            call: None,
            kind: MessageKind::Direct,
            schedule: Schedule::Now,
            check_line: false,
        }
    }

    /// From another of the tenant's senders.
    pub fn with_from(mut self, from: impl Into<Address>) -> Self {
        self.from = Some(from.into());
        self
    }

    /// With a file, by its public URL; up to ten.
    pub fn with_media(mut self, url: Url) -> Self {
        self.media.push(url);
        self
    }

    /// Under this name: who sends the same name again sends nothing.
    pub fn with_id(mut self, id: MessageId) -> Self {
        self.id = Some(id);
        self
    }

    /// Because of this call.
    pub fn with_call(mut self, call: CallSid) -> Self {
        self.call = Some(call);
        self
    }

    /// Not now.
    pub fn with_schedule(mut self, schedule: Schedule) -> Self {
        self.schedule = schedule;
        self
    }

    /// Looks up first whether the recipient's line takes texts, for a fee.
    pub fn with_line_check(mut self) -> Self {
        self.check_line = true;
        self
    }
}

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The URL of a file may let anybody fetch it.
        f.debug_struct("Draft")
            .field("to", &self.to)
            .field("body", &self.body)
            .field("from", &self.from)
            .field("media", &self.media.len())
            .field("id", &self.id)
            .field("schedule", &self.schedule)
            .finish_non_exhaustive()
    }
}

/// What would become of a draft: the pre-flight check, which writes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// Who it would be from; `None` when the tenant has no number.
    pub from: Option<Address>,
    /// The texts that it would be sent as, and the segments of each.
    pub pieces: Vec<(Private, Segments)>,
    /// Why it would not be sent.
    pub refusal: Option<Refusal>,
}

impl Plan {
    /// How many segments it would cost.
    #[must_use]
    pub fn segments(&self) -> u32 {
        self.pieces.iter().map(|(_, segments)| segments.count).sum()
    }
}
