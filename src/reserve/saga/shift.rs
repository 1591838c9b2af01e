use super::super::event;
use super::{Case, Put, ROUNDS, Saga, Written};
use crate::Error;
use crate::booking::{Booking, BookingState};
use crate::calendar::{Calendar, Change, Created, Entry, EventId, NewEvent, Patched};
use crate::notification::News;
use crate::schedule::Interval;
use crate::store::Unit;

impl Saga {
    /// Confirmed → moved: looked at, the calendar changed, the old time given back. Where a person was faster it stays.
    pub(in crate::reserve) async fn shift(&self, case: &Case, booking: Booking) -> Result<Booking, Error> {
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
        // It was certain before: its guests are invited with it, whatever the settings say of new ones.
        let guests = event::guests(booking, &case.tenant);
        let new = event::new(booking, &case.tenant, id, interval);
        let new = NewEvent { tentative: false, notify: !guests.is_empty(), guests, ..new };
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
        self.tell(case, booking, shifted, ("moved", &news)).await
    }

    /// Returning → confirmed at its old time.
    pub(in crate::reserve) async fn put_back(&self, case: &Case, booking: Booking) -> Result<Booking, Error> {
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
}
