//! The client against Google's own description: every operation in scope, with every parameter and property, over the
//! wire, against a strict server made from it.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use serde::Serialize;
use serde_json::Value;

use super::calendar_list::{CalendarListEntry, CalendarListPage, ListCalendars, NotificationType};
use super::calendars::CalendarResource;
use super::channels::Channel;
use super::events::{
    AutoDecline, BirthdayType, ChatStatus, ConferenceStatus, ConferenceType, DeleteEvent, EntryPointType, Event,
    EventOrder, EventStatus, EventType, Events, GadgetDisplay, GetEvent, InsertEvent, ListEvents, ListInstances,
    ResponseStatus, Transparency, UpdateEvent, Visibility, WorkingLocationType,
};
use super::freebusy::{FreeBusyRequest, FreeBusyResponse};
use super::settings::Setting;
use super::{AccessRole, CalendarId, Client, EventDateTime, ReminderMethod, SendUpdates};
use crate::Error;
use crate::token::AccessToken;
use crate::transport::retry::{Backoff, Budget};
use crate::transport::{Body, Failure, Reqwest, Transport};

const FILE: &str = "google_calendar_v3.json";

const SCOPE: [&str; 14] = [
    "calendarList.get",
    "calendarList.list",
    "calendars.get",
    "channels.stop",
    "events.delete",
    "events.get",
    "events.insert",
    "events.instances",
    "events.list",
    "events.patch",
    "events.update",
    "events.watch",
    "freebusy.query",
    "settings.get",
];

/// Says something even when the test passes.
fn say(text: std::fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("FRONTDESK_SPECS").map(PathBuf::from);
    if folder.is_none() {
        say(format_args!(
            "skipped: FRONTDESK_SPECS is not set, so there is no description of Google's to test against"
        ));
    }
    folder
}

/// Keeps the last answer, as it was.
#[derive(Debug)]
struct Recorder {
    inner: Reqwest,
    last: Mutex<Bytes>,
}

#[async_trait]
impl Transport for Recorder {
    async fn call(&self, request: http::Request<Bytes>) -> Result<http::Response<Body>, Failure> {
        let (parts, body) = self.inner.call(request).await?.into_parts();
        let body = body.collect(1 << 24).await?;
        *self.last.lock().unwrap() = body.clone();
        Ok(http::Response::from_parts(parts, Body::from(body)))
    }
}

struct Server {
    process: Child,
    base: String,
    recorder: Arc<Recorder>,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    fn start() -> Option<Self> {
        let folder = folder()?;
        let tool = folder.parent()?.join("tools").join("specserver.py");
        let mut command = Command::new("python3");
        command.arg(tool).args(["--port", "0", "--spec"]).arg(folder.join(FILE));
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("python3 runs");
        let mut line = String::new();
        let output = process.stdout.take().expect("it is piped");
        BufReader::new(output).read_line(&mut line).expect("the server says where it is");
        let base = line.trim().strip_prefix("LISTENING ").unwrap_or_else(|| panic!("{line}")).to_owned();
        let inner = Reqwest::builder().without_proxy().build().unwrap();
        Some(Self { process, base, recorder: Arc::new(Recorder { inner, last: Mutex::default() }) })
    }

    fn client(&self) -> Client {
        let retry = Backoff::default().with_waits(Duration::from_millis(1), Duration::from_millis(1));
        let token = AccessToken::new("token", DateTime::<Utc>::MAX_UTC);
        Client::new(Arc::new(token), self.recorder.clone(), crate::clock::SystemClock::shared())
            .with_base_url(&self.base.parse().unwrap())
            .with_retry(Arc::new(retry))
            .with_budget(Budget::new(1_000_000, 1))
    }

    async fn control(&self, method: http::Method, path: &str, body: &str) -> Value {
        let request = http::Request::builder()
            .method(method)
            .uri(format!("{}/__spec/{path}", self.base))
            .header("content-type", "application/json")
            .body(Bytes::from(body.to_owned()))
            .unwrap();
        let body = self.recorder.inner.call(request).await.unwrap().into_body().collect(1 << 28).await.unwrap();
        serde_json::from_slice(&body).unwrap_or_default()
    }

    async fn begin(&self, settings: &str) {
        self.control(http::Method::POST, "reset", "").await;
        self.control(http::Method::DELETE, "log", "").await;
        self.control(http::Method::POST, "set", settings).await;
    }
}

/// The names of all properties, by path; keys of maps by what they are.
fn names(value: &Value, prefix: &str, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
                names(value, &path, into);
                into.insert(path);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| names(item, prefix, into)),
        _ => {}
    }
}

/// What came of each operation.
struct Walk<'a> {
    server: &'a Server,
    failed: BTreeMap<&'static str, Option<Error>>,
    gaps: Vec<String>,
    properties: usize,
}

impl Walk<'_> {
    /// What was read, written again, is what came; and none of it was without a name.
    fn check<T: Serialize + std::fmt::Debug>(&mut self, operation: &'static str, answer: Result<T, Error>, full: bool) {
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                self.failed.insert(operation, Some(error));
                return;
            }
        };
        self.failed.insert(operation, None);
        if !full {
            return;
        }
        let body = self.server.recorder.last.lock().unwrap().clone();
        let (mut came, mut kept) = (BTreeSet::new(), BTreeSet::new());
        names(&serde_json::from_slice(&body).unwrap(), "", &mut came);
        names(&serde_json::to_value(&answer).unwrap(), "", &mut kept);
        self.properties += came.len();
        self.gaps.extend(came.difference(&kept).map(|name| format!("{operation}: {name} is lost")));
        let text = format!("{answer:?}");
        let unnamed = text.matches(" more>").count() - text.matches("<0 more>").count();
        if unnamed > 0 {
            self.gaps.push(format!("{operation}: {unnamed} objects have properties without a name of ours"));
        }
    }

    async fn drive(&mut self, full: bool) {
        let client = self.server.client();
        let calendar: CalendarId = "anna@example.com".parse().unwrap();
        let events = client.events(&calendar);

        let insert = InsertEvent::everything().conference_data_version(1).event_label_version(1);
        let update = UpdateEvent::everything().conference_data_version(1).event_label_version(1);
        let list = ListEvents::everything();
        let got = events.get("visit1", &GetEvent::everything()).await;
        // What has no name of ours is sent as well, and the server knows no other properties than its own.
        let start = EventDateTime::at(DateTime::<Utc>::UNIX_EPOCH, None);
        let least = Event { start: Some(start.clone()), end: Some(start), ..Event::default() };
        let whole = if full { got.as_ref().unwrap().clone() } else { least };
        self.check("events.get", got, full);
        self.check("events.insert", events.insert(&whole, &insert).await, full);
        self.check("events.patch", events.patch("visit1", &whole, Some("\"1\""), &update).await, full);
        self.check("events.update", events.update("visit1", &whole, Some("\"1\""), &update).await, full);
        let deleted = events.delete("visit1", None, &DeleteEvent::everything()).await;
        self.check("events.delete", deleted, false);
        let channel: Channel = serde_json::from_value(whole_channel()).unwrap();
        self.check("events.watch", events.watch(&channel, &list).await, full);
        self.check::<Events>("events.list", events.page(&list).await, full);
        let all: Result<Vec<Event>, Error> = events.stream(&ListEvents::new()).try_collect().await;
        self.check("events.list", all, false);
        let mut pages = events.instance_pages("visit1", &ListInstances::everything());
        let first = pages.try_next().await.map(Option::unwrap_or_default);
        self.check::<Events>("events.instances", first, full);

        let mut pages = client.calendar_list().pages(&ListCalendars::everything());
        let first = pages.try_next().await.map(Option::unwrap_or_default);
        self.check::<CalendarListPage>("calendarList.list", first, full);
        self.check::<CalendarListEntry>("calendarList.get", client.calendar_list().get(&calendar).await, full);
        self.check::<CalendarResource>("calendars.get", client.calendars().get(&calendar).await, full);
        self.check::<Setting>("settings.get", client.settings().get("timezone").await, full);
        let question: FreeBusyRequest = serde_json::from_value(serde_json::json!({
            "calendarExpansionMax": 50, "groupExpansionMax": 100, "items": [{ "id": "anna@example.com" }],
            "timeMin": "2026-12-01T00:00:00Z", "timeMax": "2026-12-02T00:00:00Z", "timeZone": "Europe/Berlin",
        }))
        .unwrap();
        assert!(question.extra.is_empty());
        self.check::<FreeBusyResponse>("freebusy.query", client.freebusy().query(&question).await, full);
        self.check("channels.stop", client.channels().stop(&channel).await, false);
    }

    fn new(server: &Server) -> Walk<'_> {
        Walk { server, failed: BTreeMap::new(), gaps: Vec::new(), properties: 0 }
    }
}

fn whole_channel() -> Value {
    serde_json::json!({
        "address": "https://desk.example.com/webhooks/google", "expiration": "1796083200000", "id": "c1",
        "kind": "api#channel", "params": { "ttl": "3600" }, "payload": true, "resourceId": "r1",
        "resourceUri": "https://www.googleapis.com/calendar/v3/x", "token": "t", "type": "web_hook",
    })
}

/// The properties of a schema that is sent, by path.
fn properties(document: &Value, schema: &Value, prefix: &str, into: &mut BTreeSet<String>) {
    let resolved = match schema.get("$ref").and_then(Value::as_str) {
        Some(name) => &document["schemas"][name],
        None => schema,
    };
    if let Some(items) = resolved.get("items") {
        return properties(document, items, prefix, into);
    }
    for (name, property) in resolved.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        into.insert(path.clone());
        properties(document, property, &path, into);
    }
}

#[tokio::test]
async fn conformance_google_every_operation_parameter_and_property_is_covered() {
    let Some(server) = Server::start() else { return };
    server.begin(r#"{"mode":"full","pages":1}"#).await;
    let mut walk = Walk::new(&server);
    walk.drive(true).await;
    for (operation, failed) in &walk.failed {
        let why = failed.as_ref().map(|error| format!("{error}: {:?}", std::error::Error::source(error)));
        assert_eq!(why, None, "{operation}");
    }
    let violations = server.control(http::Method::GET, "violations", "").await;
    assert_eq!(violations.as_array().map(Vec::len), Some(0), "{violations:#}");
    assert_eq!(walk.failed.keys().copied().collect::<Vec<_>>(), SCOPE);

    let document: Value =
        serde_json::from_str(&std::fs::read_to_string(folder().unwrap().join(FILE)).unwrap()).unwrap();
    let log = server.control(http::Method::GET, "log", "").await;
    let (mut done, mut all) = (0, 0);
    let mut gaps = std::mem::take(&mut walk.gaps);
    for operation in SCOPE {
        let (resource, method) = operation.split_once('.').unwrap();
        let described = &document["resources"][resource]["methods"][method];
        let id = described["id"].as_str().unwrap();
        let mut sent = BTreeSet::new();
        for call in log.as_array().unwrap().iter().filter(|call| call["op"] == id) {
            for pair in call["query"].as_array().into_iter().flatten() {
                sent.insert(pair[0].as_str().unwrap().to_owned());
            }
            names(&serde_json::from_str(call["body"].as_str().unwrap_or_default()).unwrap_or_default(), "", &mut sent);
        }
        let mut wanted: BTreeSet<String> = described["parameters"]
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(_, parameter)| parameter["location"] == "query")
            .map(|(name, _)| name.clone())
            .collect();
        if let Some(request) = described.get("request") {
            properties(&document, request, "", &mut wanted);
        }
        all += wanted.len();
        let missing: Vec<_> = wanted.difference(&sent).collect();
        done += wanted.len() - missing.len();
        gaps.extend(missing.into_iter().map(|name| format!("{id}: {name} is not sent")));
        for (name, parameter) in described["parameters"].as_object().into_iter().flatten() {
            for value in parameter["enum"].as_array().into_iter().flatten() {
                let value = value.as_str().unwrap();
                let known = match name.as_str() {
                    "eventTypes" => EventType::KNOWN.iter().any(|known| known.as_str() == value),
                    "minAccessRole" => AccessRole::KNOWN.iter().any(|known| known.as_str() == value),
                    "orderBy" => EventOrder::KNOWN.iter().any(|known| known.as_str() == value),
                    "sendUpdates" => SendUpdates::KNOWN.iter().any(|known| known.as_str() == value),
                    _ => false,
                };
                all += 1;
                if known { done += 1 } else { gaps.push(format!("{id}: {name} = {value}")) }
            }
        }
    }
    say(format_args!(
        "conformance: Google: covered {done} of {all} parameters and values, {} properties read",
        walk.properties
    ));
    assert!(gaps.is_empty(), "{} gaps:\n{}", gaps.len(), gaps.join("\n"));
}

/// The values that stand in the descriptions only: `- "value" - what it means`.
#[test]
fn conformance_google_every_described_value_has_a_name() {
    let Some(folder) = folder() else { return };
    let document: Value = serde_json::from_str(&std::fs::read_to_string(folder.join(FILE)).unwrap()).unwrap();
    fn described(schema: &Value) -> Vec<String> {
        let text = schema["description"].as_str().unwrap_or_default();
        let mut values: Vec<String> = text
            .lines()
            .filter_map(|line| Some(line.trim().strip_prefix("- \"")?.split_once('"')?.0.to_owned()))
            .collect();
        values.dedup();
        values
    }
    fn known<T: AsRef<str>>(values: &[T]) -> BTreeSet<&str> {
        values.iter().map(AsRef::as_ref).collect()
    }
    let schemas = &document["schemas"];
    let event = &schemas["Event"]["properties"];
    let checks = [
        ("Event.status", &event["status"], known(EventStatus::KNOWN)),
        ("Event.transparency", &event["transparency"], known(Transparency::KNOWN)),
        ("Event.visibility", &event["visibility"], known(Visibility::KNOWN)),
        ("Event.eventType", &event["eventType"], known(EventType::KNOWN)),
        ("gadget.display", &event["gadget"]["properties"]["display"], known(GadgetDisplay::KNOWN)),
        ("responseStatus", &schemas["EventAttendee"]["properties"]["responseStatus"], known(ResponseStatus::KNOWN)),
        ("EventReminder.method", &schemas["EventReminder"]["properties"]["method"], known(ReminderMethod::KNOWN)),
        ("birthday type", &schemas["EventBirthdayProperties"]["properties"]["type"], known(BirthdayType::KNOWN)),
        (
            "autoDecline",
            &schemas["EventFocusTimeProperties"]["properties"]["autoDeclineMode"],
            known(AutoDecline::KNOWN),
        ),
        ("chatStatus", &schemas["EventFocusTimeProperties"]["properties"]["chatStatus"], known(ChatStatus::KNOWN)),
        (
            "location",
            &schemas["EventWorkingLocationProperties"]["properties"]["type"],
            known(WorkingLocationType::KNOWN),
        ),
        ("conference", &schemas["ConferenceSolutionKey"]["properties"]["type"], known(ConferenceType::KNOWN)),
        (
            "conference status",
            &schemas["ConferenceRequestStatus"]["properties"]["statusCode"],
            known(ConferenceStatus::KNOWN),
        ),
        ("entry point", &schemas["EntryPoint"]["properties"]["entryPointType"], known(EntryPointType::KNOWN)),
        ("accessRole", &schemas["Events"]["properties"]["accessRole"], known(AccessRole::KNOWN)),
        ("notification", &schemas["CalendarNotification"]["properties"]["type"], known(NotificationType::KNOWN)),
    ];
    let mut count = 0;
    for (name, schema, known) in checks {
        let values = described(schema);
        count += values.len();
        let missing: Vec<_> = values.iter().filter(|value| !known.contains(value.as_str())).collect();
        assert!(missing.is_empty(), "{name}: {missing:?} of {values:?}");
    }
    say(format_args!("conformance: Google: {count} values that only descriptions name"));
    assert!(count > 40);
}

#[tokio::test]
async fn conformance_google_answers_are_understood_in_every_mode() {
    let Some(server) = Server::start() else { return };
    for mode in [
        r#"{"mode":"unknown","pages":2}"#,
        r#"{"mode":"unknown","variant":1}"#,
        r#"{"mode":"full","variant":1,"pages":3}"#,
        r#"{"mode":"full","variant":2}"#,
    ] {
        server.begin(mode).await;
        let mut walk = Walk::new(&server);
        walk.drive(false).await;
        for (operation, failed) in &walk.failed {
            let why = failed.as_ref().map(|error| format!("{error}: {:?}", std::error::Error::source(error)));
            assert_eq!(why, None, "{operation} in {mode}");
        }
    }
}

#[tokio::test]
async fn conformance_google_faults_are_told_apart_and_nothing_is_entered_twice() {
    let Some(server) = Server::start() else { return };
    let quota = serde_json::json!({
        "error": { "code": 403, "errors": [{ "domain": "usageLimits", "reason": "rateLimitExceeded" }] }
    });
    for (fault, ambiguous) in [
        (serde_json::json!({ "kind": "status", "status": 503 }), true),
        (serde_json::json!({ "kind": "status", "status": 429, "headers": { "Retry-After": "0" } }), false),
        (serde_json::json!({ "kind": "status", "status": 403, "body": quota }), false),
        (serde_json::json!({ "kind": "reset" }), true),
        (serde_json::json!({ "kind": "truncate" }), true),
        (serde_json::json!({ "kind": "garbage" }), true),
    ] {
        server.begin(r#"{"mode":"full"}"#).await;
        let mut whole = fault.clone();
        (whole["match"], whole["times"]) = (".*".into(), (-1).into());
        server.control(http::Method::POST, "fault", &whole.to_string()).await;
        let mut walk = Walk::new(&server);
        walk.drive(false).await;
        for (operation, failed) in &walk.failed {
            let bodiless = ["events.delete", "channels.stop"].contains(operation)
                && (fault["kind"] == "truncate" || fault["kind"] == "garbage");
            let Some(error) = failed else {
                assert!(bodiless, "{fault}: {operation} did not fail");
                continue;
            };
            let once = ["events.insert", "events.patch", "events.update", "events.watch"].contains(operation);
            if once {
                assert_eq!(error.is_outcome_unknown(), ambiguous, "{fault}: {operation}: {error:?}");
            }
            if !ambiguous {
                assert!(error.is_retryable(), "{fault}: {operation}: {error:?}");
            }
        }
        let log = server.control(http::Method::GET, "log", "").await;
        let count = |id: &str| log.as_array().unwrap().iter().filter(|call| call["op"] == id).count();
        for id in ["calendar.events.insert", "calendar.events.patch", "calendar.events.watch"] {
            // A connection that broke before may take a request along that never arrives.
            let fine = if ambiguous { count(id) <= 1 } else { count(id) == 4 };
            assert!(fine, "{fault}: {id} was sent {} times", count(id));
        }
        if fault["kind"] != "garbage" {
            assert_eq!(count("calendar.events.get"), 4, "{fault}: reads are tried again");
        }
    }
}
