use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::appointment::{AppointmentId, AppointmentRecord};
use super::record::{Channel, Notification, NotificationKind};
use super::state::NotificationStatus;
use crate::Error;
use crate::id::{NotificationId, TenantId};

/// Reads notifications and what they are about. What changes them is a [`Unit`](crate::store::Unit).
#[async_trait]
pub trait Notifications: fmt::Debug + Send + Sync + 'static {
    /// One notification of the tenant; `None` also when it is somebody else's.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    async fn notification(&self, tenant: &TenantId, id: &NotificationId) -> Result<Option<Notification>, Error>;

    /// The tenant's notifications, latest planned first.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    async fn notifications(&self, tenant: &TenantId, query: &NotificationQuery) -> Result<Vec<Notification>, Error>;

    /// The latest that is known of an appointment of the tenant's.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    async fn appointment(&self, tenant: &TenantId, id: &AppointmentId) -> Result<Option<AppointmentRecord>, Error>;
}

/// Which notifications to read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotificationQuery {
    /// How many at most; 50 by default.
    pub limit: usize,
    /// Only those of this appointment.
    pub appointment: Option<AppointmentId>,
    /// Only those that stand at one of these; every one when empty.
    pub statuses: Vec<NotificationStatus>,
    /// Only those of one of these kinds; every one when empty.
    pub kinds: Vec<NotificationKind>,
    /// Only those that go this way.
    pub channel: Option<Channel>,
    /// Only those planned at this time or later.
    pub from: Option<DateTime<Utc>>,
    /// Only those planned before this time.
    pub until: Option<DateTime<Utc>>,
    /// Only those that come after this one in the listing.
    pub after: Option<NotificationId>,
}

impl NotificationQuery {
    /// Those of an appointment, however many.
    #[must_use]
    pub fn of(appointment: AppointmentId) -> Self {
        Self { limit: usize::MAX, appointment: Some(appointment), ..Self::default() }
    }

    /// Whether a notification is asked for, wherever the page begins.
    #[must_use]
    pub fn matches(&self, notification: &Notification) -> bool {
        self.appointment.as_ref().is_none_or(|appointment| *appointment == notification.appointment)
            && (self.statuses.is_empty() || self.statuses.contains(&notification.status))
            && (self.kinds.is_empty() || self.kinds.contains(&notification.kind))
            && self.channel.is_none_or(|channel| channel == notification.channel)
            && self.from.is_none_or(|from| notification.created_at >= from)
            && self.until.is_none_or(|until| notification.created_at < until)
    }
}

impl Default for NotificationQuery {
    fn default() -> Self {
        Self {
            limit: 50,
            appointment: None,
            statuses: Vec::new(),
            kinds: Vec::new(),
            channel: None,
            from: None,
            until: None,
            after: None,
        }
    }
}
