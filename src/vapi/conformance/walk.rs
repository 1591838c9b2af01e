//! Every operation in scope, one after the other.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::TryStreamExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::described::Document;
use super::names;
use super::server::Server;
use crate::Error;
use crate::parameters::Param;
use crate::vapi::analytics::AnalyticsQuery;
use crate::vapi::assistants::{Assistant, ListAssistants};
use crate::vapi::calls::{Call, CallUpdate, ListCalls, NewCall};
use crate::vapi::files::{FilePurpose, FileUpdate, Upload};
use crate::vapi::phone_numbers::{ListPhoneNumbers, PhoneNumber};
use crate::vapi::squads::{ListSquads, Squad};
use crate::vapi::tools::{ListTools, Tool};
use crate::vapi::{AssistantId, CallId, FileId, PhoneNumberId, SquadId, ToolId};

/// What nobody may see in a log; the server makes each text of the name of its property.
const HIDDEN: [&str; 11] = [
    "number-text",
    "email-text",
    "transcript-text",
    "summary-text",
    "message-text",
    "firstMessage-text",
    "content-text",
    "listenUrl-text",
    "controlUrl-text",
    "twilioAuthToken-text",
    "twilioApiSecret-text",
];

/// What came of each operation.
pub(super) struct Walk<'a> {
    server: &'a Server,
    document: &'a Document,
    pub(super) failed: BTreeMap<&'static str, Option<Error>>,
    pub(super) gaps: Vec<String>,
    pub(super) properties: usize,
    pub(super) unnamed: usize,
}

/// How many properties `Debug` shows as having no name of ours.
fn unnamed(text: &str) -> usize {
    text.split('<').filter_map(|part| part.split_once(" more>")?.0.parse::<usize>().ok()).sum()
}

impl<'a> Walk<'a> {
    pub(super) fn new(server: &'a Server, document: &'a Document) -> Self {
        Self { server, document, failed: BTreeMap::new(), gaps: Vec::new(), properties: 0, unnamed: 0 }
    }

    /// What was read, written again, is what came; and none of what is private is shown.
    fn check<T: Serialize + std::fmt::Debug>(&mut self, operation: &'static str, answer: Result<T, Error>, full: bool) {
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                self.failed.insert(operation, Some(error));
                return;
            }
        };
        self.failed.entry(operation).or_insert(None);
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
        self.unnamed += unnamed(&text);
        self.gaps.extend(
            HIDDEN.iter().filter(|word| text.contains(**word)).map(|word| format!("{operation}: {word} is shown")),
        );
    }

    /// What was read, as far as it can be sent. What has no name of ours is sent as well, and the server knows no other
    /// properties than its own.
    fn whole<T: DeserializeOwned>(
        &self,
        operation: &str,
        answer: &Result<impl Serialize, Error>,
        full: bool,
    ) -> Option<T> {
        if !full {
            return None;
        }
        let answer = serde_json::to_value(answer.as_ref().ok()?).unwrap();
        let mut whole = self.document.part(operation, &answer)?;
        if operation == "CallController_create" {
            whole["customers"] = json!([whole["customer"]]);
            whole["name"] = json!("a call");
            whole["schedulePlan"] = json!({ "earliestAt": "2026-12-01T10:00:00Z", "latestAt": "2026-12-01T11:00:00Z" });
        }
        if operation == "AssistantController_create" {
            // The server makes none up, though its description has one.
            whole["observabilityPlan"] = json!({ "provider": "langfuse", "tags": ["desk"] });
        }
        Some(serde_json::from_value(whole).unwrap())
    }

    pub(super) async fn drive(&mut self, full: bool) {
        self.calls(full).await;
        self.assistants(full).await;
        self.tools(full).await;
        self.squads(full).await;
        self.phone_numbers(full).await;
        self.files(full).await;
        self.analytics(full).await;
    }

    pub(super) async fn calls(&mut self, full: bool) {
        let client = self.server.client();
        let calls = client.calls();
        let id = CallId::sample();
        let got = calls.get(&id).await;
        let new: NewCall = self.whole("CallController_create", &got, full).unwrap_or_default();
        self.check("CallController_findOne", got, full);
        self.check("CallController_create", calls.create(&new).await, full);
        self.check("CallController_update", calls.update(&id, &CallUpdate::name("a call")).await, full);
        self.check("CallController_deleteCallData", calls.delete(&id).await, full);
        self.check("CallController_deleteCallData", calls.delete_many(&[id.clone(), id]).await, full);
        self.check("CallController_findAll", calls.list(&ListCalls::everything()).await, full);
        let all: Result<Vec<Call>, Error> = calls.stream(&ListCalls::new()).try_collect().await;
        self.check("CallController_findAll", all, false);
    }

    async fn assistants(&mut self, full: bool) {
        let client = self.server.client();
        let assistants = client.assistants();
        let id = AssistantId::sample();
        let got = assistants.get(&id).await;
        let new: Assistant = self.whole("AssistantController_create", &got, full).unwrap_or_default();
        self.check("AssistantController_findOne", got, full);
        self.check("AssistantController_create", assistants.create(&new).await, full);
        self.check("AssistantController_update", assistants.update(&id, &new).await, full);
        self.check("AssistantController_remove", assistants.delete(&id).await, full);
        self.check("AssistantController_findAll", assistants.list(&ListAssistants::everything()).await, full);
        let all: Result<Vec<Assistant>, Error> = assistants.stream(&ListAssistants::new()).try_collect().await;
        self.check("AssistantController_findAll", all, false);
    }

    pub(super) async fn tools(&mut self, full: bool) {
        let client = self.server.client();
        let tools = client.tools();
        let id = ToolId::sample();
        let got = tools.get(&id).await;
        let new = self.whole("ToolController_create", &got, full).unwrap_or_else(Tool::end_call);
        let changed = self.whole("ToolController_update", &got, full).unwrap_or_else(Tool::end_call);
        self.check("ToolController_findOne", got, full);
        self.check("ToolController_create", tools.create(&new).await, full);
        self.check("ToolController_update", tools.update(&id, &changed).await, full);
        self.check("ToolController_remove", tools.delete(&id).await, full);
        self.check("ToolController_findAll", tools.list(&ListTools::everything()).await, full);
        let all: Result<Vec<Tool>, Error> = tools.stream(&ListTools::new()).try_collect().await;
        self.check("ToolController_findAll", all, false);
    }

    async fn squads(&mut self, full: bool) {
        let client = self.server.client();
        let squads = client.squads();
        let id = SquadId::sample();
        let got = squads.get(&id).await;
        let least = || Squad::new("a squad", Vec::new());
        let new = self.whole("SquadController_create", &got, full).unwrap_or_else(least);
        self.check("SquadController_findOne", got, full);
        self.check("SquadController_create", squads.create(&new).await, full);
        self.check("SquadController_update", squads.update(&id, &new).await, full);
        self.check("SquadController_remove", squads.delete(&id).await, full);
        self.check("SquadController_findAll", squads.list(&ListSquads::everything()).await, full);
        let all: Result<Vec<Squad>, Error> = squads.stream(&ListSquads::new()).try_collect().await;
        self.check("SquadController_findAll", all, false);
    }

    pub(super) async fn phone_numbers(&mut self, full: bool) {
        let client = self.server.client();
        let numbers = client.phone_numbers();
        let id = PhoneNumberId::sample();
        let got = numbers.get(&id).await;
        let least = || PhoneNumber::vapi(None);
        let new = self.whole("PhoneNumberController_create", &got, full).unwrap_or_else(least);
        let changed = self.whole("PhoneNumberController_update", &got, full).unwrap_or_else(least);
        self.check("PhoneNumberController_findOne", got, full);
        self.check("PhoneNumberController_create", numbers.create(&new).await, full);
        self.check("PhoneNumberController_update", numbers.update(&id, &changed).await, full);
        self.check("PhoneNumberController_remove", numbers.delete(&id).await, full);
        self.check("PhoneNumberController_findAll", numbers.list(&ListPhoneNumbers::everything()).await, full);
        let all: Result<Vec<PhoneNumber>, Error> = numbers.stream(&ListPhoneNumbers::new()).try_collect().await;
        self.check("PhoneNumberController_findAll", all, false);
    }

    async fn files(&mut self, full: bool) {
        let client = self.server.client();
        let files = client.files();
        let id = FileId::sample();
        let upload = Upload::new("prices.txt", "text/plain", "Check-up: 80 dollars.")
            .purpose(FilePurpose::Assistant)
            .metadata(json!({ "of": "2026" }));
        self.check("FileController_create", files.upload(&upload).await, full);
        self.check("FileController_findOne", files.get(&id).await, full);
        self.check("FileController_update", files.update(&id, &FileUpdate::name("prices")).await, full);
        self.check("FileController_remove", files.delete(&id).await, full);
        self.check("FileController_findAll", files.list(&FilePurpose::Assistant).await, full);
    }

    async fn analytics(&mut self, full: bool) {
        let query: Value = json!({
            "groupBy": ["assistantId", "endedReason"], "groupByVariableValue": [{ "key": "visit" }], "name": "costs",
            "operations": [{ "alias": "cost", "column": "cost", "operation": "sum" }], "table": "call",
            "timeRange": {
                "end": "2026-12-02T00:00:00Z", "start": "2026-12-01T00:00:00Z", "step": "day", "timezone": "Europe/Berlin",
            },
        });
        let query: AnalyticsQuery = serde_json::from_value(query).unwrap();
        assert_eq!(unnamed(&format!("{query:?}")), 0);
        let client = self.server.client();
        self.check("AnalyticsController_query", client.analytics().query(&[query]).await, full);
    }
}
