use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::FeedbackOutcome;
use crate::address::Address;
use crate::id::{AccountSid, MessageSid, MessagingServiceSid};
use crate::secret::Private;
use crate::twilio::page::Paged;
use crate::twilio::resource::resource;
use crate::twilio::values::{MessageDirection, MessageStatus};

resource! {
    /// A message at Twilio (<https://www.twilio.com/docs/messaging/api/message-resource#message-properties>).
    pub struct Message {
        /// The message.
        sid: MessageSid,
        /// The account.
        account_sid: AccountSid,
        /// The service that chose the sender.
        messaging_service_sid: MessagingServiceSid,
        /// Who sent it; absent until a messaging service has chosen.
        from: Address,
        /// Whom it was sent to.
        to: Address,
        /// The text.
        body: Private,
        /// Where it stands.
        status: MessageStatus,
        /// Which way it went.
        direction: MessageDirection,
        /// How many segments it was billed as; 0 until known.
        num_segments: u32,
        /// How many files it has.
        num_media: u32,
        /// What it cost; negative, absent until known.
        price: Decimal,
        /// The currency of the price (ISO 4217).
        price_unit: String,
        /// Why it failed (<https://www.twilio.com/docs/api/errors>).
        error_code: u32,
        /// The failure in words.
        error_message: Private,
        /// When it was accepted.
        date_created: DateTime<Utc>,
        /// When it was sent.
        date_sent: DateTime<Utc>,
        /// When it was changed last.
        date_updated: DateTime<Utc>,
        /// The version of the API.
        api_version: String,
        /// Its path at Twilio.
        uri: String,
        /// The paths of what belongs to it.
        subresource_uris: BTreeMap<String, String>,
    }
}

impl Paged for Message {
    const KEY: &'static str = "messages";
    const WHAT: &'static str = "listing messages";
}

resource! {
    /// What Twilio was told of a message's effect.
    pub struct Feedback {
        /// The account.
        account_sid: AccountSid,
        /// The message.
        message_sid: MessageSid,
        /// What the user did.
        outcome: FeedbackOutcome,
        /// When it was told.
        date_created: DateTime<Utc>,
        /// When it was changed last.
        date_updated: DateTime<Utc>,
        /// Its path at Twilio.
        uri: String,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_numbers_as_strings_and_nulls() {
        let message: Message = serde_json::from_str(
            r#"{"sid":"SM0123456789abcdef0123456789abcdef","num_segments":"2","num_media":0,"price":"-0.00750",
                "price_unit":"usd","error_code":null,"messaging_service_sid":"","status":"teleported",
                "date_created":"Fri, 24 May 2019 17:18:27 +0000","from":null,"to":"+15005550009","body":"canary",
                "subresource_uris":{"media":"/x.json"},"new_property":{}}"#,
        )
        .unwrap();
        assert_eq!((message.num_segments, message.num_media), (Some(2), Some(0)));
        assert_eq!(message.price, Some("-0.0075".parse().unwrap()));
        assert_eq!(message.status.as_ref().map(MessageStatus::as_str), Some("teleported"));
        assert_eq!(message.date_created.map(|time| time.to_rfc3339()).as_deref(), Some("2019-05-24T17:18:27+00:00"));
        assert_eq!(message.messaging_service_sid, None);
        assert!(!format!("{message:?}").contains("canary"));
    }
}
