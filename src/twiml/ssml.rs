//! Speech synthesis markup inside `<Say>` (<https://www.w3.org/TR/speech-synthesis11/>).
//!
//! ```
//! use frontdesk::twiml::Say;
//! use frontdesk::twiml::ssml::{Break, SayAs};
//!
//! let say = Say::new("Your code is ")
//!     .say_as(SayAs::new("4821").interpret_as("digits"))
//!     .break_(Break::new().time("500ms"))
//!     .text(" Goodbye.");
//! assert_eq!(
//!     say.to_string(),
//!     "<Say>Your code is <say-as interpret-as=\"digits\">4821</say-as><break time=\"500ms\"/> Goodbye.</Say>"
//! );
//! ```

use super::element::elements;
use super::values::{BreakStrength, DateFormat, EmphasisLevel, InterpretAs, PhonemeAlphabet};

elements! {
    /// A pause.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/say/text-speech#ssml>
    Break = "break" (none) {
        attributes {
            /// How long the pause is, relative to a sentence.
            strength: BreakStrength = "strength",
            /// How long the pause is, such as `500ms`.
            time: str = "time",
        }
        children { }
    }

    /// Words with emphasis.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/say/text-speech#ssml>
    Emphasis = "emphasis" (required) {
        attributes {
            /// How strong the emphasis is.
            level: EmphasisLevel = "level",
        }
        children {
            break_: Break,
            emphasis: Emphasis,
            lang: Lang,
            phoneme: Phoneme,
            prosody: Prosody,
            say_as: SayAs,
            substitute: Substitute,
            word: Word,
        }
    }

    /// Words in another language.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/say/text-speech#ssml>
    Lang = "lang" (required) {
        attributes {
            /// The language, as a BCP 47 tag; see [`Language`](crate::twiml::Language).
            language: str = "xml:lang",
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

    /// A paragraph.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/say/text-speech#ssml>
    Paragraph = "p" (required) {
        attributes { }
        children {
            break_: Break,
            emphasis: Emphasis,
            lang: Lang,
            phoneme: Phoneme,
            prosody: Prosody,
            sentence: Sentence,
            say_as: SayAs,
            substitute: Substitute,
            word: Word,
        }
    }

    /// Words with a given pronunciation.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/say/text-speech#ssml>
    Phoneme = "phoneme" (required) {
        attributes {
            /// The phonetic alphabet of `ph`.
            alphabet: PhonemeAlphabet = "alphabet",
            /// The pronunciation.
            ph: str = "ph",
        }
        children { }
    }

    /// Words with given volume, rate and pitch.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/say/text-speech#ssml>
    Prosody = "prosody" (required) {
        attributes {
            /// The pitch, such as `+10%` or `low`.
            pitch: str = "pitch",
            /// The speed, such as `90%` or `slow`.
            rate: str = "rate",
            /// The volume, such as `+6dB` or `loud`.
            volume: str = "volume",
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

    /// A sentence.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/say/text-speech#ssml>
    Sentence = "s" (required) {
        attributes { }
        children {
            break_: Break,
            emphasis: Emphasis,
            lang: Lang,
            phoneme: Phoneme,
            prosody: Prosody,
            say_as: SayAs,
            substitute: Substitute,
            word: Word,
        }
    }

    /// Words read as numbers, dates, letters and so on.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/say/text-speech#ssml>
    SayAs = "say-as" (required) {
        attributes {
            /// How a date is written.
            format: DateFormat = "format",
            /// What kind of text it is.
            interpret_as: InterpretAs = "interpret-as",
        }
        children { }
    }

    /// Words for which others are said.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/say/text-speech#ssml>
    Substitute = "sub" (required) {
        attributes {
            /// What to say instead.
            alias: str = "alias",
        }
        children { }
    }

    /// A word whose role decides its pronunciation.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/say/text-speech#ssml>
    Word = "w" (required) {
        attributes {
            /// The word's role, which decides its pronunciation.
            role: str = "role",
        }
        children {
            break_: Break,
            emphasis: Emphasis,
            phoneme: Phoneme,
            prosody: Prosody,
            say_as: SayAs,
            substitute: Substitute,
        }
    }
}
