//! The strict server.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

use super::folder;
use super::specification::SPECIFICATIONS;
use crate::transport::retry::Backoff;
use crate::transport::{Reqwest, Transport};
use crate::twilio::Client;

const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";

/// The vendor's specifications as one strict server.
pub(super) struct SpecServer {
    process: Child,
    base: String,
}

impl Drop for SpecServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl SpecServer {
    pub(super) fn start() -> Option<Self> {
        let folder = folder()?;
        let tool = folder.parent()?.join("tools").join("specserver.py");
        let mut command = Command::new("python3");
        command.arg(tool).args(["--port", "0", "--auth", &format!("{ACCOUNT}:token")]);
        for (_, file) in SPECIFICATIONS {
            command.arg("--spec").arg(folder.join(file));
        }
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("python3 runs");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("it is piped"))
            .read_line(&mut line)
            .expect("the server says where it is");
        let base = line.trim().strip_prefix("LISTENING ").unwrap_or_else(|| panic!("{line}")).to_owned();
        Some(Self { process, base })
    }

    pub(super) fn client(&self) -> Client {
        let retry = Backoff::default().with_waits(Duration::from_millis(1), Duration::from_millis(1));
        Client::builder(ACCOUNT.parse().unwrap())
            .with_auth_token("token")
            .with_base_url(&self.base)
            .with_transport(Arc::new(Reqwest::builder().without_proxy().build().unwrap()))
            .with_retry(Arc::new(retry))
            .with_budget(crate::transport::retry::Budget::new(1_000_000, 1))
            .build()
            .unwrap()
    }

    pub(super) async fn control(&self, method: http::Method, path: &str, body: &str) -> Value {
        let request = http::Request::builder()
            .method(method)
            .uri(format!("{}/__spec/{path}", self.base))
            .header("content-type", "application/json")
            .body(Bytes::from(body.to_owned()))
            .unwrap();
        let transport = Reqwest::builder().without_proxy().build().unwrap();
        let body = transport.call(request).await.unwrap().into_body().collect(1 << 28).await.unwrap();
        serde_json::from_slice(&body).unwrap_or_default()
    }

    /// What the server refused, and why.
    pub(super) async fn violations(&self) -> BTreeSet<String> {
        let calls = self.control(http::Method::GET, "violations", "").await;
        let text = |call: &Value| format!("{} {}: {}", call["method"], call["path"], call["violations"]);
        calls.as_array().into_iter().flatten().map(text).collect()
    }

    pub(super) async fn begin(&self, settings: &str) {
        self.control(http::Method::POST, "reset", "").await;
        self.control(http::Method::DELETE, "log", "").await;
        self.control(http::Method::POST, "set", settings).await;
    }
}
