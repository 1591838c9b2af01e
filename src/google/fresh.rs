use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::lock::Mutex;

use crate::Error;
use crate::clock::Clock;
use crate::token::AccessToken;

/// A token with less time than this is replaced.
const EARLY: Duration = Duration::from_secs(300);
/// When no other can be had early, the next attempt is made so much later.
const PAUSE: Duration = Duration::from_secs(30);
/// One with less time than this is of no use to anybody.
const TOO_LATE: Duration = Duration::from_secs(20);

/// An access token that is replaced before it ends, by one request however many ask.
///
/// How long it works is measured from when it was asked for, on a clock that is never set: it makes no difference what
/// time either side thinks it is.
pub(super) struct Fresh {
    clock: Arc<dyn Clock>,
    // Held while a token is on its way: whoever asks meanwhile waits for that one.
    known: Mutex<Option<Known>>,
}

struct Known {
    token: AccessToken,
    /// In the clock's monotonic time.
    ends: Duration,
    /// It is not replaced before.
    not_before: Duration,
}

impl Fresh {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, known: Mutex::new(None) }
    }

    /// The token, or a new one.
    pub(super) async fn get<F>(&self, renew: impl FnOnce() -> F) -> Result<AccessToken, Error>
    where
        F: Future<Output = Result<AccessToken, Error>>,
    {
        let mut known = self.known.lock().await;
        let asked_at = (self.clock.monotonic(), self.clock.now());
        let left = known.as_ref().map_or(Duration::ZERO, |known| known.ends.saturating_sub(asked_at.0));
        let waits = |known: &&Known| left > EARLY || (left > TOO_LATE && asked_at.0 < known.not_before);
        if let Some(known) = known.as_ref().filter(waits) {
            return Ok(known.token.clone());
        }
        match renew().await {
            Ok(token) => {
                let lasts = (token.expires_at - asked_at.1).to_std().unwrap_or_default();
                let ends = asked_at.0.saturating_add(lasts);
                *known = Some(Known { token: token.clone(), ends, not_before: Duration::ZERO });
                Ok(token)
            }
            Err(error) if !error.is_permanent() => {
                let now = self.clock.monotonic();
                // What works goes on while no other can be had.
                match known.as_mut().filter(|known| known.ends.saturating_sub(now) > TOO_LATE) {
                    Some(known) => {
                        tracing::warn!(%error, "an access token could not be replaced early");
                        known.not_before = now.saturating_add(PAUSE);
                        Ok(known.token.clone())
                    }
                    None => Err(error),
                }
            }
            Err(error) => {
                *known = None;
                Err(error)
            }
        }
    }

    /// Forgets the token, unless it is another already.
    pub(super) async fn forget(&self, token: &AccessToken) {
        let mut known = self.known.lock().await;
        if known.as_ref().is_some_and(|known| known.token.secret.matches(token.secret.expose().as_bytes())) {
            *known = None;
        }
    }

    pub(super) async fn clear(&self) {
        *self.known.lock().await = None;
    }
}

impl fmt::Debug for Fresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fresh")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use chrono::TimeDelta;

    use super::*;
    use crate::clock::ManualClock;

    #[tokio::test]
    async fn what_works_goes_on_and_nobody_queues_for_another() {
        let clock = ManualClock::at("2026-11-21T09:00:00Z".parse().unwrap());
        let fresh = Fresh::new(Arc::new(clock.clone()));
        let asked = AtomicU32::new(0);
        let get = |works: bool| {
            let (asked, now) = (&asked, clock.now());
            fresh.get(move || async move {
                asked.fetch_add(1, Ordering::Relaxed);
                let token = AccessToken::new("t", now + TimeDelta::seconds(3_600));
                if works { Ok(token) } else { Err(Error::unavailable("tokens")) }
            })
        };
        get(true).await.unwrap();
        clock.advance(Duration::from_secs(3_400));
        for _ in 0..50 {
            get(false).await.unwrap();
        }
        assert_eq!(asked.load(Ordering::Relaxed), 2, "one early attempt, and then a pause");
        clock.advance(Duration::from_secs(31));
        get(false).await.unwrap();
        assert_eq!(asked.load(Ordering::Relaxed), 3);
        clock.advance(Duration::from_secs(150));
        assert!(get(false).await.unwrap_err().is_retryable(), "nineteen seconds are of no use");
        get(true).await.unwrap();
        get(false).await.unwrap();
        assert_eq!(asked.load(Ordering::Relaxed), 5);
    }
}
