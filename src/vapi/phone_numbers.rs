//! Phone numbers that assistants answer and call from (<https://docs.vapi.ai/phone-numbers>).

use chrono::{DateTime, Utc};
use futures_util::stream::BoxStream;

use super::client::Client;
use super::destinations::TransferDestination;
use super::page::{self, listed};
use super::request::Request;
use super::server::{Hook, Server};
use super::values::{AssistantId, PhoneNumberId, SquadId, Timestamp};
use crate::id::AccountSid;
use crate::object::object;
use crate::open::open_enum;
use crate::parameters::parameters;
use crate::phone::E164;
use crate::secret::Private;
use crate::{Error, Secret};

/// Phone numbers that assistants answer and call from.
#[derive(Debug, Clone, Copy)]
pub struct PhoneNumbers<'a> {
    pub(super) client: &'a Client,
}

object! {
    /// A phone number (<https://docs.vapi.ai/api-reference/phone-numbers/create>).
    ///
    /// The same type is read, made and changed; what is absent is left alone where it is changed.
    /// [`id`](Self::id), [`org_id`](Self::org_id), [`status`](Self::status) and the times are only Vapi's to set. Who
    /// answers is asked of the server when there is neither assistant nor squad.
    pub struct PhoneNumber {
        /// The assistant that answers.
        assistant_id: AssistantId,
        /// Who may call by SIP; of Vapi's own numbers.
        authentication: SipAuthentication,
        /// When it was made.
        created_at: DateTime<Utc>,
        /// The credential of its carrier.
        credential_id: String,
        /// Who is called when nobody else answers.
        fallback_destination: TransferDestination,
        /// What is done by itself when somebody calls.
        hooks: Vec<Hook>,
        /// Its name.
        id: PhoneNumberId,
        /// What it is called, in 40 characters at most.
        name: String,
        /// The number itself.
        number: Private,
        /// The area code that is wished for; of Vapi's own numbers.
        number_desired_area_code: String,
        /// Whether the number has to be in E.164; it has to by default.
        number_e164_check_enabled: bool,
        /// Whose it is.
        org_id: String,
        /// Which carrier it is of.
        provider: PhoneNumberProvider,
        /// Where its messages go.
        server: Server,
        /// Its SIP address; of Vapi's own numbers.
        sip_uri: Private,
        /// Whether Vapi takes the number's texts as well, by setting its messaging webhook at Twilio; it does by
        /// default.
        sms_enabled: bool,
        /// The squad that answers.
        squad_id: SquadId,
        /// Whether it can be used yet.
        status: PhoneNumberStatus,
        /// The account at Twilio.
        twilio_account_sid: String,
        /// The API key at Twilio.
        twilio_api_key: Private,
        /// Its secret.
        twilio_api_secret: Private,
        /// The account's auth token.
        twilio_auth_token: Private,
        /// When it was last changed.
        updated_at: DateTime<Utc>,
        /// The workflow that answers.
        workflow_id: String,
    }
}

listed!(PhoneNumber);

impl PhoneNumber {
    /// A number of a Twilio account's.
    ///
    /// Vapi sets the number's voice webhook at Twilio to its own. Left to itself it would do so with the messaging
    /// webhook as well, and texts to the number would not reach the host any more: so
    /// [`sms_enabled`](Self::sms_enabled) is `false` here.
    #[must_use]
    pub fn twilio(number: &E164, account: AccountSid, auth_token: &Secret) -> Self {
        Self {
            provider: Some(PhoneNumberProvider::Twilio),
            number: Some(number.as_str().into()),
            twilio_account_sid: Some(account.to_string()),
            twilio_auth_token: Some(auth_token.expose().into()),
            sms_enabled: Some(false),
            ..Self::default()
        }
    }

    /// A number of Vapi's own, in an area if there is one.
    #[must_use]
    pub fn vapi(area_code: Option<&str>) -> Self {
        Self {
            provider: Some(PhoneNumberProvider::Vapi),
            number_desired_area_code: area_code.map(ToOwned::to_owned),
            ..Self::default()
        }
    }

    /// A number of one's own SIP trunk, by its credential.
    #[must_use]
    pub fn byo(number: &E164, credential_id: impl Into<String>) -> Self {
        Self {
            provider: Some(PhoneNumberProvider::ByoPhoneNumber),
            number: Some(number.as_str().into()),
            credential_id: Some(credential_id.into()),
            ..Self::default()
        }
    }

    /// The assistant that answers.
    #[must_use]
    pub fn with_assistant(mut self, id: AssistantId) -> Self {
        self.assistant_id = Some(id);
        self
    }

    /// Where its messages go, and who answers is asked of when there is no assistant.
    #[must_use]
    pub fn with_server(mut self, server: Server) -> Self {
        self.server = Some(server);
        self
    }
}

open_enum! {
    /// Which carrier a number is of.
    pub enum PhoneNumberProvider {
        /// Twilio.
        Twilio = "twilio",
        /// Vapi itself.
        Vapi = "vapi",
        /// One's own SIP trunk.
        ByoPhoneNumber = "byo-phone-number",
        /// Vonage.
        Vonage = "vonage",
        /// Telnyx.
        Telnyx = "telnyx",
    }
}

open_enum! {
    /// Whether a number can be used.
    pub enum PhoneNumberStatus {
        /// It can.
        Active = "active",
        /// It can soon.
        Activating = "activating",
        /// It was blocked.
        Blocked = "blocked",
    }
}

object! {
    /// Who may call a number by SIP.
    pub struct SipAuthentication {
        /// The password, 20 to 40 characters.
        password: Private,
        /// The realm.
        realm: String,
        /// The user, 20 to 40 characters.
        username: Private,
    }
}

object! {
    /// A number of a Twilio account's for one call, which Vapi does not have.
    pub struct TransientPhoneNumber {
        /// The assistant that answers.
        assistant_id: AssistantId,
        /// Who is called when nobody else answers.
        fallback_destination: TransferDestination,
        /// What is done by itself when somebody calls.
        hooks: Vec<Hook>,
        /// What it is called, in 40 characters at most.
        name: String,
        /// Where its messages go.
        server: Server,
        /// Whether Vapi takes the number's texts as well, by setting its messaging webhook at Twilio; it does by
        /// default.
        sms_enabled: bool,
        /// The squad that answers.
        squad_id: SquadId,
        /// The account at Twilio.
        twilio_account_sid: String,
        /// The API key at Twilio.
        twilio_api_key: Private,
        /// Its secret.
        twilio_api_secret: Private,
        /// The account's auth token.
        twilio_auth_token: Private,
        /// The number itself.
        twilio_phone_number: Private,
        /// The workflow that answers.
        workflow_id: String,
    }
}

impl TransientPhoneNumber {
    /// A number of a Twilio account's. Its texts stay where they are, as with [`PhoneNumber::twilio`].
    #[must_use]
    pub fn twilio(number: &E164, account: AccountSid, auth_token: &Secret) -> Self {
        Self {
            twilio_phone_number: Some(number.as_str().into()),
            twilio_account_sid: Some(account.to_string()),
            twilio_auth_token: Some(auth_token.expose().into()),
            sms_enabled: Some(false),
            ..Self::default()
        }
    }
}

parameters! {
    /// Which phone numbers are listed.
    pub struct ListPhoneNumbers () {
        /// Only those created from then on.
        created_at_ge: into Timestamp = "createdAtGe",
        /// Only those created after that.
        created_at_gt: into Timestamp = "createdAtGt",
        /// Only those created up to then.
        created_at_le: into Timestamp = "createdAtLe",
        /// Only those created before that.
        created_at_lt: into Timestamp = "createdAtLt",
        /// At most so many on a page, up to 1,000; 100 by default.
        limit: set u32 = "limit",
        /// Only those changed from then on.
        updated_at_ge: into Timestamp = "updatedAtGe",
        /// Only those changed after that.
        updated_at_gt: into Timestamp = "updatedAtGt",
        /// Only those changed last up to then.
        updated_at_le: into Timestamp = "updatedAtLe",
        /// Only those changed last before that.
        updated_at_lt: into Timestamp = "updatedAtLt",
    }
}

fn one(id: &PhoneNumberId) -> String {
    format!("phone-number/{id}")
}

impl<'a> PhoneNumbers<'a> {
    /// Makes a phone number: takes one in, or buys one of Vapi's. See [`PhoneNumber::twilio`] for what that does to
    /// texts.
    ///
    /// # Errors
    /// [`Error::is_outcome_unknown`] when it may be there.
    pub async fn create(&self, number: &PhoneNumber) -> Result<PhoneNumber, Error> {
        self.client.call(Request::create("making a phone number", "phone-number").with_json(number)?).await
    }

    /// One page of phone numbers, latest first.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when more than 1,000 are asked for.
    pub async fn list(&self, query: &ListPhoneNumbers) -> Result<Vec<PhoneNumber>, Error> {
        page::list(self.client, Request::get("listing phone numbers", "phone-number").with_query(&query.fields)).await
    }

    /// All phone numbers, latest first, fetched page by page as they are asked for.
    #[must_use]
    pub fn stream(&self, query: &ListPhoneNumbers) -> BoxStream<'a, Result<PhoneNumber, Error>> {
        page::stream(self.client, Request::get("listing phone numbers", "phone-number").with_query(&query.fields))
    }

    /// A phone number.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none.
    pub async fn get(&self, id: &PhoneNumberId) -> Result<PhoneNumber, Error> {
        self.client.call(Request::get("reading a phone number", one(id))).await
    }

    /// Changes what is named of a phone number. Vapi wants its [`provider`](PhoneNumber::provider) named as well.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none.
    pub async fn update(&self, id: &PhoneNumberId, number: &PhoneNumber) -> Result<PhoneNumber, Error> {
        self.client.call(Request::update("changing a phone number", one(id)).with_json(number)?).await
    }

    /// Deletes a phone number. A carrier's stays with the carrier.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none.
    pub async fn delete(&self, id: &PhoneNumberId) -> Result<PhoneNumber, Error> {
        self.client.call(Request::delete("deleting a phone number", one(id))).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_of_a_twilio_number_stay_where_they_are() {
        let account: AccountSid = "AC0123456789abcdef0123456789abcdef".parse().unwrap();
        let number = "+14155552671".parse().unwrap();
        let token = Secret::new("canary");
        let whole = PhoneNumber::twilio(&number, account, &token);
        let transient = TransientPhoneNumber::twilio(&number, account, &token);
        for json in [serde_json::to_value(&whole).unwrap(), serde_json::to_value(&transient).unwrap()] {
            assert_eq!(json["smsEnabled"], false);
            assert_eq!(json["twilioAuthToken"], "canary");
        }
        let text = format!("{whole:?} {transient:?}");
        assert!(!text.contains("canary") && !text.contains("555"), "{text}");
    }
}
