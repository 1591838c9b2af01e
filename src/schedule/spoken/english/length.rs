//! Lengths of time.

use chrono::TimeDelta;

use super::super::item::{Day, Item, Month};
use super::super::token::Token;
use super::Reader;
use super::words::{is_tomorrow, weekday};

impl<'t> Reader<'t> {
    /// "In two hours", "two weeks from Friday", "for thirty minutes".
    pub(super) fn duration(&mut self) -> bool {
        let lead = if ["in", "within"].contains(&self.word(0)) { 1 } else { 0 };
        let within = self.word(0) == "within";
        let mut from = self.at + lead;
        while lead > 0 && ["about", "like", "say", "maybe", "around", "just", "another"].contains(&self.peek(from)) {
            from += 1;
        }
        let Some((length, end)) = self.length(from) else { return false };
        let vague = within;
        let ahead = lead > 0;
        self.at = end;
        let time = usize::from(["time", "times"].contains(&self.word(0)) && ahead);
        self.at += time;
        let hence = ["from", "to", "hence", "on"].contains(&self.word(0));
        if vague || ["before", "after", "earlier", "later", "past", "prior"].contains(&self.word(0)) {
            self.items.push(Item::Open);
            return true;
        }
        if self.word(0) == "ago" {
            self.push(Item::Past, 1);
            return true;
        }
        let now = self.says(&["from", "now"]) || self.says(&["hence"]);
        if now {
            self.at += if self.word(0) == "hence" { 1 } else { 2 };
        }
        match length {
            Length::Time(time) if ahead || now => self.items.push(Item::Ahead(time)),
            Length::Time(_) => self.items.push(Item::Span),
            Length::Days(days) => {
                let weeks = days % 7 == 0;
                if now || ahead {
                    let day = if weeks { Day::Weeks(days / 7) } else { Day::Offset(days) };
                    self.items.push(Item::Day(day));
                } else if self.word(0) == "today" {
                    self.push(Item::Day(Day::Offset(days)), 1);
                } else if is_tomorrow(self.word(0)) {
                    self.push(Item::Day(Day::Offset(days + 1)), 1);
                } else if hence && ["from", "on"].contains(&self.word(0)) {
                    self.at += 1;
                    if self.word(0) == "today" {
                        self.push(Item::Day(Day::Offset(days)), 1);
                    } else {
                        // The day it is counted from follows.
                        let follows = weekday(self.word(0)).is_some()
                            || is_tomorrow(self.word(0))
                            || ["this", "next", "the"].contains(&self.word(0));
                        self.items.push(if follows { Item::Day(Day::Later(days)) } else { Item::Open });
                    }
                } else if weekday(self.word(0)).is_some() {
                    self.items.push(Item::Open);
                } else {
                    self.items.push(Item::Span);
                }
            }
            Length::Months(months) if ahead || now => self.items.push(Item::Day(Day::Month(Month::Ahead(months)))),
            Length::Months(_) => self.items.push(Item::Span),
            Length::Vague => self.items.push(Item::Open),
        }
        true
    }

    /// A length of time from a place on, and where it ends.
    pub(super) fn length(&self, from: usize) -> Option<(Length, usize)> {
        let mut at = from;
        if self.peek(at) == "half" && ["a", "an"].contains(&self.peek(at + 1)) {
            let (length, end) = self.unit(2 + at, 1)?;
            return Some((length.half()?, end));
        }
        if self.peek(at) == "half" && self.peek(at + 1) == "hour" {
            return Some((Length::Time(TimeDelta::minutes(30)), at + 2));
        }
        let quarter = match (self.number_at(at), self.peek(at), self.peek(at + 1)) {
            (Some(3), _, "quarters") => Some((45, at + 2)),
            (None, "quarter", _) => Some((15, at + 1)),
            (None, "a", "quarter") => Some((15, at + 2)),
            _ => None,
        };
        if let Some((minutes, end)) = quarter {
            let words = ["of", "an", "hour"].iter().enumerate().all(|(ahead, word)| self.peek(end + ahead) == *word);
            return words.then(|| (Length::Time(TimeDelta::minutes(minutes)), end + 3));
        }
        let count = match (self.number_at(at), self.peek(at)) {
            (Some(count), _) => {
                at += 1;
                // "Two or three hours", "2-3 hours".
                let or =
                    self.peek(at) == "or" || self.peek(at) == "to" || matches!(self.tokens.get(at), Some(Token::Dash));
                if or && self.number_at(at + 1).is_some() && self.is_unit(at + 2) {
                    return Some((Length::Vague, at + 3));
                }
                if self.peek(at) == "more" || self.peek(at) == "whole" || self.peek(at) == "full" {
                    at += 1;
                }
                i64::from(count)
            }
            (None, "couple" | "few" | "several") => {
                at += 1 + usize::from(self.peek(at + 1) == "of");
                return self.is_unit(at).then_some((Length::Vague, at + 1));
            }
            (None, "a") if ["couple", "few"].contains(&self.peek(at + 1)) => return self.length(at + 1),
            (None, "a" | "an") => {
                at += 1;
                1
            }
            (None, "fortnight") => return Some((Length::Days(14), at + 1)),
            _ => return None,
        };
        let half = self.peek(at) == "and" && self.peek(at + 1) == "a" && self.peek(at + 2) == "half";
        if half && self.is_unit(at + 3) {
            let (length, end) = self.unit(at + 3, count)?;
            let (more, _) = self.unit(at + 3, 1)?;
            return Some((length.plus(more.half()?)?, end));
        }
        let (length, end) = self.unit(at, count)?;
        if self.peek(end) == "and" {
            if self.peek(end + 1) == "a" && self.peek(end + 2) == "half" {
                let (more, _) = self.unit(at, 1)?;
                return Some((length.plus(more.half()?)?, end + 3));
            }
            if self.peek(end + 1) == "a" && self.peek(end + 2) == "quarter" && matches!(length, Length::Time(_)) {
                return Some((length.plus(Length::Time(TimeDelta::minutes(15)))?, end + 3));
            }
            if let Some((more, end)) = self.length(end + 1)
                && let Some(sum) = length.plus(more)
            {
                return Some((sum, end));
            }
        }
        if let Some(minutes) = self.number_at(end)
            && let Some((more @ Length::Time(_), end)) = self.unit(end + 1, i64::from(minutes))
            && let Some(sum) = length.plus(more)
        {
            return Some((sum, end));
        }
        Some((length, end))
    }

    pub(super) fn is_unit(&self, at: usize) -> bool {
        self.unit(at, 1).is_some()
    }

    pub(super) fn unit(&self, at: usize, count: i64) -> Option<(Length, usize)> {
        // Nobody means more.
        let count = count.clamp(0, 1000);
        let length = match self.peek(at) {
            "minute" | "minutes" | "min" | "mins" => Length::Time(TimeDelta::minutes(count)),
            "hour" | "hours" | "hr" | "hrs" => Length::Time(TimeDelta::hours(count)),
            "day" | "days" => Length::Days(count),
            "week" | "weeks" => Length::Days(7 * count),
            "fortnight" | "fortnights" => Length::Days(14 * count),
            "month" | "months" => Length::Months(u32::try_from(count).ok()?),
            "year" | "years" => Length::Vague,
            _ => return None,
        };
        Some((length, at + 1))
    }
}

/// A length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    Time(TimeDelta),
    Days(i64),
    Months(u32),
    /// "A few hours".
    Vague,
}

impl Length {
    fn half(self) -> Option<Self> {
        match self {
            Self::Time(time) => Some(Self::Time(time / 2)),
            Self::Days(14) => Some(Self::Days(7)),
            _ => Some(Self::Vague),
        }
    }

    fn plus(self, more: Self) -> Option<Self> {
        match (self, more) {
            (Self::Time(time), Self::Time(more)) => Some(Self::Time(time + more)),
            (Self::Days(days), Self::Days(more)) => Some(Self::Days(days + more)),
            (_, Self::Vague) | (Self::Vague, _) => Some(Self::Vague),
            _ => None,
        }
    }
}
