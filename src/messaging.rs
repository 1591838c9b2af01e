//! Texts: the outbox that sends them, the news of their delivery, and those that come in.
//!
//! A text is written to the store first and sent by a worker. What was certainly not sent is tried again; what may
//! have been sent never is: it waits as `unknown` for the provider's news, which carry our id in their signed URL.

mod inbox;
mod outbox;

pub use inbox::MessageService;
pub(crate) use outbox::Outbox;
