use chrono::{DateTime, Utc};

use super::repeat::repeat;
use crate::Error;
use crate::message::{Consent, ConsentSource, MessageRecord};
use crate::store::{Store, Unit};

/// Twilio refuses a text with this when the recipient has opted out.
const OPTED_OUT: u32 = 21610;

/// Pure: what is written with news of a text: that the recipient has opted out, and, if it `may_repeat`, the text that
/// repeats it.
pub(super) fn news(text: &MessageRecord, may_repeat: bool, now: DateTime<Utc>) -> Unit {
    let mut unit = Unit::new().save_message(text.clone());
    if text.delivery.error_code == Some(OPTED_OUT) {
        unit = unit.consent(opted_out(text, now));
    }
    match repeat(text, now).filter(|_| may_repeat) {
        Some(next) => {
            tracing::info!(text = %text.id, next = %next.id, "a text failed on its way and is sent again later");
            unit.enqueue(next)
        }
        None => unit,
    }
}

/// Adds what news of a text mean for the notification that it carries, so that both change at once.
pub(super) async fn told(
    store: &dyn Store,
    text: &MessageRecord,
    unit: Unit,
    now: DateTime<Utc>,
) -> Result<Unit, Error> {
    let Some(id) = &text.notification else { return Ok(unit) };
    let Some(mut notification) = store.notification(&text.tenant, id).await? else { return Ok(unit) };
    let repeated = unit.enqueued.iter().any(|next| next.repeats.as_ref() == Some(&text.id));
    Ok(if notification.note_text(text, repeated, now) { unit.save_notification(notification) } else { unit })
}

/// The provider knows that the recipient wants no texts.
pub(super) fn opted_out(text: &MessageRecord, at: DateTime<Utc>) -> Consent {
    Consent::new(text.tenant.clone(), text.from.clone(), text.to.clone(), true, ConsentSource::Provider, at)
}
