use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::decide::Occupied;
use super::hold::{Hold, HoldRequest};
use super::state::BookingState;
use crate::address::Address;
use crate::id::{CallSid, TenantId, names};
use crate::message::Lease;
use crate::secret::Private;

names! {
    /// The name of a booking, made from the caller's idempotency key: 1 to 128 letters, digits, `-`, `_`, `.` or `:`.
    pub struct BookingId, InvalidBookingId: "a booking";
}

/// Whom a booking is for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Customer {
    /// The name.
    pub name: Private,
    /// Where texts go.
    pub phone: Option<Address>,
    /// Where mail goes.
    pub email: Option<Private>,
}

impl Customer {
    /// A customer by name.
    #[must_use]
    pub fn new(name: impl Into<Private>) -> Self {
        Self { name: name.into(), phone: None, email: None }
    }

    /// With a number.
    #[must_use]
    pub fn with_phone(mut self, phone: impl Into<Address>) -> Self {
        self.phone = Some(phone.into());
        self
    }

    /// With an address for mail.
    #[must_use]
    pub fn with_email(mut self, email: impl Into<Private>) -> Self {
        self.email = Some(email.into());
        self
    }
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
    /// Whom it is for.
    pub customer: Customer,
    /// What it is called.
    pub title: Private,
    /// The call in which it was made.
    pub call: Option<CallSid>,
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
                customer: request.customer.clone(),
                title: request.title.clone(),
                call: None,
                attempts: 0,
                not_before: now,
                lease: None,
                created_at: known.as_ref().map_or(now, |known| known.created_at),
                version: known.map_or(0, |known| known.version),
            },
        }
    }

    /// Held → committing: its time is held for good, and the event may be in the calendar from now on.
    #[must_use]
    pub fn commit(mut self, event: impl Into<String>) -> Option<Self> {
        (self.state == BookingState::Held).then_some(())?;
        self.state = BookingState::Committing;
        self.event = Some(event.into());
        self.lease_until = None;
        Some(self)
    }

    /// Committing → confirmed.
    #[must_use]
    pub fn confirm(mut self) -> Option<Self> {
        (self.state == BookingState::Committing).then_some(())?;
        self.state = BookingState::Confirmed;
        Some(self)
    }

    /// Held or committing → released: its time is anybody's.
    #[must_use]
    pub fn release(mut self) -> Option<Self> {
        matches!(self.state, BookingState::Held | BookingState::Committing).then_some(())?;
        self.state = BookingState::Released;
        (self.hold, self.lease_until) = (None, None);
        Some(self)
    }

    /// Confirmed → cancelled: its time is anybody's.
    #[must_use]
    pub fn cancel(mut self) -> Option<Self> {
        (self.state == BookingState::Confirmed).then_some(())?;
        self.state = BookingState::Cancelled;
        (self.hold, self.next, self.lease_until) = (None, None, None);
        Some(self)
    }

    /// It has both times for good until [`moved`](Self::moved) or [`stay`](Self::stay), because the calendar is being
    /// changed.
    #[must_use]
    pub fn moving(mut self) -> Option<Self> {
        (self.state == BookingState::Confirmed && self.next.is_some()).then_some(())?;
        self.lease_until = None;
        Some(self)
    }

    /// It stands at the new time; the old one is anybody's.
    #[must_use]
    pub fn moved(mut self) -> Option<Self> {
        (self.state == BookingState::Confirmed).then_some(())?;
        self.hold = Some(self.next.take()?);
        self.lease_until = None;
        Some(self)
    }

    /// It stays where it is; the new time is anybody's.
    #[must_use]
    pub fn stay(mut self) -> Option<Self> {
        self.next.take()?;
        self.lease_until = None;
        Some(self)
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

    /// From when the reconciler may take it; `None` when there is nothing to do.
    #[must_use]
    pub fn claimable_from(&self) -> Option<DateTime<Utc>> {
        let due = match (self.state, &self.next) {
            // What is held and what is being moved is left to who does it, as long as the lease lasts.
            (BookingState::Held, _) | (BookingState::Confirmed, Some(_)) => {
                self.lease_until.unwrap_or(self.not_before).max(self.not_before)
            }
            (BookingState::Committing, _) => self.not_before,
            _ => return None,
        };
        Some(self.lease.as_ref().map_or(due, |lease| lease.until.max(due)))
    }
}
