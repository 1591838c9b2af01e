use chrono::{DateTime, Utc};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::resource::{Call, CallTransport};
use crate::object::object;
use crate::phone::E164;
use crate::secret::Private;
use crate::vapi::assistants::{Assistant, AssistantOverrides};
use crate::vapi::phone_numbers::TransientPhoneNumber;
use crate::vapi::squads::Squad;
use crate::vapi::values::{AssistantId, Opaque, PhoneNumberId, SquadId};

object! {
    /// A call to place (<https://docs.vapi.ai/api-reference/calls/create>): who speaks, from which number, and to whom.
    pub struct NewCall {
        /// An assistant of this call alone.
        assistant: Box<Assistant>,
        /// The assistant.
        assistant_id: AssistantId,
        /// What is different of the assistant.
        assistant_overrides: Box<AssistantOverrides>,
        /// Which version of the assistant, `v3`; the latest by default.
        assistant_version: String,
        /// Who is called.
        customer: Customer,
        /// Who is called, of those that Vapi has.
        customer_id: String,
        /// Who are called, one by one: a batch.
        customers: Vec<Customer>,
        /// What it is called, in 40 characters at most.
        name: Private,
        /// A number of this call alone.
        phone_number: Box<TransientPhoneNumber>,
        /// The number it comes from.
        phone_number_id: PhoneNumberId,
        /// When it is placed; at once by default.
        schedule_plan: SchedulePlan,
        /// A squad of this call alone.
        squad: Box<Squad>,
        /// The squad.
        squad_id: SquadId,
        /// What is different of all the squad's members.
        squad_overrides: Box<AssistantOverrides>,
        /// By which means it is placed.
        transport: CallTransport,
        /// A workflow of this call alone.
        workflow: Opaque,
        /// The workflow.
        workflow_id: String,
        /// What is different of the workflow.
        workflow_overrides: Opaque,
    }
}

impl NewCall {
    /// A call by an assistant, from a number, to somebody.
    #[must_use]
    pub fn new(assistant: AssistantId, from: PhoneNumberId, customer: Customer) -> Self {
        Self { assistant_id: Some(assistant), phone_number_id: Some(from), customer: Some(customer), ..Self::default() }
    }

    /// What is different of the assistant.
    #[must_use]
    pub fn with_overrides(mut self, overrides: AssistantOverrides) -> Self {
        self.assistant_overrides = Some(Box::new(overrides));
        self
    }

    /// When it is placed.
    #[must_use]
    pub fn at(mut self, plan: SchedulePlan) -> Self {
        self.schedule_plan = Some(plan);
        self
    }
}

object! {
    /// Who calls or is called.
    pub struct Customer {
        /// What is different of the assistant for them.
        assistant_overrides: Box<AssistantOverrides>,
        /// Their address.
        email: Private,
        /// What is dialled once the call is answered.
        extension: Private,
        /// What they are known by elsewhere.
        external_id: Private,
        /// Their name.
        name: Private,
        /// Their number.
        number: Private,
        /// Whether the number has to be in E.164; it has to by default.
        number_e164_check_enabled: bool,
        /// Their SIP address.
        sip_uri: Private,
        /// What is different of all the squad's members for them.
        squad_overrides: Box<AssistantOverrides>,
    }
}

impl Customer {
    /// Somebody by their number.
    #[must_use]
    pub fn new(number: &E164) -> Self {
        Self { number: Some(number.as_str().into()), ..Self::default() }
    }

    /// What they are called.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<Private>) -> Self {
        self.name = Some(name.into());
        self
    }
}

object! {
    /// When a call is placed.
    pub struct SchedulePlan {
        /// Not before.
        earliest_at: DateTime<Utc>,
        /// Not after.
        latest_at: DateTime<Utc>,
    }
}

impl SchedulePlan {
    /// Not before an instant, and not after another if there is one.
    #[must_use]
    pub fn new(earliest_at: DateTime<Utc>, latest_at: Option<DateTime<Utc>>) -> Self {
        Self { earliest_at: Some(earliest_at), latest_at, ..Self::default() }
    }
}

/// What was placed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Placed {
    /// A call.
    Call(Box<Call>),
    /// Many, or some of them.
    Batch(CallBatch),
}

impl Placed {
    /// The calls that were placed.
    #[must_use]
    pub fn calls(&self) -> &[Call] {
        match self {
            Self::Call(call) => std::slice::from_ref(call.as_ref()),
            Self::Batch(batch) => batch.results.as_deref().unwrap_or_default(),
        }
    }

    /// The calls that were not.
    #[must_use]
    pub fn errors(&self) -> &[CallBatchError] {
        match self {
            Self::Call(_) => &[],
            Self::Batch(batch) => batch.errors.as_deref().unwrap_or_default(),
        }
    }
}

impl<'de> Deserialize<'de> for Placed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        // A batch has no name of its own.
        let is_batch = value.get("id").is_none() && (value.get("results").is_some() || value.get("errors").is_some());
        let placed = if is_batch {
            serde_json::from_value(value).map(Self::Batch)
        } else {
            serde_json::from_value(value).map(Self::Call)
        };
        placed.map_err(D::Error::custom)
    }
}

object! {
    /// Many calls that were placed at once.
    pub struct CallBatch {
        /// Those that were not placed.
        errors: Vec<CallBatchError>,
        /// Those that were.
        results: Vec<Call>,
        /// How many more there may be.
        subscription_limits: SubscriptionLimits,
    }
}

object! {
    /// A call that was not placed.
    pub struct CallBatchError {
        /// To whom.
        customer: Customer,
        /// Why not.
        error: Private,
    }
}

object! {
    /// How many calls there may be at once (<https://docs.vapi.ai/calls/call-concurrency>).
    pub struct SubscriptionLimits {
        /// Whether there are as many.
        concurrency_blocked: bool,
        /// How many.
        concurrency_limit: f64,
        /// How many more.
        remaining_concurrent_calls: f64,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_call_and_many_are_told_apart_and_nothing_is_lost() {
        let one = json!({ "id": "c1", "status": "queued", "brandNew": 1, "subscriptionLimits": { "concurrencyLimit": 10.0 } });
        let placed: Placed = serde_json::from_value(one.clone()).unwrap();
        assert_eq!((placed.calls().len(), placed.errors().len()), (1, 0));
        assert_eq!(serde_json::to_value(&placed).unwrap(), one);

        let many = json!({
            "results": [one],
            "errors": [{ "customer": { "number": "+14155552671", "name": "Anna" }, "error": "Anna is not reachable" }],
            "subscriptionLimits": { "concurrencyBlocked": false },
            "brandNew": [1],
        });
        let placed: Placed = serde_json::from_value(many.clone()).unwrap();
        assert_eq!((placed.calls().len(), placed.errors().len()), (1, 1));
        assert_eq!(serde_json::to_value(&placed).unwrap(), many);
        let text = format!("{placed:?}");
        assert!(!text.contains("Anna") && !text.contains("555"), "{text}");
        assert!(serde_json::from_value::<Placed>(json!({ "errors": [] })).unwrap().calls().is_empty());
        assert!(serde_json::from_value::<Placed>(json!("queued")).is_err());
    }

    #[test]
    fn a_call_is_what_vapi_takes() {
        let from = "2026-12-01T10:00:00Z".parse().unwrap();
        let call = NewCall::new(
            "a1".parse().unwrap(),
            "p1".parse().unwrap(),
            Customer::new(&"+14155552671".parse().unwrap()).with_name("Anna"),
        )
        .at(SchedulePlan::new(from, None));
        assert_eq!(
            serde_json::to_value(&call).unwrap(),
            json!({
                "assistantId": "a1", "phoneNumberId": "p1", "customer": { "number": "+14155552671", "name": "Anna" },
                "schedulePlan": { "earliestAt": "2026-12-01T10:00:00Z" },
            })
        );
        assert!(!format!("{call:?}").contains("Anna"));
    }
}
