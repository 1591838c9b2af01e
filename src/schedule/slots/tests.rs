use proptest::prelude::*;

use super::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn busy(start: &str, end: &str) -> Interval {
    Interval::new(at(start), at(end)).unwrap()
}

fn clock(slots: &[Slot], zone: Tz) -> Vec<String> {
    slots.iter().map(|slot| slot.start().with_timezone(&zone).format("%d %H:%M").to_string()).collect()
}

const NEW_YORK: Tz = chrono_tz::America::New_York;

#[test]
fn the_day_of_the_jump_opens_when_the_clock_says_so() {
    let hours: WeeklyHours = "mon-sun 13:00-18:00".parse().unwrap();
    let query = SlotQuery::new(&hours, NEW_YORK).duration(TimeDelta::hours(1));
    let slots = query.between(at("2026-03-08T05:00:00Z"), at("2026-03-09T04:00:00Z")).free_of(&[]);
    assert_eq!(clock(&slots, NEW_YORK), ["08 13:00", "08 14:00", "08 15:00", "08 16:00", "08 17:00"]);
}

#[test]
fn a_night_shift_through_gap_and_fold_has_as_many_hours_as_pass() {
    let hours: WeeklyHours = "sat 22:00-06:00".parse().unwrap();
    for (from, until, expected) in [
        ("2026-03-07T12:00:00Z", "2026-03-08T18:00:00Z", 7),
        ("2026-10-31T12:00:00Z", "2026-11-01T18:00:00Z", 9),
        ("2026-06-06T12:00:00Z", "2026-06-07T18:00:00Z", 8),
    ] {
        let query = SlotQuery::new(&hours, NEW_YORK).duration(TimeDelta::hours(1)).between(at(from), at(until));
        assert_eq!(query.free_of(&[]).len(), expected, "{from}");
    }
}

#[test]
fn an_appointment_may_reach_from_one_window_into_one_that_touches() {
    let hours: WeeklyHours = "mon-sun 00:00-24:00".parse().unwrap();
    let query = SlotQuery::new(&hours, chrono_tz::UTC).duration(TimeDelta::minutes(100)).step(TimeDelta::minutes(50));
    let slots = query.between(at("2026-06-01T22:00:00Z"), at("2026-06-02T02:00:00Z")).free_of(&[]);
    // The day begins anew at midnight.
    assert_eq!(clock(&slots, chrono_tz::UTC), ["01 22:30", "01 23:20", "02 00:00"]);
}

#[test]
fn buffers_need_not_lie_within_the_hours_and_what_touches_is_not_in_the_way() {
    let hours: WeeklyHours = "mon 09:00-12:00".parse().unwrap();
    let query = SlotQuery::new(&hours, chrono_tz::UTC)
        .duration(TimeDelta::minutes(60))
        .step(TimeDelta::minutes(15))
        .buffer(TimeDelta::minutes(30), TimeDelta::minutes(15))
        .between(at("2026-06-01T00:00:00Z"), at("2026-06-02T00:00:00Z"));
    let between =
        [busy("2026-06-01T08:00:00Z", "2026-06-01T08:30:00Z"), busy("2026-06-01T10:30:00Z", "2026-06-01T10:31:00Z")];
    assert_eq!(clock(&query.free_of(&between), chrono_tz::UTC), ["01 09:00", "01 09:15"]);
    let windows: Vec<_> = query.windows(&between).iter().map(ToString::to_string).collect();
    assert_eq!(windows, ["2026-06-01T09:00:00Z/2026-06-01T10:15:00Z"]);
    assert!(query.is_free(at("2026-06-01T09:07:00Z"), &between));
    assert!(!query.is_free(at("2026-06-01T09:16:00Z"), &between));
    assert!(!query.is_free(at("2026-06-01T08:59:59Z"), &[]));
}

#[test]
fn a_gap_that_fits_to_the_second_is_free() {
    let hours: WeeklyHours = "mon 09:00-12:00".parse().unwrap();
    let taken =
        [busy("2026-06-01T09:00:00Z", "2026-06-01T10:00:00Z"), busy("2026-06-01T10:30:00Z", "2026-06-01T12:00:00Z")];
    let query = SlotQuery::new(&hours, chrono_tz::UTC).between(at("2026-06-01T00:00:00Z"), at("2026-06-02T00:00:00Z"));
    assert_eq!(clock(&query.free_of(&taken), chrono_tz::UTC), ["01 10:00"]);
    assert_eq!(query.windows(&taken).len(), 1);
    let tight = query.buffer(TimeDelta::seconds(1), TimeDelta::zero());
    assert_eq!(clock(&tight.free_of(&taken), chrono_tz::UTC), [""; 0]);
}

#[test]
fn days_and_weeks_that_are_full_have_nothing() {
    let hours: WeeklyHours = "mon-sun 10:00-11:00".parse().unwrap();
    // Monday evening in New York is Tuesday in UTC.
    let booked = [at("2026-06-02T02:00:00Z"), at("2026-06-01T14:00:00Z"), at("2026-06-03T14:00:00Z")];
    let query = SlotQuery::new(&hours, NEW_YORK).duration(TimeDelta::hours(1)).booked(&booked);
    let query = query.between(at("2026-05-31T04:00:00Z"), at("2026-06-10T04:00:00Z"));
    let days = |query: SlotQuery<'_>| clock(&query.free_of(&[]), NEW_YORK).join(" ").replace(" 10:00", "");
    assert_eq!(days(query.clone()), "31 01 02 03 04 05 06 07 08 09");
    assert_eq!(days(query.clone().per_day(2)), "31 02 03 04 05 06 07 08 09");
    assert_eq!(days(query.clone().per_day(1)), "31 02 04 05 06 07 08 09");
    assert_eq!(days(query.clone().per_week(3)), "31 08 09");
    assert_eq!(days(query.clone().per_week(4).per_day(9)), "31 01 02 03 04 05 06 07 08 09");
    assert_eq!(days(query.per_day(0)), "");
}

#[test]
fn what_cannot_be_asked_has_no_slots_and_says_why() {
    let hours: WeeklyHours = "mon-sun 10:00-11:00".parse().unwrap();
    let (from, until) = (at("2026-06-01T00:00:00Z"), at("2026-06-08T00:00:00Z"));
    let query = SlotQuery::new(&hours, NEW_YORK).between(from, until);
    for (wrong, why) in [
        (query.clone().duration(TimeDelta::zero()), InvalidQuery::Duration),
        (query.clone().duration(TimeDelta::MAX), InvalidQuery::Duration),
        (query.clone().step(TimeDelta::minutes(-5)), InvalidQuery::Step),
        (query.clone().buffer(TimeDelta::minutes(-1), TimeDelta::zero()), InvalidQuery::Buffer),
        (query.clone().buffer(TimeDelta::zero(), TimeDelta::MAX), InvalidQuery::Buffer),
        (query.clone().between(until, from), InvalidQuery::Range),
        (query.clone().capacity(0), InvalidQuery::Capacity),
        (SlotQuery::new(&hours, NEW_YORK), InvalidQuery::Range),
    ] {
        assert_eq!(wrong.check(), Err(why));
        assert_eq!((wrong.free_of(&[]), wrong.windows(&[])), (Vec::new(), Vec::new()), "{why}");
        assert!(!wrong.is_free(at("2026-06-01T14:00:00Z"), &[]));
        assert_eq!(SlotQuery::all_of(&[(query.clone(), &[]), (wrong, &[])]), []);
    }
    assert_eq!(query.free_of(&[]).len(), 14);
    let whole = query.clone().between(DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
    assert!(whole.notice(TimeDelta::MAX, DateTime::<Utc>::MAX_UTC).free_of(&[]).is_empty());
    let all = [Interval::new(DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC).unwrap()];
    assert!(query.free_of(&all).is_empty());
}

#[test]
fn several_are_free_together_where_their_hours_meet() {
    let (anna, ben): (WeeklyHours, WeeklyHours) =
        ("mon 09:00-12:00".parse().unwrap(), "mon 09:15-11:45".parse().unwrap());
    let query =
        |hours| SlotQuery::new(hours, chrono_tz::UTC).between(at("2026-06-01T00:00:00Z"), at("2026-06-02T00:00:00Z"));
    let anna_busy = [busy("2026-06-01T10:00:00Z", "2026-06-01T10:15:00Z")];
    let queries = [
        (query(&anna), anna_busy.as_slice()),
        (query(&ben).duration(TimeDelta::minutes(45)).step(TimeDelta::minutes(15)), &[]),
    ];
    // As long and as far apart as the longest; from where both are there.
    assert_eq!(clock(&SlotQuery::all_of(&queries), chrono_tz::UTC), ["01 09:15", "01 10:15", "01 10:45"]);
    assert_eq!(SlotQuery::all_of(&[]), []);
}

/// Every second is looked at by itself.
fn oracle(query: &SlotQuery<'_>, hours: &WeeklyHours, zone: Tz, busy: &[Interval]) -> Vec<i64> {
    let (from, until) = query.range.unwrap();
    let (duration, step) = (query.duration.num_seconds(), query.step.unwrap_or(query.duration).num_seconds());
    let (before, after) = (query.before.num_seconds(), query.after.num_seconds());
    let mut windows: Vec<(i64, i64)> = Vec::new();
    let mut date = from.naive_utc().date() - Days::new(3);
    while date <= until.naive_utc().date() + Days::new(3) {
        for window in hours.windows_on(date) {
            let (opens, closes) = window.on(date, zone).unwrap();
            windows.push((opens.timestamp(), closes.timestamp()));
        }
        date = date + Days::new(1);
    }
    windows.sort_unstable();
    windows.dedup();
    let open = |second: i64| windows.iter().any(|window| window.0 <= second && second < window.1);
    let within =
        |window: &(i64, i64)| windows.iter().any(|other| other != window && other.0 <= window.0 && window.1 <= other.1);
    let own: Vec<(i64, i64)> = windows.iter().copied().filter(|window| !within(window)).collect();
    let mut starts = Vec::new();
    for (at, window) in own.iter().enumerate() {
        let ends = own.get(at + 1).map_or(window.1, |next| window.1.min(next.0));
        let mut start = window.0;
        while start < ends {
            // All times are whole minutes.
            let minutes = |from: i64, until: i64| (from..until).step_by(60);
            let is_open = minutes(start, start + duration).all(open);
            let fits = start >= from.timestamp() && start + duration <= until.timestamp();
            let in_time = query.not_before.is_none_or(|at| start >= at.timestamp())
                && query.not_after.is_none_or(|at| start <= at.timestamp());
            let room = minutes(start - before, start + duration + after).all(|minute| {
                let there = busy.iter().filter(|busy| busy.start < minute + 60 && minute < busy.end).count();
                there < query.capacity as usize
            });
            let day = |at: DateTime<Utc>| at.with_timezone(&zone).date_naive();
            let today = day(instant(start));
            let per_day = query.booked.iter().filter(|start| day(**start) == today).count();
            let per_week = query.booked.iter().filter(|start| day(**start).iso_week() == today.iso_week()).count();
            let allowed = query.per_day.is_none_or(|limit| per_day < limit as usize)
                && query.per_week.is_none_or(|limit| per_week < limit as usize);
            if is_open && fits && in_time && room && allowed {
                starts.push(start);
            }
            start += step;
        }
    }
    starts
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]
    #[test]
    fn agrees_with_who_looks_at_every_minute(
        zone in prop::sample::select(vec!["UTC", "America/New_York", "Australia/Lord_Howe", "America/Havana", "Asia/Beirut", "Africa/Cairo"]),
        day in prop::sample::select(vec!["2026-03-08", "2026-03-29", "2026-04-05", "2026-04-24", "2026-06-01", "2026-11-01", "2026-10-25", "2026-10-30"]),
        windows in prop::collection::vec((0_u32..96, 1_u32..96), 1..4),
        (duration, step) in (1_i64..30, 1_i64..30),
        (before, after) in (0_i64..6, 0_i64..6),
        (capacity, per_day, per_week) in (1_u32..4, prop::option::of(0_u32..4), prop::option::of(1_u32..6)),
        (notice, horizon) in (prop::option::of(0_i64..400), prop::option::of(0_i64..400)),
        taken in prop::collection::vec((0_i64..500, 1_i64..60), 0..12),
        booked in prop::collection::vec(0_i64..500, 0..8),
        length in 1_i64..300,
    ) {
        let zone: Tz = zone.parse().unwrap();
        let quarter = |count: i64| TimeDelta::minutes(count * 15);
        let mut hours = WeeklyHours::new();
        for (start, length) in windows {
            let time = |quarters: u32| NaiveTime::from_hms_opt(quarters / 4 % 24, quarters % 4 * 15, 0).unwrap();
            let Ok(window) = super::super::Window::new(time(start), time(start + length)) else { continue };
            for day in 0..7_u8 {
                hours = hours.with_window(chrono::Weekday::try_from(day).unwrap(), window);
            }
        }
        let from = at(&format!("{day}T00:00:00Z")) - TimeDelta::hours(12);
        let busy: Vec<Interval> = taken
            .into_iter()
            .map(|(start, length)| Interval::new(from + quarter(start), from + quarter(start) + TimeDelta::minutes(length * 5)).unwrap())
            .collect();
        let booked: Vec<DateTime<Utc>> = booked.into_iter().map(|start| from + quarter(start)).collect();
        let mut query = SlotQuery::new(&hours, zone)
            .duration(TimeDelta::minutes(duration * 5))
            .step(TimeDelta::minutes(step * 5))
            .buffer(TimeDelta::minutes(before * 5), TimeDelta::minutes(after * 5))
            .capacity(capacity)
            .booked(&booked)
            .between(from, from + quarter(length));
        (query.per_day, query.per_week) = (per_day, per_week);
        if let Some(notice) = notice {
            query = query.notice(quarter(notice), from);
        }
        if let Some(horizon) = horizon {
            query = query.horizon(quarter(horizon), from);
        }
        let ours: Vec<i64> = query.free_of(&busy).iter().map(Slot::start_second).collect();
        prop_assert_eq!(&ours, &oracle(&query, &hours, zone, &busy));
        // Every slot lies in a window, and in each window an appointment can begin wherever it has room.
        let windows = query.windows(&busy);
        for start in &ours {
            let slot = Interval::from_seconds(*start, start + duration * 300).unwrap();
            prop_assert!(windows.iter().any(|window| window.start <= slot.start && slot.end <= window.end));
            prop_assert!(query.is_free(instant(*start), &busy));
        }
        for window in &windows {
            prop_assert!(window.end - window.start >= duration * 300);
            for start in (window.start..=window.end - duration * 300).step_by(300) {
                prop_assert!(query.is_free(instant(start), &busy));
            }
        }
        let openings = Openings::new(&hours, zone, from, from + quarter(length));
        let again = SlotQuery { when: When::Openings(&openings), ..query.clone() };
        prop_assert_eq!(again.free_of(&busy).len(), ours.len());
    }
}

#[test]
fn an_appointment_keeps_one_place_throughout() {
    let hours: WeeklyHours = "mon-sun 09:00-11:00".parse().unwrap();
    let (from, until) = (at("2026-03-02T00:00:00Z"), at("2026-03-03T00:00:00Z"));
    let half = |start: &str| Interval::new(at(start), at(start) + TimeDelta::minutes(30)).unwrap();
    // One place is taken from 9:30, the other from 10:00, half an hour each.
    let places = [vec![half("2026-03-02T09:30:00Z")], vec![half("2026-03-02T10:00:00Z")]];
    let query = |minutes| {
        let query = SlotQuery::new(&hours, Tz::UTC).duration(TimeDelta::minutes(minutes)).step(TimeDelta::minutes(30));
        query.between(from, until).places(&places)
    };
    let starts = |minutes| {
        let slots = query(minutes).free_of(&[]);
        slots.iter().map(|slot| slot.start().format("%H:%M").to_string()).collect::<Vec<_>>()
    };
    assert_eq!(starts(30), ["09:00", "09:30", "10:00", "10:30"]);
    // From 9:30 to 10:30 somebody is free at every minute, but nobody throughout.
    assert_eq!(starts(60), ["09:00", "10:00"]);
    assert_eq!(query(60).windows(&[]).len(), 2);
    assert!(query(60).is_free(at("2026-03-02T10:00:00Z"), &[]), "where one place ends and the other is free");
}
