//! Each store passes the same suite.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use frontdesk::store::{MemoryStore, PostgresStore, SqliteStore, conformance};

use crate::cluster;

/// A folder of the machine's, deleted at the end.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("frontdesk-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn store_memory_passes_the_suite() {
    conformance::run(|clock| async { MemoryStore::new(clock) }).await;
    assert!(conformance::checks().count() > 20);
}

#[tokio::test]
async fn store_sqlite_passes_the_suite() {
    let folder = Folder::new();
    let count = AtomicU32::new(0);
    conformance::run(|clock| {
        let path = folder.0.join(format!("{}.db", count.fetch_add(1, Ordering::Relaxed)));
        async move { SqliteStore::open(path).await.unwrap().with_clock(clock) }
    })
    .await;
}

/// A schema that nothing else uses, with tables.
pub(crate) async fn in_postgres(pool: sqlx::PgPool) -> PostgresStore {
    let store = PostgresStore::new(pool, &format!("t {:032x}", fastrand::u128(..))).unwrap();
    store.migrate().await.unwrap();
    store
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn store_postgres_passes_the_suite() {
    let Some(cluster) = cluster::shared() else { return };
    let pool = cluster.pool(16).await;
    conformance::run(|clock| async { in_postgres(pool.clone()).await.with_clock(clock) }).await;
}
