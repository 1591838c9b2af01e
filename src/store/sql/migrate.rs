use super::driver::{Dialect, Driver, Failure, Session};
use super::statement::Statement;
use crate::Error;

/// One step of the tables' history, and the way back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Migration {
    /// Its number: steps are taken in this order.
    pub version: u32,
    /// What it is about.
    pub name: &'static str,
    /// The statements that make it.
    pub up: &'static str,
    /// The statements that undo it.
    pub down: &'static str,
}

macro_rules! migrations {
    ($(#[$meta:meta])* $name:ident, $database:literal: $($version:literal $title:literal),* $(,)?) => {
        $(#[$meta])*
        pub(super) const $name: &[Migration] = &[$(Migration {
            version: $version,
            name: $title,
            up: include_str!(concat!("migrations/", $version, "_", $title, ".", $database, ".up.sql")),
            down: include_str!(concat!("migrations/", $version, "_", $title, ".", $database, ".down.sql")),
        }),*];
    };
}

migrations! {
    #[cfg(feature = "sqlite")]
    SQLITE, "sqlite": 1 "records", 2 "notifications",
}

migrations! {
    #[cfg(feature = "postgres")]
    POSTGRES, "postgres": 1 "records", 2 "notifications",
}

/// Any number will do, as long as all of us have the same.
const LOCK: i64 = 0x66_72_6f_6e_74_64_65_73;

/// Takes the tables to a version, forward or back, in one transaction that no other process runs beside. Returns how
/// many steps that took.
pub(super) async fn migrate(driver: &dyn Driver, schema: Option<&str>, target: Option<u32>) -> Result<usize, Error> {
    let migrations = driver.migrations();
    let newest = migrations.last().map_or(0, |last| last.version);
    let target = target.unwrap_or(newest);
    if target > newest {
        return Err(Error::refused("migrating to a version that this crate does not know"));
    }
    let dialect = driver.dialect();
    let mut session = driver.begin().await?;
    prepare(session.as_mut(), dialect, schema).await?;
    let table = format!("{}migrations", dialect.prefix);
    let rows = session.run(Statement::new(format!("SELECT COALESCE(MAX(version), 0) FROM {table}"))).await?;
    let current = rows.first().and_then(|row| row.number(0).ok()).and_then(|number| u32::try_from(number).ok());
    let current = current.ok_or_else(|| Error::refused("reading the version of the tables"))?;
    let mut steps = 0;
    for step in migrations.iter().filter(|step| current < step.version && step.version <= target) {
        session.script(step.up).await?;
        let note = Statement::new(format!("INSERT INTO {table} (version, name, applied_at) VALUES ("));
        let note = note.value(step.version).then(", ").value(step.name).then(&format!(", {})", dialect.now));
        session.run(note).await?;
        steps += 1;
    }
    for step in migrations.iter().rev().filter(|step| target < step.version && step.version <= current) {
        session.script(step.down).await?;
        session.run(Statement::new(format!("DELETE FROM {table} WHERE version = ")).value(step.version)).await?;
        steps += 1;
    }
    // Tables of a newer version are left to those who know them.
    session.commit().await?;
    Ok(steps)
}

async fn prepare(session: &mut dyn Session, dialect: &Dialect, schema: Option<&str>) -> Result<(), Failure> {
    let time = match schema {
        Some(schema) => {
            session.run(Statement::new("SELECT pg_advisory_xact_lock(").value(LOCK).then(")")).await?;
            session.script(&format!("CREATE SCHEMA IF NOT EXISTS {schema}")).await?;
            // Where somebody has installed it already, if anybody has.
            let found = "SELECT quote_ident(nspname)::text FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace \
                         WHERE extname = 'btree_gist'";
            let found = session.run(Statement::new(found)).await?;
            let extension = found.first().and_then(|row| row.text(0).ok()).unwrap_or("public");
            session.script(&format!("SET LOCAL search_path TO {schema}, {extension}, public")).await?;
            "TIMESTAMPTZ"
        }
        None => "INTEGER",
    };
    let table = format!(
        "CREATE TABLE IF NOT EXISTS {}migrations (version BIGINT PRIMARY KEY, name TEXT NOT NULL, applied_at {time} NOT NULL)",
        dialect.prefix
    );
    session.script(&table).await
}
