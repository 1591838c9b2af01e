//! Where Vapi sends messages, and what it does by itself.

use std::collections::BTreeMap;

use super::values::Opaque;
use crate::object::object;
use crate::open::open_enum;
use crate::secret::Private;

object! {
    /// Where Vapi sends messages (<https://docs.vapi.ai/server-url>).
    pub struct Server {
        /// How a request that fails is repeated; not at all by default.
        backoff_plan: BackoffPlan,
        /// The credential that requests are authenticated with.
        credential_id: String,
        /// What of the body is encrypted, where the credential has a plan for that.
        encrypted_paths: Vec<String>,
        /// Headers that requests carry.
        headers: BTreeMap<String, Private>,
        /// Whether requests come from Vapi's own few addresses.
        static_ip_addresses_enabled: bool,
        /// How long an answer may take, 1 to 300 seconds; 20 by default.
        timeout_seconds: f64,
        /// The address.
        url: Private,
    }
}

impl Server {
    /// A server at an address.
    #[must_use]
    pub fn new(url: impl Into<Private>) -> Self {
        Self { url: Some(url.into()), ..Self::default() }
    }
}

object! {
    /// How a request that fails is repeated.
    pub struct BackoffPlan {
        /// How long the first wait is, up to 10 seconds.
        base_delay_seconds: f64,
        /// Statuses after which it is not.
        excluded_status_codes: Vec<Opaque>,
        /// How often, 10 times at most.
        max_retries: f64,
        /// How the waits grow.
        r#type: BackoffType,
    }
}

open_enum! {
    /// How waits grow.
    pub enum BackoffType {
        /// They do not.
        Fixed = "fixed",
        /// Each is twice as long as the one before.
        Exponential = "exponential",
    }
}

object! {
    /// What is done by itself when something happens (<https://docs.vapi.ai/assistants/assistant-hooks>).
    pub struct Hook {
        /// What is done, in most cases a list.
        r#do: Opaque,
        /// Only when these match.
        filters: Vec<Opaque>,
        /// What it is called.
        name: String,
        /// When what happens: `call.ending`, `call.ringing`.
        on: String,
        /// More of it, which depends on what happens.
        options: Opaque,
    }
}
