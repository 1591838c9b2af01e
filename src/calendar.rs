//! A diary, wherever it is kept: what is busy, events entered once, changed by version, and what has changed since. The
//! seam where providers and a host's own diary plug in.
//!
//! [`Diary`] keeps events in memory, for tests and for tenants without a calendar; `google` keeps them at Google. The
//! suite of the feature `test-util`, `calendar::conformance`, holds every implementation to the same promises.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use frontdesk::calendar::{Calendar, Created, Diary, EventId, NewEvent};
//! use frontdesk::schedule::Interval;
//!
//! let diary = Diary::new(chrono_tz::America::New_York);
//! let tuesday = Interval::new("2026-12-01T15:00:00Z".parse()?, "2026-12-01T15:30:00Z".parse()?)?;
//! let visit = NewEvent::new(EventId::of(["clinic", "visit-1"]), "visit-1", tuesday).with_title("Check-up");
//! let Created::Now(entry) = diary.create(&visit).await? else { panic!("it is new") };
//! assert_eq!(diary.create(&visit).await?, Created::Before(entry), "entered once, however often");
//! assert_eq!(diary.busy(tuesday).await?[0].booking.as_deref(), Some("visit-1"));
//! # Ok(()) }
//! ```

mod busy;
mod change;
#[cfg(any(test, feature = "test-util"))]
#[cfg_attr(docsrs, doc(cfg(feature = "test-util")))]
pub mod conformance;
mod diary;
mod entry;
mod event;
mod link;
mod port;

pub use busy::{Busy, BusyRules, Entered};
pub use change::{Change, Changed, Changes, Cursor, Patched};
pub use diary::{Diaries, Diary};
pub use entry::{Entry, EntryStatus, Version};
pub use event::{Created, EventId, Guest, InvalidEventId, NewEvent};
pub use link::add_link;
pub use port::{Calendar, Calendars};
