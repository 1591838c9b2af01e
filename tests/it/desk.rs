//! The desk without a network: signed requests straight into it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use frontdesk::Desk;
use frontdesk::calls::{Arrival, Hooks, Paths};
use frontdesk::clock::{Clock, ManualClock};
use frontdesk::desk::InvalidDesk;
use frontdesk::store::MemoryStore;
use frontdesk::tenant::{Group, Route};
use frontdesk::twilio::webhook::Signer;
use http::{Request, Response};

use crate::world::{BUSINESS, CALLER, forwarding_clinic};

pub(crate) const URL: &str = "https://desk.example";
pub(crate) const TOKEN: &str = "the-auth-token";
pub(crate) const CALL: &str = "CA0123456789abcdef0123456789abcdef";
const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";

pub(crate) fn clock() -> ManualClock {
    ManualClock::at("2026-03-02T15:00:00Z".parse().unwrap()).auto_advancing()
}

pub(crate) fn desk(paths: Paths) -> (Desk, MemoryStore) {
    let clock: Arc<dyn Clock> = Arc::new(clock());
    let store = MemoryStore::new(clock.clone()).with_tenant(forwarding_clinic());
    let desk = Desk::builder()
        .public_url(URL.parse().unwrap())
        .auth_token(TOKEN)
        .store(store.clone())
        .clock(clock)
        .paths(paths)
        .build()
        .unwrap();
    (desk, store)
}

pub(crate) fn plain() -> (Desk, MemoryStore) {
    desk(Paths::default())
}

pub(crate) fn signed(target: &str, body: &str) -> Request<Bytes> {
    Request::post(target)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("x-twilio-signature", Signer::new(TOKEN).sign_form(&format!("{URL}{target}"), body.as_bytes()))
        .body(Bytes::from(body.to_owned()))
        .unwrap()
}

pub(crate) fn voice(status: &str, more: &str) -> String {
    let encode = |number: &str| number.replace('+', "%2B");
    let (from, to) = (encode(CALLER), encode(BUSINESS));
    format!("CallSid={CALL}&AccountSid={ACCOUNT}&From={from}&To={to}&CallStatus={status}&Direction=inbound{more}")
}

fn text(response: &Response<Bytes>) -> &str {
    std::str::from_utf8(response.body()).unwrap()
}

#[tokio::test]
async fn the_same_webhook_gets_the_same_answer() {
    let (desk, store) = plain();
    let ring = || signed("/webhooks/twilio/voice", &voice("ringing", ""));
    let first = desk.handle(ring()).await;
    assert_eq!(first.headers()["content-type"], "text/xml; charset=utf-8");
    assert!(text(&first).contains("<Number>+15551230001</Number>"));
    store.put_tenant(forwarding_clinic().with_forward_to("+15551230077".parse::<frontdesk::phone::E164>().unwrap()));
    assert_eq!(desk.handle(ring()).await.body(), first.body(), "the saved answer, not a new decision");
}

#[tokio::test]
async fn only_a_ringing_call_gets_verbs() {
    let (desk, _) = plain();
    for status in ["queued", "in-progress", "completed", "busy", "failed", "no-answer", "canceled", "surprising"] {
        let response = desk.handle(signed("/webhooks/twilio/voice", &voice(status, ""))).await;
        assert!(text(&response).ends_with("<Response/>"), "{status}");
    }
}

#[tokio::test]
async fn refuses_before_it_does_anything() {
    let (desk, store) = plain();
    let unsigned = Request::post("/webhooks/twilio/voice").body(Bytes::from(voice("ringing", ""))).unwrap();
    assert_eq!(desk.handle(unsigned).await.status(), 403);
    let mut tampered = signed("/webhooks/twilio/voice", &voice("ringing", ""));
    *tampered.body_mut() = Bytes::from(voice("ringing", "&Digits=1"));
    assert_eq!(desk.handle(tampered).await.status(), 403);
    let long = signed("/webhooks/twilio/voice", &voice("ringing", &format!("&X={}", "x".repeat(70_000))));
    assert_eq!(desk.handle(long).await.status(), 413);
    let repeated = signed("/webhooks/twilio/voice", &voice("ringing", "&CallStatus=completed"));
    assert_eq!(desk.handle(repeated).await.status(), 400);
    assert!(format!("{store:?}").contains("calls: 0"));
}

#[tokio::test]
async fn knows_its_paths_and_methods() {
    let (desk, _) = plain();
    let get = |path: &str| Request::get(path).body(Bytes::new()).unwrap();
    assert_eq!(desk.handle(get("/health")).await.status(), 200);
    assert_eq!(desk.handle(get("/nope")).await.status(), 404);
    let put = Request::put("/webhooks/twilio/voice").body(Bytes::new()).unwrap();
    let response = desk.handle(put).await;
    assert_eq!((response.status().as_u16(), response.headers()["allow"].to_str().unwrap()), (405, "GET, POST"));
}

#[tokio::test]
async fn hosts_keep_the_urls_they_have() {
    let mut paths = Paths::default();
    paths.voice = "/api/twilio/voice/incoming".into();
    paths.status = "/webhooks/twilio/call/status/{callSid}".into();
    paths.dial = "/webhooks/twilio/call/dial/{callSid}".into();
    let (desk, store) = desk(paths);
    let response = desk.handle(signed("/api/twilio/voice/incoming", &voice("ringing", ""))).await;
    let action = format!(
        "action=\"{URL}/webhooks/twilio/call/dial/{CALL}?ladder=default&amp;leg=0&amp;tenant=clinic&amp;step=1\""
    );
    assert!(text(&response).contains(&action), "{}", text(&response));
    let target = format!("/webhooks/twilio/call/status/{CALL}");
    let response = desk.handle(signed(&target, &voice("completed", "&CallDuration=7"))).await;
    assert_eq!(response.status(), 204);
    use frontdesk::call::Calls;
    let call = store.call(&"clinic".parse().unwrap(), &CALL.parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(call.duration, Some(7));
}

#[test]
fn two_webhooks_cannot_share_a_path() {
    let mut paths = Paths::default();
    paths.voice = paths.status.clone();
    let build = Desk::builder()
        .public_url(URL.parse().unwrap())
        .auth_token(TOKEN)
        .store(MemoryStore::new(Arc::new(clock())))
        .paths(paths)
        .build();
    assert!(matches!(build, Err(InvalidDesk::Path(_))));
}

#[derive(Debug)]
struct Routing(fn() -> Option<Route>, Duration, ManualClock);

#[async_trait]
impl Hooks for Routing {
    async fn route(&self, _: &Arrival<'_>) -> Option<Route> {
        self.2.sleep(self.1).await;
        (self.0)()
    }
}

#[tokio::test]
async fn the_hosts_presence_decides_the_route_unless_it_panics_or_dawdles() {
    let say = || Some(Route::Say("Everybody is out.".into()));
    let forwarded = "<Number>+15551230001</Number>";
    for (decide, delay, expected) in [
        (say as fn() -> Option<Route>, 1, "Everybody is out."),
        (say, 3, forwarded),
        (|| None, 1, forwarded),
        (|| panic!("a bug of the host's"), 1, forwarded),
        (|| Some(Route::Forward(Group::New)), 1, forwarded),
    ] {
        let clock = clock();
        let store = MemoryStore::new(Arc::new(clock.clone())).with_tenant(forwarding_clinic());
        let desk = Desk::builder()
            .public_url(URL.parse().unwrap())
            .auth_token(TOKEN)
            .store(store)
            .clock(Arc::new(clock.clone()))
            .hooks(Routing(decide, Duration::from_secs(delay), clock))
            .build()
            .unwrap();
        let response = desk.handle(signed("/webhooks/twilio/voice", &voice("ringing", ""))).await;
        assert!(text(&response).contains(expected), "{}", text(&response));
    }
}

#[tokio::test]
async fn a_call_is_forwarded_even_when_nothing_can_be_written() {
    let clock: Arc<dyn Clock> = Arc::new(clock());
    let store = MemoryStore::new(clock.clone()).with_tenant(forwarding_clinic());
    store.set_read_only(true);
    let desk =
        Desk::builder().public_url(URL.parse().unwrap()).auth_token(TOKEN).store(store).clock(clock).build().unwrap();
    let response = desk.handle(signed("/webhooks/twilio/voice", &voice("ringing", ""))).await;
    assert!(text(&response).contains("<Number>+15551230001</Number>"), "{}", text(&response));
    let response = desk.handle(signed("/webhooks/twilio/voice/status", &voice("completed", ""))).await;
    assert_eq!(response.status(), 503, "Twilio is to tell it again");
}

#[tokio::test]
async fn a_field_that_is_odd_costs_no_call() {
    let (desk, _) = plain();
    let odd = voice("ringing", "&ParentCallSid=odd&StirVerstat=&ErrorCode=abc");
    assert!(text(&desk.handle(signed("/webhooks/twilio/voice", &odd)).await).contains("<Dial"));
    let missing = voice("ringing", "").replace(&format!("CallSid={CALL}&"), "");
    let response = desk.handle(signed("/webhooks/twilio/voice", &missing)).await;
    assert_eq!(response.status(), 200);
    assert!(text(&response).contains("We are sorry"), "a caller is on the line");
    let nobody = voice("ringing", "").replace("From=%2B14155552671", "From=");
    let (desk, _) = plain();
    assert!(text(&desk.handle(signed("/webhooks/twilio/voice", &nobody)).await).contains("callerId=\"+15551230000\""));
}

#[tokio::test]
async fn get_webhooks_carry_their_parameters_in_the_query() {
    let (desk, _) = plain();
    let target = format!("/webhooks/twilio/voice?{}", voice("ringing", ""));
    let request = Request::get(&target)
        .header("x-twilio-signature", Signer::new(TOKEN).sign_url(&format!("{URL}{target}")))
        .body(Bytes::new())
        .unwrap();
    assert!(text(&desk.handle(request).await).contains("<Dial"));
}

#[tokio::test]
async fn live_transcription_becomes_lines_in_order_and_once() {
    let (desk, store) = plain();
    desk.handle(signed("/webhooks/twilio/voice", &voice("ringing", ""))).await;
    for sequence in [2, 1, 2] {
        let body = format!(
            "AccountSid={ACCOUNT}&CallSid={CALL}&TranscriptionSid=GT0123456789abcdef0123456789abcdef&Timestamp=2026-03-02T15:00:00Z\
             &SequenceId={sequence}&TranscriptionEvent=transcription-content&Track=inbound_track&Final=true\
             &TranscriptionData=%7B%22transcript%22%3A%22line+{sequence}%22%2C%22confidence%22%3A0.9%7D"
        );
        let response = desk.handle(signed("/webhooks/twilio/voice/transcription?tenant=clinic", &body)).await;
        assert_eq!(response.status(), 204);
    }
    use frontdesk::call::Calls;
    let call = store.call(&"clinic".parse().unwrap(), &CALL.parse().unwrap()).await.unwrap().unwrap();
    let lines: Vec<_> = call.transcript.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(lines, ["line 1", "line 2"]);
}

#[tokio::test]
async fn many_deliveries_at_once_make_one_text() {
    let (desk, store) = plain();
    desk.handle(signed("/webhooks/twilio/voice", &voice("ringing", ""))).await;
    let dial = voice("in-progress", "&DialCallStatus=no-answer");
    let target = "/webhooks/twilio/voice/dial?ladder=default&leg=0&tenant=clinic&step=1";
    let all = (0..40).map(|index| {
        let request = match index % 2 {
            0 => signed(target, &dial),
            _ => signed("/webhooks/twilio/voice/status", &voice("no-answer", &format!("&SequenceNumber={index}"))),
        };
        let desk = desk.clone();
        tokio::spawn(async move { desk.handle(request).await.status().as_u16() })
    });
    for status in futures_util::future::join_all(all).await {
        assert!(matches!(status.unwrap(), 200 | 204));
    }
    assert!(format!("{store:?}").contains("messages: 1"));
}
