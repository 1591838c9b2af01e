//! Connecting tenants' Google calendars: consent that is asked for once and in time, the calendar of each tenant, and the
//! channels through which Google says that it has changed.
//!
//! The host gives whoever is to connect a calendar a [link](Connector::link); a [`Desk`](crate::Desk) serves what it leads
//! to.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//! use frontdesk::clock::{Clock, SystemClock};
//! use frontdesk::connect::{Connection, Connector};
//! use frontdesk::sim::Google;
//! use frontdesk::store::MemoryStore;
//! use frontdesk::vault::{Key, Vault};
//!
//! let google = Google::builder().in_process()?;
//! let oauth = google.oauth("https://desk.example.com/oauth/google/callback".parse()?)?;
//! let store = Arc::new(MemoryStore::new(SystemClock::shared()));
//! let connector = Connector::new(oauth, store, Vault::new(Key::generate("2026")?), SystemClock::shared())
//!     .with_base_url(google.base_url());
//!
//! let clinic = "clinic".parse()?;
//! assert_eq!(connector.connection(&clinic).await?, Connection::None);
//! let link = connector.link(&clinic, &"https://desk.example.com".parse()?)?;
//! assert!(link.path() == "/oauth/google");
//!
//! // Whoever follows it is sent to Google, and comes back.
//! let start = connector.start(&clinic, "/oauth/google").await?;
//! let back = google.allow(&start.url, None).await?;
//! let done = connector.finish(back.query().unwrap_or_default(), Some(&start.session)).await?;
//! assert_eq!(done.tenant, clinic);
//! assert_eq!(connector.connection(&clinic).await?, Connection::Works("anna@example.com".into()));
//! # Ok(()) }
//! ```

mod channels;
mod connector;
mod ticket;

pub use connector::{Connection, Connector, Finished, NotConnected, Started};

pub(crate) use channels::Renewer;
