use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{FutureExt, future};
use tracing::Instrument as _;

use crate::Error;
use crate::clock::{Clock, within};
use crate::id::TenantId;
use crate::message::{DeliveryStatus, MessageId, MessageKind, MessageRecord};
use crate::notification::{
    AppointmentRecord, Channel, Email, EmailSender, Notification, NotificationStatus, Ran, Step, Words, Workflow,
    WorkflowEvent, wording,
};
use crate::store::{Commit, Store, Unit};
use crate::telemetry;
use crate::tenant::Tenant;
use crate::wake::Wake;
use crate::worker::Turn;

const BATCH: usize = 64;
/// How long a workflow or a mail server may take.
const LIMIT: Duration = Duration::from_secs(150);
/// Longer than that, so that nobody takes what is being sent.
const LEASE: Duration = Duration::from_secs(300);
/// Between the attempts to learn what a workflow did, or to hand a mail over.
const PAUSES: [TimeDelta; 4] =
    [TimeDelta::seconds(30), TimeDelta::minutes(2), TimeDelta::minutes(10), TimeDelta::minutes(30)];
/// How often a workflow that may still act is asked before the text goes out without it, under the same name.
const ASKED: u32 = 3;
const ROUNDS: usize = 8;

/// Sends the notifications that are due.
#[derive(Debug)]
pub(crate) struct Courier {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) email: Option<Arc<dyn EmailSender>>,
    pub(crate) workflow: Option<Arc<dyn Workflow>>,
    pub(crate) outbox: Wake,
    pub(crate) name: String,
}

#[async_trait]
impl Turn for Courier {
    async fn turn(&self) -> Result<usize, Error> {
        let claimed = self.store.claim_notifications(&self.name, BATCH, LEASE).await?;
        let count = claimed.len();
        let handled = claimed.into_iter().map(|(tenant, notification)| async move {
            // A panic of the host's must not end the sending of others.
            let span =
                tracing::info_span!("notification", notification = %notification.id, kind = notification.kind.as_str());
            let handled = AssertUnwindSafe(self.handle(&tenant, notification)).catch_unwind().instrument(span).await;
            handled.unwrap_or_else(|_| Err(Error::unavailable("handling a notification panicked")))
        });
        // One that cannot be handled waits for its lease to end; it holds up nobody else's.
        for error in future::join_all(handled).await.into_iter().filter_map(Result::err) {
            tracing::warn!(%error, "a notification could not be handled; it is taken again later");
        }
        Ok(count)
    }
}

impl Courier {
    async fn handle(&self, tenant: &TenantId, mut notification: Notification) -> Result<(), Error> {
        let now = self.clock.now();
        let known = self.store.appointment(tenant, &notification.appointment).await?;
        let settings = self.store.tenant(tenant).await?;
        let (Some(known), Some(settings)) = (known, settings) else {
            notification.fail("the appointment or the tenant is not known any more", now);
            return self.save(tenant, notification).await.map(|_| ());
        };
        if known.revision != notification.revision {
            notification.withdraw("the appointment changed before it was sent", now);
            return self.save(tenant, notification).await.map(|_| ());
        }
        if notification.expires_at <= now {
            notification.fail("it could not be sent in time", now);
            return self.save(tenant, notification).await.map(|_| ());
        }
        let words = wording(&settings, &known, &notification, now);
        match notification.channel {
            Channel::Text => self.text(&settings, &known, notification, words).await,
            Channel::Email => self.mail(&settings, notification, words).await,
        }
    }

    /// Writes it; false when it had changed meanwhile.
    async fn save(&self, tenant: &TenantId, notification: Notification) -> Result<bool, Error> {
        let (told, written) = (notification.clone(), Unit::new().save_notification(notification));
        let applied = self.store.commit(tenant, written).await? == Commit::Applied;
        if applied {
            count(&told);
        }
        Ok(applied)
    }

    async fn text(
        &self,
        settings: &Tenant,
        known: &AppointmentRecord,
        mut notification: Notification,
        words: Words,
    ) -> Result<(), Error> {
        let Some(workflow) = self.workflow.as_ref().filter(|_| notification.attempts < ASKED) else {
            return self.direct(settings, notification, words).await;
        };
        let tenant = &settings.id;
        let again = notification.step == Step::Begun;
        notification.step = Step::Begun;
        notification.attempts += 1;
        notification.updated_at = self.clock.now();
        // Known before it begins, so that whoever comes after us looks for what we have begun.
        if !self.save(tenant, notification.clone()).await? {
            return Ok(());
        }
        notification.version += 1;
        let event = WorkflowEvent {
            event_id: notification.id.clone(),
            tenant: tenant.clone(),
            kind: notification.kind,
            audience: notification.audience,
            appointment: notification.appointment.clone(),
            start: known.appointment.start,
            name: notification.person.name.clone(),
            to: notification.to(),
            body: words.body.clone(),
        };
        let running = AssertUnwindSafe(workflow.run(&event, again)).catch_unwind();
        let ran = match within(self.clock.as_ref(), LIMIT, running).await {
            Some(Ok(ran)) => ran,
            Some(Err(_)) => Err(Error::outcome_unknown("a workflow panicked")),
            None => Err(Error::outcome_unknown("a workflow took too long")),
        };
        match ran {
            Ok(ran) => self.ran(tenant, notification, ran).await,
            Err(error) if error.is_outcome_unknown() && notification.attempts < ASKED => {
                tracing::warn!(notification = %notification.id, %error, "a workflow may or may not act; asking again");
                let now = self.clock.now();
                notification.not_before = self.after(notification.attempts, now);
                notification.lease = None;
                self.save(tenant, notification).await.map(|_| ())
            }
            Err(error) => {
                tracing::warn!(notification = %notification.id, %error, "sent without the workflow");
                self.direct(settings, notification, words).await
            }
        }
    }

    fn after(&self, attempts: u32, now: DateTime<Utc>) -> DateTime<Utc> {
        let last = PAUSES.len() - 1;
        let at = usize::try_from(attempts.saturating_sub(1)).unwrap_or(last).min(last);
        let pause = PAUSES.get(at).copied().unwrap_or_default();
        now.checked_add_signed(pause).unwrap_or(now)
    }

    /// Through the outbox, under the notification's own name: a flow that sends under it all the same sends nothing new.
    async fn direct(&self, settings: &Tenant, mut notification: Notification, words: Words) -> Result<(), Error> {
        let (tenant, now) = (&settings.id, self.clock.now());
        let (Some(from), Some(to)) = (settings.numbers.first(), notification.person.phone.clone()) else {
            notification.fail("the tenant has no number to send from", now);
            return self.save(tenant, notification).await.map(|_| ());
        };
        let id = MessageId::notification(&notification.id);
        let kind = MessageKind::Notification;
        let mut text = MessageRecord::outbound(tenant.clone(), id.clone(), kind, (*from).into(), to, words.body, now);
        text.notification = Some(notification.id.clone());
        text.send_by = Some(notification.expires_at);
        notification.step = Step::Handed;
        notification.message = Some(id);
        notification.lease = None;
        notification.updated_at = now;
        let id = notification.id.clone();
        let unit = Unit::new().enqueue(text).save_notification(notification.clone());
        if self.store.commit(tenant, unit).await? == Commit::Applied {
            count(&notification);
            self.outbox.call();
            // Under this name a flow may have sent already.
            self.link(tenant, &id).await?;
        }
        Ok(())
    }

    /// A workflow has acted.
    async fn ran(&self, tenant: &TenantId, mut notification: Notification, ran: Ran) -> Result<(), Error> {
        let id = notification.id.clone();
        let usual = MessageId::notification(&id);
        let message = ran.message.clone().unwrap_or(usual);
        let known = self.store.message(tenant, &message).await?.is_some();
        for _ in 0..ROUNDS {
            let now = self.clock.now();
            notification.step = Step::Handed;
            notification.execution.clone_from(&ran.execution);
            notification.sid = ran.sid.or(notification.sid);
            notification.message = known.then(|| message.clone());
            if !known {
                // The flow sends by itself: what it says is all that is known.
                let said = ran.status.as_deref().map(str::to_ascii_lowercase);
                let said = said.and_then(|said| serde_json::from_value::<DeliveryStatus>(said.into()).ok());
                let status = said.map_or(NotificationStatus::Sent, NotificationStatus::from);
                // It has acted; that the provider has it is the least.
                notification.status = notification.status.max(status).max(NotificationStatus::Sent);
            }
            notification.lease = None;
            notification.updated_at = now;
            if self.save(tenant, notification.clone()).await? {
                return if known { self.link(tenant, &id).await } else { Ok(()) };
            }
            match self.store.notification(tenant, &id).await? {
                Some(current) => notification = current,
                None => return Ok(()),
            }
        }
        Err(Error::unavailable("recording a notification that keeps changing"))
    }

    /// The text that carries a notification names it from now on, and the notification stands where the text does.
    async fn link(&self, tenant: &TenantId, id: &crate::id::NotificationId) -> Result<(), Error> {
        for _ in 0..ROUNDS {
            let Some(mut notification) = self.store.notification(tenant, id).await? else { return Ok(()) };
            let Some(message) = notification.message.clone() else { return Ok(()) };
            let Some(mut text) = self.store.message(tenant, &message).await? else { return Ok(()) };
            let mut unit = Unit::new();
            if notification.note_text(&text, false, self.clock.now()) {
                unit = unit.save_notification(notification);
            }
            if text.notification.is_none() {
                text.notification = Some(id.clone());
                unit = unit.save_message(text);
            }
            if unit.is_empty() || self.store.commit(tenant, unit).await? == Commit::Applied {
                return Ok(());
            }
        }
        Err(Error::unavailable("linking a text that keeps changing"))
    }

    /// A mail is tried until a server takes it: twice is better than never, and its name is always the same.
    async fn mail(&self, settings: &Tenant, mut notification: Notification, words: Words) -> Result<(), Error> {
        let tenant = &settings.id;
        let Some(sender) = &self.email else {
            notification.fail("the host sends no mail", self.clock.now());
            return self.save(tenant, notification).await.map(|_| ());
        };
        let to = (notification.person.name.clone(), notification.to());
        let id = notification.id.clone();
        let email = Email::new(tenant.clone(), id, settings.name.clone(), to, words.subject, words.body);
        let sending = AssertUnwindSafe(sender.send(&email)).catch_unwind();
        let sent = match within(self.clock.as_ref(), LIMIT, sending).await {
            Some(Ok(sent)) => sent,
            Some(Err(_)) => Err(Error::refused("the mail sender panicked")),
            None => Err(Error::unavailable("the mail sender took too long")),
        };
        let now = self.clock.now();
        notification.attempts += 1;
        notification.lease = None;
        notification.updated_at = now;
        match sent {
            Ok(()) => {
                notification.status = NotificationStatus::Sent;
                notification.step = Step::Handed;
                notification.reason = None;
            }
            Err(error) if error.is_permanent() => {
                tracing::warn!(notification = %notification.id, %error, "a mail was given up");
                notification.fail(error.to_string(), now);
            }
            Err(error) => {
                tracing::warn!(notification = %notification.id, %error, "a mail was not sent; trying again later");
                notification.not_before = self.after(notification.attempts, now);
                notification.reason = Some(error.to_string());
            }
        }
        let sent = notification.status == NotificationStatus::Sent;
        for _ in 0..ROUNDS {
            match self.save(tenant, notification.clone()).await {
                Ok(written) if written || !sent => return Ok(()),
                // Withdrawn while it was being sent: it was sent all the same.
                Ok(_) => {}
                Err(error) if error.is_permanent() || !sent => return Err(error),
                // That it was sent is known to nobody else: it is worth another try.
                Err(_) => self.clock.sleep(Duration::from_millis(200)).await,
            }
            match self.store.notification(tenant, &notification.id).await {
                Ok(Some(current)) if current.status >= notification.status => return Ok(()),
                Ok(Some(current)) => notification = Notification { version: current.version, ..notification },
                Ok(None) => return Ok(()),
                Err(_) => {}
            }
        }
        Err(Error::unavailable("recording a notification that keeps changing"))
    }
}

/// Counts what has come to an end here.
fn count(notification: &Notification) {
    let outcome = match (notification.status, notification.step) {
        (NotificationStatus::Failed, _) => "failed",
        (NotificationStatus::Withdrawn, _) => "withdrawn",
        (_, Step::Handed) => "handed_over",
        _ => return,
    };
    let (kind, channel) = (notification.kind.as_str(), notification.channel.as_str());
    telemetry::count(telemetry::NOTIFICATIONS, [("kind", kind), ("channel", channel), ("outcome", outcome)]);
}
