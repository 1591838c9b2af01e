use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sha2::Digest as _;

use super::appointment::{AppointmentId, AppointmentRecord, Person};
use super::state::NotificationStatus;
use crate::id::{MessageSid, NotificationId, TenantId};
use crate::message::{Lease, MessageId, MessageRecord};
use crate::secret::Private;

/// What somebody is told.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NotificationKind {
    /// It is booked.
    Confirmation,
    /// It is at another time, or otherwise not as it was.
    Change,
    /// It does not take place.
    Cancellation,
    /// It is soon.
    Reminder,
}

impl NotificationKind {
    /// The kind in words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Confirmation => "confirmation",
            Self::Change => "change",
            Self::Cancellation => "cancellation",
            Self::Reminder => "reminder",
        }
    }
}

/// As what somebody is told.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Audience {
    /// It is their appointment.
    Customer,
    /// They work for the business.
    Staff,
}

impl Audience {
    /// The audience in words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Staff => "staff",
        }
    }
}

/// How somebody is told.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Channel {
    /// By text.
    Text,
    /// By mail.
    Email,
}

impl Channel {
    /// The channel in words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Email => "email",
        }
    }
}

/// How far the sending has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Step {
    /// Nobody has begun.
    Waiting,
    /// A workflow was asked, or a mail server: it may or may not have acted.
    Begun,
    /// It is in others' hands: the outbox's, or the provider's.
    Handed,
}

/// Something that somebody is told of an appointment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Notification {
    /// Whose it is.
    pub tenant: TenantId,
    /// Its name: that of the event as well, and of the text that carries it, so that it is sent once, whoever sends it.
    pub id: NotificationId,
    /// The appointment.
    pub appointment: AppointmentId,
    /// Which change of the appointment it tells.
    pub revision: u64,
    /// What is told.
    pub kind: NotificationKind,
    /// As what.
    pub audience: Audience,
    /// How.
    pub channel: Channel,
    /// To whom.
    pub person: Person,
    /// Whether somebody asked for it besides what follows from the settings.
    #[serde(default)]
    pub asked: bool,
    /// Where it stands.
    pub status: NotificationStatus,
    /// How far the sending has come.
    pub step: Step,
    /// Why it failed or was withdrawn.
    pub reason: Option<String>,
    /// The provider's error.
    pub error_code: Option<u32>,
    /// The text that carries it.
    pub message: Option<MessageId>,
    /// The provider's name for that text.
    pub sid: Option<MessageSid>,
    /// The workflow's execution that sent it.
    pub execution: Option<String>,
    /// How often it was begun.
    pub attempts: u32,
    /// Not to be sent before.
    pub not_before: DateTime<Utc>,
    /// Of no use after.
    pub expires_at: DateTime<Utc>,
    /// Who is sending it.
    pub lease: Option<Lease>,
    /// When it was planned.
    pub created_at: DateTime<Utc>,
    /// When it changed last.
    pub updated_at: DateTime<Utc>,
    /// Changes so far; a store refuses to overwrite a record with an older one.
    pub version: u64,
}

impl Notification {
    /// What is to be told to one person in one way; `None` when there is no way. `ahead` tells reminders apart.
    pub(super) fn new(
        of: &AppointmentRecord,
        (kind, ahead): (NotificationKind, Option<TimeDelta>),
        (audience, channel): (Audience, Channel),
        person: &Person,
        not_before: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Option<Self> {
        let to = person.address(channel)?;
        let parts = [
            of.tenant.as_str(),
            of.appointment.id.as_str(),
            &of.revision.to_string(),
            kind.as_str(),
            &ahead.map(|ahead| ahead.num_seconds().to_string()).unwrap_or_default(),
            audience.as_str(),
            channel.as_str(),
            &to,
        ];
        Some(Self {
            tenant: of.tenant.clone(),
            id: name(&parts),
            appointment: of.appointment.id.clone(),
            revision: of.revision,
            kind,
            audience,
            channel,
            person: person.clone(),
            asked: false,
            status: NotificationStatus::Queued,
            step: Step::Waiting,
            reason: None,
            error_code: None,
            message: None,
            sid: None,
            execution: None,
            attempts: 0,
            not_before,
            expires_at: of.appointment.start,
            lease: None,
            created_at: now,
            updated_at: now,
            version: 0,
        })
    }

    /// Where it goes.
    #[must_use]
    pub fn to(&self) -> Private {
        self.person.address(self.channel).unwrap_or_default()
    }

    /// News of the text that carries it; a text that failed and is `repeated` has not failed yet. Says whether anything
    /// is new.
    pub fn note_text(&mut self, text: &MessageRecord, repeated: bool, at: DateTime<Utc>) -> bool {
        let before = (self.status, self.sid, self.error_code);
        let status = NotificationStatus::from(text.delivery.status);
        if status == NotificationStatus::Failed && repeated {
            return false;
        }
        self.step = Step::Handed;
        self.sid = text.sid.or(self.sid);
        if status > self.status {
            self.status = status;
            self.error_code = text.delivery.error_code;
            self.reason = (status == NotificationStatus::Failed).then(|| text.reason.clone()).flatten();
        }
        let changed = before != (self.status, self.sid, self.error_code);
        if changed {
            self.updated_at = self.updated_at.max(at);
        }
        changed
    }

    /// It did not go out and will not.
    pub fn fail(&mut self, reason: impl Into<String>, at: DateTime<Utc>) {
        self.end(NotificationStatus::Failed, reason.into(), at);
    }

    /// It is not wanted any more.
    pub fn withdraw(&mut self, reason: impl Into<String>, at: DateTime<Utc>) {
        self.end(NotificationStatus::Withdrawn, reason.into(), at);
    }

    fn end(&mut self, status: NotificationStatus, reason: String, at: DateTime<Utc>) {
        self.status = self.status.max(status);
        self.reason = Some(reason);
        self.lease = None;
        self.updated_at = self.updated_at.max(at);
    }

    /// From when a worker may take it; `None` when there is nothing to do.
    #[must_use]
    pub fn claimable_from(&self) -> Option<DateTime<Utc>> {
        let waits = self.status == NotificationStatus::Queued && self.step != Step::Handed;
        waits.then(|| self.lease.as_ref().map_or(self.not_before, |lease| lease.until.max(self.not_before)))
    }
}

/// The same parts have the same name; it tells nothing of them.
fn name(parts: &[&str]) -> NotificationId {
    let mut digest = sha2::Sha256::new();
    for part in parts {
        digest.update(part.len().to_be_bytes());
        digest.update(part.as_bytes());
    }
    let digest = digest.finalize();
    NotificationId::digest(digest.iter().take(16))
}
