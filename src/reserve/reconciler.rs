use std::panic::AssertUnwindSafe;
use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use futures_util::{FutureExt, future};
use tracing::Instrument as _;

use super::saga::Saga;
use super::step::{self, Step};
use crate::Error;
use crate::booking::Booking;
use crate::clock::within;
use crate::id::TenantId;
use crate::worker::Turn;

const BATCH: usize = 16;
const LEASE: Duration = Duration::from_secs(300);
/// Well within the lease.
const LIMIT: Duration = Duration::from_secs(45);

/// Finishes what broke off, and looks after what stands: takes bookings that nobody works on and does what comes next.
#[derive(Debug)]
pub(crate) struct Reconciler {
    saga: Saga,
    name: String,
}

#[async_trait]
impl Turn for Reconciler {
    async fn turn(&self) -> Result<usize, Error> {
        let claimed = self.saga.store.claim_bookings(&self.name, BATCH, LEASE).await?;
        let count = claimed.len();
        let handled = claimed.into_iter().map(|(tenant, booking)| async move {
            let span = tracing::info_span!("reconcile", booking = %booking.id);
            // A panic of the host's calendar must not end the work on others.
            let handled = AssertUnwindSafe(self.handle(&tenant, booking)).catch_unwind().instrument(span).await;
            handled.unwrap_or_else(|_| Err(Error::unavailable("a step of a booking panicked")))
        });
        // One that cannot be handled waits for its lease to end.
        for error in future::join_all(handled).await.into_iter().filter_map(Result::err) {
            tracing::warn!(%error, "a booking could not be looked after; it is taken again later");
        }
        Ok(count)
    }
}

impl Reconciler {
    pub(crate) fn new(reservations: &super::Reservations, name: String) -> Self {
        Self { saga: reservations.saga.clone(), name }
    }

    async fn handle(&self, tenant: &TenantId, booking: Booking) -> Result<(), Error> {
        let now = self.saga.clock.now();
        let Some(step) = step::next(&booking, now) else {
            return self.saga.write_or_read(booking, Some).await.map(|_| ());
        };
        let (claimed, begun) = (booking.clone(), self.saga.clock.monotonic());
        let taken = within(self.saga.clock.as_ref(), LIMIT, self.take(tenant, step, booking)).await;
        let Err(error) = taken.unwrap_or_else(|| Err(Error::unavailable("a step of a booking took too long"))) else {
            return Ok(());
        };
        tracing::warn!(%error, ?step, "a step of a booking failed; trying again later");
        // In the store's time, which the lease is in: this process's clock may be another.
        let took = TimeDelta::from_std(self.saga.clock.monotonic().saturating_sub(begun)).unwrap_or_default();
        let lease = TimeDelta::from_std(LEASE).unwrap_or_default();
        let since = claimed.lease.as_ref().and_then(|claim| claim.until.checked_sub_signed(lease)).unwrap_or(now);
        let pause = took + step::pause(claimed.attempts.saturating_add(1));
        let again = since.checked_add_signed(pause).unwrap_or(since);
        // Where it came farther, or somebody else has taken it up, there is nothing to count.
        self.saga.write_or_read(claimed, |booking| Some(booking.failed(again))).await.map(|_| ())
    }

    async fn take(&self, tenant: &TenantId, step: Step, booking: Booking) -> Result<Booking, Error> {
        let (saga, now) = (&self.saga, self.saga.clock.now());
        match step {
            Step::Release => return saga.write_or_read(booking, Booking::release).await,
            Step::Stay => return saga.write_or_read(booking, Booking::stay).await,
            Step::Withdraw => return saga.write_or_read(booking, |booking| booking.withdraw(now)).await,
            Step::GiveBack => return saga.write_or_read(booking, |booking| booking.give_back(now)).await,
            Step::Leave => {
                let left = |booking| Some(Booking { uninvited: false, unchecked: false, ..booking });
                return saga.write_or_read(booking, left).await;
            }
            _ => {}
        }
        let case = match saga.case(tenant).await {
            // Nobody is left to tell, and nobody knows the calendar.
            Err(error) if error.is_permanent() && !error.is_unauthorized() => {
                return self.leave(step, booking, error).await;
            }
            other => other?,
        };
        match step {
            Step::Enter => saga.enter(&case, booking).await,
            Step::Erase => saga.erase(&case, booking).await,
            Step::Shift => saga.shift(&case, booking).await,
            Step::Return => saga.put_back(&case, booking).await,
            Step::Remove => saga.remove(&case, booking).await,
            Step::Invite => saga.invite(&case, booking).await,
            Step::Inspect => saga.inspect(&case, booking).await,
            _ => Ok(booking),
        }
    }

    /// Finishes what can be finished without the tenant's settings and calendar.
    async fn leave(&self, step: Step, booking: Booking, error: Error) -> Result<Booking, Error> {
        tracing::error!(%error, booking = %booking.id, "a booking is finished without its calendar");
        match step {
            Step::Erase => self.saga.write_or_read(booking, Booking::release).await,
            Step::Remove => self.saga.write_or_read(booking, Booking::cancel).await,
            Step::Return => self.saga.write_or_read(booking, Booking::stay).await,
            _ => Err(error),
        }
    }
}
