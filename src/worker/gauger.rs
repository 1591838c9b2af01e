use std::sync::Arc;

use async_trait::async_trait;

use super::Turn;
use super::every::Every;
use crate::Error;
use crate::clock::Clock;
use crate::store::Store;
use crate::telemetry;

/// Says how much work waits, every 15 seconds.
#[derive(Debug)]
pub(crate) struct Gauger {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    every: Every,
}

impl Gauger {
    pub(crate) fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, every: Every::now_and_after(15, clock.clone()), clock }
    }
}

#[async_trait]
impl Turn for Gauger {
    async fn turn(&self) -> Result<usize, Error> {
        if !self.every.is_due() {
            return Ok(0);
        }
        for backlog in self.store.backlog().await? {
            let labels = [("kind", backlog.kind)];
            #[allow(clippy::cast_precision_loss, reason = "a gauge")]
            telemetry::stands(telemetry::BACKLOG, labels, backlog.due as f64);
            let age = backlog.age(self.clock.now()).as_secs_f64();
            telemetry::stands(telemetry::BACKLOG_SECONDS, labels, age);
        }
        Ok(0)
    }
}
