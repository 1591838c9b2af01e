use serde::{Deserialize, Serialize};

/// Where a booking stands.
///
/// ```text
/// held ──commit──▶ committing ──confirm──▶ confirmed ──cancel──▶ cancelled
///   │                   │                      ▲ │
///   └──────release──────┴──▶ released          └─┘ move (a second hold, then the first is freed)
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BookingState {
    /// The time is held until the lease ends.
    Held,
    /// It is being written into the calendar; its time is held however long that takes.
    Committing,
    /// It stands.
    Confirmed,
    /// The time was given back before it was confirmed.
    Released,
    /// It was confirmed and then cancelled.
    Cancelled,
}

impl BookingState {
    /// The states in which a booking keeps others from its time.
    pub const LIVE: [Self; 3] = [Self::Held, Self::Committing, Self::Confirmed];

    /// True when it keeps others from its time.
    #[must_use]
    pub fn is_live(self) -> bool {
        Self::LIVE.contains(&self)
    }

    /// The state in words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Committing => "committing",
            Self::Confirmed => "confirmed",
            Self::Released => "released",
            Self::Cancelled => "cancelled",
        }
    }
}
