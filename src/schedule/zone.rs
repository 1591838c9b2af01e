use chrono::{DateTime, LocalResult, NaiveDateTime, TimeDelta, TimeZone, Utc};
#[cfg(feature = "desk")]
use chrono::{Datelike, Days, NaiveDate, NaiveTime};
use chrono_tz::Tz;

/// The instant of a local time that begins something: in a gap the first valid instant after it, in a fold the
/// earlier of the two.
pub(crate) fn earliest(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(time) | LocalResult::Ambiguous(time, _) => time.with_timezone(&Utc),
        LocalResult::None => after_gap(zone, local),
    }
}

/// The instant of a local time that ends something: in a gap the first valid instant after it, in a fold the later
/// of the two.
pub(crate) fn latest(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(time) | LocalResult::Ambiguous(_, time) => time.with_timezone(&Utc),
        LocalResult::None => after_gap(zone, local),
    }
}

/// The instant, or the nearest that every zone can tell: the calendar ends a few days earlier for clocks ahead or behind.
pub(crate) fn inside(at: DateTime<Utc>) -> DateTime<Utc> {
    let margin = TimeDelta::days(3);
    at.clamp(DateTime::<Utc>::MIN_UTC + margin, DateTime::<Utc>::MAX_UTC - margin)
}

/// The day and the week, from Monday to Sunday, that an instant lies in: each from its beginning up to the next one's.
#[cfg(feature = "desk")]
pub(crate) fn bounds(at: DateTime<Utc>, zone: Tz) -> ([DateTime<Utc>; 2], [DateTime<Utc>; 2]) {
    // A week before the calendar's ends there is always a day before and after.
    let margin = TimeDelta::days(14);
    let at = at.clamp(DateTime::<Utc>::MIN_UTC + margin, DateTime::<Utc>::MAX_UTC - margin);
    let date = at.with_timezone(&zone).date_naive();
    let midnight = |date: NaiveDate| earliest(zone, date.and_time(NaiveTime::MIN));
    let monday = date - Days::new(date.weekday().num_days_from_monday().into());
    ([midnight(date), midnight(date + Days::new(1))], [midnight(monday), midnight(monday + Days::new(7))])
}

/// The instant at which a gap's clock jumps. The longest gap on record is a whole day (Samoa, 2011).
fn after_gap(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    // The offset before the gap puts the missing time after the jump, the one after it before: halve the span
    // between until the two instants that surround the jump are a second apart.
    let guess = inside(local.and_utc());
    let (mut before, mut after) = (guess - TimeDelta::hours(40), guess + TimeDelta::hours(40));
    while after - before > TimeDelta::seconds(1) {
        let middle = before + (after - before) / 2;
        if middle.with_timezone(&zone).naive_local() > local {
            after = middle;
        } else {
            before = middle;
        }
    }
    let whole = after.timestamp();
    DateTime::from_timestamp(whole, 0).unwrap_or(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    #[test]
    fn gaps_and_folds_have_one_answer() {
        let new_york: Tz = "America/New_York".parse().unwrap();
        assert_eq!(earliest(new_york, local("2026-03-08T02:30:00")).to_rfc3339(), "2026-03-08T07:00:00+00:00");
        assert_eq!(latest(new_york, local("2026-03-08T02:30:00")).to_rfc3339(), "2026-03-08T07:00:00+00:00");
        assert_eq!(earliest(new_york, local("2026-11-01T01:30:00")).to_rfc3339(), "2026-11-01T05:30:00+00:00");
        assert_eq!(latest(new_york, local("2026-11-01T01:30:00")).to_rfc3339(), "2026-11-01T06:30:00+00:00");
        let lord_howe: Tz = "Australia/Lord_Howe".parse().unwrap();
        assert_eq!(earliest(lord_howe, local("2026-10-04T02:15:00")).to_rfc3339(), "2026-10-03T15:30:00+00:00");
        let apia: Tz = "Pacific/Apia".parse().unwrap();
        assert_eq!(earliest(apia, local("2011-12-30T12:00:00")).to_rfc3339(), "2011-12-30T10:00:00+00:00");
    }
}
