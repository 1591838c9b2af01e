use std::fmt;

use bytes::Bytes;
use http::Method;
use serde::Serialize;

use crate::Error;
use crate::parameters::Parameters;
use crate::transport::retry::Idempotency;

/// One request to Google, still without host and credentials: what every endpoint's pure half returns.
#[derive(Clone)]
#[must_use]
pub(super) struct Request {
    pub(super) what: &'static str,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: Parameters,
    pub(super) body: Option<Bytes>,
    pub(super) if_match: Option<String>,
    pub(super) class: Idempotency,
}

impl Request {
    fn new(what: &'static str, method: Method, path: impl Into<String>, class: Idempotency) -> Self {
        let query = Parameters::default();
        Self { what, method, path: path.into(), query, body: None, if_match: None, class }
    }

    /// Reads; `what` names the operation in errors.
    pub(super) fn get(what: &'static str, path: impl Into<String>) -> Self {
        Self::new(what, Method::GET, path, Idempotency::Read)
    }

    /// Asks a question that does not fit into a URL.
    pub(super) fn ask(what: &'static str, path: impl Into<String>) -> Self {
        Self::new(what, Method::POST, path, Idempotency::Read)
    }

    /// Makes something that must not be made twice.
    pub(super) fn create(what: &'static str, path: impl Into<String>) -> Self {
        Self::new(what, Method::POST, path, Idempotency::Once)
    }

    /// Sets something to given values.
    pub(super) fn set(what: &'static str, method: Method, path: impl Into<String>) -> Self {
        Self::new(what, method, path, Idempotency::Idempotent)
    }

    pub(super) fn delete(what: &'static str, path: impl Into<String>) -> Self {
        Self::new(what, Method::DELETE, path, Idempotency::Idempotent)
    }

    pub(super) fn with_query(mut self, query: &Parameters) -> Self {
        self.query = query.clone();
        self
    }

    pub(super) fn with_json(mut self, body: &impl Serialize) -> Result<Self, Error> {
        let json = serde_json::to_vec(body).map_err(|_| Error::refused(self.what))?;
        self.body = Some(json.into());
        Ok(self)
    }

    /// Done only if it is still what it was. Said again after it was done it is refused, so it is not said again.
    pub(super) fn if_match(mut self, etag: Option<&str>) -> Self {
        if let Some(etag) = etag {
            self.if_match = Some(etag.to_owned());
            self.class = Idempotency::Once;
        }
        self
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("what", &self.what).field("method", &self.method).finish_non_exhaustive()
    }
}
