#![cfg(any(test, feature = "test-util", feature = "sim"))]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use super::Clock;

/// A clock that stands still until the test moves it.
///
/// Clones share one time. [`auto_advancing`](Self::auto_advancing) makes it jump to the next deadline whenever
/// somebody sleeps, which runs retries and back-off in no time.
#[derive(Debug, Clone)]
pub struct ManualClock {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    start: DateTime<Utc>,
    elapsed: Duration,
    skew: TimeDelta,
    auto: bool,
    next_id: u64,
    sleepers: BTreeMap<(Duration, u64), Waker>,
    slept: Vec<Duration>,
}

impl ManualClock {
    /// A clock that reads `start` until it is moved.
    #[must_use]
    pub fn at(start: DateTime<Utc>) -> Self {
        let state = State {
            start,
            elapsed: Duration::ZERO,
            skew: TimeDelta::zero(),
            auto: false,
            next_id: 0,
            sleepers: BTreeMap::new(),
            slept: Vec::new(),
        };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// Makes every sleep advance the clock instead of waiting; earlier deadlines come first.
    #[must_use]
    pub fn auto_advancing(self) -> Self {
        self.lock().auto = true;
        self
    }

    /// Moves time forward and wakes who slept until then.
    pub fn advance(&self, by: Duration) {
        let mut state = self.lock();
        state.elapsed += by;
        let elapsed = state.elapsed;
        let later = state.sleepers.split_off(&(elapsed + Duration::from_nanos(1), 0));
        let due = std::mem::replace(&mut state.sleepers, later);
        drop(state);
        due.into_values().for_each(Waker::wake);
    }

    /// Moves time to the earliest moment that somebody sleeps until, and says whether anybody does.
    pub fn advance_to_next(&self) -> bool {
        let state = self.lock();
        let Some(by) = state.sleepers.keys().next().map(|(until, _)| until.saturating_sub(state.elapsed)) else {
            return false;
        };
        drop(state);
        self.advance(by);
        true
    }

    /// Sets the time of day without letting time pass, as an administrator or NTP would.
    pub fn set(&self, now: DateTime<Utc>) {
        let mut state = self.lock();
        state.skew = now - (state.start + to_delta(state.elapsed));
    }

    /// Every duration somebody asked to sleep, in order.
    #[must_use]
    pub fn slept(&self) -> Vec<Duration> {
        self.lock().slept.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn to_delta(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}

/// A sleeper that leaves the table when its future is dropped.
struct Sleeper<'a> {
    clock: &'a ManualClock,
    key: (Duration, u64),
}

impl Drop for Sleeper<'_> {
    fn drop(&mut self) {
        self.clock.lock().sleepers.remove(&self.key);
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        let state = self.lock();
        state.start + to_delta(state.elapsed) + state.skew
    }

    fn monotonic(&self) -> Duration {
        self.lock().elapsed
    }

    async fn sleep(&self, duration: Duration) {
        let sleeper = {
            let mut state = self.lock();
            state.slept.push(duration);
            state.next_id += 1;
            Sleeper { clock: self, key: (state.elapsed.saturating_add(duration), state.next_id) }
        };
        let mut polls = 0_u32;
        std::future::poll_fn(|context| {
            let mut state = self.lock();
            if state.elapsed >= sleeper.key.0 {
                return Poll::Ready(());
            }
            state.sleepers.insert(sleeper.key, context.waker().clone());
            let first = state.sleepers.first_key_value().is_some_and(|(key, _)| *key == sleeper.key);
            // One extra round lets everything else that is ready run, and other sleepers register, first.
            if state.auto && first && polls > 0 {
                state.elapsed = sleeper.key.0;
                return Poll::Ready(());
            }
            polls += 1;
            if state.auto {
                context.waker().wake_by_ref();
            }
            Poll::Pending
        })
        .await;
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn wakes_sleepers_when_time_has_come() {
        let clock = ManualClock::at(DateTime::UNIX_EPOCH);
        let mut nap = clock.sleep(Duration::from_secs(5)).boxed();
        assert!(nap.as_mut().now_or_never().is_none());
        clock.advance(Duration::from_secs(4));
        assert!(nap.as_mut().now_or_never().is_none());
        clock.advance(Duration::from_secs(1));
        assert!(nap.as_mut().now_or_never().is_some());
        assert_eq!(clock.slept(), [Duration::from_secs(5)]);
    }

    #[test]
    fn time_goes_on_to_whoever_sleeps_the_shortest() {
        let clock = ManualClock::at(DateTime::UNIX_EPOCH);
        assert!(!clock.advance_to_next());
        let (mut long, mut short) =
            (clock.sleep(Duration::from_secs(9)).boxed(), clock.sleep(Duration::from_secs(5)).boxed());
        assert!(long.as_mut().now_or_never().is_none() && short.as_mut().now_or_never().is_none());
        assert!(clock.advance_to_next());
        assert!(short.as_mut().now_or_never().is_some() && long.as_mut().now_or_never().is_none());
        assert!(clock.advance_to_next());
        assert_eq!(clock.monotonic(), Duration::from_secs(9));
    }

    #[test]
    fn setting_the_time_of_day_lets_no_time_pass() {
        let clock = ManualClock::at(DateTime::UNIX_EPOCH);
        clock.set(DateTime::UNIX_EPOCH + TimeDelta::days(1));
        assert_eq!(clock.now().timestamp(), 86_400);
        assert_eq!(clock.monotonic(), Duration::ZERO);
    }

    #[tokio::test]
    async fn auto_advance_serves_the_earliest_deadline_first() {
        let clock = ManualClock::at(DateTime::UNIX_EPOCH).auto_advancing();
        let order = Mutex::new(Vec::new());
        let nap = |seconds: u64| {
            let (clock, order) = (&clock, &order);
            async move {
                clock.sleep(Duration::from_secs(seconds)).await;
                order.lock().unwrap().push(seconds);
            }
        };
        futures_util::future::join3(nap(3), nap(1), nap(2)).await;
        assert_eq!(*order.lock().unwrap(), [1, 2, 3]);
        assert_eq!(clock.monotonic(), Duration::from_secs(3));
    }
}
