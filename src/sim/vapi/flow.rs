//! How calls go: who takes them, what is said, how they end.

use std::time::Duration;

use serde_json::{Value, json};

use super::Core;
use super::check;
use super::record::StoredCall;
use super::state::{Kind, Object, field, text};
use super::webhook::Delivery;

/// How long the host may think about who takes a call (<https://docs.vapi.ai/server-url/events>).
const PATIENCE: Duration = Duration::from_millis(7_500);

/// Who takes a call, or how it ends.
#[derive(Debug, PartialEq)]
enum Decision {
    /// An assistant that Vapi has, with what is different.
    Stored(String, Object),
    /// An assistant of this call alone, with what is different.
    Transient(Object, Object),
    /// Somebody else.
    Forward(Value),
    /// Nobody; the caller is told why.
    Refuse(String),
    /// Nobody.
    End(&'static str),
}

/// Pure: what the answer to `assistant-request` comes to.
fn decide(delivery: &Delivery) -> Decision {
    let Some(answer) = delivery.answer.as_object().filter(|_| matches!(delivery.status, Some(200..=299))) else {
        return Decision::End("assistant-request-failed");
    };
    let given = |name: &str| answer.get(name).filter(|value| !value.is_null());
    let overrides = field(answer, "assistantOverrides");
    if let Some(error) = given("error") {
        let spoken = error.as_str().filter(|error| !error.trim().is_empty());
        let unspeakable = Decision::End("assistant-request-returned-unspeakable-error");
        return spoken.map_or(unspeakable, |error| Decision::Refuse(error.to_owned()));
    }
    let invalid = Decision::End("assistant-request-returned-invalid-assistant");
    match (given("destination"), given("assistantId"), given("assistant")) {
        (Some(destination), ..) if check::is_destination(destination) => Decision::Forward(destination.clone()),
        (Some(_), ..) => Decision::End("assistant-request-failed"),
        (_, Some(id), _) => id.as_str().map_or(invalid, |id| Decision::Stored(id.to_owned(), overrides)),
        (_, _, Some(Value::Object(assistant))) if check::assistant(assistant).is_empty() => {
            Decision::Transient(assistant.clone(), overrides)
        }
        (_, _, Some(_)) => invalid,
        (None, None, None) => Decision::End("assistant-request-returned-no-assistant"),
    }
}

impl Core {
    /// Changes a call, if it is there.
    pub(super) fn change<T>(&self, id: &str, how: impl FnOnce(&mut StoredCall) -> T) -> Option<T> {
        self.lock().call_mut(id).map(how)
    }

    /// Reads a call, if it is there.
    pub(super) fn read<T>(&self, id: &str, how: impl FnOnce(&StoredCall) -> T) -> Option<T> {
        self.lock().call(id).map(how)
    }

    /// Sends a message of a call, unless its server wants none such.
    pub(super) async fn tell(&self, id: &str, kind: &str, more: Value) -> Option<Delivery> {
        let now = self.0.clock.now();
        let (target, body) = {
            let state = self.lock();
            let call = state.call(id).filter(|call| call.wants(kind))?;
            let target = state.target(call, None)?;
            let target = if kind == "assistant-request" { target.within(PATIENCE) } else { target };
            (target, call.message(kind, more, now))
        };
        Some(self.deliver(&target, &body).await)
    }

    /// Somebody calls. Returns the call's id.
    pub(super) async fn ring(&self, from: &str, to: &str, headers: &[(&str, &str)]) -> String {
        let now = self.0.clock.now();
        let (id, is_known) = self.lock().incoming(from, to, headers, now);
        if !is_known {
            // Nobody has the number, so nobody is told.
            self.change(&id, |call| call.end("call.start.error-get-phone-number", now));
            return id;
        }
        let assigned = self.read(&id, |call| text(&call.number, "assistantId").map(ToOwned::to_owned)).flatten();
        let decision = match assigned {
            Some(assistant) => Decision::Stored(assistant, Object::new()),
            None => match self.tell(&id, "assistant-request", Value::Null).await {
                Some(delivery) => decide(&delivery),
                None => Decision::End("call-start-error-neither-assistant-nor-server-set"),
            },
        };
        self.follow(&id, decision).await;
        id
    }

    async fn follow(&self, id: &str, decision: Decision) {
        match decision {
            Decision::Stored(name, overrides) => {
                let found = self.lock().get(Kind::Assistant, &name);
                let Some(assistant) = found else {
                    self.end(id, "assistant-request-returned-invalid-assistant").await;
                    return;
                };
                self.change(id, |call| {
                    call.set("assistantId", name);
                    call.assign(assistant, overrides);
                });
                self.connect(id).await;
            }
            Decision::Transient(assistant, overrides) => {
                self.change(id, |call| {
                    call.set("assistant", assistant.clone());
                    call.assign(assistant, overrides);
                });
                self.connect(id).await;
            }
            Decision::Forward(destination) => {
                self.forward(id, destination).await;
                self.end(id, "assistant-request-returned-forwarding-phone-number").await;
            }
            Decision::Refuse(error) => {
                let now = self.0.clock.now();
                self.change(id, |call| call.say(false, &error, now));
                self.end(id, "assistant-request-returned-error").await;
            }
            Decision::End(reason) => self.end(id, reason).await,
        }
    }

    /// The two begin to talk.
    pub(super) async fn connect(&self, id: &str) {
        let now = self.0.clock.now();
        if self.change(id, |call| call.start(now)) != Some(true) {
            return;
        }
        self.tell(id, "status-update", json!({ "status": "in-progress" })).await;
        let assistant = self.read(id, |call| call.assistant.clone());
        self.tell(id, "assistant.started", json!({ "newAssistant": assistant })).await;
        if let Some(first) = self.read(id, StoredCall::first_message).flatten() {
            self.say(id, false, &first).await;
        }
    }

    pub(super) async fn say(&self, id: &str, by_caller: bool, words: &str) {
        let now = self.0.clock.now();
        let say = |call: &mut StoredCall| {
            if call.is_on() {
                call.say(by_caller, words, now);
            }
            call.is_on()
        };
        if self.change(id, say) != Some(true) {
            return;
        }
        let role = if by_caller { "user" } else { "assistant" };
        let transcript = json!({ "role": role, "transcriptType": "final", "transcript": words });
        for kind in ["transcript", "transcript[transcriptType=\"final\"]"] {
            self.tell(id, kind, transcript.clone()).await;
        }
        let conversation = self.read(id, StoredCall::conversation).unwrap_or_default();
        self.tell(id, "conversation-update", conversation).await;
    }

    /// The call is handed on.
    async fn forward(&self, id: &str, destination: Value) {
        self.change(id, |call| {
            call.set("status", "forwarding");
            call.set("destination", destination.clone());
        });
        self.tell(id, "status-update", json!({ "status": "forwarding", "destination": destination })).await;
    }

    /// Asks where the call is to go, and hands it on: the destination, or why there is none; `None` when the answer is
    /// neither.
    pub(super) async fn transfer(&self, id: &str) -> Option<Result<Value, String>> {
        self.read(id, StoredCall::is_on).filter(|on| *on)?;
        let delivery = self.tell(id, "transfer-destination-request", Value::Null).await?;
        let answer = delivery.answer.as_object().filter(|_| matches!(delivery.status, Some(200..=299)))?;
        if let Some(error) = text(answer, "error") {
            return Some(Err(error.to_owned()));
        }
        let destination = answer.get("destination").filter(|destination| check::is_destination(destination))?;
        self.forward(id, destination.clone()).await;
        Some(Ok(destination.clone()))
    }

    /// The call is over, if it was not yet: its server is told, and gets the report.
    pub(super) async fn end(&self, id: &str, reason: &str) {
        let now = self.0.clock.now();
        if self.change(id, |call| call.end(reason, now)) != Some(true) {
            return;
        }
        self.tell(id, "status-update", json!({ "status": "ended", "endedReason": reason })).await;
        let report = self.read(id, StoredCall::report).unwrap_or_default();
        self.tell(id, "end-of-call-report", report).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decided(status: u16, answer: Value) -> Decision {
        let (kind, call) = ("assistant-request".to_owned(), "c1".to_owned());
        decide(&Delivery { kind, call, status: Some(status), body: Value::Null, answer })
    }

    #[test]
    fn every_answer_to_an_assistant_request_comes_to_something() {
        let none = Object::new;
        let number = json!({ "type": "number", "number": "+14155552671" });
        for (answer, decision) in [
            (json!({ "assistantId": "a1" }), Decision::Stored("a1".to_owned(), none())),
            (json!({ "assistant": {}, "assistantId": null }), Decision::Transient(none(), none())),
            (json!({ "destination": number }), Decision::Forward(number.clone())),
            (json!({ "error": "We are closed." }), Decision::Refuse("We are closed.".to_owned())),
            (json!({ "error": " " }), Decision::End("assistant-request-returned-unspeakable-error")),
            (json!({ "assistant": { "colour": 1 } }), Decision::End("assistant-request-returned-invalid-assistant")),
            (json!({ "assistant": "a1" }), Decision::End("assistant-request-returned-invalid-assistant")),
            (json!({}), Decision::End("assistant-request-returned-no-assistant")),
            (json!([]), Decision::End("assistant-request-failed")),
        ] {
            assert_eq!(decided(200, answer.clone()), decision, "{answer}");
        }
        assert_eq!(decided(500, json!({ "assistantId": "a1" })), Decision::End("assistant-request-failed"));
    }
}
