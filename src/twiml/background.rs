//! What goes on beside the call.

use super::connect::Stream;
use super::element::elements;
use super::record::Recording;
use super::values::{Method, StreamTrack};

elements! {
    /// Begins something that goes on beside the call.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/start>
    Start = "Start" (none) {
        attributes {
            /// The URL to tell what happened.
            action: str = "action",
            /// The HTTP method; `POST` by default.
            method: str = "method",
        }
        children {
            recording: Recording,
            siprec: Siprec,
            stream: Stream,
            transcription: Transcription,
        }
    }

    /// Ends what `<Start>` began.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/stop>
    Stop = "Stop" (none) {
        attributes { }
        children {
            siprec: Siprec,
            stream: Stream,
            transcription: Transcription,
        }
    }

    /// Streams the call to a recorder by SIPREC.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/siprec>
    Siprec = "Siprec" (none) {
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
        }
        children {
            parameter: Parameter,
        }
    }

    /// Transcribes the call while it goes on.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/transcription>
    Transcription = "Transcription" (none) {
        attributes {
            /// Whether punctuation is added; `true` by default.
            enable_automatic_punctuation: bool = "enableAutomaticPunctuation",
            /// Words and phrases to expect, separated by commas.
            hints: str = "hints",
            /// The name of the caller's side in events.
            inbound_track_label: str = "inboundTrackLabel",
            /// The SID or name of the Conversational Intelligence service that keeps the transcript.
            intelligence_service: str = "intelligenceService",
            /// The language, as a BCP 47 tag; `en-US` by default.
            language_code: str = "languageCode",
            /// A name by which the transcription can be stopped.
            name: str = "name",
            /// The name of our side in events.
            outbound_track_label: str = "outboundTrackLabel",
            /// Whether unfinished results are reported; `false` by default.
            partial_results: bool = "partialResults",
            /// Whether profanities are masked; `true` by default.
            profanity_filter: bool = "profanityFilter",
            /// The speech recognition model.
            speech_model: str = "speechModel",
            /// The HTTP method for `status_callback`; `POST` by default.
            status_callback_method: Method = "statusCallbackMethod",
            /// The URL to tell the transcription's events.
            status_callback_url: str = "statusCallbackUrl",
            /// Which side of the call.
            track: StreamTrack = "track",
            /// The engine, such as `google` or `deepgram`.
            transcription_engine: str = "transcriptionEngine",
        }
        children {
            config: Config,
            parameter: Parameter,
        }
    }

    /// A setting of a connector.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/connect/virtualagent>
    Config = "Config" (none) {
        attributes {
            /// The name.
            name: str = "name",
            /// The value.
            value: str = "value",
        }
        children { }
    }

    /// A parameter handed to the other side.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/stream#custom-parameters>
    Parameter = "Parameter" (none) {
        attributes {
            /// The name.
            name: str = "name",
            /// The value.
            value: str = "value",
        }
        children { }
    }
}
