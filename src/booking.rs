//! Appointments and the times that are held for them. Pure, and the port through which they are read.
//!
//! A time is taken in two steps: [`hold`](Bookings::hold) takes it for as long as a lease lasts, and only what holds it can
//! go on to [`Confirmed`](BookingState::Confirmed). Two bookings never hold the same seat of a resource at overlapping
//! times: the store sees to that, whoever asks, from however many processes.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//! use frontdesk::booking::{BookingState, Bookings, Held, HoldRequest, Resource};
//! use frontdesk::clock::SystemClock;
//! use frontdesk::id::TenantId;
//! use frontdesk::store::{Commit, MemoryStore, Store, Unit};
//!
//! let store = MemoryStore::new(SystemClock::shared());
//! let clinic = TenantId::new("clinic")?;
//! let tuesday = ("2026-12-01T15:00:00Z".parse()?, "2026-12-01T15:30:00Z".parse()?);
//! let wanted = |id: &str| {
//!     let chair = Resource::new("chair-1".parse().unwrap());
//!     HoldRequest::new(id.parse().unwrap(), tuesday.0, tuesday.1, [chair], Duration::from_secs(300))
//! };
//! let Held::Held(booking) = store.hold(&clinic, &wanted("anna-1")).await? else { panic!("it was free") };
//! assert_eq!(store.hold(&clinic, &wanted("ben-1")).await?, Held::Taken);
//!
//! let booking = booking.commit("event1", tuesday.0).ok_or("not held")?;
//! assert_eq!(store.commit(&clinic, Unit::new().save_booking(booking)).await?, Commit::Applied);
//! let booking = store.booking(&clinic, &"anna-1".parse()?).await?.ok_or("lost")?;
//! let confirmed = booking.confirm().ok_or("not committing")?;
//! store.commit(&clinic, Unit::new().save_booking(confirmed)).await?;
//! assert_eq!(store.booking(&clinic, &"anna-1".parse()?).await?.ok_or("lost")?.state, BookingState::Confirmed);
//! # Ok(()) }
//! ```

mod decide;
mod hold;
mod record;
mod state;
mod store;

pub(crate) use decide::{Decision, Occupied};
pub use hold::{Held, Hold, HoldRequest, InvalidResourceId, Limit, Resource, ResourceId, Seat};
pub use record::{Booking, BookingId, Conflict, Details, InvalidBookingId};
pub use state::BookingState;
pub use store::{BookingQuery, Bookings};
