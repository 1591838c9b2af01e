use super::fields::event;
use crate::address::Address;
use crate::id::{AccountSid, CallSid, PhoneNumberSid};
use crate::open::open_enum;
use crate::twilio::outgoing_caller_ids::Outcome;
use crate::twilio::values::CallStatus;

open_enum! {
    /// How the verification of a caller ID went.
    pub enum VerificationStatus {
        /// The right code was typed.
        Success = "success",
        /// Nobody answered, or the wrong code was typed.
        Failed = "failed",
    }
}

event! {
    /// The verification of a caller ID has ended
    /// (<https://www.twilio.com/docs/voice/api/outgoing-caller-ids#statuscallback-parameters>).
    pub struct CallerIdEvent {
        /// The account.
        account_sid: AccountSid = required("AccountSid"),
        /// Whether it succeeded; absent in reports of the call itself.
        verification_status: Option<VerificationStatus> = optional("VerificationStatus"),
        /// The new caller ID.
        outgoing_caller_id_sid: Option<PhoneNumberSid> = optional("OutgoingCallerIdSid"),
        /// Twilio's call to the number.
        call_sid: Option<CallSid> = optional("CallSid"),
        /// Where that call stands.
        call_status: Option<CallStatus> = optional("CallStatus"),
        /// The number that was called.
        to: Option<Address> = optional("To"),
        /// The number on that side under its older name.
        called: Option<Address> = optional("Called"),
    }
}

impl CallerIdEvent {
    /// How the verification ended; `None` when this does not tell.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        match self.verification_status {
            Some(VerificationStatus::Success) => Some(Outcome::Verified { sid: self.outgoing_caller_id_sid }),
            Some(VerificationStatus::Failed) => Some(Outcome::Refused),
            _ => None,
        }
    }
}
