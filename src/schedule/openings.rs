use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;

use super::hours::WeeklyHours;
use super::interval::Interval;

/// More days than anybody asks for at once: ten years.
const MOST_DAYS: u64 = 3_660;

/// What a zone makes of weekly hours: each window of each day as instants, the days of daylight saving included.
///
/// [`SlotQuery`](super::SlotQuery) makes them itself; made once and [given to it](super::SlotQuery::with_openings) they
/// need not be made again.
///
/// A window that begins in a gap of the clock begins when the gap is over; in a fold it begins the first time and ends
/// the second. Where two windows overlap the first ends where the second begins; an appointment may reach from one into
/// the other, and so it may where two touch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Openings {
    /// Disjoint and in order; each is `(start, end)`.
    windows: Vec<(i64, i64)>,
    zone: Tz,
}

impl Openings {
    /// The windows that reach into the stretch of time, whole; of ten years at most.
    #[must_use]
    pub fn new(hours: &WeeklyHours, zone: Tz, from: DateTime<Utc>, until: DateTime<Utc>) -> Self {
        let date = |at: DateTime<Utc>| at.naive_utc().date();
        // A day before for windows past midnight, and one each for zones ahead of and behind UTC.
        let first = date(from).checked_sub_days(Days::new(2)).unwrap_or(NaiveDate::MIN);
        let last = date(until).checked_add_days(Days::new(2)).unwrap_or(NaiveDate::MAX);
        let last = first.checked_add_days(Days::new(MOST_DAYS)).map_or(last, |limit| last.min(limit));
        let mut windows: Vec<(i64, i64)> = Vec::new();
        let mut day = Some(first);
        while let Some(date) = day.filter(|date| *date <= last) {
            windows.extend(
                hours
                    .windows_on(date)
                    .iter()
                    .filter_map(|window| window.on(date, zone))
                    .map(|(opens, closes)| (opens.timestamp(), closes.timestamp()))
                    // A gap of the clock may swallow a window whole.
                    .filter(|(opens, closes)| opens < closes),
            );
            day = date.succ_opt();
        }
        let mut windows = in_turn(windows);
        let (from, until) = (from.timestamp(), until.timestamp());
        windows.retain(|(opens, closes)| *opens < until && from < *closes);
        Self { windows, zone }
    }

    /// The windows, in order.
    pub fn iter(&self) -> impl Iterator<Item = Interval> + '_ {
        self.windows.iter().map(|&(start, end)| Interval { start, end })
    }

    pub(super) fn windows(&self) -> &[(i64, i64)] {
        &self.windows
    }

    pub(super) fn zone(&self) -> Tz {
        self.zone
    }
}

/// Pure: in order and disjoint: what lies within another goes, and what reaches into the next ends there.
fn in_turn(mut windows: Vec<(i64, i64)>) -> Vec<(i64, i64)> {
    windows.sort_unstable_by_key(|&(start, end)| (start, std::cmp::Reverse(end)));
    let mut turns: Vec<(i64, i64)> = Vec::with_capacity(windows.len());
    let mut reached = i64::MIN;
    for (start, end) in windows {
        if end <= reached {
            continue;
        }
        if let Some(last) = turns.last_mut() {
            last.1 = last.1.min(start);
        }
        turns.push((start, end));
        reached = end;
    }
    turns
}

/// Pure: what two lists of windows, each disjoint and in order, have in common.
pub(super) fn intersection(ours: &[(i64, i64)], theirs: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let (mut ours, mut theirs) = (ours.iter().peekable(), theirs.iter().peekable());
    let mut common = Vec::new();
    while let (Some(a), Some(b)) = (ours.peek(), theirs.peek()) {
        let (start, end) = (a.0.max(b.0), a.1.min(b.1));
        if start < end {
            common.push((start, end));
        }
        if a.1 <= b.1 {
            ours.next()
        } else {
            theirs.next()
        };
    }
    common
}

#[cfg(test)]
mod tests {
    use super::*;

    fn openings(hours: &str, zone: &str, from: &str, until: &str) -> Vec<String> {
        let openings = Openings::new(
            &hours.parse().unwrap(),
            zone.parse().unwrap(),
            from.parse().unwrap(),
            until.parse().unwrap(),
        );
        openings.iter().map(|window| window.to_string()).collect()
    }

    #[test]
    fn the_day_of_the_jump_has_its_own_length() {
        // 13:00 to 18:00 in New York on the day its clocks go forward: an hour earlier in UTC than the day before.
        assert_eq!(
            openings("mon-sun 13:00-18:00", "America/New_York", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"),
            ["2026-03-08T17:00:00Z/2026-03-08T22:00:00Z"]
        );
        assert_eq!(
            openings("sun 02:10-02:50", "America/New_York", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"),
            [""; 0],
            "a window that the gap swallows is none"
        );
        assert_eq!(
            openings("sun 01:30-02:30", "Australia/Lord_Howe", "2026-04-04T00:00:00Z", "2026-04-05T12:00:00Z"),
            ["2026-04-04T14:30:00Z/2026-04-04T16:00:00Z"],
            "a shift of half an hour makes an hour of one and a half"
        );
    }

    #[test]
    fn a_zone_that_shifts_at_midnight_has_no_hour_twice() {
        // Havana goes back from 1:00 to 0:00: Saturday ends with the second 0:00, Sunday begins with the first.
        let all = openings("mon-sun 00:00-24:00", "America/Havana", "2026-10-31T12:00:00Z", "2026-11-01T12:00:00Z");
        assert_eq!(all, ["2026-10-31T04:00:00Z/2026-11-01T04:00:00Z", "2026-11-01T04:00:00Z/2026-11-02T05:00:00Z"]);
        // Beirut goes forward from 0:00 to 1:00.
        let all = openings("mon-sun 00:00-24:00", "Asia/Beirut", "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z");
        assert_eq!(all, ["2026-03-27T22:00:00Z/2026-03-28T22:00:00Z", "2026-03-28T22:00:00Z/2026-03-29T21:00:00Z"]);
    }

    #[test]
    fn the_ends_of_the_calendar_do_no_harm() {
        let hours: WeeklyHours = "mon-sun 00:00-24:00".parse().unwrap();
        for (from, until) in [
            (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC),
            (DateTime::<Utc>::MAX_UTC, DateTime::<Utc>::MAX_UTC),
            (DateTime::<Utc>::MAX_UTC, DateTime::<Utc>::MIN_UTC),
        ] {
            let _ = hours.is_open(from, chrono_tz::Pacific::Kiritimati);
            for zone in ["Pacific/Kiritimati", "Etc/GMT+12", "UTC", "Europe/Berlin", "America/New_York"] {
                assert!(Openings::new(&hours, zone.parse().unwrap(), from, until).iter().count() < 4_000);
            }
        }
    }

    #[test]
    fn what_overlaps_comes_in_turn_wherever_one_starts_to_look() {
        let hours = "mon-sun 00:00-24:00,23:15-01:15,09:00-10:00";
        let day = ["2026-06-02T00:00:00Z/2026-06-02T23:15:00Z", "2026-06-02T23:15:00Z/2026-06-03T00:00:00Z"];
        for from in ["2026-06-02T00:00:00Z", "2026-05-20T00:00:00Z"] {
            let all = openings(hours, "UTC", from, "2026-06-03T00:00:00Z");
            assert_eq!(all[all.len() - 2..], day, "{from}");
        }
    }

    #[test]
    fn what_two_have_in_common_is_all_that_is_in_both() {
        let (a, b) = ([(0, 10), (10, 20), (30, 40)], [(5, 12), (15, 35)]);
        assert_eq!(intersection(&a, &b), [(5, 10), (10, 12), (15, 20), (30, 35)]);
        assert_eq!(intersection(&b, &a), intersection(&a, &b));
    }
}
