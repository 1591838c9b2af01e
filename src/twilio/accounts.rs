//! The account itself (<https://www.twilio.com/docs/iam/api/account>).
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use std::sync::Arc;
//! # use frontdesk::transport::Stub;
//! # use frontdesk::twilio::Client;
//! # let stub = Stub::new().reply(200, r#"{"status":"active","type":"Trial"}"#);
//! # let twilio = Client::builder("AC0123456789abcdef0123456789abcdef".parse()?)
//! #     .with_auth_token("secret").with_transport(Arc::new(stub)).build()?;
//! let account = twilio.accounts().fetch().await?;
//! assert!(account.is_trial() && account.is_active());
//! # Ok(()) }
//! ```

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::resource::resource;
use super::{Client, Request};
use crate::id::AccountSid;
use crate::open::open_enum;
use crate::{Error, Secret};

open_enum! {
    /// Whether an account works.
    pub enum AccountStatus {
        /// It works.
        Active = "active",
        /// It was stopped, by its owner or by Twilio.
        Suspended = "suspended",
        /// It is closed for good.
        Closed = "closed",
    }
}

open_enum! {
    /// Whether an account is paid for.
    pub enum AccountType {
        /// A trial: it reaches verified numbers only.
        Trial = "Trial",
        /// A paid account.
        Full = "Full",
    }
}

resource! {
    /// An account or sub-account.
    pub struct Account {
        /// The account.
        sid: AccountSid,
        /// Its parent; itself for a main account.
        owner_account_sid: AccountSid,
        /// Its name.
        friendly_name: String,
        /// Whether it works.
        status: AccountStatus,
        /// Whether it is paid for.
        kind = "type": AccountType,
        /// Its auth token.
        auth_token: Secret,
        /// When it was opened.
        date_created: DateTime<Utc>,
        /// When it was changed last.
        date_updated: DateTime<Utc>,
        /// Its path at Twilio.
        uri: String,
        /// The paths of what belongs to it.
        subresource_uris: BTreeMap<String, String>,
    }
}

impl Account {
    /// True for a trial account, which reaches verified numbers only.
    #[must_use]
    pub fn is_trial(&self) -> bool {
        self.kind == Some(AccountType::Trial)
    }

    /// True unless it is suspended or closed.
    #[must_use]
    pub fn is_active(&self) -> bool {
        !matches!(self.status, Some(AccountStatus::Suspended | AccountStatus::Closed))
    }
}

/// The client's account.
#[derive(Debug, Clone, Copy)]
pub struct Accounts<'a>(&'a Client);

impl<'a> Accounts<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Reads the client's own account.
    ///
    /// # Errors
    /// [`Error::is_unauthorized`] for wrong credentials, also for a standard API key, which may not read accounts.
    pub async fn fetch(&self) -> Result<Account, Error> {
        self.0.request(Request::get("fetching the account", "/2010-04-01/Accounts/{AccountSid}.json")).await
    }
}
