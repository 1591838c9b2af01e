use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};

use super::retry::{Attempt, Backoff, Budget, Cause, Idempotency, Observer, RetryPolicy, Verdict, parse_retry_after};
use super::{Body, Failure, Transport};
use crate::clock::{Clock, within};
use crate::error::{Error, Fate};

/// A transport with everything around it that a provider's client needs: attempts, deadlines, a size limit.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) policy: Arc<dyn RetryPolicy>,
    pub(crate) budget: Budget,
    pub(crate) observer: Option<Arc<dyn Observer>>,
    pub(crate) limit: usize,
    /// Answers that mean "not now, and nothing was done" though their status does not say so.
    pub(crate) is_busy: fn(&Response<Bytes>) -> bool,
}

impl Caller {
    pub(crate) fn new(transport: Arc<dyn Transport>, clock: Arc<dyn Clock>) -> Self {
        Self {
            transport,
            clock,
            policy: Arc::new(Backoff::default()),
            budget: Budget::default(),
            observer: None,
            limit: 16 * 1024 * 1024,
            is_busy: |_| false,
        }
    }

    /// Sends until there is a whole answer that is not worth another attempt. Any such status is `Ok`.
    pub(crate) async fn call(
        &self,
        what: &'static str,
        request: Request<Bytes>,
        class: Idempotency,
    ) -> Result<Response<Bytes>, Error> {
        self.attempts(what, class, || self.once(request.clone())).await
    }

    /// As [`call`](Self::call) for a request that reads, with the answer's body still to come.
    pub(crate) async fn open(&self, what: &'static str, request: Request<Bytes>) -> Result<Response<Body>, Error> {
        self.attempts(what, Idempotency::Read, || self.transport.call(request.clone())).await
    }

    async fn attempts<B, F: Future<Output = Result<Response<B>, Failure>>>(
        &self,
        what: &'static str,
        class: Idempotency,
        once: impl Fn() -> F,
    ) -> Result<Response<B>, Error> {
        let start = self.clock.monotonic();
        let deadline = self.policy.total_deadline();
        for number in 1_u32.. {
            let left = deadline.saturating_sub(self.clock.monotonic().saturating_sub(start));
            let outcome = match within(self.clock.as_ref(), left, once()).await {
                Some(outcome) => outcome,
                None => Err(Failure::outcome_unknown("the deadline passed")),
            };
            let elapsed = self.clock.monotonic().saturating_sub(start);
            let attempt = match &outcome {
                Ok(answer) if !is_failed(status(answer)) => {
                    self.budget.refill();
                    if let Some(observer) = &self.observer {
                        observer.answered(number, elapsed);
                    }
                    return outcome
                        .map(|mut answer| {
                            answer.extensions_mut().insert(Attempts(number));
                            answer
                        })
                        .map_err(|failure| lost_error(what, failure, class, number));
                }
                Ok(answer) => {
                    let attempt = Attempt::new(number, Cause::Status(status(answer).as_u16()), class);
                    match self.retry_after(answer) {
                        Some(wait) => attempt.with_retry_after(wait),
                        None => attempt,
                    }
                }
                Err(failure) if failure.may_have_been_sent() => Attempt::new(number, Cause::Lost, class),
                Err(_) => Attempt::new(number, Cause::NotSent, class),
            }
            .with_elapsed(elapsed);
            let mut verdict = self.policy.verdict(&attempt, fastrand::f64());
            if verdict != Verdict::GiveUp && !self.budget.spend() {
                verdict = Verdict::GiveUp;
            }
            if let Some(observer) = &self.observer {
                observer.failed(&attempt, verdict);
            }
            match verdict {
                Verdict::RetryAfter(wait) => {
                    tracing::debug!(what, number, cause = ?attempt.cause(), ?wait, "trying again");
                    self.clock.sleep(wait).await;
                }
                Verdict::GiveUp => match outcome {
                    Ok(mut answer) => {
                        answer.extensions_mut().insert(Attempts(number));
                        return Ok(answer);
                    }
                    Err(failure) => return Err(lost_error(what, failure, class, number)),
                },
            }
        }
        Err(Error::unavailable(what))
    }

    async fn once(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Failure> {
        let (parts, body): (_, Body) = self.transport.call(request).await?.into_parts();
        let mut answer = Response::from_parts(parts, body.collect(self.limit).await?);
        if (self.is_busy)(&answer) {
            answer.extensions_mut().insert(Busy);
        }
        Ok(answer)
    }

    pub(crate) fn retry_after<B>(&self, answer: &Response<B>) -> Option<Duration> {
        let value = answer.headers().get(header::RETRY_AFTER)?.to_str().ok()?;
        parse_retry_after(value, self.clock.now())
    }
}

/// How many attempts led to an answer; absent means one.
#[derive(Debug, Clone, Copy)]
struct Attempts(u32);

/// The answer means what 429 means.
#[derive(Debug, Clone, Copy)]
struct Busy;

/// What the answer's status would be if it said all.
fn status<B>(answer: &Response<B>) -> StatusCode {
    answer.extensions().get::<Busy>().map_or(answer.status(), |_| StatusCode::TOO_MANY_REQUESTS)
}

fn is_failed(status: StatusCode) -> bool {
    status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::REQUEST_TIMEOUT
}

fn lost_error(what: &'static str, failure: Failure, class: Idempotency, attempts: u32) -> Error {
    let fate = match (failure.may_have_been_sent(), class) {
        (false, _) | (true, Idempotency::Read) => Fate::NoEffect,
        (true, _) => Fate::Unknown,
    };
    Error::new(fate, what).with_source(failure).with_attempts(attempts)
}

/// The error of an answer that is not a success; its fate follows from status and class.
pub(crate) fn answer_error<B>(what: &'static str, answer: &Response<B>, class: Idempotency) -> Error {
    let fate = match status(answer) {
        StatusCode::TOO_MANY_REQUESTS => Fate::NoEffect,
        status if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT => match class {
            Idempotency::Read => Fate::NoEffect,
            _ if status == StatusCode::NOT_IMPLEMENTED => Fate::Refused,
            _ => Fate::Unknown,
        },
        _ => Fate::Refused,
    };
    let attempts = answer.extensions().get::<Attempts>().map_or(1, |attempts| attempts.0);
    Error::new(fate, what).with_status(answer.status()).with_attempts(attempts)
}

/// The error of a successful answer that cannot be read.
pub(crate) fn unreadable(what: &'static str, class: Idempotency, source: serde_json::Error) -> Error {
    // Whatever was asked for has been done, but what came of it is not known.
    let fate = match (class, source.classify()) {
        // No JSON at all comes from something in between, and may be gone the next time.
        (Idempotency::Read, serde_json::error::Category::Data) => Fate::Refused,
        (Idempotency::Read, _) => Fate::NoEffect,
        _ => Fate::Unknown,
    };
    // serde_json's text may quote the body.
    Error::new(fate, what).with_source(format!(
        "the answer is not what the documentation says: {:?} error at line {} column {}",
        source.classify(),
        source.line(),
        source.column()
    ))
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use chrono::DateTime;

    use super::*;
    use crate::clock::ManualClock;
    use crate::transport::{Reply, Stub};

    fn setup(stub: Stub) -> (Caller, ManualClock, Stub) {
        let clock = ManualClock::at(DateTime::UNIX_EPOCH).auto_advancing();
        let stub = stub.with_clock(Arc::new(clock.clone()));
        (Caller::new(Arc::new(stub.clone()), Arc::new(clock.clone())), clock, stub)
    }

    fn request() -> Request<Bytes> {
        Request::post("https://example.com/x").body(Bytes::from("a=1")).unwrap()
    }

    #[tokio::test]
    async fn repeats_a_busy_answer_even_for_once() {
        let busy = Reply::new(429, "").header("retry-after", "3");
        let (caller, clock, stub) = setup(Stub::new().then(busy).then(Reply::not_sent()).reply(201, "done"));
        let answer = caller.call("test", request(), Idempotency::Once).await.unwrap();
        assert_eq!(answer.body(), "done");
        assert_eq!(stub.log().len(), 3);
        assert!(clock.slept().iter().any(|nap| (3.0..3.2).contains(&nap.as_secs_f64())));
        assert!(stub.log().iter().all(|sent| sent.body() == "a=1"));
    }

    #[tokio::test]
    async fn never_repeats_a_write_that_may_have_happened() {
        for reply in [Reply::lost(), Reply::new(200, "{\"sid\":").cut_off()] {
            let (caller, _, stub) = setup(Stub::new().then(reply).reply(201, "twice!"));
            let error = caller.call("test", request(), Idempotency::Once).await.unwrap_err();
            assert!(error.is_outcome_unknown() && !error.is_retryable());
            assert_eq!(stub.log().len(), 1);
        }
        let (caller, _, stub) = setup(Stub::new().reply(500, "").reply(201, "twice!"));
        let answer = caller.call("test", request(), Idempotency::Once).await.unwrap();
        assert!(answer_error("test", &answer, Idempotency::Once).is_outcome_unknown());
        assert_eq!(stub.log().len(), 1);
    }

    #[tokio::test]
    async fn repeats_reads_whatever_happened() {
        let script =
            Stub::new().then(Reply::lost()).then(Reply::new(200, "{").cut_off()).reply(503, "").reply(200, "{}");
        let (caller, _, stub) = setup(script);
        assert_eq!(caller.call("test", request(), Idempotency::Read).await.unwrap().body(), "{}");
        assert_eq!(stub.log().len(), 4);
    }

    #[tokio::test]
    async fn an_answer_that_never_comes_meets_the_deadline() {
        let (caller, clock, _) = setup(Stub::new().then(Reply::new(200, "").after(Duration::from_secs(3600))));
        let error = caller.call("test", request(), Idempotency::Once).await.unwrap_err();
        assert!(error.is_outcome_unknown());
        assert_eq!(clock.monotonic(), Duration::from_secs(60));
    }

    #[tokio::test]
    async fn an_empty_budget_ends_the_attempts() {
        let (mut caller, _, stub) = setup(Stub::new().reply(429, "").reply(429, "").reply(429, "").reply(200, ""));
        caller.budget = Budget::new(1, 1);
        let answer = caller.call("test", request(), Idempotency::Read).await.unwrap();
        assert_eq!((answer.status().as_u16(), stub.log().len()), (429, 2));
        let error = answer_error("test", &answer, Idempotency::Read);
        assert_eq!((error.attempts(), error.is_retryable()), (2, true));
    }

    #[tokio::test]
    async fn the_observer_sees_each_attempt() {
        #[derive(Debug, Default)]
        struct Log(Mutex<Vec<String>>);
        impl Observer for Log {
            fn failed(&self, attempt: &Attempt, verdict: Verdict) {
                let gave_up = verdict == Verdict::GiveUp;
                self.0.lock().unwrap().push(format!("{} {:?} {gave_up}", attempt.number(), attempt.cause()));
            }
            fn answered(&self, number: u32, _: Duration) {
                self.0.lock().unwrap().push(format!("{number} ok"));
            }
        }
        let (mut caller, ..) = setup(Stub::new().then(Reply::not_sent()).reply(200, ""));
        let log = Arc::new(Log::default());
        caller.observer = Some(log.clone());
        caller.call("test", request(), Idempotency::Once).await.unwrap();
        assert_eq!(*log.0.lock().unwrap(), ["1 NotSent false", "2 ok"]);
    }

    #[tokio::test]
    async fn an_answer_over_the_limit_is_refused() {
        let (mut caller, ..) = setup(Stub::new().reply(200, "0123456789"));
        caller.limit = 9;
        assert!(caller.call("test", request(), Idempotency::Once).await.unwrap_err().is_outcome_unknown());
    }
}
