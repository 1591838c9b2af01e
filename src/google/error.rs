use bytes::Bytes;
use http::{Response, StatusCode};
use serde::Deserialize;

use crate::Error;
use crate::transport::answer_error;
use crate::transport::retry::Idempotency;

/// How Google explains a refusal (<https://developers.google.com/workspace/calendar/api/guides/errors>).
#[derive(Deserialize)]
#[serde(untagged)]
enum Explanation {
    Api {
        error: ApiError,
    },
    /// <https://datatracker.ietf.org/doc/html/rfc6749#section-5.2>
    OAuth {
        error: String,
    },
}

#[derive(Deserialize)]
struct ApiError {
    #[serde(default)]
    errors: Vec<Detail>,
    #[serde(default)]
    status: Option<String>,
}

#[derive(Deserialize)]
struct Detail {
    #[serde(default)]
    reason: Option<String>,
}

/// Google's word for what is wrong. What else it says may hold names and addresses, and is left out.
fn reason(body: &[u8]) -> Option<String> {
    match serde_json::from_slice(body).ok()? {
        Explanation::OAuth { error } => Some(error),
        Explanation::Api { error } => error.errors.into_iter().find_map(|detail| detail.reason).or(error.status),
    }
}

/// Too many requests: nothing was done, and the same request works a little later.
pub(super) fn is_busy(answer: &Response<Bytes>) -> bool {
    answer.status() == StatusCode::FORBIDDEN
        && reason(answer.body())
            .is_some_and(|reason| matches!(reason.as_str(), "rateLimitExceeded" | "userRateLimitExceeded"))
}

/// The error of an answer that is not a success.
pub(super) fn refusal(
    what: &'static str,
    answer: &Response<Bytes>,
    class: Idempotency,
    retry_after: Option<std::time::Duration>,
) -> Error {
    let reason = reason(answer.body());
    let mut error = answer_error(what, answer, class);
    // A quota of hours or a day: not worth waiting for, but nothing was done.
    if matches!(reason.as_deref(), Some("quotaExceeded" | "dailyLimitExceeded" | "concurrentLimitExceeded")) {
        error = error.into_unavailable();
    }
    error.with_reason(reason).with_retry_after(retry_after)
}

/// Whether somebody has to consent again: the account's token was refused for good
/// (<https://developers.google.com/identity/protocols/oauth2#expiration>).
#[must_use]
pub fn needs_reauth(error: &Error) -> bool {
    error.is_permanent()
        && matches!(
            error.reason(),
            Some("invalid_grant" | "admin_policy_enforced" | "rapt_required" | "invalid_rapt" | "deleted_client")
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(status: u16, body: &str, class: Idempotency) -> Error {
        refusal("x", &Response::builder().status(status).body(Bytes::from(body.to_owned())).unwrap(), class, None)
    }

    #[test]
    fn reasons_are_read_and_nothing_else() {
        let body = r#"{"error":{"code":409,"message":"anna@example.com has it","errors":[{"domain":"global","reason":"duplicate"}]}}"#;
        let refused = error(409, body, Idempotency::Once);
        assert_eq!((refused.reason(), refused.is_permanent()), (Some("duplicate"), true));
        assert!(!format!("{refused} {refused:?}").contains("anna"));
        assert_eq!(
            error(400, r#"{"error":"invalid_grant","error_description":"x"}"#, Idempotency::Read).reason(),
            Some("invalid_grant")
        );
        assert_eq!(error(404, "<html>", Idempotency::Read).reason(), None);
        assert_eq!(error(404, r#"{"error":{"status":"NOT_FOUND"}}"#, Idempotency::Read).reason(), Some("NOT_FOUND"));
        assert_eq!(error(404, r#"{"error":"a word of anna@example.com"}"#, Idempotency::Read).reason(), None);
    }

    #[test]
    fn a_quota_does_nothing_and_is_not_waited_for() {
        let quota = |reason| format!(r#"{{"error":{{"errors":[{{"reason":"{reason}"}}]}}}}"#);
        let refused = error(403, &quota("quotaExceeded"), Idempotency::Once);
        assert!(refused.is_retryable() && !refused.is_permanent());
        assert!(error(403, &quota("forbidden"), Idempotency::Once).is_permanent());
        let busy = |status, reason| is_busy(&Response::builder().status(status).body(quota(reason).into()).unwrap());
        assert!(busy(403, "rateLimitExceeded") && busy(403, "userRateLimitExceeded"));
        assert!(!busy(403, "quotaExceeded") && !busy(403, "forbidden") && !busy(409, "rateLimitExceeded"));
    }

    #[test]
    fn what_is_refused_for_good_needs_a_person() {
        for (reason, expected) in [
            ("invalid_grant", true),
            ("admin_policy_enforced", true),
            ("rapt_required", true),
            ("invalid_client", false),
        ] {
            let body = format!(r#"{{"error":"{reason}"}}"#);
            assert_eq!(needs_reauth(&error(400, &body, Idempotency::Idempotent)), expected, "{reason}");
            assert!(!needs_reauth(&error(503, &body, Idempotency::Idempotent)), "{reason}");
        }
    }
}
