use std::fmt;
use std::str::FromStr;

use crate::id::TenantId;
use crate::store::Unit;

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EventKind {
    /// A call.
    Call,
    /// A text.
    Message,
    /// A booking.
    Booking,
    /// A notification.
    Notification,
    /// Events were missed: what was shown before is to be read anew.
    Reset,
}

impl EventKind {
    /// The kind in words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Message => "message",
            Self::Booking => "booking",
            Self::Notification => "notification",
            Self::Reset => "reset",
        }
    }
}

/// The number of an event, and the feed that gave it: another process counts anew.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct EventId {
    /// The feed.
    pub feed: u32,
    /// The number, from 1 on.
    pub number: u64,
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}-{}", self.feed, self.number)
    }
}

impl FromStr for EventId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (feed, number) = text.split_once('-').unwrap_or((text, ""));
        Ok(Self { feed: u32::from_str_radix(feed, 16)?, number: number.parse()? })
    }
}

/// Something that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event {
    /// Its number.
    pub id: EventId,
    /// What changed.
    pub kind: EventKind,
    /// Which: a call's SID, or our name for anything else.
    pub name: String,
    /// Where it stands.
    pub status: &'static str,
}

/// A tenant's event before it has a number.
pub(super) struct News {
    pub(super) tenant: TenantId,
    pub(super) kind: EventKind,
    pub(super) name: String,
    pub(super) status: &'static str,
}

/// What a unit tells of once it is committed.
pub(super) fn news(tenant: &TenantId, unit: &Unit) -> Vec<News> {
    let one = |kind, name: &str, status| News { tenant: tenant.clone(), kind, name: name.to_owned(), status };
    let calls = unit.calls.iter().map(|call| one(EventKind::Call, call.sid.as_str(), call.status.as_str()));
    let messages = unit.messages.iter().chain(&unit.enqueued);
    let messages = messages.map(|text| one(EventKind::Message, text.id.as_str(), text.delivery.status.as_str()));
    let bookings =
        unit.bookings.iter().map(|one_of| one(EventKind::Booking, one_of.id.as_str(), one_of.state.as_str()));
    let told = unit.notifications.iter().chain(&unit.notified);
    let told = told.map(|told| one(EventKind::Notification, told.id.as_str(), told.status.as_str()));
    calls.chain(messages).chain(bookings).chain(told).collect()
}
