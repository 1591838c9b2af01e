//! Where records are kept: reads by concern, writes as units that are committed whole.
//!
//! A write is data: a [`Unit`] collects what belongs together, [`Store::commit`] carries out all of it or nothing.
//! What is done before a tenant is known stands apart in [`Backstage`].
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use frontdesk::clock::SystemClock;
//! use frontdesk::id::TenantId;
//! use frontdesk::store::{Commit, MemoryStore, Store, Unit};
//!
//! let store = MemoryStore::new(SystemClock::shared());
//! let tenant = TenantId::new("clinic")?;
//! let unit = || Unit::new().once("voice:CA1", "<Response/>");
//! assert_eq!(store.commit(&tenant, unit()).await?, Commit::Applied);
//! assert_eq!(store.commit(&tenant, unit()).await?, Commit::Duplicate { answer: "<Response/>".into() });
//! # Ok(()) }
//! ```

#[cfg(feature = "test-util")]
#[cfg_attr(docsrs, doc(cfg(feature = "test-util")))]
pub mod conformance;
mod memory;
mod port;
mod record;
mod setup;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod sql;
mod unit;

pub use memory::MemoryStore;
pub use port::{Backlog, Backstage, Store};
pub use setup::put_tenant;
#[cfg(feature = "postgres")]
pub use sql::PostgresStore;
#[cfg(feature = "sqlite")]
pub use sql::SqliteStore;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
#[cfg_attr(docsrs, doc(cfg(any(feature = "sqlite", feature = "postgres"))))]
pub use sql::{Database, Migration, SqlStore, connect};
pub use unit::{Commit, Unit};
