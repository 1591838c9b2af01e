use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::event::news;
use super::hub::Feed;
use crate::Error;
use crate::address::Address;
use crate::availability::Ledger;
use crate::booking::{Booking, BookingId, BookingQuery, Bookings, Held, HoldRequest};
use crate::call::{CallQuery, CallRecord, Calls, FollowUp, FollowUps};
use crate::id::{CallSid, MessageSid, NotificationId, TenantId, TranscriptSid};
use crate::message::{
    Allowance, Consent, Consents, Counters, MessageCounts, MessageId, MessageQuery, MessageRecord, Messages, Spent,
};
use crate::notification::{AppointmentId, AppointmentRecord, Notification, NotificationQuery, Notifications};
use crate::number::{NumberOrder, Numbers, OrderId};
use crate::phone::E164;
use crate::relay::RelayEvent;
use crate::store::{Backlog, Backstage, Commit, Store, Unit};
use crate::tenant::{Block, Blocks, Tenant, TenantLookup, Tenants};
use crate::token::{PendingConsent, Token, Tokens};

/// A store that tells a [`Feed`] of what is written to it, and a lookup of the numbers that change hands.
#[derive(Debug, Clone)]
pub struct Watched {
    inner: Arc<dyn Store>,
    feed: Feed,
    lookup: Option<Arc<dyn TenantLookup>>,
    ledger: Option<Ledger>,
}

impl Watched {
    /// A store whose writes a feed tells of.
    #[must_use]
    pub fn new(inner: Arc<dyn Store>, feed: Feed) -> Self {
        Self { inner, feed, lookup: None, ledger: None }
    }

    /// A lookup that remembers whose numbers are, and is told when that changes.
    #[must_use]
    pub fn with_lookup(mut self, lookup: Arc<dyn TenantLookup>) -> Self {
        self.lookup = Some(lookup);
        self
    }
}

impl Watched {
    /// What is remembered of calendars is forgotten where a booking is written.
    pub(crate) fn with_ledger(mut self, ledger: Ledger) -> Self {
        self.ledger = Some(ledger);
        self
    }
}

#[async_trait]
impl Store for Watched {
    async fn commit(&self, tenant: &TenantId, unit: Unit) -> Result<Commit, Error> {
        let news = news(tenant, &unit);
        let mut numbers: Vec<E164> = unit.attached.iter().chain(&unit.detached).copied().collect();
        numbers.extend(unit.tenants.iter().filter(|tenant| tenant.version == 0).flat_map(|tenant| &tenant.numbers));
        // Settings say which calendar it is, and what of it counts.
        let books = !unit.bookings.is_empty() || !unit.tenants.is_empty();
        let commit = self.inner.commit(tenant, unit).await;
        // Also where nobody knows whether it was done.
        if let Some(ledger) = self.ledger.as_ref().filter(|_| books) {
            ledger.forget(tenant);
        }
        let commit = commit?;
        if commit == Commit::Applied {
            self.feed.tell(news);
            if let Some(lookup) = &self.lookup {
                for number in &numbers {
                    lookup.forget(number).await;
                }
            }
        }
        Ok(commit)
    }
}

/// Hands everything else on.
macro_rules! hand_on {
    ($($port:ident { $(async fn $name:ident(&self $(, $given:ident: $type:ty)*) -> $answer:ty;)* })*) => {$(
        #[async_trait]
        impl $port for Watched {
            $(async fn $name(&self $(, $given: $type)*) -> Result<$answer, Error> {
                self.inner.$name($($given),*).await
            })*
        }
    )*};
}

hand_on! {
    TenantLookup {
        async fn tenant_of(&self, number: &E164) -> Option<TenantId>;
    }
    Tenants {
        async fn tenant(&self, id: &TenantId) -> Option<Arc<Tenant>>;
    }
    Blocks {
        async fn block(&self, tenant: &TenantId, address: &Address) -> Option<Block>;
        async fn blocks(&self, tenant: &TenantId, limit: usize) -> Vec<Block>;
    }
    Bookings {
        async fn hold(&self, tenant: &TenantId, request: &HoldRequest) -> Held;
        async fn booking(&self, tenant: &TenantId, id: &BookingId) -> Option<Booking>;
        async fn bookings(&self, tenant: &TenantId, query: &BookingQuery) -> Vec<Booking>;
    }
    Calls {
        async fn call(&self, tenant: &TenantId, sid: &CallSid) -> Option<CallRecord>;
        async fn call_by_transcript(&self, tenant: &TenantId, sid: &TranscriptSid) -> Option<CallRecord>;
        async fn calls(&self, tenant: &TenantId, query: &CallQuery) -> Vec<CallRecord>;
    }
    Consents {
        async fn consent(&self, tenant: &TenantId, sender: &Address, recipient: &Address) -> Option<Consent>;
        async fn opted_out_among(&self, tenant: &TenantId, pairs: &[(Address, Address)]) -> Vec<Consent>;
        async fn opted_out(&self, tenant: &TenantId, limit: usize) -> Vec<Consent>;
    }
    Counters {
        async fn spend(&self, tenant: &TenantId, wanted: &[(Allowance, u32)]) -> Spent;
    }
    FollowUps {
        async fn follow_up(&self, tenant: &TenantId, id: &str) -> Option<FollowUp>;
    }
    Messages {
        async fn message(&self, tenant: &TenantId, id: &MessageId) -> Option<MessageRecord>;
        async fn message_by_sid(&self, tenant: &TenantId, sid: &MessageSid) -> Option<MessageRecord>;
        async fn messages(&self, tenant: &TenantId, query: &MessageQuery) -> Vec<MessageRecord>;
        async fn message_counts(&self, tenant: &TenantId) -> MessageCounts;
    }
    Notifications {
        async fn notification(&self, tenant: &TenantId, id: &NotificationId) -> Option<Notification>;
        async fn notifications(&self, tenant: &TenantId, query: &NotificationQuery) -> Vec<Notification>;
        async fn appointment(&self, tenant: &TenantId, id: &AppointmentId) -> Option<AppointmentRecord>;
    }
    Numbers {
        async fn order(&self, tenant: &TenantId, id: &OrderId) -> Option<NumberOrder>;
        async fn orders(&self, tenant: &TenantId) -> Vec<NumberOrder>;
    }
    Tokens {
        async fn token(&self, tenant: &TenantId, provider: &str, account: &str) -> Option<Token>;
        async fn tokens(&self, tenant: &TenantId) -> Vec<Token>;
    }
    Backstage {
        async fn claim_messages(&self, worker: &str, limit: usize, lease: Duration) -> Vec<(TenantId, MessageRecord)>;
        async fn claim_relays(&self, worker: &str, limit: usize, lease: Duration) -> Vec<(TenantId, RelayEvent)>;
        async fn claim_orders(&self, worker: &str, limit: usize, lease: Duration) -> Vec<(TenantId, NumberOrder)>;
        async fn claim_follow_ups(&self, worker: &str, limit: usize, lease: Duration) -> Vec<(TenantId, FollowUp)>;
        async fn claim_bookings(&self, worker: &str, limit: usize, lease: Duration) -> Vec<(TenantId, Booking)>;
        async fn claim_notifications(&self, worker: &str, limit: usize, lease: Duration) -> Vec<(TenantId, Notification)>;
        async fn follow_up_of(&self, transcript: &TranscriptSid) -> Option<(TenantId, FollowUp)>;
        async fn take_consent(&self, digest: &str) -> Option<PendingConsent>;
        async fn all_tenants(&self, after: Option<&TenantId>, limit: usize) -> Vec<Arc<Tenant>>;
        async fn all_tokens(&self, after: Option<(&TenantId, &str, &str)>, limit: usize) -> Vec<Token>;
        async fn backlog(&self) -> Vec<Backlog>;
        async fn sweep(&self) -> u64;
        async fn ping(&self) -> ();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{Diary, Entered, EventId};
    use crate::clock::{Clock, ManualClock};
    use crate::schedule::Interval;
    use crate::store::MemoryStore;

    #[tokio::test]
    async fn what_is_remembered_of_a_calendar_goes_with_settings_and_bookings_and_stays_with_the_rest() {
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::at("2026-11-21T09:00:00Z".parse().unwrap()));
        let ledger = Ledger::new(clock.clone(), Duration::from_secs(300));
        let store = Watched::new(Arc::new(MemoryStore::new(clock)), Feed::new()).with_ledger(ledger.clone());
        let (diary, clinic) = (Diary::new(chrono_tz::UTC), TenantId::new("clinic").unwrap());
        let day = Interval::from_seconds(1_800_000_000, 1_800_086_400).unwrap();
        let enter = |name: &str| diary.enter(EventId::of([name]), Entered::Timed(day));
        let known = async || ledger.busy(&clinic, &diary, day).await.unwrap().len();
        enter("a");
        assert_eq!(known().await, 1);
        enter("b");
        store.commit(&clinic, Unit::new().once("key", "")).await.unwrap();
        assert_eq!(known().await, 1);
        store.commit(&clinic, Unit::new().save_tenant(Tenant::new(clinic.clone()))).await.unwrap();
        assert_eq!(known().await, 2);
        enter("c");
        let resource = crate::booking::Resource::new("chair".parse().unwrap());
        let lease = Duration::from_secs(60);
        let wanted = HoldRequest::new("b1".parse().unwrap(), day.start(), day.end(), [resource], lease);
        let Held::Held(booking) = store.hold(&clinic, &wanted).await.unwrap() else { panic!("it was free") };
        assert_eq!(known().await, 2);
        let booking = booking.commit("event", day.start()).unwrap();
        store.commit(&clinic, Unit::new().save_booking(booking)).await.unwrap();
        assert_eq!(known().await, 3);
    }
}
