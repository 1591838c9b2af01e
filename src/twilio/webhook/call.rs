use super::ParseError;
use super::fields::{Fields, event};
use crate::address::Address;
use crate::id::{AccountSid, ApplicationSid, CallSid, RecordingSid};
use crate::secret::Private;
use crate::twilio::values::{AnsweredBy, CallDirection, CallStatus, DialStatus, StirVerstat};
use chrono::{DateTime, Utc};
use url::Url;

/// Where a number is registered; may be empty, and says nothing about where its owner is.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Place {
    /// The city.
    pub city: Option<Private>,
    /// The state or province.
    pub state: Option<Private>,
    /// The postal code.
    pub zip: Option<Private>,
    /// The country's ISO 3166-1 code.
    pub country: Option<String>,
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Place").field("country", &self.country).finish_non_exhaustive()
    }
}

impl Place {
    /// `names` are the parameters for city, state, zip and country.
    pub(super) fn take(fields: &mut Fields<'_>, names: [&'static str; 4]) -> Result<Self, ParseError> {
        let [city, state, zip, country] = names;
        Ok(Self {
            city: fields.optional(city)?,
            state: fields.optional(state)?,
            zip: fields.optional(zip)?,
            country: fields.optional(country)?,
        })
    }
}

/// What every request about a live call carries
/// (<https://www.twilio.com/docs/voice/twiml#twilios-request-to-your-application>).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Call {
    /// The call.
    pub sid: CallSid,
    /// The account that the call belongs to.
    pub account_sid: AccountSid,
    /// Who calls.
    pub from: Address,
    /// Who is called.
    pub to: Address,
    /// Where the call stands.
    pub status: CallStatus,
    /// Who started it.
    pub direction: Option<CallDirection>,
    /// The version of Twilio's API.
    pub api_version: Option<String>,
    /// The caller, as `from` in inbound calls.
    pub caller: Option<Address>,
    /// The called party, as `to` in inbound calls.
    pub called: Option<Address>,
    /// The number that forwarded the call here, when the carrier tells.
    pub forwarded_from: Option<Address>,
    /// The caller's registered name, when the number looks it up.
    pub caller_name: Option<Private>,
    /// The call whose `<Dial>` placed this one.
    pub parent_sid: Option<CallSid>,
    /// A token for forwarding the call's STIR/SHAKEN attestation.
    pub call_token: Option<Private>,
    /// How far the caller's number is attested.
    pub stir_verstat: Option<StirVerstat>,
    /// The attestation itself.
    pub stir_passport_token: Option<Private>,
    /// The TwiML application that the call came through.
    pub application_sid: Option<ApplicationSid>,
    /// The SIP `Call-ID`.
    pub sip_call_id: Option<String>,
    /// The SIP domain of an inbound SIP call.
    pub sip_domain: Option<String>,
    /// Where the caller's number is registered.
    pub from_place: Place,
    /// Where the called number is registered.
    pub to_place: Place,
    /// `from_place` under its older name.
    pub caller_place: Place,
    /// `to_place` under its older name.
    pub called_place: Place,
}

impl Call {
    pub(super) fn take_group(fields: &mut Fields<'_>) -> Result<Self, ParseError> {
        Ok(Self {
            sid: fields.required("CallSid")?,
            account_sid: fields.required("AccountSid")?,
            from: fields.party("From")?,
            to: fields.required("To")?,
            status: fields.required("CallStatus")?,
            direction: fields.optional("Direction")?,
            api_version: fields.optional("ApiVersion")?,
            caller: fields.optional("Caller")?,
            called: fields.optional("Called")?,
            forwarded_from: fields.optional("ForwardedFrom")?,
            caller_name: fields.optional("CallerName")?,
            parent_sid: fields.optional("ParentCallSid")?,
            call_token: fields.optional("CallToken")?,
            stir_verstat: fields.optional("StirVerstat")?,
            stir_passport_token: fields.optional("StirPassportToken")?,
            application_sid: fields.optional("ApplicationSid")?,
            sip_call_id: fields.optional("SipCallId")?,
            sip_domain: fields.optional("SipDomain")?,
            from_place: Place::take(fields, ["FromCity", "FromState", "FromZip", "FromCountry"])?,
            to_place: Place::take(fields, ["ToCity", "ToState", "ToZip", "ToCountry"])?,
            caller_place: Place::take(fields, ["CallerCity", "CallerState", "CallerZip", "CallerCountry"])?,
            called_place: Place::take(fields, ["CalledCity", "CalledState", "CalledZip", "CalledCountry"])?,
        })
    }
}

event! {
    /// A call asks for TwiML (<https://www.twilio.com/docs/voice/twiml#request-parameters>).
    pub struct VoiceEvent {
        /// The call.
        call: Call = group,
        /// Who answered, when machine detection ran before the request.
        answered_by: Option<AnsweredBy> = optional("AnsweredBy"),
        /// The error that sent the call to the fallback URL.
        error_code: Option<u32> = optional("ErrorCode"),
        /// The URL that failed before the fallback URL was asked.
        error_url: Option<Private> = optional("ErrorUrl"),
    }
}

event! {
    /// A `<Gather>` ended (<https://www.twilio.com/docs/voice/twiml/gather#action>).
    pub struct GatherEvent {
        /// The call.
        call: Call = group,
        /// The keys that were pressed, without the finishing key; absent when there were none.
        digits: Option<Private> = optional("Digits"),
        /// The key that ended the input.
        finished_on_key: Option<String> = optional("FinishedOnKey"),
        /// What was said.
        speech_result: Option<Private> = optional("SpeechResult"),
        /// How sure the recognition is, from 0 to 1.
        confidence: Option<f64> = optional("Confidence"),
        /// The language that was recognised.
        language: Option<String> = optional("Language"),
        /// Twilio's note, such as `Gather End`.
        message: Option<String> = optional("msg"),
    }
}

event! {
    /// Speech so far, while a `<Gather>` listens
    /// (<https://www.twilio.com/docs/voice/twiml/gather#partialresultcallback>).
    pub struct PartialSpeechEvent {
        /// The call.
        call: Call = group,
        /// The part that will not change.
        stable_speech_result: Option<Private> = optional("StableSpeechResult"),
        /// The part that may.
        unstable_speech_result: Option<Private> = optional("UnstableSpeechResult"),
        /// How stable the result is, from 0 to 1.
        stability: Option<f64> = optional("Stability"),
        /// How sure the recognition is, from 0 to 1.
        confidence: Option<f64> = optional("Confidence"),
        /// The language that was recognised.
        language: Option<String> = optional("Language"),
        /// Counts the results of one gather.
        sequence_number: Option<u32> = optional("SequenceNumber"),
    }
}

event! {
    /// A `<Dial>` ended (<https://www.twilio.com/docs/voice/twiml/dial#action>).
    pub struct DialEvent {
        /// The call that dialled.
        call: Call = group,
        /// How it ended.
        dial_status: DialStatus = required("DialCallStatus"),
        /// The call to the dialled party; absent for conferences.
        dial_call_sid: Option<CallSid> = optional("DialCallSid"),
        /// How long the two talked, in seconds.
        dial_duration: Option<u32> = optional("DialCallDuration"),
        /// Whether the two were connected.
        dial_bridged: Option<bool> = optional("DialBridged"),
        /// The SIP response of the dialled party, for `<Sip>`.
        dial_sip_response_code: Option<u32> = optional("DialSipResponseCode"),
        /// The SIP `Call-ID` of the dialled leg, for `<Sip>`.
        dial_sip_call_id: Option<String> = optional("DialSipCallId"),
        /// The recording, whose file may not be ready yet.
        recording_url: Option<Url> = optional("RecordingUrl"),
        /// The recording.
        recording_sid: Option<RecordingSid> = optional("RecordingSid"),
        /// The recording's length in seconds.
        recording_duration: Option<u32> = optional("RecordingDuration"),
    }
}

event! {
    /// A call changed its status
    /// (<https://www.twilio.com/docs/voice/api/call-resource#statuscallback>). No order is guaranteed.
    pub struct CallStatusEvent {
        /// The call.
        call: Call = group,
        /// Counts this call's callbacks from 0.
        sequence_number: Option<u32> = optional("SequenceNumber"),
        /// When the change happened.
        timestamp: Option<DateTime<Utc>> = optional("Timestamp"),
        /// What sent the callback, such as `call-progress-events`.
        callback_source: Option<String> = optional("CallbackSource"),
        /// The call's length in seconds; final statuses only.
        call_duration: Option<u32> = optional("CallDuration"),
        /// The billed length in minutes; final statuses only.
        duration: Option<u32> = optional("Duration"),
        /// The carrier's final SIP response.
        sip_response_code: Option<u32> = optional("SipResponseCode"),
        /// Who answered, when machine detection ran.
        answered_by: Option<AnsweredBy> = optional("AnsweredBy"),
        /// How long the detection took, in milliseconds.
        machine_detection_duration: Option<u32> = optional("MachineDetectionDuration"),
        /// The attestation under which an outbound call went out: A, B or C.
        stir_status: Option<String> = optional("StirStatus"),
        /// How long the call waited in Twilio's queue, in milliseconds.
        queue_time: Option<u32> = optional("QueueTime"),
        /// The recording of the whole call.
        recording_url: Option<Url> = optional("RecordingUrl"),
        /// The recording of the whole call.
        recording_sid: Option<RecordingSid> = optional("RecordingSid"),
        /// The recording's length in seconds.
        recording_duration: Option<u32> = optional("RecordingDuration"),
        /// Why the call failed (<https://www.twilio.com/docs/api/errors>).
        error_code: Option<u32> = optional("ErrorCode"),
        /// The failure in words.
        error_message: Option<Private> = optional("ErrorMessage"),
    }
}

event! {
    /// Answering-machine detection finished in the background
    /// (<https://www.twilio.com/docs/voice/answering-machine-detection#asyncamdstatuscallback>).
    pub struct MachineDetectionEvent {
        /// The call.
        call_sid: CallSid = required("CallSid"),
        /// The account that the call belongs to.
        account_sid: AccountSid = required("AccountSid"),
        /// Who answered.
        answered_by: AnsweredBy = required("AnsweredBy"),
        /// How long the detection took, in milliseconds.
        machine_detection_duration: Option<u32> = optional("MachineDetectionDuration"),
    }
}
