use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{TryStreamExt, future};
use tracing::Instrument as _;

use super::problem::{Meaning, meaning};
use crate::Error;
use crate::calls::Callbacks;
use crate::clock::{Clock, within};
use crate::id::TenantId;
use crate::number::{Kept, NumberOrder, OrderState, Problem, Wish, WishKind};
use crate::phone::E164;
use crate::secret::Private;
use crate::store::{Commit, Store, Unit};
use crate::telemetry;
use crate::twilio::Client;
use crate::twilio::available_phone_numbers::{NumberKind, SearchNumbers};
use crate::twilio::incoming_phone_numbers::{IncomingNumber, ListNumbers, NumberSettings, Wanted};
use crate::twilio::values::WebhookUrl;
use crate::twiml::Method;
use crate::worker::Turn;

const BATCH: usize = 8;
const LEASE: Duration = Duration::from_secs(600);
const STEP_LIMIT: Duration = Duration::from_secs(300);
/// How often a step may fail in a row: about two days, with the pauses below.
const ATTEMPTS: u32 = 60;
const ROUNDS: usize = 8;
/// After so many failed attempts to buy, which take some five minutes, a listing shows what was bought.
const CERTAIN_AFTER: u32 = 6;
/// How many numbers may be gone before the order is given up.
const GONE: usize = 20;

/// Carries out orders for numbers, one step at a time.
#[derive(Debug)]
pub(crate) struct Saga {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) client: Client,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) callbacks: Callbacks,
    pub(crate) name: String,
}

#[async_trait]
impl Turn for Saga {
    async fn turn(&self) -> Result<usize, Error> {
        let claimed = self.store.claim_orders(&self.name, BATCH, LEASE).await?;
        let count = claimed.len();
        // At once, so that each step is made well within its lease.
        let handled = claimed.into_iter().map(|(tenant, order)| async move {
            let span = tracing::info_span!("order", order = %order.id);
            self.handle(&tenant, order).instrument(span).await
        });
        future::join_all(handled).await.into_iter().collect::<Result<(), Error>>()?;
        Ok(count)
    }
}

impl Saga {
    async fn handle(&self, tenant: &TenantId, mut order: NumberOrder) -> Result<(), Error> {
        let before = order.clone();
        let step = self.step(&mut order);
        let outcome = within(self.clock.as_ref(), STEP_LIMIT, step).await;
        let now = self.clock.now();
        match outcome.unwrap_or_else(|| Err(Error::unavailable("a step for a number took too long"))) {
            Ok(()) => (order.attempts, order.not_before) = (0, now),
            Err(error) => {
                tracing::warn!(order = %order.id, state = ?order.state, %error, "a step for a number failed; trying again");
                // What the step had made of the order by then is as true as before, but nothing was moved on.
                order = before.clone();
                order.attempts += 1;
                let pause = TimeDelta::seconds(5 << order.attempts.min(9)).min(TimeDelta::hours(1));
                order.not_before = now.checked_add_signed(pause).unwrap_or(now);
                // What may be bought is never given up: somebody would pay for it.
                if order.attempts >= ATTEMPTS && order.state == OrderState::Wanted {
                    fail(&mut order, Problem::Unreachable);
                }
            }
        }
        order.lease = None;
        order.updated_at = now;
        let mut unit = Unit::new();
        match (before.state, order.state, order.number) {
            (OrderState::Configured, OrderState::Active, Some(number)) => unit = unit.attach(number),
            (_, OrderState::Released, Some(number)) => unit = unit.detach(number),
            _ => {}
        }
        for _ in 0..ROUNDS {
            match self.store.commit(tenant, unit.clone().save_order(order.clone())).await {
                Ok(Commit::Stale) => {
                    // Somebody has said until when it is wanted; what the step has done stays done.
                    match self.store.order(tenant, &order.id).await? {
                        Some(current) if current.lease == before.lease => {
                            // Nothing was done yet to a number that is kept after all.
                            let kept = before.state == OrderState::Active && !is_due(&current, now);
                            if kept {
                                (order.state, order.not_before) = (OrderState::Active, current.not_before);
                            }
                            (order.release_at, order.version) = (current.release_at, current.version);
                        }
                        _ => return Ok(()),
                    }
                }
                Ok(_) => {
                    if order.state != before.state {
                        let state = serde_json::to_value(order.state).ok();
                        let state = state.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default();
                        telemetry::count(telemetry::PROVISIONING, [("state", state)]);
                    }
                    return Ok(());
                }
                Err(error) if error.is_permanent() && before.state == OrderState::Configured => {
                    // Another tenant has it: it goes back to where it was, so that nobody pays for it unknowingly.
                    tracing::error!(order = %order.id, %error, "a number could not become the tenant's");
                    order.problem = Some(Problem::Refused(error.to_string()));
                    (order.state, order.not_before) = (OrderState::Releasing, now);
                    return self.store.commit(tenant, Unit::new().save_order(order)).await.map(|_| ());
                }
                Err(error) => return Err(error),
            }
        }
        Err(Error::unavailable("writing an order that keeps changing"))
    }

    async fn step(&self, order: &mut NumberOrder) -> Result<(), Error> {
        match order.state {
            OrderState::Wanted => self.choose(order).await,
            OrderState::Buying => self.buy(order).await,
            OrderState::Bought => self.configure(order).await,
            OrderState::Configured => {
                order.state = OrderState::Active;
                Ok(())
            }
            OrderState::Active => {
                if is_due(order, self.clock.now()) {
                    order.state = OrderState::Releasing;
                }
                Ok(())
            }
            OrderState::Releasing => self.release(order).await,
            OrderState::Failed | OrderState::Released => Ok(()),
        }
    }

    /// Chooses a number that is for sale.
    async fn choose(&self, order: &mut NumberOrder) -> Result<(), Error> {
        if self.adopt(order).await? {
            return Ok(());
        }
        if order.release_at.is_some() {
            // The subscription ended before there was a number.
            order.state = OrderState::Released;
            return Ok(());
        }
        let Some(wish) = order.wish.clone() else {
            fail(order, Problem::Refused("there is no wish".into()));
            return Ok(());
        };
        if order.gone.len() >= GONE {
            fail(order, Problem::Unavailable);
            return Ok(());
        }
        let mut areas: Vec<Option<u32>> = wish.area_codes.iter().copied().map(Some).collect();
        if wish.anywhere || areas.is_empty() {
            areas.push(None);
        }
        for area in areas {
            match self.search(&wish, area, &order.gone).await {
                Ok(Some(number)) => {
                    order.number = Some(number);
                    order.state = OrderState::Buying;
                    return Ok(());
                }
                Ok(None) => {}
                Err(error) if error.is_permanent() => match meaning(&error) {
                    Meaning::Gone | Meaning::NoneHere => {}
                    Meaning::Over(problem) => {
                        fail(order, problem);
                        return Ok(());
                    }
                },
                Err(error) => return Err(error),
            }
        }
        let problem = if order.gone.is_empty() { Problem::NoneAvailable } else { Problem::Unavailable };
        fail(order, problem);
        Ok(())
    }

    async fn search(&self, wish: &Wish, area: Option<u32>, gone: &[E164]) -> Result<Option<E164>, Error> {
        let kind = match wish.kind {
            WishKind::Local => NumberKind::Local,
            WishKind::Mobile => NumberKind::Mobile,
            WishKind::TollFree => NumberKind::TollFree,
            WishKind::National => NumberKind::National,
        };
        let mut search = SearchNumbers::new().page_size(30);
        if wish.voice {
            search = search.voice_enabled(true);
        }
        if wish.sms {
            search = search.sms_enabled(true);
        }
        if wish.mms {
            search = search.mms_enabled(true);
        }
        if let Some(code) = area {
            search = search.area_code(code);
        }
        if let Some(pattern) = &wish.contains {
            search = search.contains(pattern.as_str());
        }
        if let Some(near) = wish.near {
            search = search.near_number(near);
        }
        let page = self.client.available_phone_numbers().search(&wish.country, kind, &search)?.page().await?;
        Ok(page.items.into_iter().filter_map(|item| item.phone_number).find(|number| !gone.contains(number)))
    }

    /// Buys the chosen number, unless it, or another for this order, was bought before.
    async fn buy(&self, order: &mut NumberOrder) -> Result<(), Error> {
        if self.adopt(order).await? {
            return Ok(());
        }
        let Some(number) = order.number else {
            order.state = OrderState::Wanted;
            return Ok(());
        };
        let settings = self.settings().friendly_name(order.tag());
        match self.client.incoming_phone_numbers().buy(Wanted::Number(number), &settings).await {
            Ok(bought) => {
                order.sid = bought.sid;
                order.state = if order.sid.is_some() { OrderState::Bought } else { OrderState::Buying };
                Ok(())
            }
            Err(error) if error.is_permanent() => {
                // Perhaps because it is ours: an answer that was lost.
                if self.adopt_from(ListNumbers::new().phone_number(number.as_str()), order).await? {
                    return Ok(());
                }
                // And a listing may lag behind: after a purchase that may have been made nothing else is bought, nor is
                // it given up, before there was time for it to show.
                if (1..CERTAIN_AFTER).contains(&order.attempts) {
                    return Err(error.into_unavailable());
                }
                match meaning(&error) {
                    Meaning::Gone | Meaning::NoneHere => {
                        order.gone.push(number);
                        order.number = None;
                        order.state = OrderState::Wanted;
                    }
                    Meaning::Over(problem) => fail(order, problem),
                }
                Ok(())
            }
            // It may be ours: the next look tells.
            Err(error) => Err(error),
        }
    }

    /// Takes up a number that was bought for this order, if there is one.
    async fn adopt(&self, order: &mut NumberOrder) -> Result<bool, Error> {
        let by_tag = ListNumbers::new().friendly_name(order.tag());
        self.adopt_from(by_tag, order).await
    }

    /// Takes up the first of these numbers that bears the order's tag.
    async fn adopt_from(&self, filter: ListNumbers, order: &mut NumberOrder) -> Result<bool, Error> {
        let tag = order.tag();
        let mut listed = self.client.incoming_phone_numbers().list(&filter.page_size(20)).stream();
        while let Some(number) = listed.try_next().await? {
            if number.friendly_name.as_deref() == Some(&tag) && take(order, &number) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Points the number's webhooks here; what a connected number was set to is kept first.
    async fn configure(&self, order: &mut NumberOrder) -> Result<(), Error> {
        let Some(sid) = order.sid else {
            order.state = OrderState::Buying;
            return Ok(());
        };
        let numbers = self.client.incoming_phone_numbers();
        if order.wish.is_none() && order.kept.is_none() {
            order.kept = Some(keep(&numbers.fetch(&sid).await?));
            // Written down before anything is changed.
            return Ok(());
        }
        let settings = match order.kept {
            // With an application or a trunk Twilio would not look at the URLs at all.
            Some(_) => self
                .settings()
                .voice_fallback_url(WebhookUrl::none())
                .sms_fallback_url(WebhookUrl::none())
                .without_applications(),
            None => self.settings(),
        };
        numbers.update(&sid, &settings).await?;
        order.state = OrderState::Configured;
        Ok(())
    }

    fn settings(&self) -> NumberSettings {
        let url = |text: String| url::Url::parse(&text).map(WebhookUrl::from).unwrap_or_else(|_| WebhookUrl::none());
        NumberSettings::new()
            .voice_url(url(self.callbacks.voice()))
            .voice_method(Method::Post)
            .status_callback(url(self.callbacks.status()))
            .status_callback_method(Method::Post)
            .sms_url(url(self.callbacks.messages()))
            .sms_method(Method::Post)
    }

    /// Gives a bought number back, and a connected one its old webhooks.
    async fn release(&self, order: &mut NumberOrder) -> Result<(), Error> {
        if let Some(sid) = order.sid {
            let numbers = self.client.incoming_phone_numbers();
            let outcome = match &order.kept {
                Some(kept) => numbers.update(&sid, &restore(kept)).await.map(|_| ()),
                None => numbers.release(&sid).await,
            };
            match outcome {
                Err(error) if !error.is_not_found() => return Err(error),
                _ => {}
            }
        }
        order.state = OrderState::Released;
        Ok(())
    }
}

fn is_due(order: &NumberOrder, now: DateTime<Utc>) -> bool {
    order.release_at.is_some_and(|at| at <= now)
}

fn take(order: &mut NumberOrder, found: &IncomingNumber) -> bool {
    let (Some(sid), Some(number)) = (found.sid, found.phone_number) else { return false };
    (order.sid, order.number, order.state) = (Some(sid), Some(number), OrderState::Bought);
    true
}

fn fail(order: &mut NumberOrder, problem: Problem) {
    tracing::warn!(order = %order.id, %problem, "an order for a number was given up");
    order.state = OrderState::Failed;
    order.problem = Some(problem);
}

/// Pure: what is changed on a number, as it is now.
fn keep(number: &IncomingNumber) -> Kept {
    let url = |url: &Option<WebhookUrl>| url.as_ref().map_or("", WebhookUrl::as_str).to_owned();
    let method = |method: &Option<Method>| method.as_ref().map_or("POST", Method::as_str).to_owned();
    let settings = [
        ("VoiceUrl", url(&number.voice_url)),
        ("VoiceMethod", method(&number.voice_method)),
        ("StatusCallback", url(&number.status_callback)),
        ("StatusCallbackMethod", method(&number.status_callback_method)),
        ("SmsUrl", url(&number.sms_url)),
        ("SmsMethod", method(&number.sms_method)),
        ("VoiceFallbackUrl", url(&number.voice_fallback_url)),
        ("SmsFallbackUrl", url(&number.sms_fallback_url)),
        ("VoiceApplicationSid", number.voice_application_sid.map(|sid| sid.to_string()).unwrap_or_default()),
        ("SmsApplicationSid", number.sms_application_sid.map(|sid| sid.to_string()).unwrap_or_default()),
        ("TrunkSid", number.trunk_sid.map(|sid| sid.to_string()).unwrap_or_default()),
    ];
    Kept::new(settings.into_iter().map(|(name, value)| (name.to_owned(), Private::from(value))).collect())
}

/// Pure: the settings that were kept; an empty URL clears what we had set.
fn restore(kept: &Kept) -> NumberSettings {
    kept.settings.iter().fold(NumberSettings::new(), |settings, (name, value)| {
        let value = value.as_str();
        let url = || WebhookUrl::as_it_was(value);
        match name.as_str() {
            "VoiceUrl" => settings.voice_url(url()),
            "VoiceMethod" => settings.voice_method(value.into()),
            "StatusCallback" => settings.status_callback(url()),
            "StatusCallbackMethod" => settings.status_callback_method(value.into()),
            "SmsUrl" => settings.sms_url(url()),
            "SmsMethod" => settings.sms_method(value.into()),
            "VoiceFallbackUrl" => settings.voice_fallback_url(url()),
            "SmsFallbackUrl" => settings.sms_fallback_url(url()),
            "VoiceApplicationSid" if let Ok(sid) = value.parse() => settings.voice_application(sid),
            "SmsApplicationSid" if let Ok(sid) = value.parse() => settings.sms_application(sid),
            "TrunkSid" if let Ok(sid) = value.parse() => settings.trunk(sid),
            _ => settings,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calls::Paths;
    use crate::clock::ManualClock;
    use crate::number::{Numbers, OrderId};
    use crate::provisioning::Provisioning;
    use crate::store::{Backstage, MemoryStore};
    use crate::transport::Stub;

    fn saga(stub: &Stub) -> (Saga, MemoryStore, ManualClock, Provisioning) {
        let clock = ManualClock::at(DateTime::UNIX_EPOCH).auto_advancing();
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let store = MemoryStore::new(shared.clone());
        let client = Client::builder("AC0123456789abcdef0123456789abcdef".parse().unwrap())
            .with_auth_token("t")
            .with_transport(Arc::new(stub.clone()))
            .build()
            .unwrap();
        let provisioning = Provisioning {
            store: Arc::new(store.clone()),
            client: client.clone(),
            clock: shared.clone(),
            grace: TimeDelta::days(30),
            wake: Default::default(),
        };
        let callbacks = Callbacks::new(&"https://example.com".parse().unwrap(), Paths::default());
        (
            Saga { store: Arc::new(store.clone()), client, clock: shared, callbacks, name: "w".into() },
            store,
            clock,
            provisioning,
        )
    }

    #[tokio::test]
    async fn a_number_that_is_kept_while_it_is_about_to_go_stays() {
        let (saga, store, clock, provisioning) = saga(&Stub::new());
        let (tenant, id): (TenantId, OrderId) = ("a".parse().unwrap(), "o".parse().unwrap());
        let mut order = NumberOrder::new(tenant.clone(), id.clone(), Wish::local("US"), clock.now());
        order.state = OrderState::Active;
        order.number = Some("+15105550110".parse().unwrap());
        order.sid = Some("PN0123456789abcdef0123456789abcdef".parse().unwrap());
        order.release_at = Some(clock.now());
        store.commit(&tenant, Unit::new().order(order)).await.unwrap();
        let (tenant, claimed) = store.claim_orders("w", 1, LEASE).await.unwrap().remove(0);
        assert!(provisioning.keep(&tenant, &id).await.unwrap(), "it is told that it is kept");
        saga.handle(&tenant, claimed).await.unwrap();
        let order = store.order(&tenant, &id).await.unwrap().unwrap();
        assert_eq!((order.state, order.release_at, order.lease), (OrderState::Active, None, None));
    }

    #[tokio::test]
    async fn a_new_number_is_bought_with_what_it_needs_and_nothing_empty() {
        let bought = r#"{"sid":"PN0123456789abcdef0123456789abcdef","phone_number":"+15105550110"}"#;
        let stub = Stub::new().reply(200, r#"{"incoming_phone_numbers":[]}"#).reply(201, bought);
        let (saga, _, clock, _) = saga(&stub);
        let mut order = NumberOrder::new("a".parse().unwrap(), "o".parse().unwrap(), Wish::local("US"), clock.now());
        order.number = Some("+15105550110".parse().unwrap());
        saga.buy(&mut order).await.unwrap();
        assert_eq!(order.state, OrderState::Bought);
        let sent = stub.log()[1].body().clone();
        let sent: Vec<_> = crate::form::pairs(&sent).collect();
        assert!(sent.iter().any(|(name, _)| name == "VoiceUrl"));
        assert!(sent.iter().all(|(_, value)| !value.is_empty()), "an empty application is none that Twilio knows");
    }
}
