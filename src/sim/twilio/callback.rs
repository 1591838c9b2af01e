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
    /// As they happened, by themselves.
    #[default]
    InOrder,
    /// Before the request that caused them is answered.
    BeforeAnswer,
    /// When [`settle`](super::Twilio::settle) is called, as they happened.
    OnDemand,
    /// When `settle` is called, the last first.
    Reversed,
    /// When `settle` is called, as they happened, each twice.
    Twice,
}

/// What a host answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) content_type: String,
    pub(super) body: String,
}

/// A callback that waits.
#[derive(Debug, Clone)]
pub(super) struct Job {
    pub(super) url: String,
    pub(super) method: Method,
    pub(super) parameters: Vec<(String, String)>,
    /// The message and the status it has reached when this goes out.
    pub(super) progress: Option<(String, String)>,
    /// Sent as it is, without a signature, in the place of the parameters.
    pub(super) json: Option<String>,
}

impl Job {
    pub(super) fn form(url: String, parameters: Vec<(String, String)>) -> Self {
        Self { url, method: Method::POST, parameters, progress: None, json: None }
    }

    pub(super) fn unsigned_json(url: String, json: String) -> Self {
        Self { json: Some(json), ..Self::form(url, Vec::new()) }
    }
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
    ) -> Result<Reply, String> {
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
        let request = builder.body(body).map_err(|_| format!("11100 invalid URL {bare}"))?;
        self.carry(request, bare).await
    }

    async fn post_json(&self, url: &str, json: &str) -> Result<Reply, String> {
        let request = Request::post(url).header("content-type", "application/json").body(Bytes::from(json.to_owned()));
        self.carry(request.map_err(|_| format!("11100 invalid URL {url}"))?, url).await
    }

    async fn carry(&self, mut request: Request<Bytes>, bare: &str) -> Result<Reply, String> {
        request.extensions_mut().insert(Deadline(READ_TIMEOUT));
        let answer = self.0.webhooks.call(request).await.map_err(|error| format!("11200 {error} at {bare}"))?;
        let status = answer.status().as_u16();
        let content_type = answer.headers().get("content-type").and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or_default().to_ascii_lowercase();
        let body = answer.into_body().collect(1024 * 1024).await.map_err(|error| format!("11200 {error} at {bare}"))?;
        Ok(Reply { status, content_type, body: String::from_utf8_lossy(&body).into_owned() })
    }

    /// Lets callbacks wait in line, and sends them if they are to go by themselves.
    pub(super) fn schedule(&self, jobs: Vec<Job>) {
        let order = {
            let mut state = self.lock();
            state.jobs.extend(jobs);
            state.order
        };
        if order == Order::InOrder
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
            let jobs: Vec<Job> = {
                let mut state = self.lock();
                let mut jobs: Vec<Job> = state.jobs.drain(..).collect();
                match state.order {
                    Order::Reversed => jobs.reverse(),
                    Order::Twice => jobs = jobs.into_iter().flat_map(|job| [job.clone(), job]).collect(),
                    Order::InOrder | Order::BeforeAnswer | Order::OnDemand => {}
                }
                jobs
            };
            if jobs.is_empty() {
                return;
            }
            for job in jobs {
                self.tell(&job).await;
            }
        }
    }

    /// Sends one callback, again as often as its URL's fragment says
    /// (<https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides>).
    async fn tell(&self, job: &Job) {
        if let Some((sid, status)) = &job.progress {
            self.progress(sid, status);
        }
        let overrides = job.url.split_once('#').map_or("", |(_, fragment)| fragment);
        let setting = |name: &str| {
            overrides.split('&').find_map(|part| part.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')))
        };
        let attempts = 1 + setting("rc").and_then(|count| count.parse::<u32>().ok()).unwrap_or(1).min(5);
        let policy = setting("rp").unwrap_or("ct");
        let repeats = |reason: &str| policy.split(',').any(|part| part == reason || part == "all");
        for _ in 0..attempts {
            let asked = match &job.json {
                Some(json) => self.post_json(&job.url, json).await,
                None => self.ask(&job.url, &job.method, &job.parameters).await,
            };
            let again = match asked {
                Ok(Reply { status: 200..=299, .. }) => return,
                Ok(Reply { status, .. }) => {
                    tracing::warn!(status, "a callback was answered with an error");
                    (status >= 500 && repeats("5xx")) || ((400..500).contains(&status) && repeats("4xx"))
                }
                Err(error) => {
                    tracing::warn!(error = error.split(' ').next(), "a callback failed");
                    repeats("ct") || repeats("rt")
                }
            };
            if !again {
                return;
            }
        }
    }
}
