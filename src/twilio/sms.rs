//! The messages API as the port through which the outbox sends.

use async_trait::async_trait;
use url::Url;

use super::Client;
use super::messages::NewMessage;
use super::values::MessageStatus;
use crate::Error;
use crate::message::{Accepted, Delivery, DeliveryStatus, MessageRecord, SmsSender};

#[async_trait]
impl SmsSender for Client {
    async fn send(&self, text: &MessageRecord, status_callback: &Url) -> Result<Accepted, Error> {
        let mut message = NewMessage::sms(text.from.clone(), text.to.clone(), text.body.clone())
            .status_callback(status_callback.clone());
        for url in &text.media {
            let url =
                Url::parse(url).map_err(|source| Error::refused("a media URL is malformed").with_source(source))?;
            message = message.media_url(url);
        }
        let sent = self.messages().create(&message).await?;
        let status = sent.status.as_ref().and_then(delivery_status).unwrap_or(DeliveryStatus::Queued);
        Ok(Accepted::new(sent.sid, Delivery::new(status).with_error(sent.error_code)))
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
