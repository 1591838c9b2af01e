use serde::{Deserialize, Serialize};

/// Where a call stands, in the order in which it moves.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Status {
    /// Waiting to be placed.
    Queued,
    /// Ringing.
    Ringing,
    /// Answered and going on.
    InProgress,
    /// Ended before it was answered, by request.
    Canceled,
    /// Could not be put through.
    Failed,
    /// Nobody answered.
    NoAnswer,
    /// The other side was busy.
    Busy,
    /// Answered and over.
    Completed,
}

impl Status {
    /// The later of the two. Commutative, associative and idempotent, so that news may come in any order.
    #[must_use]
    pub fn advance(self, news: Self) -> Self {
        self.max(news)
    }

    /// True when the call is over.
    #[must_use]
    pub fn is_final(self) -> bool {
        self >= Self::Canceled
    }

    /// The status in words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Ringing => "ringing",
            Self::InProgress => "in-progress",
            Self::Canceled => "canceled",
            Self::Failed => "failed",
            Self::NoAnswer => "no-answer",
            Self::Busy => "busy",
            Self::Completed => "completed",
        }
    }
}

/// Which way a call went.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Direction {
    /// To the business.
    Inbound,
    /// From the business.
    Outbound,
}

impl Direction {
    /// The direction in words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
        }
    }
}

/// How forwarding a call ended, the better outcome greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum DialOutcome {
    /// Given up before it was answered.
    Canceled,
    /// Could not be put through.
    Failed,
    /// Nobody answered.
    NoAnswer,
    /// Busy.
    Busy,
    /// Somebody answered.
    Answered,
}

impl DialOutcome {
    /// The outcome in words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Canceled => "canceled",
            Self::Failed => "failed",
            Self::NoAnswer => "no-answer",
            Self::Busy => "busy",
            Self::Answered => "answered",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: [Status; 8] = [
        Status::Queued,
        Status::Ringing,
        Status::InProgress,
        Status::Canceled,
        Status::Failed,
        Status::NoAnswer,
        Status::Busy,
        Status::Completed,
    ];

    proptest! {
        #[test]
        fn every_order_of_news_ends_the_same(news in proptest::collection::vec(0_usize..8, 1..12), seed: u64) {
            let run = |order: &[usize]| order.iter().fold(Status::Queued, |status, i| status.advance(ALL[*i]));
            let mut shuffled = news.clone();
            shuffled.extend_from_slice(&news);
            fastrand::Rng::with_seed(seed).shuffle(&mut shuffled);
            prop_assert_eq!(run(&news), run(&shuffled));
        }
    }

    #[test]
    fn a_call_that_is_over_stays_over() {
        for done in ALL.into_iter().filter(|status| status.is_final()) {
            for news in ALL {
                assert!(done.advance(news).is_final());
            }
        }
    }
}
