//! Tells customers and staff of appointments: confirmations, changes, cancellations and reminders, by text and by mail,
//! through a workflow engine or directly, each once.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use std::sync::Arc;
//! # use chrono::TimeDelta;
//! # use frontdesk::Desk;
//! # use frontdesk::clock::{Clock, SystemClock};
//! # use frontdesk::notification::{NotificationQuery, NotificationStatus};
//! # use frontdesk::sim::Twilio;
//! # use frontdesk::store::MemoryStore;
//! # use frontdesk::tenant::Tenant;
//! use frontdesk::notification::{Appointment, Person};
//!
//! # let twilio = Twilio::builder().in_process()?;
//! # twilio.own_number("+15551230000".parse()?);
//! # let clinic = Tenant::new("clinic".parse()?).with_number("+15551230000".parse()?);
//! # let tenant = clinic.id.clone();
//! # let desk = Desk::builder()
//! #     .public_url("https://example.com".parse()?)
//! #     .auth_token(twilio.auth_token())
//! #     .twilio(twilio.client()?)
//! #     .store(MemoryStore::new(SystemClock::shared()).with_tenant(clinic))
//! #     .build()?;
//! let start = SystemClock::new().now() + TimeDelta::days(3);
//! let anna = Person::new("Anna").with_phone("+14155552671");
//! let visit = Appointment::new("visit-1".parse()?, start, start + TimeDelta::minutes(30), anna);
//!
//! let planned = desk.notifier().set(&tenant, visit).await?;
//! assert_eq!(planned.len(), 3, "a confirmation and two reminders");
//! desk.run_until_idle().await?;
//! let confirmation = desk.notifier().notification(&tenant, &planned[0].id).await?.ok_or("lost")?;
//! assert_eq!(confirmation.status, NotificationStatus::Sent);
//! # Ok(()) }
//! ```

mod courier;
mod notifier;

pub(crate) use courier::Courier;
pub(crate) use notifier::Known;
pub use notifier::Notifier;
