//! What Vapi posts to a server, and what it is answered (<https://docs.vapi.ai/server-url/events>).
//!
//! [`Verifier`] checks where a request comes from, over its raw bytes, and makes [`Verified`] of it; only that becomes an
//! [`Event`]. What Vapi sends that this version does not know survives as [`ServerMessage::Other`]. [`Reply`] cannot be
//! malformed: it owns the tool calls' ids, and what has no result becomes an error under its id.
//!
//! ```
//! use bytes::Bytes;
//! use frontdesk::vapi::webhook::{Reply, ServerMessage, ToolResult, Verifier};
//!
//! let verifier = Verifier::new().bearer("the server's secret");
//! let (parts, _) = http::Request::post("/webhooks/vapi").header("authorization", "Bearer the server's secret").body(())?.into_parts();
//! let body = r#"{"message":{"type":"tool-calls","call":{"id":"c1"},
//!     "toolCallList":[{"id":"t1","type":"function","function":{"name":"opening_hours","arguments":"{}"}}]}}"#;
//! let event = verifier.verify(&parts, Bytes::from(body), chrono::DateTime::UNIX_EPOCH)?.parse()?;
//! let ServerMessage::ToolCalls(calls) = &event.message else { panic!() };
//! let answer = Reply::tools(calls, vec![("t1".into(), ToolResult::Said("We are open from nine\nto five.".into()))]);
//! assert_eq!(answer.body(), br#"{"results":[{"toolCallId":"t1","name":"opening_hours","result":"We are open from nine to five."}]}"#);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod json;
mod message;
mod reply;
mod tool_call;
mod verifier;

pub use message::{
    AssistantRequest, CallInfo, EndOfCallReport, Event, Malformed, Party, ServerMessage, StatusUpdate, Structured,
    ToolCalls, Transcript, TransferRequest, Turn,
};
pub use reply::{Reply, ToolResult};
pub use tool_call::ToolCall;
pub use verifier::{Algorithm, Encoding, Hmac, Refusal, Verified, Verifier};
