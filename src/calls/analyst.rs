use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{TryStreamExt, future};
use tracing::Instrument as _;

use super::service::CallService;
use crate::Error;
use crate::blob::{BlobKey, BlobStore};
use crate::call::{CallRecord, Direction, FollowUp, FollowUpKind, FollowUpState, TranscriptLine};
use crate::clock::{Clock, within};
use crate::id::{CallSid, TenantId, TranscriptSid};
use crate::store::{Commit, Store, Unit};
use crate::twilio::Client;
use crate::twilio::intelligence::{
    Channel, ListParts, ListSentences, ListTranscripts, NewTranscript, OperatorResult, OperatorType, Sentence,
    TranscriptStatus,
};
use crate::twilio::recordings::SoundFormat;
use crate::worker::Turn;

const BATCH: usize = 4;
const LEASE: Duration = Duration::from_secs(900);
/// How long one look at a recording may take; a large one has to be fetched in it.
const STEP_LIMIT: Duration = Duration::from_secs(600);
const ROUNDS: usize = 8;
/// The operator that Twilio ships for this (<https://www.twilio.com/docs/conversational-intelligence/api/operator-resource>).
const SUMMARY_OPERATOR: &str = "conversation summary";
/// How often a step is looked at before it is given up: about a day for a transcript, with the pauses below.
const LOOKS: u32 = 160;
/// Operators are done minutes after the words are there; many services have none.
const SUMMARY_LOOKS: u32 = 12;
/// After so many looks, some five minutes, the text of another operator will do.
const OTHERS_AFTER: u32 = 6;

/// Keeps, transcribes and summarises recordings after their calls.
#[derive(Debug)]
pub(crate) struct Analyst {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) client: Client,
    pub(crate) blobs: Option<Arc<dyn BlobStore>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) name: String,
}

/// What a look at a recording came to.
enum Look {
    /// On to the next state, at once.
    On(FollowUpState),
    /// Not there yet.
    Wait,
    /// Nothing will come of it.
    GiveUp(String),
}

/// Pure: how long to wait before the next look: seconds at first, ten minutes in the end.
fn pause(attempts: u32) -> TimeDelta {
    TimeDelta::seconds(10 << attempts.min(6)).min(TimeDelta::minutes(10))
}

/// Where a recording's sound is kept.
pub(crate) fn blob_key(tenant: &TenantId, follow_up: &crate::id::RecordingSid) -> Option<BlobKey> {
    BlobKey::new(tenant, &format!("recordings/{follow_up}.mp3")).ok()
}

#[async_trait]
impl Turn for Analyst {
    async fn turn(&self) -> Result<usize, Error> {
        let claimed = self.store.claim_follow_ups(&self.name, BATCH, LEASE).await?;
        let count = claimed.len();
        let handled = claimed.into_iter().map(|(tenant, work)| async move {
            let span = tracing::info_span!("recording", call = %work.call, recording = %work.recording);
            self.handle(&tenant, work).instrument(span).await
        });
        future::join_all(handled).await.into_iter().collect::<Result<(), Error>>()?;
        Ok(count)
    }
}

impl Analyst {
    async fn handle(&self, tenant: &TenantId, mut work: FollowUp) -> Result<(), Error> {
        let step = self.step(tenant, &mut work);
        let look = within(self.clock.as_ref(), STEP_LIMIT, step).await;
        let now = self.clock.now();
        match look.unwrap_or_else(|| Err(Error::unavailable("a recording took too long"))) {
            Ok(Look::On(state)) => {
                (work.state, work.attempts, work.not_before) = (state, 0, now);
            }
            Ok(Look::Wait) => later(&mut work, now, "it was not ready in time"),
            Ok(Look::GiveUp(reason)) => give_up(&mut work, reason),
            // A recording may show up late; credentials that are refused for a while are no reason to lose it.
            Err(error) if error.is_permanent() && is_final(&error) => give_up(&mut work, error.to_string()),
            Err(error) => {
                tracing::info!(recording = %work.recording, %error, "a recording could not be looked after; trying again");
                later(&mut work, now, &error.to_string());
            }
        }
        work.lease = None;
        // Who changed it meanwhile knows better.
        self.store.commit(tenant, Unit::new().save_follow_up(work)).await.map(|_| ())
    }

    async fn step(&self, tenant: &TenantId, work: &mut FollowUp) -> Result<Look, Error> {
        match (work.kind, work.state) {
            (FollowUpKind::Keep, _) => self.keep(tenant, work).await,
            (_, FollowUpState::Wanted) => self.ask(tenant, work).await,
            (_, FollowUpState::Asking) => self.find(work).await,
            (_, FollowUpState::Transcribing) => self.read(tenant, work).await,
            (_, FollowUpState::Summarizing) => self.summarize(tenant, work).await,
            (_, FollowUpState::Done | FollowUpState::GivenUp) => Ok(Look::On(work.state)),
        }
    }

    async fn keep(&self, tenant: &TenantId, work: &FollowUp) -> Result<Look, Error> {
        let Some(blobs) = &self.blobs else { return Ok(Look::GiveUp("there is nowhere to keep recordings".into())) };
        let Some(key) = blob_key(tenant, &work.recording) else { return Ok(Look::GiveUp("no name for it".into())) };
        let sound = self.client.recordings().download(&work.recording, SoundFormat::Mp3).await?;
        let kind = sound.content_type().unwrap_or("audio/mpeg").to_owned();
        blobs.put(&key, &kind, sound.collect().await?).await?;
        Ok(Look::On(FollowUpState::Done))
    }

    /// Asks for a transcript; that it is asked for is written down first.
    async fn ask(&self, tenant: &TenantId, work: &mut FollowUp) -> Result<Look, Error> {
        let Some(service) = work.service else { return Ok(Look::GiveUp("no service transcribes".into())) };
        work.state = FollowUpState::Asking;
        match self.store.commit(tenant, Unit::new().save_follow_up(work.clone())).await? {
            Commit::Applied => work.version += 1,
            _ => return Err(Error::unavailable("a recording is in other hands")),
        }
        let new = NewTranscript::new(service, Channel::of_recording(work.recording)).customer_key(work.call.as_str());
        let transcript = self.client.intelligence().transcripts().create(&new).await;
        match transcript {
            Ok(transcript) => {
                work.transcript = transcript.sid;
                Ok(if work.transcript.is_some() { Look::On(FollowUpState::Transcribing) } else { Look::Wait })
            }
            Err(error) if error.is_retryable() => {
                work.state = FollowUpState::Wanted;
                Err(error)
            }
            Err(error) => Err(error),
        }
    }

    /// Nobody knows whether a transcript was asked for: Twilio does, by its recording.
    async fn find(&self, work: &mut FollowUp) -> Result<Look, Error> {
        let mut filter = ListTranscripts::new().source(work.recording).page_size(20);
        if let Some(service) = work.service {
            filter = filter.service(service);
        }
        let mut listed = self.client.intelligence().transcripts().list(&filter).stream();
        while let Some(transcript) = listed.try_next().await? {
            let usable = !matches!(&transcript.status, Some(status) if status.is_final() && *status != TranscriptStatus::Completed);
            if usable && transcript.sid.is_some() {
                work.transcript = transcript.sid;
                return Ok(Look::On(FollowUpState::Transcribing));
            }
        }
        // A second transcript costs little; none at all would be a loss.
        Ok(if work.attempts >= 2 { Look::On(FollowUpState::Wanted) } else { Look::Wait })
    }

    async fn read(&self, tenant: &TenantId, work: &FollowUp) -> Result<Look, Error> {
        let Some(sid) = work.transcript else { return Ok(Look::On(FollowUpState::Asking)) };
        let transcripts = self.client.intelligence().transcripts();
        match transcripts.fetch(&sid).await?.status {
            Some(TranscriptStatus::Completed) => {}
            Some(status) if status.is_final() => return Ok(Look::GiveUp(format!("the transcript is {status}"))),
            _ => return Ok(Look::Wait),
        }
        let filter = ListSentences::new().page_size(1000);
        let sentences: Vec<Sentence> = transcripts.sentences(&sid, &filter).stream().try_collect().await?;
        change(self.store.as_ref(), tenant, &work.call, |record| {
            record.transcript_sid = Some(sid);
            note_sentences(record, &sentences);
        })
        .await?;
        Ok(Look::On(FollowUpState::Summarizing))
    }

    async fn summarize(&self, tenant: &TenantId, work: &FollowUp) -> Result<Look, Error> {
        let Some(sid) = work.transcript else { return Ok(Look::On(FollowUpState::Asking)) };
        let listing = self.client.intelligence().transcripts().operator_results(&sid, &ListParts::new());
        let results: Vec<OperatorResult> = listing.stream().try_collect().await?;
        match summary(&results, work.attempts + 1 >= OTHERS_AFTER) {
            Some(text) => {
                change(self.store.as_ref(), tenant, &work.call, |record| record.note_summary(text.into())).await?;
                Ok(Look::On(FollowUpState::Done))
            }
            None if work.attempts + 1 >= SUMMARY_LOOKS => Ok(Look::GiveUp("no operator wrote a summary".into())),
            None => Ok(Look::Wait),
        }
    }
}

/// What was said and what came of it, for who asks: fetched if it is missing, and looked at again when the detection is
/// better than it was.
#[derive(Debug, Clone)]
pub(crate) struct Analysis {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) client: Option<Client>,
}

impl Analysis {
    /// The call with its summary, and the outcome that this version finds in it.
    pub(crate) async fn summary(&self, tenant: &TenantId, call: &CallSid) -> Result<Option<CallRecord>, Error> {
        let store = self.store.as_ref();
        let Some(record) = store.call(tenant, call).await? else { return Ok(None) };
        if record.summary.is_none()
            && let (Some(client), Some(sid)) = (&self.client, record.transcript_sid)
        {
            let listing = client.intelligence().transcripts();
            let results: Result<Vec<OperatorResult>, Error> =
                listing.operator_results(&sid, &ListParts::new()).stream().try_collect().await;
            match results {
                // Another operator's text is taken only by the worker, which knows how long it has waited.
                Ok(results) => {
                    if let Some(text) = summary(&results, false) {
                        return change(store, tenant, call, |record| record.note_summary(text.into())).await;
                    }
                }
                Err(error) => tracing::warn!(call = %record.sid, %error, "a summary could not be fetched"),
            }
        }
        if record.outcome.is_outdated() && record.summary.is_some() {
            return change(store, tenant, call, CallRecord::look_again).await;
        }
        Ok(Some(record))
    }

    /// The call with what was said.
    pub(crate) async fn transcript(&self, tenant: &TenantId, call: &CallSid) -> Result<Option<CallRecord>, Error> {
        let Some(record) = self.store.call(tenant, call).await? else { return Ok(None) };
        let (Some(client), Some(sid), true) = (&self.client, record.transcript_sid, record.transcript.is_empty())
        else {
            return Ok(Some(record));
        };
        let transcripts = client.intelligence().transcripts();
        let filter = ListSentences::new().page_size(1000);
        match transcripts.sentences(&sid, &filter).stream().try_collect::<Vec<Sentence>>().await {
            Ok(sentences) if sentences.is_empty() => Ok(Some(record)),
            Ok(sentences) => {
                change(self.store.as_ref(), tenant, call, |record| note_sentences(record, &sentences)).await
            }
            Err(error) => {
                tracing::warn!(call = %record.sid, %error, "a transcript could not be fetched");
                Ok(Some(record))
            }
        }
    }
}

/// Changes a call's record, again as often as somebody else does meanwhile; `None` when there is none.
async fn change(
    store: &dyn Store,
    tenant: &TenantId,
    call: &CallSid,
    change: impl Fn(&mut CallRecord),
) -> Result<Option<CallRecord>, Error> {
    for _ in 0..ROUNDS {
        let Some(mut record) = store.call(tenant, call).await? else { return Ok(None) };
        change(&mut record);
        if store.commit(tenant, Unit::new().save_call(record.clone())).await? == Commit::Applied {
            return Ok(Some(record));
        }
    }
    Err(Error::unavailable("writing a call's record that keeps changing"))
}

/// What was heard while the call went on is the same conversation, and stays.
fn note_sentences(record: &mut CallRecord, sentences: &[Sentence]) {
    if record.transcript.is_empty() {
        for sentence in sentences {
            if let Some(line) = line(sentence, record) {
                record.note_line(line);
            }
        }
    }
}

/// Pure: whether a refusal is about the recording itself.
fn is_final(error: &Error) -> bool {
    error.status().is_some_and(|status| status.is_client_error()) && !error.is_unauthorized() && !error.is_not_found()
}

fn later(work: &mut FollowUp, now: DateTime<Utc>, reason: &str) {
    work.not_before = now.checked_add_signed(pause(work.attempts)).unwrap_or(now);
    work.attempts += 1;
    if work.attempts >= LOOKS {
        give_up(work, reason.to_owned());
    }
}

fn give_up(work: &mut FollowUp, reason: String) {
    tracing::warn!(recording = %work.recording, reason, "a recording was given up");
    work.state = FollowUpState::GivenUp;
    work.reason = Some(reason);
}

/// Pure: which of the results is the summary: the operator made for it, else any text that an operator wrote.
///
/// Operators are not done all at once, so that others count only when that one had time enough.
pub(crate) fn summary(results: &[OperatorResult], others: bool) -> Option<&str> {
    let named = results.iter().find(|result| {
        let name = result.name.as_deref().unwrap_or_default().trim().to_ascii_lowercase();
        name == SUMMARY_OPERATOR && result.text().is_some()
    });
    let written = || {
        let wrote = |result: &&OperatorResult| {
            result.operator_type == Some(OperatorType::TextGeneration) && result.text().is_some()
        };
        results.iter().find(wrote)
    };
    named.or_else(|| if others { written() } else { None }).and_then(OperatorResult::text)
}

/// Pure: a sentence as a line of the call's transcript. The first channel is the side that placed the call.
fn line(sentence: &Sentence, record: &CallRecord) -> Option<TranscriptLine> {
    let text = sentence.transcript.clone()?;
    let first = sentence.media_channel.unwrap_or(1) == 1;
    let by_caller = first == (record.direction == Direction::Inbound);
    let at = sentence.begins_at().and_then(|seconds| {
        let millis = i64::try_from((seconds * rust_decimal::Decimal::from(1000)).round()).ok()?;
        record.started_at.checked_add_signed(TimeDelta::try_milliseconds(millis)?)
    });
    Some(TranscriptLine::new(sentence.sentence_index?, by_caller, text, at))
}

/// Takes the notice that a transcript is ready. Only its name is believed; all else is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Notices {
    pub(crate) calls: CallService,
    pub(crate) client: Option<Client>,
}

impl Notices {
    /// True when it concerns a recording of ours.
    pub(crate) async fn ready(&self, transcript: &TranscriptSid) -> Result<bool, Error> {
        let store = &self.calls.store;
        for _ in 0..ROUNDS {
            let Some((tenant, mut work)) = store.follow_up_of(transcript).await? else {
                return self.adopt(transcript).await;
            };
            if !matches!(work.state, FollowUpState::Transcribing | FollowUpState::Summarizing) || work.lease.is_some() {
                return Ok(true);
            }
            work.not_before = self.calls.clock.now();
            if store.commit(&tenant, Unit::new().save_follow_up(work)).await? == Commit::Applied {
                self.calls.follow_ups.call();
                return Ok(true);
            }
        }
        Ok(true)
    }

    /// A transcript that nobody here has asked for, as of a service that transcribes every recording: Twilio tells which
    /// call it belongs to, and the store whose that is.
    async fn adopt(&self, transcript: &TranscriptSid) -> Result<bool, Error> {
        let Some(client) = &self.client else { return Ok(false) };
        let known = match client.intelligence().transcripts().fetch(transcript).await {
            Ok(known) => known,
            Err(error) if error.is_not_found() => return Ok(false),
            Err(error) => return Err(error),
        };
        let Some(recording) = known.recording() else { return Ok(false) };
        let Some(sid) = client.recordings().fetch(&recording).await?.call_sid else { return Ok(false) };
        let call = client.calls().fetch(&sid).await?;
        for address in [call.to, call.from].into_iter().flatten() {
            let Some(tenant) = self.calls.tenant_of(&address).await.transpose()? else { continue };
            if self.calls.store.call(&tenant.id, &sid).await?.is_none() {
                continue;
            }
            let now = self.calls.clock.now();
            let mut work = FollowUp::new(tenant.id.clone(), sid, recording, FollowUpKind::Transcribe, now);
            (work.state, work.transcript) = (FollowUpState::Transcribing, Some(*transcript));
            work.service = known.service_sid;
            self.calls.store.commit(&tenant.id, Unit::new().follow_up(work)).await?;
            self.calls.follow_ups.call();
            return Ok(true);
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(json: &str) -> OperatorResult {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn the_operator_made_for_it_writes_the_summary_else_any_that_writes() {
        let classify = result(r#"{"name":"Call Type","operator_type":"conversation-classify","predicted_label":"x"}"#);
        let other = result(
            r#"{"name":"Notes","operator_type":"text-generation","text_generation_results":{"result":"Notes."}}"#,
        );
        let named = result(
            r#"{"name":"Conversation Summary","operator_type":"text-generation",
                "text_generation_results":{"format":"text","result":" Booked for Tuesday. "}}"#,
        );
        let empty = result(
            r#"{"name":"Conversation Summary","operator_type":"text-generation","text_generation_results":{"result":" "}}"#,
        );
        assert_eq!(summary(&[classify.clone(), other.clone(), named], false), Some("Booked for Tuesday."));
        assert_eq!(summary(&[empty.clone(), other.clone()], true), Some("Notes."));
        assert_eq!(summary(&[empty, other], false), None, "the one made for it may still be at work");
        assert_eq!(summary(&[classify], true), None);
        assert_eq!(summary(&[], true), None);
    }

    #[test]
    fn pauses_grow_to_ten_minutes() {
        assert_eq!([pause(0), pause(1), pause(5), pause(90)].map(|pause| pause.num_seconds()), [10, 20, 320, 600]);
    }
}
