use std::collections::HashMap;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Either, Shared, join_all, select};
use serde_json::{Value, json};
use sha2::Digest as _;
use tracing::Instrument as _;

use super::context::{Context, Notes};
use super::definition::{Server, assistant, variables};
use super::lingering::Lingering;
use super::receptionist_tools;
use super::report;
use super::settings::AssistantSettings;
use super::toolbox::{InvalidTool, ToolError, Toolbox};
use crate::Error;
use crate::address::Address;
use crate::availability::Availability;
use crate::call::{CallRecord, Conversation, Direction, ErrandState, Evidence, Source, Status, ToolRecord};
use crate::calls::CallService;
use crate::clock::{Clock, within};
use crate::id::{CallSid, TenantId};
use crate::messaging::Messenger;
use crate::passport::Passport;
use crate::phone::E164;
use crate::relay::RelayKind;
use crate::reserve::Reservations;
use crate::secret::Secret;
use crate::store::{Commit, Store, Unit};
use crate::tenant::{CallerId, Tenant};
use crate::vapi::tools::{ListTools, Tool};
use crate::vapi::webhook::{CallInfo, Event, Reply, ServerMessage, ToolCall, ToolCalls, ToolResult, Verifier};

/// How often a record that keeps changing is read again.
const ROUNDS: usize = 8;
/// How long what a tool was slow with is kept for whoever asks again.
const RUNNING: Duration = Duration::from_secs(120);
/// How long the store may take to say whose call it is.
const READ: Duration = Duration::from_secs(3);
/// A clock that is farther off than this is not believed.
const SKEW: TimeDelta = TimeDelta::minutes(10);
/// So many tenants are remembered for when the store is away.
const REMEMBERED: usize = 10_000;
/// What the assistant hears when a tool takes too long.
const LATE: &str = "This takes longer than usual. Apologise, ask for a moment of patience, and call the tool again.";
/// What it hears when something of ours fails.
const FAILED: &str = "This cannot be done just now. Apologise, and offer to take a message or to try again later.";

/// What it hears when nobody can say whether it was done.
const UNKNOWN: &str =
    "It is not certain yet whether that was done. Say that a text will confirm it if it was, and do not try again.";

/// What the tools work with.
pub(super) struct Parts {
    pub(super) availability: Availability,
    pub(super) reservations: Reservations,
    pub(super) messenger: Messenger,
    pub(super) clock: Arc<dyn Clock>,
}

/// Answers what Vapi asks, and writes down what it tells. Cheap to clone.
#[derive(Clone)]
pub struct Assistants(Arc<Inner>);

struct Inner {
    parts: Arc<Parts>,
    calls: CallService,
    store: Arc<dyn Store>,
    verifier: Verifier,
    passport: Passport,
    bearer: Option<Secret>,
    tools: Toolbox,
    server: String,
    request_limit: Duration,
    lingering: Lingering,
    /// What tools are at work on, and since when.
    running: Mutex<HashMap<String, (Duration, Work)>>,
    /// Tenants by what they were found by, for when the store is away.
    known: Mutex<HashMap<String, Arc<Tenant>>>,
}

/// A tool at work, for all who wait for it.
type Work = Shared<BoxFuture<'static, ToolResult>>;

/// Whose call it is, and which record is about it.
struct Whose {
    tenant: Arc<Tenant>,
    sid: CallSid,
    /// The call came by our own route: its record is one that the telephone provider tells of.
    ours: bool,
}

impl Assistants {
    pub(crate) fn new(
        settings: AssistantSettings,
        calls: CallService,
        parts: (Availability, Reservations, Messenger),
        server: String,
    ) -> Result<Self, InvalidTool> {
        let (availability, reservations, messenger) = parts;
        let clock = calls.clock.clone();
        let tools = if settings.own { receptionist_tools::add(settings.tools)? } else { settings.tools };
        Ok(Self(Arc::new(Inner {
            parts: Arc::new(Parts { availability, reservations, messenger, clock: clock.clone() }),
            store: calls.store.clone(),
            calls,
            verifier: settings.verifier,
            passport: Passport::new(settings.key),
            bearer: settings.bearer,
            tools,
            server,
            request_limit: settings.request_limit,
            lingering: Lingering::new(clock),
            running: Mutex::default(),
            known: Mutex::default(),
        })))
    }

    pub(crate) fn verifier(&self) -> &Verifier {
        &self.0.verifier
    }

    pub(crate) fn passport(&self) -> &Passport {
        &self.0.passport
    }

    pub(crate) fn lingering(&self) -> &Lingering {
        &self.0.lingering
    }

    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.parts.clock
    }

    pub(super) fn parts(&self) -> &Arc<Parts> {
        &self.0.parts
    }

    pub(super) async fn settings(&self, tenant: &TenantId) -> Result<Option<Arc<Tenant>>, Error> {
        self.0.calls.settings(tenant).await
    }

    /// The tools that assistants have.
    pub fn tools(&self) -> &Toolbox {
        &self.0.tools
    }

    /// The URL that an assistant of a tenant is to have as its server.
    #[must_use]
    pub fn server_url(&self, tenant: &TenantId) -> String {
        let tenant: String = url::form_urlencoded::byte_serialize(tenant.as_str().as_bytes()).collect();
        format!("{}?tenant={tenant}", self.0.server)
    }

    /// The receptionist of a tenant, as `POST /assistant` takes it. It holds the server's secret: it goes to Vapi, and
    /// nowhere else.
    #[must_use]
    pub fn definition(&self, tenant: &Tenant) -> Value {
        let url = self.server_url(&tenant.id);
        let server = Server { url: &url, bearer: self.0.bearer.as_ref() };
        assistant(tenant, None, &self.0.tools, &server)
    }

    /// The same for one call, with the time at which it begins.
    fn of_this_call(&self, tenant: &Tenant) -> Value {
        let url = self.server_url(&tenant.id);
        let server = Server { url: &url, bearer: self.0.bearer.as_ref() };
        assistant(tenant, Some(self.0.parts.clock.now()), &self.0.tools, &server)
    }

    /// Writes the receptionist of a tenant to Vapi: a new one, or the one that the settings name. Gives its id.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is no such tenant or no such assistant any more; [`Error::is_unauthorized`] when
    /// the key is wrong; [`Error::is_outcome_unknown`] when a new one may be there or not.
    pub async fn push(&self, client: &crate::vapi::Client, tenant: &TenantId) -> Result<String, Error> {
        let tenant = self.settings(tenant).await?.ok_or_else(|| Error::missing("finding a tenant"))?;
        let definition: crate::vapi::assistants::Assistant = serde_json::from_value(self.definition(&tenant))
            .map_err(|source| Error::refused("writing an assistant").with_source(source))?;
        let assistants = client.assistants();
        let saved = match &tenant.receptionist.assistant_id {
            Some(id) => {
                let id = id.parse().map_err(|source| Error::refused("writing an assistant").with_source(source))?;
                assistants.update(&id, &definition).await?
            }
            None => assistants.create(&definition).await?,
        };
        saved
            .id
            .map(|id| id.as_str().to_owned())
            .ok_or_else(|| Error::outcome_unknown("writing an assistant: it has no id"))
    }

    /// Writes the tools to Vapi, each with the tenant's server, for assistants that are made elsewhere: those that have a tool's
    /// name and that server are changed, others made anew. Gives their ids.
    ///
    /// # Errors
    /// As with [`push`](Self::push).
    pub async fn push_tools(&self, client: &crate::vapi::Client, tenant: &TenantId) -> Result<Vec<String>, Error> {
        let url = self.server_url(tenant);
        let server = Server { url: &url, bearer: self.0.bearer.as_ref() }.json();
        let tools = client.tools();
        let known = tools.list(&ListTools::new().limit(1000)).await?;
        let mut ids = Vec::new();
        for definition in self.0.tools.definitions(Some(&server)) {
            let mut tool: Tool = serde_json::from_value(definition)
                .map_err(|source| Error::refused("writing a tool").with_source(source))?;
            let ours = |known: &&Tool| {
                let name = |tool: &Tool| tool.function.as_ref().and_then(|function| function.name.clone());
                let server = known.server.as_ref().and_then(|server| server.url.as_ref());
                name(known) == name(&tool) && server.is_some_and(|known| known.as_str() == url)
            };
            let saved = match known.iter().find(ours).and_then(|known| known.id.clone()) {
                Some(id) => {
                    // What kind a tool is does not change.
                    tool.r#type = None;
                    tools.update(&id, &tool).await?
                }
                None => tools.create(&tool).await?,
            };
            let id = saved.id.ok_or_else(|| Error::outcome_unknown("writing a tool: it has no id"))?;
            ids.push(id.as_str().to_owned());
        }
        Ok(ids)
    }

    /// Answers one event. `tenant` is whom the URL names.
    pub async fn answer(&self, event: &Event, tenant: Option<&TenantId>) -> Reply {
        match &event.message {
            ServerMessage::AssistantRequest(_) => self.request(event, tenant).await,
            ServerMessage::ToolCalls(calls) => self.tool_calls(event, calls, tenant).await,
            ServerMessage::TransferDestinationRequest(_) => self.transfer(event, tenant).await,
            ServerMessage::HandoffDestinationRequest(_) => Reply::error("There is nobody to hand the call to."),
            ServerMessage::KnowledgeBaseRequest => Reply::other(&json!({ "documents": [] })),
            ServerMessage::CallEndpointingRequest => Reply::other(&json!({ "timeoutSeconds": 0.4 })),
            _ => Reply::none(),
        }
    }

    /// Writes down what an event tells.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached: Vapi may tell again.
    pub async fn record(&self, event: &Event, tenant: Option<&TenantId>) -> Result<(), Error> {
        let now = self.now(event);
        let change: Box<dyn Fn(&mut CallRecord) + Send + Sync> = match &event.message {
            ServerMessage::StatusUpdate(update) => Box::new(move |record| report::note_status(record, update, now)),
            ServerMessage::EndOfCallReport(told) => Box::new(move |record| report::merge(record, told, now)),
            _ => return Ok(()),
        };
        let Some(whose) = self.whose(event, tenant).await? else {
            tracing::warn!(call = event.call.id, "news of a call that belongs to nobody here");
            return Ok(());
        };
        self.change(&whose, &event.call, now, change).await?;
        Ok(())
    }

    /// When the assistant asked; our own time where Vapi's clock is far off.
    fn now(&self, event: &Event) -> DateTime<Utc> {
        let now = self.0.parts.clock.now();
        event.timestamp.filter(|at| (*at - now).abs() < SKEW).unwrap_or(now)
    }

    /// Whose call it is: as our own header says, as the URL says, by the number that was called, or as the host has noted
    /// on the call.
    async fn whose(&self, event: &Event, tenant: Option<&TenantId>) -> Result<Option<Whose>, Error> {
        let call = &event.call;
        if let Some((tenant, sid)) = self.passport_of(call) {
            // It is good for one call, the first that shows it while ours goes on.
            let record = self.0.store.call(&tenant, &sid).await?;
            let fits = record.as_ref().is_none_or(|record| {
                let shown = record.conversation.as_ref().map_or("", |conversation| conversation.provider_call.as_str());
                shown == call.id || shown.is_empty() && !record.status.is_final()
            });
            if fits {
                let ours = record.is_some();
                return Ok(self.settings(&tenant).await?.map(|tenant| Whose { tenant, sid, ours }));
            }
            tracing::warn!(call = call.id, "a call shows what was given to another one");
            return Ok(None);
        }
        let Some(sid) = sid_of(call) else { return Ok(None) };
        let named = tenant.cloned().or_else(|| call.metadata.get("tenant").and_then(Value::as_str)?.parse().ok());
        let found = match (named, &call.number.number) {
            (Some(named), _) => self.settings(&named).await?,
            (None, Some(number)) => self.0.calls.tenant_of(&Address::from(*number)).await.transpose()?,
            (None, None) => None,
        };
        Ok(found.map(|tenant| Whose { tenant, sid, ours: false }))
    }

    /// What we gave to a call that we passed on.
    fn passport_of(&self, call: &CallInfo) -> Option<(TenantId, CallSid)> {
        // Vapi makes a variable of a SIP header, without its "x-" (https://docs.vapi.ai/advanced/sip/sip-introduction).
        let header = call.value(Passport::HEADER).or_else(|| call.value("frontdesk"));
        header.and_then(|token| self.0.passport.call(token))
    }

    /// Changes the call's record, a new one if need be.
    async fn change(
        &self,
        whose: &Whose,
        call: &CallInfo,
        now: DateTime<Utc>,
        change: impl Fn(&mut CallRecord) + Send + Sync,
    ) -> Result<CallRecord, Error> {
        for _ in 0..ROUNDS {
            let known = self.0.store.call(&whose.tenant.id, &whose.sid).await?;
            let mut record = known.unwrap_or_else(|| begin(whose, call, now));
            let conversation = record.conversation.get_or_insert_with(|| Conversation {
                // A record that is there is one that Twilio has told of.
                alone: false,
                ..Conversation::new(call.id.as_str())
            });
            if conversation.provider_call.is_empty() {
                conversation.provider_call.clone_from(&call.id);
            }
            // Whoever tells of the call knows that it was placed.
            if let Some(errand) = &mut record.errand {
                errand.become_state(ErrandState::Placed, now);
            }
            change(&mut record);
            let mut unit = Unit::new();
            // The report knows how long it was; a status before it does not.
            let told = |conversation: &Conversation| conversation.alone && conversation.ended.is_some();
            if record.status.is_final() && record.conversation.as_ref().is_some_and(told) {
                unit = self.0.calls.announce(unit, RelayKind::Completed, &record, now);
            }
            if self.0.store.commit(&whose.tenant.id, unit.save_call(record.clone())).await? == Commit::Applied {
                self.0.calls.relays.call();
                return Ok(record);
            }
        }
        Err(Error::unavailable("writing a call's record that keeps changing"))
    }

    /// Who takes a call.
    async fn request(&self, event: &Event, tenant: Option<&TenantId>) -> Reply {
        // What tells one tenant from another; a SIP address may be shared by several.
        let key = match (self.passport_of(&event.call), tenant, &event.call.number.number) {
            (Some((tenant, _)), ..) => tenant.as_str().to_owned(),
            (None, Some(tenant), _) => tenant.as_str().to_owned(),
            (None, None, Some(number)) => number.as_str().to_owned(),
            (None, None, None) => String::new(),
        };
        let clock = self.0.parts.clock.as_ref();
        let finding = AssertUnwindSafe(self.caller_of(event, tenant)).catch_unwind();
        let found = match within(clock, self.0.request_limit, finding).await {
            Some(Ok(Ok(Some((tenant, blocked))))) => {
                let mut known = self.0.known.lock().unwrap_or_else(PoisonError::into_inner);
                if !key.is_empty() && (known.len() < REMEMBERED || known.contains_key(&key)) {
                    known.insert(key, tenant.clone());
                }
                drop(known);
                if blocked {
                    return Reply::error("This number cannot take your call. Goodbye.");
                }
                Some(tenant)
            }
            Some(Ok(Ok(None))) => None,
            other => {
                match other {
                    Some(Ok(Err(error))) => {
                        tracing::error!(%error, "who takes a call cannot be read; using what was known")
                    }
                    Some(Err(_)) => tracing::error!("finding out who takes a call panicked; using what was known"),
                    _ => tracing::error!("who takes a call is not known in time; using what was known"),
                }
                self.0.known.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned()
            }
        };
        let Some(tenant) = found else {
            return Reply::error("We are sorry, we cannot take your call right now. Please try again later.");
        };
        match &tenant.receptionist.assistant_id {
            Some(id) => {
                let overrides = json!({
                    "variableValues": variables(&tenant, self.0.parts.clock.now()),
                    "metadata": { "tenant": tenant.id.as_str() },
                });
                Reply::assistant_id(id, Some(&overrides))
            }
            None => Reply::assistant(&self.of_this_call(&tenant)),
        }
    }

    /// Whose call it is, and whether the caller is blocked.
    async fn caller_of(&self, event: &Event, tenant: Option<&TenantId>) -> Result<Option<(Arc<Tenant>, bool)>, Error> {
        let Some(whose) = self.whose(event, tenant).await? else { return Ok(None) };
        let blocked = match &event.call.customer.number {
            Some(number) => self.0.calls.is_blocked(&whose.tenant.id, &Address::from(*number)).await,
            None => false,
        };
        Ok(Some((whose.tenant, blocked)))
    }

    /// Calls the tools, all at once, and answers each within its limit.
    async fn tool_calls(&self, event: &Event, calls: &ToolCalls, tenant: Option<&TenantId>) -> Reply {
        let now = self.now(event);
        let clock = self.0.parts.clock.clone();
        let late = || Err(Error::unavailable("reading a call takes too long"));
        let whose = match within(clock.as_ref(), READ, self.whose(event, tenant)).await.unwrap_or_else(late) {
            Ok(Some(whose)) => Arc::new(whose),
            Ok(None) => {
                tracing::warn!(call = event.call.id, "tools in a call that belongs to nobody here");
                return Reply::tools(calls, fail(calls, FAILED));
            }
            Err(error) => {
                tracing::error!(%error, "tools in a call whose tenant cannot be read");
                return Reply::tools(calls, fail(calls, FAILED));
            }
        };
        let reading = self.0.store.call(&whose.tenant.id, &whose.sid);
        let late = || Err(Error::unavailable("reading a call takes too long"));
        let record = match within(clock.as_ref(), READ, reading).await.unwrap_or_else(late) {
            Ok(record) => record,
            Err(error) => {
                tracing::error!(%error, "tools in a call whose record cannot be read");
                return Reply::tools(calls, fail(calls, FAILED));
            }
        };
        let info = Arc::new(event.call.clone());
        let results = join_all(calls.calls.iter().map(|call| {
            let id = call.id.clone();
            let result = self.tool(call, &whose, &info, record.as_ref(), now);
            async move { (id, result.await) }
        }));
        Reply::tools(calls, results.await)
    }

    /// One tool: as it answered before, or within its limit. What takes longer goes on.
    async fn tool(
        &self,
        call: &ToolCall,
        whose: &Arc<Whose>,
        info: &Arc<CallInfo>,
        record: Option<&CallRecord>,
        now: DateTime<Utc>,
    ) -> ToolResult {
        let conversation = record.and_then(|record| record.conversation.as_ref());
        // Function calls of old have no ids: they are told apart by what they ask.
        let id = if call.id.is_empty() {
            let asked = Value::Object(call.arguments.clone().unwrap_or_default());
            let text = format!("{}:{asked}:{}", call.name, now.timestamp_millis());
            sha2::Sha256::digest(text).iter().take(12).map(|byte| format!("{byte:02x}")).collect()
        } else {
            call.id.clone()
        };
        if let Some(known) = conversation.and_then(|conversation| conversation.result(&id)) {
            return as_result(known.text.as_str());
        }
        let caller = trusted(info, record, whose);
        let notes = Arc::<Mutex<Notes>>::default();
        let context = Context {
            parts: self.0.parts.clone(),
            tenant: whose.tenant.clone(),
            call: whose.sid,
            caller,
            now,
            tool_call: id.clone(),
            booked: conversation.map_or(0, |conversation| conversation.bookings.len()),
            offered: conversation.map(|conversation| conversation.offered.clone().into()).unwrap_or_default(),
            notes: notes.clone(),
        };
        let (tools, service) = (self.0.tools.clone(), self.clone());
        let (name, arguments) = (call.name.clone(), call.arguments.clone());
        let (whose, info) = (whose.clone(), info.clone());
        let limit = tools.limit(&name);
        // The same again, in the same call, while it goes on or after it took too long, is the same work.
        let asked = format!(
            "{}|{}|{name}|{}",
            whose.tenant.id,
            whose.sid,
            Value::Object(call.arguments.clone().unwrap_or_default())
        );
        let span = tracing::info_span!("tool", tool = name, call = %whose.sid);
        let work = async move {
            let calling = async { tools.call(&name, context, arguments).await };
            let (done, text, lasting) = match AssertUnwindSafe(calling).catch_unwind().await {
                Ok(Ok(text)) => (true, text, true),
                Ok(Err(ToolError::Say(text))) => (false, text, true),
                Ok(Err(ToolError::Failed(error))) => {
                    tracing::error!(%error, tool = name, "a tool failed");
                    // Asked again, it is tried again.
                    let text = if error.is_outcome_unknown() { UNKNOWN } else { FAILED };
                    (false, text.to_owned(), false)
                }
                Err(_) => {
                    tracing::error!(tool = name, "a tool panicked");
                    (false, FAILED.to_owned(), false)
                }
            };
            let notes = std::mem::take(&mut *notes.lock().unwrap_or_else(PoisonError::into_inner));
            let kept = lasting.then(|| ToolRecord::new(id.as_str(), name.as_str(), done, text.as_str()));
            match service.remember(&whose, &info, now, kept, &notes).await {
                // Whoever asked at the same moment was faster: both are told the same.
                Ok(record) => match record.conversation.as_ref().and_then(|conversation| conversation.result(&id)) {
                    Some(known) => as_result(known.text.as_str()),
                    None => as_result(&text),
                },
                Err(error) => {
                    tracing::error!(%error, tool = name, "what a tool did cannot be written down");
                    as_result(&text)
                }
            }
        };
        let clock = self.0.parts.clock.clone();
        let work: BoxFuture<'static, ToolResult> = Box::pin(work.instrument(span));
        let work = self.share(asked.clone(), work);
        match select(work, clock.sleep(limit)).await {
            Either::Left((result, _)) => {
                self.0.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&asked);
                result
            }
            Either::Right(((), unfinished)) => {
                tracing::warn!(tool = call.name, ?limit, "a tool takes too long; it goes on");
                self.0.lingering.keep(Box::pin(unfinished.map(drop)));
                ToolResult::Said(LATE.to_owned())
            }
        }
    }

    /// The work itself, or what is at work on the same already.
    fn share(&self, asked: String, work: BoxFuture<'static, ToolResult>) -> Work {
        let now = self.0.parts.clock.monotonic();
        let mut running = self.0.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.retain(|_, (since, _)| now.saturating_sub(*since) < RUNNING);
        match running.get(&asked) {
            Some((_, known)) => known.clone(),
            None => {
                let work = work.shared();
                if running.len() < REMEMBERED {
                    running.insert(asked, (now, work.clone()));
                }
                work
            }
        }
    }

    async fn remember(
        &self,
        whose: &Whose,
        info: &CallInfo,
        now: DateTime<Utc>,
        result: Option<ToolRecord>,
        notes: &Notes,
    ) -> Result<CallRecord, Error> {
        let change = |record: &mut CallRecord| {
            let fresh = {
                let conversation = record.conversation.get_or_insert_with(Conversation::default);
                let fresh = result.as_ref().is_none_or(|result| conversation.result(&result.id).is_none());
                if fresh {
                    conversation.note_offers(notes.offers.iter().copied());
                    for (id, start) in &notes.bookings {
                        conversation.note_booking(id.clone(), *start);
                    }
                    for text in &notes.messages {
                        conversation.note_message(text.clone());
                    }
                    if let Some(result) = &result {
                        conversation.note_result(result.clone());
                    }
                }
                fresh
            };
            if fresh {
                for (verdict, text) in &notes.came_to {
                    let evidence = Evidence::new(Source::ToolResult, *verdict, text.clone());
                    record.outcome.weigh(Source::ToolResult, Some(evidence));
                }
            }
        };
        self.change(whose, info, now, change).await
    }

    /// Where a call goes that is to be handed on: to the first who takes calls now and was not asked yet.
    async fn transfer(&self, event: &Event, tenant: Option<&TenantId>) -> Reply {
        const NOBODY: &str = "Nobody can take the call now. Offer to take a message.";
        let now = self.now(event);
        let whose = match self.whose(event, tenant).await {
            Ok(Some(whose)) => whose,
            Ok(None) => return Reply::error(NOBODY),
            Err(error) => {
                tracing::error!(%error, "a call cannot be handed on");
                return Reply::error(NOBODY);
            }
        };
        let tenant = whose.tenant.clone();
        let open = |hours: Option<&crate::schedule::WeeklyHours>| {
            hours.or(tenant.hours.as_ref()).is_none_or(|hours| hours.is_open(now, tenant.zone))
        };
        let ladder: Vec<_> =
            tenant.receptionist.transfers.iter().filter(|transfer| open(transfer.hours.as_ref())).collect();
        let counted = self
            .change(&whose, &event.call, now, |record| {
                let conversation = record.conversation.get_or_insert_with(Conversation::default);
                let told = event.timestamp.map(|at| at.timestamp_millis());
                if told.is_none() || conversation.last_transfer != told {
                    conversation.transfers = conversation.transfers.saturating_add(1);
                    conversation.last_transfer = told;
                }
            })
            .await;
        let asked = match counted {
            Ok(record) => record.conversation.map_or(1, |conversation| conversation.transfers),
            // A caller who wants a person gets the first one.
            Err(error) => {
                tracing::warn!(%error, "whom a call was offered to cannot be read; offering it to the first");
                1
            }
        };
        let Some(transfer) = ladder.get(usize::try_from(asked.saturating_sub(1)).unwrap_or(usize::MAX)) else {
            return Reply::error(NOBODY);
        };
        // If nobody answers, the assistant goes on: a transfer that fails is to end no call.
        let plan = json!({
            "mode": "warm-transfer-experimental",
            "fallbackPlan": { "message": "Nobody answers there. I can take a message.", "endCallEnabled": false },
        });
        let message = "One moment, I am putting you through.";
        let wire = transfer.to.to_wire();
        Reply::destination(&match transfer.to {
            Address::Sip(_) => json!({
                "type": "sip", "sipUri": wire, "message": message, "description": transfer.description, "transferPlan": plan
            }),
            _ => json!({
                "type": "number", "number": wire, "message": message, "description": transfer.description, "transferPlan": plan
            }),
        })
    }
}

/// The record of a call: the telephone provider's id, else one made from Vapi's.
fn sid_of(call: &CallInfo) -> Option<CallSid> {
    if let Ok(sid) = call.provider_id.parse() {
        return Some(sid);
    }
    if call.id.is_empty() {
        return None;
    }
    let hex: String = call.id.chars().filter(char::is_ascii_hexdigit).collect();
    let uuid = hex.len() == 32 && call.id.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    let digits = if uuid {
        hex.to_lowercase()
    } else {
        sha2::Sha256::digest(call.id.as_bytes()).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    };
    format!("CA{digits}").parse().ok()
}

/// A call of which nothing was known.
fn begin(whose: &Whose, call: &CallInfo, now: DateTime<Utc>) -> CallRecord {
    let direction = if call.kind == "outboundPhoneCall" { Direction::Outbound } else { Direction::Inbound };
    let address = |party: &crate::vapi::webhook::Party| match &party.number {
        Some(number) => Address::from(*number),
        None => Address::from(party.address.as_str()),
    };
    let (ours, theirs) = (address(&call.number), address(&call.customer));
    let (from, to) = match direction {
        Direction::Inbound => (theirs, ours),
        Direction::Outbound => (ours, theirs),
    };
    let mut record = CallRecord::begin(whose.tenant.id.clone(), whose.sid, direction, from, to, now);
    record.status = Status::Ringing;
    record.conversation = Some(Conversation { alone: !whose.ours, ..Conversation::new(call.id.as_str()) });
    record
}

/// The caller's number, if a telephone network vouches for it: as our own webhook has it, else as Vapi's line has it.
fn trusted(call: &CallInfo, record: Option<&CallRecord>, whose: &Whose) -> Option<E164> {
    let number = match record {
        // A number whose network says that it is not the caller's is nobody's.
        Some(record) if whose.ours => {
            let failed = record.quality.attestation.as_deref().is_some_and(|word| word.contains("Failed"));
            record.other_side().phone().filter(|_| !failed)
        }
        // Nobody vouches for what a SIP client or a browser calls itself.
        _ => {
            let telephone = ["inboundPhoneCall", "outboundPhoneCall"].contains(&call.kind.as_str());
            let line =
                call.transport == "pstn" || call.transport.is_empty() && call.provider_id.parse::<CallSid>().is_ok();
            call.customer.number.filter(|_| telephone && line)
        }
    }?;
    // A call that was forwarded may come from the business's own number: that is nobody's in particular.
    let fixed = match whose.tenant.forwarding.caller_id {
        CallerId::Fixed(number) => Some(number),
        _ => None,
    };
    let own = whose.tenant.numbers.contains(&number) || fixed == Some(number);
    (!own).then_some(number)
}

/// What is to be asked is a result as well: models take errors for the end of the matter.
fn as_result(text: &str) -> ToolResult {
    ToolResult::Said(text.to_owned())
}

fn fail(calls: &ToolCalls, text: &str) -> Vec<(String, ToolResult)> {
    calls.calls.iter().map(|call| (call.id.clone(), ToolResult::Failed(text.to_owned()))).collect()
}

impl fmt::Debug for Assistants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Assistants")
            .field("server", &self.0.server)
            .field("tools", &self.0.tools)
            .finish_non_exhaustive()
    }
}
