use std::fmt;

use async_trait::async_trait;

use crate::Error;
use crate::phone::E164;

/// Knows which numbers take texts.
#[async_trait]
pub trait LineCheck: fmt::Debug + Send + Sync + 'static {
    /// Whether a text to the number can arrive; `None` when that cannot be told.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when it could not be asked.
    async fn takes_texts(&self, number: &E164) -> Result<Option<bool>, Error>;
}
