use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::ledger::{KEPT, Ledger};
use crate::Error;
use crate::booking::{Booking, BookingQuery, Hold, ResourceId, Seat};
use crate::calendar::{Busy, Calendar, Calendars};
use crate::clock::Clock;
use crate::id::TenantId;
use crate::schedule::{Alternative, Interval, Joint, Slot, SlotQuery, WeeklyHours, alternatives};
use crate::store::Store;
use crate::tenant::{FARTHEST, ResourceSettings, Tenant};

/// How many bookings of ours one question looks at; more is an error, never a guess.
const MOST: usize = 20_000;
/// How many places of a resource are looked at; those beyond are left.
const PLACES: usize = 1_000;
/// How many resources one question may name, in all its options.
const LINES: usize = 2_000;
/// How far around a wanted time alternatives are looked for.
const AROUND: TimeDelta = TimeDelta::days(21);

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub struct Question {
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when.
    pub until: DateTime<Utc>,
    /// How long the appointment takes; as the tenant's settings say when absent.
    pub duration: Option<TimeDelta>,
    /// The zone of who asks, which says what a day is where days count; the tenant's when absent.
    pub zone: Option<Tz>,
    /// What the appointment takes: all of one of these; any one of the tenant's resources when empty.
    pub resources: Vec<Vec<ResourceId>>,
}

impl Question {
    /// What is free between two times.
    pub fn between(from: DateTime<Utc>, until: DateTime<Utc>) -> Self {
        Self { from, until, duration: None, zone: None, resources: Vec::new() }
    }

    /// For an appointment of this length.
    pub fn lasting(mut self, duration: TimeDelta) -> Self {
        self.duration = Some(duration);
        self
    }

    /// For one that takes all of these; or those of another call.
    pub fn with(mut self, resources: impl IntoIterator<Item = ResourceId>) -> Self {
        self.resources.push(resources.into_iter().collect());
        self
    }

    /// Asked by somebody in this zone.
    pub fn in_zone(mut self, zone: Tz) -> Self {
        self.zone = Some(zone);
        self
    }
}

/// Knows when tenants can be booked. Cheap to clone; clones remember together.
#[derive(Debug, Clone)]
pub struct Availability {
    store: Arc<dyn Store>,
    calendars: Arc<dyn Calendars>,
    clock: Arc<dyn Clock>,
    ledger: Ledger,
}

/// What a question is answered from.
struct Facts {
    tenant: Arc<Tenant>,
    /// What an appointment can take: all of one of these.
    options: Vec<Vec<Line>>,
    /// What leaves no room at all: everything in the calendar that is no booking of ours.
    closed: Vec<Interval>,
    now: DateTime<Utc>,
}

/// A resource, and what it is busy with.
struct Line {
    resource: ResourceSettings,
    hours: WeeklyHours,
    /// Each of its places.
    places: Vec<Vec<Interval>>,
    /// When the appointments begin that count towards the limits.
    booked: Vec<DateTime<Utc>>,
}

impl Availability {
    /// Answers from the tenants and bookings of a store and from their calendars, which are remembered for five minutes.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, calendars: Arc<dyn Calendars>, clock: Arc<dyn Clock>) -> Self {
        let ledger = Ledger::new(clock.clone(), KEPT);
        Self { store, calendars, clock, ledger }
    }

    /// How long what a calendar holds is remembered.
    #[must_use]
    pub fn remembering_for(mut self, time: Duration) -> Self {
        self.ledger = Ledger::new(self.clock.clone(), time);
        self
    }

    pub(crate) fn with_ledger(mut self, ledger: Ledger) -> Self {
        self.ledger = ledger;
        self
    }

    /// The tenant's calendar has changed: what was remembered of it is not used any more, in this process.
    pub fn forget(&self, tenant: &TenantId) {
        self.ledger.forget(tenant);
    }

    /// The slots that are free, as far as is remembered.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is no such tenant; [`Error::is_retryable`] when the store or the calendar cannot
    /// be reached; [`Error::is_unauthorized`] when somebody has to consent again; [`Error::is_permanent`], with an
    /// [`InvalidQuery`](crate::schedule::InvalidQuery) as its source, when the question or the tenant's settings make no
    /// sense. What is not known is never free.
    pub async fn slots(&self, tenant: &TenantId, question: &Question) -> Result<Vec<Slot>, Error> {
        let facts = self.facts(tenant, question, true).await?;
        facts.slots(question)
    }

    /// The stretches of time in which an appointment can lie, as far as is remembered.
    ///
    /// # Errors
    /// As with [`slots`](Self::slots).
    pub async fn windows(&self, tenant: &TenantId, question: &Question) -> Result<Vec<Interval>, Error> {
        let facts = self.facts(tenant, question, true).await?;
        let mut windows: Vec<Interval> = facts.joints(question)?.iter().flat_map(Joint::windows).collect();
        if facts.options.len() > 1 {
            // In each of them an appointment can lie throughout: one within another says nothing new.
            windows.sort_unstable_by_key(|window| (window.start(), std::cmp::Reverse(window.end())));
            let mut reached = DateTime::<Utc>::MIN_UTC;
            windows.retain(|window| {
                let new = window.end() > reached;
                reached = reached.max(window.end());
                new
            });
        }
        Ok(windows)
    }

    /// The slots to offer in the place of a wanted time, best first; they lie within the question's time and within three
    /// weeks of the wanted one.
    ///
    /// # Errors
    /// As with [`slots`](Self::slots).
    pub async fn alternatives(
        &self,
        tenant: &TenantId,
        wanted: DateTime<Utc>,
        count: usize,
        question: &Question,
    ) -> Result<Vec<Alternative>, Error> {
        let around = |sign: i32| wanted.checked_add_signed(AROUND * sign).unwrap_or(wanted);
        let near =
            Question { from: question.from.max(around(-1)), until: question.until.min(around(1)), ..question.clone() };
        if near.until <= near.from {
            return Ok(Vec::new());
        }
        let facts = self.facts(tenant, &near, true).await?;
        let zone = question.zone.unwrap_or(facts.tenant.zone);
        Ok(alternatives(wanted, zone, count, facts.slots(&near)?))
    }

    /// Whether an appointment can begin at this very time: the calendar is asked, nothing is taken from memory.
    ///
    /// # Errors
    /// As with [`slots`](Self::slots).
    pub async fn is_free_now(
        &self,
        tenant: &TenantId,
        start: DateTime<Utc>,
        question: &Question,
    ) -> Result<bool, Error> {
        let facts = self.facts(tenant, question, false).await?;
        Ok(facts.joints(question)?.iter().any(|joint| joint.allows(start)))
    }

    async fn facts(&self, id: &TenantId, question: &Question, remembered: bool) -> Result<Facts, Error> {
        let tenant = self.store.tenant(id).await?.ok_or_else(|| Error::missing("finding a tenant"))?;
        let mut facts = Facts::unasked(tenant, question, self.clock.now())?;
        let _ = facts.joints(question)?;
        let Some(reach) = reach(&facts.tenant, question, facts.now) else { return Ok(facts) };
        let query = BookingQuery { limit: MOST, ..BookingQuery::between(reach.start(), reach.end()) };
        let bookings = self.store.bookings(id, &query);
        let calendar = self.calendars.calendar(id).await?;
        let events = async {
            match &calendar {
                Some(calendar) if remembered => self.ledger.busy(id, calendar.as_ref(), reach).await,
                Some(calendar) => Calendar::busy(calendar.as_ref(), reach).await,
                None => Ok(Vec::new()),
            }
        };
        let (bookings, events) = futures_util::future::try_join(bookings, events).await?;
        if bookings.len() >= MOST {
            return Err(Error::refused("looking for free times among more bookings than can be read"));
        }
        let now = facts.now;
        let held: Vec<(&str, &Hold)> = bookings.iter().flat_map(|booking| live(booking, now)).collect();
        facts.closed = foreign(id, &held, &events);
        facts.closed.extend(strays(&facts.tenant, &held));
        facts.fill(&held);
        Ok(facts)
    }
}

impl Facts {
    /// Before anything is known of what is busy.
    fn unasked(tenant: Arc<Tenant>, question: &Question, now: DateTime<Utc>) -> Result<Self, Error> {
        let unknown = || {
            Error::refused("looking for free times of what is not known").with_reason(Some("unknown_resource".into()))
        };
        let options = tenant.booking.options(&question.resources).ok_or_else(unknown)?;
        let line = |resource: ResourceSettings| {
            let hours = resource.hours.clone().or_else(|| tenant.hours.clone()).unwrap_or_else(always);
            let places = usize::try_from(resource.capacity).unwrap_or(PLACES).min(PLACES);
            Line { places: vec![Vec::new(); places], hours, booked: Vec::new(), resource }
        };
        if options.iter().map(Vec::len).sum::<usize>() > LINES {
            return Err(Error::refused("looking for free times of more than can be looked at"));
        }
        let options = options.into_iter().map(|all| all.into_iter().map(line).collect()).collect();
        Ok(Self { tenant, options, closed: Vec::new(), now })
    }

    /// What is held, to the places it is held on.
    fn fill(&mut self, held: &[(&str, &Hold)]) {
        for option in &mut self.options {
            let ids: Vec<ResourceId> = option.iter().map(|line| line.resource.id.clone()).collect();
            let counts = |hold: &Hold| hold.seats.iter().any(|seat| ids.contains(&seat.resource));
            let booked: Vec<_> = held.iter().filter(|(_, hold)| counts(hold)).map(|(_, hold)| hold.start).collect();
            for line in option {
                line.booked.clone_from(&booked);
                for (_, hold) in held {
                    let Some(range) = hold.range() else { continue };
                    let of = |seat: &&Seat| seat.resource == line.resource.id;
                    for seat in hold.seats.iter().filter(of) {
                        let number = usize::try_from(seat.number).unwrap_or(usize::MAX);
                        if let Some(place) = line.places.get_mut(number) {
                            place.push(range);
                        }
                    }
                }
            }
        }
    }

    /// What is free with each of the options.
    fn joints(&self, question: &Question) -> Result<Vec<Joint>, Error> {
        let joint = |option: &Vec<Line>| {
            let queries: Vec<_> = option
                .iter()
                .map(|line| {
                    let query = asked(&self.tenant, &line.hours, question, self.now).capacity(line.resource.capacity);
                    query.booked(&line.booked).except(&self.closed).places(&line.places)
                })
                .collect();
            for query in &queries {
                query.check().map_err(|invalid| Error::refused("looking for free times").with_source(invalid))?;
            }
            Ok(SlotQuery::joint(&queries))
        };
        self.options.iter().map(joint).collect()
    }

    fn slots(&self, question: &Question) -> Result<Vec<Slot>, Error> {
        let joints = self.joints(question)?;
        let mut slots: Vec<Slot> = joints.into_iter().flat_map(|joint| joint.slots()).collect();
        if self.options.len() > 1 {
            slots.sort_unstable();
            slots.dedup();
        }
        Ok(slots)
    }
}

/// Pure: whether a time can be asked for, and with which of the options: hours, notice and horizon, and nothing of what is
/// busy.
///
/// # Errors
/// When the question or the settings make no sense.
pub(crate) fn fitting(
    tenant: &Arc<Tenant>,
    start: DateTime<Utc>,
    question: &Question,
    now: DateTime<Utc>,
) -> Result<Vec<Vec<ResourceSettings>>, Error> {
    let facts = Facts::unasked(tenant.clone(), question, now)?;
    let joints = facts.joints(question)?;
    let options = facts.options.into_iter().zip(joints).filter(|(_, joint)| joint.allows(start));
    Ok(options.map(|(option, _)| option.into_iter().map(|line| line.resource).collect()).collect())
}

/// Pure: what is asked, as the tenant's settings say.
fn asked<'a>(tenant: &Tenant, hours: &'a WeeklyHours, question: &Question, now: DateTime<Utc>) -> SlotQuery<'a> {
    let query = tenant.booking.ask(SlotQuery::new(hours, tenant.zone), now);
    let query = match question.duration {
        Some(duration) => query.duration(duration),
        None => query,
    };
    query.between(question.from, question.until)
}

/// Pure: what has to be known for an answer: the question's time as far as anything in it can be booked, and around it as
/// much as buffers and limits look at. `None` when nothing can be booked.
fn reach(tenant: &Tenant, question: &Question, now: DateTime<Utc>) -> Option<Interval> {
    let booking = &tenant.booking;
    let minutes = |count: u32| TimeDelta::minutes(count.into());
    let lasts = question.duration.unwrap_or(minutes(booking.minutes));
    let ahead = TimeDelta::days(booking.horizon.min(FARTHEST).into());
    let last = now.checked_add_signed(ahead)?.checked_add_signed(lasts)?;
    let (from, until) = (question.from.max(now), question.until.min(last));
    let limits = booking.per_day.is_some() || booking.per_week.is_some();
    // A limit counts whole weeks.
    let around = if limits { TimeDelta::days(8) } else { TimeDelta::zero() };
    let (before, after) = (minutes(booking.before) + around, minutes(booking.after) + around);
    (from < until).then_some(())?;
    Interval::new(from.checked_sub_signed(before)?, until.checked_add_signed(after)?).ok()
}

/// Nobody has said when the business is closed.
fn always() -> WeeklyHours {
    "mon-sun 00:00-24:00".parse().unwrap_or_default()
}

/// Pure: what a booking keeps others from now. The time that it is being moved to ends with its lease; the one that it has
/// stays.
pub(crate) fn live(booking: &Booking, now: DateTime<Utc>) -> impl Iterator<Item = (&str, &Hold)> {
    let holds = booking.kept().filter(move |(_, lease)| lease.is_none_or(|until| until > now));
    holds.map(|(hold, _)| (booking.id.as_str(), hold))
}

/// Pure: what is held on what appointments cannot take any more: nobody knows beside what it can stand.
fn strays(tenant: &Tenant, held: &[(&str, &Hold)]) -> Vec<Interval> {
    let known = tenant.booking.known();
    let is_stray = |hold: &&Hold| hold.seats.iter().any(|seat| !known.contains(&seat.resource));
    held.iter().map(|(_, hold)| *hold).filter(is_stray).filter_map(Hold::range).collect()
}

/// Pure: what the calendar holds beside our bookings. The event of a booking is the booking as long as it is where that says;
/// one that somebody has moved is in the way there, too.
pub(crate) fn foreign(tenant: &TenantId, held: &[(&str, &Hold)], events: &[Busy]) -> Vec<Interval> {
    let mut ours: HashMap<&str, Vec<&Hold>> = HashMap::new();
    for (booking, hold) in held {
        ours.entry(booking).or_default().push(hold);
    }
    let is_ours = |event: &&Busy| {
        let name = event.booking.as_deref().and_then(|mark| mark.strip_prefix(tenant.as_str())?.strip_prefix('/'));
        let holds = name.and_then(|booking| ours.get(booking));
        let within = |hold: &Hold| hold.from <= event.interval.start() && event.interval.end() <= hold.until;
        holds.is_some_and(|holds| holds.iter().any(|hold| within(hold)))
    };
    events.iter().filter(|event| !is_ours(event)).map(|event| event.interval).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::booking::{HoldRequest, Resource};
    use crate::calendar::EventId;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn hour(text: &str) -> Interval {
        Interval::new(at(text), at(text) + TimeDelta::hours(1)).unwrap()
    }

    fn booking(start: &str, now: &str) -> Booking {
        let resource = Resource::new("chair".parse().unwrap());
        let lease = Duration::from_secs(300);
        let request = HoldRequest::new("b1".parse().unwrap(), at(start), hour(start).end(), [resource], lease);
        let hold = Hold {
            fence: 1,
            start: at(start),
            end: hour(start).end(),
            from: at(start) - TimeDelta::minutes(15),
            until: hour(start).end(),
            seats: Vec::new(),
        };
        Booking::take(None, &"clinic".parse().unwrap(), &request, hold, at(now))
    }

    #[test]
    fn an_event_of_ours_that_somebody_moved_is_in_the_way_where_it_is() {
        let booking = booking("2026-12-01T10:00:00Z", "2026-11-21T09:00:00Z");
        let held: Vec<_> = live(&booking, at("2026-11-21T09:00:00Z")).collect();
        let clinic = TenantId::new("clinic").unwrap();
        let foreign = |held: &[(&str, &Hold)], events: &[Busy]| foreign(&clinic, held, events);
        let event = |interval| Busy::new(interval).with_event(EventId::of(["e"])).with_booking("clinic/b1");
        let theirs = Busy::new(hour("2026-12-01T10:00:00Z")).with_booking("salon/b1");
        let (own, moved) = (hour("2026-12-01T10:00:00Z"), hour("2026-12-01T14:00:00Z"));
        assert_eq!(foreign(&held, &[event(own)]), []);
        assert_eq!(foreign(&held, &[event(moved)]), [moved]);
        assert_eq!(foreign(&held, &[theirs]), [own], "another tenant's, on the same calendar");
        assert_eq!(foreign(&held, &[Busy::new(own)]), [own], "somebody else's at the same time");
        assert_eq!(foreign(&[], &[event(own)]), [own], "of a booking that is over here");
    }

    #[test]
    fn a_move_that_was_given_up_leaves_the_time_that_stands() {
        let mut known = booking("2026-12-01T10:00:00Z", "2026-11-21T09:00:00Z")
            .commit("e", at("2026-11-21T09:01:00Z"))
            .unwrap()
            .confirm()
            .unwrap();
        known.next = known.hold.clone();
        known.lease_until = Some(at("2026-11-21T09:05:00Z"));
        assert_eq!(live(&known, at("2026-11-21T09:04:00Z")).count(), 2);
        assert_eq!(live(&known, at("2026-11-21T09:06:00Z")).count(), 1);
        let held = booking("2026-12-01T10:00:00Z", "2026-11-21T09:00:00Z");
        assert_eq!(live(&held, at("2026-11-21T09:04:00Z")).count(), 1);
        assert_eq!(live(&held, at("2026-11-21T09:06:00Z")).count(), 0);
    }

    #[test]
    fn no_more_is_read_than_can_be_booked() {
        let mut tenant = Tenant::new("clinic".parse().unwrap());
        let now = at("2026-11-21T09:00:00Z");
        let ever = Question::between(DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
        let within = reach(&tenant, &ever, now).unwrap();
        assert_eq!(within.to_string(), "2026-11-21T09:00:00Z/2027-01-20T09:30:00Z");
        (tenant.booking.before, tenant.booking.per_week, tenant.booking.horizon) = (30, Some(3), u32::MAX);
        let within = reach(&tenant, &ever, now).unwrap();
        assert_eq!(within.start(), at("2026-11-13T08:30:00Z"));
        assert_eq!(within.end(), now + TimeDelta::days(731) + TimeDelta::minutes(30) + TimeDelta::days(8));
        let past = Question::between(at("2020-01-01T00:00:00Z"), at("2020-01-02T00:00:00Z"));
        assert_eq!(reach(&tenant, &past, now), None);
    }
}
