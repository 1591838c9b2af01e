//! Times as people say them.

mod dates;
mod english;
mod item;
mod resolve;
mod said;
mod token;

use std::fmt;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::alternatives::PartOfDay;
use super::hours::WeeklyHours;

/// What somebody meant who spoke of a time.
///
/// Nothing is invented: what can be read in more than one way is asked back, and so is what would have to be guessed. The
/// rules:
///
/// - A bare hour has the only reading between 8:00 and 18:00 (8 to 11 in the morning, noon, 1 to 5 in the afternoon); 6 and
///   7 are asked back. Opening hours decide where they hold one reading only.
/// - "Next Tuesday" is asked back while a Tuesday is still to come this week; a weekday that is today's is asked back
///   unless the time has passed today. Weeks are those of ISO 8601.
/// - Numeric dates whose parts could both be months are asked back.
/// - A time without a day is today's if it is still ahead, else asked back.
/// - What is past, what the clocks skip, and what they show twice is told as such.
///
/// English is understood.
///
/// ```
/// use frontdesk::schedule::{Question, SpokenTime};
///
/// let zone = chrono_tz::America::New_York;
/// let now = "2026-03-10T13:30:00Z".parse()?;          // Tuesday, 9:30 in New York
/// let heard = |text| SpokenTime::understand(text, now, zone, None);
///
/// let SpokenTime::Exact(at) = heard("Tuesday, no, Wednesday at half past two") else { panic!() };
/// assert_eq!(at.with_timezone(&zone).to_rfc3339(), "2026-03-11T14:30:00-04:00");
/// assert!(matches!(heard("tomorrow morning"), SpokenTime::Window { .. }));
/// let SpokenTime::Ambiguous { question, candidates } = heard("Friday at seven") else { panic!() };
/// assert_eq!((question, candidates.len()), (Question::MorningOrEvening, 2));
/// assert_eq!(heard("can I get a cleaning?"), SpokenTime::NotATime);
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SpokenTime {
    /// One instant.
    Exact(DateTime<Utc>),
    /// A stretch of time within which somebody wishes something.
    Window {
        /// When it begins.
        from: DateTime<Utc>,
        /// When it ends.
        until: DateTime<Utc>,
        /// The part of the day, when that was said.
        part: Option<PartOfDay>,
    },
    /// It is to be asked back.
    Ambiguous {
        /// What to ask.
        question: Question,
        /// What may be meant, earliest first; empty when there is nothing to offer.
        candidates: Vec<DateTime<Utc>>,
    },
    /// It is over.
    Past,
    /// No clock and no calendar shows it: the hour that is skipped when clocks go forward, or February 30.
    Nonexistent,
    /// Nothing was said of a time.
    NotATime,
}

/// What to ask somebody back. `Display` is a sentence in English.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Question {
    /// Whether the hour is one of the morning or of the evening.
    MorningOrEvening,
    /// Which day: only a time was said, and it has passed today.
    Day,
    /// Which of several days.
    WhichDay,
    /// Which part of a numeric date is the month.
    DayOrMonth,
    /// Which of several times.
    WhichTime,
    /// The time comes twice that day: clocks go back.
    FirstOrSecond,
    /// The date is not that day of the week.
    Mismatch,
    /// It was not understood, though it speaks of a time.
    Rephrase,
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MorningOrEvening => "Is that in the morning or in the evening?",
            Self::Day => "On which day?",
            Self::WhichDay => "Which day do you mean?",
            Self::DayOrMonth => "Which day of which month do you mean?",
            Self::WhichTime => "Which time do you mean?",
            Self::FirstOrSecond => "The clocks go back then, so that time comes twice. Which one do you mean?",
            Self::Mismatch => "That date falls on another day of the week. Which day do you mean?",
            Self::Rephrase => "Which day and what time would you like?",
        })
    }
}

impl SpokenTime {
    /// Pure: what `text`, said at `now` in `zone`, means. `hours` decide between two readings of an hour.
    #[must_use]
    pub fn understand(text: &str, now: DateTime<Utc>, zone: Tz, hours: Option<&WeeklyHours>) -> Self {
        resolve::resolve(&english::items(text), now, zone, hours)
    }

    /// Pure: which of the times that were offered `text` means. It need only tell them apart: "the nine o'clock one",
    /// "Thursday". What means none of them is what [`understand`](Self::understand) makes of it.
    ///
    /// ```
    /// use frontdesk::schedule::SpokenTime;
    ///
    /// let zone = chrono_tz::America::New_York;
    /// let now = "2026-03-10T13:30:00Z".parse()?;
    /// let offered = ["2026-03-11T13:00:00Z".parse()?, "2026-03-12T18:00:00Z".parse()?];
    /// let chosen = |text| SpokenTime::among(text, now, zone, None, &offered).exact();
    /// assert_eq!(chosen("nine, please"), Some(offered[0]));
    /// assert_eq!(chosen("Thursday"), Some(offered[1]));
    /// assert_eq!(chosen("the morning"), None);
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    #[must_use]
    pub fn among(
        text: &str,
        now: DateTime<Utc>,
        zone: Tz,
        hours: Option<&WeeklyHours>,
        offered: &[DateTime<Utc>],
    ) -> Self {
        resolve::among(&english::items(text), now, zone, hours, offered)
    }

    /// The instant, when it is exact.
    #[must_use]
    pub fn exact(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Exact(at) => Some(*at),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
