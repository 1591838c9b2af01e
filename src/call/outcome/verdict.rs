use serde::{Deserialize, Serialize};

use super::Booked;

/// What a call came to.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// An appointment came to stand.
    Booked,
    /// One that stood was moved.
    Rescheduled,
    /// One that stood was called off, and none came in its place.
    Cancelled,
    /// One was wanted, and did not come about.
    NotBooked,
    /// A person is to call back.
    CallbackRequested,
    /// Conditions and wishes only.
    Hypothetical,
    /// It is not known.
    #[default]
    Unclear,
}

impl Verdict {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Booked,
        Self::Rescheduled,
        Self::Cancelled,
        Self::NotBooked,
        Self::CallbackRequested,
        Self::Hypothetical,
        Self::Unclear,
    ];

    /// The verdict in snake case.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Booked => "booked",
            Self::Rescheduled => "rescheduled",
            Self::Cancelled => "cancelled",
            Self::NotBooked => "not_booked",
            Self::CallbackRequested => "callback_requested",
            Self::Hypothetical => "hypothetical",
            Self::Unclear => "unclear",
        }
    }

    /// Whether an appointment came of it.
    #[must_use]
    pub fn booked(self) -> Booked {
        match self {
            Self::Booked | Self::Rescheduled => Booked::Yes,
            Self::Cancelled | Self::NotBooked | Self::CallbackRequested => Booked::No,
            Self::Hypothetical | Self::Unclear => Booked::Unknown,
        }
    }

    /// What stands after something else has happened in the same call.
    #[must_use]
    pub fn then(self, next: Self) -> Self {
        match (self, next) {
            (_, Self::Unclear | Self::Hypothetical) if self != Self::Unclear => self,
            // Another attempt that fails takes nothing away.
            (Self::Booked | Self::Rescheduled | Self::Cancelled, Self::NotBooked | Self::CallbackRequested) => self,
            (Self::CallbackRequested, Self::NotBooked) => self,
            (Self::Cancelled | Self::Rescheduled, Self::Booked) => Self::Rescheduled,
            // What was booked a moment ago was moved.
            (Self::Booked, Self::Rescheduled) => Self::Booked,
            (_, next) => next,
        }
    }
}
