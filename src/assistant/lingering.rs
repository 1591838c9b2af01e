use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt as _;
use futures_util::future::{BoxFuture, Either, select};
use futures_util::stream::FuturesUnordered;

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
    /// Calls the worker.
    pub(crate) wake: Wake,
    /// Calls a turn that is at work already.
    arrived: Wake,
}

impl Lingering {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { work: Arc::default(), clock, wake: Wake::default(), arrived: Wake::default() }
    }

    /// Goes on with something in the worker.
    pub(crate) fn keep(&self, work: BoxFuture<'static, ()>) {
        let mut kept = self.work.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            tracing::error!("too much is going on: something was dropped");
            return;
        }
        kept.push(work);
        drop(kept);
        self.wake.call();
        self.arrived.call();
    }
}

#[async_trait]
impl Turn for Lingering {
    async fn turn(&self) -> Result<usize, Error> {
        let mut going = FuturesUnordered::new();
        let mut done = 0;
        loop {
            let new = std::mem::take(&mut *self.work.lock().unwrap_or_else(PoisonError::into_inner));
            going.extend(new.into_iter().map(|work| within(self.clock.as_ref(), LONGEST, work)));
            if going.is_empty() {
                return Ok(done);
            }
            // What comes meanwhile does not wait for what is slow.
            if let Either::Left((Some(_), _)) = select(going.next(), self.arrived.wait()).await {
                done += 1;
            }
        }
    }
}

impl fmt::Debug for Lingering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lingering")
    }
}
