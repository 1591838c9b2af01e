use std::time::Duration;

use async_trait::async_trait;
use frontdesk::calls::Hooks;
use frontdesk::message::{Accepted, DeliveryStatus, MessageKind, MessageRecord, Refusal, SmsSender};
use frontdesk::sim::twilio::{Behaviour, Callee, Fault};
use frontdesk::tenant::Tenant;

use crate::world::{BUSINESS, CALLER, COLLEAGUE, World, forwarding_clinic};

async fn miss_a_call(world: &World) {
    world.twilio.call(CALLER, BUSINESS.parse().unwrap()).callee(COLLEAGUE, Callee::NoAnswer).place().await;
}

#[tokio::test]
async fn a_busy_api_is_asked_again_and_the_text_sent_once() {
    let world = World::new(forwarding_clinic()).await;
    miss_a_call(&world).await;
    world.twilio.inject([Fault::TooManyRequests { retry_after: Some(0) }]);
    world.settle().await;
    assert_eq!(world.twilio.texts().len(), 1);
    assert_eq!(world.texts().await[0].delivery.status, DeliveryStatus::Delivered);
}

#[tokio::test]
async fn a_lost_answer_is_resolved_by_the_callback_and_never_sent_again() {
    for fault in [Fault::LostAnswer, Fault::Garbage] {
        let world = World::new(forwarding_clinic()).await;
        miss_a_call(&world).await;
        world.twilio.inject([fault]);
        world.desk.run_until_idle().await.unwrap();
        let text = &world.texts().await[0];
        assert_eq!((text.delivery.status, text.sid), (DeliveryStatus::Unknown, None));
        world.settle().await;
        let text = &world.texts().await[0];
        assert_eq!(text.delivery.status, DeliveryStatus::Delivered);
        assert_eq!(text.sid.unwrap().as_str(), world.twilio.texts()[0].sid);
        assert_eq!(world.twilio.texts().len(), 1);
    }
}

#[tokio::test]
async fn a_reset_or_a_server_error_leaves_the_text_unknown_and_unsent() {
    for fault in [Fault::Reset, Fault::ServerError] {
        let world = World::new(forwarding_clinic()).await;
        miss_a_call(&world).await;
        world.twilio.inject([fault]);
        world.settle().await;
        assert_eq!(world.texts().await[0].delivery.status, DeliveryStatus::Unknown);
        assert!(world.twilio.texts().is_empty());
    }
}

#[tokio::test]
async fn a_slow_api_is_waited_for() {
    let world = World::new(forwarding_clinic()).await;
    miss_a_call(&world).await;
    world.twilio.inject([Fault::Slow(Duration::from_millis(50))]);
    world.settle().await;
    assert_eq!(world.texts().await[0].delivery.status, DeliveryStatus::Delivered);
}

#[tokio::test]
async fn what_the_provider_refuses_or_loses_is_on_the_record() {
    for (behaviour, status, code) in [
        (Behaviour::OptedOut, DeliveryStatus::Failed, 21610),
        (Behaviour::Landline, DeliveryStatus::Failed, 21614),
        (Behaviour::Undelivered(30003), DeliveryStatus::Undelivered, 30003),
        (Behaviour::Failed(30007), DeliveryStatus::Failed, 30007),
    ] {
        let world = World::new(forwarding_clinic()).await;
        world.twilio.set_recipient(CALLER, behaviour);
        miss_a_call(&world).await;
        world.settle().await;
        let texts = world.texts().await;
        let text = texts.iter().find(|text| text.repeats.is_none()).unwrap();
        assert_eq!((text.delivery.status, text.delivery.error_code), (status, Some(code)));
        // A phone that was off may be on later; nothing else is tried again.
        let later: Vec<_> = texts.iter().filter(|text| text.repeats.is_some()).collect();
        assert_eq!(later.len(), usize::from(code == 30003), "{code}");
        assert!(later.iter().all(|text| text.delivery.status == DeliveryStatus::Pending && text.attempts == 0));
    }
}

#[derive(Debug)]
struct Answering;

#[async_trait]
impl Hooks for Answering {
    async fn auto_reply(&self, _: &Tenant, message: &MessageRecord) -> Option<String> {
        match message.body.as_str() {
            "panic" => panic!("a bug of the host's"),
            words => Some(format!("You wrote: {words}")),
        }
    }
}

#[tokio::test]
async fn texts_that_come_in_are_recorded_and_answered() {
    let world = World::with(forwarding_clinic(), |builder| builder.hooks(Answering)).await;
    let transcript = world.twilio.text(CALLER, BUSINESS.parse().unwrap(), "Tomorrow?").await;
    world.twilio.text(CALLER, BUSINESS.parse().unwrap(), "panic").await;
    world.settle().await;
    assert!(transcript.errors().is_empty(), "{transcript}");
    let texts = world.texts().await;
    let inbound = texts.iter().filter(|text| text.kind == MessageKind::Inbound);
    assert_eq!(inbound.count(), 2, "a panic in the hook loses no text");
    let sent = world.twilio.texts();
    assert_eq!((sent.len(), sent[0].body.as_str()), (1, "You wrote: Tomorrow?"));
}

#[tokio::test]
async fn who_said_stop_gets_no_text_back() {
    let world = World::new(forwarding_clinic()).await;
    world.twilio.text(CALLER, BUSINESS.parse().unwrap(), "STOP").await;
    miss_a_call(&world).await;
    world.settle().await;
    assert!(world.twilio.texts().is_empty());
    let failed = world.texts().await.into_iter().find(|text| text.kind == MessageKind::TextBack).unwrap();
    assert_eq!(failed.refusal, Some(Refusal::OptedOut), "known without asking the provider");
    world.twilio.text(CALLER, BUSINESS.parse().unwrap(), "yes").await;
    miss_a_call(&world).await;
    world.settle().await;
    assert_eq!(world.twilio.texts().len(), 1, "who says yes after stop is texted again");
}

#[derive(Debug)]
struct Panicking;

#[async_trait]
impl SmsSender for Panicking {
    async fn send(&self, _: &MessageRecord, _: &url::Url) -> Result<Accepted, frontdesk::Error> {
        panic!("a bug of the host's")
    }
}

#[tokio::test]
async fn a_sender_that_panics_leaves_the_text_unknown_and_the_worker_alive() {
    let world = World::with(forwarding_clinic(), |builder| builder.sender(Panicking)).await;
    for _ in 0..2 {
        miss_a_call(&world).await;
        world.settle().await;
    }
    let texts = world.texts().await;
    assert_eq!(texts.len(), 2);
    assert!(texts.iter().all(|text| text.delivery.status == DeliveryStatus::Unknown));
}

#[tokio::test]
async fn callbacks_are_told_again_when_the_desk_could_not_record_them() {
    let server = wiremock::MockServer::start().await;
    let answer =
        |status| wiremock::Mock::given(wiremock::matchers::any()).respond_with(wiremock::ResponseTemplate::new(status));
    answer(503).up_to_n_times(2).expect(2).mount(&server).await;
    answer(204).expect(2).mount(&server).await;
    let twilio = frontdesk::sim::Twilio::start().await.unwrap();
    twilio.own_number(BUSINESS.parse().unwrap());
    twilio.set_order(frontdesk::sim::twilio::Order::OnDemand);
    let callback = format!("{}/x#rc=3&rp=5xx", server.uri()).parse().unwrap();
    let text = frontdesk::twilio::messages::NewMessage::sms(BUSINESS, CALLER, "Hi").status_callback(callback);
    twilio.client().unwrap().messages().create(&text).await.unwrap();
    twilio.settle().await;
}
