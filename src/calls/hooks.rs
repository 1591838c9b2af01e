use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::address::Address;
use crate::id::CallSid;
use crate::message::MessageRecord;
use crate::tenant::{Route, Tenant};

/// A call that has just come in.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Arrival<'a> {
    /// Whose call it is.
    pub tenant: &'a Tenant,
    /// The call.
    pub call: CallSid,
    /// Who calls.
    pub from: &'a Address,
    /// The number that was called.
    pub to: &'a Address,
    /// When.
    pub at: DateTime<Utc>,
    /// Whether the business is open by its hours.
    pub open: bool,
}

/// What a host may decide. Hooks decide and never write; one that panics or takes too long is passed over.
#[async_trait]
pub trait Hooks: fmt::Debug + Send + Sync + 'static {
    /// Where a call goes, for instance because everybody is away; `None` leaves it to the settings.
    async fn route(&self, call: &Arrival<'_>) -> Option<Route> {
        let _ = call;
        None
    }

    /// What to answer to a text that came in; `None` for nothing.
    async fn auto_reply(&self, tenant: &Tenant, message: &MessageRecord) -> Option<String> {
        let _ = (tenant, message);
        None
    }
}
