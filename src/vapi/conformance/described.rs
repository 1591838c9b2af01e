//! What the description says.

use std::collections::BTreeSet;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{FILE, folder, say};
use crate::vapi::analytics::{
    AnalyticsColumn, AnalyticsGroup, AnalyticsOperation, AnalyticsQuery, AnalyticsResult, AnalyticsTable, Operation,
    TimeRange, TimeStep, VariableValueGroup,
};
use crate::vapi::assistants::{
    AnalysisPlan, ArtifactPlan, Assistant, AssistantOverrides, BackgroundSpeechDenoisingPlan, ClientMessageType,
    CompliancePlan, FirstMessageMode, FourierDenoisingPlan, KeypadInputPlan, Model, ModelMessage, ModelRole,
    MonitorPlan, ObservabilityPlan, Rubric, ServerMessageType, SmartDenoisingPlan, StartSpeakingPlan, StopSpeakingPlan,
    StructuredDataMultiPlan, StructuredDataPlan, SuccessEvaluationPlan, SummaryPlan, ToolRef, Transcriber,
    TranscriptPlan, TranscriptionEndpointingPlan, TransportConfiguration, Voice, VoicemailDetectionPlan,
};
use crate::vapi::calls::{
    Analysis, AnalysisCostBreakdown, Artifact, AssistantActivation, Call, CallBatch, CallBatchError, CallMessage,
    CallProvider, CallStatus, CallTransport, CallType, CallUpdate, Compliance, Cost, CostBreakdown, CostType, Customer,
    Monitor, MonitorResult, MonoRecording, NewCall, NodeArtifact, PerformanceMetrics, PhoneCallTransport, Recording,
    RecordingConsent, SchedulePlan, SubscriptionLimits, TransferArtifact, TurnLatency,
};
use crate::vapi::files::{File, FilePurpose, FileStatus, FileUpdate};
use crate::vapi::phone_numbers::{
    PhoneNumber, PhoneNumberProvider, PhoneNumberStatus, SipAuthentication, TransientPhoneNumber,
};
use crate::vapi::squads::{Squad, SquadMember};
use crate::vapi::tools::{Function, Tool, ToolMessage, ToolMessageType, ToolType};
use crate::vapi::{
    BackoffPlan, BackoffType, DestinationType, EndedClass, EndedReason, Server, TransferDestination,
    TransferFallbackPlan, TransferPlan, TransferPlanMode,
};

/// Vapi's description.
pub(super) struct Document(Value);

fn strings(values: &Value) -> impl Iterator<Item = &str> {
    values.as_array().into_iter().flatten().filter_map(Value::as_str)
}

impl Document {
    pub(super) fn read() -> Option<Self> {
        let text = std::fs::read_to_string(folder()?.join(FILE)).expect("it is there");
        Some(Self(serde_json::from_str(&text).expect("it is JSON")))
    }

    fn schema(&self, name: &str) -> &Value {
        let schema = &self.0["components"]["schemas"][name];
        assert!(schema.is_object(), "{name} is not described");
        schema
    }

    fn referred(&self, reference: &str) -> &Value {
        self.schema(reference.rsplit('/').next().unwrap())
    }

    fn operation(&self, id: &str) -> &Value {
        let methods = self.0["paths"].as_object().unwrap().values().filter_map(Value::as_object);
        let mut operations = methods.flat_map(Map::values);
        operations.find(|operation| operation["operationId"] == id).unwrap_or_else(|| panic!("{id} is no operation"))
    }

    /// The schema of what is sent.
    fn body(&self, id: &str) -> Option<&Value> {
        let content = self.operation(id)["requestBody"]["content"].as_object()?;
        content.values().next().map(|media| &media["schema"])
    }

    /// The names of parameters and of what is sent.
    pub(super) fn wanted(&self, id: &str) -> BTreeSet<String> {
        let parameters = self.operation(id)["parameters"].as_array().into_iter().flatten();
        let query = parameters.filter(|parameter| parameter["in"] == "query");
        let mut wanted: BTreeSet<String> =
            query.map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect();
        let Some(body) = self.body(id) else { return wanted };
        let one = body["$ref"].as_str();
        let many = body["discriminator"]["mapping"].as_object().into_iter().flat_map(Map::values);
        for reference in one.into_iter().chain(many.filter_map(Value::as_str)) {
            wanted.extend(self.properties(self.referred(reference)));
        }
        wanted
    }

    fn properties(&self, schema: &Value) -> Vec<String> {
        schema["properties"].as_object().into_iter().flat_map(Map::keys).cloned().collect()
    }

    /// What can be sent of what was answered; nothing when the description cannot tell of what kind that is.
    pub(super) fn part(&self, id: &str, answer: &Value) -> Option<Value> {
        let body = self.body(id)?;
        let reference = body["$ref"].as_str().or_else(|| {
            let kind = answer[body["discriminator"]["propertyName"].as_str()?].as_str()?;
            body["discriminator"]["mapping"][kind].as_str()
        })?;
        let known = &self.referred(reference)["properties"];
        let part = answer.as_object()?.iter().filter(|(name, _)| known.get(name).is_some());
        Some(Value::Object(part.map(|(name, value)| (name.clone(), value.clone())).collect()))
    }

    /// The values of a property, or of its items.
    fn values(&self, schema: &str, property: &str) -> Vec<&str> {
        let described = &self.schema(schema)["properties"][property];
        let values = if described["items"].is_object() { &described["items"]["enum"] } else { &described["enum"] };
        strings(values).collect()
    }

    /// The values of a property that tells alternatives apart.
    fn kinds<'a>(&'a self, alternatives: &'a Value, property: &str) -> Vec<&'a str> {
        let alternatives = alternatives["oneOf"].as_array().unwrap().iter();
        let schemas = alternatives.map(|alternative| self.referred(alternative["$ref"].as_str().unwrap()));
        schemas.flat_map(|schema| strings(&schema["properties"][property]["enum"])).collect()
    }

    /// The properties of a schema that have no name of ours.
    fn unnamed<T: Serialize + DeserializeOwned>(&self, schema: &str) -> Vec<String> {
        let nothing = self.properties(self.schema(schema)).into_iter().map(|name| (name, Value::Null));
        let read: T = serde_json::from_value(Value::Object(nothing.collect())).unwrap();
        let kept = serde_json::to_value(read).unwrap();
        kept.as_object().unwrap().keys().cloned().collect()
    }
}

fn known<T: AsRef<str>>(values: &[T]) -> BTreeSet<&str> {
    values.iter().map(AsRef::as_ref).collect()
}

/// The types of ours for schemas of Vapi's.
macro_rules! unnamed {
    ($document:expr; $($($schema:literal)+ => $type:ty,)*) => {
        vec![$($(($schema, $document.unnamed::<$type>($schema)),)+)*]
    };
}

#[test]
fn conformance_vapi_every_property_of_what_is_not_thin_has_a_name() {
    let Some(document) = Document::read() else { return };
    let whole = unnamed! { document;
        "Call" => Call,
        "CreateCallDTO" => NewCall,
        "UpdateCallDTO" => CallUpdate,
        "CallBatchResponse" => CallBatch,
        "CallBatchError" => CallBatchError,
        "SubscriptionLimits" => SubscriptionLimits,
        "CreateCustomerDTO" => Customer,
        "SchedulePlan" => SchedulePlan,
        "TwilioTransport" "VonageTransport" "TelnyxTransport" "VapiSipTransport" => CallTransport,
        "VapiWebsocketTransport" "VapiWebCallTransport" => CallTransport,
        "Monitor" => Monitor,
        "MonitorResult" => MonitorResult,
        "Compliance" => Compliance,
        "RecordingConsent" => RecordingConsent,
        "CostBreakdown" => CostBreakdown,
        "AnalysisCostBreakdown" => AnalysisCostBreakdown,
        "TransportCost" "TranscriberCost" "ModelCost" "VoiceCost" "VapiCost" => Cost,
        "VoicemailDetectionCost" "AnalysisCost" "KnowledgeBaseCost" => Cost,
        "Analysis" => Analysis,
        "Artifact" => Artifact,
        "UserMessage" "SystemMessage" "BotMessage" "ToolCallMessage" "ToolCallResultMessage" => CallMessage,
        "Recording" => Recording,
        "Mono" => MonoRecording,
        "TransferArtifact" => TransferArtifact,
        "NodeArtifact" => NodeArtifact,
        "AssistantActivation" => AssistantActivation,
        "PerformanceMetrics" => PerformanceMetrics,
        "TurnLatency" => TurnLatency,
        "Assistant" "CreateAssistantDTO" "UpdateAssistantDTO" => Assistant,
        "AssistantOverrides" => AssistantOverrides,
        "AnalysisPlan" => AnalysisPlan,
        "SummaryPlan" => SummaryPlan,
        "StructuredDataPlan" => StructuredDataPlan,
        "StructuredDataMultiPlan" => StructuredDataMultiPlan,
        "SuccessEvaluationPlan" => SuccessEvaluationPlan,
        "ArtifactPlan" => ArtifactPlan,
        "TranscriptPlan" => TranscriptPlan,
        "StartSpeakingPlan" => StartSpeakingPlan,
        "TranscriptionEndpointingPlan" => TranscriptionEndpointingPlan,
        "StopSpeakingPlan" => StopSpeakingPlan,
        "MonitorPlan" => MonitorPlan,
        "CompliancePlan" => CompliancePlan,
        "KeypadInputPlan" => KeypadInputPlan,
        "BackgroundSpeechDenoisingPlan" => BackgroundSpeechDenoisingPlan,
        "SmartDenoisingPlan" => SmartDenoisingPlan,
        "FourierDenoisingPlan" => FourierDenoisingPlan,
        "LangfuseObservabilityPlan" => ObservabilityPlan,
        "TransportConfigurationTwilio" => TransportConfiguration,
        "GoogleVoicemailDetectionPlan" "OpenAIVoicemailDetectionPlan" => VoicemailDetectionPlan,
        "TwilioVoicemailDetectionPlan" "VapiVoicemailDetectionPlan" => VoicemailDetectionPlan,
        "OpenAIMessage" => ModelMessage,
        "ToolRef" => ToolRef,
        "Server" => Server,
        "BackoffPlan" => BackoffPlan,
        "TransferDestinationNumber" "TransferDestinationSip" "TransferDestinationAssistant" => TransferDestination,
        "TransferPlan" => TransferPlan,
        "TransferFallbackPlan" => TransferFallbackPlan,
        "CreateFunctionToolDTO" "UpdateFunctionToolDTO" "FunctionTool" => Tool,
        "CreateTransferCallToolDTO" "UpdateTransferCallToolDTO" "TransferCallTool" => Tool,
        "CreateEndCallToolDTO" "UpdateEndCallToolDTO" "EndCallTool" => Tool,
        "OpenAIFunction" => Function,
        "ToolMessageStart" "ToolMessageComplete" "ToolMessageFailed" "ToolMessageDelayed" => ToolMessage,
        "Squad" "CreateSquadDTO" "UpdateSquadDTO" => Squad,
        "SquadMemberDTO" => SquadMember,
        "TwilioPhoneNumber" "CreateTwilioPhoneNumberDTO" "UpdateTwilioPhoneNumberDTO" => PhoneNumber,
        "VapiPhoneNumber" "CreateVapiPhoneNumberDTO" "UpdateVapiPhoneNumberDTO" => PhoneNumber,
        "ByoPhoneNumber" "CreateByoPhoneNumberDTO" "UpdateByoPhoneNumberDTO" => PhoneNumber,
        "VonagePhoneNumber" "CreateVonagePhoneNumberDTO" "UpdateVonagePhoneNumberDTO" => PhoneNumber,
        "TelnyxPhoneNumber" "CreateTelnyxPhoneNumberDTO" "UpdateTelnyxPhoneNumberDTO" => PhoneNumber,
        "ImportTwilioPhoneNumberDTO" => TransientPhoneNumber,
        "SipAuthentication" => SipAuthentication,
        "File" => File,
        "UpdateFileDTO" => FileUpdate,
        "AnalyticsQuery" => AnalyticsQuery,
        "AnalyticsOperation" => AnalyticsOperation,
        "AnalyticsQueryResult" => AnalyticsResult,
        "TimeRange" => TimeRange,
        "VariableValueGroupBy" => VariableValueGroup,
    };
    let thin = unnamed! { document;
        "OpenAIModel" "AnthropicModel" "GoogleModel" "CustomLLMModel" => Model,
        "VapiVoice" "ElevenLabsVoice" "CartesiaVoice" "OpenAIVoice" => Voice,
        "DeepgramTranscriber" "AssemblyAITranscriber" "GoogleTranscriber" => Transcriber,
        "CreateApiRequestToolDTO" "CreateHandoffToolDTO" "CreateQueryToolDTO" "CreateVoicemailToolDTO" => Tool,
        "CreateSmsToolDTO" "CreateMcpToolDTO" "CreateDtmfToolDTO" "CreateCodeToolDTO" => Tool,
        "HandoffDestinationAssistant" "HandoffDestinationSquad" "HandoffDestinationDynamic" => TransferDestination,
    };
    let count = |schemas: &[(&str, Vec<String>)]| {
        let all: usize = schemas.iter().map(|(schema, _)| document.properties(document.schema(schema)).len()).sum();
        let unnamed: usize = schemas.iter().map(|(_, unnamed)| unnamed.len()).sum();
        (all - unnamed, all)
    };
    for (what, schemas) in [("whole", &whole), ("thin", &thin)] {
        let (named, all) = count(schemas);
        say(format_args!(
            "conformance: Vapi: {named} of {all} properties of {} {what} schemas have a name of ours; the rest is kept",
            schemas.len()
        ));
    }
    let gaps: Vec<_> = whole.iter().filter(|(_, unnamed)| !unnamed.is_empty()).collect();
    assert!(gaps.is_empty(), "{gaps:#?}");
}

#[test]
fn conformance_vapi_every_value_has_a_name() {
    let Some(document) = Document::read() else { return };
    let listed = [
        ("Call", "type", known(CallType::KNOWN)),
        ("Call", "status", known(CallStatus::KNOWN)),
        ("Call", "phoneCallProvider", known(CallProvider::KNOWN)),
        ("Call", "phoneCallTransport", known(PhoneCallTransport::KNOWN)),
        ("Assistant", "firstMessageMode", known(FirstMessageMode::KNOWN)),
        ("Assistant", "clientMessages", known(ClientMessageType::KNOWN)),
        ("Assistant", "serverMessages", known(ServerMessageType::KNOWN)),
        ("OpenAIMessage", "role", known(ModelRole::KNOWN)),
        ("SuccessEvaluationPlan", "rubric", known(Rubric::KNOWN)),
        ("BackoffPlan", "type", known(BackoffType::KNOWN)),
        ("TransferPlan", "mode", known(TransferPlanMode::KNOWN)),
        ("TransferArtifact", "mode", known(TransferPlanMode::KNOWN)),
        ("TwilioPhoneNumber", "status", known(PhoneNumberStatus::KNOWN)),
        ("File", "status", known(FileStatus::KNOWN)),
        ("CreateFileDTO", "purpose", known(FilePurpose::KNOWN)),
        ("AnalyticsQuery", "table", known(AnalyticsTable::KNOWN)),
        ("AnalyticsQuery", "groupBy", known(AnalyticsGroup::KNOWN)),
        ("AnalyticsOperation", "operation", known(Operation::KNOWN)),
        ("AnalyticsOperation", "column", known(AnalyticsColumn::KNOWN)),
        ("TimeRange", "step", known(TimeStep::KNOWN)),
    ];
    let mut count = 0;
    for (schema, property, known) in listed {
        let values = document.values(schema, property);
        assert!(!values.is_empty(), "{schema}.{property} has no values");
        count += values.len();
        let missing: Vec<_> = values.iter().filter(|value| !known.contains(**value)).collect();
        assert!(missing.is_empty(), "{schema}.{property}: {missing:?}");
    }
    let answer = |id: &str| &document.operation(id)["responses"]["201"]["content"]["application/json"]["schema"];
    let items = |schema: &str, property: &str| &document.schema(schema)["properties"][property]["items"];
    for (what, alternatives, property, known) in [
        ("tools", answer("ToolController_create"), "type", known(ToolType::KNOWN)),
        ("phone numbers", answer("PhoneNumberController_create"), "provider", known(PhoneNumberProvider::KNOWN)),
        ("costs", items("Call", "costs"), "type", known(CostType::KNOWN)),
        ("tools' messages", items("CreateEndCallToolDTO", "messages"), "type", known(ToolMessageType::KNOWN)),
        ("destinations", items("CreateTransferCallToolDTO", "destinations"), "type", known(DestinationType::KNOWN)),
        ("handoffs", items("CreateHandoffToolDTO", "destinations"), "type", known(DestinationType::KNOWN)),
    ] {
        let values = document.kinds(alternatives, property);
        assert!(!values.is_empty(), "{what} have no kinds");
        count += values.len();
        let missing: Vec<_> = values.iter().filter(|value| !known.contains(**value)).collect();
        assert!(missing.is_empty(), "{what}: {missing:?}");
    }
    say(format_args!("conformance: Vapi: {count} values have a name of ours"));
}

#[test]
fn conformance_vapi_every_reason_for_an_end_has_a_class() {
    let Some(document) = Document::read() else { return };
    let words = document.values("Call", "endedReason");
    let unknown: Vec<_> =
        words.iter().filter(|word| EndedReason::from(**word).class() == EndedClass::Unknown).collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
    let classes: BTreeSet<_> = words.iter().map(|word| EndedReason::from(*word).class()).collect();
    say(format_args!("conformance: Vapi: {} reasons for an end, of {} classes", words.len(), classes.len()));
    assert!(words.len() > 600 && classes.len() == 16);
}
