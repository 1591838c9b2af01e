use std::fmt;

use async_trait::async_trait;
use url::Url;

use super::record::MessageRecord;
use super::state::Delivery;
use crate::Error;
use crate::id::MessageSid;

/// What the provider said when it took a text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Accepted {
    /// The provider's name for the text.
    pub sid: Option<MessageSid>,
    /// Where it stands.
    pub delivery: Delivery,
}

impl Accepted {
    /// A text that the provider took.
    #[must_use]
    pub fn new(sid: Option<MessageSid>, delivery: Delivery) -> Self {
        Self { sid, delivery }
    }
}

/// Hands texts to a provider.
#[async_trait]
pub trait SmsSender: fmt::Debug + Send + Sync + 'static {
    /// Hands one text over, once; news of its delivery are to go to `status_callback`.
    ///
    /// # Errors
    /// [`Error::is_retryable`] only when it was certainly not sent; [`Error::is_permanent`] when it was refused;
    /// [`Error::is_outcome_unknown`] when it may have been sent.
    async fn send(&self, text: &MessageRecord, status_callback: &Url) -> Result<Accepted, Error>;
}
