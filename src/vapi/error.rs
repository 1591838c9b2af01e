use bytes::Bytes;
use http::Response;
use serde::Deserialize;
use serde_json::Value;

use crate::Error;
use crate::transport::answer_error;
use crate::transport::retry::Idempotency;

/// How Vapi explains a refusal: `{"message": string | string[], "error", "statusCode"}`.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Explanation {
    message: Value,
    error: Value,
}

impl Explanation {
    fn messages(&self) -> impl Iterator<Item = &str> {
        let many = self.message.as_array().into_iter().flatten();
        many.chain(std::iter::once(&self.message)).filter_map(Value::as_str)
    }

    /// Its word for what is wrong, such as `tool_pinned`, or the property that was not accepted, such as
    /// `customer.number`. What else it says may repeat what was sent, and is left out.
    fn reason(&self) -> Option<String> {
        let word = self.error.as_str().filter(|word| word.contains('_') && !word.contains(' '));
        word.or_else(|| self.messages().find_map(property)).map(ToOwned::to_owned)
    }

    /// As many calls are under way as the account may have.
    fn is_over_limit(&self) -> bool {
        self.messages().any(|text| text.to_ascii_lowercase().contains("concurrency limit"))
    }
}

/// The property that a message is about: `customer.number must be …`, `property foo should not exist`.
fn property(message: &str) -> Option<&str> {
    let text = message.strip_prefix("property ").unwrap_or(message);
    let (path, _) = text.split_once(" must ").or_else(|| text.split_once(" should "))?;
    // An index into a list, and not a phone number.
    let is_index = |part: &str| part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_name = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_lowercase())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    (path.starts_with(|first: char| first.is_ascii_lowercase())
        && path.split('.').all(|part| !part.is_empty() && (is_index(part) || is_name(part))))
    .then_some(path)
}

/// The error of an answer that is not a success.
pub(super) fn refusal(
    what: &'static str,
    answer: &Response<Bytes>,
    class: Idempotency,
    retry_after: Option<std::time::Duration>,
) -> Error {
    let explanation: Explanation = serde_json::from_slice(answer.body()).unwrap_or_default();
    let mut error = answer_error(what, answer, class);
    // Nothing was done, and there is room again when a call has ended.
    if answer.status().is_client_error() && explanation.is_over_limit() {
        error = error.into_unavailable();
    }
    error.with_reason(explanation.reason()).with_retry_after(retry_after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(status: u16, body: &str) -> Error {
        let answer = Response::builder().status(status).body(Bytes::from(body.to_owned())).unwrap();
        refusal("placing a call", &answer, Idempotency::Once, None)
    }

    #[test]
    fn reasons_are_read_and_nothing_else() {
        let body = r#"{"message":["customer.number must be a phone number, not +14155552671 of Anna"],"error":"Bad Request","statusCode":400}"#;
        let refused = error(400, body);
        assert_eq!((refused.reason(), refused.is_permanent()), (Some("customer.number"), true));
        let text = format!("{refused} {refused:?}");
        assert!(!text.contains("Anna") && !text.contains("555"), "{text}");
        for (body, reason) in [
            (r#"{"error":"tool_pinned","message":"in use by Anna's squad"}"#, Some("tool_pinned")),
            (r#"{"message":"property foo should not exist"}"#, Some("foo")),
            (
                r#"{"message":["customers.0.number must be a string","name must be shorter"]}"#,
                Some("customers.0.number"),
            ),
            (r#"{"message":"14155552671 must be known"}"#, None),
            (r#"{"message":"customer.14155552671 must be known"}"#, None),
            (r#"{"message":"Anna must be known"}"#, None),
            (r#"{"message":"Invalid Key. Hot tip.","error":"Unauthorized"}"#, None),
            (r#"{"message":{"text":"x"},"error":7}"#, None),
            ("<html>", None),
            ("[]", None),
            ("", None),
        ] {
            assert_eq!(error(400, body).reason(), reason, "{body}");
        }
    }

    #[test]
    fn too_many_calls_at_once_is_no_refusal_for_good() {
        let refused = error(400, r#"{"message":"Over Concurrency Limit.","error":"Bad Request","statusCode":400}"#);
        assert!(refused.is_retryable() && !refused.is_permanent());
        assert!(error(500, r#"{"message":"Over Concurrency Limit."}"#).is_outcome_unknown());
        assert!(error(401, "{}").is_unauthorized());
    }
}
