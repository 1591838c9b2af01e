use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use moka::future::Cache;

use super::store::TenantLookup;
use crate::Error;
use crate::clock::Clock;
use crate::id::TenantId;
use crate::phone::E164;

/// Remembers what a lookup said, found or not; many who ask at once make one question.
#[derive(Debug, Clone)]
pub struct CachedLookup {
    inner: Arc<dyn TenantLookup>,
    clock: Arc<dyn Clock>,
    cache: Cache<E164, Entry>,
    found_for: Duration,
    missing_for: Duration,
}

/// How long an old answer is used before a directory that failed is asked again.
const AFTER_ERROR: Duration = Duration::from_secs(5);

#[derive(Debug, Clone)]
struct Entry {
    tenant: Option<TenantId>,
    until: Duration,
}

impl CachedLookup {
    /// Remembers up to 10,000 numbers: five minutes who was found, thirty seconds who was not. When the directory fails,
    /// who was found stays found; nothing else is remembered of it.
    #[must_use]
    pub fn new(inner: Arc<dyn TenantLookup>, clock: Arc<dyn Clock>) -> Self {
        let cache = Cache::new(10_000);
        Self { inner, clock, cache, found_for: Duration::from_secs(300), missing_for: Duration::from_secs(30) }
    }

    /// How long answers are remembered: those that found a tenant, and those that did not.
    #[must_use]
    pub fn with_times(mut self, found: Duration, missing: Duration) -> Self {
        (self.found_for, self.missing_for) = (found, missing);
        self
    }

    /// Forgets a number, because its tenant changed.
    pub async fn invalidate(&self, number: &E164) {
        self.cache.invalidate(number).await;
    }

    /// Asks again for what has grown old; a directory that does not answer leaves the old answer for a while.
    async fn refresh(&self, number: &E164, old: Entry) -> Option<TenantId> {
        let ask = async {
            let (tenant, keep) = match self.inner.tenant_of(number).await {
                Ok(Some(tenant)) => (Some(tenant), self.found_for),
                Ok(None) => (None, self.missing_for),
                Err(error) => {
                    tracing::warn!(%error, "the tenant directory does not answer; going on with its last answer");
                    (old.tenant, AFTER_ERROR)
                }
            };
            Entry { tenant, until: self.clock.monotonic().saturating_add(keep) }
        };
        let is_old = |entry: &Entry| entry.until <= self.clock.monotonic();
        self.cache.entry(*number).or_insert_with_if(ask, is_old).await.into_value().tenant
    }
}

#[async_trait]
impl TenantLookup for CachedLookup {
    async fn tenant_of(&self, number: &E164) -> Result<Option<TenantId>, Error> {
        let now = self.clock.monotonic();
        if let Some(entry) = self.cache.get(number).await {
            match (now < entry.until, &entry.tenant) {
                (true, _) => return Ok(entry.tenant),
                (false, Some(_)) => return Ok(self.refresh(number, entry).await),
                // Who was nobody's may be somebody's by now: an error must not be taken for the old answer.
                (false, None) => self.cache.invalidate(number).await,
            }
        }
        let asked = self.cache.try_get_with(*number, async {
            let tenant = self.inner.tenant_of(number).await?;
            let keep = if tenant.is_some() { self.found_for } else { self.missing_for };
            Ok::<_, Error>(Entry { tenant, until: self.clock.monotonic().saturating_add(keep) })
        });
        match asked.await {
            Ok(entry) => Ok(entry.tenant),
            Err(error) => Err(Error::new(error.fate(), "looking a tenant up").with_source(error)),
        }
    }

    async fn forget(&self, number: &E164) {
        self.invalidate(number).await;
        self.inner.forget(number).await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

    use super::*;
    use crate::clock::ManualClock;

    #[derive(Debug, Default)]
    struct Counting(AtomicU32, AtomicBool);

    #[async_trait]
    impl TenantLookup for Counting {
        async fn tenant_of(&self, number: &E164) -> Result<Option<TenantId>, Error> {
            let count = self.0.fetch_add(1, Ordering::SeqCst);
            if self.1.load(Ordering::SeqCst) {
                return Err(Error::unavailable("the directory"));
            }
            match number.digits().ends_with('0') {
                true if count == 0 => Err(Error::unavailable("the directory")),
                true => Ok(None),
                false => Ok(Some("a".parse().unwrap())),
            }
        }
    }

    #[tokio::test]
    async fn remembers_for_as_long_as_told_and_never_errors() {
        let clock = ManualClock::at(chrono::DateTime::UNIX_EPOCH);
        let counting = Arc::new(Counting::default());
        let lookup = CachedLookup::new(counting.clone(), Arc::new(clock.clone()));
        let (nobody, somebody) = ("+15551230000".parse().unwrap(), "+15551230001".parse().unwrap());
        let calls = || counting.0.load(Ordering::SeqCst);
        assert!(lookup.tenant_of(&nobody).await.unwrap_err().is_retryable());
        assert_eq!(lookup.tenant_of(&nobody).await.unwrap(), None);
        assert_eq!(lookup.tenant_of(&nobody).await.unwrap(), None);
        assert_eq!(calls(), 2);
        clock.advance(Duration::from_secs(31));
        lookup.tenant_of(&nobody).await.unwrap();
        assert_eq!(calls(), 3);
        lookup.tenant_of(&somebody).await.unwrap();
        clock.advance(Duration::from_secs(299));
        lookup.tenant_of(&somebody).await.unwrap();
        assert_eq!(calls(), 4);
        lookup.invalidate(&somebody).await;
        lookup.tenant_of(&somebody).await.unwrap();
        assert_eq!(calls(), 5);
        counting.1.store(true, Ordering::SeqCst);
        clock.advance(Duration::from_secs(400));
        assert_eq!(lookup.tenant_of(&somebody).await.unwrap().map(|id| id.to_string()).as_deref(), Some("a"));
        assert!(lookup.tenant_of(&nobody).await.unwrap_err().is_retryable(), "nobody's is not kept through an outage");
    }
}
