use std::fmt;

use bytes::Bytes;

use super::fields::{Event, Fields};
use super::{ParseError, Refusal};
use crate::form;

/// Where a request's parameters are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Query,
    Form,
    Json,
    Uncovered,
}

/// A request that was checked: only this can become an event.
///
/// It comes out of [`Verifier::verify`](super::Verifier::verify) and nowhere else.
#[derive(Clone)]
pub struct Verified {
    kind: Kind,
    query: String,
    body: Bytes,
    checked: bool,
}

impl Verified {
    pub(super) fn new(kind: Kind, query: &str, body: Bytes, checked: bool) -> Self {
        Self { kind, query: query.to_owned(), body, checked }
    }

    /// Reads the parameters as a typed event.
    ///
    /// # Errors
    /// [`ParseError`] names the field that is missing, malformed or, though it has one value, repeated.
    pub fn parse<E: Event>(&self) -> Result<E, ParseError> {
        let mut fields = match self.kind {
            Kind::Json => Fields::from_json(&self.body)?,
            Kind::Query => Fields::from_form(self.query.as_bytes()),
            Kind::Form | Kind::Uncovered => Fields::from_form(&self.body),
        };
        E::take(&mut fields)
    }

    /// The value of a parameter in the URL's query, which the signature covers.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<String> {
        form::pairs(self.query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// The body as it was received.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.body
    }

    /// False when the verifier was told to accept anything.
    #[must_use]
    pub fn was_checked(&self) -> bool {
        self.checked
    }
}

impl fmt::Debug for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("kind", &self.kind)
            .field("bytes", &self.body.len())
            .field("checked", &self.checked)
            .finish_non_exhaustive()
    }
}

/// A verified request that is not the event it should be, or one that was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// It does not come from Twilio.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It is not the event it should be.
    #[error(transparent)]
    Malformed(#[from] ParseError),
}

impl Rejection {
    /// The status to answer with.
    #[must_use]
    pub fn status(&self) -> http::StatusCode {
        match self {
            Self::Refused(refusal) => refusal.status(),
            Self::Malformed(_) => http::StatusCode::BAD_REQUEST,
        }
    }
}
