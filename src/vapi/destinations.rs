//! Where calls are handed on to.

use super::assistants::SummaryPlan;
use super::values::{AssistantId, Opaque, SquadId};
use crate::object::object;
use crate::open::open_enum;
use crate::phone::E164;
use crate::secret::Private;

object! {
    /// Where a call is handed on to (<https://docs.vapi.ai/call-forwarding>): a number, a SIP address or an assistant.
    pub struct TransferDestination {
        /// The assistant that takes over.
        assistant_id: AssistantId,
        /// The assistant that takes over, by what it is called.
        assistant_name: String,
        /// Whom the called see as the caller; whoever called by default.
        caller_id: Private,
        /// What the next assistant gets to know.
        context_engineering_plan: Opaque,
        /// When it is the right one: what the model chooses by.
        description: String,
        /// What is dialled once the call is answered.
        extension: Private,
        /// What is said before.
        message: Opaque,
        /// The number.
        number: Private,
        /// Whether the number has to be in E.164; it has to by default.
        number_e164_check_enabled: bool,
        /// Headers of the SIP request.
        sip_headers: Opaque,
        /// The SIP address.
        sip_uri: Private,
        /// The squad that takes over.
        squad_id: SquadId,
        /// What the next assistant gets to know.
        transfer_mode: String,
        /// How it is handed on.
        transfer_plan: TransferPlan,
        /// What kind it is.
        r#type: DestinationType,
        /// What is remembered of the talk so far.
        variable_extraction_plan: Opaque,
    }
}

impl TransferDestination {
    /// A number.
    #[must_use]
    pub fn number(number: &E164) -> Self {
        Self { r#type: Some(DestinationType::Number), number: Some(number.as_str().into()), ..Self::default() }
    }

    /// A SIP address, `sip:desk@example.com`.
    #[must_use]
    pub fn sip(uri: impl Into<Private>) -> Self {
        Self { r#type: Some(DestinationType::Sip), sip_uri: Some(uri.into()), ..Self::default() }
    }

    /// Another assistant of the squad, by what it is called.
    #[must_use]
    pub fn assistant(name: impl Into<String>) -> Self {
        Self { r#type: Some(DestinationType::Assistant), assistant_name: Some(name.into()), ..Self::default() }
    }

    /// When it is the right one: what the model chooses by.
    #[must_use]
    pub fn described(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }
}

open_enum! {
    /// What kind of destination it is.
    pub enum DestinationType {
        /// A phone number.
        Number = "number",
        /// A SIP address.
        Sip = "sip",
        /// An assistant.
        Assistant = "assistant",
        /// A squad.
        Squad = "squad",
        /// Whatever a server answers.
        Dynamic = "dynamic",
    }
}

object! {
    /// How a call is handed on.
    pub struct TransferPlan {
        /// What the called get to know.
        context_engineering_plan: Opaque,
        /// How long the called may take to answer, 1 to 600 seconds; 60 by default.
        dial_timeout: f64,
        /// What is done when nobody takes it.
        fallback_plan: TransferFallbackPlan,
        /// What the customer hears meanwhile, a URL.
        hold_audio_url: String,
        /// What the called are told.
        message: Opaque,
        /// In which way.
        mode: TransferPlanMode,
        /// Whether the headers are in SIP's `Refer-To` as well.
        sip_headers_in_refer_to_enabled: bool,
        /// How a SIP call is handed on: `refer`, `bye` or `dial`.
        sip_verb: String,
        /// How the called's summary is made.
        summary_plan: SummaryPlan,
        /// How long the called may take to speak, 1 to 600 seconds; 60 by default.
        timeout: f64,
        /// What is heard when the two are connected, a URL.
        transfer_complete_audio_url: String,
        /// What the called's leg does first; in the mode for it.
        twiml: Private,
    }
}

object! {
    /// What is done when nobody takes a call that is handed on.
    pub struct TransferFallbackPlan {
        /// Whether the call is ended after the message; it is by default.
        end_call_enabled: bool,
        /// What the customer is told.
        message: Opaque,
    }
}

open_enum! {
    /// In which way a call is handed on.
    pub enum TransferPlanMode {
        /// At once, and nothing is said.
        Blind = "blind-transfer",
        /// At once, with a summary in a SIP header.
        BlindWithSummaryInHeader = "blind-transfer-add-summary-to-sip-header",
        /// The called are told something first.
        SayMessage = "warm-transfer-say-message",
        /// They are told a summary first.
        SaySummary = "warm-transfer-say-summary",
        /// Their leg follows TwiML first.
        Twiml = "warm-transfer-twiml",
        /// When they have spoken they are told something.
        WaitAndSayMessage = "warm-transfer-wait-for-operator-to-speak-first-and-then-say-message",
        /// When they have spoken they are told a summary.
        WaitAndSaySummary = "warm-transfer-wait-for-operator-to-speak-first-and-then-say-summary",
        /// The customer holds until somebody who is no machine has answered.
        Experimental = "warm-transfer-experimental",
    }
}
