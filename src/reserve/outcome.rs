use serde::Serialize;

use crate::booking::Booking;
use crate::schedule::Alternative;

/// What came of asking for an appointment.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Booked {
    /// It stands.
    Confirmed(Box<Booking>),
    /// Its time is held until [`lease_until`](Booking::lease_until).
    Held(Box<Booking>),
    /// It cannot be had.
    Taken {
        /// Why not.
        why: Unavailable,
        /// What can be had instead, best first: three, unless there are fewer.
        alternatives: Vec<Alternative>,
    },
    /// It was booked under this key before, and has been cancelled.
    Cancelled(Box<Booking>),
}

impl Booked {
    /// The booking that stands.
    #[must_use]
    pub fn confirmed(self) -> Option<Booking> {
        match self {
            Self::Confirmed(booking) => Some(*booking),
            _ => None,
        }
    }
}

/// Why an appointment cannot be had at a time.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Unavailable {
    /// Nobody is there then, or it is too soon or too far ahead.
    Closed,
    /// Somebody else has it, or something else stands in the calendar.
    Taken,
    /// There are as many appointments on that day, or in that week, as there may be.
    Full,
}

impl Unavailable {
    /// The reason in words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Taken => "taken",
            Self::Full => "full",
        }
    }
}
