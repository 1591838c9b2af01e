//! The voice assistant, as Vapi's webhooks meet it: tools in every shape, answers in time, and what a call came to.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use frontdesk::address::Address;
use frontdesk::assistant::{AssistantSettings, BookingRequest, CallFlow, Toolbox};
use frontdesk::booking::{Booking, BookingQuery, Bookings};
use frontdesk::calendar::{Diaries, Diary, Entered, EventId};
use frontdesk::call::{Booked, CallQuery, CallRecord, Calls, ErrandState, Source, Status, Verdict};
use frontdesk::clock::{Clock, ManualClock};
use frontdesk::desk::DeskBuilder;
use frontdesk::id::TenantId;
use frontdesk::message::{MessageQuery, Messages};
use frontdesk::phone::E164;
use frontdesk::schedule::Interval;
use frontdesk::sim::Twilio;
use frontdesk::store::MemoryStore;
use frontdesk::tenant::{Assistant, Receptionist, Tenant, TenantLookup, Transfer};
use frontdesk::transport::{Reply, Stub};
use frontdesk::{Desk, Error, vapi};
use futures_util::future::join_all;
use http::{Request, Response, StatusCode};
use serde_json::{Value, json};

const SECRET: &str = "the server's secret";
const BUSINESS: &str = "+15551230000";
const ANNA: &str = "+14155552671";
/// Saturday, nine in the morning in New York.
const NOW: &str = "2026-11-21T14:00:00Z";

struct Office {
    clock: ManualClock,
    store: MemoryStore,
    desk: Desk,
    diary: Diary,
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn tenant() -> TenantId {
    "clinic".parse().unwrap()
}

fn clinic() -> Tenant {
    let mut clinic = Tenant::new(tenant())
        .with_name("Riverside Clinic")
        .with_number(BUSINESS.parse().unwrap())
        .with_hours("mon-fri 09:00-17:00".parse().unwrap(), chrono_tz::America::New_York);
    clinic.booking.step = Some(30);
    clinic
}

impl Office {
    fn new(clinic: Tenant) -> Self {
        Self::with(clinic, AssistantSettings::new(SECRET), |builder| builder)
    }

    fn with(clinic: Tenant, settings: AssistantSettings, change: impl FnOnce(DeskBuilder) -> DeskBuilder) -> Self {
        let clock = ManualClock::at(at(NOW)).auto_advancing();
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let diary = Diary::new(chrono_tz::America::New_York);
        let store = MemoryStore::new(shared.clone()).with_tenant(clinic);
        let builder = Desk::builder()
            .public_url("https://desk.example.com".parse().unwrap())
            .auth_token("token")
            .store(store.clone())
            .calendars(Diaries::new().with(tenant(), diary.clone()))
            .clock(shared)
            .assistant(settings);
        Self { clock, store, desk: change(builder).build().unwrap(), diary }
    }

    async fn post(&self, path: &str, body: impl Into<Bytes>) -> Response<Bytes> {
        let request = Request::post(path).header("authorization", format!("Bearer {SECRET}"));
        self.desk.handle(request.body(body.into()).unwrap()).await
    }

    async fn tell(&self, mut message: Value) -> Value {
        if message["call"].is_null() {
            message["call"] = call();
        }
        message["timestamp"] = json!(self.clock.now().timestamp_millis());
        let answer = self.post("/webhooks/vapi", json!({ "message": message }).to_string()).await;
        assert_eq!(answer.status(), StatusCode::OK, "{message}");
        serde_json::from_slice(answer.body()).unwrap()
    }

    /// What a tool says.
    async fn tool(&self, id: &str, name: &str, arguments: Value) -> String {
        let call =
            json!({"id": id, "type": "function", "function": {"name": name, "arguments": arguments.to_string()}});
        let answer = self.tell(json!({"type": "tool-calls", "toolCallList": [call]})).await;
        let result = &answer["results"][0];
        assert_eq!(result["toolCallId"], id, "{answer}");
        result["result"].as_str().or(result["error"].as_str()).unwrap().to_owned()
    }

    async fn bookings(&self) -> Vec<Booking> {
        let query = BookingQuery::between(at(NOW), at(NOW) + TimeDelta::days(60));
        let bookings = self.store.bookings(&tenant(), &query).await.unwrap();
        bookings.into_iter().filter(|booking| booking.state.stands()).collect()
    }

    async fn record(&self) -> CallRecord {
        self.store.call(&tenant(), &"CA0123456789abcdef0123456789abcdef".parse().unwrap()).await.unwrap().unwrap()
    }
}

fn call() -> Value {
    json!({
        "id": "6f9b0d3e-0000-4000-8000-000000000001", "orgId": "org", "type": "inboundPhoneCall",
        "phoneCallProvider": "twilio", "phoneCallTransport": "pstn",
        "phoneCallProviderId": "CA0123456789abcdef0123456789abcdef",
        "customer": {"number": ANNA, "name": "Whoever"}, "phoneNumber": {"number": BUSINESS},
    })
}

#[tokio::test]
async fn a_caller_books_what_was_offered_and_nothing_else() {
    let office = Office::new(clinic());
    let taken = Interval::new(at("2026-11-24T19:00:00Z"), at("2026-11-24T19:30:00Z")).unwrap();
    office.diary.enter(EventId::of(["lunch"]), Entered::Timed(taken));
    let taken = office.tool("t1", "check_availability", json!({"when": "Tuesday at two"})).await;
    assert!(taken.starts_with("It is not free on Tuesday, November 24 at 2:00 PM. Free: "), "{taken}");
    assert!(taken.contains("Tuesday, November 24 at 1:30 PM"), "{taken}");
    let never = office.tool("t2", "book_appointment", json!({"time": "Wednesday at ten", "name": "anna smith"})).await;
    assert_eq!(
        never,
        "It is free on Wednesday, November 25 at 10:00 AM. Ask the caller whether that is right, then call the tool again."
    );
    assert!(office.bookings().await.is_empty(), "a time that was not offered is not booked");
    let asked = office.tool("t3", "book_appointment", json!({"time": "one thirty", "name": ""})).await;
    assert!(asked.contains("`name` (The caller's full name)"), "{asked}");

    let booked = office.tool("t4", "book_appointment", json!({"time": "one thirty", "name": "anna smith"})).await;
    assert_eq!(booked, "Booked on Tuesday, November 24 at 1:30 PM. A text with the details is on its way.");
    // Asked again: by a duplicate of the webhook, and by the model in other words.
    assert_eq!(office.tool("t4", "book_appointment", json!({"time": "nonsense"})).await, booked);
    let again = json!({"time": "Tuesday at 1:30 pm", "name": "Anna"});
    let twice =
        join_all([office.tool("t5", "book_appointment", again.clone()), office.tool("t6", "book_appointment", again)])
            .await;
    assert!(twice.iter().all(|said| said == "It is booked already, on Tuesday, November 24 at 1:30 PM."), "{twice:?}");
    let bookings = office.bookings().await;
    assert_eq!(bookings.len(), 1);
    assert_eq!(bookings[0].interval().unwrap().start(), at("2026-11-24T18:30:00Z"));
    assert_eq!(bookings[0].details.customer.name.as_str(), "Anna Smith");
    assert_eq!(bookings[0].details.customer.phone, Some(Address::from(ANNA.parse::<E164>().unwrap())));

    office.tell(json!({"type": "status-update", "status": "in-progress"})).await;
    let report = json!({
        "type": "end-of-call-report", "endedReason": "customer-ended-call", "cost": 0.1234,
        "startedAt": "2026-11-21T14:00:00Z", "endedAt": "2026-11-21T14:02:05Z",
        "analysis": {"summary": "No appointment was booked.", "structuredData": {"outcome": "not_booked"}},
        "artifact": {"transcript": "AI: Hello\nUser: Hi", "messages": [
            {"role": "system", "message": "You are …"},
            {"role": "bot", "message": "Hello", "time": 1_000, "secondsFromStart": 1},
            {"role": "user", "message": "Hi", "time": 2_000.5}]},
    });
    office.tell(report.clone()).await;
    office.tell(report).await;
    let record = office.record().await;
    assert_eq!((record.status, record.duration), (Status::Completed, Some(125)));
    assert_eq!((record.outcome.verdict, record.outcome.appointment_booked), (Verdict::Booked, Booked::Yes));
    assert!(record.outcome.evidence.iter().any(|evidence| evidence.source == Source::Summary));
    assert_eq!(record.transcript.iter().map(|line| line.by_caller).collect::<Vec<_>>(), [false, true]);
    let conversation = record.conversation.unwrap();
    assert_eq!((conversation.cost_mills, conversation.ended.as_deref()), (Some(123), Some("customer-ended-call")));
    assert_eq!(office.store.calls(&tenant(), &CallQuery::default()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn appointments_are_found_moved_and_cancelled_by_the_number_that_is_vouched_for() {
    let office = Office::new(clinic());
    office.tool("t1", "check_availability", json!({"when": "Tuesday at two"})).await;
    office.tool("t2", "book_appointment", json!({"time": "two", "name": "Anna"})).await;
    assert_eq!(
        office.tool("t3", "find_appointment", json!({})).await,
        "The caller has an appointment on Tuesday, November 24 at 2:00 PM."
    );
    let refused = office.tool("t4", "reschedule_appointment", json!({"new_time": "Sunday at two"})).await;
    assert!(refused.starts_with("It is not free tomorrow at 2:00 PM. Free: "), "{refused}");
    let free = office.tool("t5", "reschedule_appointment", json!({"new_time": "Wednesday at eleven"})).await;
    assert!(free.starts_with("It is free on Wednesday"), "{free}");
    let moved = office.tool("t6", "reschedule_appointment", json!({"new_time": "Wednesday at eleven"})).await;
    assert_eq!(moved, "Moved: the appointment is on Wednesday, November 25 at 11:00 AM now.");
    let other = office.tool("t7a", "cancel_appointment", json!({"appointment": "the one on Friday"})).await;
    let only =
        "The caller's only appointment is on Wednesday, November 25 at 11:00 AM. Ask whether they mean that one.";
    assert_eq!(other, only);
    let cancelled = office.tool("t7", "cancel_appointment", json!({})).await;
    assert_eq!(cancelled, "Cancelled: the appointment that was on Wednesday, November 25 at 11:00 AM.");
    assert_eq!(
        office.tool("t8", "cancel_appointment", json!({})).await,
        "There is no appointment under the caller's number. Offer to book one or to take a message."
    );
    assert_eq!(office.record().await.outcome.verdict, Verdict::Cancelled);
    assert!(office.bookings().await.is_empty());
    // The same slot can be had again, in the same call.
    assert!(
        office
            .tool("t9", "book_appointment", json!({"time": "Tuesday at two", "name": "Anna"}))
            .await
            .starts_with("Booked")
    );

    // A SIP client may say any number.
    let mut forged = call();
    forged["phoneCallTransport"] = json!("sip");
    let calls = json!([{"id": "x1", "name": "find_appointment", "arguments": {}}]);
    let answer = office.tell(json!({"type": "tool-calls", "call": forged, "toolCallList": calls})).await;
    assert!(
        answer["results"][0]["result"].as_str().unwrap().starts_with("The caller's number is withheld"),
        "{answer}"
    );
}

#[tokio::test]
async fn tools_are_understood_in_every_shape_and_answered_in_order() {
    let office = Office::new(clinic());
    let (name, day) = ("opening_hours", json!({"day": "Monday"}));
    let text = day.to_string();
    let list = json!([
        {"id": "1", "name": name, "parameters": day}, {"id": "2", "name": name, "arguments": day},
        {"id": "3", "type": "function", "function": {"name": name, "arguments": text}},
        {"id": "4", "type": "function", "function": {"name": name, "arguments": day}},
        {"id": "5", "name": "no_such_tool", "arguments": {}}, {"id": "6", "name": "take_message", "arguments": {}},
        {"id": "7", "name": name, "arguments": "{broken"},
    ]);
    let answer = office.tell(json!({"type": "tool-calls", "toolCallList": list})).await;
    let results = answer["results"].as_array().unwrap();
    let ids: Vec<_> = results.iter().map(|result| result["toolCallId"].as_str().unwrap()).collect();
    assert_eq!(ids, ["1", "2", "3", "4", "5", "6", "7"]);
    for result in &results[..4] {
        assert_eq!(result["result"], "Open on Monday, November 23 from 9:00 AM to 5:00 PM.");
    }
    assert!(results[5]["result"].as_str().unwrap().contains("`message`"));
    assert!(results[6]["result"].as_str().unwrap().contains("could not be read"));
    for (list, id) in [
        (
            json!({"toolWithToolCallList": [{"type": "function", "function": {"name": name}, "toolCall": {"id": "8", "function": {"name": name, "arguments": text}}}]}),
            "8",
        ),
        (json!({"toolCalls": [{"id": "9", "function": {"name": name, "arguments": text}}]}), "9"),
    ] {
        let mut message = list;
        message["type"] = json!("tool-calls");
        let answer = office.tell(message).await;
        assert_eq!(answer["results"][0]["toolCallId"], id);
    }
    let old = office
        .tell(json!({"type": "function-call", "functionCall": {"name": name, "parameters": {"day": "Monday"}}}))
        .await;
    assert_eq!(old, json!({"result": "Open on Monday, November 23 from 9:00 AM to 5:00 PM."}));
    let weekly = office.tool("10", name, json!({})).await;
    assert_eq!(weekly, "Closed now. This week: Monday to Friday 9:00 AM to 5:00 PM; Saturday to Sunday closed.");
}

#[tokio::test]
async fn a_tool_that_is_late_goes_on_and_one_that_panics_fails_alone() {
    #[derive(serde::Deserialize, schemars::JsonSchema)]
    struct Nothing {}
    let runs = Arc::new(AtomicUsize::new(0));
    let clock = Arc::new(std::sync::OnceLock::<ManualClock>::new());
    let (counted, slow) = (runs.clone(), clock.clone());
    let tools = Toolbox::new()
        .tool("slow", "", move |_, _: Nothing| {
            let (counted, slow) = (counted.clone(), slow.clone());
            async move {
                counted.fetch_add(1, Ordering::SeqCst);
                slow.get().unwrap().sleep(Duration::from_secs(20)).await;
                Ok("Done\nat last.".to_owned())
            }
        })
        .unwrap()
        .tool("broken", "", |_, _: Nothing| async { if true { panic!("a bug") } else { Ok(String::new()) } })
        .unwrap();
    let office = Office::with(clinic(), AssistantSettings::new(SECRET).tools(tools), |builder| builder);
    clock.set(office.clock.clone()).unwrap();
    let list =
        json!([{"id": "1", "name": "slow"}, {"id": "2", "name": "broken"}, {"id": "3", "name": "opening_hours"}]);
    let answer = office.tell(json!({"type": "tool-calls", "toolCallList": list})).await;
    let said = |place: usize| answer["results"][place]["result"].as_str().unwrap().to_owned();
    assert!(said(0).starts_with("This takes longer than usual."), "{answer}");
    assert!(said(1).starts_with("This cannot be done just now."), "{answer}");
    assert!(said(2).starts_with("Closed now."), "{answer}");
    office.desk.run_until_idle().await.unwrap();
    assert_eq!(office.tool("1", "slow", json!({})).await, "Done at last.");
    assert_eq!(office.tool("77", "slow", json!({})).await, "Done at last.", "models ask again under another id");
    assert_eq!(runs.load(Ordering::SeqCst), 1, "it was not done twice");
}

/// Finds the clinic, until it is told to hang.
#[derive(Debug, Clone, Default)]
struct Hanging(Arc<AtomicBool>);

#[async_trait]
impl TenantLookup for Hanging {
    async fn tenant_of(&self, _: &E164) -> Result<Option<TenantId>, Error> {
        if self.0.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        Ok(Some(tenant()))
    }
}

#[tokio::test]
async fn a_call_gets_its_assistant_in_time_whatever_hangs() {
    let lookup = Hanging::default();
    let office = Office::with(clinic(), AssistantSettings::new(SECRET), |builder| builder.lookup(lookup.clone()));
    let ask = || office.tell(json!({"type": "assistant-request"}));
    let first = ask().await;
    let prompt = first["assistant"]["model"]["messages"][0]["content"].as_str().unwrap();
    assert!(prompt.contains("Saturday, November 21, 2026, 9:00 AM"), "{prompt}");
    assert_eq!(first["assistant"]["server"]["url"], "https://desk.example.com/webhooks/vapi?tenant=clinic");
    lookup.0.store(true, Ordering::SeqCst);
    let begun = office.clock.monotonic();
    assert!(ask().await["assistant"].is_object(), "what was known is used");
    assert!(office.clock.monotonic() - begun < Duration::from_millis(7_500));
    let mut other = call();
    other["phoneNumber"]["number"] = json!("+15559990000");
    let unknown = office.tell(json!({"type": "assistant-request", "call": other})).await;
    assert!(unknown["error"].as_str().unwrap().starts_with("We are sorry"), "{unknown}");
}

#[tokio::test]
async fn a_saved_assistant_is_told_the_time_and_a_call_goes_up_the_ladder() {
    let mut clinic = clinic();
    clinic.receptionist.assistant_id = Some("the-assistant".into());
    clinic.receptionist.transfers = vec![
        Transfer::new("+15551230001".parse::<E164>().unwrap(), "the doctor"),
        Transfer::new("+15551230002".parse::<E164>().unwrap(), "the night nurse")
            .with_hours("mon-sun 00:00-24:00".parse().unwrap()),
        Transfer::new("sip:night@example.com", "the service").with_hours("mon-sun 00:00-24:00".parse().unwrap()),
    ];
    let office = Office::new(clinic);
    let saved = office.tell(json!({"type": "assistant-request"})).await;
    assert_eq!(saved["assistantId"], "the-assistant");
    assert_eq!(saved["assistantOverrides"]["variableValues"]["now"], "Saturday, November 21, 2026, 9:00 AM");
    let ask = || async {
        office.clock.advance(Duration::from_secs(30));
        office.tell(json!({"type": "transfer-destination-request"})).await
    };
    assert_eq!(ask().await["destination"]["number"], "+15551230002", "the doctor is not there on Saturdays");
    assert_eq!(ask().await["destination"]["sipUri"], "sip:night@example.com");
    assert_eq!(ask().await["error"], "Nobody can take the call now. Offer to take a message.");
}

#[tokio::test]
async fn messages_are_taken_and_passed_on_once() {
    let twilio = Twilio::builder().in_process().unwrap();
    let mut clinic = clinic();
    clinic.receptionist.messages_to = Some("+15551230009".parse().unwrap());
    let client = twilio.client().unwrap();
    let office = Office::with(clinic, AssistantSettings::new(SECRET), |builder| builder.twilio(client));
    let message = json!({"message": "Please call about the invoice", "name": "Anna", "phone": "four one five, five five five, two six seven two"});
    for _ in 0..2 {
        assert_eq!(
            office.tool("t1", "take_message", message.clone()).await,
            "The message is taken and will be passed on."
        );
    }
    let texts = office.store.messages(&tenant(), &MessageQuery::default()).await.unwrap();
    assert_eq!(texts.len(), 1);
    assert_eq!(texts[0].body.as_str(), "Message from Anna (+14155552672): Please call about the invoice");
    let record = office.record().await;
    assert_eq!(record.outcome.verdict, Verdict::CallbackRequested);
    assert_eq!(record.conversation.unwrap().messages.len(), 1);
}

#[tokio::test]
async fn a_call_that_we_pass_on_is_known_by_what_we_gave_it() {
    let assistant = Assistant::new("sip:clinic@sip.vapi.ai");
    let office = Office::with(clinic().with_assistant(assistant), AssistantSettings::new(SECRET), |builder| builder);
    let signer = frontdesk::twilio::webhook::Signer::new("token");
    let url = "https://desk.example.com/webhooks/twilio/voice";
    let sid = "CAffffffffffffffffffffffffffffffff";
    let pairs = [
        ("AccountSid", "AC0123456789abcdef0123456789abcdef"),
        ("ApiVersion", "2010-04-01"),
        ("CallSid", sid),
        ("CallStatus", "ringing"),
        ("Direction", "inbound"),
        ("From", ANNA),
        ("To", BUSINESS),
    ];
    let body = url_encode(&pairs);
    // The hours are over: the route when closed is voicemail, so it is opened first.
    office.clock.set(at("2026-11-23T15:00:00Z"));
    let signature = signer.sign_form(url, body.as_bytes());
    let request = Request::post("/webhooks/twilio/voice")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("x-twilio-signature", signature)
        .body(Bytes::from(body))
        .unwrap();
    let answer = office.desk.handle(request).await;
    let twiml = String::from_utf8_lossy(answer.body()).into_owned();
    let token = twiml
        .split("X-Frontdesk=")
        .nth(1)
        .and_then(|rest| rest.split('<').next())
        .unwrap_or_else(|| panic!("{twiml}"))
        .to_owned();
    assert!(token.starts_with(&format!("clinic.{sid}.")), "{token}");

    let with = |token: &str| {
        json!({
            "id": "6f9b0d3e-0000-4000-8000-000000000002", "type": "inboundPhoneCall", "phoneCallTransport": "sip",
            "customer": {"sipUri": "sip:+19995550000@example.com"},
            "assistantOverrides": {"variableValues": {"x-frontdesk": token}},
        })
    };
    let find = json!([{"id": "t1", "name": "find_appointment"}]);
    let known = office.tell(json!({"type": "tool-calls", "call": with(&token), "toolCallList": find})).await;
    assert_eq!(known["results"][0]["result"], "There is no appointment under the caller's number.");
    let record = office.store.call(&tenant(), &sid.parse().unwrap()).await.unwrap().unwrap();
    let conversation = record.conversation.unwrap();
    assert!(!conversation.alone && conversation.results.len() == 1, "the call has one record");
    // Shown by another call, it is worth nothing.
    let mut again = with(&token);
    again["id"] = json!("6f9b0d3e-0000-4000-8000-000000000003");
    let again = office.tell(json!({"type": "tool-calls", "call": again, "toolCallList": find})).await;
    assert!(again["results"][0]["error"].as_str().unwrap().starts_with("This cannot be done"), "{again}");
    let forged = office
        .tell(json!({"type": "tool-calls", "call": with(&token.replace("clinic", "other")), "toolCallList": find}))
        .await;
    assert!(forged["results"][0]["error"].as_str().unwrap().starts_with("This cannot be done"), "{forged}");
}

fn url_encode(pairs: &[(&str, &str)]) -> String {
    let escape = |text: &str| {
        text.bytes()
            .map(
                |byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") },
            )
            .collect::<String>()
    };
    pairs.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect::<Vec<_>>().join("&")
}

#[tokio::test]
async fn only_vapi_is_believed_and_nothing_it_sends_breaks_anything() {
    let office = Office::new(clinic());
    let send = |request: http::request::Builder, body: &'static str| {
        office.desk.handle(request.body(Bytes::from(body)).unwrap())
    };
    let post = || Request::post("/webhooks/vapi");
    let hang = r#"{"message":{"type":"hang"}}"#;
    assert_eq!(send(post(), hang).await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(send(post().header("authorization", "Bearer no"), hang).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(send(post().header("x-vapi-secret", SECRET), hang).await.status(), StatusCode::OK);
    assert_eq!(
        send(Request::get("/webhooks/vapi").header("x-vapi-secret", SECRET), "").await.status(),
        StatusCode::METHOD_NOT_ALLOWED
    );
    for (body, status) in [
        ("", 400),
        ("{", 400),
        ("[]", 400),
        ("{}", 400),
        (r#"{"message":{}}"#, 400),
        (r#"{"message":{"type":7}}"#, 400),
        (r#"{"message":{"type":"something.new","call":7}}"#, 200),
        (r#"{"message":{"type":"transcript[transcriptType=\"final\"]","transcript":"hi \ud83d","role":"user"}}"#, 200),
        (r#"{"message":{"type":"end-of-call-report","analysis":[],"artifact":"x","endedReason":{}}}"#, 200),
        (r#"{"message":{"type":"tool-calls","toolCallList":"none"}}"#, 200),
    ] {
        assert_eq!(office.post("/webhooks/vapi", body).await.status().as_u16(), status, "{body}");
    }
    let half = json!({"message": {"type": "end-of-call-report", "analysis": {"summary": "Booked ?"}}})
        .to_string()
        .replace('?', "\\ud83d");
    let (parts, ()) = Request::post("/").header("x-vapi-secret", SECRET).body(()).unwrap().into_parts();
    let verifier = vapi::webhook::Verifier::new().legacy_secret(SECRET);
    let event = verifier.verify(&parts, half.into(), at(NOW)).unwrap().parse().unwrap();
    let vapi::webhook::ServerMessage::EndOfCallReport(report) = &event.message else { panic!() };
    assert_eq!(report.summary.as_deref(), Some("Booked \u{fffd}"), "half an emoji costs no field");
    let deep = format!(r#"{{"message":{{"type":"hang","x":{}{}}}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(office.post("/webhooks/vapi", deep).await.status(), StatusCode::OK);
    let silent = Desk::builder()
        .public_url("https://desk.example.com".parse().unwrap())
        .auth_token("token")
        .store(office.store.clone())
        .assistant(AssistantSettings::new(""));
    assert!(silent.build().unwrap_err().to_string().contains("needs a secret"));
}

#[tokio::test]
async fn a_plain_body_checks_books_moves_and_cancels() {
    let office = Office::new(clinic());
    let ask = |body: Value| {
        let office = &office;
        async move {
            let answer = office.post("/webhooks/vapi/booking", body.to_string()).await;
            (answer.status().as_u16(), serde_json::from_slice::<Value>(answer.body()).unwrap())
        }
    };
    let (status, checked) =
        ask(json!({"orgId": "clinic", "intent": "check", "date": "2026-11-24", "time": "14:00"})).await;
    assert_eq!((status, &checked["available"]), (200, &json!(true)), "{checked}");
    let token = checked["slots"][0]["token"].clone();
    assert_eq!(checked["slots"][0]["start"], "2026-11-24T14:00:00-05:00");
    let book = json!({"orgId": "clinic", "intent": "book", "token": token, "phone": ANNA, "customerName": "Anna"});
    let (status, booked) = ask(book.clone()).await;
    assert_eq!((status, &booked["start"]), (200, &json!("2026-11-24T14:00:00-05:00")), "{booked}");
    assert_eq!(ask(book).await.1["bookingId"], booked["bookingId"], "the same person and time are the same booking");
    let (status, taken) = ask(json!({"orgId": "clinic", "intent": "book", "date": "Tuesday", "time": "two", "phone": "+14155550000", "customerName": "Ben"})).await;
    assert_eq!((status, &taken["reason"]), (409, &json!("taken")), "{taken}");
    assert_eq!(taken["slots"].as_array().unwrap().len(), 3);
    let (status, checked) =
        ask(json!({"orgId": "clinic", "intent": "check", "date": "Tuesday", "time": "morning"})).await;
    assert_eq!((status, checked["slots"].as_array().unwrap().len()), (200, 3));
    let (status, moved) =
        ask(json!({"orgId": "clinic", "intent": "reschedule", "phone": ANNA, "date": "Wednesday", "time": "ten"}))
            .await;
    assert_eq!((status, &moved["start"]), (200, &json!("2026-11-25T10:00:00-05:00")), "{moved}");
    let (status, _) = ask(json!({"orgId": "clinic", "intent": "cancel", "phone": ANNA})).await;
    assert_eq!(status, 200);
    for (body, status, reason) in [
        (json!({"orgId": "nobody", "intent": "check"}), 404, "unknown_org"),
        (json!({"orgId": "clinic", "intent": "sing"}), 400, "unknown_intent"),
        (json!({"intent": "check"}), 400, "malformed"),
        (json!({"orgId": "clinic", "intent": "book", "phone": ANNA}), 422, "customerName"),
        (json!({"orgId": "clinic", "intent": "book", "phone": "12", "customerName": "A"}), 422, "phone"),
        (
            json!({"orgId": "clinic", "intent": "book", "token": "1.2.3", "phone": ANNA, "customerName": "A"}),
            400,
            "unknown_token",
        ),
        (
            json!({"orgId": "clinic", "intent": "book", "date": "Friday", "time": "seven", "phone": ANNA, "customerName": "A"}),
            422,
            "ambiguous",
        ),
        (json!({"orgId": "clinic", "intent": "cancel", "phone": ANNA}), 404, "unknown_booking"),
    ] {
        let (found, answer) = ask(body.clone()).await;
        assert_eq!((found, answer["reason"].as_str()), (status, Some(reason)), "{body}: {answer}");
    }
}

fn caller(stub: &Stub) -> (Office, BookingRequest) {
    let mut clinic = clinic();
    clinic.receptionist = Receptionist::default();
    clinic.receptionist.phone_number_id = Some("the-number".into());
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(at(NOW)).auto_advancing());
    let client = vapi::Client::new("key".into(), Arc::new(stub.clone()), clock);
    let office = Office::with(clinic, AssistantSettings::new(SECRET).client(client), |builder| builder);
    let request =
        BookingRequest::new("visit-1", "+14155550123".parse().unwrap(), "a haircut", "Anna", "Tuesday at two");
    (office, request)
}

#[tokio::test]
async fn a_call_out_is_dialled_once_and_its_outcome_is_recorded() {
    let stub = Stub::new().reply(201, r#"{"id":"v1","orgId":"o","createdAt":"2026-11-21T14:00:00Z","updatedAt":"2026-11-21T14:00:00Z","status":"queued"}"#);
    let (office, request) = caller(&stub);
    let out = office.desk.calls_out().unwrap();
    let record = out.request(&tenant(), &request).await.unwrap();
    assert_eq!(out.request(&tenant(), &request).await.unwrap().sid, record.sid);
    let other = BookingRequest::new("visit-1", "+14155550124".parse().unwrap(), "a haircut", "Anna", "Tuesday at two");
    assert!(out.request(&tenant(), &other).await.unwrap_err().is_permanent());
    office.desk.run_until_idle().await.unwrap();
    office.desk.run_until_idle().await.unwrap();
    let sent = stub.log();
    assert_eq!(sent.len(), 1);
    let body: Value = serde_json::from_slice(sent[0].body()).unwrap();
    assert_eq!(body["customer"]["number"], "+14155550123");
    let token = body["assistantOverrides"]["variableValues"]["X-Frontdesk"].as_str().unwrap();
    let call = json!({"id": "v1", "type": "outboundPhoneCall", "customer": {"number": "+14155550123"},
        "assistantOverrides": {"variableValues": {"X-Frontdesk": token}}});
    let report = json!({"type": "end-of-call-report", "call": call, "endedReason": "customer-ended-call",
        "startedAt": "2026-11-21T14:00:00Z", "endedAt": "2026-11-21T14:01:00Z",
        "analysis": {"summary": "The salon booked the haircut for Tuesday at two."}});
    office.tell(report).await;
    let record = office.store.call(&tenant(), &record.sid).await.unwrap().unwrap();
    assert_eq!(record.errand.as_ref().unwrap().state, ErrandState::Placed);
    assert_eq!((record.status, record.outcome.verdict), (Status::Completed, Verdict::Booked));
    assert!(!out.withdraw(&tenant(), &record.sid).await.unwrap());
}

#[tokio::test]
async fn what_may_have_been_dialled_is_looked_for_and_never_dialled_again() {
    let stub = Stub::new().then(Reply::lost()).reply(200, "[]").reply(200, "[]").reply(200, "[]");
    let (office, request) = caller(&stub);
    let out = office.desk.calls_out().unwrap();
    let sid = out.request(&tenant(), &request).await.unwrap().sid;
    for _ in 0..3 {
        office.desk.run_until_idle().await.unwrap();
        office.clock.advance(Duration::from_secs(3600));
    }
    let posts = stub.log().iter().filter(|request| request.method() == http::Method::POST).count();
    assert_eq!(posts, 1);
    let record = office.store.call(&tenant(), &sid).await.unwrap().unwrap();
    assert_eq!(record.errand.unwrap().state, ErrandState::Unknown);
}

#[tokio::test]
async fn calls_out_wait_for_their_time_and_their_turn() {
    let placed = r#"{"id":"v1","orgId":"o","createdAt":"2026-11-21T14:00:00Z","updatedAt":"2026-11-21T14:00:00Z"}"#;
    let stub = Stub::new().reply(201, placed).reply(201, placed);
    let (office, first) = caller(&stub);
    let out = office.desk.calls_out().unwrap();
    let named = |id: &str| {
        let mut request = first.clone();
        request.id = id.into();
        request
    };
    let (later, tomorrow) = (named("visit-2"), named("visit-3").not_before(office.clock.now() + TimeDelta::days(1)));
    let first = out.request(&tenant(), &first).await.unwrap().sid;
    out.request(&tenant(), &later).await.unwrap();
    let third = out.request(&tenant(), &tomorrow).await.unwrap().sid;
    office.desk.run_until_idle().await.unwrap();
    assert_eq!(stub.log().len(), 1, "one at a time");
    assert!(out.withdraw(&tenant(), &third).await.unwrap());
    let mut record = office.store.call(&tenant(), &first).await.unwrap().unwrap();
    if record.errand.as_ref().unwrap().state != ErrandState::Placed {
        let all = office.store.calls(&tenant(), &CallQuery::default()).await.unwrap();
        record = all
            .into_iter()
            .find(|call| call.errand.as_ref().is_some_and(|errand| errand.state == ErrandState::Placed))
            .unwrap();
    }
    record.note_status(Status::Completed, office.clock.now(), None);
    use frontdesk::store::{Store as _, Unit};
    office.store.commit(&tenant(), Unit::new().save_call(record)).await.unwrap();
    office.clock.advance(Duration::from_secs(11));
    office.desk.run_until_idle().await.unwrap();
    assert_eq!(stub.log().len(), 2);
    office.clock.advance(Duration::from_secs(2 * 86_400));
    office.desk.run_until_idle().await.unwrap();
    assert_eq!(stub.log().len(), 2, "the third was withdrawn");
}

#[tokio::test]
async fn a_flow_places_a_call_first_and_never_sees_the_secret() {
    let placed = r#"{"id":"v1","orgId":"o","createdAt":"2026-11-21T14:00:00Z","updatedAt":"2026-11-21T14:00:00Z"}"#;
    let done = r#"{"id":"e1","state":{"current":"SUCCESS"},"outputs":{"call_id":"v9"}}"#;
    for (answer, by_flow) in [((200, done), true), ((404, "{}"), false)] {
        let (engine, stub) = (Stub::new().reply(answer.0, answer.1), Stub::new().reply(201, placed));
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(at(NOW)).auto_advancing());
        let kestra =
            frontdesk::kestra::Client::new("http://kestra".parse().unwrap(), Arc::new(engine.clone()), clock.clone());
        let client = vapi::Client::new("key".into(), Arc::new(stub.clone()), clock);
        let settings = AssistantSettings::new(SECRET).client(client).call_flow(CallFlow::new(kestra, "clinic", "call"));
        let mut clinic = clinic();
        clinic.receptionist.phone_number_id = Some("the-number".into());
        let office = Office::with(clinic, settings, |builder| builder);
        let request = BookingRequest::new("v", "+14155550123".parse().unwrap(), "a haircut", "Anna", "Tuesday at two");
        let sid = office.desk.calls_out().unwrap().request(&tenant(), &request).await.unwrap().sid;
        office.desk.run_until_idle().await.unwrap();
        let record = office.store.call(&tenant(), &sid).await.unwrap().unwrap();
        let (errand, talk) = (record.errand.unwrap(), record.conversation.unwrap());
        assert_eq!(errand.state, ErrandState::Placed);
        assert_eq!((errand.execution.is_some(), stub.log().is_empty()), (by_flow, by_flow));
        assert_eq!(talk.provider_call, if by_flow { "v9" } else { "v1" });
        let given = String::from_utf8_lossy(engine.log()[0].body()).into_owned();
        assert!(given.contains(sid.as_str()) && !given.contains(SECRET), "{given}");
    }
}

#[tokio::test]
async fn what_is_pushed_is_what_vapis_own_description_takes() {
    use std::io::BufRead as _;
    let Some(specs) = std::env::var_os("FRONTDESK_SPECS") else {
        return println!("skipped: FRONTDESK_SPECS names no folder with the vendors' specifications");
    };
    let specs = std::path::PathBuf::from(specs);
    let mut command = std::process::Command::new("python3");
    command
        .arg(specs.join("../tools/specserver.py"))
        .args(["--port", "0", "--spec"])
        .arg(specs.join("vapi_openapi.json"));
    let mut server = command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    std::io::BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let base = line.trim().strip_prefix("LISTENING ").unwrap().parse().unwrap();
    let http = Arc::new(frontdesk::transport::Reqwest::builder().without_proxy().build().unwrap());
    let client = vapi::Client::new("key".into(), http, frontdesk::clock::SystemClock::shared()).with_base_url(&base);
    let mut clinic = clinic();
    clinic.receptionist.transfers = vec![Transfer::new("+15551230001".parse::<E164>().unwrap(), "the doctor")];
    clinic.receptionist.voicemail_message = Some("We call back.".into());
    let office = Office::new(clinic.clone());
    let assistants = office.desk.assistants().unwrap();
    let pushed = assistants.push(&client, &tenant()).await.map(|_| ());
    clinic.receptionist.assistant_id = Some("00000000-0000-4000-8000-000000000000".into());
    let again = Office::new(clinic).desk.assistants().unwrap().push(&client, &tenant()).await.map(|_| ());
    let mut outcomes = vec![pushed, again];
    let url = json!({"url": assistants.server_url(&tenant()), "timeoutSeconds": 20});
    for definition in assistants.tools().definitions(Some(&url)) {
        let tool = serde_json::from_value(definition).unwrap();
        outcomes.push(client.tools().create(&tool).await.map(|_| ()));
    }
    let _ = server.kill();
    let _ = server.wait();
    // The server makes up ids that are none: what was sent is taken all the same.
    for outcome in outcomes {
        if let Err(error) = outcome {
            assert!(error.status().is_none_or(|status| status.is_success()), "{error:?}");
            assert!(error.is_outcome_unknown() || error.to_string().contains("read"), "{error:?}");
        }
    }
}

#[tokio::test]
async fn tools_are_made_once_and_changed_afterwards() {
    let office = Office::new(clinic());
    let assistants = office.desk.assistants().unwrap();
    let known = json!([{"id": "t9", "type": "function", "function": {"name": "opening_hours"},
        "server": {"url": assistants.server_url(&tenant())}}, {"id": "t8", "function": {"name": "opening_hours"}}]);
    for (listed, changed) in [("[]".to_owned(), 0), (known.to_string(), 1)] {
        let stub = (0..7)
            .fold(Stub::new().reply(200, listed), |stub, number| stub.reply(200, format!(r#"{{"id":"t{number}"}}"#)));
        let clock: Arc<dyn Clock> = Arc::new(office.clock.clone());
        let client = vapi::Client::new("key".into(), Arc::new(stub.clone()), clock);
        let ids = assistants.push_tools(&client, &tenant()).await.unwrap();
        assert_eq!(ids.len(), 7);
        let log = stub.log();
        let patched: Vec<_> = log.iter().filter(|request| request.method() == http::Method::PATCH).collect();
        assert_eq!((patched.len(), log.len()), (changed, 8));
        assert!(patched.iter().all(|request| request.uri().path() == "/tool/t9"));
    }
}
