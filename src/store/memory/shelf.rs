use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::id::TenantId;
use crate::message::Lease;
use crate::store::Backlog;
use crate::store::record::Record;

/// A record's key.
type Place = (TenantId, String);

/// Records, and those that are due in the order in which they are.
pub(super) struct Shelf<R> {
    records: BTreeMap<Place, R>,
    /// By the time from which it is due, then by age, so that none waits for ever behind younger ones.
    due: BTreeSet<(DateTime<Utc>, DateTime<Utc>, Place)>,
}

impl<R> Default for Shelf<R> {
    fn default() -> Self {
        Self { records: BTreeMap::new(), due: BTreeSet::new() }
    }
}

impl<R: Record> Shelf<R> {
    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    pub(super) fn get(&self, tenant: &TenantId, name: &str) -> Option<&R> {
        self.records.get(&(tenant.clone(), name.to_owned()))
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &R> {
        self.records.values()
    }

    pub(super) fn of<'a>(&'a self, tenant: &'a TenantId) -> impl Iterator<Item = &'a R> {
        let first = (tenant.clone(), String::new());
        self.records.range(first..).map(|(_, record)| record).take_while(move |record| record.tenant() == tenant)
    }

    /// Those that are wanted, latest first, after the one that is named.
    pub(super) fn page(
        &self,
        tenant: &TenantId,
        wanted: impl Fn(&R) -> bool,
        after: Option<&str>,
        limit: usize,
    ) -> Vec<R> {
        let place = |record: &R| (record.since(), record.name().into_owned());
        let after = match after.map(|name| self.get(tenant, name)) {
            None => None,
            Some(Some(record)) => Some(place(record)),
            Some(None) => return Vec::new(),
        };
        let comes = |record: &&R| after.as_ref().is_none_or(|after| place(record) < *after);
        let mut found: Vec<&R> = self.of(tenant).filter(|record| wanted(record)).filter(comes).collect();
        found.sort_by_key(|record| std::cmp::Reverse(place(record)));
        found.into_iter().take(limit).cloned().collect()
    }

    pub(super) fn is_stale(&self, record: &R) -> bool {
        record.version() != self.get(record.tenant(), &record.name()).map_or(0, Record::version)
    }

    pub(super) fn put(&mut self, mut record: R) {
        record.set_version(record.version() + 1);
        let place = (record.tenant().clone(), record.name().into_owned());
        self.remove(&place);
        if let Some(from) = record.due() {
            self.due.insert((from, record.since(), place.clone()));
        }
        self.records.insert(place, record);
    }

    /// Puts it unless there is one of its name.
    pub(super) fn add(&mut self, mut record: R) {
        if self.get(record.tenant(), &record.name()).is_none() {
            record.set_version(0);
            self.put(record);
        }
    }

    pub(super) fn remove(&mut self, place: &Place) {
        if let Some(old) = self.records.remove(place)
            && let Some(from) = old.due()
        {
            self.due.remove(&(from, old.since(), place.clone()));
        }
    }

    pub(super) fn backlog(&self, now: DateTime<Utc>) -> Backlog {
        let mut due = self.due.iter().take_while(|(from, ..)| *from <= now).peekable();
        let since = due.peek().map(|(from, ..)| *from);
        Backlog { kind: R::NAME, due: u64::try_from(due.count()).unwrap_or(u64::MAX), since }
    }

    pub(super) fn claim(
        &mut self,
        worker: &str,
        limit: usize,
        length: Duration,
        now: DateTime<Utc>,
    ) -> Vec<(TenantId, R)> {
        let due: Vec<_> = self.due.iter().take_while(|(from, ..)| *from <= now).take(limit).cloned().collect();
        let length = TimeDelta::from_std(length).unwrap_or(TimeDelta::MAX);
        let until = now.checked_add_signed(length).unwrap_or(DateTime::<Utc>::MAX_UTC);
        due.into_iter()
            .filter_map(|(_, _, place)| {
                let mut record = self.records.get(&place)?.clone();
                record.set_lease(Some(Lease::new(worker, until)));
                self.put(record);
                Some((place.0.clone(), self.records.get(&place)?.clone()))
            })
            .collect()
    }
}
