use std::fmt;

use async_trait::async_trait;

use super::migrate::Migration;
use super::statement::{Damaged, Row, Statement};
use crate::Error;

/// How a database differs from others in what is said to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dialect {
    /// What stands before a table's name.
    pub(super) prefix: String,
    /// The time, the same throughout a statement.
    pub(super) now: &'static str,
    /// What makes microseconds of a number.
    pub(super) microsecond: &'static str,
    /// Whether rows are locked one by one; else a transaction that writes has the database to itself.
    pub(super) locks_rows: bool,
}

/// A database: runs statements, alone or in a transaction.
#[async_trait]
pub(super) trait Driver: fmt::Debug + Send + Sync + 'static {
    fn dialect(&self) -> &Dialect;

    fn migrations(&self) -> &'static [Migration];

    /// Runs a statement that only reads.
    async fn read(&self, statement: Statement) -> Result<Vec<Row>, Failure>;

    /// Runs a statement that writes, as a transaction of its own.
    async fn write(&self, statement: Statement) -> Result<Vec<Row>, Failure>;

    /// Begins a transaction that sees what others commit meanwhile, statement by statement.
    async fn begin(&self) -> Result<Box<dyn Session + '_>, Failure>;
}

/// A transaction; dropped, it never was.
#[async_trait]
pub(super) trait Session: Send {
    async fn run(&mut self, statement: Statement) -> Result<Vec<Row>, Failure>;

    /// Runs a script of several statements without places.
    async fn script(&mut self, text: &str) -> Result<(), Failure>;

    async fn commit(self: Box<Self>) -> Result<(), Failure>;
}

/// Why a statement failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// A unique key is taken.
    Unique(Cause),
    /// Others were in the way; nothing was done, and it is worth doing again at once.
    Again(Cause),
    /// The database could not be reached, or broke off.
    Down(Cause),
    /// It may or may not have been done.
    Unknown(Cause),
    /// The statement, or what it met, is wrong.
    Wrong(Cause),
}

/// What the database said: its code and the constraint, but no values.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Cause(String);

impl Failure {
    /// What came of a statement of a transaction that is still open: whatever it was, nothing was done.
    pub(super) fn of(error: &sqlx::Error) -> Self {
        let cause = Cause::of(error);
        let sqlx::Error::Database(database) = error else {
            return match error {
                sqlx::Error::Io(_)
                | sqlx::Error::Tls(_)
                | sqlx::Error::Protocol(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed => Self::Down(cause),
                _ => Self::Wrong(cause),
            };
        };
        if database.is_unique_violation() {
            return Self::Unique(cause);
        }
        match database.code().as_deref() {
            // PostgreSQL: serialization failure, deadlock, an overlap that both sides waited for.
            Some("40001" | "40P01" | "23P01") => Self::Again(cause),
            // PostgreSQL: connection trouble, too many of them, a server that stops or starts, a full disk.
            Some(code) if code.len() == 5 && ["08", "53", "57", "58"].iter().any(|class| code.starts_with(class)) => {
                Self::Down(cause)
            }
            // SQLite: busy or locked for longer than we wait, an I/O error, a full disk; extended codes hold these below.
            Some(code)
                if code.len() < 5 && matches!(code.parse::<u32>().map(|code| code & 0xff), Ok(5 | 6 | 10 | 13)) =>
            {
                Self::Down(cause)
            }
            _ => Self::Wrong(cause),
        }
    }

    /// What came of a statement that commits itself, or of a commit: a connection that broke off says nothing.
    pub(super) fn of_commit(error: &sqlx::Error) -> Self {
        match Self::of(error) {
            // No connection was had at all.
            Self::Down(cause) if matches!(error, sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed) => {
                Self::Down(cause)
            }
            // SQLite says for certain that it did not.
            Self::Down(cause) if matches!(error, sqlx::Error::Database(database) if database.code().is_none_or(|code| code.len() < 5)) => {
                Self::Down(cause)
            }
            Self::Down(cause) => Self::Unknown(cause),
            other => other,
        }
    }
}

impl Cause {
    /// Two transactions made the same thing.
    pub(super) fn raced() -> Self {
        Self("another transaction was faster".into())
    }

    fn of(error: &sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(database) => {
                let code = database.code().unwrap_or_default();
                Self(match database.constraint() {
                    Some(constraint) => format!("the database says {code} ({constraint})"),
                    None => format!("the database says {code}"),
                })
            }
            sqlx::Error::Io(error) => Self(format!("the connection failed: {}", error.kind())),
            sqlx::Error::PoolTimedOut => Self("no connection became free in time".into()),
            sqlx::Error::PoolClosed => Self("the connections are closed".into()),
            sqlx::Error::Tls(_) => Self("the connection could not be encrypted".into()),
            sqlx::Error::Configuration(_) => Self("the database's address or settings are wrong".into()),
            _ => Self("the database or its driver failed".into()),
        }
    }
}

impl From<Damaged> for Failure {
    fn from(damaged: Damaged) -> Self {
        Self::Wrong(Cause(damaged.to_string()))
    }
}

impl From<serde_json::Error> for Failure {
    fn from(_: serde_json::Error) -> Self {
        // What it says may hold some of the record.
        Self::Wrong(Cause("a record does not read as one".into()))
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Again(cause) | Failure::Down(cause) => Self::unavailable("asking the database").with_source(cause),
            Failure::Unknown(cause) => Self::outcome_unknown("writing to the database").with_source(cause),
            Failure::Unique(cause) | Failure::Wrong(cause) => Self::refused("using the database").with_source(cause),
        }
    }
}
