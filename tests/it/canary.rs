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
