use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;

use super::oauth::AccessTokens;
use crate::Secret;
use crate::id::ApiKeySid;

/// Which credential a client uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Credential {
    /// An access token, by OAuth client credentials.
    Oauth,
    /// The API key.
    ApiKey,
    /// The account's auth token.
    AuthToken,
}

/// What a client holds, in the order in which it is tried.
pub(super) struct Credentials {
    held: Vec<Held>,
    /// The first one that was not refused, and when that was, in whole seconds of the clock's monotonic time.
    current: AtomicUsize,
    since: AtomicU64,
}

/// So long a credential that was refused is left alone. Then it is tried again: perhaps it was refused one resource only,
/// or was being changed.
const SETTLED_FOR: u64 = 600;

pub(super) enum Held {
    Oauth(AccessTokens),
    ApiKey(ApiKeySid, HeaderValue),
    AuthToken(HeaderValue),
}

impl Held {
    pub(super) fn kind(&self) -> Credential {
        match self {
            Self::Oauth(_) => Credential::Oauth,
            Self::ApiKey(..) => Credential::ApiKey,
            Self::AuthToken(_) => Credential::AuthToken,
        }
    }
}

impl Credentials {
    pub(super) fn new(held: Vec<Held>) -> Self {
        Self { held, current: AtomicUsize::new(0), since: AtomicU64::new(0) }
    }

    /// The credential in use.
    pub(super) fn current(&self) -> Option<&Held> {
        self.held.get(self.current.load(Ordering::Relaxed))
    }

    /// Those to try, the one in use first: each may take its place.
    pub(super) fn usable(&self, now: Duration) -> impl Iterator<Item = (usize, &Held)> {
        let settled = now.as_secs().saturating_sub(self.since.load(Ordering::Relaxed)) < SETTLED_FOR;
        let first = if settled { self.current.load(Ordering::Relaxed) } else { 0 };
        let (before, from) = self.held.split_at(first.min(self.held.len()));
        let from = from.iter().enumerate().map(move |(index, held)| (index + before.len(), held));
        from.chain(before.iter().enumerate())
    }

    /// Remembers that this one was not refused when others were; true when it is another than before.
    pub(super) fn settle_on(&self, index: usize, now: Duration) -> bool {
        self.since.store(now.as_secs(), Ordering::Relaxed);
        self.current.swap(index, Ordering::Relaxed) != index
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.held.iter().map(|held| match held {
                Held::ApiKey(sid, _) => sid.to_string(),
                other => format!("{:?}", other.kind()),
            }))
            .finish()
    }
}

/// HTTP's basic authentication.
pub(super) fn basic(user: &str, password: &Secret) -> HeaderValue {
    sensitive(&format!("Basic {}", STANDARD.encode(format!("{user}:{}", password.expose()))))
}

/// A header value that `Debug` hides. Text that no header can hold becomes an empty one, which is refused.
pub(super) fn sensitive(text: &str) -> HeaderValue {
    let mut value = HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}
