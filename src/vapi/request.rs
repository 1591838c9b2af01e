use std::fmt;

use bytes::Bytes;
use http::Method;
use serde::Serialize;

use crate::Error;
use crate::parameters::Parameters;
use crate::transport::retry::Idempotency;

/// One request to Vapi, still without host and key: what every endpoint's pure half returns.
#[derive(Clone)]
#[must_use]
pub(super) struct Request {
    pub(super) what: &'static str,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: Parameters,
    pub(super) body: Option<Content>,
    pub(super) class: Idempotency,
}

/// What a request carries.
#[derive(Clone)]
pub(super) struct Content {
    /// Its media type.
    pub(super) kind: String,
    pub(super) bytes: Bytes,
}

impl Request {
    fn new(what: &'static str, method: Method, path: impl Into<String>, class: Idempotency) -> Self {
        Self { what, method, path: path.into(), query: Parameters::default(), body: None, class }
    }

    /// Reads; `what` names the operation in errors.
    pub(super) fn get(what: &'static str, path: impl Into<String>) -> Self {
        Self::new(what, Method::GET, path, Idempotency::Read)
    }

    /// Asks a question that does not fit into a URL.
    pub(super) fn ask(what: &'static str, path: impl Into<String>) -> Self {
        Self::new(what, Method::POST, path, Idempotency::Read)
    }

    /// Makes something that must not be made twice: a call above all.
    pub(super) fn create(what: &'static str, path: impl Into<String>) -> Self {
        Self::new(what, Method::POST, path, Idempotency::Once)
    }

    /// Sets what is named to given values, and leaves the rest alone.
    pub(super) fn update(what: &'static str, path: impl Into<String>) -> Self {
        Self::new(what, Method::PATCH, path, Idempotency::Idempotent)
    }

    pub(super) fn delete(what: &'static str, path: impl Into<String>) -> Self {
        Self::new(what, Method::DELETE, path, Idempotency::Idempotent)
    }

    pub(super) fn with_query(mut self, query: &Parameters) -> Self {
        self.query = query.clone();
        self
    }

    pub(super) fn with_json(self, body: &impl Serialize) -> Result<Self, Error> {
        let json = serde_json::to_vec(body).map_err(|_| Error::refused(self.what))?;
        Ok(self.with_content("application/json", json))
    }

    pub(super) fn with_content(mut self, kind: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        self.body = Some(Content { kind: kind.into(), bytes: bytes.into() });
        self
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("what", &self.what).field("method", &self.method).finish_non_exhaustive()
    }
}
