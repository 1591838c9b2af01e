use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hash;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::call::FollowUp;
use crate::id::TenantId;
use crate::message::{Lease, MessageId, MessageRecord};
use crate::number::{NumberOrder, OrderId};
use crate::relay::RelayEvent;

/// A record's key.
type Place<K> = (TenantId, K);

/// A record that workers take.
pub(super) trait Work: Clone {
    type Key: Clone + Ord + Hash;

    fn key(&self) -> Self::Key;

    fn tenant(&self) -> &TenantId;

    fn version(&mut self) -> &mut u64;

    fn lease(&mut self) -> &mut Option<Lease>;

    fn claimable_from(&self) -> Option<DateTime<Utc>>;

    fn since(&self) -> DateTime<Utc>;
}

macro_rules! work {
    ($($record:ty, $key:ty, $since:ident, |$self:ident| $id:expr;)*) => {$(
        impl Work for $record {
            type Key = $key;

            fn key(&self) -> $key {
                let $self = self;
                $id
            }

            fn tenant(&self) -> &TenantId {
                &self.tenant
            }

            fn version(&mut self) -> &mut u64 {
                &mut self.version
            }

            fn lease(&mut self) -> &mut Option<Lease> {
                &mut self.lease
            }

            fn claimable_from(&self) -> Option<DateTime<Utc>> {
                <$record>::claimable_from(self)
            }

            fn since(&self) -> DateTime<Utc> {
                self.$since
            }
        }
    )*};
}

work! {
    MessageRecord, MessageId, created_at, |message| message.id.clone();
    RelayEvent, String, not_before, |event| event.id.clone();
    NumberOrder, OrderId, created_at, |order| order.id.clone();
    FollowUp, String, created_at, |follow_up| follow_up.id();
}

/// Records, and those that are due in the order in which they are.
pub(super) struct Queue<K, R> {
    pub(super) records: BTreeMap<Place<K>, R>,
    /// By the time from which it is due, then by age, so that none waits for ever behind younger ones.
    due: BTreeSet<(DateTime<Utc>, DateTime<Utc>, Place<K>)>,
}

impl<K, R> Default for Queue<K, R> {
    fn default() -> Self {
        Self { records: BTreeMap::new(), due: BTreeSet::new() }
    }
}

impl<R: Work> Queue<R::Key, R> {
    pub(super) fn get(&self, tenant: &TenantId, key: &R::Key) -> Option<&R> {
        self.records.get(&(tenant.clone(), key.clone()))
    }

    pub(super) fn of<'a>(&'a self, tenant: &'a TenantId) -> impl Iterator<Item = &'a R> {
        self.records.values().filter(move |record| record.tenant() == tenant)
    }

    pub(super) fn is_stale(&self, record: &R) -> bool {
        let mut record = record.clone();
        let version = *record.version();
        let known = self.get(&record.tenant().clone(), &record.key()).cloned().map_or(0, |mut known| *known.version());
        version != known
    }

    pub(super) fn put(&mut self, mut record: R) {
        *record.version() += 1;
        let key = (record.tenant().clone(), record.key());
        if let Some(old) = self.records.get(&key)
            && let Some(from) = old.claimable_from()
        {
            self.due.remove(&(from, old.since(), key.clone()));
        }
        if let Some(from) = record.claimable_from() {
            self.due.insert((from, record.since(), key.clone()));
        }
        self.records.insert(key, record);
    }

    /// Puts it unless there is one of its name.
    pub(super) fn add(&mut self, mut record: R) {
        if self.get(&record.tenant().clone(), &record.key()).is_none() {
            *record.version() = 0;
            self.put(record);
        }
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
            .filter_map(|(_, _, key)| {
                let mut record = self.records.get(&key)?.clone();
                *record.lease() = Some(Lease::new(worker, until));
                self.put(record);
                Some((key.0.clone(), self.records.get(&key)?.clone()))
            })
            .collect()
    }
}
