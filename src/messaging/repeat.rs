use chrono::{DateTime, TimeDelta, Utc};

use crate::message::{MessageKind, MessageRecord};
use crate::twilio::catalogue::{Class, class_of};

/// How often a text that failed on its way is sent again at most, whatever its errors.
pub(crate) const REPEATS: u32 = 2;

/// Pure: the text that is to be sent because this one failed on its way; `None` when that would not help.
pub(crate) fn repeat(text: &MessageRecord, now: DateTime<Utc>) -> Option<MessageRecord> {
    if !text.delivery.status.has_failed() || text.refusal.is_some() || text.kind == MessageKind::Inbound {
        return None;
    }
    let Class::Resend { after, times } = class_of(text.delivery.error_code?) else { return None };
    if text.repeat >= times.min(REPEATS) {
        return None;
    }
    let pause = TimeDelta::from_std(after).ok()?;
    text.again(now, now.checked_add_signed(pause)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Delivery, DeliveryStatus, Refusal};

    fn failed(code: u32) -> MessageRecord {
        let mut text = MessageRecord::outbound(
            "a".parse().unwrap(),
            "m".parse().unwrap(),
            MessageKind::Direct,
            "+15551230000".into(),
            "+14155552671".into(),
            "hi".into(),
            DateTime::UNIX_EPOCH,
        );
        text.delivery = Delivery::new(DeliveryStatus::Undelivered).with_error(Some(code));
        text
    }

    #[test]
    fn only_what_may_arrive_later_is_repeated_and_not_for_ever() {
        let now = DateTime::UNIX_EPOCH;
        let first = repeat(&failed(30003), now).unwrap();
        assert_eq!((first.id.as_str(), first.not_before.timestamp()), ("m:again-1", 1800));
        let mut second = first.clone();
        second.delivery = Delivery::new(DeliveryStatus::Undelivered).with_error(Some(30003));
        let second = repeat(&second, now).unwrap();
        assert_eq!((second.id.as_str(), second.repeats.as_ref()), ("m:again-2", Some(&first.id)));
        let mut third = second;
        third.delivery = Delivery::new(DeliveryStatus::Undelivered).with_error(Some(30003));
        assert_eq!(repeat(&third, now), None);
        for code in [30004, 30005, 30006, 30007, 21610, 99999] {
            assert_eq!(repeat(&failed(code), now), None, "{code}");
        }
        let mut once = repeat(&failed(30008), now).unwrap();
        once.delivery = Delivery::new(DeliveryStatus::Failed).with_error(Some(30008));
        assert_eq!(repeat(&once, now), None, "30008 once");
        let mut refused = failed(30003);
        refused.refusal = Some(Refusal::OptedOut);
        assert_eq!(repeat(&refused, now), None);
        let mut arrived = failed(30003);
        arrived.delivery = Delivery::new(DeliveryStatus::Delivered).with_error(Some(30003));
        assert_eq!(repeat(&arrived, now), None);
    }
}
