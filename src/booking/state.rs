use serde::{Deserialize, Serialize};

/// Where a booking stands.
///
/// ```text
///            ┌───────────────confirm (no calendar)──────┐
/// held ──────┴─commit──▶ committing ──confirm──▶ confirmed ◀──moved/stay──┐
///   │                        │                     │  └──shift──▶ moving ─┤
///   │                     withdraw                 │                 │    │
///   │                        ▼                   cancel           give back
///   │                    releasing                 ▼                 ▼    │
///   └──release──▶ released ◀─┘                 cancelling        returning┘
///                                                  ▼
///                                              cancelled
/// ```
///
/// What is held, is being committed, or is being moved can be cancelled as well.
///
/// What is done to the calendar in a state is safe to do again, and nothing is taken out of it before the state that says
/// so is written: whoever comes late finds the booking changed.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
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
    /// It stands, and the calendar is being changed to its new time; both times are its own.
    Moving,
    /// It stands where it was, and the calendar is being changed back; both times are its own.
    Returning,
    /// It is being taken out of the calendar before it was confirmed; its time is its own until that is done.
    Releasing,
    /// It does not take place, and is being taken out of the calendar; its time is its own until that is done.
    Cancelling,
    /// The time was given back before it was confirmed: nobody has taken it up, or it could not be had.
    Released,
    /// Somebody has cancelled it.
    Cancelled,
}

impl BookingState {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Held,
        Self::Committing,
        Self::Confirmed,
        Self::Moving,
        Self::Returning,
        Self::Releasing,
        Self::Cancelling,
        Self::Released,
        Self::Cancelled,
    ];

    /// True when it keeps others from its time.
    #[must_use]
    pub fn is_live(self) -> bool {
        !matches!(self, Self::Released | Self::Cancelled)
    }

    /// True when somebody was told that it takes place, and nobody that it does not.
    #[must_use]
    pub fn stands(self) -> bool {
        matches!(self, Self::Confirmed | Self::Moving | Self::Returning)
    }

    /// Pure: the table of what may follow. A booking that was released begins anew when its time is held again.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Held, Self::Committing | Self::Confirmed | Self::Released | Self::Cancelled)
                | (Self::Committing, Self::Confirmed | Self::Releasing | Self::Cancelling)
                | (Self::Confirmed, Self::Moving | Self::Cancelling | Self::Cancelled)
                | (Self::Moving, Self::Confirmed | Self::Returning | Self::Cancelling)
                | (Self::Returning, Self::Confirmed | Self::Cancelling)
                | (Self::Releasing, Self::Released)
                | (Self::Cancelling, Self::Cancelled)
                | (Self::Released, Self::Held)
        )
    }

    /// The state in words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Committing => "committing",
            Self::Confirmed => "confirmed",
            Self::Moving => "moving",
            Self::Returning => "returning",
            Self::Releasing => "releasing",
            Self::Cancelling => "cancelling",
            Self::Released => "released",
            Self::Cancelled => "cancelled",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_follow_is_a_table() {
        let shown: Vec<String> = BookingState::ALL
            .iter()
            .map(|from| {
                let next = BookingState::ALL.iter().filter(|next| from.may_become(**next)).map(|next| next.as_str());
                format!("{} -> {}", from.as_str(), next.collect::<Vec<_>>().join(" "))
            })
            .collect();
        assert_eq!(
            shown,
            [
                "held -> committing confirmed released cancelled",
                "committing -> confirmed releasing cancelling",
                "confirmed -> moving cancelling cancelled",
                "moving -> confirmed returning cancelling",
                "returning -> confirmed cancelling",
                "releasing -> released",
                "cancelling -> cancelled",
                "released -> held",
                "cancelled -> ",
            ]
        );
    }

    #[test]
    fn a_time_is_given_back_only_when_the_calendar_is_rid_of_it() {
        for from in BookingState::ALL {
            for next in BookingState::ALL.into_iter().filter(|next| from.may_become(*next)) {
                let gives_back = from.is_live() && !next.is_live();
                let clean =
                    [BookingState::Held, BookingState::Confirmed, BookingState::Releasing, BookingState::Cancelling];
                assert!(!gives_back || clean.contains(&from), "{from:?} -> {next:?}");
            }
        }
    }
}
