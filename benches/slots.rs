//! Free slots of a year, against the floor: sort, merge and subtract on plain integers.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods, reason = "a bench")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use criterion::{BenchmarkId, Criterion, criterion_group};
use frontdesk::schedule::{Interval, Openings, Slot, SlotQuery, WeeklyHours};

const YEAR: i64 = 365 * 86_400;
const MINUTES: i64 = 30;

fn range() -> (DateTime<Utc>, DateTime<Utc>) {
    ("2026-01-01T05:00:00Z".parse().unwrap(), "2027-01-01T05:00:00Z".parse().unwrap())
}

fn hours() -> WeeklyHours {
    "mon-fri 09:00-12:00,13:00-17:00".parse().unwrap()
}

/// In no order, from 5 minutes to 2 hours long.
fn busy(count: usize) -> Vec<(i64, i64)> {
    let begin = range().0.timestamp();
    let mut random = fastrand::Rng::with_seed(7);
    (0..count)
        .map(|_| {
            let start = begin + random.i64(0..YEAR / 300) * 300;
            (start, start + random.i64(1..=24) * 300)
        })
        .collect()
}

/// What has to be done at least: sort what is busy, merge it, and step through what it leaves of the windows.
fn floor(windows: &[(i64, i64)], busy: &[(i64, i64)], step: i64) -> Vec<i64> {
    let mut busy = busy.to_vec();
    busy.sort_unstable();
    let mut merged: Vec<(i64, i64)> = Vec::with_capacity(busy.len());
    for (start, end) in busy {
        match merged.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => merged.push((start, end)),
        }
    }
    let mut starts = Vec::new();
    let mut at = 0;
    for &(opens, closes) in windows {
        let mut start = opens;
        while start + step <= closes {
            while at < merged.len() && merged[at].1 <= start {
                at += 1;
            }
            if at == merged.len() || start + step <= merged[at].0 {
                starts.push(start);
            }
            start += step;
        }
    }
    starts
}

fn ours(openings: &Openings, busy: &[Interval]) -> Vec<Slot> {
    let (from, until) = range();
    SlotQuery::with_openings(openings).duration(TimeDelta::minutes(MINUTES)).between(from, until).free_of(busy)
}

fn slots(criterion: &mut Criterion) {
    let openings = Openings::new(&hours(), chrono_tz::America::New_York, range().0, range().1);
    let windows: Vec<_> =
        openings.iter().map(|window| (window.start().timestamp(), window.end().timestamp())).collect();
    let mut group = criterion.benchmark_group("a year of slots");
    for count in [1_000, 20_000] {
        let plain = busy(count);
        let intervals: Vec<_> = plain.iter().map(|&(start, end)| Interval::from_seconds(start, end).unwrap()).collect();
        let expected = floor(&windows, &plain, MINUTES * 60);
        let found: Vec<i64> = ours(&openings, &intervals).iter().map(Slot::start_second).collect();
        assert_eq!(found, expected);
        println!("{count} busy times leave {} slots", found.len());
        ratio(count, || floor(&windows, &plain, MINUTES * 60), || ours(&openings, &intervals));
        group.bench_function(BenchmarkId::new("ours", count), |bencher| bencher.iter(|| ours(&openings, &intervals)));
        group.bench_function(BenchmarkId::new("floor", count), |bencher| {
            bencher.iter(|| floor(&windows, &plain, MINUTES * 60));
        });
        group.bench_function(BenchmarkId::new("ours with openings made anew", count), |bencher| {
            bencher.iter(|| {
                let openings = Openings::new(&hours(), chrono_tz::America::New_York, range().0, range().1);
                ours(&openings, &intervals)
            });
        });
    }
    group.finish();
}

/// Prints the median ratio of paired rounds.
fn ratio<A, B>(count: usize, floor: impl Fn() -> A, ours: impl Fn() -> B) {
    let time = |work: &dyn Fn()| {
        let began = Instant::now();
        (0..20).for_each(|_| work());
        began.elapsed()
    };
    let floor = || drop(black_box(floor()));
    let ours = || drop(black_box(ours()));
    let mut ratios: Vec<f64> = (0..61)
        .map(|_| {
            let below = time(&floor);
            time(&ours).as_secs_f64() / below.as_secs_f64()
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    println!("{count} busy times: {:.2} times the floor (aim: at most 2)", ratios[ratios.len() / 2]);
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    targets = slots
}

fn main() {
    benches();
    Criterion::default().configure_from_args().final_summary();
}
