use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use serde_json::json;

use crate::clock::{Clock, within};
use crate::store::Store;

/// How long the store may take to answer.
const STORE_LIMIT: Duration = Duration::from_secs(3);

/// Whether the desk can work: its store answers, and nothing has been waiting for too long.
pub(super) struct Readiness {
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) limit: Duration,
}

impl Readiness {
    /// 200 when it can, 503 when it cannot, with what is in the way. Tells of no tenant.
    pub(super) async fn answer(&self) -> Response<Bytes> {
        let asked = async {
            self.store.ping().await?;
            self.store.backlog().await
        };
        let backlog = match within(self.clock.as_ref(), STORE_LIMIT, asked).await {
            Some(Ok(backlog)) => backlog,
            other => {
                if let Some(Err(error)) = other {
                    tracing::warn!(%error, "not ready: the store does not answer");
                }
                return written(StatusCode::SERVICE_UNAVAILABLE, &json!({ "status": "not ready", "store": false }));
            }
        };
        let now = self.clock.now();
        let late: Vec<_> =
            backlog.iter().filter(|backlog| backlog.age(now) > self.limit).map(|backlog| backlog.kind).collect();
        if late.is_empty() {
            return written(StatusCode::OK, &json!({ "status": "ready", "store": true }));
        }
        tracing::warn!(?late, "not ready: work waits for too long");
        written(StatusCode::SERVICE_UNAVAILABLE, &json!({ "status": "not ready", "store": true, "late": late }))
    }
}

fn written(status: StatusCode, body: &serde_json::Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
