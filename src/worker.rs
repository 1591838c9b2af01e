//! Work that is taken from a store until there is none, or until told to stop.
//!
//! Workers are futures: the host spawns them where it likes, and nothing runs that it did not start. A desk has its
//! workers inside:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use frontdesk::Desk;
//! use frontdesk::clock::SystemClock;
//! use frontdesk::store::MemoryStore;
//!
//! let desk = Desk::builder()
//!     .public_url("https://example.com".parse()?)
//!     .auth_token("token")
//!     .store(MemoryStore::new(SystemClock::shared()))
//!     .build()?;
//! let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
//! let running = tokio::spawn({
//!     let desk = desk.clone();
//!     async move { desk.run(async { drop(stopped.await) }).await }
//! });
//! let _ = stop.send(());      // a turn that has begun is finished first
//! running.await?;
//! # Ok(()) }
//! ```

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

/// One kind of work.
#[async_trait]
pub trait Turn: fmt::Debug + Send + Sync + 'static {
    /// Does what is due, a batch at most; says how much that was.
    ///
    /// # Errors
    /// When the store cannot be reached; single failures are recorded and no error.
    async fn turn(&self) -> Result<usize, Error>;
}

/// Runs a kind of work.
#[derive(Debug, Clone)]
pub struct Worker {
    work: Arc<dyn Turn>,
    clock: Arc<dyn Clock>,
    wake: Wake,
    poll: Duration,
}

impl Worker {
    pub(crate) fn new(work: Arc<dyn Turn>, clock: Arc<dyn Clock>, wake: Wake) -> Self {
        Self { work, clock, wake, poll: Duration::from_secs(1) }
    }

    /// How long to wait when nothing is due and nobody calls; 1 second by default.
    #[must_use]
    pub fn with_poll(mut self, interval: Duration) -> Self {
        self.poll = interval;
        self
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
    pub async fn run_until_idle(&self) -> Result<usize, Error> {
        let mut all = 0;
        loop {
            match self.turn().await? {
                0 => return Ok(all),
                some => all += some,
            }
        }
    }

    /// Works until `stop` is done. A turn that has begun is finished first.
    pub async fn run(self, stop: impl Future<Output = ()> + Send) {
        let mut stop = std::pin::pin!(stop);
        let mut failures = 0_u32;
        loop {
            let pause = match self.turn().await {
                Ok(0) => {
                    failures = 0;
                    self.poll
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
                    let pause = self.poll.saturating_mul(1 << failures.min(6));
                    tracing::warn!(work = ?self.work, %error, ?pause, "work failed; trying again later");
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
