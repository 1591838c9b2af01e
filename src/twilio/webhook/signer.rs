use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;

use super::canonical;
use crate::Secret;

/// One key, ready to sign; the key's schedule is computed once.
#[derive(Clone)]
pub(super) enum Key {
    Sha1(Hmac<Sha1>),
    Sha256(Hmac<Sha256>),
}

impl Key {
    pub(super) fn sha1(token: &Secret) -> Option<Self> {
        Hmac::new_from_slice(token.expose().as_bytes()).ok().map(Self::Sha1)
    }

    pub(super) fn sha256(secret: &Secret) -> Option<Self> {
        Hmac::new_from_slice(secret.expose().as_bytes()).ok().map(Self::Sha256)
    }

    pub(super) const SHA1_LEN: usize = 20;
    pub(super) const SHA256_LEN: usize = 32;

    fn sign(&self, url: &[u8], parameters: &[u8]) -> String {
        match self {
            Self::Sha1(mac) => {
                STANDARD.encode(mac.clone().chain_update(url).chain_update(parameters).finalize().into_bytes())
            }
            Self::Sha256(mac) => {
                STANDARD.encode(mac.clone().chain_update(url).chain_update(parameters).finalize().into_bytes())
            }
        }
    }

    /// Compares in constant time.
    pub(super) fn accepts(&self, url: &[u8], parameters: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Sha1(mac) => mac.clone().chain_update(url).chain_update(parameters).verify_slice(signature).is_ok(),
            Self::Sha256(mac) => mac.clone().chain_update(url).chain_update(parameters).verify_slice(signature).is_ok(),
        }
    }
}

/// Signs as Twilio does, for tests and for the simulator.
///
/// ```
/// use frontdesk::twilio::webhook::Signer;
///
/// let signer = Signer::new("12345");
/// let signature = signer.sign_form(
///     "https://mycompany.com/myapp.php?foo=1&bar=2",
///     b"CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212",
/// );
/// assert_eq!(signature, "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
/// ```
#[derive(Clone)]
pub struct Signer(Option<Key>);

impl Signer {
    /// Signs with an account's auth token (HMAC-SHA1).
    #[must_use]
    pub fn new(auth_token: impl Into<Secret>) -> Self {
        Self(Key::sha1(&auth_token.into()))
    }

    /// Signs with a shared key (HMAC-SHA256).
    #[must_use]
    pub fn with_shared_key(secret: impl Into<Secret>) -> Self {
        Self(Key::sha256(&secret.into()))
    }

    /// The signature of a form that is posted to `url`.
    #[must_use]
    pub fn sign_form(&self, url: &str, body: &[u8]) -> String {
        self.sign(url, &canonical::parameters(body))
    }

    /// The signature of a GET request, or of a JSON body whose hash is in the URL's `bodySHA256`.
    #[must_use]
    pub fn sign_url(&self, url: &str) -> String {
        self.sign(url, &[])
    }

    fn sign(&self, url: &str, parameters: &[u8]) -> String {
        // HMAC takes keys of any length, so that there always is a key.
        self.0.as_ref().map(|key| key.sign(url.as_bytes(), parameters)).unwrap_or_default()
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer(***)")
    }
}
