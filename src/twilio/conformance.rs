//! The client against the vendor's own specifications: every operation in scope, with every parameter, property and
//! enumeration value, over the wire, against a strict server made from those specifications.
//!
//! `operations.txt` is what is in scope; `exceptions.txt` what of the same resources is not, and why.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::TryStreamExt;
use serde_json::Value;

use super::accounts::Account;
use super::applications::{ListApplications, NewApplication};
use super::available_phone_numbers::{ListCountries, NumberKind, SearchNumbers};
use super::calls::{
    ListCalls, NewCall, NewPayment, NewRecording, NewStream, NewTranscription, NewUserMessage,
    NewUserMessageSubscription, RealTimeStatus, UpdateCall, UpdatePayment,
};
use super::conferences::{ListConferences, ListParticipants, NewParticipant, UpdateConference, UpdateParticipant};
use super::incoming_phone_numbers::{ListNumbers, NumberSettings, Wanted};
use super::intelligence::{
    ListIntelligenceServices, ListOperators, ListParts, ListSentences, ListTranscripts, NewIntelligenceService,
    NewTranscript, UpdateIntelligenceService,
};
use super::lookups::{
    BatchQuery, Field, IdentityQuery, LineType, LookupQuery, NewOverride, NewRateLimit, ReassignedQuery, RiskQuery,
};
use super::messages::{
    AddressRetention, ContentRetention, FeedbackOutcome, ListMedia, ListMessages, NewMessage, RiskCheck, ScheduleType,
    TrafficType, UpdateStatus,
};
use super::messaging_services::{ListServices, ServiceSettings};
use super::outgoing_caller_ids::{ListCallerIds, NewCallerId};
use super::recordings::{ListRecordings, ListRecordingsOf, UpdateRecording};
use super::resource::Property;
use super::transcriptions::ListTranscriptions;
use super::wire::{Param, Wire};
use super::{Client, Listing, Paged};
use crate::Error;
use crate::id::{AccountSid, IntelligenceServiceSid};
use crate::transport::retry::Backoff;
use crate::transport::{Reqwest, Transport};

const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
const SPECIFICATIONS: [(&str, &str); 4] = [
    ("Api", "twilio_api_v2010.json"),
    ("Intelligence", "twilio_intelligence_v2.json"),
    ("Lookups", "twilio_lookups_v2.json"),
    ("Messaging", "twilio_messaging_v1.json"),
];

/// Says something even when the test passes.
fn say(text: std::fmt::Arguments<'_>) {
    // The test harness captures what is printed, not what is written.
    let _ = writeln!(std::io::stderr(), "{text}");
}

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("FRONTDESK_SPECS").map(PathBuf::from);
    if folder.is_none() {
        say(format_args!("skipped: FRONTDESK_SPECS is not set, so there is no specification to test against"));
    }
    folder
}

/// The vendor's specifications as one strict server.
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
    fn start() -> Option<Self> {
        let folder = folder()?;
        let tool = folder.parent()?.join("tools").join("specserver.py");
        let mut command = Command::new("python3");
        command.arg(tool).args(["--port", "0", "--auth", &format!("{ACCOUNT}:token")]);
        for (_, file) in SPECIFICATIONS {
            command.arg("--spec").arg(folder.join(file));
        }
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("python3 runs");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("it is piped"))
            .read_line(&mut line)
            .expect("the server says where it is");
        let base = line.trim().strip_prefix("LISTENING ").unwrap_or_else(|| panic!("{line}")).to_owned();
        Some(Self { process, base })
    }

    fn client(&self) -> Client {
        let retry = Backoff::default().with_waits(Duration::from_millis(1), Duration::from_millis(1));
        Client::builder(ACCOUNT.parse().unwrap())
            .with_auth_token("token")
            .with_base_url(&self.base)
            .with_transport(Arc::new(Reqwest::builder().without_proxy().build().unwrap()))
            .with_retry(Arc::new(retry))
            .with_budget(crate::transport::retry::Budget::new(1_000_000, 1))
            .build()
            .unwrap()
    }

    async fn control(&self, method: http::Method, path: &str, body: &str) -> Value {
        let request = http::Request::builder()
            .method(method)
            .uri(format!("{}/__spec/{path}", self.base))
            .header("content-type", "application/json")
            .body(Bytes::from(body.to_owned()))
            .unwrap();
        let transport = Reqwest::builder().without_proxy().build().unwrap();
        let body = transport.call(request).await.unwrap().into_body().collect(1 << 28).await.unwrap();
        serde_json::from_slice(&body).unwrap_or_default()
    }

    /// What the server refused, and why.
    async fn violations(&self) -> BTreeSet<String> {
        let calls = self.control(http::Method::GET, "violations", "").await;
        let text = |call: &Value| format!("{} {}: {}", call["method"], call["path"], call["violations"]);
        calls.as_array().into_iter().flatten().map(text).collect()
    }

    async fn begin(&self, settings: &str) {
        self.control(http::Method::POST, "reset", "").await;
        self.control(http::Method::DELETE, "log", "").await;
        self.control(http::Method::POST, "set", settings).await;
    }
}

/// An operation: the specification and its id.
type Operation = (String, String);

fn operation(text: &str) -> Operation {
    let (specification, id) = text.split_once(' ').unwrap_or_else(|| panic!("{text}"));
    (specification.to_owned(), id.to_owned())
}

fn in_scope() -> BTreeSet<Operation> {
    include_str!("conformance/operations.txt").lines().map(operation).collect()
}

fn excepted() -> BTreeSet<Operation> {
    include_str!("conformance/exceptions.txt")
        .lines()
        .map(|line| {
            let (text, reason) = line.split_once(": ").unwrap_or_else(|| panic!("{line}: an exception has a reason"));
            assert!(!reason.is_empty());
            operation(text)
        })
        .collect()
}

/// What an operation's specification says.
#[derive(Default)]
struct Described {
    path: String,
    parameters: BTreeMap<String, Vec<String>>,
    properties: BTreeMap<String, Vec<String>>,
}

struct Specification {
    document: Value,
}

impl Specification {
    fn resolve<'a>(&'a self, mut schema: &'a Value) -> &'a Value {
        while let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            schema = self.document.pointer(reference.trim_start_matches('#')).expect("references lead somewhere");
        }
        schema
    }

    /// Names of a schema's properties, by path, with the values of each enumeration.
    fn flatten(&self, schema: &Value, prefix: &str, into: &mut BTreeMap<String, Vec<String>>) {
        let schema = self.resolve(schema);
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
        for (name, property) in properties {
            let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
            let mut inner = self.resolve(property);
            if let Some(items) = inner.get("items") {
                inner = self.resolve(items);
            }
            let values = inner.get("enum").and_then(Value::as_array).map(|values| {
                values.iter().map(|value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)).collect()
            });
            into.insert(path.clone(), values.unwrap_or_default());
            self.flatten(inner, &path, into);
        }
    }

    fn operations(&self) -> BTreeMap<String, Described> {
        let mut all = BTreeMap::new();
        for (path, item) in self.document["paths"].as_object().unwrap() {
            for method in ["get", "post", "put", "delete"] {
                let Some(operation) = item.get(method) else { continue };
                let mut wanted = Described { path: path.clone(), ..Default::default() };
                for holder in [operation, item] {
                    for parameter in holder.get("parameters").and_then(Value::as_array).into_iter().flatten() {
                        let parameter = self.resolve(parameter);
                        if parameter["in"] != "path" {
                            let values = self.resolve(&parameter["schema"]).get("enum").and_then(Value::as_array);
                            let values = values.into_iter().flatten().filter_map(Value::as_str).map(ToOwned::to_owned);
                            wanted.parameters.insert(parameter["name"].as_str().unwrap().to_owned(), values.collect());
                        }
                    }
                }
                if let Some(content) = operation.pointer("/requestBody/content").and_then(Value::as_object) {
                    for media in content.values() {
                        self.flatten(&media["schema"], "", &mut wanted.parameters);
                    }
                }
                for (status, answer) in operation["responses"].as_object().unwrap() {
                    let Some(content) = answer.get("content").and_then(Value::as_object) else { continue };
                    if status.starts_with('2') {
                        for media in content.values() {
                            self.flatten(&media["schema"], "", &mut wanted.properties);
                        }
                    }
                }
                all.insert(operation["operationId"].as_str().unwrap().to_owned(), wanted);
            }
        }
        all
    }
}

/// Of a page only its items are a type of ours.
fn without_envelope(properties: &BTreeMap<String, Vec<String>>, key: Option<&str>) -> BTreeMap<String, Vec<String>> {
    let Some(key) = key else { return properties.clone() };
    let inside = format!("{key}.");
    properties
        .iter()
        .filter_map(|(name, values)| Some((name.strip_prefix(&inside)?.to_owned(), values.clone())))
        .collect()
}

/// What the client made of an operation.
#[derive(Default)]
struct Covered {
    key: Option<&'static str>,
    properties: Vec<Property>,
    missing: Vec<String>,
    known: BTreeMap<String, Vec<String>>,
    failed: Option<Error>,
}

/// Drives every operation once.
struct Walk {
    client: Client,
    covered: BTreeMap<Operation, Covered>,
}

impl Walk {
    fn note(&mut self, operation: &str, covered: Covered) {
        let entry = self.covered.entry(self::operation(operation)).or_default();
        let known = std::mem::take(&mut entry.known);
        *entry = covered;
        entry.known.extend(known);
    }

    fn known<'a>(&mut self, operations: impl IntoIterator<Item = &'a str>, known: &[(&'static str, Vec<String>)]) {
        for operation in operations {
            let entry = self.covered.entry(self::operation(operation)).or_default();
            entry.known.extend(known.iter().map(|(name, values)| ((*name).to_owned(), values.clone())));
        }
    }

    fn one<T: Wire>(&mut self, operation: &str, answer: Result<T, Error>) {
        let mut covered = Covered { properties: T::properties(), ..Default::default() };
        match answer {
            Ok(answer) => answer.missing("", &mut covered.missing),
            Err(error) => covered.failed = Some(error),
        }
        self.note(operation, covered);
    }

    async fn list<T: Paged + Wire>(&mut self, operation: &str, listing: Listing<T>) {
        let mut covered = Covered { key: Some(T::KEY), properties: T::properties(), ..Default::default() };
        match listing.stream().try_collect::<Vec<_>>().await {
            Ok(items) => items.iter().for_each(|item| item.missing("", &mut covered.missing)),
            Err(error) => covered.failed = Some(error),
        }
        self.note(operation, covered);
    }

    fn nothing(&mut self, operation: &str, answer: Result<(), Error>) {
        self.note(operation, Covered { failed: answer.err(), ..Default::default() });
    }

    async fn drive(client: &Client) -> BTreeMap<Operation, Covered> {
        let mut walk = Self { client: client.clone(), covered: BTreeMap::new() };
        walk.messages().await;
        walk.calls().await;
        walk.conferences().await;
        walk.recordings().await;
        walk.numbers().await;
        walk.account().await;
        walk.services().await;
        walk.lookups().await;
        walk.intelligence().await;
        walk.covered
    }

    async fn messages(&mut self) {
        let client = self.client.clone();
        let messages = client.messages();
        let (sid, media) = (sample(), sample());
        self.one("Api CreateMessage", messages.create(&whole_message()).await);
        let template = "HX0123456789abcdef0123456789abcdef".parse().unwrap();
        let by_template = NewMessage::content("+15551230000", "+14155552671", template);
        self.one("Api CreateMessage", messages.create(&by_template).await);
        self.known(
            ["Api CreateMessage"],
            &[
                ("ContentRetention", <ContentRetention as Wire>::known()),
                ("AddressRetention", <AddressRetention as Wire>::known()),
                ("TrafficType", <TrafficType as Wire>::known()),
                ("ScheduleType", <ScheduleType as Wire>::known()),
                ("RiskCheck", <RiskCheck as Wire>::known()),
            ],
        );
        self.known(["Api UpdateMessage"], &[("Status", <UpdateStatus as Wire>::known())]);
        self.known(["Api CreateMessageFeedback"], &[("Outcome", <FeedbackOutcome as Wire>::known())]);
        self.one("Api FetchMessage", messages.fetch(&sid).await);
        self.one("Api UpdateMessage", messages.redact(&sid).await);
        self.one("Api UpdateMessage", messages.cancel(&sid).await);
        self.nothing("Api DeleteMessage", messages.delete(&sid).await);
        self.one("Api CreateMessageFeedback", messages.feedback(&sid, FeedbackOutcome::Confirmed).await);
        let now = sample();
        let filter = ListMessages::new().to("+14155552671").from("+14155552671").sent_on(now).sent_before(now);
        self.list("Api ListMessage", messages.list(filter.sent_after(now).page_size(2))).await;
        self.one("Api FetchMedia", messages.fetch_media(&sid, &media).await);
        self.nothing("Api DeleteMedia", messages.delete_media(&sid, &media).await);
        let filter = ListMedia::new().created_on(now).created_before(now).created_after(now).page_size(2);
        self.list("Api ListMedia", messages.media(&sid, &filter)).await;
    }

    async fn calls(&mut self) {
        let client = self.client.clone();
        let calls = client.calls();
        let sid = sample();
        self.one("Api CreateCall", calls.create(&NewCall::everything().twiml("<Response/>")).await);
        self.known(["Api CreateCall"], &NewCall::known());
        self.one("Api FetchCall", calls.fetch(&sid).await);
        self.one("Api UpdateCall", calls.update(&sid, &UpdateCall::everything().twiml("<Response/>")).await);
        self.known(["Api UpdateCall"], &UpdateCall::known());
        self.nothing("Api DeleteCall", calls.delete(&sid).await);
        self.list("Api ListCall", calls.list(&ListCalls::everything())).await;
        self.known(["Api ListCall"], &ListCalls::known());

        let (recordings, recording) = (calls.recordings(sid), sample());
        self.one("Api CreateCallRecording", recordings.start(&NewRecording::everything()).await);
        self.known(["Api CreateCallRecording"], &NewRecording::known());
        self.one("Api FetchCallRecording", recordings.fetch(&recording).await);
        self.one("Api UpdateCallRecording", recordings.update(&recording, &UpdateRecording::everything()).await);
        self.known(["Api UpdateCallRecording", "Api UpdateConferenceRecording"], &UpdateRecording::known());
        self.nothing("Api DeleteCallRecording", recordings.delete(&recording).await);
        self.list("Api ListCallRecording", recordings.list(&ListRecordingsOf::everything())).await;

        let transcriptions = calls.transcriptions(sid);
        let new = NewTranscription::everything().track(super::values::Track::BothTracks);
        self.one("Api CreateRealtimeTranscription", transcriptions.start(&new).await);
        self.known(["Api CreateRealtimeTranscription"], &NewTranscription::known());
        self.one("Api UpdateRealtimeTranscription", transcriptions.stop(&sample()).await);
        let stopped = [("Status", <RealTimeStatus as Wire>::known())];
        self.known(["Api UpdateRealtimeTranscription", "Api UpdateStream"], &stopped);

        let names: Vec<String> = (1..=99).map(|number| format!("name{number}")).collect();
        let parameters: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "value")).collect();
        let new = NewStream::everything().track(super::values::Track::BothTracks);
        self.one("Api CreateStream", calls.streams(sid).start(&new, &parameters).await);
        self.known(["Api CreateStream"], &NewStream::known());
        self.one("Api UpdateStream", calls.streams(sid).stop(&sample()).await);

        let payments = calls.payments(sid);
        self.one("Api CreatePayments", payments.start(&NewPayment::everything()).await);
        self.known(["Api CreatePayments"], &NewPayment::known());
        self.one("Api UpdatePayments", payments.update(&sample(), &UpdatePayment::everything()).await);
        self.known(["Api UpdatePayments"], &UpdatePayment::known());

        let messages = calls.user_messages(sid);
        self.one("Api CreateUserDefinedMessage", messages.send(&NewUserMessage::everything()).await);
        let new = NewUserMessageSubscription::everything();
        self.one("Api CreateUserDefinedMessageSubscription", messages.subscribe(&new).await);
        self.known(["Api CreateUserDefinedMessageSubscription"], &NewUserMessageSubscription::known());
        self.nothing("Api DeleteUserDefinedMessageSubscription", messages.unsubscribe(&sample()).await);
    }

    async fn conferences(&mut self) {
        let client = self.client.clone();
        let conferences = client.conferences();
        let (sid, call, recording) = (sample(), sample(), sample());
        self.one("Api FetchConference", conferences.fetch(&sid).await);
        self.one("Api UpdateConference", conferences.update(&sid, &UpdateConference::everything()).await);
        self.known(["Api UpdateConference"], &UpdateConference::known());
        self.list("Api ListConference", conferences.list(&ListConferences::everything())).await;
        self.known(["Api ListConference"], &ListConferences::known());
        let recordings = conferences.recordings(sid);
        self.one("Api FetchConferenceRecording", recordings.fetch(&recording).await);
        self.one("Api UpdateConferenceRecording", recordings.update(&recording, &UpdateRecording::everything()).await);
        self.nothing("Api DeleteConferenceRecording", recordings.delete(&recording).await);
        self.list("Api ListConferenceRecording", recordings.list(&ListRecordingsOf::everything())).await;
        let participants = conferences.participants(sid);
        self.one("Api CreateParticipant", participants.create(&NewParticipant::everything()).await);
        self.known(["Api CreateParticipant"], &NewParticipant::known());
        self.one("Api FetchParticipant", participants.fetch(&call).await);
        self.one("Api UpdateParticipant", participants.update(&call, &UpdateParticipant::everything()).await);
        self.known(["Api UpdateParticipant"], &UpdateParticipant::known());
        self.nothing("Api DeleteParticipant", participants.remove(&call).await);
        self.list("Api ListParticipant", participants.list(&ListParticipants::everything())).await;
    }

    async fn recordings(&mut self) {
        let client = self.client.clone();
        let recordings = client.recordings();
        let (sid, transcription) = (sample(), sample());
        self.one("Api FetchRecording", recordings.fetch_deleted(&sid).await);
        self.nothing("Api DeleteRecording", recordings.delete(&sid).await);
        self.list("Api ListRecording", recordings.list(&ListRecordings::everything())).await;
        let filter = ListTranscriptions::everything();
        self.list("Api ListRecordingTranscription", recordings.transcriptions(&sid, &filter)).await;
        let answer = recordings.fetch_transcription(&sid, &transcription).await;
        self.one("Api FetchRecordingTranscription", answer);
        let answer = recordings.delete_transcription(&sid, &transcription).await;
        self.nothing("Api DeleteRecordingTranscription", answer);
        let transcriptions = client.transcriptions();
        self.one("Api FetchTranscription", transcriptions.fetch(&transcription).await);
        self.nothing("Api DeleteTranscription", transcriptions.delete(&transcription).await);
        self.list("Api ListTranscription", transcriptions.list(&filter)).await;
    }

    async fn numbers(&mut self) {
        let client = self.client.clone();
        let available = client.available_phone_numbers();
        self.list("Api ListAvailablePhoneNumberCountry", available.countries(&ListCountries::everything())).await;
        self.one("Api FetchAvailablePhoneNumberCountry", available.country("US").await);
        for kind in NumberKind::KNOWN {
            let listing = available.search("US", kind.clone(), &SearchNumbers::everything()).unwrap();
            self.list(&format!("Api ListAvailablePhoneNumber{kind}"), listing).await;
        }
        let numbers = client.incoming_phone_numbers();
        let (sid, settings) = (sample(), NumberSettings::everything());
        self.one("Api CreateIncomingPhoneNumber", numbers.buy(Wanted::Number(sample()), &settings).await);
        self.one("Api CreateIncomingPhoneNumber", numbers.buy(Wanted::AreaCode(510), &settings).await);
        self.one("Api FetchIncomingPhoneNumber", numbers.fetch(&sid).await);
        self.one("Api UpdateIncomingPhoneNumber", numbers.transfer(&sid, sample::<AccountSid>(), &settings).await);
        self.one("Api UpdateIncomingPhoneNumber", numbers.update(&sid, &settings).await);
        self.known(["Api CreateIncomingPhoneNumber", "Api UpdateIncomingPhoneNumber"], &NumberSettings::known());
        self.nothing("Api DeleteIncomingPhoneNumber", numbers.release(&sid).await);
        self.list("Api ListIncomingPhoneNumber", numbers.list(&ListNumbers::everything())).await;
        for kind in [NumberKind::Local, NumberKind::Mobile, NumberKind::TollFree] {
            let bought = numbers.buy_of_kind(kind.clone(), sample(), &settings).await;
            let create = format!("Api CreateIncomingPhoneNumber{kind}");
            self.one(&create, bought);
            self.known([create.as_str()], &NumberSettings::known());
            let listing = numbers.list_of_kind(kind.clone(), &ListNumbers::everything()).unwrap();
            self.list(&format!("Api ListIncomingPhoneNumber{kind}"), listing).await;
        }
        let ids = client.outgoing_caller_ids();
        self.one("Api CreateValidationRequest", ids.create(&NewCallerId::everything()).await);
        self.known(["Api CreateValidationRequest"], &NewCallerId::known());
        self.one("Api FetchOutgoingCallerId", ids.fetch(&sid).await);
        self.one("Api UpdateOutgoingCallerId", ids.rename(&sid, "Desk").await);
        self.nothing("Api DeleteOutgoingCallerId", ids.delete(&sid).await);
        self.list("Api ListOutgoingCallerId", ids.list(&ListCallerIds::everything())).await;
    }

    async fn account(&mut self) {
        let client = self.client.clone();
        self.one::<Account>("Api FetchAccount", client.accounts().fetch().await);
        let applications = client.applications();
        let (sid, new) = (sample(), NewApplication::everything());
        self.one("Api CreateApplication", applications.create(&new).await);
        self.one("Api FetchApplication", applications.fetch(&sid).await);
        self.one("Api UpdateApplication", applications.update(&sid, &new).await);
        self.known(["Api CreateApplication", "Api UpdateApplication"], &NewApplication::known());
        self.nothing("Api DeleteApplication", applications.delete(&sid).await);
        self.list("Api ListApplication", applications.list(&ListApplications::everything())).await;
    }

    async fn services(&mut self) {
        let client = self.client.clone();
        let services = client.messaging_services();
        let (sid, number, settings) = (sample(), sample(), ServiceSettings::everything());
        self.one("Messaging CreateService", services.create("Reminders", &settings).await);
        self.one("Messaging FetchService", services.fetch(&sid).await);
        self.one("Messaging UpdateService", services.update(&sid, &settings).await);
        self.known(["Messaging CreateService", "Messaging UpdateService"], &ServiceSettings::known());
        self.nothing("Messaging DeleteService", services.delete(&sid).await);
        self.list("Messaging ListService", services.list(&ListServices::everything())).await;
        let pool = services.phone_numbers(sid);
        self.one("Messaging CreatePhoneNumber", pool.attach(&number).await);
        self.one("Messaging FetchPhoneNumber", pool.fetch(&number).await);
        self.nothing("Messaging DeletePhoneNumber", pool.detach(&number).await);
        self.list("Messaging ListPhoneNumber", pool.list(&ListServices::everything())).await;
    }

    async fn lookups(&mut self) {
        let client = self.client.clone();
        let lookups = client.lookups();
        let number = sample();
        let query = LookupQuery::everything().last_verified("2024-01-02".parse().unwrap()).address_country_code("US");
        self.one("Lookups FetchPhoneNumber", lookups.fetch(number, &query).await);
        let text = || Some("text".into());
        let person = IdentityQuery {
            first_name: text(),
            last_name: text(),
            address_line1: text(),
            address_line2: text(),
            city: text(),
            state: text(),
            postal_code: text(),
            address_country_code: Some("US".to_owned()),
            national_id: text(),
            date_of_birth: text(),
        };
        let batch = BatchQuery::new(number, [Field::LineTypeIntelligence, Field::SimSwap])
            .correlation_id("1")
            .country_code("US")
            .identity(person)
            .reassigned_since(ReassignedQuery { last_verified_date: Some("20240102".to_owned()) })
            .risk(RiskQuery { partner_sub_id: Some("x".to_owned()) });
        self.one("Lookups CreateBulkLookup", lookups.batch(&[batch]).await);
        self.known(["Lookups CreateBulkLookup"], &[("phone_numbers.fields", <Field as Wire>::known())]);
        let overrides = lookups.overrides(number);
        let new = NewOverride::new(LineType::Mobile, "asked");
        self.one("Lookups CreateLookupPhoneNumberOverrides", overrides.create(&new).await);
        self.one("Lookups UpdateLookupPhoneNumberOverrides", overrides.update(&new).await);
        let both = ["Lookups CreateLookupPhoneNumberOverrides", "Lookups UpdateLookupPhoneNumberOverrides"];
        self.known(both, &[("line_type", <LineType as Wire>::known())]);
        self.one("Lookups FetchLookupPhoneNumberOverrides", overrides.fetch().await);
        self.nothing("Lookups DeleteLookupPhoneNumberOverrides", overrides.delete().await);
        let limits = lookups.rate_limits();
        self.one("Lookups FetchLookupAccountRateLimits", limits.list(&[Field::SimSwap, Field::CallerName]).await);
        self.one("Lookups FetchLookupRateLimit", limits.fetch(&Field::SimSwap, "daily").await);
        let set = limits.set(&Field::SimSwap, "daily", NewRateLimit::new(100, 86_400)).await;
        self.one("Lookups UpdateLookupRateLimit", set);
        self.nothing("Lookups DeleteLookupRateLimit", limits.delete(&Field::SimSwap, "daily").await);
    }

    async fn intelligence(&mut self) {
        let client = self.client.clone();
        let (sid, operator, service) = (sample(), sample(), sample());
        let transcripts = client.intelligence().transcripts();
        self.one("Intelligence CreateTranscript", transcripts.create(&NewTranscript::everything()).await);
        self.one("Intelligence FetchTranscript", transcripts.fetch(&sid).await);
        self.nothing("Intelligence DeleteTranscript", transcripts.delete(&sid).await);
        self.list("Intelligence ListTranscript", transcripts.list(&ListTranscripts::everything())).await;
        self.one("Intelligence FetchMedia", transcripts.media(&sid, Some(false)).await);
        self.list("Intelligence ListSentence", transcripts.sentences(&sid, &ListSentences::everything())).await;
        let results = transcripts.operator_results(&sid, &ListParts::everything());
        self.list("Intelligence ListOperatorResult", results).await;
        let result = transcripts.operator_result(&sid, &operator, Some(true)).await;
        self.one("Intelligence FetchOperatorResult", result);
        let services = client.intelligence().services();
        self.one("Intelligence CreateService", services.create(&NewIntelligenceService::everything()).await);
        self.known(["Intelligence CreateService"], &NewIntelligenceService::known());
        self.one("Intelligence FetchService", services.fetch(&service).await);
        let changes = UpdateIntelligenceService::everything();
        self.one("Intelligence UpdateService", services.update(&service, &changes, Some(3)).await);
        self.known(["Intelligence UpdateService"], &UpdateIntelligenceService::known());
        self.nothing("Intelligence DeleteService", services.delete(&service).await);
        self.list("Intelligence ListService", services.list(&ListIntelligenceServices::everything())).await;
        let operators = client.intelligence().operators();
        self.one("Intelligence FetchOperator", operators.fetch(&operator).await);
        self.list("Intelligence ListOperator", operators.list(&ListOperators::everything())).await;
        self.known(["Intelligence ListOperator"], &ListOperators::known());
        self.one("Intelligence CreateOperatorAttachment", operators.attach(&service, &operator).await);
        self.nothing("Intelligence DeleteOperatorAttachment", operators.detach(&service, &operator).await);
        // Here, and only here, the specification wants an operator's SID where a service's belongs.
        let service = IntelligenceServiceSid::unchecked("LY0123456789abcdef0123456789abcdef");
        self.one("Intelligence FetchOperatorAttachments", operators.attached(&service).await);
    }
}

fn sample<T: Param>() -> T {
    T::sample()
}

/// A message with every parameter set.
fn whole_message() -> NewMessage {
    let url = || "https://example.com/x".parse().unwrap();
    NewMessage::sms("+15551230000", "+14155552671", "Hi")
        .media_url(url())
        .messaging_service(sample())
        .content_variables(&[("1".to_owned(), "x".to_owned())].into())
        .status_callback(url())
        .application(sample())
        .max_price(sample())
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
        .send_at(sample())
        .send_as_mms(false)
        .risk_check(RiskCheck::Enable)
        .fallback_from("+15551230002")
}

/// The names of what was sent: query, form, JSON by path, and headers that the specification names.
fn sent(call: &Value) -> BTreeSet<String> {
    fn flatten(value: &Value, prefix: &str, into: &mut BTreeSet<String>) {
        match value {
            Value::Object(object) => {
                for (name, value) in object {
                    let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
                    flatten(value, &path, into);
                    into.insert(path);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| flatten(item, prefix, into)),
            _ => {}
        }
    }

    let mut names: BTreeSet<String> = call["query"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|pair| pair[0].as_str().map(ToOwned::to_owned))
        .collect();
    names.extend(call["headers"].as_object().into_iter().flatten().map(|(name, _)| name.to_ascii_lowercase()));
    let body = call["body"].as_str().unwrap_or_default();
    match serde_json::from_str::<Value>(body) {
        Ok(json) => flatten(&json, "", &mut names),
        Err(_) => names.extend(url::form_urlencoded::parse(body.as_bytes()).map(|(name, _)| name.into_owned())),
    }
    names
}

/// An error with what is behind it.
fn why(error: &Error) -> String {
    let source = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    format!("{error}: {source}")
}

fn specification_of(call: &Value) -> String {
    call["spec"].as_str().unwrap_or_default().trim_start_matches("Twilio - ").split(' ').next().unwrap().to_owned()
}

#[tokio::test]
async fn conformance_every_operation_parameter_property_and_value_is_covered() {
    let Some(server) = SpecServer::start() else { return };
    let folder = folder().unwrap();
    server.begin(r#"{"mode":"full"}"#).await;
    let covered = Walk::drive(&server.client()).await;
    assert_eq!(server.violations().await, BTreeSet::new());
    let log = server.control(http::Method::GET, "log", "").await;
    let mut parameters: BTreeMap<Operation, BTreeSet<String>> = BTreeMap::new();
    for call in log.as_array().unwrap() {
        let operation = (specification_of(call), call["op"].as_str().unwrap_or_default().to_owned());
        parameters.entry(operation).or_default().extend(sent(call));
    }
    let (scope, excepted) = (in_scope(), excepted());
    let mut gaps = Vec::new();
    for (name, file) in SPECIFICATIONS {
        let document = serde_json::from_str(&std::fs::read_to_string(folder.join(file)).unwrap()).unwrap();
        let operations = Specification { document }.operations();
        let (mut done, mut all) = (0, 0);
        let mut check = |fine: bool, gap: String| {
            all += 1;
            if fine { done += 1 } else { gaps.push(gap) }
        };
        let roots: BTreeSet<String> = scope
            .iter()
            .filter(|(specification, _)| specification == name)
            .map(|(_, id)| root(&operations.get(id).unwrap_or_else(|| panic!("{name} {id} is no operation")).path))
            .collect();
        for (id, wanted) in &operations {
            let operation = (name.to_owned(), id.clone());
            if excepted.contains(&operation) || !roots.contains(&root(&wanted.path)) {
                continue;
            }
            check(scope.contains(&operation), format!("{name} {id}: neither in scope nor an exception"));
            let Some(seen) = covered.get(&operation) else {
                check(false, format!("{name} {id}: not driven"));
                continue;
            };
            let failed = seen.failed.as_ref().map(why);
            assert_eq!(failed, None, "{name} {id}");
            let sent = parameters.get(&operation).unwrap_or_else(|| panic!("{name} {id}: not in the server's log"));
            for (parameter, values) in &wanted.parameters {
                let is_sent = sent.contains(parameter) || sent.contains(&parameter.to_ascii_lowercase());
                check(is_sent, format!("{name} {id}: parameter {parameter}"));
                let known = seen.known.get(parameter);
                for value in values {
                    let fine = known.is_some_and(|known| known.contains(value));
                    check(fine, format!("{name} {id}: parameter {parameter} = {value}"));
                }
            }
            for (property, values) in without_envelope(&wanted.properties, seen.key) {
                let ours = seen.properties.iter().find(|(name, _)| *name == property);
                let is_read = ours.is_some() && !seen.missing.contains(&property);
                check(is_read, format!("{name} {id}: property {property}"));
                for value in values {
                    let fine = ours.is_some_and(|(_, known)| known.contains(&value));
                    check(fine, format!("{name} {id}: property {property} = {value}"));
                }
            }
        }
        say(format_args!("conformance: {name}: covered {done} of {all}"));
    }
    assert!(gaps.is_empty(), "{} gaps:\n{}", gaps.len(), gaps.join("\n"));
}

/// What an operation is about: the first name in its path.
fn root(path: &str) -> String {
    let path = path.trim_start_matches("/2010-04-01/").trim_start_matches("Accounts/{AccountSid}/");
    let mut names = path.split('/').filter(|name| !name.is_empty() && !name.starts_with('v'));
    names.next().unwrap_or_default().trim_end_matches(".json").to_owned()
}

#[tokio::test]
async fn conformance_answers_are_understood_in_every_mode() {
    let Some(server) = SpecServer::start() else { return };
    let mut modes = vec![r#"{"mode":"nulls"}"#.to_owned()];
    modes.extend((0..2).map(|variant| format!(r#"{{"mode":"unknown","variant":{variant}}}"#)));
    modes.extend((1..4).map(|variant| format!(r#"{{"mode":"full","variant":{variant}}}"#)));
    modes.extend((0..6).map(|variant| format!(r#"{{"mode":"examples","variant":{variant}}}"#)));
    let mut failed = Vec::new();
    for mode in &modes {
        server.begin(mode).await;
        for ((specification, id), covered) in Walk::drive(&server.client()).await {
            if let Some(error) = covered.failed {
                failed.push(format!("{specification} {id}: {} ({mode})", why(&error)));
            }
        }
        assert_eq!(server.violations().await, BTreeSet::new(), "{mode}");
    }
    failed.sort();
    failed.dedup();
    assert!(failed.is_empty(), "{} answers not understood:\n{}", failed.len(), failed.join("\n"));
    say(format_args!("conformance: {} operations understood in {} modes", in_scope().len(), modes.len()));
}

/// Those that create or do something, for which Twilio knows no key that would make repeating them harmless.
fn is_once(id: &str) -> bool {
    id.starts_with("Create")
        && !["CreatePayments", "CreateOperatorAttachment", "CreateBulkLookup", "CreateMessageFeedback"].contains(&id)
}

#[tokio::test]
async fn conformance_faults_are_told_apart_and_nothing_is_done_twice() {
    let Some(server) = SpecServer::start() else { return };
    for (kind, ambiguous) in [
        (r#""kind":"status","status":503"#, true),
        (r#""kind":"status","status":429,"headers":{"Retry-After":"0"}"#, false),
        (r#""kind":"reset""#, true),
        (r#""kind":"truncate""#, true),
        (r#""kind":"garbage""#, true),
    ] {
        server.begin(r#"{"mode":"full"}"#).await;
        let fault = format!(r#"{{"match":".*",{kind},"times":-1}}"#);
        server.control(http::Method::POST, "fault", &fault).await;
        let covered = Walk::drive(&server.client()).await;
        for ((specification, id), seen) in &covered {
            // An answer without a body has nothing to cut off or to spoil.
            let bodiless = id.starts_with("Delete") && (kind.contains("truncate") || kind.contains("garbage"));
            let Some(error) = &seen.failed else {
                assert!(bodiless, "{kind}: {specification} {id} did not fail");
                continue;
            };
            if is_once(id) {
                assert_eq!(error.is_outcome_unknown(), ambiguous, "{kind}: {specification} {id}: {error:?}");
            }
            if !ambiguous {
                assert!(error.is_retryable(), "{kind}: {specification} {id}: {error:?}");
            }
        }
        let log = server.control(http::Method::GET, "log", "").await;
        let mut counts: BTreeMap<(String, String, String), usize> = BTreeMap::new();
        for call in log.as_array().unwrap() {
            let text = |name: &str| call[name].as_str().unwrap_or_default().to_owned();
            *counts.entry((text("op"), text("path"), text("body"))).or_default() += 1;
        }
        for ((id, _, _), count) in &counts {
            if is_once(id) && ambiguous {
                assert_eq!(*count, 1, "{kind}: {id} was sent again though it may have been done");
            }
        }
        assert!(counts.values().any(|count| *count > 1) || kind.contains("garbage"), "{kind}: reads are tried again");
    }
    say(format_args!("conformance: {} operations fail well under five faults", in_scope().len()));
}
