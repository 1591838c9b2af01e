use serde::{Deserialize, Serialize};

use crate::object::object;
use crate::open::open_enum;
use crate::secret::Private;
use crate::vapi::tools::Tool;
use crate::vapi::values::{Opaque, ToolId};

object! {
    /// What an assistant thinks with. What only some providers know is in [`extra`](Self::extra).
    pub struct Model {
        /// Whether the model is told how the customer feels.
        emotion_recognition_enabled: bool,
        /// What it looks things up in.
        knowledge_base: Opaque,
        /// How much it may say at once, 50 to 10,000 tokens; 250 by default.
        max_tokens: f64,
        /// What it is told before the call, above all by the system.
        messages: Vec<ModelMessage>,
        /// Which one, by its provider's name for it.
        model: String,
        /// How many turns at first are left to a smaller, faster one.
        num_fast_turns: f64,
        /// Whose it is: `openai`, `anthropic`, `google`, `custom-llm`.
        provider: String,
        /// How freely it speaks, 0 to 2; 0.5 by default.
        temperature: f64,
        /// Tools that Vapi has.
        tool_ids: Vec<ToolId>,
        /// Versions of tools that Vapi has.
        tool_refs: Vec<ToolRef>,
        /// Tools of this assistant alone.
        tools: Vec<Tool>,
        /// Where a model of one's own is; of `custom-llm`.
        url: Private,
    }
}

impl Model {
    /// A provider's model.
    #[must_use]
    pub fn new(provider: impl Into<String>, model: impl Into<String>) -> Self {
        Self { provider: Some(provider.into()), model: Some(model.into()), ..Self::default() }
    }

    /// What the system tells it before the call.
    #[must_use]
    pub fn with_prompt(mut self, prompt: impl Into<Private>) -> Self {
        let message =
            ModelMessage { role: Some(ModelRole::System), content: Some(prompt.into()), ..ModelMessage::default() };
        self.messages.get_or_insert_default().push(message);
        self
    }

    /// A tool that Vapi has.
    #[must_use]
    pub fn with_tool(mut self, id: ToolId) -> Self {
        self.tool_ids.get_or_insert_default().push(id);
        self
    }
}

object! {
    /// A version of a tool.
    pub struct ToolRef {
        /// The tool.
        tool_id: ToolId,
        /// The version.
        version: String,
    }
}

object! {
    /// What a model is told, or has said.
    pub struct ModelMessage {
        /// The text.
        content: Private,
        /// By whom.
        role: ModelRole,
    }
}

open_enum! {
    /// Who says something to a model.
    pub enum ModelRole {
        /// The model.
        Assistant = "assistant",
        /// A function, in the way of old.
        Function = "function",
        /// The customer.
        User = "user",
        /// Whoever made the assistant.
        System = "system",
        /// A tool.
        Tool = "tool",
    }
}

object! {
    /// What an assistant speaks with. What only some providers know is in [`extra`](Self::extra).
    pub struct Voice {
        /// Whether what was said once is kept.
        caching_enabled: bool,
        /// In which pieces it gets what it says.
        chunk_plan: Opaque,
        /// Others that take its place when it fails.
        fallback_plan: Opaque,
        /// The provider's model.
        model: String,
        /// Whose it is: `vapi`, `11labs`, `cartesia`.
        provider: String,
        /// How fast it speaks; 1 is usual.
        speed: f64,
        /// Which one, by its provider's name for it.
        voice_id: String,
    }
}

impl Voice {
    /// A provider's voice.
    #[must_use]
    pub fn new(provider: impl Into<String>, voice_id: impl Into<String>) -> Self {
        Self { provider: Some(provider.into()), voice_id: Some(voice_id.into()), ..Self::default() }
    }
}

object! {
    /// What an assistant hears with. What only some providers know is in [`extra`](Self::extra).
    pub struct Transcriber {
        /// How certain it has to be, 0 to 1.
        confidence_threshold: f64,
        /// Others that take its place when it fails.
        fallback_plan: Opaque,
        /// The language, as its provider writes it.
        language: String,
        /// The languages, where there may be more.
        languages: Vec<String>,
        /// The provider's model.
        model: String,
        /// Whose it is: `deepgram`, `assembly-ai`, `google`.
        provider: String,
    }
}

impl Transcriber {
    /// A provider's transcriber.
    #[must_use]
    pub fn new(provider: impl Into<String>) -> Self {
        Self { provider: Some(provider.into()), ..Self::default() }
    }
}

/// How machines are recognised (<https://docs.vapi.ai/calls/voicemail-detection>).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum VoicemailDetection {
    /// In a word: `off`.
    Word(String),
    /// By somebody's means.
    Plan(Box<VoicemailDetectionPlan>),
}

impl VoicemailDetection {
    /// Not at all.
    #[must_use]
    pub fn off() -> Self {
        Self::Word("off".into())
    }

    /// By a provider's means: `vapi`, `google`, `openai` or `twilio`.
    #[must_use]
    pub fn by(provider: impl Into<String>) -> Self {
        Self::Plan(Box::new(VoicemailDetectionPlan { provider: Some(provider.into()), ..Default::default() }))
    }
}

object! {
    /// How machines are recognised.
    pub struct VoicemailDetectionPlan {
        /// How often it is tried, and when.
        backoff_plan: Opaque,
        /// How long it waits for the beep, up to 30 seconds.
        beep_max_await_seconds: f64,
        /// Whether it is done at all; of Twilio's.
        enabled: bool,
        /// How long silence at first may be, in milliseconds; of Twilio's.
        machine_detection_silence_timeout: f64,
        /// How long silence after speech is its end, in milliseconds; of Twilio's.
        machine_detection_speech_end_threshold: f64,
        /// How long a machine speaks at least, in milliseconds; of Twilio's.
        machine_detection_speech_threshold: f64,
        /// How long it may take, in seconds; of Twilio's.
        machine_detection_timeout: f64,
        /// By whose means.
        provider: String,
        /// By what is heard, `audio`, or by what was understood, `transcript`.
        r#type: String,
        /// What counts as a machine; of Twilio's.
        voicemail_detection_types: Vec<String>,
    }
}

object! {
    /// How a carrier places calls.
    pub struct TransportConfiguration {
        /// Which carrier: `twilio`.
        provider: String,
        /// Whether it records them itself.
        record: bool,
        /// In how many channels: `mono` or `dual`.
        recording_channels: String,
        /// How long it rings, 1 to 600 seconds; 60 by default.
        timeout: f64,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn machines_are_recognised_in_a_word_or_by_a_plan() {
        for json in [json!("off"), json!({ "provider": "vapi", "type": "audio", "brandNew": 1 })] {
            let read: VoicemailDetection = serde_json::from_value(json.clone()).unwrap();
            assert_eq!(serde_json::to_value(read).unwrap(), json);
        }
        assert_eq!(serde_json::to_value(VoicemailDetection::off()).unwrap(), json!("off"));
        assert_eq!(serde_json::to_value(VoicemailDetection::by("vapi")).unwrap(), json!({ "provider": "vapi" }));
    }
}
