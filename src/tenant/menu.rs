use serde::{Deserialize, Serialize};

use super::record::Group;
use crate::address::Address;

/// What callers can choose with a key.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Menu {
    /// What is said; made from the options' labels when absent.
    pub message: Option<String>,
    /// The options.
    pub options: Vec<MenuOption>,
    /// Seconds to wait for a key; 6 by default.
    pub timeout: u32,
    /// How often the menu is said before `no_input` or `wrong_input` applies; 2 by default.
    pub attempts: u32,
    /// What happens when no key is pressed; the default forwarding by default.
    pub no_input: MenuTarget,
    /// What happens after the last wrong key; the default forwarding by default.
    pub wrong_input: MenuTarget,
}

/// A key and where it leads.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MenuOption {
    /// `0` to `9`, `*` or `#`.
    pub key: char,
    /// How the option is announced: "Press 1 for …".
    pub label: String,
    /// Where it leads.
    pub target: MenuTarget,
}

/// Where a choice leads.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MenuTarget {
    /// To one of the tenant's forwarding groups.
    Forward(Group),
    /// To these targets.
    Dial(Vec<Address>),
    /// To the voice assistant.
    Assistant,
    /// To voicemail.
    Voicemail,
    /// This is said, then the call ends.
    Say(String),
}

impl Default for Menu {
    fn default() -> Self {
        Self::new_or_existing()
    }
}

impl Menu {
    /// A menu without options.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            message: None,
            options: Vec::new(),
            timeout: 6,
            attempts: 2,
            no_input: MenuTarget::Forward(Group::Default),
            wrong_input: MenuTarget::Forward(Group::Default),
        }
    }

    /// 1 for new patients, 2 for existing patients.
    #[must_use]
    pub fn new_or_existing() -> Self {
        Self::empty().with_option('1', "new patients", MenuTarget::Forward(Group::New)).with_option(
            '2',
            "existing patients",
            MenuTarget::Forward(Group::Existing),
        )
    }

    /// Adds an option; a key that is taken already gets the new meaning.
    #[must_use]
    pub fn with_option(mut self, key: char, label: impl Into<String>, target: MenuTarget) -> Self {
        self.options.retain(|option| option.key != key);
        self.options.push(MenuOption { key, label: label.into(), target });
        self
    }

    /// What is said instead of the options' labels.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// The text to say.
    #[must_use]
    pub fn text(&self) -> String {
        match &self.message {
            Some(message) => message.clone(),
            None => self
                .options
                .iter()
                .map(|option| format!("Press {} for {}.", option.key, option.label))
                .collect::<Vec<_>>()
                .join(" "),
        }
    }

    /// The option of a key.
    #[must_use]
    pub fn option(&self, key: char) -> Option<&MenuOption> {
        self.options.iter().find(|option| option.key == key)
    }
}
