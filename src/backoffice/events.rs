use async_trait::async_trait;
use bytes::Bytes;
use http::Method;

use super::client::Backoffice;
use crate::Error;
use crate::relay::{RelayEvent, RelayReply, RelayTarget};

/// A service that wants to hear of calls: `POST …/calls/incoming`, `/calls/missed`, `/calls/answered` and
/// `/calls/completed`, each with its event's id in `Idempotency-Key`.
///
/// Its reply to a missed call may be `{"textBack": "…"}`: the words of the text to the caller.
#[derive(Debug, Clone)]
pub struct EventService(Backoffice);

impl EventService {
    /// Events for this service. Attempts are made by the queue, not here.
    #[must_use]
    pub fn new(service: Backoffice) -> Self {
        Self(service.without_retries())
    }
}

#[async_trait]
impl RelayTarget for EventService {
    async fn deliver(&self, event: &RelayEvent) -> Result<RelayReply, Error> {
        let body = Bytes::from(event.payload.as_str().to_owned());
        let what = "telling a service of a call";
        let answer = match self.0.call(what, Method::POST, event.kind.path(), Some(&event.id), body).await {
            // A key that is being rotated and a route that is being deployed come back; a bad event does not.
            Err(error) if error.is_unauthorized() || error.is_not_found() => {
                return Err(Error::unavailable(what).with_source(error));
            }
            answer => answer?,
        };
        // Whatever else it says, it has the event.
        Ok(serde_json::from_slice(answer.body()).unwrap_or_default())
    }
}
