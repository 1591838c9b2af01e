//! The host's own services: one that wants to hear of calls, one that knows whose number is whose. Both are asked
//! with an `X-Service-Key` header.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//! use frontdesk::backoffice::{Backoffice, Directory};
//! use frontdesk::clock::SystemClock;
//! use frontdesk::tenant::TenantLookup;
//! use frontdesk::transport::Stub;
//!
//! let stub = Stub::new().reply(200, r#"{"tenantId":"clinic"}"#);
//! let service = Backoffice::new("https://numbers.example.com".parse()?, "key", Arc::new(stub.clone()), SystemClock::shared());
//! let tenant = Directory::new(service).tenant_of(&"+15551230000".parse()?).await?;
//! assert_eq!(tenant.map(|id| id.to_string()).as_deref(), Some("clinic"));
//! assert_eq!(stub.log()[0].uri().path(), "/phone-numbers/lookup/%2B15551230000");
//! # Ok(()) }
//! ```

mod client;
mod directory;
mod events;

pub use client::Backoffice;
pub use directory::Directory;
pub use events::EventService;
