use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::unit::{Commit, Unit};
use crate::Error;
use crate::booking::{Booking, Bookings};
use crate::call::{Calls, FollowUp, FollowUps};
use crate::id::{TenantId, TranscriptSid};
use crate::message::{Consents, Counters, MessageRecord, Messages};
use crate::notification::{Notification, Notifications};
use crate::number::{NumberOrder, Numbers};
use crate::relay::RelayEvent;
use crate::tenant::{Blocks, Tenant, TenantLookup, Tenants};
use crate::token::{PendingConsent, Token, Tokens};

/// How long keys of committed units are remembered: longer than any provider repeats a webhook.
pub(crate) const REMEMBERED: chrono::TimeDelta = chrono::TimeDelta::hours(24);

/// How much work of one kind is due and was not done yet.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Backlog {
    /// What a collection of it is called: `messages`, `relays`, `orders`, `follow_ups`, `bookings` or `notifications`.
    pub kind: &'static str,
    /// How many are due.
    pub due: u64,
    /// Since when the oldest is.
    pub since: Option<DateTime<Utc>>,
}

impl Backlog {
    /// How long the oldest has been due.
    #[must_use]
    pub fn age(&self, now: DateTime<Utc>) -> Duration {
        self.since.and_then(|since| now.signed_duration_since(since).to_std().ok()).unwrap_or_default()
    }
}

/// Everything a desk keeps. Every method takes the tenant; another tenant's data are not found.
#[async_trait]
pub trait Store:
    Blocks
    + Bookings
    + Calls
    + Consents
    + Counters
    + FollowUps
    + Messages
    + Notifications
    + Numbers
    + Tenants
    + Tokens
    + Backstage
{
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

    /// Takes up to `limit` bookings that are stuck between two steps, and keeps others from them for `lease`, in the
    /// store's time.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    async fn claim_bookings(
        &self,
        worker: &str,
        limit: usize,
        lease: Duration,
    ) -> Result<Vec<(TenantId, Booking)>, Error>;

    /// Takes up to `limit` notifications that are due, and keeps others from them for `lease`, in the store's time.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    async fn claim_notifications(
        &self,
        worker: &str,
        limit: usize,
        lease: Duration,
    ) -> Result<Vec<(TenantId, Notification)>, Error>;

    /// What is to be done with the recording of a transcript, which is all that a provider's notice names.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    async fn follow_up_of(&self, transcript: &TranscriptSid) -> Result<Option<(TenantId, FollowUp)>, Error>;

    /// The consent that was asked for under this digest, once: whoever asks second, or too late in the store's time,
    /// gets none.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached; [`Error::is_outcome_unknown`] when it may be taken:
    /// somebody has to be asked for consent again.
    async fn take_consent(&self, digest: &str) -> Result<Option<PendingConsent>, Error>;

    /// All tenants by their ids, up to `limit`, after the one named.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    async fn all_tenants(&self, after: Option<&TenantId>, limit: usize) -> Result<Vec<Arc<Tenant>>, Error>;

    /// All tenants' tokens, by tenant, provider and account, up to `limit`, after the one named by these three.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    async fn all_tokens(&self, after: Option<(&TenantId, &str, &str)>, limit: usize) -> Result<Vec<Token>, Error>;

    /// What waits to be done, of each kind.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    async fn backlog(&self) -> Result<Vec<Backlog>, Error>;

    /// Forgets what is of no use any more: keys of units older than a day, counts that are whole again, consents that
    /// nobody came back with. Returns how much.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    async fn sweep(&self) -> Result<u64, Error>;

    /// Whether the store answers.
    ///
    /// # Errors
    /// When it does not.
    async fn ping(&self) -> Result<(), Error>;
}
