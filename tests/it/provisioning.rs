//! Numbers: bought once whatever fails, connected, given back.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use frontdesk::Desk;
use frontdesk::clock::{Clock, ManualClock};
use frontdesk::number::{NumberOrder, OrderId, OrderState, Problem, Wish, WishKind};
use frontdesk::provisioning::Triggered;
use frontdesk::sim::Twilio;
use frontdesk::sim::twilio::{Fault, NumberSettings};
use frontdesk::store::{MemoryStore, Store, Unit};
use frontdesk::tenant::{Subscription, Tenant, TenantLookup, Tenants};

use crate::world::{BUSINESS, tenant};

struct Shop {
    twilio: Twilio,
    clock: ManualClock,
    store: MemoryStore,
    desk: Desk,
}

fn id() -> OrderId {
    "first".parse().unwrap()
}

fn shop() -> Shop {
    let clock = ManualClock::at("2026-11-20T09:00:00Z".parse().unwrap()).auto_advancing();
    let shared: Arc<dyn Clock> = Arc::new(clock.clone());
    let twilio = Twilio::builder().clock(shared.clone()).in_process().unwrap();
    let store = MemoryStore::new(shared.clone()).with_tenant(Tenant::new(tenant()).with_name("Riverside Clinic"));
    let desk = Desk::builder()
        .public_url("https://example.com".parse().unwrap())
        .auth_token(twilio.auth_token())
        .twilio(twilio.client().unwrap())
        .store(store.clone())
        .clock(shared)
        .build()
        .unwrap();
    Shop { twilio, clock, store, desk }
}

impl Shop {
    async fn order(&self, wish: Wish) -> NumberOrder {
        self.desk.provisioning().unwrap().order(&tenant(), &id(), wish).await.unwrap();
        self.settle().await
    }

    /// Lets hours pass, so that whatever waits is tried again.
    async fn settle(&self) -> NumberOrder {
        for _ in 0..8 {
            self.desk.run_until_idle().await.unwrap();
            self.clock.advance(Duration::from_secs(700));
        }
        self.desk.provisioning().unwrap().find(&tenant(), &id()).await.unwrap().unwrap()
    }

    async fn numbers_of_tenant(&self) -> Vec<frontdesk::phone::E164> {
        self.store.tenant(&tenant()).await.unwrap().unwrap().numbers.clone()
    }
}

#[tokio::test]
async fn a_number_is_bought_configured_and_rings() {
    let shop = shop();
    let order = shop.order(Wish::local("US").in_area_codes(["510"])).await;
    assert_eq!((order.state, order.problem), (OrderState::Active, None));
    let number = order.number.unwrap();
    assert!(number.as_str().starts_with("+1510"));
    let settings = shop.twilio.number_settings(number).unwrap();
    let callbacks = shop.desk.callbacks();
    assert_eq!(settings.voice_url, Some(callbacks.voice()));
    assert_eq!(settings.status_callback, Some(callbacks.status()));
    assert_eq!(settings.sms_url, Some(callbacks.messages()));
    assert_eq!(shop.numbers_of_tenant().await, [number]);
    assert_eq!(shop.store.tenant_of(&number).await.unwrap(), Some(tenant()));
    // Ordered again, it is the same order.
    let again = shop.order(Wish::local("US")).await;
    assert_eq!((again.number, shop.twilio.numbers().len()), (Some(number), 1));
}

#[tokio::test]
async fn a_failure_at_any_step_buys_one_number_and_loses_none() {
    let mut seen = BTreeSet::new();
    for step in 0..6 {
        for fault in [
            Fault::Reset,
            Fault::LostAnswer,
            Fault::ServerError,
            Fault::Garbage,
            Fault::TooManyRequests { retry_after: Some(1) },
        ] {
            let shop = shop();
            shop.twilio.inject_at(step, fault.clone());
            let order = shop.order(Wish::local("US")).await;
            assert_eq!(order.state, OrderState::Active, "step {step}, {fault:?}: {order:?}");
            assert_eq!(shop.twilio.numbers(), [order.number.unwrap()], "step {step}, {fault:?}");
            assert_eq!(shop.numbers_of_tenant().await.len(), 1, "step {step}, {fault:?}");
            seen.insert(step);
        }
    }
    assert_eq!(seen.len(), 6);
}

#[tokio::test]
async fn a_crash_after_any_step_buys_one_number() {
    // A worker that dies leaves the order as it was before the step, and the step's effect at Twilio.
    for state in [OrderState::Wanted, OrderState::Buying, OrderState::Bought, OrderState::Configured] {
        let shop = shop();
        shop.desk.provisioning().unwrap().order(&tenant(), &id(), Wish::local("US")).await.unwrap();
        let done = shop.settle().await;
        let mut crashed = done.clone();
        crashed.state = state;
        if matches!(state, OrderState::Wanted | OrderState::Buying) {
            crashed.sid = None;
        }
        if state == OrderState::Wanted {
            crashed.number = None;
        }
        crashed.not_before = shop.clock.now();
        shop.store.commit(&tenant(), Unit::new().save_order(crashed)).await.unwrap();
        let order = shop.settle().await;
        assert_eq!((order.state, order.number), (OrderState::Active, done.number), "{state:?}");
        assert_eq!(shop.twilio.numbers().len(), 1, "{state:?}");
    }
}

#[tokio::test]
async fn a_purchase_that_may_have_been_made_is_waited_for_though_the_listing_lags() {
    for lag in 0..8 {
        let shop = shop();
        // Looks for the tag, searches, looks again, buys: and the answer is lost.
        shop.twilio.inject_at(3, Fault::LostAnswer);
        shop.desk.provisioning().unwrap().order(&tenant(), &id(), Wish::local("US")).await.unwrap();
        shop.desk.run_until_idle().await.unwrap();
        shop.twilio.set_listing_lag(lag);
        let order = shop.settle().await;
        assert_eq!((order.state, shop.twilio.numbers().len()), (OrderState::Active, 1), "lag {lag}: {order:?}");
        assert_eq!(shop.twilio.numbers(), [order.number.unwrap()]);
    }
}

#[tokio::test]
async fn a_number_that_is_gone_makes_room_for_the_next_one() {
    let shop = shop();
    shop.twilio.snatch("+15105550110".parse().unwrap());
    shop.twilio.snatch("+15105550111".parse().unwrap());
    let order = shop.order(Wish::local("US").in_area_codes(["510"])).await;
    assert_eq!(order.gone.len(), 2);
    assert_eq!(order.number.unwrap().as_str(), "+15105550112");
    let all_gone = self::shop();
    let few: Vec<_> = ["+15105550110", "+15105550111"].iter().map(|number| number.parse_number()).collect();
    all_gone.twilio.set_for_sale(few.clone());
    few.iter().for_each(|number| all_gone.twilio.snatch(*number));
    let order = all_gone.order(Wish::local("US")).await;
    assert_eq!((order.state, order.problem), (OrderState::Failed, Some(Problem::Unavailable)));
    assert!(all_gone.twilio.numbers().is_empty());
}

trait ParseNumber {
    fn parse_number(&self) -> frontdesk::phone::E164;
}

impl ParseNumber for &str {
    fn parse_number(&self) -> frontdesk::phone::E164 {
        self.parse().unwrap()
    }
}

#[tokio::test]
async fn area_codes_are_tried_in_turn_and_problems_are_told_apart() {
    let cases: [(Wish, Option<Problem>, &str); 6] = [
        (Wish::local("US").in_area_codes(["999", "415"]), None, "+1415"),
        (Wish::local("US").in_area_codes(["999"]), Some(Problem::NoneAvailable), ""),
        (Wish::local("US").in_area_codes(["999"]).or_anywhere(), None, "+1"),
        (Wish::new("US", WishKind::TollFree), None, "+1833"),
        (Wish::local("DE"), Some(Problem::BundleRequired(21649)), ""),
        (Wish::local("US").containing("305555011*"), None, "+1305"),
    ];
    for (wish, problem, beginning) in cases {
        let shop = shop();
        let order = shop.order(wish.clone()).await;
        assert_eq!(order.problem, problem, "{wish:?}");
        match problem {
            Some(_) => assert_eq!((order.state, shop.twilio.numbers().len()), (OrderState::Failed, 0)),
            None => assert!(order.number.unwrap().as_str().starts_with(beginning), "{wish:?}: {order:?}"),
        }
    }
    let trial = shop();
    trial.twilio.own_number(BUSINESS.parse().unwrap());
    trial.twilio.set_trial([]);
    assert_eq!(trial.order(Wish::local("US")).await.problem, Some(Problem::AccountLimit(21404)));
    let nonsense = shop().order(Wish::local("Atlantis")).await;
    assert!(matches!(nonsense.problem, Some(Problem::Refused(_))), "{nonsense:?}");
}

#[tokio::test]
async fn a_subscription_brings_a_number_and_its_end_takes_it_after_a_time_of_grace() {
    let shop = shop();
    let numbers = shop.desk.provisioning().unwrap();
    let changed =
        async |subscription| numbers.subscription_changed(&tenant(), subscription, || Wish::local("US")).await.unwrap();
    assert!(matches!(changed(Subscription::from("trialing")).await, Triggered::Ordered(_)));
    assert_eq!(changed(Subscription::Active).await, Triggered::Kept, "the order is on its way");
    shop.desk.run_until_idle().await.unwrap();
    assert_eq!(changed(Subscription::Active).await, Triggered::Kept);
    assert_eq!(changed(Subscription::from("past_due")).await, Triggered::Nothing);
    assert_eq!(shop.twilio.numbers().len(), 1);

    let end = shop.clock.now() + TimeDelta::days(30);
    assert_eq!(changed(Subscription::Canceled).await, Triggered::ReleasedAt(end));
    shop.clock.advance(Duration::from_secs(20 * 86_400));
    assert_eq!(changed(Subscription::Canceled).await, Triggered::ReleasedAt(end), "told again, nothing changes");
    shop.desk.run_until_idle().await.unwrap();
    assert_eq!(shop.twilio.numbers().len(), 1, "the time of grace goes on");
    assert_eq!(changed(Subscription::Active).await, Triggered::Kept, "it comes back");
    shop.clock.advance(Duration::from_secs(40 * 86_400));
    shop.desk.run_until_idle().await.unwrap();
    assert_eq!(shop.twilio.numbers().len(), 1);

    changed(Subscription::Canceled).await;
    shop.clock.advance(Duration::from_secs(31 * 86_400));
    // Given back though the answer to the first attempt is lost.
    shop.twilio.inject_at(0, Fault::LostAnswer);
    for _ in 0..4 {
        shop.desk.run_until_idle().await.unwrap();
        shop.clock.advance(Duration::from_secs(700));
    }
    assert!(shop.twilio.numbers().is_empty() && shop.numbers_of_tenant().await.is_empty());
    assert!(matches!(changed(Subscription::Active).await, Triggered::Ordered(id) if id.as_str() == "subscription-2"));
}

#[tokio::test]
async fn trouble_with_numbers_is_no_trouble_of_the_subscription() {
    let shop = shop();
    shop.twilio.set_for_sale([]);
    let numbers = shop.desk.provisioning().unwrap();
    let ordered = numbers.subscription_changed(&tenant(), Subscription::Active, || Wish::local("US")).await;
    assert!(matches!(ordered, Ok(Triggered::Ordered(_))));
    shop.desk.run_until_idle().await.unwrap();
    assert_eq!(numbers.orders(&tenant()).await.unwrap()[0].problem, Some(Problem::NoneAvailable));
}

#[tokio::test]
async fn an_existing_number_is_connected_and_its_webhooks_come_back() {
    let shop = shop();
    let number = BUSINESS.parse().unwrap();
    let before = NumberSettings::voice("https://old.example/voice").with_sms("https://old.example/sms");
    shop.twilio.configure_number(number, before.clone());
    let numbers = shop.desk.provisioning().unwrap();
    assert_eq!(numbers.account_numbers().await.unwrap().len(), 1);
    numbers.connect(&tenant(), &id(), number).await.unwrap();
    let order = shop.settle().await;
    assert_eq!(order.state, OrderState::Active);
    assert_eq!(shop.twilio.number_settings(number).unwrap().voice_url, Some(shop.desk.callbacks().voice()));
    assert_eq!(shop.numbers_of_tenant().await, [number]);
    assert!(!format!("{order:?}").contains("old.example"), "what a URL holds may be a secret");
    assert!(numbers.release(&tenant(), &id(), shop.clock.now()).await.unwrap());
    assert_eq!(shop.settle().await.state, OrderState::Released);
    assert_eq!(shop.twilio.number_settings(number), Some(before), "and the number stays the account's");
    assert!(shop.numbers_of_tenant().await.is_empty());
    let unknown = numbers.connect(&tenant(), &"x".parse().unwrap(), "+15005550006".parse().unwrap()).await;
    assert!(unknown.unwrap_err().is_not_found());
}

#[tokio::test]
async fn a_number_of_another_tenant_does_not_change_hands() {
    let shop = shop();
    let number = BUSINESS.parse().unwrap();
    shop.twilio.own_number(number);
    shop.store.put_tenant(Tenant::new("other".parse().unwrap()).with_number(number));
    let numbers = shop.desk.provisioning().unwrap();
    assert!(numbers.connect(&tenant(), &id(), number).await.unwrap_err().is_permanent());
    assert_eq!(shop.store.tenant_of(&number).await.unwrap(), Some("other".parse().unwrap()));
    assert!(numbers.find(&"other".parse().unwrap(), &id()).await.unwrap().is_none());
}

#[tokio::test]
async fn a_number_that_another_tenant_took_meanwhile_goes_back_as_it_was() {
    let shop = shop();
    let number = BUSINESS.parse().unwrap();
    let before = NumberSettings::voice("https://old.example/voice").with_sms("https://old.example/sms");
    shop.twilio.configure_number(number, before.clone());
    let numbers = shop.desk.provisioning().unwrap();
    numbers.connect(&tenant(), &id(), number).await.unwrap();
    shop.store.put_tenant(Tenant::new("other".parse().unwrap()).with_number(number));
    let order = shop.settle().await;
    assert_eq!(order.state, OrderState::Released, "{order:?}");
    assert!(matches!(order.problem, Some(Problem::Refused(_))), "{order:?}");
    assert_eq!(shop.twilio.number_settings(number), Some(before));
    assert_eq!(shop.store.tenant_of(&number).await.unwrap(), Some("other".parse().unwrap()));
}
