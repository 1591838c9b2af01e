use std::fmt;
use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::sqlite::{
    Sqlite, SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow,
    SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, Column as _, Row as _, Transaction, TypeInfo as _, ValueRef as _};

use super::driver::{Dialect, Driver, Failure, Session};
use super::migrate::{Migration, SQLITE};
use super::statement::{Row, Statement, Value};
use crate::clock::{Clock as _, SystemClock};

/// How long one process waits for another's transaction.
const PATIENCE: Duration = Duration::from_secs(30);
const READERS: u32 = 4;
const OPENINGS: u32 = 20;
const BETWEEN_OPENINGS: Duration = Duration::from_millis(50);

/// SQLite: one file, read by many at once and written by one at a time.
pub struct SqliteFile {
    /// One connection, so that writers of this process queue up here and not in the file.
    writer: SqlitePool,
    readers: SqlitePool,
    dialect: Dialect,
}

impl fmt::Debug for SqliteFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SqliteFile")
    }
}

impl SqliteFile {
    pub(super) async fn open(path: &Path) -> Result<Self, sqlx::Error> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            // A commit is on the disk when it is said to be.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(PATIENCE);
        let writer = SqlitePoolOptions::new().max_connections(1);
        let journalled = options.clone().journal_mode(SqliteJournalMode::Wal);
        let mut opened = writer.clone().connect_with(journalled.clone()).await;
        // The first to open a file changes its journal; SQLite lets nobody wait for that.
        let clock = SystemClock::new();
        for _ in 0..OPENINGS {
            match &opened {
                Err(error) if matches!(Failure::of(error), Failure::Down(_)) => clock.sleep(BETWEEN_OPENINGS).await,
                _ => break,
            }
            opened = writer.clone().connect_with(journalled.clone()).await;
        }
        let readers = SqlitePoolOptions::new().max_connections(READERS).connect_with(options.read_only(true));
        let (writer, readers) = (opened?, readers.await?);
        let dialect = Dialect {
            prefix: String::new(),
            now: "CAST(unixepoch('subsec') * 1000000 AS INTEGER)",
            microsecond: "1",
            locks_rows: false,
        };
        Ok(Self { writer, readers, dialect })
    }
}

fn bound(statement: Statement) -> sqlx::query::Query<'static, Sqlite, SqliteArguments> {
    let query = sqlx::query(AssertSqlSafe(statement.text));
    statement.values.into_iter().fold(query, |query, value| match value {
        Value::Text(text) => query.bind(text),
        Value::Number(number) => query.bind(number),
        Value::Flag(flag) => query.bind(i64::from(flag)),
        Value::Time(time) => query.bind(time.map(|time| time.timestamp_micros())),
    })
}

fn rows(rows: &[SqliteRow]) -> Result<Vec<Row>, Failure> {
    let value = |row: &SqliteRow, at: usize| {
        let raw = row.try_get_raw(at)?;
        Ok(if raw.is_null() {
            Value::Number(None)
        } else if raw.type_info().name() == "INTEGER" {
            Value::Number(row.try_get(at)?)
        } else {
            Value::Text(row.try_get(at)?)
        })
    };
    let row = |row: &SqliteRow| row.columns().iter().map(|column| value(row, column.ordinal())).collect();
    let rows: Result<Vec<Vec<Value>>, sqlx::Error> = rows.iter().map(row).collect();
    Ok(rows.map_err(|error| Failure::of(&error))?.into_iter().map(Row).collect())
}

#[async_trait]
impl Driver for SqliteFile {
    fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    fn migrations(&self) -> &'static [Migration] {
        SQLITE
    }

    async fn read(&self, statement: Statement) -> Result<Vec<Row>, Failure> {
        rows(&bound(statement).fetch_all(&self.readers).await.map_err(|error| Failure::of(&error))?)
    }

    async fn write(&self, statement: Statement) -> Result<Vec<Row>, Failure> {
        rows(&bound(statement).fetch_all(&self.writer).await.map_err(|error| Failure::of_commit(&error))?)
    }

    async fn begin(&self) -> Result<Box<dyn Session + '_>, Failure> {
        let transaction = self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(|error| Failure::of(&error))?;
        Ok(Box::new(SqliteSession(transaction)))
    }
}

struct SqliteSession(Transaction<'static, Sqlite>);

#[async_trait]
impl Session for SqliteSession {
    async fn run(&mut self, statement: Statement) -> Result<Vec<Row>, Failure> {
        rows(&bound(statement).fetch_all(&mut *self.0).await.map_err(|error| Failure::of(&error))?)
    }

    async fn script(&mut self, text: &str) -> Result<(), Failure> {
        let script = sqlx::raw_sql(AssertSqlSafe(text.to_owned()));
        script.execute(&mut *self.0).await.map(|_| ()).map_err(|error| Failure::of(&error))
    }

    async fn commit(self: Box<Self>) -> Result<(), Failure> {
        self.0.commit().await.map_err(|error| Failure::of_commit(&error))
    }
}
