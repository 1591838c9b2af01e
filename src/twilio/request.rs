use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use http::Method;
use serde::Serialize;

use super::Product;
use crate::Error;
use crate::parameters::Parameters;
use crate::transport::retry::Idempotency;

type Pair = (Cow<'static, str>, String);

/// One request to Twilio, still without host and credentials: what every endpoint's pure half returns.
///
/// `{AccountSid}` in the path stands for the client's account. `Debug` shows no values.
///
/// ```
/// use frontdesk::twilio::{Product, Request};
///
/// let start = Request::create("starting a verification", "/v2/Services/VA0123456789abcdef0123456789abcdef/Verifications")
///     .on(Product::Named("verify"))
///     .with_field("To", "+14155552671")
///     .with_field("Channel", "sms");
/// assert_eq!(start.fields().len(), 2);
/// ```
#[derive(Clone, PartialEq, Eq)]
#[must_use]
pub struct Request {
    pub(super) what: &'static str,
    pub(super) product: Product,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: Vec<Pair>,
    pub(super) form: Vec<Pair>,
    pub(super) json: Option<Bytes>,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) class: Idempotency,
}

impl Request {
    fn new(what: &'static str, method: Method, path: impl Into<String>, class: Idempotency) -> Self {
        Self {
            what,
            product: Product::Api,
            method,
            path: path.into(),
            query: Vec::new(),
            form: Vec::new(),
            json: None,
            headers: Vec::new(),
            class,
        }
    }

    /// Reads a resource; `what` names the operation in errors.
    pub fn get(what: &'static str, path: impl Into<String>) -> Self {
        Self::new(what, Method::GET, path, Idempotency::Read)
    }

    /// Creates or does something that must not be done twice.
    pub fn create(what: &'static str, path: impl Into<String>) -> Self {
        Self::new(what, Method::POST, path, Idempotency::Once)
    }

    /// Sets a resource to given values: doing it twice is doing it once.
    pub fn update(what: &'static str, path: impl Into<String>) -> Self {
        Self::new(what, Method::POST, path, Idempotency::Idempotent)
    }

    /// Puts a resource, with `PUT`: doing it twice is doing it once.
    pub fn put(what: &'static str, path: impl Into<String>) -> Self {
        Self::new(what, Method::PUT, path, Idempotency::Idempotent)
    }

    /// Asks a question whose parameters do not fit into a URL, with `POST`: nothing changes by asking.
    pub fn query_by_post(what: &'static str, path: impl Into<String>) -> Self {
        Self::new(what, Method::POST, path, Idempotency::Read)
    }

    /// Deletes a resource.
    pub fn delete(what: &'static str, path: impl Into<String>) -> Self {
        Self::new(what, Method::DELETE, path, Idempotency::Idempotent)
    }

    /// Sends it to another of Twilio's APIs than [`Product::Api`].
    pub fn on(mut self, product: Product) -> Self {
        self.product = product;
        self
    }

    /// Adds a query parameter.
    pub fn with_query(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Adds a form field; lists repeat it.
    pub fn with_field(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.form.push((name.into(), value.into()));
        self
    }

    /// Sends JSON instead of a form.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when the value cannot be written as JSON.
    pub fn with_json(mut self, body: &impl Serialize) -> Result<Self, Error> {
        let json = serde_json::to_vec(body).map_err(|source| Error::refused(self.what).with_source(source))?;
        self.json = Some(json.into());
        Ok(self)
    }

    /// Adds a header, such as `If-Match`.
    pub fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn with_form(mut self, fields: &Parameters) -> Self {
        self.form.extend(fields.iter().map(|(name, value)| (Cow::Borrowed(name), value.to_owned())));
        self
    }

    pub(super) fn with_filter(mut self, fields: &Parameters) -> Self {
        self.query.extend(fields.iter().map(|(name, value)| (Cow::Borrowed(name), value.to_owned())));
        self
    }

    pub(super) fn with_optional(self, name: &'static str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.with_field(name, value),
            None => self,
        }
    }

    pub(super) fn with_optional_query(self, name: &'static str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.with_query(name, value),
            None => self,
        }
    }

    /// The path with `{AccountSid}` still in it.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The form fields in order.
    #[must_use]
    pub fn fields(&self) -> &[(Cow<'static, str>, String)] {
        &self.form
    }

    /// The query parameters in order.
    #[must_use]
    pub fn query(&self) -> &[(Cow<'static, str>, String)] {
        &self.query
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("what", &self.what)
            .field("product", &self.product)
            .field("method", &self.method)
            // A path may hold a phone number.
            .field("path", &crate::phone::mask_numbers(self.path.split('?').next().unwrap_or_default()))
            .field("query", &self.query.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("form", &self.form.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("class", &self.class)
            .finish_non_exhaustive()
    }
}
