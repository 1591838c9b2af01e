//! Twilio: webhooks and the REST API.

mod address;
pub mod values;
pub mod webhook;

pub use address::Address;
