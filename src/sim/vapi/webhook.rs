//! Requests to the host's server.

use std::time::Duration;

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::{Request, header};
use serde_json::Value;
use sha2::Sha256;

use super::Core;
use crate::clock::within;
use crate::transport::{Deadline, Failure};

/// How long a server may take, if nothing is set (<https://docs.vapi.ai/api-reference/assistants/create>).
const USUAL: Duration = Duration::from_secs(20);

/// How requests to the host's server prove where they come from
/// (<https://docs.vapi.ai/server-url/server-authentication>).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Auth {
    /// `Authorization: Bearer …`.
    #[default]
    Bearer,
    /// `X-Vapi-Secret: …`, as it was in earlier years.
    LegacySecret,
    /// HMAC-SHA-256 in hex of `{timestamp}.{body}` in `x-signature`, with milliseconds in `x-timestamp`.
    Hmac,
}

impl Auth {
    fn header(self) -> &'static str {
        match self {
            Self::Bearer => "authorization",
            Self::LegacySecret => "x-vapi-secret",
            Self::Hmac => "x-signature",
        }
    }
}

/// A message to the host's server, and what came of it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Delivery {
    /// Its type: `assistant-request`, `tool-calls`, ….
    pub kind: String,
    /// The id of the call it is about.
    pub call: String,
    /// The status it was answered with; `None` when there was no answer in time.
    pub status: Option<u16>,
    /// The whole of what was sent.
    pub body: Value,
    /// The answer; null when it is not JSON.
    pub answer: Value,
}

/// Where a message goes.
#[derive(Clone)]
pub(super) struct Target {
    url: String,
    headers: Vec<(String, String)>,
    limit: Duration,
}

impl Target {
    pub(super) fn new(url: &str) -> Self {
        Self { url: url.to_owned(), headers: Vec::new(), limit: USUAL }
    }

    /// A `server` of the REST API, if it has an address.
    pub(super) fn of(server: &Value) -> Option<Self> {
        let mut target = Self::new(server.get("url")?.as_str()?);
        for (name, value) in server.get("headers").and_then(Value::as_object).into_iter().flatten() {
            target.headers.push((name.clone(), value.as_str().unwrap_or_default().to_owned()));
        }
        if let Some(seconds) = server.get("timeoutSeconds").and_then(Value::as_f64) {
            target.limit = Duration::try_from_secs_f64(seconds.clamp(1.0, 300.0)).unwrap_or(USUAL);
        }
        Some(target)
    }

    /// Whether the server's own headers have one by this name.
    fn has(&self, header: &str) -> bool {
        self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(header))
    }

    pub(super) fn within(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }
}

fn signature(key: &str, timestamp: &str, body: &str) -> String {
    // A key of any length is one.
    let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(key.as_bytes()) else { return String::new() };
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body.as_bytes());
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Core {
    fn request(&self, target: &Target, body: &Value) -> Option<Request<Bytes>> {
        let text = body.to_string();
        let mut builder = Request::post(target.url.as_str()).header(header::CONTENT_TYPE, "application/json");
        for (name, value) in &target.headers {
            builder = builder.header(name.as_str(), value.as_str());
        }
        let (server, auth) = {
            let state = self.lock();
            (state.server.clone(), state.auth)
        };
        if let Some((_, secret)) = server.filter(|(_, secret)| !secret.is_empty() && !target.has(auth.header())) {
            let secret = secret.expose();
            // The same message has the same signature.
            let timestamp = body.pointer("/message/timestamp").map(Value::to_string).unwrap_or_default();
            let proof = match auth {
                Auth::Bearer => format!("Bearer {secret}"),
                Auth::LegacySecret => secret.to_owned(),
                Auth::Hmac => signature(secret, &timestamp, &text),
            };
            builder = builder.header(auth.header(), proof);
            if auth == Auth::Hmac {
                builder = builder.header("x-timestamp", timestamp);
            }
        }
        builder.body(Bytes::from(text)).ok()
    }

    /// Sends a message, and notes what came of it.
    pub(super) async fn deliver(&self, target: &Target, body: &Value) -> Delivery {
        let (status, answer) = match self.request(target, body) {
            Some(request) => self.carry(request, target.limit).await,
            None => (None, Value::Null),
        };
        let text = |place: &str| body.pointer(place).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (kind, call) = (text("/message/type"), text("/message/call/id"));
        let delivery = Delivery { kind, call, status, body: body.clone(), answer };
        self.lock().delivered.push(delivery.clone());
        delivery
    }

    async fn carry(&self, mut request: Request<Bytes>, limit: Duration) -> (Option<u16>, Value) {
        request.extensions_mut().insert(Deadline(limit));
        let transport = self.lock().webhooks.clone();
        let work = async {
            let answer = transport.call(request).await?;
            let status = answer.status().as_u16();
            let body = answer.into_body().collect(1024 * 1024).await?;
            Ok::<_, Failure>((status, body))
        };
        match within(&*self.0.clock, limit, work).await {
            Some(Ok((status, body))) => (Some(status), serde_json::from_slice(&body).unwrap_or(Value::Null)),
            Some(Err(error)) => {
                tracing::warn!(%error, "a message was not answered");
                (None, Value::Null)
            }
            None => {
                tracing::warn!("a message was not answered in time");
                (None, Value::Null)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::vapi::webhook::{Hmac, Verifier};

    #[test]
    fn our_verifier_believes_a_signature() {
        let now: chrono::DateTime<chrono::Utc> = "2026-12-01T15:00:00Z".parse().unwrap();
        let (timestamp, body) = (now.timestamp_millis().to_string(), r#"{"message":{"type":"hang"}}"#);
        let request = Request::post("/")
            .header("x-signature", signature("key", &timestamp, body))
            .header("x-timestamp", timestamp)
            .body(())
            .unwrap();
        let parts = request.into_parts().0;
        assert!(Verifier::new().hmac(Hmac::new("key")).verify(&parts, body.into(), now).is_ok());
        assert!(Verifier::new().hmac(Hmac::new("other")).verify(&parts, body.into(), now).is_err());
    }

    #[test]
    fn a_server_says_how_long_it_may_take() {
        let target =
            Target::of(&json!({ "url": "https://a.example/", "timeoutSeconds": 5, "headers": { "x-a": "b" } }));
        let target = target.unwrap();
        assert!(target.has("X-A") && !target.has("authorization"));
        assert_eq!((target.limit, target.headers.len()), (Duration::from_secs(5), 1));
        assert!(Target::of(&json!({ "timeoutSeconds": 5 })).is_none());
    }
}
