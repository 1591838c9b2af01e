//! A scripted talk, for demonstrations: what the caller says, and what the assistant does about it.
//!
//! There is no model behind it: the assistant says what the script says, or what a tool has answered.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//! use frontdesk::sim::Vapi;
//! use frontdesk::sim::vapi::ToolShape;
//! use frontdesk::sim::vapi::dialogue::{Dialogue, Speaker};
//! use frontdesk::transport::Stub;
//! use serde_json::json;
//!
//! let host = Stub::new()
//!     .reply(200, r#"{"assistant":{"serverMessages":[]}}"#)
//!     .reply(200, r#"{"result":"We are open from nine to five."}"#);
//! let sim = Vapi::builder().server("https://desk.example/vapi", "secret").webhooks(Arc::new(host)).in_process()?;
//! sim.own_number("+15551230000");
//! let call = sim.ring("+14155552671", "+15551230000").await.with_shape(ToolShape::LegacyFunctionCall);
//!
//! let dialogue = Dialogue::new()
//!     .caller("When are you open?")
//!     .uses("opening_hours", json!({ "day": "today" }))
//!     .caller("Thank you!")
//!     .replies("Goodbye.");
//! let lines = dialogue.play(&call).await;
//! assert_eq!(lines[1].who, Speaker::Tool);
//! assert_eq!(lines[2].to_string(), "assistant: We are open from nine to five.");
//! assert_eq!(lines.len(), 5);
//! # Ok(()) }
//! ```

use std::fmt;

use serde_json::Value;

use super::call::SimCall;

/// What an assistant says when a tool has given nothing.
const SORRY: &str = "I am sorry, that did not work.";

/// Who a line belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Speaker {
    /// The caller.
    Caller,
    /// The assistant.
    Assistant,
    /// Nobody: a tool is used.
    Tool,
}

impl fmt::Display for Speaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Caller => "caller",
            Self::Assistant => "assistant",
            Self::Tool => "tool",
        })
    }
}

/// Something that is said or done.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Line {
    /// By whom.
    pub who: Speaker,
    /// The words; of a tool its name and what it is given.
    pub text: String,
}

impl Line {
    pub(super) fn new(who: Speaker, text: impl Into<String>) -> Self {
        Self { who, text: text.into() }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.who, self.text)
    }
}

#[derive(Debug, Clone)]
enum Step {
    Caller(String),
    Reply(String),
    Tool(String, Value),
}

/// A talk that is played in a call.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct Dialogue {
    steps: Vec<Step>,
}

impl Dialogue {
    /// Nobody says anything yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The caller says something.
    pub fn caller(mut self, words: impl Into<String>) -> Self {
        self.steps.push(Step::Caller(words.into()));
        self
    }

    /// The assistant says something.
    pub fn replies(mut self, words: impl Into<String>) -> Self {
        self.steps.push(Step::Reply(words.into()));
        self
    }

    /// The assistant uses a tool, and says what it has answered.
    pub fn uses(mut self, tool: impl Into<String>, arguments: Value) -> Self {
        self.steps.push(Step::Tool(tool.into(), arguments));
        self
    }

    /// Plays it to the end, and returns all that was said and done.
    pub async fn play(&self, call: &SimCall) -> Vec<Line> {
        self.play_to(call, |_| {}).await
    }

    /// The same, with each line shown as it comes.
    pub async fn play_to(&self, call: &SimCall, mut show: impl FnMut(&Line)) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut add = |who: Speaker, words: String| {
            let line = Line::new(who, words);
            show(&line);
            lines.push(line);
        };
        for step in &self.steps {
            match step {
                Step::Caller(words) => {
                    add(Speaker::Caller, words.clone());
                    call.say(true, words).await;
                }
                Step::Reply(words) => {
                    add(Speaker::Assistant, words.clone());
                    call.say(false, words).await;
                }
                Step::Tool(name, arguments) => {
                    add(Speaker::Tool, format!("{name} {arguments}"));
                    let outcome = call.tool(name, arguments.clone()).await;
                    let words = outcome.text().unwrap_or(SORRY);
                    add(Speaker::Assistant, words.to_owned());
                    call.say(false, words).await;
                }
            }
        }
        lines
    }
}
