use std::fmt;
use std::str::FromStr;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::entry::Entry;
use crate::schedule::Interval;
use crate::secret::Private;

/// The name of an event: 1 to 1,024 letters, digits and `_-.@+=:`.
///
/// [`of`](Self::of) makes those under which events are entered: of what every provider allows.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EventId(Box<str>);

/// A text that cannot name an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an event id: 1 to 1,024 letters, digits and _-.@+=:")]
pub struct InvalidEventId;

impl EventId {
    /// The name of an event that is ours to enter, made of what tells it from others: the same parts, the same name. 52
    /// characters of base32hex, `0` to `9` and `a` to `v`
    /// (<https://developers.google.com/workspace/calendar/api/v3/reference/events/insert>).
    #[must_use]
    pub fn of<'a>(parts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut digest = Sha256::new();
        for part in parts {
            // So that "a" and "bc" are not "ab" and "c".
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        let mut name = String::with_capacity(52);
        let (mut bits, mut count) = (0_u32, 0_u32);
        for byte in digest.finalize() {
            bits = bits << 8 | u32::from(byte);
            count += 8;
            while count >= 5 {
                count -= 5;
                name.extend(char::from_digit(bits >> count & 31, 32));
            }
        }
        name.extend(char::from_digit(bits << (5 - count) & 31, 32).filter(|_| count > 0));
        Self(name.into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EventId {
    type Err = InvalidEventId;

    fn from_str(text: &str) -> Result<Self, InvalidEventId> {
        let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.@+=:".contains(&byte);
        let fits = (1..=1024).contains(&text.len()) && text.bytes().all(is_fine) && !matches!(text, "." | "..");
        if fits { Ok(Self(text.into())) } else { Err(InvalidEventId) }
    }
}

impl TryFrom<String> for EventId {
    type Error = InvalidEventId;

    fn try_from(text: String) -> Result<Self, InvalidEventId> {
        text.parse()
    }
}

impl From<EventId> for String {
    fn from(id: EventId) -> Self {
        id.0.into()
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Somebody who is invited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Guest {
    /// Where the invitation goes.
    pub email: Private,
    /// The name.
    pub name: Option<Private>,
}

impl Guest {
    /// Somebody by their address.
    #[must_use]
    pub fn new(email: impl Into<Private>) -> Self {
        Self { email: email.into(), name: None }
    }

    /// With a name.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<Private>) -> Self {
        self.name = Some(name.into());
        self
    }
}

/// An event that is to be entered.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub struct NewEvent {
    /// Its name.
    pub id: EventId,
    /// The booking it is for: kept with the event where its guests do not see it.
    pub booking: String,
    /// When it is.
    pub interval: Interval,
    /// Whether it is not certain yet.
    pub tentative: bool,
    /// What it is called.
    pub title: Option<Private>,
    /// What else there is to say.
    pub description: Option<Private>,
    /// Where it is.
    pub place: Option<Private>,
    /// Who is invited. They are told when `notify` says so.
    pub guests: Vec<Guest>,
    /// Whether guests are told.
    pub notify: bool,
    /// In which zone its times are shown; the calendar's when absent.
    pub zone: Option<Tz>,
    /// Whether it keeps nobody busy.
    pub free: bool,
}

impl NewEvent {
    /// An event for a booking, without guests.
    pub fn new(id: EventId, booking: impl Into<String>, interval: Interval) -> Self {
        Self {
            id,
            booking: booking.into(),
            interval,
            tentative: false,
            title: None,
            description: None,
            place: None,
            guests: Vec::new(),
            notify: false,
            zone: None,
            free: false,
        }
    }

    /// Not certain yet.
    pub fn tentative(mut self) -> Self {
        self.tentative = true;
        self
    }

    /// With what it is called.
    pub fn with_title(mut self, title: impl Into<Private>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// With what else there is to say.
    pub fn with_description(mut self, description: impl Into<Private>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// With where it is.
    pub fn with_place(mut self, place: impl Into<Private>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// With somebody who is invited and told so.
    pub fn with_guest(mut self, guest: Guest) -> Self {
        self.guests.push(guest);
        self.notify = true;
        self
    }

    /// It keeps nobody busy.
    pub fn free(mut self) -> Self {
        self.free = true;
        self
    }

    /// With its times shown in a zone.
    pub fn with_zone(mut self, zone: Tz) -> Self {
        self.zone = Some(zone);
        self
    }
}

/// What came of entering an event.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Created {
    /// It was entered.
    Now(Entry),
    /// It was there already, for the same booking.
    Before(Entry),
    /// The name is used up: another booking has it, or an event of this name was deleted. A new name is needed.
    Taken,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_every_provider_allows() {
        let id = EventId::of(["clinic", "visit-1", "0"]);
        assert_eq!(id.as_str().len(), 52);
        assert!(id.as_str().bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'v').contains(&byte)), "{id}");
        assert_eq!(id, EventId::of(["clinic", "visit-1", "0"]));
        assert_ne!(id, EventId::of(["clinic", "visit-", "10"]));
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn no_name_can_change_a_path() {
        for bad in ["", "a/b", "a?b", "..", ".", "a b", "é", "a%2f", &"a".repeat(1025)] {
            assert_eq!(bad.parse::<EventId>(), Err(InvalidEventId), "{bad}");
        }
        for good in [
            "_60q30c1g60o30e1i60o4ac1g60rj8gpl88rj2c1h84s34h9g60s30c1g60o30c1g",
            "abc_20260308T140000Z",
            "a@google.com",
        ] {
            assert!(good.parse::<EventId>().is_ok(), "{good}");
        }
    }
}
