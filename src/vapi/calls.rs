//! Calls: to place, read and delete them (<https://docs.vapi.ai/calls/outbound-calling>).
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use std::sync::Arc;
//! # use frontdesk::clock::SystemClock;
//! # use frontdesk::transport::Stub;
//! # use frontdesk::vapi::Client;
//! # let ended = r#"[{"id":"c1","createdAt":"2026-12-01T10:00:00.000Z","status":"ended","endedReason":"voicemail"}]"#;
//! # let transport = Arc::new(Stub::new().reply(200, ended).reply(200, "[]"));
//! # let vapi = Client::new("the key".into(), transport, SystemClock::shared());
//! use frontdesk::vapi::EndedClass;
//! use frontdesk::vapi::calls::ListCalls;
//! use futures_util::TryStreamExt;
//!
//! let today: chrono::DateTime<chrono::Utc> = "2026-12-01T00:00:00Z".parse()?;
//! let mut calls = vapi.calls().stream(&ListCalls::new().created_at_ge(today));
//! while let Some(call) = calls.try_next().await? {
//!     assert_eq!(call.ended_reason.map(|reason| reason.class()), Some(EndedClass::Voicemail));
//! }
//! # Ok(()) }
//! ```

mod artifact;
mod cost;
mod create;
mod resource;

use futures_util::stream::BoxStream;
use serde::Serialize;

pub use artifact::{
    Analysis, Artifact, AssistantActivation, CallMessage, MessageRole, MonoRecording, NodeArtifact, PerformanceMetrics,
    Recording, TransferArtifact, TurnLatency,
};
pub use cost::{AnalysisCostBreakdown, Cost, CostBreakdown, CostType};
pub use create::{CallBatch, CallBatchError, Customer, NewCall, Placed, SchedulePlan, SubscriptionLimits};
pub use resource::{
    Call, CallProvider, CallStatus, CallTransport, CallType, Compliance, Monitor, MonitorResult, PhoneCallTransport,
    RecordingConsent,
};

use super::client::Client;
use super::page;
use super::request::Request;
use super::values::{AssistantId, CallId, PhoneNumberId, Timestamp};
use crate::Error;
use crate::object::object;
use crate::parameters::parameters;
use crate::secret::Private;

/// Calls: to place, read and delete them.
#[derive(Debug, Clone, Copy)]
pub struct Calls<'a> {
    pub(super) client: &'a Client,
}

object! {
    /// What can be changed of a call.
    pub struct CallUpdate {
        /// What it is called, in 40 characters at most.
        name: Private,
    }
}

impl CallUpdate {
    /// What it is called from now on.
    #[must_use]
    pub fn name(name: impl Into<Private>) -> Self {
        Self { name: Some(name.into()), ..Self::default() }
    }
}

/// What is deleted: the call of the path, or several.
#[derive(Serialize)]
struct Deletion<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    ids: Option<&'a [CallId]>,
}

parameters! {
    /// Which calls are listed.
    pub struct ListCalls () {
        /// Only those of an assistant.
        assistant_id: set AssistantId = "assistantId",
        /// Only those created from then on.
        created_at_ge: into Timestamp = "createdAtGe",
        /// Only those created after that.
        created_at_gt: into Timestamp = "createdAtGt",
        /// Only those created up to then.
        created_at_le: into Timestamp = "createdAtLe",
        /// Only those created before that.
        created_at_lt: into Timestamp = "createdAtLt",
        /// Only this one.
        id: set CallId = "id",
        /// At most so many on a page, up to 1,000; 100 by default.
        limit: set u32 = "limit",
        /// Only those from or to a phone number.
        phone_number_id: set PhoneNumberId = "phoneNumberId",
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

fn one(id: &CallId) -> String {
    format!("call/{id}")
}

impl<'a> Calls<'a> {
    /// Places a call, or with [`NewCall::customers`] many. It is never placed again when it may have been placed.
    ///
    /// A batch that was accepted may hold calls that were not: see [`CallBatch::errors`].
    ///
    /// # Errors
    /// [`Error::is_outcome_unknown`] when somebody may be called: look for the call before it is placed again.
    /// [`Error::is_retryable`] when nobody is, as with too many calls at once. [`Error::reason`] names the property
    /// that was not accepted.
    pub async fn create(&self, call: &NewCall) -> Result<Placed, Error> {
        self.client.call(Request::create("placing a call", "call").with_json(call)?).await
    }

    /// One page of calls, latest first.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when more than 1,000 are asked for.
    pub async fn list(&self, query: &ListCalls) -> Result<Vec<Call>, Error> {
        page::list(self.client, Request::get("listing calls", "call").with_query(&query.fields)).await
    }

    /// All calls, latest first, fetched page by page as they are asked for.
    #[must_use]
    pub fn stream(&self, query: &ListCalls) -> BoxStream<'a, Result<Call, Error>> {
        page::stream(self.client, Request::get("listing calls", "call").with_query(&query.fields))
    }

    /// A call.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none.
    pub async fn get(&self, id: &CallId) -> Result<Call, Error> {
        self.client.call(Request::get("reading a call", one(id))).await
    }

    /// Changes what is named of a call.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none.
    pub async fn update(&self, id: &CallId, call: &CallUpdate) -> Result<Call, Error> {
        self.client.call(Request::update("changing a call", one(id)).with_json(call)?).await
    }

    /// Deletes a call with everything that is kept of it.
    ///
    /// # Errors
    /// Status 503 when its recordings could not be deleted, nor so the call: try again.
    pub async fn delete(&self, id: &CallId) -> Result<Call, Error> {
        self.client.call(Request::delete("deleting a call", one(id)).with_json(&Deletion { ids: None })?).await
    }

    /// Has many calls deleted, which may take hours. The organization's server is told of each.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when none is named.
    pub async fn delete_many(&self, ids: &[CallId]) -> Result<Call, Error> {
        // The path names one, which is passed over.
        let Some(first) = ids.first() else { return Err(Error::refused("deleting calls, of which none is named")) };
        let request = Request::delete("deleting calls", one(first)).with_json(&Deletion { ids: Some(ids) })?;
        self.client.call(request).await
    }
}
