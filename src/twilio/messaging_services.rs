//! Messaging services: pools of senders that choose who sends (<https://www.twilio.com/docs/messaging/api/service-resource>).
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use std::sync::Arc;
//! # use frontdesk::transport::Stub;
//! # use frontdesk::twilio::Client;
//! use frontdesk::twilio::messaging_services::ServiceSettings;
//!
//! # let stub = Stub::new()
//! #     .reply(201, r#"{"sid":"MG0123456789abcdef0123456789abcdef","sticky_sender":true}"#)
//! #     .reply(201, r#"{"sid":"PN0123456789abcdef0123456789abcdef","capabilities":["SMS","MMS"]}"#);
//! # let twilio = Client::builder("AC0123456789abcdef0123456789abcdef".parse()?)
//! #     .with_auth_token("secret").with_transport(Arc::new(stub)).build()?;
//! let services = twilio.messaging_services();
//! let service = services.create("Reminders", &ServiceSettings::new().sticky_sender(true)).await?;
//! let pool = services.phone_numbers(service.sid.ok_or("no SID")?);
//! pool.attach(&"PN0123456789abcdef0123456789abcdef".parse()?).await?;
//! # Ok(()) }
//! ```

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::page::{Listing, Paged};
use super::resource::resource;
use super::values::WebhookUrl;
use super::{Client, Product, Request};
use crate::Error;
use crate::address::Address;
use crate::id::{AccountSid, MessagingServiceSid, PhoneNumberSid};
use crate::open::open_enum;
use crate::parameters::parameters;
use crate::twiml::Method;

open_enum! {
    /// Whether the text of messages is scanned, a setting that Twilio keeps for some accounts.
    pub enum ScanMessageContent {
        /// As the account says.
        Inherit = "inherit",
        /// It is.
        Enable = "enable",
        /// It is not.
        Disable = "disable",
    }
}

parameters! {
    /// What to set for a service, when it is made or later.
    pub struct ServiceSettings() {
        /// Its name, of up to 64 characters.
        friendly_name: into String = "FriendlyName",
        /// What is asked when a message comes in.
        inbound_request_url: into WebhookUrl = "InboundRequestUrl",
        /// How it is asked.
        inbound_method: set Method = "InboundMethod",
        /// What is asked when the first URL fails.
        fallback_url: into WebhookUrl = "FallbackUrl",
        /// How it is asked.
        fallback_method: set Method = "FallbackMethod",
        /// What is told how messages fare.
        status_callback: into WebhookUrl = "StatusCallback",
        /// Whether a recipient always hears from the same sender.
        sticky_sender: set bool = "StickySender",
        /// Whether a media message goes as a text with a link where media cannot be sent.
        mms_converter: set bool = "MmsConverter",
        /// Whether characters are replaced by ones that make a text shorter to send.
        smart_encoding: set bool = "SmartEncoding",
        /// Whether the text of messages is scanned.
        scan_message_content: set ScanMessageContent = "ScanMessageContent",
        /// Whether a long code sends when a short code cannot.
        fallback_to_long_code: set bool = "FallbackToLongCode",
        /// Whether a sender of the recipient's area code is taken where there is one.
        area_code_geomatch: set bool = "AreaCodeGeomatch",
        /// How long a message may wait to be sent, in seconds: 1 to 36,000.
        validity_period: set u32 = "ValidityPeriod",
        /// Reserved by Twilio.
        synchronous_validation: set bool = "SynchronousValidation",
        /// What it is for: `notifications`, `marketing`, `verification`, `discussion`, `poll` or `undeclared`.
        usecase: into String = "Usecase",
        /// Whether the number's own webhook is asked instead of the service's.
        use_inbound_webhook_on_number: set bool = "UseInboundWebhookOnNumber",
    }
}

parameters! {
    /// How to list services or their numbers.
    pub struct ListServices() {
        /// How many to fetch at a time: 1 to 1,000, 50 by default.
        page_size: set u32 = "PageSize",
    }
}

resource! {
    /// A messaging service.
    pub struct MessagingService {
        /// The service.
        sid: MessagingServiceSid,
        /// The account.
        account_sid: AccountSid,
        /// Its name.
        friendly_name: String,
        /// What is asked when a message comes in.
        inbound_request_url: WebhookUrl,
        /// How it is asked.
        inbound_method: Method,
        /// What is asked when the first URL fails.
        fallback_url: WebhookUrl,
        /// How it is asked.
        fallback_method: Method,
        /// What is told how messages fare.
        status_callback: WebhookUrl,
        /// Whether a recipient always hears from the same sender.
        sticky_sender: bool,
        /// Whether a media message goes as a text with a link where media cannot be sent.
        mms_converter: bool,
        /// Whether characters are replaced by ones that make a text shorter to send.
        smart_encoding: bool,
        /// Whether the text of messages is scanned.
        scan_message_content: ScanMessageContent,
        /// Whether a long code sends when a short code cannot.
        fallback_to_long_code: bool,
        /// Whether a sender of the recipient's area code is taken where there is one.
        area_code_geomatch: bool,
        /// Reserved by Twilio.
        synchronous_validation: bool,
        /// How long a message may wait to be sent, in seconds.
        validity_period: u32,
        /// What it is for.
        usecase: String,
        /// Whether a campaign for application-to-person messages is registered in the United States.
        us_app_to_person_registered: bool,
        /// Whether the number's own webhook is asked instead of the service's.
        use_inbound_webhook_on_number: bool,
        /// When it was made.
        date_created: DateTime<Utc>,
        /// When it was changed last.
        date_updated: DateTime<Utc>,
        /// Its URL at Twilio.
        url: String,
        /// The URLs of what belongs to it.
        links: BTreeMap<String, String>,
    }
}

impl Paged for MessagingService {
    const KEY: &'static str = "services";
    const WHAT: &'static str = "listing messaging services";
}

resource! {
    /// A number in a service's pool.
    pub struct PooledNumber {
        /// The number's id.
        sid: PhoneNumberSid,
        /// The account.
        account_sid: AccountSid,
        /// The service.
        service_sid: MessagingServiceSid,
        /// The number; a short code has no international form.
        phone_number: Address,
        /// Its country (ISO 3166-1 alpha-2).
        country_code: String,
        /// What it can do: `Voice`, `SMS`, `MMS`, `Fax`.
        capabilities: Vec<String>,
        /// When it was attached.
        date_created: DateTime<Utc>,
        /// When it was changed last.
        date_updated: DateTime<Utc>,
        /// Its URL at Twilio.
        url: String,
    }
}

impl Paged for PooledNumber {
    const KEY: &'static str = "phone_numbers";
    const WHAT: &'static str = "listing a service's numbers";
}

/// The messaging services of a client's account.
#[derive(Debug, Clone, Copy)]
pub struct MessagingServices<'a>(&'a Client);

const ALL: &str = "/v1/Services";

fn one(sid: &MessagingServiceSid) -> String {
    format!("/v1/Services/{sid}")
}

impl<'a> MessagingServices<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Makes a service.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when Twilio refuses a setting.
    pub async fn create(&self, friendly_name: &str, settings: &ServiceSettings) -> Result<MessagingService, Error> {
        let mut settings = settings.clone();
        settings.fields.set("FriendlyName", &friendly_name.to_owned());
        let request = Request::create("creating a messaging service", ALL).on(Product::Messaging);
        self.0.request(request.with_form(&settings.fields)).await
    }

    /// Reads a service.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the account has no such service.
    pub async fn fetch(&self, sid: &MessagingServiceSid) -> Result<MessagingService, Error> {
        self.0.request(Request::get("fetching a messaging service", one(sid)).on(Product::Messaging)).await
    }

    /// Changes the settings that are set.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the account has no such service.
    pub async fn update(
        &self,
        sid: &MessagingServiceSid,
        settings: &ServiceSettings,
    ) -> Result<MessagingService, Error> {
        let request = Request::update("updating a messaging service", one(sid)).on(Product::Messaging);
        self.0.request(request.with_form(&settings.fields)).await
    }

    /// Deletes a service; its numbers stay.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the account has no such service.
    pub async fn delete(&self, sid: &MessagingServiceSid) -> Result<(), Error> {
        self.0.execute(Request::delete("deleting a messaging service", one(sid)).on(Product::Messaging)).await
    }

    /// Lists services.
    pub fn list(&self, filter: &ListServices) -> Listing<MessagingService> {
        let request = Request::get(MessagingService::WHAT, ALL).on(Product::Messaging);
        Listing::new(self.0.clone(), request.with_filter(&filter.fields))
    }

    /// The numbers of a service.
    #[must_use]
    pub fn phone_numbers(&self, service: MessagingServiceSid) -> ServicePhoneNumbers<'a> {
        ServicePhoneNumbers(self.0, service)
    }
}

/// The numbers of one messaging service.
#[derive(Debug, Clone, Copy)]
pub struct ServicePhoneNumbers<'a>(&'a Client, MessagingServiceSid);

impl ServicePhoneNumbers<'_> {
    fn all(&self) -> String {
        format!("/v1/Services/{}/PhoneNumbers", self.1)
    }

    fn one(&self, number: &PhoneNumberSid) -> String {
        format!("/v1/Services/{}/PhoneNumbers/{number}", self.1)
    }

    /// Puts one of the account's numbers into the pool.
    ///
    /// # Errors
    /// [`Error::is_permanent`] with code 21710 when it is in this pool already, 21712 when it is in another.
    pub async fn attach(&self, number: &PhoneNumberSid) -> Result<PooledNumber, Error> {
        let request = Request::create("attaching a number to a service", self.all()).on(Product::Messaging);
        self.0.request(request.with_field("PhoneNumberSid", number.as_str())).await
    }

    /// Reads a number of the pool.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when it is not in the pool.
    pub async fn fetch(&self, number: &PhoneNumberSid) -> Result<PooledNumber, Error> {
        self.0.request(Request::get("fetching a service's number", self.one(number)).on(Product::Messaging)).await
    }

    /// Takes a number out of the pool; it stays the account's.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when it is not in the pool.
    pub async fn detach(&self, number: &PhoneNumberSid) -> Result<(), Error> {
        let request = Request::delete("detaching a number from a service", self.one(number));
        self.0.execute(request.on(Product::Messaging)).await
    }

    /// Lists the pool.
    pub fn list(&self, filter: &ListServices) -> Listing<PooledNumber> {
        let request = Request::get(PooledNumber::WHAT, self.all()).on(Product::Messaging);
        Listing::new(self.0.clone(), request.with_filter(&filter.fields))
    }
}
