mod holds;
mod shelf;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::port::{Backlog, Backstage, REMEMBERED, Store};
use super::unit::{Commit, Unit};
use crate::Error;
use crate::address::Address;
use crate::booking::{Booking, BookingId, BookingQuery, Bookings, Held, HoldRequest};
use crate::call::{CallQuery, CallRecord, Calls, FollowUp, FollowUps};
use crate::clock::Clock;
use crate::id::{CallSid, MessageSid, NotificationId, TenantId, TranscriptSid};
use crate::message::{
    Allowance, Consent, Consents, Counters, MessageCounts, MessageId, MessageQuery, MessageRecord, Messages, Spent,
    spend_all,
};
use crate::notification::{AppointmentId, AppointmentRecord, Notification, NotificationQuery, Notifications};
use crate::number::{NumberOrder, Numbers, OrderId};
use crate::phone::E164;
use crate::relay::RelayEvent;
use crate::secret::Private;
use crate::tenant::{Block, Blocks, Tenant, TenantLookup, Tenants};
use crate::token::{PendingConsent, Token, Tokens};
use shelf::Shelf;

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
    tenants: BTreeMap<TenantId, Arc<Tenant>>,
    /// Numbers that were given to tenants, whose settings may be kept elsewhere.
    owners: HashMap<E164, TenantId>,
    calls: Shelf<CallRecord>,
    call_transcripts: HashMap<(TenantId, TranscriptSid), String>,
    messages: Shelf<MessageRecord>,
    sids: HashMap<(TenantId, MessageSid), MessageId>,
    relays: Shelf<RelayEvent>,
    orders: Shelf<NumberOrder>,
    follow_ups: Shelf<FollowUp>,
    transcripts: HashMap<TranscriptSid, (TenantId, String)>,
    bookings: Shelf<Booking>,
    appointments: Shelf<AppointmentRecord>,
    notifications: Shelf<Notification>,
    tokens: Shelf<Token>,
    asked: HashMap<String, PendingConsent>,
    consents: HashMap<(TenantId, String, String), Consent>,
    blocks: HashMap<(TenantId, String), Block>,
    counters: HashMap<(TenantId, String), DateTime<Utc>>,
    done: HashMap<(TenantId, String), Private>,
    done_at: VecDeque<(DateTime<Utc>, (TenantId, String))>,
    failing: bool,
    read_only: bool,
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
    pub fn put_tenant(&self, mut tenant: Tenant) {
        let mut state = self.lock();
        tenant.version = state.tenants.get(&tenant.id).map_or(0, |known| known.version) + 1;
        state.tenants.insert(tenant.id.clone(), Arc::new(tenant));
    }

    /// Makes every further operation fail as unavailable, or work again: for tests of what happens then.
    pub fn set_failing(&self, failing: bool) {
        self.lock().failing = failing;
    }

    /// Makes every further write fail as unavailable, or work again.
    pub fn set_read_only(&self, read_only: bool) {
        self.lock().read_only = read_only;
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
        let by_settings = || state.tenants.values().find(|tenant| tenant.numbers.contains(number));
        Ok(state.owners.get(number).cloned().or_else(|| by_settings().map(|tenant| tenant.id.clone())))
    }
}

#[async_trait]
impl Tenants for MemoryStore {
    async fn tenant(&self, id: &TenantId) -> Result<Option<Arc<Tenant>>, Error> {
        Ok(self.open()?.tenants.get(id).cloned())
    }
}

#[async_trait]
impl Calls for MemoryStore {
    async fn call(&self, tenant: &TenantId, sid: &CallSid) -> Result<Option<CallRecord>, Error> {
        Ok(self.open()?.calls.get(tenant, sid.as_str()).cloned())
    }

    async fn call_by_transcript(&self, tenant: &TenantId, sid: &TranscriptSid) -> Result<Option<CallRecord>, Error> {
        let state = self.open()?;
        let name = state.call_transcripts.get(&(tenant.clone(), *sid));
        Ok(name.and_then(|name| state.calls.get(tenant, name)).cloned())
    }

    async fn calls(&self, tenant: &TenantId, query: &CallQuery) -> Result<Vec<CallRecord>, Error> {
        let after = query.after.as_ref().map(CallSid::as_str);
        Ok(self.open()?.calls.page(tenant, |call| query.matches(call), after, query.limit))
    }
}

#[async_trait]
impl Messages for MemoryStore {
    async fn message(&self, tenant: &TenantId, id: &MessageId) -> Result<Option<MessageRecord>, Error> {
        Ok(self.open()?.messages.get(tenant, id.as_str()).cloned())
    }

    async fn message_by_sid(&self, tenant: &TenantId, sid: &MessageSid) -> Result<Option<MessageRecord>, Error> {
        let state = self.open()?;
        let id = state.sids.get(&(tenant.clone(), *sid));
        Ok(id.and_then(|id| state.messages.get(tenant, id.as_str())).cloned())
    }

    async fn messages(&self, tenant: &TenantId, query: &MessageQuery) -> Result<Vec<MessageRecord>, Error> {
        let after = query.after.as_ref().map(MessageId::as_str);
        Ok(self.open()?.messages.page(tenant, |message| query.matches(message), after, query.limit))
    }

    async fn message_counts(&self, tenant: &TenantId) -> Result<MessageCounts, Error> {
        let state = self.open()?;
        let mut counts = MessageCounts::new();
        for message in state.messages.of(tenant) {
            *counts.entry(message.delivery.status).or_default() += 1;
        }
        Ok(counts)
    }
}

#[async_trait]
impl Bookings for MemoryStore {
    async fn hold(&self, tenant: &TenantId, request: &HoldRequest) -> Result<Held, Error> {
        let now = self.clock.now();
        holds::hold(&mut self.open()?.bookings, tenant, request, now)
    }

    async fn booking(&self, tenant: &TenantId, id: &BookingId) -> Result<Option<Booking>, Error> {
        Ok(self.open()?.bookings.get(tenant, id.as_str()).cloned())
    }

    async fn bookings(&self, tenant: &TenantId, query: &BookingQuery) -> Result<Vec<Booking>, Error> {
        let state = self.open()?;
        let mut found: Vec<_> =
            state.bookings.of(tenant).filter_map(|booking| Some((query.first_of(booking)?, booking))).collect();
        found.sort_by(|(a, one), (b, other)| a.cmp(b).then_with(|| one.id.cmp(&other.id)));
        Ok(found.into_iter().take(query.limit).map(|(_, booking)| booking.clone()).collect())
    }
}

#[async_trait]
impl Tokens for MemoryStore {
    async fn token(&self, tenant: &TenantId, provider: &str, account: &str) -> Result<Option<Token>, Error> {
        Ok(self.open()?.tokens.get(tenant, &Token::name(provider, account)).cloned())
    }

    async fn tokens(&self, tenant: &TenantId) -> Result<Vec<Token>, Error> {
        Ok(self.open()?.tokens.of(tenant).cloned().collect())
    }
}

#[async_trait]
impl Blocks for MemoryStore {
    async fn block(&self, tenant: &TenantId, address: &Address) -> Result<Option<Block>, Error> {
        Ok(self.open()?.blocks.get(&(tenant.clone(), address.to_wire())).cloned())
    }

    async fn blocks(&self, tenant: &TenantId, limit: usize) -> Result<Vec<Block>, Error> {
        let state = self.open()?;
        let mut blocks: Vec<_> = state.blocks.values().filter(|block| block.tenant == *tenant).collect();
        blocks.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.address.to_wire().cmp(&b.address.to_wire())));
        Ok(blocks.into_iter().take(limit).cloned().collect())
    }
}

#[async_trait]
impl Consents for MemoryStore {
    async fn consent(
        &self,
        tenant: &TenantId,
        sender: &Address,
        recipient: &Address,
    ) -> Result<Option<Consent>, Error> {
        Ok(self.open()?.consents.get(&(tenant.clone(), sender.to_wire(), recipient.to_wire())).cloned())
    }

    async fn opted_out_among(&self, tenant: &TenantId, pairs: &[(Address, Address)]) -> Result<Vec<Consent>, Error> {
        let state = self.open()?;
        let known = pairs.iter().filter_map(|(sender, recipient)| {
            state.consents.get(&(tenant.clone(), sender.to_wire(), recipient.to_wire()))
        });
        Ok(known.filter(|consent| consent.opted_out).cloned().collect())
    }

    async fn opted_out(&self, tenant: &TenantId, limit: usize) -> Result<Vec<Consent>, Error> {
        let state = self.open()?;
        let mut out: Vec<_> =
            state.consents.values().filter(|consent| consent.tenant == *tenant && consent.opted_out).collect();
        let place = |consent: &Consent| (consent.sender.to_wire(), consent.recipient.to_wire());
        out.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| place(a).cmp(&place(b))));
        Ok(out.into_iter().take(limit).cloned().collect())
    }
}

#[async_trait]
impl Counters for MemoryStore {
    async fn spend(&self, tenant: &TenantId, wanted: &[(Allowance, u32)]) -> Result<Spent, Error> {
        let now = self.clock.now();
        let mut state = self.open()?;
        let known = |(allowance, _): &(Allowance, u32)| {
            let whole = state.counters.get(&(tenant.clone(), allowance.key.clone()))?;
            Some((allowance.key.clone(), *whole))
        };
        let mut kept = wanted.iter().filter_map(known).collect();
        let spent = spend_all(wanted, &mut kept, now);
        if spent != Spent::Granted {
            return Ok(spent);
        }
        // What is whole again is as good as never counted.
        if state.counters.len() > 10_000 {
            state.counters.retain(|_, kept| *kept > now);
        }
        state.counters.extend(kept.into_iter().map(|(key, whole)| ((tenant.clone(), key), whole)));
        Ok(spent)
    }
}

#[async_trait]
impl Notifications for MemoryStore {
    async fn notification(&self, tenant: &TenantId, id: &NotificationId) -> Result<Option<Notification>, Error> {
        Ok(self.open()?.notifications.get(tenant, id.as_str()).cloned())
    }

    async fn notifications(&self, tenant: &TenantId, query: &NotificationQuery) -> Result<Vec<Notification>, Error> {
        let after = query.after.as_ref().map(NotificationId::as_str);
        Ok(self.open()?.notifications.page(tenant, |one| query.matches(one), after, query.limit))
    }

    async fn appointment(&self, tenant: &TenantId, id: &AppointmentId) -> Result<Option<AppointmentRecord>, Error> {
        Ok(self.open()?.appointments.get(tenant, id.as_str()).cloned())
    }
}

#[async_trait]
impl Numbers for MemoryStore {
    async fn order(&self, tenant: &TenantId, id: &OrderId) -> Result<Option<NumberOrder>, Error> {
        Ok(self.open()?.orders.get(tenant, id.as_str()).cloned())
    }

    async fn orders(&self, tenant: &TenantId) -> Result<Vec<NumberOrder>, Error> {
        Ok(self.open()?.orders.page(tenant, |_| true, None, usize::MAX))
    }
}

#[async_trait]
impl FollowUps for MemoryStore {
    async fn follow_up(&self, tenant: &TenantId, id: &str) -> Result<Option<FollowUp>, Error> {
        Ok(self.open()?.follow_ups.get(tenant, id).cloned())
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn commit(&self, tenant: &TenantId, unit: Unit) -> Result<Commit, Error> {
        let now = self.clock.now();
        let mut state = self.open()?;
        if state.read_only {
            return Err(Error::unavailable("the store"));
        }
        if unit.is_foreign(tenant) {
            return Err(Error::refused("writing another tenant's record"));
        }
        state.forget(now);
        if let Some((key, _)) = &unit.once
            && let Some(answer) = state.done.get(&(tenant.clone(), key.clone()))
        {
            return Ok(Commit::Duplicate { answer: answer.clone() });
        }
        if state.is_stale(tenant, &unit) {
            return Ok(Commit::Stale);
        }
        let theirs = |number: &E164| {
            state.owners.get(number).is_some_and(|owner| owner != tenant)
                || state.tenants.values().any(|other| other.id != *tenant && other.numbers.contains(number))
        };
        let first = unit.tenants.iter().filter(|tenant| tenant.version == 0).flat_map(|tenant| &tenant.numbers);
        if unit.attached.iter().chain(first).any(theirs) {
            return Err(Error::refused("giving a tenant a number that is another's"));
        }
        state.apply(tenant, unit, now);
        Ok(Commit::Applied)
    }
}

impl State {
    fn is_stale(&self, tenant: &TenantId, unit: &Unit) -> bool {
        unit.calls.iter().any(|call| self.calls.is_stale(call))
            || unit.messages.iter().any(|message| self.messages.is_stale(message) || self.is_anothers(tenant, message))
            || unit.relays.iter().any(|event| self.relays.is_stale(event))
            || unit.orders.iter().any(|order| self.orders.is_stale(order))
            || unit.follow_ups.iter().any(|follow_up| self.follow_ups.is_stale(follow_up))
            || unit.appointments.iter().any(|record| self.appointments.is_stale(record))
            || unit.notifications.iter().any(|notification| self.notifications.is_stale(notification))
            || unit.tokens.iter().any(|token| self.tokens.is_stale(token))
            // Only a hold makes a booking.
            || unit.bookings.iter().any(|booking| booking.version == 0 || self.bookings.is_stale(booking))
            || unit
                .tenants
                .iter()
                .any(|tenant| tenant.version != self.tenants.get(&tenant.id).map_or(0, |known| known.version))
    }

    /// True when the provider's name for a text is that of another text of the tenant's.
    fn is_anothers(&self, tenant: &TenantId, message: &MessageRecord) -> bool {
        let known = message.sid.and_then(|sid| self.sids.get(&(tenant.clone(), sid)));
        known.is_some_and(|id| *id != message.id)
    }

    /// Nothing in here can fail: a unit is done whole.
    fn apply(&mut self, tenant: &TenantId, unit: Unit, now: DateTime<Utc>) {
        if let Some((once, answer)) = unit.once {
            self.done_at.push_back((now, (tenant.clone(), once.clone())));
            self.done.insert((tenant.clone(), once), answer);
        }
        for mut settings in unit.tenants {
            if let Some(known) = self.tenants.get(tenant) {
                settings.numbers.clone_from(&known.numbers);
            }
            settings.version += 1;
            self.tenants.insert(tenant.clone(), Arc::new(settings));
        }
        for call in unit.calls {
            if let Some(transcript) = call.transcript_sid {
                self.call_transcripts.insert((tenant.clone(), transcript), call.sid.as_str().to_owned());
            }
            self.calls.put(call);
        }
        for message in unit.messages.iter().chain(&unit.enqueued) {
            if let Some(sid) = message.sid {
                self.sids.entry((tenant.clone(), sid)).or_insert_with(|| message.id.clone());
            }
        }
        unit.messages.into_iter().for_each(|message| self.messages.put(message));
        unit.enqueued.into_iter().for_each(|message| self.messages.add(message));
        for consent in unit.consents {
            let key = (tenant.clone(), consent.sender.to_wire(), consent.recipient.to_wire());
            // An opt-out always holds; asking for texts again only if it came later than that.
            if consent.opted_out || self.consents.get(&key).is_none_or(|known| known.at <= consent.at) {
                self.consents.insert(key, consent);
            }
        }
        for block in unit.blocked {
            self.blocks.insert((tenant.clone(), block.address.to_wire()), block);
        }
        for address in unit.unblocked {
            self.blocks.remove(&(tenant.clone(), address.to_wire()));
        }
        unit.orders.into_iter().for_each(|order| self.orders.put(order));
        unit.ordered.into_iter().for_each(|order| self.orders.add(order));
        self.owners.retain(|number, owner| owner != tenant || !unit.detached.contains(number));
        self.owners.extend(unit.attached.iter().map(|number| (*number, tenant.clone())));
        // A tenant whose settings are kept elsewhere gets none here.
        if let Some(known) = self.tenants.get_mut(tenant)
            && (!unit.attached.is_empty() || !unit.detached.is_empty())
        {
            let settings = Arc::make_mut(known);
            settings.numbers.retain(|number| !unit.detached.contains(number) && !unit.attached.contains(number));
            settings.numbers.extend(unit.attached);
        }
        for follow_up in unit.follow_ups.iter().chain(&unit.followed_up) {
            if let Some(transcript) = follow_up.transcript {
                self.transcripts.insert(transcript, (tenant.clone(), follow_up.id()));
            }
        }
        unit.follow_ups.into_iter().for_each(|follow_up| self.follow_ups.put(follow_up));
        unit.followed_up.into_iter().for_each(|follow_up| self.follow_ups.add(follow_up));
        unit.relays.into_iter().for_each(|event| self.relays.put(event));
        unit.announced.into_iter().for_each(|event| self.relays.add(event));
        unit.bookings.into_iter().for_each(|booking| self.bookings.put(booking));
        unit.appointments.into_iter().for_each(|record| self.appointments.put(record));
        unit.notifications.into_iter().for_each(|notification| self.notifications.put(notification));
        unit.notified.into_iter().for_each(|notification| self.notifications.add(notification));
        unit.tokens.into_iter().for_each(|token| self.tokens.put(token));
        for (provider, account) in unit.forgotten {
            self.tokens.remove(&(tenant.clone(), Token::name(&provider, &account)));
        }
        self.asked.extend(unit.asked.into_iter().map(|consent| (consent.digest.clone(), consent)));
    }

    /// Forgets the keys that are old enough.
    fn forget(&mut self, now: DateTime<Utc>) -> u64 {
        let mut forgotten = 0;
        while self.done_at.front().is_some_and(|(at, _)| *at + REMEMBERED < now) {
            if let Some((_, old)) = self.done_at.pop_front() {
                self.done.remove(&old);
                forgotten += 1;
            }
        }
        forgotten
    }
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
        Ok(self.open()?.messages.claim(worker, limit, length, now))
    }

    async fn claim_relays(
        &self,
        worker: &str,
        limit: usize,
        length: Duration,
    ) -> Result<Vec<(TenantId, RelayEvent)>, Error> {
        let now = self.clock.now();
        Ok(self.open()?.relays.claim(worker, limit, length, now))
    }

    async fn claim_orders(
        &self,
        worker: &str,
        limit: usize,
        length: Duration,
    ) -> Result<Vec<(TenantId, NumberOrder)>, Error> {
        let now = self.clock.now();
        Ok(self.open()?.orders.claim(worker, limit, length, now))
    }

    async fn claim_follow_ups(
        &self,
        worker: &str,
        limit: usize,
        length: Duration,
    ) -> Result<Vec<(TenantId, FollowUp)>, Error> {
        let now = self.clock.now();
        Ok(self.open()?.follow_ups.claim(worker, limit, length, now))
    }

    async fn claim_bookings(
        &self,
        worker: &str,
        limit: usize,
        length: Duration,
    ) -> Result<Vec<(TenantId, Booking)>, Error> {
        let now = self.clock.now();
        Ok(self.open()?.bookings.claim(worker, limit, length, now))
    }

    async fn claim_notifications(
        &self,
        worker: &str,
        limit: usize,
        length: Duration,
    ) -> Result<Vec<(TenantId, Notification)>, Error> {
        let now = self.clock.now();
        Ok(self.open()?.notifications.claim(worker, limit, length, now))
    }

    async fn follow_up_of(&self, transcript: &TranscriptSid) -> Result<Option<(TenantId, FollowUp)>, Error> {
        let state = self.open()?;
        let Some((tenant, id)) = state.transcripts.get(transcript) else { return Ok(None) };
        Ok(state.follow_ups.get(tenant, id).map(|follow_up| (tenant.clone(), follow_up.clone())))
    }

    async fn take_consent(&self, digest: &str) -> Result<Option<PendingConsent>, Error> {
        let now = self.clock.now();
        Ok(self.open()?.asked.remove(digest).filter(|consent| consent.expires_at > now))
    }

    async fn all_tenants(&self, after: Option<&TenantId>, limit: usize) -> Result<Vec<Arc<Tenant>>, Error> {
        let state = self.open()?;
        let tenants = state.tenants.values().filter(|tenant| after.is_none_or(|after| tenant.id > *after));
        Ok(tenants.take(limit).cloned().collect())
    }

    async fn all_tokens(&self, after: Option<(&TenantId, &str, &str)>, limit: usize) -> Result<Vec<Token>, Error> {
        let state = self.open()?;
        let after = after.map(|(tenant, provider, account)| (tenant, Token::name(provider, account)));
        let comes = |token: &&Token| {
            let name = || Token::name(&token.provider, &token.account);
            after.as_ref().is_none_or(|(tenant, last)| (&token.tenant, &name()) > (*tenant, last))
        };
        Ok(state.tokens.all().filter(comes).take(limit).cloned().collect())
    }

    async fn backlog(&self) -> Result<Vec<Backlog>, Error> {
        let now = self.clock.now();
        let state = self.open()?;
        Ok(vec![
            state.messages.backlog(now),
            state.relays.backlog(now),
            state.orders.backlog(now),
            state.follow_ups.backlog(now),
            state.bookings.backlog(now),
            state.notifications.backlog(now),
        ])
    }

    async fn sweep(&self) -> Result<u64, Error> {
        let now = self.clock.now();
        let mut state = self.open()?;
        let before = state.counters.len() + state.asked.len();
        state.counters.retain(|_, kept| *kept > now);
        state.asked.retain(|_, consent| consent.expires_at > now);
        let removed = before - state.counters.len() - state.asked.len();
        Ok(state.forget(now) + u64::try_from(removed).unwrap_or(u64::MAX))
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
            let query =
                MessageQuery { limit: 2, after: after.map(|id| id.parse().unwrap()), ..MessageQuery::default() };
            let (store, a) = (store.clone(), a.clone());
            async move { store.messages(&a, &query).await.unwrap().iter().map(|m| m.id.to_string()).collect::<Vec<_>>() }
        };
        assert_eq!(read(None).await, ["3", "2"]);
        assert_eq!(read(Some("2")).await, ["1"]);
        assert!(read(Some("gone")).await.is_empty());
    }
}
