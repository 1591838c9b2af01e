use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use futures_util::{FutureExt, future};
use tracing::Instrument as _;

use crate::Error;
use crate::clock::{Clock, within};
use crate::id::TenantId;
use crate::message::{DeliveryStatus, MAX_BODY_CHARS, MessageId};
use crate::relay::{RelayEvent, RelayReply, RelayTarget};
use crate::secret::Private;
use crate::store::{Commit, Store, Unit};
use crate::wake::Wake;
use crate::worker::Turn;

const BATCH: usize = 16;
/// How long one delivery may take; well below the lease.
const DELIVER_LIMIT: Duration = Duration::from_secs(30);
const LEASE: Duration = Duration::from_secs(60);
const ATTEMPTS: u32 = 8;
const LONGEST_PAUSE: TimeDelta = TimeDelta::minutes(5);

/// Takes news from the queue to the host's service, until they arrive or are given up.
#[derive(Debug)]
pub(crate) struct Announcer {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) target: Arc<dyn RelayTarget>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) name: String,
    /// Called when a text may go because its words have come.
    pub(crate) outbox: Wake,
}

#[async_trait]
impl Turn for Announcer {
    async fn turn(&self) -> Result<usize, Error> {
        let claimed = self.store.claim_relays(&self.name, BATCH, LEASE).await?;
        let count = claimed.len();
        // At once, so that one slow answer holds up no other tenant's, and well within the lease.
        let handled = claimed.into_iter().map(|(tenant, event)| {
            let span = tracing::info_span!("news", event = %event.id);
            self.handle(tenant, event).instrument(span)
        });
        future::join_all(handled).await.into_iter().collect::<Result<(), Error>>()?;
        Ok(count)
    }
}

impl Announcer {
    async fn handle(&self, tenant: TenantId, event: RelayEvent) -> Result<(), Error> {
        let telling = AssertUnwindSafe(self.target.deliver(&event)).catch_unwind();
        let outcome = match within(self.clock.as_ref(), DELIVER_LIMIT, telling).await {
            Some(Ok(outcome)) => outcome,
            Some(Err(_)) => Err(Error::unavailable("the relay's target panicked")),
            None => Err(Error::unavailable("the relay's target took too long")),
        };
        if let Ok(RelayReply { text_back: Some(words) }) = &outcome
            && let Some(id) = &event.text
        {
            self.put_words(&tenant, id, words).await?;
        }
        let event = self.after(event, outcome);
        if self.store.commit(&tenant, Unit::new().save_relay(event)).await? == Commit::Stale {
            tracing::warn!("an event was delivered by two workers");
        }
        Ok(())
    }

    /// Gives a text that still waits the words that the service chose; words that Twilio would refuse are left out.
    async fn put_words(&self, tenant: &TenantId, id: &MessageId, words: &Private) -> Result<(), Error> {
        if words.trim().is_empty() || words.chars().count() > MAX_BODY_CHARS {
            tracing::warn!(text = %id, "the service's words are empty or too long; the template's are used");
            return Ok(());
        }
        let Some(mut text) = self.store.message(tenant, id).await? else { return Ok(()) };
        if text.delivery.status == DeliveryStatus::Pending && text.attempts == 0 && text.lease.is_none() {
            text.body = words.clone();
            text.not_before = self.clock.now();
            // A text that a worker has taken meanwhile keeps the words it has.
            self.store.commit(tenant, Unit::new().save_message(text)).await?;
            self.outbox.call();
        }
        Ok(())
    }

    /// The event after an attempt: done, or due again later.
    fn after(&self, mut event: RelayEvent, outcome: Result<RelayReply, Error>) -> RelayEvent {
        event.attempts += 1;
        event.lease = None;
        match outcome {
            Ok(_) => event.done = true,
            Err(error) if error.is_permanent() || event.attempts >= ATTEMPTS => {
                tracing::warn!(event = %event.id, %error, attempts = event.attempts, "an event was given up");
                event.done = true;
                event.reason = Some(error.to_string());
            }
            Err(error) => {
                let pause = TimeDelta::seconds(1 << event.attempts.min(10)).min(LONGEST_PAUSE);
                tracing::info!(event = %event.id, %error, %pause, "an event is tried again later");
                event.not_before = self.clock.now() + pause;
            }
        }
        event
    }
}
