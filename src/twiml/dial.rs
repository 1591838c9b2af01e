//! Connecting the caller to somebody else.

use super::background::Parameter;
use super::element::elements;
use super::values::{
    CallEvent, ConferenceBeep, ConferenceEvent, ConferenceRecord, ConferenceRegion, DialEvents, DialRecord,
    JitterBufferSize, RecordingEvent, RecordingTrack, RingTone, Trim,
};

elements! {
    /// Connects the caller to somebody else.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/dial>
    Dial = "Dial" (optional) {
        attributes {
            /// The URL to ask for TwiML when this ends.
            action: str = "action",
            /// Let the caller hear ringing until the called party answers; `false` by default.
            answer_on_bridge: bool = "answerOnBridge",
            /// The caller ID that the called party sees; the caller's own by default.
            caller_id: str = "callerId",
            /// The events to report.
            events: DialEvents = "events",
            /// Whether the caller may end the dialled leg with `*`; `false` by default.
            hangup_on_star: bool = "hangupOnStar",
            /// The HTTP method; `POST` by default.
            method: str = "method",
            /// Whether and from when to record.
            record: DialRecord = "record",
            /// The id of a recording configuration.
            recording_configuration_id: str = "recordingConfigurationId",
            /// The URL to tell when the recording is ready.
            recording_status_callback: str = "recordingStatusCallback",
            /// Which recording events are told; `completed` by default.
            recording_status_callback_event: [RecordingEvent] = "recordingStatusCallbackEvent",
            /// The HTTP method for `recording_status_callback`.
            recording_status_callback_method: str = "recordingStatusCallbackMethod",
            /// Which side to record; both by default.
            recording_track: RecordingTrack = "recordingTrack",
            /// The HTTP method for `refer_url`.
            refer_method: str = "referMethod",
            /// The URL to ask when the called party sends a SIP REFER.
            refer_url: str = "referUrl",
            /// The country whose ringing tone the caller hears.
            ring_tone: RingTone = "ringTone",
            /// Dial one after the other instead of all at once; `false` by default.
            sequential: bool = "sequential",
            /// The longest call in seconds; 14400 by default.
            time_limit: u32 = "timeLimit",
            /// Seconds to let it ring; 30 by default.
            timeout: u32 = "timeout",
            /// Whether silence at the ends is cut off.
            trim: Trim = "trim",
            /// STIR passports to send along.
            passports: str = "passports",
        }
        children {
            application: Application,
            client: Client,
            conference: Conference,
            number: Number,
            queue: Queue,
            sim: Sim,
            sip: Sip,
            whatsapp: WhatsApp,
        }
    }

    /// A telephone number to dial.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/number>
    Number = "Number" (required) {
        attributes {
            /// The URL to tell the result of asynchronous machine detection.
            amd_status_callback: str = "amdStatusCallback",
            /// The HTTP method for `amd_status_callback`.
            amd_status_callback_method: str = "amdStatusCallbackMethod",
            /// The SID of the trunk (bring your own carrier) to place the call through.
            byoc: str = "byoc",
            /// Whether to tell people from machines: `Enable` or `DetectMessageEnd`.
            machine_detection: str = "machineDetection",
            /// Milliseconds of silence after which the result is `unknown`.
            machine_detection_silence_timeout: u32 = "machineDetectionSilenceTimeout",
            /// Milliseconds of silence that end speech.
            machine_detection_speech_end_threshold: u32 = "machineDetectionSpeechEndThreshold",
            /// Milliseconds of speech that tell a machine.
            machine_detection_speech_threshold: u32 = "machineDetectionSpeechThreshold",
            /// Seconds to detect in; 30 by default.
            machine_detection_timeout: u32 = "machineDetectionTimeout",
            /// The HTTP method; `POST` by default.
            method: str = "method",
            /// Keys to press when the called party answers; `w` waits half a second.
            send_digits: str = "sendDigits",
            /// The URL to tell status changes.
            status_callback: str = "statusCallback",
            /// Which events are told.
            status_callback_event: [CallEvent] = "statusCallbackEvent",
            /// The HTTP method for `status_callback`; `POST` by default.
            status_callback_method: str = "statusCallbackMethod",
            /// The URL to ask for TwiML for the called party before the two are connected.
            url: str = "url",
        }
        children { }
    }

    /// A Voice SDK client to dial.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/client>
    Client = "Client" (maybe) {
        attributes {
            /// The HTTP method; `POST` by default.
            method: str = "method",
            /// The URL to tell status changes.
            status_callback: str = "statusCallback",
            /// Which events are told.
            status_callback_event: [CallEvent] = "statusCallbackEvent",
            /// The HTTP method for `status_callback`; `POST` by default.
            status_callback_method: str = "statusCallbackMethod",
            /// The URL to ask for TwiML for the called party before the two are connected.
            url: str = "url",
        }
        children {
            identity: Identity,
            parameter: Parameter,
        }
    }

    /// A client's identity.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/client>
    Identity = "Identity" (required) {
        attributes { }
        children { }
    }

    /// A SIP address to dial.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/sip>
    Sip = "Sip" (required) {
        attributes {
            /// The URL to tell the result of asynchronous machine detection.
            amd_status_callback: str = "amdStatusCallback",
            /// The HTTP method for `amd_status_callback`.
            amd_status_callback_method: str = "amdStatusCallbackMethod",
            /// Whether to tell people from machines: `Enable` or `DetectMessageEnd`.
            machine_detection: str = "machineDetection",
            /// Milliseconds of silence after which the result is `unknown`.
            machine_detection_silence_timeout: u32 = "machineDetectionSilenceTimeout",
            /// Milliseconds of silence that end speech.
            machine_detection_speech_end_threshold: u32 = "machineDetectionSpeechEndThreshold",
            /// Milliseconds of speech that tell a machine.
            machine_detection_speech_threshold: u32 = "machineDetectionSpeechThreshold",
            /// Seconds to detect in; 30 by default.
            machine_detection_timeout: u32 = "machineDetectionTimeout",
            /// The HTTP method; `POST` by default.
            method: str = "method",
            /// The password for SIP authentication.
            password: str = "password",
            /// The URL to tell status changes.
            status_callback: str = "statusCallback",
            /// Which events are told.
            status_callback_event: [CallEvent] = "statusCallbackEvent",
            /// The HTTP method for `status_callback`; `POST` by default.
            status_callback_method: str = "statusCallbackMethod",
            /// The URL to ask for TwiML for the called party before the two are connected.
            url: str = "url",
            /// The name for SIP authentication.
            username: str = "username",
        }
        children {
            headers: Headers,
            uri: Uri,
        }
    }

    /// One of several SIP addresses.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/sip>
    Uri = "Uri" (required) {
        attributes {
            /// The password for SIP authentication.
            password: str = "password",
            /// The priority, lower first.
            priority: str = "priority",
            /// The name for SIP authentication.
            username: str = "username",
            /// The weight among addresses of one priority.
            weight: str = "weight",
        }
        children { }
    }

    /// SIP headers to send.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/sip>
    Headers = "Headers" (none) {
        attributes { }
        children {
            header: Header,
        }
    }

    /// A SIP header.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/sip>
    Header = "Header" (none) {
        attributes {
            /// The name.
            name: str = "name",
            /// The value.
            value: str = "value",
        }
        children { }
    }

    /// A conference room to join.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/conference>
    Conference = "Conference" (required) {
        attributes {
            /// When a tone is played.
            beep: ConferenceBeep = "beep",
            /// The SID of the call whose participant alone hears this one.
            coach: str = "coach",
            /// End the conference when this participant leaves; `false` by default.
            end_conference_on_exit: bool = "endConferenceOnExit",
            /// The URL to tell conference events (older API versions).
            event_callback_url: str = "eventCallbackUrl",
            /// How much jitter is evened out.
            jitter_buffer_size: JitterBufferSize = "jitterBufferSize",
            /// How many may take part; 250 by default.
            max_participants: u32 = "maxParticipants",
            /// Begin muted; `false` by default.
            muted: bool = "muted",
            /// A unique name for this participant.
            participant_label: str = "participantLabel",
            /// Whether to record the conference.
            record: ConferenceRecord = "record",
            /// The id of a recording configuration.
            recording_configuration_id: str = "recordingConfigurationId",
            /// The URL to tell when the recording is ready.
            recording_status_callback: str = "recordingStatusCallback",
            /// Which recording events are told; `completed` by default.
            recording_status_callback_event: [RecordingEvent] = "recordingStatusCallbackEvent",
            /// The HTTP method for `recording_status_callback`.
            recording_status_callback_method: str = "recordingStatusCallbackMethod",
            /// Where the conference is mixed.
            region: ConferenceRegion = "region",
            /// Whether the conference begins when this participant joins; `true` by default.
            start_conference_on_enter: bool = "startConferenceOnEnter",
            /// The URL to tell status changes.
            status_callback: str = "statusCallback",
            /// Which events are told.
            status_callback_event: [ConferenceEvent] = "statusCallbackEvent",
            /// The HTTP method for `status_callback`; `POST` by default.
            status_callback_method: str = "statusCallbackMethod",
            /// Whether silence at the ends is cut off.
            trim: Trim = "trim",
            /// The HTTP method for `wait_url`.
            wait_method: str = "waitMethod",
            /// The URL of the TwiML or music for who waits.
            wait_url: str = "waitUrl",
        }
        children { }
    }

    /// A queue whose first caller is connected.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/queue>
    Queue = "Queue" (required) {
        attributes {
            /// The HTTP method; `POST` by default.
            method: str = "method",
            /// The activity a worker takes up after the call.
            post_work_activity_sid: str = "postWorkActivitySid",
            /// The SID of a TaskRouter reservation.
            reservation_sid: str = "reservationSid",
            /// The URL to ask for TwiML for the called party before the two are connected.
            url: str = "url",
        }
        children { }
    }

    /// A Super SIM device to dial.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/sim>
    Sim = "Sim" (required) {
        attributes { }
        children { }
    }

    /// A WhatsApp user to call.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/whatsapp>
    WhatsApp = "WhatsApp" (required) {
        attributes {
            /// The HTTP method; `POST` by default.
            method: str = "method",
            /// The URL to tell status changes.
            status_callback: str = "statusCallback",
            /// Which events are told.
            status_callback_event: [CallEvent] = "statusCallbackEvent",
            /// The HTTP method for `status_callback`; `POST` by default.
            status_callback_method: str = "statusCallbackMethod",
            /// The URL to ask for TwiML for the called party before the two are connected.
            url: str = "url",
        }
        children { }
    }

    /// A TwiML application to dial.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/application>
    Application = "Application" (maybe) {
        attributes {
            /// Pass the parent call's `To` on to the application; `false` by default.
            copy_parent_to: bool = "copyParentTo",
            /// The identity of the calling customer.
            customer_id: str = "customerId",
            /// The HTTP method; `POST` by default.
            method: str = "method",
            /// The URL to tell status changes.
            status_callback: str = "statusCallback",
            /// Which events are told.
            status_callback_event: [CallEvent] = "statusCallbackEvent",
            /// The HTTP method for `status_callback`; `POST` by default.
            status_callback_method: str = "statusCallbackMethod",
            /// The URL to ask for TwiML for the called party before the two are connected.
            url: str = "url",
        }
        children {
            application_sid: ApplicationSid,
            parameter: Parameter,
        }
    }

    /// The SID of a TwiML application.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/application>
    ApplicationSid = "ApplicationSid" (required) {
        attributes { }
        children { }
    }
}
