use crate::object::object;
use crate::open::open_enum;
use crate::secret::Private;
use crate::vapi::server::Server;
use crate::vapi::values::Opaque;

object! {
    /// What is made of a call afterwards (<https://docs.vapi.ai/assistants/call-analysis>).
    pub struct AnalysisPlan {
        /// How many messages there have to be.
        min_messages_threshold: f64,
        /// Outcomes that are looked for.
        outcome_ids: Vec<String>,
        /// Several sets of data that are taken out.
        structured_data_multi_plan: Vec<StructuredDataMultiPlan>,
        /// Data that are taken out.
        structured_data_plan: StructuredDataPlan,
        /// Whether it went well.
        success_evaluation_plan: SuccessEvaluationPlan,
        /// What it was about.
        summary_plan: SummaryPlan,
    }
}

object! {
    /// How a summary is made.
    pub struct SummaryPlan {
        /// Whether it is; it is by default.
        enabled: bool,
        /// What the model is told.
        messages: Vec<Opaque>,
        /// How long it may take, 1 to 60 seconds.
        timeout_seconds: f64,
    }
}

object! {
    /// How data are taken out.
    pub struct StructuredDataPlan {
        /// Whether they are; they are not by default.
        enabled: bool,
        /// What the model is told.
        messages: Vec<Opaque>,
        /// What they look like, as JSON Schema.
        schema: Opaque,
        /// How long it may take, 1 to 60 seconds.
        timeout_seconds: f64,
    }
}

object! {
    /// One set of data that are taken out.
    pub struct StructuredDataMultiPlan {
        /// What it is called.
        key: String,
        /// How.
        plan: StructuredDataPlan,
    }
}

object! {
    /// How a call is judged.
    pub struct SuccessEvaluationPlan {
        /// Whether it is; it is by default.
        enabled: bool,
        /// What the model is told.
        messages: Vec<Opaque>,
        /// On which scale.
        rubric: Rubric,
        /// How long it may take, 1 to 60 seconds.
        timeout_seconds: f64,
    }
}

open_enum! {
    /// On which scale a call is judged.
    pub enum Rubric {
        /// 1 to 10.
        NumericScale = "NumericScale",
        /// Excellent, good, fair, poor.
        DescriptiveScale = "DescriptiveScale",
        /// What was met, of a list.
        Checklist = "Checklist",
        /// By several measures.
        Matrix = "Matrix",
        /// 0 to 100 per cent.
        PercentageScale = "PercentageScale",
        /// From strongly agreeing to strongly disagreeing.
        LikertScale = "LikertScale",
        /// By measures that the model finds.
        AutomaticRubric = "AutomaticRubric",
        /// Whether it went well.
        PassFail = "PassFail",
    }
}

object! {
    /// What is kept of a call (<https://docs.vapi.ai/assistants/call-recording>).
    pub struct ArtifactPlan {
        /// Whether all messages are kept, those before a handoff as well.
        full_message_history_enabled: bool,
        /// Whether logs are.
        logging_enabled: bool,
        /// Where logs are put in a storage of one's own.
        logging_path: String,
        /// Whether logs go to a storage of one's own, if there is one.
        logging_use_custom_storage_enabled: bool,
        /// Whether the SIP packets are kept.
        pcap_enabled: bool,
        /// Where packets are put in a storage of one's own.
        pcap_s3_path_prefix: String,
        /// Whether packets go to a storage of one's own, if there is one.
        pcap_use_custom_storage_enabled: bool,
        /// Whether calls are recorded; they are by default.
        recording_enabled: bool,
        /// How: `wav;l16` or `mp3`.
        recording_format: String,
        /// Where recordings are put in a storage of one's own.
        recording_path: String,
        /// Whether recordings go to a storage of one's own, if there is one.
        recording_use_custom_storage_enabled: bool,
        /// The scorecards that are filled in.
        scorecard_ids: Vec<String>,
        /// Scorecards of this assistant alone.
        scorecards: Vec<Opaque>,
        /// What is taken out of the call.
        structured_output_ids: Vec<String>,
        /// What is taken out of the call, of this assistant alone.
        structured_outputs: Vec<Opaque>,
        /// How the transcript is made.
        transcript_plan: TranscriptPlan,
        /// Whether there is a video.
        video_recording_enabled: bool,
    }
}

object! {
    /// How the transcript of a call is made.
    pub struct TranscriptPlan {
        /// What the assistant is called in it.
        assistant_name: String,
        /// Whether it is made; it is by default.
        enabled: bool,
        /// What the customer is called in it.
        user_name: String,
    }
}

object! {
    /// When an assistant begins to speak.
    pub struct StartSpeakingPlan {
        /// Rules by what was said.
        custom_endpointing_rules: Vec<Opaque>,
        /// Whether a model says when the customer is done; deprecated by Vapi.
        smart_endpointing_enabled: Opaque,
        /// How a model says when the customer is done.
        smart_endpointing_plan: SmartEndpointingPlan,
        /// How long to wait after what was said.
        transcription_endpointing_plan: TranscriptionEndpointingPlan,
        /// How long it waits at least, up to 5 seconds; 0.4 by default.
        wait_seconds: f64,
    }
}

object! {
    /// How a model says when the customer is done.
    pub struct SmartEndpointingPlan {
        /// Whose: `vapi`, `livekit` or `custom-endpointing-model`.
        provider: String,
        /// Where a model of one's own is.
        server: Server,
        /// How long to wait by how certain it is; of `livekit`.
        wait_function: String,
    }
}

object! {
    /// How long to wait after what was said, up to 3 seconds each.
    pub struct TranscriptionEndpointingPlan {
        /// After what does not end a sentence.
        on_no_punctuation_seconds: f64,
        /// After a number.
        on_number_seconds: f64,
        /// After the end of a sentence.
        on_punctuation_seconds: f64,
    }
}

object! {
    /// When an assistant stops to speak.
    pub struct StopSpeakingPlan {
        /// What never breaks in.
        acknowledgement_phrases: Vec<String>,
        /// How long it is silent then, up to 10 seconds; 1 by default.
        backoff_seconds: f64,
        /// What always breaks in.
        interruption_phrases: Vec<String>,
        /// After how many words, up to 10; at once by default.
        num_words: f64,
        /// After how long a sound, up to 0.5 seconds; 0.2 by default.
        voice_seconds: f64,
    }
}

object! {
    /// Who may listen in and take over.
    pub struct MonitorPlan {
        /// Whether taking over needs a key.
        control_authentication_enabled: bool,
        /// Whether somebody may take over; they may by default.
        control_enabled: bool,
        /// Whether listening in needs a key.
        listen_authentication_enabled: bool,
        /// Whether somebody may listen in; they may by default.
        listen_enabled: bool,
        /// Monitors of the assistant.
        monitor_ids: Vec<String>,
    }
}

object! {
    /// What the law asks for.
    pub struct CompliancePlan {
        /// Whether nothing of a call is kept but where HIPAA allows it.
        hipaa_enabled: bool,
        /// Whether nothing of a call is kept, as PCI asks for.
        pci_enabled: bool,
        /// How the customer agrees to being recorded.
        recording_consent_plan: Opaque,
        /// What is kept from the model.
        security_filter_plan: Opaque,
    }
}

object! {
    /// Whether keys that the customer presses are read.
    pub struct KeypadInputPlan {
        /// What ends them: `#` or `*`.
        delimiters: Opaque,
        /// Whether they are; they are not by default.
        enabled: bool,
        /// How long to wait for the next one, up to 10 seconds.
        timeout_seconds: f64,
    }
}

object! {
    /// How noise is taken out.
    pub struct BackgroundSpeechDenoisingPlan {
        /// By its frequencies.
        fourier_denoising_plan: FourierDenoisingPlan,
        /// By a model.
        smart_denoising_plan: SmartDenoisingPlan,
    }
}

object! {
    /// Noise taken out by a model.
    pub struct SmartDenoisingPlan {
        /// Whether it is.
        enabled: bool,
    }
}

object! {
    /// Noise taken out by its frequencies.
    pub struct FourierDenoisingPlan {
        /// How far below the usual what is taken out is, in decibels.
        baseline_offset_db: f64,
        /// What counts as usual, 1 to 99 per cent.
        baseline_percentile: f64,
        /// Whether it is.
        enabled: bool,
        /// Whether television, music and radio are recognised.
        media_detection_enabled: bool,
        /// What is taken out while the usual is not known, in decibels.
        static_threshold: f64,
        /// How long the usual is measured, in milliseconds.
        window_size_ms: f64,
    }
}

object! {
    /// Where calls are traced.
    pub struct ObservabilityPlan {
        /// What goes along.
        metadata: Opaque,
        /// The prompt that is traced.
        prompt_name: String,
        /// Its version.
        prompt_version: f64,
        /// Where: `langfuse`.
        provider: String,
        /// What traces are marked with.
        tags: Vec<String>,
        /// What a trace is called.
        trace_name: Private,
    }
}
