//! When to try again, and how long to wait first.
//!
//! The decision is pure: [`RetryPolicy::verdict`] looks at one failed attempt and says give up or wait. What may
//! be repeated depends on the request's [`Idempotency`] and on whether the failed attempt can have had an effect:
//!
//! | failed attempt | read | idempotent write | once |
//! |---|---|---|---|
//! | never sent | again | again | again |
//! | 429 (turned away unprocessed) | again | again | again |
//! | 408, 500, 502, 503, 504 | again | again | no |
//! | sent, no whole answer | again | again | no |
//! | any other status | no | no | no |
//!
//! ```
//! use std::time::Duration;
//! use frontdesk::transport::retry::{Attempt, Backoff, Cause, Idempotency, RetryPolicy, Verdict};
//!
//! let policy = Backoff::default();
//! let lost = Attempt::new(1, Cause::Lost, Idempotency::Once);
//! assert_eq!(policy.verdict(&lost, 0.5), Verdict::GiveUp);     // it may have been sent: never blindly again
//! let busy = Attempt::new(1, Cause::Status(429), Idempotency::Once).with_retry_after(Duration::from_secs(2));
//! assert_eq!(policy.verdict(&busy, 0.0), Verdict::RetryAfter(Duration::from_secs(2)));
//! ```

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};

/// What repeating a request would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Idempotency {
    /// It only reads.
    Read,
    /// Doing it twice leaves the same state as doing it once: a PUT, a DELETE, an update to fixed values.
    Idempotent,
    /// Doing it twice does it twice: sending a text, placing a call.
    Once,
}

/// How an attempt failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// The request never left.
    NotSent,
    /// The request may have left; no whole answer came.
    Lost,
    /// An answer with this status.
    Status(u16),
}

/// One failed attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    number: u32,
    cause: Cause,
    idempotency: Idempotency,
    retry_after: Option<Duration>,
    elapsed: Duration,
}

impl Attempt {
    /// The `number`-th attempt, counted from 1.
    #[must_use]
    pub fn new(number: u32, cause: Cause, idempotency: Idempotency) -> Self {
        Self { number, cause, idempotency, retry_after: None, elapsed: Duration::ZERO }
    }

    /// What the answer's `Retry-After` asked for.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// Time since the first attempt began.
    #[must_use]
    pub fn with_elapsed(mut self, elapsed: Duration) -> Self {
        self.elapsed = elapsed;
        self
    }

    /// Which attempt this was, counted from 1.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// How it failed.
    #[must_use]
    pub fn cause(&self) -> Cause {
        self.cause
    }

    /// What repeating it would do.
    #[must_use]
    pub fn idempotency(&self) -> Idempotency {
        self.idempotency
    }

    /// What the answer's `Retry-After` asked for.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Time since the first attempt began.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// True when repeating the request can do no harm; the table in the [module](self) says when.
    #[must_use]
    pub fn is_safe_to_repeat(&self) -> bool {
        match self.cause {
            Cause::NotSent | Cause::Status(429) => true,
            Cause::Lost | Cause::Status(408 | 500 | 502 | 503 | 504) => self.idempotency != Idempotency::Once,
            Cause::Status(_) => false,
        }
    }
}

/// What to do about a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// Return the error.
    GiveUp,
    /// Wait this long, then try again.
    RetryAfter(Duration),
}

/// Decides about failed attempts. Pure: no clock, no randomness of its own.
pub trait RetryPolicy: fmt::Debug + Send + Sync + 'static {
    /// The verdict; `chance` is uniform in `0.0..1.0` and there for jitter.
    fn verdict(&self, attempt: &Attempt, chance: f64) -> Verdict;

    /// How long the whole may take, all attempts and waits together.
    fn total_deadline(&self) -> Duration {
        Duration::from_secs(60)
    }
}

/// Exponential back-off with full jitter
/// (<https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>).
///
/// By default 4 attempts, a first ceiling of 500 ms that doubles up to 20 s, a `Retry-After` obeyed up to 30 s,
/// and 60 s for the whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Backoff {
    attempts: u32,
    base: Duration,
    ceiling: Duration,
    longest_retry_after: Duration,
    deadline: Duration,
    least: f64,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            attempts: 4,
            base: Duration::from_millis(500),
            ceiling: Duration::from_secs(20),
            longest_retry_after: Duration::from_secs(30),
            deadline: Duration::from_secs(60),
            least: 0.0,
        }
    }
}

impl Backoff {
    /// One attempt, no retry.
    #[must_use]
    pub fn never() -> Self {
        Self::default().with_attempts(1)
    }

    /// How many attempts in all; 0 counts as 1.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// The most the first wait may take; each further one may take twice as much, up to `ceiling`.
    #[must_use]
    pub fn with_waits(mut self, base: Duration, ceiling: Duration) -> Self {
        (self.base, self.ceiling) = (base, ceiling);
        self
    }

    /// What part of its ceiling a wait takes at least, from 0 to 1; the rest is left to chance. 0 by default.
    #[must_use]
    pub fn with_least(mut self, part: f64) -> Self {
        self.least = part.clamp(0.0, 1.0);
        self
    }

    /// The longest `Retry-After` that is waited for; a longer one ends the attempts and is in the error.
    #[must_use]
    pub fn with_longest_retry_after(mut self, longest: Duration) -> Self {
        self.longest_retry_after = longest;
        self
    }

    /// How long the whole may take.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }
}

impl RetryPolicy for Backoff {
    fn verdict(&self, attempt: &Attempt, chance: f64) -> Verdict {
        if !attempt.is_safe_to_repeat() || attempt.number >= self.attempts {
            return Verdict::GiveUp;
        }
        let doublings = attempt.number.saturating_sub(1).min(20);
        let most = self.base.saturating_mul(1 << doublings).min(self.ceiling);
        let jittered = most.mul_f64(self.least + (1.0 - self.least) * chance.clamp(0.0, 1.0));
        let wait = match attempt.retry_after {
            Some(asked) if asked > self.longest_retry_after => return Verdict::GiveUp,
            // As long as asked and a little of the jitter, so that those who were asked together do not come together.
            Some(asked) => asked.saturating_add(jittered / 4),
            None => jittered,
        };
        // An attempt that would be cut off at once turns a certain failure into an uncertain one.
        let begins = attempt.elapsed.saturating_add(wait);
        if begins.saturating_add(self.deadline / 6) > self.deadline {
            Verdict::GiveUp
        } else {
            Verdict::RetryAfter(wait)
        }
    }

    fn total_deadline(&self) -> Duration {
        self.deadline
    }
}

/// A token bucket that keeps retries from multiplying an outage: each costs tokens, each success returns one.
///
/// Share one among the clients of the same service.
#[derive(Debug, Clone)]
pub struct Budget {
    tokens: Arc<Mutex<u32>>,
    capacity: u32,
    cost: u32,
}

impl Budget {
    /// A full bucket of `capacity` tokens, of which a retry takes `cost`.
    #[must_use]
    pub fn new(capacity: u32, cost: u32) -> Self {
        Self { tokens: Arc::new(Mutex::new(capacity)), capacity, cost }
    }

    /// Takes the price of one retry; false when there is not enough.
    #[must_use]
    pub fn spend(&self) -> bool {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        match tokens.checked_sub(self.cost) {
            Some(left) => {
                *tokens = left;
                true
            }
            None => false,
        }
    }

    /// Puts a token back after a success.
    pub fn refill(&self) {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        *tokens = tokens.saturating_add(1).min(self.capacity);
    }
}

impl Default for Budget {
    /// 500 tokens, 5 a retry: a hundred retries in a row, then one for every five successes.
    fn default() -> Self {
        Self::new(500, 5)
    }
}

/// Is told of every attempt; for metrics and logs. Must not block.
pub trait Observer: fmt::Debug + Send + Sync + 'static {
    /// An attempt failed and this was decided.
    fn failed(&self, attempt: &Attempt, verdict: Verdict) {
        let _ = (attempt, verdict);
    }

    /// An attempt got a usable answer.
    fn answered(&self, number: u32, elapsed: Duration) {
        let _ = (number, elapsed);
    }
}

/// Reads a `Retry-After` header: whole or fractional seconds, or an HTTP date
/// ([RFC 9110 section 10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3)). A date that has passed is zero.
#[must_use]
pub fn parse_retry_after(value: &str, now: DateTime<Utc>) -> Option<Duration> {
    let value = value.trim();
    if value.starts_with(|c: char| c.is_ascii_digit()) {
        let seconds: f64 = value.parse().ok()?;
        return Some(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX));
    }
    let date = DateTime::parse_from_rfc2822(value).ok()?;
    Some((date.with_timezone(&Utc) - now).to_std().unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CLASSES: [Idempotency; 3] = [Idempotency::Read, Idempotency::Idempotent, Idempotency::Once];

    #[test]
    fn repeats_only_what_is_safe() {
        let safe = |cause| CLASSES.map(|class| Attempt::new(1, cause, class).is_safe_to_repeat());
        assert_eq!(safe(Cause::NotSent), [true; 3]);
        assert_eq!(safe(Cause::Status(429)), [true; 3]);
        for lost in [Cause::Lost, Cause::Status(500), Cause::Status(503), Cause::Status(504), Cause::Status(408)] {
            assert_eq!(safe(lost), [true, true, false]);
        }
        for refused in [400, 401, 404, 409, 422, 501] {
            assert_eq!(safe(Cause::Status(refused)), [false; 3]);
        }
    }

    #[test]
    fn waits_as_asked_but_not_forever() {
        let policy = Backoff::default();
        let busy = |seconds| {
            Attempt::new(1, Cause::Status(429), Idempotency::Once).with_retry_after(Duration::from_secs(seconds))
        };
        assert_eq!(policy.verdict(&busy(7), 0.0), Verdict::RetryAfter(Duration::from_secs(7)));
        assert_eq!(policy.verdict(&busy(31), 0.0), Verdict::GiveUp);
        assert_eq!(policy.verdict(&busy(7).with_elapsed(Duration::from_secs(53)), 0.0), Verdict::GiveUp);
    }

    #[test]
    fn reads_both_forms_of_retry_after() {
        let now = "2026-11-06T08:49:00Z".parse().unwrap();
        let read = |value| parse_retry_after(value, now);
        assert_eq!(read("120"), Some(Duration::from_secs(120)));
        assert_eq!(read(" 1.5 "), Some(Duration::from_millis(1500)));
        assert_eq!(read("Fri, 06 Nov 2026 08:49:37 GMT"), Some(Duration::from_secs(37)));
        assert_eq!(read("Fri, 06 Nov 2026 08:48:00 GMT"), Some(Duration::ZERO));
        assert_eq!(read("soon"), None);
        assert_eq!(read("-1"), None);
        assert_eq!(read("99999999999999999999999999"), Some(Duration::MAX));
    }

    #[test]
    fn budget_runs_dry_and_recovers() {
        let budget = Budget::new(10, 5);
        assert!(budget.spend());
        assert!(budget.spend());
        assert!(!budget.spend());
        (0..5).for_each(|_| budget.refill());
        assert!(budget.spend());
        assert!(!budget.spend());
    }

    proptest! {
        #[test]
        fn jitter_stays_below_its_ceiling(number in 1_u32..50, chance in 0.0_f64..1.0) {
            let policy = Backoff::default().with_attempts(100);
            let attempt = Attempt::new(number, Cause::NotSent, Idempotency::Once);
            match policy.verdict(&attempt, chance) {
                Verdict::RetryAfter(wait) => prop_assert!(wait <= Duration::from_secs(20)),
                Verdict::GiveUp => prop_assert!(false, "gave up early"),
            }
        }
    }
}
