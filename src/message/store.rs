use std::collections::BTreeMap;
use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::record::{MessageId, MessageRecord};
use super::state::DeliveryStatus;
use crate::Error;
use crate::address::Address;
use crate::id::{MessageSid, TenantId};

/// Reads texts. What changes them is a [`Unit`](crate::store::Unit).
#[async_trait]
pub trait Messages: fmt::Debug + Send + Sync + 'static {
    /// One text of the tenant; `None` also when it is somebody else's.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    async fn message(&self, tenant: &TenantId, id: &MessageId) -> Result<Option<MessageRecord>, Error>;

    /// One text of the tenant by the provider's name.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    async fn message_by_sid(&self, tenant: &TenantId, sid: &MessageSid) -> Result<Option<MessageRecord>, Error>;

    /// The tenant's texts, latest first.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    async fn messages(&self, tenant: &TenantId, query: &MessageQuery) -> Result<Vec<MessageRecord>, Error>;

    /// How many of the tenant's texts stand where.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    async fn message_counts(&self, tenant: &TenantId) -> Result<MessageCounts, Error>;
}

/// How many texts stand where.
pub type MessageCounts = BTreeMap<DeliveryStatus, u64>;

/// Which texts to read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MessageQuery {
    /// How many at most; 50 by default.
    pub limit: usize,
    /// Only texts with this other side.
    pub with: Option<Address>,
    /// Only texts that stand at one of these; every text when empty.
    pub statuses: Vec<DeliveryStatus>,
    /// Only texts written at this time or later.
    pub from: Option<DateTime<Utc>>,
    /// Only texts written before this time.
    pub until: Option<DateTime<Utc>>,
    /// Only texts that come after this one in the listing.
    pub after: Option<MessageId>,
}

impl MessageQuery {
    /// Whether a text is asked for, wherever the page begins.
    #[must_use]
    pub fn matches(&self, message: &MessageRecord) -> bool {
        self.with.as_ref().is_none_or(|with| with == message.other_side())
            && self.from.is_none_or(|from| message.created_at >= from)
            && self.until.is_none_or(|until| message.created_at < until)
            && (self.statuses.is_empty() || self.statuses.contains(&message.delivery.status))
    }
}

impl Default for MessageQuery {
    fn default() -> Self {
        Self { limit: 50, with: None, statuses: Vec::new(), from: None, until: None, after: None }
    }
}
