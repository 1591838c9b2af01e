//! Appointments from the wish to the diary: never twice, never lost.
//!
//! A time is held in the store, entered into the calendar, looked at once more for what people have done meanwhile, and
//! only then confirmed, in one unit with the texts that tell the customer. What breaks off in between is finished or
//! taken back by a worker, from what is written down: the table of
//! [`BookingState`](crate::booking::BookingState) says what may follow.
//!
//! - Two bookings never have the same place at the same time: the store sees to that.
//! - An appointment that was confirmed stands in the calendar once, and its customer is told once.
//! - When the calendar cannot be reached, nothing is booked, and who asked is told so.
//! - What a person enters into the calendar before the last look is never booked over. What they do after it can only be
//!   found: [`conflict`](crate::booking::Booking::conflict) then says what.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use chrono::TimeDelta;
//! use frontdesk::Desk;
//! use frontdesk::calendar::{Diaries, Diary};
//! use frontdesk::clock::{Clock, SystemClock};
//! use frontdesk::notification::Person;
//! use frontdesk::reserve::{Booked, BookingRequest, Reschedule};
//! use frontdesk::store::MemoryStore;
//! use frontdesk::tenant::Tenant;
//!
//! let (clock, zone) = (SystemClock::shared(), chrono_tz::America::New_York);
//! let clinic = Tenant::new("clinic".parse()?).with_hours("mon-sun 00:00-24:00".parse()?, zone);
//! let tenant = clinic.id.clone();
//! let diary = Diary::new(zone);
//! let desk = Desk::builder()
//!     .public_url("https://example.com".parse()?)
//!     .auth_token("the account's auth token")
//!     .store(MemoryStore::new(clock.clone()).with_tenant(clinic))
//!     .calendars(Diaries::new().with(tenant.clone(), diary.clone()))
//!     .build()?;
//!
//! let tuesday = clock.now() + TimeDelta::days(3);
//! let wish = |key: &str, name: &str| {
//!     BookingRequest::new(key.parse().unwrap(), tuesday, Person::new(name).with_phone("+14155552671"))
//! };
//! let anna = desk.reservations().book(&tenant, &wish("anna-1", "Anna")).await?;
//! let again = desk.reservations().book(&tenant, &wish("anna-1", "Anna")).await?;
//! assert_eq!((anna.confirmed(), diary.entries().len()), (again.confirmed(), 1), "the same request is the same booking");
//!
//! let Booked::Taken { alternatives, .. } = desk.reservations().book(&tenant, &wish("ben-1", "Ben")).await? else {
//!     panic!("it is Anna's")
//! };
//! assert_eq!(alternatives.len(), 3);
//! let later = Reschedule::to(tuesday + TimeDelta::minutes(10));
//! desk.reservations().reschedule(&tenant, &"anna-1".parse()?, &later).await?.confirmed().ok_or("it was free")?;
//! desk.reservations().cancel(&tenant, &"anna-1".parse()?).await?;
//! assert!(diary.entries().is_empty());
//! # Ok(()) }
//! ```

mod event;
mod outcome;
mod reconciler;
mod request;
mod saga;
mod service;
mod step;

pub use outcome::{Booked, Unavailable};
pub(crate) use reconciler::Reconciler;
pub use request::{BookingRequest, Reschedule, Upcoming};
pub(crate) use service::PATIENCE;
pub use service::Reservations;
