//! Answers to incoming messages.

use super::control::Redirect;
use super::element::elements;

elements! {
    /// What to answer to an incoming message.
    ///
    /// <https://www.twilio.com/docs/messaging/twiml>
    MessagingResponse = "Response" (none) {
        attributes { }
        children {
            message: Message,
            redirect: Redirect,
        }
    }

    /// Sends a message in answer.
    ///
    /// <https://www.twilio.com/docs/messaging/twiml/message>
    Message = "Message" (maybe) {
        attributes {
            /// The URL to tell the result of sending.
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
        children {
            body: Body,
            media: Media,
        }
    }

    /// A message's text.
    ///
    /// <https://www.twilio.com/docs/messaging/twiml/body>
    Body = "Body" (required) {
        attributes { }
        children { }
    }

    /// A message's file.
    ///
    /// <https://www.twilio.com/docs/messaging/twiml/media>
    Media = "Media" (required) {
        attributes { }
        children { }
    }
}
