//! Conversational Intelligence: transcripts of recordings, and what language operators make of them
//! (<https://www.twilio.com/docs/conversational-intelligence/api>).
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use std::sync::Arc;
//! # use frontdesk::transport::Stub;
//! # use frontdesk::twilio::Client;
//! use futures_util::TryStreamExt;
//! use frontdesk::twilio::intelligence::{Channel, ListParts, NewTranscript};
//!
//! # let stub = Stub::new()
//! #     .reply(202, r#"{"sid":"GT0123456789abcdef0123456789abcdef","status":"queued"}"#)
//! #     .reply(200, r#"{"operator_results":[{"name":"Conversation Summary",
//! #         "text_generation_results":{"format":"text","result":"Asked for a new time."}}],"meta":{"next_page_url":null}}"#);
//! # let twilio = Client::builder("AC0123456789abcdef0123456789abcdef".parse()?)
//! #     .with_auth_token("secret").with_transport(Arc::new(stub)).build()?;
//! let intelligence = twilio.intelligence();
//! let channel = Channel::of_recording("RE0123456789abcdef0123456789abcdef".parse()?);
//! let new = NewTranscript::new("GA0123456789abcdef0123456789abcdef".parse::<frontdesk::id::IntelligenceServiceSid>()?, channel);
//! let transcript = intelligence.transcripts().create(&new).await?.sid.ok_or("no SID")?;
//! let results: Vec<_> = intelligence.transcripts().operator_results(&transcript, &ListParts::new()).stream().try_collect().await?;
//! assert_eq!(results[0].text(), Some("Asked for a new time."));
//! # Ok(()) }
//! ```

mod channel;
mod operators;
mod results;
mod sentences;
mod services;
mod transcripts;

use super::Client;

pub use channel::{Channel, ChannelParticipant, Role};
pub use operators::{Availability, ListOperators, Operator, OperatorAttachment, OperatorAttachments, Operators};
pub use results::{OperatorResult, OperatorType};
pub use sentences::Sentence;
pub use services::{
    IntelligenceService, ListIntelligenceServices, NewIntelligenceService, ServiceMethod, Services,
    UpdateIntelligenceService,
};
pub use transcripts::{
    ListParts, ListSentences, ListTranscripts, NewTranscript, Transcript, TranscriptMedia, TranscriptStatus,
    Transcripts,
};

/// Conversational Intelligence of a client's account.
#[derive(Debug, Clone, Copy)]
pub struct Intelligence<'a>(&'a Client);

impl<'a> Intelligence<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Transcripts, their sentences and the results of operators.
    #[must_use]
    pub fn transcripts(&self) -> Transcripts<'a> {
        Transcripts::new(self.0)
    }

    /// Services: how conversations are transcribed, and which operators read them.
    #[must_use]
    pub fn services(&self) -> Services<'a> {
        Services::new(self.0)
    }

    /// Language operators.
    #[must_use]
    pub fn operators(&self) -> Operators<'a> {
        Operators::new(self.0)
    }
}
