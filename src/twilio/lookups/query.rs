use chrono::NaiveDate;

use crate::open::open_enum;
use crate::parameters::parameters;
use crate::secret::Private;
use crate::twilio::Request;

open_enum! {
    /// A data package.
    pub enum Field {
        /// Who the number belongs to, in the United States.
        CallerName = "caller_name",
        /// When its SIM card was changed.
        SimSwap = "sim_swap",
        /// Whether calls are forwarded without condition.
        CallForwarding = "call_forwarding",
        /// Whether it is a mobile, landline or internet number, and whose.
        LineTypeIntelligence = "line_type_intelligence",
        /// Whether it is in use.
        LineStatus = "line_status",
        /// Whether it belongs to a given person.
        IdentityMatch = "identity_match",
        /// Whether it was given to somebody else.
        ReassignedNumber = "reassigned_number",
        /// How likely it takes part in SMS pumping.
        SmsPumpingRisk = "sms_pumping_risk",
        /// How good a number it is.
        PhoneNumberQualityScore = "phone_number_quality_score",
        /// What is known of its owner, for a form.
        PreFill = "pre_fill",
        /// Whether it can exist.
        Validation = "validation",
    }
}

parameters! {
    /// What to ask of a number besides whether it can exist. The names and addresses are for
    /// [`Field::IdentityMatch`] and leave for Twilio's partners.
    pub struct LookupQuery() {
        /// Adds a data package.
        field: many Field = "Fields",
        /// The country (ISO 3166-1 alpha-2) of a number that is written nationally.
        country_code: into String = "CountryCode",
        /// A first name to match.
        first_name: into Private = "FirstName",
        /// A last name to match.
        last_name: into Private = "LastName",
        /// A street address to match.
        address_line1: into Private = "AddressLine1",
        /// The rest of the street address.
        address_line2: into Private = "AddressLine2",
        /// A town to match.
        city: into Private = "City",
        /// A state to match.
        state: into Private = "State",
        /// A postal code to match.
        postal_code: into Private = "PostalCode",
        /// A country (ISO 3166-1 alpha-2) to match.
        address_country_code: into String = "AddressCountryCode",
        /// A national identity number to match.
        national_id: into Private = "NationalId",
        /// A date of birth to match, `YYYYMMDD`.
        date_of_birth: into Private = "DateOfBirth",
        /// For [`Field::ReassignedNumber`]: when the number was known to be its owner's, `YYYYMMDD`.
        last_verified_date: into String = "LastVerifiedDate",
        /// For [`Field::PreFill`]: the verification that was passed.
        verification_sid: into String = "VerificationSid",
        /// For [`Field::SmsPumpingRisk`]: the customer on whose behalf you ask.
        partner_sub_id: into String = "PartnerSubId",
    }
}

impl LookupQuery {
    /// As [`last_verified_date`](Self::last_verified_date), from a date.
    pub fn last_verified(self, date: NaiveDate) -> Self {
        self.last_verified_date(date.format("%Y%m%d").to_string())
    }

    /// `Fields` is the one list that this API wants as a single value, joined by commas.
    pub(super) fn apply(&self, request: Request) -> Request {
        let fields: Vec<&str> =
            self.fields.iter().filter(|(name, _)| *name == "Fields").map(|(_, value)| value).collect();
        let request = if fields.is_empty() { request } else { request.with_query("Fields", fields.join(",")) };
        self.fields
            .iter()
            .filter(|(name, _)| *name != "Fields")
            .fold(request, |request, (name, value)| request.with_query(name, value))
    }
}
