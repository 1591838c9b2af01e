use chrono::{DateTime, Utc};
use url::Url;

use super::call::Call;
use super::fields::event;
use crate::id::{AccountSid, CallSid, IntelligenceServiceSid, RecordingSid, TranscriptSid, TranscriptionSid};
use crate::secret::Private;
use crate::twilio::values::{RecordingSource, RecordingStatus, Track, TranscriptionEventKind, TranscriptionStatus};

event! {
    /// A `<Record>` ended (<https://www.twilio.com/docs/voice/twiml/record#action>).
    pub struct RecordEvent {
        /// The call.
        call: Call = group,
        /// The recording; its file may not be ready yet.
        recording_url: Option<Url> = optional("RecordingUrl"),
        /// The recording.
        recording_sid: Option<RecordingSid> = optional("RecordingSid"),
        /// Its length in seconds.
        recording_duration: Option<u32> = optional("RecordingDuration"),
        /// The key that ended it, or `hangup`.
        digits: Option<String> = optional("Digits"),
    }
}

event! {
    /// A recording changed its status
    /// (<https://www.twilio.com/docs/voice/twiml/record#recordingstatuscallback>).
    pub struct RecordingStatusEvent {
        /// The account.
        account_sid: AccountSid = required("AccountSid"),
        /// The call, always the one that dialled.
        call_sid: Option<CallSid> = optional("CallSid"),
        /// The conference, when one was recorded.
        conference_sid: Option<String> = optional("ConferenceSid"),
        /// The recording.
        recording_sid: RecordingSid = required("RecordingSid"),
        /// Where it can be fetched, with the account's credentials; `.mp3` or `.wav` may be appended.
        recording_url: Option<Url> = optional("RecordingUrl"),
        /// Where it stands.
        recording_status: RecordingStatus = required("RecordingStatus"),
        /// Its length in seconds.
        recording_duration: Option<u32> = optional("RecordingDuration"),
        /// 1 or 2.
        recording_channels: Option<u32> = optional("RecordingChannels"),
        /// When it began.
        recording_start_time: Option<DateTime<Utc>> = optional("RecordingStartTime"),
        /// What made it.
        recording_source: Option<RecordingSource> = optional("RecordingSource"),
        /// Which side it holds.
        recording_track: Option<Track> = optional("RecordingTrack"),
        /// Why it failed; 0 when it did not.
        error_code: Option<u32> = optional("ErrorCode"),
        /// How it is encrypted, as JSON.
        encryption_details: Option<serde_json::Value> = optional("EncryptionDetails"),
    }
}

event! {
    /// The transcription of a `<Record transcribe>` is there
    /// (<https://www.twilio.com/docs/voice/twiml/record#transcribecallback>).
    pub struct TranscriptionEvent {
        /// The account.
        account_sid: AccountSid = required("AccountSid"),
        /// The call.
        call_sid: CallSid = required("CallSid"),
        /// The transcription.
        transcription_sid: TranscriptionSid = required("TranscriptionSid"),
        /// Where it stands.
        transcription_status: TranscriptionStatus = required("TranscriptionStatus"),
        /// What was said; empty when it failed.
        transcription_text: Private = text("TranscriptionText"),
        /// Its kind, such as `fast`.
        transcription_type: Option<String> = optional("TranscriptionType"),
        /// Where it can be fetched.
        transcription_url: Option<Url> = optional("TranscriptionUrl"),
        /// The recording it was made from.
        recording_sid: Option<RecordingSid> = optional("RecordingSid"),
        /// The recording's address.
        recording_url: Option<Url> = optional("RecordingUrl"),
    }
}

event! {
    /// A real-time transcription has news
    /// (<https://www.twilio.com/docs/voice/twiml/transcription#statuscallbackurl>). Ordered within a track only.
    pub struct RealTimeTranscriptionEvent {
        /// The account.
        account_sid: AccountSid = required("AccountSid"),
        /// The call.
        call_sid: CallSid = required("CallSid"),
        /// The transcription.
        transcription_sid: TranscriptSid = required("TranscriptionSid"),
        /// What happened.
        transcription_event: TranscriptionEventKind = required("TranscriptionEvent"),
        /// When.
        timestamp: Option<DateTime<Utc>> = optional("Timestamp"),
        /// Counts this transcription's events from 1.
        sequence_id: Option<u32> = optional("SequenceId"),
        /// Whose words; on the start event, which tracks are transcribed.
        track: Option<Track> = optional("Track"),
        /// The language.
        language_code: Option<String> = optional("LanguageCode"),
        /// The words and how sure the engine is, as Twilio's JSON; see [`transcript`](Self::transcript).
        transcription_data: Option<Private> = optional("TranscriptionData"),
        /// Whether these words are final.
        is_final: Option<bool> = optional("Final"),
        /// How stable partial words are, from 0 to 1.
        stability: Option<f64> = optional("Stability"),
        /// The engine, such as `google`.
        transcription_engine: Option<String> = optional("TranscriptionEngine"),
        /// The engine's settings, as JSON.
        provider_configuration: Option<Private> = optional("ProviderConfiguration"),
        /// The engine's own answer, as JSON, when asked for.
        provider_data: Option<Private> = optional("TranscriptionProviderData"),
        /// The name given in the TwiML.
        name: Option<String> = optional("Name"),
        /// Whether partial results are sent.
        partial_results: Option<bool> = optional("PartialResults"),
        /// The label given to the caller's side.
        inbound_track_label: Option<String> = optional("InboundTrackLabel"),
        /// The label given to our side.
        outbound_track_label: Option<String> = optional("OutboundTrackLabel"),
        /// The error's code, on the error event.
        transcription_error_code: Option<u32> = optional("TranscriptionErrorCode"),
        /// The error in words.
        transcription_error: Option<Private> = optional("TranscriptionError"),
    }
}

impl RealTimeTranscriptionEvent {
    /// The words of a content event.
    #[must_use]
    pub fn transcript(&self) -> Option<Private> {
        let data: serde_json::Value = serde_json::from_str(self.transcription_data.as_ref()?).ok()?;
        data.get("transcript")?.as_str().map(Private::from)
    }

    /// How sure the engine is of the words, from 0 to 1; absent on partial results.
    #[must_use]
    pub fn confidence(&self) -> Option<f64> {
        let data: serde_json::Value = serde_json::from_str(self.transcription_data.as_ref()?).ok()?;
        data.get("confidence")?.as_f64()
    }
}

event! {
    /// A transcript of Conversational Intelligence is ready
    /// (<https://www.twilio.com/docs/conversational-intelligence/api/transcript-resource>): a notice only, the
    /// transcript has to be fetched. Sent as JSON or as a form.
    pub struct IntelligenceEvent {
        /// The account.
        account_sid: AccountSid = required("account_sid"),
        /// The service.
        service_sid: Option<IntelligenceServiceSid> = optional("service_sid"),
        /// The transcript.
        transcript_sid: TranscriptSid = required("transcript_sid"),
        /// What was given as `CustomerKey` when it was created.
        customer_key: Option<Private> = optional("customer_key"),
        /// What happened: `voice_intelligence_transcript_available`.
        event_type: Option<String> = optional("event_type"),
    }
}
