use serde::{Deserialize, Deserializer, Serialize, de};

use crate::schedule::Window;

/// How people are told of appointments.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct NotificationSettings {
    /// Whether by text; it is by default.
    pub text: bool,
    /// Whether by mail, where an address is known and the host sends mail; it is by default.
    pub email: bool,
    /// Whether staff is told as well; it is by default.
    pub staff: bool,
    /// How many minutes before the appointment customers are reminded; 1440 and 120 by default, ten times at most.
    #[serde(deserialize_with = "few")]
    pub reminders: Vec<u32>,
    /// How many minutes before the appointment staff is reminded; never by default, ten times at most.
    #[serde(deserialize_with = "few")]
    pub staff_reminders: Vec<u32>,
    /// When texts wait, in the recipient's zone, such as `21:00-08:00`. What cannot wait does not.
    pub quiet: Option<Window>,
}

impl Default for NotificationSettings {
    fn default() -> Self {
        Self {
            text: true,
            email: true,
            staff: true,
            reminders: vec![24 * 60, 2 * 60],
            staff_reminders: Vec::new(),
            quiet: None,
        }
    }
}

/// Nobody means to be reminded more often: it is a mistake, and each costs a text.
fn few<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u32>, D::Error> {
    let minutes = Vec::<u32>::deserialize(deserializer)?;
    if minutes.len() > 10 {
        return Err(de::Error::custom("ten reminders at most"));
    }
    Ok(minutes)
}

/// A tenant's own words in a language; what is absent is said in the crate's.
///
/// `{business}`, `{number}`, `{customer}`, `{name}` (who is told), `{service}`, `{when}`, `{date}`, `{time}`, `{place}` and `{link}`
/// stand for what they say; a text to a missed caller knows `{business}` and `{number}`.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Texts {
    /// To a caller whom nobody answered.
    pub text_back: Option<String>,
    /// To a customer whose appointment is booked.
    pub confirmation: Option<String>,
    /// To a customer whose appointment has changed.
    pub change: Option<String>,
    /// To a customer whose appointment does not take place.
    pub cancellation: Option<String>,
    /// To a customer whose appointment is soon.
    pub reminder: Option<String>,
    /// To staff, of an appointment that is booked.
    pub staff_confirmation: Option<String>,
    /// To staff, of an appointment that has changed.
    pub staff_change: Option<String>,
    /// To staff, of an appointment that does not take place.
    pub staff_cancellation: Option<String>,
    /// To staff, of an appointment that is soon.
    pub staff_reminder: Option<String>,
}
