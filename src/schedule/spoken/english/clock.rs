//! Times of the day.

use super::super::item::{Clock, Half, Part};
use super::super::token::Token;
use super::Reader;
use super::words::{ABOUT, part};

impl<'t> Reader<'t> {
    /// A time of the day at a place, and how many pieces it is made of. A number alone is none: [`bare`](Self::bare).
    pub(super) fn clock(&self, at: usize) -> Option<(Clock, usize)> {
        let clock = |hour, minute| Clock { hour, minute, half: None, sure: false };
        match self.tokens.get(at)? {
            Token::Time { hour, minute, zero } => {
                let read = Clock { sure: *hour > 12 || *hour == 0, ..clock(*hour, *minute) };
                let (read, used) = self.finish(read, at + 1);
                // "02:30" may be one of 24 hours, or two in the afternoon.
                let early = *zero && *hour > 0 && *hour < 8 && read.half.is_none() && !read.sure;
                let read = if early { Clock { half: Some(Half::Wrong), ..read } } else { read };
                Some((read, used - at))
            }
            Token::Word(word) => match word.as_str() {
                "noon" | "midday" | "noontime" | "noonish" => Some((Clock { sure: true, ..clock(12, 0) }, 1)),
                "midnight" => Some((Clock { half: Some(Half::Midnight), ..clock(12, 0) }, 1)),
                "a" if self.peek(at + 1) == "quarter" => self.clock(at + 1).map(|(clock, used)| (clock, used + 1)),
                "half" | "quarter" => {
                    let minutes = if word == "half" { 30 } else { 15 };
                    let past = match self.peek(at + 1) {
                        "past" | "after" => true,
                        "to" | "till" | "til" | "of" | "before" | "until" if word == "quarter" => false,
                        "" if word == "half" && !self.is_unit(at + 2) => {
                            // British: half two is 2:30.
                            let hour = self.number_at(at + 1).filter(|hour| (1..=12).contains(hour))?;
                            let (read, end) = self.finish(clock(hour, 30), at + 2);
                            return Some((read, end - at));
                        }
                        _ => return None,
                    };
                    self.beside(minutes, past, at + 2).map(|(clock, end)| (clock, end - at))
                }
                "oh" | "o" => {
                    let hour = self.number_at(at + 1).filter(|hour| *hour < 10)?;
                    self.military(hour, at + 2).map(|(clock, end)| (clock, end - at))
                }
                _ => None,
            },
            Token::Number { value, digits } => {
                let (value, digits) = (*value, *digits);
                if value == 12 && ["noon", "midday"].contains(&self.peek(at + 1)) {
                    return Some((Clock { sure: true, ..clock(12, 0) }, 2));
                }
                if value == 12 && self.peek(at + 1) == "midnight" {
                    return Some((Clock { half: Some(Half::Midnight), ..clock(12, 0) }, 2));
                }
                if value == 0 && digits == 0 {
                    let hour = self.number_at(at + 1).filter(|hour| *hour < 10)?;
                    return self.military(hour, at + 2).map(|(clock, end)| (clock, end - at));
                }
                // "Ten past four", "twenty-five minutes to six".
                let minutes = usize::from(["minute", "minutes", "mins", "min"].contains(&self.peek(at + 1)));
                let past = match self.peek(at + 1 + minutes) {
                    "past" | "after" => Some(true),
                    "to" | "till" | "til" | "of" | "before" => Some(false),
                    _ => None,
                };
                let led = at.checked_sub(1).is_some_and(|before| ABOUT.contains(&self.peek(before)));
                if let Some(past) = past
                    && (1..=29).contains(&value)
                    && (minutes == 1 || value % 5 == 0)
                {
                    let word = self.peek(at + 1 + minutes);
                    // "Ten to four" may be a stretch, "ten of us" are people.
                    let doubtful = (value == 10 && word == "to" || word == "of") && minutes == 0 && !led;
                    // "From ten to four" is a stretch.
                    let stretch =
                        at.checked_sub(1).is_some_and(|before| ["from", "between"].contains(&self.peek(before)));
                    if !doubtful
                        && !stretch
                        && let Some((clock, end)) = self.beside(value, past, at + 2 + minutes)
                    {
                        return Some((clock, end - at));
                    }
                }
                // "Fifteen hundred", "1500 hours".
                if self.peek(at + 1) == "hundred" {
                    let hours = ["hours", "hrs", "hour"].contains(&self.peek(at + 2));
                    let money = ["dollars", "bucks", "pounds", "euros"].contains(&self.peek(at + 2));
                    let fits = value < 24 && (hours || value >= 13 || value >= 10 && led);
                    return (fits && !money).then(|| (Clock { sure: true, ..clock(value, 0) }, 2 + usize::from(hours)));
                }
                // "9-30"
                if digits > 0
                    && (1..=12).contains(&value)
                    && matches!(self.tokens.get(at + 1), Some(Token::Dash))
                    && let Some(Token::Number { value: minute @ 25..=59, digits: 2 }) = self.tokens.get(at + 2)
                    && !matches!(self.tokens.get(at + 3), Some(Token::Dash | Token::Number { .. }))
                {
                    let (read, end) = self.finish(clock(value, *minute), at + 3);
                    return Some((read, end - at));
                }
                // "0930" is written so for a time only.
                if digits == 4
                    && value < 1000
                    && value % 100 < 60
                    && (self.tokens.len() == 1 || self.touched == Some(at) || self.day_follows(at + 1))
                {
                    return Some((Clock { sure: true, ..clock(value / 100, value % 100) }, 1));
                }
                if digits == 4 || digits == 3 {
                    let hours = ["hours", "hrs"].contains(&self.peek(at + 1));
                    let (hour, minute) = (value / 100, value % 100);
                    let half = self.half(at + 1);
                    let fits = hour < 24 && minute < 60 && (led || hours || half.is_some());
                    if !fits || (2000..2100).contains(&value) && !hours && half.is_none() {
                        return None;
                    }
                    let sure = hours || hour > 12 || hour == 0;
                    let (read, end) = self.finish(Clock { sure, ..clock(hour, minute) }, at + 1);
                    return Some((read, end.max(at + 1 + usize::from(hours)) - at));
                }
                // "Three thirty", "two oh five".
                if (1..=23).contains(&value)
                    && at.checked_sub(1).is_none_or(|before| self.number_at(before).is_none())
                    && let Some((minute, end)) = self.minutes(at + 1)
                {
                    let sure = value > 12;
                    let (read, end) = self.finish(Clock { sure, ..clock(value, minute) }, end);
                    return Some((read, end - at));
                }
                if value > 24 {
                    return None;
                }
                // "Three pm", "three o'clock", "three in the afternoon".
                let (read, end) = self.finish(Clock { sure: value > 12, ..clock(value, 0) }, at + 1);
                (end > at + 1 && (value > 0 || read.half.is_some())).then_some((read, end - at))
            }
            _ => None,
        }
    }

    /// A number alone, taken for an hour.
    pub(super) fn bare(&self, at: usize) -> Option<(Clock, usize)> {
        let led = at.checked_sub(1).is_some_and(|before| ["at", "around", "about"].contains(&self.peek(before)));
        let hour = self.number_at(at)?;
        let fits = (1..=12).contains(&hour) || led && (13..24).contains(&hour);
        if !fits || self.is_unit(at + 1) {
            return None;
        }
        let (clock, end) = self.finish(Clock { hour, minute: 0, half: None, sure: hour > 12 }, at + 1);
        Some((clock, end - at))
    }

    /// Minutes that are said after an hour.
    pub(super) fn minutes(&self, at: usize) -> Option<(u32, usize)> {
        if ["oh", "o"].contains(&self.peek(at)) {
            let minute = self.number_at(at + 1).filter(|minute| (1..10).contains(minute))?;
            return Some((minute, at + 2));
        }
        match self.tokens.get(at)? {
            Token::Number { value: value @ 10..=59, digits: 0 | 2 } => {
                let unit = self.is_unit(at + 1) || self.number_at(at + 1).is_some();
                (!unit).then_some((*value, at + 1))
            }
            _ => None,
        }
    }

    /// "Oh nine hundred", "oh eight thirty", "oh nine".
    pub(super) fn military(&self, hour: u32, at: usize) -> Option<(Clock, usize)> {
        let clock = |minute| Clock { hour, minute, half: None, sure: true };
        let (clock, end) = if self.peek(at) == "hundred" {
            (clock(0), at + 1)
        } else {
            let (minute, end) = self.minutes(at)?;
            (clock(minute), end)
        };
        Some((clock, end + usize::from(["hours", "hrs", "hour"].contains(&self.peek(end)))))
    }

    /// So many minutes before or after an hour that comes next.
    pub(super) fn beside(&self, minutes: u32, past: bool, at: usize) -> Option<(Clock, usize)> {
        let (clock, end) = match self.peek(at) {
            "noon" | "midday" => (Clock { hour: 12, minute: 0, half: None, sure: true }, at + 1),
            "midnight" => return None,
            _ => {
                let hour = self.number_at(at).filter(|hour| (1..=12).contains(hour))?;
                if self.is_unit(at + 1) || self.minutes(at + 1).is_some() {
                    return None;
                }
                self.finish(Clock { hour, minute: 0, half: None, sure: false }, at + 1)
            }
        };
        let hour = match (past, clock.hour, clock.sure) {
            (true, hour, _) => hour,
            (false, 1, false) => 12,
            (false, hour, _) => hour - 1,
        };
        // "A quarter to twelve pm" is before noon: the halves change at twelve.
        let half = match (past, clock.hour, clock.half) {
            (false, 12, Some(Half::Am | Half::Pm)) => Some(Half::Wrong),
            (_, _, half) => half,
        };
        let minute = if past { minutes } else { 60 - minutes };
        Some((Clock { hour, minute, half, sure: false }, end)).map(|(read, end)| {
            // Before noon is the morning, after noon is not.
            if clock.sure {
                (Clock { half: Some(if past { Half::Pm } else { Half::Am }), ..read }, end)
            } else {
                (read, end)
            }
        })
    }

    /// What says which half of the day an hour belongs to, and where that ends.
    pub(super) fn finish(&self, clock: Clock, at: usize) -> (Clock, usize) {
        let mut end = at;
        let mut clock = clock;
        loop {
            if ["o'clock", "oclock", "sharp", "ish", "exactly", "hours", "hrs", "h"].contains(&self.peek(end)) {
                if ["hours", "hrs", "h"].contains(&self.peek(end)) && !clock.sure {
                    if matches!(self.tokens.get(at.wrapping_sub(1)), Some(Token::Time { .. })) || self.peek(end) == "h"
                    {
                        clock.sure = true;
                    } else {
                        break;
                    }
                }
                end += 1;
            } else if (self.peek(end) == "o" && self.peek(end + 1) == "clock")
                || (matches!(self.tokens.get(end), Some(Token::Dash)) && self.peek(end + 1) == "ish")
            {
                end += 2;
            } else {
                break;
            }
        }
        if clock.half.is_none()
            && let Some((half, used)) = self.half(end)
        {
            clock.half = Some(half);
            end += used;
        }
        while ["o'clock", "oclock", "sharp", "ish", "exactly"].contains(&self.peek(end)) {
            end += 1;
        }
        if matches!(self.tokens.get(end), Some(Token::Dash)) && self.peek(end + 1) == "ish" {
            end += 2;
        }
        (clock, end)
    }

    /// "Am", "p m", "in the morning", "at night".
    pub(super) fn half(&self, at: usize) -> Option<(Half, usize)> {
        let second = self.peek(at + 1);
        match self.peek(at) {
            "am" | "a.m" => Some((Half::Am, 1)),
            "pm" | "p.m" => Some((Half::Pm, 1)),
            "a" if second == "m" => Some((Half::Am, 2)),
            "p" if second == "m" => Some((Half::Pm, 2)),
            "p" => Some((Half::Pm, 1)),
            "in" if second == "the" => part(self.peek(at + 2)).map(|part| (Half::In(part), 3)),
            "at" if second == "night" => Some((Half::In(Part::Night), 2)),
            _ => None,
        }
    }
}
