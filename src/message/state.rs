use serde::{Deserialize, Serialize};

/// Where a text stands, in the order in which it moves. What is greater wins, whatever comes first.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeliveryStatus {
    /// In our outbox, not handed to the provider.
    Pending,
    /// Being handed to the provider right now.
    Submitting,
    /// Handed over without an answer: it may or may not have been sent. Never sent again blindly.
    Unknown,
    /// The provider accepted it for a time to come.
    Scheduled,
    /// The provider has it.
    Queued,
    /// The provider is handing it to the carrier.
    Sending,
    /// The carrier has it.
    Sent,
    /// Withdrawn before it was sent.
    Canceled,
    /// It was not sent.
    Failed,
    /// It was sent and did not arrive.
    Undelivered,
    /// Some recipients of a group got it.
    PartiallyDelivered,
    /// It arrived.
    Delivered,
    /// It was read.
    Read,
    /// Inbound: it came in.
    Received,
}

impl DeliveryStatus {
    /// True when nothing more is to be expected; a delivered text may still be read.
    #[must_use]
    pub fn is_final(self) -> bool {
        self >= Self::Canceled
    }

    /// True when it arrived.
    #[must_use]
    pub fn has_arrived(self) -> bool {
        self >= Self::PartiallyDelivered
    }

    /// True when it did not and will not arrive.
    #[must_use]
    pub fn has_failed(self) -> bool {
        matches!(self, Self::Canceled | Self::Failed | Self::Undelivered)
    }

    /// The status in words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Submitting => "submitting",
            Self::Unknown => "unknown",
            Self::Scheduled => "scheduled",
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Canceled => "canceled",
            Self::Failed => "failed",
            Self::Undelivered => "undelivered",
            Self::PartiallyDelivered => "partially_delivered",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Received => "received",
        }
    }
}

/// Where a text stands, and the provider's error if it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Delivery {
    /// Where it stands.
    pub status: DeliveryStatus,
    /// The provider's error code; kept with the status it came with.
    pub error_code: Option<u32>,
}

impl Delivery {
    /// A status without an error.
    #[must_use]
    pub fn new(status: DeliveryStatus) -> Self {
        Self { status, error_code: None }
    }

    /// Adds the provider's error.
    #[must_use]
    pub fn with_error(mut self, code: Option<u32>) -> Self {
        self.error_code = code;
        self
    }

    /// What holds after this news: the greater status with its own error. Commutative, associative and idempotent,
    /// so that every order and repetition of the same news ends the same.
    #[must_use]
    pub fn advance(self, news: Self) -> Self {
        match self.status.cmp(&news.status) {
            std::cmp::Ordering::Less => news,
            std::cmp::Ordering::Greater => self,
            std::cmp::Ordering::Equal => Self { error_code: self.error_code.max(news.error_code), ..self },
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(crate) const ALL: [DeliveryStatus; 14] = [
        DeliveryStatus::Pending,
        DeliveryStatus::Submitting,
        DeliveryStatus::Unknown,
        DeliveryStatus::Scheduled,
        DeliveryStatus::Queued,
        DeliveryStatus::Sending,
        DeliveryStatus::Sent,
        DeliveryStatus::Canceled,
        DeliveryStatus::Failed,
        DeliveryStatus::Undelivered,
        DeliveryStatus::PartiallyDelivered,
        DeliveryStatus::Delivered,
        DeliveryStatus::Read,
        DeliveryStatus::Received,
    ];

    fn permutations(items: &[Delivery]) -> Vec<Vec<Delivery>> {
        if items.len() <= 1 {
            return vec![items.to_vec()];
        }
        (0..items.len())
            .flat_map(|index| {
                let mut rest = items.to_vec();
                let first = rest.remove(index);
                permutations(&rest).into_iter().map(move |mut tail| {
                    tail.insert(0, first);
                    tail
                })
            })
            .collect()
    }

    #[test]
    fn all_permutations_with_repetition_converge() {
        use DeliveryStatus::{Delivered, Failed, Queued, Sending, Sent, Undelivered};
        let failure = |status| Delivery::new(status).with_error(Some(30003));
        for (news, expected) in [
            (
                vec![Delivery::new(Queued), Delivery::new(Sending), Delivery::new(Sent), Delivery::new(Delivered)],
                Delivery::new(Delivered),
            ),
            (
                vec![Delivery::new(Queued), Delivery::new(Sent), failure(Undelivered), Delivery::new(Sent)],
                failure(Undelivered),
            ),
            (vec![Delivery::new(Queued), failure(Failed), Delivery::new(Failed)], failure(Failed)),
            (vec![failure(Undelivered), Delivery::new(Delivered), Delivery::new(Sent)], Delivery::new(Delivered)),
        ] {
            let doubled: Vec<_> = news.iter().chain(news.first()).copied().collect();
            for order in permutations(&doubled) {
                let end = order.iter().fold(Delivery::new(DeliveryStatus::Pending), |state, news| state.advance(*news));
                assert_eq!(end, expected, "{order:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn advancing_is_a_join(
            a in 0_usize..14, b in 0_usize..14, c in 0_usize..14,
            ea in proptest::option::of(30001_u32..30009), eb in proptest::option::of(30001_u32..30009),
        ) {
            let (a, b, c) = (
                Delivery::new(ALL[a]).with_error(ea), Delivery::new(ALL[b]).with_error(eb), Delivery::new(ALL[c]),
            );
            prop_assert_eq!(a.advance(b), b.advance(a));
            prop_assert_eq!(a.advance(b).advance(c), a.advance(b.advance(c)));
            prop_assert_eq!(a.advance(a), a);
            prop_assert!(a.advance(b).status >= a.status);
        }
    }
}
