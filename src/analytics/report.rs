use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::call::{Booked, CallRecord, Direction};
use crate::message::{DeliveryStatus, MessageRecord};

/// How many different reasons are told apart; the rest is counted as one.
const REASONS: usize = 200;
const OTHER: &str = "other";

/// What was counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Figures {
    /// Calls that came in.
    pub calls: u64,
    /// Of these, how many are over.
    pub ended: u64,
    /// Of these that are over, how many somebody answered.
    pub answered: u64,
    /// How long those that were answered took, in seconds, all together.
    pub seconds: u64,
    /// What came of those that are over.
    pub outcomes: BTreeMap<Booked, u64>,
    /// Why, as far as it is known.
    pub reasons: BTreeMap<String, u64>,
    /// Texts that went out, or were to.
    pub texts: u64,
    /// Where these stand.
    pub deliveries: BTreeMap<DeliveryStatus, u64>,
    /// Why those that failed did: the provider's error codes.
    pub failures: BTreeMap<u32, u64>,
    /// How many failed without a code: refused here, given up, withdrawn.
    pub failures_without_code: u64,
    /// Texts that came in.
    pub received: u64,
}

impl Figures {
    /// Answered calls of those that are over, from 0 to 1; `None` when none is.
    #[must_use]
    pub fn answer_rate(&self) -> Option<f64> {
        share(self.answered, self.ended)
    }

    /// How long an answered call took on average, in seconds; `None` when none was answered.
    #[must_use]
    pub fn average_duration(&self) -> Option<f64> {
        share(self.seconds, self.answered)
    }

    /// Texts that arrived of those whose end is known, from 0 to 1; `None` when no end is known. Texts that were
    /// withdrawn do not count.
    #[must_use]
    pub fn delivery_rate(&self) -> Option<f64> {
        let count = |wanted: fn(DeliveryStatus) -> bool| {
            self.deliveries.iter().filter(|(status, _)| wanted(**status)).map(|(_, count)| count).sum::<u64>()
        };
        let arrived = count(DeliveryStatus::has_arrived);
        let failed = count(|status| status.has_failed() && status != DeliveryStatus::Canceled);
        share(arrived, arrived + failed)
    }

    fn add_call(&mut self, call: &CallRecord) {
        self.calls += 1;
        if !call.status.is_final() {
            return;
        }
        self.ended += 1;
        *self.outcomes.entry(call.outcome.appointment_booked).or_default() += 1;
        if let Some(reason) = &call.outcome.reason {
            let known = self.reasons.contains_key(reason.as_str()) || self.reasons.len() < REASONS;
            let reason = if known { reason.as_str() } else { OTHER };
            *self.reasons.entry(reason.to_owned()).or_default() += 1;
        }
        if call.was_answered() {
            self.answered += 1;
            self.seconds += u64::from(call.talked.or(call.duration).unwrap_or(0));
        }
    }

    fn add_message(&mut self, message: &MessageRecord) {
        if message.direction == Direction::Inbound {
            self.received += 1;
            return;
        }
        self.texts += 1;
        *self.deliveries.entry(message.delivery.status).or_default() += 1;
        if message.delivery.status.has_failed() {
            match message.delivery.error_code {
                Some(code) => *self.failures.entry(code).or_default() += 1,
                None => self.failures_without_code += 1,
            }
        }
    }
}

#[allow(clippy::cast_precision_loss, reason = "nobody counts that far")]
fn share(part: u64, of: u64) -> Option<f64> {
    (of > 0).then(|| part as f64 / of as f64)
}

/// Figures of a time, by day.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The zone whose days these are.
    pub zone: Tz,
    /// All together.
    pub total: Figures,
    /// Day by day; one without calls and texts is missing.
    pub days: BTreeMap<NaiveDate, Figures>,
}

impl Report {
    /// A report of nothing, in a zone's days.
    #[must_use]
    pub fn new(zone: Tz) -> Self {
        Self { zone, total: Figures::default(), days: BTreeMap::new() }
    }

    fn day(&mut self, at: DateTime<Utc>) -> &mut Figures {
        self.days.entry(at.with_timezone(&self.zone).date_naive()).or_default()
    }

    /// Counts a call that came in; others do not count.
    pub fn add_call(&mut self, call: &CallRecord) {
        if call.direction == Direction::Inbound {
            self.total.add_call(call);
            self.day(call.started_at).add_call(call);
        }
    }

    /// Counts a text.
    pub fn add_message(&mut self, message: &MessageRecord) {
        self.total.add_message(message);
        self.day(message.created_at).add_message(message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{Outcome, Status};
    use crate::message::{Delivery, MessageKind};

    fn call(at: &str, status: Status, talked: u32, booked: Booked) -> CallRecord {
        let sid = "CA0123456789abcdef0123456789abcdef".parse().unwrap();
        let (from, to) = ("+14155552671".into(), "+15551230000".into());
        let tenant = "a".parse().unwrap();
        let mut call = CallRecord::begin(tenant, sid, Direction::Inbound, from, to, at.parse().unwrap());
        (call.status, call.talked) = (status, Some(talked));
        call.outcome = Outcome::said(booked, (booked == Booked::No).then(|| "price".into()));
        if talked > 0 {
            call.answered_at = Some(call.started_at);
            call.dial_outcome = Some(crate::call::DialOutcome::Answered);
        }
        call
    }

    fn text(status: DeliveryStatus, code: Option<u32>) -> MessageRecord {
        let at = "2026-06-01T12:00:00Z".parse().unwrap();
        let (from, to) = ("+15551230000".into(), "+14155552671".into());
        let (tenant, id) = ("a".parse().unwrap(), "m".parse().unwrap());
        let mut text = MessageRecord::outbound(tenant, id, MessageKind::Direct, from, to, "hi".into(), at);
        text.delivery = Delivery::new(status).with_error(code);
        text
    }

    #[test]
    fn days_are_the_zones_and_rates_are_of_what_is_over() {
        let mut report = Report::new(chrono_tz::America::New_York);
        for call in [
            call("2026-06-02T03:59:59Z", Status::Completed, 60, Booked::Yes),
            call("2026-06-02T04:00:00Z", Status::NoAnswer, 0, Booked::No),
            call("2026-06-02T12:00:00Z", Status::Completed, 120, Booked::No),
            call("2026-06-02T12:00:00Z", Status::InProgress, 0, Booked::Unknown),
        ] {
            report.add_call(&call);
        }
        let shown: Vec<_> = report.days.iter().map(|(day, figures)| (day.to_string(), figures.calls)).collect();
        assert_eq!(shown, [("2026-06-01".to_owned(), 1), ("2026-06-02".to_owned(), 3)]);
        let total = &report.total;
        assert_eq!((total.calls, total.ended, total.answered), (4, 3, 2));
        assert_eq!((total.answer_rate(), total.average_duration()), (Some(2.0 / 3.0), Some(90.0)));
        assert_eq!(total.outcomes, BTreeMap::from([(Booked::Yes, 1), (Booked::No, 2)]));
        assert_eq!(total.reasons, BTreeMap::from([("price".to_owned(), 2)]));
        assert_eq!(Figures::default().answer_rate(), None);
    }

    #[test]
    fn failures_are_counted_by_code() {
        let mut report = Report::new(chrono_tz::UTC);
        for text in [
            text(DeliveryStatus::Delivered, None),
            text(DeliveryStatus::Undelivered, Some(30_005)),
            text(DeliveryStatus::Failed, Some(30_005)),
            text(DeliveryStatus::Failed, None),
            text(DeliveryStatus::Sent, None),
            text(DeliveryStatus::Canceled, None),
        ] {
            report.add_message(&text);
        }
        assert_eq!(report.total.delivery_rate(), Some(0.25));
        assert_eq!(
            (report.total.failures.clone(), report.total.failures_without_code),
            (BTreeMap::from([(30_005, 2)]), 2)
        );
    }
}
