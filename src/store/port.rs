use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

use super::unit::{Commit, Unit};
use crate::Error;
use crate::call::{Calls, FollowUp, FollowUps};
use crate::id::{TenantId, TranscriptSid};
use crate::message::{Consents, Counters, MessageRecord, Messages};
use crate::number::{NumberOrder, Numbers};
use crate::relay::RelayEvent;
use crate::tenant::{TenantLookup, Tenants};

/// Everything a desk keeps. Every method takes the tenant; another tenant's data are not found.
#[async_trait]
pub trait Store: Calls + Consents + Counters + FollowUps + Messages + Numbers + Tenants + Backstage {
    /// Carries out a unit: all of it, or nothing.
    ///
    /// Records are written with the version they were read with; the store counts it up. A record of another tenant
    /// than `tenant` is refused.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when nothing was done; [`Error::is_outcome_unknown`] when the connection broke while
    /// committing: commit the same unit again, its key tells whether it was done.
    async fn commit(&self, tenant: &TenantId, unit: Unit) -> Result<Commit, Error>;
}

/// What is needed before a tenant is known: by workers, and by a call that names only a number.
#[async_trait]
pub trait Backstage: TenantLookup + fmt::Debug + Send + Sync + 'static {
    /// Takes up to `limit` texts that are due ([`MessageRecord::is_claimable`]), and keeps others from them for `lease`, in the store's time.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    async fn claim_messages(
        &self,
        worker: &str,
        limit: usize,
        lease: Duration,
    ) -> Result<Vec<(TenantId, MessageRecord)>, Error>;

    /// Takes up to `limit` events that are due, and keeps others from them for `lease`, in the store's time.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    async fn claim_relays(
        &self,
        worker: &str,
        limit: usize,
        lease: Duration,
    ) -> Result<Vec<(TenantId, RelayEvent)>, Error>;

    /// Takes up to `limit` orders for numbers that are due, and keeps others from them for `lease`, in the store's time.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    async fn claim_orders(
        &self,
        worker: &str,
        limit: usize,
        lease: Duration,
    ) -> Result<Vec<(TenantId, NumberOrder)>, Error>;

    /// Takes up to `limit` recordings with which something is due, and keeps others from them for `lease`, in the
    /// store's time.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    async fn claim_follow_ups(
        &self,
        worker: &str,
        limit: usize,
        lease: Duration,
    ) -> Result<Vec<(TenantId, FollowUp)>, Error>;

    /// What is to be done with the recording of a transcript, which is all that a provider's notice names.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    async fn follow_up_of(&self, transcript: &TranscriptSid) -> Result<Option<(TenantId, FollowUp)>, Error>;

    /// Whether the store answers.
    ///
    /// # Errors
    /// When it does not.
    async fn ping(&self) -> Result<(), Error>;
}
