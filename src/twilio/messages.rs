//! Texts and media messages (<https://www.twilio.com/docs/messaging/api/message-resource>).
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use std::sync::Arc;
//! # use frontdesk::transport::Stub;
//! # use frontdesk::twilio::Client;
//! use futures_util::TryStreamExt;
//! use frontdesk::twilio::messages::ListMessages;
//!
//! # let page = |sid: &str, next: &str| format!(r#"{{"messages":[{{"sid":"{sid}"}}],"next_page_uri":{next}}}"#);
//! # let stub = Stub::new()
//! #     .reply(200, page("SM0123456789abcdef0123456789abcdef", "\"/2010-04-01/next?Page=1\""))
//! #     .reply(200, page("SM0123456789abcdef0123456789abcde0", "null"));
//! # let twilio = Client::builder("AC0123456789abcdef0123456789abcdef".parse()?)
//! #     .with_auth_token("secret").with_transport(Arc::new(stub)).build()?;
//! let all: Vec<_> = twilio.messages().list(ListMessages::new().to("+15005550009")).stream().try_collect().await?;
//! assert_eq!(all.len(), 2);
//! # Ok(()) }
//! ```

mod create;
mod list;
mod media;
mod resource;

use std::borrow::Borrow;

use super::media::Download;
use super::page::Listing;
use super::{Client, Request};
use crate::Error;
use crate::id::{MediaSid, MessageSid};
use crate::open::open_enum;

pub use create::{NewMessage, Sender};
pub use list::{ListMedia, ListMessages};
pub use media::Media;
pub use resource::{Feedback, Message};

open_enum! {
    /// Whether Twilio keeps a message's text.
    pub enum ContentRetention {
        /// It is kept.
        Retain = "retain",
        /// It is discarded after sending.
        Discard = "discard",
    }
}

open_enum! {
    /// Whether Twilio keeps a message's numbers.
    pub enum AddressRetention {
        /// They are kept.
        Retain = "retain",
        /// Their last digits are hidden.
        Obfuscate = "obfuscate",
    }
}

open_enum! {
    /// How a message is billed.
    pub enum TrafficType {
        /// Free of charge.
        Free = "free",
    }
}

open_enum! {
    /// How a message is scheduled.
    pub enum ScheduleType {
        /// For the time in `SendAt`.
        Fixed = "fixed",
    }
}

open_enum! {
    /// Whether the SMS pumping protection looks at a message.
    pub enum RiskCheck {
        /// It does.
        Enable = "enable",
        /// It does not.
        Disable = "disable",
    }
}

open_enum! {
    /// What the user did about a message.
    pub enum FeedbackOutcome {
        /// Acted on it: it arrived.
        Confirmed = "confirmed",
        /// Did not act on it yet.
        Unconfirmed = "unconfirmed",
    }
}

open_enum! {
    /// A status that a message can be set to.
    pub enum UpdateStatus {
        /// Withdrawn before it is sent.
        Canceled = "canceled",
    }
}

/// The messages of a client's account.
#[derive(Debug, Clone, Copy)]
pub struct Messages<'a>(&'a Client);

fn one(sid: &MessageSid) -> String {
    format!("/2010-04-01/Accounts/{{AccountSid}}/Messages/{sid}.json")
}

fn one_medium(message: &MessageSid, media: &MediaSid) -> String {
    format!("/2010-04-01/Accounts/{{AccountSid}}/Messages/{message}/Media/{media}.json")
}

impl<'a> Messages<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Sends a message. Never sent twice by this crate: what is ambiguous is returned as such.
    ///
    /// # Errors
    /// [`Error::is_permanent`] with Twilio's code when it was refused, such as 21211 for a bad recipient or 21610 for
    /// one that opted out; [`Error::is_retryable`] when it was certainly not sent; [`Error::is_outcome_unknown`] when
    /// it may have been.
    pub async fn create(&self, message: &NewMessage) -> Result<Message, Error> {
        self.0.request(message.to_request()).await
    }

    /// Reads a message.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the account has no such message.
    pub async fn fetch(&self, sid: &MessageSid) -> Result<Message, Error> {
        self.0.request(Request::get("fetching a message", one(sid))).await
    }

    /// Lists messages, newest first.
    pub fn list(&self, filter: impl Borrow<ListMessages>) -> Listing<Message> {
        Listing::new(self.0.clone(), filter.borrow().to_request())
    }

    /// Withdraws a scheduled message.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when it is too late.
    pub async fn cancel(&self, sid: &MessageSid) -> Result<Message, Error> {
        let request = Request::update("canceling a message", one(sid));
        self.0.request(request.with_field("Status", UpdateStatus::Canceled.as_str())).await
    }

    /// Erases a message's text at Twilio and keeps the rest.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the account has no such message.
    pub async fn redact(&self, sid: &MessageSid) -> Result<Message, Error> {
        self.0.request(Request::update("redacting a message", one(sid)).with_field("Body", "")).await
    }

    /// Deletes a message from the account.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the account has no such message.
    pub async fn delete(&self, sid: &MessageSid) -> Result<(), Error> {
        self.0.execute(Request::delete("deleting a message", one(sid))).await
    }

    /// Tells Twilio whether the user acted on a message
    /// (<https://www.twilio.com/docs/messaging/api/message-feedback-resource>).
    ///
    /// # Errors
    /// [`Error::is_permanent`] when the message was not sent with `provide_feedback`.
    pub async fn feedback(&self, sid: &MessageSid, outcome: FeedbackOutcome) -> Result<Feedback, Error> {
        let path = format!("/2010-04-01/Accounts/{{AccountSid}}/Messages/{sid}/Feedback.json");
        let request = Request::update("giving feedback on a message", path);
        self.0.request(request.with_field("Outcome", outcome.as_str())).await
    }

    /// Lists the files of a message.
    pub fn media(&self, message: &MessageSid, filter: &ListMedia) -> Listing<Media> {
        Listing::new(self.0.clone(), filter.to_request(message))
    }

    /// Reads what is known of a file.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the message has no such file.
    pub async fn fetch_media(&self, message: &MessageSid, media: &MediaSid) -> Result<Media, Error> {
        self.0.request(Request::get("fetching a message's media", one_medium(message, media))).await
    }

    /// Fetches a file, as it arrives.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the message has no such file; [`Error::is_permanent`] when Twilio refers to a host
    /// that is not known to keep its media.
    pub async fn download(&self, message: &MessageSid, media: &MediaSid) -> Result<Download, Error> {
        let path = format!("/2010-04-01/Accounts/{{AccountSid}}/Messages/{message}/Media/{media}");
        Download::start(self.0, Request::get("downloading a message's media", path)).await
    }

    /// Deletes a file.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the message has no such file.
    pub async fn delete_media(&self, message: &MessageSid, media: &MediaSid) -> Result<(), Error> {
        self.0.execute(Request::delete("deleting a message's media", one_medium(message, media))).await
    }
}
