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

pub mod accounts;
pub mod applications;
pub mod available_phone_numbers;
mod builder;
pub mod calls;
pub mod catalogue;
mod client;
pub mod conferences;
#[cfg(all(test, feature = "reqwest"))]
mod conformance;
mod credentials;
mod error;
pub mod incoming_phone_numbers;
pub mod intelligence;
pub mod lookups;
pub mod media;
pub mod messages;
pub mod messaging_services;
mod oauth;
mod origin;
pub mod outgoing_caller_ids;
mod page;
pub mod preflight;
mod product;
pub mod recordings;
mod request;
mod resource;
mod sms;
pub mod transcriptions;
pub mod values;
pub mod webhook;
mod wire;

pub use builder::{ClientBuilder, InvalidClient};
pub use client::Client;
pub use credentials::Credential;
pub use page::{Listing, Page, Paged};
pub use product::Product;
pub use request::Request;
#[cfg(feature = "desk")]
pub(crate) use sms::delivery_status;
