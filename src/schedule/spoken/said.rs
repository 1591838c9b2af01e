//! What a sentence says in the end: corrections applied, denials left out.

use chrono::{DateTime, TimeDelta, Utc};

use super::item::{Clock, Day, Half, Item, Part, Which};

/// What was said, corrections applied.
#[derive(Debug, Default, Clone)]
pub(super) struct Said {
    pub(super) days: Vec<Day>,
    pub(super) clocks: Vec<Clock>,
    pub(super) parts: Vec<Part>,
    /// The part was said before the correction that brought the clock.
    pub(super) inherited: bool,
    pub(super) ahead: Vec<TimeDelta>,
    pub(super) instants: Vec<DateTime<Utc>>,
    pub(super) after: bool,
    pub(super) before: bool,
    pub(super) between: bool,
    pub(super) open: bool,
    pub(super) past: bool,
    pub(super) number: bool,
    /// It was taken back, and nothing came in its place.
    pub(super) withdrawn: bool,
    pub(super) doubtful: bool,
    /// What follows "not".
    pub(super) excepted: Vec<Item>,
}

impl Said {
    pub(super) fn is_timely(&self) -> bool {
        !(self.days.is_empty()
            && self.clocks.is_empty()
            && self.parts.is_empty()
            && self.ahead.is_empty()
            && self.instants.is_empty())
    }
}

/// Pure: the parts that are meant.
pub(super) fn said(items: &[Item]) -> Said {
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
pub(super) fn meant(segment: &[Item]) -> Said {
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
pub(super) fn corrected(old: Said, new: Said) -> Said {
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
pub(super) fn half_of(clock: &Clock) -> Option<bool> {
    match clock.half {
        Some(Half::Pm | Half::In(Part::Afternoon | Part::Evening | Part::Night)) => Some(true),
        Some(Half::Am | Half::In(Part::Morning)) => Some(false),
        _ => clock.sure.then_some(clock.hour >= 12),
    }
}
