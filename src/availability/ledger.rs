use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use moka::future::Cache;

use crate::Error;
use crate::calendar::{Busy, Calendar};
use crate::clock::Clock;
use crate::id::TenantId;
use crate::schedule::Interval;

/// Calendars are read in blocks of so many days, which all questions share.
const DAYS: i64 = 28;
/// Blocks that are read at once for one question.
const AT_ONCE: usize = 4;
/// How long what a calendar holds is remembered.
pub(crate) const KEPT: Duration = Duration::from_secs(300);
/// Nothing is remembered for longer.
const LONGEST: Duration = Duration::from_secs(24 * 3_600);

/// What calendars hold, as it was a short while ago.
#[derive(Debug, Clone)]
pub(crate) struct Ledger {
    clock: Arc<dyn Clock>,
    kept_for: Duration,
    blocks: Cache<Block, Page>,
    /// Counts up whenever a calendar is known to have changed.
    versions: Arc<Mutex<HashMap<TenantId, u64>>>,
}

/// A stretch of a calendar at a version.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Block {
    tenant: TenantId,
    version: u64,
    number: i64,
}

#[derive(Debug, Clone)]
struct Page {
    busy: Arc<Vec<Busy>>,
    until: Duration,
}

impl Ledger {
    pub(crate) fn new(clock: Arc<dyn Clock>, kept_for: Duration) -> Self {
        let kept_for = kept_for.min(LONGEST);
        // What is too old by our clock is read anew; this keeps what nobody asks for from staying.
        let blocks = Cache::builder().max_capacity(10_000).time_to_live(kept_for.saturating_mul(2)).build();
        Self { clock, kept_for, blocks, versions: Arc::default() }
    }

    /// What was remembered of the tenant's calendar is not used any more.
    pub(crate) fn forget(&self, tenant: &TenantId) {
        let mut versions = self.versions.lock().unwrap_or_else(PoisonError::into_inner);
        *versions.entry(tenant.clone()).or_default() += 1;
    }

    fn version(&self, tenant: &TenantId) -> u64 {
        self.versions.lock().unwrap_or_else(PoisonError::into_inner).get(tenant).copied().unwrap_or(0)
    }

    /// What keeps people busy within a stretch of time. Many who ask at once make one question a block.
    pub(crate) async fn busy(
        &self,
        tenant: &TenantId,
        calendar: &dyn Calendar,
        within: Interval,
    ) -> Result<Vec<Busy>, Error> {
        // Read before the calendar is: what changes meanwhile is asked for again.
        let version = self.version(tenant);
        let length = TimeDelta::days(DAYS).num_seconds();
        let first = within.start().timestamp().div_euclid(length);
        let last = (within.end().timestamp() - 1).div_euclid(length);
        let pages = (first..=last).map(|number| {
            let block = Block { tenant: tenant.clone(), version, number };
            self.page(block, calendar, Interval::from_seconds(number * length, (number + 1) * length))
        });
        let mut found: Vec<Busy> = Vec::new();
        let pages: Vec<_> = stream::iter(pages).buffered(AT_ONCE).try_collect().await?;
        for page in pages {
            found.extend(page.iter().filter(|busy| busy.interval.overlaps(&within)).cloned());
        }
        // What reaches from one block into the next is in both.
        if first < last {
            found.sort_by(|a, b| (a.interval, &a.event).cmp(&(b.interval, &b.event)));
            found.dedup_by(|a, b| a.event.is_some() && a == b);
        }
        Ok(found)
    }

    async fn page(
        &self,
        block: Block,
        calendar: &dyn Calendar,
        within: Result<Interval, crate::schedule::InvalidInterval>,
    ) -> Result<Arc<Vec<Busy>>, Error> {
        let within = within.map_err(|source| Error::refused("reading a calendar").with_source(source))?;
        let now = self.clock.monotonic();
        if self.blocks.get(&block).await.is_some_and(|page| page.until <= now) {
            self.blocks.invalidate(&block).await;
        }
        let read = async {
            let busy = Arc::new(calendar.busy(within).await?);
            Ok::<_, Error>(Page { busy, until: self.clock.monotonic().saturating_add(self.kept_for) })
        };
        match self.blocks.try_get_with(block, read).await {
            Ok(page) => Ok(page.busy),
            Err(error) => {
                let copy = Error::new(error.fate(), "reading a calendar").with_source(error.clone());
                let copy =
                    copy.with_reason(error.reason().map(ToOwned::to_owned)).with_retry_after(error.retry_after());
                Err(match error.status() {
                    Some(status) => copy.with_status(status),
                    None => copy,
                })
            }
        }
    }
}
