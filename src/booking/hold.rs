use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::record::{Booking, BookingId, Details};
use crate::id::names;
use crate::notification::Person;
use crate::schedule::Interval;
use crate::secret::Private;

names! {
    /// The name of something that can be booked: a person, a room, a chair. 1 to 128 letters, digits, `-`, `_`, `.` or `:`.
    pub struct ResourceId, InvalidResourceId: "a resource";
}

/// Something that can be booked, and how many can have it at once.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Resource {
    /// Its name.
    pub id: ResourceId,
    /// How many bookings may overlap; 1 by default.
    pub capacity: u32,
}

impl Resource {
    /// A resource that one booking has at a time.
    #[must_use]
    pub fn new(id: ResourceId) -> Self {
        Self { id, capacity: 1 }
    }

    /// How many bookings may have it at once.
    #[must_use]
    pub fn with_capacity(mut self, capacity: u32) -> Self {
        self.capacity = capacity;
        self
    }
}

/// One place of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Seat {
    /// The resource.
    pub resource: ResourceId,
    /// Which of its places, from 0.
    pub number: u32,
}

impl Seat {
    /// A place of a resource.
    #[must_use]
    pub fn new(resource: ResourceId, number: u32) -> Self {
        Self { resource, number }
    }
}

/// A time that is kept from others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Hold {
    /// Rises with each hold of a booking: what was decided of an older one is void.
    pub fence: u64,
    /// When the appointment begins.
    pub start: DateTime<Utc>,
    /// When it ends.
    pub end: DateTime<Utc>,
    /// From when others are kept away: the beginning and the time needed before.
    pub from: DateTime<Utc>,
    /// Until when, up to but not including.
    pub until: DateTime<Utc>,
    /// What is taken.
    pub seats: Vec<Seat>,
}

impl Hold {
    /// When the appointment is.
    #[must_use]
    pub fn interval(&self) -> Option<Interval> {
        Interval::new(self.start, self.end).ok()
    }

    /// The time that others are kept from: the appointment and what is needed before and after.
    #[must_use]
    pub fn range(&self) -> Option<Interval> {
        Interval::new(self.from, self.until).ok()
    }
}

/// At most so many of a tenant's bookings of the wanted resources between two times: a daily or weekly limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Limit {
    /// Counted are appointments that begin at this time or later.
    pub from: DateTime<Utc>,
    /// And before this.
    pub until: DateTime<Utc>,
    /// How many there may be, the wanted one included.
    pub at_most: u32,
}

impl Limit {
    /// At most so many appointments that begin within a stretch of time.
    #[must_use]
    pub fn new(from: DateTime<Utc>, until: DateTime<Utc>, at_most: u32) -> Self {
        Self { from, until, at_most }
    }
}

/// A time that is to be held.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub struct HoldRequest {
    /// The booking: one that holds the same time already is left as it is.
    pub booking: BookingId,
    /// When the appointment begins.
    pub start: DateTime<Utc>,
    /// When it ends.
    pub end: DateTime<Utc>,
    /// The time needed before it.
    pub before: Duration,
    /// The time needed after it.
    pub after: Duration,
    /// What is wanted: all resources of one of these, the first that is free.
    pub options: Vec<Vec<Resource>>,
    /// How long it is held, in the store's time.
    pub lease: Duration,
    /// Daily and weekly limits, each counted over the resources of the option.
    pub limits: Vec<Limit>,
    /// What it is about.
    pub details: Details,
    /// Everything that appointments can take, if that is known: what is held on anything else was held before the settings
    /// changed, and keeps others from its time whatever they want.
    pub known: Vec<ResourceId>,
    /// Whether a booking that stands is to be moved; otherwise one that stands at another time is in the way.
    pub moves: bool,
}

impl HoldRequest {
    /// Holds a time on all of these resources.
    pub fn new(
        booking: BookingId,
        start: DateTime<Utc>,
        end: DateTime<Utc>,
        resources: impl IntoIterator<Item = Resource>,
        lease: Duration,
    ) -> Self {
        Self {
            booking,
            start,
            end,
            before: Duration::ZERO,
            after: Duration::ZERO,
            options: vec![resources.into_iter().collect()],
            lease,
            limits: Vec::new(),
            details: Details::default(),
            known: Vec::new(),
            moves: false,
        }
    }

    /// Or on all of these, when the resources named before are taken.
    pub fn or(mut self, resources: impl IntoIterator<Item = Resource>) -> Self {
        self.options.push(resources.into_iter().collect());
        self
    }

    /// With time before and after that nobody else gets.
    pub fn with_buffers(mut self, before: Duration, after: Duration) -> Self {
        (self.before, self.after) = (before, after);
        self
    }

    /// Only if no more than so many begin within a stretch of time.
    pub fn with_limit(mut self, limit: Limit) -> Self {
        self.limits.push(limit);
        self
    }

    /// For somebody, under a title.
    pub fn with_customer(mut self, customer: Person, title: impl Into<Private>) -> Self {
        (self.details.customer, self.details.title) = (customer, title.into());
        self
    }

    /// Nobody can take anything else any more: what is held on it is in the way of everybody.
    pub fn with_known(mut self, resources: impl IntoIterator<Item = ResourceId>) -> Self {
        self.known = resources.into_iter().collect();
        self
    }

    /// For a booking that stands, and is to be moved.
    pub fn to_move(mut self) -> Self {
        self.moves = true;
        self
    }

    /// About this.
    pub fn with_details(mut self, details: Details) -> Self {
        self.details = details;
        self
    }

    /// The time that others are kept from; `None` when the appointment ends before it begins, lies beyond the calendar,
    /// asks for nothing, or for the same twice.
    #[must_use]
    pub fn range(&self) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let from = self.start.checked_sub_signed(chrono::TimeDelta::from_std(self.before).ok()?)?;
        let until = self.end.checked_add_signed(chrono::TimeDelta::from_std(self.after).ok()?)?;
        let is_set = |all: &Vec<Resource>| {
            let names: BTreeSet<_> = all.iter().map(|one| &one.id).collect();
            !all.is_empty() && names.len() == all.len() && all.iter().all(|one| one.capacity > 0)
        };
        let asks = !self.options.is_empty() && self.options.iter().all(is_set);
        (self.start < self.end && from < until && asks).then_some((from, until))
    }

    /// True when the booking holds, or stands at, the wanted time already.
    #[must_use]
    pub fn is_answered_by(&self, booking: &Booking) -> bool {
        let same = |hold: &Hold| (hold.start, hold.end) == (self.start, self.end);
        match &booking.next {
            Some(next) => same(next),
            None => booking.state.is_live() && booking.hold.as_ref().is_some_and(same),
        }
    }
}

/// What came of asking for a time.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Held {
    /// It is held.
    Held(Box<Booking>),
    /// The booking has this time already, by an earlier request of the same name.
    Already(Box<Booking>),
    /// The booking is there and stands at another time, or in another state, from which it cannot take this one.
    Conflict(Box<Booking>),
    /// Others have it.
    Taken,
    /// A daily or weekly limit is reached.
    LimitReached,
}
