//! Calls out: the assistant books somewhere else on somebody's behalf.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::service::Assistants;
use crate::Error;
use crate::address::Address;
use crate::call::{CallQuery, CallRecord, Conversation, Direction, Errand, ErrandState, Status};
use crate::id::{CallSid, TenantId};
use crate::kestra;
use crate::passport::Passport;
use crate::phone::E164;
use crate::secret::Private;
use crate::store::{Commit, Store, Unit};
use crate::tenant::Tenant;
use crate::vapi::Client;
use crate::vapi::calls::{ListCalls, NewCall};
use crate::wake::Wake;
use crate::worker::{Every, Turn};

const ROUNDS: usize = 8;
/// How often a call that was not placed for certain is tried.
const ATTEMPTS: u32 = 5;
/// So many calls of a tenant are looked at in one turn.
const PAGE: usize = 200;
const TENANTS: usize = 100;
/// How far back a call is looked for that may have been placed, and for how long.
const LOOK_BACK: TimeDelta = TimeDelta::minutes(15);
/// How many seconds lie between two looks at what waits, when nobody calls.
const EVERY: u64 = 10;
/// Calls older than this are over, whatever their records say.
const LONGEST: TimeDelta = TimeDelta::hours(4);

/// An appointment that is to be booked by telephone with somebody else, on a client's behalf.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[must_use]
pub struct BookingRequest {
    /// Its name: the same request under the same name is the same call.
    pub id: String,
    /// Who is called.
    pub call: E164,
    /// Who they are.
    pub business_name: Private,
    /// What is to be booked.
    pub service_needed: Private,
    /// For whom.
    pub client_name: Private,
    /// Where the client can be reached.
    pub client_phone: Option<E164>,
    /// When the client would like to come, in words.
    pub preferred_date_time: Private,
    /// What else suits them.
    pub alternatives: Option<Private>,
    /// What else the assistant is to know.
    pub notes: Option<Private>,
    /// Not to be called before.
    pub not_before: Option<DateTime<Utc>>,
}

impl BookingRequest {
    /// A call to somebody, to book something for a client.
    pub fn new(
        id: impl Into<String>,
        call: E164,
        service_needed: impl Into<Private>,
        client_name: impl Into<Private>,
        preferred_date_time: impl Into<Private>,
    ) -> Self {
        Self {
            id: id.into(),
            call,
            business_name: "".into(),
            service_needed: service_needed.into(),
            client_name: client_name.into(),
            client_phone: None,
            preferred_date_time: preferred_date_time.into(),
            alternatives: None,
            notes: None,
            not_before: None,
        }
    }

    /// Where the client can be reached.
    pub fn with_client_phone(mut self, phone: E164) -> Self {
        self.client_phone = Some(phone);
        self
    }

    /// Not before a time.
    pub fn not_before(mut self, at: DateTime<Utc>) -> Self {
        self.not_before = Some(at);
        self
    }

    fn prompt(&self, tenant: &Tenant) -> String {
        let mut lines = vec![
            format!(
                "You call {} on behalf of {} to book: {}.",
                if self.business_name.is_empty() { "a business" } else { self.business_name.as_str() },
                self.client_name.as_str(),
                self.service_needed.as_str()
            ),
            format!("They would like to come: {}.", self.preferred_date_time.as_str()),
            "Say at once that you are an assistant and for whom you call. Be brief and friendly.".to_owned(),
            "Agree only to times that suit the client. Have the time that was agreed on repeated to you. If it does not work out, thank them and hang up.".to_owned(),
            "Give no other data about the client than what is written here.".to_owned(),
        ];
        if let Some(more) = &self.alternatives {
            lines.push(format!("This suits them, too: {}.", more.as_str()));
        }
        if let Some(phone) = &self.client_phone {
            lines.push(format!("The client's number, if they ask: {}.", phone.as_str()));
        }
        if let Some(notes) = &self.notes {
            lines.push(notes.as_str().to_owned());
        }
        if !tenant.name.is_empty() {
            lines.push(format!("You work for {}.", tenant.name));
        }
        lines.join("\n")
    }
}

/// A flow of Kestra's that places calls.
///
/// It is given `event_id`, `tenant`, `to` and `call` (the JSON that `POST /call` takes), carries the label `event_id`, and
/// gives out `call_id`. It has to name Vapi's call as `call` does: by that name a call is found that nobody knows of. The
/// server's secret is not in `call`: a credential at Vapi has to prove its webhooks.
#[derive(Debug, Clone)]
pub struct CallFlow {
    client: kestra::Client,
    namespace: String,
    flow: String,
    patience: Duration,
}

impl CallFlow {
    /// A flow in a namespace.
    #[must_use]
    pub fn new(client: kestra::Client, namespace: impl Into<String>, flow: impl Into<String>) -> Self {
        Self { client, namespace: namespace.into(), flow: flow.into(), patience: Duration::from_secs(30) }
    }

    /// `Ok(None)` when it did not place the call and never will.
    async fn place(
        &self,
        tenant: &TenantId,
        sid: &CallSid,
        to: &str,
        call: &str,
    ) -> Result<Option<(String, String)>, Error> {
        let inputs = [("event_id", sid.as_str()), ("tenant", tenant.as_str()), ("to", to), ("call", call)];
        let labels = [("event_id", sid.as_str())];
        let unsettled = |error: Error| Error::outcome_unknown("placing a call through a flow").with_source(error);
        let mut execution = match self.client.start(&self.namespace, &self.flow, &inputs, &labels).await {
            Ok(execution) => execution,
            Err(error) if !error.is_outcome_unknown() => {
                tracing::warn!(%error, "a flow cannot be started; the call is placed directly");
                return Ok(None);
            }
            Err(error) => {
                let found = self.client.find(&self.namespace, &self.flow, ("event_id", sid.as_str())).await;
                match found.map(|mut all| all.pop()) {
                    Ok(Some(execution)) => execution,
                    _ => return Err(unsettled(error)),
                }
            }
        };
        let clock = self.client.clock();
        let end = clock.monotonic() + self.patience;
        loop {
            if let Some(call) = execution.output("call_id") {
                return Ok(Some((call, execution.id)));
            }
            if execution.state.current.is_final() {
                // A flow that failed may have failed after it had called.
                return if execution.state.current.is_success() {
                    Err(Error::outcome_unknown("placing a call through a flow: it names no call"))
                } else {
                    Err(Error::outcome_unknown("placing a call through a flow: it failed"))
                };
            }
            if clock.monotonic() >= end || execution.state.current.waits_for_a_person() {
                if let Err(error) = self.client.kill(&execution.id).await {
                    tracing::warn!(%error, "a flow that takes too long could not be ended");
                }
                return Err(Error::outcome_unknown("placing a call through a flow: it takes too long"));
            }
            clock.sleep(Duration::from_secs(1)).await;
            match self.client.execution(&execution.id).await {
                Ok(next) => execution = next,
                Err(error) if error.is_not_found() || error.is_retryable() => {}
                Err(error) => return Err(unsettled(error)),
            }
        }
    }
}

/// Places calls of tenants' own. Cheap to clone.
#[derive(Clone)]
pub struct CallsOut {
    pub(super) assistants: Assistants,
    store: Arc<dyn Store>,
    client: Client,
    flow: Option<Arc<CallFlow>>,
    passport: Passport,
    every: Arc<Every>,
    /// Something was asked for.
    fresh: Arc<AtomicBool>,
    pub(crate) wake: Wake,
}

/// The record of a request: the same name, the same call.
fn sid_of(tenant: &TenantId, id: &str) -> Option<CallSid> {
    let digest = Sha256::digest(format!("{tenant}|out|{id}"));
    let digits: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("CA{digits}").parse().ok()
}

/// What Vapi's call is named: by that it is found when nobody knows whether it was placed.
fn name_of(sid: &CallSid) -> String {
    format!("frontdesk {}", sid.as_str().get(2..28).unwrap_or_default())
}

impl CallsOut {
    pub(crate) fn new(assistants: Assistants, store: Arc<dyn Store>, client: Client, flow: Option<CallFlow>) -> Self {
        let passport = assistants.passport().clone();
        let every = Arc::new(Every::after(EVERY, assistants.clock().clone()));
        let flow = flow.map(Arc::new);
        Self { assistants, store, client, flow, passport, every, fresh: Arc::default(), wake: Wake::default() }
    }

    /// Writes down a call that is to be placed; a worker of the desk places it. Asked for again under the same name, it is the
    /// same call. Gives the call's record.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is no such tenant; [`Error::is_permanent`] when it has no number at Vapi to call
    /// from, or another call has that name; [`Error::is_retryable`] when the store cannot be reached.
    pub async fn request(&self, tenant: &TenantId, request: &BookingRequest) -> Result<CallRecord, Error> {
        let settings = self.assistants.settings(tenant).await?.ok_or_else(|| Error::missing("finding a tenant"))?;
        if settings.receptionist.phone_number_id.is_none() {
            return Err(Error::refused("calling out: the settings name no number at Vapi"));
        }
        let sid = sid_of(tenant, &request.id).ok_or_else(|| Error::refused("calling out: the request has no name"))?;
        let order =
            serde_json::to_string(request).map_err(|source| Error::refused("calling out").with_source(source))?;
        for _ in 0..ROUNDS {
            if let Some(known) = self.store.call(tenant, &sid).await? {
                let same = known.errand.as_ref().is_some_and(|errand| errand.order.as_str() == order);
                return if same { Ok(known) } else { Err(Error::refused("calling out: another call has that name")) };
            }
            let now = self.assistants.parts().clock.now();
            let from =
                settings.numbers.first().map_or_else(|| Address::from("anonymous"), |number| Address::from(*number));
            let to = Address::from(request.call);
            let mut record = CallRecord::begin(tenant.clone(), sid, Direction::Outbound, from, to, now);
            record.conversation = Some(Conversation { alone: true, ..Conversation::default() });
            record.errand = Some(Errand::new(order.as_str(), request.not_before.unwrap_or(now)));
            if self.store.commit(tenant, Unit::new().save_call(record.clone())).await? == Commit::Applied {
                self.fresh.store(true, Ordering::SeqCst);
                self.wake.call();
                return Ok(record);
            }
        }
        Err(Error::unavailable("writing a call that keeps changing"))
    }

    /// Withdraws a call that has not been placed yet; says whether it was in time.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    pub async fn withdraw(&self, tenant: &TenantId, call: &CallSid) -> Result<bool, Error> {
        let now = self.assistants.parts().clock.now();
        let changed = self
            .change(tenant, call, |record| {
                let withdrawn =
                    record.errand.as_mut().is_some_and(|errand| errand.become_state(ErrandState::Withdrawn, now));
                if withdrawn {
                    record.note_status(Status::Canceled, now, None);
                }
                withdrawn
            })
            .await?;
        Ok(changed.is_some())
    }

    /// Changes a record unless `change` says that there is nothing to change; `None` then.
    async fn change(
        &self,
        tenant: &TenantId,
        call: &CallSid,
        change: impl Fn(&mut CallRecord) -> bool,
    ) -> Result<Option<CallRecord>, Error> {
        for _ in 0..ROUNDS {
            let Some(mut record) = self.store.call(tenant, call).await? else { return Ok(None) };
            if !change(&mut record) {
                return Ok(None);
            }
            if self.store.commit(tenant, Unit::new().save_call(record.clone())).await? == Commit::Applied {
                return Ok(Some(record));
            }
        }
        Err(Error::unavailable("writing a call that keeps changing"))
    }

    /// The call as Vapi takes it.
    fn order(&self, tenant: &Tenant, sid: &CallSid, request: &BookingRequest) -> Result<NewCall, Error> {
        let refused = |source: serde_json::Error| Error::refused("calling out").with_source(source);
        let settings = &tenant.receptionist;
        let token = self.passport.of_call(&tenant.id, sid);
        let variables = json!({
            Passport::HEADER: token,
            "service_needed": request.service_needed,
            "client_name": request.client_name,
            "preferred_date_time": request.preferred_date_time,
        });
        let mut assistant = self.assistants.definition(tenant);
        if let Some(object) = assistant.as_object_mut() {
            let model = json!({
                "provider": settings.model.provider, "model": settings.model.name,
                "messages": [{ "role": "system", "content": request.prompt(tenant) }],
                "tools": [{ "type": "endCall" }],
            });
            object.insert("model".into(), model);
            object.insert("firstMessage".into(), json!("Hello, I am calling to make an appointment for somebody."));
            object.insert("firstMessageMode".into(), json!("assistant-waits-for-user"));
        }
        let call: Value = json!({
            "name": name_of(sid),
            "assistant": assistant,
            "assistantOverrides": { "variableValues": variables, "metadata": { "tenant": tenant.id.as_str() } },
            "phoneNumberId": settings.phone_number_id,
            "customer": { "number": request.call.as_str() },
        });
        serde_json::from_value(call).map_err(refused)
    }

    /// Places one call that is due, if it is its turn.
    async fn place(&self, tenant: &Tenant, sid: &CallSid, busy: usize) -> Result<bool, Error> {
        let now = self.assistants.parts().clock.now();
        let limit = usize::try_from(tenant.receptionist.calls_at_once.max(1)).unwrap_or(1);
        if busy >= limit {
            return Ok(false);
        }
        // Written before it is dialled: whoever comes later knows that it may have been.
        let begun = self
            .change(&tenant.id, sid, |record| {
                let due = record.errand.as_ref().is_some_and(|errand| errand.is_due(now));
                due && record.errand.as_mut().is_some_and(|errand| errand.become_state(ErrandState::Dialling, now))
            })
            .await?;
        let Some(record) = begun else { return Ok(false) };
        let Some(errand) = &record.errand else { return Ok(false) };
        // Others may have begun at the same moment: those who began first go on.
        let ahead = self
            .going(&tenant.id, now)
            .await?
            .into_iter()
            .filter(|(other, since)| (*since, other.as_str()) < (errand.since.unwrap_or(now), sid.as_str()));
        if ahead.count() >= limit {
            self.settle(tenant, sid, ErrandState::Waiting, |errand| {
                errand.attempts = errand.attempts.saturating_sub(1)
            })
            .await?;
            return Ok(false);
        }
        let placed = match serde_json::from_str::<BookingRequest>(errand.order.as_str()) {
            Ok(request) => match self.order(tenant, sid, &request) {
                Ok(call) => self.dial(tenant, sid, &request, &call).await,
                Err(error) => Err(error),
            },
            Err(source) => Err(Error::refused("calling out: the order cannot be read").with_source(source)),
        };
        let attempts = errand.attempts;
        match placed {
            Ok((call, execution)) => self.placed(tenant, sid, &call, execution).await?,
            Err(error) if error.is_outcome_unknown() => {
                tracing::warn!(%error, call = %sid, "nobody knows whether a call was placed");
                self.look_up(tenant, sid).await?;
            }
            Err(error) if error.is_retryable() && attempts < ATTEMPTS => {
                tracing::warn!(%error, call = %sid, "a call was not placed; it is tried again");
                let wait = error.retry_after().and_then(|wait| TimeDelta::from_std(wait).ok());
                let wait = wait.unwrap_or_else(|| TimeDelta::seconds(30 << attempts.min(6)));
                self.settle(tenant, sid, ErrandState::Waiting, |errand| errand.not_before = now + wait).await?;
            }
            Err(error) => {
                tracing::error!(%error, call = %sid, "a call is given up");
                self.settle(tenant, sid, ErrandState::GivenUp, |errand| errand.reason = Some(error.to_string()))
                    .await?;
            }
        }
        Ok(true)
    }

    /// Through the flow if there is one, else directly.
    async fn dial(
        &self,
        tenant: &Tenant,
        sid: &CallSid,
        request: &BookingRequest,
        call: &NewCall,
    ) -> Result<(String, Option<String>), Error> {
        if let Some(flow) = &self.flow {
            let refused = |source| Error::refused("calling out").with_source(source);
            let mut body = serde_json::to_value(call).map_err(refused)?;
            // The server's secret is not for the engine, which keeps what flows are given.
            if let Some(server) = body.pointer_mut("/assistant/server").and_then(Value::as_object_mut) {
                server.remove("headers");
            }
            let body = body.to_string();
            if let Some((call, execution)) = flow.place(&tenant.id, sid, request.call.as_str(), &body).await? {
                return Ok((call, Some(execution)));
            }
        }
        let placed = self.client.calls().create(call).await?;
        let id = placed.calls().first().and_then(|call| call.id.as_ref()).map(|id| id.as_str().to_owned());
        id.map(|id| (id, None)).ok_or_else(|| Error::outcome_unknown("placing a call: the answer names none"))
    }

    async fn placed(&self, tenant: &Tenant, sid: &CallSid, call: &str, execution: Option<String>) -> Result<(), Error> {
        let now = self.assistants.parts().clock.now();
        self.change(&tenant.id, sid, |record| {
            let moved = record.errand.as_mut().is_some_and(|errand| {
                errand.execution.clone_from(&execution);
                errand.become_state(ErrandState::Placed, now)
            });
            if moved {
                call.clone_into(&mut record.conversation.get_or_insert_with(Conversation::default).provider_call);
                record.note_status(Status::Ringing, now, None);
            }
            moved
        })
        .await?;
        Ok(())
    }

    async fn settle(
        &self,
        tenant: &Tenant,
        sid: &CallSid,
        state: ErrandState,
        then: impl Fn(&mut Errand),
    ) -> Result<(), Error> {
        let now = self.assistants.parts().clock.now();
        self.change(&tenant.id, sid, |record| {
            let moved = record.errand.as_mut().is_some_and(|errand| {
                let moved = errand.become_state(state, now);
                if moved {
                    then(errand);
                }
                moved
            });
            if moved && state == ErrandState::GivenUp {
                record.note_status(Status::Failed, now, None);
            }
            moved
        })
        .await?;
        Ok(())
    }

    /// Looks at Vapi for a call that may have been placed. What is not found stays unknown, and is not dialled again.
    async fn look_up(&self, tenant: &Tenant, sid: &CallSid) -> Result<(), Error> {
        let name = name_of(sid);
        let since = self.assistants.parts().clock.now() - LOOK_BACK;
        let found = match self.client.calls().list(&ListCalls::new().created_at_ge(since).limit(1000)).await {
            Ok(calls) => calls.into_iter().find(|call| call.name.as_ref().is_some_and(|known| known.as_str() == name)),
            Err(error) => {
                tracing::warn!(%error, call = %sid, "a call cannot be looked for");
                None
            }
        };
        match found.and_then(|call| call.id) {
            Some(id) => self.placed(tenant, sid, id.as_str(), None).await,
            // A listing lags: it is looked for again, for as long as it may lag.
            None => self.settle(tenant, sid, ErrandState::Unknown, |_| {}).await,
        }
    }

    /// The tenant's calls that wait to be placed, oldest first.
    async fn waiting(&self, tenant: &TenantId) -> Result<Vec<CallRecord>, Error> {
        let mut all: Vec<CallRecord> = Vec::new();
        loop {
            let after = all.last().map(|record| record.sid);
            let query = CallQuery { limit: PAGE, after, statuses: vec![Status::Queued], ..CallQuery::default() };
            let page = self.store.calls(tenant, &query).await?;
            let last = page.len() < PAGE;
            all.extend(page);
            if last {
                all.retain(|record| record.errand.is_some());
                all.reverse();
                return Ok(all);
            }
        }
    }

    /// The tenant's calls that are being placed or go on, with when they were begun.
    async fn going(&self, tenant: &TenantId, now: DateTime<Utc>) -> Result<Vec<(CallSid, DateTime<Utc>)>, Error> {
        let query = CallQuery {
            limit: PAGE,
            from: Some(now - TimeDelta::days(31)),
            statuses: vec![Status::Queued, Status::Ringing, Status::InProgress],
            ..CallQuery::default()
        };
        let calls = self.store.calls(tenant, &query).await?;
        let going = |record: &CallRecord| {
            let errand = record.errand.as_ref()?;
            let since = errand.since?;
            let going = matches!(errand.state, ErrandState::Dialling | ErrandState::Placed) && now - since < LONGEST;
            going.then_some((record.sid, since))
        };
        Ok(calls.iter().filter_map(going).collect())
    }
}

#[async_trait]
impl Turn for CallsOut {
    async fn turn(&self) -> Result<usize, Error> {
        if !self.fresh.swap(false, Ordering::SeqCst) && !self.every.is_due() {
            return Ok(0);
        }
        let now = self.assistants.parts().clock.now();
        let (mut done, mut after) = (0, None);
        loop {
            let tenants = self.store.all_tenants(after.as_ref(), TENANTS).await?;
            let Some(last) = tenants.last() else { return Ok(done) };
            after = Some(last.id.clone());
            for tenant in tenants.iter().filter(|tenant| tenant.receptionist.phone_number_id.is_some()) {
                for record in self.waiting(&tenant.id).await? {
                    let Some(errand) = &record.errand else { continue };
                    let since = errand.since.map(|since| now - since);
                    let lost = errand.state == ErrandState::Unknown && since.is_some_and(|since| since < LOOK_BACK);
                    if errand.is_orphaned(now) || lost {
                        self.look_up(tenant, &record.sid).await?;
                    } else if errand.is_due(now) {
                        let busy = self.going(&tenant.id, now).await?.len();
                        done += usize::from(self.place(tenant, &record.sid, busy).await?);
                    }
                }
            }
            if tenants.len() < TENANTS {
                return Ok(done);
            }
        }
    }
}

impl fmt::Debug for CallsOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallsOut")
            .field("client", &self.client)
            .field("flow", &self.flow.is_some())
            .finish_non_exhaustive()
    }
}
