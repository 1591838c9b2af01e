use serde::{Deserialize, Serialize};

use super::event::EventId;
use crate::schedule::Interval;
use crate::secret::Private;

/// What an event was when it was read: whoever changes it says so, and is refused when it has changed since.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(String);

impl Version {
    /// What the provider calls it: an entity tag, a number.
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

/// How certain an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EntryStatus {
    /// Not certain yet.
    Tentative,
    /// Certain.
    Confirmed,
}

/// An event in a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Entry {
    /// Its name.
    pub id: EventId,
    /// What it is now.
    pub version: Version,
    /// How certain it is.
    pub status: EntryStatus,
    /// When it is; `None` when it keeps nobody busy.
    pub interval: Option<Interval>,
    /// The booking it was entered for; `None` when somebody else entered it.
    pub booking: Option<String>,
    /// What it is called.
    pub title: Option<Private>,
    /// How many are invited.
    pub guests: usize,
    /// Where people see it.
    pub link: Option<Private>,
}

impl Entry {
    /// An event that is certain.
    #[must_use]
    pub fn new(id: EventId, version: Version, interval: Option<Interval>) -> Self {
        Self {
            id,
            version,
            status: EntryStatus::Confirmed,
            interval,
            booking: None,
            title: None,
            guests: 0,
            link: None,
        }
    }

    /// Whether it was entered for this booking.
    #[must_use]
    pub fn is_of(&self, booking: &str) -> bool {
        self.booking.as_deref() == Some(booking)
    }
}
