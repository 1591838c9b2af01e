use chrono::{DateTime, Utc};
use serde::Serialize;

use super::LineType;
use crate::Error;
use crate::address::Address;
use crate::phone::E164;
use crate::twilio::resource::resource;
use crate::twilio::{Client, Product, Request};

/// A correction to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use]
pub struct NewOverride {
    line_type: LineType,
    reason: String,
}

impl NewOverride {
    /// What kind of line it is really, and how that is known.
    pub fn new(line_type: LineType, reason: impl Into<String>) -> Self {
        Self { line_type, reason: reason.into() }
    }
}

resource! {
    /// A correction of a number's line type.
    pub struct LineTypeOverride {
        /// The number.
        phone_number: Address,
        /// What Twilio's data say.
        original_line_type: LineType,
        /// What this account says.
        overridden_line_type: LineType,
        /// How that is known.
        override_reason: String,
        /// When it was made.
        override_timestamp: DateTime<Utc>,
        /// Who made it.
        overridden_by_account_sid: String,
    }
}

/// Corrections of one number's line type (<https://www.twilio.com/docs/lookup/v2-api/line-type-intelligence-override>).
#[derive(Debug, Clone, Copy)]
pub struct Overrides<'a>(&'a Client, E164);

impl<'a> Overrides<'a> {
    pub(super) fn new(client: &'a Client, number: E164) -> Self {
        Self(client, number)
    }

    fn path(&self) -> String {
        format!("/v2/PhoneNumbers/{}/Overrides/line_type_intelligence", self.1.as_str())
    }

    /// Makes a correction.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when there is one already.
    pub async fn create(&self, new: &NewOverride) -> Result<LineTypeOverride, Error> {
        let request = Request::create("overriding a line type", self.path()).on(Product::Lookups);
        self.0.request(request.with_json(new)?).await
    }

    /// Reads the correction.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none.
    pub async fn fetch(&self) -> Result<LineTypeOverride, Error> {
        self.0.request(Request::get("fetching a line type's override", self.path()).on(Product::Lookups)).await
    }

    /// Changes the correction.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none.
    pub async fn update(&self, new: &NewOverride) -> Result<LineTypeOverride, Error> {
        let request = Request::put("changing a line type's override", self.path()).on(Product::Lookups);
        self.0.request(request.with_json(new)?).await
    }

    /// Takes the correction back.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none.
    pub async fn delete(&self) -> Result<(), Error> {
        self.0.execute(Request::delete("deleting a line type's override", self.path()).on(Product::Lookups)).await
    }
}
