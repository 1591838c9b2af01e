use chrono::{DateTime, Utc};

use super::below;
use crate::Error;
use crate::id::{AccountSid, CallSid, TranscriptSid};
use crate::open::open_enum;
use crate::parameters::parameters;
use crate::twilio::resource::resource;
use crate::twilio::values::WebhookUrl;
use crate::twilio::{Client, Request};
use crate::twiml::{Method, StreamTrack};

open_enum! {
    /// Whether a real-time transcription goes on.
    pub enum RealTimeStatus {
        /// It does.
        InProgress = "in-progress",
        /// It ended.
        Stopped = "stopped",
    }
}

parameters! {
    /// A real-time transcription to begin
    /// (<https://www.twilio.com/docs/voice/api/realtime-transcription-resource>).
    pub struct NewTranscription() {
        /// A name to stop it by.
        name: into String = "Name",
        /// Which side is transcribed.
        track: set StreamTrack = "Track",
        /// What is told what was said.
        status_callback: into WebhookUrl = "StatusCallbackUrl",
        /// How it is told.
        status_callback_method: set Method = "StatusCallbackMethod",
        /// What the inbound side is called in events.
        inbound_track_label: into String = "InboundTrackLabel",
        /// What the outbound side is called in events.
        outbound_track_label: into String = "OutboundTrackLabel",
        /// Whether unfinished sentences are told too.
        partial_results: set bool = "PartialResults",
        /// The language, such as `en-US`.
        language: into String = "LanguageCode",
        /// The engine: `google` or `deepgram`.
        engine: into String = "TranscriptionEngine",
        /// Whether profanity is hidden.
        profanity_filter: set bool = "ProfanityFilter",
        /// The engine's model, such as `telephony`.
        speech_model: into String = "SpeechModel",
        /// Words to expect, separated by commas.
        hints: into String = "Hints",
        /// Whether it is punctuated.
        automatic_punctuation: set bool = "EnableAutomaticPunctuation",
        /// The Intelligence service that keeps it, by SID or unique name.
        intelligence_service: into String = "IntelligenceService",
        /// The conversation configuration that keeps it.
        conversation_configuration: into String = "ConversationConfiguration",
        /// The conversation that it becomes part of.
        conversation_id: into String = "ConversationId",
        /// The configuration of the conversation.
        configuration_id: into String = "ConfigurationId",
        /// Whether the engine's own answer is passed on.
        provider_data: set bool = "EnableProviderData",
    }
}

resource! {
    /// A real-time transcription.
    pub struct RealTimeTranscription {
        /// The transcription.
        sid: TranscriptSid,
        /// The account.
        account_sid: AccountSid,
        /// The call.
        call_sid: CallSid,
        /// Its name.
        name: String,
        /// Whether it goes on.
        status: RealTimeStatus,
        /// When it was changed last.
        date_updated: DateTime<Utc>,
        /// Its path at Twilio.
        uri: String,
    }
}

/// The real-time transcriptions of one call.
#[derive(Debug, Clone, Copy)]
pub struct CallTranscriptions<'a>(&'a Client, CallSid);

impl<'a> CallTranscriptions<'a> {
    pub(super) fn new(client: &'a Client, call: CallSid) -> Self {
        Self(client, call)
    }

    /// Begins to transcribe.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when the call is not going on.
    pub async fn start(&self, transcription: &NewTranscription) -> Result<RealTimeTranscription, Error> {
        let request = Request::create("starting a transcription", below(&self.1, "Transcriptions.json"));
        self.0.request(request.with_form(&transcription.fields)).await
    }

    /// Ends a transcription.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the call has no such transcription.
    pub async fn stop(&self, sid: &TranscriptSid) -> Result<RealTimeTranscription, Error> {
        let path = below(&self.1, &format!("Transcriptions/{sid}.json"));
        self.0.request(Request::update("stopping a transcription", path).with_field("Status", "stopped")).await
    }
}
