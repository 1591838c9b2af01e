use chrono::{DateTime, Utc};

use super::artifact::{Analysis, Artifact, CallMessage};
use super::cost::{Cost, CostBreakdown};
use super::create::{Customer, SchedulePlan, SubscriptionLimits};
use crate::object::object;
use crate::open::open_enum;
use crate::secret::Private;
use crate::vapi::assistants::{ArtifactPlan, Assistant, AssistantOverrides};
use crate::vapi::destinations::TransferDestination;
use crate::vapi::ended_reason::EndedReason;
use crate::vapi::page::listed;
use crate::vapi::phone_numbers::TransientPhoneNumber;
use crate::vapi::squads::Squad;
use crate::vapi::values::{AssistantId, CallId, Opaque, PhoneNumberId, SquadId};

object! {
    /// A call (<https://docs.vapi.ai/api-reference/calls/get>).
    pub struct Call {
        /// What was made of it.
        analysis: Analysis,
        /// What is kept of it.
        artifact: Artifact,
        /// What is to be kept of it.
        artifact_plan: ArtifactPlan,
        /// An assistant of this call alone.
        assistant: Box<Assistant>,
        /// The assistant.
        assistant_id: AssistantId,
        /// What is different of the assistant.
        assistant_overrides: Box<AssistantOverrides>,
        /// Which version of the assistant, `v3`.
        assistant_version: String,
        /// The campaign it belongs to.
        campaign_id: String,
        /// Whether the customer has agreed to what the law asks for.
        compliance: Compliance,
        /// What it costs, in dollars.
        cost: f64,
        /// What that is made up of.
        cost_breakdown: CostBreakdown,
        /// What each part of it costs.
        costs: Vec<Cost>,
        /// When it was made.
        created_at: DateTime<Utc>,
        /// Who called or was called.
        customer: Customer,
        /// Who called or was called, of those that Vapi has.
        customer_id: String,
        /// Where it was handed on to.
        destination: TransferDestination,
        /// When it ended.
        ended_at: DateTime<Utc>,
        /// More about why it ended.
        ended_message: Private,
        /// Why it ended.
        ended_reason: EndedReason,
        /// Its name.
        id: CallId,
        /// What was said.
        messages: Vec<CallMessage>,
        /// How to listen in and take over.
        monitor: Monitor,
        /// What it is called.
        name: Private,
        /// Whose it is.
        org_id: String,
        /// Its carrier.
        phone_call_provider: CallProvider,
        /// What the carrier knows it by: a SID of Twilio's.
        phone_call_provider_id: String,
        /// By which network it came.
        phone_call_transport: PhoneCallTransport,
        /// A number of this call alone.
        phone_number: Box<TransientPhoneNumber>,
        /// The number it came from or to.
        phone_number_id: PhoneNumberId,
        /// When it was to be placed.
        schedule_plan: SchedulePlan,
        /// A squad of this call alone.
        squad: Box<Squad>,
        /// The squad.
        squad_id: SquadId,
        /// What is different of all the squad's members.
        squad_overrides: Box<AssistantOverrides>,
        /// When it began.
        started_at: DateTime<Utc>,
        /// What has become of it.
        status: CallStatus,
        /// How many more calls there may be; of one that was placed just now.
        subscription_limits: SubscriptionLimits,
        /// By which means it was placed.
        transport: CallTransport,
        /// What kind it is.
        r#type: CallType,
        /// When it was last changed.
        updated_at: DateTime<Utc>,
        /// A workflow of this call alone.
        workflow: Opaque,
        /// The workflow.
        workflow_id: String,
        /// What is different of the workflow.
        workflow_overrides: Opaque,
    }
}

listed!(Call);

open_enum! {
    /// What kind of call it is.
    pub enum CallType {
        /// Somebody called.
        InboundPhoneCall = "inboundPhoneCall",
        /// Somebody was called.
        OutboundPhoneCall = "outboundPhoneCall",
        /// From a browser or an app.
        WebCall = "webCall",
        /// Over a socket of the host's.
        WebsocketCall = "vapi.websocketCall",
    }
}

open_enum! {
    /// What has become of a call.
    pub enum CallStatus {
        /// It will be placed later.
        Scheduled = "scheduled",
        /// It will be placed soon.
        Queued = "queued",
        /// It rings.
        Ringing = "ringing",
        /// They talk.
        InProgress = "in-progress",
        /// It is being handed on.
        Forwarding = "forwarding",
        /// It is over.
        Ended = "ended",
        /// There is no such call.
        NotFound = "not-found",
        /// It was to be deleted and could not be.
        DeletionFailed = "deletion-failed",
    }
}

open_enum! {
    /// The carrier of a call.
    pub enum CallProvider {
        /// Twilio.
        Twilio = "twilio",
        /// Vonage.
        Vonage = "vonage",
        /// Vapi itself.
        Vapi = "vapi",
        /// Telnyx.
        Telnyx = "telnyx",
    }
}

open_enum! {
    /// By which network a call comes.
    pub enum PhoneCallTransport {
        /// The internet.
        Sip = "sip",
        /// The telephone network.
        Pstn = "pstn",
    }
}

object! {
    /// By which means a call is placed.
    pub struct CallTransport {
        /// The account at Twilio.
        account_sid: String,
        /// How its sound is coded; of a socket.
        audio_format: Opaque,
        /// What Telnyx controls it by.
        call_control_id: String,
        /// One side of it, at Telnyx.
        call_leg_id: String,
        /// All sides of it, at Telnyx.
        call_session_id: String,
        /// The call at Twilio, or at Vapi's own carrier.
        call_sid: String,
        /// Where to join it by SIP.
        call_sip_uri: Private,
        /// What Twilio controls it by.
        call_token: Private,
        /// Where to join it in a browser.
        call_url: Private,
        /// The call at Vonage.
        call_uuid = "callUUID": String,
        /// `voice`.
        conversation_type: String,
        /// The conversation at Vonage.
        conversation_uuid = "conversationUUID": String,
        /// How long it rings, 1 to 600 seconds; 60 by default.
        dial_timeout: f64,
        /// The number it was forwarded from.
        forwarded_from: Private,
        /// Whose: `twilio`, `vonage`, `telnyx`, `vapi.sip`, `vapi.websocket`, `daily`.
        provider: String,
        /// Whether the room is closed when the customer leaves.
        room_delete_on_user_leave_enabled: bool,
        /// The call at Vapi's border.
        sbc_call_sid: String,
    }
}

object! {
    /// How to listen in and take over. Whoever has the addresses can.
    pub struct Monitor {
        /// Where to take over.
        control_url: Private,
        /// Where to listen.
        listen_url: Private,
        /// What monitors say of it.
        monitors: Vec<MonitorResult>,
    }
}

object! {
    /// What a monitor says of a call.
    pub struct MonitorResult {
        /// Whether it is one that the monitor looks at.
        filter_passed: bool,
        /// Which monitor.
        monitor_id: String,
    }
}

object! {
    /// Whether the customer has agreed to what the law asks for.
    pub struct Compliance {
        /// To being recorded.
        recording_consent: RecordingConsent,
    }
}

object! {
    /// Whether the customer has agreed to being recorded.
    pub struct RecordingConsent {
        /// When; absent when they have not.
        granted_at: DateTime<Utc>,
        /// How: by staying on the line, `stay-on-line`, or in words, `verbal`.
        r#type: String,
    }
}
