//! Recording.

use super::element::elements;
use super::values::{Method, RecordingChannels, RecordingEvent, RecordingTrack, Trim};

elements! {
    /// Records the caller.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/record>
    Record = "Record" (none) {
        attributes {
            /// The URL to ask for TwiML when this ends.
            action: str = "action",
            /// The keys that end it; any key by default.
            finish_on_key: str = "finishOnKey",
            /// The longest recording in seconds; 3600 by default.
            max_length: u32 = "maxLength",
            /// The HTTP method; `POST` by default.
            method: str = "method",
            /// Whether to play a tone first; `true` by default.
            play_beep: bool = "playBeep",
            /// The id of a recording configuration.
            recording_configuration_id: str = "recordingConfigurationId",
            /// The URL to tell when the recording is ready.
            recording_status_callback: str = "recordingStatusCallback",
            /// Which recording events are told; `completed` by default.
            recording_status_callback_event: [RecordingEvent] = "recordingStatusCallbackEvent",
            /// The HTTP method for `recording_status_callback`.
            recording_status_callback_method: str = "recordingStatusCallbackMethod",
            /// Seconds of silence that end it; 5 by default.
            timeout: u32 = "timeout",
            /// Whether to transcribe the recording; `false` by default.
            transcribe: bool = "transcribe",
            /// The URL to tell the transcription.
            transcribe_callback: str = "transcribeCallback",
            /// Whether silence at the ends is cut off.
            trim: Trim = "trim",
        }
        children { }
    }

    /// Records the call while it goes on.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/recording>
    Recording = "Recording" (none) {
        attributes {
            /// One channel or two.
            channels: RecordingChannels = "channels",
            /// The id of a recording configuration.
            recording_configuration_id: str = "recordingConfigurationId",
            /// The URL to tell when the recording is ready.
            recording_status_callback: str = "recordingStatusCallback",
            /// Which recording events are told; `completed` by default.
            recording_status_callback_event: [RecordingEvent] = "recordingStatusCallbackEvent",
            /// The HTTP method for `recording_status_callback`.
            recording_status_callback_method: Method = "recordingStatusCallbackMethod",
            /// Which side of the call.
            track: RecordingTrack = "track",
            /// Whether silence at the ends is cut off.
            trim: Trim = "trim",
        }
        children { }
    }
}
