use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::id::{AccountSid, MediaSid, MessageSid};
use crate::twilio::json;
use crate::twilio::page::Paged;

/// A file of a message (<https://www.twilio.com/docs/messaging/api/media-resource>).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Media {
    /// The file.
    #[serde(default, deserialize_with = "json::lenient")]
    pub sid: Option<MediaSid>,
    /// The account.
    #[serde(default, deserialize_with = "json::lenient")]
    pub account_sid: Option<AccountSid>,
    /// The message.
    #[serde(default, deserialize_with = "json::lenient")]
    pub parent_sid: Option<MessageSid>,
    /// Its media type, such as `image/jpeg`.
    #[serde(default, deserialize_with = "json::text")]
    pub content_type: Option<String>,
    /// When it was made.
    #[serde(default, deserialize_with = "json::time")]
    pub date_created: Option<DateTime<Utc>>,
    /// When it was changed last.
    #[serde(default, deserialize_with = "json::time")]
    pub date_updated: Option<DateTime<Utc>>,
    /// Its path at Twilio, ending in `.json`; without that ending it is the file.
    #[serde(default, deserialize_with = "json::text")]
    pub uri: Option<String>,
}

impl Paged for Media {
    const KEY: &'static str = "media_list";
    const WHAT: &'static str = "listing a message's media";
}
