//! Assistants: who speaks (<https://docs.vapi.ai/assistants>).
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use std::sync::Arc;
//! # use frontdesk::clock::SystemClock;
//! # use frontdesk::transport::Stub;
//! # use frontdesk::vapi::{Client, Server};
//! # let answer = r#"{"id":"a1","orgId":"o1","createdAt":"2026-12-01T10:00:00.000Z","updatedAt":"2026-12-01T10:00:00.000Z"}"#;
//! # let vapi = Client::new("the key".into(), Arc::new(Stub::new().reply(201, answer)), SystemClock::shared());
//! use frontdesk::vapi::assistants::{Assistant, Model, Voice};
//!
//! let mut desk = Assistant::new("Front desk");
//! desk.first_message = Some("Riverside Clinic, how can I help you?".into());
//! desk.model = Some(Model::new("openai", "gpt-4o").with_prompt("You answer the phone of a clinic."));
//! desk.voice = Some(Voice::new("vapi", "Elliot"));
//! desk.server = Some(Server::new("https://desk.example.com/webhooks/vapi"));
//! let made = vapi.assistants().create(&desk).await?;
//! assert_eq!(made.id.ok_or("no id")?.as_str(), "a1");
//! # Ok(()) }
//! ```

mod messages;
mod plans;
mod providers;
mod resource;

use futures_util::stream::BoxStream;

pub use messages::{ClientMessageType, ServerMessageType};
pub use plans::{
    AnalysisPlan, ArtifactPlan, BackgroundSpeechDenoisingPlan, CompliancePlan, FourierDenoisingPlan, KeypadInputPlan,
    MonitorPlan, ObservabilityPlan, Rubric, SmartDenoisingPlan, SmartEndpointingPlan, StartSpeakingPlan,
    StopSpeakingPlan, StructuredDataMultiPlan, StructuredDataPlan, SuccessEvaluationPlan, SummaryPlan, TranscriptPlan,
    TranscriptionEndpointingPlan,
};
pub use providers::{
    Model, ModelMessage, ModelRole, ToolRef, Transcriber, TransportConfiguration, Voice, VoicemailDetection,
    VoicemailDetectionPlan,
};
pub use resource::{Assistant, AssistantOverrides, FirstMessageMode};

use super::client::Client;
use super::page;
use super::request::Request;
use super::values::{AssistantId, Timestamp};
use crate::Error;
use crate::parameters::parameters;

/// Assistants: who speaks.
#[derive(Debug, Clone, Copy)]
pub struct Assistants<'a> {
    pub(super) client: &'a Client,
}

parameters! {
    /// Which assistants are listed.
    pub struct ListAssistants () {
        /// Only those created from then on.
        created_at_ge: into Timestamp = "createdAtGe",
        /// Only those created after that.
        created_at_gt: into Timestamp = "createdAtGt",
        /// Only those created up to then.
        created_at_le: into Timestamp = "createdAtLe",
        /// Only those created before that.
        created_at_lt: into Timestamp = "createdAtLt",
        /// At most so many on a page, up to 1,000; 100 by default.
        limit: set u32 = "limit",
        /// Only those changed from then on.
        updated_at_ge: into Timestamp = "updatedAtGe",
        /// Only those changed after that.
        updated_at_gt: into Timestamp = "updatedAtGt",
        /// Only those changed last up to then.
        updated_at_le: into Timestamp = "updatedAtLe",
        /// Only those changed last before that.
        updated_at_lt: into Timestamp = "updatedAtLt",
    }
}

fn one(id: &AssistantId) -> String {
    format!("assistant/{id}")
}

impl<'a> Assistants<'a> {
    /// Makes an assistant.
    ///
    /// # Errors
    /// [`Error::is_outcome_unknown`] when it may be there.
    pub async fn create(&self, assistant: &Assistant) -> Result<Assistant, Error> {
        self.client.call(Request::create("making an assistant", "assistant").with_json(assistant)?).await
    }

    /// One page of assistants, latest first.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when more than 1,000 are asked for.
    pub async fn list(&self, query: &ListAssistants) -> Result<Vec<Assistant>, Error> {
        page::list(self.client, Request::get("listing assistants", "assistant").with_query(&query.fields)).await
    }

    /// All assistants, latest first, fetched page by page as they are asked for.
    #[must_use]
    pub fn stream(&self, query: &ListAssistants) -> BoxStream<'a, Result<Assistant, Error>> {
        page::stream(self.client, Request::get("listing assistants", "assistant").with_query(&query.fields))
    }

    /// An assistant.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none.
    pub async fn get(&self, id: &AssistantId) -> Result<Assistant, Error> {
        self.client.call(Request::get("reading an assistant", one(id))).await
    }

    /// Changes what is named of an assistant.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none.
    pub async fn update(&self, id: &AssistantId, assistant: &Assistant) -> Result<Assistant, Error> {
        self.client.call(Request::update("changing an assistant", one(id)).with_json(assistant)?).await
    }

    /// Deletes an assistant.
    ///
    /// # Errors
    /// Status 409, `assistant_pinned`, when a squad holds on to a version of it.
    pub async fn delete(&self, id: &AssistantId) -> Result<Assistant, Error> {
        self.client.call(Request::delete("deleting an assistant", one(id))).await
    }
}
