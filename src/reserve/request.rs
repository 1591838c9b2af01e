use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::address::Address;
use crate::booking::{BookingId, Details, ResourceId};
use crate::calendar::Guest;
use crate::id::CallSid;
use crate::notification::Person;
use crate::secret::Private;

/// An appointment that somebody wants.
///
/// `id` is the caller's idempotency key: the same request under the same key is the same booking, however often it is made;
/// another request under that key is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
#[must_use]
pub struct BookingRequest {
    /// Its name, from the caller's key.
    pub id: BookingId,
    /// When it begins. Parts of a second are left out.
    pub start: DateTime<Utc>,
    /// How many seconds it takes; as long as the tenant's settings say when absent.
    pub seconds: Option<i64>,
    /// What it takes: all of one of these; any one of the tenant's resources when empty.
    pub resources: Vec<Vec<ResourceId>>,
    /// What it is about.
    pub details: Details,
}

impl BookingRequest {
    /// For somebody, at a time.
    pub fn new(id: BookingId, start: DateTime<Utc>, customer: Person) -> Self {
        let start = DateTime::from_timestamp(start.timestamp(), 0).unwrap_or(start);
        Self { id, start, seconds: None, resources: Vec::new(), details: Details::new(customer, "") }
    }

    /// That takes this long.
    pub fn lasting(mut self, duration: TimeDelta) -> Self {
        self.seconds = Some(duration.num_seconds());
        self
    }

    /// Under a title.
    pub fn with_title(mut self, title: impl Into<Private>) -> Self {
        self.details.title = title.into();
        self
    }

    /// At a place.
    pub fn with_place(mut self, place: impl Into<Private>) -> Self {
        self.details.place = Some(place.into());
        self
    }

    /// With something else that whoever looks into the calendar is to know. Guests see it as well.
    pub fn with_notes(mut self, notes: impl Into<Private>) -> Self {
        self.details.notes = Some(notes.into());
        self
    }

    /// With somebody else who is invited.
    pub fn with_guest(mut self, guest: Guest) -> Self {
        self.details.guests.push(guest);
        self
    }

    /// Made in this call.
    pub fn in_call(mut self, call: CallSid) -> Self {
        self.details.call = Some(call);
        self
    }

    /// That takes all of these; or those of another call.
    pub fn with(mut self, resources: impl IntoIterator<Item = ResourceId>) -> Self {
        self.resources.push(resources.into_iter().collect());
        self
    }

    /// What tells this request from another under the same key.
    pub(super) fn digest(&self) -> String {
        // A struct of texts and numbers can be written as JSON.
        let text = serde_json::to_vec(self).unwrap_or_default();
        Sha256::digest(text).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Where an appointment is to be instead.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub struct Reschedule {
    /// When it begins. Parts of a second are left out.
    pub start: DateTime<Utc>,
    /// How long it takes; as long as before when absent.
    pub duration: Option<TimeDelta>,
    /// What it takes: all of one of these; what it has when empty.
    pub resources: Vec<Vec<ResourceId>>,
}

impl Reschedule {
    /// To another time.
    pub fn to(start: DateTime<Utc>) -> Self {
        let start = DateTime::from_timestamp(start.timestamp(), 0).unwrap_or(start);
        Self { start, duration: None, resources: Vec::new() }
    }

    /// That takes this long.
    pub fn lasting(mut self, duration: TimeDelta) -> Self {
        self.duration = Some(duration);
        self
    }

    /// That takes all of these; or those of another call.
    pub fn with(mut self, resources: impl IntoIterator<Item = ResourceId>) -> Self {
        self.resources.push(resources.into_iter().collect());
        self
    }
}

/// Which of a customer's appointments to find.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub struct Upcoming {
    /// The customer's number.
    pub phone: Address,
    /// How many at most; 10 by default.
    pub limit: usize,
}

impl Upcoming {
    /// Of whoever has this number.
    pub fn of(phone: impl Into<Address>) -> Self {
        Self { phone: phone.into(), limit: 10 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_request_has_another_digest() {
        let at: DateTime<Utc> = "2026-12-01T15:00:00.5Z".parse().unwrap();
        let anna = || BookingRequest::new("a".parse().unwrap(), at, Person::new("Anna"));
        assert_eq!(anna().digest(), anna().digest());
        assert_eq!(anna().start.timestamp_subsec_nanos(), 0);
        for other in [
            anna().lasting(TimeDelta::hours(1)),
            anna().with_title("Check-up"),
            anna().with_guest(Guest::new("b@example.com")),
            anna().with(["room".parse().unwrap()]),
            BookingRequest::new("a".parse().unwrap(), at + TimeDelta::seconds(1), Person::new("Anna")),
            BookingRequest::new("a".parse().unwrap(), at, Person::new("Ben")),
        ] {
            assert_ne!(other.digest(), anna().digest());
        }
    }
}
