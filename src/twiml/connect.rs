//! Connecting the call to a service.

use super::background::{Config, Parameter};
use super::element::elements;
use super::values::{ConversationEvent, ConversationRecord, Method, RecordingEvent, StreamTrack, Trim};

elements! {
    /// Connects the call to a service.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/connect>
    Connect = "Connect" (none) {
        attributes {
            /// The URL to ask for TwiML when this ends.
            action: str = "action",
            /// The HTTP method; `POST` by default.
            method: str = "method",
        }
        children {
            ai_session: AiSession,
            autopilot: Autopilot,
            conversation: Conversation,
            conversation_relay: ConversationRelay,
            conversation_relay_session: ConversationRelaySession,
            room: Room,
            stream: Stream,
            virtual_agent: VirtualAgent,
        }
    }

    /// Streams the call's audio over a WebSocket.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/stream>
    Stream = "Stream" (none) {
        attributes {
            /// The name of the installed connector.
            connector_name: str = "connectorName",
            /// A name by which the stream can be stopped.
            name: str = "name",
            /// The URL to tell status changes.
            status_callback: str = "statusCallback",
            /// The HTTP method for `status_callback`; `POST` by default.
            status_callback_method: Method = "statusCallbackMethod",
            /// Which side of the call.
            track: StreamTrack = "track",
            /// The `wss` URL to stream to.
            url: str = "url",
            /// The encoding of the audio sent.
            audio_format: str = "audioFormat",
            /// The sampling rate in hertz.
            sample_rate: str = "sampleRate",
        }
        children {
            parameter: Parameter,
        }
    }

    /// Turns speech into text and text into speech for a server of yours.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/connect/conversationrelay>
    ConversationRelay = "ConversationRelay" (none) {
        attributes {
            /// Whether background noise is removed before recognition.
            background_noise_reduction: str = "backgroundNoiseReduction",
            /// Which debugging messages are sent.
            debug: str = "debug",
            /// Whether Deepgram formats numbers and dates.
            deepgram_smart_format: str = "deepgramSmartFormat",
            /// Whether keys are reported.
            dtmf_detection: bool = "dtmfDetection",
            /// Whether ElevenLabs spells out numbers and dates: `on`, `off` or `auto`.
            elevenlabs_text_normalization: str = "elevenlabsTextNormalization",
            /// The events to report.
            events: str = "events",
            /// Words and phrases to expect, separated by commas.
            hints: str = "hints",
            /// Whether short sounds of agreement do not interrupt.
            ignore_backchannel: str = "ignoreBackchannel",
            /// The SID or name of the Conversational Intelligence service that keeps the transcript.
            intelligence_service: str = "intelligenceService",
            /// How readily speech interrupts: `high`, `medium` or `low`.
            interrupt_sensitivity: str = "interruptSensitivity",
            /// What may interrupt the assistant's speech: `none`, `dtmf`, `speech` or `any`.
            interruptible: str = "interruptible",
            /// The language, as a BCP 47 tag; see [`Language`](crate::twiml::Language).
            language: str = "language",
            /// Whether unfinished prompts are reported.
            partial_prompts: bool = "partialPrompts",
            /// Whether speech gives way to newer speech.
            preemptible: bool = "preemptible",
            /// Whether profanities are masked; `true` by default.
            profanity_filter: bool = "profanityFilter",
            /// Whether input during the assistant's speech is reported.
            report_input_during_agent_speech: bool = "reportInputDuringAgentSpeech",
            /// The speech recognition model.
            speech_model: str = "speechModel",
            /// Seconds of silence that end speech, or `auto`.
            speech_timeout: str = "speechTimeout",
            /// The language of recognition.
            transcription_language: str = "transcriptionLanguage",
            /// The provider of recognition, such as `Google` or `Deepgram`.
            transcription_provider: str = "transcriptionProvider",
            /// The language of speech.
            tts_language: str = "ttsLanguage",
            /// The provider of speech, such as `Google`, `Amazon` or `ElevenLabs`.
            tts_provider: str = "ttsProvider",
            /// The `wss` URL of the server that holds the conversation.
            url: str = "url",
            /// The voice, such as `Polly.Joanna-Neural` (<https://www.twilio.com/docs/voice/twiml/say/text-speech>).
            voice: str = "voice",
            /// What the assistant says first.
            welcome_greeting: str = "welcomeGreeting",
            /// What may interrupt the greeting.
            welcome_greeting_interruptible: str = "welcomeGreetingInterruptible",
            /// Whether the session may be taken up again after a lost connection.
            application_reconnect: str = "applicationReconnect",
            /// Whether recognised speech is formatted (numbers, dates).
            asr_smart_format: str = "asrSmartFormat",
            /// The customer's name.
            customer_name: str = "customerName",
            /// How sure the end of a turn must be for an early answer, from 0 to 1.
            eager_eot_threshold: str = "eagerEotThreshold",
            /// Whether echoes of the assistant's own words are ignored.
            echo_prompt_filtering: str = "echoPromptFiltering",
            /// Whether ElevenLabs normalises text for the language.
            elevenlabs_language_text_normalization: str = "elevenlabsLanguageTextNormalization",
            /// What is included in the prompt.
            include_in_prompt: str = "includeInPrompt",
            /// Whether what was said so far is reported when the caller hangs up.
            partial_prompt_on_hangup: str = "partialPromptOnHangup",
            /// Whether text is normalised for the language before it is spoken.
            tts_language_text_normalization: str = "ttsLanguageTextNormalization",
            /// Whether numbers and dates are spelled out before they are spoken.
            tts_text_normalization: str = "ttsTextNormalization",
            /// How the end of a turn is found.
            turn_detection: str = "turnDetection",
        }
        children {
            add_language: RelayLanguage,
            parameter: Parameter,
        }
    }

    /// A configured conversation relay session.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/connect/conversationrelay>
    ConversationRelaySession = "ConversationRelaySession" (none) {
        attributes {
            /// The name of the connector.
            connector: str = "connector",
            /// The id of the session's configuration.
            session_configuration: str = "sessionConfiguration",
        }
        children { }
    }

    /// The settings of one language of a conversation relay.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/connect/conversationrelay>
    RelayLanguage = "Language" (none) {
        attributes {
            /// The language's tag.
            code: str = "code",
            /// The speech recognition model.
            speech_model: str = "speechModel",
            /// The provider of recognition, such as `Google` or `Deepgram`.
            transcription_provider: str = "transcriptionProvider",
            /// The provider of speech, such as `Google`, `Amazon` or `ElevenLabs`.
            tts_provider: str = "ttsProvider",
            /// The voice, such as `Polly.Joanna-Neural` (<https://www.twilio.com/docs/voice/twiml/say/text-speech>).
            voice: str = "voice",
            /// Whether recognised speech is formatted (numbers, dates).
            asr_smart_format: str = "asrSmartFormat",
            /// Words and phrases to expect, separated by commas.
            hints: str = "hints",
            /// Whether text is normalised for the language before it is spoken.
            tts_language_text_normalization: str = "ttsLanguageTextNormalization",
            /// Whether numbers and dates are spelled out before they are spoken.
            tts_text_normalization: str = "ttsTextNormalization",
        }
        children { }
    }

    /// A session with an AI connector.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/connect>
    AiSession = "AiSession" (none) {
        attributes {
            /// The name or SID of the AI connector.
            ai_connector: str = "aiConnector",
            /// The name or SID of the session's configuration.
            ai_session_configuration: str = "aiSessionConfiguration",
        }
        children { }
    }

    /// An Autopilot assistant.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/connect>
    Autopilot = "Autopilot" (required) {
        attributes { }
        children { }
    }

    /// A Twilio conversation.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/connect/conversation>
    Conversation = "Conversation" (none) {
        attributes {
            /// Create a conversation when there is none.
            inbound_autocreation: bool = "inboundAutocreation",
            /// Seconds to wait for a participant.
            inbound_timeout: u32 = "inboundTimeout",
            /// The HTTP method; `POST` by default.
            method: str = "method",
            /// Whether and from when to record.
            record: ConversationRecord = "record",
            /// The URL to tell when the recording is ready.
            recording_status_callback: str = "recordingStatusCallback",
            /// Which recording events are told; `completed` by default.
            recording_status_callback_event: [RecordingEvent] = "recordingStatusCallbackEvent",
            /// The HTTP method for `recording_status_callback`.
            recording_status_callback_method: str = "recordingStatusCallbackMethod",
            /// Seconds to wait for an agent.
            routing_assignment_timeout: u32 = "routingAssignmentTimeout",
            /// The SID of the Conversations service.
            service_instance_sid: str = "serviceInstanceSid",
            /// The URL to tell status changes.
            status_callback: str = "statusCallback",
            /// Which events are told.
            status_callback_event: [ConversationEvent] = "statusCallbackEvent",
            /// The HTTP method for `status_callback`; `POST` by default.
            status_callback_method: str = "statusCallbackMethod",
            /// Whether silence at the ends is cut off.
            trim: Trim = "trim",
            /// The URL to ask for TwiML for the called party before the two are connected.
            url: str = "url",
        }
        children { }
    }

    /// A video room.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/connect/room>
    Room = "Room" (required) {
        attributes {
            /// The identity under which the caller joins.
            participant_identity: str = "participantIdentity",
        }
        children { }
    }

    /// A Dialogflow agent.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/connect/virtualagent>
    VirtualAgent = "VirtualAgent" (none) {
        attributes {
            /// The name of the installed connector.
            connector_name: str = "connectorName",
            /// The language, as a BCP 47 tag; see [`Language`](crate::twiml::Language).
            language: str = "language",
            /// Whether sentiment is analysed.
            sentiment_analysis: bool = "sentimentAnalysis",
            /// The URL to tell status changes.
            status_callback: str = "statusCallback",
            /// The HTTP method for `status_callback`; `POST` by default.
            status_callback_method: str = "statusCallbackMethod",
        }
        children {
            config: Config,
            parameter: Parameter,
        }
    }
}
