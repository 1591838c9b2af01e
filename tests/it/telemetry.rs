//! What a desk measures, whether it says that it can work, and that a call can be followed through the log.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use chrono::TimeDelta;
use frontdesk::Desk;
use frontdesk::clock::{Clock, ManualClock};
use frontdesk::message::{MessageKind, MessageRecord};
use frontdesk::sim::twilio::{Behaviour, Callee};
use frontdesk::store::{MemoryStore, Store, Unit};
use frontdesk::telemetry;
use http::Request;
use metrics_util::debugging::{DebugValue, DebuggingRecorder, Snapshotter};

use crate::world::{BUSINESS, CALLER, COLLEAGUE, World, clinic, forwarding_clinic, listen};

/// Each metric with its labels, and how often it was counted or what it is.
fn taken(snapshots: &Snapshotter) -> BTreeMap<String, f64> {
    let all = snapshots.snapshot().into_vec().into_iter().map(|(key, _, _, value)| {
        let labels: Vec<_> = key.key().labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        let value = match value {
            DebugValue::Counter(count) => u32::try_from(count).unwrap().into(),
            DebugValue::Gauge(value) => value.into_inner(),
            DebugValue::Histogram(values) => u32::try_from(values.len()).unwrap().into(),
        };
        (format!("{} {}", key.key().name(), labels.join(" ")).trim().to_owned(), value)
    });
    all.collect()
}

#[tokio::test]
async fn what_happens_is_counted_without_naming_anybody() {
    let recorder = DebuggingRecorder::new();
    let snapshots = recorder.snapshotter();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let world = World::new(forwarding_clinic()).await;
    world.twilio.call(CALLER, BUSINESS.parse().unwrap()).callee(COLLEAGUE, Callee::NoAnswer).place().await;
    world.settle().await;
    world.twilio.set_recipient(CALLER, Behaviour::Landline);
    world.twilio.call(CALLER, BUSINESS.parse().unwrap()).callee(COLLEAGUE, Callee::NoAnswer).place().await;
    world.settle().await;
    let unsigned = Request::post("/webhooks/twilio/voice").body(Bytes::new()).unwrap();
    assert_eq!(world.desk.handle(unsigned).await.status(), 403);
    let all = taken(&snapshots);
    let value = |name: &str, labels: &str| *all.get(format!("{name} {labels}").trim()).unwrap_or(&-1.0);
    // What comes over the network is counted on the server's task, which is this thread's.
    assert_eq!(value(telemetry::WEBHOOKS, "route=voice result=answered"), 2.0, "{all:#?}");
    assert_eq!(value(telemetry::WEBHOOKS, "route=voice result=refused"), 1.0);
    assert_eq!(value(telemetry::REFUSALS, "reason=unsigned"), 1.0, "{all:#?}");
    assert_eq!(value(telemetry::WEBHOOK_SECONDS, "route=voice"), 3.0);
    assert_eq!(value(telemetry::TEXTS, "outcome=accepted"), 1.0, "{all:#?}");
    assert_eq!(value(telemetry::TEXTS, "outcome=failed"), 1.0);
    assert_eq!(value(telemetry::DELIVERY_SECONDS, ""), 1.0);
    assert_eq!(value(telemetry::BACKLOG, "kind=messages"), 1.0, "when it was looked at");
    for name in all.keys() {
        assert!(!name.contains(&CALLER[1..]) && !name.contains("clinic"), "{name}");
    }
}

#[tokio::test]
async fn a_desk_whose_store_is_away_or_whose_work_waits_is_not_ready() {
    let clock = ManualClock::at("2026-11-21T09:00:00Z".parse().unwrap());
    let shared: Arc<dyn Clock> = Arc::new(clock.clone());
    let store = MemoryStore::new(shared.clone()).with_tenant(clinic());
    let desk = Desk::builder()
        .public_url("https://example.com".parse().unwrap())
        .auth_token("token")
        .store(store.clone())
        .clock(shared)
        .backlog_limit(Duration::from_secs(60))
        .build()
        .unwrap();
    let ask = async || {
        let answer = desk.handle(Request::get("/ready").body(Bytes::new()).unwrap()).await;
        (answer.status().as_u16(), String::from_utf8(answer.into_body().to_vec()).unwrap())
    };
    assert_eq!(ask().await, (200, r#"{"status":"ready","store":true}"#.to_owned()));
    let tenant = "clinic".parse().unwrap();
    let due = clock.now() + TimeDelta::seconds(100);
    let (id, kind) = ("m".parse().unwrap(), MessageKind::Direct);
    let text = MessageRecord::outbound(tenant, id, kind, BUSINESS.into(), CALLER.into(), "hi".into(), due);
    store.commit(&text.tenant.clone(), Unit::new().enqueue(text)).await.unwrap();
    for (seconds, status) in [(100, 200), (60, 200), (1, 503)] {
        clock.advance(Duration::from_secs(seconds));
        assert_eq!(ask().await.0, status, "{seconds}");
    }
    assert_eq!(ask().await.1, r#"{"late":["messages"],"status":"not ready","store":true}"#);
    store.set_failing(true);
    assert_eq!(ask().await, (503, r#"{"status":"not ready","store":false}"#.to_owned()));
    let posted = desk.handle(Request::post("/ready").body(Bytes::new()).unwrap()).await;
    assert_eq!(posted.status(), 405);
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_call_is_followed_through_the_log_to_the_text_that_came_of_it() {
    listen();
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter("frontdesk=debug")
        .with_ansi(false)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::CLOSE)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let world = World::new(forwarding_clinic()).await;
    let call = world.twilio.call(CALLER, BUSINESS.parse().unwrap()).callee(COLLEAGUE, Callee::NoAnswer).place().await;
    world.settle().await;
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let of_call: Vec<&str> = text.lines().filter(|line| line.contains(&call.sid)).collect();
    for span in [
        "webhook{route=\"voice\" call=",
        "webhook{route=\"voice.dial\" call=",
        "webhook{route=\"voice.status\" call=",
        "text{text=text-back:",
    ] {
        assert!(of_call.iter().any(|line| line.contains(span)), "{span} in\n{text}");
    }
    let news = format!("webhook{{route=\"messages.status\" text=text-back:{}", call.sid);
    assert!(of_call.iter().any(|line| line.contains(&news)), "{text}");
}
