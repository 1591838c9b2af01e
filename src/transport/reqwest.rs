use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt;
use rustls_platform_verifier::BuilderVerifierExt;

use super::{Body, Deadline, Failure, Transport};
use crate::Error;

/// [`Transport`] over reqwest: rustls on ring with the platform's certificates, HTTP/2 where offered, no redirects,
/// no retries of its own.
///
/// By default 5 s to connect, 15 s without a byte, 30 s for the whole request; [`Deadline`] in a request's
/// extensions replaces the last for that request.
#[derive(Clone)]
pub struct Reqwest(reqwest::Client);

/// Settings of a [`Reqwest`].
#[derive(Debug, Clone)]
#[must_use]
pub struct ReqwestBuilder {
    connect: Duration,
    read: Duration,
    total: Duration,
    user_agent: String,
    proxy: bool,
}

impl Reqwest {
    /// A transport with the default limits.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when TLS cannot be set up on this machine.
    pub fn new() -> Result<Self, Error> {
        Self::builder().build()
    }

    /// Starts from the default limits.
    pub fn builder() -> ReqwestBuilder {
        ReqwestBuilder {
            connect: Duration::from_secs(5),
            read: Duration::from_secs(15),
            total: Duration::from_secs(30),
            user_agent: concat!("frontdesk/", env!("CARGO_PKG_VERSION")).to_owned(),
            proxy: true,
        }
    }
}

impl ReqwestBuilder {
    /// The time to resolve the name, connect and agree on TLS.
    pub fn with_connect_timeout(mut self, limit: Duration) -> Self {
        self.connect = limit;
        self
    }

    /// The longest silence while an answer is read.
    pub fn with_read_timeout(mut self, limit: Duration) -> Self {
        self.read = limit;
        self
    }

    /// The time for a whole request, its answer's body included.
    pub fn with_total_timeout(mut self, limit: Duration) -> Self {
        self.total = limit;
        self
    }

    /// The `User-Agent` header; `frontdesk/` and the version by default.
    pub fn with_user_agent(mut self, agent: impl Into<String>) -> Self {
        self.user_agent = agent.into();
        self
    }

    /// Ignores `HTTPS_PROXY` and its kin.
    pub fn without_proxy(mut self) -> Self {
        self.proxy = false;
        self
    }

    /// Builds the transport.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when TLS cannot be set up or the user agent is no header value.
    pub fn build(self) -> Result<Reqwest, Error> {
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| {
            Error::refused("setting up the HTTP client").with_source(source)
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(rustls::ConfigBuilder::with_platform_verifier)
            .map_err(|e| failed(e.into()))?
            .with_no_client_auth();
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(self.connect)
            .read_timeout(self.read)
            .timeout(self.total)
            // Shorter than servers keep idle connections: one that is gone would leave a text unknown.
            .pool_idle_timeout(Duration::from_secs(20))
            .user_agent(self.user_agent);
        if !self.proxy {
            builder = builder.no_proxy();
        }
        builder.build().map(Reqwest).map_err(|e| failed(e.into()))
    }
}

impl fmt::Debug for Reqwest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reqwest")
    }
}

#[async_trait]
impl Transport for Reqwest {
    async fn call(&self, request: Request<Bytes>) -> Result<Response<Body>, Failure> {
        let limit = request.extensions().get::<Deadline>().copied();
        let mut request = reqwest::Request::try_from(request)
            .map_err(|error| Failure::not_sent("the request is malformed").with_source(error.without_url()))?;
        if let Some(Deadline(limit)) = limit {
            *request.timeout_mut() = Some(limit);
        }
        let response: Response<reqwest::Body> = self.0.execute(request).await.map_err(classify)?.into();
        Ok(response.map(|body| Body::new(body.map_err(classify))))
    }
}

/// Everything that fails before the connection stands was not sent; everything later may have been.
fn classify(error: reqwest::Error) -> Failure {
    let failure = if error.is_connect() {
        Failure::not_sent("could not connect")
    } else if error.is_builder() {
        Failure::not_sent("the request could not be made")
    } else if error.is_timeout() {
        Failure::outcome_unknown("no answer in time")
    } else if error.is_body() || error.is_decode() {
        Failure::outcome_unknown("the answer broke off")
    } else {
        Failure::outcome_unknown("the connection was lost")
    };
    failure.with_source(error.without_url())
}
