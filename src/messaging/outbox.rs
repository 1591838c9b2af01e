use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use futures_util::{FutureExt, future};

use crate::Error;
use crate::calls::Callbacks;
use crate::clock::{Clock, within};
use crate::id::TenantId;
use crate::message::{Accepted, Delivery, DeliveryStatus, MessageRecord, SmsSender};
use crate::store::{Commit, Store, Unit};
use crate::worker::Turn;

const BATCH: usize = 16;
/// How long one send may take: an API key's attempts and the auth token's after them.
const SEND_LIMIT: Duration = Duration::from_secs(150);
/// Longer than that, so that nobody takes a text that is being sent.
const LEASE: Duration = Duration::from_secs(300);
const ATTEMPTS: u32 = 3;
/// However long the provider asks to be left alone.
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(1);
const ROUNDS: usize = 8;

/// Sends what is due.
#[derive(Debug)]
pub(crate) struct Outbox {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) sender: Arc<dyn SmsSender>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) callbacks: Callbacks,
    pub(crate) name: String,
}

#[async_trait]
impl Turn for Outbox {
    async fn turn(&self) -> Result<usize, Error> {
        let claimed = self.store.claim_messages(&self.name, BATCH, LEASE).await?;
        let count = claimed.len();
        // At once, so that each is sent well within its lease.
        let handled = claimed.into_iter().map(|(tenant, text)| async move { self.handle(&tenant, text).await });
        future::join_all(handled).await.into_iter().collect::<Result<(), Error>>()?;
        Ok(count)
    }
}

impl Outbox {
    async fn handle(&self, tenant: &TenantId, mut text: MessageRecord) -> Result<(), Error> {
        if text.delivery.status == DeliveryStatus::Submitting {
            // Another worker died between sending and recording: sending again might send twice.
            tracing::warn!(text = %text.id, "a text may or may not have been sent; waiting for news of it");
            text.note_delivery(Delivery::new(DeliveryStatus::Unknown), self.clock.now());
            text.lease = None;
            text.reason = Some("the sender stopped before it could record the outcome".into());
            self.store.commit(tenant, Unit::new().save_message(text)).await?;
            return Ok(());
        }
        let Some(callback) = self.callbacks.message_status(tenant, &text.id) else {
            return self.settle(tenant, text, Err(Error::refused("the status callback is no URL"))).await;
        };
        text.delivery = Delivery::new(DeliveryStatus::Submitting);
        text.attempts += 1;
        text.updated_at = self.clock.now();
        match self.store.commit(tenant, Unit::new().save_message(text.clone())).await {
            Ok(Commit::Applied) => text.version += 1,
            Ok(_) => return Ok(()),
            Err(error) => match self.store.message(tenant, &text.id).await? {
                // It was written after all, and nobody else can have sent it.
                Some(current) if current.version == text.version + 1 && current.lease == text.lease => text = current,
                _ => return Err(error),
            },
        }
        let sending = AssertUnwindSafe(self.sender.send(&text, &callback)).catch_unwind();
        let outcome = match within(self.clock.as_ref(), SEND_LIMIT, sending).await {
            Some(Ok(outcome)) => outcome,
            Some(Err(_)) => Err(Error::outcome_unknown("the sender panicked")),
            None => Err(Error::outcome_unknown("the sender took too long")),
        };
        self.settle(tenant, text, outcome).await
    }

    /// Records what came of a send. News of delivery may have come first; they stay.
    async fn settle(
        &self,
        tenant: &TenantId,
        mut text: MessageRecord,
        outcome: Result<Accepted, Error>,
    ) -> Result<(), Error> {
        let attempt = text.attempts;
        for _ in 0..ROUNDS {
            let now = self.clock.now();
            // Ours until recorded; Unknown if our lease ended, and then nobody sends it.
            let unsettled = text.attempts == attempt
                && (text.lease.as_ref().is_some_and(|lease| lease.owner == self.name)
                    || text.delivery.status == DeliveryStatus::Unknown);
            match &outcome {
                Err(error) if error.is_retryable() && !unsettled => {
                    // An earlier round was written after all, and the text may be in another worker's hands.
                    return Ok(());
                }
                Ok(accepted) => {
                    text.sid = accepted.sid.or(text.sid);
                    text.note_delivery(accepted.delivery, now);
                }
                Err(error) if error.is_retryable() && text.attempts < ATTEMPTS => {
                    // Nobody but us has sent it, and we know that we have not.
                    if matches!(text.delivery.status, DeliveryStatus::Submitting | DeliveryStatus::Unknown) {
                        text.delivery = Delivery::new(DeliveryStatus::Pending);
                        text.reason = None;
                    }
                    let backoff = TimeDelta::seconds(5 << text.attempts.min(6));
                    let asked = error.retry_after().and_then(|wait| TimeDelta::from_std(wait).ok());
                    let pause = asked.unwrap_or(backoff).clamp(TimeDelta::seconds(1), LONGEST_PAUSE);
                    text.not_before = now.checked_add_signed(pause).unwrap_or(now);
                    tracing::info!(text = %text.id, %error, "a text was not sent; trying again later");
                }
                Err(error) if error.is_outcome_unknown() => {
                    text.note_delivery(Delivery::new(DeliveryStatus::Unknown), now);
                    text.reason = Some(error.to_string());
                    tracing::warn!(text = %text.id, %error, "a text may or may not have been sent");
                }
                Err(error) => {
                    text.note_delivery(Delivery::new(DeliveryStatus::Failed).with_error(error.code()), now);
                    text.reason = Some(error.to_string());
                    tracing::warn!(text = %text.id, %error, "a text was given up");
                }
            }
            text.lease = None;
            match self.store.commit(tenant, Unit::new().save_message(text.clone())).await {
                Ok(Commit::Applied) => return Ok(()),
                Ok(_) => {}
                // What is known now is known to nobody else: it is worth another try.
                Err(error) if error.is_permanent() => return Err(error),
                Err(_) => self.clock.sleep(Duration::from_millis(200)).await,
            }
            let Ok(current) = self.store.message(tenant, &text.id).await else { continue };
            match current {
                Some(current) => text = current,
                None => return Ok(()),
            }
        }
        Err(Error::unavailable("recording a text that keeps changing"))
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::calls::Paths;
    use crate::clock::ManualClock;
    use crate::message::{MessageKind, Messages};
    use crate::store::{Backstage, MemoryStore};
    use crate::transport::{Reply, Stub};
    use crate::twilio::Client;
    use crate::wake::Wake;
    use crate::worker::Worker;

    const SENT: &str = r#"{"sid":"SM0123456789abcdef0123456789abcdef","status":"queued"}"#;

    struct Desk {
        store: MemoryStore,
        clock: ManualClock,
        stub: Stub,
        outbox: Arc<Outbox>,
    }

    fn desk(stub: Stub) -> Desk {
        let clock = ManualClock::at(DateTime::UNIX_EPOCH).auto_advancing();
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let store = MemoryStore::new(shared.clone());
        let client = Client::builder("AC0123456789abcdef0123456789abcdef".parse().unwrap())
            .with_auth_token("t")
            .with_transport(Arc::new(stub.clone()))
            .with_clock(shared.clone())
            .with_retry(Arc::new(crate::transport::retry::Backoff::never()))
            .build()
            .unwrap();
        let outbox = Outbox {
            store: Arc::new(store.clone()),
            sender: Arc::new(client),
            clock: shared,
            callbacks: Callbacks::new(&"https://example.com".parse().unwrap(), Paths::default()),
            name: "w".into(),
        };
        Desk { store, clock, stub, outbox: Arc::new(outbox) }
    }

    impl Desk {
        async fn enqueue(&self) {
            let text = MessageRecord::outbound(
                "a".parse().unwrap(),
                "m1".parse().unwrap(),
                MessageKind::Direct,
                "+15551230000".into(),
                "+14155552671".into(),
                "hi".into(),
                self.clock.now(),
            );
            self.store.commit(&text.tenant.clone(), Unit::new().enqueue(text)).await.unwrap();
        }

        async fn run(&self) {
            let worker = Worker::new(self.outbox.clone(), Arc::new(self.clock.clone()), Wake::default());
            worker.run_until_idle().await.unwrap();
        }

        async fn text(&self) -> MessageRecord {
            self.store.message(&"a".parse().unwrap(), &"m1".parse().unwrap()).await.unwrap().unwrap()
        }
    }

    #[tokio::test]
    async fn sends_once_and_names_itself_in_the_callback() {
        let desk = desk(Stub::new().reply(201, SENT));
        desk.enqueue().await;
        desk.run().await;
        let text = desk.text().await;
        assert_eq!((text.delivery.status, text.attempts, text.lease), (DeliveryStatus::Queued, 1, None));
        assert_eq!(text.sid.unwrap().as_str(), "SM0123456789abcdef0123456789abcdef");
        let body = desk.stub.log()[0].body().clone();
        let callback = crate::form::pairs(&body).find(|(key, _)| key == "StatusCallback").unwrap().1.into_owned();
        assert_eq!(
            callback,
            "https://example.com/webhooks/twilio/messages/status?tenant=a&message=m1#rc=3&rp=ct,rt,5xx"
        );
    }

    #[tokio::test]
    async fn tries_again_what_was_not_sent() {
        let busy = Reply::new(429, r#"{"code":20429}"#).header("retry-after", "7");
        let desk = desk(Stub::new().then(Reply::not_sent()).then(busy).reply(201, SENT));
        desk.enqueue().await;
        desk.run().await;
        assert_eq!(desk.text().await.not_before.timestamp(), 10);
        desk.clock.advance(Duration::from_secs(10));
        desk.run().await;
        assert_eq!(desk.text().await.not_before.timestamp(), 17);
        desk.clock.advance(Duration::from_secs(7));
        desk.run().await;
        assert_eq!((desk.text().await.delivery.status, desk.stub.log().len()), (DeliveryStatus::Queued, 3));
    }

    #[tokio::test]
    async fn gives_up_after_three_attempts_and_at_once_when_refused() {
        let desk_ = desk(Stub::new().then(Reply::not_sent()).then(Reply::not_sent()).then(Reply::not_sent()));
        desk_.enqueue().await;
        for _ in 0..5 {
            desk_.run().await;
            desk_.clock.advance(Duration::from_secs(600));
        }
        assert_eq!((desk_.text().await.delivery.status, desk_.stub.log().len()), (DeliveryStatus::Failed, 3));
        let refused = desk(Stub::new().reply(400, r#"{"code":21610,"message":"unsubscribed +14155552671"}"#));
        refused.enqueue().await;
        refused.run().await;
        let text = refused.text().await;
        assert_eq!(text.delivery, Delivery::new(DeliveryStatus::Failed).with_error(Some(21610)));
        assert!(!text.reason.unwrap().contains("4155552671"));
    }

    #[tokio::test]
    async fn never_sends_again_what_may_have_been_sent() {
        for reply in [Reply::lost(), Reply::new(500, ""), Reply::new(201, "<html>")] {
            let desk = desk(Stub::new().then(reply).reply(201, SENT));
            desk.enqueue().await;
            for _ in 0..5 {
                desk.run().await;
                desk.clock.advance(Duration::from_secs(3600));
            }
            assert_eq!((desk.text().await.delivery.status, desk.stub.log().len()), (DeliveryStatus::Unknown, 1));
        }
    }

    #[tokio::test]
    async fn a_worker_that_died_while_sending_leaves_the_text_unknown() {
        let desk = desk(Stub::new().reply(201, SENT));
        desk.enqueue().await;
        let (tenant, mut text) = desk.store.claim_messages("dead", 1, LEASE).await.unwrap().remove(0);
        text.delivery = Delivery::new(DeliveryStatus::Submitting);
        desk.store.commit(&tenant, Unit::new().save_message(text)).await.unwrap();
        desk.run().await;
        assert_eq!(desk.text().await.delivery.status, DeliveryStatus::Submitting, "the lease still runs");
        desk.clock.advance(LEASE);
        desk.run().await;
        assert_eq!((desk.text().await.delivery.status, desk.stub.log().len()), (DeliveryStatus::Unknown, 0));
    }

    #[tokio::test]
    async fn what_another_worker_has_taken_meanwhile_stays_its_own() {
        let desk = desk(Stub::new());
        desk.enqueue().await;
        let (tenant, mine) = desk.store.claim_messages("w", 1, LEASE).await.unwrap().remove(0);
        // Our first record of "not sent" was written although its answer was lost; another worker is sending now.
        let mut theirs = mine.clone();
        theirs.delivery = Delivery::new(DeliveryStatus::Submitting);
        theirs.attempts += 2;
        theirs.lease = Some(crate::message::Lease::new("other", desk.clock.now() + TimeDelta::hours(1)));
        desk.store.commit(&tenant, Unit::new().save_message(theirs)).await.unwrap();
        desk.outbox.settle(&tenant, mine, Err(Error::unavailable("sending"))).await.unwrap();
        let text = desk.text().await;
        assert_eq!(text.delivery.status, DeliveryStatus::Submitting);
        assert_eq!(text.lease.map(|lease| lease.owner).as_deref(), Some("other"));
    }

    #[derive(Debug)]
    struct Hanging;

    #[async_trait]
    impl SmsSender for Hanging {
        async fn send(&self, _: &MessageRecord, _: &url::Url) -> Result<Accepted, Error> {
            std::future::pending().await
        }
    }

    #[tokio::test]
    async fn a_sender_that_hangs_ends_within_its_limit() {
        let desk = desk(Stub::new());
        desk.enqueue().await;
        let hanging = Outbox {
            store: Arc::new(desk.store.clone()),
            sender: Arc::new(Hanging),
            clock: Arc::new(desk.clock.clone()),
            callbacks: desk.outbox.callbacks.clone(),
            name: "w".into(),
        };
        hanging.turn().await.unwrap();
        assert_eq!(desk.text().await.delivery.status, DeliveryStatus::Unknown);
        assert_eq!(desk.clock.monotonic(), SEND_LIMIT);
    }

    #[tokio::test]
    async fn news_of_an_arrival_take_the_doubt_away() {
        let desk = desk(Stub::new().then(Reply::lost()));
        desk.enqueue().await;
        desk.run().await;
        let mut text = desk.text().await;
        assert!(text.reason.is_some());
        text.note_delivery(Delivery::new(DeliveryStatus::Delivered), desk.clock.now());
        assert_eq!(text.reason, None);
    }

    #[tokio::test]
    async fn a_worker_that_died_before_sending_loses_nothing() {
        let desk = desk(Stub::new().reply(201, SENT));
        desk.enqueue().await;
        desk.store.claim_messages("dead", 1, LEASE).await.unwrap();
        desk.clock.advance(LEASE);
        desk.run().await;
        assert_eq!((desk.text().await.delivery.status, desk.stub.log().len()), (DeliveryStatus::Queued, 1));
    }
}
