//! Business hours, the slots that are free in them, and times as people say them. Pure.
//!
//! [`WeeklyHours`] say when somebody is there, in the tenant's own zone. [`SlotQuery`] cuts them, less what is busy, into
//! slots; [`Pool`] asks for several people or rooms at once; [`alternatives`] ranks what to offer in the place of a time
//! that is taken.
//!
//! ```
//! use frontdesk::schedule::WeeklyHours;
//!
//! let hours: WeeklyHours = "mon-fri 09:00-12:00,13:00-17:00; fri 22:00-02:00".parse()?;
//! let zone: chrono_tz::Tz = "America/New_York".parse()?;
//! let at = |text: &str| text.parse::<chrono::DateTime<chrono::Utc>>();
//! assert!(hours.is_open(at("2026-03-02T14:00:00Z")?, zone));       // Monday 9:00
//! assert!(!hours.is_open(at("2026-03-02T17:30:00Z")?, zone));      // lunch
//! assert!(hours.is_open(at("2026-03-07T06:00:00Z")?, zone));       // Saturday 1:00, still Friday's window
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod alternatives;
mod hours;
mod interval;
mod language;
mod openings;
mod pool;
mod slots;
mod spoken;
mod zone;

pub use alternatives::{Alternative, PartOfDay, Why, alternatives};
pub use hours::{InvalidHours, WeeklyHours, Window};
pub use interval::{Interval, InvalidInterval};
pub use language::Language;
pub use openings::Openings;
pub use pool::{Choice, Offer, Pool};
#[cfg(feature = "desk")]
pub(crate) use slots::Joint;
pub use slots::{InvalidQuery, Slot, SlotQuery, Slots};
pub use spoken::{Question, SpokenTime};
#[cfg(feature = "desk")]
pub(crate) use zone::bounds;
pub(crate) use zone::{earliest, inside, latest};
