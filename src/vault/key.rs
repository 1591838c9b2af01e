use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::{self, Generate as _, KeyInit as _};

use crate::secret::Secret;

/// A key's name: 1 to 64 printable ASCII characters. It stands beside what it has sealed, readable.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(Box<str>);

impl KeyId {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What cannot be a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidKey {
    /// Its name.
    #[error("a key's name has 1 to 64 printable ASCII characters")]
    Name,
    /// Not 32 bytes in base64.
    #[error("a key is 32 bytes, written in base64 (44 characters)")]
    Bytes,
    /// The machine gives no random bytes.
    #[error("the machine gives no random bytes")]
    Random,
}

/// A key and its name. `Debug` shows the name.
#[derive(Clone)]
pub struct Key {
    pub(super) id: KeyId,
    pub(super) cipher: XChaCha20Poly1305,
}

impl Key {
    /// A key of 32 bytes, written in base64: `openssl rand -base64 32` makes one.
    ///
    /// # Errors
    /// [`InvalidKey`] says what is wrong, and nothing of the key.
    pub fn from_base64(id: &str, key: &Secret) -> Result<Self, InvalidKey> {
        let bytes = STANDARD.decode(key.expose().trim()).map_err(|_| InvalidKey::Bytes)?;
        Self::new(id, &bytes.try_into().map_err(|_| InvalidKey::Bytes)?)
    }

    /// A key of 32 bytes.
    ///
    /// # Errors
    /// [`InvalidKey::Name`].
    pub fn new(id: &str, key: &[u8; 32]) -> Result<Self, InvalidKey> {
        let clean = id.bytes().all(|byte| byte.is_ascii_graphic());
        if !clean || !(1..=64).contains(&id.len()) {
            return Err(InvalidKey::Name);
        }
        Ok(Self { id: KeyId(id.into()), cipher: XChaCha20Poly1305::new(key.into()) })
    }

    /// A new key that nobody knows: for tests, and for what need not outlive the process.
    ///
    /// # Errors
    /// [`InvalidKey::Name`], and [`InvalidKey::Random`].
    pub fn generate(id: &str) -> Result<Self, InvalidKey> {
        let key = aead::Key::<XChaCha20Poly1305>::try_generate().map_err(|_| InvalidKey::Random)?;
        Self::new(id, &key.into())
    }

    /// Its name.
    #[must_use]
    pub fn id(&self) -> &KeyId {
        &self.id
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.id)
    }
}
