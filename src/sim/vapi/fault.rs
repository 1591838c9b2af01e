/// Something that goes wrong with one request to the REST API.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// It is answered with this status; nothing is done.
    Status(u16),
    /// 429; nothing is done.
    TooMany,
    /// It is done, then the connection is closed without an answer.
    LoseAnswer,
}
