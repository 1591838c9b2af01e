//! What the parts of a sentence add up to. The same for every language.

use chrono::{
    DateTime, Datelike, Days, LocalResult, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc,
    Weekday,
};
use chrono_tz::Tz;

use super::item::{Clock, Day, Half, Item, Month, Part, Which};
use super::{Question, SpokenTime};
use crate::schedule::hours::WeeklyHours;
use crate::schedule::{earliest, inside, latest};

/// A date of which no year was told is taken for next year's only when that is not far.
const NEAR: i64 = 183;

/// What was said, corrections applied.
#[derive(Debug, Default, Clone)]
struct Said {
    days: Vec<Day>,
    clocks: Vec<Clock>,
    parts: Vec<Part>,
    /// The part was said before the correction that brought the clock.
    inherited: bool,
    ahead: Vec<TimeDelta>,
    instants: Vec<DateTime<Utc>>,
    after: bool,
    before: bool,
    between: bool,
    open: bool,
    past: bool,
    number: bool,
    /// It was taken back, and nothing came in its place.
    withdrawn: bool,
    doubtful: bool,
    /// What follows "not".
    excepted: Vec<Item>,
}

impl Said {
    fn is_timely(&self) -> bool {
        !(self.days.is_empty()
            && self.clocks.is_empty()
            && self.parts.is_empty()
            && self.ahead.is_empty()
            && self.instants.is_empty())
    }
}

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

/// Pure: the parts that are meant.
fn said(items: &[Item]) -> Said {
    let mut whole = Said::default();
    for (place, segment) in items.split(|item| *item == Item::Correct).enumerate() {
        let taken_back = segment.contains(&Item::Withdraw);
        let part = meant(segment);
        if place == 0 {
            whole = part;
        } else {
            whole = corrected(whole, part);
        }
        if taken_back {
            whole = Said { withdrawn: true, open: whole.open, number: whole.number, ..Said::default() };
        }
    }
    whole
}

/// What of a segment is meant: clauses that deny something and what follows "not" are left out.
fn meant(segment: &[Item]) -> Said {
    let mut said = Said::default();
    for clause in segment.split(|item| *item == Item::Clause) {
        let timely = |item: &Item| {
            matches!(item, Item::Day(_) | Item::Clock(_) | Item::Part(_) | Item::Ahead(_) | Item::Instant(_))
        };
        if clause.contains(&Item::Deny) {
            // "That won't work" is about what was said before.
            said.doubtful |= !clause.iter().any(timely);
            continue;
        }
        let mut skip = false;
        let mut excepted = 0;
        for (place, item) in clause.iter().enumerate() {
            if *item == Item::Not {
                skip = true;
                excepted = 0;
                said.open |= !clause.get(place + 1).is_some_and(timely);
                continue;
            }
            if skip {
                // "Not Thursday the 14th" is one day, "not Tuesday, Wednesday" are two; "not Thursday at two" leaves the hour.
                let kind = |item: &Item| match item {
                    Item::Day(day) => Some(std::mem::discriminant(day)),
                    _ => None,
                };
                let more = kind(item).is_some_and(|kind_of| {
                    said.excepted.iter().rev().take(excepted).all(|other| kind(other) != Some(kind_of))
                });
                if timely(item) && (excepted == 0 || more) {
                    excepted += 1;
                    said.excepted.push(*item);
                    skip = kind(item).is_some();
                    continue;
                }
                skip = false;
            }
            match *item {
                Item::Day(day) => said.days.push(day),
                Item::Clock(clock) => said.clocks.push(clock),
                Item::Part(part) => said.parts.push(part),
                Item::Ahead(time) => said.ahead.push(time),
                Item::Instant(at) => said.instants.push(at.with_timezone(&Utc)),
                Item::After => said.after = true,
                Item::Before => said.before = true,
                Item::Between => said.between = true,
                Item::Open => said.open = true,
                Item::Past => said.past = true,
                Item::Number => said.number = true,
                Item::Span | Item::Correct | Item::Withdraw | Item::Not | Item::Clause | Item::Deny => {}
            }
        }
    }
    said
}

/// What is meant after a correction.
fn corrected(old: Said, new: Said) -> Said {
    let flags = |said: &Said| (said.after, said.before, said.between);
    let mut out = Said {
        open: old.open || new.open,
        past: old.past && !new.is_timely() || new.past,
        number: old.number || new.number,
        doubtful: new.doubtful || old.doubtful && !new.is_timely(),
        withdrawn: old.withdrawn && !new.is_timely(),
        ahead: if new.is_timely() { new.ahead.clone() } else { old.ahead.clone() },
        instants: if new.is_timely() { new.instants.clone() } else { old.instants.clone() },
        ..Said::default()
    };
    let out_of = |item: Item| new.excepted.contains(&item);
    if !new.is_timely()
        && (old.days.iter().any(|day| out_of(Item::Day(*day)))
            || old.clocks.iter().any(|clock| out_of(Item::Clock(*clock))))
    {
        // "Tomorrow at four, no wait, not tomorrow."
        return Said { withdrawn: true, ..out };
    }
    let sole = |days: &[Day]| if let [day] = days { Some(*day) } else { None };
    out.days = if new.days.is_empty() {
        old.days.clone()
    } else if let Some(Day::OfMonth(day)) = sole(&new.days)
        && old.days.iter().any(|day| matches!(day, Day::Month(_)))
    {
        // "March 20th, no, the 21st"
        let kept = old.days.iter().filter(|day| matches!(day, Day::Month(_) | Day::Year(_))).copied();
        kept.chain([Day::OfMonth(day)]).collect()
    } else if let Some(month @ Day::Month(_)) = sole(&new.days)
        && old.days.iter().any(|day| matches!(day, Day::OfMonth(_)))
    {
        let kept = old.days.iter().filter(|day| matches!(day, Day::OfMonth(_) | Day::Year(_))).copied();
        kept.chain([month]).collect()
    } else {
        let week = |day: &Day| {
            matches!(
                day,
                Day::Week(_)
                    | Day::Weeks(_)
                    | Day::Later(_)
                    | Day::IsoWeek(_)
                    | Day::Nth(_)
                    | Day::Weekday(_, Which::Next)
            )
        };
        // "Tuesday next week, no, Wednesday": of which week, nobody knows.
        let bare = matches!(sole(&new.days), Some(Day::Weekday(_, Which::Plain)));
        out.doubtful |= bare && old.days.iter().any(week);
        new.days.clone()
    };
    if new.clocks.is_empty() {
        out.clocks = old.clocks.clone();
        (out.after, out.before, out.between) = flags(&old);
        out.parts = if new.parts.is_empty() { old.parts.clone() } else { new.parts.clone() };
        // "At nine pm, no, tomorrow morning": the hour goes with the part.
        out.doubtful |= !new.parts.is_empty() && !old.clocks.is_empty();
    } else {
        out.clocks = new.clocks.clone();
        (out.after, out.before, out.between) = flags(&new);
        let bare = new.clocks.iter().all(|clock| clock.half.is_none() && !clock.sure);
        out.parts = new.parts.clone();
        if new.parts.is_empty() && bare {
            out.parts = if new.days.is_empty() { old.parts.clone() } else { Vec::new() };
            out.inherited = !out.parts.is_empty();
            // "Eight pm, no, nine": whether in the evening, too, nobody knows.
            if let (Some(before), Some(now)) = (old.clocks.last(), new.clocks.first())
                && let Some(afternoon) = half_of(before)
            {
                out.doubtful |= afternoon == (8..12).contains(&now.hour);
            }
        }
    }
    out
}

/// Whether an hour was said to be after noon; `None` when that was not said.
fn half_of(clock: &Clock) -> Option<bool> {
    match clock.half {
        Some(Half::Pm | Half::In(Part::Afternoon | Part::Evening | Part::Night)) => Some(true),
        Some(Half::Am | Half::In(Part::Morning)) => Some(false),
        _ => clock.sure.then_some(clock.hour >= 12),
    }
}

struct Resolver<'h> {
    now: DateTime<Utc>,
    zone: Tz,
    hours: Option<&'h WeeklyHours>,
}

/// Which days may be meant.
enum Dates {
    /// Nothing was said.
    None,
    One(NaiveDate),
    /// Today's weekday: today, or in a week if its time has passed.
    Sameday {
        may_roll: bool,
    },
    /// A day of the month that is today's.
    Asked(Question, Vec<NaiveDate>),
    /// A stretch of days.
    Stretch(NaiveDate, NaiveDate),
    Past,
    Nonexistent,
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

    fn today(&self) -> NaiveDate {
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
        if said.doubtful || said.withdrawn {
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

    /// Which days are meant.
    fn dates(&self, days: &[Day]) -> Dates {
        let mut days = days.to_vec();
        let mut seen = Vec::new();
        days.retain(|day| {
            let fresh = !seen.contains(day);
            seen.push(*day);
            fresh
        });
        let today = self.today();
        let ask = |question, days: Vec<NaiveDate>| Dates::Asked(question, days);
        let several = || ask(Question::WhichDay, Vec::new());
        if days.is_empty() {
            return Dates::None;
        }
        let mut weekdays: Vec<(Weekday, Which)> = Vec::new();
        let (mut offsets, mut of_month, mut months, mut years, mut later) = (vec![], vec![], vec![], vec![], vec![]);
        let (mut weeks, mut nths, mut numeric) = (vec![], vec![], None);
        for day in days {
            match day {
                Day::Offset(days) => offsets.push(days),
                Day::Weekday(day, which) => weekdays.push((day, which)),
                Day::Week(_) | Day::Weeks(_) | Day::IsoWeek(_) => weeks.push(day),
                Day::Later(days) => later.push(days),
                Day::Month(month) => months.push(month),
                Day::OfMonth(day) => of_month.push(day),
                Day::Year(year) => years.push(year),
                Day::Nth(nth) => nths.push(nth),
                Day::Last => nths.push(0),
                Day::Numeric(first, second) => numeric = Some((first, second)),
            }
        }
        let single = [
            weekdays.len(),
            offsets.len(),
            of_month.len(),
            months.len(),
            years.len(),
            later.len(),
            weeks.len(),
            nths.len(),
        ];
        if single.iter().any(|count| *count > 1) {
            // "Tuesday, this Tuesday" is one.
            let one = weekdays.iter().all(|(day, _)| weekdays.first().is_some_and(|(first, _)| first == day));
            let rest = single.iter().skip(1).all(|count| *count <= 1);
            if !(one && rest && weekdays.iter().all(|(_, which)| *which != Which::Next)) {
                return several();
            }
            weekdays.truncate(1);
        }
        let weekday = weekdays.first().copied();
        let shift = later.first().copied().unwrap_or(0);
        if let Some((first, second)) = numeric {
            let year = years.first().copied().unwrap_or(today.year());
            let days = [(first, second), (second, first)]
                .into_iter()
                .filter_map(|(month, day)| NaiveDate::from_ymd_opt(year, month, day));
            return ask(Question::DayOrMonth, days.collect());
        }
        let base = if nths.first() == Some(&0) {
            let ([], None, [], [], Some(month)) = (&offsets[..], weekday, &of_month[..], &weeks[..], months.first())
            else {
                return several();
            };
            match self.in_month(*month, years.first().copied(), last_day) {
                Dates::One(date) => date,
                other => return other,
            }
        } else if let Some(nth) = nths.first() {
            let (Some((day, _)), [], [], []) = (weekday, &offsets[..], &of_month[..], &weeks[..]) else {
                return several();
            };
            let Some(month) = months.first() else { return several() };
            match self.in_month(*month, years.first().copied(), |year, month| nth_weekday(year, month, day, *nth)) {
                Dates::One(date) => date,
                other => return other,
            }
        } else if let Some(day) = of_month.first() {
            if !weeks.is_empty() || offsets.len() > 1 {
                return several();
            }
            let found = match months.first() {
                Some(month) => self
                    .in_month(*month, years.first().copied(), |year, month| NaiveDate::from_ymd_opt(year, month, *day)),
                None if years.is_empty() => self.coming_day(*day),
                None => return several(),
            };
            let date = match found {
                Dates::One(date) => date,
                other => return other,
            };
            if weekday.is_some_and(|(day, _)| date.weekday() != day) {
                return ask(Question::Mismatch, vec![date]);
            }
            if offsets.first().is_some_and(|days| today.checked_add_signed(TimeDelta::days(*days)) != Some(date)) {
                return ask(Question::Mismatch, vec![date]);
            }
            date
        } else if let Some(days) = offsets.first() {
            let Some(date) = (weeks.is_empty() && months.is_empty())
                .then(|| today.checked_add_signed(TimeDelta::days(*days)))
                .flatten()
            else {
                return several();
            };
            if weekday.is_some_and(|(day, _)| date.weekday() != day) {
                return ask(Question::Mismatch, vec![date]);
            }
            date
        } else if let Some(week) = weeks.first() {
            if !months.is_empty() || shift != 0 && weekday.is_none() {
                return several();
            }
            match self.of_week(*week, weekday) {
                Dates::One(date) => date,
                other => return other,
            }
        } else if let Some((day, which)) = weekday {
            if !months.is_empty() || !years.is_empty() {
                return several();
            }
            let ahead = (i64::from(day.num_days_from_monday()) - i64::from(today.weekday().num_days_from_monday()))
                .rem_euclid(7);
            let this_week = day.num_days_from_monday() > today.weekday().num_days_from_monday();
            let on = |days: i64| today.checked_add_signed(TimeDelta::days(days));
            let days = match (which, ahead) {
                (Which::Plain, 0) if shift == 0 => return Dates::Sameday { may_roll: true },
                (Which::This, 0) if shift == 0 => return Dates::Sameday { may_roll: false },
                (Which::Plain | Which::This, 0) => {
                    return ask(Question::WhichDay, [on(shift), on(shift + 7)].into_iter().flatten().collect());
                }
                (Which::Next | Which::Coming, 0) => 7,
                (Which::Next, ahead) if this_week => {
                    return ask(Question::WhichDay, [on(ahead), on(ahead + 7)].into_iter().flatten().collect());
                }
                (Which::This, ahead) if !this_week => return ask(Question::WhichDay, on(ahead).into_iter().collect()),
                (_, ahead) => ahead,
            };
            match on(days) {
                Some(date) => date,
                None => return several(),
            }
        } else if let Some(month) = months.first() {
            let found = self.in_month(*month, years.first().copied(), last_day);
            return match found {
                Dates::One(last) => {
                    let first = last.with_day(1).unwrap_or(last).max(today);
                    Dates::Stretch(first, last.succ_opt().unwrap_or(last))
                }
                other => other,
            };
        } else {
            return several();
        };
        match base.checked_add_signed(TimeDelta::days(shift)) {
            Some(date) if date < today => Dates::Past,
            Some(date) => Dates::One(date),
            None => several(),
        }
    }

    /// A week, or a day of it.
    fn of_week(&self, week: Day, weekday: Option<(Weekday, Which)>) -> Dates {
        let today = self.today();
        let this_monday = today - Days::new(today.weekday().num_days_from_monday().into());
        let add = |days: i64| this_monday.checked_add_signed(TimeDelta::days(days));
        let monday = match week {
            Day::Week(weeks) | Day::Weeks(weeks) => add(7 * weeks),
            Day::IsoWeek(number) => NaiveDate::from_isoywd_opt(today.iso_week().year(), number, Weekday::Mon),
            _ => None,
        };
        let Some(monday) = monday else { return Dates::Nonexistent };
        if let Some((day, which)) = weekday {
            if which == Which::Next && week != Day::Week(1) {
                return Dates::Asked(Question::WhichDay, Vec::new());
            }
            return monday
                .checked_add_days(Days::new(day.num_days_from_monday().into()))
                .map_or(Dates::Nonexistent, Dates::One);
        }
        if let Day::Weeks(weeks) = week {
            return today.checked_add_signed(TimeDelta::days(7 * weeks)).map_or(Dates::Nonexistent, Dates::One);
        }
        let until = monday.checked_add_days(Days::new(7)).unwrap_or(monday);
        Dates::Stretch(monday.max(today), until)
    }

    /// A day of a month, in the year that was told or the one it comes in next.
    fn in_month(&self, month: Month, year: Option<i32>, day: impl Fn(i32, u32) -> Option<NaiveDate>) -> Dates {
        let today = self.today();
        let number = match month {
            Month::Named(number) => number,
            Month::Ahead(months) => {
                let Some(first) = today.with_day(1).and_then(|first| first.checked_add_months(Months::new(months)))
                else {
                    return Dates::Nonexistent;
                };
                return match day(first.year(), first.month()) {
                    Some(date) if date < today => Dates::Past,
                    Some(date) => Dates::One(date),
                    None => Dates::Nonexistent,
                };
            }
        };
        if let Some(year) = year {
            return match day(year, number) {
                Some(date) if date < today => Dates::Past,
                Some(date) => Dates::One(date),
                None => Dates::Nonexistent,
            };
        }
        let (this, next) = (day(today.year(), number), day(today.year() + 1, number));
        let near = |date: &NaiveDate| date.signed_duration_since(today).num_days() <= NEAR;
        match (this, next) {
            (Some(date), _) if date >= today => Dates::One(date),
            (Some(_), Some(next)) if near(&next) => Dates::One(next),
            (Some(_), _) => Dates::Past,
            // February 29 of a year that has none.
            (None, _) => Dates::Nonexistent,
        }
    }

    /// "The 23rd": of this month, or of the next.
    fn coming_day(&self, day: u32) -> Dates {
        let today = self.today();
        let first = today.with_day(1).unwrap_or(today);
        let next = first.checked_add_months(Months::new(1)).unwrap_or(first);
        match first.with_day(day) {
            Some(date) if date >= today => Dates::One(date),
            Some(_) => next.with_day(day).map_or(Dates::Nonexistent, Dates::One),
            None => Dates::Nonexistent,
        }
    }
}

fn last_day(year: i32, month: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, 1)?.checked_add_months(Months::new(1))?.pred_opt()
}

/// The n-th such day of a month; -1 is the last.
fn nth_weekday(year: i32, month: u32, day: Weekday, nth: i32) -> Option<NaiveDate> {
    if let Ok(nth) = u8::try_from(nth) {
        return NaiveDate::from_weekday_of_month_opt(year, month, day, nth);
    }
    (1..=5).rev().find_map(|nth| NaiveDate::from_weekday_of_month_opt(year, month, day, nth))
}
