use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use chrono::{DateTime, Utc};

use super::callback::{Job, Order};
use super::fault::Fault;
use crate::phone::E164;

/// The webhooks of a number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct NumberSettings {
    /// Asked what to do with a call.
    pub voice_url: Option<String>,
    /// Asked when `voice_url` fails.
    pub voice_fallback_url: Option<String>,
    /// Told when a call is over.
    pub status_callback: Option<String>,
    /// Asked what to do with a text.
    pub sms_url: Option<String>,
}

impl NumberSettings {
    /// A number whose calls are asked about here.
    #[must_use]
    pub fn voice(url: impl Into<String>) -> Self {
        Self { voice_url: Some(url.into()), ..Self::default() }
    }

    /// Where to ask when that fails.
    #[must_use]
    pub fn with_fallback(mut self, url: impl Into<String>) -> Self {
        self.voice_fallback_url = Some(url.into());
        self
    }

    /// Where the ends of calls are told.
    #[must_use]
    pub fn with_status_callback(mut self, url: impl Into<String>) -> Self {
        self.status_callback = Some(url.into());
        self
    }

    /// Where texts are asked about.
    #[must_use]
    pub fn with_sms(mut self, url: impl Into<String>) -> Self {
        self.sms_url = Some(url.into());
        self
    }
}

/// How texts to somebody fare.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Behaviour {
    /// They arrive.
    Delivered,
    /// They are sent and do not arrive, with this error code.
    Undelivered(u32),
    /// They are not sent, with this error code.
    Failed(u32),
    /// They are sent, and nothing more is heard of them.
    Silent,
    /// Refused with 21610: opted out.
    OptedOut,
    /// Refused with 21614: not a mobile number.
    Landline,
}

/// A text that was sent through the account.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SentText {
    /// Its SID.
    pub sid: String,
    /// Who sent it.
    pub from: String,
    /// Whom it was sent to.
    pub to: String,
    /// The words.
    pub body: String,
    /// Where it stands.
    pub status: String,
    /// Why it failed.
    pub error_code: Option<u32>,
}

/// A message as the account keeps it.
#[derive(Debug, Clone)]
pub(super) struct StoredMessage {
    pub(super) text: SentText,
    pub(super) direction: &'static str,
    pub(super) media: Vec<String>,
    pub(super) service: Option<String>,
    pub(super) created: DateTime<Utc>,
    pub(super) updated: DateTime<Utc>,
    pub(super) sent: Option<DateTime<Utc>>,
}

/// A call as the account keeps it.
#[derive(Debug, Clone)]
pub(super) struct StoredCall {
    pub(super) sid: String,
    pub(super) parent: Option<String>,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) direction: &'static str,
    pub(super) status: String,
    pub(super) duration: Option<u32>,
    pub(super) created: DateTime<Utc>,
    pub(super) ended: Option<DateTime<Utc>>,
}

/// Everything the simulated Twilio remembers.
#[derive(Default)]
pub(super) struct State {
    next: u64,
    pub(super) numbers: BTreeMap<E164, NumberSettings>,
    pub(super) recipients: HashMap<String, Behaviour>,
    pub(super) opted_out: BTreeSet<(String, String)>,
    pub(super) trial: Option<BTreeSet<E164>>,
    pub(super) order: Order,
    /// Every request for a document is made twice.
    pub(super) repeat: bool,
    pub(super) faults: VecDeque<Fault>,
    pub(super) messages: BTreeMap<u64, StoredMessage>,
    pub(super) calls: BTreeMap<u64, StoredCall>,
    pub(super) jobs: VecDeque<Job>,
}

impl State {
    pub(super) fn new(seed: u64) -> Self {
        Self { next: seed, ..Self::default() }
    }

    /// A number that counts up, and a SID made of it.
    pub(super) fn sid(&mut self, prefix: &str) -> (u64, String) {
        self.next += 1;
        (self.next, format!("{prefix}{:032x}", self.next))
    }

    pub(super) fn owns(&self, address: &str) -> bool {
        E164::parse(address).is_ok_and(|number| self.numbers.contains_key(&number))
    }

    pub(super) fn texts(&self) -> Vec<SentText> {
        let ours = self.messages.values().filter(|message| message.direction != "inbound");
        ours.map(|message| message.text.clone()).collect()
    }

    pub(super) fn message(&mut self, sid: &str) -> Option<&mut StoredMessage> {
        self.messages.values_mut().find(|message| message.text.sid == sid)
    }

    pub(super) fn call(&mut self, sid: &str) -> Option<&mut StoredCall> {
        self.calls.values_mut().find(|call| call.sid == sid)
    }
}
