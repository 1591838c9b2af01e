//! Free slots from the command line: opening hours less busy times, as a JSON array of beginnings in epoch seconds.
//!
//! ```sh
//! echo '[[1767366000, 1767369600]]' > busy.json
//! cargo run --release --example slots -- --zone America/New_York --from 2026-01-01 --days 365 --minutes 30 \
//!     --hours "mon-fri 09:00-12:00,13:00-17:00" --busy busy.json
//! ```
//!
//! `--repeat N` asks N times and writes how long each took to standard error, openings made before.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "an example prints and measures"
)]

use std::error::Error;
use std::time::Instant;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use frontdesk::schedule::{Interval, Openings, Slot, SlotQuery, WeeklyHours};

const USAGE: &str =
    "slots --zone ZONE --from YYYY-MM-DD --days N [--minutes N] [--step N] --hours HOURS [--busy FILE] [--repeat N]";

struct Arguments {
    zone: Tz,
    from: NaiveDate,
    days: u64,
    minutes: i64,
    step: Option<i64>,
    hours: WeeklyHours,
    busy: Option<String>,
    repeat: Option<u32>,
}

impl Arguments {
    fn read(arguments: impl IntoIterator<Item = String>) -> Result<Self, Box<dyn Error>> {
        let mut arguments = arguments.into_iter();
        let (mut zone, mut from, mut days, mut hours) = (None, None, None, None);
        let (mut minutes, mut step, mut busy, mut repeat) = (30, None, None, None);
        while let Some(name) = arguments.next() {
            let value = arguments.next().ok_or_else(|| format!("{name} needs a value\n{USAGE}"))?;
            match name.as_str() {
                "--zone" => zone = Some(value.parse::<Tz>()?),
                "--from" => from = Some(value.parse::<NaiveDate>()?),
                "--days" => days = Some(value.parse::<u64>()?),
                "--minutes" => minutes = value.parse::<i64>()?,
                "--step" => step = Some(value.parse::<i64>()?),
                "--hours" => hours = Some(value.parse::<WeeklyHours>()?),
                "--busy" => busy = Some(value),
                "--repeat" => repeat = Some(value.parse::<u32>()?),
                other => return Err(format!("{other} is unknown\n{USAGE}").into()),
            }
        }
        let missing = || format!("something is missing\n{USAGE}");
        Ok(Self {
            zone: zone.ok_or_else(missing)?,
            from: from.ok_or_else(missing)?,
            days: days.ok_or_else(missing)?,
            minutes,
            step,
            hours: hours.ok_or_else(missing)?,
            busy,
            repeat,
        })
    }
}

/// When a date begins in a zone; in a gap of the clock, when that is over.
fn midnight(zone: Tz, date: NaiveDate) -> DateTime<Utc> {
    let local = date.and_time(NaiveTime::MIN);
    let quarters = (0..=96).map(|quarters| local + TimeDelta::minutes(15 * quarters));
    let first = quarters.filter_map(|local| zone.from_local_datetime(&local).earliest()).next();
    first.map_or(local.and_utc(), |time| time.with_timezone(&Utc))
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::read(std::env::args().skip(1))?;
    let busy: Vec<(i64, i64)> = match &arguments.busy {
        Some(file) => {
            serde_json::from_str(&std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?)?
        }
        None => Vec::new(),
    };
    // What takes no time is in nobody's way.
    let busy: Vec<Interval> = busy
        .into_iter()
        .filter(|(start, end)| start != end)
        .map(|(start, end)| Interval::from_seconds(start, end).map_err(|error| format!("[{start}, {end}]: {error}")))
        .collect::<Result<_, _>>()?;
    let last = arguments.from.checked_add_days(Days::new(arguments.days)).ok_or("too many days")?;
    let (from, until) = (midnight(arguments.zone, arguments.from), midnight(arguments.zone, last));

    let openings = Openings::new(&arguments.hours, arguments.zone, from, until);
    let minutes = |count: i64| TimeDelta::try_minutes(count).ok_or("too many minutes");
    let mut query = SlotQuery::with_openings(&openings).duration(minutes(arguments.minutes)?).between(from, until);
    if let Some(step) = arguments.step {
        query = query.step(minutes(step)?);
    }
    query.check()?;
    let mut slots: Vec<Slot> = Vec::new();
    for _ in 0..arguments.repeat.unwrap_or(1).max(1) {
        let began = Instant::now();
        slots = query.free_of(&busy);
        if arguments.repeat.is_some() {
            eprintln!("{:.3} ms", began.elapsed().as_secs_f64() * 1_000.0);
        }
    }
    let starts: Vec<i64> = slots.iter().map(Slot::start_second).collect();
    println!("{}", serde_json::to_string(&starts)?);
    Ok(())
}
