use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::phone::E164;
use crate::schedule::WeeklyHours;

/// How a tenant's voice assistant speaks and what it may do.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Receptionist {
    /// The assistant that is saved at the provider; one is made for each call when absent.
    pub assistant_id: Option<String>,
    /// The language model.
    pub model: Engine,
    /// The voice.
    pub voice: Engine,
    /// What turns speech into text.
    pub transcriber: Engine,
    /// What it says first.
    pub first_message: Option<String>,
    /// What it is to know beside the settings.
    pub instructions: Option<String>,
    /// What can be booked, in the business's words.
    pub services: Vec<String>,
    /// The languages it speaks, as BCP 47 tags; the tenant's when empty.
    pub languages: Vec<String>,
    /// To whom it may hand a call, in this order.
    pub transfers: Vec<Transfer>,
    /// Who gets the messages that callers leave, as a text.
    pub messages_to: Option<E164>,
    /// What it says to a machine that answers a call of ours; it hangs up when absent.
    pub voicemail_message: Option<String>,
    /// How long a call may take, in minutes; 10 by default.
    pub longest: u32,
    /// How many calls of ours go out at the same time; 1 by default.
    pub calls_at_once: u32,
    /// The number at the provider from which calls of ours go out.
    pub phone_number_id: Option<String>,
}

impl Default for Receptionist {
    fn default() -> Self {
        Self {
            assistant_id: None,
            model: Engine::new("openai", "gpt-4o"),
            voice: Engine::new("vapi", "Elliot"),
            transcriber: Engine::new("deepgram", "nova-3"),
            first_message: None,
            instructions: None,
            services: Vec::new(),
            languages: Vec::new(),
            transfers: Vec::new(),
            messages_to: None,
            voicemail_message: None,
            longest: 10,
            calls_at_once: 1,
            phone_number_id: None,
        }
    }
}

/// A model, a voice or a transcriber, at whoever provides it.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Engine {
    /// Who provides it, in the assistant provider's words.
    pub provider: String,
    /// Which of theirs.
    pub name: String,
}

impl Engine {
    /// One of a provider's.
    #[must_use]
    pub fn new(provider: impl Into<String>, name: impl Into<String>) -> Self {
        Self { provider: provider.into(), name: name.into() }
    }
}

/// Somebody to whom a call may be handed.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Transfer {
    /// Their number or SIP address.
    pub to: Address,
    /// Who they are, and for what.
    #[serde(default)]
    pub description: String,
    /// When they take calls; in the business's hours when absent.
    #[serde(default)]
    pub hours: Option<WeeklyHours>,
}

impl Transfer {
    /// Somebody, in the business's hours.
    #[must_use]
    pub fn new(to: impl Into<Address>, description: impl Into<String>) -> Self {
        Self { to: to.into(), description: description.into(), hours: None }
    }

    /// In hours of their own.
    #[must_use]
    pub fn with_hours(mut self, hours: WeeklyHours) -> Self {
        self.hours = Some(hours);
        self
    }
}
