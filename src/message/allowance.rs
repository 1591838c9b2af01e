use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::id::TenantId;

/// So much of something in so much time, counted under a key.
///
/// ```
/// use std::time::Duration;
/// use chrono::{DateTime, TimeDelta};
/// use frontdesk::message::{Allowance, Counted};
///
/// // Two at once, and one more every ten seconds.
/// let allowance = Allowance::new("texts", 2, Duration::from_secs(20));
/// let now = DateTime::UNIX_EPOCH;
/// let Counted::Granted(one) = allowance.spend(None, 1, now) else { panic!() };
/// let Counted::Granted(two) = allowance.spend(Some(one), 1, now) else { panic!() };
/// assert_eq!(allowance.spend(Some(two), 1, now), Counted::Exhausted { until: now + TimeDelta::seconds(10) });
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Allowance {
    /// What is counted; no personal data.
    pub key: String,
    /// How much at once.
    pub limit: u32,
    /// The time in which all of it comes back, bit by bit.
    pub period: Duration,
    /// Nothing comes back bit by bit; at this time the key changes, and everything is there again.
    pub resets: Option<DateTime<Utc>>,
}

/// So long that nothing comes back by itself.
const NEVER: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// What came of asking for some.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Counted {
    /// It was granted; this is to be kept under the key.
    Granted(DateTime<Utc>),
    /// There was not enough.
    Exhausted {
        /// When there will be.
        until: DateTime<Utc>,
    },
}

impl Allowance {
    /// `limit` at once, which come back evenly within `period`.
    #[must_use]
    pub fn new(key: impl Into<String>, limit: u32, period: Duration) -> Self {
        Self { key: key.into(), limit, period, resets: None }
    }

    /// `limit` until `resets`, after which the key is to be another one: a day's share, with the day in the key.
    #[must_use]
    pub fn until(key: impl Into<String>, limit: u32, resets: DateTime<Utc>) -> Self {
        Self { key: key.into(), limit, period: NEVER, resets: Some(resets) }
    }

    /// Pure: asks for `units` at `now`. What is kept is when everything would be there again: one time a key, which a
    /// store can compare and set. More than the limit at once is granted when everything is there, and then takes as
    /// long to come back.
    #[must_use]
    pub fn spend(&self, kept: Option<DateTime<Utc>>, units: u32, now: DateTime<Utc>) -> Counted {
        let period = TimeDelta::from_std(self.period).unwrap_or(TimeDelta::MAX);
        if self.limit == 0 {
            return Counted::Exhausted { until: now.checked_add_signed(period).unwrap_or(DateTime::<Utc>::MAX_UTC) };
        }
        let limit = i32::try_from(self.limit).unwrap_or(i32::MAX);
        // As large as can be multiplied; a period is days at most.
        let cost = period.checked_mul(i32::try_from(units).unwrap_or(i32::MAX)).unwrap_or(TimeDelta::MAX) / limit;
        let full = kept.filter(|kept| *kept > now).unwrap_or(now);
        let Some(after) = full.checked_add_signed(cost) else {
            return Counted::Exhausted { until: DateTime::<Utc>::MAX_UTC };
        };
        let Some(until) = after.checked_sub_signed(period.max(cost)) else { return Counted::Granted(after) };
        if until > now {
            Counted::Exhausted { until: self.resets.map_or(until, |resets| resets.min(until)) }
        } else {
            Counted::Granted(after)
        }
    }
}

/// What came of asking for some of several things at once.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Spent {
    /// All were granted.
    Granted,
    /// One was not, and nothing was counted.
    Exhausted {
        /// The key of the one that takes longest.
        key: String,
        /// When there will be enough.
        until: DateTime<Utc>,
    },
}

/// Pure: asks for so many units of each. What is kept under each key is changed only when all are granted.
pub(crate) fn spend_all(
    wanted: &[(Allowance, u32)],
    kept: &mut BTreeMap<String, DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Spent {
    let mut after = kept.clone();
    let mut exhausted: Option<(String, DateTime<Utc>)> = None;
    for (allowance, units) in wanted {
        match allowance.spend(after.get(&allowance.key).copied(), *units, now) {
            Counted::Granted(whole) => {
                after.insert(allowance.key.clone(), whole);
            }
            Counted::Exhausted { until } if exhausted.as_ref().is_none_or(|(_, latest)| *latest < until) => {
                exhausted = Some((allowance.key.clone(), until));
            }
            Counted::Exhausted { .. } => {}
        }
    }
    match exhausted {
        Some((key, until)) => Spent::Exhausted { key, until },
        None => {
            *kept = after;
            Spent::Granted
        }
    }
}

/// Counts across processes.
#[async_trait]
pub trait Counters: fmt::Debug + Send + Sync + 'static {
    /// Asks for so many units of each, in the store's time: all are granted and counted, or nothing is. Each key is
    /// locked while it is decided, so that two who ask at once cannot both take the last.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    async fn spend(&self, tenant: &TenantId, wanted: &[(Allowance, u32)]) -> Result<Spent, Error>;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    #[test]
    fn a_long_text_goes_at_once_and_is_paid_for_afterwards() {
        let rate = Allowance::new("sender", 1, Duration::from_secs(1));
        let Counted::Granted(kept) = rate.spend(None, 3, at(0)) else { panic!() };
        assert_eq!(rate.spend(Some(kept), 1, at(2)), Counted::Exhausted { until: at(3) });
        assert!(matches!(rate.spend(Some(kept), 1, at(3)), Counted::Granted(_)));
    }

    #[test]
    fn nothing_is_granted_of_nothing() {
        let none = Allowance::new("k", 0, Duration::from_secs(60));
        assert_eq!(none.spend(None, 1, at(0)), Counted::Exhausted { until: at(60) });
    }

    #[test]
    fn a_days_share_is_exact() {
        let day = Allowance::until("daily:1970-01-01", 3, at(86_400));
        let mut kept = None;
        for second in [0, 10, 80_000] {
            let Counted::Granted(next) = day.spend(kept, 1, at(second)) else { panic!("{second}") };
            kept = Some(next);
        }
        assert_eq!(day.spend(kept, 1, at(86_399)), Counted::Exhausted { until: at(86_400) });
    }

    #[test]
    fn a_period_beyond_all_time_is_no_panic() {
        for period in [Duration::MAX, Duration::from_secs(u64::MAX / 1_000)] {
            let _ = Allowance::new("k", 10_000, period).spend(None, 1, at(0));
            let _ = Allowance::new("k", 1, period).spend(Some(at(5)), u32::MAX, at(0));
        }
    }

    proptest! {
        #[test]
        fn never_more_than_twice_the_limit_in_a_period(
            limit in 1_u32..20, gaps in proptest::collection::vec(0_i64..30, 1..200),
        ) {
            let allowance = Allowance::new("k", limit, Duration::from_secs(100));
            let (mut kept, mut now, mut granted) = (None, 0, Vec::new());
            for gap in gaps {
                now += gap;
                match allowance.spend(kept, 1, at(now)) {
                    Counted::Granted(next) => {
                        kept = Some(next);
                        granted.push(now);
                    }
                    Counted::Exhausted { until } => prop_assert!(until > at(now) && until <= at(now + 100)),
                }
                let recent = granted.iter().filter(|then| **then > now - 100).count();
                prop_assert!(recent as u32 <= 2 * limit);
            }
        }

        #[test]
        fn never_panics(limit in any::<u32>(), units in any::<u32>(), seconds in any::<u32>(), kept in any::<i32>()) {
            let allowance = Allowance::new("k", limit, Duration::from_secs(u64::from(seconds)));
            let _ = allowance.spend(Some(at(i64::from(kept))), units, at(0));
        }
    }
}
