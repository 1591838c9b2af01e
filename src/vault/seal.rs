use std::fmt;

use chacha20poly1305::XNonce;
use chacha20poly1305::aead::{Aead as _, Generate as _, Payload};

use super::key::{Key, KeyId};
use crate::id::TenantId;
use crate::secret::Secret;
use crate::token::Sealed;

/// The layout: version, length of the key's name, the name, 24 bytes nonce, what is sealed and its tag.
const VERSION: u8 = 1;
const NONCE: usize = 24;

/// Where a secret belongs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    tenant: &'a TenantId,
    provider: &'a str,
    account: &'a str,
}

impl<'a> Place<'a> {
    /// A tenant's account at a provider.
    #[must_use]
    pub fn new(tenant: &'a TenantId, provider: &'a str, account: &'a str) -> Self {
        Self { tenant, provider, account }
    }

    /// What is bound to the secret: the header and each part with its length, so that no two places look alike.
    fn bound(&self, header: &[u8]) -> Vec<u8> {
        let parts = [header, self.tenant.as_str().as_bytes(), self.provider.as_bytes(), self.account.as_bytes()];
        parts.iter().fold(Vec::new(), |mut bound, part| {
            bound.extend_from_slice(&(part.len() as u64).to_le_bytes());
            bound.extend_from_slice(part);
            bound
        })
    }
}

impl fmt::Debug for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Place({}, {})", self.tenant, self.provider)
    }
}

/// Why a secret cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// It is not what a vault makes, or was cut off.
    #[error("this is nothing that a vault has sealed")]
    NotSealed,
    /// The vault has no key of this name.
    #[error("the vault has no key {0}")]
    UnknownKey(KeyId),
    /// It was changed, belongs to another tenant, provider or account, or the key is another one of the same name.
    #[error("what is sealed does not belong here, was changed, or was sealed with another key of the name {0}")]
    Refused(KeyId),
    /// The machine gives no random bytes.
    #[error("the machine gives no random bytes")]
    Random,
}

/// Seals secrets with one key and opens them with several.
#[derive(Clone)]
pub struct Vault {
    key: Key,
    old: Vec<Key>,
}

impl Vault {
    /// A vault that seals with this key.
    #[must_use]
    pub fn new(key: Key) -> Self {
        Self { key, old: Vec::new() }
    }

    /// Opens what this key has sealed, too.
    #[must_use]
    pub fn with_old_key(mut self, key: Key) -> Self {
        self.old.push(key);
        self
    }

    /// Seals a secret for its place. Sealed twice, it looks different.
    ///
    /// # Errors
    /// [`VaultError::Random`].
    pub fn seal(&self, place: Place<'_>, secret: &Secret) -> Result<Sealed, VaultError> {
        let nonce = XNonce::try_generate().map_err(|_| VaultError::Random)?;
        let header = header(&self.key.id);
        let bound = place.bound(&header);
        let payload = Payload { msg: secret.expose().as_bytes(), aad: &bound };
        let sealed = self.key.cipher.encrypt(&nonce, payload).map_err(|_| VaultError::NotSealed)?;
        let mut bytes = header;
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(&sealed);
        Ok(Sealed::new(bytes))
    }

    /// Opens what was sealed for this place.
    ///
    /// # Errors
    /// [`VaultError`] says why it does not open.
    pub fn open(&self, place: Place<'_>, sealed: &Sealed) -> Result<Secret, VaultError> {
        let parts = Parts::of(sealed).ok_or(VaultError::NotSealed)?;
        let named: Vec<&Key> =
            std::iter::once(&self.key).chain(&self.old).filter(|key| key.id.as_str() == parts.key).collect();
        let Some(first) = named.first() else {
            return Err(match Key::new(parts.key, &[0; 32]) {
                Ok(unknown) => VaultError::UnknownKey(unknown.id),
                Err(_) => VaultError::NotSealed,
            });
        };
        let bound = place.bound(parts.header);
        let open = |key: &&Key| key.cipher.decrypt(&parts.nonce, Payload { msg: parts.sealed, aad: &bound }).ok();
        let opened = named.iter().find_map(open).ok_or_else(|| VaultError::Refused(first.id.clone()))?;
        String::from_utf8(opened).map(Secret::from).map_err(|_| VaultError::NotSealed)
    }

    /// True when it was sealed with the key that seals now.
    #[must_use]
    pub fn is_current(&self, sealed: &Sealed) -> bool {
        Parts::of(sealed).is_some_and(|parts| parts.key == self.key.id.as_str())
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("key", &self.key).field("old", &self.old).finish()
    }
}

fn header(key: &KeyId) -> Vec<u8> {
    let name = key.as_str().as_bytes();
    // A name has 64 bytes at most.
    let mut header = vec![VERSION, u8::try_from(name.len()).unwrap_or(u8::MAX)];
    header.extend_from_slice(name);
    header
}

struct Parts<'a> {
    header: &'a [u8],
    key: &'a str,
    nonce: XNonce,
    sealed: &'a [u8],
}

impl<'a> Parts<'a> {
    fn of(sealed: &'a Sealed) -> Option<Self> {
        let bytes = sealed.as_bytes();
        let [VERSION, length, rest @ ..] = bytes else { return None };
        let (name, rest) = rest.split_at_checked(usize::from(*length))?;
        let (nonce, sealed) = rest.split_at_checked(NONCE)?;
        let header = bytes.get(..2 + name.len())?;
        Some(Self { header, key: std::str::from_utf8(name).ok()?, nonce: XNonce::try_from(nonce).ok()?, sealed })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::key::InvalidKey;
    use super::*;

    fn key(id: &str, byte: u8) -> Key {
        Key::new(id, &[byte; 32]).unwrap()
    }

    fn tenant(name: &str) -> TenantId {
        name.parse().unwrap()
    }

    #[test]
    fn a_secret_opens_in_its_place_only() {
        let vault = Vault::new(key("k", 1));
        let (a, b) = (tenant("a"), tenant("ab"));
        let sealed = vault.seal(Place::new(&a, "bgoogle", "x"), &"secret".into()).unwrap();
        assert_eq!(vault.open(Place::new(&a, "bgoogle", "x"), &sealed).unwrap().expose(), "secret");
        let refused = Err(VaultError::Refused(key("k", 1).id.clone()));
        // The last has the same letters in another order of parts.
        for place in [
            Place::new(&b, "bgoogle", "x"),
            Place::new(&a, "bgoogle", "y"),
            Place::new(&a, "twilio", "x"),
            Place::new(&b, "google", "x"),
        ] {
            assert_eq!(vault.open(place, &sealed).map(|_| ()), refused, "{place:?}");
        }
    }

    #[test]
    fn keys_follow_one_another() {
        let (tenant, place) = (tenant("a"), "google");
        let old = Vault::new(key("old", 1));
        let sealed = old.seal(Place::new(&tenant, place, "x"), &"secret".into()).unwrap();
        let new = Vault::new(key("new", 2)).with_old_key(key("old", 1));
        assert_eq!(new.open(Place::new(&tenant, place, "x"), &sealed).unwrap().expose(), "secret");
        assert!(old.is_current(&sealed) && !new.is_current(&sealed));
        let alone = Vault::new(key("new", 2));
        let unknown = VaultError::UnknownKey(key("old", 1).id);
        assert_eq!(alone.open(Place::new(&tenant, place, "x"), &sealed).map(|_| ()), Err(unknown));
        // The name is part of what is sealed: a key cannot be passed off as another.
        let again = Vault::new(key("old", 9)).with_old_key(key("old", 1));
        assert_eq!(again.open(Place::new(&tenant, place, "x"), &sealed).unwrap().expose(), "secret");
        let other = Vault::new(key("old", 9)).open(Place::new(&tenant, place, "x"), &sealed);
        assert_eq!(other.map(|_| ()), Err(VaultError::Refused(key("old", 9).id)));
    }

    #[test]
    fn the_layout_stays_what_it_is() {
        // Sealed by an earlier build: what lies in databases must open for ever.
        let hex = include_str!("../../tests/fixtures/sealed.hex").trim();
        let bytes =
            hex.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap());
        let sealed = Sealed::new(bytes.collect());
        let opened = Vault::new(key("2026-11", 7)).open(Place::new(&tenant("clinic"), "google", "anna"), &sealed);
        assert_eq!(opened.unwrap().expose(), "1//refresh-token");
    }

    #[test]
    fn nothing_is_shown() {
        let vault = Vault::new(Key::from_base64("k", &"QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI=".into()).unwrap());
        assert_eq!(format!("{vault:?}"), "Vault { key: Key(k), old: [] }");
        assert_eq!(Key::from_base64("k", &"QkJC".into()).unwrap_err(), InvalidKey::Bytes);
        assert_eq!(Key::new("", &[0; 32]).unwrap_err(), InvalidKey::Name);
        assert_eq!(Key::new("two words", &[0; 32]).unwrap_err(), InvalidKey::Name);
    }

    proptest! {
        #[test]
        fn what_is_changed_does_not_open(
            secret in "\\PC{0,60}", at in any::<prop::sample::Index>(), flip in 1_u8..=255,
        ) {
            let vault = Vault::new(key("key", 3));
            let tenant = tenant("a");
            let place = Place::new(&tenant, "google", "x");
            let sealed = vault.seal(place, &secret.as_str().into()).unwrap();
            let opened = vault.open(place, &sealed).unwrap();
            prop_assert_eq!(opened.expose(), secret.as_str());
            let mut bytes = sealed.as_bytes().to_vec();
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
            prop_assert!(vault.open(place, &Sealed::new(bytes.clone())).is_err());
            bytes.truncate(at);
            prop_assert!(vault.open(place, &Sealed::new(bytes)).is_err());
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let tenant = tenant("a");
            prop_assert!(Vault::new(key("k", 1)).open(Place::new(&tenant, "", ""), &Sealed::new(bytes)).is_err());
        }
    }
}
