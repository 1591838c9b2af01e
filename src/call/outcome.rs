use serde::{Deserialize, Serialize};

use crate::secret::Private;

/// Which detection this version of the crate has; what an older one found is looked at again.
pub const DETECTION: u32 = 1;

/// Whether an appointment came of a call.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Booked {
    /// One was booked.
    Yes,
    /// None was booked.
    No,
    /// It is not known.
    #[default]
    Unknown,
}

impl Booked {
    /// The answer in words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unknown => "unknown",
        }
    }
}

/// What came of a call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Outcome {
    /// Whether an appointment was booked.
    pub appointment_booked: Booked,
    /// Why.
    pub reason: Option<Private>,
    /// Which detection found it in the call's summary; 0 when nobody looked, or the host said it.
    #[serde(default)]
    pub detection: u32,
}

impl Outcome {
    /// What the host knows: no detection changes it.
    #[must_use]
    pub fn said(appointment_booked: Booked, reason: Option<Private>) -> Self {
        Self { appointment_booked, reason, detection: 0 }
    }

    /// Whether a summary is to be looked at, for the first time or with a better detection.
    #[must_use]
    pub fn is_outdated(&self) -> bool {
        !self.is_said() && self.detection < DETECTION
    }

    /// Whether the host said it.
    #[must_use]
    pub fn is_said(&self) -> bool {
        self.detection == 0 && self.appointment_booked != Booked::Unknown
    }

    /// Pure: what a summary in English says of an appointment, with the sentence that says it. What it does not clearly
    /// say is unknown.
    ///
    /// ```
    /// use frontdesk::call::{Booked, Outcome};
    ///
    /// let outcome = Outcome::detect("Anna asked about prices. She booked an appointment for Tuesday.");
    /// assert_eq!(outcome.appointment_booked, Booked::Yes);
    /// assert_eq!(outcome.reason.as_deref(), Some("She booked an appointment for Tuesday."));
    /// ```
    #[must_use]
    pub fn detect(summary: &str) -> Self {
        let found = sentences(summary).filter_map(|sentence| Some((verdict(sentence)?, sentence)));
        // What is said last holds: "… was booked. Later the caller cancelled it."
        let (appointment_booked, reason) =
            found.last().map_or((Booked::Unknown, None), |(booked, sentence)| (booked, Some(sentence.into())));
        Self { appointment_booked, reason, detection: DETECTION }
    }
}

fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(['.', '!', '?', '\n']).map(str::trim).filter(|sentence| !sentence.is_empty())
}

/// What a sentence says of an appointment.
fn verdict(sentence: &str) -> Option<Booked> {
    const THINGS: [&str; 7] = ["appointment", "visit", "consultation", "check-up", "checkup", "booking", "slot"];
    const DONE: [&str; 5] = ["booked", "scheduled", "rescheduled", "confirmed", "reserved"];
    const UNDONE: [&str; 5] = ["cancelled", "canceled", "declined", "unable", "unavailable"];
    const NEGATIONS: [&str; 9] = ["not", "no", "never", "without", "cannot", "couldn't", "didn't", "wasn't", "won't"];
    // What is only wished for, asked or to come.
    const OPEN: [&str; 15] = [
        "wants", "want", "wanted", "would", "asked", "asking", "asks", "inquired", "enquired", "if", "whether", "will",
        "should", "might", "existing",
    ];
    let lower = sentence.to_lowercase().replace('’', "'");
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '-').collect();
    let any = |list: &[&str]| words.iter().any(|word| list.contains(word));
    if !any(&THINGS) || sentence.ends_with('?') {
        return None;
    }
    if any(&UNDONE) {
        return Some(Booked::No);
    }
    match (any(&DONE), any(&NEGATIONS), any(&OPEN)) {
        (true, true, _) => Some(Booked::No),
        (true, false, false) => Some(Booked::Yes),
        // "No appointment was made."
        (false, true, false) if any(&["made", "set", "book", "schedule", "available", "availability"]) => {
            Some(Booked::No)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_summary_clearly_says_is_found() {
        for (summary, booked) in [
            ("Anna booked an appointment for Tuesday.", Booked::Yes),
            ("An appointment has been scheduled for June 4 at 3 PM.", Booked::Yes),
            ("The visit was rescheduled to Friday", Booked::Yes),
            ("The caller's consultation is confirmed!", Booked::Yes),
            ("No appointment was booked.", Booked::No),
            ("The appointment wasn’t confirmed.", Booked::No),
            ("The caller did not schedule a visit.", Booked::No),
            ("No appointment was made because of the price.", Booked::No),
            ("The caller declined the appointment.", Booked::No),
            ("There was no availability for a check-up.", Booked::No),
            ("An appointment was booked. The caller then canceled the appointment.", Booked::No),
            ("No slot was available on Monday. An appointment was booked for Tuesday.", Booked::Yes),
            ("The caller wants to have an appointment scheduled.", Booked::Unknown),
            ("Was an appointment booked?", Booked::Unknown),
            ("The caller asked about her existing booking, confirmed for June.", Booked::Unknown),
            ("Asked about opening hours.", Booked::Unknown),
            ("The flight was booked.", Booked::Unknown),
            ("", Booked::Unknown),
        ] {
            assert_eq!(Outcome::detect(summary).appointment_booked, booked, "{summary}");
        }
    }

    #[test]
    fn what_the_host_said_is_never_looked_at_again() {
        assert!(!Outcome::said(Booked::No, None).is_outdated());
        assert!(Outcome::default().is_outdated());
        assert!(!Outcome::detect("anything").is_outdated());
        let older = Outcome { detection: DETECTION - 1, ..Outcome::detect("Anna booked an appointment.") };
        assert_eq!(older.is_outdated(), DETECTION > 1, "the first detection has no older one");
    }
}
