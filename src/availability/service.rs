use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::ledger::Ledger;
use crate::Error;
use crate::booking::{Booking, BookingQuery};
use crate::calendar::{Busy, Calendar, Calendars};
use crate::clock::Clock;
use crate::id::TenantId;
use crate::schedule::{Alternative, Interval, Slot, SlotQuery, WeeklyHours, alternatives};
use crate::store::Store;
use crate::tenant::Tenant;

/// How long what a calendar holds is remembered.
const KEPT: Duration = Duration::from_secs(300);
/// How many bookings of ours one question looks at; more is an error, never a guess.
const MOST: usize = 20_000;
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
}

impl Question {
    /// What is free between two times.
    pub fn between(from: DateTime<Utc>, until: DateTime<Utc>) -> Self {
        Self { from, until, duration: None, zone: None }
    }

    /// For an appointment of this length.
    pub fn lasting(mut self, duration: TimeDelta) -> Self {
        self.duration = Some(duration);
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
    hours: WeeklyHours,
    busy: Vec<Interval>,
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
        Ok(self.query(&facts, question)?.free_of(&facts.busy))
    }

    /// The stretches of time in which an appointment can lie, as far as is remembered.
    ///
    /// # Errors
    /// As with [`slots`](Self::slots).
    pub async fn windows(&self, tenant: &TenantId, question: &Question) -> Result<Vec<Interval>, Error> {
        let facts = self.facts(tenant, question, true).await?;
        Ok(self.query(&facts, question)?.windows(&facts.busy))
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
        let facts = self.facts(tenant, &near, true).await?;
        let zone = question.zone.unwrap_or(facts.tenant.zone);
        let slots = self.query(&facts, &near)?.slots(&facts.busy);
        Ok(alternatives(wanted, zone, count, slots))
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
        Ok(self.query(&facts, question)?.is_free(start, &facts.busy))
    }

    fn query<'a>(&self, facts: &'a Facts, question: &Question) -> Result<SlotQuery<'a>, Error> {
        let query = SlotQuery::new(&facts.hours, facts.tenant.zone);
        let mut query = facts.tenant.booking.ask(query, self.clock.now());
        if let Some(duration) = question.duration {
            query = query.duration(duration);
        }
        let query = query.booked(&facts.booked).between(question.from, question.until);
        query.check().map_err(|invalid| Error::refused("looking for free times").with_source(invalid))?;
        Ok(query)
    }

    async fn facts(&self, id: &TenantId, question: &Question, remembered: bool) -> Result<Facts, Error> {
        let tenant = self.store.tenant(id).await?.ok_or_else(|| Error::missing("finding a tenant"))?;
        let hours = tenant.hours.clone().unwrap_or_else(always);
        let limits = tenant.booking.per_day.is_some() || tenant.booking.per_week.is_some();
        // Buffers reach beyond the question, and a limit counts whole weeks.
        let more = TimeDelta::minutes(i64::from(tenant.booking.before) + i64::from(tenant.booking.after))
            + if limits { TimeDelta::days(8) } else { TimeDelta::zero() };
        let reach = Interval::new(
            question.from.checked_sub_signed(more).unwrap_or(question.from),
            question.until.checked_add_signed(more).unwrap_or(question.until),
        );
        let Ok(reach) = reach else { return Ok(Facts { tenant, hours, busy: Vec::new(), booked: Vec::new() }) };
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
        let now = self.clock.now();
        let live: Vec<&Booking> = bookings.iter().filter(|booking| !booking.has_lapsed(now)).collect();
        Ok(Facts { busy: busy(&live, &events), booked: starts(&live), tenant, hours })
    }
}

/// Nobody has said when the business is closed.
fn always() -> WeeklyHours {
    "mon-sun 00:00-24:00".parse().unwrap_or_default()
}

/// Pure: when appointments begin that count towards limits.
fn starts(bookings: &[&Booking]) -> Vec<DateTime<Utc>> {
    bookings.iter().filter_map(|booking| booking.hold.as_ref()).map(|hold| hold.start).collect()
}

/// Pure: our bookings as the store has them, buffers included, and of the calendar's events those that are not theirs.
fn busy(bookings: &[&Booking], events: &[Busy]) -> Vec<Interval> {
    let ours: HashSet<&str> = bookings.iter().map(|booking| booking.id.as_str()).collect();
    let is_ours = |event: &&Busy| event.booking.as_deref().is_some_and(|id| ours.contains(id));
    let held = bookings
        .iter()
        .flat_map(|booking| booking.hold.iter().chain(&booking.next))
        .filter_map(|hold| Interval::new(hold.from, hold.until).ok());
    held.chain(events.iter().filter(|event| !is_ours(event)).map(|event| event.interval)).collect()
}
