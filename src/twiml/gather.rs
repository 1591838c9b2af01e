//! Collecting keys and speech.

use super::element::elements;
use super::speech::{Pause, Play, Say};
use super::values::GatherInput;

elements! {
    /// Collects keys or speech.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/gather>
    Gather = "Gather" (none) {
        attributes {
            /// The URL to ask for TwiML when this ends.
            action: str = "action",
            /// Ask `action` even when nothing was entered; `false` by default.
            action_on_empty_result: bool = "actionOnEmptyResult",
            /// Whether speech interrupts the prompt; `true` by default.
            barge_in: bool = "bargeIn",
            /// Whether debugging information is kept.
            debug: bool = "debug",
            /// Use the premium speech model; `false` by default.
            enhanced: bool = "enhanced",
            /// The keys that end the input; `#` by default.
            finish_on_key: str = "finishOnKey",
            /// Words and phrases to expect, separated by commas.
            hints: str = "hints",
            /// What is accepted.
            input: [GatherInput] = "input",
            /// The language, as a BCP 47 tag; see [`Language`](crate::twiml::Language).
            language: str = "language",
            /// The longest speech in seconds.
            max_speech_time: u32 = "maxSpeechTime",
            /// The HTTP method; `POST` by default.
            method: str = "method",
            /// How many keys to wait for.
            num_digits: u32 = "numDigits",
            /// The URL to tell what is recognised while the caller speaks.
            partial_result_callback: str = "partialResultCallback",
            /// The HTTP method for `partial_result_callback`.
            partial_result_callback_method: str = "partialResultCallbackMethod",
            /// Whether profanities are masked; `true` by default.
            profanity_filter: bool = "profanityFilter",
            /// The speech recognition model.
            speech_model: str = "speechModel",
            /// Seconds of silence that end speech, or `auto`.
            speech_timeout: str = "speechTimeout",
            /// Seconds without input that end it; 5 by default.
            timeout: u32 = "timeout",
        }
        children {
            pause: Pause,
            play: Play,
            say: Say,
        }
    }
}
