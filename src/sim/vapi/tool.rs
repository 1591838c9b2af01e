//! Tool calls: the shapes in which they have been sent, and how their results are read
//! (<https://docs.vapi.ai/tools/custom-tools>).

use chrono::{DateTime, Utc};
use futures_util::future::join;
use serde_json::{Value, json};

use super::Core;
use super::state::object;
use super::webhook::{Delivery, Target};

/// The shape in which tools are asked for. Vapi has changed it over the years, and it depends on the tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ToolShape {
    /// `toolCallList[]{id,name,parameters}`.
    ListParameters,
    /// `toolCallList[]{id,name,arguments}`.
    ListArguments,
    /// `{id,type,function{name,arguments}}` in all three lists, with the arguments in a string.
    FunctionString,
    /// The same, with the arguments in an object.
    FunctionObject,
    /// `toolWithToolCallList[].toolCall` alone, beside the tool's own settings.
    WithToolCall,
    /// The message `function-call` of old: one tool, without an id.
    LegacyFunctionCall,
}

impl ToolShape {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::ListParameters,
        Self::ListArguments,
        Self::FunctionString,
        Self::FunctionObject,
        Self::WithToolCall,
        Self::LegacyFunctionCall,
    ];

    pub(super) fn nth(turn: usize) -> Self {
        Self::ALL.get(turn % Self::ALL.len()).copied().unwrap_or(Self::ListParameters)
    }
}

/// What the assistant gets to know of a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ToolOutcome {
    /// Its result.
    Said(String),
    /// Its error.
    Failed(String),
    /// Nothing: no answer in time, a status other than 200, no entry under the id, or an entry without a text on one
    /// line.
    Missing,
}

impl ToolOutcome {
    /// The result or the error.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Said(text) | Self::Failed(text) => Some(text),
            Self::Missing => None,
        }
    }
}

/// A tool that is asked for.
pub(super) struct Asked {
    pub(super) id: String,
    pub(super) name: String,
    arguments: Value,
    /// Its settings, if the assistant has it.
    tool: Option<Value>,
}

impl Asked {
    pub(super) fn function(&self, in_string: bool) -> Value {
        let arguments = if in_string { self.arguments.to_string().into() } else { self.arguments.clone() };
        json!({ "id": self.id, "type": "function", "function": { "name": self.name, "arguments": arguments } })
    }

    fn with_tool(&self, in_string: bool) -> Value {
        let settings = self.tool.clone().unwrap_or_else(
            || json!({ "type": "function", "async": false, "messages": [], "function": { "name": self.name } }),
        );
        let mut settings = object(settings);
        settings.insert("toolCall".into(), self.function(in_string));
        Value::Object(settings)
    }
}

fn list(asked: &[Asked], one: impl Fn(&Asked) -> Value) -> Vec<Value> {
    asked.iter().map(one).collect()
}

/// The calls in every list, which all name the same.
fn functions(asked: &[Asked], in_string: bool) -> Value {
    let calls = list(asked, |asked| asked.function(in_string));
    let tools = list(asked, |asked| asked.with_tool(in_string));
    json!({ "toolCallList": calls, "toolCalls": calls, "toolWithToolCallList": tools })
}

/// Pure: the type of the message, and what it says beside what all say.
fn message(shape: ToolShape, asked: &[Asked]) -> (&'static str, Value) {
    let flat = |arguments: &str| {
        list(asked, |asked| {
            let mut call = object(json!({ "id": asked.id, "name": asked.name }));
            call.insert(arguments.to_owned(), asked.arguments.clone());
            Value::Object(call)
        })
    };
    let more = match shape {
        ToolShape::ListParameters => json!({ "toolCallList": flat("parameters") }),
        ToolShape::ListArguments => json!({ "toolCallList": flat("arguments") }),
        ToolShape::FunctionString => functions(asked, true),
        ToolShape::FunctionObject => functions(asked, false),
        ToolShape::WithToolCall => {
            let tools = list(asked, |asked| asked.with_tool(true));
            json!({ "toolWithToolCallList": tools })
        }
        ToolShape::LegacyFunctionCall => {
            let one = list(asked, |asked| json!({ "name": asked.name, "parameters": asked.arguments }));
            return ("function-call", json!({ "functionCall": one.first() }));
        }
    };
    ("tool-calls", more)
}

/// A text on one line: of others Vapi says that there is no result
/// (<https://docs.vapi.ai/tools/custom-tools-troubleshooting>).
fn line(value: Option<&Value>) -> Option<String> {
    let text = value?.as_str()?;
    (!text.trim().is_empty() && !text.contains(['\n', '\r'])).then(|| text.to_owned())
}

/// Pure: what an answer says of one of the tools.
fn outcome(shape: ToolShape, id: &str, status: Option<u16>, answer: &Value) -> ToolOutcome {
    let entry = match shape {
        _ if status != Some(200) => None,
        ToolShape::LegacyFunctionCall => Some(answer),
        _ => {
            let mut results = answer.get("results").and_then(Value::as_array).into_iter().flatten();
            results.find(|entry| entry.get("toolCallId").and_then(Value::as_str) == Some(id))
        }
    };
    let read = |name: &str| line(entry.and_then(|entry| entry.get(name)));
    match (read("result"), read("error")) {
        (Some(text), _) => ToolOutcome::Said(text),
        (None, Some(text)) => ToolOutcome::Failed(text),
        (None, None) => ToolOutcome::Missing,
    }
}

/// A request for tools, ready to be sent.
struct Draft {
    shape: ToolShape,
    asked: Vec<Asked>,
    target: Target,
    body: Value,
}

impl Draft {
    fn outcomes(&self, delivery: &Delivery) -> Vec<ToolOutcome> {
        let of = |asked: &Asked| outcome(self.shape, &asked.id, delivery.status, &delivery.answer);
        self.asked.iter().map(of).collect()
    }
}

impl Core {
    /// What comes of tools that are asked for at once, and what comes of them when they are asked for again meanwhile.
    pub(super) async fn tools(
        &self,
        call: &str,
        tools: Vec<(&str, Value)>,
        twice: bool,
    ) -> (Vec<ToolOutcome>, Vec<ToolOutcome>) {
        let nothing = vec![ToolOutcome::Missing; tools.len()];
        let Some(draft) = self.draft(call, tools, twice, self.0.clock.now()) else { return (nothing.clone(), nothing) };
        let (first, again) = if twice {
            let (first, again) =
                join(self.deliver(&draft.target, &draft.body), self.deliver(&draft.target, &draft.body)).await;
            (draft.outcomes(&first), draft.outcomes(&again))
        } else {
            (draft.outcomes(&self.deliver(&draft.target, &draft.body).await), nothing)
        };
        let now = self.0.clock.now();
        self.change(call, |call| {
            for (asked, outcome) in draft.asked.iter().zip(&first) {
                call.note_result(asked, outcome, now);
            }
        });
        (first, again)
    }

    /// `None` when the call is not going on, or nobody is to be asked.
    fn draft(&self, id: &str, tools: Vec<(&str, Value)>, twice: bool, now: DateTime<Utc>) -> Option<Draft> {
        let mut state = self.lock();
        let mut asked = Vec::new();
        for (name, arguments) in tools {
            let digits = state.digits();
            let call = state.call(id).filter(|call| call.is_on())?;
            asked.push(Asked {
                id: format!("call_{}", digits.get(..24).unwrap_or_default()),
                name: name.to_owned(),
                arguments,
                tool: state.tool(call, name),
            });
        }
        let first = asked.first()?.name.clone();
        let call = state.call_mut(id)?;
        let shape = call.next_shape(asked.len() > 1, twice);
        call.note_calls(&asked, now);
        let (kind, more) = message(shape, &asked);
        let body = call.message(kind, more, now);
        let target = state.target(state.call(id)?, Some(&first))?;
        Some(Draft { shape, asked, target, body })
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::vapi::webhook::{ServerMessage, Verifier};

    fn asked(id: &str) -> Asked {
        Asked { id: id.to_owned(), name: "book".to_owned(), arguments: json!({ "day": "Tuesday" }), tool: None }
    }

    #[test]
    fn our_side_reads_every_shape() {
        let request = http::Request::post("/").header("x-vapi-secret", "s").body(()).unwrap();
        let parts = request.into_parts().0;
        for shape in ToolShape::ALL {
            let (kind, mut more) = message(shape, &[asked("t1")]);
            more["type"] = kind.into();
            let body = Bytes::from(json!({ "message": more }).to_string());
            let verified = Verifier::new().legacy_secret("s").verify(&parts, body, DateTime::UNIX_EPOCH).unwrap();
            let ServerMessage::ToolCalls(read) = verified.parse().unwrap().message else { panic!("{shape:?}") };
            assert_eq!(read.calls.len(), 1, "{shape:?}");
            let call = &read.calls[0];
            assert_eq!((call.name.as_str(), &call.arguments.as_ref().unwrap()["day"]), ("book", &json!("Tuesday")));
            assert_eq!(call.id, if read.legacy { "" } else { "t1" });
        }
    }

    #[test]
    fn only_what_vapi_takes_is_a_result() {
        let read = |status, answer: Value| outcome(ToolShape::ListParameters, "t1", Some(status), &answer);
        let of = |entry: Value| json!({ "results": [{ "toolCallId": "t0", "result": "no" }, entry] });
        let said = ToolOutcome::Said("Yes".to_owned());
        assert_eq!(read(200, of(json!({ "toolCallId": "t1", "result": "Yes" }))), said);
        assert_eq!(
            read(200, of(json!({ "toolCallId": "t1", "error": "Full" }))),
            ToolOutcome::Failed("Full".to_owned())
        );
        for missing in [
            json!({ "toolCallId": "t2", "result": "Yes" }),
            json!({ "toolCallId": "t1", "result": "Yes\nand no" }),
            json!({ "toolCallId": "t1", "result": { "yes": true } }),
            json!({ "toolCallId": "t1", "result": " " }),
            json!({ "toolCallId": "t1" }),
            json!("t1"),
        ] {
            assert_eq!(read(200, of(missing.clone())), ToolOutcome::Missing, "{missing}");
        }
        assert_eq!(read(500, of(json!({ "toolCallId": "t1", "result": "Yes" }))), ToolOutcome::Missing);
        assert_eq!(read(200, Value::Null), ToolOutcome::Missing);
        let legacy = |answer: Value| outcome(ToolShape::LegacyFunctionCall, "t1", Some(200), &answer);
        assert_eq!(legacy(json!({ "result": "Yes" })), said);
        assert_eq!(legacy(json!("Yes")), ToolOutcome::Missing);
    }
}
