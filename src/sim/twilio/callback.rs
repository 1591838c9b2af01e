//! Signed requests to the host.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request};

use super::Core;
use crate::transport::Deadline;

/// In which order the callbacks that wait go out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Order {
    /// As they happened.
    #[default]
    InOrder,
    /// The last first.
    Reversed,
    /// As they happened, each twice.
    Twice,
    /// Only when [`settle`](super::Twilio::settle) is called.
    OnDemand,
}

/// A callback that waits.
#[derive(Debug, Clone)]
pub(super) struct Job {
    pub(super) url: String,
    pub(super) method: Method,
    pub(super) parameters: Vec<(String, String)>,
    /// The message and the status it has reached when this goes out.
    pub(super) progress: Option<(String, String)>,
}

/// How long Twilio waits for an answer (<https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides>).
const READ_TIMEOUT: Duration = Duration::from_secs(15);

impl Core {
    /// Asks the host; `Err` is Twilio's error code with words.
    pub(super) async fn ask(
        &self,
        url: &str,
        method: &Method,
        parameters: &[(String, String)],
    ) -> Result<(u16, String), String> {
        let form = serde_urlencoded::to_string(parameters).map_err(|error| error.to_string())?;
        // The fragment carries connection overrides and is not sent.
        let bare = url.split('#').next().unwrap_or(url);
        let (target, signature, body) = if *method == Method::GET {
            let target = match (bare.contains('?'), form.is_empty()) {
                (_, true) => bare.to_owned(),
                (true, _) => format!("{bare}&{form}"),
                (false, _) => format!("{bare}?{form}"),
            };
            let signature = self.0.signer.sign_url(&target);
            (target, signature, Bytes::new())
        } else {
            (bare.to_owned(), self.0.signer.sign_form(bare, form.as_bytes()), Bytes::from(form))
        };
        let mut builder = Request::builder()
            .method(method.clone())
            .uri(&target)
            .header("user-agent", "TwilioProxy/1.1")
            .header("accept", "*/*")
            .header("x-twilio-signature", signature)
            .header("i-twilio-idempotency-token", "00000000-0000-0000-0000-000000000000");
        if *method != Method::GET {
            builder = builder.header("content-type", "application/x-www-form-urlencoded; charset=UTF-8");
        }
        let mut request = builder.body(body).map_err(|_| format!("11100 invalid URL {bare}"))?;
        request.extensions_mut().insert(Deadline(READ_TIMEOUT));
        let answer = self.0.webhooks.call(request).await.map_err(|error| format!("11200 {error} at {bare}"))?;
        let status = answer.status().as_u16();
        let body = answer.into_body().collect(1024 * 1024).await.map_err(|error| format!("11200 {error} at {bare}"))?;
        Ok((status, String::from_utf8_lossy(&body).into_owned()))
    }

    /// Lets callbacks wait in line, and sends them unless they are to go on demand only.
    pub(super) fn schedule(&self, jobs: Vec<Job>) {
        let order = {
            let mut state = self.lock();
            match state.order {
                Order::Reversed => state.jobs.extend(jobs.into_iter().rev()),
                Order::Twice => state.jobs.extend(jobs.into_iter().flat_map(|job| [job.clone(), job])),
                Order::InOrder | Order::OnDemand => state.jobs.extend(jobs),
            }
            state.order
        };
        if order != Order::OnDemand
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            let core = self.clone();
            runtime.spawn(async move { core.flush().await });
        }
    }

    /// Sends what waits, one after the other.
    pub(super) async fn flush(&self) {
        let _turn = self.0.sending.lock().await;
        loop {
            let Some(job) = self.lock().jobs.pop_front() else { return };
            if let Some((sid, status)) = &job.progress {
                self.progress(sid, status);
            }
            match self.ask(&job.url, &job.method, &job.parameters).await {
                Ok((200..=299, _)) => {}
                Ok((status, _)) => tracing::warn!(status, "a callback was answered with an error"),
                Err(error) => tracing::warn!(error, "a callback failed"),
            }
        }
    }
}
