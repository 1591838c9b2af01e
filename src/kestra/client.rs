use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderValue, Method, Response, StatusCode, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::execution::Execution;
use crate::clock::Clock;
use crate::transport::retry::{Backoff, Idempotency};
use crate::transport::{Caller, Transport, answer_error};
use crate::{Error, Secret};

/// What stands in a path or a query unescaped.
const SAFE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// How a client shows who it is.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Credentials {
    /// A user and a password.
    Basic {
        /// The user, mostly an e-mail address.
        user: String,
        /// The password.
        password: Secret,
    },
    /// An API token.
    Bearer(Secret),
}

/// The API of a Kestra server.
#[derive(Clone)]
pub struct Client {
    base: Url,
    /// `main` on an open-source server; none on older ones.
    tenant: Option<String>,
    authorization: Option<HeaderValue>,
    caller: Caller,
}

#[derive(Deserialize)]
struct Found {
    results: Vec<Execution>,
}

impl Client {
    /// A server at a URL, with the tenant `main`.
    #[must_use]
    pub fn new(base: Url, transport: Arc<dyn Transport>, clock: Arc<dyn Clock>) -> Self {
        let mut caller = Caller::new(transport, clock);
        caller.limit = 4 * 1024 * 1024;
        Self { base, tenant: Some("main".into()), authorization: None, caller }.with_deadline(Duration::from_secs(10))
    }

    /// Who asks. A password or token that no header can carry is left out.
    #[must_use]
    pub fn with_credentials(mut self, credentials: &Credentials) -> Self {
        let value = match credentials {
            Credentials::Basic { user, password } => {
                format!("Basic {}", STANDARD.encode(format!("{user}:{}", password.expose())))
            }
            Credentials::Bearer(token) => format!("Bearer {}", token.expose()),
        };
        self.authorization = HeaderValue::from_str(&value).ok().map(|mut value| {
            value.set_sensitive(true);
            value
        });
        self
    }

    /// Another tenant than `main`; none at all for servers older than 0.23.
    #[must_use]
    pub fn with_tenant(mut self, tenant: Option<String>) -> Self {
        self.tenant = tenant;
        self
    }

    /// How long a request may take with its attempts; 10 seconds by default.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        let waits = (Duration::from_millis(200), Duration::from_secs(2));
        self.caller.policy =
            Arc::new(Backoff::default().with_attempts(3).with_waits(waits.0, waits.1).with_deadline(deadline));
        self
    }

    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.caller.clock
    }

    /// Starts a flow with inputs and labels. Never tried again by itself: the answer may be lost, not the execution.
    ///
    /// # Errors
    /// [`Error::is_outcome_unknown`] when it may have started; [`Error::is_permanent`] when the flow or an input is wrong.
    pub async fn start(
        &self,
        namespace: &str,
        flow: &str,
        inputs: &[(&str, &str)],
        labels: &[(&str, &str)],
    ) -> Result<Execution, Error> {
        let (namespace, flow) = (escape(namespace), escape(flow));
        let labels = labels.iter().map(|(name, value)| format!("&labels={}", escape(&format!("{name}:{value}"))));
        let path = format!("executions/{namespace}/{flow}?wait=false{}", labels.collect::<String>());
        let (kind, body) = multipart(inputs);
        let answer = self.call("starting a flow", Method::POST, &path, Some(kind), body, Idempotency::Once).await?;
        // It was started, whatever the answer says.
        serde_json::from_slice(answer.body())
            .map_err(|_| Error::outcome_unknown("starting a flow: the answer cannot be read"))
    }

    /// Starts a flow by a webhook of its own.
    ///
    /// # Errors
    /// As with [`start`](Self::start).
    pub async fn trigger(
        &self,
        namespace: &str,
        flow: &str,
        key: &Secret,
        body: &serde_json::Value,
    ) -> Result<Execution, Error> {
        let path = format!("executions/webhook/{}/{}/{}", escape(namespace), escape(flow), escape(key.expose()));
        let (kind, body) = ("application/json".to_owned(), Bytes::from(body.to_string()));
        let answer = self.call("triggering a flow", Method::POST, &path, Some(kind), body, Idempotency::Once).await?;
        serde_json::from_slice(answer.body())
            .map_err(|_| Error::outcome_unknown("triggering a flow: the answer cannot be read"))
    }

    /// An execution. One that was started just now may not be found yet.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none, or none yet.
    pub async fn execution(&self, id: &str) -> Result<Execution, Error> {
        self.get("reading an execution", &format!("executions/{}", escape(id))).await
    }

    /// The executions of a flow that carry a label, latest first. One that was started just now may be missing.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the server cannot be reached.
    pub async fn find(
        &self,
        namespace: &str,
        flow: &str,
        (label, value): (&str, &str),
    ) -> Result<Vec<Execution>, Error> {
        let (namespace, flow) = (escape(namespace), escape(flow));
        // As servers understand it since 0.22, and as older ones do; each passes over what it does not know.
        let filters = [
            ("filters[namespace][EQUALS]".to_owned(), namespace.clone()),
            ("filters[flowId][EQUALS]".to_owned(), flow.clone()),
            (format!("filters[labels][EQUALS][{label}]"), escape(value)),
        ];
        let filters = filters.map(|(name, value)| format!("&{}={value}", escape(&name))).concat();
        let label_of_old = escape(&format!("{label}:{value}"));
        let path = format!(
            "executions/search?namespace={namespace}&flowId={flow}&labels={label_of_old}&sort=state.startDate%3Adesc&size=100{filters}"
        );
        let mut found = self.get::<Found>("looking for an execution", &path).await?.results;
        // One that passes over both would give out the executions of others.
        found.retain(|execution| execution.has_label(label, value));
        Ok(found)
    }

    /// Ends an execution. One that is over already stays as it is.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the server cannot be reached; [`Error::is_not_found`] when there is no such execution.
    pub async fn kill(&self, id: &str) -> Result<(), Error> {
        let path = format!("executions/{}/kill", escape(id));
        let killed =
            self.call("ending an execution", Method::DELETE, &path, None, Bytes::new(), Idempotency::Idempotent).await;
        match killed {
            // It is over.
            Err(error) if error.status() == Some(StatusCode::CONFLICT) => Ok(()),
            other => other.map(|_| ()),
        }
    }

    async fn get<T: DeserializeOwned>(&self, what: &'static str, path: &str) -> Result<T, Error> {
        let answer = self.call(what, Method::GET, path, None, Bytes::new(), Idempotency::Read).await?;
        // What it says may hold what people wrote.
        serde_json::from_slice(answer.body())
            .map_err(|_| Error::unavailable(format!("{what}: the answer cannot be read")))
    }

    async fn call(
        &self,
        what: &'static str,
        method: Method,
        path: &str,
        kind: Option<String>,
        body: Bytes,
        class: Idempotency,
    ) -> Result<Response<Bytes>, Error> {
        let base = self.base.as_str().trim_end_matches('/');
        let tenant = self.tenant.as_deref().map(|tenant| format!("{}/", escape(tenant))).unwrap_or_default();
        let uri = format!("{base}/api/v1/{tenant}{path}");
        let mut request = http::Request::builder().method(method).uri(uri).header(header::ACCEPT, "application/json");
        if let Some(authorization) = &self.authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        if let Some(kind) = kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let request = request.body(body).map_err(|source| Error::refused(what).with_source(source))?;
        let answer = self.caller.call(what, request, class).await?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        Err(answer_error(what, &answer, class).with_retry_after(self.caller.retry_after(&answer)))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("host", &self.base.host_str())
            .field("tenant", &self.tenant)
            .finish_non_exhaustive()
    }
}

fn escape(text: &str) -> String {
    utf8_percent_encode(text, SAFE).to_string()
}

/// One part for each input (<https://datatracker.ietf.org/doc/html/rfc7578>).
fn multipart(inputs: &[(&str, &str)]) -> (String, Bytes) {
    let mut boundary = format!("frontdesk-{:032x}", fastrand::u128(..));
    while inputs.iter().any(|(_, value)| value.contains(&boundary)) {
        boundary = format!("frontdesk-{:032x}", fastrand::u128(..));
    }
    let mut body = String::new();
    for (name, value) in inputs {
        // What HTML says of names in such a header.
        let name = name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
        body.push_str(&format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"));
    }
    body.push_str(&format!("--{boundary}--\r\n"));
    (format!("multipart/form-data; boundary={boundary}"), Bytes::from(body))
}
