//! Vapi, voice assistants on the phone (<https://docs.vapi.ai>): the REST API and the messages that it sends.
//!
//! [`Client`] is the API; [`webhook`] is what comes back. Objects are thin: what is common has a name, and what has
//! none is kept in `extra`, so that an object that was read can be written back whole. What people say, who they are
//! and what opens doors is not shown by `Debug`.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//! use frontdesk::clock::SystemClock;
//! use frontdesk::vapi::Client;
//! use frontdesk::vapi::assistants::AssistantOverrides;
//! use frontdesk::vapi::calls::{CallStatus, Customer, NewCall};
//! # use frontdesk::transport::Stub;
//! # let transport = Stub::new().reply(201, r#"{"id":"c1","status":"queued"}"#);
//!
//! let vapi = Client::new("the private key".into(), Arc::new(transport), SystemClock::shared());
//! let anna = Customer::new(&"+14155552671".parse()?).with_name("Anna");
//! let call = NewCall::new("the-assistant".parse()?, "the-number".parse()?, anna)
//!     .with_overrides(AssistantOverrides::new().with_variable("visit", "tomorrow at nine"));
//! let placed = vapi.calls().create(&call).await?;
//! assert_eq!(placed.calls()[0].status, Some(CallStatus::Queued));
//! # Ok(()) }
//! ```

pub mod analytics;
pub mod assistants;
pub mod calls;
mod client;
#[cfg(test)]
mod conformance;
mod destinations;
mod ended_reason;
mod error;
pub mod files;
mod page;
pub mod phone_numbers;
mod request;
mod server;
pub mod squads;
pub mod tools;
mod values;
pub mod webhook;

pub use client::{Client, InvalidClient};
pub use destinations::{DestinationType, TransferDestination, TransferFallbackPlan, TransferPlan, TransferPlanMode};
pub use ended_reason::{EndedClass, EndedReason};
pub use server::{BackoffPlan, BackoffType, Hook, Server};
pub use values::{
    AssistantId, CallId, FileId, FunctionName, InvalidFunctionName, InvalidId, Opaque, PhoneNumberId, SquadId,
    Timestamp, ToolId,
};
