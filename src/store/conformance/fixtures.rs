use chrono::{DateTime, TimeDelta, Utc};

use super::Bench;
use crate::call::{CallRecord, Direction, FollowUp, FollowUpKind};
use crate::id::{CallSid, RecordingSid, TenantId};
use crate::message::{MessageKind, MessageRecord};
use crate::notification::{Appointment, News, Person, Plan, plan};
use crate::number::{NumberOrder, Wish};
use crate::relay::{RelayEvent, RelayKind};
use crate::store::{Commit, Unit};
use crate::tenant::Tenant;

pub(super) const BUSINESS: &str = "+15551230000";
pub(super) const CALLER: &str = "+14155552671";

pub(super) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap() + TimeDelta::seconds(seconds)
}

pub(super) fn tenant(name: &str) -> TenantId {
    TenantId::new(name).unwrap()
}

pub(super) fn sid(prefix: &str, number: u32) -> String {
    format!("{prefix}{number:032x}")
}

pub(super) fn call(of: &str, number: u32) -> CallRecord {
    let id: CallSid = sid("CA", number).parse().unwrap();
    CallRecord::begin(tenant(of), id, Direction::Inbound, CALLER.into(), BUSINESS.into(), at(number.into()))
}

pub(super) fn text(of: &str, id: &str) -> MessageRecord {
    let (from, to) = (BUSINESS.into(), CALLER.into());
    MessageRecord::outbound(tenant(of), id.parse().unwrap(), MessageKind::Direct, from, to, "hi".into(), at(0))
}

pub(super) fn relay(of: &str, number: u32) -> RelayEvent {
    RelayEvent::new(RelayKind::Incoming, &call(of, number), at(0))
}

pub(super) fn order(of: &str, id: &str) -> NumberOrder {
    NumberOrder::new(tenant(of), id.parse().unwrap(), Wish::local("US"), at(0))
}

pub(super) fn follow_up(of: &str, number: u32) -> FollowUp {
    let recording: RecordingSid = sid("RE", number).parse().unwrap();
    FollowUp::new(tenant(of), call(of, number).sid, recording, FollowUpKind::Transcribe, at(0))
}

/// An appointment three days after [`at`]`(0)`, with what follows from it: a confirmation and two reminders.
pub(super) fn told(of: &str, id: &str) -> Plan {
    let start = at(3 * 24 * 3_600);
    let anna = Person::new("Anna").with_phone(CALLER);
    let visit = Appointment::new(id.parse().unwrap(), start, start + TimeDelta::minutes(30), anna);
    plan(&Tenant::new(tenant(of)), None, &[], &News::set(visit), at(0)).unwrap()
}

/// What writes it.
pub(super) fn telling(plan: &Plan) -> Unit {
    plan.told.iter().cloned().fold(Unit::new().save_appointment(plan.record.clone()), Unit::notify)
}

impl Bench {
    pub(super) async fn commit(&self, of: &str, unit: Unit) -> Commit {
        self.store.commit(&tenant(of), unit).await.unwrap()
    }

    pub(super) async fn applied(&self, of: &str, unit: Unit) {
        assert_eq!(self.commit(of, unit).await, Commit::Applied);
    }
}
