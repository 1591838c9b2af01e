use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use super::busy::Busy;
use super::change::{Change, Changes, Cursor, Patched};
use super::entry::{Entry, Version};
use super::event::{Created, EventId, NewEvent};
use crate::Error;
use crate::id::TenantId;
use crate::schedule::Interval;

/// A diary. One that cannot be read in full is an error, never an empty one: what is not known may be busy.
#[async_trait]
pub trait Calendar: fmt::Debug + Send + Sync + 'static {
    /// What is busy within a stretch of time, as it is now, in no order: each event that reaches into it, whole.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when it cannot be reached; [`Error::is_unauthorized`] when somebody has to consent again.
    async fn busy(&self, within: Interval) -> Result<Vec<Busy>, Error>;

    /// Enters an event under its name, once: said again, it is there already.
    ///
    /// # Errors
    /// [`Error::is_outcome_unknown`] when it may be there: say it again. [`Error::is_retryable`] when it is not.
    async fn create(&self, event: &NewEvent) -> Result<Created, Error>;

    /// An event by its name; `None` when there is none, or it was deleted.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the calendar cannot be reached.
    async fn event(&self, id: &EventId) -> Result<Option<Entry>, Error>;

    /// Changes an event that is still what it was when it was read.
    ///
    /// # Errors
    /// [`Error::is_outcome_unknown`] when it may be changed: read it. [`Error::is_retryable`] when it is not.
    async fn patch(&self, id: &EventId, version: &Version, change: &Change) -> Result<Patched, Error>;

    /// Deletes an event; one that is not there is deleted. `notify` says whether guests are told.
    ///
    /// # Errors
    /// [`Error::is_retryable`] or [`Error::is_outcome_unknown`] when it may still be there: say it again.
    async fn delete(&self, id: &EventId, notify: bool) -> Result<(), Error>;

    /// What has changed since; everything there is without a cursor, or with one that is too old.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the calendar cannot be reached.
    async fn changes(&self, since: Option<&Cursor>) -> Result<Changes, Error>;
}

/// Which tenant keeps which diary.
#[async_trait]
pub trait Calendars: fmt::Debug + Send + Sync + 'static {
    /// The tenant's diary; `None` when it keeps none.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when it cannot be told.
    async fn calendar(&self, tenant: &TenantId) -> Result<Option<Arc<dyn Calendar>>, Error>;
}
