//! Secrets at rest: refresh tokens and tenants' own credentials, sealed with XChaCha20-Poly1305
//! (<https://datatracker.ietf.org/doc/html/draft-irtf-cfrg-xchacha>) before a store sees them.
//!
//! What is sealed is bound to its tenant, provider and account: moved to another row, it does not open. Each sealed
//! secret names its key, so that keys are changed one after the other: [`Vault::with_old_key`], then
//! [`TokenVault::reencrypt`], then the old key goes.
//!
//! ```
//! use frontdesk::id::TenantId;
//! use frontdesk::vault::{Key, Place, Vault};
//!
//! let vault = Vault::new(Key::generate("2026-11")?);
//! let (anna, ben) = (TenantId::new("anna")?, TenantId::new("ben")?);
//! let sealed = vault.seal(Place::new(&anna, "google", "anna@example.com"), &"refresh-token".into())?;
//! let opened = vault.open(Place::new(&anna, "google", "anna@example.com"), &sealed)?;
//! assert_eq!(opened.expose(), "refresh-token");
//! assert!(vault.open(Place::new(&ben, "google", "anna@example.com"), &sealed).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod accounts;
mod key;
mod seal;
mod tokens;

pub use accounts::TenantAccounts;
pub use key::{InvalidKey, Key, KeyId};
pub use seal::{Place, Vault, VaultError};
pub use tokens::{Reencrypted, TokenVault};
