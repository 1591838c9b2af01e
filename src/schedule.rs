//! Business hours: when somebody is there, in the tenant's own time zone; and times as people say them. Pure.
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

mod hours;
mod spoken;
mod zone;

pub use hours::{InvalidHours, WeeklyHours, Window};
pub use spoken::Language;
pub(crate) use zone::{earliest, latest};
