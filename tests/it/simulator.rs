//! The simulator refuses what Twilio refuses, and carries out what Twilio carries out.

use bytes::Bytes;
use frontdesk::Error;
use frontdesk::sim::Twilio;
use frontdesk::sim::twilio::{Behaviour, Callee, Entry, Fault, NumberSettings, Transcript};
use frontdesk::twilio::messages::{ListMessages, Message, NewMessage};
use frontdesk::twilio::{Client, Request};
use futures_util::TryStreamExt;
use wiremock::matchers::{body_string_contains, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::world::{BUSINESS, CALLER};

fn sim() -> (Twilio, Client) {
    let sim = Twilio::builder().in_process().unwrap();
    sim.own_number(BUSINESS.parse().unwrap());
    let client = Client::builder(sim.account_sid())
        .with_auth_token(sim.auth_token())
        .with_base_url(sim.base_url())
        .with_transport(sim.transport())
        .with_retry(std::sync::Arc::new(frontdesk::transport::retry::Backoff::never()))
        .build()
        .unwrap();
    (sim, client)
}

async fn send(client: &Client, from: &str, to: &str, body: &str) -> Result<Message, Error> {
    client.messages().create(&NewMessage::sms(from, to, body)).await
}

#[tokio::test]
async fn refuses_with_twilios_codes() {
    let (sim, client) = sim();
    let long = "x".repeat(1601);
    for (from, to, body, code) in [
        (BUSINESS, "", "Hi", 21604),
        (BUSINESS, "12", "Hi", 21211),
        ("no-such sender!", CALLER, "Hi", 21212),
        ("+15559990000", CALLER, "Hi", 21606),
        (BUSINESS, CALLER, "", 21602),
        (BUSINESS, CALLER, long.as_str(), 21617),
        (BUSINESS, BUSINESS, "Hi", 21266),
    ] {
        let error = send(&client, from, to, body).await.unwrap_err();
        assert_eq!((error.code(), error.is_permanent()), (Some(code), true), "{error}");
        assert_eq!(error.more_info(), Some(format!("https://www.twilio.com/docs/errors/{code}").as_str()));
    }
    for (behaviour, code) in [(Behaviour::OptedOut, 21610), (Behaviour::Landline, 21614)] {
        sim.set_recipient(CALLER, behaviour);
        assert_eq!(send(&client, BUSINESS, CALLER, "Hi").await.unwrap_err().code(), Some(code));
    }
    sim.set_recipient(CALLER, Behaviour::Delivered);
    sim.set_trial([]);
    assert_eq!(send(&client, BUSINESS, CALLER, "Hi").await.unwrap_err().code(), Some(21608));
    sim.set_trial([CALLER.parse().unwrap()]);
    assert!(send(&client, BUSINESS, CALLER, "Hi").await.is_ok());
    sim.inject([Fault::TooManyRequests { retry_after: Some(7) }]);
    let error = send(&client, BUSINESS, CALLER, "Hi").await.unwrap_err();
    assert_eq!(
        (error.code(), error.is_retryable(), error.retry_after().map(|wait| wait.as_secs())),
        (Some(20429), true, Some(7))
    );
    let missing = "SM0123456789abcdef0123456789abcdef".parse().unwrap();
    let error = client.messages().fetch(&missing).await.unwrap_err();
    assert_eq!((error.code(), error.is_not_found()), (Some(20404), true));
    let unknown =
        Request::create("test", "/2010-04-01/Accounts/{AccountSid}/Messages.json").with_field("Colour", "red");
    let error = client.execute(unknown).await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(400));
    let stranger = Client::builder(sim.account_sid())
        .with_auth_token("wrong")
        .with_base_url(sim.base_url())
        .with_transport(sim.transport())
        .build()
        .unwrap();
    let error = send(&stranger, BUSINESS, CALLER, "Hi").await.unwrap_err();
    assert_eq!((error.code(), error.is_unauthorized()), (Some(20003), true));
}

#[tokio::test]
async fn listings_have_pages_and_messages_can_be_changed() {
    let (_sim, client) = sim();
    for index in 0..5 {
        send(&client, BUSINESS, CALLER, &format!("text {index}")).await.unwrap();
    }
    let all: Vec<_> =
        client.messages().list(ListMessages::new().to(CALLER).page_size(2)).stream().try_collect().await.unwrap();
    let bodies: Vec<_> = all.iter().map(|message| message.body.clone().unwrap().into_string()).collect();
    assert_eq!(bodies, ["text 4", "text 3", "text 2", "text 1", "text 0"]);
    let sid = all[0].sid.unwrap();
    assert_eq!(client.messages().redact(&sid).await.unwrap().body.as_deref(), None);
    assert!(client.messages().cancel(&sid).await.unwrap_err().is_permanent());
    client.messages().delete(&sid).await.unwrap();
    assert!(client.messages().delete(&sid).await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn a_delete_whose_answer_was_lost_is_done() {
    let sim = Twilio::builder().in_process().unwrap();
    sim.own_number(BUSINESS.parse().unwrap());
    let client = sim.client().unwrap();
    let sid = send(&client, BUSINESS, CALLER, "Hi").await.unwrap().sid.unwrap();
    sim.inject([Fault::LostAnswer]);
    client.messages().delete(&sid).await.unwrap();
}

/// A host that answers each path with a document.
async fn host(documents: &[(&str, &str)]) -> MockServer {
    let server = MockServer::start().await;
    for (at, xml) in documents {
        let answer = ResponseTemplate::new(200).set_body_raw(format!("<Response>{xml}</Response>"), "text/xml");
        Mock::given(path(*at)).respond_with(answer).mount(&server).await;
    }
    server
}

async fn place(server: &MockServer, settings: impl Fn(&str) -> NumberSettings) -> Transcript {
    let sim = Twilio::start().await.unwrap();
    sim.configure_number(BUSINESS.parse().unwrap(), settings(&server.uri()));
    sim.call(CALLER, BUSINESS.parse().unwrap()).others(Callee::Answers(5)).say("ten o'clock").place().await
}

fn voice(base: &str) -> NumberSettings {
    NumberSettings::voice(format!("{base}/voice"))
}

#[tokio::test]
async fn verbs_are_carried_out_in_order() {
    let server = host(&[
        (
            "/voice",
            "<Say>Hi</Say><Pause length=\"2\"/><Play>a.mp3</Play><Start><Stream url=\"wss://x\"/></Start><Sms>Thanks</Sms>\
             <Gather input=\"speech\" action=\"/heard\"><Say>When?</Say></Gather>",
        ),
        ("/heard", "<Dial><Number url=\"/whisper\">+15551230001</Number><Client>desk</Client></Dial><Redirect>/end</Redirect>"),
        ("/whisper", "<Say>A patient</Say>"),
        ("/end", "<Unheard/><Hangup/><Say>never</Say>"),
    ])
    .await;
    let transcript = place(&server, voice).await;
    assert_eq!(transcript.said(), ["Hi", "When?", "A patient"], "{transcript}");
    for entry in [
        Entry::Paused(2),
        Entry::Played("a.mp3".into()),
        Entry::Noted("Start".into()),
        Entry::Spoke("ten o'clock".into()),
        Entry::Error("12200 <Unheard> is not carried out here".into()),
    ] {
        assert!(transcript.entries.contains(&entry), "{entry} is not in {transcript}");
    }
    assert!(transcript.entries.iter().any(|entry| matches!(entry, Entry::Texted { to, .. } if to == CALLER)));
    assert_eq!(transcript.dialled(), [("+15551230001", "completed"), ("client:desk", "canceled")]);
}

#[tokio::test]
async fn circles_bad_documents_and_bad_types_are_errors() {
    let circle = host(&[("/voice", "<Redirect>/voice</Redirect>")]).await;
    let transcript = place(&circle, voice).await;
    assert!(transcript.errors()[0].contains("runs in circles"), "{transcript}");
    let broken = host(&[("/voice", "<Say>"), ("/fallback", "<Say>Sorry</Say>")]).await;
    let transcript = place(&broken, |base| voice(base).with_fallback(format!("{base}/fallback"))).await;
    assert_eq!(transcript.said(), ["Sorry"], "{transcript}");
    assert!(transcript.errors()[0].starts_with("12100"));
    let json = MockServer::start().await;
    Mock::given(path("/voice")).respond_with(ResponseTemplate::new(200).set_body_json(1)).mount(&json).await;
    assert!(place(&json, voice).await.errors()[0].starts_with("12300"));
    let stranger = host(&[("/voice", "<Dial callerId=\"+15557770000\">+15551230001</Dial>")]).await;
    assert!(place(&stranger, voice).await.errors()[0].starts_with("13214"));
}

#[tokio::test]
async fn outbound_calls_carry_out_their_document_and_report() {
    let server = host(&[("/answer", "<Say>Hello</Say>")]).await;
    for status in ["ringing", "completed"] {
        Mock::given(path("/status"))
            .and(body_string_contains(format!("CallStatus={status}")))
            .respond_with(ResponseTemplate::new(204))
            .expect(1)
            .mount(&server)
            .await;
    }
    let sim = Twilio::start().await.unwrap();
    sim.own_number(BUSINESS.parse().unwrap());
    let client = sim.client().unwrap();
    let request = Request::create("placing a call", "/2010-04-01/Accounts/{AccountSid}/Calls.json")
        .with_field("To", CALLER)
        .with_field("From", BUSINESS)
        .with_field("Url", format!("{}/answer", server.uri()))
        .with_field("StatusCallback", format!("{}/status", server.uri()))
        .with_field("StatusCallbackEvent", "ringing")
        .with_field("StatusCallbackEvent", "completed");
    let call: serde_json::Value = client.request(request).await.unwrap();
    assert_eq!(call["status"], "queued");
    sim.settle().await;
    let sid = call["sid"].as_str().unwrap();
    let fetched: serde_json::Value = client
        .request(Request::get("fetching a call", format!("/2010-04-01/Accounts/{{AccountSid}}/Calls/{sid}.json")))
        .await
        .unwrap();
    assert_eq!(fetched["direction"], "outbound-api");
}

#[tokio::test]
async fn garbage_gets_an_answer() {
    let (sim, _) = sim();
    for request in [
        http::Request::get("http://x/").body(Bytes::new()),
        http::Request::put("http://x/2010-04-01/Accounts/x.json").body(Bytes::from("\u{0}")),
        http::Request::post("http://x/2010-04-01/Accounts//Messages.json")
            .header("authorization", "Basic !")
            .body(Bytes::new()),
    ] {
        let status = sim.transport().call(request.unwrap()).await.unwrap().status().as_u16();
        assert!(matches!(status, 401 | 404), "{status}");
    }
}
