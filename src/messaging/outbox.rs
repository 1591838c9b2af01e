use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use futures_util::{FutureExt, future};
use tracing::Instrument as _;

use super::gate::{Gate, Pass};
use super::news::{news, told};
use crate::Error;
use crate::address::Address;
use crate::calls::Callbacks;
use crate::clock::{Clock, within};
use crate::id::TenantId;
use crate::message::{Accepted, Consent, Delivery, DeliveryStatus, MAX_CHECKS, MessageRecord, SmsSender};
use crate::store::{Commit, Store, Unit};
use crate::telemetry;
use crate::twilio::catalogue::{Class, class_of};
use crate::worker::Turn;

const BATCH: usize = 32;
/// How long one send may take: an API key's attempts and the auth token's after them.
const SEND_LIMIT: Duration = Duration::from_secs(150);
/// Longer than that, so that nobody takes a text that is being sent.
const LEASE: Duration = Duration::from_secs(300);
/// How often a text that was certainly not sent is handed over.
pub(crate) const ATTEMPTS: u32 = 3;
/// When the provider is asked what became of a text whose outcome is unknown: after each of its checks. Its own news
/// mostly come first.
const CHECK_AFTER: [TimeDelta; 3] = [TimeDelta::seconds(30), TimeDelta::minutes(5), TimeDelta::minutes(30)];
/// Between the attempts to hand a text over.
const PAUSES: [TimeDelta; 2] = [TimeDelta::seconds(30), TimeDelta::minutes(15)];
/// While credentials are refused for everything.
const UNAUTHORIZED_PAUSE: TimeDelta = TimeDelta::minutes(5);
/// Until the provider is asked again when it could not be asked.
const LOOK_UP_PAUSE: TimeDelta = TimeDelta::minutes(10);
/// How far ahead the provider keeps a text at least; below it, we do
/// (<https://www.twilio.com/docs/messaging/features/message-scheduling>).
pub(super) const EARLIEST_AT_PROVIDER: TimeDelta = TimeDelta::minutes(16);
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
    pub(crate) gate: Gate,
    pub(crate) attempts: u32,
    pub(crate) name: String,
}

#[async_trait]
impl Turn for Outbox {
    async fn turn(&self) -> Result<usize, Error> {
        let claimed = self.store.claim_messages(&self.name, BATCH, LEASE).await?;
        let count = claimed.len();
        let opted_out = self.opted_out(&claimed).await?;
        // At once, so that each is sent well within its lease.
        let handled = claimed.into_iter().zip(opted_out).map(|((tenant, text), opted_out)| async move {
            // A panic of the host's must not end the sending of other texts.
            let span = tracing::info_span!("text", text = %text.id, call = text.call.map(tracing::field::display));
            let handled = AssertUnwindSafe(self.handle(&tenant, text, opted_out)).catch_unwind().instrument(span).await;
            handled.unwrap_or_else(|_| Err(Error::unavailable("handling a text panicked")))
        });
        future::join_all(handled).await.into_iter().collect::<Result<(), Error>>()?;
        Ok(count)
    }
}

impl Outbox {
    /// Whose recipients want no texts: one question for each tenant, and not one for each text.
    async fn opted_out(&self, claimed: &[(TenantId, MessageRecord)]) -> Result<Vec<bool>, Error> {
        let mut pairs: BTreeMap<&TenantId, Vec<(Address, Address)>> = BTreeMap::new();
        for (tenant, text) in claimed {
            pairs.entry(tenant).or_default().push((text.from.clone(), text.to.clone()));
        }
        let asked = pairs.iter().map(|(tenant, pairs)| self.store.opted_out_among(tenant, pairs));
        let known = future::try_join_all(asked).await?.concat();
        let is_one = |consent: &Consent, tenant: &TenantId, text: &MessageRecord| {
            consent.tenant == *tenant && consent.sender == text.from && consent.recipient == text.to
        };
        let of = |(tenant, text): &(TenantId, MessageRecord)| known.iter().any(|consent| is_one(consent, tenant, text));
        Ok(claimed.iter().map(of).collect())
    }

    async fn handle(&self, tenant: &TenantId, mut text: MessageRecord, opted_out: bool) -> Result<(), Error> {
        if text.delivery.status == DeliveryStatus::Submitting {
            // Another worker died between sending and recording: sending again might send twice.
            tracing::warn!(text = %text.id, "a text may or may not have been sent; waiting for news of it");
            self.doubt(&mut text, "the sender stopped before it could record the outcome".into());
            text.lease = None;
            self.store.commit(tenant, Unit::new().save_message(text)).await?;
            return Ok(());
        }
        if text.delivery.status == DeliveryStatus::Unknown {
            return self.check(tenant, text).await;
        }
        if text.send_by.is_none() {
            // From now: a worker that was away for long has kept the text waiting, not the text itself.
            text.send_by = self.gate.deadline(text.not_before.max(self.clock.now()));
        }
        if let Some(unit) = self.split(&text) {
            self.store.commit(tenant, unit).await?;
            return Ok(());
        }
        if text.send_at.is_some_and(|at| at.signed_duration_since(self.clock.now()) < EARLIEST_AT_PROVIDER) {
            // Too late for the provider to keep it: it is kept here.
            text.not_before = text.send_at.take().unwrap_or(text.not_before);
            (text.send_by, text.lease) = (None, None);
            self.store.commit(tenant, Unit::new().save_message(text)).await?;
            return Ok(());
        }
        match self.gate.pass(&mut text, opted_out).await? {
            Pass::Now => {}
            Pass::Later(until) => {
                telemetry::count(telemetry::RATE_LIMITED, [("scope", "texts")]);
                text.not_before = until;
                text.lease = None;
                self.store.commit(tenant, Unit::new().save_message(text)).await?;
                return Ok(());
            }
            Pass::Never(refusal) => {
                tracing::warn!(text = %text.id, %refusal, "a text is not sent");
                telemetry::count(telemetry::TEXTS, [("outcome", "refused")]);
                let now = self.clock.now();
                text.refuse(refusal, now);
                let unit = told(self.store.as_ref(), &text, Unit::new().save_message(text.clone()), now).await?;
                self.store.commit(tenant, unit).await?;
                return Ok(());
            }
        }
        let Some(callback) = self.callbacks.message_status(tenant, &text.id) else {
            return self.settle(tenant, text, Err(Error::refused("the status callback is no URL"))).await;
        };
        text.delivery = Delivery::new(DeliveryStatus::Submitting);
        text.attempts += 1;
        text.updated_at = self.clock.now();
        text.submitted_at = Some(text.updated_at);
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

    /// How long to wait before a text that was certainly not sent is handed over again: after trouble on the way a few
    /// times, after a refusal that passes (credentials that are being changed, a queue that is full) within the text's
    /// time. `None` when it is not to be handed over again.
    fn pause(&self, text: &MessageRecord, error: &Error, unsettled: bool) -> Option<TimeDelta> {
        if error.is_retryable() {
            let backoff = PAUSES.get(text.attempts.saturating_sub(1) as usize).copied().unwrap_or(LONGEST_PAUSE);
            let asked = error.retry_after().and_then(|wait| TimeDelta::from_std(wait).ok());
            let pause = asked.unwrap_or(backoff).clamp(TimeDelta::seconds(1), LONGEST_PAUSE);
            if text.attempts < self.attempts {
                return Some(pause);
            }
        }
        if error.is_outcome_unknown() || !unsettled {
            return None;
        }
        let pause = match error.code().map(class_of) {
            Some(Class::Resend { after, .. }) => TimeDelta::from_std(after).ok()?,
            _ if error.is_unauthorized() => UNAUTHORIZED_PAUSE,
            _ => return None,
        };
        let until = self.clock.now().checked_add_signed(pause)?;
        text.send_by.is_none_or(|end| until <= end).then_some(pause)
    }

    /// A text that is too long, where such are split: the first piece stays under its name, the others follow.
    fn split(&self, text: &MessageRecord) -> Option<Unit> {
        let pieces = self.gate.guard.pieces(&text.body, !text.media.is_empty()).ok().filter(|all| all.len() > 1)?;
        let mut texts = text.pieces(&pieces)?.into_iter();
        let first = Unit::new().save_message(texts.next()?);
        Some(texts.fold(first, Unit::enqueue))
    }

    /// Nobody knows whether it was sent: it waits for news, and the provider is asked.
    fn doubt(&self, text: &mut MessageRecord, reason: String) {
        let now = self.clock.now();
        text.note_delivery(Delivery::new(DeliveryStatus::Unknown), now);
        if text.delivery.status == DeliveryStatus::Unknown {
            text.reason = Some(reason);
            text.not_before = now.checked_add_signed(CHECK_AFTER[0]).unwrap_or(now);
        }
    }

    /// Asks the provider what became of a text. What it does not know either waits for a person.
    async fn check(&self, tenant: &TenantId, mut text: MessageRecord) -> Result<(), Error> {
        let now = self.clock.now();
        let mut answered = true;
        let asked = within(self.clock.as_ref(), SEND_LIMIT, self.sender.look_up(&text)).await;
        match asked.unwrap_or_else(|| Err(Error::unavailable("looking a text up"))) {
            Ok(Some(candidates)) => {
                let mut new = Vec::new();
                for candidate in candidates {
                    let known = match &candidate.sid {
                        Some(sid) => self.store.message_by_sid(tenant, sid).await?,
                        None => continue,
                    };
                    // One that belongs to another text of ours is not this one.
                    if known.is_none_or(|known| known.id == text.id) {
                        new.push(candidate);
                    }
                }
                match <[Accepted; 1]>::try_from(new) {
                    Ok([found]) => {
                        tracing::info!(text = %text.id, "a text whose outcome was unknown was sent");
                        text.sid = found.sid;
                        text.note_delivery(found.delivery, now);
                    }
                    Err(_) => text.checks += 1,
                }
            }
            Ok(None) => text.checks = MAX_CHECKS,
            // It was not answered, so it was no check: an outage that left the text unknown may go on for hours.
            Err(error) => {
                tracing::warn!(text = %text.id, %error, "a text could not be looked up");
                answered = false;
            }
        }
        if text.delivery.status == DeliveryStatus::Unknown {
            let next = if answered { CHECK_AFTER.get(text.checks as usize).copied() } else { Some(LOOK_UP_PAUSE) };
            let pause = next.unwrap_or(LONGEST_PAUSE);
            text.not_before = now.checked_add_signed(pause).unwrap_or(now);
            if text.checks >= MAX_CHECKS {
                tracing::error!(text = %text.id, "nobody knows whether a text was sent; somebody has to look at it");
            }
        }
        text.lease = None;
        // When its news came meanwhile, they hold.
        let unit = told(self.store.as_ref(), &text, news(&text, true, now), now).await?;
        self.store.commit(tenant, unit).await?;
        Ok(())
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
                Err(error) if let Some(pause) = self.pause(&text, error, unsettled) => {
                    // Nobody but us has sent it, and we know that we have not.
                    if matches!(text.delivery.status, DeliveryStatus::Submitting | DeliveryStatus::Unknown) {
                        text.delivery = Delivery::new(DeliveryStatus::Pending);
                        text.reason = Some(error.to_string());
                    }
                    text.not_before = now.checked_add_signed(pause).unwrap_or(now);
                    tracing::warn!(text = %text.id, %error, ?pause, "a text was not sent; trying again later");
                }
                Err(error) if error.is_outcome_unknown() => {
                    self.doubt(&mut text, error.to_string());
                    tracing::warn!(text = %text.id, %error, "a text may or may not have been sent");
                }
                Err(error) => {
                    text.note_delivery(Delivery::new(DeliveryStatus::Failed).with_error(error.code()), now);
                    text.reason = Some(error.to_string());
                    tracing::warn!(text = %text.id, %error, "a text was given up");
                }
            }
            text.lease = None;
            let unit = told(self.store.as_ref(), &text, news(&text, outcome.is_ok(), now), now).await;
            let written = match unit {
                Ok(unit) => self.store.commit(tenant, unit).await,
                Err(error) => Err(error),
            };
            match written {
                Ok(Commit::Applied) => {
                    telemetry::count(telemetry::TEXTS, [("outcome", outcome_of(&text, outcome.is_ok()))]);
                    return Ok(());
                }
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

/// In a word, what came of handing a text over.
fn outcome_of(text: &MessageRecord, accepted: bool) -> &'static str {
    match text.delivery.status {
        _ if accepted => "accepted",
        DeliveryStatus::Unknown => "unknown",
        DeliveryStatus::Pending => "postponed",
        _ => "failed",
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::calls::Paths;
    use crate::clock::ManualClock;
    use crate::message::{Consents, Guard, MessageKind, Messages};
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
        let gate = Gate { store: Arc::new(store.clone()), clock: shared.clone(), guard: Guard::new(), lines: None };
        let outbox = Outbox {
            store: Arc::new(store.clone()),
            sender: Arc::new(client),
            clock: shared,
            callbacks: Callbacks::new(&"https://example.com".parse().unwrap(), Paths::default()),
            gate,
            attempts: ATTEMPTS,
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
        assert_eq!(desk.text().await.not_before.timestamp(), 30);
        desk.clock.advance(Duration::from_secs(30));
        desk.run().await;
        assert_eq!(desk.text().await.not_before.timestamp(), 37);
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
        let consent = refused.store.consent(&text.tenant, &text.from, &text.to).await.unwrap().unwrap();
        assert!(consent.opted_out, "remembered, so that no other text is tried");
    }

    #[tokio::test]
    async fn never_sends_again_what_may_have_been_sent() {
        for reply in [Reply::lost(), Reply::new(500, ""), Reply::new(201, "<html>")] {
            let none = r#"{"messages":[]}"#;
            let desk =
                desk(Stub::new().then(reply).reply(200, none).reply(200, none).reply(200, none).reply(201, SENT));
            desk.enqueue().await;
            for _ in 0..6 {
                desk.run().await;
                desk.clock.advance(Duration::from_secs(3600));
            }
            let posts = desk.stub.log().iter().filter(|request| request.method() == http::Method::POST).count();
            assert_eq!((desk.text().await.delivery.status, posts), (DeliveryStatus::Unknown, 1));
            assert_eq!(desk.stub.log().len(), 4, "looked up three times, then left to a person");
        }
    }

    fn listed(sids: &[&str]) -> String {
        let item = |sid: &&str| {
            format!(
                r#"{{"sid":"SM0123456789abcdef0123456789abcd{sid}","status":"delivered","body":"hi","to":"+14155552671",
                    "from":"+15551230000","direction":"outbound-api","date_created":"Thu, 01 Jan 1970 00:00:01 +0000"}}"#
            )
        };
        format!(r#"{{"messages":[{}]}}"#, sids.iter().map(item).collect::<Vec<_>>().join(","))
    }

    #[tokio::test]
    async fn a_lost_answer_is_resolved_by_asking_the_provider() {
        let desk = desk(Stub::new().then(Reply::lost()).reply(200, listed(&["01"])));
        desk.enqueue().await;
        desk.run().await;
        assert_eq!(desk.text().await.delivery.status, DeliveryStatus::Unknown);
        desk.clock.advance(Duration::from_secs(30));
        desk.run().await;
        let text = desk.text().await;
        assert_eq!(text.delivery.status, DeliveryStatus::Delivered);
        assert_eq!(text.sid.unwrap().as_str(), "SM0123456789abcdef0123456789abcd01");
        assert_eq!(text.reason, None);
    }

    #[tokio::test]
    async fn a_match_that_is_another_text_or_one_of_several_resolves_nothing() {
        let desk = desk(Stub::new().then(Reply::lost()).reply(200, listed(&["01"])).reply(200, listed(&["02", "03"])));
        let mut other = MessageRecord::outbound(
            "a".parse().unwrap(),
            "m0".parse().unwrap(),
            MessageKind::Direct,
            "+15551230000".into(),
            "+14155552671".into(),
            "hi".into(),
            desk.clock.now(),
        );
        other.sid = Some("SM0123456789abcdef0123456789abcd01".parse().unwrap());
        other.delivery = Delivery::new(DeliveryStatus::Delivered);
        desk.store.commit(&other.tenant.clone(), Unit::new().enqueue(other)).await.unwrap();
        desk.enqueue().await;
        for _ in 0..3 {
            desk.run().await;
            desk.clock.advance(Duration::from_secs(300));
        }
        assert_eq!((desk.text().await.delivery.status, desk.text().await.checks), (DeliveryStatus::Unknown, 2));
    }

    #[tokio::test]
    async fn a_text_that_is_being_handed_over_is_not_withdrawn() {
        let desk = desk(Stub::new());
        desk.enqueue().await;
        let gate = desk.outbox.gate.clone();
        let callbacks = desk.outbox.callbacks.clone();
        let messenger =
            crate::messaging::Messenger::assemble(gate, None, callbacks, Wake::default(), "m".into(), ATTEMPTS);
        let (tenant, mut text) = desk.store.claim_messages("w", 1, LEASE).await.unwrap().remove(0);
        assert!(!messenger.withdraw(&tenant, &text.id).await.unwrap(), "a worker has it in its hands");
        text.delivery = Delivery::new(DeliveryStatus::Submitting);
        desk.store.commit(&tenant, Unit::new().save_message(text.clone())).await.unwrap();
        assert!(!messenger.withdraw(&tenant, &text.id).await.unwrap(), "it may have been sent");
        desk.clock.advance(LEASE);
        assert!(!messenger.withdraw(&tenant, &text.id).await.unwrap(), "also when that worker is dead");
    }

    #[tokio::test]
    async fn a_row_of_repeats_ends_when_any_of_them_arrived() {
        let desk = desk(Stub::new().reply(201, SENT));
        desk.enqueue().await;
        let mut first = desk.text().await;
        let second = first.again(desk.clock.now(), desk.clock.now()).unwrap();
        let third = second.again(desk.clock.now(), desk.clock.now()).unwrap();
        let mut second_failed = second.clone();
        second_failed.delivery = Delivery::new(DeliveryStatus::Undelivered).with_error(Some(30003));
        // The first was told to have failed, and arrived late all the same.
        first.delivery = Delivery::new(DeliveryStatus::Delivered);
        let unit = Unit::new().save_message(first).enqueue(second_failed).enqueue(third.clone());
        desk.store.commit(&third.tenant, unit).await.unwrap();
        desk.run().await;
        let third = desk.store.message(&third.tenant, &third.id).await.unwrap().unwrap();
        assert_eq!(third.refusal, Some(crate::message::Refusal::Superseded));
        assert!(desk.stub.log().is_empty());
    }

    #[derive(Debug)]
    struct Panicking;

    #[async_trait]
    impl crate::message::LineCheck for Panicking {
        async fn takes_texts(&self, _: &crate::phone::E164) -> Result<Option<bool>, Error> {
            panic!("a bug of the host's")
        }
    }

    #[tokio::test]
    async fn a_line_check_that_panics_holds_up_no_other_text() {
        let mut desk = desk(Stub::new().reply(201, SENT));
        Arc::get_mut(&mut desk.outbox).unwrap().gate.lines = Some(Arc::new(Panicking));
        desk.enqueue().await;
        let mut other = desk.text().await;
        other.id = "m0".parse().unwrap();
        other.check_line = true;
        desk.store.commit(&other.tenant.clone(), Unit::new().enqueue(other)).await.unwrap();
        assert!(desk.outbox.turn().await.is_err());
        assert_eq!(desk.text().await.delivery.status, DeliveryStatus::Queued);
    }

    #[tokio::test]
    async fn no_text_goes_to_who_opted_out() {
        let desk = desk(Stub::new().reply(201, SENT));
        desk.enqueue().await;
        let text = desk.text().await;
        let out = super::super::news::opted_out(&text, desk.clock.now());
        desk.store.commit(&text.tenant, Unit::new().consent(out.clone())).await.unwrap();
        desk.run().await;
        assert_eq!(desk.text().await.refusal, Some(crate::message::Refusal::OptedOut));
        assert!(desk.stub.log().is_empty());
        assert_eq!(desk.store.opted_out(&text.tenant, 10).await.unwrap(), [out]);
    }

    #[tokio::test]
    async fn texts_of_one_sender_go_one_segment_a_second() {
        let mut desk = desk((0..3).fold(Stub::new(), |stub, _| stub.reply(201, "{}")));
        let guard = Guard::new().with_sender_rate(Some((1, Duration::from_secs(1))));
        Arc::get_mut(&mut desk.outbox).unwrap().gate.guard = guard;
        for id in ["m1", "m2", "m3"] {
            let text = MessageRecord::outbound(
                "a".parse().unwrap(),
                id.parse().unwrap(),
                MessageKind::Direct,
                "+15551230000".into(),
                format!("+1415555267{}", &id[1..]).into(),
                "hi".into(),
                desk.clock.now(),
            );
            desk.store.commit(&text.tenant.clone(), Unit::new().enqueue(text)).await.unwrap();
        }
        desk.run().await;
        assert_eq!(desk.stub.log().len(), 1);
        desk.clock.advance(Duration::from_secs(1));
        desk.run().await;
        assert_eq!(desk.stub.log().len(), 2);
        desk.clock.advance(Duration::from_secs(1));
        desk.run().await;
        assert_eq!(desk.stub.log().len(), 3);
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
            gate: desk.outbox.gate.clone(),
            attempts: ATTEMPTS,
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
