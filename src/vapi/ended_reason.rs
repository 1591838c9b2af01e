use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a call ended (<https://docs.vapi.ai/calls/call-ended-reason>): one of some six hundred words, and there are new
/// ones all the time. [`class`](Self::class) says what it comes to.
///
/// ```
/// use frontdesk::vapi::{EndedClass, EndedReason};
///
/// let reason = EndedReason::from("call.in-progress.error-providerfault-openai-503-server-overloaded-error");
/// assert_eq!(reason.class(), EndedClass::PipelineError);
/// assert!(reason.class().is_fault());
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EndedReason(Box<str>);

/// What the end of a call comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum EndedClass {
    /// The customer hung up.
    CustomerEnded,
    /// The assistant did, as it was told to.
    AssistantEnded,
    /// The carrier says that it is over, and not who hung up.
    Completed,
    /// The call was handed on.
    Forwarded,
    /// It was to be handed on, and nobody took it.
    TransferFailed,
    /// A machine answered.
    Voicemail,
    /// Nobody answered.
    NoAnswer,
    /// The line was busy.
    Busy,
    /// Nobody was heard for too long, or at all.
    SilenceTimedOut,
    /// It took as long as a call may.
    MaxDuration,
    /// Somebody took it back.
    Cancelled,
    /// It was not let through: by Vapi, for a limit, a bill or suspicion, or by the carrier.
    Rejected,
    /// There is no usable assistant: it is missing or wrong, or whoever was asked for one did not give one.
    AssistantFault,
    /// A model, voice or transcriber failed.
    PipelineError,
    /// The carrier or the connection to it failed.
    TransportError,
    /// Vapi itself failed.
    PlatformFault,
    /// A word that this version does not know.
    Unknown,
}

/// What reasons begin with; the first that fits counts.
const BEGINNINGS: &[(&str, EndedClass)] = &[
    ("customer-ended-call", EndedClass::CustomerEnded),
    ("call.ringing.sip-inbound-caller-hungup", EndedClass::CustomerEnded),
    ("customer-did-not-answer", EndedClass::NoAnswer),
    ("customer-busy", EndedClass::Busy),
    ("customer-did-not-give-microphone-permission", EndedClass::SilenceTimedOut),
    ("silence-timed-out", EndedClass::SilenceTimedOut),
    ("voicemail", EndedClass::Voicemail),
    ("exceeded-max-duration", EndedClass::MaxDuration),
    ("manually-canceled", EndedClass::Cancelled),
    ("scheduled-call-deleted", EndedClass::Cancelled),
    ("call-deleted", EndedClass::Cancelled),
    ("assistant-ended-call", EndedClass::AssistantEnded),
    ("assistant-said-end-call-phrase", EndedClass::AssistantEnded),
    ("assistant-forwarded-call", EndedClass::Forwarded),
    ("assistant-request-returned-forwarding-phone-number", EndedClass::Forwarded),
    ("assistant-join-timed-out", EndedClass::PlatformFault),
    ("assistant-", EndedClass::AssistantFault),
    ("call.ringing.hook-executed-transfer", EndedClass::Forwarded),
    ("call.ending.hook-executed-transfer", EndedClass::Forwarded),
    ("call.ringing.hook-executed-", EndedClass::AssistantEnded),
    ("call.ending.hook-executed-", EndedClass::AssistantEnded),
    ("call.ringing.error-", EndedClass::TransportError),
    ("call.forwarding.", EndedClass::TransferFailed),
    ("call-start-error-", EndedClass::AssistantFault),
    ("call.start.assistant-", EndedClass::AssistantFault),
    ("call.start.error-vapifault-", EndedClass::PlatformFault),
    ("call.start.error-get-transport", EndedClass::TransportError),
    ("call.start.error-get-", EndedClass::AssistantFault),
    ("call.start.error-", EndedClass::Rejected),
    ("call.in-progress.twilio-completed", EndedClass::Completed),
    ("call.in-progress.sip-completed", EndedClass::Completed),
    ("vonage-completed", EndedClass::Completed),
    ("vonage-rejected", EndedClass::Rejected),
    ("vonage-", EndedClass::TransportError),
    ("twilio-reported-customer-misdialed", EndedClass::Rejected),
    ("twilio-", EndedClass::TransportError),
    ("phone-call-provider-", EndedClass::TransportError),
    ("pipeline-", EndedClass::PipelineError),
    ("worker-", EndedClass::PlatformFault),
    // Words of earlier years, which old calls still carry.
    ("server-shutdown", EndedClass::PlatformFault),
    ("no-server-available", EndedClass::PlatformFault),
    ("db-error", EndedClass::PlatformFault),
];

/// What follows [`IN_PROGRESS`], and whose fault it is said to be.
const FAILURES: &[(&str, EndedClass)] = &[
    ("transfer-failed", EndedClass::TransferFailed),
    ("warm-transfer-", EndedClass::TransferFailed),
    ("assistant-did-not-receive-customer-audio", EndedClass::SilenceTimedOut),
    ("outbound-sip-403", EndedClass::Rejected),
    ("outbound-sip-407", EndedClass::Rejected),
    ("outbound-sip-408", EndedClass::NoAnswer),
    ("outbound-sip-480", EndedClass::NoAnswer),
    ("outbound-sip-486", EndedClass::Busy),
    ("outbound-sip-", EndedClass::TransportError),
    ("sip-", EndedClass::TransportError),
    ("transport-", EndedClass::TransportError),
    ("call-started-but-connection-to-transport-missing", EndedClass::TransportError),
    ("worker-", EndedClass::PlatformFault),
    ("pipeline-", EndedClass::PipelineError),
];

/// What reasons begin with that are failures during a call.
const IN_PROGRESS: &str = "call.in-progress.error-";

fn first(table: &[(&str, EndedClass)], text: &str) -> Option<EndedClass> {
    table.iter().find(|(beginning, _)| text.starts_with(beginning)).map(|(_, class)| *class)
}

impl EndedReason {
    /// The word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What it comes to.
    #[must_use]
    pub fn class(&self) -> EndedClass {
        let Some(failure) = self.0.strip_prefix(IN_PROGRESS) else {
            return first(BEGINNINGS, &self.0).unwrap_or(EndedClass::Unknown);
        };
        let faults = ["vapifault-", "providerfault-"];
        match faults.iter().find_map(|fault| failure.strip_prefix(fault)) {
            // With a name of a model, voice or transcriber, of which there are ever more.
            Some(failure) => first(FAILURES, failure).unwrap_or(EndedClass::PipelineError),
            None => first(FAILURES, failure).unwrap_or(EndedClass::Unknown),
        }
    }
}

impl EndedClass {
    /// Whether something failed that should have worked: nobody is to blame on the line.
    #[must_use]
    pub fn is_fault(self) -> bool {
        matches!(self, Self::AssistantFault | Self::PipelineError | Self::TransportError | Self::PlatformFault)
    }

    /// Whether nobody was spoken to, since nobody took the call.
    #[must_use]
    pub fn is_unanswered(self) -> bool {
        matches!(self, Self::Voicemail | Self::NoAnswer | Self::Busy)
    }
}

impl From<&str> for EndedReason {
    fn from(word: &str) -> Self {
        Self(word.into())
    }
}

impl From<String> for EndedReason {
    fn from(word: String) -> Self {
        Self(word.into())
    }
}

impl AsRef<str> for EndedReason {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EndedReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for EndedReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_end_is_told_apart() {
        use super::EndedClass as Class;

        for (word, class) in [
            ("customer-ended-call", Class::CustomerEnded),
            ("customer-ended-call-during-transfer", Class::CustomerEnded),
            ("customer-ended-call-before-warm-transfer", Class::CustomerEnded),
            ("call.ringing.sip-inbound-caller-hungup-before-call-connect", Class::CustomerEnded),
            ("assistant-ended-call", Class::AssistantEnded),
            ("assistant-ended-call-with-hangup-task", Class::AssistantEnded),
            ("assistant-said-end-call-phrase", Class::AssistantEnded),
            ("call.ringing.hook-executed-say", Class::AssistantEnded),
            ("call.ending.hook-executed-say", Class::AssistantEnded),
            ("vonage-completed", Class::Completed),
            ("call.in-progress.twilio-completed-call", Class::Completed),
            ("call.in-progress.sip-completed-call", Class::Completed),
            ("assistant-forwarded-call", Class::Forwarded),
            ("assistant-request-returned-forwarding-phone-number", Class::Forwarded),
            ("call.ringing.hook-executed-transfer", Class::Forwarded),
            ("call.ending.hook-executed-transfer", Class::Forwarded),
            ("call.forwarding.operator-busy", Class::TransferFailed),
            ("call.forwarding.no-answer", Class::TransferFailed),
            ("call.in-progress.error-transfer-failed", Class::TransferFailed),
            ("call.in-progress.error-warm-transfer-max-duration", Class::TransferFailed),
            ("voicemail", Class::Voicemail),
            ("customer-did-not-answer", Class::NoAnswer),
            ("call.in-progress.error-providerfault-outbound-sip-408-request-timeout", Class::NoAnswer),
            ("call.in-progress.error-providerfault-outbound-sip-480-temporarily-unavailable", Class::NoAnswer),
            ("customer-busy", Class::Busy),
            ("silence-timed-out", Class::SilenceTimedOut),
            ("customer-did-not-give-microphone-permission", Class::SilenceTimedOut),
            ("call.in-progress.error-assistant-did-not-receive-customer-audio", Class::SilenceTimedOut),
            ("exceeded-max-duration", Class::MaxDuration),
            ("manually-canceled", Class::Cancelled),
            ("scheduled-call-deleted", Class::Cancelled),
            ("call-deleted", Class::Cancelled),
            ("call.start.error-subscription-frozen", Class::Rejected),
            ("call.start.error-fraud-check-failed", Class::Rejected),
            ("call.start.error-vapi-number-international", Class::Rejected),
            ("vonage-rejected", Class::Rejected),
            ("twilio-reported-customer-misdialed", Class::Rejected),
            ("call.in-progress.error-providerfault-outbound-sip-403-forbidden", Class::Rejected),
            ("assistant-not-found", Class::AssistantFault),
            ("assistant-not-valid", Class::AssistantFault),
            ("assistant-request-failed", Class::AssistantFault),
            ("assistant-request-returned-no-assistant", Class::AssistantFault),
            ("assistant-error", Class::AssistantFault),
            ("call-start-error-neither-assistant-nor-server-set", Class::AssistantFault),
            ("call.start.error-get-assistant", Class::AssistantFault),
            ("call.start.assistant-version-error-validation", Class::AssistantFault),
            ("pipeline-error-openai-llm-failed", Class::PipelineError),
            ("pipeline-no-available-llm-model", Class::PipelineError),
            ("call.in-progress.error-pipeline-no-available-llm-model", Class::PipelineError),
            ("call.in-progress.error-vapifault-deepgram-transcriber-failed", Class::PipelineError),
            ("call.in-progress.error-providerfault-openai-503-server-overloaded-error", Class::PipelineError),
            ("call.in-progress.error-vapifault-chat-pipeline-failed-to-start", Class::PipelineError),
            ("twilio-failed-to-connect-call", Class::TransportError),
            ("vonage-disconnected", Class::TransportError),
            ("phone-call-provider-closed-websocket", Class::TransportError),
            ("call.ringing.error-sip-inbound-call-failed-to-connect", Class::TransportError),
            ("call.in-progress.error-sip-outbound-call-failed-to-connect", Class::TransportError),
            ("call.in-progress.error-vapifault-transport-never-connected", Class::TransportError),
            ("call.in-progress.error-providerfault-outbound-sip-503-service-unavailable", Class::TransportError),
            ("call.start.error-get-transport", Class::TransportError),
            (
                "call.in-progress.error-vapifault-call-started-but-connection-to-transport-missing",
                Class::TransportError,
            ),
            ("worker-shutdown", Class::PlatformFault),
            ("call.in-progress.error-vapifault-worker-died", Class::PlatformFault),
            ("call.start.error-vapifault-database-error", Class::PlatformFault),
            ("call.start.error-vapifault-get-org", Class::PlatformFault),
            ("assistant-join-timed-out", Class::PlatformFault),
            ("unknown-error", Class::Unknown),
            ("the-moon-fell", Class::Unknown),
            ("call.in-progress.error-the-moon-fell", Class::Unknown),
        ] {
            assert_eq!(EndedReason::from(word).class(), class, "{word}");
        }
        assert_eq!(EndedReason::from("").class(), Class::Unknown);
    }

    #[test]
    fn a_word_that_nobody_knows_comes_back() {
        let reason: EndedReason = serde_json::from_str("\"the-moon-fell\"").unwrap();
        assert_eq!(serde_json::to_string(&reason).unwrap(), "\"the-moon-fell\"");
        assert!(!reason.class().is_fault() && !reason.class().is_unanswered());
    }
}
