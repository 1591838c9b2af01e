//! What is known of a number (<https://www.twilio.com/docs/lookup/v2-api>). Whether it can exist is free; each data
//! package costs a fee.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use std::sync::Arc;
//! # use frontdesk::transport::Stub;
//! # use frontdesk::twilio::Client;
//! use frontdesk::phone::E164;
//! use frontdesk::twilio::lookups::{Field, LookupQuery};
//!
//! # let stub = Stub::new().reply(200, r#"{"valid":true,"line_type_intelligence":{"type":"landline"}}"#);
//! # let twilio = Client::builder("AC0123456789abcdef0123456789abcdef".parse()?)
//! #     .with_auth_token("secret").with_transport(Arc::new(stub)).build()?;
//! let query = LookupQuery::new().field(Field::LineTypeIntelligence);
//! let known = twilio.lookups().fetch(E164::parse("+14155552671")?, &query).await?;
//! assert_eq!(known.can_receive_texts(), Some(false));
//! # Ok(()) }
//! ```

mod batch;
mod overrides;
mod query;
mod rate_limits;
mod resource;

use super::{Client, Product, Request};
use crate::Error;
use crate::phone::E164;

pub use batch::{BatchAnswer, BatchQuery, BatchResult, IdentityQuery, ReassignedQuery, RiskQuery};
pub use overrides::{LineTypeOverride, NewOverride, Overrides};
pub use query::{Field, LookupQuery};
pub use rate_limits::{NewRateLimit, RateLimit, RateLimitList, RateLimits};
pub use resource::{
    CallForwarding, CallerName, IdentityMatch, LastSimSwap, LineStatus, LineType, LineTypeIntelligence, Lookup,
    ReassignedNumber, SimSwap, SmsPumpingRisk, ValidationError,
};

/// Lookups of a client's account.
#[derive(Debug, Clone, Copy)]
pub struct Lookups<'a>(&'a Client);

impl<'a> Lookups<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Looks a number up. A data package that fails does not fail the others: each has an `error_code` of its own.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when a parameter is refused; [`Error::is_retryable`] when Twilio could not be reached.
    pub async fn fetch(&self, number: E164, query: &LookupQuery) -> Result<Lookup, Error> {
        let path = format!("/v2/PhoneNumbers/{}", number.as_str());
        let request = Request::get("looking a number up", path).on(Product::Lookups);
        self.0.request(query.apply(request)).await
    }

    /// Looks many numbers up at once, each with its own data packages.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when the batch is refused as a whole.
    pub async fn batch(&self, queries: &[BatchQuery]) -> Result<BatchAnswer, Error> {
        let body = serde_json::json!({ "phone_numbers": queries });
        let request = Request::query_by_post("looking numbers up", "/v2/batch/query").on(Product::Lookups);
        self.0.request(request.with_json(&body)?).await
    }

    /// Corrections of a number's data.
    #[must_use]
    pub fn overrides(&self, number: E164) -> Overrides<'a> {
        Overrides::new(self.0, number)
    }

    /// Limits on how often data packages are asked for.
    #[must_use]
    pub fn rate_limits(&self) -> RateLimits<'a> {
        RateLimits::new(self.0)
    }
}
