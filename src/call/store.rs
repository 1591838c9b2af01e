use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::outcome::Booked;
use super::record::CallRecord;
use super::state::Status;
use crate::Error;
use crate::address::Address;
use crate::id::{CallSid, TenantId, TranscriptSid};

/// Reads call records. What changes them is a [`Unit`](crate::store::Unit).
#[async_trait]
pub trait Calls: fmt::Debug + Send + Sync + 'static {
    /// One call of the tenant; `None` also when it is somebody else's.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    async fn call(&self, tenant: &TenantId, sid: &CallSid) -> Result<Option<CallRecord>, Error>;

    /// The call of the tenant's that a transcript is of; `None` also when it is somebody else's.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    async fn call_by_transcript(&self, tenant: &TenantId, sid: &TranscriptSid) -> Result<Option<CallRecord>, Error>;

    /// The tenant's calls, latest first.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    async fn calls(&self, tenant: &TenantId, query: &CallQuery) -> Result<Vec<CallRecord>, Error>;
}

/// Which calls to read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallQuery {
    /// How many at most; 50 by default.
    pub limit: usize,
    /// Only calls that come after this one in the listing.
    pub after: Option<CallSid>,
    /// Only calls that began at this time or later.
    pub from: Option<DateTime<Utc>>,
    /// Only calls that began before this time.
    pub until: Option<DateTime<Utc>>,
    /// Only calls that stand at one of these; every call when empty.
    pub statuses: Vec<Status>,
    /// Only calls of which this came.
    pub booked: Option<Booked>,
    /// Only calls with this other side.
    pub with: Option<Address>,
    /// Only calls whose summary is, or is not, final.
    pub summary_ready: Option<bool>,
}

impl Default for CallQuery {
    fn default() -> Self {
        Self {
            limit: 50,
            after: None,
            from: None,
            until: None,
            statuses: Vec::new(),
            booked: None,
            with: None,
            summary_ready: None,
        }
    }
}

impl CallQuery {
    /// Whether a call is asked for, wherever the page begins.
    #[must_use]
    pub fn matches(&self, call: &CallRecord) -> bool {
        self.from.is_none_or(|from| from <= call.started_at)
            && self.until.is_none_or(|until| call.started_at < until)
            && (self.statuses.is_empty() || self.statuses.contains(&call.status))
            && self.booked.is_none_or(|booked| booked == call.outcome.appointment_booked)
            && self.with.as_ref().is_none_or(|with| with == call.other_side())
            && self.summary_ready.is_none_or(|ready| ready == call.summary_ready)
    }
}
