use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use super::port::{Backstage, Store};
use super::unit::{Commit, Unit};
use crate::Error;
use crate::call::{CallQuery, CallRecord, Calls};
use crate::clock::Clock;
use crate::id::{CallSid, MessageSid, TenantId};
use crate::message::{Lease, MessageId, MessageQuery, MessageRecord, Messages};
use crate::phone::E164;
use crate::relay::RelayEvent;
use crate::secret::Private;
use crate::tenant::{Tenant, TenantLookup, Tenants};

/// How long keys of committed units are remembered: longer than any provider repeats a webhook.
const REMEMBERED: TimeDelta = TimeDelta::hours(24);

/// A [`Store`] in this process's memory: for tests, demonstrations and hosts that can afford to forget.
///
/// Clones share their contents. Records are kept until the process ends.
#[derive(Clone)]
pub struct MemoryStore {
    state: Arc<Mutex<State>>,
    clock: Arc<dyn Clock>,
}

#[derive(Default)]
struct State {
    tenants: HashMap<TenantId, Arc<Tenant>>,
    calls: BTreeMap<(TenantId, CallSid), CallRecord>,
    messages: BTreeMap<(TenantId, MessageId), MessageRecord>,
    relays: BTreeMap<(TenantId, String), RelayEvent>,
    done: HashMap<(TenantId, String), Private>,
    done_at: VecDeque<(DateTime<Utc>, (TenantId, String))>,
    failing: bool,
}

impl MemoryStore {
    /// An empty store whose leases run on this clock.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { state: Arc::default(), clock }
    }

    /// Adds or replaces a tenant.
    #[must_use]
    pub fn with_tenant(self, tenant: Tenant) -> Self {
        self.put_tenant(tenant);
        self
    }

    /// Adds or replaces a tenant.
    pub fn put_tenant(&self, tenant: Tenant) {
        self.lock().tenants.insert(tenant.id.clone(), Arc::new(tenant));
    }

    /// Makes every further operation fail as unavailable, or work again: for tests of what happens then.
    pub fn set_failing(&self, failing: bool) {
        self.lock().failing = failing;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self) -> Result<MutexGuard<'_, State>, Error> {
        let state = self.lock();
        if state.failing { Err(Error::unavailable("the store")) } else { Ok(state) }
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        f.debug_struct("MemoryStore")
            .field("tenants", &state.tenants.len())
            .field("calls", &state.calls.len())
            .field("messages", &state.messages.len())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl TenantLookup for MemoryStore {
    async fn tenant_of(&self, number: &E164) -> Result<Option<TenantId>, Error> {
        let state = self.open()?;
        Ok(state.tenants.values().find(|tenant| tenant.numbers.contains(number)).map(|tenant| tenant.id.clone()))
    }
}

#[async_trait]
impl Tenants for MemoryStore {
    async fn tenant(&self, id: &TenantId) -> Result<Option<Arc<Tenant>>, Error> {
        Ok(self.open()?.tenants.get(id).cloned())
    }
}

/// The items after the one that `is_after` names; all of them when it names none.
fn page<T: Clone>(sorted: Vec<&T>, after: impl Fn(&T) -> bool, paging: bool, limit: usize) -> Vec<T> {
    let start = if paging { sorted.iter().position(|item| after(item)).map_or(sorted.len(), |at| at + 1) } else { 0 };
    sorted.into_iter().skip(start).take(limit).cloned().collect()
}

#[async_trait]
impl Calls for MemoryStore {
    async fn call(&self, tenant: &TenantId, sid: &CallSid) -> Result<Option<CallRecord>, Error> {
        Ok(self.open()?.calls.get(&(tenant.clone(), *sid)).cloned())
    }

    async fn calls(&self, tenant: &TenantId, query: &CallQuery) -> Result<Vec<CallRecord>, Error> {
        let state = self.open()?;
        let mut calls: Vec<_> = state.calls.values().filter(|call| call.tenant == *tenant).collect();
        calls.sort_by(|a, b| b.started_at.cmp(&a.started_at).then_with(|| b.sid.cmp(&a.sid)));
        Ok(page(calls, |call| Some(call.sid) == query.after, query.after.is_some(), query.limit))
    }
}

#[async_trait]
impl Messages for MemoryStore {
    async fn message(&self, tenant: &TenantId, id: &MessageId) -> Result<Option<MessageRecord>, Error> {
        Ok(self.open()?.messages.get(&(tenant.clone(), id.clone())).cloned())
    }

    async fn message_by_sid(&self, tenant: &TenantId, sid: &MessageSid) -> Result<Option<MessageRecord>, Error> {
        let state = self.open()?;
        Ok(state.messages.values().find(|message| message.tenant == *tenant && message.sid == Some(*sid)).cloned())
    }

    async fn messages(&self, tenant: &TenantId, query: &MessageQuery) -> Result<Vec<MessageRecord>, Error> {
        let state = self.open()?;
        let with = |message: &&MessageRecord| {
            query.with.as_ref().is_none_or(|with| message.from == *with || message.to == *with)
        };
        let mut messages: Vec<_> =
            state.messages.values().filter(|message| message.tenant == *tenant).filter(with).collect();
        messages.sort_by(|a, b| b.created_at.cmp(&a.created_at).then_with(|| b.id.cmp(&a.id)));
        Ok(page(messages, |message| Some(&message.id) == query.after.as_ref(), query.after.is_some(), query.limit))
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn commit(&self, tenant: &TenantId, unit: Unit) -> Result<Commit, Error> {
        let now = self.clock.now();
        let mut state = self.open()?;
        let foreign = unit.calls.iter().any(|call| call.tenant != *tenant)
            || unit.messages.iter().chain(&unit.enqueued).any(|message| message.tenant != *tenant)
            || unit.relays.iter().chain(&unit.announced).any(|event| event.tenant != *tenant);
        if foreign {
            return Err(Error::refused("writing another tenant's record"));
        }
        if let Some((key, _)) = &unit.once
            && let Some(answer) = state.done.get(&(tenant.clone(), key.clone()))
        {
            return Ok(Commit::Duplicate { answer: answer.clone() });
        }
        let key = |id: &str| (tenant.clone(), id.to_owned());
        let stale =
            unit.calls.iter().any(|call| {
                call.version != state.calls.get(&(tenant.clone(), call.sid)).map_or(0, |known| known.version)
            }) || unit.messages.iter().any(|message| {
                message.version
                    != state.messages.get(&(tenant.clone(), message.id.clone())).map_or(0, |known| known.version)
            }) || unit
                .relays
                .iter()
                .any(|event| event.version != state.relays.get(&key(&event.id)).map_or(0, |known| known.version));
        if stale {
            return Ok(Commit::Stale);
        }
        if let Some((once, answer)) = unit.once {
            state.remember((tenant.clone(), once), answer, now);
        }
        for mut call in unit.calls {
            call.version += 1;
            state.calls.insert((tenant.clone(), call.sid), call);
        }
        for mut message in unit.messages {
            message.version += 1;
            state.messages.insert((tenant.clone(), message.id.clone()), message);
        }
        for mut message in unit.enqueued {
            message.version = 1;
            state.messages.entry((tenant.clone(), message.id.clone())).or_insert(message);
        }
        for mut event in unit.relays {
            event.version += 1;
            state.relays.insert(key(&event.id), event);
        }
        for mut event in unit.announced {
            event.version = 1;
            state.relays.entry(key(&event.id)).or_insert(event);
        }
        Ok(Commit::Applied)
    }
}

impl State {
    fn remember(&mut self, key: (TenantId, String), answer: Private, now: DateTime<Utc>) {
        while self.done_at.front().is_some_and(|(at, _)| *at + REMEMBERED < now) {
            if let Some((_, old)) = self.done_at.pop_front() {
                self.done.remove(&old);
            }
        }
        self.done_at.push_back((now, key.clone()));
        self.done.insert(key, answer);
    }
}

fn lease(worker: &str, now: DateTime<Utc>, length: Duration) -> Lease {
    let length = TimeDelta::from_std(length).unwrap_or(TimeDelta::MAX);
    Lease::new(worker, now.checked_add_signed(length).unwrap_or(DateTime::<Utc>::MAX_UTC))
}

#[async_trait]
impl Backstage for MemoryStore {
    async fn claim_messages(
        &self,
        worker: &str,
        limit: usize,
        length: Duration,
    ) -> Result<Vec<(TenantId, MessageRecord)>, Error> {
        let now = self.clock.now();
        let mut state = self.open()?;
        let mut due: Vec<_> = state.messages.values_mut().filter(|message| message.is_claimable(now)).collect();
        due.sort_by_key(|message| message.not_before);
        Ok(due
            .into_iter()
            .take(limit)
            .map(|message| {
                message.lease = Some(lease(worker, now, length));
                message.version += 1;
                (message.tenant.clone(), message.clone())
            })
            .collect())
    }

    async fn claim_relays(
        &self,
        worker: &str,
        limit: usize,
        length: Duration,
    ) -> Result<Vec<(TenantId, RelayEvent)>, Error> {
        let now = self.clock.now();
        let mut state = self.open()?;
        let mut due: Vec<_> = state.relays.values_mut().filter(|event| event.is_claimable(now)).collect();
        due.sort_by_key(|event| event.not_before);
        Ok(due
            .into_iter()
            .take(limit)
            .map(|event| {
                event.lease = Some(lease(worker, now, length));
                event.version += 1;
                (event.tenant.clone(), event.clone())
            })
            .collect())
    }

    async fn ping(&self) -> Result<(), Error> {
        self.open().map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Direction;
    use crate::clock::ManualClock;
    use crate::message::MessageKind;

    fn tenant(name: &str) -> TenantId {
        TenantId::new(name).unwrap()
    }

    fn call(name: &str) -> CallRecord {
        let sid = "CA0123456789abcdef0123456789abcdef".parse().unwrap();
        CallRecord::begin(
            tenant(name),
            sid,
            Direction::Inbound,
            "client:a".into(),
            "client:b".into(),
            DateTime::UNIX_EPOCH,
        )
    }

    fn text(name: &str, id: &str) -> MessageRecord {
        MessageRecord::outbound(
            tenant(name),
            id.parse().unwrap(),
            MessageKind::Direct,
            "client:a".into(),
            "client:b".into(),
            "hi".into(),
            DateTime::UNIX_EPOCH,
        )
    }

    fn store() -> (MemoryStore, ManualClock) {
        let clock = ManualClock::at(DateTime::UNIX_EPOCH);
        (MemoryStore::new(Arc::new(clock.clone())), clock)
    }

    #[tokio::test]
    async fn a_unit_is_all_or_nothing() {
        let (store, _) = store();
        let a = tenant("a");
        assert_eq!(store.commit(&a, Unit::new().save_call(call("a"))).await.unwrap(), Commit::Applied);
        let stale = Unit::new().once("k", "x").enqueue(text("a", "1")).save_call(call("a"));
        assert_eq!(store.commit(&a, stale).await.unwrap(), Commit::Stale);
        assert!(store.message(&a, &"1".parse().unwrap()).await.unwrap().is_none());
        let again = Unit::new().once("k", "y").enqueue(text("a", "1"));
        assert_eq!(store.commit(&a, again).await.unwrap(), Commit::Applied);
        let duplicate = Unit::new().once("k", "z").enqueue(text("a", "2"));
        assert_eq!(store.commit(&a, duplicate).await.unwrap(), Commit::Duplicate { answer: "y".into() });
        assert!(store.message(&a, &"2".parse().unwrap()).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn a_text_that_is_enqueued_twice_is_the_first() {
        let (store, _) = store();
        let a = tenant("a");
        store.commit(&a, Unit::new().enqueue(text("a", "1"))).await.unwrap();
        let mut second = text("a", "1");
        second.body = "other".into();
        store.commit(&a, Unit::new().enqueue(second)).await.unwrap();
        assert_eq!(store.message(&a, &"1".parse().unwrap()).await.unwrap().unwrap().body, "hi");
    }

    #[tokio::test]
    async fn tenants_do_not_see_one_another() {
        let (store, _) = store();
        let (a, b) = (tenant("a"), tenant("b"));
        store.commit(&a, Unit::new().save_call(call("a")).enqueue(text("a", "1"))).await.unwrap();
        assert!(store.call(&b, &call("a").sid).await.unwrap().is_none());
        assert!(store.message(&b, &"1".parse().unwrap()).await.unwrap().is_none());
        assert!(store.calls(&b, &CallQuery::default()).await.unwrap().is_empty());
        assert!(store.commit(&b, Unit::new().save_call(call("a"))).await.unwrap_err().is_permanent());
    }

    #[tokio::test]
    async fn what_is_claimed_is_nobody_elses_until_the_lease_ends() {
        let (store, clock) = store();
        store.commit(&tenant("a"), Unit::new().enqueue(text("a", "1"))).await.unwrap();
        let lease = Duration::from_secs(30);
        assert_eq!(store.claim_messages("w1", 10, lease).await.unwrap().len(), 1);
        assert!(store.claim_messages("w2", 10, lease).await.unwrap().is_empty());
        clock.advance(lease);
        assert_eq!(store.claim_messages("w2", 10, lease).await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn keys_are_forgotten_after_a_day() {
        let (store, clock) = store();
        let a = tenant("a");
        store.commit(&a, Unit::new().once("k", "x")).await.unwrap();
        clock.advance(Duration::from_secs(25 * 3600));
        store.commit(&a, Unit::new().once("other", "x")).await.unwrap();
        assert_eq!(store.commit(&a, Unit::new().once("k", "x")).await.unwrap(), Commit::Applied);
    }

    #[tokio::test]
    async fn pages_follow_one_another() {
        let (store, _) = store();
        let a = tenant("a");
        for id in ["1", "2", "3"] {
            store.commit(&a, Unit::new().enqueue(text("a", id))).await.unwrap();
        }
        let read = |after: Option<&str>| {
            let query = MessageQuery { limit: 2, after: after.map(|id| id.parse().unwrap()), with: None };
            let (store, a) = (store.clone(), a.clone());
            async move { store.messages(&a, &query).await.unwrap().iter().map(|m| m.id.to_string()).collect::<Vec<_>>() }
        };
        assert_eq!(read(None).await, ["3", "2"]);
        assert_eq!(read(Some("2")).await, ["1"]);
        assert!(read(Some("gone")).await.is_empty());
    }
}
