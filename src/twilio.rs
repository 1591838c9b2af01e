//! Twilio: its webhooks and a typed client for its REST API.
//!
//! [`webhook`] checks and types what Twilio sends; [`Client`] asks Twilio to do things. Both work alone.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//! use frontdesk::transport::Stub;
//! use frontdesk::twilio::Client;
//! use frontdesk::twilio::messages::NewMessage;
//! use frontdesk::twilio::values::MessageStatus;
//!
//! let stub = Stub::new().reply(201, r#"{"sid":"SM0123456789abcdef0123456789abcdef","status":"queued"}"#);
//! let twilio = Client::builder("AC0123456789abcdef0123456789abcdef".parse()?)
//!     .with_auth_token("secret")
//!     .with_transport(Arc::new(stub))
//!     .build()?;
//! let sent = twilio.messages().create(&NewMessage::sms("+15005550006", "+15005550009", "Hi")).await?;
//! assert_eq!(sent.status, Some(MessageStatus::Queued));
//! # Ok(()) }
//! ```

mod client;
mod error;
mod json;
pub mod messages;
mod page;
mod request;
mod sms;
pub mod values;
pub mod webhook;

pub use client::{Client, ClientBuilder, Credential, InvalidClient};
pub use page::{Listing, Page, Paged};
pub use request::Request;
#[cfg(feature = "desk")]
pub(crate) use sms::delivery_status;
