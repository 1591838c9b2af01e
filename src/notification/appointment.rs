use chrono::{DateTime, Datelike, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::record::Channel;
use crate::address::Address;
use crate::id::{TenantId, names};
use crate::secret::Private;

names! {
    /// The host's name for an appointment: 1 to 128 letters, digits, `-`, `_`, `.` or `:`.
    pub struct AppointmentId, InvalidAppointmentId: "an appointment";
}

/// Somebody who has an appointment, or is told of one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Person {
    /// The name.
    #[serde(default)]
    pub name: Private,
    /// Where texts go; none when absent.
    #[serde(default)]
    pub phone: Option<Address>,
    /// Where mail goes; none when absent.
    #[serde(default)]
    pub email: Option<Private>,
    /// The zone in which times are told; the tenant's when absent.
    #[serde(default)]
    pub zone: Option<Tz>,
    /// The language, as a BCP 47 tag; the tenant's when absent.
    #[serde(default)]
    pub language: Option<String>,
}

impl Person {
    /// Somebody by name.
    #[must_use]
    pub fn new(name: impl Into<Private>) -> Self {
        Self { name: name.into(), phone: None, email: None, zone: None, language: None }
    }

    /// Where what goes this way arrives; `None` when nothing can.
    #[must_use]
    pub fn address(&self, channel: Channel) -> Option<Private> {
        match channel {
            Channel::Text => self.phone.as_ref().map(|phone| phone.to_wire().into()),
            Channel::Email => self.email.clone(),
        }
    }

    /// Who gets texts here.
    #[must_use]
    pub fn with_phone(mut self, phone: impl Into<Address>) -> Self {
        self.phone = Some(phone.into());
        self
    }

    /// Who gets mail here.
    #[must_use]
    pub fn with_email(mut self, email: impl Into<Private>) -> Self {
        self.email = Some(email.into());
        self
    }

    /// Who lives by this clock.
    #[must_use]
    pub fn with_zone(mut self, zone: Tz) -> Self {
        self.zone = Some(zone);
        self
    }

    /// Who reads this language.
    #[must_use]
    pub fn with_language(mut self, tag: impl Into<String>) -> Self {
        self.language = Some(tag.into());
        self
    }
}

/// An appointment that people are told of: the host's, or a booking's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Appointment {
    /// Its name.
    pub id: AppointmentId,
    /// Counts up with each change, so that news that come late do not undo later ones. Counted here when absent.
    #[serde(default)]
    pub revision: Option<u64>,
    /// When it begins.
    pub start: DateTime<Utc>,
    /// When it ends.
    pub end: DateTime<Utc>,
    /// What it is for, as the customer reads it; "appointment" in the customer's language when absent.
    #[serde(default)]
    pub service: Option<Private>,
    /// Where it is.
    #[serde(default)]
    pub place: Option<Private>,
    /// Where it stands in a calendar, or can be put into one.
    #[serde(default)]
    pub link: Option<Private>,
    /// Whom it is for.
    pub customer: Person,
    /// Who else is told.
    #[serde(default)]
    pub staff: Vec<Person>,
}

impl Appointment {
    /// An appointment for somebody.
    #[must_use]
    pub fn new(id: AppointmentId, start: DateTime<Utc>, end: DateTime<Utc>, customer: Person) -> Self {
        Self { id, revision: None, start, end, service: None, place: None, link: None, customer, staff: Vec::new() }
    }

    /// Whether people can be told of these times.
    ///
    /// # Errors
    /// [`InvalidTimes`] says which of them makes no sense.
    pub fn check(&self) -> Result<(), InvalidTimes> {
        // Beyond these no calendar that people use has a day.
        let is_usable = |at: DateTime<Utc>| (1970..=9998).contains(&at.year());
        match () {
            () if !is_usable(self.start) => Err(InvalidTimes::Start),
            () if !is_usable(self.end) => Err(InvalidTimes::End),
            () if self.end < self.start => Err(InvalidTimes::Order),
            () => Ok(()),
        }
    }

    /// With what it is for.
    #[must_use]
    pub fn with_service(mut self, service: impl Into<Private>) -> Self {
        self.service = Some(service.into());
        self
    }

    /// At this place.
    #[must_use]
    pub fn with_place(mut self, place: impl Into<Private>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// With where it stands in a calendar, or can be put into one.
    #[must_use]
    pub fn with_link(mut self, link: impl Into<Private>) -> Self {
        self.link = Some(link.into());
        self
    }

    /// With somebody else who is told.
    #[must_use]
    pub fn with_staff(mut self, person: Person) -> Self {
        self.staff.push(person);
        self
    }

    /// As it stands after this many changes.
    #[must_use]
    pub fn with_revision(mut self, revision: u64) -> Self {
        self.revision = Some(revision);
        self
    }
}

/// Why people cannot be told of an appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidTimes {
    /// It begins in another age.
    #[error("the start is not in a year from 1970 to 9998")]
    Start,
    /// It ends in another age.
    #[error("the end is not in a year from 1970 to 9998")]
    End,
    /// It ends before it begins.
    #[error("the end comes before the start")]
    Order,
}

/// The latest that is known of an appointment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AppointmentRecord {
    /// Whose it is.
    pub tenant: TenantId,
    /// The appointment.
    pub appointment: Appointment,
    /// Which change of it this is.
    pub revision: u64,
    /// Whether it was cancelled.
    pub cancelled: bool,
    /// When it was first told of.
    pub created_at: DateTime<Utc>,
    /// Changes so far; a store refuses to overwrite a record with an older one.
    pub version: u64,
}
