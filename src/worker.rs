//! Work that is taken from a store until there is none, or until told to stop.

mod every;
#[cfg(feature = "metrics")]
mod gauger;
mod sweeper;

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt;
use futures_util::future::{self, Either, select};

use crate::Error;
use crate::clock::Clock;
use crate::wake::Wake;
pub(crate) use every::Every;
#[cfg(feature = "metrics")]
pub(crate) use gauger::Gauger;
pub(crate) use sweeper::Sweeper;

/// How long to wait when nothing is due and nobody calls.
const POLL: Duration = Duration::from_secs(1);

/// One kind of work.
#[async_trait]
pub(crate) trait Turn: fmt::Debug + Send + Sync + 'static {
    /// Does what is due, a batch at most; says how much that was.
    ///
    /// # Errors
    /// When the store cannot be reached; single failures are recorded and no error.
    async fn turn(&self) -> Result<usize, Error>;
}

/// Runs a kind of work.
#[derive(Debug, Clone)]
pub(crate) struct Worker {
    work: Arc<dyn Turn>,
    clock: Arc<dyn Clock>,
    wake: Wake,
}

impl Worker {
    pub(crate) fn new(work: Arc<dyn Turn>, clock: Arc<dyn Clock>, wake: Wake) -> Self {
        Self { work, clock, wake }
    }

    /// A turn that panics is one that failed: the worker goes on.
    async fn turn(&self) -> Result<usize, Error> {
        match AssertUnwindSafe(self.work.turn()).catch_unwind().await {
            Ok(outcome) => outcome,
            Err(_) => Err(Error::unavailable("a worker panicked")),
        }
    }

    /// Works until nothing is due any more.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub(crate) async fn run_until_idle(&self) -> Result<usize, Error> {
        let mut all = 0;
        loop {
            match self.turn().await? {
                0 => return Ok(all),
                some => all += some,
            }
        }
    }

    /// Works until `stop` is done. A turn that has begun is finished first.
    pub(crate) async fn run(self, stop: impl Future<Output = ()> + Send) {
        let mut stop = std::pin::pin!(stop);
        let mut failures = 0_u32;
        loop {
            let pause = match self.turn().await {
                Ok(0) => {
                    failures = 0;
                    POLL
                }
                Ok(_) => {
                    failures = 0;
                    if (&mut stop).now_or_never().is_some() {
                        return;
                    }
                    continue;
                }
                Err(error) => {
                    failures = failures.saturating_add(1);
                    let pause = POLL.saturating_mul(1 << failures.min(6));
                    tracing::warn!(%error, ?pause, "work failed; trying again later");
                    pause
                }
            };
            let something = select(self.wake.wait(), self.clock.sleep(pause));
            if let Either::Right(_) = future::select(Box::pin(something), &mut stop).await {
                return;
            }
        }
    }
}
