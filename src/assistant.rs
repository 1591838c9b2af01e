//! The voice assistant: what it may do in a call, who it is, and what its calls come to.
//!
//! [`Toolbox`] turns Rust types into tools. [`Assistants`], which a [`Desk`](crate::Desk) with an assistant has, answers
//! everything that Vapi asks: which assistant takes a call, what a tool gives, to whom a call is handed; and it writes down what is told
//! of a call. The receptionist's own tools find, book, move and cancel appointments, take messages and tell the hours: they
//! take the caller's words for times, book nothing that was not offered, and believe a caller's number only if the
//! telephone network vouches for it.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use bytes::Bytes;
//! use frontdesk::Desk;
//! use frontdesk::assistant::AssistantSettings;
//! use frontdesk::clock::SystemClock;
//! use frontdesk::store::MemoryStore;
//! use frontdesk::tenant::Tenant;
//!
//! let clinic = Tenant::new("clinic".parse()?)
//!     .with_number("+14155550100".parse()?)
//!     .with_hours("mon-sun 00:00-24:00".parse()?, chrono_tz::America::New_York);
//! let desk = Desk::builder()
//!     .public_url("https://example.com".parse()?)
//!     .auth_token("the account's auth token")
//!     .store(MemoryStore::new(SystemClock::shared()).with_tenant(clinic))
//!     .assistant(AssistantSettings::new("the server's secret"))
//!     .build()?;
//!
//! let body = r#"{"message":{"type":"tool-calls","call":{"id":"c1","phoneNumber":{"number":"+14155550100"}},
//!     "toolCallList":[{"id":"t1","function":{"name":"check_availability","arguments":{"when":"tomorrow morning"}}}]}}"#;
//! let request = http::Request::post("/webhooks/vapi").header("authorization", "Bearer the server's secret").body(Bytes::from(body))?;
//! let answer = desk.handle(request).await;
//! assert!(String::from_utf8_lossy(answer.body()).contains("Free: tomorrow at"));
//! # Ok(()) }
//! ```

mod body;
mod context;
mod definition;
mod lingering;
mod outbound;
mod receptionist_tools;
mod report;
mod service;
mod settings;
mod toolbox;

pub use context::Context;
pub use outbound::{BookingRequest, CallFlow, CallsOut};
pub use service::Assistants;
pub use settings::AssistantSettings;
pub use toolbox::{Answer, InvalidTool, ToolError, Toolbox};
