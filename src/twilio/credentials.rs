use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

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
    /// The first one that was not refused.
    current: AtomicUsize,
}

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
        Self { held, current: AtomicUsize::new(0) }
    }

    /// The credential in use.
    pub(super) fn current(&self) -> Option<&Held> {
        self.held.get(self.current.load(Ordering::Relaxed))
    }

    /// Those to try: the one in use and what may take its place.
    pub(super) fn usable(&self) -> impl Iterator<Item = (usize, &Held)> {
        self.held.iter().enumerate().skip(self.current.load(Ordering::Relaxed))
    }

    /// Remembers that those before `index` were refused and it was not; true for who says it first.
    pub(super) fn settle_on(&self, index: usize) -> bool {
        self.current.fetch_max(index, Ordering::Relaxed) < index
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
