use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::fault::Fault;
use super::record::StoredCall;
use super::webhook::{Auth, Delivery, Target};
use crate::secret::Secret;
use crate::transport::Transport;

pub(super) type Object = Map<String, Value>;

/// Whose everything is.
const ORGANIZATION: &str = "0a5c1b7e-3f52-4c1d-9e0b-6d2f8a417c35";

/// What the REST API keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Assistant,
    Tool,
    PhoneNumber,
    Call,
}

impl Kind {
    pub(super) fn of(path: &str) -> Option<Self> {
        Some(match path {
            "assistant" => Self::Assistant,
            "tool" => Self::Tool,
            "phone-number" => Self::PhoneNumber,
            "call" => Self::Call,
            _ => return None,
        })
    }
}

/// A text of an object.
pub(super) fn text<'a>(object: &'a Object, name: &str) -> Option<&'a str> {
    object.get(name).and_then(Value::as_str)
}

/// An object of an object; empty when there is none.
pub(super) fn field(object: &Object, name: &str) -> Object {
    object.get(name).and_then(Value::as_object).cloned().unwrap_or_default()
}

/// What is no object is an empty one.
pub(super) fn object(value: Value) -> Object {
    match value {
        Value::Object(object) => object,
        _ => Object::new(),
    }
}

pub(super) fn instant(at: DateTime<Utc>) -> Value {
    at.to_rfc3339_opts(SecondsFormat::Millis, true).into()
}

pub(super) struct State {
    seed: u64,
    /// Counts everything that needs a name.
    count: u64,
    /// Everything but calls, oldest first.
    things: BTreeMap<Kind, Vec<Object>>,
    /// Oldest first.
    pub(super) calls: Vec<StoredCall>,
    pub(super) faults: VecDeque<Fault>,
    pub(super) delivered: Vec<Delivery>,
    /// Where messages go that nothing else has an address for, and the secret of all.
    pub(super) server: Option<(String, Secret)>,
    pub(super) auth: Auth,
    /// Carries messages to the host.
    pub(super) webhooks: Arc<dyn Transport>,
}

impl State {
    pub(super) fn new(seed: u64, server: Option<(String, Secret)>, auth: Auth, webhooks: Arc<dyn Transport>) -> Self {
        Self {
            seed,
            count: 0,
            things: BTreeMap::new(),
            calls: Vec::new(),
            faults: VecDeque::new(),
            delivered: Vec::new(),
            server,
            auth,
            webhooks,
        }
    }

    pub(super) fn next(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    /// 64 hexadecimal digits that nothing else has.
    pub(super) fn digits(&mut self) -> String {
        let number = self.next();
        let name = format!("{}/{number}", self.seed);
        Sha256::digest(name.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    pub(super) fn uuid(&mut self) -> String {
        let digits = self.digits();
        let part = |range: std::ops::Range<usize>| digits.get(range).unwrap_or_default();
        format!("{}-{}-4{}-8{}-{}", part(0..8), part(8..12), part(12..15), part(15..18), part(18..30))
    }

    /// Gives a new object what all have, and returns its id.
    pub(super) fn name(&mut self, thing: &mut Object, now: DateTime<Utc>) -> String {
        let id = self.uuid();
        thing.insert("id".into(), id.clone().into());
        thing.insert("orgId".into(), ORGANIZATION.into());
        thing.insert("createdAt".into(), instant(now));
        thing.insert("updatedAt".into(), instant(now));
        id
    }

    pub(super) fn insert(&mut self, kind: Kind, mut thing: Object, now: DateTime<Utc>) -> Object {
        self.name(&mut thing, now);
        self.things.entry(kind).or_default().push(thing.clone());
        thing
    }

    /// Oldest first.
    pub(super) fn all(&self, kind: Kind) -> Vec<Object> {
        match kind {
            Kind::Call => self.calls.iter().map(StoredCall::shown).collect(),
            _ => self.things.get(&kind).cloned().unwrap_or_default(),
        }
    }

    pub(super) fn get(&self, kind: Kind, id: &str) -> Option<Object> {
        self.all(kind).into_iter().find(|thing| text(thing, "id") == Some(id))
    }

    /// Sets what is named; `null` takes it away.
    pub(super) fn update(&mut self, kind: Kind, id: &str, change: Object, now: DateTime<Utc>) -> Option<Object> {
        let thing = match kind {
            Kind::Call => &mut self.call_mut(id)?.json,
            _ => self.things.get_mut(&kind)?.iter_mut().find(|thing| text(thing, "id") == Some(id))?,
        };
        for (name, value) in change {
            if value.is_null() {
                thing.remove(&name);
            } else {
                thing.insert(name, value);
            }
        }
        thing.insert("updatedAt".into(), instant(now));
        self.get(kind, id)
    }

    pub(super) fn remove(&mut self, kind: Kind, id: &str) -> Option<Object> {
        let gone = self.get(kind, id)?;
        self.calls.retain(|call| call.id() != id);
        for things in self.things.values_mut() {
            things.retain(|thing| text(thing, "id") != Some(id));
        }
        Some(gone)
    }

    pub(super) fn call(&self, id: &str) -> Option<&StoredCall> {
        self.calls.iter().find(|call| call.id() == id)
    }

    pub(super) fn call_mut(&mut self, id: &str) -> Option<&mut StoredCall> {
        self.calls.iter_mut().find(|call| call.id() == id)
    }

    /// The phone number behind a number or a SIP address.
    pub(super) fn number(&self, address: &str) -> Option<Object> {
        let is_it = |number: &Object| {
            ["number", "sipUri"]
                .into_iter()
                .any(|name| text(number, name).is_some_and(|own| own.eq_ignore_ascii_case(address)))
        };
        self.all(Kind::PhoneNumber).into_iter().find(is_it)
    }

    /// A tool of a call's assistant, by the name of its function.
    pub(super) fn tool(&self, call: &StoredCall, name: &str) -> Option<Value> {
        let model = call.assistant.as_ref()?.get("model")?;
        let list = |name: &str| model.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
        let stored: Vec<Value> = list("toolIds")
            .iter()
            .filter_map(Value::as_str)
            .filter_map(|id| self.get(Kind::Tool, id))
            .map(Value::Object)
            .collect();
        let is_it = |tool: &Value| tool.pointer("/function/name").and_then(Value::as_str) == Some(name);
        list("tools").into_iter().chain(stored).find(is_it)
    }

    /// Where a call's messages go: to the tool's server if they are about one, else to the assistant's, the number's or
    /// the organization's (<https://docs.vapi.ai/server-url/setting-server-urls>).
    pub(super) fn target(&self, call: &StoredCall, tool: Option<&str>) -> Option<Target> {
        let tool = tool.and_then(|name| self.tool(call, name));
        let places = [
            tool.as_ref().and_then(|tool| tool.get("server")),
            call.assistant.as_ref().and_then(|assistant| assistant.get("server")),
            call.number.get("server"),
        ];
        let own = places.into_iter().flatten().find_map(Target::of);
        own.or_else(|| self.server.as_ref().map(|(url, _)| Target::new(url)))
    }
}
