//! Values that Twilio sends and takes, as open enumerations: one that is newer than the crate survives.
//!
//! ```
//! use frontdesk::twilio::values::CallStatus;
//!
//! assert_eq!(CallStatus::from("in-progress"), CallStatus::InProgress);
//! assert_eq!(CallStatus::from("teleported").as_str(), "teleported");
//! assert!(CallStatus::NoAnswer.is_final());
//! ```

use std::fmt;

use serde::Deserializer;
use url::Url;

use super::wire::{self, Wire};
use crate::open::open_enum;
use crate::parameters::Param;

open_enum! {
    /// Where a call stands (<https://www.twilio.com/docs/voice/api/call-resource#call-status-values>).
    pub enum CallStatus {
        /// Waiting to be placed.
        Queued = "queued",
        /// Being placed; status callbacks only.
        Initiated = "initiated",
        /// Ringing.
        Ringing = "ringing",
        /// Answered and going on.
        InProgress = "in-progress",
        /// Answered and over.
        Completed = "completed",
        /// The other side was busy.
        Busy = "busy",
        /// It could not be put through.
        Failed = "failed",
        /// Nobody answered in time.
        NoAnswer = "no-answer",
        /// Ended through the API before it was answered.
        Canceled = "canceled",
    }
}

impl CallStatus {
    /// True when the call is over.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Completed | Self::Busy | Self::Failed | Self::NoAnswer | Self::Canceled)
    }
}

open_enum! {
    /// How a dialled party answered
    /// (<https://www.twilio.com/docs/voice/twiml/dial#dialcallstatus-values>).
    pub enum DialStatus {
        /// It was answered and the conversation is over.
        Completed = "completed",
        /// It was answered and the conversation goes on (conferences).
        Answered = "answered",
        /// It was busy.
        Busy = "busy",
        /// Nobody answered in time.
        NoAnswer = "no-answer",
        /// It could not be reached.
        Failed = "failed",
        /// Given up before it was answered.
        Canceled = "canceled",
    }
}

impl DialStatus {
    /// True when somebody answered.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        matches!(self, Self::Completed | Self::Answered)
    }
}

open_enum! {
    /// Who started a call.
    pub enum CallDirection {
        /// Somebody called a Twilio number.
        Inbound = "inbound",
        /// Placed through the API.
        OutboundApi = "outbound-api",
        /// Placed by a `<Dial>`.
        OutboundDial = "outbound-dial",
        /// Placed through a SIP trunk.
        TrunkingOriginating = "trunking-originating",
        /// Ended in a SIP trunk.
        TrunkingTerminating = "trunking-terminating",
    }
}

open_enum! {
    /// Who or what answered an outbound call
    /// (<https://www.twilio.com/docs/voice/answering-machine-detection>).
    pub enum AnsweredBy {
        /// A person.
        Human = "human",
        /// An answering machine that has begun its greeting.
        MachineStart = "machine_start",
        /// A machine after its beep.
        MachineEndBeep = "machine_end_beep",
        /// A machine after its greeting, in silence.
        MachineEndSilence = "machine_end_silence",
        /// A machine after its greeting, otherwise.
        MachineEndOther = "machine_end_other",
        /// A fax.
        Fax = "fax",
        /// It could not be told.
        Unknown = "unknown",
    }
}

open_enum! {
    /// How far the caller's number is attested under STIR/SHAKEN
    /// (<https://www.twilio.com/docs/voice/trusted-calling-with-shakenstir>).
    pub enum StirVerstat {
        /// Full attestation, verified.
        PassedA = "TN-Validation-Passed-A",
        /// Partial attestation, verified.
        PassedB = "TN-Validation-Passed-B",
        /// Gateway attestation, verified.
        PassedC = "TN-Validation-Passed-C",
        /// Full attestation of a diverted call, verified.
        PassedADiverted = "TN-Validation-Passed-A-Diverted",
        /// Full attestation passed through, verified.
        PassedAPassthrough = "TN-Validation-Passed-A-Passthrough",
        /// Full attestation, not verified.
        FailedA = "TN-Validation-Failed-A",
        /// Partial attestation, not verified.
        FailedB = "TN-Validation-Failed-B",
        /// Gateway attestation, not verified.
        FailedC = "TN-Validation-Failed-C",
        /// The attestation could not be verified.
        Failed = "TN-Validation-Failed",
        /// Nothing to verify.
        None = "No-TN-Validation",
    }
}

open_enum! {
    /// Where a message stands
    /// (<https://www.twilio.com/docs/messaging/api/message-resource#message-status-values>).
    pub enum MessageStatus {
        /// Accepted for a messaging service, sender not chosen yet.
        Accepted = "accepted",
        /// Waiting for its `SendAt`.
        Scheduled = "scheduled",
        /// Waiting to be handed to the carrier.
        Queued = "queued",
        /// Being handed to the carrier.
        Sending = "sending",
        /// The carrier has it.
        Sent = "sent",
        /// The carrier confirmed delivery.
        Delivered = "delivered",
        /// The recipient read it (WhatsApp, RCS).
        Read = "read",
        /// Some recipients of a group got it.
        PartiallyDelivered = "partially_delivered",
        /// The carrier says it did not arrive.
        Undelivered = "undelivered",
        /// It could not be sent.
        Failed = "failed",
        /// Withdrawn before it was sent.
        Canceled = "canceled",
        /// Inbound, still arriving.
        Receiving = "receiving",
        /// Inbound, arrived.
        Received = "received",
    }
}

open_enum! {
    /// Which way a message went.
    pub enum MessageDirection {
        /// To a Twilio number.
        Inbound = "inbound",
        /// Sent through the API.
        OutboundApi = "outbound-api",
        /// Sent by a `<Message>` during a call.
        OutboundCall = "outbound-call",
        /// Sent in answer to an inbound message.
        OutboundReply = "outbound-reply",
    }
}

open_enum! {
    /// Where a recording stands
    /// (<https://www.twilio.com/docs/voice/api/recording#recording-status-values>).
    pub enum RecordingStatus {
        /// Being made.
        InProgress = "in-progress",
        /// Interrupted by request.
        Paused = "paused",
        /// Ended by request.
        Stopped = "stopped",
        /// Over, its file not ready yet.
        Processing = "processing",
        /// Ready to be fetched.
        Completed = "completed",
        /// There was nothing to record.
        Absent = "absent",
        /// It could not be made.
        Failed = "failed",
        /// Deleted.
        Deleted = "deleted",
    }
}

open_enum! {
    /// What made a recording.
    pub enum RecordingSource {
        /// `<Dial record>`.
        DialVerb = "DialVerb",
        /// `<Conference record>`.
        Conference = "Conference",
        /// `Record=true` on a call placed through the API.
        OutboundApi = "OutboundAPI",
        /// A SIP trunk.
        Trunking = "Trunking",
        /// `<Record>`.
        RecordVerb = "RecordVerb",
        /// The API, on a live call.
        StartCallRecordingApi = "StartCallRecordingAPI",
        /// The API, on a live conference.
        StartConferenceRecordingApi = "StartConferenceRecordingAPI",
    }
}

open_enum! {
    /// Which side was recorded or transcribed.
    pub enum Track {
        /// What Twilio receives from the call.
        Inbound = "inbound",
        /// What Twilio sends to the call.
        Outbound = "outbound",
        /// Both sides.
        Both = "both",
        /// What Twilio receives from the call, in real-time events.
        InboundTrack = "inbound_track",
        /// What Twilio sends to the call, in real-time events.
        OutboundTrack = "outbound_track",
        /// Both sides, in real-time events.
        BothTracks = "both_tracks",
    }
}

open_enum! {
    /// Where a transcription of a recording stands.
    pub enum TranscriptionStatus {
        /// Being made.
        InProgress = "in-progress",
        /// Ready.
        Completed = "completed",
        /// It could not be made.
        Failed = "failed",
    }
}

open_enum! {
    /// What a real-time transcription reports
    /// (<https://www.twilio.com/docs/voice/twiml/transcription#statuscallbackurl>).
    pub enum TranscriptionEventKind {
        /// It began.
        Started = "transcription-started",
        /// Somebody said something.
        Content = "transcription-content",
        /// It ended.
        Stopped = "transcription-stopped",
        /// It failed.
        Error = "transcription-error",
    }
}

open_enum! {
    /// Which keyword of Advanced Opt-Out an inbound message was.
    pub enum OptOutType {
        /// No more messages.
        Stop = "STOP",
        /// Messages again.
        Start = "START",
        /// A request for help.
        Help = "HELP",
    }
}

open_enum! {
    /// How an answering machine is looked for (<https://www.twilio.com/docs/voice/answering-machine-detection>).
    pub enum MachineDetection {
        /// Until it is known who answers.
        Enable = "Enable",
        /// Until a machine's greeting is over, to leave a message.
        DetectMessageEnd = "DetectMessageEnd",
    }
}

/// A URL that Twilio calls, as it stands at Twilio; [`none`](Self::none) clears a setting.
///
/// `Debug` shows the host only: a webhook's URL may hold a password or a token.
///
/// ```
/// use frontdesk::twilio::values::WebhookUrl;
///
/// let url: WebhookUrl = "https://desk:secret@example.com/voice".parse::<url::Url>()?.into();
/// assert_eq!(format!("{url:?}"), "WebhookUrl(example.com)");
/// # Ok::<(), url::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct WebhookUrl(Box<str>);

impl WebhookUrl {
    /// No URL: Twilio does not call.
    #[must_use]
    pub fn none() -> Self {
        Self("".into())
    }

    /// A URL that Twilio has told, to be set again as it was.
    #[cfg(feature = "desk")]
    pub(crate) fn as_it_was(text: &str) -> Self {
        Self(text.into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The parsed URL; `None` when there is none or Twilio holds something else.
    #[must_use]
    pub fn to_url(&self) -> Option<Url> {
        Url::parse(&self.0).ok()
    }
}

impl From<Url> for WebhookUrl {
    fn from(url: Url) -> Self {
        Self(String::from(url).into())
    }
}

impl From<&Url> for WebhookUrl {
    fn from(url: &Url) -> Self {
        Self(url.as_str().into())
    }
}

impl From<Option<Self>> for WebhookUrl {
    fn from(url: Option<Self>) -> Self {
        url.unwrap_or_else(Self::none)
    }
}

impl fmt::Debug for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_url().as_ref().and_then(Url::host_str) {
            Some(host) => write!(f, "WebhookUrl({host})"),
            None => f.write_str("WebhookUrl()"),
        }
    }
}

impl Wire for WebhookUrl {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        wire::scalar(deserializer, |text| Ok(Self(text.into())))
    }
}

impl Param for WebhookUrl {
    fn wire(&self) -> String {
        self.as_str().to_owned()
    }

    #[cfg(test)]
    fn sample() -> Self {
        Self("https://example.com/x".into())
    }
}

/// JSON about people: `Debug` does not show it.
#[derive(Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Sensitive(pub serde_json::Value);

impl fmt::Debug for Sensitive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<json>")
    }
}

impl Wire for Sensitive {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        Ok(<Option<serde_json::Value> as serde::Deserialize>::deserialize(deserializer)?.map(Self))
    }
}
