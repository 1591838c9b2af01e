use serde::{Deserialize, Serialize};

/// Where a tenant's subscription stands, in the words of payment providers.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Subscription {
    /// Not paid for yet, and not to be paid for.
    Trialing,
    /// Paid for.
    Active,
    /// A payment is late; numbers stay.
    PastDue,
    /// It ended.
    Canceled,
}

impl From<&str> for Subscription {
    /// `trialing`, `active`, `canceled` and its kin; anything else is as if a payment were late, which changes nothing.
    fn from(text: &str) -> Self {
        match text.trim().to_ascii_lowercase().as_str() {
            "trialing" | "trial" => Self::Trialing,
            "active" => Self::Active,
            "canceled" | "cancelled" | "unpaid" | "incomplete_expired" | "expired" => Self::Canceled,
            _ => Self::PastDue,
        }
    }
}
