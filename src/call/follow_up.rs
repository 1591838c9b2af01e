use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::id::{CallSid, IntelligenceServiceSid, RecordingSid, TenantId, TranscriptSid};
use crate::message::Lease;

/// What is to be done with a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FollowUpKind {
    /// Its sound is to be kept.
    Keep,
    /// It is to be transcribed and summarised.
    Transcribe,
}

/// Where that stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FollowUpState {
    /// Nothing was done yet.
    Wanted,
    /// A transcript was asked for and may be on its way.
    Asking,
    /// A transcript is on its way.
    Transcribing,
    /// The words are there; what operators make of them is not.
    Summarizing,
    /// Done.
    Done,
    /// Given up; see the reason.
    GivenUp,
}

/// Something to be done with a recording after the call. One of each kind for a recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FollowUp {
    /// Whose it is.
    pub tenant: TenantId,
    /// The call.
    pub call: CallSid,
    /// The recording.
    pub recording: RecordingSid,
    /// Whether the recording is a voicemail.
    pub voicemail: bool,
    /// What is to be done.
    pub kind: FollowUpKind,
    /// Where it stands.
    pub state: FollowUpState,
    /// The service that transcribes.
    pub service: Option<IntelligenceServiceSid>,
    /// The transcript, once it was asked for.
    pub transcript: Option<TranscriptSid>,
    /// How often it was looked at in this state.
    pub attempts: u32,
    /// Not to be looked at before.
    pub not_before: DateTime<Utc>,
    /// Who works on it.
    pub lease: Option<Lease>,
    /// Why it was given up.
    pub reason: Option<String>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// Changes so far.
    pub version: u64,
}

impl FollowUp {
    /// Something to be done with a recording.
    #[must_use]
    pub fn new(
        tenant: TenantId,
        call: CallSid,
        recording: RecordingSid,
        kind: FollowUpKind,
        at: DateTime<Utc>,
    ) -> Self {
        Self {
            tenant,
            call,
            recording,
            voicemail: false,
            kind,
            state: FollowUpState::Wanted,
            service: None,
            transcript: None,
            attempts: 0,
            not_before: at,
            lease: None,
            reason: None,
            created_at: at,
            version: 0,
        }
    }

    /// The name by which there is only one.
    #[must_use]
    pub fn id(&self) -> String {
        match self.kind {
            FollowUpKind::Keep => format!("keep:{}", self.recording),
            FollowUpKind::Transcribe => format!("transcribe:{}", self.recording),
        }
    }

    /// From when a worker may take it; `None` when there is nothing to do.
    #[must_use]
    pub fn claimable_from(&self) -> Option<DateTime<Utc>> {
        if matches!(self.state, FollowUpState::Done | FollowUpState::GivenUp) {
            return None;
        }
        Some(self.lease.as_ref().map_or(self.not_before, |lease| lease.until.max(self.not_before)))
    }
}

/// Reads what is to be done with recordings. What changes it is a [`Unit`](crate::store::Unit).
#[async_trait]
pub trait FollowUps: fmt::Debug + Send + Sync + 'static {
    /// One by its name; `None` also when it is somebody else's.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    async fn follow_up(&self, tenant: &TenantId, id: &str) -> Result<Option<FollowUp>, Error>;
}
