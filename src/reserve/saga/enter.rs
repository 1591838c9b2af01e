use http::StatusCode;

use super::super::event;
use super::super::step::is_announced;
use super::{Case, Put, ROUNDS, Saga, Written};
use crate::Error;
use crate::booking::{Booking, BookingState};
use crate::calendar::{Calendar, Change, Created, Entry, Patched};
use crate::notification::News;
use crate::schedule::Interval;
use crate::store::Unit;

impl Saga {
    /// Held → confirmed: looked at, committed, entered, looked at again, announced, confirmed. Where a person was faster it
    /// ends as released.
    pub(in crate::reserve) async fn enter(&self, case: &Case, booking: Booking) -> Result<Booking, Error> {
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
        self.tell(case, booking, confirm, ("confirmed", &news)).await
    }

    /// Invites the guests of a booking that was confirmed without.
    pub(in crate::reserve) async fn invite(&self, case: &Case, booking: Booking) -> Result<Booking, Error> {
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
}

/// A limit of the calendar's, which is not what a mistake of ours would be answered with.
fn is_forbidden(error: &Error) -> bool {
    error.status() == Some(StatusCode::FORBIDDEN) && !error.is_outcome_unknown()
}
