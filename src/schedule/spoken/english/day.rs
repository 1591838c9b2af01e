//! Days, weeks and months.

use super::super::item::{Day, Item, Month, Part, Which};
use super::super::token::Token;
use super::Reader;
use super::words::{AFTER_ORDINAL, is_tomorrow, month, part, weekday};

impl<'t> Reader<'t> {
    /// Today, tomorrow, yesterday, tonight; this, next and last something; a week from something.
    pub(super) fn relative(&mut self, word: &str) -> bool {
        if self.says(&["day", "after", "tomorrow"]) {
            self.push(Item::Day(Day::Offset(2)), 3);
        } else if self.says(&["overmorrow"]) {
            self.push(Item::Day(Day::Offset(2)), 1);
        } else if self.says(&["day", "before"]) || self.says(&["day", "after"]) {
            self.push(Item::Open, 2);
        } else if is_tomorrow(word) {
            self.push(Item::Day(Day::Offset(1)), 1);
            self.week_on();
        } else if ["today", "todays"].contains(&word) {
            self.push(Item::Day(Day::Offset(0)), 1);
            self.week_on();
        } else if ["tonight", "tonite"].contains(&word) {
            self.items.push(Item::Day(Day::Offset(0)));
            self.push(Item::Part(Part::Tonight), 1);
        } else if ["yesterday", "ago", "yesterdays"].contains(&word) {
            self.push(Item::Past, 1);
        } else if ["this", "next", "coming", "upcoming", "last", "past", "previous"].contains(&word) {
            return self.determined(word);
        } else if word == "week"
            && let Some(number) = self.number_at(self.at + 1)
            && ["of", "calendar"].contains(&self.before())
        {
            self.push(Item::Day(Day::IsoWeek(number)), 2);
        } else {
            return false;
        }
        true
    }

    /// "Tomorrow week", "Tuesday fortnight".
    pub(super) fn week_on(&mut self) {
        let ends = |reader: &Self| reader.number_at(reader.at + 1).is_none();
        if self.word(0) == "week" && ends(self) {
            self.push(Item::Day(Day::Later(7)), 1);
        } else if self.word(0) == "fortnight" {
            self.push(Item::Day(Day::Later(14)), 1);
        }
    }

    pub(super) fn determined(&mut self, word: &str) -> bool {
        let coming = word == "this" && ["coming", "upcoming"].contains(&self.word(1));
        let used = if coming { 2 } else { 1 };
        let next = self.word(used);
        if let Some(day) = weekday(next) {
            let which = match word {
                _ if coming => Which::Coming,
                "this" => Which::This,
                "next" => Which::Next,
                "coming" | "upcoming" => Which::Coming,
                _ if ["of", "in"].contains(&self.word(2)) && self.month_follows(self.at + 3) => {
                    // "The last Friday of the month."
                    self.items.push(Item::Day(Day::Nth(-1)));
                    Which::Plain
                }
                _ => {
                    self.push(Item::Past, 2);
                    return true;
                }
            };
            self.push(Item::Day(Day::Weekday(day, which)), used + 1);
            if self.word(0) == "week" {
                // "Next Tuesday week": nobody knows.
                self.push(Item::Open, 1);
            }
            return true;
        }
        if word == "last" && next == "day" && ["of", "in"].contains(&self.word(2)) && self.month_follows(self.at + 3) {
            self.push(Item::Day(Day::Last), 2);
            return true;
        }
        let ahead = i64::from(word == "next");
        match (word, next) {
            ("this", "morning" | "afternoon" | "evening") => {
                self.items.push(Item::Day(Day::Offset(0)));
                self.push(Item::Part(part(next).unwrap_or(Part::Morning)), used + 1);
            }
            ("this" | "next" | "coming", "week") => self.push(Item::Day(Day::Week(ahead)), used + 1),
            ("this" | "next", "month") => {
                self.push(Item::Day(Day::Month(Month::Ahead(u32::from(word == "next")))), used + 1);
            }
            ("this", "year") => self.at += 2,
            (
                "last" | "previous" | "past",
                "week" | "month" | "night" | "year" | "time" | "visit" | "appointment" | "cleaning" | "checkup"
                | "session" | "booking" | "one",
            ) => self.push(Item::Past, 2),
            ("next", "year" | "available" | "weekend" | "few" | "couple" | "day" | "few days" | "opening" | "slot") => {
                self.push(Item::Open, 2);
            }
            ("next", _) if self.number_at(self.at + 1).is_some() => self.push(Item::Open, 2),
            ("next", _) if month(next).is_some() => self.push(Item::Open, 1),
            ("past", _) => self.push(Item::Open, 1),
            _ => return false,
        }
        true
    }

    /// Whether "the month", "next month" or a month's name comes there.
    pub(super) fn month_follows(&self, at: usize) -> bool {
        month(self.peek(at)).is_some()
            || ["the", "this", "next"].contains(&self.peek(at)) && self.peek(at + 1) == "month"
    }

    /// Days of the week and months.
    pub(super) fn named_day(&mut self, word: &str) -> bool {
        if self.says(&["week", "after", "next"]) {
            self.push(Item::Day(Day::Week(2)), 3);
            return true;
        }
        if self.says(&["the", "month"]) && self.before() == "of" {
            self.push(Item::Day(Day::Month(Month::Ahead(0))), 2);
            return true;
        }
        if let Some(day) = weekday(word) {
            // "I sat", "the sun", "we wed".
            let short = ["sat", "sun", "wed", "mon"].contains(&word);
            if short && ["i", "the", "we", "you", "he", "she", "they"].contains(&self.before()) {
                return false;
            }
            self.push(Item::Day(Day::Weekday(day, Which::Plain)), 1);
            self.week_on();
            if self.says(&["after", "next"]) {
                self.push(Item::Open, 2);
            }
            self.day_of_month(true);
            return true;
        }
        let Some(number) = month(word) else { return false };
        let own = !["may", "march", "mar", "august", "dec", "sep"].contains(&word);
        let leads = ["in", "of", "on", "for", "this"].contains(&self.before());
        self.at += 1;
        let had = matches!(self.items.last(), Some(Item::Day(Day::OfMonth(_))));
        let day = if had { None } else { self.day_ahead(false) };
        if let Some((day, used)) = day {
            self.items.push(Item::Day(Day::Month(Month::Named(number))));
            self.push(Item::Day(Day::OfMonth(day)), used);
        } else if own || leads || had {
            self.items.push(Item::Day(Day::Month(Month::Named(number))));
        } else {
            return true;
        }
        self.year();
        true
    }

    /// A year after a date.
    pub(super) fn year(&mut self) {
        let comma = usize::from(matches!(self.tokens.get(self.at), Some(Token::Stop(','))));
        let of = usize::from(self.word(0) == "of");
        if let Some(Token::Number { value: value @ 2000..=2199, digits: 4 }) = self.tokens.get(self.at + comma + of) {
            let year = i32::try_from(*value).unwrap_or_default();
            self.push(Item::Day(Day::Year(year)), comma + of + 1);
        } else if let (Some(20), Some(years @ 20..=99)) =
            (self.number_at(self.at + comma), self.number_at(self.at + comma + 1))
            && self.half(self.at + comma + 2).is_none()
        {
            // "twenty twenty-six"
            self.push(Item::Day(Day::Year(2000 + i32::try_from(years).unwrap_or_default())), comma + 2);
        }
    }

    /// "the 23rd" after a weekday, "23" where it cannot be an hour.
    pub(super) fn day_of_month(&mut self, beside_weekday: bool) {
        if let Some((day, used)) = self.day_ahead(beside_weekday) {
            self.push(Item::Day(Day::OfMonth(day)), used);
            let of = usize::from(self.word(0) == "of");
            if let Some(number) = month(self.word(of)) {
                self.push(Item::Day(Day::Month(Month::Named(number))), of + 1);
                self.year();
            }
        }
    }

    /// A day of the month that comes next, and how many pieces it is.
    pub(super) fn day_ahead(&self, beside_weekday: bool) -> Option<(u32, usize)> {
        let comma = usize::from(beside_weekday && matches!(self.tokens.get(self.at), Some(Token::Stop(','))));
        let the = comma + usize::from(self.word(comma) == "the");
        match self.tokens.get(self.at + the)? {
            Token::Ordinal(day @ 1..=31) => Some((*day, the + 1)),
            Token::Number { value: value @ 1..=31, digits } => {
                if self.half(self.at + the + 1).is_some() || self.is_unit(self.at + the + 1) {
                    return None;
                }
                if beside_weekday {
                    // "Monday 23" is a date; "Monday 3" may be an hour, and "Monday three" is one.
                    let followed = self.peek(self.at + the + 1);
                    let dated = *value > 24 || month(followed).is_some() || followed == "of";
                    return (dated && *digits > 0 && comma == 0).then_some((*value, the + 1));
                }
                // "March 24 30"? "May two thirty" is no date.
                let minutes = self.number_at(self.at + the + 1).is_some_and(|next| (10..60).contains(&next));
                let after = self.number_at(self.at + the + 2).is_some();
                let year = self.number_at(self.at + the + 1) == Some(20) && after;
                (!minutes || year).then_some((*value, the + 1))
            }
            _ => None,
        }
    }

    /// An ordinal: the day of a month, or of a week in it.
    pub(super) fn ordinal(&mut self, value: u32) {
        let spoken_unit = value == 2 && ["a", "one", "just", "any", "this"].contains(&self.before());
        if spoken_unit {
            self.at += 1;
            return;
        }
        if value == 1 && ["of", "off", "up", "time"].contains(&self.word(1)) && !self.month_follows(self.at + 2) {
            self.at += 2;
            return;
        }
        if value == 1 && self.word(1) == "thing" {
            return self.push(Item::Open, 2);
        }
        if let Some(day) = weekday(self.word(1)) {
            if (1..=5).contains(&value) && ["of", "in"].contains(&self.word(2)) && self.month_follows(self.at + 3) {
                self.items.push(Item::Day(Day::Nth(i32::try_from(value).unwrap_or(1))));
                return self.push(Item::Day(Day::Weekday(day, Which::Plain)), 2);
            }
            // "The 14th, Thursday" is a date; "the first Monday" needs a month.
            let item = if value > 5 { Item::Day(Day::OfMonth(value)) } else { Item::Number };
            return self.push(item, 1);
        }
        let of = usize::from(self.word(1) == "of");
        if (1..=31).contains(&value) {
            if let Some(number) = month(self.word(1 + of)) {
                self.items.push(Item::Day(Day::OfMonth(value)));
                self.push(Item::Day(Day::Month(Month::Named(number))), 2 + of);
                return self.year();
            }
            let month_ahead = of == 1 && self.month_follows(self.at + 2);
            let led = month_ahead
                || ["the", "on", "for", "by"].contains(&self.before())
                || self.touched == Some(self.at)
                || matches!(self.items.last(), Some(Item::Correct));
            let follows = match self.tokens.get(self.at + 1) {
                None => true,
                Some(Token::Word(next)) => AFTER_ORDINAL.contains(&next.as_str()) && (of == 0 || month_ahead),
                Some(_) => true,
            };
            if led && follows {
                return self
                    .push(Item::Day(Day::OfMonth(value)), 1 + usize::from(month_ahead && self.word(2) != "the"));
            }
        }
        self.push(Item::Number, 1);
    }

    pub(super) fn day_follows(&self, at: usize) -> bool {
        let word = self.peek(at);
        weekday(word).is_some()
            || is_tomorrow(word)
            || ["today", "tonight", "this", "next"].contains(&word)
            || word == "on"
                && (weekday(self.peek(at + 1)).is_some()
                    || ["the", "this", "next"].contains(&self.peek(at + 1))
                    || month(self.peek(at + 1)).is_some())
    }
}
