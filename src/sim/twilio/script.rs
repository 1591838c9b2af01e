//! What the people in a simulated call do.

use std::collections::{HashMap, VecDeque};

use super::Core;
use super::message::Draft;
use super::transcript::{Entry, Transcript};
use crate::phone::E164;

/// How somebody who is called behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Callee {
    /// Answers and talks for this many seconds.
    Answers(u32),
    /// Lets it ring.
    NoAnswer,
    /// Is busy.
    Busy,
    /// Cannot be reached.
    Fails,
    /// The caller gives up while it rings.
    CallerHangsUp,
    /// Answers, and after this many seconds of talk it is the caller who hangs up.
    CallerEnds(u32),
}

impl Callee {
    pub(super) fn status(self) -> &'static str {
        match self {
            Self::Answers(_) | Self::CallerEnds(_) => "completed",
            Self::NoAnswer | Self::CallerHangsUp => "no-answer",
            Self::Busy => "busy",
            Self::Fails => "failed",
        }
    }
}

/// What the caller does when asked for something.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Input {
    /// Presses keys.
    Keys(String),
    /// Says something.
    Speech(String),
    /// Does nothing.
    Silence,
    /// Leaves a message of this many seconds and presses the finishing key.
    Message(u32),
    /// Leaves a message of this many seconds and hangs up.
    MessageAndHangUp(u32),
    /// Hangs up.
    HangUp,
}

/// A call that somebody is about to place.
#[derive(Debug, Clone)]
#[must_use]
pub struct CallScript {
    pub(super) core: Core,
    pub(super) from: String,
    pub(super) to: E164,
    pub(super) callees: HashMap<String, Callee>,
    pub(super) others: Callee,
    pub(super) inputs: VecDeque<Input>,
}

impl CallScript {
    pub(super) fn new(core: Core, from: String, to: E164) -> Self {
        Self { core, from, to, callees: HashMap::new(), others: Callee::NoAnswer, inputs: VecDeque::new() }
    }

    /// How one of those who may be called behaves: a number, SIP address or `client:` name.
    pub fn callee(mut self, address: impl Into<String>, behaviour: Callee) -> Self {
        self.callees.insert(address.into(), behaviour);
        self
    }

    /// How everybody else who may be called behaves; nobody answers by default.
    pub fn others(mut self, behaviour: Callee) -> Self {
        self.others = behaviour;
        self
    }

    /// The caller presses keys when asked.
    pub fn press(self, keys: impl Into<String>) -> Self {
        self.then(Input::Keys(keys.into()))
    }

    /// The caller says something when asked.
    pub fn say(self, words: impl Into<String>) -> Self {
        self.then(Input::Speech(words.into()))
    }

    /// What the caller does next when asked; nothing when the script is used up.
    pub fn then(mut self, input: Input) -> Self {
        self.inputs.push_back(input);
        self
    }

    /// Places the call and follows it to its end.
    pub async fn place(self) -> Transcript {
        Run::inbound(self).await
    }
}

/// A call as it runs.
pub(super) struct Run {
    pub(super) core: Core,
    pub(super) script: CallScript,
    pub(super) transcript: Transcript,
    pub(super) status: &'static str,
    /// How long the call has lasted, in seconds.
    pub(super) seconds: u32,
    pub(super) fetches: u32,
    /// The caller has hung up.
    pub(super) gone: bool,
    pub(super) direction: &'static str,
}

impl Run {
    /// Sends a text that a document asked for.
    pub(super) fn texted(core: &Core, draft: Draft, direction: &'static str, transcript: &mut Transcript) {
        let to = draft.to.clone().unwrap_or_default();
        match core.send(draft, direction) {
            Ok(sid) => transcript.push(Entry::Texted { to, sid }),
            Err(refusal) => transcript.push(Entry::Error(format!("{} {}", refusal.code, refusal.message))),
        }
    }
}
