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

    /// What the provider has that could be this text, which was handed over without an answer: same recipient, same
    /// sender, same words, at about that time. `None` when the provider cannot be asked.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the provider could not be reached.
    async fn look_up(&self, text: &MessageRecord) -> Result<Option<Vec<Accepted>>, Error> {
        let _ = text;
        Ok(None)
    }

    /// Withdraws a text that the provider keeps for a time to come.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when it is too late, or the provider cannot do that.
    async fn withdraw(&self, text: &MessageRecord, sid: &MessageSid) -> Result<(), Error> {
        let _ = (text, sid);
        Err(Error::refused("withdrawing a text"))
    }
}
