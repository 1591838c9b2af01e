//! What a desk counts and measures: the names of its metrics.
//!
//! With the feature `metrics` they go to the recorder that the host has installed for the
//! [`metrics`](https://docs.rs/metrics) facade, for instance a Prometheus exporter; without it they cost nothing. Labels
//! hold no numbers, names or words of people, and few values each.
//!
//! | name | kind | labels |
//! |---|---|---|
//! | [`WEBHOOKS`] | counter | `route`, `result`: `answered`, `refused`, `malformed`, `failed` |
//! | [`WEBHOOK_SECONDS`] | histogram | `route` |
//! | [`REFUSALS`] | counter | `reason` |
//! | [`TEXTS`] | counter | `outcome`: `accepted`, `unknown`, `failed`, `postponed`, `refused` |
//! | [`DELIVERY_SECONDS`] | histogram | |
//! | [`BACKLOG`], [`BACKLOG_SECONDS`] | gauge | `kind`: `messages` is the outbox |
//! | [`NOTIFICATIONS`] | counter | `kind`, `channel`, `outcome`: `handed_over`, `failed`, `withdrawn` |
//! | [`BOOKINGS`] | counter | `outcome`: `held`, `confirmed`, `moved`, `cancelled`, `taken`, `failed`, `conflict` |
//! | [`PROVISIONING`] | counter | `state` |
//! | [`RATE_LIMITED`] | counter | `scope`: `texts`, `peer`, `tenant`, `guesses` |
//! | [`API_REQUESTS`] | counter | `operation`, `status` |
//! | [`API_SECONDS`] | histogram | `operation` |
//!
//! ```
//! assert_eq!(frontdesk::telemetry::WEBHOOKS, "frontdesk_webhooks_total");
//! ```

/// Webhooks that were answered or not, by route and result.
pub const WEBHOOKS: &str = "frontdesk_webhooks_total";
/// How long an answer to a webhook took, in seconds.
pub const WEBHOOK_SECONDS: &str = "frontdesk_webhook_seconds";
/// Webhooks that were refused, by reason.
pub const REFUSALS: &str = "frontdesk_webhook_refusals_total";
/// Texts that a worker took in hand, by what came of it.
pub const TEXTS: &str = "frontdesk_texts_total";
/// From handing a text to the provider to the news that it arrived, in seconds.
pub const DELIVERY_SECONDS: &str = "frontdesk_delivery_seconds";
/// How much work is due, by kind.
pub const BACKLOG: &str = "frontdesk_backlog";
/// How long the oldest work has been due, in seconds, by kind.
pub const BACKLOG_SECONDS: &str = "frontdesk_backlog_seconds";
/// Notifications that were sent on their way or not.
pub const NOTIFICATIONS: &str = "frontdesk_notifications_total";
/// What came of asking for appointments, and of looking after them.
pub const BOOKINGS: &str = "frontdesk_bookings_total";
/// Orders for numbers that came to a state.
pub const PROVISIONING: &str = "frontdesk_provisioning_total";
/// What was put off or refused because there was too much of it.
pub const RATE_LIMITED: &str = "frontdesk_rate_limited_total";
/// Requests of the REST API, by operation and status.
pub const API_REQUESTS: &str = "frontdesk_api_requests_total";
/// How long an answer of the REST API took, in seconds.
pub const API_SECONDS: &str = "frontdesk_api_seconds";

/// Counts one.
#[cfg(feature = "desk")]
pub(crate) fn count<const N: usize>(name: &'static str, labels: [(&'static str, &str); N]) {
    #[cfg(feature = "metrics")]
    metrics::counter!(name, shown(labels)).increment(1);
    #[cfg(not(feature = "metrics"))]
    let _ = (name, labels);
}

/// Takes a time.
#[cfg(feature = "desk")]
pub(crate) fn took<const N: usize>(name: &'static str, labels: [(&'static str, &str); N], time: std::time::Duration) {
    #[cfg(feature = "metrics")]
    metrics::histogram!(name, shown(labels)).record(time.as_secs_f64());
    #[cfg(not(feature = "metrics"))]
    let _ = (name, labels, time);
}

/// Says how high something stands.
#[cfg(feature = "metrics")]
pub(crate) fn stands<const N: usize>(name: &'static str, labels: [(&'static str, &str); N], value: f64) {
    metrics::gauge!(name, shown(labels)).set(value);
}

#[cfg(feature = "metrics")]
fn shown<const N: usize>(labels: [(&'static str, &str); N]) -> Vec<metrics::Label> {
    labels.into_iter().map(|(name, value)| metrics::Label::new(name, value.to_owned())).collect()
}
