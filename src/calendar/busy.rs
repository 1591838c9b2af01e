use chrono::{Days, NaiveDate, NaiveTime};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::event::EventId;
use crate::schedule::{Interval, earliest, latest};

/// A time that is not free, and what is known of the event behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Busy {
    /// When.
    pub interval: Interval,
    /// The event; `None` where only the time is shown.
    pub event: Option<EventId>,
    /// The booking that the event was entered for; `None` when somebody else entered it.
    pub booking: Option<String>,
}

impl Busy {
    /// A time that is not free.
    #[must_use]
    pub fn new(interval: Interval) -> Self {
        Self { interval, event: None, booking: None }
    }

    /// It is this event's.
    #[must_use]
    pub fn with_event(mut self, event: EventId) -> Self {
        self.event = Some(event);
        self
    }

    /// The event was entered for this booking.
    #[must_use]
    pub fn with_booking(mut self, booking: impl Into<String>) -> Self {
        self.booking = Some(booking.into());
        self
    }
}

/// How an event was entered, as far as it matters whether it keeps people busy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Entered {
    /// From one instant to another.
    Timed(Interval),
    /// Whole days, the last one not included.
    Days(NaiveDate, NaiveDate),
}

/// Which events keep people busy. Those that were cancelled or declined, or that are marked as free, never do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct BusyRules {
    /// Whether those do that are not certain yet; they do by default.
    pub tentative: bool,
    /// Whether those of whole days do; they do by default.
    pub whole_days: bool,
}

impl Default for BusyRules {
    fn default() -> Self {
        Self { tentative: true, whole_days: true }
    }
}

impl BusyRules {
    /// Pure: the time that an event takes; `None` when it takes none. A day is one of `zone`, the calendar's: on the day
    /// of a shift it has its own length.
    #[must_use]
    pub fn time_of(&self, entered: Entered, is_tentative: bool, zone: Tz) -> Option<Interval> {
        if is_tentative && !self.tentative {
            return None;
        }
        match entered {
            Entered::Timed(interval) => Some(interval),
            Entered::Days(..) if !self.whole_days => None,
            Entered::Days(first, end) => {
                // One that ends on the day it begins on is that day's.
                let end = if end > first { end } else { first.checked_add_days(Days::new(1))? };
                let midnight = |date: NaiveDate| date.and_time(NaiveTime::MIN);
                Interval::new(earliest(zone, midnight(first)), latest(zone, midnight(end))).ok()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_one_of_the_calendars_zone() {
        let (rules, day) = (BusyRules::default(), |text: &str| text.parse::<NaiveDate>().unwrap());
        let time = |first, end, zone: Tz| rules.time_of(Entered::Days(day(first), day(end)), false, zone).unwrap();
        assert_eq!(
            time("2026-03-08", "2026-03-09", chrono_tz::America::New_York).to_string(),
            "2026-03-08T05:00:00Z/2026-03-09T04:00:00Z"
        );
        assert_eq!(
            time("2026-03-28", "2026-03-28", chrono_tz::Asia::Beirut).to_string(),
            "2026-03-27T22:00:00Z/2026-03-28T22:00:00Z"
        );
    }

    #[test]
    fn what_is_not_certain_and_what_takes_whole_days_may_be_passed_over() {
        let interval = Interval::from_seconds(0, 60).unwrap();
        let days = Entered::Days("2026-03-08".parse().unwrap(), "2026-03-09".parse().unwrap());
        let free = BusyRules { tentative: false, whole_days: false };
        assert_eq!(free.time_of(Entered::Timed(interval), true, Tz::UTC), None);
        assert_eq!(free.time_of(Entered::Timed(interval), false, Tz::UTC), Some(interval));
        assert_eq!(free.time_of(days, false, Tz::UTC), None);
        assert!(BusyRules::default().time_of(days, true, Tz::UTC).is_some());
    }
}
