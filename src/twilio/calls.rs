//! Calls: to place, change, end and read them (<https://www.twilio.com/docs/voice/api/call-resource>).
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use std::sync::Arc;
//! # use frontdesk::transport::Stub;
//! # use frontdesk::twilio::Client;
//! use frontdesk::twilio::calls::NewCall;
//! use frontdesk::twilio::values::CallStatus;
//! use frontdesk::twiml::{Say, VoiceResponse};
//!
//! # let stub = Stub::new()
//! #     .reply(201, r#"{"sid":"CA0123456789abcdef0123456789abcdef","status":"queued"}"#)
//! #     .reply(200, r#"{"sid":"CA0123456789abcdef0123456789abcdef","status":"completed"}"#);
//! # let twilio = Client::builder("AC0123456789abcdef0123456789abcdef".parse()?)
//! #     .with_auth_token("secret").with_transport(Arc::new(stub)).build()?;
//! let words = VoiceResponse::new().say(Say::new("Your table is ready.")).to_xml()?;
//! let call = twilio.calls().create(&NewCall::new("+14155552671", "+15551230000").twiml(words).timeout(20)).await?;
//! let ended = twilio.calls().end(&call.sid.ok_or("no SID")?).await?;
//! assert_eq!(ended.status, Some(CallStatus::Completed));
//! # Ok(()) }
//! ```

mod create;
mod list;
mod payments;
mod recordings;
mod resource;
mod streams;
mod transcriptions;
mod update;
mod user_messages;

use super::page::{Listing, Paged};
use super::{Client, Request};
use crate::Error;
use crate::id::CallSid;
use crate::twiml::VoiceResponse;

pub use create::NewCall;
pub use list::ListCalls;
pub use payments::{NewPayment, Payment, PaymentCapture, PaymentConfirmation, PaymentStatus, Payments, UpdatePayment};
pub use recordings::{CallRecordings, NewRecording};
pub use resource::Call;
pub use streams::{NewStream, Stream, StreamStatus, Streams};
pub use transcriptions::{CallTranscriptions, NewTranscription, RealTimeStatus, RealTimeTranscription};
pub use update::{CallEnd, UpdateCall};
pub use user_messages::{
    NewUserMessage, NewUserMessageSubscription, UserMessage, UserMessageSubscription, UserMessages,
};

/// The calls of a client's account.
#[derive(Debug, Clone, Copy)]
pub struct Calls<'a>(&'a Client);

const ALL: &str = "/2010-04-01/Accounts/{AccountSid}/Calls.json";
/// Twilio's limit for TwiML that is part of a request, in characters.
const MAX_INLINE_TWIML: usize = 4_000;

fn one(sid: &CallSid) -> String {
    format!("/2010-04-01/Accounts/{{AccountSid}}/Calls/{sid}.json")
}

/// The path of what belongs to a call.
fn below(sid: &CallSid, rest: &str) -> String {
    format!("/2010-04-01/Accounts/{{AccountSid}}/Calls/{sid}/{rest}")
}

impl<'a> Calls<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Places a call. Never placed twice by this crate: what is ambiguous is returned as such.
    ///
    /// # Errors
    /// [`Error::is_permanent`] with Twilio's code when it was refused, such as 21211 for a bad number or 21219 for one
    /// that a trial account has not verified; [`Error::is_outcome_unknown`] when it may be ringing.
    pub async fn create(&self, call: &NewCall) -> Result<Call, Error> {
        self.0.request(Request::create("placing a call", ALL).with_form(&call.fields)).await
    }

    /// Reads a call.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the account has no such call.
    pub async fn fetch(&self, sid: &CallSid) -> Result<Call, Error> {
        self.0.request(Request::get("fetching a call", one(sid))).await
    }

    /// Changes a call that is going on. New TwiML is not sent again after a lost answer: the call would begin it anew.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when it is over (21220); [`Error::is_outcome_unknown`] when new TwiML may have begun.
    pub async fn update(&self, sid: &CallSid, changes: &UpdateCall) -> Result<Call, Error> {
        let once = changes.fields.get("Url").or(changes.fields.get("Twiml")).is_some();
        let new = if once { Request::create } else { Request::update };
        self.0.request(new("updating a call", one(sid)).with_form(&changes.fields)).await
    }

    /// Goes on with other TwiML in a call that is going on.
    ///
    /// # Errors
    /// As [`update`](Self::update); [`Error::is_permanent`] also for TwiML of more than 4,000 characters.
    pub async fn go_on_with(&self, sid: &CallSid, twiml: &VoiceResponse) -> Result<Call, Error> {
        const WHAT: &str = "updating a call";
        let xml = twiml.to_xml().map_err(|source| Error::refused(WHAT).with_source(source))?;
        if xml.chars().count() > MAX_INLINE_TWIML {
            return Err(Error::refused(WHAT).with_source("TwiML in a request has at most 4,000 characters"));
        }
        self.update(sid, &UpdateCall::new().twiml(xml)).await
    }

    /// Hangs up, or gives up a call that is not answered yet.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the account has no such call.
    pub async fn end(&self, sid: &CallSid) -> Result<Call, Error> {
        self.update(sid, &UpdateCall::new().status(CallEnd::Completed)).await
    }

    /// Gives up a call that is not answered yet, and leaves one alone that is.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the account has no such call.
    pub async fn cancel(&self, sid: &CallSid) -> Result<Call, Error> {
        self.update(sid, &UpdateCall::new().status(CallEnd::Canceled)).await
    }

    /// Deletes the record of a call that is over.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the account has no such call.
    pub async fn delete(&self, sid: &CallSid) -> Result<(), Error> {
        self.0.execute(Request::delete("deleting a call", one(sid))).await
    }

    /// Lists calls, newest first.
    pub fn list(&self, filter: &ListCalls) -> Listing<Call> {
        Listing::new(self.0.clone(), Request::get(Call::WHAT, ALL).with_filter(&filter.fields))
    }

    /// The recordings of a call.
    #[must_use]
    pub fn recordings(&self, call: CallSid) -> CallRecordings<'a> {
        CallRecordings::new(self.0, call)
    }

    /// Real-time transcription of a call that is going on.
    #[must_use]
    pub fn transcriptions(&self, call: CallSid) -> CallTranscriptions<'a> {
        CallTranscriptions::new(self.0, call)
    }

    /// The sound of a call that is going on, over a WebSocket.
    #[must_use]
    pub fn streams(&self, call: CallSid) -> Streams<'a> {
        Streams::new(self.0, call)
    }

    /// Payments taken during a call.
    #[must_use]
    pub fn payments(&self, call: CallSid) -> Payments<'a> {
        Payments::new(self.0, call)
    }

    /// Messages to and from a Voice SDK client during a call.
    #[must_use]
    pub fn user_messages(&self, call: CallSid) -> UserMessages<'a> {
        UserMessages::new(self.0, call)
    }
}
