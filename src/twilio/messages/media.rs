use chrono::{DateTime, Utc};

use crate::id::{AccountSid, MediaSid, MessageSid};
use crate::twilio::page::Paged;
use crate::twilio::resource::resource;

resource! {
    /// A file of a message (<https://www.twilio.com/docs/messaging/api/media-resource>).
    pub struct Media {
        /// The file.
        sid: MediaSid,
        /// The account.
        account_sid: AccountSid,
        /// The message.
        parent_sid: MessageSid,
        /// Its media type, such as `image/jpeg`.
        content_type: String,
        /// When it was made.
        date_created: DateTime<Utc>,
        /// When it was changed last.
        date_updated: DateTime<Utc>,
        /// Its path at Twilio, ending in `.json`; without that ending it is the file.
        uri: String,
    }
}

impl Paged for Media {
    const KEY: &'static str = "media_list";
    const WHAT: &'static str = "listing a message's media";
}
