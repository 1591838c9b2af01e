use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::object::object;
use crate::open::open_enum;
use crate::secret::Private;
use crate::vapi::assistants::ModelMessage;
use crate::vapi::destinations::{TransferDestination, TransferPlanMode};
use crate::vapi::values::{AssistantId, Opaque};

object! {
    /// What was made of a call (<https://docs.vapi.ai/assistants/call-analysis>).
    pub struct Analysis {
        /// Data that were taken out.
        structured_data: Opaque,
        /// Several sets of data that were taken out.
        structured_data_multi: Vec<Opaque>,
        /// Whether it went well, on the assistant's scale.
        success_evaluation: Private,
        /// What it was about.
        summary: Private,
    }
}

object! {
    /// What is kept of a call. Whoever has the addresses that are signed can read what is there.
    pub struct Artifact {
        /// Who spoke, one assistant after the other.
        assistant_activations: Vec<AssistantActivation>,
        /// Where logs are.
        log_url: Private,
        /// What was said.
        messages: Vec<CallMessage>,
        /// What was said, as models are given it.
        messages_openai_formatted = "messagesOpenAIFormatted": Vec<ModelMessage>,
        /// The steps of a workflow.
        nodes: Vec<NodeArtifact>,
        /// Where the SIP packets are.
        pcap_url: Private,
        /// How long everything took.
        performance_metrics: PerformanceMetrics,
        /// The assistant alone, signed.
        presigned_assistant_url: Private,
        /// The customer alone, signed.
        presigned_customer_url: Private,
        /// Logs, signed.
        presigned_log_url: Private,
        /// Both in one channel, signed.
        presigned_mono_url: Private,
        /// The SIP packets, signed.
        presigned_pcap_url: Private,
        /// Both in a channel each, signed.
        presigned_stereo_url: Private,
        /// Until when what is signed can be read.
        presigned_urls_expires_at: String,
        /// The video, signed.
        presigned_video_url: Private,
        /// Where the recordings are.
        recording: Recording,
        /// Where the recording is.
        recording_url: Private,
        /// Scorecards that were filled in.
        scorecards: Opaque,
        /// What was not taken out, and why.
        skipped_structured_outputs: BTreeMap<String, Opaque>,
        /// Where the recording is, in a channel each.
        stereo_recording_url: Private,
        /// What was taken out.
        structured_outputs: Opaque,
        /// When that was.
        structured_outputs_last_updated_at: DateTime<Utc>,
        /// What was said, in lines.
        transcript: Private,
        /// How it was handed on, and to whom.
        transfers: Vec<TransferArtifact>,
        /// The variables at the end.
        variable_values: Opaque,
        /// By how many milliseconds the video begins later.
        video_recording_start_delay_seconds: f64,
        /// Where the video is.
        video_recording_url: Private,
    }
}

object! {
    /// Something that was said or done.
    pub struct CallMessage {
        /// Which assistant it was.
        assistant_id: AssistantId,
        /// What the assistant is called.
        assistant_name: String,
        /// Why it was filtered.
        detected_threats: Vec<String>,
        /// How long it took.
        duration: f64,
        /// When it was over, in milliseconds since 1970.
        end_time: f64,
        /// Whether it was filtered.
        is_filtered: bool,
        /// The text.
        message: Private,
        /// What goes along with it.
        metadata: Opaque,
        /// The tool that has answered.
        name: String,
        /// The text before it was filtered.
        original_message: Private,
        /// What the tool has answered.
        result: Private,
        /// By whom.
        role: MessageRole,
        /// When it began, in seconds from the call's beginning.
        seconds_from_start: f64,
        /// Where it comes from.
        source: String,
        /// Which of several voices it was.
        speaker_label: String,
        /// When it began, in milliseconds since 1970.
        time: f64,
        /// Which call of a tool is answered.
        tool_call_id: String,
        /// Tools that are called.
        tool_calls: Vec<Opaque>,
        /// What is odd about the tool's answer.
        warnings: Vec<Opaque>,
    }
}

open_enum! {
    /// Who has said or done something.
    pub enum MessageRole {
        /// The customer.
        User = "user",
        /// The assistant.
        Bot = "bot",
        /// Whoever made the assistant.
        System = "system",
        /// The assistant, calling tools.
        ToolCalls = "tool_calls",
        /// A tool.
        ToolCallResult = "tool_call_result",
    }
}

object! {
    /// Where the recordings of a call are.
    pub struct Recording {
        /// In one channel.
        mono: MonoRecording,
        /// In a channel each.
        stereo_url: Private,
        /// By how many milliseconds the video begins later.
        video_recording_start_delay_seconds: f64,
        /// The video.
        video_url: Private,
    }
}

object! {
    /// Where the recordings of a call in one channel are.
    pub struct MonoRecording {
        /// The assistant alone.
        assistant_url: Private,
        /// Both.
        combined_url: Private,
        /// The customer alone.
        customer_url: Private,
    }
}

object! {
    /// How a call was handed on.
    pub struct TransferArtifact {
        /// Where to.
        destination: TransferDestination,
        /// What was said to the called.
        messages: Vec<CallMessage>,
        /// In which way.
        mode: TransferPlanMode,
        /// What came of it: `connected`, `no-answer`, `busy`, `voicemail`, `failed`, `completed`, `cancelled`.
        status: String,
        /// What was said to the called, in lines.
        transcript: Private,
    }
}

object! {
    /// A step of a workflow.
    pub struct NodeArtifact {
        /// What was said.
        messages: Vec<CallMessage>,
        /// What it is called.
        node_name: String,
        /// The variables at its end.
        variable_values: Opaque,
    }
}

object! {
    /// An assistant that spoke.
    pub struct AssistantActivation {
        /// Which.
        assistant_id: AssistantId,
        /// What it is called.
        assistant_name: String,
        /// Which version of it.
        assistant_version: String,
    }
}

object! {
    /// How long everything took, in milliseconds.
    pub struct PerformanceMetrics {
        /// Until the customer was known to be done, on average.
        endpointing_latency_average: f64,
        /// From the carrier, on average.
        from_transport_latency_average: f64,
        /// Until the model's first word, on average.
        model_latency_average: f64,
        /// How often the assistant was broken in on.
        num_assistant_interrupted: f64,
        /// How often the customer was.
        num_user_interrupted: f64,
        /// To the carrier, on average.
        to_transport_latency_average: f64,
        /// Until it was understood, on average.
        transcriber_latency_average: f64,
        /// Of each turn.
        turn_latencies: Vec<TurnLatency>,
        /// Of a turn, on average.
        turn_latency_average: f64,
        /// Until the voice's first sound, on average.
        voice_latency_average: f64,
    }
}

object! {
    /// How long a turn took, in milliseconds.
    pub struct TurnLatency {
        /// Until the customer was known to be done.
        endpointing_latency: f64,
        /// Until the model's first word.
        model_latency: f64,
        /// Until it was understood.
        transcriber_latency: f64,
        /// Everything.
        turn_latency: f64,
        /// Until the voice's first sound.
        voice_latency: f64,
    }
}
