use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use schemars::JsonSchema;
use serde::Serialize;

use super::bookings::AlternativeView;
use crate::Error;

/// Why a request is not answered, as `application/problem+json` (<https://datatracker.ietf.org/doc/html/rfc9457>).
#[derive(Debug)]
pub(super) struct Problem(Box<Told>);

#[derive(Debug)]
struct Told {
    status: StatusCode,
    detail: String,
    /// What of the request is wrong.
    field: Option<String>,
    /// What the host's program may decide by.
    reason: Option<String>,
    /// What can be had instead, where that was asked.
    alternatives: Option<Vec<AlternativeView>>,
    header: Option<(header::HeaderName, HeaderValue)>,
}

/// What the answer says.
#[derive(Serialize, JsonSchema)]
pub(super) struct ProblemView {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: String,
    /// What of the request is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// What a program may decide by.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Times that can be had in the place of the one that cannot, best first.
    #[serde(skip_serializing_if = "Option::is_none")]
    alternatives: Option<Vec<AlternativeView>>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self(Box::new(Told {
            status,
            detail: detail.into(),
            field: None,
            reason: None,
            alternatives: None,
            header: None,
        }))
    }

    /// A field of the query or body is wrong.
    pub(super) fn invalid(field: Option<String>, detail: impl Into<String>) -> Self {
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail);
        problem.0.field = field;
        problem
    }

    pub(super) fn because(mut self, reason: impl Into<String>) -> Self {
        self.0.reason = Some(reason.into());
        self
    }

    /// With times that can be had.
    pub(super) fn instead(mut self, alternatives: Vec<AlternativeView>) -> Self {
        self.0.alternatives = Some(alternatives);
        self
    }

    fn with_header(mut self, name: header::HeaderName, value: HeaderValue) -> Self {
        self.0.header = Some((name, value));
        self
    }

    pub(super) fn unauthorized() -> Self {
        let problem = Self::new(StatusCode::UNAUTHORIZED, "valid credentials are needed");
        problem.with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    pub(super) fn not_allowed(allowed: &str) -> Self {
        let problem = Self::new(StatusCode::METHOD_NOT_ALLOWED, "this path has no such method");
        match HeaderValue::from_str(allowed) {
            Ok(allowed) => problem.with_header(header::ALLOW, allowed),
            Err(_) => problem,
        }
    }

    pub(super) fn too_many(wait: Duration) -> Self {
        // Up, so that who waits that long is let in.
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        let problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "too many requests");
        problem.with_header(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)))
    }

    pub(super) fn into_response(self) -> Response<Bytes> {
        let Told { status, detail, field, reason, alternatives, header } = *self.0;
        let view = ProblemView {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            detail,
            field,
            reason,
            alternatives,
        };
        let mut response = Response::new(Bytes::from(serde_json::to_vec(&view).unwrap_or_default()));
        *response.status_mut() = status;
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        if let Some((name, value)) = header {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

/// What went wrong behind the API is logged, and not told.
impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        if error.is_not_found() {
            return Self::new(StatusCode::NOT_FOUND, "there is no such thing");
        }
        tracing::error!(%error, "an operation of the API failed");
        if error.what() == "using the database" {
            Self::new(StatusCode::INTERNAL_SERVER_ERROR, "something went wrong here")
        } else if error.is_permanent() {
            Self::new(StatusCode::CONFLICT, "it was refused")
        } else if error.is_outcome_unknown() {
            Self::new(StatusCode::SERVICE_UNAVAILABLE, "it may or may not have been done: look before asking again")
        } else {
            Self::new(StatusCode::SERVICE_UNAVAILABLE, "it cannot be done just now: ask again")
        }
    }
}
