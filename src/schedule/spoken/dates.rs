//! Which days a sentence means.

use chrono::{Datelike, Days, Months, NaiveDate, TimeDelta, Weekday};

use super::Question;
use super::item::{Day, Month, Which};
use super::resolve::Resolver;

/// A date of which no year was told is taken for next year's only when that is not far.
const NEAR: i64 = 183;

/// Which days may be meant.
pub(super) enum Dates {
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

impl Resolver<'_> {
    /// Which days are meant.
    pub(super) fn dates(&self, days: &[Day]) -> Dates {
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
