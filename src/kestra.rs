//! Kestra, a workflow engine: starts flows, follows and ends their executions
//! (<https://kestra.io/docs/api-reference>).
//!
//! [`Client`] is the API; [`Flow`] is one flow as a [`Workflow`](crate::notification::Workflow), so that a desk lets it
//! send what people are told of appointments. An event has one execution: it carries the event's name as a label, and is
//! looked for by it whenever nobody knows whether it was started.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//! use frontdesk::clock::SystemClock;
//! use frontdesk::kestra::{Client, Credentials, State};
//! # use frontdesk::transport::Stub;
//! # let transport = Stub::new().reply(200, r#"{"id":"3k","state":{"current":"CREATED"}}"#)
//! #     .reply(200, r#"{"id":"3k","state":{"current":"SUCCESS"},"outputs":{"message_id":"m1"}}"#);
//!
//! let kestra = Client::new("http://localhost:8080".parse()?, Arc::new(transport), SystemClock::shared())
//!     .with_credentials(&Credentials::Bearer("the token".into()));
//! let execution = kestra.start("clinic", "remind", &[("to", "+14155552671")], &[("event", "visit-1")]).await?;
//! let execution = kestra.execution(&execution.id).await?;
//! assert_eq!(execution.state.current, State::Success);
//! assert_eq!(execution.output("message_id").as_deref(), Some("m1"));
//! # Ok(()) }
//! ```

mod client;
mod execution;
mod flow;

pub use client::{Client, Credentials};
pub use execution::{Execution, ExecutionState, State};
pub use flow::Flow;
