use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::lock::Mutex;

use crate::Error;
use crate::clock::Clock;
use crate::token::AccessToken;

/// A token with less time than this is replaced.
const EARLY: Duration = Duration::from_secs(300);
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
        if let Some(known) = known.as_ref().filter(|_| left > EARLY) {
            return Ok(known.token.clone());
        }
        match renew().await {
            Ok(token) => {
                let lasts = (token.expires_at - asked_at.1).to_std().unwrap_or_default();
                *known = Some(Known { token: token.clone(), ends: asked_at.0.saturating_add(lasts) });
                Ok(token)
            }
            // What works goes on while no other can be had.
            Err(error) if !error.is_permanent() && left > TOO_LATE => {
                tracing::warn!(%error, "an access token could not be replaced early");
                known.as_ref().map(|known| known.token.clone()).ok_or(error)
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
