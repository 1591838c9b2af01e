//! The one error of everything that does I/O, and the questions a caller asks of it.
//!
//! ```
//! use frontdesk::Error;
//!
//! fn advice(error: &Error) -> &'static str {
//!     if error.is_outcome_unknown() {
//!         "it may have happened: look before doing it again"
//!     } else if error.is_retryable() {
//!         "nothing happened: try again"
//!     } else if error.is_unauthorized() {
//!         "the credentials are wrong"
//!     } else {
//!         "refused: change the request"
//!     }
//! }
//!
//! let error = Error::unavailable("the calendar");
//! assert_eq!(advice(&error), "nothing happened: try again");
//! ```

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use http::StatusCode;

use crate::phone;

type Source = Box<dyn StdError + Send + Sync + 'static>;

/// What is known of the request's effect. Every predicate of [`Error`] derives from this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It had no effect: it was never sent, was turned away unprocessed, or only reads.
    NoEffect,
    /// The other side said no, and would say no again.
    Refused,
    /// It may or may not have been carried out.
    Unknown,
}

/// A failed operation.
///
/// The text names what was attempted and how the other side answered. It never holds a secret, a body or
/// a whole phone number, and it does not repeat [`source`](StdError::source).
pub struct Error(Box<Inner>);

struct Inner {
    fate: Fate,
    what: String,
    status: Option<StatusCode>,
    code: Option<u32>,
    reason: Option<String>,
    message: Option<String>,
    more_info: Option<String>,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    attempts: u32,
    source: Option<Source>,
}

impl Error {
    pub(crate) fn new(fate: Fate, what: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            fate,
            what: what.into(),
            status: None,
            code: None,
            reason: None,
            message: None,
            more_info: None,
            request_id: None,
            retry_after: None,
            attempts: 1,
            source: None,
        }))
    }

    /// An operation that had no effect because `what` could not be reached; trying again is safe.
    #[must_use]
    pub fn unavailable(what: impl Into<String>) -> Self {
        Self::new(Fate::NoEffect, what)
    }

    /// An operation that was refused for a reason that will not pass by itself.
    #[must_use]
    pub fn refused(what: impl Into<String>) -> Self {
        Self::new(Fate::Refused, what)
    }

    /// An operation that may or may not have been carried out.
    #[must_use]
    pub fn outcome_unknown(what: impl Into<String>) -> Self {
        Self::new(Fate::Unknown, what)
    }

    /// There is no such thing.
    #[cfg(feature = "desk")]
    pub(crate) fn missing(what: impl Into<String>) -> Self {
        Self::refused(what).with_status(StatusCode::NOT_FOUND)
    }

    /// Attaches the underlying error, kept for [`source`](StdError::source) only.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Source>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// The same, but worth another attempt.
    pub(crate) fn into_unavailable(mut self) -> Self {
        self.0.fate = Fate::NoEffect;
        self
    }

    /// What was attempted.
    pub(crate) fn what(&self) -> &str {
        &self.0.what
    }

    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.0.status = Some(status);
        self
    }

    pub(crate) fn with_code(mut self, code: Option<u32>) -> Self {
        self.0.code = code;
        self
    }

    /// Keeps the other side's word for what is wrong, if it is one.
    pub(crate) fn with_reason(mut self, reason: Option<String>) -> Self {
        let is_word = |text: &String| {
            (1..=64).contains(&text.len())
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
        };
        self.0.reason = reason.filter(is_word);
        self
    }

    /// Keeps the other side's explanation with everything that looks like a phone number masked.
    pub(crate) fn with_message(mut self, message: Option<String>) -> Self {
        self.0.message = message.map(|text| phone::mask_numbers(&text));
        self
    }

    pub(crate) fn with_more_info(mut self, url: Option<String>) -> Self {
        self.0.more_info = url;
        self
    }

    pub(crate) fn with_request_id(mut self, id: Option<String>) -> Self {
        self.0.request_id = id;
        self
    }

    pub(crate) fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.0.retry_after = wait;
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    #[cfg(feature = "desk")]
    pub(crate) fn fate(&self) -> Fate {
        self.0.fate
    }

    /// True when nothing happened and the same request may be sent again as it is.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.0.fate == Fate::NoEffect
    }

    /// True when the request was refused and would be refused again.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        self.0.fate == Fate::Refused
    }

    /// True when the request may have been carried out although no answer says so.
    ///
    /// Look the result up before sending the request again.
    #[must_use]
    pub fn is_outcome_unknown(&self) -> bool {
        self.0.fate == Fate::Unknown
    }

    /// True when the credentials were not accepted: status 401 or 403, unless that only means "not now".
    #[must_use]
    pub fn is_unauthorized(&self) -> bool {
        self.0.fate != Fate::NoEffect && matches!(self.0.status, Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN))
    }

    /// True when the resource does not exist: status 404.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.0.status == Some(StatusCode::NOT_FOUND)
    }

    /// How long the other side asked to be left alone.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The HTTP status of the answer, when there was one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// The provider's own error code, such as Twilio's
    /// [21211](https://www.twilio.com/docs/api/errors/21211).
    #[must_use]
    pub fn code(&self) -> Option<u32> {
        self.0.code
    }

    /// The provider's own word for what is wrong, such as Google's
    /// [`quotaExceeded`](https://developers.google.com/workspace/calendar/api/guides/errors) or OAuth's `invalid_grant`.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// The provider's explanation, phone numbers masked.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// The page on which the provider explains its code.
    #[must_use]
    pub fn more_info(&self) -> Option<&str> {
        self.0.more_info.as_deref()
    }

    /// The provider's id of the failed request, to be quoted to its support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// How often the request was sent or tried before this error was returned.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        f.write_str(&inner.what)?;
        f.write_str(match inner.fate {
            Fate::NoEffect => ": unavailable, safe to retry",
            Fate::Refused => ": refused",
            Fate::Unknown => ": outcome unknown",
        })?;
        if let Some(status) = inner.status {
            write!(f, ", status {}", status.as_u16())?;
        }
        if let Some(code) = inner.code {
            write!(f, ", code {code}")?;
        }
        if let Some(reason) = &inner.reason {
            write!(f, ", {reason}")?;
        }
        if let Some(message) = &inner.message {
            write!(f, ": {message}")?;
        }
        if inner.attempts > 1 {
            write!(f, " (after {} attempts)", inner.attempts)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        f.debug_struct("Error")
            .field("what", &inner.what)
            .field("fate", &inner.fate)
            .field("status", &inner.status)
            .field("code", &inner.code)
            .field("reason", &inner.reason)
            .field("message", &inner.message)
            .field("request_id", &inner.request_id)
            .field("retry_after", &inner.retry_after)
            .field("attempts", &inner.attempts)
            .field("has_source", &inner.source.is_some())
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn predicates_exclude_one_another() {
        for (error, expected) in [
            (Error::unavailable("x"), [true, false, false]),
            (Error::refused("x"), [false, true, false]),
            (Error::outcome_unknown("x"), [false, false, true]),
        ] {
            assert_eq!([error.is_retryable(), error.is_permanent(), error.is_outcome_unknown()], expected);
        }
    }

    #[test]
    fn text_masks_numbers_and_hides_the_source() {
        let error = Error::refused("sending a text")
            .with_message(Some("The 'To' number +15551230000 is not valid".into()))
            .with_code(Some(21211))
            .with_source("the secret source");
        for text in [error.to_string(), format!("{error:?}")] {
            assert!(!text.contains("5551230000"), "{text}");
            assert!(!text.contains("secret"), "{text}");
            assert!(text.contains("21211"), "{text}");
        }
        assert_eq!(error.source().map(ToString::to_string).as_deref(), Some("the secret source"));
    }
}
