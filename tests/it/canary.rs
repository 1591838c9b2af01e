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
