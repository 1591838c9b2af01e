//! Texts that a host sends: refused, split, scheduled, withdrawn, read as a thread.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta};
use frontdesk::clock::{Clock, ManualClock};
use frontdesk::id::TenantId;
use frontdesk::message::{Countries, Delivery, DeliveryStatus, Guard, MessageKind, Refusal, TooLong};
use frontdesk::messaging::{Draft, Messenger, Queued, Resolution, Schedule, Sent};
use frontdesk::sim::Twilio;
use frontdesk::sim::twilio::{Behaviour, Fault, Order};
use frontdesk::store::{MemoryStore, Store, Unit};

use crate::world::{BUSINESS, CALLER, World, clinic, forwarding_clinic, tenant};

struct Office {
    twilio: Twilio,
    clock: ManualClock,
    messenger: Messenger,
    store: MemoryStore,
    tenant: TenantId,
}

fn office(guard: Guard) -> Office {
    let clock = ManualClock::at("2026-11-20T09:00:00Z".parse().unwrap()).auto_advancing();
    let shared: Arc<dyn Clock> = Arc::new(clock.clone());
    let twilio = Twilio::builder().clock(shared.clone()).in_process().unwrap();
    twilio.own_number(BUSINESS.parse().unwrap());
    twilio.set_order(Order::OnDemand);
    let store = MemoryStore::new(shared.clone()).with_tenant(clinic());
    let messenger = Messenger::builder(store.clone())
        .sender(twilio.client().unwrap())
        .lines(twilio.client().unwrap())
        .guard(guard)
        .clock(shared)
        .public_url("https://example.com".parse().unwrap())
        .build()
        .unwrap();
    Office { twilio, clock, messenger, store, tenant: tenant() }
}

impl Office {
    async fn queue(&self, draft: Draft) -> Queued {
        match self.messenger.send(&self.tenant, draft).await.unwrap() {
            Sent::Queued(queued) => queued,
            other => panic!("{other:?}"),
        }
    }

    async fn refusal(&self, draft: Draft) -> Refusal {
        match self.messenger.send(&self.tenant, draft).await.unwrap() {
            Sent::Refused(refusal) => refusal,
            other => panic!("{other:?}"),
        }
    }

    async fn run(&self) {
        self.messenger.run_until_idle().await.unwrap();
    }
}

#[tokio::test]
async fn a_text_under_one_name_goes_once() {
    let office = office(Guard::new());
    let draft = || Draft::new(CALLER, "See you at three.").with_id("reminder-7".parse().unwrap());
    for _ in 0..3 {
        let queued = office.queue(draft()).await;
        assert_eq!(queued.ids[0].as_str(), "reminder-7");
        office.run().await;
    }
    assert_eq!(office.twilio.texts().len(), 1);
}

#[tokio::test]
async fn toll_fraud_is_refused_before_anything_is_written() {
    let office = office(Guard::new());
    assert_eq!(office.refusal(Draft::new("+18765550100", "hi")).await, Refusal::Country);
    assert_eq!(office.refusal(Draft::new("+19005551234", "hi")).await, Refusal::Premium);
    assert_eq!(office.refusal(Draft::new(BUSINESS, "hi")).await, Refusal::ToItself);
    assert_eq!(office.refusal(Draft::new(CALLER, "  ")).await, Refusal::Empty);
    let plan = office.messenger.plan(&office.tenant, &Draft::new("+4915112345678", "hi")).await.unwrap();
    assert_eq!((plan.refusal, plan.segments()), (Some(Refusal::Country), 1));
    assert!(office.messenger.counts(&office.tenant).await.unwrap().is_empty());
    let abroad = self::office(Guard::new().with_countries(Countries::All));
    abroad.queue(Draft::new("+4915112345678", "hi")).await;
    let nobody = abroad.messenger.send(&"nobody".parse().unwrap(), Draft::new(CALLER, "hi")).await.unwrap();
    assert_eq!(nobody, Sent::Refused(Refusal::NoAddress), "a tenant without a number");
}

#[tokio::test]
async fn one_recipient_and_one_tenant_get_no_more_than_their_share() {
    let guard = Guard::new().with_recipient_rate(Some((2, Duration::from_secs(3600)))).with_daily_cap(Some(3));
    let office = office(guard);
    for _ in 0..4 {
        office.queue(Draft::new(CALLER, "hi")).await;
    }
    office.run().await;
    assert_eq!(office.twilio.texts().len(), 2);
    office.clock.advance(Duration::from_secs(1800));
    office.run().await;
    assert_eq!(office.twilio.texts().len(), 3, "half an hour brings half of them back");
    office.clock.advance(Duration::from_secs(1800));
    office.run().await;
    assert_eq!(office.twilio.texts().len(), 3, "the day's share is used up");
    office.clock.advance(Duration::from_secs(4 * 3600));
    office.run().await;
    let given_up = office.messenger.given_up(&office.tenant, 10).await.unwrap();
    assert_eq!(given_up.iter().filter_map(|text| text.refusal).collect::<Vec<_>>(), [Refusal::Expired]);
}

#[tokio::test]
async fn a_long_text_is_split_in_order_or_refused() {
    let long = "All work and no play makes Jack a dull boy. ".repeat(20);
    let office = office(Guard::new().with_length(2, TooLong::Split));
    let queued = office.queue(Draft::new(CALLER, long.as_str())).await;
    assert!(queued.ids.len() > 2 && queued.segments as usize > 4);
    for _ in 0..queued.ids.len() {
        office.run().await;
        office.clock.advance(Duration::from_secs(2));
    }
    let sent: Vec<String> = office.twilio.texts().into_iter().map(|text| text.body).collect();
    assert_eq!(sent.join(" "), long.trim());
    let strict = self::office(Guard::new().with_length(2, TooLong::Refuse));
    assert_eq!(strict.refusal(Draft::new(CALLER, long.as_str())).await, Refusal::TooLong);
    let trial = self::office(Guard::new().with_length(2, TooLong::Refuse).with_trial(Some(1)));
    assert_eq!(trial.refusal(Draft::new(CALLER, "x".repeat(140).as_str())).await, Refusal::TrialLength);
}

#[tokio::test]
async fn a_text_for_later_waits_and_can_be_withdrawn() {
    let office = office(Guard::new());
    let at = office.clock.now() + TimeDelta::hours(20);
    let kept = office.queue(Draft::new(CALLER, "Tomorrow at three.").with_schedule(Schedule::At(at))).await;
    let dropped = office.queue(Draft::new(CALLER, "Never mind.").with_schedule(Schedule::At(at))).await;
    office.run().await;
    assert!(office.twilio.texts().is_empty());
    assert!(office.messenger.withdraw(&office.tenant, &dropped.ids[0]).await.unwrap());
    office.clock.advance(Duration::from_secs(20 * 3600));
    office.run().await;
    let bodies: Vec<_> = office.twilio.texts().into_iter().map(|text| text.body).collect();
    assert_eq!(bodies, ["Tomorrow at three."], "a text that waited for its own time has not waited too long");
    assert!(!office.messenger.withdraw(&office.tenant, &kept.ids[0]).await.unwrap(), "too late");
    let gone = office.messenger.text(&office.tenant, &dropped.ids[0]).await.unwrap().unwrap();
    assert_eq!((gone.delivery.status, gone.refusal), (DeliveryStatus::Canceled, Some(Refusal::Withdrawn)));
}

#[tokio::test]
async fn twilio_keeps_a_schedule_too() {
    let office = office(Guard::new());
    let service = "MG0123456789abcdef0123456789abcdef".parse().unwrap();
    let at = |ahead| Schedule::AtTwilio(office.clock.now() + ahead, service);
    let soon = office.queue(Draft::new(CALLER, "soon").with_schedule(at(TimeDelta::minutes(5)))).await;
    office.run().await;
    assert!(office.twilio.texts().is_empty(), "what is too soon for Twilio is kept here");
    assert!(office.messenger.withdraw(&office.tenant, &soon.ids[0]).await.unwrap());
    assert!(office.messenger.withdraw(&office.tenant, &soon.ids[0]).await.unwrap(), "withdrawn is withdrawn");
    let far = Draft::new(CALLER, "hi").with_schedule(at(TimeDelta::days(36)));
    assert_eq!(office.refusal(far).await, Refusal::Time);
    let queued = office.queue(Draft::new(CALLER, "hi").with_schedule(at(TimeDelta::hours(1)))).await;
    office.run().await;
    let text = office.messenger.text(&office.tenant, &queued.ids[0]).await.unwrap().unwrap();
    assert_eq!(text.delivery.status, DeliveryStatus::Scheduled);
    assert!(office.messenger.withdraw(&office.tenant, &queued.ids[0]).await.unwrap());
    assert_eq!(office.twilio.texts()[0].status, "canceled");
    // Who opts out gets nothing that Twilio keeps either.
    office.queue(Draft::new(CALLER, "later").with_schedule(at(TimeDelta::hours(2)))).await;
    office.run().await;
    office.messenger.set_opted_out(&office.tenant, BUSINESS, CALLER, true).await.unwrap();
    assert_eq!(office.twilio.texts()[1].status, "canceled");
}

#[tokio::test]
async fn an_outage_and_credentials_that_are_being_changed_lose_no_text() {
    let office = office(Guard::new());
    office.twilio.inject((0..2).map(|_| Fault::TooManyRequests { retry_after: None }).cycle().take(8));
    office.queue(Draft::new(CALLER, "one")).await;
    for _ in 0..5 {
        office.run().await;
        office.clock.advance(Duration::from_secs(600));
    }
    assert_eq!(office.twilio.texts().len(), 1, "three attempts reach over a quarter of an hour");

    let refused = self::office(Guard::new());
    let wrong = frontdesk::twilio::Client::builder(refused.twilio.account_sid())
        .with_auth_token("an-old-token")
        .with_base_url(refused.twilio.base_url())
        .with_transport(refused.twilio.transport())
        .build()
        .unwrap();
    let shared: Arc<dyn Clock> = Arc::new(refused.clock.clone());
    let store = MemoryStore::new(shared.clone()).with_tenant(clinic());
    let build = |client| {
        Messenger::builder(store.clone())
            .sender(client)
            .clock(shared.clone())
            .public_url("https://example.com".parse().unwrap())
            .build()
            .unwrap()
    };
    let (before, after) = (build(wrong), build(refused.twilio.client().unwrap()));
    before.send(&refused.tenant, Draft::new(CALLER, "two")).await.unwrap();
    for _ in 0..6 {
        before.run_until_idle().await.unwrap();
        refused.clock.advance(Duration::from_secs(300));
    }
    after.run_until_idle().await.unwrap();
    assert_eq!(refused.twilio.texts().len(), 1, "the token was put right, and the text goes");
}

#[tokio::test]
async fn a_tenant_sends_from_its_own_numbers_only() {
    let office = office(Guard::new());
    office.twilio.own_number("+15551239999".parse().unwrap());
    let stolen = Draft::new(CALLER, "hi").with_from("+15551239999");
    assert_eq!(office.refusal(stolen).await, Refusal::NoAddress);
    office.queue(Draft::new(CALLER, "hi").with_from(BUSINESS)).await;
}

#[derive(Debug)]
struct Chatty;

#[async_trait::async_trait]
impl frontdesk::calls::Hooks for Chatty {
    async fn auto_reply(&self, _: &frontdesk::tenant::Tenant, _: &frontdesk::message::MessageRecord) -> Option<String> {
        Some("It’s a long story. ".repeat(60))
    }
}

#[tokio::test]
async fn a_reply_that_is_too_long_is_split_like_every_text() {
    let world = World::with(clinic(), |builder| builder.hooks(Chatty)).await;
    world.twilio.text(CALLER, BUSINESS.parse().unwrap(), "Tell me").await;
    // The pieces go two seconds apart, of which the first goes at once.
    world.settle().await;
    let texts = world.texts().await;
    let replies: Vec<_> = texts.iter().filter(|text| text.kind == MessageKind::Reply).collect();
    assert_eq!(replies.len(), 2, "{replies:?}");
    assert!(replies.iter().all(|text| text.refusal.is_none()));
    assert_eq!(world.twilio.texts().len(), 1);
}

#[tokio::test]
async fn what_the_host_knows_of_opting_out_is_for_the_host_to_take_back() {
    let world = World::new(clinic()).await;
    let messenger = world.desk.messenger();
    messenger.set_opted_out(&tenant(), BUSINESS, CALLER, true).await.unwrap();
    world.twilio.text(CALLER, BUSINESS.parse().unwrap(), "yes").await;
    world.twilio.text(CALLER, BUSINESS.parse().unwrap(), "START").await;
    assert_eq!(messenger.opted_out(&tenant(), 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_unknown_text_is_looked_up_and_else_left_to_a_person() {
    let office = office(Guard::new());
    // It was sent, and only the answer was lost.
    office.twilio.inject([Fault::LostAnswer]);
    let lost = office.queue(Draft::new(CALLER, "one")).await;
    office.run().await;
    let status = async |queued: &Queued| {
        let text = office.messenger.text(&office.tenant, &queued.ids[0]).await.unwrap().unwrap();
        text.delivery.status
    };
    assert_eq!(status(&lost).await, DeliveryStatus::Unknown);
    office.clock.advance(Duration::from_secs(30));
    office.run().await;
    assert_eq!(status(&lost).await, DeliveryStatus::Queued, "found at the provider");
    // It was not, and nobody can know: it waits, listed and counted.
    office.twilio.inject([Fault::Reset]);
    let reset = office.queue(Draft::new(CALLER, "two")).await;
    for _ in 0..6 {
        office.run().await;
        office.clock.advance(Duration::from_secs(3600));
    }
    assert_eq!(office.messenger.unknown(&office.tenant, 10).await.unwrap().len(), 1);
    assert_eq!(office.messenger.counts(&office.tenant).await.unwrap()[&DeliveryStatus::Unknown], 1);
    assert_eq!(office.twilio.texts().len(), 1, "never sent again by itself");
    let resolved = office.messenger.resolve(&office.tenant, &reset.ids[0], Resolution::SendNow).await.unwrap();
    office.run().await;
    assert!(resolved && office.twilio.texts().len() == 2);
    assert!(!office.messenger.resolve(&office.tenant, &reset.ids[0], Resolution::SendNow).await.unwrap());
}

#[tokio::test]
async fn a_text_that_was_given_up_is_sent_by_a_person_unless_the_provider_had_taken_it() {
    for (sid, sent) in [(None, true), (Some("SM0123456789abcdef0123456789abcdef".parse().unwrap()), false)] {
        let office = self::office(Guard::default());
        let draft = Draft::new(CALLER, "hello").with_id("m".parse().unwrap());
        office.messenger.send(&office.tenant, draft).await.unwrap();
        let id = "m".parse().unwrap();
        let mut text = office.messenger.text(&office.tenant, &id).await.unwrap().unwrap();
        text.delivery = Delivery::new(DeliveryStatus::Failed);
        text.sid = sid;
        office.store.commit(&office.tenant, Unit::new().save_message(text)).await.unwrap();
        assert_eq!(office.messenger.resolve(&office.tenant, &id, Resolution::SendNow).await.unwrap(), sent);
        office.run().await;
        assert_eq!(office.twilio.texts().len(), usize::from(sent));
    }
}

#[tokio::test]
async fn a_line_that_takes_no_texts_gets_none() {
    let mut settings = forwarding_clinic();
    settings.text_back.check_line = true;
    for (behaviour, texts) in [(Behaviour::Landline, 0), (Behaviour::Delivered, 1)] {
        let world = World::new(settings.clone()).await;
        world.twilio.set_recipient(CALLER, behaviour);
        world.twilio.call(CALLER, BUSINESS.parse().unwrap()).place().await;
        world.settle().await;
        assert_eq!(world.twilio.texts().len(), texts);
        let text = world.texts().await.into_iter().find(|text| text.kind == MessageKind::TextBack).unwrap();
        assert_eq!(text.refusal, (texts == 0).then_some(Refusal::NoTexts));
    }
}

#[tokio::test]
async fn a_thread_is_read_in_order_and_opting_out_ends_it() {
    let world = World::new(clinic()).await;
    let messenger = world.desk.messenger();
    messenger.send(&tenant(), Draft::new(CALLER, "Are you coming?")).await.unwrap();
    world.settle().await;
    world.twilio.text(CALLER, BUSINESS.parse().unwrap(), "Yes").await;
    messenger.send(&tenant(), Draft::new(CALLER, "Good.")).await.unwrap();
    world.settle().await;
    messenger.send(&tenant(), Draft::new("+14155550100", "Somebody else")).await.unwrap();
    let words = |texts: Vec<frontdesk::message::MessageRecord>| {
        texts.into_iter().map(|text| text.body.into_string()).collect::<Vec<_>>()
    };
    let thread = messenger.thread(&tenant(), CALLER, None, 50).await.unwrap();
    let (first, second) = (thread[0].id.clone(), thread[1].id.clone());
    assert_eq!(words(thread), ["Are you coming?", "Yes", "Good."], "«Yes» is no keyword to who had not said stop");
    assert_eq!(words(messenger.thread(&tenant(), CALLER, None, 2).await.unwrap()), ["Yes", "Good."]);
    assert_eq!(words(messenger.thread(&tenant(), CALLER, Some(second), 2).await.unwrap()), ["Are you coming?"]);
    assert!(messenger.thread(&tenant(), CALLER, Some(first), 2).await.unwrap().is_empty());
    world.twilio.text(CALLER, BUSINESS.parse().unwrap(), "Stop").await;
    let refused = messenger.send(&tenant(), Draft::new(CALLER, "Hello?")).await.unwrap();
    assert_eq!(refused, Sent::Refused(Refusal::OptedOut));
    assert_eq!(messenger.opted_out(&tenant(), 10).await.unwrap().len(), 1);
    messenger.set_opted_out(&tenant(), BUSINESS, CALLER, false).await.unwrap();
    assert!(matches!(messenger.send(&tenant(), Draft::new(CALLER, "Hello?")).await.unwrap(), Sent::Queued(_)));
    let foreign = messenger.thread(&"other".parse().unwrap(), CALLER, None, 50).await.unwrap();
    assert!(foreign.is_empty(), "another tenant reads nothing");
    assert!(world.texts().await.iter().all(|text| text.created_at > DateTime::UNIX_EPOCH));
}
