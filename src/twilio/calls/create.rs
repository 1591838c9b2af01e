use crate::Secret;
use crate::address::Address;
use crate::id::{ApplicationSid, ByocTrunkSid};
use crate::parameters::parameters;
use crate::secret::Private;
use crate::twilio::values::{MachineDetection, WebhookUrl};
use crate::twiml::{CallEvent, Method, RecordingChannels, RecordingEvent, RecordingTrack, Trim};

parameters! {
    /// A call to place (<https://www.twilio.com/docs/voice/api/call-resource#create-a-call-resource>). One of `url`,
    /// `twiml` and `application` says what happens when it is answered.
    pub struct NewCall(to: Address = "To", from: Address = "From") {
        /// What is asked for TwiML when it is answered.
        url: into WebhookUrl = "Url",
        /// How it is asked.
        method: set Method = "Method",
        /// The TwiML itself, of up to 4,000 characters.
        twiml: into Private = "Twiml",
        /// The application whose webhooks are used.
        application: set ApplicationSid = "ApplicationSid",
        /// What is asked when the first URL fails.
        fallback_url: into WebhookUrl = "FallbackUrl",
        /// How it is asked.
        fallback_method: set Method = "FallbackMethod",
        /// What is told how the call goes.
        status_callback: into WebhookUrl = "StatusCallback",
        /// Adds an event to tell of; only the end by default.
        status_callback_event: many CallEvent = "StatusCallbackEvent",
        /// How it is told.
        status_callback_method: set Method = "StatusCallbackMethod",
        /// Keys to press once it is answered: digits, `#`, `*`, `w` for half a second and `W` for a whole one.
        send_digits: into Private = "SendDigits",
        /// How long it rings, in seconds: up to 600, 60 by default.
        timeout: set u32 = "Timeout",
        /// Whether the call is recorded.
        record: set bool = "Record",
        /// How many channels the recording has.
        recording_channels: set RecordingChannels = "RecordingChannels",
        /// What is told of the recording.
        recording_status_callback: into WebhookUrl = "RecordingStatusCallback",
        /// How it is told.
        recording_status_callback_method: set Method = "RecordingStatusCallbackMethod",
        /// Adds an event to tell of; only the completed recording by default.
        recording_status_callback_event: many RecordingEvent = "RecordingStatusCallbackEvent",
        /// Which side is recorded.
        recording_track: set RecordingTrack = "RecordingTrack",
        /// Whether silence at the recording's ends is cut away.
        trim: set Trim = "Trim",
        /// The user name for a SIP endpoint.
        sip_auth_username: into String = "SipAuthUsername",
        /// The password for a SIP endpoint.
        sip_auth_password: into Secret = "SipAuthPassword",
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
        /// Whether the call goes on while it is found out who answered.
        async_amd: set bool = "AsyncAmd",
        /// What is told who answered.
        async_amd_status_callback: into WebhookUrl = "AsyncAmdStatusCallback",
        /// How it is told.
        async_amd_status_callback_method: set Method = "AsyncAmdStatusCallbackMethod",
        /// The caller ID shown to a SIP endpoint.
        caller_id: into Address = "CallerId",
        /// The bring-your-own-carrier trunk to use.
        byoc: set ByocTrunkSid = "Byoc",
        /// Why you call, shown to the callee where branded calling is on: up to 50 characters.
        call_reason: into Private = "CallReason",
        /// The token of an incoming call that is forwarded, which lets its caller ID be shown.
        call_token: into Secret = "CallToken",
        /// The longest the call may be, in seconds: up to 86,400, 14,400 by default.
        time_limit: set u32 = "TimeLimit",
        /// What a Voice SDK client is told by push notification.
        client_notification_url: into WebhookUrl = "ClientNotificationUrl",
    }
}
