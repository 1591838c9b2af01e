use http::StatusCode;

/// Why a request was not accepted as coming from Twilio.
///
/// None of the texts repeats what was received or what would have been right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The header `X-Twilio-Signature` is missing or empty.
    #[error("the request carries no signature")]
    Unsigned,
    /// The signature is not base64 of the right length.
    #[error("the signature is malformed")]
    MalformedSignature,
    /// The signature belongs to another URL, body or token.
    #[error("the signature does not match: check the public URL and the auth token")]
    Mismatch,
    /// The signature names a shared key that is not configured, or an algorithm that is not the key's.
    #[error("the signature's key or algorithm is not configured")]
    UnknownKey,
    /// The body is neither a form nor covered by `bodySHA256` in the query.
    #[error("the body is of a kind that the signature does not cover")]
    UncoveredBody,
    /// The body is not the one that `bodySHA256` describes.
    #[error("the body does not match its hash")]
    BodyHash,
    /// The body is longer than the limit.
    #[error("the body is longer than {limit} bytes")]
    TooLarge {
        /// The configured limit in bytes.
        limit: usize,
    },
    /// The body broke off.
    #[error("the body could not be read")]
    Unreadable,
}

impl Refusal {
    /// The status to answer with: 413 for a body over the limit, 400 for one that broke off, else 403.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unreadable => StatusCode::BAD_REQUEST,
            _ => StatusCode::FORBIDDEN,
        }
    }

    /// A short fixed name, for metrics and logs.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Unsigned => "unsigned",
            Self::MalformedSignature => "malformed-signature",
            Self::Mismatch => "mismatch",
            Self::UnknownKey => "unknown-key",
            Self::UncoveredBody => "uncovered-body",
            Self::BodyHash => "body-hash",
            Self::TooLarge { .. } => "too-large",
            Self::Unreadable => "unreadable",
        }
    }
}
