use std::fmt;

use http::Method;

use crate::transport::retry::Idempotency;

/// One request to Twilio, still without host and credentials: what every endpoint's pure half returns.
///
/// `{AccountSid}` in the path stands for the client's account. `Debug` shows no values.
#[derive(Clone, PartialEq, Eq)]
#[must_use]
pub struct Request {
    pub(super) what: &'static str,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) form: Vec<(&'static str, String)>,
    pub(super) class: Idempotency,
}

impl Request {
    fn new(what: &'static str, method: Method, path: impl Into<String>, class: Idempotency) -> Self {
        Self { what, method, path: path.into(), query: Vec::new(), form: Vec::new(), class }
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

    /// Deletes a resource.
    pub fn delete(what: &'static str, path: impl Into<String>) -> Self {
        Self::new(what, Method::DELETE, path, Idempotency::Idempotent)
    }

    /// Adds a query parameter.
    pub fn with_query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    /// Adds a form field; lists repeat it.
    pub fn with_field(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.form.push((name, value.into()));
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
    pub fn fields(&self) -> &[(&'static str, String)] {
        &self.form
    }

    /// The query parameters in order.
    #[must_use]
    pub fn query(&self) -> &[(&'static str, String)] {
        &self.query
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("what", &self.what)
            .field("method", &self.method)
            .field("path", &self.path.split('?').next().unwrap_or_default())
            .field("query", &self.query.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("form", &self.form.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("class", &self.class)
            .finish()
    }
}
