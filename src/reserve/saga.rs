mod enter;
mod erase;
mod inspect;
mod shift;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::event;
use crate::Error;
use crate::availability::Availability;
use crate::booking::{Booking, BookingState};
use crate::calendar::{Calendar, Calendars, Entry};
use crate::clock::Clock;
use crate::id::TenantId;
use crate::notification::News;
use crate::notify::{Known, Notifier};
use crate::store::{Commit, Store, Unit};
use crate::telemetry;
use crate::tenant::Tenant;

const ROUNDS: usize = 8;

/// Carries bookings from one state to the next.
///
/// Each method reads from top to bottom, can be begun again wherever it broke off, and may run twice at once: what is
/// written is compared with what was read, what is entered has a name of its own, what is changed has a version, and
/// nothing is taken out of a calendar before the booking says so. The booking that is returned is where it stands now,
/// whoever has brought it there.
#[derive(Debug, Clone)]
pub(super) struct Saga {
    pub(super) store: Arc<dyn Store>,
    pub(super) calendars: Arc<dyn Calendars>,
    pub(super) notifier: Notifier,
    pub(super) availability: Availability,
    pub(super) clock: Arc<dyn Clock>,
}

/// Whose booking it is, and where it is entered.
pub(super) struct Case {
    pub(super) tenant: Arc<Tenant>,
    calendar: Option<Arc<dyn Calendar>>,
}

/// What came of writing a booking.
enum Written {
    /// It is written.
    Now(Booking),
    /// It had changed: this is what it is.
    Before(Booking),
}

/// What came of changing an event.
enum Put {
    /// It is as it is to be.
    There(Box<Entry>),
    /// A person has deleted it.
    Gone,
    /// Somebody else has brought the booking farther: this is what it is.
    Over(Box<Booking>),
}

impl Saga {
    pub(super) async fn case(&self, tenant: &TenantId) -> Result<Case, Error> {
        let settings = self.store.tenant(tenant).await?.ok_or_else(|| Error::missing("finding a tenant"))?;
        Ok(Case { calendar: self.calendars.calendar(tenant).await?, tenant: settings })
    }

    /// The booking as it is now, if somebody else has brought it farther. What was read of the calendar before may be changed
    /// after: whatever they do to it then gives it another version.
    async fn unless_over(&self, booking: &Booking) -> Result<Option<Booking>, Error> {
        let current = self.store.booking(&booking.tenant, &booking.id).await?;
        let current = current.ok_or_else(|| Error::missing("finding a booking"))?;
        let same = (current.state, current.fence, &current.event) == (booking.state, booking.fence, &booking.event);
        Ok(Some(current).filter(|_| !same))
    }

    /// Writes what `change` makes of a booking together with what people are told of it, and counts what came of it.
    async fn tell(
        &self,
        case: &Case,
        mut booking: Booking,
        change: impl Fn(Booking) -> Option<Booking> + Send + Sync,
        (outcome, news): (&'static str, &News),
    ) -> Result<Booking, Error> {
        let id = event::told_as(&booking)?;
        // The first that is heard of it: nothing needs to be read.
        let is_new = booking.fence == 1 && !booking.state.stands() && matches!(news, News::Set(_));
        let mut known = if is_new { Known::default() } else { self.notifier.known(&booking.tenant, &id).await? };
        for _ in 0..ROUNDS {
            let drafted = self.notifier.draft(&case.tenant, known, news, Unit::new());
            let unit = drafted.map_or_else(Unit::new, |(unit, _)| unit);
            match self.write(booking.clone(), &change, unit).await? {
                Written::Now(booking) => {
                    telemetry::count(telemetry::BOOKINGS, [("outcome", outcome)]);
                    self.notifier.wake.call();
                    return Ok(booking);
                }
                // It is as it was: what is known of the appointment has changed.
                Written::Before(current) if is_as(&current, &booking) => {
                    known = self.notifier.known(&booking.tenant, &id).await?;
                    booking = Booking { uninvited: booking.uninvited, ..current };
                }
                Written::Before(current) => return Ok(current),
            }
        }
        Err(Error::unavailable("telling of a booking that keeps changing"))
    }

    /// Writes what `change` makes of a booking.
    pub(super) async fn write_or_read(
        &self,
        booking: Booking,
        change: impl Fn(Booking) -> Option<Booking> + Send + Sync,
    ) -> Result<Booking, Error> {
        Ok(match self.write(booking, change, Unit::new()).await? {
            Written::Now(booking) | Written::Before(booking) => booking,
        })
    }

    /// Writes what `change` makes of a booking, together with a unit. That `change` makes nothing of it is a transition that
    /// the table does not have.
    async fn write(
        &self,
        mut from: Booking,
        change: impl Fn(Booking) -> Option<Booking> + Send + Sync,
        unit: Unit,
    ) -> Result<Written, Error> {
        for _ in 0..ROUNDS {
            let to = change(from.clone()).ok_or_else(|| Error::refused("changing a booking that does not stand"))?;
            let mut to = Booking { lease: None, ..to };
            let unit = unit.clone().save_booking(to.clone());
            let mut committed = self.store.commit(&to.tenant, unit.clone()).await;
            if committed.as_ref().is_err_and(Error::is_outcome_unknown) {
                // Said again, it is stale if it was done.
                committed = self.store.commit(&to.tenant, unit).await;
            }
            to.version += 1;
            if committed? == Commit::Applied {
                to.is_stored();
                return Ok(Written::Now(to));
            }
            let current = self.store.booking(&to.tenant, &to.id).await?;
            let current = current.ok_or_else(|| Error::missing("finding a booking"))?;
            if current.version == to.version && is_as(&current, &to) {
                return Ok(Written::Now(current));
            }
            if current.version == from.version || !is_as(&current, &from) {
                return Ok(Written::Before(current));
            }
            // A worker has only claimed it.
            from = Booking { uninvited: from.uninvited, ..current };
        }
        Err(Error::unavailable("changing a booking that is claimed again and again"))
    }

    /// When somebody else may go on with what is begun now: whoever has begun it has given up by then.
    pub(super) fn later(&self) -> DateTime<Utc> {
        let now = self.clock.now();
        now.checked_add_signed(TimeDelta::from_std(GRACE).unwrap_or_default()).unwrap_or(now)
    }
}

/// Longer than anybody waits for an answer.
pub(super) const GRACE: Duration = Duration::from_secs(60);

/// Whether a booking is what it was but for who works on it.
fn is_as(current: &Booking, was: &Booking) -> bool {
    let plain = |booking: &Booking| {
        // Before it is confirmed that is only known to whoever confirms it.
        let uninvited = booking.uninvited && booking.state == BookingState::Confirmed;
        Booking { lease: None, version: 0, uninvited, ..booking.clone() }
    };
    plain(current) == plain(was)
}

impl Case {
    /// Whether events are entered.
    pub(super) fn has_calendar(&self) -> bool {
        self.calendar.is_some()
    }
}
