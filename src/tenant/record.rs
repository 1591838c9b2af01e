use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::booking::BookingSettings;
use super::menu::Menu;
use super::notifications::{NotificationSettings, Texts};
use super::receptionist::Receptionist;
use super::subscription::Subscription;
use crate::address::Address;
use crate::id::{IntelligenceServiceSid, TenantId};
use crate::phone::E164;
use crate::schedule::WeeklyHours;

/// A business and how its calls are handled.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tenant {
    /// Its id.
    pub id: TenantId,
    /// Its name, as callers hear and read it.
    #[serde(default)]
    pub name: String,
    /// The numbers that people call.
    #[serde(default)]
    pub numbers: Vec<E164>,
    /// Its time zone.
    #[serde(default = "utc")]
    #[cfg_attr(feature = "desk", schemars(with = "String"))]
    pub zone: Tz,
    /// When somebody is there; always when absent.
    #[serde(default)]
    pub hours: Option<WeeklyHours>,
    /// Where calls go when nobody is there; voicemail by default.
    #[serde(default = "voicemail")]
    pub closed: Route,
    /// Where calls go otherwise; by default the menu if there is one, else the assistant, else forwarding.
    #[serde(default)]
    pub open: Option<Route>,
    /// Whom calls are forwarded to.
    #[serde(default)]
    pub forwarding: Forwarding,
    /// What callers can choose.
    #[serde(default)]
    pub menu: Option<Menu>,
    /// The voice assistant.
    #[serde(default)]
    pub assistant: Option<Assistant>,
    /// Voicemail; none when absent.
    #[serde(default)]
    pub voicemail: Option<Voicemail>,
    /// The voice that speaks, such as `Polly.Joanna-Neural`.
    #[serde(default)]
    pub voice: Option<String>,
    /// The language that is spoken, as a BCP 47 tag.
    #[serde(default)]
    pub language: Option<String>,
    /// What callers hear first.
    #[serde(default)]
    pub greeting: Option<String>,
    /// Recording of forwarded calls.
    #[serde(default)]
    pub recording: Recording,
    /// Transcription while the call goes on.
    #[serde(default)]
    pub transcription: Transcription,
    /// Texts to callers whom nobody answered.
    #[serde(default)]
    pub text_back: TextBack,
    /// The tenant's own words, by language: a BCP 47 tag such as `es` or `es-MX`.
    #[serde(default)]
    pub texts: BTreeMap<String, Texts>,
    /// How people are told of appointments.
    #[serde(default)]
    pub notifications: NotificationSettings,
    /// How appointments are offered.
    #[serde(default)]
    pub booking: BookingSettings,
    /// How the voice assistant speaks and what it may do.
    #[serde(default)]
    pub receptionist: Receptionist,
    /// Callers who are rejected.
    #[serde(default)]
    pub blocked: BTreeSet<E164>,
    /// Where the tenant's subscription stands; nothing is known of it when absent.
    #[serde(default)]
    pub subscription: Option<Subscription>,
    /// Changes so far; a store refuses to overwrite settings with older ones.
    #[serde(default)]
    pub version: u64,
}

fn utc() -> Tz {
    Tz::UTC
}

fn voicemail() -> Route {
    Route::Voicemail
}

/// Where a call goes.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Route {
    /// To the menu.
    Menu,
    /// To a forwarding group.
    Forward(Group),
    /// To the voice assistant.
    Assistant,
    /// To voicemail.
    Voicemail,
    /// This is said, then the call ends.
    Say(String),
    /// Nowhere: the call is rejected unanswered.
    Reject,
}

/// One of a tenant's lists of people to call.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Group {
    /// For everybody.
    Default,
    /// For new customers.
    New,
    /// For existing customers.
    Existing,
}

impl Group {
    /// The group's name in URLs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::New => "new",
            Self::Existing => "existing",
        }
    }
}

/// In which order several people are called.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Strategy {
    /// All at once; the first to answer takes the call.
    #[default]
    AtOnce,
    /// One after the other.
    InTurn,
}

/// Which number the called person sees.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CallerId {
    /// The caller's own, as far as it is one; else the business's.
    #[default]
    Caller,
    /// The business's number that was called.
    Business,
    /// A number of the account, or one that was verified.
    Fixed(E164),
}

/// Whom calls are forwarded to, and how.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Forwarding {
    /// For everybody.
    pub default: Vec<Address>,
    /// For new customers.
    pub new: Vec<Address>,
    /// For existing customers.
    pub existing: Vec<Address>,
    /// In which order.
    pub strategy: Strategy,
    /// How long each rings, in seconds; 20 by default.
    pub timeout: u32,
    /// Which number they see.
    pub caller_id: CallerId,
}

impl Default for Forwarding {
    fn default() -> Self {
        Self {
            default: Vec::new(),
            new: Vec::new(),
            existing: Vec::new(),
            strategy: Strategy::default(),
            timeout: 20,
            caller_id: CallerId::default(),
        }
    }
}

impl Forwarding {
    /// The targets of a group, or of the next group that has any: new and existing fall back to default, default to
    /// new and then existing.
    #[must_use]
    pub fn targets(&self, group: Group) -> &[Address] {
        let order = match group {
            Group::Default => [&self.default, &self.new, &self.existing],
            Group::New => [&self.new, &self.default, &self.existing],
            Group::Existing => [&self.existing, &self.default, &self.new],
        };
        order.into_iter().find(|targets| !targets.is_empty()).map(Vec::as_slice).unwrap_or_default()
    }
}

/// A voice assistant that calls are handed to.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Assistant {
    /// Its SIP address or number.
    pub address: Address,
    /// What callers hear before.
    #[serde(default)]
    pub greeting: Option<String>,
    /// How long it may ring, in seconds.
    #[serde(default = "fifteen")]
    pub timeout: u32,
    /// Where the call goes when the assistant does not answer; forwarding by default.
    #[serde(default = "forward")]
    pub fallback: Route,
}

fn fifteen() -> u32 {
    15
}

fn forward() -> Route {
    Route::Forward(Group::Default)
}

impl Assistant {
    /// An assistant at this address that falls back to forwarding.
    #[must_use]
    pub fn new(address: impl Into<Address>) -> Self {
        Self { address: address.into(), greeting: None, timeout: fifteen(), fallback: forward() }
    }
}

/// Voicemail.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Voicemail {
    /// What callers hear before the tone.
    pub greeting: String,
    /// The longest message in seconds; 120 by default.
    pub max_length: u32,
    /// Whether Twilio transcribes it (English, up to two minutes).
    pub transcribe: bool,
}

impl Default for Voicemail {
    fn default() -> Self {
        Self {
            greeting: "Nobody can take your call right now. Please leave a message after the tone.".into(),
            max_length: 120,
            transcribe: false,
        }
    }
}

/// Recording of forwarded calls.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Recording {
    /// Whether calls are recorded, each side on a channel of its own.
    pub enabled: bool,
    /// What callers hear, once a call, before they are recorded. Many laws require it: silence is a choice.
    pub consent: Option<String>,
    /// Whether recordings and voicemails are copied to where the host keeps large things.
    pub keep: bool,
}

impl Default for Recording {
    fn default() -> Self {
        Self { enabled: false, consent: Some("This call may be recorded.".into()), keep: false }
    }
}

/// Transcription, while the call goes on or afterwards.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Transcription {
    /// Whether calls are transcribed while they go on.
    pub enabled: bool,
    /// The Conversational Intelligence service that keeps the transcript, and transcribes recordings.
    pub service: Option<IntelligenceServiceSid>,
    /// Whether recordings are transcribed and summarised after the call; needs a service.
    pub after_call: bool,
}

/// Texts to callers whom nobody answered.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct TextBack {
    /// Whether they are sent; they are by default.
    pub enabled: bool,
    /// The text; `{business}` stands for the tenant's name, `{number}` for the number that was called.
    pub template: String,
    /// Whether a call that only reached voicemail or an announcement outside hours counts; it does not by default.
    pub when_closed: bool,
    /// Whether a caller who hung up before the call was forwarded on counts; not by default.
    pub when_canceled: bool,
    /// Whether it is looked up first if the caller's line takes texts, for a fee; landlines then get none.
    pub check_line: bool,
}

impl Default for TextBack {
    fn default() -> Self {
        Self {
            enabled: true,
            template: "Sorry we missed you! This is {business}. How can we help? Just answer this text.".into(),
            when_closed: false,
            when_canceled: false,
            check_line: false,
        }
    }
}

impl Tenant {
    /// A tenant with defaults: calls are forwarded, always open, missed calls texted back.
    #[must_use]
    pub fn new(id: TenantId) -> Self {
        Self {
            id,
            name: String::new(),
            numbers: Vec::new(),
            zone: Tz::UTC,
            hours: None,
            closed: Route::Voicemail,
            open: None,
            forwarding: Forwarding::default(),
            menu: None,
            assistant: None,
            voicemail: None,
            voice: None,
            language: None,
            greeting: None,
            recording: Recording::default(),
            transcription: Transcription::default(),
            text_back: TextBack::default(),
            texts: BTreeMap::new(),
            notifications: NotificationSettings::default(),
            booking: BookingSettings::default(),
            receptionist: Receptionist::default(),
            blocked: BTreeSet::new(),
            subscription: None,
            version: 0,
        }
    }

    /// The same settings under another id.
    #[must_use]
    pub fn with_id(mut self, id: TenantId) -> Self {
        self.id = id;
        self
    }

    /// The business's name.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Adds a number that people call.
    #[must_use]
    pub fn with_number(mut self, number: E164) -> Self {
        self.numbers.push(number);
        self
    }

    /// Adds a target to the default forwarding.
    #[must_use]
    pub fn with_forward_to(mut self, target: impl Into<Address>) -> Self {
        self.forwarding.default.push(target.into());
        self
    }

    /// The forwarding.
    #[must_use]
    pub fn with_forwarding(mut self, forwarding: Forwarding) -> Self {
        self.forwarding = forwarding;
        self
    }

    /// The menu.
    #[must_use]
    pub fn with_menu(mut self, menu: Menu) -> Self {
        self.menu = Some(menu);
        self
    }

    /// The voice assistant.
    #[must_use]
    pub fn with_assistant(mut self, assistant: Assistant) -> Self {
        self.assistant = Some(assistant);
        self
    }

    /// How the voice assistant speaks and what it may do.
    #[must_use]
    pub fn with_receptionist(mut self, receptionist: Receptionist) -> Self {
        self.receptionist = receptionist;
        self
    }

    /// Takes messages when nobody answers.
    #[must_use]
    pub fn with_voicemail(mut self, voicemail: Voicemail) -> Self {
        self.voicemail = Some(voicemail);
        self
    }

    /// Opening hours in a time zone.
    #[must_use]
    pub fn with_hours(mut self, hours: WeeklyHours, zone: Tz) -> Self {
        (self.hours, self.zone) = (Some(hours), zone);
        self
    }

    /// Where calls go outside opening hours.
    #[must_use]
    pub fn with_closed(mut self, route: Route) -> Self {
        self.closed = route;
        self
    }

    /// The texts to callers whom nobody answered.
    #[must_use]
    pub fn with_text_back(mut self, text_back: TextBack) -> Self {
        self.text_back = text_back;
        self
    }

    /// A template for the texts to callers whom nobody answered.
    #[must_use]
    pub fn with_text_back_template(mut self, template: impl Into<String>) -> Self {
        self.text_back.template = template.into();
        self
    }

    /// The tenant's own words in a language.
    #[must_use]
    pub fn with_texts(mut self, tag: impl Into<String>, texts: Texts) -> Self {
        self.texts.insert(tag.into(), texts);
        self
    }

    /// The tenant's own words for a language: those of its very tag, then those of the language at large.
    pub fn texts_in(&self, tag: &str) -> impl Iterator<Item = &Texts> {
        let primary = tag.split(['-', '_']).next().unwrap_or(tag);
        let named = |wanted: &str| self.texts.iter().find(|(known, _)| known.eq_ignore_ascii_case(wanted));
        let closely = named(tag);
        let at_large = if primary.len() == tag.len() { None } else { named(primary) };
        closely.into_iter().chain(at_large).map(|(_, texts)| texts)
    }

    /// What a caller whom nobody answered is told: the words of the tenant's language, or else the template.
    #[must_use]
    pub fn text_back_words(&self) -> &str {
        let own = self.texts_in(self.language.as_deref().unwrap_or("en")).find_map(|texts| texts.text_back.as_deref());
        own.unwrap_or(&self.text_back.template)
    }

    /// Rejects calls from this number.
    #[must_use]
    pub fn with_blocked(mut self, number: E164) -> Self {
        self.blocked.insert(number);
        self
    }

    /// Where a call goes while somebody is there.
    #[must_use]
    pub fn open_route(&self) -> Route {
        match &self.open {
            Some(route) => route.clone(),
            None if self.menu.is_some() => Route::Menu,
            None if self.assistant.is_some() => Route::Assistant,
            None => Route::Forward(Group::Default),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_targets_fall_back() {
        let list = |names: &[&str]| names.iter().map(|name| Address::from(*name)).collect::<Vec<_>>();
        let targets = |default: &[&str], new: &[&str], existing: &[&str], group| {
            let (default, new, existing) = (list(default), list(new), list(existing));
            let forwarding = Forwarding { default, new, existing, ..Forwarding::default() };
            forwarding.targets(group).iter().map(Address::to_wire).collect::<Vec<_>>()
        };
        let (a, b, c) = (&["client:a"], &["client:b"], &["client:c"]);
        assert_eq!(targets(a, b, c, Group::New), b);
        assert_eq!(targets(a, b, c, Group::Existing), c);
        assert_eq!(targets(a, &[], &[], Group::New), a);
        assert_eq!(targets(a, &[], &[], Group::Existing), a);
        assert_eq!(targets(&[], b, c, Group::Default), b);
        assert_eq!(targets(&[], &[], c, Group::Default), c);
        assert!(targets(&[], &[], &[], Group::Default).is_empty());
    }

    #[test]
    fn words_are_those_of_the_tag_then_of_the_language() {
        let words = |text: &str| Texts { text_back: Some(text.into()), ..Texts::default() };
        let mut tenant = Tenant::new("clinic".parse().unwrap()).with_text_back_template("template");
        assert_eq!(tenant.text_back_words(), "template");
        tenant = tenant
            .with_texts("es", words("hola"))
            .with_texts("es-MX", words("bueno"))
            .with_texts("fr-CA", Texts::default());
        for (language, expected) in [("es", "hola"), ("ES-mx", "bueno"), ("es-AR", "hola"), ("fr-CA", "template")] {
            tenant.language = Some(language.into());
            assert_eq!(tenant.text_back_words(), expected, "{language}");
        }
    }

    #[test]
    fn an_id_alone_is_a_tenant() {
        let tenant: Tenant = serde_json::from_str(r#"{"id":"clinic"}"#).unwrap();
        assert_eq!(tenant, Tenant::new("clinic".parse().unwrap()));
    }
}
