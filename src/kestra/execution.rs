use std::fmt;

use serde::Deserialize;
use serde_json::{Map, Value};

/// Where an execution stands (<https://kestra.io/docs/workflow-components/states>).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(from = "String")]
#[non_exhaustive]
pub enum State {
    /// Not begun.
    Created,
    /// It waits for a place.
    Queued,
    /// It runs.
    Running,
    /// It waits for somebody to let it go on.
    Paused,
    /// It has stopped where somebody wanted to look at it.
    Breakpoint,
    /// It is being ended.
    Killing,
    /// It did what it was to.
    Success,
    /// It did what it was to, with warnings.
    Warning,
    /// It failed.
    Failed,
    /// It was ended.
    Killed,
    /// It was called off.
    Cancelled,
    /// One that this version does not know: it may still run.
    Other(String),
}

impl From<String> for State {
    fn from(text: String) -> Self {
        match text.as_str() {
            "CREATED" => Self::Created,
            "QUEUED" => Self::Queued,
            "RUNNING" => Self::Running,
            "PAUSED" => Self::Paused,
            "BREAKPOINT" => Self::Breakpoint,
            "KILLING" => Self::Killing,
            "SUCCESS" => Self::Success,
            "WARNING" => Self::Warning,
            "FAILED" => Self::Failed,
            "KILLED" => Self::Killed,
            "CANCELLED" => Self::Cancelled,
            _ => Self::Other(text),
        }
    }
}

impl State {
    /// Whether nothing more happens.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Success | Self::Warning | Self::Failed | Self::Killed | Self::Cancelled)
    }

    /// Whether it did what it was to.
    #[must_use]
    pub fn is_success(&self) -> bool {
        matches!(self, Self::Success | Self::Warning)
    }

    /// Whether it goes on only when a person wants it to.
    #[must_use]
    pub fn waits_for_a_person(&self) -> bool {
        matches!(self, Self::Paused | Self::Breakpoint)
    }
}

/// Where an execution stands, as the API writes it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct ExecutionState {
    /// Now.
    pub current: State,
}

/// One run of a flow. What went in and came out is not printed.
#[derive(Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Execution {
    /// Its name.
    pub id: String,
    /// Where it stands.
    pub state: ExecutionState,
    /// What the flow gave out, once it is done.
    #[serde(default)]
    pub outputs: Option<Map<String, Value>>,
    /// What it is labelled with: a list of keys and values, or on old servers a map.
    #[serde(default)]
    pub labels: Value,
}

impl Execution {
    /// Whether it carries a label.
    #[must_use]
    pub fn has_label(&self, key: &str, value: &str) -> bool {
        let is = |of: Option<&Value>, text: &str| of.and_then(Value::as_str) == Some(text);
        match &self.labels {
            Value::Array(labels) => {
                labels.iter().any(|label| is(label.get("key"), key) && is(label.get("value"), value))
            }
            labels => is(labels.get(key), value),
        }
    }

    /// One of the flow's outputs as text; `None` when there is no such output, or nothing in it.
    #[must_use]
    pub fn output(&self, name: &str) -> Option<String> {
        match self.outputs.as_ref()?.get(name)? {
            Value::Null => None,
            Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
            other => Some(other.to_string()),
        }
    }
}

impl fmt::Debug for Execution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Execution").field("id", &self.id).field("state", &self.state.current).finish_non_exhaustive()
    }
}
