use chrono::{DateTime, FixedOffset, TimeDelta, Weekday};

use super::super::alternatives::PartOfDay;

/// What a language's file finds in a sentence, in the order in which it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    /// Something about the day.
    Day(Day),
    /// A time of the day.
    Clock(Clock),
    /// A part of the day.
    Part(Part),
    /// So long from now.
    Ahead(TimeDelta),
    /// Date, time and offset.
    Instant(DateTime<FixedOffset>),
    /// A length of time that tells no time.
    Span,
    /// What follows is where a stretch begins.
    After,
    /// What follows is where a stretch ends.
    Before,
    /// Two times with a stretch between them.
    Between,
    /// No single time is meant.
    Open,
    /// A time that is over.
    Past,
    /// What follows takes the place of what was said.
    Correct,
    /// What was said before is taken back.
    Withdraw,
    /// What follows is not meant.
    Not,
    /// A clause ends.
    Clause,
    /// The clause says what is not meant.
    Deny,
    /// A number whose meaning is not known.
    Number,
}

/// Something about the day; several add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Day {
    /// So many days from today.
    Offset(i64),
    /// A day of the week.
    Weekday(Weekday, Which),
    /// The week that is so many ahead; the current one is 0.
    Week(i64),
    /// A week of the year.
    IsoWeek(u32),
    /// So many weeks from today, or that week.
    Weeks(i64),
    /// So many days after the day that is told beside it.
    Later(i64),
    /// A month.
    Month(Month),
    /// A day of the month.
    OfMonth(u32),
    /// A year.
    Year(i32),
    /// The n-th such weekday of a month; -1 is the last.
    Nth(i32),
    /// The last day of a month.
    Last,
    /// Two numbers, in an order that nobody knows.
    Numeric(u32, u32),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    Plain,
    This,
    Coming,
    Next,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Month {
    Named(u32),
    /// So many months ahead.
    Ahead(u32),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clock {
    /// 0 to 24; 1 to 12 unless `sure` or `half` says otherwise.
    pub(super) hour: u32,
    pub(super) minute: u32,
    pub(super) half: Option<Half>,
    /// The hour is one of 24.
    pub(super) sure: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Half {
    Am,
    Pm,
    /// "In the morning", "in the afternoon", ….
    In(Part),
    /// Twelve at night.
    Midnight,
    /// It can be neither.
    Wrong,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Morning,
    Afternoon,
    Evening,
    Night,
    /// The evening and night of today.
    Tonight,
}

impl Part {
    pub(super) fn of_day(self) -> PartOfDay {
        match self {
            Self::Morning => PartOfDay::Morning,
            Self::Afternoon => PartOfDay::Afternoon,
            Self::Evening | Self::Tonight => PartOfDay::Evening,
            Self::Night => PartOfDay::Night,
        }
    }

    /// The hours from which and until which it lasts.
    pub(super) fn hours(self) -> (u32, u32) {
        match self {
            Self::Morning => (5, 12),
            Self::Afternoon => (12, 17),
            Self::Evening => (17, 21),
            Self::Night => (21, 24),
            Self::Tonight => (17, 24),
        }
    }
}
