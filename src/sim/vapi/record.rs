use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::state::{Object, field, instant, object, text};
use super::tool::{Asked, ToolOutcome, ToolShape};

/// What a server is sent when the assistant does not say what it wants
/// (<https://docs.vapi.ai/api-reference/assistants/create>).
const USUAL: &[&str] = &[
    "conversation-update",
    "end-of-call-report",
    "function-call",
    "hang",
    "speech-update",
    "status-update",
    "tool-calls",
    "transfer-destination-request",
    "handoff-destination-request",
    "user-interrupted",
    "assistant.started",
];

/// What is sent in any case, for somebody waits for the answer.
const ALWAYS: &[&str] = &["assistant-request", "tool-calls", "function-call", "transfer-destination-request"];

/// What a server never gets to see of a phone number.
const HIDDEN: &[&str] = &["twilioAuthToken", "twilioApiKey", "twilioApiSecret", "authentication"];

/// What a minute costs, in dollars.
const PRICE: f64 = 0.11;

/// A call, and what was said in it.
pub(super) struct StoredCall {
    /// As the REST API shows it, but for what was made of it.
    pub(super) json: Object,
    pub(super) number: Object,
    /// Who speaks, with what is different for this call.
    pub(super) assistant: Option<Object>,
    pub(super) analysis: Object,
    /// The shape of all its tool calls, if they have one.
    pub(super) shape: Option<ToolShape>,
    /// Which shape is next where they have not.
    turn: usize,
    messages: Vec<Value>,
    started: Option<DateTime<Utc>>,
}

impl StoredCall {
    pub(super) fn new(json: Object, number: Object, turn: usize) -> Self {
        let analysis = object(json!({ "successEvaluation": "true" }));
        Self { json, number, assistant: None, analysis, shape: None, turn, messages: Vec::new(), started: None }
    }

    pub(super) fn id(&self) -> &str {
        text(&self.json, "id").unwrap_or_default()
    }

    pub(super) fn is_outbound(&self) -> bool {
        text(&self.json, "type") == Some("outboundPhoneCall")
    }

    pub(super) fn has_started(&self) -> bool {
        self.started.is_some()
    }

    pub(super) fn is_over(&self) -> bool {
        text(&self.json, "status") == Some("ended")
    }

    /// Whether the two are talking.
    pub(super) fn is_on(&self) -> bool {
        self.has_started() && !self.is_over()
    }

    pub(super) fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.json.insert(name.to_owned(), value.into());
    }

    /// An assistant takes the call.
    pub(super) fn assign(&mut self, mut assistant: Object, overrides: Object) {
        let mut all = field(&self.json, "assistantOverrides");
        let mut variables = field(&all, "variableValues");
        variables.extend(field(&overrides, "variableValues"));
        all.extend(overrides);
        if !variables.is_empty() {
            all.insert("variableValues".into(), Value::Object(variables));
        }
        for (name, value) in &all {
            if !["variableValues", "tools:append"].contains(&name.as_str()) {
                assistant.insert(name.clone(), value.clone());
            }
        }
        if !all.is_empty() {
            self.set("assistantOverrides", all);
        }
        self.assistant = Some(assistant);
    }

    fn variables(&self) -> Object {
        field(&field(&self.json, "assistantOverrides"), "variableValues")
    }

    /// What the assistant says of its own accord.
    pub(super) fn first_message(&self) -> Option<String> {
        let assistant = self.assistant.as_ref()?;
        if text(assistant, "firstMessageMode").is_some_and(|mode| mode != "assistant-speaks-first") {
            return None;
        }
        let mut message = text(assistant, "firstMessage").filter(|message| !message.is_empty())?.to_owned();
        for (name, value) in &self.variables() {
            let value = value.as_str().unwrap_or_default();
            for place in [format!("{{{{{name}}}}}"), format!("{{{{ {name} }}}}")] {
                message = message.replace(&place, value);
            }
        }
        Some(message)
    }

    /// False when it cannot begin any more.
    pub(super) fn start(&mut self, now: DateTime<Utc>) -> bool {
        if self.has_started() || self.is_over() {
            return false;
        }
        self.started = Some(now);
        self.set("status", "in-progress");
        self.set("startedAt", instant(now));
        self.set("updatedAt", instant(now));
        true
    }

    /// False when it is over already.
    pub(super) fn end(&mut self, reason: &str, now: DateTime<Utc>) -> bool {
        if self.is_over() {
            return false;
        }
        let cost = (self.seconds(now) / 60.0 * PRICE * 10_000.0).round() / 10_000.0;
        self.set("status", "ended");
        self.set("endedReason", reason);
        self.set("endedAt", instant(now));
        self.set("updatedAt", instant(now));
        self.set("cost", cost);
        self.set("costs", Vec::<Value>::new());
        true
    }

    pub(super) fn say(&mut self, by_caller: bool, words: &str, now: DateTime<Utc>) {
        let role = if by_caller { "user" } else { "bot" };
        self.note(json!({ "role": role, "message": words, "endTime": now.timestamp_millis() }), now);
    }

    pub(super) fn note_calls(&mut self, asked: &[Asked], now: DateTime<Utc>) {
        let calls: Vec<Value> = asked.iter().map(|asked| asked.function(true)).collect();
        self.note(json!({ "role": "tool_calls", "message": "", "toolCalls": calls }), now);
    }

    pub(super) fn note_result(&mut self, asked: &Asked, outcome: &ToolOutcome, now: DateTime<Utc>) {
        let result = outcome.text().unwrap_or("No result returned.");
        let note = json!({ "role": "tool_call_result", "toolCallId": asked.id, "name": asked.name, "result": result });
        self.note(note, now);
    }

    fn note(&mut self, what: Value, now: DateTime<Utc>) {
        let seconds = self.seconds(now);
        let mut message = object(what);
        message.insert("time".into(), now.timestamp_millis().into());
        message.insert("secondsFromStart".into(), seconds.into());
        self.messages.push(Value::Object(message));
    }

    /// How long it has been going on.
    fn seconds(&self, now: DateTime<Utc>) -> f64 {
        let millis = self.started.map_or(0, |started| (now - started).num_milliseconds());
        i32::try_from(millis).map_or(0.0, f64::from) / 1_000.0
    }

    /// The shape of the next tool calls: the functions of old cannot ask for many at once, nor be told from their
    /// repetition.
    pub(super) fn next_shape(&mut self, many: bool, twice: bool) -> ToolShape {
        if let Some(shape) = self.shape.filter(|shape| !many || *shape != ToolShape::LegacyFunctionCall) {
            return shape;
        }
        loop {
            let shape = ToolShape::nth(self.turn);
            self.turn += 1;
            if shape != ToolShape::LegacyFunctionCall || !(many || twice) {
                return shape;
            }
        }
    }

    /// Whether the server is sent such messages.
    pub(super) fn wants(&self, kind: &str) -> bool {
        let asked = self.assistant.as_ref().and_then(|assistant| assistant.get("serverMessages")?.as_array());
        match asked {
            _ if ALWAYS.contains(&kind) => true,
            Some(asked) => asked.iter().any(|one| one.as_str() == Some(kind)),
            None => USUAL.contains(&kind),
        }
    }

    /// What was said, and whether the caller said it.
    pub(super) fn said(&self) -> Vec<(bool, String)> {
        let line = |message: &Value| {
            let by_caller = match message.get("role")?.as_str()? {
                "user" => true,
                "bot" => false,
                _ => return None,
            };
            Some((by_caller, message.get("message")?.as_str()?.to_owned()))
        };
        self.messages.iter().filter_map(line).collect()
    }

    pub(super) fn transcript(&self) -> String {
        let line = |(by_caller, words): (bool, String)| format!("{}: {words}\n", if by_caller { "User" } else { "AI" });
        self.said().into_iter().map(line).collect()
    }

    /// The talk so far, as `conversation-update` tells it.
    pub(super) fn conversation(&self) -> Value {
        let message = |(by_caller, words): (bool, String)| {
            let role = if by_caller { "user" } else { "assistant" };
            json!({ "role": role, "content": words })
        };
        let formatted: Vec<Value> = self.said().into_iter().map(message).collect();
        json!({ "messages": self.messages, "messagesOpenAIFormatted": formatted })
    }

    fn artifact(&self) -> Object {
        let mut artifact = object(self.conversation());
        artifact.insert("transcript".into(), self.transcript().into());
        artifact.insert("variableValues".into(), Value::Object(self.variables()));
        if self.has_started() && self.is_over() {
            let url = format!("https://storage.vapi.invalid/{}-mono.wav", self.id());
            artifact.insert("recordingUrl".into(), url.clone().into());
            artifact.insert("recording".into(), json!({ "mono": { "combinedUrl": url } }));
        }
        artifact
    }

    /// As the REST API shows it.
    pub(super) fn shown(&self) -> Object {
        let mut shown = self.json.clone();
        if self.is_over() {
            shown.insert("artifact".into(), Value::Object(self.artifact()));
            shown.insert("analysis".into(), Value::Object(self.analysis.clone()));
        }
        shown
    }

    /// What the last message tells.
    pub(super) fn report(&self) -> Value {
        let mut report = Object::new();
        for name in ["endedReason", "startedAt", "endedAt", "cost", "costs", "destination"] {
            if let Some(value) = self.json.get(name) {
                report.insert(name.to_owned(), value.clone());
            }
        }
        report.insert("analysis".into(), Value::Object(self.analysis.clone()));
        Value::Object(report)
    }

    /// A message to the server (<https://docs.vapi.ai/server-url/events>).
    pub(super) fn message(&self, kind: &str, more: Value, now: DateTime<Utc>) -> Value {
        let mut number = self.number.clone();
        number.retain(|name, _| !HIDDEN.contains(&name.as_str()));
        let mut message = object(json!({
            "timestamp": now.timestamp_millis(), "type": kind, "call": self.json, "phoneNumber": number,
            "customer": self.json.get("customer"), "artifact": self.artifact(),
        }));
        if let Some(assistant) = &self.assistant {
            message.insert("assistant".into(), Value::Object(assistant.clone()));
        }
        message.extend(object(more));
        json!({ "message": message })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call() -> StoredCall {
        let json = json!({ "id": "c1", "status": "ringing", "customer": { "number": "+14155552671" } });
        let number = json!({ "number": "+15551230000", "twilioAuthToken": "canary" });
        StoredCall::new(object(json), object(number), 0)
    }

    #[test]
    fn what_is_different_for_a_call_replaces_what_the_assistant_has() {
        let mut call = call();
        call.set("assistantOverrides", json!({ "variableValues": { "visit": "tomorrow" } }));
        let assistant = json!({ "firstMessage": "Hello", "serverMessages": ["hang"] });
        let overrides = json!({ "firstMessage": "Hello {{name}}, {{ visit }}?", "variableValues": { "name": "Anna" } });
        call.assign(object(assistant), object(overrides));
        assert_eq!(call.first_message().as_deref(), Some("Hello Anna, tomorrow?"));
        assert!(call.wants("hang") && call.wants("tool-calls") && !call.wants("status-update"));
    }

    #[test]
    fn a_call_is_over_once_and_has_a_report() {
        let mut call = call();
        let start: DateTime<Utc> = "2026-12-01T15:00:00Z".parse().unwrap();
        assert!(call.wants("status-update") && !call.wants("transcript"));
        assert!(call.start(start) && !call.start(start));
        call.say(false, "Hello", start);
        let later = start + chrono::TimeDelta::seconds(90);
        call.say(true, "Hi", later);
        assert!(call.end("customer-ended-call", later) && !call.end("silence-timed-out", later));
        assert_eq!(call.transcript(), "AI: Hello\nUser: Hi\n");
        let message = call.message("end-of-call-report", call.report(), later);
        assert_eq!(message["message"]["cost"], 0.165);
        assert_eq!(message["message"]["timestamp"], later.timestamp_millis());
        assert_eq!(message["message"]["artifact"]["messages"][1]["secondsFromStart"], 90.0);
        assert!(!message.to_string().contains("canary"));
    }

    #[test]
    fn functions_of_old_are_never_many_and_not_repeated_unasked() {
        let mut call = call();
        let shapes: Vec<_> = (0..6).map(|_| call.next_shape(false, false)).collect();
        assert_eq!(shapes, ToolShape::ALL);
        assert!((0..12).all(|_| call.next_shape(true, false) != ToolShape::LegacyFunctionCall));
        assert!((0..12).all(|_| call.next_shape(false, true) != ToolShape::LegacyFunctionCall));
        call.shape = Some(ToolShape::LegacyFunctionCall);
        assert_eq!(call.next_shape(false, true), ToolShape::LegacyFunctionCall);
        assert_ne!(call.next_shape(true, false), ToolShape::LegacyFunctionCall);
    }
}
