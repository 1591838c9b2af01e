use serde::Serialize;

use super::Field;
use crate::Error;
use crate::twilio::resource::resource;
use crate::twilio::{Client, Product, Request};

/// A limit to set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[must_use]
pub struct NewRateLimit {
    limit: u32,
    ttl: u32,
}

impl NewRateLimit {
    /// So many lookups in so many seconds.
    pub fn new(limit: u32, ttl_seconds: u32) -> Self {
        Self { limit, ttl: ttl_seconds }
    }
}

resource! {
    /// How often a data package may be asked for.
    pub struct RateLimit {
        /// The data package.
        field: Field,
        /// How many lookups.
        limit: u32,
        /// What is counted.
        bucket: String,
        /// Who set it.
        owner: String,
        /// In how many seconds.
        ttl: u32,
    }
}

resource! {
    /// All limits.
    pub struct RateLimitList {
        /// The limits.
        rate_limits: Vec<RateLimit>,
    }
}

/// Limits on lookups (<https://www.twilio.com/docs/lookup/v2-api/rate-limits>).
#[derive(Debug, Clone, Copy)]
pub struct RateLimits<'a>(&'a Client);

impl<'a> RateLimits<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    fn one(field: &Field, bucket: &str, what: &'static str) -> Result<String, Error> {
        let clean = |text: &str| {
            !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        };
        if !clean(field.as_str()) || !clean(bucket) {
            return Err(Error::refused(what).with_source("a bucket's name has letters, digits, - and _"));
        }
        Ok(format!("/v2/RateLimits/Fields/{field}/Bucket/{bucket}"))
    }

    /// Lists the limits, of some data packages or of all.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when Twilio could not be reached.
    pub async fn list(&self, fields: &[Field]) -> Result<RateLimitList, Error> {
        let request = Request::get("listing rate limits", "/v2/RateLimits").on(Product::Lookups);
        let request = fields.iter().fold(request, |request, field| request.with_query("Fields", field.as_str()));
        self.0.request(request).await
    }

    /// Reads a limit.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none.
    pub async fn fetch(&self, field: &Field, bucket: &str) -> Result<RateLimit, Error> {
        const WHAT: &str = "fetching a rate limit";
        self.0.request(Request::get(WHAT, Self::one(field, bucket, WHAT)?).on(Product::Lookups)).await
    }

    /// Sets a limit.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when it is refused.
    pub async fn set(&self, field: &Field, bucket: &str, limit: NewRateLimit) -> Result<RateLimit, Error> {
        const WHAT: &str = "setting a rate limit";
        let request = Request::put(WHAT, Self::one(field, bucket, WHAT)?).on(Product::Lookups);
        self.0.request(request.with_json(&limit)?).await
    }

    /// Removes a limit.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none.
    pub async fn delete(&self, field: &Field, bucket: &str) -> Result<(), Error> {
        const WHAT: &str = "removing a rate limit";
        self.0.execute(Request::delete(WHAT, Self::one(field, bucket, WHAT)?).on(Product::Lookups)).await
    }
}
