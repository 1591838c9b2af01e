use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;

use super::Turn;
use crate::Error;
use crate::clock::Clock;
use crate::store::Store;
use crate::telemetry;

const EVERY: u64 = 15;

/// Says how much work waits, every 15 seconds.
#[derive(Debug)]
pub(crate) struct Gauger {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    /// In seconds of the clock's monotonic time.
    next: AtomicU64,
}

impl Gauger {
    pub(crate) fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock, next: AtomicU64::new(0) }
    }
}

#[async_trait]
impl Turn for Gauger {
    async fn turn(&self) -> Result<usize, Error> {
        let now = self.clock.monotonic().as_secs();
        if now >= self.next.load(Ordering::Relaxed) {
            self.next.store(now + EVERY, Ordering::Relaxed);
            for backlog in self.store.backlog().await? {
                let labels = [("kind", backlog.kind)];
                #[allow(clippy::cast_precision_loss, reason = "a gauge")]
                telemetry::stands(telemetry::BACKLOG, labels, backlog.due as f64);
                let age = backlog.age(self.clock.now()).as_secs_f64();
                telemetry::stands(telemetry::BACKLOG_SECONDS, labels, age);
            }
        }
        Ok(0)
    }
}
