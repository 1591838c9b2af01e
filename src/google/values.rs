//! Values that several resources share.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::object::object;
use crate::open::open_enum;
use crate::parameters::Param;
use crate::secret::Private;

/// What stands in a path unescaped.
const SAFE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

pub(super) fn escape(text: &str) -> String {
    utf8_percent_encode(text, SAFE).to_string()
}

/// The name of a calendar: an address, or [`primary`](Self::primary). `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CalendarId(Private);

/// A text that cannot name a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a calendar id: 1 to 1,024 characters without control characters, not . or ..")]
pub struct InvalidCalendarId;

impl CalendarId {
    /// The main calendar of whoever is asked for.
    #[must_use]
    pub fn primary() -> Self {
        Self("primary".into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it stands in a path.
    pub(super) fn segment(&self) -> String {
        escape(&self.0)
    }
}

impl FromStr for CalendarId {
    type Err = InvalidCalendarId;

    fn from_str(text: &str) -> Result<Self, InvalidCalendarId> {
        let clean = !text.chars().any(char::is_control);
        let fits = (1..=1024).contains(&text.len()) && !matches!(text, "." | "..");
        if clean && fits { Ok(Self(text.into())) } else { Err(InvalidCalendarId) }
    }
}

impl TryFrom<String> for CalendarId {
    type Error = InvalidCalendarId;

    fn try_from(text: String) -> Result<Self, InvalidCalendarId> {
        text.parse()
    }
}

impl From<CalendarId> for String {
    fn from(id: CalendarId) -> Self {
        id.0.into_string()
    }
}

impl fmt::Debug for CalendarId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CalendarId({:?})", self.0)
    }
}

object! {
    /// When an event begins or ends: a day, or an instant.
    pub struct EventDateTime {
        /// The day, of an event that takes whole days.
        date: NaiveDate,
        /// The instant, as it was entered.
        date_time: DateTime<chrono::FixedOffset>,
        /// The zone in which it was entered, an IANA name.
        time_zone: String,
    }
}

impl EventDateTime {
    /// An instant, shown in a zone.
    #[must_use]
    pub fn at(instant: DateTime<Utc>, zone: Option<Tz>) -> Self {
        Self {
            date_time: Some(instant.fixed_offset()),
            time_zone: zone.map(|zone| zone.name().to_owned()),
            ..Self::default()
        }
    }

    /// A day.
    #[must_use]
    pub fn on(date: NaiveDate) -> Self {
        Self { date: Some(date), ..Self::default() }
    }
}

object! {
    /// A reminder of an event's.
    pub struct EventReminder {
        /// How.
        method: ReminderMethod,
        /// How many minutes before, up to 40,320.
        minutes: i64,
    }
}

open_enum! {
    /// How somebody is reminded.
    pub enum ReminderMethod {
        /// By mail.
        Email = "email",
        /// By a window that pops up.
        Popup = "popup",
    }
}

open_enum! {
    /// What a user may do with a calendar.
    pub enum AccessRole {
        /// See when it is busy.
        FreeBusyReader = "freeBusyReader",
        /// Read it; private events show their times only.
        Reader = "reader",
        /// Read and write it, but not see private events.
        WriterWithoutPrivateAccess = "writerWithoutPrivateAccess",
        /// Read and write it.
        Writer = "writer",
        /// Own it.
        Owner = "owner",
        /// Nothing.
        None = "none",
    }
}

open_enum! {
    /// Who is told of a change.
    pub enum SendUpdates {
        /// All guests.
        All = "all",
        /// Guests who do not use Google Calendar.
        ExternalOnly = "externalOnly",
        /// Nobody. Guests elsewhere may then miss it for good.
        None = "none",
    }
}

/// An instant that stands on the wire as milliseconds since 1970, in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Millis(pub DateTime<Utc>);

impl Serialize for Millis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.timestamp_millis())
    }
}

impl<'de> Deserialize<'de> for Millis {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Number(i64),
            Text(String),
        }
        let millis = match Written::deserialize(deserializer)? {
            Written::Number(number) => Some(number),
            Written::Text(text) => text.parse().ok(),
        };
        let instant = millis.and_then(DateTime::from_timestamp_millis);
        instant.map(Self).ok_or_else(|| serde::de::Error::custom("expected milliseconds since 1970"))
    }
}

impl Param for Tz {
    fn wire(&self) -> String {
        self.name().to_owned()
    }

    #[cfg(test)]
    fn sample() -> Self {
        chrono_tz::Europe::Berlin
    }
}
