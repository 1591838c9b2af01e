use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::Error;
use crate::id::{AccountSid, IntelligenceServiceSid, OperatorSid};
use crate::open::open_enum;
use crate::parameters::parameters;
use crate::twilio::page::{Listing, Paged};
use crate::twilio::resource::resource;
use crate::twilio::{Client, Product, Request};

open_enum! {
    /// Who may use an operator.
    pub enum Availability {
        /// Twilio only.
        Internal = "internal",
        /// Everybody, not finished.
        Beta = "beta",
        /// Everybody.
        Public = "public",
        /// Who uses it already.
        Deprecated = "deprecated",
        /// Everybody, finished.
        GeneralAvailability = "general-availability",
        /// Nobody any more.
        Retired = "retired",
    }
}

parameters! {
    /// Which operators to list.
    pub struct ListOperators() {
        /// Of this availability only.
        availability: set Availability = "Availability",
        /// For this language only, such as `en-US`.
        language_code: into String = "LanguageCode",
        /// How many to fetch at a time: 1 to 1,000, 50 by default.
        page_size: set u32 = "PageSize",
    }
}

resource! {
    /// A language operator: something that reads a transcript and says what it finds.
    pub struct Operator {
        /// The operator.
        sid: OperatorSid,
        /// The account; absent for Twilio's own.
        account_sid: AccountSid,
        /// Its name, such as `Conversation Summary`.
        friendly_name: String,
        /// What it does, in words.
        description: String,
        /// Who made it.
        author: String,
        /// What kind of result it gives.
        operator_type: String,
        /// Counts its changes.
        version: u32,
        /// Who may use it.
        availability: Availability,
        /// Its settings.
        config: Value,
        /// When it was made.
        date_created: DateTime<Utc>,
        /// When it was changed last.
        date_updated: DateTime<Utc>,
        /// Its URL at Twilio.
        url: String,
    }
}

impl Paged for Operator {
    const KEY: &'static str = "operators";
    const WHAT: &'static str = "listing operators";
}

resource! {
    /// An operator that reads what a service transcribes.
    pub struct OperatorAttachment {
        /// The service.
        service_sid: IntelligenceServiceSid,
        /// The operator.
        operator_sid: OperatorSid,
        /// Its URL at Twilio.
        url: String,
    }
}

resource! {
    /// The operators of a service.
    pub struct OperatorAttachments {
        /// The service.
        service_sid: IntelligenceServiceSid,
        /// The operators.
        operator_sids: Vec<OperatorSid>,
        /// Its URL at Twilio.
        url: String,
    }
}

/// Language operators (<https://www.twilio.com/docs/conversational-intelligence/api/operator-resource>).
#[derive(Debug, Clone, Copy)]
pub struct Operators<'a>(&'a Client);

fn attachment(service: &IntelligenceServiceSid, operator: &OperatorSid) -> String {
    format!("/v2/Services/{service}/Operators/{operator}")
}

impl<'a> Operators<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Reads an operator.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is no such operator.
    pub async fn fetch(&self, sid: &OperatorSid) -> Result<Operator, Error> {
        let request = Request::get("fetching an operator", format!("/v2/Operators/{sid}"));
        self.0.request(request.on(Product::Intelligence)).await
    }

    /// Lists operators: Twilio's and the account's.
    pub fn list(&self, filter: &ListOperators) -> Listing<Operator> {
        let request = Request::get(Operator::WHAT, "/v2/Operators").on(Product::Intelligence);
        Listing::new(self.0.clone(), request.with_filter(&filter.fields))
    }

    /// Lets an operator read what a service transcribes.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is no such service or operator.
    pub async fn attach(
        &self,
        service: &IntelligenceServiceSid,
        operator: &OperatorSid,
    ) -> Result<OperatorAttachment, Error> {
        let request = Request::update("attaching an operator", attachment(service, operator));
        self.0.request(request.on(Product::Intelligence)).await
    }

    /// Takes an operator away from a service.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when it was not attached.
    pub async fn detach(&self, service: &IntelligenceServiceSid, operator: &OperatorSid) -> Result<(), Error> {
        let request = Request::delete("detaching an operator", attachment(service, operator));
        self.0.execute(request.on(Product::Intelligence)).await
    }

    /// Reads which operators a service has.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is no such service.
    pub async fn attached(&self, service: &IntelligenceServiceSid) -> Result<OperatorAttachments, Error> {
        let request = Request::get("listing a service's operators", format!("/v2/Services/{service}/Operators"));
        self.0.request(request.on(Product::Intelligence)).await
    }
}
