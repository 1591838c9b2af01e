//! TwiML, the XML in which a server tells Twilio what to do: every verb, noun and attribute of voice and messaging
//! (<https://www.twilio.com/docs/voice/twiml>, <https://www.twilio.com/docs/messaging/twiml>).
//!
//! Elements are builders. Only children that Twilio allows compile; text and attributes are escaped; verbs stand in
//! the order of the calls. What is newer than the crate is written with `attribute`, `raw` and [`Custom`].
//!
//! ```
//! use frontdesk::twiml::{Dial, DialRecord, Gather, Say, VoiceResponse};
//!
//! let xml = VoiceResponse::new()
//!     .gather(Gather::new().num_digits(1).action("/menu").say("Press 1 for new patients."))
//!     .dial(Dial::new().timeout(20).record(DialRecord::RecordFromAnswerDual).action("/status").number("+15551230000"))
//!     .hangup()
//!     .to_xml()?;
//! assert_eq!(xml, concat!(
//!     "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>",
//!     "<Gather numDigits=\"1\" action=\"/menu\"><Say>Press 1 for new patients.</Say></Gather>",
//!     "<Dial timeout=\"20\" record=\"record-from-answer-dual\" action=\"/status\">",
//!     "<Number>+15551230000</Number></Dial><Hangup/></Response>",
//! ));
//! # Ok::<(), frontdesk::twiml::TwimlError>(())
//! ```

mod background;
mod connect;
mod control;
mod dial;
mod document;
mod element;
mod escape;
mod gather;
mod language;
mod messaging;
mod pay;
mod queue;
mod record;
mod response;
mod speech;
pub mod ssml;
mod values;

pub use background::{Config, Parameter, Siprec, Start, Stop, Transcription};
pub use connect::{
    AiSession, Autopilot, Connect, Conversation, ConversationRelay, ConversationRelaySession, RelayLanguage, Room,
    Stream, VirtualAgent,
};
pub use control::{Echo, Hangup, Redirect, Refer, Reject, Sms};
pub use dial::{
    Application, ApplicationSid, Client, Conference, Dial, Header, Headers, Identity, Number, Queue, Sim, Sip, Uri,
    WhatsApp,
};
pub use element::{ChildOf, Custom, Element};
pub use gather::Gather;
pub use language::Language;
pub use messaging::{Body, Media, Message, MessagingResponse};
pub use pay::{Pay, Prompt};
pub use queue::{Enqueue, Leave, Task};
pub use record::{Record, Recording};
pub use response::VoiceResponse;
pub use speech::{Pause, Play, Say};
pub use values::{
    BankAccountType, BreakStrength, CallEvent, CardType, ConferenceBeep, ConferenceEvent, ConferenceRecord,
    ConferenceRegion, ConversationEvent, ConversationRecord, DateFormat, DialEvents, DialRecord, EmphasisLevel,
    GatherInput, InterpretAs, JitterBufferSize, Method, PayInput, PaymentMethod, PhonemeAlphabet, PromptErrorType,
    PromptFor, RecordingChannels, RecordingEvent, RecordingTrack, RejectReason, RingTone, StreamTrack, TokenType, Trim,
};

/// The longest document that Twilio takes, in bytes.
pub const MAX_BYTES: usize = 64 * 1024;

/// The media type of a document.
pub const CONTENT_TYPE: &str = "text/xml; charset=utf-8";

/// A document that cannot be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TwimlError {
    /// Twilio would refuse it with [11750](https://www.twilio.com/docs/api/errors/11750).
    #[error("the TwiML has {length} bytes, more than the 65536 that Twilio takes")]
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// The name of a custom element or attribute is none.
    #[error("a custom element or attribute has a name that XML does not allow")]
    Name,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_set_late_or_twice_stand_where_they_belong() {
        let dial = Dial::new().number("+15551230000").timeout(5).caller_id("a\"b c=\"d").timeout(20).caller_id("x");
        assert_eq!(dial.to_string(), "<Dial timeout=\"20\" callerId=\"x\"><Number>+15551230000</Number></Dial>");
        assert_eq!(Dial::new().attribute("timeout", "1").timeout(2).to_string(), "<Dial timeout=\"2\"/>");
        let say = Say::new("x").attribute("new", "1 new=\"2\"").attribute("new", "3").voice("v");
        assert_eq!(say.to_string(), "<Say new=\"3\" voice=\"v\">x</Say>");
    }

    #[test]
    fn refuses_what_is_over_the_limit_and_still_displays_it() {
        let response = VoiceResponse::new().say("é".repeat(40_000));
        assert!(matches!(response.to_xml(), Err(TwimlError::TooLong { length }) if length > 80_000));
        assert!(response.to_string().len() > 80_000);
        let empty = VoiceResponse::new().say("").to_xml().unwrap().len() + "</Say>".len() - 1;
        assert_eq!(VoiceResponse::new().say("x".repeat(MAX_BYTES - empty)).to_xml().unwrap().len(), MAX_BYTES);
        assert!(VoiceResponse::new().say("x".repeat(MAX_BYTES - empty + 1)).to_xml().is_err());
    }

    #[test]
    fn refuses_names_that_are_none_however_deep() {
        let gather = Gather::new().push(Custom::new("a b"));
        assert_eq!(VoiceResponse::new().push(gather).to_xml(), Err(TwimlError::Name));
        let say = Say::new("").attribute("x\"", "");
        assert_eq!(VoiceResponse::new().say(say).to_xml(), Err(TwimlError::Name));
    }

    #[test]
    fn comments_cannot_end_early() {
        let xml = VoiceResponse::new().comment("a --> <Hangup/> --").to_xml().unwrap();
        assert!(xml.ends_with("<Response><!-- a - -&gt; &lt;Hangup/&gt; - - --></Response>"), "{xml}");
    }

    #[test]
    fn debug_shows_no_content() {
        let response = VoiceResponse::new().say("canary").sms("canary");
        assert_eq!(format!("{response:?}"), format!("<Response> of {} bytes", response.to_string().len()));
    }

    #[test]
    fn answers_over_http_have_the_right_type() {
        let response = VoiceResponse::new().hangup().to_http().unwrap();
        assert_eq!(response.headers()["content-type"], "text/xml; charset=utf-8");
    }
}
