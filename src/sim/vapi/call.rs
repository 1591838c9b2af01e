use std::fmt;

use serde_json::Value;

use super::Core;
use super::dialogue::{Line, Speaker};
use super::state::text;
use super::tool::{ToolOutcome, ToolShape};

/// A call, from the side of those who talk. Clones are the same one.
///
/// What happens in it is sent to the host before a method returns. Once it is over nothing happens in it any more.
#[derive(Clone)]
pub struct SimCall {
    core: Core,
    id: String,
}

/// Where a call goes.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Transfer {
    /// There.
    To(Value),
    /// Nowhere, and why.
    Refused(String),
    /// The answer came too late, or says neither.
    Missing,
}

impl SimCall {
    pub(super) fn new(core: Core, id: String) -> Self {
        Self { core, id }
    }

    /// Its id at Vapi.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// All its tool calls have this shape; without, each has another one than the one before.
    #[must_use]
    pub fn with_shape(self, shape: ToolShape) -> Self {
        self.core.change(&self.id, |call| call.shape = Some(shape));
        self
    }

    /// What the analysis says that it was about; nothing by default.
    #[must_use]
    pub fn with_summary(self, summary: impl Into<String>) -> Self {
        self.with_analysis("summary", Value::String(summary.into()))
    }

    /// What the analysis fills in; nothing by default.
    #[must_use]
    pub fn with_structured_data(self, data: Value) -> Self {
        self.with_analysis("structuredData", data)
    }

    /// Whether the analysis takes it for a success, on the assistant's scale; `true` by default.
    #[must_use]
    pub fn with_success(self, success: impl Into<String>) -> Self {
        self.with_analysis("successEvaluation", Value::String(success.into()))
    }

    fn with_analysis(self, name: &str, value: Value) -> Self {
        self.core.change(&self.id, |call| call.analysis.insert(name.to_owned(), value));
        self
    }

    /// Somebody says something.
    pub async fn say(&self, by_caller: bool, words: &str) {
        self.core.say(&self.id, by_caller, words).await;
    }

    /// The assistant uses a tool.
    pub async fn tool(&self, name: &str, arguments: Value) -> ToolOutcome {
        self.tools(vec![(name, arguments)]).await.pop().unwrap_or(ToolOutcome::Missing)
    }

    /// The assistant uses several tools at once. What comes of them stands in the same order.
    pub async fn tools(&self, tools: Vec<(&str, Value)>) -> Vec<ToolOutcome> {
        self.core.tools(&self.id, tools, false).await.0
    }

    /// The assistant uses a tool, and the very same request is sent twice at once.
    ///
    /// A function of old has no id to be told from another by, and is not sent so unless the call
    /// [has that shape](Self::with_shape).
    pub async fn tool_twice(&self, name: &str, arguments: Value) -> (ToolOutcome, ToolOutcome) {
        let (mut first, mut again) = self.core.tools(&self.id, vec![(name, arguments)], true).await;
        (first.pop().unwrap_or(ToolOutcome::Missing), again.pop().unwrap_or(ToolOutcome::Missing))
    }

    /// The assistant wants to hand the call on, and asks where to. It is `forwarding` then, until it is
    /// [over](Self::hang_up).
    pub async fn transfer(&self) -> Transfer {
        match self.core.transfer(&self.id).await {
            Some(Ok(destination)) => Transfer::To(destination),
            Some(Err(error)) => Transfer::Refused(error),
            None => Transfer::Missing,
        }
    }

    /// The call ends for a reason of Vapi's, such as `customer-ended-call`, and the host gets the report.
    pub async fn hang_up(&self, reason: &str) {
        self.core.end(&self.id, reason).await;
    }

    /// Whether it is over; one that there is not is, too.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.core.read(&self.id, |call| call.is_over()).unwrap_or(true)
    }

    /// Why it ended.
    #[must_use]
    pub fn ended_reason(&self) -> Option<String> {
        self.core.read(&self.id, |call| text(&call.json, "endedReason").map(ToOwned::to_owned)).flatten()
    }

    /// Who speaks: the assistant's definition, with what is different for this call.
    #[must_use]
    pub fn assistant(&self) -> Option<Value> {
        self.core.read(&self.id, |call| call.assistant.clone().map(Value::Object)).flatten()
    }

    /// What was said.
    #[must_use]
    pub fn said(&self) -> Vec<Line> {
        let line = |(by_caller, words): (bool, String)| {
            let who = if by_caller { Speaker::Caller } else { Speaker::Assistant };
            Line::new(who, words)
        };
        self.core.read(&self.id, |call| call.said()).unwrap_or_default().into_iter().map(line).collect()
    }

    /// As `GET /call/{id}` shows it; null when there is none.
    #[must_use]
    pub fn json(&self) -> Value {
        self.core.read(&self.id, |call| Value::Object(call.shown())).unwrap_or_default()
    }
}

impl fmt::Debug for SimCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimCall").field("id", &self.id).finish_non_exhaustive()
    }
}
