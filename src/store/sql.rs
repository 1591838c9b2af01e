mod driver;
mod hold;
mod migrate;
#[cfg(feature = "postgres")]
mod postgres;
mod reads;
#[cfg(feature = "sqlite")]
mod sqlite;
mod statement;
mod table;
mod write;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::port::Store;
use super::unit::{Commit, Unit};
use crate::Error;
use crate::clock::Clock;
use crate::id::TenantId;
use driver::{Driver, Failure};
pub use migrate::Migration;
use statement::Statement;
use write::Step;

/// How often a transaction is begun anew because others were in the way.
const ROUNDS: usize = 20;

/// A database that records are kept in.
#[allow(private_bounds, reason = "the databases are this crate's own")]
pub trait Database: Driver {}

impl<D: Driver> Database for D {}

/// Records in an SQL database: [`SqliteStore`] or [`PostgresStore`].
///
/// Clones share their connections.
pub struct SqlStore<D> {
    driver: Arc<D>,
    schema: Option<String>,
    clock: Option<Arc<dyn Clock>>,
}

/// Records in one file: SQLite, in its write-ahead mode, every commit on the disk when it is said to be. Several processes
/// of one machine may share the file.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use frontdesk::store::{Backstage, SqliteStore};
///
/// # let folder = std::env::temp_dir().join(format!("frontdesk-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// let store = SqliteStore::open(folder.join("desk.db")).await?;
/// store.ping().await?;
/// # drop(store); std::fs::remove_dir_all(&folder)?;
/// # Ok(()) }
/// ```
#[cfg(feature = "sqlite")]
#[cfg_attr(docsrs, doc(cfg(feature = "sqlite")))]
pub type SqliteStore = SqlStore<sqlite::SqliteFile>;

/// Records in PostgreSQL, 13 or later, in a schema of their own; shared by as many processes and machines as there are.
///
/// ```no_run
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use frontdesk::store::PostgresStore;
///
/// let store = PostgresStore::connect("postgres://localhost/desk").await?;
/// // Or on the host's own connections, in another schema, with migrations that the host runs itself:
/// # let pool: sqlx::PgPool = todo!();
/// let store = PostgresStore::new(pool, "telephone")?;
/// # Ok(()) }
/// ```
#[cfg(feature = "postgres")]
#[cfg_attr(docsrs, doc(cfg(feature = "postgres")))]
pub type PostgresStore = SqlStore<postgres::PostgresPool>;

/// The schema that [`PostgresStore::connect`] uses.
#[cfg(feature = "postgres")]
pub(super) const SCHEMA: &str = "frontdesk";

#[cfg(feature = "sqlite")]
impl SqliteStore {
    /// Opens the file, makes it if there is none, and brings its tables up to date.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the file is busy; [`Error::is_permanent`] when it cannot be opened or is none of
    /// ours.
    pub async fn open(path: impl AsRef<std::path::Path>) -> Result<Self, Error> {
        let file = sqlite::SqliteFile::open(path.as_ref()).await.map_err(|error| Failure::of(&error))?;
        let store = Self { driver: Arc::new(file), schema: None, clock: None };
        store.migrate().await?;
        Ok(store)
    }
}

#[cfg(feature = "postgres")]
impl PostgresStore {
    /// Connects, with up to 10 connections, and brings the tables in the schema `frontdesk` up to date. The role must
    /// be allowed to create in the database (for the schema, and for the extension `btree_gist` if it is not there).
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the server cannot be reached; [`Error::is_permanent`] when it refuses us.
    pub async fn connect(url: &str) -> Result<Self, Error> {
        let pool = sqlx::postgres::PgPoolOptions::new().max_connections(10).connect(url).await;
        let store = Self::new(pool.map_err(|error| Failure::of(&error))?, SCHEMA)?;
        store.migrate().await?;
        Ok(store)
    }

    /// On the host's own connections, in this schema. Call [`migrate`](Self::migrate), or run the
    /// [migrations](Self::migrations) yourself.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when the name cannot be a schema's.
    pub fn new(pool: sqlx::PgPool, schema: &str) -> Result<Self, Error> {
        if schema.is_empty() || schema.len() > 63 || schema.contains('\0') {
            return Err(Error::refused("using a schema whose name is empty or over 63 bytes"));
        }
        let driver = Arc::new(postgres::PostgresPool::new(pool, schema));
        Ok(Self { driver, schema: Some(postgres::quoted(schema)), clock: None })
    }

    /// Carries a unit out in the host's own transaction, beside what the host writes itself: the one place where a
    /// transaction is shared. What is not applied has changed nothing. The host's transaction is to be at
    /// `READ COMMITTED`, PostgreSQL's default.
    ///
    /// # Errors
    /// As [`Store::commit`]; but what is done is done only when the host commits.
    pub async fn commit_in(
        &self,
        connection: &mut sqlx::PgConnection,
        tenant: &TenantId,
        unit: Unit,
    ) -> Result<Commit, Error> {
        let steps = self.steps(tenant, &unit)?;
        let session = Box::new(postgres::PostgresSession::within(connection).await?);
        self.within(session, tenant, &unit, &steps).await?
    }
}

/// Opens a store by its address: `postgres://…` ([`PostgresStore::connect`]), or `sqlite:` and a file
/// ([`SqliteStore::open`]), as far as the features are on.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = std::env::temp_dir().join(format!("frontdesk-connect-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # let file = folder.join("desk.db");
/// let store = frontdesk::store::connect(&format!("sqlite:{}", file.display())).await?;
/// store.ping().await?;
/// # drop(store); std::fs::remove_dir_all(&folder)?;
/// # Ok(()) }
/// ```
///
/// # Errors
/// [`Error::is_permanent`] when the address is of neither kind, or it refuses us; [`Error::is_retryable`] when it cannot
/// be reached.
pub async fn connect(url: &str) -> Result<Arc<dyn Store>, Error> {
    let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
    match scheme {
        #[cfg(feature = "postgres")]
        "postgres" | "postgresql" => Ok(Arc::new(PostgresStore::connect(url).await?)),
        #[cfg(feature = "sqlite")]
        "sqlite" => {
            let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
            Ok(Arc::new(SqliteStore::open(path).await?))
        }
        _ => Err(Error::refused("opening a store whose address begins with neither postgres: nor sqlite:")),
    }
}

#[allow(private_bounds, reason = "the databases are this crate's own")]
impl<D: Database> SqlStore<D> {
    /// Takes the time of leases, limits and keys from this clock and not from the database: for tests.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Brings the tables up to date, in one transaction; many processes may do that at once. Returns how many steps it
    /// took.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when the role may not.
    pub async fn migrate(&self) -> Result<usize, Error> {
        migrate::migrate(self.driver.as_ref(), self.schema.as_deref(), None).await
    }

    /// Takes the tables to a version, forward or back; 0 is none at all. **What an older version has no place for is
    /// lost.** Returns how many steps it took.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when there is no such version, or the role may not.
    pub async fn migrate_to(&self, version: u32) -> Result<usize, Error> {
        migrate::migrate(self.driver.as_ref(), self.schema.as_deref(), Some(version)).await
    }

    /// The statements of each version, for hosts that run them themselves.
    #[must_use]
    pub fn migrations(&self) -> &'static [Migration] {
        self.driver.migrations()
    }

    fn time(&self) -> Option<DateTime<Utc>> {
        self.clock.as_ref().map(|clock| clock.now())
    }

    fn start(&self, text: &str) -> Statement {
        Statement::new(text.replace("{p}", &self.driver.dialect().prefix))
    }

    fn steps(&self, tenant: &TenantId, unit: &Unit) -> Result<Vec<Step>, Error> {
        if unit.is_foreign(tenant) {
            return Err(Error::refused("writing another tenant's record"));
        }
        Ok(write::steps(self.driver.dialect(), tenant, unit, self.time())?)
    }

    fn answer(&self, tenant: &TenantId, unit: &Unit) -> Statement {
        let key = unit.once.as_ref().map_or("", |(key, _)| key.as_str());
        self.start("SELECT answer FROM {p}once WHERE tenant = ")
            .value(tenant)
            .then(" AND name = ")
            .value(statement::Value::key(key))
    }

    async fn within(
        &self,
        mut session: Box<dyn driver::Session + '_>,
        tenant: &TenantId,
        unit: &Unit,
        steps: &[Step],
    ) -> Result<Result<Commit, Error>, Failure> {
        match write::carry_out(session.as_mut(), steps, || self.answer(tenant, unit)).await? {
            Some(verdict) => Ok(verdict),
            None => session.commit().await.map(|()| Ok(Commit::Applied)),
        }
    }

    async fn try_commit(
        &self,
        tenant: &TenantId,
        unit: &Unit,
        steps: &[Step],
    ) -> Result<Result<Commit, Error>, Failure> {
        if let [step] = steps {
            // One statement is a transaction by itself.
            let rows = match self.driver.write(step.statement.clone()).await {
                Err(Failure::Unique(_)) => return Ok(Ok(Commit::Stale)),
                other => other?,
            };
            if !rows.is_empty() {
                return Ok(Ok(Commit::Applied));
            }
            if step.guard != write::Guard::Once {
                return Ok(write::verdict(step.guard).unwrap_or(Ok(Commit::Applied)));
            }
        }
        let session = self.driver.begin().await?;
        self.within(session, tenant, unit, steps).await
    }
}

impl<D> Clone for SqlStore<D> {
    fn clone(&self) -> Self {
        Self { driver: self.driver.clone(), schema: self.schema.clone(), clock: self.clock.clone() }
    }
}

impl<D: fmt::Debug> fmt::Debug for SqlStore<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SqlStore").field(&self.driver).finish()
    }
}

#[async_trait]
impl<D: Database> Store for SqlStore<D> {
    async fn commit(&self, tenant: &TenantId, unit: Unit) -> Result<Commit, Error> {
        let steps = self.steps(tenant, &unit)?;
        if steps.is_empty() {
            return Ok(Commit::Applied);
        }
        let mut outcome = self.try_commit(tenant, &unit, &steps).await;
        for _ in 0..ROUNDS {
            if !matches!(outcome, Err(Failure::Again(_))) {
                break;
            }
            outcome = self.try_commit(tenant, &unit, &steps).await;
        }
        outcome?
    }
}
