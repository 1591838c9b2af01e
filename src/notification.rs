//! What customers and staff are told of an appointment, and when. Pure, and the ports through which it is read and sent.
//!
//! An [`Appointment`] is the host's, or a booking's. [`News`] of it — booked, changed, cancelled — become notifications:
//! who is told, over which channel, and not before when. Reminders follow an appointment that moves, and die with one
//! that is cancelled. The words are put together when they are sent, in the recipient's language and zone.
//!
//! ```
//! use chrono::TimeDelta;
//! use frontdesk::notification::{Appointment, News, NotificationKind, Person, plan};
//! use frontdesk::tenant::Tenant;
//!
//! let clinic = Tenant::new("clinic".parse()?).with_number("+15551230000".parse()?);
//! let now = "2026-06-01T12:00:00Z".parse()?;
//! let start = now + TimeDelta::days(3);
//! let anna = Person::new("Anna").with_phone("+14155552671");
//! let visit = Appointment::new("visit-1".parse()?, start, start + TimeDelta::minutes(30), anna);
//!
//! let planned = plan(&clinic, None, &[], &News::set(visit), now).ok_or("nothing to tell")?;
//! let kinds: Vec<_> = planned.told.iter().map(|notification| (notification.kind, notification.not_before)).collect();
//! assert_eq!(kinds, [
//!     (NotificationKind::Confirmation, now),
//!     (NotificationKind::Reminder, start - TimeDelta::hours(24)),
//!     (NotificationKind::Reminder, start - TimeDelta::hours(2)),
//! ]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod appointment;
mod email;
mod plan;
mod record;
mod state;
mod store;
mod wording;
mod workflow;

pub use appointment::{Appointment, AppointmentId, AppointmentRecord, InvalidAppointmentId, InvalidTimes, Person};
pub use email::{Email, EmailSender};
pub use plan::{News, Plan, plan, reminder};
pub use record::{Audience, Channel, Notification, NotificationKind, Step};
pub use state::NotificationStatus;
pub use store::{NotificationQuery, Notifications};
pub use wording::{Words, wording};
pub use workflow::{Ran, Workflow, WorkflowEvent};
