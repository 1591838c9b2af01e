use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::{earliest, inside, latest};

const DAY: u16 = 24 * 60;

/// A stretch of a day in local time, from `start` up to but not including `end`; it may run past midnight. Written as
/// `21:00-08:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Window {
    // Minutes from the day's midnight; the end may lie on the next day.
    start: u16,
    end: u16,
}

/// Opening hours that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidHours {
    /// Not a time of the form `09:30`, or past `24:00`.
    #[error("{0:?} is not a time between 00:00 and 24:00")]
    Time(String),
    /// Not a day or range of days such as `mon` or `mon-fri`.
    #[error("{0:?} is not a day or a range of days such as mon-fri")]
    Day(String),
    /// A window that begins where it ends.
    #[error("a window cannot be empty")]
    Empty,
    /// Days without windows, or windows without days.
    #[error("{0:?} is not of the form `mon-fri 09:00-17:00`")]
    Form(String),
}

impl Window {
    /// A window between two times of day; an end that is not after the start lies on the next day. Midnight as an
    /// end is the end of the day.
    ///
    /// # Errors
    /// [`InvalidHours::Empty`] when the two are equal.
    pub fn new(start: NaiveTime, end: NaiveTime) -> Result<Self, InvalidHours> {
        use chrono::Timelike;
        let minutes = |time: NaiveTime| u16::try_from(time.hour() * 60 + time.minute()).unwrap_or(0);
        Self::from_minutes(minutes(start), minutes(end))
    }

    fn from_minutes(start: u16, end: u16) -> Result<Self, InvalidHours> {
        let end = if end < start || (end == 0 && start > 0) { end + DAY } else { end };
        if start == end { Err(InvalidHours::Empty) } else { Ok(Self { start, end }) }
    }

    /// The instants at which the window that begins on `date` opens and closes; `None` past the end of the calendar.
    #[must_use]
    pub fn on(&self, date: NaiveDate, zone: Tz) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let midnight = date.and_time(NaiveTime::MIN);
        let at = |minutes: u16| midnight.checked_add_signed(TimeDelta::minutes(minutes.into()));
        Some((earliest(zone, at(self.start)?), latest(zone, at(self.end)?)))
    }
}

impl Window {
    /// When the window that an instant lies in opened and closes; `None` when it lies in none.
    #[must_use]
    pub fn around(&self, at: DateTime<Utc>, zone: Tz) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let today = inside(at).with_timezone(&zone).date_naive();
        let days = [today.checked_sub_days(Days::new(1)), Some(today)].into_iter().flatten();
        days.filter_map(|date| self.on(date, zone)).find(|(opens, closes)| *opens <= at && at < *closes)
    }
}

impl TryFrom<String> for Window {
    type Error = InvalidHours;

    fn try_from(text: String) -> Result<Self, InvalidHours> {
        text.parse()
    }
}

impl From<Window> for String {
    fn from(window: Window) -> Self {
        window.to_string()
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = if self.end > DAY { self.end - DAY } else { self.end };
        write!(f, "{:02}:{:02}-{:02}:{:02}", self.start / 60, self.start % 60, end / 60, end % 60)
    }
}

impl FromStr for Window {
    type Err = InvalidHours;

    fn from_str(text: &str) -> Result<Self, InvalidHours> {
        let (start, end) = text.split_once('-').ok_or_else(|| InvalidHours::Form(text.to_owned()))?;
        let minutes = |text: &str| {
            let wrong = || InvalidHours::Time(text.trim().to_owned());
            let (hour, minute) = text.trim().split_once(':').ok_or_else(wrong)?;
            let number = |digits: &str| match digits.len() {
                1 | 2 if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse::<u16>().map_err(|_| wrong()),
                _ => Err(wrong()),
            };
            match (number(hour)?, number(minute)?) {
                (24, 0) => Ok(DAY),
                (hour @ 0..=23, minute @ 0..=59) => Ok(hour * 60 + minute),
                _ => Err(wrong()),
            }
        };
        Self::from_minutes(minutes(start)?, minutes(end)?)
    }
}

/// Opening hours of a week, with exceptions by date.
///
/// Written as `mon-fri 09:00-12:00,13:00-17:00; sat 10:00-14:00`. Serialized as that text and a map of exceptions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct WeeklyHours {
    days: [Vec<Window>; 7],
    exceptions: BTreeMap<NaiveDate, Vec<Window>>,
}

#[derive(Serialize, Deserialize)]
struct Written {
    weekly: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    exceptions: BTreeMap<NaiveDate, Vec<String>>,
}

impl WeeklyHours {
    /// Never open.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a window to a day of the week.
    #[must_use]
    pub fn with_window(mut self, day: Weekday, window: Window) -> Self {
        if let Some(windows) = self.days.get_mut(index(day)) {
            windows.push(window);
            windows.sort_unstable();
        }
        self
    }

    /// Replaces the hours of one date; no windows means closed.
    #[must_use]
    pub fn with_exception(mut self, date: NaiveDate, windows: impl IntoIterator<Item = Window>) -> Self {
        let mut windows: Vec<_> = windows.into_iter().collect();
        windows.sort_unstable();
        self.exceptions.insert(date, windows);
        self
    }

    /// Closes these dates: holidays.
    #[must_use]
    pub fn with_closed(self, dates: impl IntoIterator<Item = NaiveDate>) -> Self {
        dates.into_iter().fold(self, |hours, date| hours.with_exception(date, []))
    }

    /// The windows that begin on a date.
    #[must_use]
    pub fn windows_on(&self, date: NaiveDate) -> &[Window] {
        match self.exceptions.get(&date) {
            Some(windows) => windows,
            None => self.days.get(index(date.weekday())).map(Vec::as_slice).unwrap_or_default(),
        }
    }

    /// Whether an instant lies in a window, those that began the day before included.
    #[must_use]
    pub fn is_open(&self, at: DateTime<Utc>, zone: Tz) -> bool {
        let today = inside(at).with_timezone(&zone).date_naive();
        [today.checked_sub_days(Days::new(1)), Some(today)].into_iter().flatten().any(|date| {
            self.windows_on(date)
                .iter()
                .filter_map(|window| window.on(date, zone))
                .any(|(opens, closes)| opens <= at && at < closes)
        })
    }
}

fn index(day: Weekday) -> usize {
    usize::try_from(day.num_days_from_monday()).unwrap_or(0)
}

const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

fn day(text: &str) -> Option<usize> {
    let text = text.trim().to_ascii_lowercase();
    NAMES.iter().position(|name| text == *name || (text.len() > 3 && full(name).starts_with(&text)))
}

fn full(name: &str) -> &'static str {
    match name {
        "mon" => "monday",
        "tue" => "tuesday",
        "wed" => "wednesday",
        "thu" => "thursday",
        "fri" => "friday",
        "sat" => "saturday",
        _ => "sunday",
    }
}

impl FromStr for WeeklyHours {
    type Err = InvalidHours;

    fn from_str(text: &str) -> Result<Self, InvalidHours> {
        let mut hours = Self::new();
        for line in text.split([';', '\n']).map(str::trim).filter(|line| !line.is_empty()) {
            let (days, windows) =
                line.split_once(char::is_whitespace).ok_or_else(|| InvalidHours::Form(line.to_owned()))?;
            let windows = windows.split(',').map(|window| window.trim().parse()).collect::<Result<Vec<Window>, _>>()?;
            for part in days.split(',') {
                let wrong = || InvalidHours::Day(part.to_owned());
                let (first, last) = part.split_once('-').unwrap_or((part, part));
                let (first, last) = (day(first).ok_or_else(wrong)?, day(last).ok_or_else(wrong)?);
                // A range may pass the end of the week: sat-mon.
                let length = (last + 7 - first) % 7;
                for offset in 0..=length {
                    if let Some(slot) = hours.days.get_mut((first + offset) % 7) {
                        slot.extend(&windows);
                        slot.sort_unstable();
                    }
                }
            }
        }
        Ok(hours)
    }
}

fn join(windows: &[Window]) -> String {
    windows.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

impl fmt::Display for WeeklyHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days: Vec<_> = self.days.iter().zip(NAMES).filter(|(windows, _)| !windows.is_empty()).collect();
        for (position, (windows, name)) in days.iter().enumerate() {
            write!(f, "{}{name} {}", if position == 0 { "" } else { "; " }, join(windows))?;
        }
        Ok(())
    }
}

impl TryFrom<Written> for WeeklyHours {
    type Error = InvalidHours;

    fn try_from(written: Written) -> Result<Self, InvalidHours> {
        let mut hours: Self = written.weekly.parse()?;
        for (date, windows) in written.exceptions {
            let windows = windows.iter().map(|window| window.parse()).collect::<Result<Vec<_>, _>>()?;
            hours = hours.with_exception(date, windows);
        }
        Ok(hours)
    }
}

impl From<WeeklyHours> for Written {
    fn from(hours: WeeklyHours) -> Self {
        let exceptions = hours.exceptions.iter();
        Self {
            weekly: hours.to_string(),
            exceptions: exceptions
                .map(|(date, windows)| (*date, windows.iter().map(ToString::to_string).collect()))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn reads_what_it_writes() {
        for text in ["mon 09:00-12:00,13:00-17:00; sat 22:00-02:00", "sun 00:00-24:00", ""] {
            assert_eq!(text.parse::<WeeklyHours>().unwrap().to_string(), text);
        }
        let hours: WeeklyHours = "sat-mon 10:00-11:00; Wednesday 1:00-2:00".parse().unwrap();
        assert_eq!(hours.to_string(), "mon 10:00-11:00; wed 01:00-02:00; sat 10:00-11:00; sun 10:00-11:00");
        let hours = hours.with_exception("2026-12-24".parse().unwrap(), ["10:00-12:00".parse().unwrap()]);
        let json = serde_json::to_string(&hours).unwrap();
        assert_eq!(serde_json::from_str::<WeeklyHours>(&json).unwrap(), hours);
    }

    #[test]
    fn names_what_it_cannot_read() {
        for (text, expected) in [
            ("mon 9-5", InvalidHours::Time("9".into())),
            ("mon 25:00-26:00", InvalidHours::Time("25:00".into())),
            ("mon 09:00-24:01", InvalidHours::Time("24:01".into())),
            ("mon 09:00-09:00", InvalidHours::Empty),
            ("moon 09:00-10:00", InvalidHours::Day("moon".into())),
            ("mon", InvalidHours::Form("mon".into())),
        ] {
            assert_eq!(text.parse::<WeeklyHours>(), Err(expected), "{text}");
        }
    }

    #[test]
    fn follows_the_zone_through_daylight_saving() {
        let hours: WeeklyHours = "mon-sun 13:00-18:00".parse().unwrap();
        let zone: Tz = "America/New_York".parse().unwrap();
        for (time, open) in [
            ("2026-03-07T18:00:00Z", true),
            ("2026-03-07T17:59:59Z", false),
            ("2026-03-08T17:00:00Z", true),
            ("2026-03-08T16:59:59Z", false),
            ("2026-03-08T21:59:59Z", true),
            ("2026-03-08T22:00:00Z", false),
        ] {
            assert_eq!(hours.is_open(at(time), zone), open, "{time}");
        }
    }

    #[test]
    fn exceptions_replace_a_day() {
        let hours: WeeklyHours = "mon-fri 09:00-17:00".parse().unwrap();
        let hours = hours.with_exception("2026-12-25".parse().unwrap(), []);
        assert!(!hours.is_open(at("2026-12-25T12:00:00Z"), Tz::UTC));
        assert!(hours.is_open(at("2026-12-24T12:00:00Z"), Tz::UTC));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,40}") {
            let _ = text.parse::<WeeklyHours>();
        }

        #[test]
        fn agrees_with_minutes_of_the_day(start in 0_u16..1440, length in 1_u16..1440, minute in 0_i64..20160) {
            let window = Window { start, end: start + length };
            let hours = (0..7).fold(WeeklyHours::new(), |hours, day| {
                hours.with_window(Weekday::try_from(day).unwrap(), window)
            });
            let time = at("2026-06-01T00:00:00Z") + TimeDelta::minutes(minute);
            let of_day = minute % 1440;
            let inside = |m: i64| i64::from(start) <= m && m < i64::from(start + length);
            prop_assert_eq!(hours.is_open(time, Tz::UTC), inside(of_day) || inside(of_day + 1440));
        }
    }
}
