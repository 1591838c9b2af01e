use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use http::StatusCode;

use super::client::Client;
use super::events::{
    DeleteEvent, Event, EventAttendee, EventStatus, EventType, ExtendedProperties, GetEvent, InsertEvent, ListEvents,
    ResponseStatus, Transparency, UpdateEvent,
};
use super::values::{CalendarId, EventDateTime, SendUpdates};
use crate::Error;
use crate::calendar::{
    Busy, BusyRules, Calendar, Change, Changed, Changes, Created, Cursor, Entered, Entry, EntryStatus, EventId, Guest,
    NewEvent, Patched, Version,
};
use crate::schedule::Interval;

/// Under which private property an event names its booking.
const BOOKING: &str = "frontdeskBooking";
/// And under which it is stamped.
const STAMP: &str = "frontdeskStamp";
/// How often an event is entered whose fate is not known before it is left to whoever asked.
const ROUNDS: usize = 3;

/// A calendar at Google as a diary.
///
/// What is busy is read from its events, for those have names, and freeBusy does not tell ours from others: recurring ones
/// as their instances; without what is cancelled, marked as free or declined.
#[derive(Debug, Clone)]
pub struct GoogleCalendar {
    client: Client,
    calendar: CalendarId,
    rules: BusyRules,
}

impl GoogleCalendar {
    /// A calendar of an account's.
    #[must_use]
    pub fn new(client: Client, calendar: CalendarId) -> Self {
        Self { client, calendar, rules: BusyRules::default() }
    }

    /// With other rules of what keeps people busy.
    #[must_use]
    pub fn with_rules(mut self, rules: BusyRules) -> Self {
        self.rules = rules;
        self
    }

    /// The client and the calendar, for all else.
    #[must_use]
    pub fn parts(&self) -> (&Client, &CalendarId) {
        (&self.client, &self.calendar)
    }

    async fn find(&self, id: &EventId) -> Result<Option<Event>, Error> {
        match self.client.events(&self.calendar).get(id.as_str(), &GetEvent::new()).await {
            Ok(event) => Ok(Some(event)),
            Err(error) if error.is_not_found() || is(&error, StatusCode::GONE) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The zone that an event's days are in; only those of whole days need one.
    async fn zone_for(&self, event: &Event) -> Result<Tz, Error> {
        if event.start.as_ref().is_none_or(|start| start.date.is_none()) {
            return Ok(Tz::UTC);
        }
        // A page of events says so, and needs no more rights than reading the event did.
        let page = self.client.events(&self.calendar).page(&ListEvents::new().max_results(1)).await?;
        zone_of(page.time_zone.as_deref())
    }

    /// Who has the name of an event: this booking, somebody else, or nobody.
    async fn look(&self, new: &NewEvent) -> Result<Option<Created>, Error> {
        let Some(event) = self.find(&new.id).await? else { return Ok(None) };
        let entry = self.entry(&event, self.zone_for(&event).await?)?;
        Ok(Some(match entry {
            Some(entry) if entry.is_of(&new.booking) => Created::Before(entry),
            _ => Created::Taken,
        }))
    }

    /// An event as an entry; `None` when it was deleted.
    fn entry(&self, event: &Event, zone: Tz) -> Result<Option<Entry>, Error> {
        if event.status == Some(EventStatus::Cancelled) {
            return Ok(None);
        }
        let (Some(id), Some(etag)) = (event.id.as_deref().and_then(|id| id.parse().ok()), event.etag()) else {
            return Err(unreadable());
        };
        let mut entry = Entry::new(id, Version::new(etag), self.time(event, zone)?);
        if event.status == Some(EventStatus::Tentative) {
            entry.status = EntryStatus::Tentative;
        }
        entry.booking = event.private(BOOKING).map(ToOwned::to_owned);
        entry.title = event.summary.clone();
        entry.guests = event.attendees.as_ref().map_or(0, Vec::len);
        entry.link.clone_from(&event.html_link);
        Ok(Some(entry))
    }

    /// Pure: when an event keeps people busy; `None` when it does not.
    fn time(&self, event: &Event, zone: Tz) -> Result<Option<Interval>, Error> {
        let declined = event.own_attendance().and_then(|own| own.response_status.as_ref());
        let is_free = event.transparency == Some(Transparency::Transparent)
            || event.status == Some(EventStatus::Cancelled)
            || declined == Some(&ResponseStatus::Declined)
            // Where somebody works and who has a birthday keeps nobody from working.
            || matches!(event.event_type, Some(EventType::WorkingLocation | EventType::Birthday));
        if is_free {
            return Ok(None);
        }
        let (Some(start), Some(end)) = (&event.start, &event.end) else { return Err(unreadable()) };
        let entered = match (start.date, end.date, start.date_time, end.date_time) {
            (Some(first), Some(last), ..) => Entered::Days(first, last),
            (None, None, Some(start), Some(end)) => match Interval::new(start.to_utc(), end.to_utc()) {
                Ok(interval) => Entered::Timed(interval),
                // What takes no time keeps nobody busy.
                Err(_) => return Ok(None),
            },
            _ => return Err(unreadable()),
        };
        let attends = declined == Some(&ResponseStatus::Tentative);
        let is_tentative = event.status == Some(EventStatus::Tentative) || attends;
        Ok(self.rules.time_of(entered, is_tentative, zone))
    }

    /// Pure: an event as it is entered.
    fn event_of(new: &NewEvent) -> Event {
        let private = BTreeMap::from([(BOOKING.to_owned(), new.booking.as_str().into())]);
        Event {
            id: Some(new.id.to_string()),
            start: Some(EventDateTime::at(new.interval.start(), new.zone)),
            end: Some(EventDateTime::at(new.interval.end(), new.zone)),
            status: Some(if new.tentative { EventStatus::Tentative } else { EventStatus::Confirmed }),
            summary: new.title.clone(),
            description: new.description.clone(),
            location: new.place.clone(),
            transparency: new.free.then_some(Transparency::Transparent),
            attendees: (!new.guests.is_empty()).then(|| attendees(&new.guests)),
            extended_properties: Some(ExtendedProperties { private: Some(private), ..Default::default() }),
            ..Event::default()
        }
    }

    /// Pure: what of an event is patched.
    fn patch_of(change: &Change) -> Event {
        Event {
            start: change.interval.map(|interval| timed(interval.start())),
            end: change.interval.map(|interval| timed(interval.end())),
            status: change.status.map(|status| match status {
                EntryStatus::Tentative => EventStatus::Tentative,
                EntryStatus::Confirmed => EventStatus::Confirmed,
            }),
            summary: change.title.clone(),
            attendees: change.guests.as_deref().map(attendees),
            extended_properties: change.stamp.as_deref().map(|stamp| {
                let private = BTreeMap::from([(STAMP.to_owned(), stamp.into())]);
                ExtendedProperties { private: Some(private), ..Default::default() }
            }),
            ..Event::default()
        }
    }
}

/// An instant in the place of whatever was there: somebody may have made whole days of it.
fn timed(at: DateTime<Utc>) -> EventDateTime {
    let mut side = EventDateTime::at(at, None);
    side.extra.set("date", serde_json::Value::Null);
    side
}

fn attendees(guests: &[Guest]) -> Vec<EventAttendee> {
    let attendee =
        |guest: &Guest| EventAttendee { display_name: guest.name.clone(), ..EventAttendee::new(guest.email.clone()) };
    guests.iter().map(attendee).collect()
}

fn updates(notify: bool) -> SendUpdates {
    if notify { SendUpdates::All } else { SendUpdates::None }
}

fn is(error: &Error, status: StatusCode) -> bool {
    error.status() == Some(status)
}

/// An event that is not understood may keep people busy.
fn unreadable() -> Error {
    Error::refused("reading an event that is not what the documentation says")
}

fn zone_of(name: Option<&str>) -> Result<Tz, Error> {
    let unknown = || Error::refused("reading a calendar in a zone that is not known");
    name.ok_or_else(unknown)?.parse().map_err(|_| unknown())
}

#[async_trait]
impl Calendar for GoogleCalendar {
    async fn busy(&self, within: Interval) -> Result<Vec<Busy>, Error> {
        let query = ListEvents::new()
            .single_events(true)
            .max_results(2_500)
            .max_attendees(1)
            .time_min(within.start())
            .time_max(within.end());
        let all = self.client.events(&self.calendar).all(&query).await?;
        let zone = zone_of(all.time_zone.as_deref())?;
        let mut busy = Vec::with_capacity(all.items.len());
        for event in &all.items {
            let Some(interval) = self.time(event, zone)?.filter(|interval| interval.overlaps(&within)) else {
                continue;
            };
            busy.push(Busy {
                event: event.id.as_deref().and_then(|id| id.parse().ok()),
                booking: event.private(BOOKING).map(ToOwned::to_owned),
                ..Busy::new(interval)
            });
        }
        Ok(busy)
    }

    async fn create(&self, new: &NewEvent) -> Result<Created, Error> {
        let (event, query) = (Self::event_of(new), InsertEvent::new().send_updates(updates(new.notify)));
        let unknown = |source: Error| Error::outcome_unknown("entering an event").with_source(source);
        // Once it may be there, only what is read under its name says otherwise.
        let mut unsure = false;
        for _ in 0..ROUNDS {
            let error = match self.client.events(&self.calendar).insert(&event, &query).await {
                Ok(event) => {
                    let entry = self.entry(&event, Tz::UTC).and_then(|entry| entry.ok_or_else(unreadable));
                    return entry.map(Created::Now).map_err(unknown);
                }
                Err(error) => error,
            };
            let conflict = is(&error, StatusCode::CONFLICT);
            if !conflict && !error.is_outcome_unknown() {
                return Err(if unsure { unknown(error) } else { error });
            }
            match self.look(new).await {
                Ok(Some(found)) => return Ok(found),
                // A name that is taken and that nobody has: used up, unless our own attempt is still on its way.
                Ok(None) if conflict && !unsure => return Ok(Created::Taken),
                Ok(None) => unsure = true,
                Err(error) => return Err(unknown(error)),
            }
        }
        Err(Error::outcome_unknown("entering an event"))
    }

    async fn event(&self, id: &EventId) -> Result<Option<Entry>, Error> {
        match self.find(id).await? {
            Some(event) => self.entry(&event, self.zone_for(&event).await?),
            None => Ok(None),
        }
    }

    async fn patch(&self, id: &EventId, version: &Version, change: &Change) -> Result<Patched, Error> {
        // Google revives what is patched after it was deleted.
        let Some(known) = self.find(id).await?.filter(|event| event.status != Some(EventStatus::Cancelled)) else {
            return Ok(Patched::Gone);
        };
        if known.etag() != Some(version.as_str()) {
            return Ok(Patched::Stale);
        }
        let zone = self.zone_for(&known).await?;
        let query = UpdateEvent::new().send_updates(updates(change.notify));
        let patch = Self::patch_of(change);
        match self.client.events(&self.calendar).patch(id.as_str(), &patch, Some(version.as_str()), &query).await {
            Ok(event) => {
                let entry = self.entry(&event, zone);
                let entry = entry.map_err(|source| Error::outcome_unknown("changing an event").with_source(source))?;
                Ok(entry.map_or(Patched::Gone, Patched::Done))
            }
            Err(error) if is(&error, StatusCode::PRECONDITION_FAILED) => Ok(Patched::Stale),
            Err(error) if error.is_not_found() || is(&error, StatusCode::GONE) => Ok(Patched::Gone),
            Err(error) => Err(error),
        }
    }

    async fn delete(&self, id: &EventId, notify: bool) -> Result<(), Error> {
        let query = DeleteEvent::new().send_updates(updates(notify));
        match self.client.events(&self.calendar).delete(id.as_str(), None, &query).await {
            Err(error) if error.is_not_found() || is(&error, StatusCode::GONE) => Ok(()),
            other => other,
        }
    }

    async fn changes(&self, since: Option<&Cursor>) -> Result<Changes, Error> {
        let query = ListEvents::new().single_events(true).max_results(2_500);
        let listed = match since {
            Some(cursor) => {
                let since = query.clone().sync_token(cursor.as_str());
                match self.client.events(&self.calendar).all(&since).await {
                    // Too old, or not a cursor of this listing: everything anew.
                    Err(error) if is(&error, StatusCode::GONE) => None,
                    other => Some(other?),
                }
            }
            None => None,
        };
        let complete = listed.is_none();
        let all = match listed {
            Some(all) => all,
            None => self.client.events(&self.calendar).all(&query).await?,
        };
        let zone = zone_of(all.time_zone.as_deref())?;
        let mut events = Vec::with_capacity(all.items.len());
        for event in &all.items {
            let id: EventId = event.id.as_deref().and_then(|id| id.parse().ok()).ok_or_else(unreadable)?;
            events.push(Changed::new(id, self.entry(event, zone)?));
        }
        let token = all.sync_token.ok_or_else(|| Error::unavailable("listing events: no sync token"))?;
        Ok(Changes::new(events, Cursor::new(token), complete))
    }
}
