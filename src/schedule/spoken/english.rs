//! English: its words, and how they make times.

mod clause;
mod clock;
mod day;
mod length;
mod words;

use self::words::{
    ABOUT, COUNTED, EVENTS, FILLERS, OPEN, is_plain, is_tomorrow, month, number, ordinal, part, weekday,
};
use super::item::{Clock, Day, Item, Month, Part};
use super::token::{Token, tokens};

/// What a sentence says of time.
pub(super) fn items(text: &str) -> Vec<Item> {
    let tokens = tokens(text, number, ordinal);
    let mut reader = Reader { tokens: &tokens, at: 0, items: Vec::new(), touched: None };
    while reader.at < tokens.len() {
        let (before, found) = (reader.at, reader.items.len());
        reader.step();
        // Whatever happens, it goes on.
        reader.at = reader.at.max(before + 1);
        let timely = |item: &Item| matches!(item, Item::Day(_) | Item::Part(_) | Item::Correct);
        if reader.items.get(found..).is_some_and(|new| new.iter().any(timely)) {
            reader.touched = Some(reader.at);
        }
    }
    let mut items = reader.items;
    let day = items.iter().any(|item| matches!(item, Item::Day(_) | Item::Part(_) | Item::Ahead(_)));
    let vague = |item: &Item| matches!(item, Item::Clock(Clock { half: None, hour, .. }) if *hour != 12);
    if !day && items.iter().any(|item| matches!(item, Item::Clock(Clock { half: None, .. }))) {
        // An hour and nothing else: only where all that is said beside it belongs to an appointment.
        let known = |token: &Token| match token {
            Token::Word(word) => is_plain(word),
            _ => true,
        };
        if !tokens.iter().all(known) && items.iter().any(|item| vague(item) || matches!(item, Item::Clock(_))) {
            items.push(Item::Number);
        }
    }
    items
}

struct Reader<'t> {
    tokens: &'t [Token],
    at: usize,
    items: Vec<Item>,
    /// Where the last day or part of it ended.
    touched: Option<usize>,
}

impl<'t> Reader<'t> {
    fn word(&self, ahead: usize) -> &'t str {
        self.peek(self.at + ahead)
    }

    /// The word at a place, or nothing.
    fn peek(&self, at: usize) -> &'t str {
        match self.tokens.get(at) {
            Some(Token::Word(word)) => word,
            _ => "",
        }
    }

    fn before(&self) -> &'t str {
        self.at.checked_sub(1).map_or("", |at| self.peek(at))
    }

    fn number_at(&self, at: usize) -> Option<u32> {
        match self.tokens.get(at) {
            Some(Token::Number { value, .. }) => Some(*value),
            _ => None,
        }
    }

    /// Whether these words come next.
    fn says(&self, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(ahead, word)| self.word(ahead) == *word)
    }

    fn push(&mut self, item: Item, used: usize) {
        self.items.push(item);
        self.at += used;
    }

    fn step(&mut self) {
        match &self.tokens[self.at] {
            Token::Stop(_) => {
                // "Thursday, or Friday" goes on.
                let goes_on = ["or", "nor", "and"].contains(&self.word(1));
                if !goes_on {
                    self.items.push(Item::Clause);
                }
            }
            Token::Instant(at) => self.push(Item::Instant(*at), 1),
            Token::Date(date) => {
                use chrono::Datelike;
                self.items.push(Item::Day(Day::Year(date.year())));
                self.items.push(Item::Day(Day::Month(Month::Named(date.month()))));
                self.push(Item::Day(Day::OfMonth(date.day())), 1);
            }
            Token::Numeric { first, second, year } => self.numeric(*first, *second, *year),
            Token::Dash => self.dash(),
            Token::Time { .. } => {
                if let Some((clock, used)) = self.clock(self.at) {
                    self.push(Item::Clock(clock), used);
                } else {
                    self.push(Item::Number, 1);
                }
            }
            Token::Number { .. } => self.numeral(),
            Token::Ordinal(value) => self.ordinal(*value),
            Token::Word(word) => self.read(word),
        }
    }

    /// Between two times: up to.
    fn dash(&mut self) {
        let after_time = matches!(self.items.last(), Some(Item::Clock(_) | Item::Day(_)));
        let before_time = self.number_at(self.at + 1).is_some()
            || matches!(self.tokens.get(self.at + 1), Some(Token::Time { .. }))
            || weekday(self.word(1)).is_some();
        if after_time && before_time {
            self.items.push(Item::Between);
            if let Some((clock, used)) = self.clock(self.at + 1).or_else(|| self.bare(self.at + 1)) {
                self.push(Item::Clock(clock), used + 1);
            }
        }
    }

    fn numeric(&mut self, first: u32, second: u32, year: Option<i32>) {
        if year.is_none()
            && let Some((half, used)) = self.half(self.at + 1)
            && second < 60
        {
            // "10.05 pm"
            return self
                .push(Item::Clock(Clock { hour: first, minute: second, half: Some(half), sure: false }), 1 + used);
        }
        if let Some(year) = year {
            self.items.push(Item::Day(Day::Year(year)));
        }
        let day = match (first, second) {
            (1..=12, 1..=12) => Some(Item::Day(Day::Numeric(first, second))),
            (1..=12, 13..=31) => {
                self.items.push(Item::Day(Day::Month(Month::Named(first))));
                Some(Item::Day(Day::OfMonth(second)))
            }
            (13..=31, 1..=12) => {
                self.items.push(Item::Day(Day::Month(Month::Named(second))));
                Some(Item::Day(Day::OfMonth(first)))
            }
            _ => None,
        };
        self.push(day.unwrap_or(Item::Number), 1);
    }

    /// A sentence's words, one after the other; what says nothing of time is passed over.
    fn read(&mut self, word: &str) {
        if self.corrects() || self.denies(word) || self.courtesy() || self.excepts() {
            return;
        }
        if let Some((clock, used)) = self.clock(self.at) {
            return self.push(Item::Clock(clock), used);
        }
        if self.duration() || self.relative(word) || self.named_day(word) || self.stretch(word) {
            return;
        }
        if let Some(part) = part(word) {
            return self.push(Item::Part(part), 1);
        }
        if word == "pm" {
            return self.push(Item::Part(Part::Afternoon), 1);
        }
        if word == "am" && self.before() != "i" && self.word(1) != "i" {
            return self.push(Item::Part(Part::Morning), 1);
        }
        if ["$", "£", "€"].iter().any(|sign| word.starts_with(sign)) && self.number_at(self.at + 1).is_some() {
            self.at += 2;
            return;
        }
        if ["but", "so", "however", "though"].contains(&word)
            || self.says(&["how", "about"])
            || self.says(&["what", "about"])
        {
            return self.items.push(Item::Clause);
        }
        if self.narrates(word) {
            return self.items.push(Item::Open);
        }
        if OPEN.contains(&word) || EVENTS.contains(&word) {
            self.items.push(Item::Open);
        }
    }

    /// "After three", "before noon", "between", "until": no single time.
    fn stretch(&mut self, word: &str) -> bool {
        if self.says(&["any", "time"]) || self.says(&["some", "time"]) {
            self.push(Item::Open, 2);
            return true;
        }
        if self.says(&["first", "thing"]) || self.says(&["last", "thing"]) {
            self.push(Item::Open, 2);
            return true;
        }
        if ["end", "start", "beginning", "middle"].contains(&word) && self.word(1) == "of" {
            self.push(Item::Open, 2);
            return true;
        }
        let item = match word {
            "after" | "from" => Item::After,
            "before" | "by" | "until" | "till" | "til" => Item::Before,
            "between" => Item::Between,
            "to" | "and" | "or" | "through" => {
                // Between two times only.
                let after_time = matches!(self.items.last(), Some(Item::Clock(_)));
                let next = self.clock(self.at + 1).or_else(|| self.bare(self.at + 1));
                let Some((clock, used)) = next.filter(|_| after_time) else { return false };
                if word == "or" || word == "and" && !self.items.contains(&Item::Between) {
                    self.push(Item::Clock(clock), used + 1);
                } else {
                    self.items.push(Item::Between);
                    self.push(Item::Clock(clock), used + 1);
                }
                return true;
            }
            _ => return false,
        };
        self.items.push(item);
        self.at += 1;
        // "By the way", "from my dentist": only what a time follows begins or ends a stretch.
        while ["about", "around", "like", "say", "the", "my"].contains(&self.word(0)) {
            self.at += 1;
        }
        if let Some((clock, used)) = self.clock(self.at).or_else(|| self.bare(self.at)) {
            self.push(Item::Clock(clock), used);
            if let Some(Token::Dash) = self.tokens.get(self.at) {
                self.dash();
            }
        } else if word == "by" || word == "from" || word == "after" || word == "before" {
            let timely = part(self.word(0)).is_some()
                || weekday(self.word(0)).is_some()
                || is_tomorrow(self.word(0))
                || OPEN.contains(&self.word(0))
                || month(self.word(0)).is_some()
                || ["today", "then", "tonight", "work", "school", "that"].contains(&self.word(0))
                || matches!(self.tokens.get(self.at), Some(Token::Ordinal(_) | Token::Number { .. }));
            if !timely && (word == "by" || word == "from") {
                self.items.pop();
            }
        }
        true
    }

    /// A number that is not known to be part of anything yet.
    fn numeral(&mut self) {
        if let Some((clock, used)) = self.clock(self.at) {
            return self.push(Item::Clock(clock), used);
        }
        if self.duration() {
            return;
        }
        let value = self.number_at(self.at).unwrap_or(0);
        // "23 March", "the 23 of March".
        let of = usize::from(self.word(1) == "of");
        if (1..=31).contains(&value)
            && let Some(number) = month(self.word(1 + of))
            && !(self.word(1) == "may" && self.word(2) == "i")
        {
            self.items.push(Item::Day(Day::OfMonth(value)));
            self.push(Item::Day(Day::Month(Month::Named(number))), 2 + of);
            return self.year();
        }
        if ["dollars", "bucks", "euros", "pounds", "percent", "%", "quid", "k"].contains(&self.word(1)) {
            self.at += 2;
            return;
        }
        let counted = self.word(1).len() > 3
            && self.word(1).ends_with('s')
            && !["does", "works", "suits", "sounds", "was", "this", "days"].contains(&self.word(1));
        if counted || COUNTED.contains(&self.word(1)) {
            self.at += 2;
            return;
        }
        let before = self.before();
        if value == 1
            && matches!(self.tokens.get(self.at), Some(Token::Number { digits: 0, .. }))
            && ["the", "that", "this", "any", "no", "which", "a", "good", "another", "next", "last", "only", "every"]
                .contains(&before)
        {
            // A pronoun.
            self.at += 1;
            return;
        }
        const BOOKED: &[&str] = &[
            "it",
            "me",
            "us",
            "down",
            "in",
            "appointment",
            "that",
            "him",
            "her",
            "slot",
            "set",
            "confirmed",
            "available",
            "free",
            "open",
            "scheduled",
            "booked",
            "something",
            "anything",
            "visit",
            "one",
            "schedule",
            "book",
        ];
        let booked = self.at.checked_sub(2).is_some_and(|at| BOOKED.contains(&self.peek(at)));
        if before == "for" && !(booked && self.day_follows(self.at + 1))
            || ["of", "turns", "turned", "turning", "aged", "is"].contains(&before)
        {
            // For two, a party of four, the boy is nine: people and their age, perhaps.
            self.at += 1;
            return;
        }
        if self.is_hour_here()
            && let Some((clock, used)) = self.bare(self.at)
        {
            return self.push(Item::Clock(clock), used);
        }
        self.push(Item::Number, 1);
    }

    /// Whether a number without anything beside it stands where an hour does.
    fn is_hour_here(&self) -> bool {
        let next = self.at + 1;
        let minutes = self.number_at(next).is_some();
        let end = next + usize::from(minutes);
        if self.number_at(end).is_some()
            || matches!(self.tokens.get(end), Some(Token::Dash))
                && self.touched != Some(self.at)
                && self.before().is_empty()
        {
            // A telephone number.
            return false;
        }
        let previous_number = self.at > 0 && self.number_at(self.at - 1).is_some();
        if previous_number
            || [
                "number",
                "room",
                "suite",
                "unit",
                "apartment",
                "floor",
                "code",
                "extension",
                "#",
                "zip",
                "age",
                "option",
                "press",
            ]
            .contains(&self.before())
        {
            return false;
        }
        let digits = matches!(self.tokens.get(self.at), Some(Token::Number { digits, .. }) if *digits > 0);
        let beside_weekday = matches!(self.items.last(), Some(Item::Day(Day::Weekday(..) | Day::Month(_))))
            && self.touched == Some(self.at);
        if beside_weekday && digits && !minutes {
            // "Tuesday 3" may be a date.
            return false;
        }
        let led =
            self.before().is_empty() || FILLERS.contains(&self.before()) || ["for", "on"].contains(&self.before());
        if ABOUT.contains(&self.before())
            || self.touched == Some(self.at)
            || led && (self.peek(end) == "ish" || self.day_follows(end))
        {
            return true;
        }
        let comma = self.at > 1
            && matches!(self.tokens.get(self.at - 1), Some(Token::Stop(_)))
            && self.touched == Some(self.at - 1);
        let lead = self.tokens.get(..self.at).unwrap_or_default();
        let alone = lead.iter().all(|token| match token {
            Token::Word(word) => FILLERS.contains(&word.as_str()) || word == "for",
            Token::Stop(_) => true,
            _ => false,
        });
        let corrected = self.items.last() == Some(&Item::Correct)
            || (self.items.contains(&Item::Correct) && FILLERS.contains(&self.before()));
        let ends = match self.tokens.get(end) {
            None | Some(Token::Stop(_)) => true,
            Some(Token::Word(word)) => [
                "please", "then", "ok", "okay", "works", "is", "would", "sounds", "sorry", "no", "actually", "thanks",
                "or", "instead", "to", "and",
            ]
            .contains(&word.as_str()),
            Some(_) => false,
        };
        (alone || corrected || comma) && ends
    }
}
