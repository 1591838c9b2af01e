//! HTTP/1.1 on loopback for anything that turns requests into answers.

use std::fmt;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::transport::{Body, Failure, Transport};

/// `None` closes the connection without an answer.
pub(super) type Answer = Pin<Box<dyn Future<Output = Option<Response<Bytes>>> + Send>>;

/// The same without a network.
#[derive(Clone)]
pub(super) struct InProcess(Arc<dyn Fn(Request<Bytes>) -> Answer + Send + Sync>);

impl InProcess {
    pub(super) fn new(handle: impl Fn(Request<Bytes>) -> Answer + Send + Sync + 'static) -> Self {
        Self(Arc::new(handle))
    }
}

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InProcess")
    }
}

#[async_trait]
impl Transport for InProcess {
    async fn call(&self, request: Request<Bytes>) -> Result<Response<Body>, Failure> {
        match (self.0)(request).await {
            Some(answer) => Ok(answer.map(Body::from)),
            None => Err(Failure::outcome_unknown("the connection was reset")),
        }
    }
}

/// Runs until it is dropped.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) address: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the connection is to be closed")]
struct Close;

impl Server {
    /// Starts to listen; port 0 lets the system choose.
    pub(super) async fn start(
        address: SocketAddr,
        handle: impl Fn(Request<Bytes>) -> Answer + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let handle = Arc::new(handle);
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            loop {
                let Ok((stream, _)) = listener.accept().await else { continue };
                let _ = stream.set_nodelay(true);
                let handle = handle.clone();
                let service = service_fn(move |request: Request<hyper::body::Incoming>| {
                    let handle = handle.clone();
                    async move {
                        let (parts, body) = request.into_parts();
                        let body = Limited::new(body, 1024 * 1024).collect().await.map_err(|_| Close)?.to_bytes();
                        let answer = handle(Request::from_parts(parts, body)).await.ok_or(Close)?;
                        Ok::<_, Close>(answer.map(Full::new))
                    }
                });
                connections.spawn(async move {
                    let connection = hyper::server::conn::http1::Builder::new()
                        .timer(TokioTimer::new())
                        .serve_connection(TokioIo::new(stream), service);
                    // A connection that breaks is the client's affair.
                    let _ = connection.await;
                });
                while connections.try_join_next().is_some() {}
            }
        });
        Ok(Self { address, task })
    }
}
