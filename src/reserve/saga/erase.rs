use super::super::event;
use super::super::step::ATTEMPTS;
use super::{Case, Saga};
use crate::Error;
use crate::booking::Booking;
use crate::calendar::{Created, NewEvent};
use crate::notification::News;

impl Saga {
    /// Releasing → released.
    pub(in crate::reserve) async fn erase(&self, case: &Case, booking: Booking) -> Result<Booking, Error> {
        self.rid_at_last(case, &booking).await?;
        self.write_or_read(booking, Booking::release).await
    }

    /// Cancelling → cancelled, and the customer is told.
    pub(in crate::reserve) async fn remove(&self, case: &Case, booking: Booking) -> Result<Booking, Error> {
        self.rid_at_last(case, &booking).await?;
        self.cancelled(case, booking).await
    }

    /// → cancelled, when the calendar is rid of it.
    pub(in crate::reserve) async fn cancelled(&self, case: &Case, booking: Booking) -> Result<Booking, Error> {
        let id = event::told_as(&booking)?;
        let news = News::Cancelled { id, revision: None };
        self.tell(case, booking, Booking::cancel, ("cancelled", &news)).await
    }

    /// Whether there is no use in going on trying: the appointment is over, or the calendar refuses for good. That somebody
    /// has to consent again is waited for a while.
    pub(super) fn is_hopeless(&self, booking: &Booking, error: &Error) -> bool {
        let is_over = booking.hold.as_ref().is_none_or(|hold| hold.end <= self.clock.now());
        is_over || (error.is_permanent() && (!error.is_unauthorized() || booking.attempts >= ATTEMPTS))
    }

    /// Sees to it that a booking's event is not in the calendar and will not be: a request that is still on its way must
    /// find its name used up.
    pub(super) async fn rid(&self, case: &Case, booking: &Booking) -> Result<(), Error> {
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
}
