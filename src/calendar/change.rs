use serde::{Deserialize, Serialize};

use super::entry::{Entry, EntryStatus};
use super::event::{EventId, Guest};
use crate::schedule::Interval;
use crate::secret::Private;

/// What is to become of an event; what is not named stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub struct Change {
    /// When it is.
    pub interval: Option<Interval>,
    /// How certain it is.
    pub status: Option<EntryStatus>,
    /// What it is called.
    pub title: Option<Private>,
    /// Who is invited, in the place of whoever was.
    pub guests: Option<Vec<Guest>>,
    /// Whether guests are told.
    pub notify: bool,
    /// Written where guests do not see it, so that the event is another version even where nothing else changes.
    pub stamp: Option<String>,
}

impl Change {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// It moves.
    pub fn to(mut self, interval: Interval) -> Self {
        self.interval = Some(interval);
        self
    }

    /// It is certain.
    pub fn confirmed(mut self) -> Self {
        self.status = Some(EntryStatus::Confirmed);
        self
    }

    /// It is called something else.
    pub fn with_title(mut self, title: impl Into<Private>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// These are invited.
    pub fn with_guests(mut self, guests: impl IntoIterator<Item = Guest>) -> Self {
        self.guests = Some(guests.into_iter().collect());
        self
    }

    /// It becomes another version, whatever else changes.
    pub fn stamped(mut self, stamp: impl Into<String>) -> Self {
        self.stamp = Some(stamp.into());
        self
    }

    /// Guests are told.
    pub fn notifying(mut self) -> Self {
        self.notify = true;
        self
    }
}

/// What came of changing an event.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Patched {
    /// It is changed.
    Done(Entry),
    /// It was changed by somebody else since it was read: read it again.
    Stale,
    /// It is not there any more.
    Gone,
}

/// Up to where changes are known. Opaque; kept by whoever follows a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(String);

impl Cursor {
    /// What the provider calls it.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An event that has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Changed {
    /// Which one.
    pub id: EventId,
    /// What it is now; `None` when it is not there any more.
    pub entry: Option<Entry>,
}

impl Changed {
    /// An event that is there, or is not any more.
    #[must_use]
    pub fn new(id: EventId, entry: Option<Entry>) -> Self {
        Self { id, entry }
    }
}

/// What has changed in a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Changes {
    /// The events, each once.
    pub events: Vec<Changed>,
    /// Up to where this goes.
    pub cursor: Cursor,
    /// Whether these are all events there are, so that whatever is not among them is gone: the first time, and when the
    /// cursor was too old.
    pub complete: bool,
}

impl Changes {
    /// What has changed, up to a cursor.
    #[must_use]
    pub fn new(events: Vec<Changed>, cursor: Cursor, complete: bool) -> Self {
        Self { events, cursor, complete }
    }
}
