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

/// What the account keeps of a number besides its webhooks.
#[derive(Debug, Clone)]
pub(super) struct Details {
    pub(super) sid: String,
    pub(super) created: DateTime<Utc>,
    pub(super) fields: BTreeMap<String, String>,
}

impl Details {
    pub(super) fn name(&self, number: E164) -> String {
        self.fields.get("FriendlyName").cloned().unwrap_or_else(|| number.national().to_owned())
    }
}

/// A call by which a number is to be verified.
#[derive(Debug, Clone)]
pub(super) struct Validation {
    pub(super) code: String,
    pub(super) call_sid: String,
    pub(super) callback: Option<String>,
    pub(super) name: String,
}

/// A recording as the account keeps it.
#[derive(Debug, Clone)]
pub(super) struct StoredRecording {
    pub(super) sid: String,
    pub(super) call: String,
    pub(super) seconds: u32,
    pub(super) channels: u32,
    pub(super) source: String,
    pub(super) created: DateTime<Utc>,
}

/// A transcript as Conversational Intelligence keeps it.
#[derive(Debug, Clone)]
pub(super) struct StoredTranscript {
    pub(super) sid: String,
    pub(super) service: String,
    pub(super) recording: String,
    pub(super) key: Option<String>,
    /// How often it was looked at, which is how it comes about.
    pub(super) looks: u32,
    pub(super) created: DateTime<Utc>,
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
    pub(super) faults: VecDeque<Option<Fault>>,
    pub(super) details: BTreeMap<E164, Details>,
    /// What is for sale, and as which kind.
    pub(super) for_sale: BTreeMap<E164, &'static str>,
    /// Listed as for sale, though somebody else has them by now.
    pub(super) snatched: BTreeSet<E164>,
    /// So many listings of the account's numbers do not show them yet, less one.
    pub(super) listing_lag: u32,
    pub(super) caller_ids: BTreeMap<E164, (String, String)>,
    /// Who is called to verify a number types the right code at once.
    pub(super) types_codes: bool,
    pub(super) validations: BTreeMap<E164, Validation>,
    pub(super) recordings: BTreeMap<String, StoredRecording>,
    pub(super) transcripts: BTreeMap<String, StoredTranscript>,
    pub(super) conversation: Vec<(bool, String)>,
    pub(super) summary: Option<String>,
    pub(super) intelligence_webhook: Option<String>,
    pub(super) messages: BTreeMap<u64, StoredMessage>,
    pub(super) calls: BTreeMap<u64, StoredCall>,
    pub(super) jobs: VecDeque<Job>,
}

impl State {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            next: seed,
            for_sale: super::numbers::for_sale(),
            conversation: vec![
                (false, "Riverside Clinic, how can I help?".into()),
                (true, "I would like an appointment on Tuesday.".into()),
                (false, "Tuesday at three it is.".into()),
            ],
            summary: Some("The caller asked for an appointment and got Tuesday at three.".into()),
            ..Self::default()
        }
    }

    pub(super) fn details(&mut self, number: E164) -> &mut Details {
        if !self.details.contains_key(&number) {
            let (count, sid) = self.sid("PN");
            let created = DateTime::from_timestamp(i64::try_from(count).unwrap_or(0), 0).unwrap_or_default();
            self.details.insert(number, Details { sid, created, fields: BTreeMap::new() });
        }
        self.details.entry(number).or_insert_with(|| Details {
            sid: String::new(),
            created: DateTime::UNIX_EPOCH,
            fields: BTreeMap::new(),
        })
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
