use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::appointment::AppointmentId;
use super::record::{Audience, NotificationKind};
use crate::Error;
use crate::id::{MessageSid, NotificationId, TenantId};
use crate::message::MessageId;
use crate::secret::Private;

/// What a workflow is started with. The names are those of the flow's inputs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct WorkflowEvent {
    /// The event: a flow acts once for it. It is to send its text under this name.
    pub event_id: NotificationId,
    /// Whose it is.
    pub tenant: TenantId,
    /// What is told.
    pub kind: NotificationKind,
    /// As what.
    pub audience: Audience,
    /// The appointment.
    pub appointment: AppointmentId,
    /// When that begins.
    pub start: DateTime<Utc>,
    /// Who is told.
    pub name: Private,
    /// Where the text goes.
    pub to: Private,
    /// What it says.
    pub body: Private,
}

/// What a workflow did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ran {
    /// The execution.
    pub execution: Option<String>,
    /// The text that it sent through the desk.
    pub message: Option<MessageId>,
    /// The provider's name for the text that it sent.
    pub sid: Option<MessageSid>,
    /// Where the text stood, in the provider's words.
    pub status: Option<String>,
}

/// A workflow engine that may send in our place. `kestra::Flow` is one.
#[async_trait]
pub trait Workflow: fmt::Debug + Send + Sync + 'static {
    /// Has a flow act for an event, and waits for it. An execution of this event that is there already is taken up:
    /// there is never a second one. `again` says that there may be one.
    ///
    /// # Errors
    /// [`Error::is_outcome_unknown`] when it may still act: it is asked again. Any other error means that it has not
    /// acted and will not, so that somebody else may.
    async fn run(&self, event: &WorkflowEvent, again: bool) -> Result<Ran, Error>;
}
