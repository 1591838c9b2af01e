//! Time as a dependency: the only place that reads the machine's clock.
//!
//! Everything that needs the time or has to wait takes an [`Arc<dyn Clock>`](Clock), so that tests run in
//! virtual time.
//!
//! ```
//! # #[cfg(feature = "test-util")] {
//! use std::time::Duration;
//! use frontdesk::clock::{Clock, ManualClock};
//!
//! let clock = ManualClock::at("2026-03-02T09:00:00Z".parse().unwrap());
//! clock.advance(Duration::from_secs(60));
//! assert_eq!(clock.now().to_rfc3339(), "2026-03-02T09:01:00+00:00");
//! # }
//! ```

mod manual;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures_util::future::{Either, select};

#[cfg(any(test, feature = "test-util", feature = "sim"))]
#[cfg_attr(docsrs, doc(cfg(any(feature = "test-util", feature = "sim"))))]
pub use manual::ManualClock;

/// A source of time and of waiting.
#[async_trait]
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The time of day, which may jump when the machine's clock is set.
    fn now(&self) -> DateTime<Utc>;

    /// Time since some fixed point, for measuring how long something took. Never runs backward.
    fn monotonic(&self) -> Duration;

    /// Waits for `duration`.
    async fn sleep(&self, duration: Duration);
}

/// Runs `work` until it is done or `limit` is over; `None` means that time ran out.
pub(crate) async fn within<F: Future>(clock: &dyn Clock, limit: Duration, work: F) -> Option<F::Output> {
    let work = std::pin::pin!(work);
    match select(work, clock.sleep(limit)).await {
        Either::Left((output, _)) => Some(output),
        Either::Right(_) => None,
    }
}

/// The machine's clock.
///
/// With the feature `tokio` it waits on tokio's timer and must be used inside a tokio runtime. Without that
/// feature each wait parks a thread of its own: correct in any executor, but meant for a few waits at a time;
/// hosts on another runtime implement [`Clock`] over its timer.
#[derive(Debug, Clone)]
pub struct SystemClock {
    start: std::time::Instant,
}

impl SystemClock {
    /// The machine's clock.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the place that reads the machine's clock")]
    pub fn new() -> Self {
        Self { start: std::time::Instant::now() }
    }

    /// The machine's clock behind the pointer that builders take.
    #[must_use]
    pub fn shared() -> Arc<dyn Clock> {
        Arc::new(Self::new())
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the place that reads the machine's clock")]
    fn now(&self) -> DateTime<Utc> {
        DateTime::from(std::time::SystemTime::now())
    }

    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }

    #[cfg(feature = "tokio")]
    #[expect(clippy::disallowed_methods, reason = "this is the place that waits")]
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    #[cfg(not(feature = "tokio"))]
    #[expect(clippy::disallowed_methods, reason = "this is the place that waits")]
    async fn sleep(&self, duration: Duration) {
        let wake = crate::wake::Wake::default();
        let over = wake.clone();
        let parked = std::thread::Builder::new().name("frontdesk-sleep".into()).spawn(move || {
            std::thread::sleep(duration);
            over.call();
        });
        if parked.is_err() {
            // A deadline that never comes is the lesser evil than one that has come already.
            return std::future::pending().await;
        }
        wake.wait().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn within_lets_finished_work_win() {
        let clock = ManualClock::at(DateTime::UNIX_EPOCH).auto_advancing();
        assert_eq!(within(&clock, Duration::from_secs(1), async { 7 }).await, Some(7));
        assert_eq!(within(&clock, Duration::from_secs(1), std::future::pending::<u8>()).await, None);
        assert_eq!(clock.monotonic(), Duration::from_secs(1));
    }

    #[test]
    fn system_clock_moves_forward() {
        let clock = SystemClock::new();
        let before = clock.monotonic();
        assert!(clock.monotonic() >= before);
        assert!(clock.now().timestamp() > 1_700_000_000);
    }
}
