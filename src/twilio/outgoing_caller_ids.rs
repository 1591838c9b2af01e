//! Caller IDs: numbers that are not Twilio's but that the account has shown to be its own, so that calls may show
//! them (<https://www.twilio.com/docs/voice/api/outgoing-caller-ids>).
//!
//! [`verify`](OutgoingCallerIds::verify) lets Twilio call a number; who answers types the code that the caller of
//! `verify` was given to show. On a trial account these are also the only numbers that can be called and texted.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use std::sync::Arc;
//! # use frontdesk::clock::ManualClock;
//! # use frontdesk::transport::Stub;
//! # use frontdesk::twilio::Client;
//! use frontdesk::twilio::outgoing_caller_ids::Outcome;
//! use frontdesk::phone::E164;
//!
//! # let clock = ManualClock::at(chrono::DateTime::UNIX_EPOCH).auto_advancing();
//! # let stub = Stub::new()
//! #     .reply(200, r#"{"call_sid":"CA0123456789abcdef0123456789abcdef","validation_code":"328714"}"#)
//! #     .reply(200, r#"{"outgoing_caller_ids":[]}"#)
//! #     .reply(200, r#"{"outgoing_caller_ids":[{"sid":"PN0123456789abcdef0123456789abcdef"}]}"#);
//! # let twilio = Client::builder("AC0123456789abcdef0123456789abcdef".parse()?)
//! #     .with_auth_token("secret").with_transport(Arc::new(stub)).with_clock(Arc::new(clock)).build()?;
//! let verification = twilio.outgoing_caller_ids().verify(E164::parse("+14155552671")?).await?;
//! println!("Type {} when the phone rings.", verification.code().unwrap_or_default());
//! assert!(matches!(verification.wait(&twilio).await?, Outcome::Verified { .. }));
//! # Ok(()) }
//! ```

mod verification;

use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;

use super::page::{Listing, Paged};
use super::resource::resource;
use super::values::WebhookUrl;
use super::{Client, Request};
use crate::Error;
use crate::address::Address;
use crate::id::{AccountSid, CallSid, PhoneNumberSid};
use crate::parameters::parameters;
use crate::phone::E164;
use crate::secret::{Private, Secret};
use crate::twiml::Method;

pub use verification::{Outcome, Verification};

parameters! {
    /// A number to verify (<https://www.twilio.com/docs/voice/api/outgoing-caller-ids#add-an-outgoing-caller-id>).
    pub struct NewCallerId(number: E164 = "PhoneNumber") {
        /// A name for it, of up to 64 characters.
        friendly_name: into Private = "FriendlyName",
        /// How long Twilio waits before it calls, in seconds: up to 60.
        call_delay: set u32 = "CallDelay",
        /// Keys to press once it is answered, to get through a switchboard.
        extension: into Private = "Extension",
        /// What is told whether it was verified.
        status_callback: into WebhookUrl = "StatusCallback",
        /// How it is told.
        status_callback_method: set Method = "StatusCallbackMethod",
    }
}

parameters! {
    /// Which caller IDs to list.
    pub struct ListCallerIds() {
        /// Of this number only.
        phone_number: into E164 = "PhoneNumber",
        /// Of this name only.
        friendly_name: into Private = "FriendlyName",
        /// How many to fetch at a time: 1 to 1,000, 50 by default.
        page_size: set u32 = "PageSize",
    }
}

resource! {
    /// A verified caller ID.
    pub struct CallerId {
        /// The caller ID.
        sid: PhoneNumberSid,
        /// The account.
        account_sid: AccountSid,
        /// The number.
        phone_number: Address,
        /// Its name.
        friendly_name: Private,
        /// When it was verified.
        date_created: DateTime<Utc>,
        /// When it was changed last.
        date_updated: DateTime<Utc>,
        /// Its path at Twilio.
        uri: String,
    }
}

impl Paged for CallerId {
    const KEY: &'static str = "outgoing_caller_ids";
    const WHAT: &'static str = "listing caller IDs";
}

resource! {
    /// A verification that Twilio began; it has no SID of its own.
    pub struct ValidationRequest {
        /// The account.
        account_sid: AccountSid,
        /// The call.
        call_sid: CallSid,
        /// The name that the caller ID gets.
        friendly_name: Private,
        /// The number that is called.
        phone_number: E164,
        /// What to type: six digits.
        validation_code: Secret,
    }
}

/// The caller IDs of a client's account.
#[derive(Debug, Clone, Copy)]
pub struct OutgoingCallerIds<'a>(&'a Client);

const ALL: &str = "/2010-04-01/Accounts/{AccountSid}/OutgoingCallerIds.json";
/// The number is a verified caller ID of this account already (<https://www.twilio.com/docs/api/errors/21450>).
const ALREADY_VERIFIED: u32 = 21450;

fn one(sid: &PhoneNumberSid) -> String {
    format!("/2010-04-01/Accounts/{{AccountSid}}/OutgoingCallerIds/{sid}.json")
}

impl<'a> OutgoingCallerIds<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Begins to verify a number: Twilio calls it at once. A number that is verified already comes back as such.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when Twilio cannot call it; [`Error::is_outcome_unknown`] when its phone may be ringing
    /// though no code came back.
    pub async fn verify(&self, number: impl Into<NewCallerId>) -> Result<Verification, Error> {
        let new = number.into();
        let number = new.fields.get("PhoneNumber").and_then(|number| E164::parse(number).ok());
        let number = number.ok_or_else(|| Error::refused("verifying a caller ID"))?;
        match self.create(&new).await {
            Ok(request) => Ok(Verification::begun(number, request, self.0.clock().now())),
            Err(error) if error.code() == Some(ALREADY_VERIFIED) => {
                Ok(Verification::settled(number, self.find(number).await?.and_then(|known| known.sid)))
            }
            Err(error) => Err(error),
        }
    }

    /// Asks Twilio to verify a number; [`verify`](Self::verify) does the rest too.
    ///
    /// # Errors
    /// [`Error::is_permanent`] with code 21450 when it is verified already, with others when it cannot be called.
    pub async fn create(&self, new: &NewCallerId) -> Result<ValidationRequest, Error> {
        self.0.request(Request::create("verifying a caller ID", ALL).with_form(&new.fields)).await
    }

    /// The verified caller ID of a number.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when Twilio could not be reached.
    pub async fn find(&self, number: E164) -> Result<Option<CallerId>, Error> {
        self.list(&ListCallerIds::new().phone_number(number).page_size(1)).stream().try_next().await
    }

    /// Whether a number is a verified caller ID.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when Twilio could not be reached.
    pub async fn is_verified(&self, number: E164) -> Result<bool, Error> {
        Ok(self.find(number).await?.is_some())
    }

    /// Whether caller IDs can be read at all.
    pub(super) async fn list_one(&self) -> Result<(), Error> {
        self.list(&ListCallerIds::new().page_size(1)).page().await.map(|_| ())
    }

    /// Reads a caller ID.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the account has no such caller ID.
    pub async fn fetch(&self, sid: &PhoneNumberSid) -> Result<CallerId, Error> {
        self.0.request(Request::get("fetching a caller ID", one(sid))).await
    }

    /// Gives a caller ID another name.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the account has no such caller ID.
    pub async fn rename(&self, sid: &PhoneNumberSid, friendly_name: &str) -> Result<CallerId, Error> {
        let request = Request::update("renaming a caller ID", one(sid));
        self.0.request(request.with_field("FriendlyName", friendly_name)).await
    }

    /// Deletes a caller ID: calls may not show it any more.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the account has no such caller ID.
    pub async fn delete(&self, sid: &PhoneNumberSid) -> Result<(), Error> {
        self.0.execute(Request::delete("deleting a caller ID", one(sid))).await
    }

    /// Lists caller IDs.
    pub fn list(&self, filter: &ListCallerIds) -> Listing<CallerId> {
        Listing::new(self.0.clone(), Request::get(CallerId::WHAT, ALL).with_filter(&filter.fields))
    }
}

impl From<E164> for NewCallerId {
    fn from(number: E164) -> Self {
        Self::new(number)
    }
}
