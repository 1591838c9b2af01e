//! What came of a call.

mod english;
mod verdict;

use serde::{Deserialize, Serialize};

pub use self::verdict::Verdict;
use crate::secret::Private;

/// Which detection this version of the crate has; what an older one found is looked at again.
pub const DETECTION: u32 = 2;

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

/// Where something that tells what a call came to was found; the later ones weigh more.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Source {
    /// What was said.
    Transcript,
    /// A sentence of the summary.
    Summary,
    /// A field that an analysis filled in.
    StructuredData,
    /// What a tool did in the call.
    ToolResult,
}

/// Something that tells what a call came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Evidence {
    /// Where it was found.
    pub source: Source,
    /// What it tells.
    pub verdict: Verdict,
    /// Its words.
    pub text: Private,
}

impl Evidence {
    /// Something that tells what a call came to.
    #[must_use]
    pub fn new(source: Source, verdict: Verdict, text: impl Into<Private>) -> Self {
        Self { source, verdict, text: text.into() }
    }

    /// Pure: what a text in English tells; `None` when that is nothing.
    #[must_use]
    pub fn of_text(source: Source, text: &str) -> Option<Self> {
        let reading = english::read(text);
        reading.sentence.map(|sentence| Self::new(source, reading.verdict, sentence))
    }

    /// Pure: what the structured data of an analysis tell: a field such as `appointmentBooked` that is true or false, or one
    /// such as `outcome` that names it.
    #[must_use]
    pub fn of_data(data: &serde_json::Value) -> Option<Self> {
        let fields = data.as_object()?;
        let plain =
            |name: &str| name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        let tells = |name: &String, value: &serde_json::Value| {
            let verdict = match (plain(name).as_str(), value) {
                ("outcome" | "calloutcome" | "result" | "disposition" | "verdict", serde_json::Value::String(text)) => {
                    let text = plain(text);
                    Verdict::ALL.into_iter().find(|verdict| plain(verdict.as_str()) == text)
                }
                ("appointmentbooked" | "booked" | "bookingmade" | "isbooked" | "appointmentscheduled", value) => {
                    truth(value).map(|yes| if yes { Verdict::Booked } else { Verdict::NotBooked })
                }
                ("appointmentrescheduled" | "rescheduled", value) if truth(value) == Some(true) => {
                    Some(Verdict::Rescheduled)
                }
                ("appointmentcancelled" | "appointmentcanceled" | "cancelled" | "canceled", value)
                    if truth(value) == Some(true) =>
                {
                    Some(Verdict::Cancelled)
                }
                ("callbackrequested" | "wantscallback" | "needscallback", value) if truth(value) == Some(true) => {
                    Some(Verdict::CallbackRequested)
                }
                _ => None,
            }?;
            Some(Self::new(Source::StructuredData, verdict, format!("{name}: {value}")))
        };
        // "Booked: false, rescheduled: true": what happened counts before what did not.
        let mut found: Vec<_> = fields.iter().filter_map(|(name, value)| tells(name, value)).collect();
        found.sort_by_key(|evidence| evidence.verdict == Verdict::NotBooked);
        found.into_iter().next()
    }
}

fn truth(value: &serde_json::Value) -> Option<bool> {
    match value {
        serde_json::Value::Bool(yes) => Some(*yes),
        serde_json::Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" => Some(true),
            "false" | "no" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// What came of a call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Outcome {
    /// Whether an appointment was booked.
    pub appointment_booked: Booked,
    /// What it came to.
    #[serde(default)]
    pub verdict: Verdict,
    /// Why.
    pub reason: Option<Private>,
    /// What the verdict rests on, latest last. Tools' results weigh more than structured data, these more than the summary,
    /// and that more than what was said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// Which detection found it in the call's summary; 0 when nobody looked, or the host said it.
    #[serde(default)]
    pub detection: u32,
}

/// So much is kept of what one call came to.
const EVIDENCE: usize = 32;

impl Outcome {
    /// What the host knows: no detection changes it.
    #[must_use]
    pub fn said(appointment_booked: Booked, reason: Option<Private>) -> Self {
        Self { appointment_booked, reason, ..Self::default() }
    }

    /// Whether a summary is to be looked at, for the first time or with a better detection.
    #[must_use]
    pub fn is_outdated(&self) -> bool {
        !self.is_said() && self.detection < DETECTION
    }

    /// Whether the host said it.
    #[must_use]
    pub fn is_said(&self) -> bool {
        self.detection == 0 && self.evidence.is_empty() && self.appointment_booked != Booked::Unknown
    }

    /// Pure: what a summary in English says of an appointment, with the sentence that says it. What it does not clearly
    /// say is unknown.
    ///
    /// ```
    /// use frontdesk::call::{Booked, Outcome, Verdict};
    ///
    /// let outcome = Outcome::detect("Anna asked about prices. She booked an appointment for Tuesday.");
    /// assert_eq!((outcome.appointment_booked, outcome.verdict), (Booked::Yes, Verdict::Booked));
    /// assert_eq!(outcome.reason.as_deref(), Some("She booked an appointment for Tuesday."));
    /// assert_eq!(Outcome::detect("She tried to book, but nothing was free.").verdict, Verdict::NotBooked);
    /// ```
    #[must_use]
    pub fn detect(summary: &str) -> Self {
        let mut outcome = Self::default();
        outcome.read(Source::Summary, summary);
        outcome
    }

    /// Weighs what a text says; what the same source said before is replaced.
    pub fn read(&mut self, source: Source, text: &str) {
        self.weigh(source, Evidence::of_text(source, text));
    }

    /// Weighs something; what the same source told before is replaced, but for tools: each of their results counts.
    pub fn weigh(&mut self, source: Source, found: Option<Evidence>) {
        if self.is_said() {
            return;
        }
        if source != Source::ToolResult {
            self.evidence.retain(|evidence| evidence.source != source);
        }
        self.evidence.extend(found);
        if self.evidence.len() > EVIDENCE {
            self.evidence.remove(0);
        }
        self.detection = DETECTION;
        self.conclude();
    }

    fn conclude(&mut self) {
        // A source that only heard wishes leaves it to one that heard more.
        let rank = |evidence: &&Evidence| (evidence.verdict != Verdict::Hypothetical, evidence.source);
        let Some(best) = self.evidence.iter().max_by_key(rank).map(|evidence| evidence.source) else {
            (self.verdict, self.appointment_booked, self.reason) = (Verdict::Unclear, Booked::Unknown, None);
            return;
        };
        let (mut verdict, mut reason) = (Verdict::Unclear, None);
        for evidence in self.evidence.iter().filter(|evidence| evidence.source == best) {
            let after = verdict.then(evidence.verdict);
            if after != verdict || reason.is_none() {
                reason = Some(evidence.text.clone());
            }
            verdict = after;
        }
        (self.verdict, self.appointment_booked, self.reason) = (verdict, verdict.booked(), reason);
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
        assert!(older.is_outdated());
        let mut said = Outcome::said(Booked::No, None);
        said.read(Source::Summary, "Anna booked an appointment.");
        assert_eq!(said, Outcome::said(Booked::No, None));
    }

    #[test]
    fn what_tools_did_weighs_more_than_what_is_written_of_it() {
        let mut outcome = Outcome::default();
        outcome.read(Source::Transcript, "Great, you're all set for Tuesday at nine!");
        assert_eq!(outcome.verdict, Verdict::Booked);
        outcome.read(Source::Summary, "No appointment was booked.");
        assert_eq!(outcome.verdict, Verdict::NotBooked);
        outcome.weigh(
            Source::StructuredData,
            Evidence::of_data(&serde_json::json!({"appointmentBooked": "yes", "mood": "good"})),
        );
        assert_eq!(outcome.verdict, Verdict::Booked);
        let tool = |verdict| Some(Evidence::new(Source::ToolResult, verdict, "a tool's result"));
        outcome.weigh(Source::ToolResult, tool(Verdict::NotBooked));
        assert_eq!(outcome.verdict, Verdict::NotBooked);
        outcome.weigh(Source::ToolResult, tool(Verdict::Booked));
        outcome.weigh(Source::ToolResult, tool(Verdict::NotBooked));
        assert_eq!((outcome.verdict, outcome.appointment_booked), (Verdict::Booked, Booked::Yes));
        outcome.weigh(Source::ToolResult, tool(Verdict::Cancelled));
        assert_eq!(outcome.verdict, Verdict::Cancelled);
        outcome.weigh(Source::ToolResult, tool(Verdict::Booked));
        assert_eq!(outcome.verdict, Verdict::Rescheduled);
        // The summary may be written again as often as it likes.
        outcome.read(Source::Summary, "The caller booked nothing.");
        assert_eq!(outcome.verdict, Verdict::Rescheduled);
        assert_eq!(outcome.evidence.iter().filter(|evidence| evidence.source == Source::Summary).count(), 1);
        assert!(!format!("{outcome:?}").contains("nothing"));
    }

    #[test]
    fn structured_data_are_read_in_their_usual_forms() {
        let of = |data: serde_json::Value| Evidence::of_data(&data).map(|evidence| evidence.verdict);
        assert_eq!(of(serde_json::json!({"appointment_booked": true})), Some(Verdict::Booked));
        assert_eq!(of(serde_json::json!({"booked": false, "rescheduled": true})), Some(Verdict::Rescheduled));
        assert_eq!(of(serde_json::json!({"outcome": "Callback requested"})), Some(Verdict::CallbackRequested));
        assert_eq!(of(serde_json::json!({"booked": null})), None);
        assert_eq!(of(serde_json::json!("booked")), None);
    }

    /// How many are right, and of those booked or moved: found, found too much, missed.
    fn score(set: &str) -> (usize, usize, [usize; 3]) {
        let (mut right, mut all, mut moved) = (0, 0, [0; 3]);
        for line in set.lines() {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            let (text, expected) = (line["text"].as_str().unwrap(), line["outcome"].as_str().unwrap());
            let found = Outcome::detect(text).verdict;
            let stands = |verdict: &str| ["booked", "rescheduled"].contains(&verdict);
            match (stands(found.as_str()), stands(expected)) {
                (true, true) => moved[0] += 1,
                (true, false) => moved[1] += 1,
                (false, true) => moved[2] += 1,
                (false, false) => {}
            }
            all += 1;
            right += usize::from(found.as_str() == expected);
            if found.as_str() != expected {
                println!("{found:?}, not {expected}: {text}");
            }
        }
        println!("{right} of {all}, booked or moved: found, too many, missed: {moved:?}");
        (right, all, moved)
    }

    #[test]
    fn sentences_of_summaries_and_calls_are_understood() {
        for set in [
            include_str!("../../tests/fixtures/outcome.jsonl"),
            include_str!("../../tests/fixtures/outcome_second.jsonl"),
            include_str!("../../tests/fixtures/outcome_third.jsonl"),
            include_str!("../../tests/fixtures/outcome_fourth.jsonl"),
        ] {
            let (right, all, [found, more, missed]) = score(set);
            assert!(right * 100 >= all * 93, "{right} of {all}");
            assert!(found * 100 >= (found + more) * 95 && found * 100 >= (found + missed) * 95);
        }
    }
}
