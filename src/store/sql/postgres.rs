use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::postgres::{PgArguments, PgConnection, PgPool, PgRow, Postgres};
use sqlx::{AssertSqlSafe, Column as _, Connection as _, Row as _, Transaction, TypeInfo as _};

use super::driver::{Dialect, Driver, Failure, Session};
use super::migrate::{Migration, POSTGRES};
use super::statement::{Row, Statement, Value};

/// PostgreSQL: shared by as many processes and machines as there are.
pub struct PostgresPool {
    pool: PgPool,
    dialect: Dialect,
}

impl fmt::Debug for PostgresPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgresPool({})", self.dialect.prefix)
    }
}

pub(super) fn dialect(schema: &str) -> Dialect {
    Dialect {
        prefix: format!("{}.", quoted(schema)),
        now: "statement_timestamp()",
        microsecond: "INTERVAL '1 microsecond'",
        locks_rows: true,
    }
}

pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl PostgresPool {
    pub(super) fn new(pool: PgPool, schema: &str) -> Self {
        Self { pool, dialect: dialect(schema) }
    }
}

fn bound(statement: Statement) -> sqlx::query::Query<'static, Postgres, PgArguments> {
    let query = sqlx::query(AssertSqlSafe(statement.text));
    statement.values.into_iter().fold(query, |query, value| match value {
        Value::Text(text) => query.bind(text),
        Value::Number(number) => query.bind(number),
        Value::Flag(flag) => query.bind(flag),
        Value::Time(time) => query.bind(time),
    })
}

fn rows(rows: &[PgRow]) -> Result<Vec<Row>, Failure> {
    let value = |row: &PgRow, at: usize, kind: &str| {
        Ok(match kind {
            "INT8" => Value::Number(row.try_get(at)?),
            "INT4" => Value::Number(row.try_get::<Option<i32>, _>(at)?.map(i64::from)),
            "BOOL" => Value::Flag(row.try_get(at)?),
            "TIMESTAMPTZ" => Value::Time(row.try_get::<Option<DateTime<Utc>>, _>(at)?),
            "VOID" => Value::Number(None),
            _ => Value::Text(row.try_get(at)?),
        })
    };
    let row = |row: &PgRow| {
        row.columns().iter().map(|column| value(row, column.ordinal(), column.type_info().name())).collect()
    };
    let rows: Result<Vec<Vec<Value>>, sqlx::Error> = rows.iter().map(row).collect();
    Ok(rows.map_err(|error| Failure::of(&error))?.into_iter().map(Row).collect())
}

#[async_trait]
impl Driver for PostgresPool {
    fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    fn migrations(&self) -> &'static [Migration] {
        POSTGRES
    }

    async fn read(&self, statement: Statement) -> Result<Vec<Row>, Failure> {
        rows(&bound(statement).fetch_all(&self.pool).await.map_err(|error| Failure::of(&error))?)
    }

    async fn write(&self, statement: Statement) -> Result<Vec<Row>, Failure> {
        rows(&bound(statement).fetch_all(&self.pool).await.map_err(|error| Failure::of_commit(&error))?)
    }

    async fn begin(&self) -> Result<Box<dyn Session + '_>, Failure> {
        let begun = self.pool.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED").await;
        Ok(Box::new(PostgresSession(begun.map_err(|error| Failure::of(&error))?)))
    }
}

pub(super) struct PostgresSession<'c>(Transaction<'c, Postgres>);

impl<'c> PostgresSession<'c> {
    /// A part of the host's transaction that can be undone by itself.
    pub(super) async fn within(connection: &'c mut PgConnection) -> Result<Self, Failure> {
        Ok(Self(connection.begin().await.map_err(|error| Failure::of(&error))?))
    }
}

#[async_trait]
impl Session for PostgresSession<'_> {
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
