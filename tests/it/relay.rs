use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use frontdesk::Desk;
use frontdesk::backoffice::{Backoffice, EventService};
use frontdesk::clock::{Clock, ManualClock};
use frontdesk::message::{MessageId, MessageRecord, Messages};
use frontdesk::store::MemoryStore;
use frontdesk::transport::{Reply, Stub};
use frontdesk::twilio::Client;
use http::Request;
use serde_json::{Value, json};

use crate::desk::{CALL, TOKEN, URL, clock, signed, voice};
use crate::world::{BUSINESS, CALLER, forwarding_clinic, tenant};

const SENT: &str = r#"{"sid":"SM0123456789abcdef0123456789abcdef","status":"queued"}"#;

struct World {
    desk: Desk,
    store: MemoryStore,
    clock: ManualClock,
    service: Stub,
    twilio: Stub,
}

fn world(service: Stub) -> World {
    let clock = clock();
    let shared: Arc<dyn Clock> = Arc::new(clock.clone());
    let service = service.with_clock(shared.clone());
    let twilio = Stub::new().reply(201, SENT);
    let store = MemoryStore::new(shared.clone()).with_tenant(forwarding_clinic());
    let client = Client::builder("AC0123456789abcdef0123456789abcdef".parse().unwrap())
        .with_auth_token(TOKEN)
        .with_transport(Arc::new(twilio.clone()))
        .with_clock(shared.clone())
        .build()
        .unwrap();
    let calls = Backoffice::new(
        "https://calls.example/api".parse().unwrap(),
        "service-key",
        Arc::new(service.clone()),
        shared.clone(),
    );
    let desk = Desk::builder()
        .public_url(URL.parse().unwrap())
        .auth_token(TOKEN)
        .store(store.clone())
        .twilio(client)
        .relay(EventService::new(calls))
        .clock(shared)
        .build()
        .unwrap();
    World { desk, store, clock, service, twilio }
}

impl World {
    async fn miss_a_call(&self) {
        self.desk.handle(signed("/webhooks/twilio/voice", &voice("ringing", ""))).await;
        let dial = voice("in-progress", "&DialCallStatus=no-answer");
        self.desk.handle(signed("/webhooks/twilio/voice/dial?ladder=default&leg=0", &dial)).await;
        let over = voice("completed", "&CallDuration=21&SequenceNumber=0");
        self.desk.handle(signed("/webhooks/twilio/voice/status", &over)).await;
    }

    async fn text(&self) -> MessageRecord {
        let id = MessageId::text_back(&CALL.parse().unwrap());
        self.store.message(&tenant(), &id).await.unwrap().unwrap()
    }
}

fn told(request: &Request<Bytes>) -> (String, Value) {
    assert_eq!(request.headers()["x-service-key"], "service-key");
    (request.uri().path().to_owned(), serde_json::from_slice(request.body()).unwrap())
}

#[tokio::test]
async fn the_service_is_told_each_piece_of_news_once() {
    let world = world(Stub::new().reply(200, "").reply(200, "{}").reply(204, "").reply(200, ""));
    world.miss_a_call().await;
    world.miss_a_call().await;
    world.desk.run_until_idle().await.unwrap();
    let mut log: Vec<_> = world.service.log().iter().map(told).collect();
    log.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(
        log.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(),
        ["/api/calls/completed", "/api/calls/incoming", "/api/calls/missed"]
    );
    let time = "2026-03-02T15:00:00.000Z";
    assert_eq!(
        log[1].1,
        json!({
            "callSid": CALL, "from": CALLER, "to": BUSINESS, "tenantId": "clinic",
            "callStatus": "ringing", "direction": "inbound", "timestamp": time,
        })
    );
    assert_eq!(log[2].1, json!({"callSid": CALL, "callStatus": "no-answer", "callDuration": 0, "endTime": time}));
    assert_eq!(log[0].1, json!({"callSid": CALL, "callStatus": "completed", "callDuration": 21, "endTime": time}));
    let ids: Vec<_> = world.service.log().iter().map(|r| r.headers()["idempotency-key"].clone()).collect();
    assert!(ids.iter().any(|id| *id == format!("{CALL}:missed").as_str()));
}

#[tokio::test]
async fn the_services_words_replace_the_template() {
    let reply = r#"{"textBack":"We saw your call. Book at https://x.example"}"#;
    let world = world(Stub::new().reply(200, reply).reply(200, reply).reply(200, reply));
    world.miss_a_call().await;
    world.desk.run_until_idle().await.unwrap();
    assert_eq!(world.text().await.body, "We saw your call. Book at https://x.example");
    assert_eq!(world.twilio.log().len(), 1);
}

#[tokio::test]
async fn a_service_that_does_not_answer_delays_the_text_no_longer_than_told() {
    let world = world(Stub::new());
    world.miss_a_call().await;
    world.desk.run_until_idle().await.unwrap();
    assert!(world.twilio.log().is_empty(), "the words may still come");
    world.clock.advance(Duration::from_secs(3));
    world.desk.run_until_idle().await.unwrap();
    assert_eq!(world.twilio.log().len(), 1);
    assert!(world.text().await.body.starts_with("Sorry we missed you"));
}

#[tokio::test]
async fn news_are_tried_again_and_given_up_when_refused() {
    let world = world(Stub::new().then(Reply::not_sent()).reply(500, "").reply(400, "").reply(200, ""));
    world.desk.handle(signed("/webhooks/twilio/voice", &voice("ringing", ""))).await;
    for _ in 0..6 {
        world.desk.run_until_idle().await.unwrap();
        world.clock.advance(Duration::from_secs(600));
    }
    assert_eq!((world.service.log().len(), world.service.remaining()), (3, 1), "400 is final");
}

#[tokio::test]
async fn the_end_of_a_call_is_told_even_when_the_caller_hung_up_first() {
    let world = world(Stub::new().reply(200, "").reply(200, "").reply(200, ""));
    world.desk.handle(signed("/webhooks/twilio/voice", &voice("ringing", ""))).await;
    let dial = voice("completed", "&DialCallStatus=completed&DialCallDuration=12");
    world.desk.handle(signed("/webhooks/twilio/voice/dial?ladder=default&leg=0&tenant=clinic&step=1", &dial)).await;
    world.desk.handle(signed("/webhooks/twilio/voice/status", &voice("completed", "&CallDuration=15"))).await;
    world.desk.run_until_idle().await.unwrap();
    let mut told: Vec<_> = world.service.log().iter().map(told).collect();
    told.sort_by(|a, b| a.0.cmp(&b.0));
    let paths: Vec<_> = told.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["/api/calls/answered", "/api/calls/completed", "/api/calls/incoming"]);
    assert_eq!(told[0].1["callDuration"], 12);
    assert_eq!(told[1].1["callDuration"], 15);
}

#[tokio::test]
async fn calls_that_we_placed_are_nobodys_missed_calls() {
    let world = world(Stub::new());
    let outbound = voice("no-answer", "&SequenceNumber=2")
        .replace("Direction=inbound", "Direction=outbound-api")
        .replace("From=%2B14155552671&To=%2B15551230000", "From=%2B15551230000&To=%2B14155552671");
    assert_eq!(world.desk.handle(signed("/webhooks/twilio/voice/status", &outbound)).await.status(), 204);
    let child = voice("no-answer", "&ParentCallSid=CA0123456789abcdef0123456789abcdee");
    assert_eq!(world.desk.handle(signed("/webhooks/twilio/voice/status", &child)).await.status(), 204);
    world.desk.run_until_idle().await.unwrap();
    assert!(world.twilio.log().is_empty());
    assert!(!world.service.log().iter().any(|request| request.uri().path().ends_with("missed")));
}
