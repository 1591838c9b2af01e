use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Response, header};
use url::Url;

use crate::clock::Clock;
use crate::transport::retry::{Backoff, Idempotency};
use crate::transport::{Caller, Transport, answer_error};
use crate::{Error, Secret};

/// A service of the host's, with the key it asks for.
#[derive(Clone)]
pub struct Backoffice {
    base: Url,
    key: Option<HeaderValue>,
    caller: Caller,
}

impl Backoffice {
    /// A service at a URL. A key that no header can carry is left out.
    #[must_use]
    pub fn new(base: Url, key: impl Into<Secret>, transport: Arc<dyn Transport>, clock: Arc<dyn Clock>) -> Self {
        let key = HeaderValue::from_str(key.into().expose()).ok().filter(|key| !key.is_empty()).map(|mut key| {
            key.set_sensitive(true);
            key
        });
        let mut caller = Caller::new(transport, clock);
        caller.limit = 256 * 1024;
        Self { base, key, caller }.with_deadline(Duration::from_secs(5))
    }

    /// How long a request may take with its attempts; 5 seconds by default.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        let waits = (Duration::from_millis(100), Duration::from_secs(1));
        self.caller.policy =
            Arc::new(Backoff::default().with_attempts(3).with_waits(waits.0, waits.1).with_deadline(deadline));
        self
    }

    /// Without attempts after the first: for work that is repeated elsewhere.
    pub(super) fn without_retries(mut self) -> Self {
        let deadline = self.caller.policy.total_deadline();
        self.caller.policy = Arc::new(Backoff::never().with_deadline(deadline));
        self
    }

    pub(super) async fn call(
        &self,
        what: &'static str,
        method: Method,
        path: &str,
        event_id: Option<&str>,
        body: Bytes,
    ) -> Result<Response<Bytes>, Error> {
        let class = if method == Method::GET { Idempotency::Read } else { Idempotency::Idempotent };
        let uri = format!("{}{path}", self.base.as_str().trim_end_matches('/'));
        let mut request = http::Request::builder().method(method).uri(uri).header(header::ACCEPT, "application/json");
        if let Some(key) = &self.key {
            request = request.header("x-service-key", key);
        }
        if let Some(id) = event_id {
            request = request.header("idempotency-key", id);
        }
        if !body.is_empty() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let request = request.body(body).map_err(|source| Error::refused(what).with_source(source))?;
        let answer = self.caller.call(what, request, class).await?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        Err(answer_error(what, &answer, class).with_retry_after(self.caller.retry_after(&answer)))
    }
}

impl fmt::Debug for Backoffice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Backoffice").field("host", &self.base.host_str()).finish_non_exhaustive()
    }
}
