use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::json::mended;

/// The most that one message may ask for.
const MOST: usize = 64;

/// A tool that the assistant asks for.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct ToolCall {
    /// Its id, to be answered under. The function calls of old have none.
    pub id: String,
    /// Which tool.
    pub name: String,
    /// What it is given; `None` when that cannot be read as an object.
    pub arguments: Option<Map<String, Value>>,
}

impl ToolCall {
    /// A tool call.
    #[must_use]
    pub fn new(id: impl Into<String>, name: impl Into<String>, arguments: Map<String, Value>) -> Self {
        Self { id: id.into(), name: name.into(), arguments: Some(arguments) }
    }
}

impl fmt::Debug for ToolCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToolCall").field("id", &self.id).field("name", &self.name).finish_non_exhaustive()
    }
}

/// The shapes in which tool calls have been sent.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    id: Option<Box<RawValue>>,
    name: Option<Box<RawValue>>,
    parameters: Option<Box<RawValue>>,
    arguments: Option<Box<RawValue>>,
    function: Option<Box<RawValue>>,
    tool_call: Option<Box<RawValue>>,
}

fn text(raw: Option<&RawValue>) -> Option<String> {
    let value: Value = serde_json::from_str(raw?.get()).ok()?;
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// An object, or a text that holds one. Nothing is an empty one; what cannot be read is `None`.
fn arguments(raw: Option<&RawValue>) -> Option<Map<String, Value>> {
    let Some(raw) = raw else { return Some(Map::new()) };
    match serde_json::from_str(raw.get()).ok()? {
        Value::Object(object) => Some(object),
        Value::Null => Some(Map::new()),
        Value::String(text) if text.trim().is_empty() => Some(Map::new()),
        Value::String(text) => match serde_json::from_slice(&mended(text.as_bytes())).ok()? {
            Value::Object(object) => Some(object),
            Value::Null => Some(Map::new()),
            _ => None,
        },
        _ => None,
    }
}

/// One tool call, whichever shape it has.
pub(super) fn read(raw: &RawValue, depth: usize) -> Option<ToolCall> {
    let wire: Wire = serde_json::from_str(raw.get()).ok()?;
    if let Some(inner) = &wire.tool_call
        && depth == 0
    {
        // `toolWithToolCallList`: the tool, and the call of it.
        let mut call = read(inner, 1)?;
        if call.name.is_empty() {
            let function: Option<Wire> = wire.function.as_deref().and_then(|raw| serde_json::from_str(raw.get()).ok());
            call.name = text(wire.name.as_deref()).or_else(|| text(function?.name.as_deref())).unwrap_or_default();
        }
        return Some(call);
    }
    let id = text(wire.id.as_deref()).unwrap_or_default();
    let function: Option<Wire> = wire.function.as_deref().and_then(|raw| serde_json::from_str(raw.get()).ok());
    let (name, given) = match &function {
        Some(function) => (
            text(function.name.as_deref()).or_else(|| text(wire.name.as_deref())),
            function.arguments.as_deref().or(function.parameters.as_deref()).or(wire.arguments.as_deref()),
        ),
        None => (text(wire.name.as_deref()), wire.arguments.as_deref().or(wire.parameters.as_deref())),
    };
    Some(ToolCall { id, name: name.unwrap_or_default(), arguments: arguments(given) })
}

/// All tool calls of a message, each id once, in the order of the first list that names them.
pub(super) fn read_all(lists: [Option<&RawValue>; 3]) -> Vec<ToolCall> {
    let mut seen = BTreeSet::new();
    let mut calls = Vec::new();
    for list in lists.into_iter().flatten() {
        let entries: Vec<Box<RawValue>> = serde_json::from_str(list.get()).unwrap_or_default();
        for call in entries.iter().filter_map(|entry| read(entry, 0)).filter(|call| !call.id.is_empty()) {
            if calls.len() < MOST && seen.insert(call.id.clone()) {
                calls.push(call);
            }
        }
    }
    calls
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_is_understood() {
        let raw = |text: &str| serde_json::from_str::<Box<RawValue>>(text).unwrap();
        let given = serde_json::json!({"day": "Tuesday"});
        let given = given.as_object().unwrap();
        for shape in [
            r#"{"id":"1","name":"f","parameters":{"day":"Tuesday"}}"#,
            r#"{"id":"1","name":"f","arguments":{"day":"Tuesday"}}"#,
            r#"{"id":"1","name":"f","arguments":"{\"day\":\"Tuesday\"}"}"#,
            r#"{"id":"1","type":"function","function":{"name":"f","arguments":{"day":"Tuesday"}}}"#,
            r#"{"id":"1","type":"function","function":{"name":"f","arguments":"{\"day\":\"Tuesday\"}"}}"#,
            r#"{"id":"1","type":"function","function":{"name":"f","parameters":{"day":"Tuesday"}}}"#,
            r#"{"type":"function","function":{"name":"f","parameters":{"type":"object"}},"toolCall":{"id":"1","function":{"name":"f","arguments":"{\"day\":\"Tuesday\"}"}}}"#,
            r#"{"type":"function","name":"f","toolCall":{"id":"1","parameters":{"day":"Tuesday"}}}"#,
        ] {
            let call = read(&raw(shape), 0).unwrap();
            assert_eq!(
                (call.id.as_str(), call.name.as_str(), call.arguments.as_ref()),
                ("1", "f", Some(given)),
                "{shape}"
            );
        }
        for (shape, empty) in [
            (r#"{"id":"1","name":"f"}"#, true),
            (r#"{"id":"1","name":"f","arguments":""}"#, true),
            (r#"{"id":"1","name":"f","arguments":"{broken"}"#, false),
            (r#"{"id":"1","name":"f","arguments":[1]}"#, false),
            (r#"{"id":1,"name":"f","arguments":null}"#, true),
        ] {
            assert_eq!(read(&raw(shape), 0).unwrap().arguments.is_some(), empty, "{shape}");
        }
        let both = raw(r#"[{"id":"1","name":"f"},{"id":"2","name":"g"},7,{"name":"no id"},{"id":"1","name":"h"}]"#);
        let names: Vec<_> = read_all([Some(&both), Some(&both), None]).into_iter().map(|call| call.name).collect();
        assert_eq!(names, ["f", "g"]);
        let deep = format!(r#"{{"id":"1","name":"f","arguments":{}1{}}}"#, "[".repeat(5000), "]".repeat(5000));
        assert_eq!(read(&raw(&deep), 0).unwrap().arguments, None);
    }
}
