use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::{BoxFuture, join_all};

use crate::Error;
use crate::clock::{Clock, within};
use crate::wake::Wake;
use crate::worker::Turn;

/// Nothing goes on for longer.
const LONGEST: Duration = Duration::from_secs(60);
/// More than this is not kept.
const MOST: usize = 1_000;

/// Work that a caller does not wait for any more, and that is finished all the same.
#[derive(Clone)]
pub(crate) struct Lingering {
    work: Arc<Mutex<Vec<BoxFuture<'static, ()>>>>,
    clock: Arc<dyn Clock>,
    pub(crate) wake: Wake,
}

impl Lingering {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { work: Arc::default(), clock, wake: Wake::default() }
    }

    /// Goes on with something in the worker.
    pub(crate) fn keep(&self, work: BoxFuture<'static, ()>) {
        let mut kept = self.work.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < MOST {
            kept.push(work);
            drop(kept);
            self.wake.call();
        } else {
            tracing::error!("too much is going on: something was dropped");
        }
    }
}

#[async_trait]
impl Turn for Lingering {
    async fn turn(&self) -> Result<usize, Error> {
        let work = std::mem::take(&mut *self.work.lock().unwrap_or_else(PoisonError::into_inner));
        let done = join_all(work.into_iter().map(|work| within(self.clock.as_ref(), LONGEST, work))).await;
        Ok(done.len())
    }
}

impl fmt::Debug for Lingering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lingering")
    }
}
