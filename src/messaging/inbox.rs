use super::messenger::Messenger;
use super::news::{news, told};
use crate::Error;
use crate::calls::{CallService, Settled};
use crate::id::TenantId;
use crate::message::{Consent, ConsentSource, Delivery, Keyword, MessageId, MessageKind, MessageRecord};
use crate::store::{Commit, Unit};
use crate::telemetry;
use crate::twilio::delivery_status;
use crate::twilio::values::OptOutType;
use crate::twilio::webhook::{MessageEvent, MessageStatusEvent};

const ROUNDS: usize = 8;

/// Records texts that come in and news of those we sent.
#[derive(Debug, Clone)]
pub struct MessageService {
    pub(crate) calls: CallService,
    pub(crate) messenger: Messenger,
}

impl MessageService {
    /// A text came in: it is recorded once, and answered if the host's hook says so. The answer waits in the outbox
    /// like every text.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store could not be reached.
    pub async fn received(&self, event: &MessageEvent) -> Result<Settled, Error> {
        let calls = &self.calls;
        let Some(tenant) = calls.tenant_of(&event.to).await.transpose()? else { return Ok(Settled::Unknown) };
        let now = calls.clock.now();
        let mut text = MessageRecord::inbound(
            tenant.id.clone(),
            event.message_sid,
            event.from.clone(),
            event.to.clone(),
            event.body.clone(),
            now,
        );
        text.media = event.media.items.iter().map(|item| item.url.clone()).collect();
        text.keyword = keyword(event);
        if text.keyword == Some(Keyword::Start) {
            let known = calls.store.consent(&tenant.id, &event.to, &event.from).await?;
            // «Yes» answers many questions; it asks for texts again only from who had none. And what the host knows is
            // for the host to take back.
            let out = known.filter(|consent| consent.opted_out);
            let may = match out {
                Some(consent) => consent.source != ConsentSource::Host,
                None => event.opt_out_type.is_some(),
            };
            text.keyword = text.keyword.filter(|_| may);
        }
        let reply = match &calls.hooks {
            // Keywords are answered by Twilio.
            Some(hooks) if text.keyword.is_none() && !calls.is_blocked(&tenant.id, &event.from).await => {
                calls.ask("auto_reply", hooks.auto_reply(&tenant, &text)).await
            }
            _ => None,
        };
        let mut unit = Unit::new().once(format!("message:{}", event.message_sid), "");
        if let (Some(reply), Ok(id)) =
            (reply.filter(|reply| !reply.is_empty()), MessageId::new(format!("reply:{}", event.message_sid)))
        {
            unit = unit.enqueue(MessageRecord::outbound(
                tenant.id.clone(),
                id,
                MessageKind::Reply,
                event.to.clone(),
                event.from.clone(),
                reply.into(),
                now,
            ));
        }
        if let Some(Keyword::Stop | Keyword::Start) = text.keyword {
            unit = unit.consent(Consent::new(
                tenant.id.clone(),
                event.to.clone(),
                event.from.clone(),
                text.keyword == Some(Keyword::Stop),
                ConsentSource::Keyword,
                now,
            ));
        }
        let stopped = text.keyword == Some(Keyword::Stop);
        let settled = match calls.store.commit(&tenant.id, unit.enqueue(text)).await? {
            Commit::Applied => {
                calls.outbox.call();
                Settled::Recorded
            }
            _ => Settled::Duplicate,
        };
        if stopped {
            // Told again by Twilio until it is done, when it fails here.
            self.messenger.withdraw_scheduled(&tenant.id, &event.to, &event.from).await?;
        }
        Ok(settled)
    }

    /// A text we sent has news; `named` is our id of it from the callback's URL.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store could not be reached.
    pub async fn status_changed(
        &self,
        tenant: &TenantId,
        named: Option<&MessageId>,
        event: &MessageStatusEvent,
    ) -> Result<Settled, Error> {
        let calls = &self.calls;
        let Some(status) = delivery_status(&event.message_status) else { return Ok(Settled::Unknown) };
        for _ in 0..ROUNDS {
            let found = match named {
                Some(id) => calls.store.message(tenant, id).await?,
                None => calls.store.message_by_sid(tenant, &event.message_sid).await?,
            };
            let Some(mut text) = found else { return Ok(Settled::Unknown) };
            let before = text.clone();
            text.sid = text.sid.or(Some(event.message_sid));
            text.note_delivery(Delivery::new(status).with_error(event.error_code), calls.clock.now());
            if text.delivery == before.delivery && text.sid == before.sid {
                return Ok(Settled::Duplicate);
            }
            let now = calls.clock.now();
            let unit = news(&text, !before.delivery.status.has_failed(), now);
            let repeats = !unit.enqueued.is_empty();
            let delivered = text.delivery.status.has_arrived() && !before.delivery.status.has_arrived();
            let unit = told(calls.store.as_ref(), &text, unit, now).await?;
            if calls.store.commit(tenant, unit).await? == Commit::Applied {
                if repeats {
                    calls.outbox.call();
                }
                if let (true, Some(since)) = (delivered, text.submitted_at) {
                    let time = now.signed_duration_since(since).to_std().unwrap_or_default();
                    telemetry::took(telemetry::DELIVERY_SECONDS, [], time);
                }
                return Ok(Settled::Recorded);
            }
        }
        Err(Error::unavailable("recording a text that keeps changing"))
    }
}

/// What the sender asks for: as Twilio says where it knows the account's own keywords, else by the usual words.
fn keyword(event: &MessageEvent) -> Option<Keyword> {
    match &event.opt_out_type {
        Some(OptOutType::Stop) => Some(Keyword::Stop),
        Some(OptOutType::Start) => Some(Keyword::Start),
        Some(OptOutType::Help) => Some(Keyword::Help),
        _ => Keyword::of(&event.body),
    }
}
