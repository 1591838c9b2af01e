//! Nothing personal and nothing secret reaches a log, whatever happens.

use std::io::Write;
use std::sync::{Arc, Mutex};

use frontdesk::sim::twilio::{Behaviour, Callee, Fault};
use tracing_subscriber::fmt::MakeWriter;

use crate::world::{BUSINESS, CALLER, COLLEAGUE, World, forwarding_clinic, listen};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn logs_show_no_number_no_words_and_no_token() {
    listen();
    let log = Log::default();
    let subscriber =
        tracing_subscriber::fmt().with_env_filter("frontdesk=trace").with_ansi(false).with_writer(log.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let mut tenant = forwarding_clinic();
    tenant.text_back.template = "canary words".into();
    let world = World::new(tenant).await;
    for fault in [None, Some(Fault::LostAnswer), Some(Fault::ServerError)] {
        world.twilio.inject(fault);
        world.twilio.call(CALLER, BUSINESS.parse().unwrap()).callee(COLLEAGUE, Callee::NoAnswer).place().await;
        world.settle().await;
    }
    world.twilio.set_recipient(CALLER, Behaviour::Landline);
    world.twilio.call(CALLER, BUSINESS.parse().unwrap()).place().await;
    world.twilio.text(CALLER, BUSINESS.parse().unwrap(), "canary words").await;
    world.settle().await;
    world.store.set_failing(true);
    world.twilio.call(CALLER, BUSINESS.parse().unwrap()).place().await;
    world.twilio.text(CALLER, BUSINESS.parse().unwrap(), "canary words").await;
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains("a call"), "the log is not empty:\n{text}");
    assert!(text.contains("21614"), "refusals are logged with their code:\n{text}");
    let token = world.twilio.auth_token();
    for secret in [&CALLER[1..], &BUSINESS[1..], &COLLEAGUE[1..], "canary", token.expose()] {
        assert!(!text.contains(secret), "{secret} is in the log:\n{text}");
    }
}

#[tokio::test]
async fn the_api_and_what_people_are_told_stay_out_of_logs() {
    use frontdesk::auth::{JwtAuthenticator, Keys};
    use frontdesk::desk::ApiLimits;
    use http::Request;
    listen();
    let log = Log::default();
    let subscriber =
        tracing_subscriber::fmt().with_env_filter("frontdesk=trace").with_ansi(false).with_writer(log.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let secret = "canary canary canary canary canary";
    let world = World::with(forwarding_clinic(), |desk| {
        let keys = Keys::shared(&secret.into()).unwrap();
        desk.authenticator(JwtAuthenticator::new(keys, "issuer", "frontdesk")).api_limits(ApiLimits::none())
    })
    .await;
    let claims = serde_json::json!({
        "iss": "issuer", "aud": "frontdesk", "tenant": "clinic", "role": "member", "exp": 4_000_000_000_u64, "sub": "canary",
    });
    let key = jsonwebtoken::EncodingKey::from_secret(secret.as_bytes());
    let token = jsonwebtoken::encode(&jsonwebtoken::Header::default(), &claims, &key).unwrap();
    let ask = async |method: &str, path: &str, body: &str| {
        let request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {token}"));
        let request = request.header("content-type", "application/json");
        world.desk.handle(request.body(bytes::Bytes::from(body.to_owned())).unwrap()).await
    };
    let visit = format!(
        r#"{{"id":"v","start":"2099-01-01T00:00:00Z","end":"2099-01-01T01:00:00Z","service":"canary","place":"canary",
            "customer":{{"name":"canary","phone":"{CALLER}","email":"canary@example.com"}}}}"#
    );
    for failing in [false, true] {
        world.twilio.inject(failing.then_some(Fault::ServerError));
        for (method, path, body) in [
            ("POST", "/api/notifications/confirmation", visit.as_str()),
            ("POST", "/api/messages", &format!(r#"{{"to":"{CALLER}","body":"canary"}}"#)),
            ("POST", "/api/messages", r#"{"canary":"canary"}"#),
            ("POST", "/api/messages", "canary"),
            ("PATCH", "/api/tenant", r#"{"greeting":"canary","zone":"canary"}"#),
            ("GET", &format!("/api/threads/{CALLER}?canary=canary"), ""),
            ("GET", &format!("/api/calls?with={CALLER}"), ""),
        ] {
            let shown = format!("{:?}", ask(method, path, body).await.headers());
            assert!(!shown.contains("canary"));
        }
        world.settle().await;
        world.store.set_failing(true);
        ask("GET", &format!("/api/threads/{CALLER}"), "").await;
        world.store.set_failing(false);
    }
    let forged = Request::get("/api/calls").header("authorization", "Bearer canary.canary.canary");
    world.desk.handle(forged.body(bytes::Bytes::new()).unwrap()).await;
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains("an operation of the API failed") && text.contains("api{operation="), "{text}");
    for secret in [&CALLER[1..], &BUSINESS[1..], "canary", token.as_str()] {
        assert!(!text.contains(secret), "{secret} is in the log:\n{text}");
    }
    let told = world.desk.notifier().notifications(&"clinic".parse().unwrap(), &Default::default()).await.unwrap();
    let record = world.desk.notifier().appointment(&"clinic".parse().unwrap(), &"v".parse().unwrap()).await.unwrap();
    assert_eq!(told.len(), 3);
    let shown = format!("{told:?} {record:?} {:?}", world.desk.notifier());
    for secret in [&CALLER[1..], "canary"] {
        assert!(!shown.contains(secret), "{secret} is in {shown}");
    }
}

#[tokio::test]
async fn debug_of_records_shows_no_number_and_no_words() {
    let mut tenant = forwarding_clinic();
    tenant.text_back.template = "canary words".into();
    let world = World::new(tenant).await;
    let transcript = world.twilio.call(CALLER, BUSINESS.parse().unwrap()).place().await;
    world.twilio.text(CALLER, BUSINESS.parse().unwrap(), "canary words").await;
    world.settle().await;
    let text =
        format!("{:?} {:?} {:?} {:?}", world.call(&transcript).await, world.texts().await, world.desk, world.store);
    for secret in [&CALLER[1..], &BUSINESS[1..], "canary"] {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
}

/// Reads an answer as its type and says what `Debug` shows of it.
fn shown<T: serde::de::DeserializeOwned + std::fmt::Debug>(json: &str) -> String {
    format!("{:?}", serde_json::from_str::<T>(json).unwrap())
}

#[test]
fn what_twilio_answers_is_not_shown_whole() {
    use frontdesk::twilio::accounts::Account;
    use frontdesk::twilio::available_phone_numbers::AvailableNumber;
    use frontdesk::twilio::calls::{Call, NewCall};
    use frontdesk::twilio::incoming_phone_numbers::IncomingNumber;
    use frontdesk::twilio::intelligence::{OperatorResult, Sentence, Transcript, TranscriptMedia};
    use frontdesk::twilio::lookups::Lookup;
    use frontdesk::twilio::outgoing_caller_ids::{CallerId, ValidationRequest};
    use frontdesk::twilio::transcriptions::Transcription;

    let number = format!(
        r#"{{"phone_number":"{CALLER}","friendly_name":"canary (415) 555-2671","national_format":"(415) 555-2671",
            "url":"https://lookups.twilio.com/v2/PhoneNumbers/{CALLER}","pre_fill":{{"name":"canary"}},
            "caller_name":{{"caller_name":"canary"}},"validation_code":"canary",
            "voice_url":"https://desk:canary@example.com/voice?token=canary"}}"#
    );
    let words = r#"{"transcript":"canary","transcription_text":"canary","auth_token":"canary","media_url":"canary",
        "text_generation_results":{"result":"canary"},"extract_results":["canary"],"channel":{"x":"canary"}}"#;
    let call = format!(r#"{{"to":"{CALLER}","to_formatted":"(415) 555-2671","caller_name":"canary"}}"#);
    let password = NewCall::new(CALLER, BUSINESS).sip_auth_password("canary").send_digits("canary").twiml("canary");
    for text in [
        shown::<IncomingNumber>(&number),
        shown::<AvailableNumber>(&number),
        shown::<CallerId>(&number),
        shown::<ValidationRequest>(&number),
        shown::<Lookup>(&number),
        shown::<Call>(&call),
        shown::<Account>(words),
        shown::<Sentence>(words),
        shown::<Transcription>(words),
        shown::<Transcript>(words),
        shown::<TranscriptMedia>(words),
        shown::<OperatorResult>(words),
        format!("{password:?}"),
        format!(
            "{:?}",
            frontdesk::messaging::Draft::new(CALLER, "canary").with_media("https://x.example/canary".parse().unwrap())
        ),
    ] {
        for secret in ["canary", &CALLER[1..], &BUSINESS[1..], "555-2671"] {
            assert!(!text.contains(secret), "{secret} is shown: {text}");
        }
    }
}

#[tokio::test]
async fn calendars_and_their_tokens_stay_out_of_logs_and_debug() {
    use std::sync::Arc;

    use chrono::TimeDelta;
    use frontdesk::Desk;
    use frontdesk::availability::Question;
    use frontdesk::calendar::{Calendar, Change, EventId, Guest, NewEvent};
    use frontdesk::clock::SystemClock;
    use frontdesk::google::events::{GetEvent, ListEvents};
    use frontdesk::google::{CalendarId, GoogleCalendar};
    use frontdesk::schedule::Interval;
    use frontdesk::sim::Google;
    use frontdesk::sim::google::Fault;
    use frontdesk::store::MemoryStore;
    use frontdesk::tenant::Tenant;
    use frontdesk::vault::{Key, Vault};

    listen();
    let log = Log::default();
    let subscriber =
        tracing_subscriber::fmt().with_env_filter("frontdesk=trace").with_ansi(false).with_writer(log.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let clock = SystemClock::shared();
    let pushes = Arc::new(frontdesk::transport::Stub::new());
    let google = Google::builder().account("canary@example.com").application("id", "canary-secret").pushes(pushes);
    let google = google.in_process().unwrap();
    let own: url::Url = "https://desk.example.com".parse().unwrap();
    let oauth = google.oauth(own.join("/oauth/google/callback").unwrap()).unwrap();
    let tenant: frontdesk::id::TenantId = "clinic".parse().unwrap();
    let mut seen = format!("{oauth:?} {google:?}");
    let desk = Desk::builder()
        .public_url(own.clone())
        .auth_token("canary")
        .store(MemoryStore::new(clock.clone()).with_tenant(Tenant::new(tenant.clone())))
        .google_at(oauth, Vault::new(Key::generate("k").unwrap()), google.base_url())
        .build()
        .unwrap();
    let connector = desk.connector().unwrap();
    for fail in [None, Some("invalid_client"), Some("server_error"), None] {
        let started = connector.start(&tenant, "/oauth/google").await.unwrap();
        let back = google.allow(&started.url, None).await.unwrap();
        if let Some(reason) = fail {
            google.fail_token(reason);
        }
        let done = connector.finish(back.query().unwrap(), Some(&started.session)).await;
        seen += &format!("{started:?} {done:?} {:?}", connector.accounts().oauth().authorize(&[]));
        let state = started.url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
        assert!(!seen.contains(&state));
    }
    let from = clock.now() + TimeDelta::days(1);
    let hour = Interval::new(from, from + TimeDelta::hours(1)).unwrap();
    google.enter("primary", "canary lunch", hour);
    let calendar = GoogleCalendar::new(google.client(), CalendarId::primary());
    let visit = NewEvent::new(EventId::of(["v"]), "v", hour).with_title("canary visit").with_description("canary");
    let visit = visit.with_guest(Guest::new("canary@example.com").with_name("canary"));
    for fault in [None, Some(Fault::LostAnswer), Some(Fault::Quota), Some(Fault::Garbage), Some(Fault::Unauthorized)] {
        google.inject(fault);
        let created = calendar.create(&visit).await;
        seen += &format!("{visit:?} {created:?} {:?}", calendar.event(&visit.id).await);
        if let Ok(Some(entry)) = calendar.event(&visit.id).await {
            let change = Change::new().with_title("canary title").with_guests([Guest::new("canary@example.com")]);
            seen += &format!("{change:?} {:?}", calendar.patch(&entry.id, &entry.version, &change).await);
        }
    }
    seen += &format!("{:?} {:?}", calendar.busy(hour).await, calendar.changes(None).await);
    let (client, id) = calendar.parts();
    seen += &format!(
        "{:?} {:?}",
        client.events(id).page(&ListEvents::new().q("canary")).await,
        ListEvents::new().q("canary")
    );
    seen += &format!("{:?}", client.events(id).get(visit.id.as_str(), &GetEvent::new()).await);
    let named: CalendarId = "canary@example.com".parse().unwrap();
    seen += &format!("{named:?} {:?}", client.freebusy().busy(std::slice::from_ref(&named), hour).await);
    seen += &format!("{:?} {:?}", client.calendar_list().get(&named).await, client.calendars().get(&named).await);
    seen += &format!("{:?}", desk.availability().slots(&tenant, &Question::between(hour.start(), hour.end())).await);
    google.withdraw();
    desk.availability().forget(&tenant);
    seen += &format!("{:?}", desk.availability().slots(&tenant, &Question::between(hour.start(), hour.end())).await);
    seen += &format!("{:?}", connector.revoke(&tenant).await);
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains("a calendar was connected") && text.contains("has to be connected again"), "{text}");
    for text in [&text, &seen] {
        for secret in ["canary", "ya29", "1//", "4/sim"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}

#[tokio::test]
async fn who_has_an_appointment_and_what_for_stays_out_of_logs_and_errors() {
    use std::sync::Arc;

    use chrono::TimeDelta;
    use frontdesk::Desk;
    use frontdesk::calendar::{Diaries, Guest};
    use frontdesk::clock::{Clock, ManualClock};
    use frontdesk::google::{CalendarId, GoogleCalendar};
    use frontdesk::notification::Person;
    use frontdesk::reserve::{BookingRequest, Reschedule, Upcoming};
    use frontdesk::sim::Google;
    use frontdesk::sim::google::Fault;
    use frontdesk::store::MemoryStore;
    use frontdesk::transport::Stub;

    listen();
    let log = Log::default();
    let subscriber =
        tracing_subscriber::fmt().with_env_filter("frontdesk=trace").with_ansi(false).with_writer(log.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let clock = ManualClock::at("2026-11-21T09:00:00Z".parse().unwrap()).auto_advancing();
    let shared: Arc<dyn Clock> = Arc::new(clock.clone());
    let google = Google::builder().account("canary@example.com").clock(shared.clone()).pushes(Arc::new(Stub::new()));
    let google = google.in_process().unwrap();
    let clinic = forwarding_clinic();
    let tenant = clinic.id.clone();
    let store = MemoryStore::new(shared.clone()).with_tenant(clinic);
    let desk = Desk::builder()
        .public_url("https://desk.example".parse().unwrap())
        .auth_token("canary")
        .store(store.clone())
        .calendars(Diaries::new().with(tenant.clone(), GoogleCalendar::new(google.client(), CalendarId::primary())))
        .clock(shared)
        .build()
        .unwrap();
    let reservations = desk.reservations();
    let mut seen = format!("{reservations:?}");
    let faults = [
        None,
        Some(Fault::LostAnswer),
        Some(Fault::Quota),
        Some(Fault::Garbage),
        Some(Fault::Forbidden),
        Some(Fault::Unauthorized),
    ];
    for (number, fault) in faults.into_iter().enumerate() {
        let start = clock.now() + TimeDelta::days(3);
        let person = Person::new("canary").with_phone(CALLER).with_email("canary@example.org");
        let wish = |key: &str| {
            BookingRequest::new(format!("{key}-{number}").parse().unwrap(), start, person.clone())
                .with_title("canary title")
                .with_notes("canary notes")
                .with_place("canary place")
                .with_guest(Guest::new("canary2@example.org").with_name("canary"))
        };
        for request in 0..6 {
            if let Some(fault) = &fault {
                google.inject_at(request, fault.clone());
            }
            let (first, second) = (wish(&format!("a{request}")), wish(&format!("b{request}")));
            let booked = reservations.book(&tenant, &first).await;
            seen += &format!("{first:?} {booked:?} {:?}", reservations.book(&tenant, &second).await);
            if let Err(error) = booked {
                seen += &format!("{error} {:?}", std::error::Error::source(&error).map(ToString::to_string));
            }
            let to = Reschedule::to(start + TimeDelta::hours(2));
            for id in [&first.id, &second.id] {
                seen += &format!("{:?}", reservations.reschedule(&tenant, id, &to).await);
                seen += &format!("{:?}", reservations.upcoming(&tenant, &Upcoming::of(CALLER)).await);
                google.enter(
                    "primary",
                    "canary by hand",
                    frontdesk::schedule::Interval::new(to.start, to.start + TimeDelta::hours(1)).unwrap(),
                );
                desk.run_until_idle().await.unwrap();
                seen += &format!("{:?}", reservations.cancel(&tenant, id).await);
            }
            for event in google.events("primary") {
                google.remove("primary", &event.id.unwrap().parse().unwrap());
            }
            clock.advance(std::time::Duration::from_secs(3_600));
        }
    }
    store.set_failing(true);
    let person = Person::new("canary").with_phone(CALLER);
    let failed = BookingRequest::new("failed".parse().unwrap(), clock.now() + TimeDelta::days(3), person);
    seen += &format!("{:?} {:?}", reservations.book(&tenant, &failed).await, desk.run_until_idle().await);
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains("a person has changed the calendar beside a booking"), "{text}");
    assert!(text.contains("a booking was abandoned"), "{text}");
    for text in [&text, &seen] {
        for secret in ["canary", &CALLER[1..], "ya29"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}

#[tokio::test]
async fn what_callers_tell_the_assistant_stays_out_of_logs_and_debug() {
    use frontdesk::assistant::{AssistantSettings, ToolError, Toolbox};
    use frontdesk::vapi::webhook::Verifier;
    use http::Request;
    use serde_json::json;
    #[derive(serde::Deserialize, schemars::JsonSchema)]
    struct Words {
        words: String,
    }
    listen();
    let log = Log::default();
    let subscriber =
        tracing_subscriber::fmt().with_env_filter("frontdesk=trace").with_ansi(false).with_writer(log.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let secret = "canary secret of the server";
    let tools = Toolbox::new()
        .tool("fails", "", |_, asked: Words| async move { Err(ToolError::say(format!("no {}", asked.words))) })
        .unwrap();
    let settings = AssistantSettings::new(secret).tools(tools);
    let shown = format!("{settings:?}");
    let mut tenant = forwarding_clinic();
    tenant.receptionist.messages_to = Some(COLLEAGUE.parse().unwrap());
    let world = World::with(tenant, |desk| desk.assistant(settings)).await;
    let call = json!({"id": "c1", "type": "inboundPhoneCall", "phoneCallTransport": "pstn", "metadata": {"canary": "canary"},
        "customer": {"number": CALLER, "name": "canary"}, "phoneNumber": {"number": BUSINESS},
        "assistantOverrides": {"variableValues": {"canary": "canary"}}});
    let tool =
        |id: &str, name: &str, arguments: serde_json::Value| json!({"id": id, "name": name, "arguments": arguments});
    let list = json!([
        tool("1", "take_message", json!({"message": "canary words", "name": "canary", "phone": CALLER})),
        tool("2", "book_appointment", json!({"time": "canary at two", "name": "canary", "reason": "canary"})),
        tool("3", "fails", json!({"words": "canary"})),
        tool("4", "check_availability", json!({"when": "tomorrow at two"})),
        tool("5", "cancel_appointment", json!({"appointment": "canary"})),
        tool("6", "fails", json!({"canary": "canary"})),
    ]);
    let report = json!({"type": "end-of-call-report", "call": call, "endedReason": "customer-ended-call",
        "analysis": {"summary": "canary booked", "structuredData": {"canary": "canary"}, "successEvaluation": "canary"},
        "artifact": {"transcript": "canary", "recordingUrl": "https://canary.example/canary",
            "messages": [{"role": "user", "message": "canary", "time": 1}]}});
    let old = json!({"type": "function-call", "call": call, "functionCall": {"name": "fails", "parameters": {"words": "canary"}}});
    let mut debugged = shown;
    for failing in [false, true] {
        world.store.set_failing(failing);
        for message in [
            json!({"type": "assistant-request", "call": call}),
            json!({"type": "tool-calls", "call": call, "toolCallList": list}),
            old.clone(),
            json!({"type": "transfer-destination-request", "call": call, "parameters": {"canary": "canary"}}),
            json!({"type": "transcript", "call": call, "transcript": "canary", "role": "user"}),
            report.clone(),
        ] {
            let body = bytes::Bytes::from(json!({ "message": message }).to_string());
            let request = Request::post("/webhooks/vapi").header("authorization", format!("Bearer {secret}"));
            let request = request.body(body.clone()).unwrap();
            let (parts, ()) = Request::post("/").header("x-vapi-secret", secret).body(()).unwrap().into_parts();
            let verifier = Verifier::new().legacy_secret(secret);
            let verified = verifier.verify(&parts, body, chrono::DateTime::UNIX_EPOCH).unwrap();
            debugged += &format!("{verifier:?} {verified:?} {:?}", verified.parse().unwrap());
            world.desk.handle(request).await;
        }
        let plain = json!({"orgId": "clinic", "intent": "book", "date": "tomorrow", "time": "two", "phone": CALLER, "customerName": "canary"});
        let request = Request::post("/webhooks/vapi/booking").header("x-vapi-secret", secret);
        world.desk.handle(request.body(bytes::Bytes::from(plain.to_string())).unwrap()).await;
    }
    world.store.set_failing(false);
    world.settle().await;
    use frontdesk::call::{CallQuery, Calls};
    let records = world.store.calls(&crate::world::tenant(), &CallQuery::default()).await.unwrap();
    assert!(records.iter().any(|record| record.conversation.as_ref().is_some_and(|talk| talk.messages.len() == 1)));
    debugged += &format!("{records:?} {:?}", world.desk.assistants());
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains("cannot be read"), "failures are logged:\n{text}");
    for word in ["canary", &CALLER[1..], &COLLEAGUE[1..]] {
        assert!(!text.contains(word), "{word} is in the log:\n{text}");
        assert!(!debugged.contains(word), "{word} is in Debug:\n{debugged}");
    }
}
