//! The account's own numbers (<https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource>).
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use std::sync::Arc;
//! # use frontdesk::transport::Stub;
//! # use frontdesk::twilio::Client;
//! use frontdesk::phone::E164;
//! use frontdesk::twilio::incoming_phone_numbers::{NumberSettings, Wanted};
//!
//! # let stub = Stub::new().reply(201, r#"{"sid":"PN0123456789abcdef0123456789abcdef","phone_number":"+15103334444"}"#);
//! # let twilio = Client::builder("AC0123456789abcdef0123456789abcdef".parse()?)
//! #     .with_auth_token("secret").with_transport(Arc::new(stub)).build()?;
//! let settings = NumberSettings::new().friendly_name("Desk").voice_url("https://example.com/voice".parse::<url::Url>()?);
//! let number = twilio.incoming_phone_numbers().buy(Wanted::Number(E164::parse("+15103334444")?), &settings).await?;
//! assert!(number.sid.is_some());
//! # Ok(()) }
//! ```

mod resource;
mod settings;

use super::available_phone_numbers::NumberKind;
use super::page::{Listing, Paged};
use super::{Client, Request};
use crate::Error;
use crate::id::{AccountSid, PhoneNumberSid};
use crate::parameters::parameters;
use crate::phone::E164;

pub use resource::{EmergencyAddressStatus, EmergencyStatus, IncomingNumber, VoiceReceiveMode};
pub use settings::NumberSettings;

/// Which number to buy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wanted {
    /// This one.
    Number(E164),
    /// Any local one of this area code, in the United States and Canada.
    AreaCode(u16),
}

parameters! {
    /// Which numbers to list.
    pub struct ListNumbers() {
        /// Those new to Twilio too, or not.
        beta: set bool = "Beta",
        /// Of exactly this name only.
        friendly_name: into String = "FriendlyName",
        /// A number, or a pattern of digits with `*` for any.
        phone_number: into String = "PhoneNumber",
        /// Those of Twilio (`twilio`) or those brought along (`hosted`) only.
        origin: into String = "Origin",
        /// How many to fetch at a time: 1 to 1,000, 50 by default.
        page_size: set u32 = "PageSize",
    }
}

/// The numbers of a client's account.
#[derive(Debug, Clone, Copy)]
pub struct IncomingPhoneNumbers<'a>(&'a Client);

const ALL: &str = "/2010-04-01/Accounts/{AccountSid}/IncomingPhoneNumbers.json";

fn one(sid: &PhoneNumberSid) -> String {
    format!("/2010-04-01/Accounts/{{AccountSid}}/IncomingPhoneNumbers/{sid}.json")
}

/// The path of the numbers of a kind, which Twilio has for three of them.
fn of_kind(kind: &NumberKind, what: &'static str) -> Result<String, Error> {
    match kind {
        NumberKind::Local | NumberKind::Mobile | NumberKind::TollFree => {
            Ok(format!("/2010-04-01/Accounts/{{AccountSid}}/IncomingPhoneNumbers/{kind}.json"))
        }
        _ => Err(Error::refused(what).with_source("an account's numbers are local, mobile or toll-free")),
    }
}

impl<'a> IncomingPhoneNumbers<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Buys a number. Never bought twice by this crate: what is ambiguous is returned as such, and
    /// [`list`](Self::list) by a name given in the settings tells what came of it.
    ///
    /// # Errors
    /// [`Error::is_permanent`] with Twilio's code: 21421 and 21422 when it is not to be had, 21452 when the area code
    /// has none, 21649 when a regulatory bundle is required; [`Error::is_outcome_unknown`] when it may be bought.
    pub async fn buy(&self, wanted: Wanted, settings: &NumberSettings) -> Result<IncomingNumber, Error> {
        let request = Request::create("buying a number", ALL);
        let request = match wanted {
            Wanted::Number(number) => request.with_field("PhoneNumber", number.as_str()),
            Wanted::AreaCode(code) => request.with_field("AreaCode", format!("{code:03}")),
        };
        self.0.request(request.with_form(&settings.fields)).await
    }

    /// Buys a number that must be of a kind: local, mobile or toll-free.
    ///
    /// # Errors
    /// As [`buy`](Self::buy).
    pub async fn buy_of_kind(
        &self,
        kind: NumberKind,
        number: E164,
        settings: &NumberSettings,
    ) -> Result<IncomingNumber, Error> {
        const WHAT: &str = "buying a number";
        let request = Request::create(WHAT, of_kind(&kind, WHAT)?).with_field("PhoneNumber", number.as_str());
        self.0.request(request.with_form(&settings.fields)).await
    }

    /// Reads a number.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the account has no such number.
    pub async fn fetch(&self, sid: &PhoneNumberSid) -> Result<IncomingNumber, Error> {
        self.0.request(Request::get("fetching a number", one(sid))).await
    }

    /// Changes the settings that are set.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the account has no such number.
    pub async fn update(&self, sid: &PhoneNumberSid, settings: &NumberSettings) -> Result<IncomingNumber, Error> {
        self.0.request(Request::update("updating a number", one(sid)).with_form(&settings.fields)).await
    }

    /// Gives a number to another account of the same owner, from where `settings` can no longer be changed here.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the account has no such number; [`Error::is_permanent`] when the other account may
    /// not have it.
    pub async fn transfer(
        &self,
        sid: &PhoneNumberSid,
        to: AccountSid,
        settings: &NumberSettings,
    ) -> Result<IncomingNumber, Error> {
        let request = Request::update("transferring a number", one(sid)).with_field("AccountSid", to.as_str());
        self.0.request(request.with_form(&settings.fields)).await
    }

    /// Gives a number back to Twilio. It is not certain that it can be bought again.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the account has no such number.
    pub async fn release(&self, sid: &PhoneNumberSid) -> Result<(), Error> {
        self.0.execute(Request::delete("releasing a number", one(sid))).await
    }

    /// Lists numbers.
    pub fn list(&self, filter: &ListNumbers) -> Listing<IncomingNumber> {
        Listing::new(self.0.clone(), Request::get(IncomingNumber::WHAT, ALL).with_filter(&filter.fields))
    }

    /// Lists the numbers of a kind: local, mobile or toll-free.
    ///
    /// # Errors
    /// [`Error::is_permanent`] for other kinds.
    pub fn list_of_kind(&self, kind: NumberKind, filter: &ListNumbers) -> Result<Listing<IncomingNumber>, Error> {
        let request = Request::get(IncomingNumber::WHAT, of_kind(&kind, IncomingNumber::WHAT)?);
        Ok(Listing::new(self.0.clone(), request.with_filter(&filter.fields)))
    }
}
