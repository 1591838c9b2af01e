//! Going on, refusing, ending.

use super::background::Parameter;
use super::dial::Sip;
use super::element::elements;
use super::values::RejectReason;

elements! {
    /// Goes on with the TwiML of another URL.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/redirect>
    Redirect = "Redirect" (required) {
        attributes {
            /// The HTTP method; `POST` by default.
            method: str = "method",
        }
        children { }
    }

    /// Refuses an incoming call without answering it.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/reject>
    Reject = "Reject" (none) {
        attributes {
            /// What the caller's network is told; `rejected` by default.
            reason: RejectReason = "reason",
        }
        children {
            parameter: Parameter,
        }
    }

    /// Ends the call.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/hangup>
    Hangup = "Hangup" (none) {
        attributes { }
        children {
            parameter: Parameter,
        }
    }

    /// Plays back what the caller says.
    ///
    /// <https://www.twilio.com/docs/voice/twiml>
    Echo = "Echo" (none) {
        attributes { }
        children { }
    }

    /// Hands a SIP call over by REFER.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/refer>
    Refer = "Refer" (none) {
        attributes {
            /// The URL to ask for TwiML when this ends.
            action: str = "action",
            /// The HTTP method; `POST` by default.
            method: str = "method",
        }
        children {
            sip: Sip,
        }
    }

    /// Sends a text during a call.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/sms>
    Sms = "Sms" (required) {
        attributes {
            /// The URL to ask for TwiML when the text was sent.
            action: str = "action",
            /// The sender.
            from: str = "from",
            /// The HTTP method; `POST` by default.
            method: str = "method",
            /// The URL to tell status changes.
            status_callback: str = "statusCallback",
            /// The recipient.
            to: str = "to",
        }
        children { }
    }
}
