use std::fmt;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::json::{lenient, mended};
use super::tool_call::{self, ToolCall};
use crate::phone::E164;
use crate::secret::Private;
use crate::vapi::ended_reason::EndedReason;

/// Why a request is no message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Malformed {
    /// It is not JSON.
    #[error("the request is not JSON")]
    Json,
    /// It holds no message with a type.
    #[error("the request holds no message")]
    Message,
}

/// What Vapi tells, and the bytes that told it.
#[derive(Clone)]
#[non_exhaustive]
pub struct Event {
    /// What it is about.
    pub message: ServerMessage,
    /// The call it belongs to.
    pub call: CallInfo,
    /// When it was sent, by Vapi's clock.
    pub timestamp: Option<DateTime<Utc>>,
    raw: Bytes,
}

/// A message to the server. What this version reads is typed; everything is in [`Event::json`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ServerMessage {
    /// A call has come in: who takes it? To be answered within 7.5 seconds.
    AssistantRequest(AssistantRequest),
    /// The assistant asks for tools.
    ToolCalls(ToolCalls),
    /// Where is the call to go?
    TransferDestinationRequest(TransferRequest),
    /// Which assistant takes over?
    HandoffDestinationRequest(TransferRequest),
    /// Documents are asked for.
    KnowledgeBaseRequest,
    /// Whether the caller has finished is asked for.
    CallEndpointingRequest,
    /// A voice of the host's own is to speak.
    VoiceRequest,
    /// A campaign asks before it dials.
    CampaignPredial,
    /// The call's status has changed.
    StatusUpdate(StatusUpdate),
    /// The call is over: what was said, and what it came to.
    EndOfCallReport(Box<EndOfCallReport>),
    /// The assistant has not answered for some seconds.
    Hang,
    /// Something was said.
    Transcript(Transcript),
    /// The conversation so far.
    ConversationUpdate,
    /// Somebody began or stopped to speak.
    SpeechUpdate,
    /// What the model gave out.
    ModelOutput,
    /// The caller interrupted the assistant.
    UserInterrupted,
    /// What the voice is given.
    VoiceInput,
    /// A transfer goes on.
    TransferUpdate,
    /// Another language is spoken.
    LanguageChangeDetected,
    /// An assistant has taken over.
    AssistantStarted,
    /// The assistant begins to speak.
    AssistantSpeechStarted,
    /// The call is to be controlled by the host.
    PhoneCallControl,
    /// Something that this version does not know, by its type.
    Other(String),
}

impl ServerMessage {
    /// Whether Vapi waits for an answer with a content.
    #[must_use]
    pub fn wants_answer(&self) -> bool {
        matches!(
            self,
            Self::AssistantRequest(_)
                | Self::ToolCalls(_)
                | Self::TransferDestinationRequest(_)
                | Self::HandoffDestinationRequest(_)
                | Self::KnowledgeBaseRequest
                | Self::CallEndpointingRequest
                | Self::VoiceRequest
                | Self::CampaignPredial
        )
    }
}

/// A call, as far as messages tell.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct CallInfo {
    /// Its id at Vapi.
    pub id: String,
    /// The organisation it belongs to.
    pub org_id: String,
    /// `inboundPhoneCall`, `outboundPhoneCall`, `webCall`.
    pub kind: String,
    /// How it comes: `pstn` or `sip`.
    pub transport: String,
    /// The id of the call at the telephone provider.
    pub provider_id: String,
    /// The assistant that has it.
    pub assistant_id: String,
    /// The number at Vapi.
    pub phone_number_id: String,
    /// Our number.
    pub number: Party,
    /// The caller, or who is called.
    pub customer: Party,
    /// What the host set on the call or its assistant.
    pub metadata: Map<String, Value>,
    /// Values for the assistant's templates, SIP headers among them.
    pub variables: Map<String, Value>,
}

impl CallInfo {
    /// A text of the variables or the metadata, whatever case the name has.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        let mut all = self.metadata.iter().chain(&self.variables);
        all.find(|(key, _)| key.eq_ignore_ascii_case(name)).and_then(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for CallInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallInfo")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("number", &self.number)
            .field("customer", &self.customer)
            .finish_non_exhaustive()
    }
}

/// Somebody at one end of a call.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Party {
    /// The number, if it is one.
    pub number: Option<E164>,
    /// The number or SIP address as it was sent.
    pub address: Private,
    /// The name.
    pub name: Private,
}

impl fmt::Debug for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Party").field("number", &self.number).finish_non_exhaustive()
    }
}

/// A call has come in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AssistantRequest {}

/// Tools are asked for.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct ToolCalls {
    /// Which, each id once.
    pub calls: Vec<ToolCall>,
    /// The function calls of old are answered in another way.
    pub legacy: bool,
}

/// Where is the call to go?
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct TransferRequest {
    /// What the assistant was asked for.
    pub parameters: Map<String, Value>,
}

impl fmt::Debug for TransferRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TransferRequest(<{} parameters>)", self.parameters.len())
    }
}

/// The call's status.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct StatusUpdate {
    /// `scheduled`, `queued`, `ringing`, `in-progress`, `forwarding`, `ended`, ….
    pub status: String,
    /// Why it ended.
    pub ended_reason: Option<EndedReason>,
}

/// Something was said.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Transcript {
    /// Whether the caller said it.
    pub by_caller: bool,
    /// Whether it is final.
    pub is_final: bool,
    /// The words.
    pub text: Private,
}

/// What was said in one turn.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Turn {
    /// Whether the caller said it.
    pub by_caller: bool,
    /// The words.
    pub text: Private,
    /// When.
    pub at: Option<DateTime<Utc>>,
}

/// What an analysis filled in. `Debug` shows how much there is.
#[derive(Clone, Default, PartialEq)]
pub struct Structured(Map<String, Value>);

impl Structured {
    /// The fields.
    #[must_use]
    pub fn fields(&self) -> &Map<String, Value> {
        &self.0
    }
}

impl fmt::Debug for Structured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} fields>", self.0.len())
    }
}

/// The call is over.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct EndOfCallReport {
    /// Why it ended.
    pub ended_reason: Option<EndedReason>,
    /// When it began.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// What it cost, in US dollars.
    pub cost: Option<f64>,
    /// What it was about.
    pub summary: Option<Private>,
    /// What was said.
    pub transcript: Option<Private>,
    /// What was said, turn by turn.
    pub turns: Vec<Turn>,
    /// What the analysis filled in.
    pub structured_data: Option<Structured>,
    /// Whether the analysis takes it for a success, in its own words.
    pub success: Option<Private>,
    /// Where the recording is.
    pub recording_url: Option<Private>,
}

// What is read of the wire. Everything else is passed over without being built.

#[derive(Deserialize)]
struct Root<'a> {
    #[serde(borrow)]
    message: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Wire {
    #[serde(rename = "type", default)]
    kind: Option<Box<RawValue>>,
    #[serde(default, deserialize_with = "lenient")]
    call: Option<WireCall>,
    #[serde(default, deserialize_with = "lenient")]
    customer: Option<WireParty>,
    #[serde(default, deserialize_with = "lenient")]
    phone_number: Option<WireParty>,
    #[serde(default, deserialize_with = "lenient")]
    timestamp: Option<Value>,
    tool_call_list: Option<Box<RawValue>>,
    tool_with_tool_call_list: Option<Box<RawValue>>,
    tool_calls: Option<Box<RawValue>>,
    function_call: Option<Box<RawValue>>,
    #[serde(default, deserialize_with = "lenient")]
    parameters: Option<Map<String, Value>>,
    #[serde(default, deserialize_with = "lenient")]
    status: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    ended_reason: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    role: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    transcript_type: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    transcript: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    summary: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    recording_url: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    started_at: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    ended_at: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    cost: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    analysis: Option<WireAnalysis>,
    #[serde(default, deserialize_with = "lenient")]
    artifact: Option<WireArtifact>,
    messages: Option<Box<RawValue>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct WireCall {
    #[serde(default, deserialize_with = "lenient")]
    id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    org_id: Option<String>,
    #[serde(rename = "type", default, deserialize_with = "lenient")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    phone_call_transport: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    phone_call_provider_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    assistant_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    phone_number_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    customer: Option<WireParty>,
    #[serde(default, deserialize_with = "lenient")]
    phone_number: Option<WireParty>,
    #[serde(default, deserialize_with = "lenient")]
    metadata: Option<Map<String, Value>>,
    #[serde(default, deserialize_with = "lenient")]
    assistant: Option<WireAssistant>,
    #[serde(default, deserialize_with = "lenient")]
    assistant_overrides: Option<WireAssistant>,
    #[serde(default, deserialize_with = "lenient")]
    transport: Option<Map<String, Value>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct WireAssistant {
    #[serde(default, deserialize_with = "lenient")]
    metadata: Option<Map<String, Value>>,
    #[serde(default, deserialize_with = "lenient")]
    variable_values: Option<Map<String, Value>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct WireParty {
    #[serde(default, deserialize_with = "lenient")]
    number: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    sip_uri: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    twilio_phone_number: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    name: Option<String>,
}

impl WireParty {
    fn party(self) -> Party {
        let address = self.number.or(self.twilio_phone_number).or(self.sip_uri).unwrap_or_default();
        Party {
            number: address.trim().parse().ok(),
            address: address.into(),
            name: self.name.unwrap_or_default().into(),
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct WireAnalysis {
    #[serde(default, deserialize_with = "lenient")]
    summary: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    structured_data: Option<Map<String, Value>>,
    #[serde(default, deserialize_with = "lenient")]
    success_evaluation: Option<Value>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct WireArtifact {
    messages: Option<Box<RawValue>>,
    #[serde(default, deserialize_with = "lenient")]
    transcript: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    recording_url: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    variable_values: Option<Map<String, Value>>,
}

#[derive(Deserialize, Default)]
struct WireTurn {
    #[serde(default, deserialize_with = "lenient")]
    role: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    message: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    time: Option<f64>,
}

fn time(text: Option<&str>) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text?).ok().map(|at| at.with_timezone(&Utc))
}

/// Milliseconds since 1970, as a number or a text; or RFC 3339.
fn timestamp(value: Option<&Value>) -> Option<DateTime<Utc>> {
    match value? {
        Value::Number(number) => {
            #[allow(clippy::cast_possible_truncation, reason = "the fraction of a millisecond")]
            let millis = number.as_i64().or_else(|| number.as_f64().map(|number| number as i64))?;
            DateTime::from_timestamp_millis(millis)
        }
        Value::String(text) => time(Some(text)).or_else(|| DateTime::from_timestamp_millis(text.parse().ok()?)),
        _ => None,
    }
}

fn turns(raw: Option<&RawValue>) -> Vec<Turn> {
    let Some(raw) = raw else { return Vec::new() };
    let entries: Vec<WireTurn> = serde_json::from_str(raw.get()).unwrap_or_default();
    let turn = |entry: WireTurn| {
        let by_caller = match entry.role.as_deref()? {
            "user" => true,
            "bot" | "assistant" => false,
            _ => return None,
        };
        let text = entry.message.filter(|text| !text.trim().is_empty())?;
        #[allow(clippy::cast_possible_truncation, reason = "the fraction of a millisecond")]
        let at = entry.time.and_then(|millis| DateTime::from_timestamp_millis(millis as i64));
        Some(Turn { by_caller, text: text.into(), at })
    };
    entries.into_iter().filter_map(turn).collect()
}

impl Event {
    /// Reads a message, as much of it as this version knows.
    pub(super) fn read(bytes: &Bytes) -> Result<Self, Malformed> {
        // Half a surrogate pair would cost the field that holds it, and the fields around it.
        Self::of(&mended(bytes), bytes)
    }

    fn of(text: &[u8], raw: &Bytes) -> Result<Self, Malformed> {
        let text = std::str::from_utf8(text).map_err(|_| Malformed::Json)?;
        let root: Root<'_> = serde_json::from_str(text).map_err(|_| Malformed::Json)?;
        // Some relays send the message without its envelope.
        let wire: Wire = serde_json::from_str(root.message.map_or(text, RawValue::get))
            .map_err(|error| if error.is_syntax() || error.is_eof() { Malformed::Json } else { Malformed::Message })?;
        let kind: String =
            wire.kind.as_deref().and_then(|raw| serde_json::from_str(raw.get()).ok()).ok_or(Malformed::Message)?;
        let call = wire.call.unwrap_or_default();
        let mut variables = Map::new();
        let mut metadata = call.metadata.unwrap_or_default();
        for assistant in [call.assistant, call.assistant_overrides].into_iter().flatten() {
            metadata.extend(assistant.metadata.unwrap_or_default());
            variables.extend(assistant.variable_values.unwrap_or_default());
        }
        if let Some(Value::Object(headers)) = call.transport.and_then(|mut transport| transport.remove("sipHeaders")) {
            variables.extend(headers);
        }
        let (mut artifact_messages, mut artifact_transcript, mut artifact_recording) = (None, None, None);
        if let Some(artifact) = wire.artifact {
            variables.extend(artifact.variable_values.unwrap_or_default());
            (artifact_messages, artifact_transcript, artifact_recording) =
                (artifact.messages, artifact.transcript, artifact.recording_url);
        }
        let call = CallInfo {
            id: call.id.unwrap_or_default(),
            org_id: call.org_id.unwrap_or_default(),
            kind: call.kind.unwrap_or_default(),
            transport: call.phone_call_transport.unwrap_or_default(),
            provider_id: call.phone_call_provider_id.unwrap_or_default(),
            assistant_id: call.assistant_id.unwrap_or_default(),
            phone_number_id: call.phone_number_id.unwrap_or_default(),
            number: call.phone_number.or(wire.phone_number).map(WireParty::party).unwrap_or_default(),
            customer: call.customer.or(wire.customer).map(WireParty::party).unwrap_or_default(),
            metadata,
            variables,
        };
        let request = || TransferRequest { parameters: wire.parameters.clone().unwrap_or_default() };
        let base = kind.split('[').next().unwrap_or_default();
        let message = match base {
            "assistant-request" => ServerMessage::AssistantRequest(AssistantRequest {}),
            "tool-calls" => {
                let lists = [
                    wire.tool_call_list.as_deref(),
                    wire.tool_calls.as_deref(),
                    wire.tool_with_tool_call_list.as_deref(),
                ];
                ServerMessage::ToolCalls(ToolCalls { calls: tool_call::read_all(lists), legacy: false })
            }
            "function-call" => {
                let call = wire.function_call.as_deref().and_then(|raw| tool_call::read(raw, 1));
                ServerMessage::ToolCalls(ToolCalls { calls: call.into_iter().collect(), legacy: true })
            }
            "transfer-destination-request" => ServerMessage::TransferDestinationRequest(request()),
            "handoff-destination-request" => ServerMessage::HandoffDestinationRequest(request()),
            "knowledge-base-request" => ServerMessage::KnowledgeBaseRequest,
            "call.endpointing.request" => ServerMessage::CallEndpointingRequest,
            "voice-request" => ServerMessage::VoiceRequest,
            "campaign.predial" => ServerMessage::CampaignPredial,
            "status-update" => ServerMessage::StatusUpdate(StatusUpdate {
                status: wire.status.unwrap_or_default(),
                ended_reason: wire.ended_reason.map(EndedReason::from),
            }),
            "end-of-call-report" => {
                let analysis = wire.analysis.unwrap_or_default();
                let some = |text: Option<String>| text.filter(|text| !text.trim().is_empty()).map(Private::from);
                let messages = artifact_messages.or(wire.messages);
                ServerMessage::EndOfCallReport(Box::new(EndOfCallReport {
                    ended_reason: wire.ended_reason.map(EndedReason::from),
                    started_at: time(wire.started_at.as_deref()),
                    ended_at: time(wire.ended_at.as_deref()),
                    cost: wire.cost,
                    summary: some(analysis.summary).or_else(|| some(wire.summary)),
                    transcript: some(artifact_transcript).or_else(|| some(wire.transcript)),
                    turns: turns(messages.as_deref()),
                    structured_data: analysis.structured_data.map(Structured),
                    success: analysis.success_evaluation.and_then(|value| match value {
                        Value::String(text) => Some(text.into()),
                        Value::Null => None,
                        other => Some(other.to_string().into()),
                    }),
                    recording_url: some(artifact_recording).or_else(|| some(wire.recording_url)),
                }))
            }
            "hang" => ServerMessage::Hang,
            "transcript" => ServerMessage::Transcript(Transcript {
                by_caller: wire.role.as_deref() == Some("user"),
                is_final: kind.contains("final") || wire.transcript_type.as_deref() == Some("final"),
                text: wire.transcript.unwrap_or_default().into(),
            }),
            "conversation-update" => ServerMessage::ConversationUpdate,
            "speech-update" => ServerMessage::SpeechUpdate,
            "model-output" => ServerMessage::ModelOutput,
            "user-interrupted" => ServerMessage::UserInterrupted,
            "voice-input" => ServerMessage::VoiceInput,
            "transfer-update" => ServerMessage::TransferUpdate,
            "language-change-detected" => ServerMessage::LanguageChangeDetected,
            "assistant.started" => ServerMessage::AssistantStarted,
            "assistant.speechStarted" => ServerMessage::AssistantSpeechStarted,
            "phone-call-control" => ServerMessage::PhoneCallControl,
            _ => ServerMessage::Other(kind),
        };
        Ok(Self { message, call, timestamp: timestamp(wire.timestamp.as_ref()), raw: raw.clone() })
    }

    /// All that was sent.
    ///
    /// # Errors
    /// [`Malformed::Json`] when it is nested deeper than 128 levels.
    pub fn json(&self) -> Result<Value, Malformed> {
        serde_json::from_slice(&mended(&self.raw)).map_err(|_| Malformed::Json)
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event").field("call", &self.call.id).field("message", &self.message).finish_non_exhaustive()
    }
}
