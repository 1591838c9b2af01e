use std::sync::Arc;

use async_trait::async_trait;

use super::Turn;
use super::every::Every;
use crate::Error;
use crate::clock::Clock;
use crate::store::Store;

/// Has a store forget what is of no use any more, every hour.
#[derive(Debug)]
pub(crate) struct Sweeper {
    store: Arc<dyn Store>,
    every: Every,
}

impl Sweeper {
    pub(crate) fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        // Not when a process starts: it has better things to do.
        Self { store, every: Every::after(3_600, clock) }
    }
}

#[async_trait]
impl Turn for Sweeper {
    async fn turn(&self) -> Result<usize, Error> {
        if self.every.is_due() {
            let forgotten = self.store.sweep().await?;
            tracing::debug!(forgotten, "swept the store");
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::ManualClock;
    use crate::id::TenantId;
    use crate::store::{Backstage, MemoryStore, Unit};

    #[tokio::test]
    async fn an_old_key_goes_and_a_young_one_stays() {
        let clock = ManualClock::at(chrono::DateTime::UNIX_EPOCH);
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let store = MemoryStore::new(shared.clone());
        let sweeper = Sweeper::new(Arc::new(store.clone()), shared);
        store.commit(&TenantId::new("a").unwrap(), Unit::new().once("old", "")).await.unwrap();
        clock.advance(Duration::from_secs(25 * 3600));
        sweeper.turn().await.unwrap();
        assert_eq!(store.sweep().await.unwrap(), 0, "it was swept already");
    }
}
