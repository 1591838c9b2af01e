use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};

use super::{Body, Failure, Transport};
use crate::clock::Clock;

/// A transport that answers from a script and remembers what it was asked.
///
/// Clones share script and log. When the script is used up, every further call fails as not sent.
#[derive(Clone, Default)]
pub struct Stub {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    script: VecDeque<Reply>,
    log: Vec<Request<Bytes>>,
    clock: Option<Arc<dyn Clock>>,
}

/// One scripted answer, or the lack of one.
#[derive(Debug, Clone)]
pub struct Reply {
    delay: Duration,
    outcome: Outcome,
}

#[derive(Debug, Clone)]
enum Outcome {
    Answer { status: StatusCode, headers: Vec<(HeaderName, HeaderValue)>, body: Bytes, cut: bool },
    NotSent,
    Lost,
}

impl Reply {
    /// An answer with this status and body; a number that is no HTTP status becomes 500.
    #[must_use]
    pub fn new(status: u16, body: impl Into<Bytes>) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self {
            delay: Duration::ZERO,
            outcome: Outcome::Answer { status, headers: Vec::new(), body: body.into(), cut: false },
        }
    }

    /// The connection is refused: nothing is sent.
    #[must_use]
    pub fn not_sent() -> Self {
        Self { delay: Duration::ZERO, outcome: Outcome::NotSent }
    }

    /// The request is sent and no answer comes back.
    #[must_use]
    pub fn lost() -> Self {
        Self { delay: Duration::ZERO, outcome: Outcome::Lost }
    }

    /// Adds a header; a name or value that HTTP does not allow is left out.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Outcome::Answer { headers, .. } = &mut self.outcome
            && let (Ok(name), Ok(value)) = (name.parse(), value.parse())
        {
            headers.push((name, value));
        }
        self
    }

    /// Breaks the connection off after the body that was given.
    #[must_use]
    pub fn cut_off(mut self) -> Self {
        if let Outcome::Answer { cut, .. } = &mut self.outcome {
            *cut = true;
        }
        self
    }

    /// Answers only after this long, on the clock given to [`Stub::with_clock`].
    #[must_use]
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}

impl Stub {
    /// A stub with an empty script.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The clock on which delayed replies wait.
    #[must_use]
    pub fn with_clock(self, clock: Arc<dyn Clock>) -> Self {
        self.lock().clock = Some(clock);
        self
    }

    /// Appends an answer to the script.
    #[must_use]
    pub fn reply(self, status: u16, body: impl Into<Bytes>) -> Self {
        self.then(Reply::new(status, body))
    }

    /// Appends a reply to the script.
    #[must_use]
    pub fn then(self, reply: Reply) -> Self {
        self.push(reply);
        self
    }

    /// Appends a reply while the stub is in use.
    pub fn push(&self, reply: Reply) {
        self.lock().script.push_back(reply);
    }

    /// The requests so far, in order.
    #[must_use]
    pub fn log(&self) -> Vec<Request<Bytes>> {
        self.lock().log.clone()
    }

    /// How many replies have not been used yet.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.lock().script.len()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Stub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        f.debug_struct("Stub")
            .field("calls", &state.log.len())
            .field("remaining", &state.script.len())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Transport for Stub {
    async fn call(&self, request: Request<Bytes>) -> Result<Response<Body>, Failure> {
        let (reply, clock) = {
            let mut state = self.lock();
            state.log.push(request);
            (state.script.pop_front(), state.clock.clone())
        };
        let reply = reply.ok_or_else(|| Failure::not_sent("the stub has no reply left"))?;
        if let (Some(clock), false) = (clock, reply.delay.is_zero()) {
            clock.sleep(reply.delay).await;
        }
        match reply.outcome {
            Outcome::NotSent => Err(Failure::not_sent("connection refused")),
            Outcome::Lost => Err(Failure::outcome_unknown("the connection was lost")),
            Outcome::Answer { status, headers, body, cut } => {
                let body = if cut { cut_body(body) } else { Body::from(body) };
                let mut response = Response::new(body);
                *response.status_mut() = status;
                for (name, value) in headers {
                    response.headers_mut().append(name, value);
                }
                Ok(response)
            }
        }
    }
}

fn cut_body(start: Bytes) -> Body {
    let pieces = [Ok(http_body::Frame::data(start)), Err(Failure::outcome_unknown("the answer broke off"))];
    Body::new(http_body_util::StreamBody::new(futures_util::stream::iter(pieces)))
}
