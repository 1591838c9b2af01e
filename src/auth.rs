//! Who asks: the port through which the REST API knows its callers.
//!
//! ```
//! use async_trait::async_trait;
//! use frontdesk::auth::{Authenticator, Denied, Principal, Role};
//!
//! /// A key for each tenant, in a header.
//! #[derive(Debug)]
//! struct Keys;
//!
//! #[async_trait]
//! impl Authenticator for Keys {
//!     async fn authenticate(&self, request: &http::request::Parts) -> Result<Principal, Denied> {
//!         match request.headers.get("x-api-key").map(|key| key.as_bytes()) {
//!             Some(b"key of the clinic") => {
//!                 let clinic = "clinic".parse().map_err(|_| Denied::Invalid("tenant"))?;
//!                 Ok(Principal::new(Role::Member, Some(clinic), "key 1"))
//!             }
//!             Some(_) => Err(Denied::Invalid("key")),
//!             None => Err(Denied::Missing),
//!         }
//!     }
//! }
//! ```

#[cfg(feature = "jwt")]
mod jwt;
mod principal;

#[cfg(feature = "jwt")]
#[cfg_attr(docsrs, doc(cfg(feature = "jwt")))]
pub use jwt::{InvalidKeys, JwtAuthenticator, Keys, KeysAlgorithm};
pub use principal::{Authenticator, Denied, Principal, Role};
