use bytes::Bytes;
use http::{Response, StatusCode, header};
use serde::Serialize;
use serde_json::{Value, json};

use super::json::one_line;
use super::message::ToolCalls;

/// What came of a tool call.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ToolResult {
    /// What the assistant is to know; it is flattened to one line.
    Said(String),
    /// What went wrong, in words that the assistant can work with.
    Failed(String),
}

/// What an assistant hears when a tool gave no result.
const NO_RESULT: &str = "The tool gave no result. Apologise and offer to take a message.";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct One<'a> {
    tool_call_id: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Serialize)]
struct Results<'a> {
    results: Vec<One<'a>>,
}

/// An answer to Vapi. Its status is 200 whatever happened: Vapi reads no other.
#[derive(Clone, PartialEq, Eq)]
#[must_use]
pub struct Reply(Bytes);

impl Reply {
    fn json(value: &impl Serialize) -> Self {
        // Texts, numbers and lists can be written.
        Self(Bytes::from(serde_json::to_vec(value).unwrap_or_else(|_| b"{}".to_vec())))
    }

    /// For what wants no answer.
    pub fn none() -> Self {
        Self(Bytes::from_static(b"{}"))
    }

    /// The results of tool calls, by id. What has none gets an error; what was not asked for is left out.
    pub fn tools(calls: &ToolCalls, results: Vec<(String, ToolResult)>) -> Self {
        let result_of = |id: &str| results.iter().find(|(known, _)| known == id).map(|(_, result)| result);
        let split = |result: Option<&ToolResult>| match result {
            Some(ToolResult::Said(text)) => (Some(one_line(text)), None),
            Some(ToolResult::Failed(text)) => (None, Some(one_line(text))),
            None => (None, Some(NO_RESULT.to_owned())),
        };
        if calls.legacy {
            let (result, error) = split(calls.calls.first().and_then(|call| result_of(&call.id)));
            return Self::json(&json!({ "result": result.or(error) }));
        }
        let results: Vec<_> = calls
            .calls
            .iter()
            .map(|call| {
                let (result, error) = split(result_of(&call.id));
                One { tool_call_id: &call.id, name: &call.name, result, error }
            })
            .collect();
        Self::json(&Results { results })
    }

    /// The assistant that takes a call, by its id at Vapi.
    pub fn assistant_id(id: &str, overrides: Option<&Value>) -> Self {
        match overrides {
            Some(overrides) => Self::json(&json!({ "assistantId": id, "assistantOverrides": overrides })),
            None => Self::json(&json!({ "assistantId": id })),
        }
    }

    /// An assistant that is made for the call.
    pub fn assistant(assistant: &impl Serialize) -> Self {
        Self::json(&json!({ "assistant": assistant }))
    }

    /// Where a call goes instead.
    pub fn destination(destination: &impl Serialize) -> Self {
        Self::json(&json!({ "destination": destination }))
    }

    /// What is said before the call ends, or why there is no destination.
    pub fn error(text: &str) -> Self {
        Self::json(&json!({ "error": one_line(text) }))
    }

    /// Any other answer.
    pub fn other(value: &Value) -> Self {
        Self::json(value)
    }

    /// Its bytes.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.0
    }

    /// As an answer to the request.
    #[must_use]
    pub fn to_http(&self) -> Response<Bytes> {
        let mut response = Response::new(self.0.clone());
        *response.status_mut() = StatusCode::OK;
        response.headers_mut().insert(header::CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
        response
    }
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reply(<{} bytes>)", self.0.len())
    }
}
