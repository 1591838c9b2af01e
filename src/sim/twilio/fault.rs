use std::time::Duration;

/// Something that goes wrong with one request to the REST API.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// 429 with code 20429; nothing is done.
    TooManyRequests {
        /// The `Retry-After` header in seconds.
        retry_after: Option<u64>,
    },
    /// 500 with code 20500; nothing is done.
    ServerError,
    /// The connection is closed; nothing is done.
    Reset,
    /// It is done, then the connection is closed without an answer.
    LostAnswer,
    /// It is done after this long.
    Slow(Duration),
    /// It is done and the answer is not JSON.
    Garbage,
}
