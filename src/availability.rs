//! When a tenant can be booked: its hours, less what its calendar and its own bookings hold.
//!
//! What a calendar holds is remembered for a while, by the version that was known when it was asked: a booking of ours and
//! a push notification count the version up, so that what was read before is never used again.
//! [`is_free_now`](Availability::is_free_now) asks the calendar itself.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//! use frontdesk::availability::{Availability, Question};
//! use frontdesk::calendar::{Diaries, Diary, Entered, EventId};
//! use frontdesk::clock::{Clock, SystemClock};
//! use frontdesk::schedule::Interval;
//! use frontdesk::store::MemoryStore;
//! use frontdesk::tenant::Tenant;
//!
//! let clock = SystemClock::shared();
//! let zone = chrono_tz::Europe::Berlin;
//! let clinic = Tenant::new("clinic".parse()?).with_hours("mon-sun 09:00-17:00".parse()?, zone);
//! let store = Arc::new(MemoryStore::new(clock.clone()).with_tenant(clinic));
//! let diary = Diary::new(zone);
//! let availability =
//!     Availability::new(store, Arc::new(Diaries::new().with("clinic".parse()?, diary.clone())), clock.clone());
//!
//! let from = clock.now() + chrono::TimeDelta::days(7);
//! let week = Question::between(from, from + chrono::TimeDelta::days(2));
//! let slots = availability.slots(&"clinic".parse()?, &week).await?;
//! assert!(availability.is_free_now(&"clinic".parse()?, slots[0].start(), &week).await?);
//! diary.enter(EventId::of(["lunch"]), Entered::Timed(slots[0].into()));
//! assert!(!availability.is_free_now(&"clinic".parse()?, slots[0].start(), &week).await?);
//! # Ok(()) }
//! ```

mod ledger;
mod service;

pub(crate) use ledger::{KEPT, Ledger};
pub use service::{Availability, Question};
pub(crate) use service::{fitting, foreign, live};
