//! The messages API as the port through which the outbox sends, and lookups as the one that knows lines.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::TryStreamExt;
use url::Url;

use super::Client;
use super::lookups::{Field, LookupQuery};
use super::messages::{ListMessages, Message, NewMessage};
use super::values::{MessageDirection, MessageStatus};
use crate::Error;
use crate::id::MessageSid;
use crate::message::{Accepted, Delivery, DeliveryStatus, LineCheck, MessageRecord, SmsSender, TRIAL_PREFIX};
use crate::phone::E164;

/// How far Twilio's clock may be from ours, and how long a request may have been on its way.
const SKEW: TimeDelta = TimeDelta::minutes(5);
/// How many of a recipient's messages are looked at.
const LOOK_AT: usize = 500;

#[async_trait]
impl SmsSender for Client {
    async fn send(&self, text: &MessageRecord, status_callback: &Url) -> Result<Accepted, Error> {
        let mut message =
            NewMessage::mms(text.from.clone(), text.to.clone(), []).status_callback(status_callback.clone());
        if !text.body.is_empty() {
            message = message.body(text.body.clone());
        }
        if let Some(service) = text.service {
            message = message.messaging_service(service);
        }
        if let Some(time) = text.send_at {
            message = message.send_at(time);
        }
        for url in &text.media {
            let url =
                Url::parse(url).map_err(|source| Error::refused("a media URL is malformed").with_source(source))?;
            message = message.media_url(url);
        }
        let sent = self.messages().create(&message).await?;
        Ok(accepted(&sent))
    }

    async fn look_up(&self, text: &MessageRecord) -> Result<Option<Vec<Accepted>>, Error> {
        let since = text.submitted_at.unwrap_or(text.created_at) - SKEW;
        // By recipient only: a message that waits has no time at which it was sent, and a filter by that would hide it.
        let filter = ListMessages::new().to(text.to.clone()).page_size(100);
        let mut listed = self.messages().list(filter).stream();
        let mut found = Vec::new();
        for _ in 0..LOOK_AT {
            let Some(message) = listed.try_next().await? else { break };
            // Twilio sorts by when a message was sent: one that was scheduled long ago may stand before ours.
            if is_same(&message, text, since) {
                found.push(accepted(&message));
            }
        }
        Ok(Some(found))
    }

    async fn withdraw(&self, _: &MessageRecord, sid: &MessageSid) -> Result<(), Error> {
        self.messages().cancel(sid).await.map(|_| ())
    }
}

/// Pure: whether a message at Twilio could be this text.
fn is_same(message: &Message, text: &MessageRecord, since: DateTime<Utc>) -> bool {
    let outbound = !matches!(message.direction, Some(MessageDirection::Inbound));
    let body = message.body.as_deref().unwrap_or_default();
    let words = body.strip_prefix(TRIAL_PREFIX).unwrap_or(body) == text.body.as_str();
    let sender = message.from.as_ref().is_none_or(|from| *from == text.from)
        && message.messaging_service_sid == text.service
        && message.num_media.is_none_or(|files| files as usize == text.media.len());
    let recent = message.date_created.is_some_and(|at| at >= since);
    outbound && words && sender && recent && message.to.as_ref() == Some(&text.to)
}

fn accepted(message: &Message) -> Accepted {
    let status = message.status.as_ref().and_then(delivery_status).unwrap_or(DeliveryStatus::Queued);
    Accepted::new(message.sid, Delivery::new(status).with_error(message.error_code))
}

#[async_trait]
impl LineCheck for Client {
    async fn takes_texts(&self, number: &E164) -> Result<Option<bool>, Error> {
        let query = LookupQuery::new().field(Field::LineTypeIntelligence);
        Ok(self.lookups().fetch(*number, &query).await?.can_receive_texts())
    }
}

/// Twilio's status in our terms; `None` for one that is newer than the crate, which changes nothing.
pub(crate) fn delivery_status(status: &MessageStatus) -> Option<DeliveryStatus> {
    Some(match status {
        MessageStatus::Scheduled => DeliveryStatus::Scheduled,
        MessageStatus::Accepted | MessageStatus::Queued => DeliveryStatus::Queued,
        MessageStatus::Sending => DeliveryStatus::Sending,
        MessageStatus::Sent => DeliveryStatus::Sent,
        MessageStatus::Delivered => DeliveryStatus::Delivered,
        MessageStatus::Read => DeliveryStatus::Read,
        MessageStatus::PartiallyDelivered => DeliveryStatus::PartiallyDelivered,
        MessageStatus::Undelivered => DeliveryStatus::Undelivered,
        MessageStatus::Failed => DeliveryStatus::Failed,
        MessageStatus::Canceled => DeliveryStatus::Canceled,
        MessageStatus::Receiving | MessageStatus::Received => DeliveryStatus::Received,
        MessageStatus::Other(_) => return None,
    })
}
