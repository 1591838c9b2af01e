use crate::Error;
use crate::booking::{Booking, Hold};
use crate::calendar::{Change, Entry, EventId, Guest, NewEvent, add_link};
use crate::notification::{Appointment, AppointmentId};
use crate::schedule::Interval;
use crate::secret::Private;
use crate::tenant::{Invite, Tenant};

/// Pure: the name of the event that a hold is entered under: each hold of a booking has its own, so that one that was
/// given up is never mistaken for the next.
pub(super) fn name(booking: &Booking, hold: &Hold) -> EventId {
    EventId::of([booking.tenant.as_str(), booking.id.as_str(), &hold.fence.to_string()])
}

/// Pure: the name of the event that is, or may be, in the calendar.
pub(super) fn entered(booking: &Booking) -> Option<EventId> {
    booking.event.as_deref().and_then(|id| id.parse().ok())
}

/// Pure: who is invited by the calendar.
pub(super) fn guests(booking: &Booking, tenant: &Tenant) -> Vec<Guest> {
    match tenant.booking.invite {
        Invite::Never => Vec::new(),
        _ => booking.details.invited(),
    }
}

/// Pure: a booking as it is entered. Guests who are invited afterwards see it once it is certain.
pub(super) fn new(booking: &Booking, tenant: &Tenant, id: EventId, interval: Interval) -> NewEvent {
    let details = &booking.details;
    let mut event = NewEvent::new(id, booking.mark(), interval).with_title(title(booking, tenant));
    let phone = details.customer.phone.as_ref().map(|phone| phone.to_wire());
    let lines = [Some(details.customer.name.as_str()), phone.as_deref(), details.notes.as_ref().map(Private::as_str)];
    let lines: Vec<&str> = lines.into_iter().flatten().filter(|line| !line.is_empty()).collect();
    if !lines.is_empty() {
        event = event.with_description(lines.join("\n"));
    }
    if let Some(place) = &details.place {
        event = event.with_place(place.clone());
    }
    let guests = guests(booking, tenant);
    let event = match tenant.booking.invite {
        _ if guests.is_empty() => event,
        Invite::AtOnce => guests.into_iter().fold(event, NewEvent::with_guest),
        _ => event.tentative(),
    };
    event.with_zone(tenant.zone)
}

/// What the calendar shows: the title and who comes.
fn title(booking: &Booking, tenant: &Tenant) -> Private {
    let service = service(booking, tenant);
    match booking.details.customer.name.as_str() {
        "" => service,
        name => format!("{} ({name})", service.as_str()).into(),
    }
}

fn service(booking: &Booking, tenant: &Tenant) -> Private {
    match (booking.details.title.as_str(), tenant.name.as_str()) {
        ("", "") => "Appointment".into(),
        ("", business) => business.into(),
        _ => booking.details.title.clone(),
    }
}

/// Pure: what makes an event certain, at its time, with those who are invited.
pub(super) fn announce(interval: Interval, guests: Vec<Guest>) -> Change {
    let change = Change::new().to(interval).confirmed();
    if guests.is_empty() { change } else { change.with_guests(guests).notifying() }
}

/// Pure: a booking as people are told of it. Who is invited finds it in their calendar; everybody else can put it into one.
///
/// # Errors
/// When the names of bookings are no names of appointments.
pub(super) fn appointment(booking: &Booking, tenant: &Tenant, entry: Option<&Entry>) -> Result<Appointment, Error> {
    let unusual = || Error::refused("telling of a booking without a time");
    let hold = booking.hold.as_ref().ok_or_else(unusual)?;
    let mut appointment = Appointment::new(told_as(booking)?, hold.start, hold.end, booking.details.customer.clone());
    let title = &booking.details.title;
    appointment.service = Some(title.clone()).filter(|title| !title.as_str().is_empty());
    appointment.place.clone_from(&booking.details.place);
    let invited = booking.details.customer.email.is_some() && tenant.booking.invite != Invite::Never;
    let own = entry.and_then(|entry| entry.link.clone()).filter(|_| invited && !booking.uninvited);
    let added = || {
        let named = match (title.as_str(), tenant.name.as_str()) {
            (title, business) if title.is_empty() || business.is_empty() => service(booking, tenant),
            (title, business) => format!("{title}, {business}").into(),
        };
        add_link(named.as_str(), hold.interval()?).map(|link| link.as_str().into())
    };
    appointment.link = own.or_else(added);
    Ok(appointment)
}

/// Pure: the name under which people are told of it.
pub(super) fn told_as(booking: &Booking) -> Result<AppointmentId, Error> {
    let id = booking.id.as_str().parse();
    id.map_err(|invalid| Error::refused("telling of a booking under its name").with_source(invalid))
}
