use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::clock::Clock;

/// Something that is due again and again.
#[derive(Debug)]
pub(crate) struct Every {
    clock: Arc<dyn Clock>,
    seconds: u64,
    /// In seconds of the clock's monotonic time.
    next: AtomicU64,
}

impl Every {
    /// Due at once, and then each time so many seconds have passed.
    #[cfg(any(feature = "metrics", all(feature = "google", feature = "vault")))]
    pub(crate) fn now_and_after(seconds: u64, clock: Arc<dyn Clock>) -> Self {
        Self { clock, seconds, next: AtomicU64::new(0) }
    }

    /// Due each time so many seconds have passed.
    pub(crate) fn after(seconds: u64, clock: Arc<dyn Clock>) -> Self {
        let next = AtomicU64::new(clock.monotonic().as_secs() + seconds);
        Self { clock, seconds, next }
    }

    /// Whether it is due. When it is, it is not until the next time.
    pub(crate) fn is_due(&self) -> bool {
        let now = self.clock.monotonic().as_secs();
        let is_due = now >= self.next.load(Ordering::Relaxed);
        if is_due {
            self.next.store(now + self.seconds, Ordering::Relaxed);
        }
        is_due
    }
}
