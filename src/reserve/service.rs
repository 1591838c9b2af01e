use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tracing::Instrument as _;

use super::outcome::{Booked, Unavailable};
use super::request::{BookingRequest, Reschedule, Upcoming};
use super::saga::{Case, Saga};
use crate::Error;
use crate::availability::{Availability, Question, fitting};
use crate::booking::{
    Booking, BookingId, BookingQuery, BookingState, Details, Held, Hold, HoldRequest, Limit, Resource, ResourceId,
};
use crate::calendar::Calendars;
use crate::clock::{Clock, within};
use crate::id::TenantId;
use crate::notify::Notifier;
use crate::schedule::{Alternative, bounds};
use crate::store::Store;
use crate::telemetry;
use crate::tenant::{FARTHEST, ResourceSettings, Tenant};
use crate::wake::Wake;

/// How many times are offered in the place of one that cannot be had.
const OFFERED: usize = 3;
/// How long a caller waits for the calendar.
pub(crate) const PATIENCE: Duration = Duration::from_secs(8);
const ROUNDS: usize = 8;
/// No offer is kept for longer than a day, in minutes.
const LONGEST_HOLD: u32 = 1_440;

/// Books, moves, cancels and finds appointments. Part of a [`Desk`](crate::Desk), whose workers finish what broke off.
///
/// A request that is answered with [`Error::is_retryable`] has done nothing and will do nothing: it may be made again, under
/// the same key. After [`Error::is_outcome_unknown`] the same request under the same key tells, as soon as it is answered
/// with anything but an error.
#[derive(Clone)]
pub struct Reservations {
    pub(super) saga: Saga,
    pub(crate) patience: Duration,
    /// Calls the reconciler.
    pub(crate) wake: Wake,
}

/// What came of taking a time.
enum Taken {
    /// It is the booking's own; what is left to do is to be done.
    Ours(Box<Booking>),
    /// There is nothing to do.
    Answer(Booked),
}

impl Reservations {
    pub(crate) fn new(
        store: Arc<dyn Store>,
        calendars: Arc<dyn Calendars>,
        notifier: Notifier,
        availability: Availability,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let saga = Saga { store, calendars, notifier, availability, clock };
        Self { saga, patience: PATIENCE, wake: Wake::default() }
    }

    /// Holds a time for somebody who has not decided yet, as long as the tenant's settings say. [`book`](Self::book) with
    /// the same request makes an appointment of it; otherwise it ends by itself, or by [`cancel`](Self::cancel).
    ///
    /// # Errors
    /// As with [`book`](Self::book).
    pub async fn offer(&self, tenant: &TenantId, request: &BookingRequest) -> Result<Booked, Error> {
        let span = tracing::info_span!("offer", booking = %request.id);
        let offering = async {
            let case = self.saga.case(tenant).await?;
            let lease = Duration::from_secs(u64::from(case.tenant.booking.hold.clamp(1, LONGEST_HOLD)) * 60);
            Ok(match self.take(&case, request, lease).await? {
                Taken::Answer(answer) => answer,
                Taken::Ours(booking) if booking.state == BookingState::Held => {
                    count("held");
                    Booked::Held(booking)
                }
                Taken::Ours(_) => return Err(Error::outcome_unknown("holding a time that is just being booked")),
            })
        };
        // On the heap: whoever awaits this has a stack of its own to fill.
        Box::pin(offering.instrument(span)).await
    }

    /// Makes an appointment: in the store, in the calendar, with its confirmation and reminders on their way.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store or the calendar cannot be reached: nothing is booked.
    /// [`Error::is_outcome_unknown`] when that cannot be told. [`Error::is_unauthorized`] when somebody has to consent to the
    /// use of the calendar again. [`Error::is_not_found`] when there is no such tenant. [`Error::is_permanent`] with the
    /// [reason](Error::reason) `key_reused` when another request was made under this key, `unknown_resource` when the tenant
    /// has no such resource, and with an [`InvalidQuery`](crate::schedule::InvalidQuery) as its source when the length
    /// makes no sense.
    pub async fn book(&self, tenant: &TenantId, request: &BookingRequest) -> Result<Booked, Error> {
        let span = tracing::info_span!("book", booking = %request.id);
        let booking = async {
            let begun = self.saga.clock.monotonic();
            let case = self.saga.case(tenant).await?;
            let booking = match self.take(&case, request, self.lease()).await? {
                Taken::Answer(answer) => return Ok(answer),
                Taken::Ours(booking) => *booking,
            };
            let taken = booking.fence;
            let entering = async {
                let mut booking = booking;
                for _ in 0..ROUNDS {
                    booking = self.saga.enter(&case, booking).await?;
                    // Unless somebody else has it in hand as well.
                    if !matches!(booking.state, BookingState::Held | BookingState::Committing) {
                        break;
                    }
                }
                Ok(booking)
            };
            let entered = within(self.saga.clock.as_ref(), self.left(begun), entering).await;
            let booking = match entered.unwrap_or_else(|| Err(Error::unavailable("booking takes too long"))) {
                Ok(booking) => booking,
                Err(error) => self.abandon(&case, &request.id, taken, error).await?,
            };
            self.answer(&case, request, booking).await
        };
        Box::pin(booking.instrument(span)).await
    }

    /// Moves an appointment, also by less than its own length. Where it cannot be, it stays where it is.
    ///
    /// # Errors
    /// As with [`book`](Self::book); [`Error::is_not_found`] when there is no such booking; [`Error::is_permanent`] with the
    /// [reason](Error::reason) `not_confirmed` or `cancelled` when it does not stand.
    pub async fn reschedule(&self, tenant: &TenantId, id: &BookingId, to: &Reschedule) -> Result<Booked, Error> {
        let span = tracing::info_span!("reschedule", booking = %id);
        let moving = async {
            let begun = self.saga.clock.monotonic();
            let case = self.saga.case(tenant).await?;
            let booking = match self.take_instead(&case, id, to).await? {
                Taken::Answer(answer) => return Ok(answer),
                Taken::Ours(booking) => *booking,
            };
            let wanted = booking.next.clone();
            let moving = async {
                let mut booking = booking;
                for _ in 0..ROUNDS {
                    let wanted = booking.next.clone();
                    booking = self.saga.shift(&case, booking).await?;
                    // Unless somebody else has it in hand as well.
                    let goes_on = matches!(booking.state, BookingState::Moving | BookingState::Confirmed);
                    if !goes_on || booking.next.is_none() || booking.next != wanted {
                        break;
                    }
                }
                Ok(booking)
            };
            let moved = within(self.saga.clock.as_ref(), self.left(begun), moving).await;
            let booking = match moved.unwrap_or_else(|| Err(Error::unavailable("moving a booking takes too long"))) {
                Ok(booking) => booking,
                Err(error) => self.give_back(tenant, id, wanted.as_ref(), error).await?,
            };
            let stands = booking.state == BookingState::Confirmed && booking.next.is_none();
            match (booking.hold.as_ref(), wanted) {
                (Some(hold), Some(wanted)) if stands && *hold == wanted => {
                    self.wake.call();
                    Ok(Booked::Confirmed(Box::new(booking)))
                }
                _ if stands => {
                    let question =
                        ask(&case.tenant, to.start, Some(length(&booking, to)), &to.resources, &booking.details);
                    self.taken(&case, Unavailable::Taken, to.start, &question).await
                }
                _ if booking.state == BookingState::Returning => Err(Error::unavailable("moving a booking")),
                _ if !booking.state.stands() => Err(over(booking.state)),
                _ => Err(Error::outcome_unknown("moving what somebody else is just changing")),
            }
        };
        Box::pin(moving.instrument(span)).await
    }

    /// Cancels an appointment, or gives back a time that is held. Cancelled again, it is as it was; its key stays used.
    ///
    /// The booking is [`Cancelled`](BookingState::Cancelled), or will be as soon as the calendar can be reached, and stands
    /// no more: [`Cancelling`](BookingState::Cancelling). One that was being given back, or was, is
    /// [`Releasing`](BookingState::Releasing) or [`Released`](BookingState::Released). The customer is told when it is done.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is no such booking; [`Error::is_retryable`] when the store cannot be reached;
    /// [`Error::is_outcome_unknown`] when the connection to it broke: cancel again.
    pub async fn cancel(&self, tenant: &TenantId, id: &BookingId) -> Result<Booking, Error> {
        let span = tracing::info_span!("cancel", booking = %id);
        let cancelling = async {
            let case = self.saga.case(tenant).await?;
            for _ in 0..ROUNDS {
                let booking = self.known(tenant, id).await?;
                let (version, later) = (booking.version, self.saga.later());
                let next = match booking.state {
                    // Nobody was told of it yet.
                    BookingState::Held => self.saga.write_or_read(booking, Booking::cancel).await?,
                    BookingState::Confirmed if !case.has_calendar() => self.saga.cancelled(&case, booking).await?,
                    BookingState::Committing
                    | BookingState::Confirmed
                    | BookingState::Moving
                    | BookingState::Returning => {
                        self.saga.write_or_read(booking, |booking| booking.cancelling(later)).await?
                    }
                    _ => booking,
                };
                match next.state {
                    BookingState::Cancelling if next.version != version => {}
                    // Somebody else was faster, with something else.
                    state if state.stands() || state == BookingState::Held || state == BookingState::Committing => {
                        continue;
                    }
                    _ => return Ok(next),
                }
                let removing = self.saga.remove(&case, next.clone());
                return match within(self.saga.clock.as_ref(), self.patience, removing).await {
                    Some(Ok(booking)) => Ok(booking),
                    // It is written down: the reconciler sees to it.
                    outcome => {
                        if let Some(Err(error)) = outcome {
                            tracing::warn!(%error, "a booking is taken out of the calendar later");
                        }
                        Ok(next)
                    }
                };
            }
            Err(Error::unavailable("cancelling a booking that keeps changing"))
        };
        Box::pin(cancelling.instrument(span)).await
    }

    /// A booking of the tenant.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    pub async fn booking(&self, tenant: &TenantId, id: &BookingId) -> Result<Option<Booking>, Error> {
        self.saga.store.booking(tenant, id).await
    }

    /// What is held and booked within a stretch of time, by when it begins.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    pub async fn bookings(&self, tenant: &TenantId, query: &BookingQuery) -> Result<Vec<Booking>, Error> {
        self.saga.store.bookings(tenant, query).await
    }

    /// The appointments that somebody who calls still has, the next one first.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    pub async fn upcoming(&self, tenant: &TenantId, who: &Upcoming) -> Result<Vec<Booking>, Error> {
        let now = self.saga.clock.now();
        let until = now.checked_add_signed(TimeDelta::days(i64::from(FARTHEST) + 366)).unwrap_or(now);
        let query = BookingQuery::between(now, until).with_phone(who.phone.clone());
        let mut bookings = self.saga.store.bookings(tenant, &query).await?;
        bookings.retain(|booking| booking.state.stands() && booking.hold.as_ref().is_some_and(|hold| hold.end > now));
        bookings.truncate(who.limit);
        Ok(bookings)
    }

    async fn known(&self, tenant: &TenantId, id: &BookingId) -> Result<Booking, Error> {
        let booking = self.saga.store.booking(tenant, id).await?;
        booking.ok_or_else(|| Error::missing("finding a booking"))
    }

    /// Checks hours, notice and horizon, and takes the time from others.
    async fn take(&self, case: &Case, request: &BookingRequest, lease: Duration) -> Result<Taken, Error> {
        let tenant = &case.tenant;
        let digest = request.digest();
        let duration = match request.seconds {
            Some(seconds) => TimeDelta::try_seconds(seconds),
            None => Some(TimeDelta::minutes(tenant.booking.minutes.into())),
        };
        let question = ask(tenant, request.start, duration, &request.resources, &request.details);
        let options = fitting(tenant, request.start, &question, self.saga.clock.now())?;
        let end = duration.and_then(|duration| request.start.checked_add_signed(duration));
        let (Some(end), false) = (end, options.is_empty()) else {
            // What was booked in time stays booked.
            return match self.saga.store.booking(&tenant.id, &request.id).await? {
                Some(known) if known.state != BookingState::Released => self.replayed(known, &digest),
                _ => Ok(Taken::Answer(self.taken(case, Unavailable::Closed, request.start, &question).await?)),
            };
        };
        let mut hold = HoldRequest::new(request.id.clone(), request.start, end, [], lease);
        hold.options = self.in_order(tenant, request.start, options).await?;
        hold.details = Details { request: Some(digest.clone()), ..request.details.clone() };
        match self.hold(tenant, hold).await? {
            Held::Held(booking) => Ok(Taken::Ours(booking)),
            Held::Already(known) | Held::Conflict(known) => self.replayed(*known, &digest),
            Held::Taken => Ok(Taken::Answer(self.taken(case, Unavailable::Taken, request.start, &question).await?)),
            Held::LimitReached => {
                Ok(Taken::Answer(self.taken(case, Unavailable::Full, request.start, &question).await?))
            }
        }
    }

    /// The key was used before.
    fn replayed(&self, known: Booking, digest: &str) -> Result<Taken, Error> {
        if known.details.request.as_deref() != Some(digest) {
            let reused = Error::refused("booking under a key that another request was made under");
            return Err(reused.with_reason(Some("key_reused".into())));
        }
        match known.state {
            // Offered before, or another attempt has not come to an end.
            BookingState::Held | BookingState::Committing => Ok(Taken::Ours(Box::new(known))),
            state if state.stands() => Ok(Taken::Answer(Booked::Confirmed(Box::new(known)))),
            BookingState::Cancelling | BookingState::Cancelled => Ok(Taken::Answer(Booked::Cancelled(Box::new(known)))),
            _ => {
                self.wake.call();
                Err(Error::unavailable("booking what is just being given back"))
            }
        }
    }

    /// Checks hours, notice and horizon, and takes the new time beside the old one.
    async fn take_instead(&self, case: &Case, id: &BookingId, to: &Reschedule) -> Result<Taken, Error> {
        let tenant = &case.tenant;
        let known = self.known(&tenant.id, id).await?;
        let Some(standing) = known.hold.clone().filter(|_| known.state.stands()) else { return Err(over(known.state)) };
        let duration = length(&known, to);
        let has: BTreeSet<&ResourceId> = standing.seats.iter().map(|seat| &seat.resource).collect();
        let resources = if !to.resources.is_empty() {
            to.resources.clone()
        } else if has.iter().all(|resource| tenant.booking.known().contains(resource)) {
            vec![has.iter().map(|resource| (*resource).clone()).collect()]
        } else {
            // The settings have changed since: any will do.
            Vec::new()
        };
        let is_wanted = |all: &Vec<ResourceId>| all.iter().collect::<BTreeSet<_>>() == has;
        let is_with_these = to.resources.is_empty() || to.resources.iter().any(is_wanted);
        let is_there = known.next.is_none() && standing.start == to.start && is_with_these;
        if is_there && standing.end == to.start.checked_add_signed(duration).unwrap_or(standing.end) {
            return Ok(Taken::Answer(Booked::Confirmed(Box::new(known))));
        }
        let question = ask(tenant, to.start, Some(duration), &resources, &known.details);
        let options = fitting(tenant, to.start, &question, self.saga.clock.now())?;
        let (Some(end), false) = (to.start.checked_add_signed(duration), options.is_empty()) else {
            return Ok(Taken::Answer(self.taken(case, Unavailable::Closed, to.start, &question).await?));
        };
        let mut hold = HoldRequest::new(id.clone(), to.start, end, [], self.lease()).to_move();
        hold.options = self.in_order(tenant, to.start, options).await?;
        match self.hold(tenant, hold).await? {
            Held::Held(booking) => Ok(Taken::Ours(booking)),
            // Another attempt at the same has not come to an end.
            Held::Already(booking) if booking.next.is_some() && booking.state != BookingState::Returning => {
                Ok(Taken::Ours(booking))
            }
            Held::Already(booking) if booking.state == BookingState::Confirmed => {
                Ok(Taken::Answer(Booked::Confirmed(booking)))
            }
            Held::Already(_) | Held::Conflict(_) => {
                self.wake.call();
                Err(Error::unavailable("moving a booking that is being changed"))
            }
            Held::Taken => Ok(Taken::Answer(self.taken(case, Unavailable::Taken, to.start, &question).await?)),
            Held::LimitReached => Ok(Taken::Answer(self.taken(case, Unavailable::Full, to.start, &question).await?)),
        }
    }

    /// Holds a time, with the limits that count then.
    async fn hold(&self, tenant: &Tenant, mut request: HoldRequest) -> Result<Held, Error> {
        let minutes = |count: u32| Duration::from_secs(u64::from(count) * 60);
        (request.before, request.after) = (minutes(tenant.booking.before), minutes(tenant.booking.after));
        request.limits = limits(tenant, request.start);
        request.known = tenant.booking.known();
        let mut held = self.saga.store.hold(&tenant.id, &request).await;
        if held.as_ref().is_err_and(Error::is_outcome_unknown) {
            held = self.saga.store.hold(&tenant.id, &request).await;
        }
        held
    }

    /// How long a time is held while it is being booked: what breaks off then keeps nobody from it for long.
    fn lease(&self) -> Duration {
        self.patience.saturating_mul(2).max(Duration::from_secs(60))
    }

    /// What is left of a caller's patience, whoever they have waited for.
    fn left(&self, begun: Duration) -> Duration {
        let waited = self.saga.clock.monotonic().saturating_sub(begun);
        self.patience.saturating_sub(waited).max(self.patience / 8)
    }

    /// What can be taken, whoever should get it first.
    async fn in_order(
        &self,
        tenant: &Tenant,
        start: DateTime<Utc>,
        options: Vec<Vec<ResourceSettings>>,
    ) -> Result<Vec<Vec<Resource>>, Error> {
        let mut options: Vec<Vec<Resource>> =
            options.iter().map(|all| all.iter().map(Resource::from).collect()).collect();
        if tenant.booking.fair && options.len() > 1 {
            let (_, [from, until]) = bounds(start, tenant.zone);
            let bookings = self.saga.store.bookings(&tenant.id, &BookingQuery::between(from, until)).await?;
            let seats = || bookings.iter().filter_map(|booking| booking.hold.as_ref()).flat_map(|hold| &hold.seats);
            let load = |resource: &Resource| seats().filter(|seat| seat.resource == resource.id).count();
            options.sort_by_cached_key(|all| all.iter().map(load).sum::<usize>());
        }
        Ok(options)
    }

    /// What is left of a booking that could not be entered: nothing, or what somebody else has made of it meanwhile.
    async fn abandon(&self, case: &Case, id: &BookingId, taken: u64, error: Error) -> Result<Booking, Error> {
        tracing::warn!(%error, "a booking was abandoned");
        let unknown = |error: Error| Error::outcome_unknown("booking").with_source(error);
        for _ in 0..ROUNDS {
            let booking = self.known(&case.tenant.id, id).await.map_err(unknown)?;
            let now = self.saga.clock.now();
            match booking.state {
                state if state.stands() => return Ok(booking),
                // Ours is over: somebody has begun anew.
                _ if booking.fence != taken => return Err(trouble(error)),
                BookingState::Held => self.saga.write_or_read(booking, Booking::release).await,
                // The reconciler takes out what may be in the calendar.
                BookingState::Committing => self.saga.write_or_read(booking, |booking| booking.withdraw(now)).await,
                _ => {
                    self.wake.call();
                    count("failed");
                    return Err(trouble(error));
                }
            }
            .map_err(unknown)?;
        }
        Err(unknown(error))
    }

    /// A booking that could not be moved stays where it is.
    async fn give_back(
        &self,
        tenant: &TenantId,
        id: &BookingId,
        wanted: Option<&Hold>,
        error: Error,
    ) -> Result<Booking, Error> {
        tracing::warn!(%error, "a move was abandoned");
        let unknown = |error: Error| Error::outcome_unknown("moving a booking").with_source(error);
        for _ in 0..ROUNDS {
            let booking = self.known(tenant, id).await.map_err(unknown)?;
            let now = self.saga.clock.now();
            match (booking.state, &booking.next) {
                // Somebody else is moving it somewhere else.
                (_, Some(next)) if Some(next) != wanted => return Err(trouble(error)),
                (BookingState::Confirmed, Some(_)) => self.saga.write_or_read(booking, Booking::stay).await,
                (BookingState::Moving, _) => self.saga.write_or_read(booking, |booking| booking.give_back(now)).await,
                (BookingState::Returning, _) => {
                    self.wake.call();
                    count("failed");
                    return Err(trouble(error));
                }
                // Somebody else has brought it there.
                (BookingState::Confirmed, None) if booking.hold.as_ref() == wanted => return Ok(booking),
                _ => return Err(trouble(error)),
            }
            .map_err(unknown)?;
        }
        Err(unknown(error))
    }

    /// What a booking that came to an end means for who asked.
    async fn answer(&self, case: &Case, request: &BookingRequest, booking: Booking) -> Result<Booked, Error> {
        match booking.state {
            state if state.stands() => {
                self.wake.call();
                Ok(Booked::Confirmed(Box::new(booking)))
            }
            BookingState::Released => {
                let duration = request.seconds.and_then(TimeDelta::try_seconds);
                let question = ask(&case.tenant, request.start, duration, &request.resources, &request.details);
                self.taken(case, Unavailable::Taken, request.start, &question).await
            }
            BookingState::Cancelling | BookingState::Cancelled => Ok(Booked::Cancelled(Box::new(booking))),
            // Somebody else has it in hand, to take it back or to finish it.
            BookingState::Releasing => Err(Error::unavailable("booking what is just being given back")),
            _ => Err(Error::outcome_unknown("booking what somebody else is just booking")),
        }
    }

    /// It cannot be had: what can.
    async fn taken(
        &self,
        case: &Case,
        why: Unavailable,
        wanted: DateTime<Utc>,
        question: &Question,
    ) -> Result<Booked, Error> {
        count("taken");
        let looking = self.saga.availability.alternatives(&case.tenant.id, wanted, OFFERED, question);
        let alternatives: Option<Result<Vec<Alternative>, Error>> =
            within(self.saga.clock.as_ref(), self.patience, looking).await;
        let alternatives = alternatives.unwrap_or_else(|| Err(Error::unavailable("looking for other times")));
        let alternatives = alternatives.map_err(trouble)?;
        Ok(Booked::Taken { why, alternatives })
    }
}

/// What a caller is told of trouble behind the desk: what was not done may be asked for again, whatever it was.
fn trouble(error: Error) -> Error {
    if error.is_unauthorized() { error } else { Error::unavailable("booking").with_source(error) }
}

/// A booking cannot be moved that does not stand.
fn over(state: BookingState) -> Error {
    let is_over = matches!(state, BookingState::Cancelling | BookingState::Cancelled);
    let reason = if is_over { "cancelled" } else { "not_confirmed" };
    Error::refused("moving a booking that does not stand").with_reason(Some(reason.into()))
}

/// What is to be free, around a wanted time.
fn ask(
    tenant: &Tenant,
    wanted: DateTime<Utc>,
    duration: Option<TimeDelta>,
    resources: &[Vec<ResourceId>],
    details: &Details,
) -> Question {
    let around = |days: i64| wanted.checked_add_signed(TimeDelta::days(days)).unwrap_or(wanted);
    let mut question = Question::between(around(-21), around(21)).in_zone(details.customer.zone.unwrap_or(tenant.zone));
    question.duration = duration;
    question.resources = resources.to_vec();
    question
}

/// How long a booking is to take.
fn length(booking: &Booking, to: &Reschedule) -> TimeDelta {
    let now = booking.hold.as_ref().map(|hold| hold.end - hold.start);
    to.duration.or(now).unwrap_or_default()
}

/// Pure: how many there may be on the day and in the week of an appointment, where the tenant is.
fn limits(tenant: &Tenant, start: DateTime<Utc>) -> Vec<Limit> {
    let (day, week) = bounds(start, tenant.zone);
    let limit = |[from, until]: [DateTime<Utc>; 2], at_most: Option<u32>| Some(Limit::new(from, until, at_most?));
    [limit(day, tenant.booking.per_day), limit(week, tenant.booking.per_week)].into_iter().flatten().collect()
}

fn count(outcome: &'static str) {
    telemetry::count(telemetry::BOOKINGS, [("outcome", outcome)]);
}

impl fmt::Debug for Reservations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reservations").field("store", &self.saga.store).field("patience", &self.patience).finish()
    }
}
