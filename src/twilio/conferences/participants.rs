use chrono::{DateTime, Utc};

use super::below;
use crate::address::Address;
use crate::id::{AccountSid, ByocTrunkSid, CallSid, ConferenceSid};
use crate::open::open_enum;
use crate::parameters::parameters;
use crate::secret::Private;
use crate::twilio::page::{Listing, Paged};
use crate::twilio::resource::resource;
use crate::twilio::values::{MachineDetection, WebhookUrl};
use crate::twilio::{Client, Request};
use crate::twiml::{
    CallEvent, ConferenceBeep, ConferenceEvent, ConferenceRecord, JitterBufferSize, Method, RecordingChannels,
    RecordingEvent, RecordingTrack, Trim,
};
use crate::{Error, Secret};

open_enum! {
    /// Where a participant stands.
    pub enum ParticipantStatus {
        /// Waiting to be called.
        Queued = "queued",
        /// Being called.
        Connecting = "connecting",
        /// Ringing.
        Ringing = "ringing",
        /// In the conference.
        Connected = "connected",
        /// Left.
        Complete = "complete",
        /// Could not be reached.
        Failed = "failed",
    }
}

parameters! {
    /// Somebody to call into a conference
    /// (<https://www.twilio.com/docs/voice/api/conference-participant-resource#create-a-participant>).
    pub struct NewParticipant(from: Address = "From", to: Address = "To") {
        /// What is told how the call goes.
        status_callback: into WebhookUrl = "StatusCallback",
        /// How it is told.
        status_callback_method: set Method = "StatusCallbackMethod",
        /// Adds an event to tell of; only the end by default.
        status_callback_event: many CallEvent = "StatusCallbackEvent",
        /// A name to address the participant by, unique in the conference.
        label: into String = "Label",
        /// How long it rings, in seconds: 5 to 600, 60 by default.
        timeout: set u32 = "Timeout",
        /// Whether the participant is recorded.
        record: set bool = "Record",
        /// Whether the participant comes in muted.
        muted: set bool = "Muted",
        /// When a beep is heard.
        beep: set ConferenceBeep = "Beep",
        /// Whether the conference begins when the participant comes in.
        start_conference_on_enter: set bool = "StartConferenceOnEnter",
        /// Whether the conference ends when the participant leaves.
        end_conference_on_exit: set bool = "EndConferenceOnExit",
        /// What is played until the conference begins.
        wait_url: into WebhookUrl = "WaitUrl",
        /// How it is asked.
        wait_method: set Method = "WaitMethod",
        /// Whether ringing and announcements of the network are heard in the conference.
        early_media: set bool = "EarlyMedia",
        /// How many may take part: 2 to 250.
        max_participants: set u32 = "MaxParticipants",
        /// Whether the conference is recorded.
        conference_record: set ConferenceRecord = "ConferenceRecord",
        /// Whether silence at the ends of the conference's recording is cut away.
        conference_trim: set Trim = "ConferenceTrim",
        /// What is told how the conference goes.
        conference_status_callback: into WebhookUrl = "ConferenceStatusCallback",
        /// How it is told.
        conference_status_callback_method: set Method = "ConferenceStatusCallbackMethod",
        /// Adds an event of the conference to tell of.
        conference_status_callback_event: many ConferenceEvent = "ConferenceStatusCallbackEvent",
        /// How many channels the participant's recording has.
        recording_channels: set RecordingChannels = "RecordingChannels",
        /// What is told of the participant's recording.
        recording_status_callback: into WebhookUrl = "RecordingStatusCallback",
        /// How it is told.
        recording_status_callback_method: set Method = "RecordingStatusCallbackMethod",
        /// Adds an event of the participant's recording to tell of.
        recording_status_callback_event: many RecordingEvent = "RecordingStatusCallbackEvent",
        /// The user name for a SIP endpoint.
        sip_auth_username: into String = "SipAuthUsername",
        /// The password for a SIP endpoint.
        sip_auth_password: into Secret = "SipAuthPassword",
        /// Where the conference is mixed, such as `us1`.
        region: into String = "Region",
        /// What is told of the conference's recording.
        conference_recording_status_callback: into WebhookUrl = "ConferenceRecordingStatusCallback",
        /// How it is told.
        conference_recording_status_callback_method: set Method = "ConferenceRecordingStatusCallbackMethod",
        /// Adds an event of the conference's recording to tell of.
        conference_recording_status_callback_event: many RecordingEvent = "ConferenceRecordingStatusCallbackEvent",
        /// Whether the participant coaches another, heard by that one only.
        coaching: set bool = "Coaching",
        /// Who is coached.
        call_sid_to_coach: set CallSid = "CallSidToCoach",
        /// How much jitter is smoothed.
        jitter_buffer_size: set JitterBufferSize = "JitterBufferSize",
        /// The bring-your-own-carrier trunk to use.
        byoc: set ByocTrunkSid = "Byoc",
        /// The caller ID shown.
        caller_id: into Address = "CallerId",
        /// Why you call, shown where branded calling is on: up to 50 characters.
        call_reason: into Private = "CallReason",
        /// Which side of the participant is recorded.
        recording_track: set RecordingTrack = "RecordingTrack",
        /// The longest the call may be, in seconds.
        time_limit: set u32 = "TimeLimit",
        /// Whether an answering machine is looked for.
        machine_detection: set MachineDetection = "MachineDetection",
        /// How long it is looked for, in seconds: 3 to 59, 30 by default.
        machine_detection_timeout: set u32 = "MachineDetectionTimeout",
        /// How long a greeting makes a machine, in milliseconds: 1,000 to 6,000, 2,400 by default.
        machine_detection_speech_threshold: set u32 = "MachineDetectionSpeechThreshold",
        /// How much silence ends a greeting, in milliseconds: 500 to 5,000, 1,200 by default.
        machine_detection_speech_end_threshold: set u32 = "MachineDetectionSpeechEndThreshold",
        /// How much silence at first leaves it unknown, in milliseconds: 2,000 to 10,000, 5,000 by default.
        machine_detection_silence_timeout: set u32 = "MachineDetectionSilenceTimeout",
        /// What is told who answered.
        amd_status_callback: into WebhookUrl = "AmdStatusCallback",
        /// How it is told.
        amd_status_callback_method: set Method = "AmdStatusCallbackMethod",
        /// Whether silence at the ends of the participant's recording is cut away.
        trim: set Trim = "Trim",
        /// The token of an incoming call that is forwarded, which lets its caller ID be shown.
        call_token: into Secret = "CallToken",
        /// What a Voice SDK client is told by push notification.
        client_notification_url: into WebhookUrl = "ClientNotificationUrl",
        /// The name shown with the caller ID.
        caller_display_name: into Private = "CallerDisplayName",
    }
}

parameters! {
    /// What to change in a participant.
    pub struct UpdateParticipant() {
        /// Whether the others hear the participant.
        muted: set bool = "Muted",
        /// Whether the participant is on hold.
        hold: set bool = "Hold",
        /// What is played on hold.
        hold_url: into WebhookUrl = "HoldUrl",
        /// How it is asked.
        hold_method: set Method = "HoldMethod",
        /// What is asked for an announcement to the participant.
        announce_url: into WebhookUrl = "AnnounceUrl",
        /// How it is asked.
        announce_method: set Method = "AnnounceMethod",
        /// What is played until the conference begins.
        wait_url: into WebhookUrl = "WaitUrl",
        /// How it is asked.
        wait_method: set Method = "WaitMethod",
        /// Whether a beep is heard when the participant leaves.
        beep_on_exit: set bool = "BeepOnExit",
        /// Whether the conference ends when the participant leaves.
        end_conference_on_exit: set bool = "EndConferenceOnExit",
        /// Whether the participant coaches another, heard by that one only.
        coaching: set bool = "Coaching",
        /// Who is coached.
        call_sid_to_coach: set CallSid = "CallSidToCoach",
    }
}

parameters! {
    /// Which participants to list.
    pub struct ListParticipants() {
        /// Muted ones only, or those that are not.
        muted: set bool = "Muted",
        /// Those on hold only, or those that are not.
        hold: set bool = "Hold",
        /// Coaching ones only, or those that do not.
        coaching: set bool = "Coaching",
        /// How many to fetch at a time: 1 to 1,000, 50 by default.
        page_size: set u32 = "PageSize",
    }
}

resource! {
    /// Somebody in a conference.
    pub struct Participant {
        /// The participant's call.
        call_sid: CallSid,
        /// The account.
        account_sid: AccountSid,
        /// The conference.
        conference_sid: ConferenceSid,
        /// The name to address the participant by.
        label: String,
        /// Where the participant stands.
        status: ParticipantStatus,
        /// Whether the others hear the participant.
        muted: bool,
        /// Whether the participant is on hold.
        hold: bool,
        /// Whether the participant coaches another.
        coaching: bool,
        /// Who is coached.
        call_sid_to_coach: CallSid,
        /// Whether the conference began when the participant came in.
        start_conference_on_enter: bool,
        /// Whether the conference ends when the participant leaves.
        end_conference_on_exit: bool,
        /// How long the call waited to be placed, in milliseconds, as Twilio writes it.
        queue_time: String,
        /// When the participant was added.
        date_created: DateTime<Utc>,
        /// When the participant was changed last.
        date_updated: DateTime<Utc>,
        /// The path at Twilio.
        uri: String,
    }
}

impl Paged for Participant {
    const KEY: &'static str = "participants";
    const WHAT: &'static str = "listing participants";
}

/// The participants of one conference, known by their calls.
#[derive(Debug, Clone, Copy)]
pub struct Participants<'a>(&'a Client, ConferenceSid);

impl<'a> Participants<'a> {
    pub(super) fn new(client: &'a Client, conference: ConferenceSid) -> Self {
        Self(client, conference)
    }

    fn all(&self) -> String {
        below(&self.1, "Participants.json")
    }

    fn one(&self, call: &CallSid) -> String {
        below(&self.1, &format!("Participants/{call}.json"))
    }

    /// Calls somebody into the conference. Never called twice by this crate: what is ambiguous is returned as such.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when Twilio refuses it; [`Error::is_outcome_unknown`] when it may be ringing.
    pub async fn create(&self, participant: &NewParticipant) -> Result<Participant, Error> {
        self.0.request(Request::create("adding a participant", self.all()).with_form(&participant.fields)).await
    }

    /// Reads a participant.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the call is not in the conference.
    pub async fn fetch(&self, call: &CallSid) -> Result<Participant, Error> {
        self.0.request(Request::get("fetching a participant", self.one(call))).await
    }

    /// Changes a participant. An announcement is not sent again after a lost answer.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the call is not in the conference.
    pub async fn update(&self, call: &CallSid, changes: &UpdateParticipant) -> Result<Participant, Error> {
        let once = changes.fields.get("AnnounceUrl").is_some();
        let new = if once { Request::create } else { Request::update };
        self.0.request(new("updating a participant", self.one(call)).with_form(&changes.fields)).await
    }

    /// Takes a participant out, which ends that call unless its TwiML goes on.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the call is not in the conference.
    pub async fn remove(&self, call: &CallSid) -> Result<(), Error> {
        self.0.execute(Request::delete("removing a participant", self.one(call))).await
    }

    /// Lists the participants.
    pub fn list(&self, filter: &ListParticipants) -> Listing<Participant> {
        Listing::new(self.0.clone(), Request::get(Participant::WHAT, self.all()).with_filter(&filter.fields))
    }
}
