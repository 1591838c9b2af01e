use chrono::{DateTime, Datelike, Days, TimeZone, Utc};
use chrono_tz::Tz;

/// More than anybody needs of an event without an end.
const MOST: usize = 1_000;

/// Pure: when the instances of a recurring event begin: daily or weekly rules with `INTERVAL`, `COUNT`, `UNTIL` and `BYDAY`
/// (<https://datatracker.ietf.org/doc/html/rfc5545#section-3.3.10>). Local times stay what they are on the days of a
/// shift.
pub(super) fn starts(rule: &str, first: DateTime<Utc>, zone: Tz) -> Vec<DateTime<Utc>> {
    let rule = rule.trim_start_matches("RRULE:");
    let part = |name: &str| rule.split(';').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
    let weekly = part("FREQ") == Some("WEEKLY");
    let interval: u64 = part("INTERVAL").and_then(|text| text.parse().ok()).filter(|number| *number > 0).unwrap_or(1);
    let count: usize = part("COUNT").and_then(|text| text.parse().ok()).unwrap_or(MOST).min(MOST);
    let until = part("UNTIL").and_then(|text| {
        let digits = text.trim_end_matches('Z');
        chrono::NaiveDateTime::parse_from_str(digits, "%Y%m%dT%H%M%S").ok().map(|time| time.and_utc())
    });
    let local = first.with_timezone(&zone);
    let days: Vec<u32> = part("BYDAY").map_or_else(
        || vec![local.weekday().num_days_from_monday()],
        |text| {
            let names = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
            text.split(',')
                .filter_map(|day| names.iter().position(|name| *name == day))
                .filter_map(|at| u32::try_from(at).ok())
                .collect()
        },
    );
    let monday = local.date_naive() - Days::new(local.weekday().num_days_from_monday().into());
    let mut found = Vec::new();
    let mut date = local.date_naive();
    for _ in 0..MOST * 7 {
        let weeks = (date - monday).num_days() / 7;
        let fits = if weekly {
            days.contains(&date.weekday().num_days_from_monday()) && u64::try_from(weeks).unwrap_or(0) % interval == 0
        } else {
            u64::try_from((date - local.date_naive()).num_days()).unwrap_or(0) % interval == 0
        };
        if fits {
            let start = zone.from_local_datetime(&date.and_time(local.time())).earliest();
            if let Some(start) = start.map(|start| start.with_timezone(&Utc)) {
                if found.len() >= count || until.is_some_and(|until| start > until) {
                    break;
                }
                found.push(start);
            }
        }
        match date.succ_opt() {
            Some(next) => date = next,
            None => break,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instances_follow_the_clock_on_the_wall() {
        let first = "2026-03-06T14:00:00Z".parse().unwrap();
        let zone = chrono_tz::America::New_York;
        let text = |rule: &str| starts(rule, first, zone).iter().map(DateTime::to_rfc3339).collect::<Vec<_>>();
        assert_eq!(
            text("RRULE:FREQ=WEEKLY;BYDAY=FR,MO;COUNT=3"),
            ["2026-03-06T14:00:00+00:00", "2026-03-09T13:00:00+00:00", "2026-03-13T13:00:00+00:00"]
        );
        assert_eq!(text("RRULE:FREQ=DAILY;INTERVAL=2;UNTIL=20260310T235959Z").len(), 3);
        assert_eq!(text("RRULE:FREQ=DAILY").len(), MOST);
    }
}
