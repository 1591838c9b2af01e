use chrono::{DateTime, Utc};

use crate::address::Address;
use crate::open::open_enum;
use crate::secret::Private;
use crate::twilio::resource::resource;
use crate::twilio::values::Sensitive;

open_enum! {
    /// Why a number cannot exist.
    pub enum ValidationError {
        /// It has too few digits.
        TooShort = "TOO_SHORT",
        /// It has too many digits.
        TooLong = "TOO_LONG",
        /// Its length is possible, its digits are not.
        InvalidButPossible = "INVALID_BUT_POSSIBLE",
        /// No country has its prefix.
        InvalidCountryCode = "INVALID_COUNTRY_CODE",
        /// Its length is wrong.
        InvalidLength = "INVALID_LENGTH",
        /// It is no number.
        NotANumber = "NOT_A_NUMBER",
    }
}

open_enum! {
    /// What kind of line a number is (<https://www.twilio.com/docs/lookup/v2-api/line-type-intelligence#type-property-values>).
    pub enum LineType {
        /// Of a mobile network.
        Mobile = "mobile",
        /// Of a fixed line.
        Landline = "landline",
        /// Free for the caller.
        TollFree = "tollFree",
        /// Of the internet, at a fixed place.
        FixedVoip = "fixedVoip",
        /// Of the internet, anywhere.
        NonFixedVoip = "nonFixedVoip",
        /// Follows a person.
        Personal = "personal",
        /// Costs the caller extra.
        Premium = "premium",
        /// Of a mailbox.
        Voicemail = "voicemail",
        /// Whose cost caller and owner share.
        SharedCost = "sharedCost",
        /// Of a company, the same everywhere.
        Uan = "uan",
        /// Of a pager.
        Pager = "pager",
        /// It could not be told.
        Unknown = "unknown",
    }
}

resource! {
    /// Who a number belongs to.
    pub struct CallerName {
        /// The name.
        caller_name: Private,
        /// `BUSINESS`, `CONSUMER` or `UNDETERMINED`.
        caller_type: String,
        /// Why it is not known.
        error_code: u32,
    }
}

resource! {
    /// When a SIM card was changed last.
    pub struct LastSimSwap {
        /// When.
        last_sim_swap_date: DateTime<Utc>,
        /// The time that was asked about, as an ISO 8601 duration.
        swapped_period: String,
        /// Whether it was within that time.
        swapped_in_period: bool,
    }
}

resource! {
    /// Whether a SIM card was changed.
    pub struct SimSwap {
        /// The last change.
        last_sim_swap: LastSimSwap,
        /// The carrier.
        carrier_name: String,
        /// The mobile country code.
        mobile_country_code: String,
        /// The mobile network code.
        mobile_network_code: String,
        /// Why it is not known.
        error_code: u32,
    }
}

resource! {
    /// Whether calls are forwarded without condition.
    pub struct CallForwarding {
        /// They are, or not.
        call_forwarding_enabled: bool,
        /// Why it is not known.
        error_code: u32,
    }
}

resource! {
    /// What kind of line a number is, and whose.
    pub struct LineTypeIntelligence {
        /// What kind.
        kind = "type": LineType,
        /// The carrier.
        carrier_name: String,
        /// The mobile country code.
        mobile_country_code: String,
        /// The mobile network code.
        mobile_network_code: String,
        /// Why it is not known.
        error_code: u32,
    }
}

resource! {
    /// Whether a number is in use.
    pub struct LineStatus {
        /// `active`, `reachable`, `unreachable`, `inactive` or `unknown`.
        status: String,
        /// Why it is not known.
        error_code: u32,
    }
}

resource! {
    /// Whether a number belongs to a given person: each `exact_match`, `high_partial_match`, `partial_match`,
    /// `no_match` or `no_data_available`.
    pub struct IdentityMatch {
        /// The first name.
        first_name_match: String,
        /// The last name.
        last_name_match: String,
        /// The street address.
        address_lines_match: String,
        /// The town.
        city_match: String,
        /// The state.
        state_match: String,
        /// The postal code.
        postal_code_match: String,
        /// The country.
        address_country_match: String,
        /// The national identity number.
        national_id_match: String,
        /// The date of birth.
        date_of_birth_match: String,
        /// All together: 0 to 100.
        summary_score: u32,
        /// Why it is not known.
        error_code: u32,
        /// The same in words.
        error_message: String,
    }
}

resource! {
    /// Whether a number was given to somebody else.
    pub struct ReassignedNumber {
        /// Since when that was asked, `YYYYMMDD`.
        last_verified_date: String,
        /// `yes`, `no` or `no_data_available`.
        is_number_reassigned: String,
        /// Why it is not known.
        error_code: String,
    }
}

resource! {
    /// How likely a number takes part in SMS pumping.
    pub struct SmsPumpingRisk {
        /// The carrier's risk: `low`, `mild`, `moderate` or `high`.
        carrier_risk_category: String,
        /// Whether Twilio blocks it.
        number_blocked: bool,
        /// Since when.
        number_blocked_date: DateTime<Utc>,
        /// Whether Twilio blocked it in the last three months.
        number_blocked_last_3_months: bool,
        /// The risk: 0 to 100.
        sms_pumping_risk_score: u32,
        /// Why it is not known.
        error_code: u32,
    }
}

resource! {
    /// What is known of a number.
    pub struct Lookup {
        /// The country's prefix.
        calling_country_code: String,
        /// The country (ISO 3166-1 alpha-2).
        country_code: String,
        /// The number; what was asked when it cannot exist.
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
        /// Its URL at Twilio, which holds the number.
        url: Private,
    }
}

impl Lookup {
    /// What kind of line it is, if that was asked and is known.
    #[must_use]
    pub fn line_type(&self) -> Option<&LineType> {
        self.line_type_intelligence.as_ref()?.kind.as_ref().filter(|kind| **kind != LineType::Unknown)
    }

    /// Whether a text can arrive; `None` when it cannot be told.
    #[must_use]
    pub fn can_receive_texts(&self) -> Option<bool> {
        if self.valid == Some(false) {
            return Some(false);
        }
        self.line_type().and_then(|kind| match kind {
            LineType::Mobile | LineType::NonFixedVoip | LineType::FixedVoip | LineType::Personal => Some(true),
            LineType::Landline | LineType::Premium | LineType::Voicemail | LineType::SharedCost | LineType::Uan => {
                Some(false)
            }
            _ => None,
        })
    }
}
