use chrono::{DateTime, TimeDelta, Utc};
use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::notifications::NewPerson;
use super::problem::Problem;
use super::{Answer, Asked, json, not_found};
use crate::Error;
use crate::address::Address;
use crate::booking::{Booking, BookingId, BookingQuery, BookingState, Conflict, ResourceId};
use crate::calendar::Guest;
use crate::clock::Clock;
use crate::id::CallSid;
use crate::reserve::{Booked, BookingRequest, Reschedule, Reservations};
use crate::schedule::{Slot, Why};
use crate::secret::Private;

/// The longest appointment that can be asked for, in minutes.
pub(super) const LONGEST: u32 = 1_440;
/// How far a listing reaches unless it is said.
const REACH: TimeDelta = TimeDelta::days(62);
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// Whom a booking is for, as the API shows it.
#[derive(Serialize, JsonSchema)]
struct CustomerView {
    name: Private,
    phone: Option<String>,
    email: Option<Private>,
}

/// A booking, as the API shows it.
#[derive(Serialize, JsonSchema)]
pub(super) struct BookingView {
    id: BookingId,
    state: BookingState,
    /// `null` when it has no time any more.
    start: Option<DateTime<Utc>>,
    end: Option<DateTime<Utc>>,
    resources: Vec<ResourceId>,
    /// Until when it is held, if it is not for good.
    lease_until: Option<DateTime<Utc>>,
    title: Private,
    place: Option<Private>,
    customer: CustomerView,
    /// What a person has done to the calendar that it cannot stand beside.
    conflict: Option<Conflict>,
    /// The call in which it was made.
    call: Option<CallSid>,
    created_at: DateTime<Utc>,
}

impl From<&Booking> for BookingView {
    fn from(booking: &Booking) -> Self {
        let (hold, details) = (booking.hold.as_ref(), &booking.details);
        Self {
            id: booking.id.clone(),
            state: booking.state,
            start: hold.map(|hold| hold.start),
            end: hold.map(|hold| hold.end),
            resources: hold.into_iter().flat_map(|hold| hold.seats.iter().map(|seat| seat.resource.clone())).collect(),
            lease_until: booking.lease_until,
            title: details.title.clone(),
            place: details.place.clone(),
            customer: CustomerView {
                name: details.customer.name.clone(),
                phone: details.customer.phone.as_ref().map(Address::to_wire),
                email: details.customer.email.clone(),
            },
            conflict: booking.conflict,
            call: details.call,
            created_at: booking.created_at,
        }
    }
}

/// A time that can be had.
#[derive(Serialize, JsonSchema)]
pub(super) struct SlotView {
    start: DateTime<Utc>,
    end: DateTime<Utc>,
}

impl From<&Slot> for SlotView {
    fn from(slot: &Slot) -> Self {
        Self { start: slot.start(), end: slot.end() }
    }
}

/// A time that can be had in the place of another.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct AlternativeView {
    start: DateTime<Utc>,
    end: DateTime<Utc>,
    why: Why,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct BookingsView {
    items: Vec<BookingView>,
    /// Whether there are more than these.
    more: bool,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewGuest {
    email: Private,
    name: Option<Private>,
}

/// An appointment that somebody wants.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewBooking {
    /// The same name and the same request are the same booking; the header `Idempotency-Key` says it as well.
    id: Option<BookingId>,
    start: DateTime<Utc>,
    /// How long it takes; as the settings say when absent.
    #[schemars(range(min = 1, max = 1440))]
    minutes: Option<u32>,
    /// What it takes: all of one of these; any one of the tenant's resources when absent.
    #[serde(default)]
    resources: Vec<Vec<ResourceId>>,
    customer: NewPerson,
    #[serde(default)]
    title: Private,
    place: Option<Private>,
    /// What else is to stand in the calendar.
    notes: Option<Private>,
    /// Who is invited besides the customer.
    #[serde(default)]
    guests: Vec<NewGuest>,
    /// The call in which it was made.
    call: Option<CallSid>,
}

/// Where an appointment is to be instead.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewTime {
    start: DateTime<Utc>,
    /// How long it takes; as long as before when absent.
    #[schemars(range(min = 1, max = 1440))]
    minutes: Option<u32>,
    /// What it takes: all of one of these; what it has when absent.
    #[serde(default)]
    resources: Vec<Vec<ResourceId>>,
}

/// How long an appointment is to take.
pub(super) fn length(minutes: Option<u32>) -> Result<Option<TimeDelta>, Problem> {
    match minutes {
        Some(minutes) if !(1..=LONGEST).contains(&minutes) => {
            Err(Problem::invalid(Some("minutes".into()), "a number from 1 to 1440"))
        }
        minutes => Ok(minutes.map(|minutes| TimeDelta::minutes(minutes.into()))),
    }
}

fn options(resources: Vec<Vec<ResourceId>>) -> Result<Vec<Vec<ResourceId>>, Problem> {
    let fits = resources.len() <= 20 && resources.iter().all(|all| (1..=20).contains(&all.len()));
    if fits {
        Ok(resources)
    } else {
        Err(Problem::invalid(Some("resources".into()), "twenty lists at most, of one to twenty each"))
    }
}

/// Something that mail can be sent to, as far as can be told without sending any.
fn address(field: &str, email: &Private) -> Result<(), Problem> {
    let text = email.as_str();
    let clean = text.len() <= 254 && text.chars().all(|c| !c.is_whitespace() && !c.is_control());
    let (name, domain) = text.rsplit_once('@').unwrap_or_default();
    if clean && !name.is_empty() && !domain.is_empty() {
        return Ok(());
    }
    Err(Problem::invalid(Some(field.to_owned()), "this is no address for mail"))
}

/// The key of a request: the header's, or the body's, or one of its own.
fn key(asked: &Asked<'_>, named: Option<BookingId>) -> Result<BookingId, Problem> {
    let header = asked.parts.headers.get(IDEMPOTENCY_KEY);
    let invalid = |field: &str, detail: &str| Problem::invalid(Some(field.to_owned()), detail);
    let said = header.map(|value| {
        let text = value.to_str().unwrap_or_default().trim();
        // As a structured field it stands in quotation marks.
        let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
        BookingId::new(text).map_err(|error| invalid("Idempotency-Key", &error.to_string()))
    });
    match (said.transpose()?, named) {
        (Some(said), Some(named)) if said != named => {
            Err(invalid("id", "the header Idempotency-Key says something else"))
        }
        // There the API has something else.
        (Some(id), _) | (None, Some(id)) if id.as_str() == "holds" => Err(invalid("id", "this name is not to be had")),
        (Some(id), _) | (None, Some(id)) => Ok(id),
        (None, None) => BookingId::new(format!("{:032x}", fastrand::u128(..))).map_err(|_| not_found("booking")),
    }
}

fn request(asked: &Asked<'_>, new: NewBooking) -> Result<BookingRequest, Problem> {
    let id = key(asked, new.id)?;
    if let Some(email) = &new.customer.email {
        address("customer.email", email)?;
    }
    if new.guests.len() > 20 {
        return Err(Problem::invalid(Some("guests".into()), "twenty people at most"));
    }
    let mut request = BookingRequest::new(id, new.start, new.customer.into()).with_title(new.title);
    request.seconds = length(new.minutes)?.map(|length| length.num_seconds());
    request.resources = options(new.resources)?;
    (request.details.place, request.details.notes, request.details.call) = (new.place, new.notes, new.call);
    for guest in new.guests {
        address("guests.email", &guest.email)?;
        request = request.with_guest(Guest { name: guest.name, ..Guest::new(guest.email) });
    }
    Ok(request)
}

/// What went wrong, as far as who asks can do something about it.
pub(super) fn problem(error: Error) -> Problem {
    match error.reason() {
        Some("unknown_resource") => {
            Problem::invalid(Some("resources".into()), "one of them is not known").because("unknown_resource")
        }
        Some("key_reused") => {
            Problem::new(StatusCode::CONFLICT, "another request was made under this key").because("key_reused")
        }
        Some("cancelled") => Problem::new(StatusCode::CONFLICT, "the booking was cancelled").because("cancelled"),
        Some("not_confirmed") => {
            Problem::new(StatusCode::CONFLICT, "the booking is not confirmed").because("not_confirmed")
        }
        _ if error.is_not_found() => not_found("booking, or no such tenant"),
        _ if error.is_unauthorized() => {
            tracing::error!(%error, "a calendar cannot be used");
            let detail = "temporarily unavailable: somebody has to allow the use of the calendar again";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail).because("calendar_unauthorized")
        }
        _ if error.is_outcome_unknown() => {
            tracing::warn!(%error, "nobody can say whether something was booked");
            let detail = "it may or may not have been done: the same request under the same key tells";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail).because("unknown")
        }
        _ if error.is_retryable() => {
            tracing::warn!(%error, "nothing could be booked");
            let detail = "temporarily unavailable: nothing was done, the same request may be made again";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail).because("unavailable")
        }
        _ => error.into(),
    }
}

fn booked(booked: Booked) -> Result<Answer, Problem> {
    match booked {
        Booked::Confirmed(booking) | Booked::Held(booking) => json(StatusCode::CREATED, &BookingView::from(&*booking)),
        other => Err(refused(other)),
    }
}

fn refused(booked: Booked) -> Problem {
    match booked {
        Booked::Taken { why, alternatives } => {
            let alternatives = alternatives.iter().map(|offer| AlternativeView {
                start: offer.slot.start(),
                end: offer.slot.end(),
                why: offer.why,
            });
            let detail = "this time cannot be had: the alternatives can";
            Problem::new(StatusCode::CONFLICT, detail).because(why.as_str()).instead(alternatives.collect())
        }
        _ => Problem::new(StatusCode::CONFLICT, "the booking was cancelled").because("cancelled"),
    }
}

fn named(asked: &Asked<'_>) -> Result<BookingId, Problem> {
    let name = percent_encoding::percent_decode_str(asked.name.unwrap_or_default()).decode_utf8_lossy();
    BookingId::new(name).map_err(|_| not_found("booking"))
}

/// `POST /bookings`: an appointment, in the calendar and confirmed.
pub(super) async fn book(reservations: &Reservations, asked: Asked<'_>) -> Result<Answer, Problem> {
    let request = request(&asked, asked.json()?)?;
    asked.query.done()?;
    booked(reservations.book(&asked.tenant, &request).await.map_err(problem)?)
}

/// `POST /bookings/holds`: the time is held for a while; the same request to `/bookings` makes an appointment of it.
pub(super) async fn hold(reservations: &Reservations, asked: Asked<'_>) -> Result<Answer, Problem> {
    let request = request(&asked, asked.json()?)?;
    asked.query.done()?;
    booked(reservations.offer(&asked.tenant, &request).await.map_err(problem)?)
}

/// `GET /bookings`: by when they begin; `from`, `until`, `with`, `resource`, `limit`.
pub(super) async fn list(
    reservations: &Reservations,
    clock: &dyn Clock,
    mut asked: Asked<'_>,
) -> Result<Answer, Problem> {
    let limit = asked.query.limit()?;
    let (from, until) = asked.query.stretch(clock.now(), REACH)?;
    let mut query = BookingQuery::between(from, until);
    (query.phone, query.limit) = (asked.query.with()?, limit + 1);
    query.resource = asked.query.read("resource", "resource's id", |text| text.parse().ok())?;
    asked.query.done()?;
    let found = reservations.bookings(&asked.tenant, &query).await.map_err(problem)?;
    let items = found.iter().take(limit).map(BookingView::from).collect();
    json(StatusCode::OK, &BookingsView { items, more: found.len() > limit })
}

/// `GET /bookings/{id}`.
pub(super) async fn one(reservations: &Reservations, asked: Asked<'_>) -> Result<Answer, Problem> {
    let id = named(&asked)?;
    asked.query.done()?;
    let found = reservations.booking(&asked.tenant, &id).await.map_err(problem)?;
    json(StatusCode::OK, &BookingView::from(&found.ok_or_else(|| not_found("booking"))?))
}

/// `PATCH /bookings/{id}`: it moves.
pub(super) async fn reschedule(reservations: &Reservations, asked: Asked<'_>) -> Result<Answer, Problem> {
    let id = named(&asked)?;
    let new: NewTime = asked.json()?;
    asked.query.done()?;
    let mut to = Reschedule::to(new.start);
    (to.duration, to.resources) = (length(new.minutes)?, options(new.resources)?);
    match reservations.reschedule(&asked.tenant, &id, &to).await.map_err(problem)? {
        Booked::Confirmed(booking) => json(StatusCode::OK, &BookingView::from(&*booking)),
        other => Err(refused(other)),
    }
}

/// `DELETE /bookings/{id}`: it does not take place.
pub(super) async fn cancel(reservations: &Reservations, asked: Asked<'_>) -> Result<Answer, Problem> {
    let id = named(&asked)?;
    asked.query.done()?;
    let booking = reservations.cancel(&asked.tenant, &id).await.map_err(problem)?;
    json(StatusCode::OK, &BookingView::from(&booking))
}
