use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::messages::{ClientMessageType, ServerMessageType};
use super::plans::{
    AnalysisPlan, ArtifactPlan, BackgroundSpeechDenoisingPlan, CompliancePlan, KeypadInputPlan, MonitorPlan,
    ObservabilityPlan, StartSpeakingPlan, StopSpeakingPlan,
};
use super::providers::{Model, Transcriber, TransportConfiguration, Voice, VoicemailDetection};
use crate::object::object;
use crate::open::open_enum;
use crate::secret::Private;
use crate::vapi::page::listed;
use crate::vapi::server::{Hook, Server};
use crate::vapi::tools::Tool;
use crate::vapi::values::{AssistantId, Opaque};

object! {
    /// An assistant (<https://docs.vapi.ai/api-reference/assistants/create>).
    ///
    /// The same type is read, made and changed; what is absent is left alone where it is changed. What only Vapi sets
    /// is left out where it is made: [`id`](Self::id), [`org_id`](Self::org_id), the times and
    /// [`latest_version`](Self::latest_version).
    pub struct Assistant {
        /// What is made of a call afterwards.
        analysis_plan: AnalysisPlan,
        /// What is kept of a call.
        artifact_plan: ArtifactPlan,
        /// What is heard behind the voice: `off`, `office` or a URL. An office on the phone by default.
        background_sound: String,
        /// How noise is taken out.
        background_speech_denoising_plan: BackgroundSpeechDenoisingPlan,
        /// What clients are told of.
        client_messages: Vec<ClientMessageType>,
        /// What the law asks for.
        compliance_plan: CompliancePlan,
        /// When it was made.
        created_at: DateTime<Utc>,
        /// The credentials it uses, of those that Vapi has; all by default.
        credential_ids: Vec<String>,
        /// Credentials for its calls alone.
        credentials: Vec<Opaque>,
        /// What it says before it hangs up.
        end_call_message: Private,
        /// What it hangs up after when it says so.
        end_call_phrases: Vec<Private>,
        /// What it says first, or a URL of a recording.
        first_message: Private,
        /// Whether the customer may break in on that.
        first_message_interruptions_enabled: bool,
        /// Who speaks first.
        first_message_mode: FirstMessageMode,
        /// What is done by itself when something happens.
        hooks: Vec<Hook>,
        /// Its name.
        id: AssistantId,
        /// Whether keys that the customer presses are read.
        keypad_input_plan: KeypadInputPlan,
        /// Its latest version, `v3`.
        latest_version: String,
        /// How long a call may take, 10 to 43,200 seconds; 600 by default.
        max_duration_seconds: f64,
        /// What is kept along with it.
        metadata: Opaque,
        /// What it thinks with.
        model: Model,
        /// Whether the talk so far is what the model wrote rather than what was heard.
        model_output_in_messages_enabled: bool,
        /// Who may listen in and take over.
        monitor_plan: MonitorPlan,
        /// What it is called, in 40 characters at most.
        name: String,
        /// Where its calls are traced.
        observability_plan: ObservabilityPlan,
        /// Whose it is.
        org_id: String,
        /// Where its messages go.
        server: Server,
        /// What the server is told of.
        server_messages: Vec<ServerMessageType>,
        /// When it begins to speak.
        start_speaking_plan: StartSpeakingPlan,
        /// When it stops.
        stop_speaking_plan: StopSpeakingPlan,
        /// What it hears with.
        transcriber: Transcriber,
        /// How carriers place its calls.
        transport_configurations: Vec<TransportConfiguration>,
        /// When it was last changed.
        updated_at: DateTime<Utc>,
        /// What it speaks with.
        voice: Voice,
        /// How machines are recognised.
        voicemail_detection: VoicemailDetection,
        /// What it says to a machine.
        voicemail_message: Private,
    }
}

listed!(Assistant);

impl Assistant {
    /// An assistant of which nothing is said but what it is called.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..Self::default() }
    }
}

/// What is different for one call, customer or member of a squad.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AssistantOverrides {
    /// What stands for the variables of the assistant's texts
    /// (<https://docs.vapi.ai/assistants/dynamic-variables>).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variable_values: Option<BTreeMap<String, Opaque>>,
    /// Tools that come on top of the model's own.
    #[serde(rename = "tools:append", default, skip_serializing_if = "Option::is_none")]
    pub tools_append: Option<Vec<Tool>>,
    /// What takes the place of the assistant's own.
    #[serde(flatten)]
    pub assistant: Assistant,
}

impl AssistantOverrides {
    /// Nothing different so far.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What stands for a variable of the assistant's texts.
    #[must_use]
    pub fn with_variable(mut self, name: impl Into<String>, value: impl Into<Opaque>) -> Self {
        self.variable_values.get_or_insert_default().insert(name.into(), value.into());
        self
    }
}

open_enum! {
    /// Who speaks first.
    pub enum FirstMessageMode {
        /// The assistant, with its first message.
        AssistantSpeaksFirst = "assistant-speaks-first",
        /// The assistant, with what the model writes.
        AssistantSpeaksFirstWithModelGeneratedMessage = "assistant-speaks-first-with-model-generated-message",
        /// The customer.
        AssistantWaitsForUser = "assistant-waits-for-user",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn overrides_stand_beside_what_they_replace() {
        let json = json!({
            "variableValues": { "name": "Anna", "visits": 3 },
            "tools:append": [{ "type": "endCall" }],
            "firstMessage": "Hello Anna",
            "model": { "provider": "openai", "topP": 0.5 },
            "brandNew": true,
        });
        let overrides: AssistantOverrides = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(overrides.assistant.first_message.as_deref(), Some("Hello Anna"));
        assert_eq!(overrides.assistant.extra.names().collect::<Vec<_>>(), ["brandNew"]);
        assert_eq!(serde_json::to_value(&overrides).unwrap(), json);
        assert!(!format!("{overrides:?}").contains("Anna"));
        let one = AssistantOverrides::new().with_variable("name", "Anna");
        assert_eq!(serde_json::to_value(one).unwrap(), json!({ "variableValues": { "name": "Anna" } }));
    }

    #[test]
    fn what_is_absent_is_not_sent() {
        assert_eq!(serde_json::to_value(Assistant::default()).unwrap(), json!({}));
        assert_eq!(serde_json::to_value(Assistant::new("Desk")).unwrap(), json!({ "name": "Desk" }));
    }
}
