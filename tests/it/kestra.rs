//! A workflow engine that answers late, wrongly, or not at all: what it was asked for is done once, by it or by us.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use frontdesk::Desk;
use frontdesk::clock::{Clock, ManualClock, SystemClock};
use frontdesk::kestra::{Client, Credentials, Flow};
use frontdesk::message::{MessageQuery, Messages};
use frontdesk::notification::{Appointment, NotificationQuery, NotificationStatus, Notifications, Person, Workflow};
use frontdesk::sim::Twilio;
use frontdesk::store::MemoryStore;
use frontdesk::tenant::Tenant;
use frontdesk::transport::Reqwest;
use serde_json::{Value, json};
use wiremock::matchers::{method, path, path_regex};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::world::{BUSINESS, CALLER};

const START: &str = "/api/v1/main/executions/frontdesk/send_notification";
const SEARCH: &str = "/api/v1/main/executions/search";

fn execution(state: &str, outputs: Value) -> Value {
    json!({ "id": "exec1", "namespace": "frontdesk", "flowId": "send_notification", "state": { "current": state, "histories": [] }, "outputs": outputs })
}

fn said(state: &str, outputs: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(execution(state, outputs))
}

/// An execution of somebody else's stands first, as if the server had passed over what was asked for.
#[derive(Clone)]
struct Search(Vec<Option<Value>>, Arc<std::sync::atomic::AtomicUsize>);

impl wiremock::Respond for Search {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let round = self.1.fetch_add(1, std::sync::atomic::Ordering::SeqCst).min(self.0.len() - 1);
        let label = request.url.query_pairs().find(|(name, _)| name == "labels").unwrap().1.into_owned();
        let (key, value) = label.split_once(':').unwrap();
        let mut other = execution("SUCCESS", json!({ "message_sid": "SM99999999999999999999999999999999" }));
        (other["id"], other["labels"]) = ("other".into(), json!([{ "key": key, "value": "another" }]));
        let mut results = vec![other];
        results.extend(self.0[round].clone().map(|mut own| {
            own["labels"] = json!([{ "key": "system.from", "value": "api" }, { "key": key, "value": value }]);
            own
        }));
        ResponseTemplate::new(200).set_body_json(json!({ "total": results.len(), "results": results }))
    }
}

/// A Kestra that follows a script: the answers to each kind of request, one after the other, the last for ever.
struct Kestra {
    server: MockServer,
}

impl Kestra {
    async fn new() -> Self {
        Self { server: MockServer::start().await }
    }

    async fn answers(&self, verb: &str, place: &str, answers: Vec<ResponseTemplate>) -> &Self {
        let last = answers.len() - 1;
        for (number, answer) in answers.into_iter().enumerate() {
            let mock = Mock::given(method(verb)).and(path_regex(format!("^{place}$"))).respond_with(answer);
            let mock = if number < last { mock.up_to_n_times(1) } else { mock };
            mock.with_priority(u8::try_from(number + 1).unwrap()).mount(&self.server).await;
        }
        self
    }

    /// What searches find, one after the other.
    async fn finds(&self, found: Vec<Option<Value>>) {
        let search = Search(found, Arc::default());
        Mock::given(method("GET")).and(path(SEARCH)).respond_with(search).mount(&self.server).await;
    }

    async fn asked(&self, verb: &str, place: &str) -> Vec<Request> {
        let all = self.server.received_requests().await.unwrap();
        all.into_iter()
            .filter(|request| request.method.as_str() == verb && request.url.path().ends_with(place))
            .collect()
    }

    fn client(&self, clock: Arc<dyn Clock>) -> Client {
        let transport = Arc::new(Reqwest::new().unwrap());
        let basic = Credentials::Basic { user: "desk@example.com".into(), password: "hunter2".into() };
        Client::new(self.server.uri().parse().unwrap(), transport, clock).with_credentials(&basic)
    }
}

struct Office {
    desk: Desk,
    store: MemoryStore,
    twilio: Twilio,
    clock: ManualClock,
}

impl Office {
    fn new(kestra: &Kestra) -> Self {
        Self::with_patience(kestra, Duration::from_secs(10))
    }

    fn with_patience(kestra: &Kestra, patience: Duration) -> Self {
        Self::with_deadline(kestra, patience, Duration::from_secs(10))
    }

    fn with_deadline(kestra: &Kestra, patience: Duration, deadline: Duration) -> Self {
        // The desk's time stands still; Kestra is asked over the network, in real time.
        let clock = ManualClock::at("2026-06-01T14:00:00Z".parse().unwrap());
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let twilio = Twilio::builder().clock(shared.clone()).in_process().unwrap();
        twilio.own_number(BUSINESS.parse().unwrap());
        let clinic = Tenant::new("clinic".parse().unwrap()).with_name("Clinic").with_number(BUSINESS.parse().unwrap());
        let store = MemoryStore::new(shared.clone()).with_tenant(clinic);
        let flow =
            Flow::new(kestra.client(SystemClock::shared()).with_deadline(deadline), "frontdesk", "send_notification")
                .with_pause(Duration::from_millis(2))
                .with_patience(patience);
        let desk = Desk::builder()
            .public_url("https://example.com".parse().unwrap())
            .auth_token(twilio.auth_token())
            .twilio(twilio.client().unwrap())
            .store(store.clone())
            .workflow(flow)
            .clock(shared)
            .build()
            .unwrap();
        Self { desk, store, twilio, clock }
    }

    /// Books an appointment that is soon, so that there is one notification.
    async fn book(&self) -> String {
        let start: chrono::DateTime<Utc> = self.clock.now() + TimeDelta::hours(1);
        let anna = Person::new("Anna \"A\"\r\nO'Neil").with_phone(CALLER);
        let visit = Appointment::new("visit".parse().unwrap(), start, start + TimeDelta::minutes(30), anna);
        let told = self.desk.notifier().set(&"clinic".parse().unwrap(), visit).await.unwrap();
        assert_eq!(told.len(), 1);
        self.desk.run_until_idle().await.unwrap();
        told[0].id.as_str().to_owned()
    }

    async fn status(&self) -> NotificationStatus {
        let tenant = "clinic".parse().unwrap();
        self.store.notifications(&tenant, &NotificationQuery::default()).await.unwrap()[0].status
    }

    fn sent(&self) -> usize {
        self.twilio.texts().len()
    }
}

#[tokio::test]
async fn a_flow_is_started_with_its_inputs_and_what_it_gives_out_is_read() {
    let kestra = Kestra::new().await;
    let outputs = json!({ "message_sid": "SM0123456789abcdef0123456789abcdef", "status": "delivered" });
    kestra.answers("POST", START, vec![said("CREATED", Value::Null)]).await;
    // Not found at first, then in states of which this version does not know one.
    let missing = ResponseTemplate::new(404);
    let on_its_way = vec![
        missing.clone(),
        missing,
        said("RUNNING", Value::Null),
        said("RESTARTED", Value::Null),
        said("SUCCESS", outputs),
    ];
    kestra.answers("GET", "/api/v1/main/executions/exec1", on_its_way).await;
    let office = Office::new(&kestra);
    let id = office.book().await;
    let tenant = "clinic".parse().unwrap();
    let told = office.store.notifications(&tenant, &NotificationQuery::default()).await.unwrap().remove(0);
    assert_eq!((told.status, told.execution.as_deref()), (NotificationStatus::Delivered, Some("exec1")));
    assert_eq!(told.sid.unwrap().as_str(), "SM0123456789abcdef0123456789abcdef");
    assert_eq!(office.sent(), 0, "the flow sent it");
    let start = kestra.asked("POST", "send_notification").await.remove(0);
    assert_eq!(start.url.query_pairs().find(|(name, _)| name == "labels").unwrap().1, format!("event_id:{id}"));
    assert_eq!(start.headers["authorization"], "Basic ZGVza0BleGFtcGxlLmNvbTpodW50ZXIy");
    let body = String::from_utf8(start.body).unwrap();
    let part = |name: &str, value: &str| format!("form-data; name=\"{name}\"\r\n\r\n{value}\r\n--");
    for (name, value) in
        [("event_id", id.as_str()), ("to", CALLER), ("kind", "confirmation"), ("name", "Anna \"A\"\r\nO'Neil")]
    {
        assert!(body.contains(&part(name, value)), "{name}: {body}");
    }
}

#[tokio::test]
async fn what_surely_did_not_start_goes_out_directly() {
    for refusal in [ResponseTemplate::new(404), ResponseTemplate::new(422), ResponseTemplate::new(401)] {
        let kestra = Kestra::new().await;
        kestra.answers("POST", START, vec![refusal]).await;
        let office = Office::new(&kestra);
        office.book().await;
        assert_eq!((office.sent(), office.status().await), (1, NotificationStatus::Sent));
        assert_eq!(kestra.asked("POST", "send_notification").await.len(), 1);
    }
    // Nobody listens.
    let kestra = Kestra::new().await;
    let office = Office::new(&kestra);
    drop(kestra);
    office.book().await;
    assert_eq!(office.sent(), 1);
}

#[tokio::test]
async fn a_flow_that_fails_or_waits_for_a_person_is_ended_and_replaced() {
    for (state, kills) in [("FAILED", 0), ("KILLED", 0), ("PAUSED", 1), ("BREAKPOINT", 1), ("RUNNING", 1)] {
        let kestra = Kestra::new().await;
        kestra.answers("POST", START, vec![said("CREATED", Value::Null)]).await;
        kestra.answers("DELETE", "/api/v1/main/executions/exec1/kill", vec![ResponseTemplate::new(202)]).await;
        let patience = Duration::from_millis(if state == "RUNNING" { 100 } else { 10_000 });
        let office = Office::with_patience(&kestra, patience);
        let place = "/api/v1/main/executions/exec1";
        if kills == 0 {
            kestra.answers("GET", place, vec![said(state, Value::Null)]).await;
        } else {
            let running = said(state, Value::Null);
            let over = said("KILLED", Value::Null);
            // One that runs on and on, even after it was to end.
            let answers = if state == "RUNNING" { vec![running] } else { vec![running, over] };
            kestra.answers("GET", place, answers).await;
        }
        office.book().await;
        if state == "RUNNING" {
            // It did not end within its time: asked again, it has.
            office.clock.advance(Duration::from_secs(60));
            kestra.finds(vec![Some(execution("KILLED", Value::Null))]).await;
            office.desk.run_until_idle().await.unwrap();
        }
        assert_eq!(kestra.asked("DELETE", "kill").await.len(), kills, "{state}");
        assert_eq!((office.sent(), office.status().await), (1, NotificationStatus::Sent), "{state}");
    }
}

#[tokio::test]
async fn a_flow_that_failed_after_it_had_sent_has_sent() {
    let kestra = Kestra::new().await;
    let outputs = json!({ "message_sid": "SM0123456789abcdef0123456789abcdef", "status": "queued" });
    kestra.answers("POST", START, vec![said("FAILED", outputs)]).await;
    let office = Office::new(&kestra);
    office.book().await;
    assert_eq!((office.sent(), office.status().await), (0, NotificationStatus::Sent));
}

#[tokio::test]
async fn an_answer_that_is_lost_is_looked_for_before_anybody_else_acts() {
    let outputs = json!({ "message_sid": "SM0123456789abcdef0123456789abcdef", "status": "sent" });
    let lost = || ResponseTemplate::new(504);
    // Started, and found at the second look.
    let kestra = Kestra::new().await;
    kestra.answers("POST", START, vec![lost()]).await;
    kestra.finds(vec![None, Some(execution("RUNNING", Value::Null))]).await;
    kestra.answers("GET", "/api/v1/main/executions/exec1", vec![said("SUCCESS", outputs)]).await;
    let office = Office::new(&kestra);
    let id = office.book().await;
    assert_eq!((office.sent(), office.status().await), (0, NotificationStatus::Sent));
    let search = kestra.asked("GET", "search").await.remove(0);
    let asks = |wanted: &str, of: &str| search.url.query_pairs().any(|(name, value)| name == wanted && value == of);
    assert!(asks("labels", &format!("event_id:{id}")) && asks("filters[labels][EQUALS][event_id]", &id));
    assert_eq!(kestra.asked("POST", "send_notification").await.len(), 1, "never started twice");
    // Not started.
    let kestra = Kestra::new().await;
    kestra.answers("POST", START, vec![lost()]).await;
    kestra.finds(vec![None]).await;
    let office = Office::new(&kestra);
    office.book().await;
    assert_eq!((office.sent(), kestra.asked("GET", "search").await.len()), (0, 3), "it may show up yet");
    office.clock.advance(Duration::from_secs(30));
    office.desk.run_until_idle().await.unwrap();
    assert_eq!((office.sent(), kestra.asked("GET", "search").await.len()), (1, 6));
    assert_eq!(kestra.asked("POST", "send_notification").await.len(), 1, "never started twice");
}

#[tokio::test]
async fn an_answer_that_comes_too_late_is_looked_for_as_well() {
    let kestra = Kestra::new().await;
    let outputs = json!({ "message_sid": "SM0123456789abcdef0123456789abcdef", "status": "sent" });
    // Longer than anybody waits; the test does not wait for it either.
    let late = said("CREATED", Value::Null).set_delay(Duration::from_secs(60));
    kestra.answers("POST", START, vec![late]).await;
    kestra.finds(vec![Some(execution("SUCCESS", outputs))]).await;
    let office = Office::with_deadline(&kestra, Duration::from_secs(10), Duration::from_millis(500));
    office.book().await;
    assert_eq!((office.sent(), office.status().await), (0, NotificationStatus::Sent));
    assert_eq!(kestra.asked("GET", "search").await.len(), 1);
}

#[tokio::test]
async fn while_nobody_knows_nobody_sends_and_then_it_is_sent_under_the_same_name() {
    let kestra = Kestra::new().await;
    kestra.answers("POST", START, vec![ResponseTemplate::new(502)]).await;
    kestra.answers("GET", SEARCH, vec![ResponseTemplate::new(503)]).await;
    let office = Office::new(&kestra);
    let id = office.book().await;
    assert_eq!((office.sent(), office.status().await), (0, NotificationStatus::Queued));
    for minutes in [2, 10] {
        office.clock.advance(Duration::from_secs(60 * minutes));
        office.desk.run_until_idle().await.unwrap();
    }
    assert_eq!(office.sent(), 1, "it is not lost");
    let texts = office.store.messages(&"clinic".parse().unwrap(), &MessageQuery::default()).await.unwrap();
    assert_eq!((texts.len(), texts[0].id.as_str()), (1, id.as_str()));
    assert_eq!(kestra.asked("POST", "send_notification").await.len(), 1);
}

#[tokio::test]
async fn a_webhook_starts_a_flow_and_secrets_stay_out_of_what_is_printed() {
    let server = MockServer::start().await;
    let key = "a key with / and ?";
    Mock::given(method("POST"))
        .and(path("/api/v1/executions/webhook/frontdesk/on_call/a%20key%20with%20%2F%20and%20%3F"))
        .respond_with(said("CREATED", Value::Null))
        .expect(1)
        .mount(&server)
        .await;
    let client = Client::new(server.uri().parse().unwrap(), Arc::new(Reqwest::new().unwrap()), SystemClock::shared())
        .with_tenant(None)
        .with_credentials(&Credentials::Bearer("hunter2".into()));
    let started = client.trigger("frontdesk", "on_call", &key.into(), &json!({ "call": "x" })).await.unwrap();
    assert_eq!(started.id, "exec1");
    let missing = client.execution("../../admin").await.unwrap_err();
    let shown = format!("{client:?} {missing:?} {missing} {started:?}");
    assert!(!shown.contains("hunter2") && !shown.contains("a key"), "{shown}");
    let paths: Vec<_> =
        server.received_requests().await.unwrap().iter().map(|request| request.url.path().to_owned()).collect();
    assert_eq!(paths.last().unwrap(), "/api/v1/executions/..%2F..%2Fadmin");
}

/// The inputs that a flow declares, and whether it requires them; and whether any has a default.
fn declared(text: &str) -> (Vec<(String, bool)>, bool) {
    let block: Vec<&str> = text.lines().skip_while(|line| *line != "inputs:").skip(1).collect();
    let block: Vec<&str> = block.into_iter().take_while(|line| line.is_empty() || line.starts_with(' ')).collect();
    let mut inputs = Vec::new();
    for line in &block {
        if let Some(id) = line.trim().strip_prefix("- id: ") {
            inputs.push((id.to_owned(), false));
        } else if line.trim() == "required: true" {
            inputs.last_mut().unwrap().1 = true;
        }
    }
    (inputs, block.iter().any(|line| line.trim().starts_with("defaults")))
}

#[tokio::test]
async fn the_flows_that_come_along_take_what_the_client_sends() {
    #[derive(Debug, Clone, Default)]
    struct Keep(Arc<std::sync::Mutex<Vec<(&'static str, String)>>>);
    #[async_trait::async_trait]
    impl Workflow for Keep {
        async fn run(
            &self,
            event: &frontdesk::notification::WorkflowEvent,
            _: bool,
        ) -> Result<frontdesk::notification::Ran, frontdesk::Error> {
            *self.0.lock().unwrap() = Flow::inputs(event);
            Err(frontdesk::Error::refused("only looking"))
        }
    }
    let kept = Keep::default();
    let kestra = Kestra::new().await;
    let office = Office::new(&kestra);
    let clinic = Tenant::new("clinic".parse().unwrap()).with_number(BUSINESS.parse().unwrap());
    let shared: Arc<dyn Clock> = Arc::new(office.clock.clone());
    let desk = Desk::builder()
        .public_url("https://example.com".parse().unwrap())
        .auth_token("t")
        .store(MemoryStore::new(shared.clone()).with_tenant(clinic))
        .workflow(kept.clone())
        .clock(shared)
        .build()
        .unwrap();
    Office { desk, ..office }.book().await;
    let sent: Vec<String> = kept.0.lock().unwrap().iter().map(|(name, _)| (*name).to_owned()).collect();
    assert!(!sent.is_empty());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/kestra");
    let mut flows = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().path();
        if file.extension().is_none_or(|extension| extension != "yml") {
            continue;
        }
        flows += 1;
        let text = std::fs::read_to_string(&file).unwrap();
        let (inputs, defaults) = declared(&text);
        let names: Vec<_> = inputs.iter().map(|(name, _)| name.clone()).collect();
        assert_eq!(names, sent, "{}", file.display());
        assert!(!defaults, "{}: an input that is left out is a mistake, not a default", file.display());
        // What may be empty cannot be required: Kestra takes an empty part for a missing one.
        let optional: Vec<_> = inputs.iter().filter(|(_, required)| !required).map(|(name, _)| name.as_str()).collect();
        assert_eq!(optional, ["name"]);
        assert!(!text.contains("/home/") && !text.contains("file://"), "{}: no absolute paths", file.display());
        let id = file.file_stem().unwrap().to_str().unwrap();
        assert!(text.starts_with(&format!("id: {id}\nnamespace: frontdesk\n")), "{}", file.display());
    }
    assert_eq!(flows, 2);
}
