//! How calls and texts went: volume, answer rate, length, outcomes, delivery and why it failed, by day. Pure.
//!
//! ```
//! use frontdesk::analytics::Report;
//! use frontdesk::call::{CallRecord, Direction, Status};
//!
//! let at = "2026-06-01T12:00:00Z".parse()?;
//! let sid = "CA0123456789abcdef0123456789abcdef".parse()?;
//! let (from, to) = ("+14155552671".into(), "+15551230000".into());
//! let mut call = CallRecord::begin("clinic".parse()?, sid, Direction::Inbound, from, to, at);
//! call.status = Status::NoAnswer;
//!
//! let mut report = Report::new(chrono_tz::America::New_York);
//! report.add_call(&call);
//! assert_eq!((report.total.calls, report.total.answer_rate()), (1, Some(0.0)));
//! assert!(report.days.contains_key(&"2026-06-01".parse()?));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod report;

pub use report::{Figures, Report};
