use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::secret::Private;

/// A call of ours that is to be placed: to whom, for what, and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Errand {
    /// What the assistant is told, as a JSON object.
    pub order: Private,
    /// How far it has come.
    pub state: ErrandState,
    /// Not to be placed before.
    pub not_before: DateTime<Utc>,
    /// When it was begun to be placed.
    pub since: Option<DateTime<Utc>>,
    /// How often it was tried.
    pub attempts: u32,
    /// The workflow's execution that placed it.
    pub execution: Option<String>,
    /// Why it was given up, in words for people.
    pub reason: Option<String>,
}

/// How far a call of ours has come. It is dialled once: what may have been placed is never placed again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrandState {
    /// It waits for its time, or for its turn.
    Waiting,
    /// It is being placed, or was when its worker died.
    Dialling,
    /// It was placed.
    Placed,
    /// Nobody knows whether it was placed; it waits for a person.
    Unknown,
    /// It was refused, and not placed.
    GivenUp,
    /// It was withdrawn before it was placed.
    Withdrawn,
}

impl ErrandState {
    /// Pure: what may follow.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        use ErrandState::{Dialling, GivenUp, Placed, Unknown, Waiting, Withdrawn};
        matches!(
            (self, next),
            (Waiting, Dialling | Withdrawn)
                | (Dialling, Waiting | Placed | Unknown | GivenUp)
                // Found after all, or told of by the provider.
                | (Unknown, Placed)
        )
    }
}

impl Errand {
    /// A call to place, not before a time.
    #[must_use]
    pub fn new(order: impl Into<Private>, not_before: DateTime<Utc>) -> Self {
        Self {
            order: order.into(),
            state: ErrandState::Waiting,
            not_before,
            since: None,
            attempts: 0,
            execution: None,
            reason: None,
        }
    }

    /// Whether it is to be placed now.
    #[must_use]
    pub fn is_due(&self, now: DateTime<Utc>) -> bool {
        self.state == ErrandState::Waiting && self.not_before <= now
    }

    /// Moves on, if that may follow.
    pub fn become_state(&mut self, next: ErrandState, now: DateTime<Utc>) -> bool {
        if !self.state.may_become(next) {
            return false;
        }
        self.state = next;
        if next == ErrandState::Dialling {
            self.since = Some(now);
            self.attempts = self.attempts.saturating_add(1);
        }
        true
    }

    /// Whether its worker has died, for all that anybody knows.
    #[must_use]
    pub fn is_orphaned(&self, now: DateTime<Utc>) -> bool {
        self.state == ErrandState::Dialling && self.since.is_none_or(|since| now - since > TimeDelta::minutes(3))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_have_been_placed_is_never_placed_again() {
        use ErrandState::{Dialling, GivenUp, Placed, Unknown, Waiting, Withdrawn};
        for over in [Placed, Unknown, GivenUp, Withdrawn] {
            assert!(!over.may_become(Dialling) && !over.may_become(Waiting), "{over:?}");
        }
        let now = DateTime::UNIX_EPOCH;
        let mut errand = Errand::new("{}", now);
        assert!(errand.is_due(now) && errand.become_state(Dialling, now) && !errand.is_due(now));
        assert!(!errand.become_state(Dialling, now), "two workers cannot both dial");
        assert!(!errand.is_orphaned(now) && errand.is_orphaned(now + TimeDelta::minutes(4)));
        assert_eq!(errand.attempts, 1);
    }
}
