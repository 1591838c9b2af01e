use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use http::StatusCode;

use super::event;
use super::step::{ATTEMPTS, conflict, is_announced};
use crate::Error;
use crate::availability::{Availability, foreign, live};
use crate::booking::{Booking, BookingQuery, BookingState, Hold};
use crate::calendar::{Calendar, Calendars, Change, Created, Entry, EventId, NewEvent, Patched};
use crate::clock::Clock;
use crate::id::TenantId;
use crate::notification::News;
use crate::notify::{Known, Notifier};
use crate::schedule::Interval;
use crate::store::{Commit, Store, Unit};
use crate::telemetry;
use crate::tenant::Tenant;

const ROUNDS: usize = 8;
/// How many bookings of ours an appointment can overlap; more is an error, never a guess.
const MOST: usize = 20_000;

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

    /// Held → confirmed: looked at, committed, entered, looked at again, announced, confirmed. Where a person was faster it
    /// ends as released.
    pub(super) async fn enter(&self, case: &Case, booking: Booking) -> Result<Booking, Error> {
        let Some(hold) = booking.hold.clone() else { return Ok(booking) };
        let (Some(calendar), Some(interval)) = (&case.calendar, hold.interval()) else {
            return match booking.state {
                BookingState::Held => self.confirm(case, booking, None).await,
                // It was being entered into a calendar that is not there any more.
                _ => self.take_back(case, booking).await,
            };
        };
        let mut booking = booking;
        if booking.state == BookingState::Held {
            if self.is_in_the_way(calendar.as_ref(), &booking, &hold).await? {
                return self.write_or_read(booking, Booking::release).await;
            }
            let name = event::name(&booking, &hold);
            let committing = |held: Booking| held.commit(name.as_str(), self.later());
            match self.write(booking, committing, Unit::new()).await? {
                Written::Now(committing) => booking = committing,
                Written::Before(current) => return Ok(current),
            }
        }
        let (BookingState::Committing, Some(id)) = (booking.state, event::entered(&booking)) else {
            return Ok(booking);
        };
        let mut new = event::new(&booking, &case.tenant, id, interval);
        let mut created = calendar.create(&new).await;
        if let Some(error) = created.as_ref().err().filter(|error| !new.guests.is_empty() && is_forbidden(error)) {
            tracing::warn!(booking = %booking.id, %error, "guests are invited later");
            (new.guests, new.notify, booking.uninvited) = (Vec::new(), false, true);
            created = calendar.create(&new).await;
        }
        let entry = match created? {
            Created::Now(entry) => entry,
            Created::Before(entry) => match self.unless_over(&booking).await? {
                None => entry,
                Some(current) => return Ok(current),
            },
            // A person has deleted it, or we have before we broke off.
            Created::Taken => return self.take_back(case, booking).await,
        };
        if self.is_in_the_way(calendar.as_ref(), &booking, &hold).await? {
            return self.take_back(case, booking).await;
        }
        match self.announce(case, calendar.as_ref(), &mut booking, entry, interval).await? {
            Put::There(entry) => self.confirm(case, booking, Some(&entry)).await,
            Put::Gone => self.take_back(case, booking).await,
            Put::Over(current) => Ok(*current),
        }
    }

    /// Committing → released: it cannot stand.
    async fn take_back(&self, case: &Case, booking: Booking) -> Result<Booking, Error> {
        match self.write(booking, |booking| booking.withdraw(self.later()), Unit::new()).await? {
            Written::Now(releasing) => self.erase(case, releasing).await,
            Written::Before(current) => Ok(current),
        }
    }

    /// Whether there is no use in going on trying: the appointment is over, or the calendar refuses for good. That somebody
    /// has to consent again is waited for a while.
    fn is_hopeless(&self, booking: &Booking, error: &Error) -> bool {
        let is_over = booking.hold.as_ref().is_none_or(|hold| hold.end <= self.clock.now());
        is_over || (error.is_permanent() && (!error.is_unauthorized() || booking.attempts >= ATTEMPTS))
    }

    /// Releasing → released.
    pub(super) async fn erase(&self, case: &Case, booking: Booking) -> Result<Booking, Error> {
        self.rid_at_last(case, &booking).await?;
        self.write_or_read(booking, Booking::release).await
    }

    /// Cancelling → cancelled, and the customer is told.
    pub(super) async fn remove(&self, case: &Case, booking: Booking) -> Result<Booking, Error> {
        self.rid_at_last(case, &booking).await?;
        self.cancelled(case, booking).await
    }

    /// → cancelled, when the calendar is rid of it.
    pub(super) async fn cancelled(&self, case: &Case, booking: Booking) -> Result<Booking, Error> {
        let id = event::told_as(&booking)?;
        self.tell(case, booking, Booking::cancel, &News::Cancelled { id, revision: None }).await
    }

    /// Sees to it that a booking's event is not in the calendar and will not be: a request that is still on its way must
    /// find its name used up.
    async fn rid(&self, case: &Case, booking: &Booking) -> Result<(), Error> {
        let (Some(calendar), Some(id), Some(interval)) = (&case.calendar, event::entered(booking), booking.interval())
        else {
            return Ok(());
        };
        match calendar.event(&id).await? {
            Some(entry) if !entry.is_of(&booking.mark()) => return Ok(()),
            // Whoever is among the guests by then is told.
            Some(_) => return calendar.delete(&id, !event::guests(booking, &case.tenant).is_empty()).await,
            None => {}
        }
        match calendar.create(&NewEvent::new(id.clone(), booking.mark(), interval).free()).await? {
            Created::Now(_) | Created::Before(_) => calendar.delete(&id, false).await,
            Created::Taken => Ok(()),
        }
    }

    /// The same, as long as there is any use in it.
    async fn rid_at_last(&self, case: &Case, booking: &Booking) -> Result<(), Error> {
        let Err(error) = self.rid(case, booking).await else { return Ok(()) };
        if self.is_hopeless(booking, &error) {
            tracing::error!(booking = %booking.id, %error, "an event could not be taken out of its calendar");
            return Ok(());
        }
        Err(error)
    }

    /// The booking as it is now, if somebody else has brought it farther. What was read of the calendar before may be changed
    /// after: whatever they do to it then gives it another version.
    async fn unless_over(&self, booking: &Booking) -> Result<Option<Booking>, Error> {
        let current = self.store.booking(&booking.tenant, &booking.id).await?;
        let current = current.ok_or_else(|| Error::missing("finding a booking"))?;
        let same = (current.state, current.fence, &current.event) == (booking.state, booking.fence, &booking.event);
        Ok(Some(current).filter(|_| !same))
    }

    /// Makes the event certain, invites guests, and puts it back where it belongs if a person has moved it since.
    async fn announce(
        &self,
        case: &Case,
        calendar: &dyn Calendar,
        booking: &mut Booking,
        entry: Entry,
        interval: Interval,
    ) -> Result<Put, Error> {
        let (id, mut entry) = (entry.id.clone(), entry);
        let mut guests = if booking.uninvited { Vec::new() } else { event::guests(booking, &case.tenant) };
        for _ in 0..ROUNDS {
            if is_announced(&entry, interval, guests.len()) {
                return Ok(Put::There(Box::new(entry)));
            }
            let change = event::announce(interval, guests.clone());
            match calendar.patch(&id, &entry.version, &change).await {
                Ok(Patched::Done(entry)) => return Ok(Put::There(Box::new(entry))),
                Ok(Patched::Gone) => return Ok(Put::Gone),
                Ok(Patched::Stale) => match calendar.event(&id).await? {
                    Some(current) => entry = current,
                    None => return Ok(Put::Gone),
                },
                // There were too many invitations today: the appointment stands without.
                Err(error) if !guests.is_empty() && is_forbidden(&error) => {
                    tracing::warn!(booking = %booking.id, %error, "guests are invited later");
                    booking.uninvited = true;
                    guests = Vec::new();
                    continue;
                }
                Err(error) => return Err(error),
            }
            if let Some(current) = self.unless_over(booking).await? {
                return Ok(Put::Over(Box::new(current)));
            }
        }
        Err(Error::unavailable("confirming an event that keeps changing"))
    }

    /// → confirmed, and everything that the customer is to be told, in one.
    async fn confirm(&self, case: &Case, booking: Booking, entry: Option<&Entry>) -> Result<Booking, Error> {
        let confirm = |booking: Booking| {
            let uninvited = booking.uninvited;
            let confirmed = booking.confirm()?;
            let not_before = if uninvited { self.later() } else { self.clock.now() };
            // A person may have come between the last look and now.
            Some(Booking { unchecked: entry.is_some(), not_before, ..confirmed })
        };
        let news = News::set(event::appointment(&booking, &case.tenant, entry)?);
        self.tell(case, booking, confirm, &news).await
    }

    /// Confirmed → moved: looked at, the calendar changed, the old time given back. Where a person was faster it stays.
    pub(super) async fn shift(&self, case: &Case, booking: Booking) -> Result<Booking, Error> {
        let Some(next) = booking.next.clone() else { return Ok(booking) };
        let (Some(calendar), Some(interval)) = (&case.calendar, next.interval()) else {
            return self.moved(case, booking, None).await;
        };
        let mut booking = booking;
        if booking.state == BookingState::Confirmed {
            if self.is_in_the_way(calendar.as_ref(), &booking, &next).await? {
                return self.write_or_read(booking, Booking::stay).await;
            }
            match self.write(booking, |booking| booking.shift(self.later()), Unit::new()).await? {
                Written::Now(moving) => booking = moving,
                Written::Before(current) => return Ok(current),
            }
        } else if booking.state == BookingState::Moving && !self.is_at(calendar.as_ref(), &booking, interval).await? {
            // Begun by somebody else, some time ago: a person may have come since.
            if self.is_in_the_way(calendar.as_ref(), &booking, &next).await? {
                return match self.write(booking, |booking| booking.give_back(self.later()), Unit::new()).await? {
                    Written::Now(returning) => self.put_back(case, returning).await,
                    Written::Before(current) => Ok(current),
                };
            }
        }
        if booking.state != BookingState::Moving {
            return Ok(booking);
        }
        let entry = match self.put(calendar.as_ref(), &booking, interval).await? {
            Put::There(entry) => Some(*entry),
            Put::Over(current) => return Ok(*current),
            // A person has deleted it: it is entered anew, under the name of its new hold.
            Put::Gone => {
                let id = event::name(&booking, &next);
                let renamed = |booking| Some(Booking { event: Some(id.as_str().to_owned()), ..booking });
                match self.write(booking, renamed, Unit::new()).await? {
                    Written::Now(moving) => booking = moving,
                    Written::Before(current) => return Ok(current),
                }
                self.enter_anew(case, calendar.as_ref(), &booking, id, interval).await?
            }
        };
        self.moved(case, booking, entry.as_ref()).await
    }

    /// An event in the place of one that a person has deleted; `None` when that one was deleted as well.
    async fn enter_anew(
        &self,
        case: &Case,
        calendar: &dyn Calendar,
        booking: &Booking,
        id: EventId,
        interval: Interval,
    ) -> Result<Option<Entry>, Error> {
        let mut new = event::new(booking, &case.tenant, id, interval);
        new.tentative = false;
        let new = event::guests(booking, &case.tenant).into_iter().fold(new, |mut new, guest| {
            if !new.guests.contains(&guest) {
                new = new.with_guest(guest);
            }
            new
        });
        Ok(match calendar.create(&new).await? {
            Created::Now(entry) | Created::Before(entry) => Some(entry),
            Created::Taken => None,
        })
    }

    /// Whether a booking's event is at a time already.
    async fn is_at(&self, calendar: &dyn Calendar, booking: &Booking, interval: Interval) -> Result<bool, Error> {
        let Some(id) = event::entered(booking) else { return Ok(false) };
        Ok(calendar.event(&id).await?.is_some_and(|entry| entry.interval == Some(interval)))
    }

    /// Puts a booking's event to a time.
    async fn put(&self, calendar: &dyn Calendar, booking: &Booking, interval: Interval) -> Result<Put, Error> {
        let Some(id) = event::entered(booking) else { return Ok(Put::Gone) };
        for _ in 0..ROUNDS {
            let entry = calendar.event(&id).await?;
            if let Some(current) = self.unless_over(booking).await? {
                return Ok(Put::Over(Box::new(current)));
            }
            let Some(entry) = entry else { return Ok(Put::Gone) };
            if entry.interval == Some(interval) && booking.state == BookingState::Moving {
                return Ok(Put::There(Box::new(entry)));
            }
            let change = Change::new().to(interval);
            let change = if entry.guests > 0 { change.notifying() } else { change };
            // Also where it is already: a change that is still on its way then finds another version.
            let change = change.stamped(format!("{}-{}", booking.fence, booking.state.as_str()));
            match calendar.patch(&id, &entry.version, &change).await? {
                Patched::Done(entry) => return Ok(Put::There(Box::new(entry))),
                Patched::Stale | Patched::Gone => {}
            }
        }
        Err(Error::unavailable("moving an event that keeps changing"))
    }

    async fn moved(&self, case: &Case, booking: Booking, entry: Option<&Entry>) -> Result<Booking, Error> {
        let shifted = |booking: Booking| {
            let moved = booking.moved()?;
            let unchecked = moved.event.is_some() && case.calendar.is_some();
            Some(Booking { unchecked, conflict: None, not_before: self.clock.now(), ..moved })
        };
        let moved = shifted(booking.clone()).ok_or_else(|| Error::refused("moving a booking that does not stand"))?;
        let news = News::set(event::appointment(&moved, &case.tenant, entry)?);
        self.tell(case, booking, shifted, &news).await
    }

    /// Returning → confirmed at its old time.
    pub(super) async fn put_back(&self, case: &Case, booking: Booking) -> Result<Booking, Error> {
        if let (Some(calendar), Some(interval)) = (&case.calendar, booking.interval()) {
            let put = match self.put(calendar.as_ref(), &booking, interval).await {
                // A person has deleted it, and what was entered in its place may be on its way.
                Ok(Put::Gone) => self.rid(case, &booking).await.map(|()| Put::Gone),
                other => other,
            };
            match put {
                Ok(Put::Over(current)) => return Ok(*current),
                Ok(_) => {}
                Err(error) if self.is_hopeless(&booking, &error) => {
                    tracing::error!(booking = %booking.id, %error, "an event could not be moved back");
                }
                Err(error) => return Err(error),
            }
        }
        let stays = |booking: Booking| {
            let stays = booking.stay()?;
            Some(Booking { unchecked: case.calendar.is_some(), not_before: self.clock.now(), ..stays })
        };
        self.write_or_read(booking, stays).await
    }

    /// Invites the guests of a booking that was confirmed without.
    pub(super) async fn invite(&self, case: &Case, booking: Booking) -> Result<Booking, Error> {
        let guests = event::guests(&booking, &case.tenant);
        if let (Some(calendar), Some(id)) = (&case.calendar, event::entered(&booking)) {
            for round in 0..=ROUNDS {
                let Some(entry) = calendar.event(&id).await? else { break };
                if entry.guests >= guests.len() {
                    break;
                }
                if round == ROUNDS {
                    return Err(Error::unavailable("inviting to an event that keeps changing"));
                }
                let change = Change::new().with_guests(guests.clone()).notifying();
                if let Patched::Done(_) = calendar.patch(&id, &entry.version, &change).await? {
                    break;
                }
            }
        }
        let now = self.clock.now();
        self.write_or_read(booking, |booking| {
            Some(Booking { uninvited: false, attempts: 0, not_before: now, ..booking })
        })
        .await
    }

    /// Looks once more at what stands: what a person does at the last moment can only be found, and is told.
    pub(super) async fn inspect(&self, case: &Case, booking: Booking) -> Result<Booking, Error> {
        let mut found = None;
        if let (Some(calendar), Some(id), Some(hold)) = (&case.calendar, event::entered(&booking), &booking.hold) {
            let entry = calendar.event(&id).await?;
            let overlapped = self.is_in_the_way(calendar.as_ref(), &booking, hold).await?;
            found = hold.interval().and_then(|interval| conflict(entry.as_ref(), interval, overlapped));
        }
        if let Some(conflict) = found.filter(|_| found != booking.conflict) {
            tracing::warn!(booking = %booking.id, ?conflict, "a person has changed the calendar beside a booking");
            telemetry::count(telemetry::BOOKINGS, [("outcome", "conflict")]);
        }
        let seen = |booking| Some(Booking { unchecked: false, attempts: 0, conflict: found, ..booking });
        self.write_or_read(booking, seen).await
    }

    /// The other bookings that keep others from some of this time.
    async fn others(&self, booking: &Booking, range: Interval) -> Result<Vec<Booking>, Error> {
        let query = BookingQuery { limit: MOST, ..BookingQuery::between(range.start(), range.end()) };
        let mut bookings = self.store.bookings(&booking.tenant, &query).await?;
        if bookings.len() >= MOST {
            return Err(Error::refused("looking for what is in the way of a booking among more than can be read"));
        }
        bookings.retain(|other| other.id != booking.id);
        Ok(bookings)
    }

    /// Whether something stands in the calendar, as it is now, that is no booking of ours.
    async fn is_in_the_way(&self, calendar: &dyn Calendar, booking: &Booking, hold: &Hold) -> Result<bool, Error> {
        let Some(range) = hold.range() else { return Ok(false) };
        let mut events = calendar.busy(range).await?;
        let own = booking.mark();
        events.retain(|event| event.interval.overlaps(&range) && event.booking.as_deref() != Some(own.as_str()));
        if events.is_empty() {
            return Ok(false);
        }
        let bookings = self.others(booking, range).await?;
        let now = self.clock.now();
        let held: Vec<(&str, &Hold)> = bookings.iter().flat_map(|booking| live(booking, now)).collect();
        let is_in_the_way = !foreign(&booking.tenant, &held, &events).is_empty();
        if is_in_the_way {
            // What was remembered did not know it.
            self.availability.forget(&booking.tenant);
        }
        Ok(is_in_the_way)
    }

    /// Writes what `change` makes of a booking together with what people are told of it.
    async fn tell(
        &self,
        case: &Case,
        mut booking: Booking,
        change: impl Fn(Booking) -> Option<Booking> + Send + Sync,
        news: &News,
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
                    telemetry::count(telemetry::BOOKINGS, [("outcome", booking.state.as_str())]);
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

/// A limit of the calendar's, which is not what a mistake of ours would be answered with.
fn is_forbidden(error: &Error) -> bool {
    error.status() == Some(StatusCode::FORBIDDEN) && !error.is_outcome_unknown()
}

impl Case {
    /// Whether events are entered.
    pub(super) fn has_calendar(&self) -> bool {
        self.calendar.is_some()
    }
}
