//! What would go wrong, before it does: the state of the account, and whom a trial account reaches.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use std::sync::Arc;
//! # use frontdesk::transport::Stub;
//! # use frontdesk::twilio::Client;
//! use frontdesk::phone::E164;
//! use frontdesk::twilio::preflight::Warning;
//!
//! # let stub = Stub::new().reply(200, r#"{"type":"Trial","status":"active"}"#).reply(200, r#"{"outgoing_caller_ids":[]}"#);
//! # let twilio = Client::builder("AC0123456789abcdef0123456789abcdef".parse()?)
//! #     .with_auth_token("secret").with_transport(Arc::new(stub)).build()?;
//! let preflight = twilio.preflight(Some(E164::parse("+14155552671")?)).await?;
//! assert_eq!(preflight.warnings, [Warning::TrialUnverified]);
//! # Ok(()) }
//! ```

use super::Client;
use crate::Error;
use crate::phone::E164;

/// What is to be expected of the account.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Preflight {
    /// Whether it is a trial account.
    pub is_trial: bool,
    /// What would go wrong; empty when nothing is known to.
    pub warnings: Vec<Warning>,
}

/// Something that would go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Warning {
    /// Twilio refuses everything.
    #[error("the account is suspended or closed: Twilio will refuse everything")]
    NotActive,
    /// Twilio refuses texts and calls to this number.
    #[error("this is a trial account and the number is not verified: Twilio will refuse it (21608); verify it first")]
    TrialUnverified,
    /// The account could not be read, as with a standard API key: nothing is known.
    #[error("the account cannot be read with these credentials, so that nobody knows whether it is a trial one")]
    Unreadable,
}

impl Client {
    /// Checks the account and, for a trial one, whether it may reach `to`.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when Twilio could not be reached; [`Error::is_unauthorized`] for wrong credentials.
    pub async fn preflight(&self, to: Option<E164>) -> Result<Preflight, Error> {
        let mut warnings = Vec::new();
        let account = match self.accounts().fetch().await {
            Ok(account) => Some(account),
            // A standard API key may do everything but this.
            Err(error) if error.is_unauthorized() && self.outgoing_caller_ids().list_one().await.is_ok() => None,
            Err(error) => return Err(error),
        };
        let Some(account) = account else {
            return Ok(Preflight { is_trial: false, warnings: vec![Warning::Unreadable] });
        };
        if !account.is_active() {
            warnings.push(Warning::NotActive);
        }
        if let (true, Some(to)) = (account.is_trial(), to)
            && !self.outgoing_caller_ids().is_verified(to).await?
        {
            warnings.push(Warning::TrialUnverified);
        }
        Ok(Preflight { is_trial: account.is_trial(), warnings })
    }
}
