//! Google Calendar for many tenants: OAuth 2.0, service accounts, the Calendar API version 3, push notifications
//! (<https://developers.google.com/workspace/calendar/api>).
//!
//! [`Client`] is the API; [`GoogleCalendar`] is one calendar as a [`Calendar`](crate::calendar::Calendar), as availability
//! and booking use it. Where tokens come from is a [`AccessTokens`](crate::token::AccessTokens): [`Accounts`] of people who
//! have consented, or a [`service_account`].
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//! use frontdesk::clock::SystemClock;
//! use frontdesk::google::{CalendarId, Client};
//! use frontdesk::schedule::Interval;
//! use frontdesk::token::AccessToken;
//! # use frontdesk::transport::Stub;
//! # let transport = Stub::new().reply(200, r#"{"calendars":{"anna@example.com":{"busy":[
//! #     {"start":"2026-12-01T15:00:00Z","end":"2026-12-01T16:00:00Z"}]}}}"#);
//!
//! let token = AccessToken::new("of anna's", "2036-01-01T00:00:00Z".parse()?);
//! let google = Client::new(Arc::new(token), Arc::new(transport), SystemClock::shared());
//! let anna: CalendarId = "anna@example.com".parse()?;
//! let day = Interval::new("2026-12-01T00:00:00Z".parse()?, "2026-12-02T00:00:00Z".parse()?)?;
//! let busy = google.freebusy().busy(&[anna.clone()], day).await?;
//! assert_eq!(busy[&anna].len(), 1);
//! # Ok(()) }
//! ```

mod accounts;
pub mod calendar_list;
pub mod calendars;
pub mod channels;
mod client;
#[cfg(test)]
mod conformance;
mod diary;
mod error;
pub mod events;
pub mod freebusy;
mod fresh;
pub mod oauth;
mod page;
mod request;
pub mod service_account;
pub mod settings;
mod values;

pub use accounts::{Accounts, PROVIDER};
pub use client::Client;
pub use diary::GoogleCalendar;
pub use error::needs_reauth;
pub use values::{
    AccessRole, CalendarId, EventDateTime, EventReminder, InvalidCalendarId, Millis, ReminderMethod, SendUpdates,
};
