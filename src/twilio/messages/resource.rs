use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::Deserialize;

use super::FeedbackOutcome;
use crate::address::Address;
use crate::id::{AccountSid, MessageSid, MessagingServiceSid};
use crate::secret::Private;
use crate::twilio::json;
use crate::twilio::page::Paged;
use crate::twilio::values::{MessageDirection, MessageStatus};

/// A message at Twilio (<https://www.twilio.com/docs/messaging/api/message-resource#message-properties>).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Message {
    /// The message.
    #[serde(default, deserialize_with = "json::lenient")]
    pub sid: Option<MessageSid>,
    /// The account.
    #[serde(default, deserialize_with = "json::lenient")]
    pub account_sid: Option<AccountSid>,
    /// The service that chose the sender.
    #[serde(default, deserialize_with = "json::lenient")]
    pub messaging_service_sid: Option<MessagingServiceSid>,
    /// Who sent it; absent until a messaging service has chosen.
    #[serde(default)]
    pub from: Option<Address>,
    /// Whom it was sent to.
    #[serde(default)]
    pub to: Option<Address>,
    /// The text.
    #[serde(default)]
    pub body: Option<Private>,
    /// Where it stands.
    #[serde(default)]
    pub status: Option<MessageStatus>,
    /// Which way it went.
    #[serde(default)]
    pub direction: Option<MessageDirection>,
    /// How many segments it was billed as; 0 until known.
    #[serde(default, deserialize_with = "json::lenient")]
    pub num_segments: Option<u32>,
    /// How many files it has.
    #[serde(default, deserialize_with = "json::lenient")]
    pub num_media: Option<u32>,
    /// What it cost; negative, absent until known.
    #[serde(default, deserialize_with = "json::lenient")]
    pub price: Option<Decimal>,
    /// The currency of the price (ISO 4217).
    #[serde(default, deserialize_with = "json::text")]
    pub price_unit: Option<String>,
    /// Why it failed (<https://www.twilio.com/docs/api/errors>).
    #[serde(default, deserialize_with = "json::lenient")]
    pub error_code: Option<u32>,
    /// The failure in words.
    #[serde(default, deserialize_with = "json::text")]
    pub error_message: Option<Private>,
    /// When it was accepted.
    #[serde(default, deserialize_with = "json::time")]
    pub date_created: Option<DateTime<Utc>>,
    /// When it was sent.
    #[serde(default, deserialize_with = "json::time")]
    pub date_sent: Option<DateTime<Utc>>,
    /// When it was changed last.
    #[serde(default, deserialize_with = "json::time")]
    pub date_updated: Option<DateTime<Utc>>,
    /// The version of the API.
    #[serde(default, deserialize_with = "json::text")]
    pub api_version: Option<String>,
    /// Its path at Twilio.
    #[serde(default, deserialize_with = "json::text")]
    pub uri: Option<String>,
    /// The paths of what belongs to it.
    #[serde(default)]
    pub subresource_uris: Option<BTreeMap<String, Option<String>>>,
}

impl Paged for Message {
    const KEY: &'static str = "messages";
    const WHAT: &'static str = "listing messages";
}

/// What Twilio was told of a message's effect.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Feedback {
    /// The account.
    #[serde(default, deserialize_with = "json::lenient")]
    pub account_sid: Option<AccountSid>,
    /// The message.
    #[serde(default, deserialize_with = "json::lenient")]
    pub message_sid: Option<MessageSid>,
    /// What the user did.
    #[serde(default)]
    pub outcome: Option<FeedbackOutcome>,
    /// When it was told.
    #[serde(default, deserialize_with = "json::time")]
    pub date_created: Option<DateTime<Utc>>,
    /// When it was changed last.
    #[serde(default, deserialize_with = "json::time")]
    pub date_updated: Option<DateTime<Utc>>,
    /// Its path at Twilio.
    #[serde(default, deserialize_with = "json::text")]
    pub uri: Option<String>,
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
