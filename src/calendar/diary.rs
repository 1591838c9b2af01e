use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use chrono_tz::Tz;

use super::busy::{Busy, BusyRules, Entered};
use super::change::{Change, Changed, Changes, Cursor, Patched};
use super::entry::{Entry, EntryStatus, Version};
use super::event::{Created, EventId, NewEvent};
use super::port::{Calendar, Calendars};
use crate::Error;
use crate::id::TenantId;
use crate::schedule::Interval;

/// A diary in memory: for tests, and for tenants without a calendar in a single process. Clones are the same diary.
#[derive(Clone)]
pub struct Diary {
    zone: Tz,
    rules: BusyRules,
    book: Arc<Mutex<Book>>,
}

#[derive(Default)]
struct Book {
    /// Deleted ones stay, without what was in them: their names are used up.
    pages: BTreeMap<EventId, Page>,
    /// Counts changes.
    count: u64,
    /// Cursors from before this are too old.
    oldest: u64,
}

struct Page {
    entry: Option<Entry>,
    changed: u64,
}

impl Diary {
    /// An empty diary whose days are those of a zone.
    #[must_use]
    pub fn new(zone: Tz) -> Self {
        Self { zone, rules: BusyRules::default(), book: Arc::default() }
    }

    /// With other rules of what keeps people busy.
    #[must_use]
    pub fn with_rules(mut self, rules: BusyRules) -> Self {
        self.rules = rules;
        self
    }

    /// Somebody enters an event by hand, or changes the one of this name.
    pub fn enter(&self, id: EventId, entered: Entered) {
        let interval = self.rules.time_of(entered, false, self.zone);
        self.lock().write(id.clone(), |version| Entry::new(id, version, interval));
    }

    /// Forgets what has changed so far, as a provider does after a while: older cursors bring everything.
    pub fn forget_changes(&self) {
        let mut book = self.lock();
        book.oldest = book.count + 1;
        book.count += 1;
    }

    /// All events, by name.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        self.lock().pages.values().filter_map(|page| page.entry.clone()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    fn write(&mut self, id: EventId, entry: impl FnOnce(Version) -> Entry) -> Entry {
        self.count += 1;
        let entry = entry(Version::new(self.count.to_string()));
        self.pages.insert(id, Page { entry: Some(entry.clone()), changed: self.count });
        entry
    }

    fn delete(&mut self, id: &EventId) {
        let Some(page) = self.pages.get_mut(id).filter(|page| page.entry.is_some()) else { return };
        self.count += 1;
        *page = Page { entry: None, changed: self.count };
    }
}

#[async_trait]
impl Calendar for Diary {
    async fn busy(&self, within: Interval) -> Result<Vec<Busy>, Error> {
        let busy = |entry: Entry| {
            let interval = entry.interval.filter(|interval| interval.overlaps(&within))?;
            // What is not certain may be free.
            self.rules.time_of(Entered::Timed(interval), entry.status == EntryStatus::Tentative, self.zone)?;
            Some(Busy { interval, event: Some(entry.id), booking: entry.booking })
        };
        Ok(self.entries().into_iter().filter_map(busy).collect())
    }

    async fn create(&self, event: &NewEvent) -> Result<Created, Error> {
        let mut book = self.lock();
        Ok(match book.pages.get(&event.id) {
            Some(Page { entry: Some(entry), .. }) if entry.is_of(&event.booking) => Created::Before(entry.clone()),
            Some(_) => Created::Taken,
            None => Created::Now(book.write(event.id.clone(), |version| Entry {
                status: if event.tentative { EntryStatus::Tentative } else { EntryStatus::Confirmed },
                booking: Some(event.booking.clone()),
                title: event.title.clone(),
                guests: event.guests.len(),
                ..Entry::new(event.id.clone(), version, (!event.free).then_some(event.interval))
            })),
        })
    }

    async fn event(&self, id: &EventId) -> Result<Option<Entry>, Error> {
        Ok(self.lock().pages.get(id).and_then(|page| page.entry.clone()))
    }

    async fn patch(&self, id: &EventId, version: &Version, change: &Change) -> Result<Patched, Error> {
        let mut book = self.lock();
        let Some(known) = book.pages.get(id).and_then(|page| page.entry.clone()) else { return Ok(Patched::Gone) };
        if known.version != *version {
            return Ok(Patched::Stale);
        }
        Ok(Patched::Done(book.write(id.clone(), |version| Entry {
            version,
            interval: change.interval.or(known.interval),
            status: change.status.unwrap_or(known.status),
            title: change.title.clone().or(known.title),
            guests: change.guests.as_ref().map_or(known.guests, Vec::len),
            ..known
        })))
    }

    async fn delete(&self, id: &EventId, _: bool) -> Result<(), Error> {
        self.lock().delete(id);
        Ok(())
    }

    async fn changes(&self, since: Option<&Cursor>) -> Result<Changes, Error> {
        let book = self.lock();
        let since = since.and_then(|cursor| cursor.as_str().parse::<u64>().ok());
        let since = since.filter(|since| (book.oldest..=book.count).contains(since));
        let has_changed = |page: &Page| match since {
            Some(since) => page.changed > since,
            None => page.entry.is_some(),
        };
        let events = book.pages.iter().filter(|(_, page)| has_changed(page));
        let events = events.map(|(id, page)| Changed::new(id.clone(), page.entry.clone())).collect();
        Ok(Changes::new(events, Cursor::new(book.count.to_string()), since.is_none()))
    }
}

/// Diaries of tenants, by name.
///
/// ```
/// use frontdesk::calendar::{Diaries, Diary};
///
/// let diaries = Diaries::new().with("clinic".parse()?, Diary::new(chrono_tz::Europe::Berlin));
/// # Ok::<(), frontdesk::id::InvalidTenantId>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Diaries(BTreeMap<TenantId, Arc<dyn Calendar>>);

impl Diaries {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A tenant's diary.
    #[must_use]
    pub fn with(mut self, tenant: TenantId, calendar: impl Calendar) -> Self {
        self.0.insert(tenant, Arc::new(calendar));
        self
    }
}

#[async_trait]
impl Calendars for Diaries {
    async fn calendar(&self, tenant: &TenantId) -> Result<Option<Arc<dyn Calendar>>, Error> {
        Ok(self.0.get(tenant).cloned())
    }
}

impl fmt::Debug for Diary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Diary").field("zone", &self.zone).field("events", &self.entries().len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::conformance;

    #[tokio::test]
    async fn calendar_diary_passes_the_suite() {
        let diary = Diary::new(Tz::UTC);
        let (by_hand, forgetful) = (diary.clone(), diary.clone());
        conformance::run(
            &diary,
            "2026-12-01T00:00:00Z".parse().unwrap(),
            async |id, interval| by_hand.enter(id, Entered::Timed(interval)),
            async || forgetful.forget_changes(),
        )
        .await;
    }
}
