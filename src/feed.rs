//! What happens at a desk, as it happens: calls, texts, bookings and notifications that were written to the store.
//!
//! A [`Feed`] tells of what its own process writes. Each event names what changed and where it stands; the rest is read
//! from the store by whoever may. Events have numbers, so that a listener who was away for a moment goes on where it was.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//! use frontdesk::call::{CallRecord, Direction};
//! use frontdesk::clock::{Clock, SystemClock};
//! use frontdesk::feed::{EventKind, Feed, Watched};
//! use frontdesk::id::TenantId;
//! use frontdesk::store::{MemoryStore, Store, Unit};
//!
//! let feed = Feed::new();
//! let store = Watched::new(Arc::new(MemoryStore::new(SystemClock::shared())), feed.clone());
//! let clinic = TenantId::new("clinic")?;
//! let mut listener = feed.listen(&clinic, None);
//!
//! let sid = "CA0123456789abcdef0123456789abcdef".parse()?;
//! let (from, to) = ("+14155552671".into(), "+15551230000".into());
//! let call = CallRecord::begin(clinic.clone(), sid, Direction::Inbound, from, to, SystemClock::new().now());
//! store.commit(&clinic, Unit::new().save_call(call)).await?;
//!
//! let event = listener.next().await;
//! assert_eq!((event.kind, event.name.as_str()), (EventKind::Call, sid.as_str()));
//! # Ok(()) }
//! ```

mod event;
mod hub;
mod watched;

pub use event::{Event, EventId, EventKind};
pub use hub::{Feed, Listener};
pub use watched::Watched;
