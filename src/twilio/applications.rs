//! TwiML applications: a set of webhooks under one name (<https://www.twilio.com/docs/usage/api/applications>).
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use std::sync::Arc;
//! # use frontdesk::transport::Stub;
//! # use frontdesk::twilio::Client;
//! use frontdesk::twilio::applications::NewApplication;
//!
//! # let stub = Stub::new().reply(201, r#"{"sid":"AP0123456789abcdef0123456789abcdef","voice_method":"POST"}"#);
//! # let twilio = Client::builder("AC0123456789abcdef0123456789abcdef".parse()?)
//! #     .with_auth_token("secret").with_transport(Arc::new(stub)).build()?;
//! let url: url::Url = "https://example.com/voice".parse()?;
//! let application = twilio.applications().create(&NewApplication::new().friendly_name("Desk").voice_url(url)).await?;
//! assert!(application.sid.is_some());
//! # Ok(()) }
//! ```

use chrono::{DateTime, Utc};

use super::page::{Listing, Paged};
use super::resource::resource;
use super::values::WebhookUrl;
use super::{Client, Request};
use crate::Error;
use crate::id::{AccountSid, ApplicationSid};
use crate::parameters::parameters;
use crate::twiml::Method;

parameters! {
    /// An application to make, or the settings to change of one.
    pub struct NewApplication() {
        /// The version of the API its calls use.
        api_version: into String = "ApiVersion",
        /// Its name, of up to 64 characters.
        friendly_name: into String = "FriendlyName",
        /// What is asked when a call comes in.
        voice_url: into WebhookUrl = "VoiceUrl",
        /// How it is asked.
        voice_method: set Method = "VoiceMethod",
        /// What is asked when the first URL fails.
        voice_fallback_url: into WebhookUrl = "VoiceFallbackUrl",
        /// How it is asked.
        voice_fallback_method: set Method = "VoiceFallbackMethod",
        /// What is told how calls go.
        status_callback: into WebhookUrl = "StatusCallback",
        /// How it is told.
        status_callback_method: set Method = "StatusCallbackMethod",
        /// Whether the caller's name is looked up, for a fee.
        voice_caller_id_lookup: set bool = "VoiceCallerIdLookup",
        /// What is asked when a message comes in.
        sms_url: into WebhookUrl = "SmsUrl",
        /// How it is asked.
        sms_method: set Method = "SmsMethod",
        /// What is asked when the first URL fails.
        sms_fallback_url: into WebhookUrl = "SmsFallbackUrl",
        /// How it is asked.
        sms_fallback_method: set Method = "SmsFallbackMethod",
        /// What is told how messages fare; the older name of `message_status_callback`.
        sms_status_callback: into WebhookUrl = "SmsStatusCallback",
        /// What is told how messages fare.
        message_status_callback: into WebhookUrl = "MessageStatusCallback",
        /// Whether other accounts may dial it with `<Dial><Application>`.
        public_application_connect_enabled: set bool = "PublicApplicationConnectEnabled",
    }
}

parameters! {
    /// Which applications to list.
    pub struct ListApplications() {
        /// Of this name only.
        friendly_name: into String = "FriendlyName",
        /// How many to fetch at a time: 1 to 1,000, 50 by default.
        page_size: set u32 = "PageSize",
    }
}

resource! {
    /// A TwiML application.
    pub struct Application {
        /// The application.
        sid: ApplicationSid,
        /// The account.
        account_sid: AccountSid,
        /// Its name.
        friendly_name: String,
        /// The version of the API its calls use.
        api_version: String,
        /// What is asked when a call comes in.
        voice_url: WebhookUrl,
        /// How it is asked.
        voice_method: Method,
        /// What is asked when the first URL fails.
        voice_fallback_url: WebhookUrl,
        /// How it is asked.
        voice_fallback_method: Method,
        /// Whether the caller's name is looked up.
        voice_caller_id_lookup: bool,
        /// What is told how calls go.
        status_callback: WebhookUrl,
        /// How it is told.
        status_callback_method: Method,
        /// What is asked when a message comes in.
        sms_url: WebhookUrl,
        /// How it is asked.
        sms_method: Method,
        /// What is asked when the first URL fails.
        sms_fallback_url: WebhookUrl,
        /// How it is asked.
        sms_fallback_method: Method,
        /// What is told how messages fare, by its older name.
        sms_status_callback: WebhookUrl,
        /// What is told how messages fare.
        message_status_callback: WebhookUrl,
        /// Whether other accounts may dial it.
        public_application_connect_enabled: bool,
        /// When it was made.
        date_created: DateTime<Utc>,
        /// When it was changed last.
        date_updated: DateTime<Utc>,
        /// Its path at Twilio.
        uri: String,
    }
}

impl Paged for Application {
    const KEY: &'static str = "applications";
    const WHAT: &'static str = "listing applications";
}

/// The applications of a client's account.
#[derive(Debug, Clone, Copy)]
pub struct Applications<'a>(&'a Client);

const ALL: &str = "/2010-04-01/Accounts/{AccountSid}/Applications.json";

fn one(sid: &ApplicationSid) -> String {
    format!("/2010-04-01/Accounts/{{AccountSid}}/Applications/{sid}.json")
}

impl<'a> Applications<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Makes an application.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when Twilio refuses a setting.
    pub async fn create(&self, application: &NewApplication) -> Result<Application, Error> {
        self.0.request(Request::create("creating an application", ALL).with_form(&application.fields)).await
    }

    /// Reads an application.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the account has no such application.
    pub async fn fetch(&self, sid: &ApplicationSid) -> Result<Application, Error> {
        self.0.request(Request::get("fetching an application", one(sid))).await
    }

    /// Changes the settings that are set in `changes`.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the account has no such application.
    pub async fn update(&self, sid: &ApplicationSid, changes: &NewApplication) -> Result<Application, Error> {
        self.0.request(Request::update("updating an application", one(sid)).with_form(&changes.fields)).await
    }

    /// Deletes an application; numbers that use it then have no webhooks.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the account has no such application.
    pub async fn delete(&self, sid: &ApplicationSid) -> Result<(), Error> {
        self.0.execute(Request::delete("deleting an application", one(sid))).await
    }

    /// Lists applications.
    pub fn list(&self, filter: &ListApplications) -> Listing<Application> {
        Listing::new(self.0.clone(), Request::get(Application::WHAT, ALL).with_filter(&filter.fields))
    }
}
