//! Speaking, playing and waiting.

use super::element::elements;
use super::ssml::{Break, Emphasis, Lang, Paragraph, Phoneme, Prosody, SayAs, Sentence, Substitute, Word};

elements! {
    /// Speaks a text.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/say>
    Say = "Say" (required) {
        attributes {
            /// The language, as a BCP 47 tag; see [`Language`](crate::twiml::Language).
            language: str = "language",
            /// How often to repeat; 0 means until hung up, 1 by default.
            repeat: u32 = "loop",
            /// The voice, such as `Polly.Joanna-Neural` (<https://www.twilio.com/docs/voice/twiml/say/text-speech>).
            voice: str = "voice",
        }
        children {
            break_: Break,
            emphasis: Emphasis,
            lang: Lang,
            paragraph: Paragraph,
            phoneme: Phoneme,
            prosody: Prosody,
            sentence: Sentence,
            say_as: SayAs,
            substitute: Substitute,
            word: Word,
        }
    }

    /// Plays a file or tones.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/play>
    Play = "Play" (maybe) {
        attributes {
            /// Tones to play instead of a file; `w` waits half a second.
            digits: str = "digits",
            /// How often to repeat; 0 means until hung up, 1 by default.
            repeat: u32 = "loop",
        }
        children { }
    }

    /// Waits in silence.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/pause>
    Pause = "Pause" (none) {
        attributes {
            /// The length in seconds; 1 by default.
            length: u32 = "length",
        }
        children { }
    }
}
