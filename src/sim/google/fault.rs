use std::time::Duration;

/// Something that goes wrong with one request to the Calendar API.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// 403 `rateLimitExceeded`; nothing is done.
    RateLimit,
    /// 403 `quotaExceeded`; nothing is done.
    Quota,
    /// 403 `forbidden`; nothing is done, and nothing will be.
    Forbidden,
    /// 429; nothing is done.
    TooManyRequests {
        /// The `Retry-After` header in seconds.
        retry_after: Option<u64>,
    },
    /// 503; nothing is done.
    ServerError,
    /// It is done, and answered with 503.
    FalseError,
    /// 401, as if the access token had ended early; nothing is done.
    Unauthorized,
    /// The connection is closed; nothing is done.
    Reset,
    /// It is done, then the connection is closed without an answer.
    LostAnswer,
    /// It is done after this long.
    Slow(Duration),
    /// It is done and the answer is not JSON.
    Garbage,
}
