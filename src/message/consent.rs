use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::address::Address;
use crate::id::TenantId;

/// What a text that came in asks for, when it is nothing but a keyword
/// (<https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out>).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Keyword {
    /// No more texts.
    Stop,
    /// Texts again.
    Start,
    /// Who this is, and how to stop it.
    Help,
}

/// The words that carriers and Twilio know, in English.
const STOP: [&str; 9] = ["stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"];
const START: [&str; 3] = ["start", "unstop", "yes"];
const HELP: [&str; 2] = ["help", "info"];

impl Keyword {
    /// The keyword that a text is, whatever its case and the white space and punctuation around it.
    ///
    /// ```
    /// use frontdesk::message::Keyword;
    ///
    /// assert_eq!(Keyword::of(" Stop. "), Some(Keyword::Stop));
    /// assert_eq!(Keyword::of("Please stop by at three"), None);
    /// ```
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let word = text.trim_matches(|c: char| !c.is_alphanumeric());
        if word.len() > 16 {
            return None;
        }
        let word = word.to_ascii_lowercase();
        let is = |words: &[&str]| words.contains(&word.as_str());
        if is(&STOP) {
            Some(Self::Stop)
        } else if is(&START) {
            Some(Self::Start)
        } else if is(&HELP) {
            Some(Self::Help)
        } else {
            None
        }
    }
}

/// Where we know from whether somebody wants texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ConsentSource {
    /// They said so in a text.
    Keyword,
    /// The provider refused a text to them for that reason.
    Provider,
    /// The host said so.
    Host,
}

/// Whether somebody wants texts from one of a tenant's senders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Consent {
    /// Whose sender it is.
    pub tenant: TenantId,
    /// The sender.
    pub sender: Address,
    /// The recipient.
    pub recipient: Address,
    /// True when no text may go there.
    pub opted_out: bool,
    /// Where we know it from.
    pub source: ConsentSource,
    /// Since when.
    pub at: DateTime<Utc>,
}

impl Consent {
    /// Whether `recipient` wants texts from `sender`.
    #[must_use]
    pub fn new(
        tenant: TenantId,
        sender: Address,
        recipient: Address,
        opted_out: bool,
        source: ConsentSource,
        at: DateTime<Utc>,
    ) -> Self {
        Self { tenant, sender, recipient, opted_out, source, at }
    }
}

/// Reads who wants no texts. What changes it is a [`Unit`](crate::store::Unit).
#[async_trait]
pub trait Consents: fmt::Debug + Send + Sync + 'static {
    /// What is known of a recipient; `None` when nothing is, which means that texts may go there.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    async fn consent(&self, tenant: &TenantId, sender: &Address, recipient: &Address)
    -> Result<Option<Consent>, Error>;

    /// Between whom of these senders and recipients no text may go.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    async fn opted_out_among(&self, tenant: &TenantId, pairs: &[(Address, Address)]) -> Result<Vec<Consent>, Error>;

    /// Who of a tenant's recipients wants no texts, latest first, up to `limit`.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    async fn opted_out(&self, tenant: &TenantId, limit: usize) -> Result<Vec<Consent>, Error>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_text_that_is_nothing_else_is_a_keyword() {
        for text in
            ["STOP", "stop", "Stop!", " stop\n", "STOPALL", "stop all", "Unsubscribe", "QUIT", "OptOut", "\"end\""]
        {
            assert_eq!(Keyword::of(text), Some(Keyword::Stop), "{text}");
        }
        assert_eq!(Keyword::of("start"), Some(Keyword::Start));
        assert_eq!(Keyword::of("HELP?"), Some(Keyword::Help));
        for text in ["", "...", "stop it", "don't stop", "helpful", "start at 3", "stoppp", "ΣTOP"] {
            assert_eq!(Keyword::of(text), None, "{text}");
        }
    }
}
