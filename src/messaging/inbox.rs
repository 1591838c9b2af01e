use crate::Error;
use crate::calls::{CallService, Settled};
use crate::id::TenantId;
use crate::message::{Delivery, MessageId, MessageKind, MessageRecord};
use crate::store::{Commit, Unit};
use crate::twilio::delivery_status;
use crate::twilio::webhook::{MessageEvent, MessageStatusEvent};

const ROUNDS: usize = 8;

/// Records texts that come in and news of those we sent.
#[derive(Debug, Clone)]
pub struct MessageService {
    pub(crate) calls: CallService,
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
        let reply = match &calls.hooks {
            Some(hooks) => calls.ask("auto_reply", hooks.auto_reply(&tenant, &text)).await,
            None => None,
        };
        let mut unit = Unit::new().once(format!("message:{}", event.message_sid), "");
        if let (Some(reply), Ok(id)) =
            (reply.filter(|reply| !reply.is_empty()), MessageId::new(format!("reply:{}", event.message_sid)))
        {
            unit = unit.enqueue(MessageRecord::outbound(
                tenant.id.clone(),
                id,
                MessageKind::Direct,
                event.to.clone(),
                event.from.clone(),
                reply.into(),
                now,
            ));
        }
        match calls.store.commit(&tenant.id, unit.enqueue(text)).await? {
            Commit::Applied => {
                calls.outbox.call();
                Ok(Settled::Recorded)
            }
            _ => Ok(Settled::Duplicate),
        }
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
            if calls.store.commit(tenant, Unit::new().save_message(text)).await? == Commit::Applied {
                return Ok(Settled::Recorded);
            }
        }
        Err(Error::unavailable("recording a text that keeps changing"))
    }
}
