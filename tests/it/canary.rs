//! Nothing personal and nothing secret reaches a log, whatever happens.

use std::io::Write;
use std::sync::{Arc, Mutex};

use frontdesk::sim::twilio::{Behaviour, Callee, Fault};
use tracing_subscriber::fmt::MakeWriter;

use crate::world::{BUSINESS, CALLER, COLLEAGUE, World, forwarding_clinic};

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
