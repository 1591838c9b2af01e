use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;

use super::callbacks::{Callbacks, Place};
use super::flow::{self, Cursor, Plan, Scene, Step};
use super::hooks::{Arrival, Hooks};
use super::render::{apology, render, unknown_number};
use crate::Error;
use crate::address::Address;
use crate::call::{CallRecord, DialOutcome, Direction, FollowUp, FollowUpKind, RecordingInfo, Status, TranscriptLine};
use crate::clock::{Clock, within};
use crate::id::{CallSid, RecordingSid, TenantId, TranscriptSid};
use crate::message::{MessageId, MessageKind, MessageRecord};
use crate::passport::Passport;
use crate::phone::E164;
use crate::relay::{RelayEvent, RelayKind};
use crate::store::{Commit, Store, Unit};
use crate::template;
use crate::tenant::{Route, Tenant, TenantLookup};
use crate::twilio::values::{CallDirection, CallStatus, DialStatus, RecordingStatus, Track, TranscriptionEventKind};
use crate::twilio::webhook::{
    Call, CallStatusEvent, DialEvent, GatherEvent, RealTimeTranscriptionEvent, RecordEvent, RecordingStatusEvent,
    TranscriptionEvent, VoiceEvent,
};
use crate::twiml::VoiceResponse;
use crate::wake::Wake;

/// How often a decision is made anew because a record changed meanwhile.
const ROUNDS: usize = 8;
/// How long to wait before a commit that failed is made again, while the caller waits.
const COMMIT_PAUSES: [Duration; 3] =
    [Duration::from_millis(100), Duration::from_millis(500), Duration::from_millis(1500)];

/// Answers the webhooks of calls.
#[derive(Debug, Clone)]
pub struct CallService {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) lookup: Arc<dyn TenantLookup>,
    pub(crate) template: Option<Tenant>,
    /// `None` leaves everything to the settings.
    pub(crate) hooks: Option<Arc<dyn Hooks>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) callbacks: Callbacks,
    /// How long a hook may take.
    pub(crate) hook_limit: Duration,
    /// How long a text waits for the words that the host's service may choose; `None` without such a service.
    pub(crate) reply_limit: Option<Duration>,
    pub(crate) outbox: Wake,
    pub(crate) relays: Wake,
    pub(crate) follow_ups: Wake,
    /// Tells the assistant whose call it is given; `None` without one.
    pub(crate) passport: Option<Passport>,
}

/// Whether what a webhook told was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Settled {
    /// It was.
    Recorded,
    /// It had been recorded before.
    Duplicate,
    /// It concerns nothing that is known here.
    Unknown,
}

/// What the URL of a call's later webhook says: whose call it is and how far it had come. The signature covers it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Origin {
    /// Whose call it is.
    pub tenant: Option<TenantId>,
    /// How many documents the call had been given.
    pub step: u32,
}

/// What is to be recorded with a decision.
struct Decision {
    plan: Plan,
    key: String,
}

impl CallService {
    /// A call has come in.
    ///
    /// Only a ringing call is answered with verbs; anything else gets an empty answer.
    pub async fn arrived(&self, event: &VoiceEvent) -> VoiceResponse {
        let call = &event.call;
        if call.status != CallStatus::Ringing {
            return VoiceResponse::new();
        }
        let Some(tenant) = self.tenant_of(&call.to).await else { return unknown_number() };
        let tenant = match tenant {
            Ok(tenant) => tenant,
            Err(error) => return failed(&error, "finding the tenant"),
        };
        let open = self.is_open(&tenant);
        let blocked = self.is_blocked(&tenant.id, &call.from).await;
        let wanted = if blocked { None } else { self.wanted(&tenant, call, open).await };
        self.decide(&tenant, call, 0, |scene, record| {
            record.note_status(Status::Ringing, self.clock.now(), None);
            record.quality.attestation = event.call.stir_verstat.as_ref().map(|value| value.as_str().to_owned());
            let plan = if blocked { flow::turned_away() } else { flow::arrive(scene, wanted.clone()) };
            record.closed = plan.closed;
            Decision { plan, key: "voice".into() }
        })
        .await
    }

    /// Whether somebody is on the tenant's list of blocked numbers. A list that cannot be read turns nobody away.
    pub(crate) async fn is_blocked(&self, tenant: &TenantId, caller: &Address) -> bool {
        match self.store.block(tenant, caller).await {
            Ok(block) => block.is_some(),
            Err(error) => {
                tracing::warn!(%error, "nobody knows whether a caller is blocked; going on");
                false
            }
        }
    }

    /// A key was pressed in the menu, or none.
    pub async fn chosen(&self, event: &GatherEvent, origin: &Origin, attempt: u32) -> VoiceResponse {
        self.answer(&event.call, origin, |scene, record| {
            record.note_status(Status::InProgress, self.clock.now(), None);
            let digits = event.digits.as_deref();
            Decision { plan: flow::choose(scene, attempt, digits), key: format!("menu:{attempt}") }
        })
        .await
    }

    /// Forwarding ended.
    pub async fn dialled(&self, event: &DialEvent, origin: &Origin, cursor: &Cursor) -> VoiceResponse {
        let outcome = dial_outcome(&event.dial_status).unwrap_or_else(|| {
            tracing::warn!(status = %event.dial_status, "a dial ended in a way this version does not know");
            DialOutcome::Failed
        });
        self.answer(&event.call, origin, |scene, record| {
            let now = self.clock.now();
            record.note_status(call_status(&event.call.status).unwrap_or(Status::InProgress), now, None);
            record.note_dial(outcome, now, event.dial_duration);
            if let Some(sid) = event.recording_sid {
                let info = RecordingInfo::new(sid).with_file(event.recording_url.clone(), event.recording_duration);
                record.note_recording(info);
            }
            let gone = event.call.status.is_final();
            let plan = flow::dialled(scene, cursor, outcome, gone);
            Decision { plan, key: format!("dial:{}:{}:{}", cursor.ladder, cursor.leg, event.dial_status) }
        })
        .await
    }

    /// A voicemail was left.
    pub async fn voicemail_left(&self, event: &RecordEvent, origin: &Origin) -> VoiceResponse {
        self.answer(&event.call, origin, |_, record| {
            if let Some(sid) = event.recording_sid {
                let info = RecordingInfo::new(sid).with_file(event.recording_url.clone(), event.recording_duration);
                record.note_voicemail(info);
            }
            let sid = event.recording_sid.map(|sid| sid.to_string()).unwrap_or_default();
            Decision { plan: flow::voicemail_left(), key: format!("voicemail:{sid}") }
        })
        .await
    }

    /// A call changed its status.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store could not be reached: the provider may tell again.
    pub async fn status_changed(&self, event: &CallStatusEvent) -> Result<Settled, Error> {
        let Some(news) = call_status(&event.call.status) else { return Ok(Settled::Unknown) };
        if event.call.parent_sid.is_some() {
            // A leg that a `<Dial>` of ours placed: the dial's own end tells of it.
            return Ok(Settled::Unknown);
        }
        let business = match event.call.direction {
            Some(CallDirection::OutboundApi | CallDirection::OutboundDial) => &event.call.from,
            _ => &event.call.to,
        };
        let Some(tenant) = self.tenant_of(business).await.transpose()? else { return Ok(Settled::Unknown) };
        let key = match event.sequence_number {
            Some(number) => format!("status:{number}:{}", news.as_str()),
            None => format!("status:{}", news.as_str()),
        };
        self.record(&tenant, &event.call.sid, Some(&event.call), &key, |record, now| {
            let at = event.timestamp.unwrap_or(now);
            record.note_status(news, at, event.call_duration);
            let quality = &mut record.quality;
            quality.sip_response_code = event.sip_response_code.or(quality.sip_response_code);
            quality.queue_time_ms = event.queue_time.or(quality.queue_time_ms);
            quality.machine_detection_ms = event.machine_detection_duration.or(quality.machine_detection_ms);
            quality.error_code = event.error_code.or(quality.error_code);
            if let Some(answered_by) = &event.answered_by {
                quality.answered_by = Some(answered_by.as_str().to_owned());
            }
            if let Some(sid) = event.recording_sid {
                let info = RecordingInfo::new(sid).with_file(event.recording_url.clone(), event.recording_duration);
                record.note_recording(info.with_ready(true));
            }
            matches!(news, Status::NoAnswer | Status::Busy | Status::Failed)
        })
        .await
    }

    /// A recording changed its status; `voicemail` says what kind it is.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store could not be reached.
    pub async fn recorded(
        &self,
        tenant: &TenantId,
        event: &RecordingStatusEvent,
        voicemail: bool,
    ) -> Result<Settled, Error> {
        let Some(call) = event.call_sid else { return Ok(Settled::Unknown) };
        let Some(tenant) = self.settings(tenant).await? else { return Ok(Settled::Unknown) };
        let key = format!("recording:{}:{}", event.recording_sid, event.recording_status);
        let settled = self
            .record(&tenant, &call, None, &key, |record, _| {
                let info = RecordingInfo::new(event.recording_sid)
                    .with_file(event.recording_url.clone(), event.recording_duration)
                    .with_ready(event.recording_status == RecordingStatus::Completed);
                if voicemail {
                    record.note_voicemail(info)
                } else {
                    record.note_recording(info)
                }
                false
            })
            .await?;
        // Told again after a crash in between, it is written once all the same.
        if settled != Settled::Unknown && event.recording_status == RecordingStatus::Completed {
            self.follow_up(&tenant, call, event.recording_sid, voicemail).await?;
        }
        Ok(settled)
    }

    /// Writes down what the tenant wants to be done with a recording.
    async fn follow_up(
        &self,
        tenant: &Tenant,
        call: CallSid,
        recording: RecordingSid,
        voicemail: bool,
    ) -> Result<(), Error> {
        let new = |kind| {
            let mut work = FollowUp::new(tenant.id.clone(), call, recording, kind, self.clock.now());
            work.voicemail = voicemail;
            work.service = tenant.transcription.service;
            work
        };
        let mut unit = Unit::new();
        if tenant.recording.keep {
            unit = unit.follow_up(new(FollowUpKind::Keep));
        }
        if tenant.transcription.after_call && tenant.transcription.service.is_some() && !voicemail {
            unit = unit.follow_up(new(FollowUpKind::Transcribe));
        }
        if !unit.is_empty() {
            self.store.commit(&tenant.id, unit).await?;
            self.follow_ups.call();
        }
        Ok(())
    }

    /// A voicemail was transcribed.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store could not be reached.
    pub async fn transcribed(&self, tenant: &TenantId, event: &TranscriptionEvent) -> Result<Settled, Error> {
        let Some(tenant) = self.settings(tenant).await? else { return Ok(Settled::Unknown) };
        let key = format!("transcription:{}", event.transcription_sid);
        self.record(&tenant, &event.call_sid, None, &key, |record, _| {
            if !event.transcription_text.is_empty() {
                record.voicemail_text = Some(event.transcription_text.clone());
            }
            false
        })
        .await
    }

    /// Something was said while a call goes on.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store could not be reached.
    pub async fn heard(&self, tenant: &TenantId, event: &RealTimeTranscriptionEvent) -> Result<Settled, Error> {
        let Some(tenant) = self.settings(tenant).await? else { return Ok(Settled::Unknown) };
        let sequence = event.sequence_id.unwrap_or(0);
        let track = event.track.as_ref().map_or("", Track::as_str);
        let key = format!("heard:{}:{track}:{sequence}:{}", event.transcription_sid, event.transcription_event);
        let sid: TranscriptSid = event.transcription_sid;
        self.record(&tenant, &event.call_sid, None, &key, |record, _| {
            record.transcript_sid = Some(sid);
            let is_final = event.is_final != Some(false);
            if event.transcription_event == TranscriptionEventKind::Content
                && is_final
                && let Some(text) = event.transcript()
            {
                let by_caller = event.track == Some(Track::InboundTrack);
                record.note_line(TranscriptLine::new(sequence, by_caller, text, event.timestamp));
            }
            false
        })
        .await
    }

    /// Finds the tenant, then decides.
    async fn answer(
        &self,
        call: &Call,
        origin: &Origin,
        decide: impl Fn(&Scene<'_>, &mut CallRecord) -> Decision,
    ) -> VoiceResponse {
        // The URL is ours and signed: it spares the lookup, which may be out of reach in the middle of a call.
        let tenant = match &origin.tenant {
            Some(id) => self.settings(id).await.transpose(),
            None => self.tenant_of(&call.to).await,
        };
        match tenant {
            None => unknown_number(),
            Some(Err(error)) => failed(&error, "finding the tenant"),
            Some(Ok(tenant)) => self.decide(&tenant, call, origin.step, decide).await,
        }
    }

    /// Decides purely, records the decision with its answer, and says it. A store that fails loses the record, not
    /// the call.
    async fn decide(
        &self,
        tenant: &Tenant,
        call: &Call,
        step: u32,
        decide: impl Fn(&Scene<'_>, &mut CallRecord) -> Decision,
    ) -> VoiceResponse {
        let mut scene = Scene::new(tenant, &call.from, &call.to, self.is_open(tenant));
        let place = Place { call: call.sid.as_str(), tenant: &tenant.id, step: step.saturating_add(1) };
        let mut failures = 0;
        for _ in 0..ROUNDS {
            let now = self.clock.now();
            let known = self.store.call(&tenant.id, &call.sid).await;
            let unreachable = known.is_err();
            let mut record = match known {
                Ok(Some(record)) => record,
                Ok(None) => begin(tenant, call, now),
                Err(error) => {
                    tracing::error!(%error, call = %call.sid, "the call cannot be read; answering without a record");
                    begin(tenant, call, now)
                }
            };
            (scene.consent_said, scene.transcribing) = (record.consent_said, record.transcribing);
            let Decision { plan, key } = decide(&scene, &mut record);
            for step in &plan.steps {
                if let Step::Dial(leg) = step {
                    record.consent_said |= leg.record;
                    record.transcribing |= leg.transcribe;
                }
            }
            record.route = plan.route.clone().or(record.route.take());
            record.menu_choice = plan.choice.or(record.menu_choice);
            let header = self.passport.as_ref().map(|passport| passport.of_call(&tenant.id, &call.sid));
            let response = render(&plan, tenant, &place, &self.callbacks, header.as_deref());
            if unreachable {
                return response;
            }
            let mut unit = Unit::new().once(format!("{}:{step}:{key}", call.sid), response.to_string());
            // Each event has an id, so that telling of it again tells nothing.
            if record.direction == Direction::Inbound {
                unit = self.announce(unit, RelayKind::Incoming, &record, now);
            }
            if record.was_answered() {
                unit = self.announce(unit, RelayKind::Answered, &record, now);
            }
            if plan.missed || plan.closed {
                unit = self.missed(unit, tenant, &mut record, now);
            }
            match self.store.commit(&tenant.id, unit.save_call(record)).await {
                Ok(Commit::Applied) => {
                    self.outbox.call();
                    self.relays.call();
                    return response;
                }
                Ok(Commit::Duplicate { answer }) => {
                    return VoiceResponse::new().raw(inner(answer.as_str()));
                }
                Ok(Commit::Stale) => {}
                // The key tells a commit that was carried out after all from one that was not.
                Err(error) if !error.is_permanent() && failures < COMMIT_PAUSES.len() => {
                    tracing::warn!(%error, call = %call.sid, "the call's record is written again");
                    let pause = COMMIT_PAUSES.get(failures).copied().unwrap_or_default();
                    self.clock.sleep(pause).await;
                    failures += 1;
                }
                Err(error) => {
                    tracing::error!(%error, call = %call.sid, "the call was answered without a record");
                    return response;
                }
            }
        }
        tracing::error!(call = %call.sid, "the call's record changed faster than it could be written");
        apology()
    }

    /// Changes a call's record; `change` says whether the call was missed.
    async fn record(
        &self,
        tenant: &Tenant,
        sid: &CallSid,
        call: Option<&Call>,
        key: &str,
        change: impl Fn(&mut CallRecord, DateTime<Utc>) -> bool,
    ) -> Result<Settled, Error> {
        for _ in 0..ROUNDS {
            let now = self.clock.now();
            let mut record = match (self.store.call(&tenant.id, sid).await?, call) {
                (Some(record), _) => record,
                (None, Some(call)) => begin(tenant, call, now),
                (None, None) => return Ok(Settled::Unknown),
            };
            let missed = change(&mut record, now);
            let mut unit = Unit::new().once(format!("{sid}:{key}"), "");
            if missed {
                unit = self.missed(unit, tenant, &mut record, now);
            }
            if record.status.is_final() {
                unit = self.announce(unit, RelayKind::Completed, &record, now);
            }
            match self.store.commit(&tenant.id, unit.save_call(record)).await? {
                Commit::Applied => {
                    self.outbox.call();
                    self.relays.call();
                    return Ok(Settled::Recorded);
                }
                Commit::Duplicate { .. } => return Ok(Settled::Duplicate),
                Commit::Stale => {}
            }
        }
        Err(Error::unavailable("writing a call's record that keeps changing"))
    }

    /// Nobody answered: the caller is texted, once a call, and the host's service is told.
    fn missed(&self, mut unit: Unit, tenant: &Tenant, record: &mut CallRecord, now: DateTime<Utc>) -> Unit {
        if record.direction != Direction::Inbound || record.route == Some(Route::Reject) {
            return unit;
        }
        let mut event = RelayEvent::new(RelayKind::Missed, record, now);
        if flow::wants_text_back(tenant, record) && record.text_back.is_none() {
            let id = MessageId::text_back(&record.sid);
            let number = record.business_number.to_wire();
            let words = template::fill(
                tenant.text_back_words(),
                &[("business", tenant.name.as_str()), ("number", number.as_str())],
            );
            let mut text = MessageRecord::outbound(
                tenant.id.clone(),
                id.clone(),
                MessageKind::TextBack,
                record.business_number.clone(),
                record.from.clone(),
                words.into(),
                now,
            );
            text.call = Some(record.sid);
            text.check_line = tenant.text_back.check_line;
            if let Some(limit) = self.reply_limit {
                let wait = TimeDelta::from_std(limit).unwrap_or(TimeDelta::zero());
                text.not_before = now.checked_add_signed(wait).unwrap_or(now);
                event = event.with_text(id.clone());
            }
            record.text_back = Some(id);
            unit = unit.enqueue(text);
        }
        if self.reply_limit.is_some() && !record.was_answered() { unit.announce(event) } else { unit }
    }

    pub(crate) fn announce(&self, unit: Unit, kind: RelayKind, record: &CallRecord, now: DateTime<Utc>) -> Unit {
        if self.reply_limit.is_some() { unit.announce(RelayEvent::new(kind, record, now)) } else { unit }
    }

    /// Whose number this is, with settings; `None` when nobody's.
    pub(crate) async fn tenant_of(&self, address: &Address) -> Option<Result<Arc<Tenant>, Error>> {
        let number: E164 = address.dialled()?;
        let id = match self.lookup.tenant_of(&number).await {
            Ok(Some(found)) => found,
            // A number that was ordered here the host's own directory may not know yet.
            Ok(None) => match self.store.tenant_of(&number).await {
                Ok(found) => found?,
                Err(error) => return Some(Err(error)),
            },
            Err(error) => return Some(Err(error)),
        };
        self.settings(&id).await.transpose()
    }

    /// A tenant's settings: its own, or the template's for a tenant that only the lookup knows.
    pub(crate) async fn settings(&self, id: &TenantId) -> Result<Option<Arc<Tenant>>, Error> {
        let known = self.store.tenant(id).await?;
        Ok(known.or_else(|| self.template.clone().map(|template| Arc::new(template.with_id(id.clone())))))
    }

    fn is_open(&self, tenant: &Tenant) -> bool {
        tenant.hours.as_ref().is_none_or(|hours| hours.is_open(self.clock.now(), tenant.zone))
    }

    async fn wanted(&self, tenant: &Tenant, call: &Call, open: bool) -> Option<Route> {
        let hooks = self.hooks.as_ref()?;
        let arrival = Arrival { tenant, call: call.sid, from: &call.from, to: &call.to, at: self.clock.now(), open };
        self.ask("route", hooks.route(&arrival)).await
    }

    /// What a hook decides; one that panics or takes too long decides nothing.
    pub(crate) async fn ask<T>(&self, hook: &'static str, decision: impl Future<Output = Option<T>>) -> Option<T> {
        match within(self.clock.as_ref(), self.hook_limit, AssertUnwindSafe(decision).catch_unwind()).await {
            Some(Ok(decided)) => decided,
            Some(Err(_)) => {
                tracing::error!(hook, "the host's hook panicked; going on without it");
                None
            }
            None => {
                tracing::warn!(hook, limit = ?self.hook_limit, "the host's hook took too long; going on without it");
                None
            }
        }
    }
}

fn begin(tenant: &Tenant, call: &Call, now: DateTime<Utc>) -> CallRecord {
    let direction = match call.direction {
        Some(CallDirection::OutboundApi | CallDirection::OutboundDial) => Direction::Outbound,
        _ => Direction::Inbound,
    };
    CallRecord::begin(tenant.id.clone(), call.sid, direction, call.from.clone(), call.to.clone(), now)
}

fn failed(error: &Error, doing: &str) -> VoiceResponse {
    tracing::error!(%error, doing, "a caller was asked to try again later");
    apology()
}

/// What stands between the root's tags of a saved answer.
fn inner(document: &str) -> &str {
    document.strip_prefix("<Response>").and_then(|rest| rest.strip_suffix("</Response>")).unwrap_or_default()
}

/// Twilio's status in our terms; `None` for one that is newer than the crate.
fn call_status(status: &CallStatus) -> Option<Status> {
    Some(match status {
        CallStatus::Queued | CallStatus::Initiated => Status::Queued,
        CallStatus::Ringing => Status::Ringing,
        CallStatus::InProgress => Status::InProgress,
        CallStatus::Completed => Status::Completed,
        CallStatus::Busy => Status::Busy,
        CallStatus::Failed => Status::Failed,
        CallStatus::NoAnswer => Status::NoAnswer,
        CallStatus::Canceled => Status::Canceled,
        CallStatus::Other(_) => return None,
    })
}

fn dial_outcome(status: &DialStatus) -> Option<DialOutcome> {
    Some(match status {
        DialStatus::Completed | DialStatus::Answered => DialOutcome::Answered,
        DialStatus::Busy => DialOutcome::Busy,
        DialStatus::NoAnswer => DialOutcome::NoAnswer,
        DialStatus::Failed => DialOutcome::Failed,
        DialStatus::Canceled => DialOutcome::Canceled,
        DialStatus::Other(_) => return None,
    })
}
