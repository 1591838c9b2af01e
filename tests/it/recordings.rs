//! What becomes of a recording after the call: kept, transcribed, summarised, played.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use bytes::Bytes;
use frontdesk::Desk;
use frontdesk::auth::{Authenticator, Denied, Principal, Role};
use frontdesk::blob::MemoryBlobs;
use frontdesk::call::{CallRecord, Calls};
use frontdesk::calls::Take;
use frontdesk::clock::{Clock, ManualClock};
use frontdesk::id::IntelligenceServiceSid;
use frontdesk::sim::Twilio;
use frontdesk::sim::twilio::{Callee, Fault, Input, NumberSettings, Order, Transcript};
use frontdesk::store::{MemoryStore, Store, Unit};
use frontdesk::tenant::{Tenant, Voicemail};
use futures_util::TryStreamExt;
use tokio::net::TcpListener;

use crate::world::{BUSINESS, CALLER, COLLEAGUE, forwarding_clinic, tenant};

const SECRET: &str = "a-secret-of-the-path";

struct Office {
    twilio: Twilio,
    clock: ManualClock,
    store: MemoryStore,
    desk: Desk,
    blobs: MemoryBlobs,
    url: String,
}

/// Everybody belongs to the one tenant.
#[derive(Debug)]
struct Anybody;

#[async_trait]
impl Authenticator for Anybody {
    async fn authenticate(&self, _: &http::request::Parts) -> Result<Principal, Denied> {
        Ok(Principal::new(Role::Member, Some(tenant()), "anybody"))
    }
}

fn recorded() -> Tenant {
    let mut tenant = forwarding_clinic();
    tenant.recording.enabled = true;
    tenant.recording.keep = true;
    tenant.transcription.after_call = true;
    tenant.transcription.service = Some(service());
    tenant
}

fn service() -> IntelligenceServiceSid {
    "GA0123456789abcdef0123456789abcdef".parse().unwrap()
}

async fn office(tenant: Tenant) -> Office {
    // Later than whatever the server, which runs in real time, writes down.
    let clock = ManualClock::at("2086-11-20T09:00:00Z".parse().unwrap()).auto_advancing();
    let shared: Arc<dyn Clock> = Arc::new(clock.clone());
    // What carries webhooks is real HTTP; time is not.
    let twilio = Twilio::builder().clock(shared.clone()).in_process().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let store = MemoryStore::new(shared.clone()).with_tenant(tenant);
    let blobs = MemoryBlobs::new();
    let desk = Desk::builder()
        .public_url(url.parse().unwrap())
        .auth_token(twilio.auth_token())
        .twilio(twilio.client().unwrap())
        .store(store.clone())
        .blobs(blobs.clone())
        .intelligence_secret(SECRET)
        .build()
        .unwrap();
    // The server answers in real time; the workers run on the clock of the test.
    let workers = Desk::builder()
        .public_url(url.parse().unwrap())
        .auth_token(twilio.auth_token())
        .twilio(twilio.client().unwrap())
        .store(store.clone())
        .blobs(blobs.clone())
        .clock(shared)
        .authenticator(Anybody)
        .build()
        .unwrap();
    let app = Router::new().fallback_service(desk.service());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let callbacks = desk.callbacks();
    let settings = NumberSettings::voice(callbacks.voice()).with_status_callback(callbacks.status());
    twilio.configure_number(BUSINESS.parse().unwrap(), settings);
    twilio.set_order(Order::OnDemand);
    Office { twilio, clock, store, desk: workers, blobs, url }
}

impl Office {
    async fn call(&self) -> Transcript {
        let answered = Callee::Answers(20);
        let transcript = self.twilio.call(CALLER, BUSINESS.parse().unwrap()).callee(COLLEAGUE, answered).place().await;
        self.twilio.settle().await;
        transcript
    }

    async fn work(&self, rounds: usize) {
        for _ in 0..rounds {
            self.desk.run_until_idle().await.unwrap();
            self.twilio.settle().await;
            self.clock.advance(Duration::from_secs(60));
        }
    }

    /// What the API answers of the call.
    async fn ask(&self, transcript: &Transcript, what: &str) -> serde_json::Value {
        let request = http::Request::get(format!("/api/calls/{}/{what}", transcript.sid)).body(Bytes::new()).unwrap();
        serde_json::from_slice(self.desk.handle(request).await.body()).unwrap()
    }

    async fn record(&self, transcript: &Transcript) -> CallRecord {
        self.store.call(&tenant(), &transcript.sid.parse().unwrap()).await.unwrap().unwrap()
    }
}

#[tokio::test]
async fn a_recorded_call_is_kept_transcribed_and_summarised() {
    let office = office(recorded()).await;
    let transcript = office.call().await;
    office.work(8).await;
    let record = office.record(&transcript).await;
    assert_eq!(office.blobs.len(), 1);
    let words: Vec<_> = record.transcript.iter().map(|line| (line.by_caller, line.text.as_str())).collect();
    assert_eq!(words[1], (true, "I would like an appointment on Tuesday."));
    assert_eq!(words.len(), 3);
    assert_eq!(record.transcript[1].at.unwrap() - record.started_at, chrono::TimeDelta::milliseconds(3500));
    assert!(record.summary_ready);
    assert_eq!(record.summary.unwrap(), "The caller asked for an appointment and got Tuesday at three.");
}

#[tokio::test]
async fn what_is_missing_when_somebody_asks_is_fetched_and_kept() {
    let office = office(recorded()).await;
    let transcript = office.call().await;
    office.work(8).await;
    let mut lost = office.record(&transcript).await;
    let (said, summary) = (std::mem::take(&mut lost.transcript), lost.summary.take());
    lost.summary_ready = false;
    office.store.commit(&tenant(), Unit::new().save_call(lost)).await.unwrap();

    let answer = office.ask(&transcript, "summary").await;
    assert_eq!(answer["summary"], "The caller asked for an appointment and got Tuesday at three.");
    assert_eq!(answer["ready"], true);
    let answer = office.ask(&transcript, "transcript").await;
    assert_eq!(answer["lines"][1]["text"], "I would like an appointment on Tuesday.");
    assert_eq!(answer["ready"], true);
    let record = office.record(&transcript).await;
    assert_eq!((record.transcript, record.summary), (said, summary));
}

#[tokio::test]
async fn every_step_survives_a_failure() {
    for step in 0..7 {
        for fault in [Fault::Reset, Fault::LostAnswer, Fault::ServerError, Fault::Garbage] {
            let office = office(recorded()).await;
            let transcript = office.call().await;
            office.twilio.inject_at(step, fault.clone());
            office.work(14).await;
            let record = office.record(&transcript).await;
            assert!(record.summary_ready, "step {step}, {fault:?}");
            assert_eq!(record.transcript.len(), 3, "step {step}, {fault:?}");
        }
    }
}

#[tokio::test]
async fn what_the_tenant_does_not_want_is_not_done() {
    let mut tenant = recorded();
    tenant.recording.keep = false;
    tenant.transcription.after_call = false;
    let office = office(tenant).await;
    let transcript = office.call().await;
    office.work(4).await;
    let record = office.record(&transcript).await;
    assert!(office.blobs.is_empty() && record.transcript.is_empty() && record.summary.is_none());
    assert!(record.recording.unwrap().ready);
}

#[tokio::test]
async fn a_service_without_operators_leaves_the_words_without_a_summary() {
    let office = office(recorded()).await;
    office.twilio.set_conversation([(false, "Hello?")], None);
    let transcript = office.call().await;
    office.work(90).await;
    let record = office.record(&transcript).await;
    assert_eq!((record.transcript.len(), record.summary_ready), (1, false));
}

#[tokio::test]
async fn a_notice_hastens_what_polling_would_find_later() {
    let office = office(recorded()).await;
    office.twilio.set_intelligence_webhook(format!("{}/webhooks/twilio/intelligence/{SECRET}", office.url));
    let transcript = office.call().await;
    for _ in 0..6 {
        office.desk.run_until_idle().await.unwrap();
        office.twilio.settle().await;
        office.clock.advance(Duration::from_secs(30));
    }
    assert!(office.record(&transcript).await.summary_ready);
}

#[tokio::test]
async fn a_transcript_that_twilio_made_by_itself_is_taken_up() {
    // A service that transcribes every recording, and a tenant that asks for nothing.
    let mut settings = recorded();
    settings.transcription.after_call = false;
    let office = office(settings).await;
    office.twilio.set_intelligence_webhook(format!("{}/webhooks/twilio/intelligence/{SECRET}", office.url));
    let transcript = office.call().await;
    let recording = office.record(&transcript).await.recording.unwrap().sid;
    let client = office.twilio.client().unwrap();
    let channel = frontdesk::twilio::intelligence::Channel::of_recording(recording);
    let new = frontdesk::twilio::intelligence::NewTranscript::new(service(), channel);
    client.intelligence().transcripts().create(&new).await.unwrap();
    office.twilio.settle().await;
    office.work(6).await;
    assert!(office.record(&transcript).await.summary_ready);
}

#[tokio::test]
async fn a_notice_without_signature_needs_the_secret() {
    use frontdesk::transport::{Reqwest, Transport};

    let office = office(recorded()).await;
    let transport = Reqwest::builder().without_proxy().build().unwrap();
    let body = r#"{"transcript_sid":"GT0123456789abcdef0123456789abcdef","account_sid":"AC1"}"#;
    for (path, status) in [
        ("intelligence", 403),
        ("intelligence/wrong-secret-wrong", 403),
        ("intelligence/", 404),
        (&*format!("intelligence/{SECRET}"), 204),
    ] {
        let request = http::Request::post(format!("{}/webhooks/twilio/{path}", office.url))
            .header("content-type", "application/json")
            .body(bytes::Bytes::from(body))
            .unwrap();
        assert_eq!(transport.call(request).await.unwrap().status(), status, "{path}");
    }
    let garbage = http::Request::post(format!("{}/webhooks/twilio/intelligence/{SECRET}", office.url))
        .body(bytes::Bytes::from_static(b"{\"transcript_sid\":7}"))
        .unwrap();
    assert_eq!(transport.call(garbage).await.unwrap().status(), 400);
}

#[tokio::test]
async fn a_recording_is_played_from_where_it_is_kept_and_else_from_twilio() {
    for keep in [true, false] {
        let mut settings = recorded();
        settings.recording.keep = keep;
        settings.voicemail = Some(Voicemail::default());
        let office = office(settings).await;
        let transcript = office.call().await;
        office.work(3).await;
        let call = transcript.sid.parse().unwrap();
        let sounds = office.desk.sounds();
        let sound = sounds.play(&tenant(), &call, Take::Conversation).await.unwrap().unwrap();
        assert_eq!(sound.content_type, "audio/mpeg");
        let bytes: Vec<bytes::Bytes> = sound.pieces.try_collect().await.unwrap();
        assert_eq!(bytes.concat().len(), 20 * 38 * 417);
        assert!(sounds.play(&tenant(), &call, Take::Voicemail).await.unwrap().is_none());
        let foreign = sounds.play(&"other".parse().unwrap(), &call, Take::Conversation).await.unwrap();
        assert!(foreign.is_none(), "another tenant hears nothing");
    }
    let mut settings = recorded();
    settings.voicemail = Some(Voicemail::default());
    let office = office(settings).await;
    let transcript = office
        .twilio
        .call(CALLER, BUSINESS.parse().unwrap())
        .callee(COLLEAGUE, Callee::NoAnswer)
        .then(Input::Message(4))
        .place()
        .await;
    office.twilio.settle().await;
    office.work(3).await;
    let record = office.record(&transcript).await;
    if record.voicemail.is_some() {
        let call = transcript.sid.parse().unwrap();
        assert!(office.desk.sounds().play(&tenant(), &call, Take::Voicemail).await.unwrap().is_some());
        assert_eq!(office.blobs.len(), 1, "voicemails are kept too");
    }
}
