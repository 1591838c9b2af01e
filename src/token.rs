//! What a tenant's accounts at providers are reached with, sealed, and the consent that is being asked for. The port
//! through which they are read; [`Unit`](crate::store::Unit) writes them.
//!
//! A store keeps bytes that it cannot read: what seals them is a vault above it.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use frontdesk::clock::{Clock, SystemClock};
//! use frontdesk::id::TenantId;
//! use frontdesk::store::{MemoryStore, Store, Unit};
//! use frontdesk::token::{Sealed, Token, Tokens};
//!
//! let clock = SystemClock::shared();
//! let store = MemoryStore::new(clock.clone());
//! let clinic = TenantId::new("clinic")?;
//! let token = Token::new(clinic.clone(), "google", "anna@example.com", Sealed::new(vec![1, 2, 3]), clock.now());
//! store.commit(&clinic, Unit::new().save_token(token)).await?;
//! let token = store.token(&clinic, "google", "anna@example.com").await?.ok_or("lost")?;
//! assert_eq!(token.sealed.as_bytes(), [1, 2, 3]);
//! # Ok(()) }
//! ```

mod access;
mod consent;
mod record;
mod secrets;
mod store;

pub use access::{AccessToken, AccessTokens};
pub use consent::PendingConsent;
pub use record::{Sealed, Token};
pub use secrets::{StoredToken, TokenStore};
pub use store::Tokens;
