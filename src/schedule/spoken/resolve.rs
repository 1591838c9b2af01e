//! What the parts of a sentence add up to. The same for every language.

use chrono::{DateTime, Days, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use super::dates::Dates;
use super::item::{Clock, Day, Half, Item, Part};
use super::said::{Said, said};
use super::{Question, SpokenTime};
use crate::schedule::hours::WeeklyHours;
use crate::schedule::{earliest, inside, latest};

pub(super) fn resolve(items: &[Item], now: DateTime<Utc>, zone: Tz, hours: Option<&WeeklyHours>) -> SpokenTime {
    let said = said(items);
    Resolver { now: inside(now), zone, hours }.resolve(&said)
}

/// The same among times that were offered: what is said need only tell them apart.
pub(super) fn among(
    items: &[Item],
    now: DateTime<Utc>,
    zone: Tz,
    hours: Option<&WeeklyHours>,
    offered: &[DateTime<Utc>],
) -> SpokenTime {
    let said = said(items);
    let resolver = Resolver { now: inside(now), zone, hours };
    let heard = resolver.resolve(&said);
    let one = |fits: &dyn Fn(&DateTime<Utc>) -> bool| {
        let mut all = offered.iter().filter(|at| fits(at));
        match (all.next(), all.next()) {
            (Some(only), None) => Some(SpokenTime::Exact(*only)),
            _ => None,
        }
    };
    let sole = match &said.clocks[..] {
        [clock] if said.days.is_empty() && said.ahead.is_empty() => Some(*clock),
        _ => None,
    };
    let loose =
        said.open || said.after || said.before || said.between || said.number || said.doubtful || said.withdrawn;
    if let Some(clock) = sole.filter(|_| !loose && !said.past) {
        let part = said.parts.first().copied();
        let at_that_time = |at: &DateTime<Utc>| {
            let local = at.with_timezone(&zone).naive_local();
            resolver.readings(clock, part, local.date()).contains(&local.time())
        };
        return one(&at_that_time).unwrap_or(heard);
    }
    match &heard {
        SpokenTime::Ambiguous { candidates, .. } if !loose => one(&|at| candidates.contains(at)).unwrap_or(heard),
        SpokenTime::Window { from, until, .. } => one(&|at| from <= at && at < until).unwrap_or(heard),
        _ => heard,
    }
}

pub(super) struct Resolver<'h> {
    now: DateTime<Utc>,
    zone: Tz,
    hours: Option<&'h WeeklyHours>,
}

/// What hours of the day may be meant.
enum Hour {
    One(NaiveTime),
    Midnight,
    Asked(Vec<NaiveTime>),
}

impl Resolver<'_> {
    fn local(&self) -> NaiveDateTime {
        self.now.with_timezone(&self.zone).naive_local()
    }

    pub(super) fn today(&self) -> NaiveDate {
        self.local().date()
    }

    fn rephrase() -> SpokenTime {
        SpokenTime::Ambiguous { question: Question::Rephrase, candidates: Vec::new() }
    }

    fn resolve(&self, said: &Said) -> SpokenTime {
        if said.past {
            return SpokenTime::Past;
        }
        if !said.is_timely() {
            let spoken = said.open || said.after || said.before || said.withdrawn;
            return if spoken && !said.number { Self::rephrase() } else { SpokenTime::NotATime };
        }
        // "Not tomorrow at ten": nothing is left of it.
        let denied = said.days.is_empty() && said.excepted.iter().any(|item| matches!(item, Item::Day(_)));
        if said.doubtful || said.withdrawn || denied {
            return Self::rephrase();
        }
        if let [at] = said.instants[..] {
            let alone = said.days.is_empty() && said.clocks.is_empty() && said.parts.is_empty() && !said.open;
            return if !alone || said.number { Self::rephrase() } else { self.at_instant(at) };
        }
        if !said.instants.is_empty() {
            return Self::rephrase();
        }
        if !said.ahead.is_empty() {
            let [ahead] = said.ahead[..] else { return Self::rephrase() };
            let today = said.days.iter().all(|day| *day == Day::Offset(0));
            if !today
                || !said.clocks.is_empty()
                || !said.parts.is_empty()
                || said.open
                || said.number
                || said.after
                || said.before
            {
                return Self::rephrase();
            }
            return self.now.checked_add_signed(ahead).map_or_else(Self::rephrase, SpokenTime::Exact);
        }
        let dates = self.dates(&said.days);
        let mut clocks = said.clocks.clone();
        clocks.dedup();
        let mut parts = said.parts.clone();
        parts.dedup();
        if parts.len() == 2 && parts.contains(&Part::Tonight) {
            parts.retain(|part| *part != Part::Tonight);
        }
        if parts.len() > 1 {
            return Self::rephrase();
        }
        let part = parts.first().copied();
        match &clocks[..] {
            [] => self.window(dates, part),
            [clock] if !(said.open || said.after || said.before || said.between) => {
                if said.number {
                    return Self::rephrase();
                }
                self.exact(dates, *clock, part, said.inherited)
            }
            [clock] => self.stretch(
                dates,
                (said.after && !said.before).then_some(*clock),
                (said.before && !said.after).then_some(*clock),
                part,
            ),
            [from, until] if said.between || said.after && said.before => {
                self.stretch(dates, Some(*from), Some(*until), part)
            }
            several => {
                // The same time, said in two ways?
                let Dates::One(date) = dates else { return Self::rephrase() };
                let mut all: Vec<_> = several.iter().flat_map(|clock| self.readings(*clock, part, date)).collect();
                all.sort_unstable();
                all.dedup();
                let one = several.iter().all(|clock| matches!(&self.hour(*clock, part, date), Hour::One(_)));
                if let ([time], true) = (&all[..], one)
                    && !said.open
                    && !said.number
                {
                    return self.at_local(date.and_time(*time));
                }
                let candidates = self.instants(all.iter().map(|time| date.and_time(*time)));
                SpokenTime::Ambiguous { question: Question::WhichTime, candidates }
            }
        }
    }

    fn at_instant(&self, at: DateTime<Utc>) -> SpokenTime {
        if at < self.now { SpokenTime::Past } else { SpokenTime::Exact(at) }
    }

    fn at_local(&self, local: NaiveDateTime) -> SpokenTime {
        match self.zone.from_local_datetime(&local) {
            LocalResult::Single(at) => self.at_instant(at.with_timezone(&Utc)),
            LocalResult::Ambiguous(first, second) => {
                let both = [first.with_timezone(&Utc), second.with_timezone(&Utc)];
                let candidates: Vec<_> = both.into_iter().filter(|at| *at >= self.now).collect();
                if candidates.is_empty() {
                    return SpokenTime::Past;
                }
                SpokenTime::Ambiguous { question: Question::FirstOrSecond, candidates }
            }
            LocalResult::None => SpokenTime::Nonexistent,
        }
    }

    /// The instants of local times that are still ahead.
    fn instants(&self, locals: impl Iterator<Item = NaiveDateTime>) -> Vec<DateTime<Utc>> {
        let mut all: Vec<_> = locals
            .filter_map(|local| self.zone.from_local_datetime(&local).earliest())
            .map(|at| at.with_timezone(&Utc))
            .filter(|at| *at >= self.now)
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// One day, one time.
    fn exact(&self, dates: Dates, clock: Clock, part: Option<Part>, inherited: bool) -> SpokenTime {
        let today = self.today();
        let now = self.local();
        let settle = |date: NaiveDate| match self.hour(clock, part, date) {
            Hour::One(time) => {
                let odd = inherited && !matches!(self.hour(clock, None, date), Hour::One(usual) if usual == time);
                if odd { Self::rephrase() } else { self.at_local(date.and_time(time)) }
            }
            Hour::Midnight => match date.checked_add_days(Days::new(1)) {
                Some(next) if part == Some(Part::Tonight) => self.at_local(next.and_time(NaiveTime::MIN)),
                _ => Self::rephrase(),
            },
            Hour::Asked(times) => SpokenTime::Ambiguous {
                question: Question::MorningOrEvening,
                candidates: self.instants(times.iter().map(|time| date.and_time(*time))),
            },
        };
        match dates {
            Dates::None => match self.hour(clock, part, today) {
                Hour::One(time) if today.and_time(time) <= now => {
                    let tomorrow = today.checked_add_days(Days::new(1)).map(|date| date.and_time(time));
                    SpokenTime::Ambiguous { question: Question::Day, candidates: self.instants(tomorrow.into_iter()) }
                }
                _ => settle(today),
            },
            Dates::One(date) => settle(date),
            Dates::Sameday { may_roll } => match self.hour(clock, part, today) {
                Hour::One(time) => {
                    let Some(next) = today.checked_add_days(Days::new(7)) else { return Self::rephrase() };
                    if today.and_time(time) <= now && may_roll {
                        return settle(next);
                    }
                    let both = [today, next].map(|date| date.and_time(time));
                    SpokenTime::Ambiguous { question: Question::WhichDay, candidates: self.instants(both.into_iter()) }
                }
                _ => settle(today),
            },
            Dates::Asked(question, days) => {
                let times = days
                    .iter()
                    .flat_map(|date| self.readings(clock, part, *date).into_iter().map(|time| date.and_time(time)));
                SpokenTime::Ambiguous { question, candidates: self.instants(times) }
            }
            Dates::Stretch(from, until) => {
                let days = from.iter_days().take_while(|date| *date < until).take(7);
                let times: Vec<_> = days
                    .flat_map(|date| self.readings(clock, part, date).into_iter().map(move |time| date.and_time(time)))
                    .collect();
                SpokenTime::Ambiguous { question: Question::WhichDay, candidates: self.instants(times.into_iter()) }
            }
            Dates::Past => SpokenTime::Past,
            Dates::Nonexistent => SpokenTime::Nonexistent,
        }
    }

    /// A day or days, perhaps a part of them.
    fn window(&self, dates: Dates, part: Option<Part>) -> SpokenTime {
        let today = self.today();
        let (from, until) = match dates {
            Dates::None => (today, today.succ_opt().unwrap_or(today)),
            Dates::One(date) => (date, date.succ_opt().unwrap_or(date)),
            Dates::Stretch(from, until) => (from, until),
            Dates::Sameday { .. } => {
                let days = [Some(today), today.checked_add_days(Days::new(7))];
                let noon = days.into_iter().flatten().filter_map(|date| date.and_hms_opt(12, 0, 0));
                return SpokenTime::Ambiguous { question: Question::WhichDay, candidates: self.instants(noon) };
            }
            Dates::Asked(question, days) => {
                let noon = days.iter().filter_map(|date| date.and_hms_opt(12, 0, 0));
                return SpokenTime::Ambiguous { question, candidates: self.instants(noon) };
            }
            Dates::Past => return SpokenTime::Past,
            Dates::Nonexistent => return SpokenTime::Nonexistent,
        };
        let edge = |date: NaiveDate, hour: u32| {
            date.and_time(NaiveTime::MIN).checked_add_signed(TimeDelta::hours(i64::from(hour)))
        };
        let edges = match part {
            Some(part) if until.signed_duration_since(from).num_days() <= 1 => {
                let (first, last) = part.hours();
                (edge(from, first), edge(from, last))
            }
            _ => (edge(from, 0), edge(until, 0)),
        };
        let (Some(from), Some(until)) = edges else { return Self::rephrase() };
        self.between(from, until, part)
    }

    /// What is left of a stretch.
    fn between(&self, from: NaiveDateTime, until: NaiveDateTime, part: Option<Part>) -> SpokenTime {
        let (from, until) = (earliest(self.zone, from).max(self.now), latest(self.zone, until));
        if until <= from {
            return SpokenTime::Past;
        }
        SpokenTime::Window { from, until, part: part.map(Part::of_day) }
    }

    /// From one time to another, or from one on, or up to one.
    fn stretch(&self, dates: Dates, from: Option<Clock>, until: Option<Clock>, part: Option<Part>) -> SpokenTime {
        let date = match dates {
            Dates::None => self.today(),
            Dates::One(date) => date,
            Dates::Past => return SpokenTime::Past,
            Dates::Nonexistent => return SpokenTime::Nonexistent,
            dates => return self.window(dates, part),
        };
        let day = (date.and_time(NaiveTime::MIN), date.succ_opt().unwrap_or(date).and_time(NaiveTime::MIN));
        let edge = |clock: Clock| match self.hour(clock, part, date) {
            Hour::One(time) => Some(date.and_time(time)),
            Hour::Midnight => Some(day.1),
            Hour::Asked(_) => None,
        };
        // "From two to four pm": what is said of the end holds for the beginning.
        let from = from.map(|clock| match until {
            Some(until) if clock.half.is_none() && !clock.sure && clock.hour < until.hour => {
                Clock { half: until.half, ..clock }
            }
            _ => clock,
        });
        let begins = from.map_or(Some(day.0), edge);
        let ends = until.map_or(Some(day.1), edge);
        match (begins, ends) {
            _ if from.is_none() && until.is_none() => self.window(Dates::One(date), part),
            (Some(from), Some(until)) if from < until => self.between(from, until, part),
            _ => SpokenTime::Ambiguous { question: Question::MorningOrEvening, candidates: Vec::new() },
        }
    }

    /// All times of the day that a clock may mean.
    fn readings(&self, clock: Clock, part: Option<Part>, date: NaiveDate) -> Vec<NaiveTime> {
        match self.hour(clock, part, date) {
            Hour::One(time) => vec![time],
            Hour::Asked(times) => times,
            Hour::Midnight => Vec::new(),
        }
    }

    /// What hour of a day is meant.
    fn hour(&self, clock: Clock, part: Option<Part>, date: NaiveDate) -> Hour {
        let time = |hour: u32| NaiveTime::from_hms_opt(hour, clock.minute, 0);
        let one = |hour: u32| time(hour).map_or(Hour::Asked(Vec::new()), Hour::One);
        let twelve = |hour: u32| if hour == 12 { 0 } else { hour };
        let both = || Hour::Asked([clock.hour % 12, clock.hour % 12 + 12].into_iter().filter_map(time).collect());
        let fits = |hour: u32, part: Part| match part {
            Part::Morning => hour < 12,
            Part::Afternoon => (12..=18).contains(&hour),
            Part::Evening => (16..24).contains(&hour),
            Part::Night => hour >= 18,
            Part::Tonight => hour >= 17,
        };
        let hour = match clock.half {
            Some(Half::Midnight) => return Hour::Midnight,
            Some(Half::Wrong) => return both(),
            Some(Half::Am) if (1..=12).contains(&clock.hour) => twelve(clock.hour),
            Some(Half::Pm) if (1..=12).contains(&clock.hour) => twelve(clock.hour) + 12,
            Some(Half::Pm) if (13..24).contains(&clock.hour) => clock.hour,
            Some(Half::Am | Half::Pm) => return Hour::Asked(Vec::new()),
            Some(Half::In(within)) if clock.sure => {
                if !fits(clock.hour, within) {
                    return Hour::Asked(Vec::new());
                }
                clock.hour
            }
            Some(Half::In(within)) => match (within, clock.hour) {
                (Part::Morning, 1..=11) => clock.hour,
                (Part::Afternoon, 12) => 12,
                (Part::Afternoon, 1..=6) | (Part::Evening, 4..=11) | (Part::Night | Part::Tonight, 6..=11) => {
                    clock.hour + 12
                }
                _ => return both(),
            },
            None if clock.sure => {
                if clock.hour == 24 {
                    return Hour::Midnight;
                }
                clock.hour
            }
            None => match part {
                None => return self.bare(clock, date),
                Some(Part::Morning) if (5..=11).contains(&clock.hour) => clock.hour,
                Some(Part::Afternoon) if clock.hour == 12 => 12,
                Some(Part::Afternoon) if (1..=6).contains(&clock.hour) => clock.hour + 12,
                Some(Part::Evening) if (4..=11).contains(&clock.hour) => clock.hour + 12,
                Some(Part::Night) if (6..=11).contains(&clock.hour) => clock.hour + 12,
                Some(Part::Tonight) if (5..=11).contains(&clock.hour) => clock.hour + 12,
                Some(_) => return both(),
            },
        };
        if part.is_some_and(|part| !fits(hour, part)) {
            return Hour::Asked(Vec::new());
        }
        one(hour)
    }

    /// An hour of which nobody said whether before or after noon.
    fn bare(&self, clock: Clock, date: NaiveDate) -> Hour {
        let time = |hour: u32| NaiveTime::from_hms_opt(hour, clock.minute, 0);
        let both: Vec<_> = [clock.hour % 12, clock.hour % 12 + 12].into_iter().filter_map(time).collect();
        if let Some(hours) = self.hours {
            let open = |time: &&NaiveTime| hours.is_open(earliest(self.zone, date.and_time(**time)), self.zone);
            let fitting: Vec<_> = both.iter().filter(open).copied().collect();
            match fitting[..] {
                [time] => return Hour::One(time),
                [] => {}
                _ => return Hour::Asked(both),
            }
        }
        match clock.hour {
            8..=11 => time(clock.hour),
            12 => time(12),
            1..=5 => time(clock.hour + 12),
            _ => None,
        }
        .map_or(Hour::Asked(both), Hour::One)
    }
}
