//! Every zone of the database, ten years of it: openings and slots against whoever looks at every minute, and against
//! jiff.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use frontdesk::schedule::{Interval, Openings, Slot, SlotQuery, WeeklyHours};

use crate::specs::say;

const YEARS: (i32, i32) = (2020, 2030);

fn new_year(year: i32) -> DateTime<Utc> {
    NaiveDate::from_ymd_opt(year, 1, 1).unwrap().and_hms_opt(0, 0, 0).unwrap().and_utc()
}

fn offset(zone: Tz, at: DateTime<Utc>) -> i64 {
    (at.with_timezone(&zone).naive_local() - at.naive_utc()).num_seconds()
}

/// When the clocks of a zone are put forward or back, to the second, and by how much before and after.
fn shifts(zone: Tz) -> Vec<(DateTime<Utc>, i64, i64)> {
    let mut shifts = Vec::new();
    let mut at = new_year(YEARS.0);
    while at < new_year(YEARS.1) {
        let next = at + TimeDelta::days(1);
        let (before, after) = (offset(zone, at), offset(zone, next));
        if before != after {
            let (mut low, mut high) = (at, next);
            while high - low > TimeDelta::seconds(1) {
                let middle = low + TimeDelta::seconds((high - low).num_seconds() / 2);
                if offset(zone, middle) == before { low = middle } else { high = middle }
            }
            shifts.push((high, before, after));
        }
        at = next;
    }
    shifts
}

/// The minutes around a shift, each with what the clock says.
struct Minutes(Vec<(i64, NaiveDateTime)>);

impl Minutes {
    fn around(zone: Tz, shift: DateTime<Utc>) -> Self {
        let from = shift.timestamp().div_euclid(60) * 60 - 50 * 3_600;
        let minute = |minute: i64| {
            let at = DateTime::from_timestamp(from + minute * 60, 0).unwrap();
            (at.timestamp(), at.with_timezone(&zone).naive_local())
        };
        Self((0..100 * 60).map(minute).collect())
    }

    /// When the clock comes to say this or more: the first time or the last.
    fn crossing(&self, local: NaiveDateTime, last: bool) -> i64 {
        // A fold may put the clock back to the very minute.
        let says = |pair: &[(i64, NaiveDateTime)]| pair[1].1 == local || (pair[0].1 < local && local <= pair[1].1);
        let mut crossings = self.0.windows(2).filter(|pair| says(pair)).map(|pair| pair[1].0);
        if last { crossings.next_back() } else { crossings.next() }.unwrap()
    }
}

/// Of the day of a shift, in minutes of the local day.
const WINDOWS: [(i64, i64); 4] = [(0, 90), (100, 165), (170, 660), (1_290, 1_440)];

fn hours() -> WeeklyHours {
    let text =
        WINDOWS.map(|(start, end)| format!("{:02}:{:02}-{:02}:{:02}", start / 60, start % 60, end / 60, end % 60));
    format!("mon-sun {}", text.join(",")).parse().unwrap()
}

/// Each window up to where the next begins; what lies within another is none.
fn in_turn(all: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let inside =
        |window: &(i64, i64)| all.iter().any(|other| other != window && other.0 <= window.0 && window.1 <= other.1);
    let mut own: Vec<(i64, i64)> =
        all.iter().copied().filter(|window| window.0 < window.1 && !inside(window)).collect();
    own.sort_unstable();
    let next: Vec<i64> = own.iter().skip(1).map(|window| window.0).chain([i64::MAX]).collect();
    own.into_iter().zip(next).map(|((start, end), next)| (start, end.min(next))).collect()
}

#[test]
fn slots_of_every_zone_agree_with_who_looks_at_every_minute() {
    let hours = hours();
    let mut seen = HashMap::new();
    let (mut zones, mut days) = (0, 0);
    for zone in TZ_VARIANTS {
        let shifts = shifts(zone);
        zones += 1;
        // Many zones are others by another name.
        if seen.insert(shifts.clone(), zone).is_some() {
            continue;
        }
        for (shift, _, _) in shifts {
            let minutes = Minutes::around(zone, shift);
            let date = shift.with_timezone(&zone).date_naive();
            let (from, until) = (shift - TimeDelta::hours(20), shift + TimeDelta::hours(20));
            let busy = [Interval::new(shift + TimeDelta::minutes(47), shift + TimeDelta::minutes(48)).unwrap()];
            let mut all = Vec::new();
            for date in [date - Days::new(1), date, date + Days::new(1)] {
                let local = |minute: i64| date.and_hms_opt(0, 0, 0).unwrap() + TimeDelta::minutes(minute);
                let window = |(start, end)| (minutes.crossing(local(start), false), minutes.crossing(local(end), true));
                all.extend(WINDOWS.map(window));
            }
            let mut expected = BTreeSet::new();
            for (start, end) in in_turn(&all) {
                for slot in (start..end).step_by(20 * 60) {
                    let stays_open = (slot..slot + 1_200)
                        .step_by(60)
                        .all(|minute| all.iter().any(|(start, end)| *start <= minute && minute < *end));
                    let span = Interval::from_seconds(slot, slot + 1_200).unwrap();
                    let fits = from <= span.start() && span.end() <= until;
                    if stays_open && fits && !span.overlaps(&busy[0]) {
                        expected.insert(slot);
                    }
                }
            }
            let query = SlotQuery::new(&hours, zone).duration(TimeDelta::minutes(20)).between(from, until);
            let ours: Vec<i64> = query.free_of(&busy).iter().map(Slot::start_second).collect();
            assert_eq!(ours, expected.into_iter().collect::<Vec<_>>(), "{zone} {shift}");
            days += 1;
        }
    }
    say(format_args!(
        "schedule: {zones} zones, {} of their own, {days} shifts from {} to {}",
        seen.len(),
        YEARS.0,
        YEARS.1
    ));
    assert!(zones > 500 && days > 700);
}

/// The instant of a local time as jiff knows it: in a gap when that is over, in a fold the first or the last.
fn by_jiff(zone: &jiff::tz::TimeZone, local: NaiveDateTime, last: bool) -> i64 {
    let text = local.format("%FT%T").to_string();
    let local: jiff::civil::DateTime = text.parse().unwrap();
    let ambiguous = zone.to_ambiguous_timestamp(local);
    match ambiguous.offset() {
        jiff::tz::AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(local).unwrap().as_second(),
        jiff::tz::AmbiguousOffset::Fold { before, after } => {
            (if last { after } else { before }).to_timestamp(local).unwrap().as_second()
        }
        jiff::tz::AmbiguousOffset::Gap { before, .. } => {
            let beyond = before.to_timestamp(local).unwrap() + jiff::SignedDuration::from_secs(1);
            zone.preceding(beyond).next().unwrap().timestamp().as_second()
        }
    }
}

#[test]
fn openings_of_every_zone_agree_with_jiff() {
    let hours = hours();
    let (mut compared, mut unknown, mut other_data) = (0, Vec::new(), Vec::new());
    'zones: for zone in TZ_VARIANTS {
        let Ok(theirs) = jiff::tz::TimeZone::get(zone.name()) else {
            unknown.push(zone.name());
            continue;
        };
        let mut dates: BTreeSet<NaiveDate> = BTreeSet::new();
        for (shift, _, after) in shifts(zone) {
            // What the two databases say of the clock comes first: here it is how they are read that is compared.
            let at = jiff::Timestamp::from_second(shift.timestamp()).unwrap();
            if i64::from(theirs.to_offset(at).seconds()) != after {
                other_data.push(zone.name());
                continue 'zones;
            }
            let date = shift.with_timezone(&zone).date_naive();
            dates.extend([date - Days::new(1), date, date + Days::new(1)]);
        }
        let mut date = new_year(YEARS.0).date_naive();
        while date < new_year(YEARS.1).date_naive() {
            dates.insert(date);
            date = date + Days::new(13);
        }
        for date in dates {
            let mut all = Vec::new();
            for date in [date - Days::new(1), date, date + Days::new(1)] {
                let midnight = date.and_hms_opt(0, 0, 0).unwrap();
                let at = |minute: i64, last: bool| by_jiff(&theirs, midnight + TimeDelta::minutes(minute), last);
                all.push(WINDOWS.map(|(start, end)| (at(start, false), at(end, true))));
            }
            let Some(today) = all.get(1).copied() else { continue };
            let (first, last) = (today.iter().map(|window| window.0).min(), today.iter().map(|window| window.1).max());
            let time = |second: Option<i64>| DateTime::from_timestamp(second.unwrap(), 0).unwrap();
            let ours: Vec<(i64, i64)> = Openings::new(&hours, zone, time(first), time(last))
                .iter()
                .map(|window| (window.start().timestamp(), window.end().timestamp()))
                .collect();
            let within = |window: &(i64, i64)| Some(window.0) < last && first < Some(window.1);
            let expected: Vec<_> = in_turn(&all.concat()).into_iter().filter(within).collect();
            assert_eq!(ours, expected, "{zone} {date}");
            compared += expected.len();
        }
    }
    say(format_args!(
        "schedule: {compared} windows as jiff has them; unknown to it: {unknown:?}; with other data: {other_data:?}"
    ));
    assert!(compared > 500_000 && unknown.len() < 5 && other_data.len() < 20);
}
