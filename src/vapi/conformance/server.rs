//! The strict server.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use serde_json::Value;

use super::{FILE, folder};
use crate::clock::SystemClock;
use crate::transport::retry::{Backoff, Budget};
use crate::transport::{Body, Failure, Reqwest, Transport};
use crate::vapi::Client;

/// Keeps the last answer. Where the description says no more of an id than that it is a text, the server makes up one
/// with a blank, which is none of Vapi's: it becomes a hyphen.
#[derive(Debug)]
pub(super) struct Recorder {
    inner: Reqwest,
    pub(super) last: Mutex<Bytes>,
}

#[async_trait]
impl Transport for Recorder {
    async fn call(&self, request: http::Request<Bytes>) -> Result<http::Response<Body>, Failure> {
        let (parts, body) = self.inner.call(request).await?.into_parts();
        let body = body.collect(1 << 26).await?;
        let body = Bytes::from(String::from_utf8_lossy(&body).replace(" text\"", "-text\""));
        *self.last.lock().unwrap() = body.clone();
        Ok(http::Response::from_parts(parts, Body::from(body)))
    }
}

/// Vapi's description as a strict server.
pub(super) struct Server {
    process: Child,
    base: String,
    pub(super) recorder: Arc<Recorder>,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    pub(super) fn start() -> Option<Self> {
        let folder = folder()?;
        let tool = folder.parent()?.join("tools").join("specserver.py");
        let mut command = Command::new("python3");
        command.arg(tool).args(["--port", "0", "--spec"]).arg(folder.join(FILE));
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("python3 runs");
        let mut line = String::new();
        let output = process.stdout.take().expect("it is piped");
        BufReader::new(output).read_line(&mut line).expect("the server says where it is");
        let base = line.trim().strip_prefix("LISTENING ").unwrap_or_else(|| panic!("{line}")).to_owned();
        let inner = Reqwest::builder().without_proxy().build().unwrap();
        Some(Self { process, base, recorder: Arc::new(Recorder { inner, last: Mutex::default() }) })
    }

    pub(super) fn client(&self) -> Client {
        let retry = Backoff::default().with_waits(Duration::from_millis(1), Duration::from_millis(1));
        Client::new("key".into(), self.recorder.clone(), SystemClock::shared())
            .with_base_url(&self.base.parse().unwrap())
            .with_retry(Arc::new(retry))
            .with_budget(Budget::new(1_000_000, 1))
    }

    pub(super) async fn control(&self, method: http::Method, path: &str, body: &str) -> Value {
        let request = http::Request::builder()
            .method(method)
            .uri(format!("{}/__spec/{path}", self.base))
            .header("content-type", "application/json")
            .body(Bytes::from(body.to_owned()))
            .unwrap();
        let body = self.recorder.inner.call(request).await.unwrap().into_body().collect(1 << 28).await.unwrap();
        serde_json::from_slice(&body).unwrap_or_default()
    }

    pub(super) async fn begin(&self, settings: &str) {
        self.control(http::Method::POST, "reset", "").await;
        self.control(http::Method::DELETE, "log", "").await;
        self.control(http::Method::POST, "set", settings).await;
    }
}
