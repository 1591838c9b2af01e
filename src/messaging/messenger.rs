use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use url::Url;

use super::draft::{Draft, Plan, Schedule};
use super::gate::Gate;
use super::news::told;
use super::outbox::{ATTEMPTS, EARLIEST_AT_PROVIDER, Outbox};
use crate::Error;
use crate::address::Address;
use crate::calls::{Callbacks, Paths};
use crate::clock::{Clock, SystemClock};
use crate::id::TenantId;
use crate::message::{
    Consent, ConsentSource, DeliveryStatus, Guard, LineCheck, MessageCounts, MessageId, MessageQuery, MessageRecord,
    Refusal, Segments, SmsSender,
};
use crate::store::{Commit, Store, Unit};
use crate::wake::Wake;
use crate::worker::{Turn, Worker};

/// How far ahead Twilio keeps a text (<https://www.twilio.com/docs/messaging/features/message-scheduling>).
const LATEST: TimeDelta = TimeDelta::days(35);
const ROUNDS: usize = 8;

/// Sends texts: each is written to the store first and handed over by a worker, and what became of it can be read.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use std::sync::Arc;
/// # use frontdesk::clock::SystemClock;
/// # use frontdesk::message::DeliveryStatus;
/// # use frontdesk::sim::Twilio;
/// # use frontdesk::store::MemoryStore;
/// use frontdesk::messaging::{Draft, Messenger, Sent};
/// use frontdesk::tenant::Tenant;
///
/// # let twilio = Twilio::builder().in_process()?;
/// # twilio.own_number("+15551230000".parse()?);
/// let clinic = Tenant::new("clinic".parse()?).with_number("+15551230000".parse()?);
/// let tenant = clinic.id.clone();
/// let messenger = Messenger::builder(MemoryStore::new(SystemClock::shared()).with_tenant(clinic))
///     .sender(twilio.client()?)
///     .public_url("https://example.com".parse()?)
///     .build()?;
/// let Sent::Queued(queued) = messenger.send(&tenant, Draft::new("+14155552671", "See you at three.")).await? else {
///     panic!("refused");
/// };
/// assert_eq!(queued.segments, 1);
/// messenger.run_until_idle().await?;
/// let text = messenger.text(&tenant, &queued.ids[0]).await?.ok_or("lost")?;
/// assert_eq!(text.delivery.status, DeliveryStatus::Queued);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Messenger {
    gate: Gate,
    sender: Option<Arc<dyn SmsSender>>,
    outbox: Wake,
    worker: Option<Worker>,
}

/// What became of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sent {
    /// It waits in the outbox, or went before under this name.
    Queued(Queued),
    /// It is not sent.
    Refused(Refusal),
}

/// A draft that waits in the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Queued {
    /// The texts that it became, in order.
    pub ids: Vec<MessageId>,
    /// How many segments they cost.
    pub segments: u32,
}

/// What a person found out of a text of which nobody knew whether it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Resolution {
    /// It was sent.
    WasSent,
    /// It was not, and is to be sent now.
    SendNow,
    /// It was not, and is to be forgotten.
    GiveUp,
}

/// Settings of a [`Messenger`] without a desk.
#[must_use]
pub struct MessengerBuilder {
    store: Arc<dyn Store>,
    sender: Option<Arc<dyn SmsSender>>,
    lines: Option<Arc<dyn LineCheck>>,
    guard: Guard,
    clock: Option<Arc<dyn Clock>>,
    public_url: Option<Url>,
    paths: Paths,
    attempts: u32,
    worker: Option<String>,
}

/// A messenger that cannot work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidMessenger {
    /// There is nobody who sends.
    #[error("the messenger needs a sender, such as a Twilio client")]
    NoSender,
    /// The public URL is missing, to which news of delivery are told.
    #[error("the messenger needs the public URL to which news of delivery are told")]
    NoPublicUrl,
}

impl MessengerBuilder {
    /// Who sends.
    pub fn sender(mut self, sender: impl SmsSender) -> Self {
        self.sender = Some(Arc::new(sender));
        self
    }

    /// Who knows which lines take texts.
    pub fn lines(mut self, lines: impl LineCheck) -> Self {
        self.lines = Some(Arc::new(lines));
        self
    }

    /// How texts are limited.
    pub fn guard(mut self, guard: Guard) -> Self {
        self.guard = guard;
        self
    }

    /// The clock; the machine's by default.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// The address under which the desk that takes the news is reached.
    pub fn public_url(mut self, url: Url) -> Self {
        self.public_url = Some(url);
        self
    }

    /// The paths of that desk.
    pub fn paths(mut self, paths: Paths) -> Self {
        self.paths = paths;
        self
    }

    /// How often a text that was certainly not sent is handed over before it is given up; 3 by default.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// The name under which this process takes work from the store; random by default.
    pub fn worker_name(mut self, name: impl Into<String>) -> Self {
        self.worker = Some(name.into());
        self
    }

    /// Builds it.
    ///
    /// # Errors
    /// [`InvalidMessenger`] names what is missing.
    pub fn build(self) -> Result<Messenger, InvalidMessenger> {
        let sender = self.sender.ok_or(InvalidMessenger::NoSender)?;
        let public_url = self.public_url.ok_or(InvalidMessenger::NoPublicUrl)?;
        let clock = self.clock.unwrap_or_else(SystemClock::shared);
        let name = self.worker.unwrap_or_else(|| format!("messenger-{:016x}", fastrand::u64(..)));
        let gate = Gate { store: self.store, clock, guard: self.guard, lines: self.lines };
        let callbacks = Callbacks::new(&public_url, self.paths);
        Ok(Messenger::assemble(gate, Some(sender), callbacks, Wake::default(), name, self.attempts))
    }
}

impl fmt::Debug for MessengerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessengerBuilder").field("guard", &self.guard).finish_non_exhaustive()
    }
}

impl Messenger {
    /// Starts the settings of a messenger without a desk.
    pub fn builder(store: impl Store) -> MessengerBuilder {
        MessengerBuilder {
            store: Arc::new(store),
            sender: None,
            lines: None,
            guard: Guard::default(),
            clock: None,
            public_url: None,
            paths: Paths::default(),
            attempts: ATTEMPTS,
            worker: None,
        }
    }

    pub(crate) fn assemble(
        gate: Gate,
        sender: Option<Arc<dyn SmsSender>>,
        callbacks: Callbacks,
        outbox: Wake,
        name: String,
        attempts: u32,
    ) -> Self {
        let worker = sender.clone().map(|sender| {
            let clock = gate.clock.clone();
            let work: Arc<dyn Turn> = Arc::new(Outbox {
                store: gate.store.clone(),
                sender,
                clock: clock.clone(),
                callbacks,
                gate: gate.clone(),
                attempts: attempts.max(1),
                name,
            });
            Worker::new(work, clock, outbox.clone())
        });
        Self { gate, sender, outbox, worker }
    }

    pub(crate) fn worker(&self) -> Option<Worker> {
        self.worker.clone()
    }

    /// What would become of a draft. Writes nothing.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store could not be reached.
    pub async fn plan(&self, tenant: &TenantId, draft: &Draft) -> Result<Plan, Error> {
        let (plan, _) = self.prepare(tenant, draft).await?;
        Ok(plan)
    }

    /// Writes a text into the outbox. Sent again under the same name, it is the same text.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store could not be reached.
    pub async fn send(&self, tenant: &TenantId, draft: Draft) -> Result<Sent, Error> {
        let (plan, texts) = self.prepare(tenant, &draft).await?;
        if let Some(refusal) = plan.refusal {
            return Ok(Sent::Refused(refusal));
        }
        let queued = Queued { ids: texts.iter().map(|text| text.id.clone()).collect(), segments: plan.segments() };
        let unit = texts.into_iter().fold(Unit::new(), Unit::enqueue);
        // The names are in the unit, so that writing it again is safe; a new one would be another text.
        let mut written = self.gate.store.commit(tenant, unit.clone()).await;
        for _ in 0..2 {
            match &written {
                Err(error) if error.is_outcome_unknown() => {
                    written = self.gate.store.commit(tenant, unit.clone()).await;
                }
                _ => break,
            }
        }
        written?;
        self.outbox.call();
        Ok(Sent::Queued(queued))
    }

    async fn prepare(&self, tenant: &TenantId, draft: &Draft) -> Result<(Plan, Vec<MessageRecord>), Error> {
        let refused = |from, refusal| (Plan { from, pieces: Vec::new(), refusal: Some(refusal) }, Vec::new());
        let settings = self.gate.store.tenant(tenant).await?;
        let numbers = settings.map(|tenant| tenant.numbers.clone()).unwrap_or_default();
        let from = draft.from.clone().or_else(|| numbers.first().copied().map(Address::from));
        let Some(from) = from else { return Ok(refused(None, Refusal::NoAddress)) };
        // Another tenant's number has opt-outs and limits of its own. A tenant that only the host's directory knows has
        // no numbers here.
        if from.phone().is_some_and(|number| !numbers.is_empty() && !numbers.contains(&number)) {
            return Ok(refused(Some(from), Refusal::NoAddress));
        }
        let now = self.gate.clock.now();
        let (not_before, send_at, service) = match draft.schedule {
            Schedule::Now => (now, None, None),
            Schedule::At(time) => (time.max(now), None, None),
            Schedule::AtTwilio(time, service) => {
                let ahead = time.signed_duration_since(now);
                if ahead > LATEST {
                    return Ok(refused(Some(from), Refusal::Time));
                }
                // What is too soon for Twilio to keep is kept here.
                if ahead < EARLIEST_AT_PROVIDER {
                    (time.max(now), None, Some(service))
                } else {
                    (now, Some(time), Some(service))
                }
            }
        };
        let pieces = match self.gate.guard.pieces(&draft.body, !draft.media.is_empty()) {
            Ok(pieces) if pieces.is_empty() => vec![String::new()],
            Ok(pieces) => pieces,
            Err(refusal) => return Ok(refused(Some(from), refusal)),
        };
        let id = match &draft.id {
            Some(id) => id.clone(),
            None => MessageId::random(),
        };
        let (words, kind, to) = (draft.body.clone(), draft.kind, draft.to.clone());
        let mut whole = MessageRecord::outbound(tenant.clone(), id, kind, from.clone(), to, words, now);
        whole.not_before = not_before;
        whole.send_at = send_at;
        whole.service = service;
        whole.call = draft.call;
        whole.check_line = draft.check_line;
        whole.media = draft.media.iter().map(|url| url.as_str().into()).collect();
        let texts = whole.pieces(&pieces).ok_or_else(|| Error::refused("naming the pieces of a text"))?;
        let mut refusal = None;
        for text in &texts {
            refusal = refusal.or(self.gate.allowed(text).await?.err());
        }
        let pieces = pieces.iter().map(|piece| (piece.as_str().into(), Segments::of(piece))).collect();
        Ok((Plan { from: Some(from), pieces, refusal }, texts))
    }

    /// Withdraws a text that was not sent yet; false when it is too late.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the tenant has no such text; [`Error::is_retryable`] when the store or, for a text
    /// that Twilio keeps, Twilio could not be reached.
    pub async fn withdraw(&self, tenant: &TenantId, id: &MessageId) -> Result<bool, Error> {
        for _ in 0..ROUNDS {
            let mut text = self.must(tenant, id).await?;
            match (text.delivery.status, text.sid, &self.sender) {
                (DeliveryStatus::Canceled, ..) => return Ok(true),
                // In nobody's hands: whoever takes it next finds it withdrawn.
                (DeliveryStatus::Pending, _, _) if is_free(&text, self.gate.clock.now()) => {}
                (DeliveryStatus::Scheduled, Some(sid), Some(sender)) => match sender.withdraw(&text, &sid).await {
                    Ok(()) => {}
                    Err(error) if error.is_permanent() => return Ok(false),
                    Err(error) => return Err(error),
                },
                _ => return Ok(false),
            }
            let now = self.gate.clock.now();
            text.refuse(Refusal::Withdrawn, now);
            if self.write(tenant, text, now).await? == Commit::Applied {
                return Ok(true);
            }
        }
        Err(Error::unavailable("withdrawing a text that keeps changing"))
    }

    /// One text and what became of it.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store could not be reached.
    pub async fn text(&self, tenant: &TenantId, id: &MessageId) -> Result<Option<MessageRecord>, Error> {
        self.gate.store.message(tenant, id).await
    }

    async fn must(&self, tenant: &TenantId, id: &MessageId) -> Result<MessageRecord, Error> {
        let found = self.gate.store.message(tenant, id).await?;
        found.ok_or_else(|| Error::missing("finding a text"))
    }

    /// The texts with one contact in both directions, in the order in which they were written: the last `limit`, or
    /// those before `before`.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store could not be reached.
    pub async fn thread(
        &self,
        tenant: &TenantId,
        contact: impl Into<Address>,
        before: Option<MessageId>,
        limit: usize,
    ) -> Result<Vec<MessageRecord>, Error> {
        let query = MessageQuery { limit, with: Some(contact.into()), after: before, ..MessageQuery::default() };
        let mut texts = self.gate.store.messages(tenant, &query).await?;
        texts.reverse();
        Ok(texts)
    }

    /// The texts of which nobody knows whether they were sent, latest first: somebody has to
    /// [`resolve`](Self::resolve) those that neither news nor the provider will.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store could not be reached.
    pub async fn unknown(&self, tenant: &TenantId, limit: usize) -> Result<Vec<MessageRecord>, Error> {
        let query = MessageQuery { limit, statuses: vec![DeliveryStatus::Unknown], ..MessageQuery::default() };
        self.gate.store.messages(tenant, &query).await
    }

    /// The texts that were given up, latest first, each with its reason.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store could not be reached.
    pub async fn given_up(&self, tenant: &TenantId, limit: usize) -> Result<Vec<MessageRecord>, Error> {
        let statuses = vec![DeliveryStatus::Failed, DeliveryStatus::Undelivered];
        let query = MessageQuery { limit, statuses, ..MessageQuery::default() };
        self.gate.store.messages(tenant, &query).await
    }

    /// How many texts stand where.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store could not be reached.
    pub async fn counts(&self, tenant: &TenantId) -> Result<MessageCounts, Error> {
        self.gate.store.message_counts(tenant).await
    }

    /// Says what a person found out of a text whose outcome was unknown, or sends one after all that was given up; false
    /// when it stands elsewhere meanwhile.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the tenant has no such text; [`Error::is_retryable`] when the store could not be
    /// reached.
    pub async fn resolve(&self, tenant: &TenantId, id: &MessageId, resolution: Resolution) -> Result<bool, Error> {
        for _ in 0..ROUNDS {
            let mut text = self.must(tenant, id).await?;
            // One that the provider took and could not deliver is another text when it is sent again.
            let given_up = text.delivery.status == DeliveryStatus::Failed
                && text.sid.is_none()
                && resolution == Resolution::SendNow;
            if text.delivery.status != DeliveryStatus::Unknown && !given_up {
                return Ok(false);
            }
            let now = self.gate.clock.now();
            match resolution {
                Resolution::WasSent => text.note_delivery(crate::message::Delivery::new(DeliveryStatus::Sent), now),
                Resolution::SendNow => {
                    text.delivery = crate::message::Delivery::new(DeliveryStatus::Pending);
                    (text.attempts, text.checks, text.not_before, text.send_by) = (0, 0, now, None);
                    (text.reason, text.refusal) = (None, None);
                }
                Resolution::GiveUp => text.refuse(Refusal::Withdrawn, now),
            }
            text.lease = None;
            if self.write(tenant, text, now).await? == Commit::Applied {
                self.outbox.call();
                return Ok(true);
            }
        }
        Err(Error::unavailable("resolving a text that keeps changing"))
    }

    async fn write(&self, tenant: &TenantId, text: MessageRecord, now: DateTime<Utc>) -> Result<Commit, Error> {
        let store = &self.gate.store;
        let unit = told(store.as_ref(), &text, Unit::new().save_message(text.clone()), now).await?;
        store.commit(tenant, unit).await
    }

    /// Remembers that a recipient wants no texts from a sender, or wants them again, because the host knows it.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store could not be reached.
    pub async fn set_opted_out(
        &self,
        tenant: &TenantId,
        sender: impl Into<Address> + Send,
        recipient: impl Into<Address> + Send,
        opted_out: bool,
    ) -> Result<(), Error> {
        let now = self.gate.clock.now();
        let (sender, recipient) = (sender.into(), recipient.into());
        let consent =
            Consent::new(tenant.clone(), sender.clone(), recipient.clone(), opted_out, ConsentSource::Host, now);
        self.gate.store.commit(tenant, Unit::new().consent(consent)).await?;
        if opted_out { self.withdraw_scheduled(tenant, &sender, &recipient).await } else { Ok(()) }
    }

    /// Withdraws what the provider keeps for somebody who wants no texts: it would send it all the same.
    pub(crate) async fn withdraw_scheduled(
        &self,
        tenant: &TenantId,
        sender: &Address,
        recipient: &Address,
    ) -> Result<(), Error> {
        let query = MessageQuery {
            limit: 1_000,
            with: Some(recipient.clone()),
            statuses: vec![DeliveryStatus::Scheduled],
            ..MessageQuery::default()
        };
        for text in self.gate.store.messages(tenant, &query).await? {
            if text.from == *sender {
                self.withdraw(tenant, &text.id).await?;
            }
        }
        Ok(())
    }

    /// Who of a tenant's recipients wants no texts, latest first.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store could not be reached.
    pub async fn opted_out(&self, tenant: &TenantId, limit: usize) -> Result<Vec<Consent>, Error> {
        self.gate.store.opted_out(tenant, limit).await
    }

    /// Sends what is due now and returns how much that was.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store could not be reached.
    pub async fn run_until_idle(&self) -> Result<usize, Error> {
        match &self.worker {
            Some(worker) => worker.run_until_idle().await,
            None => Ok(0),
        }
    }

    /// Sends what is due until `stop` is done. A turn that has begun is finished first. The host decides where this
    /// runs; a desk's messenger runs with the desk.
    pub async fn run(&self, stop: impl Future<Output = ()> + Send) {
        if let Some(worker) = self.worker.clone() {
            worker.run(stop).await;
        }
    }
}

fn is_free(text: &MessageRecord, now: DateTime<Utc>) -> bool {
    text.lease.as_ref().is_none_or(|lease| lease.until <= now)
}

impl fmt::Debug for Messenger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Messenger").field("guard", &self.gate.guard).finish_non_exhaustive()
    }
}
