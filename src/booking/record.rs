use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::decide::Occupied;
use super::hold::{Hold, HoldRequest};
use super::state::BookingState;
use crate::calendar::Guest;
use crate::id::{CallSid, TenantId, names};
use crate::message::Lease;
use crate::notification::Person;
use crate::schedule::Interval;
use crate::secret::Private;

names! {
    /// The name of a booking, made from the caller's idempotency key: 1 to 128 letters, digits, `-`, `_`, `.` or `:`.
    pub struct BookingId, InvalidBookingId: "a booking";
}

/// What a booking is about: what the calendar and the customer are told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Details {
    /// Whom it is for.
    pub customer: Person,
    /// What it is called.
    pub title: Private,
    /// Where it is.
    pub place: Option<Private>,
    /// What else there is to know; it stands in the calendar.
    pub notes: Option<Private>,
    /// Who is invited besides the customer.
    pub guests: Vec<Guest>,
    /// The call in which it was made.
    pub call: Option<CallSid>,
    /// A digest of the request: the same key with another request is a mistake.
    pub request: Option<String>,
}

impl Details {
    /// For somebody, under a title.
    #[must_use]
    pub fn new(customer: Person, title: impl Into<Private>) -> Self {
        Self { customer, title: title.into(), ..Self::default() }
    }

    /// Everybody who is invited: the customer, if mail reaches them, and the others.
    #[must_use]
    pub fn invited(&self) -> Vec<Guest> {
        let customer = self.customer.email.clone().map(|email| {
            let name = Some(self.customer.name.clone()).filter(|name| !name.is_empty());
            Guest { name, ..Guest::new(email) }
        });
        let mut all: Vec<Guest> = Vec::new();
        for guest in customer.into_iter().chain(self.guests.iter().cloned()) {
            if all.iter().all(|known| !known.email.as_str().eq_ignore_ascii_case(guest.email.as_str())) {
                all.push(guest);
            }
        }
        all
    }
}

/// What a person has done to the calendar that a booking cannot stand beside.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Conflict {
    /// Something else was entered at its time.
    Overlapped,
    /// Its event was moved.
    Moved,
    /// Its event was deleted.
    Deleted,
}

/// An appointment, from the hold to its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Booking {
    /// Whose diary it is in.
    pub tenant: TenantId,
    /// Its name.
    pub id: BookingId,
    /// Where it stands.
    pub state: BookingState,
    /// The time it has; `None` when it has none any more.
    pub hold: Option<Hold>,
    /// The time it is being moved to.
    pub next: Option<Hold>,
    /// When what is held for the first time, or for a move, is anybody's again, in the store's time; `None` when it is
    /// held for good.
    pub lease_until: Option<DateTime<Utc>>,
    /// The fence of the latest hold.
    pub fence: u64,
    /// The event in the calendar, once it may be there.
    pub event: Option<String>,
    /// What it is about.
    pub details: Details,
    /// Whether guests are still to be invited: the calendar had enough of them.
    #[serde(default)]
    pub uninvited: bool,
    /// Whether the calendar is to be looked at once more: what a person does there at the last moment cannot be prevented.
    #[serde(default)]
    pub unchecked: bool,
    /// What was found in the calendar when it was last looked at.
    #[serde(default)]
    pub conflict: Option<Conflict>,
    /// How often a step failed in a row.
    pub attempts: u32,
    /// No step of the reconciler before.
    pub not_before: DateTime<Utc>,
    /// Who works on it.
    pub lease: Option<Lease>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// Changes so far.
    pub version: u64,
    /// What it kept others from when it was read.
    #[serde(skip)]
    pub(crate) seen: Seen,
}

/// Fences and leases as a store has them, so that it writes only what is new; unknown by default. Makes no difference to
/// what a booking is.
#[derive(Debug, Clone, Default)]
#[cfg_attr(not(any(feature = "sqlite", feature = "postgres")), allow(dead_code, reason = "for databases"))]
pub(crate) struct Seen(Option<Vec<(u64, Option<DateTime<Utc>>)>>);

impl PartialEq for Seen {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// What the event of a booking says of it.
pub(crate) fn mark(tenant: &TenantId, id: &BookingId) -> String {
    format!("{tenant}/{id}")
}

impl Booking {
    /// Pure: the booking that has taken a time: one that was given back, or was not there, begins anew; one that stands
    /// is to be moved.
    pub(crate) fn take(
        known: Option<Self>,
        tenant: &TenantId,
        request: &HoldRequest,
        hold: Hold,
        now: DateTime<Utc>,
    ) -> Self {
        let lease = TimeDelta::from_std(request.lease).unwrap_or(TimeDelta::MAX);
        let until = now.checked_add_signed(lease).unwrap_or(DateTime::<Utc>::MAX_UTC);
        match known {
            Some(known) if known.state == BookingState::Confirmed => {
                Self { fence: hold.fence, next: Some(hold), lease_until: Some(until), ..known }
            }
            known => Self {
                tenant: tenant.clone(),
                id: request.booking.clone(),
                state: BookingState::Held,
                fence: hold.fence,
                hold: Some(hold),
                next: None,
                lease_until: Some(until),
                event: None,
                details: request.details.clone(),
                uninvited: false,
                unchecked: false,
                conflict: None,
                attempts: 0,
                not_before: now,
                lease: None,
                created_at: known.as_ref().map_or(now, |known| known.created_at),
                version: known.map_or(0, |known| known.version),
                seen: Seen::default(),
            },
        }
    }

    /// To a state that may follow, with nothing failed yet. `None` when it may not.
    fn become_state(mut self, next: BookingState) -> Option<Self> {
        self.state.may_become(next).then_some(())?;
        (self.state, self.attempts) = (next, 0);
        Some(self)
    }

    /// Held → committing: its time is held for good, and the event may be in the calendar from now on. Nobody but whoever
    /// says so works on it before `not_before`.
    #[must_use]
    pub fn commit(self, event: impl Into<String>, not_before: DateTime<Utc>) -> Option<Self> {
        let mut next = self.become_state(BookingState::Committing)?;
        next.event = Some(event.into());
        (next.lease_until, next.not_before) = (None, not_before);
        Some(next)
    }

    /// Committing → confirmed; or held → confirmed, where there is no calendar.
    #[must_use]
    pub fn confirm(self) -> Option<Self> {
        matches!(self.state, BookingState::Held | BookingState::Committing).then_some(())?;
        let mut next = self.become_state(BookingState::Confirmed)?;
        next.lease_until = None;
        Some(next)
    }

    /// Committing → releasing: from now on it is only taken out of the calendar. From `not_before` anybody may.
    #[must_use]
    pub fn withdraw(self, not_before: DateTime<Utc>) -> Option<Self> {
        let mut next = self.become_state(BookingState::Releasing)?;
        next.not_before = not_before;
        Some(next)
    }

    /// Held or releasing → released: its time is anybody's.
    #[must_use]
    pub fn release(self) -> Option<Self> {
        let mut next = self.become_state(BookingState::Released)?;
        (next.hold, next.lease_until) = (None, None);
        Some(next)
    }

    /// → cancelling: from now on it is only taken out of the calendar. From `not_before` anybody may.
    #[must_use]
    pub fn cancelling(self, not_before: DateTime<Utc>) -> Option<Self> {
        let mut next = self.become_state(BookingState::Cancelling)?;
        (next.lease_until, next.not_before) = (None, not_before);
        // What was only held for a move, or is being moved to, is kept until the calendar is rid of the event.
        (next.uninvited, next.unchecked) = (false, false);
        Some(next)
    }

    /// Cancelling → cancelled; or confirmed → cancelled, where there is no calendar: its time is anybody's.
    #[must_use]
    pub fn cancel(self) -> Option<Self> {
        let mut next = self.become_state(BookingState::Cancelled)?;
        (next.hold, next.next, next.lease_until, next.conflict) = (None, None, None, None);
        (next.uninvited, next.unchecked) = (false, false);
        Some(next)
    }

    /// Confirmed → moving: it has both times for good, because the calendar is being changed.
    #[must_use]
    pub fn shift(self, not_before: DateTime<Utc>) -> Option<Self> {
        self.next.is_some().then_some(())?;
        let mut next = self.become_state(BookingState::Moving)?;
        (next.lease_until, next.not_before) = (None, not_before);
        Some(next)
    }

    /// Moving → returning: the calendar is being changed back.
    #[must_use]
    pub fn give_back(self, not_before: DateTime<Utc>) -> Option<Self> {
        let mut next = self.become_state(BookingState::Returning)?;
        next.not_before = not_before;
        Some(next)
    }

    /// It stands at the new time; the old one is anybody's.
    #[must_use]
    pub fn moved(mut self) -> Option<Self> {
        matches!(self.state, BookingState::Moving | BookingState::Confirmed).then_some(())?;
        self.hold = Some(self.next.take()?);
        self.settled()
    }

    /// It stays where it is; the new time is anybody's.
    #[must_use]
    pub fn stay(mut self) -> Option<Self> {
        matches!(self.state, BookingState::Returning | BookingState::Confirmed).then_some(())?;
        self.next.take()?;
        self.settled()
    }

    fn settled(mut self) -> Option<Self> {
        (self.state, self.lease_until, self.attempts) = (BookingState::Confirmed, None, 0);
        Some(self)
    }

    /// A step has failed; the next try is not before.
    #[must_use]
    pub fn failed(mut self, not_before: DateTime<Utc>) -> Self {
        self.attempts = self.attempts.saturating_add(1);
        self.not_before = not_before;
        self.lease = None;
        self
    }

    /// What is left of it when its lease has ended and somebody else wants the time.
    #[must_use]
    pub(crate) fn expire(self) -> Self {
        let lapsed = if self.next.is_some() { self.clone().stay() } else { self.clone().release() };
        lapsed.unwrap_or(self)
    }

    /// True when what it holds may be given to somebody else.
    #[must_use]
    pub fn has_lapsed(&self, now: DateTime<Utc>) -> bool {
        self.lease_until.is_some_and(|until| until <= now)
    }

    /// What its event says of it, where guests do not see it: two tenants may keep one calendar.
    #[must_use]
    pub fn mark(&self) -> String {
        mark(&self.tenant, &self.id)
    }

    /// What it keeps others from.
    pub(crate) fn occupies(&self) -> impl Iterator<Item = Occupied> {
        self.kept().flat_map(|(hold, _)| {
            hold.seats.iter().map(|seat| Occupied {
                booking: self.id.clone(),
                seat: seat.clone(),
                from: hold.from,
                until: hold.until,
                start: hold.start,
            })
        })
    }

    /// It stands in a store as it is now.
    pub(crate) fn is_stored(&mut self) {
        self.seen = Seen(Some(self.kept().map(|(hold, until)| (hold.fence, until)).collect()));
    }

    /// What has changed of the times it keeps others from since it was read: fences and their leases. `None` when that is
    /// not known, or times are given back.
    #[cfg(any(feature = "sqlite", feature = "postgres"))]
    pub(crate) fn new_leases(&self) -> Option<Vec<(u64, Option<DateTime<Utc>>)>> {
        let seen = self.seen.0.as_ref()?;
        let kept: Vec<_> = self.kept().map(|(hold, until)| (hold.fence, until)).collect();
        let fences = |all: &[(u64, Option<DateTime<Utc>>)]| all.iter().map(|(fence, _)| *fence).collect::<Vec<_>>();
        (fences(seen) == fences(&kept)).then_some(())?;
        Some(kept.into_iter().filter(|one| !seen.contains(one)).collect())
    }

    /// The times it keeps others from: each fence, and whether it ends with the lease.
    pub(crate) fn kept(&self) -> impl Iterator<Item = (&Hold, Option<DateTime<Utc>>)> {
        let first = match self.state {
            BookingState::Held => self.lease_until,
            _ => None,
        };
        let hold = self.hold.as_ref().map(|hold| (hold, first));
        let next = self.next.as_ref().map(|next| (next, self.lease_until));
        hold.into_iter().chain(next)
    }

    /// The stretch of time that it has, or has last had.
    #[must_use]
    pub fn interval(&self) -> Option<Interval> {
        self.hold.as_ref().and_then(Hold::interval)
    }

    /// From when the reconciler may take it; `None` when there is nothing to do.
    #[must_use]
    pub fn claimable_from(&self) -> Option<DateTime<Utc>> {
        let due = match self.state {
            // What is held, and what is held for a move, is left to who does it, as long as the lease lasts.
            BookingState::Held => self.lease_until.unwrap_or(self.not_before).max(self.not_before),
            BookingState::Confirmed if self.next.is_some() => {
                self.lease_until.unwrap_or(self.not_before).max(self.not_before)
            }
            BookingState::Confirmed if self.uninvited || self.unchecked => self.not_before,
            BookingState::Confirmed | BookingState::Released | BookingState::Cancelled => return None,
            _ => self.not_before,
        };
        Some(self.lease.as_ref().map_or(due, |lease| lease.until.max(due)))
    }
}
