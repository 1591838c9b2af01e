use serde::Serialize;

use super::{
    CallForwarding, CallerName, Field, IdentityMatch, LineStatus, LineTypeIntelligence, ReassignedNumber, SimSwap,
    SmsPumpingRisk, ValidationError,
};
use crate::address::Address;
use crate::phone::E164;
use crate::secret::Private;
use crate::twilio::resource::resource;
use crate::twilio::values::Sensitive;

/// One number of a batch. What is `None` is not asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use]
pub struct BatchQuery {
    #[serde(skip_serializing_if = "Option::is_none")]
    correlation_id: Option<String>,
    phone_number: E164,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<Field>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity_match: Option<IdentityQuery>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reassigned_number: Option<ReassignedQuery>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sms_pumping_risk: Option<RiskQuery>,
}

impl BatchQuery {
    /// Whether a number can exist, and the given data packages.
    pub fn new(number: E164, fields: impl IntoIterator<Item = Field>) -> Self {
        Self {
            correlation_id: None,
            phone_number: number,
            fields: fields.into_iter().collect(),
            country_code: None,
            identity_match: None,
            reassigned_number: None,
            sms_pumping_risk: None,
        }
    }

    /// A name by which the answer is found.
    pub fn correlation_id(mut self, id: impl Into<String>) -> Self {
        self.correlation_id = Some(id.into());
        self
    }

    /// The number's country (ISO 3166-1 alpha-2).
    pub fn country_code(mut self, code: impl Into<String>) -> Self {
        self.country_code = Some(code.into());
        self
    }

    /// The person for [`Field::IdentityMatch`].
    pub fn identity(mut self, person: IdentityQuery) -> Self {
        self.identity_match = Some(person);
        self
    }

    /// Since when, for [`Field::ReassignedNumber`].
    pub fn reassigned_since(mut self, since: ReassignedQuery) -> Self {
        self.reassigned_number = Some(since);
        self
    }

    /// On whose behalf, for [`Field::SmsPumpingRisk`].
    pub fn risk(mut self, risk: RiskQuery) -> Self {
        self.sms_pumping_risk = Some(risk);
        self
    }
}

/// A person to match. Leaves for Twilio's partners.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct IdentityQuery {
    /// The first name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<Private>,
    /// The last name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<Private>,
    /// The street address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address_line1: Option<Private>,
    /// The rest of the street address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address_line2: Option<Private>,
    /// The town.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<Private>,
    /// The state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<Private>,
    /// The postal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<Private>,
    /// The country (ISO 3166-1 alpha-2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address_country_code: Option<String>,
    /// The national identity number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub national_id: Option<Private>,
    /// The date of birth, `YYYYMMDD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_of_birth: Option<Private>,
}

/// Since when a number is asked to have been its owner's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ReassignedQuery {
    /// `YYYYMMDD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_verified_date: Option<String>,
}

/// On whose behalf a risk is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RiskQuery {
    /// Your customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partner_sub_id: Option<String>,
}

resource! {
    /// The answers of a batch.
    pub struct BatchAnswer {
        /// One for each number.
        phone_numbers: Vec<BatchResult>,
    }
}

resource! {
    /// What is known of one number of a batch.
    pub struct BatchResult {
        /// The name that the query gave.
        correlation_id: String,
        /// Why this number could not be looked up.
        twilio_error_code: u32,
        /// The country's prefix.
        calling_country_code: String,
        /// The country (ISO 3166-1 alpha-2).
        country_code: String,
        /// The number.
        phone_number: Address,
        /// The number as people of its country write it.
        national_format: Private,
        /// Whether it can exist.
        valid: bool,
        /// Why it cannot.
        validation_errors: Vec<ValidationError>,
        /// Who it belongs to.
        caller_name: CallerName,
        /// Whether its SIM card was changed.
        sim_swap: SimSwap,
        /// Whether calls are forwarded without condition.
        call_forwarding: CallForwarding,
        /// What kind of line it is.
        line_type_intelligence: LineTypeIntelligence,
        /// Whether it is in use.
        line_status: LineStatus,
        /// Whether it belongs to the person asked about.
        identity_match: IdentityMatch,
        /// Whether it was given to somebody else.
        reassigned_number: ReassignedNumber,
        /// How likely it takes part in SMS pumping.
        sms_pumping_risk: SmsPumpingRisk,
        /// How good a number it is; Twilio does not say what this holds.
        phone_number_quality_score: Sensitive,
        /// What is known of its owner; Twilio does not say what this holds.
        pre_fill: Sensitive,
    }
}
