use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::TryStreamExt;

use crate::Error;
use crate::clock::Clock;
use crate::id::TenantId;
use crate::number::{NumberOrder, OrderId, OrderState, Wish};
use crate::phone::E164;
use crate::store::{Commit, Store, Unit};
use crate::tenant::Subscription;
use crate::twilio::Client;
use crate::twilio::incoming_phone_numbers::{IncomingNumber, ListNumbers};
use crate::wake::Wake;

const ROUNDS: usize = 8;
/// The first order that a subscription makes.
const BY_SUBSCRIPTION: &str = "subscription";

/// Orders, connects and gives back numbers. What it does is written down; a worker carries it out.
#[derive(Debug, Clone)]
pub struct Provisioning {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) client: Client,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) grace: TimeDelta,
    pub(crate) wake: Wake,
}

/// What a change of a subscription led to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Triggered {
    /// A number was ordered.
    Ordered(OrderId),
    /// The tenant has a number, or one is on its way, and keeps it.
    Kept,
    /// The tenant's numbers are given back at this time, unless the subscription comes back before.
    ReleasedAt(DateTime<Utc>),
    /// Nothing changes.
    Nothing,
}

impl Provisioning {
    /// Orders a number. Ordered again under the same id, it is the same order.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store could not be reached.
    pub async fn order(&self, tenant: &TenantId, id: &OrderId, wish: Wish) -> Result<NumberOrder, Error> {
        let order = NumberOrder::new(tenant.clone(), id.clone(), wish, self.clock.now());
        self.write(tenant, id, order).await
    }

    async fn write(&self, tenant: &TenantId, id: &OrderId, order: NumberOrder) -> Result<NumberOrder, Error> {
        self.store.commit(tenant, Unit::new().order(order)).await?;
        self.wake.call();
        self.must(tenant, id).await
    }

    /// One order and where it stands.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store could not be reached.
    pub async fn find(&self, tenant: &TenantId, id: &OrderId) -> Result<Option<NumberOrder>, Error> {
        self.store.order(tenant, id).await
    }

    async fn must(&self, tenant: &TenantId, id: &OrderId) -> Result<NumberOrder, Error> {
        let found = self.store.order(tenant, id).await?;
        found.ok_or_else(|| Error::missing("finding an order"))
    }

    /// The tenant's orders, latest first.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store could not be reached.
    pub async fn orders(&self, tenant: &TenantId) -> Result<Vec<NumberOrder>, Error> {
        self.store.orders(tenant).await
    }

    /// The numbers of the Twilio account, whoever they belong to: what an administrator chooses from to connect.
    ///
    /// # Errors
    /// [`Error`] as Twilio answers.
    pub async fn account_numbers(&self) -> Result<Vec<IncomingNumber>, Error> {
        let filter = ListNumbers::new().page_size(100);
        self.client.incoming_phone_numbers().list(&filter).stream().try_collect().await
    }

    /// Connects a number that the account has already: its webhooks point here from now on, what they were is kept,
    /// and releasing it restores them.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the account has no such number; [`Error::is_permanent`] when it is another tenant's;
    /// [`Error::is_retryable`] when Twilio or the store could not be reached.
    pub async fn connect(&self, tenant: &TenantId, id: &OrderId, number: E164) -> Result<NumberOrder, Error> {
        const WHAT: &str = "connecting a number";
        let filter = ListNumbers::new().phone_number(number.as_str()).page_size(20);
        let listed: Vec<IncomingNumber> =
            self.client.incoming_phone_numbers().list(&filter).stream().try_collect().await?;
        let found = listed.into_iter().find(|found| found.phone_number == Some(number)).and_then(|found| found.sid);
        let sid = found.ok_or_else(|| Error::refused(WHAT).with_status(http::StatusCode::NOT_FOUND))?;
        if self.store.tenant_of(&number).await?.is_some_and(|owner| owner != *tenant) {
            return Err(Error::refused(WHAT).with_source("the number is another tenant's"));
        }
        let order = NumberOrder::connecting(tenant.clone(), id.clone(), number, sid, self.clock.now());
        self.write(tenant, id, order).await
    }

    /// Gives a number back at a time: a bought one to Twilio, a connected one to its old webhooks. False when there is
    /// nothing to give back.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the tenant has no such order; [`Error::is_retryable`] when the store could not be
    /// reached.
    pub async fn release(&self, tenant: &TenantId, id: &OrderId, at: DateTime<Utc>) -> Result<bool, Error> {
        self.change(tenant, id, |order| order.release_at = Some(at)).await
    }

    /// Keeps a number after all that was to be given back; false when it is too late.
    ///
    /// # Errors
    /// As [`release`](Self::release).
    pub async fn keep(&self, tenant: &TenantId, id: &OrderId) -> Result<bool, Error> {
        self.change(tenant, id, |order| order.release_at = None).await
    }

    /// Changes an order that is not over.
    async fn change(
        &self,
        tenant: &TenantId,
        id: &OrderId,
        change: impl Fn(&mut NumberOrder) + Send + Sync,
    ) -> Result<bool, Error> {
        for _ in 0..ROUNDS {
            let mut order = self.must(tenant, id).await?;
            if is_over(&order) {
                return Ok(false);
            }
            change(&mut order);
            order.updated_at = self.clock.now();
            if self.store.commit(tenant, Unit::new().save_order(order)).await? == Commit::Applied {
                self.wake.call();
                return Ok(true);
            }
        }
        Err(Error::unavailable("changing an order that keeps changing"))
    }

    /// A tenant's subscription changed: an active or trialing one gets a number, one that ended gives its numbers back
    /// after the time of grace. It only writes down what is to be done, so that no trouble with numbers is ever trouble
    /// of the subscription. Told again, it changes nothing, but that a number is ordered anew when the last order failed.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store could not be reached: tell it again.
    pub async fn subscription_changed(
        &self,
        tenant: &TenantId,
        subscription: Subscription,
        wish: impl FnOnce() -> Wish + Send,
    ) -> Result<Triggered, Error> {
        let orders = self.store.orders(tenant).await?;
        match subscription {
            Subscription::Trialing | Subscription::Active => {
                let mut kept = false;
                for order in orders.iter().filter(|order| !is_over(order)) {
                    kept |= if order.release_at.is_some() { self.keep(tenant, &order.id).await? } else { true };
                }
                if kept {
                    return Ok(Triggered::Kept);
                }
                // Each subscription that comes back after its end orders anew.
                let past = orders.iter().filter(|order| order.id.as_str().starts_with(BY_SUBSCRIPTION)).count();
                let name =
                    if past == 0 { BY_SUBSCRIPTION.to_owned() } else { format!("{BY_SUBSCRIPTION}-{}", past + 1) };
                let id = OrderId::new(name).map_err(|source| Error::refused("naming an order").with_source(source))?;
                self.order(tenant, &id, wish()).await?;
                Ok(Triggered::Ordered(id))
            }
            Subscription::Canceled => {
                let at = self.clock.now().checked_add_signed(self.grace).unwrap_or(DateTime::<Utc>::MAX_UTC);
                let mut latest = None;
                for order in orders.iter().filter(|order| !is_over(order)) {
                    let at = order.release_at.unwrap_or(at);
                    if self.release(tenant, &order.id, at).await? {
                        latest = latest.max(Some(at));
                    }
                }
                Ok(latest.map_or(Triggered::Nothing, Triggered::ReleasedAt))
            }
            Subscription::PastDue => Ok(Triggered::Nothing),
        }
    }
}

fn is_over(order: &NumberOrder) -> bool {
    matches!(order.state, OrderState::Failed | OrderState::Releasing | OrderState::Released)
}
