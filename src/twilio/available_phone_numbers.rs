//! Numbers for sale (<https://www.twilio.com/docs/phone-numbers/api/availablephonenumber-resource>).
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use std::sync::Arc;
//! # use frontdesk::transport::Stub;
//! # use frontdesk::twilio::Client;
//! use frontdesk::twilio::available_phone_numbers::{NumberKind, SearchNumbers};
//!
//! # let body = r#"{"available_phone_numbers":[{"phone_number":"+15103334444","capabilities":{"voice":true,"SMS":true}}]}"#;
//! # let stub = Stub::new().reply(200, body);
//! # let twilio = Client::builder("AC0123456789abcdef0123456789abcdef".parse()?)
//! #     .with_auth_token("secret").with_transport(Arc::new(stub)).build()?;
//! let search = SearchNumbers::new().area_code(510).voice_enabled(true).sms_enabled(true);
//! let page = twilio.available_phone_numbers().search("US", NumberKind::Local, &search)?.page().await?;
//! let capabilities = page.items[0].capabilities.clone().unwrap_or_default();
//! assert!(capabilities.has_voice() && capabilities.has_sms() && !capabilities.has_fax());
//! # Ok(()) }
//! ```

use std::collections::BTreeMap;

use super::page::{Listing, Paged};
use super::resource::resource;
use super::{Client, Request};
use crate::Error;
use crate::open::open_enum;
use crate::parameters::parameters;
use crate::phone::E164;
use crate::secret::Private;

open_enum! {
    /// Which numbers are for sale (<https://www.twilio.com/docs/phone-numbers/number-types>).
    pub enum NumberKind {
        /// Of a town or area.
        Local = "Local",
        /// For devices.
        MachineToMachine = "MachineToMachine",
        /// Of mobile networks.
        Mobile = "Mobile",
        /// Of a country, without a place.
        National = "National",
        /// Whose cost caller and owner share.
        SharedCost = "SharedCost",
        /// Free for the caller.
        TollFree = "TollFree",
        /// Of the internet.
        Voip = "Voip",
    }
}

open_enum! {
    /// Whose address must be known before a number may be used.
    pub enum AddressRequirement {
        /// Nobody's.
        None = "none",
        /// Any address.
        Any = "any",
        /// One in the number's country.
        Local = "local",
        /// One outside the number's country.
        Foreign = "foreign",
    }
}

resource! {
    /// What a number can do.
    pub struct Capabilities {
        /// Calls.
        voice: bool,
        /// Texts.
        #[serde(alias = "SMS")]
        sms: bool,
        /// Media messages.
        #[serde(alias = "MMS")]
        mms: bool,
        /// Faxes.
        fax: bool,
    }
}

impl Capabilities {
    /// True when it takes and places calls.
    #[must_use]
    pub fn has_voice(&self) -> bool {
        self.voice == Some(true)
    }

    /// True when it sends and receives texts.
    #[must_use]
    pub fn has_sms(&self) -> bool {
        self.sms == Some(true)
    }

    /// True when it sends and receives media messages.
    #[must_use]
    pub fn has_mms(&self) -> bool {
        self.mms == Some(true)
    }

    /// True when it receives faxes.
    #[must_use]
    pub fn has_fax(&self) -> bool {
        self.fax == Some(true)
    }
}

parameters! {
    /// What a number should be like. `near_…` and `in_…` work for the United States and Canada.
    pub struct SearchNumbers() {
        /// Its area code, of three digits.
        area_code: set u32 = "AreaCode",
        /// A pattern of digits and letters, `*` for any digit, at least two characters: `510***55*`, `STORM`.
        contains: into String = "Contains",
        /// It can text, or cannot.
        sms_enabled: set bool = "SmsEnabled",
        /// It can send media messages, or cannot.
        mms_enabled: set bool = "MmsEnabled",
        /// It can take calls, or cannot.
        voice_enabled: set bool = "VoiceEnabled",
        /// Leaves out those that need any address.
        exclude_all_address_required: set bool = "ExcludeAllAddressRequired",
        /// Leaves out those that need an address in their country.
        exclude_local_address_required: set bool = "ExcludeLocalAddressRequired",
        /// Leaves out those that need an address outside their country.
        exclude_foreign_address_required: set bool = "ExcludeForeignAddressRequired",
        /// Whether those new to Twilio are offered.
        beta: set bool = "Beta",
        /// Near this number.
        near_number: into E164 = "NearNumber",
        /// Near this place, `latitude,longitude` in degrees.
        near_lat_long: into String = "NearLatLong",
        /// How near, in miles: up to 500, 25 by default.
        distance: set u32 = "Distance",
        /// In this postal code.
        in_postal_code: into String = "InPostalCode",
        /// In this state or province, by its abbreviation.
        in_region: into String = "InRegion",
        /// In this rate center; needs `in_lata` or a number near by.
        in_rate_center: into String = "InRateCenter",
        /// In this local access and transport area.
        in_lata: into String = "InLata",
        /// In this town.
        in_locality: into String = "InLocality",
        /// It can take faxes, or cannot.
        fax_enabled: set bool = "FaxEnabled",
        /// How many to fetch at a time: 1 to 1,000, 50 by default.
        page_size: set u32 = "PageSize",
    }
}

resource! {
    /// A number for sale.
    pub struct AvailableNumber {
        /// The number.
        phone_number: E164,
        /// The number as people of its country write it.
        friendly_name: Private,
        /// The local access and transport area.
        lata: String,
        /// The town.
        locality: String,
        /// The rate center.
        rate_center: String,
        /// Degrees north.
        latitude: f64,
        /// Degrees east.
        longitude: f64,
        /// The state or province.
        region: String,
        /// The postal code.
        postal_code: String,
        /// The country (ISO 3166-1 alpha-2).
        iso_country: String,
        /// Whose address must be known before it may be used.
        address_requirements: AddressRequirement,
        /// True for those new to Twilio.
        beta: bool,
        /// What it can do.
        capabilities: Capabilities,
    }
}

impl Paged for AvailableNumber {
    const KEY: &'static str = "available_phone_numbers";
    const WHAT: &'static str = "searching for numbers";
}

resource! {
    /// A country in which numbers are for sale.
    pub struct Country {
        /// ISO 3166-1 alpha-2.
        country_code: String,
        /// Its name.
        country: String,
        /// Its path at Twilio.
        uri: String,
        /// True when all its numbers are new to Twilio.
        beta: bool,
        /// The path of each kind of number on sale.
        subresource_uris: BTreeMap<String, String>,
    }
}

impl Paged for Country {
    const KEY: &'static str = "countries";
    const WHAT: &'static str = "listing countries";
}

parameters! {
    /// How to list countries. Twilio answers with all of them and no link to a further page.
    pub struct ListCountries() {
        /// Which page, from 0.
        page: set u32 = "Page",
        /// The mark of a page.
        page_token: into String = "PageToken",
        /// How many to fetch at a time: 1 to 1,000, 50 by default.
        page_size: set u32 = "PageSize",
    }
}

/// Numbers that a client's account could buy.
#[derive(Debug, Clone, Copy)]
pub struct AvailablePhoneNumbers<'a>(&'a Client);

impl<'a> AvailablePhoneNumbers<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists the countries.
    pub fn countries(&self, filter: &ListCountries) -> Listing<Country> {
        let request = Request::get(Country::WHAT, "/2010-04-01/Accounts/{AccountSid}/AvailablePhoneNumbers.json");
        Listing::new(self.0.clone(), request.with_filter(&filter.fields))
    }

    /// Reads what a country (ISO 3166-1 alpha-2) has.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when no numbers are sold there; [`Error::is_permanent`] when it is no country code.
    pub async fn country(&self, country: &str) -> Result<Country, Error> {
        const WHAT: &str = "fetching a country";
        let path = format!("{}.json", folder(country, WHAT)?);
        self.0.request(Request::get(WHAT, path)).await
    }

    /// Searches the numbers of a country (ISO 3166-1 alpha-2) and kind.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when it is no country code or kind. The search itself fails with
    /// [`Error::is_not_found`] when the country has no such numbers.
    pub fn search(
        &self,
        country: &str,
        kind: NumberKind,
        search: &SearchNumbers,
    ) -> Result<Listing<AvailableNumber>, Error> {
        const WHAT: &str = AvailableNumber::WHAT;
        if !kind.as_str().bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(Error::refused(WHAT));
        }
        let path = format!("{}/{kind}.json", folder(country, WHAT)?);
        Ok(Listing::new(self.0.clone(), Request::get(WHAT, path).with_filter(&search.fields)))
    }
}

/// The path of a country; its code cannot change the path.
fn folder(country: &str, what: &'static str) -> Result<String, Error> {
    if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return Err(Error::refused(what).with_source("a country code has two letters"));
    }
    Ok(format!("/2010-04-01/Accounts/{{AccountSid}}/AvailablePhoneNumbers/{}", country.to_ascii_uppercase()))
}
