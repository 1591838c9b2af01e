//! The client against the vendor's own specification: every parameter and property of the operations in scope.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use frontdesk::id::{MediaSid, MessageSid};
use frontdesk::transport::Reqwest;
use frontdesk::twilio::Client;
use frontdesk::twilio::messages::{
    AddressRetention, ContentRetention, FeedbackOutcome, ListMedia, ListMessages, NewMessage, RiskCheck, ScheduleType,
    TrafficType,
};
use frontdesk::twilio::values::MessageStatus;
use futures_util::TryStreamExt;
use serde_json::Value;

use crate::specs::{say, spec};

const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
const MESSAGE: &str = "SM0123456789abcdef0123456789abcdef";
const MEDIA: &str = "ME0123456789abcdef0123456789abcdef";

/// A message with every parameter set.
fn everything() -> NewMessage {
    let time: DateTime<Utc> = "2026-12-01T10:00:00Z".parse().unwrap();
    let url = || "https://example.com/x".parse().unwrap();
    NewMessage::sms("+15551230000", "+14155552671", "Hi")
        .media_url(url())
        .messaging_service("MG0123456789abcdef0123456789abcdef".parse().unwrap())
        .content_variables(&[("1".to_owned(), "x".to_owned())].into())
        .status_callback(url())
        .application("AP0123456789abcdef0123456789abcdef".parse().unwrap())
        .max_price("0.05".parse().unwrap())
        .provide_feedback(true)
        .attempt(1)
        .validity_period(600)
        .force_delivery(false)
        .content_retention(ContentRetention::Retain)
        .address_retention(AddressRetention::Retain)
        .smart_encoded(true)
        .persistent_action("mailto:a@example.com")
        .traffic_type(TrafficType::Free)
        .shorten_urls(true)
        .schedule_type(ScheduleType::Fixed)
        .send_at(time)
        .send_as_mms(false)
        .risk_check(RiskCheck::Enable)
        .fallback_from("+15551230002")
}

#[test]
fn conformance_messages_send_every_parameter() {
    let Some(specification) = spec("twilio_api_v2010.json") else { return };
    let specification: Value = serde_json::from_str(&specification).unwrap();
    let path = &specification["paths"]["/2010-04-01/Accounts/{AccountSid}/Messages.json"];
    let content = &path["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"];
    let wanted: BTreeSet<String> = content["properties"].as_object().unwrap().keys().cloned().collect();
    let content_template = NewMessage::content("x", "y", "HX0123456789abcdef0123456789abcdef".parse().unwrap());
    let sent: BTreeSet<String> = [everything(), content_template]
        .iter()
        .flat_map(|message| {
            message.to_request().fields().iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>()
        })
        .collect();
    say(format_args!("CreateMessage: covered {} of {} parameters", sent.intersection(&wanted).count(), wanted.len()));
    assert_eq!(sent, wanted);
    let now: DateTime<Utc> = "2026-03-02T15:00:00Z".parse().unwrap();
    let filter = ListMessages::new().to("+1").from("+1").sent_on(now).sent_before(now).sent_after(now).page_size(5);
    let listed: BTreeSet<&str> = filter.to_request().query().iter().map(|(name, _)| *name).collect();
    let wanted: BTreeSet<&str> = path["get"]["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|parameter| parameter["in"] == "query")
        .map(|parameter| parameter["name"].as_str().unwrap())
        .filter(|name| !matches!(*name, "Page" | "PageToken"))
        .collect();
    assert_eq!(listed, wanted, "Page and PageToken come with the links to further pages");
}

#[test]
fn conformance_message_statuses_are_all_known() {
    let Some(specification) = spec("twilio_api_v2010.json") else { return };
    let specification: Value = serde_json::from_str(&specification).unwrap();
    let statuses = specification["components"]["schemas"]["message_enum_status"]["enum"].as_array().unwrap();
    for status in statuses {
        assert!(MessageStatus::KNOWN.iter().any(|known| known.as_str() == status.as_str().unwrap()), "{status}");
    }
    say(format_args!("message_enum_status: covered {0} of {0} values", statuses.len()));
}

/// The vendor's specification as a strict server.
struct SpecServer {
    process: Child,
    base: String,
}

impl Drop for SpecServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl SpecServer {
    fn start(mode: &str) -> Option<Self> {
        let folder = std::env::var_os("FRONTDESK_SPECS").map(PathBuf::from);
        let Some(folder) = folder else {
            say(format_args!("skipped: FRONTDESK_SPECS is not set, so there is no specification to serve"));
            return None;
        };
        let tool = folder.parent().unwrap().join("tools").join("specserver.py");
        let mut process = Command::new("python3")
            .arg(tool)
            .args(["--port", "0", "--auth", &format!("{ACCOUNT}:token"), "--set", &format!("mode={mode}")])
            .arg("--spec")
            .arg(folder.join("twilio_api_v2010.json"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let base = line.trim().strip_prefix("LISTENING ").unwrap_or_else(|| panic!("{line}")).to_owned();
        Some(Self { process, base })
    }

    fn client(&self) -> Client {
        let transport = Reqwest::builder().without_proxy().build().unwrap();
        Client::builder(ACCOUNT.parse().unwrap())
            .with_auth_token("token")
            .with_base_url(&self.base)
            .with_transport(Arc::new(transport))
            .build()
            .unwrap()
    }

    async fn violations(&self) -> String {
        use frontdesk::transport::Transport;
        let transport = Reqwest::builder().without_proxy().build().unwrap();
        let request = http::Request::get(format!("{}/__spec/violations", self.base)).body(bytes::Bytes::new()).unwrap();
        let body = transport.call(request).await.unwrap().into_body().collect(1 << 20).await.unwrap();
        String::from_utf8(body.to_vec()).unwrap()
    }
}

#[tokio::test]
async fn conformance_messages_are_accepted_and_understood_by_a_strict_server() {
    for mode in ["full", "nulls", "unknown", "examples"] {
        let Some(server) = SpecServer::start(mode) else { return };
        let client = server.client();
        let messages = client.messages();
        let (sid, media): (MessageSid, MediaSid) = (MESSAGE.parse().unwrap(), MEDIA.parse().unwrap());
        messages.create(&everything()).await.unwrap_or_else(|error| panic!("{mode}: {error:?}"));
        messages.fetch(&sid).await.unwrap();
        messages.cancel(&sid).await.unwrap();
        messages.redact(&sid).await.unwrap();
        messages.feedback(&sid, FeedbackOutcome::Confirmed).await.unwrap();
        messages.fetch_media(&sid, &media).await.unwrap();
        messages.delete_media(&sid, &media).await.unwrap();
        let listed: Vec<_> =
            messages.list(ListMessages::new().to("+14155552671").page_size(2)).stream().try_collect().await.unwrap();
        if mode != "examples" {
            assert_eq!(listed.len(), 4, "two pages of two");
        }
        let files: Vec<_> = messages.media(&sid, &ListMedia::new()).stream().try_collect().await.unwrap();
        assert!(mode == "examples" || files.len() == 4);
        messages.delete(&sid).await.unwrap();
        assert_eq!(server.violations().await.trim(), "[]", "{mode}");
    }
}
