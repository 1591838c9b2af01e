use std::collections::{BTreeMap, HashMap, VecDeque};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::{Map, Value, json};

use super::fault::Fault;
use crate::secret::Secret;

/// A stored event: its JSON, and when it last changed.
#[derive(Clone)]
pub(super) struct Stored {
    pub(super) json: Map<String, Value>,
    pub(super) changed: u64,
}

impl Stored {
    pub(super) fn is_deleted(&self) -> bool {
        self.json.get("status").and_then(Value::as_str) == Some("cancelled")
    }
}

pub(super) struct Calendar {
    pub(super) summary: String,
    pub(super) zone: Tz,
    pub(super) events: BTreeMap<String, Stored>,
    /// Sync tokens from before this are too old.
    pub(super) oldest: u64,
    /// What freeBusy says of it in the place of its times.
    pub(super) error: Option<String>,
}

pub(super) struct Channel {
    pub(super) calendar: String,
    pub(super) address: String,
    pub(super) token: Option<String>,
    pub(super) resource: String,
    pub(super) expires: DateTime<Utc>,
    pub(super) number: u64,
}

/// A code that somebody is about to bring back.
pub(super) struct Code {
    pub(super) redirect: String,
    pub(super) challenge: Option<String>,
    pub(super) scopes: String,
    pub(super) offline: bool,
    pub(super) expires: DateTime<Utc>,
}

pub(super) struct Access {
    pub(super) scopes: String,
    pub(super) expires: DateTime<Utc>,
}

/// A push notification that waits.
pub(super) struct Push {
    pub(super) address: String,
    pub(super) headers: Vec<(&'static str, String)>,
}

pub(super) struct State {
    pub(super) account: String,
    pub(super) client: (String, Secret),
    pub(super) calendars: BTreeMap<String, Calendar>,
    pub(super) codes: HashMap<String, Code>,
    /// Refresh tokens and what they allow.
    pub(super) refresh: HashMap<String, String>,
    pub(super) access: HashMap<String, Access>,
    pub(super) channels: BTreeMap<String, Channel>,
    /// Names of channels that were used before.
    pub(super) used: Vec<String>,
    pub(super) pushes: VecDeque<Push>,
    pub(super) faults: VecDeque<Option<Fault>>,
    pub(super) token_error: Option<String>,
    pub(super) latency: std::time::Duration,
    /// Counts changes and everything that needs a name.
    pub(super) count: u64,
    /// Invitations that went out: event, address and what they say.
    pub(super) invitations: Vec<(String, String, String)>,
    pub(super) refreshes: u64,
}

/// What Google refuses: status, reason and words.
pub(super) struct Refusal(pub(super) u16, pub(super) &'static str, pub(super) &'static str);

pub(super) type Outcome = Result<Value, Refusal>;

impl State {
    pub(super) fn new(account: &str, client: (String, Secret), zone: Tz) -> Self {
        let calendar = Calendar { summary: account.into(), zone, events: BTreeMap::new(), oldest: 0, error: None };
        Self {
            account: account.to_owned(),
            client,
            calendars: BTreeMap::from([(account.to_owned(), calendar)]),
            codes: HashMap::new(),
            refresh: HashMap::new(),
            access: HashMap::new(),
            channels: BTreeMap::new(),
            used: Vec::new(),
            pushes: VecDeque::new(),
            faults: VecDeque::new(),
            token_error: None,
            latency: std::time::Duration::ZERO,
            count: 0,
            invitations: Vec::new(),
            refreshes: 0,
        }
    }

    pub(super) fn next(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    /// The calendar's own name: `primary` is the account's.
    pub(super) fn calendar_id(&self, id: &str) -> Option<String> {
        let id = if id == "primary" { self.account.as_str() } else { id };
        self.calendars.contains_key(id).then(|| id.to_owned())
    }

    /// Writes an event and tells those who watch.
    pub(super) fn write(
        &mut self,
        calendar: &str,
        id: &str,
        mut json: Map<String, Value>,
        now: DateTime<Utc>,
    ) -> Value {
        let changed = self.next();
        json.insert("etag".into(), format!("\"{}\"", 3_400_000_000_000_000_u64 + changed).into());
        json.insert("updated".into(), now.to_rfc3339_opts(chrono::SecondsFormat::Millis, true).into());
        let value = Value::Object(json.clone());
        if let Some(calendar) = self.calendars.get_mut(calendar) {
            calendar.events.insert(id.to_owned(), Stored { json, changed });
        }
        self.tell(calendar, "exists", now);
        value
    }

    fn tell(&mut self, calendar: &str, state: &str, now: DateTime<Utc>) {
        for (id, channel) in self.channels.iter_mut().filter(|(_, channel)| channel.calendar == calendar) {
            if channel.expires > now {
                self.pushes.push_back(channel.push(id, state));
            }
        }
    }

    /// What every new event has.
    pub(super) fn fresh(&self, calendar: &str, id: &str, now: DateTime<Utc>) -> Map<String, Value> {
        let person = json!({ "email": self.account, "self": calendar == self.account });
        let created = now.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        let fresh = json!({
            "kind": "calendar#event", "id": id, "status": "confirmed", "created": created,
            "htmlLink": format!("https://www.google.com/calendar/event?eid={id}"),
            "iCalUID": format!("{id}@google.com"), "creator": person, "organizer": person, "sequence": 0,
            "reminders": { "useDefault": true }, "eventType": "default",
        });
        fresh.as_object().cloned().unwrap_or_default()
    }
}

impl Channel {
    pub(super) fn push(&mut self, id: &str, state: &str) -> Push {
        self.number += 1;
        let mut headers = vec![
            ("x-goog-channel-id", id.to_owned()),
            ("x-goog-message-number", self.number.to_string()),
            ("x-goog-resource-id", self.resource.clone()),
            ("x-goog-resource-state", state.to_owned()),
            ("x-goog-resource-uri", "https://www.googleapis.com/calendar/v3/calendars/events?alt=json".to_owned()),
            ("x-goog-channel-expiration", self.expires.format("%a, %d %b %Y %H:%M:%S GMT").to_string()),
        ];
        headers.extend(self.token.clone().map(|token| ("x-goog-channel-token", token)));
        Push { address: self.address.clone(), headers }
    }
}
