use bytes::Bytes;
use http::Response;
use serde::Deserialize;

use crate::Error;
use crate::error::Fate;
use crate::transport::answer_error;
use crate::transport::retry::Idempotency;

/// How Twilio explains a refusal (<https://www.twilio.com/docs/usage/twilios-response#response-formats-exceptions>).
#[derive(Deserialize, Default)]
#[serde(default)]
struct Explanation {
    code: Option<serde_json::Value>,
    message: Option<String>,
    more_info: Option<String>,
}

/// Not processed at all, whatever the status says (<https://www.twilio.com/docs/api/errors/20429>).
const TOO_MANY_REQUESTS: u32 = 20429;

/// The error of an answer that is not a success.
pub(super) fn refusal(
    what: &'static str,
    answer: &Response<Bytes>,
    class: Idempotency,
    retry_after: Option<std::time::Duration>,
) -> Error {
    let explanation: Explanation = serde_json::from_slice(answer.body()).unwrap_or_default();
    let code = explanation.code.and_then(|code| match code {
        serde_json::Value::String(text) => text.parse().ok(),
        other => other.as_u64().and_then(|code| u32::try_from(code).ok()),
    });
    let error = answer_error(what, answer, class);
    let error = if code == Some(TOO_MANY_REQUESTS) && !error.is_retryable() {
        Error::new(Fate::NoEffect, what).with_status(answer.status())
    } else {
        error
    };
    let request_id = answer.headers().get("twilio-request-id").and_then(|id| id.to_str().ok()).map(ToOwned::to_owned);
    error
        .with_code(code)
        .with_message(explanation.message)
        .with_more_info(explanation.more_info)
        .with_request_id(request_id)
        .with_retry_after(retry_after)
}
