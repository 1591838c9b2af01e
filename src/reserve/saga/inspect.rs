use super::super::event;
use super::super::step::conflict;
use super::{Case, Saga};
use crate::Error;
use crate::availability::{foreign, live};
use crate::booking::{Booking, BookingQuery, Hold};
use crate::calendar::Calendar;
use crate::schedule::Interval;
use crate::telemetry;

/// How many bookings of ours an appointment can overlap; more is an error, never a guess.
const MOST: usize = 20_000;

impl Saga {
    /// Looks once more at what stands: what a person does at the last moment can only be found, and is told.
    pub(in crate::reserve) async fn inspect(&self, case: &Case, booking: Booking) -> Result<Booking, Error> {
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

    /// Whether something stands in the calendar, as it is now, that is no booking of ours.
    pub(super) async fn is_in_the_way(
        &self,
        calendar: &dyn Calendar,
        booking: &Booking,
        hold: &Hold,
    ) -> Result<bool, Error> {
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
}
