use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A stretch of time from an instant up to but not including another, in whole seconds; fractions are rounded outward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Interval {
    // Seconds since 1970, within what `DateTime` can tell.
    pub(super) start: i64,
    pub(super) end: i64,
}

/// A stretch of time that ends before or when it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an interval ends after it begins")]
pub struct InvalidInterval;

#[derive(Serialize, Deserialize)]
struct Written {
    start: DateTime<Utc>,
    end: DateTime<Utc>,
}

impl Interval {
    /// From `start` up to but not including `end`.
    ///
    /// # Errors
    /// [`InvalidInterval`] when it would be empty.
    pub fn new(start: DateTime<Utc>, end: DateTime<Utc>) -> Result<Self, InvalidInterval> {
        if end <= start {
            return Err(InvalidInterval);
        }
        let end_second = end.timestamp() + i64::from(end.timestamp_subsec_nanos() > 0);
        Ok(Self { start: start.timestamp(), end: end_second.min(DateTime::<Utc>::MAX_UTC.timestamp()) })
    }

    /// The same in seconds since 1970.
    ///
    /// # Errors
    /// [`InvalidInterval`] when it would be empty, or lies outside what [`DateTime`] can tell.
    pub fn from_seconds(start: i64, end: i64) -> Result<Self, InvalidInterval> {
        let can_tell = DateTime::<Utc>::MIN_UTC.timestamp()..=DateTime::<Utc>::MAX_UTC.timestamp();
        let is_valid = start < end && can_tell.contains(&start) && can_tell.contains(&end);
        is_valid.then_some(Self { start, end }).ok_or(InvalidInterval)
    }

    /// When it begins.
    #[must_use]
    pub fn start(&self) -> DateTime<Utc> {
        instant(self.start)
    }

    /// When it is over.
    #[must_use]
    pub fn end(&self) -> DateTime<Utc> {
        instant(self.end)
    }

    /// True when the two have an instant in common.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

impl TryFrom<Written> for Interval {
    type Error = InvalidInterval;

    fn try_from(written: Written) -> Result<Self, InvalidInterval> {
        Self::new(written.start, written.end)
    }
}

impl From<Interval> for Written {
    fn from(interval: Interval) -> Self {
        Self { start: interval.start(), end: interval.end() }
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.start().format("%FT%TZ"), self.end().format("%FT%TZ"))
    }
}

/// The instant of a second; the nearest that can be told beyond the end of the calendar.
pub(super) fn instant(second: i64) -> DateTime<Utc> {
    let beyond = if second < 0 { DateTime::<Utc>::MIN_UTC } else { DateTime::<Utc>::MAX_UTC };
    DateTime::from_timestamp(second, 0).unwrap_or(beyond)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_are_rounded_outward_and_nothing_is_empty() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let interval = Interval::new(at("2026-01-01T00:00:00.9Z"), at("2026-01-01T00:00:01.1Z")).unwrap();
        assert_eq!(interval.to_string(), "2026-01-01T00:00:00Z/2026-01-01T00:00:02Z");
        assert_eq!(Interval::new(interval.start(), interval.start()), Err(InvalidInterval));
        assert_eq!(Interval::from_seconds(0, i64::MAX), Err(InvalidInterval));
        let json = serde_json::to_string(&interval).unwrap();
        assert_eq!(serde_json::from_str::<Interval>(&json).unwrap(), interval);
        assert!(serde_json::from_str::<Interval>(&json.replace("00:00:02", "00:00:00")).is_err());
        Interval::new(DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC).unwrap();
    }
}
