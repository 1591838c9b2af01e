use serde::{Deserialize, Serialize};

use crate::message::DeliveryStatus;

/// Where a notification stands. What is greater wins, whatever comes first: a text that arrived after all was delivered.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NotificationStatus {
    /// It waits for its time, or is on its way to the provider.
    Queued,
    /// It is not wanted any more: the appointment moved or was cancelled first.
    Withdrawn,
    /// The provider has it.
    Sent,
    /// It did not arrive.
    Failed,
    /// It arrived.
    Delivered,
}

impl NotificationStatus {
    /// The status in words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Withdrawn => "withdrawn",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Delivered => "delivered",
        }
    }
}

/// What a text's status means for the notification that it carries.
impl From<DeliveryStatus> for NotificationStatus {
    fn from(status: DeliveryStatus) -> Self {
        match status {
            DeliveryStatus::Pending
            | DeliveryStatus::Submitting
            | DeliveryStatus::Unknown
            | DeliveryStatus::Scheduled => Self::Queued,
            DeliveryStatus::Queued | DeliveryStatus::Sending | DeliveryStatus::Sent => Self::Sent,
            DeliveryStatus::Canceled | DeliveryStatus::Failed | DeliveryStatus::Undelivered => Self::Failed,
            DeliveryStatus::PartiallyDelivered
            | DeliveryStatus::Delivered
            | DeliveryStatus::Read
            | DeliveryStatus::Received => Self::Delivered,
        }
    }
}
