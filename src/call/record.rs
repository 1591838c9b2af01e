use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use url::Url;

use super::conversation::Conversation;
use super::errand::Errand;
use super::outcome::{Outcome, Source};
use super::state::{DialOutcome, Direction, Status};
use crate::address::Address;
use crate::id::{CallSid, RecordingSid, TenantId, TranscriptSid};
use crate::message::MessageId;
use crate::secret::Private;
use crate::tenant::Route;

/// What is known of a call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CallRecord {
    /// Whose call it is.
    pub tenant: TenantId,
    /// The provider's id.
    pub sid: CallSid,
    /// The business's number in this call.
    pub business_number: Address,
    /// Who called.
    pub from: Address,
    /// Who was called.
    pub to: Address,
    /// Which way it went.
    pub direction: Direction,
    /// Where it stands.
    pub status: Status,
    /// How forwarding it ended.
    pub dial_outcome: Option<DialOutcome>,
    /// The key that was chosen in the menu.
    pub menu_choice: Option<char>,
    /// Where it went.
    pub route: Option<Route>,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When somebody answered it.
    pub answered_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// Its length in seconds.
    pub duration: Option<u32>,
    /// How long caller and business talked, in seconds.
    pub talked: Option<u32>,
    /// Whether the caller was turned away because nobody is there at this hour.
    pub closed: bool,
    /// Whether the caller was told of the recording.
    pub consent_said: bool,
    /// Whether live transcription was started.
    pub transcribing: bool,
    /// The recording of the conversation.
    pub recording: Option<RecordingInfo>,
    /// The recording left as a voicemail.
    pub voicemail: Option<RecordingInfo>,
    /// What the voicemail says.
    pub voicemail_text: Option<Private>,
    /// The transcript at the provider.
    pub transcript_sid: Option<TranscriptSid>,
    /// What was said, from real-time transcription.
    pub transcript: Vec<TranscriptLine>,
    /// What the call was about.
    pub summary: Option<Private>,
    /// Whether the summary is final.
    pub summary_ready: bool,
    /// What came of it.
    pub outcome: Outcome,
    /// What the host notes.
    pub notes: Option<Private>,
    /// What the provider reports of the connection.
    pub quality: Quality,
    /// What an assistant and its tools did in it.
    #[serde(default)]
    pub conversation: Option<Conversation>,
    /// That it is a call of ours, which is to be placed.
    #[serde(default)]
    pub errand: Option<Errand>,
    /// The text that followed because nobody answered.
    pub text_back: Option<MessageId>,
    /// Changes so far; a store refuses to overwrite a record with an older one.
    pub version: u64,
}

/// A recording at the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RecordingInfo {
    /// Its id.
    pub sid: RecordingSid,
    /// Where it can be fetched, with credentials.
    pub url: Option<Url>,
    /// Its length in seconds.
    pub duration: Option<u32>,
    /// Whether its file is there.
    pub ready: bool,
}

impl RecordingInfo {
    /// A recording of which only the id is known.
    #[must_use]
    pub fn new(sid: RecordingSid) -> Self {
        Self { sid, url: None, duration: None, ready: false }
    }

    /// Where its file is and how long it is, in seconds.
    #[must_use]
    pub fn with_file(mut self, url: Option<Url>, duration: Option<u32>) -> Self {
        (self.url, self.duration) = (url, duration);
        self
    }

    /// Whether its file is there.
    #[must_use]
    pub fn with_ready(mut self, ready: bool) -> Self {
        self.ready = ready;
        self
    }

    /// Adds what another report of the same recording knows.
    pub fn merge(&mut self, other: Self) {
        if self.sid == other.sid {
            self.url = other.url.or_else(|| self.url.take());
            self.duration = other.duration.or(self.duration);
            self.ready |= other.ready;
        } else if !self.ready {
            *self = other;
        }
    }
}

/// Something that was said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TranscriptLine {
    /// Its place in the transcription.
    pub sequence: u32,
    /// Whether the caller said it.
    pub by_caller: bool,
    /// The words.
    pub text: Private,
    /// When, by the provider's clock.
    pub at: Option<DateTime<Utc>>,
}

impl TranscriptLine {
    /// A line.
    #[must_use]
    pub fn new(sequence: u32, by_caller: bool, text: Private, at: Option<DateTime<Utc>>) -> Self {
        Self { sequence, by_caller, text, at }
    }
}

/// What the provider reports of a connection.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Quality {
    /// The carrier's final SIP response.
    pub sip_response_code: Option<u32>,
    /// Time in the provider's queue, in milliseconds.
    pub queue_time_ms: Option<u32>,
    /// Who answered, in the provider's words.
    pub answered_by: Option<String>,
    /// Time to tell person from machine, in milliseconds.
    pub machine_detection_ms: Option<u32>,
    /// How far the caller's number is attested, in the provider's words.
    pub attestation: Option<String>,
    /// The provider's error, when the call failed.
    pub error_code: Option<u32>,
}

impl CallRecord {
    /// The final summary, and what it says of an appointment unless the host has said that.
    pub fn note_summary(&mut self, text: Private) {
        self.outcome.read(Source::Summary, &text);
        self.summary = Some(text);
        self.summary_ready = true;
    }

    /// Finds in the summary what came of the call, unless the host has said that, or this version has looked already.
    pub fn look_again(&mut self) {
        if let Some(summary) = self.summary.as_ref().filter(|_| self.outcome.is_outdated()) {
            self.outcome.read(Source::Summary, summary);
        }
    }

    /// A call that has just begun.
    #[must_use]
    pub fn begin(
        tenant: TenantId,
        sid: CallSid,
        direction: Direction,
        from: Address,
        to: Address,
        at: DateTime<Utc>,
    ) -> Self {
        let business_number = match direction {
            Direction::Inbound => to.clone(),
            Direction::Outbound => from.clone(),
        };
        Self {
            tenant,
            sid,
            business_number,
            from,
            to,
            direction,
            status: Status::Queued,
            dial_outcome: None,
            menu_choice: None,
            route: None,
            started_at: at,
            answered_at: None,
            ended_at: None,
            duration: None,
            talked: None,
            closed: false,
            consent_said: false,
            transcribing: false,
            recording: None,
            voicemail: None,
            voicemail_text: None,
            transcript_sid: None,
            transcript: Vec::new(),
            summary: None,
            summary_ready: false,
            outcome: Outcome::default(),
            notes: None,
            quality: Quality::default(),
            conversation: None,
            errand: None,
            text_back: None,
            version: 0,
        }
    }

    /// The status changed. `at` is when, `duration` the length in seconds if it is known.
    pub fn note_status(&mut self, news: Status, at: DateTime<Utc>, duration: Option<u32>) {
        self.status = self.status.advance(news);
        self.duration = duration.or(self.duration);
        if news.is_final() {
            self.ended_at = Some(self.ended_at.map_or(at, |known| known.min(at)));
        }
    }

    /// Forwarding ended: the best outcome of several stays.
    pub fn note_dial(&mut self, outcome: DialOutcome, at: DateTime<Utc>, talked: Option<u32>) {
        self.dial_outcome = self.dial_outcome.max(Some(outcome));
        if outcome == DialOutcome::Answered {
            self.talked = self.talked.max(talked);
            let answered = at - chrono::TimeDelta::seconds(talked.unwrap_or(0).into());
            self.answered_at = Some(self.answered_at.map_or(answered, |known| known.min(answered)));
        }
    }

    /// A conversation was recorded.
    pub fn note_recording(&mut self, info: RecordingInfo) {
        match &mut self.recording {
            Some(known) => known.merge(info),
            none => *none = Some(info),
        }
    }

    /// A voicemail was left.
    pub fn note_voicemail(&mut self, info: RecordingInfo) {
        match &mut self.voicemail {
            Some(known) => known.merge(info),
            none => *none = Some(info),
        }
    }

    /// Something was said; a line that is known already is left out.
    pub fn note_line(&mut self, line: TranscriptLine) {
        let place = |known: &TranscriptLine| (known.sequence, known.by_caller);
        let key = (line.sequence, line.by_caller);
        if let Err(at) = self.transcript.binary_search_by(|known| place(known).cmp(&key)) {
            self.transcript.insert(at, line);
        }
    }

    /// Who called the business, or was called by it.
    #[must_use]
    pub fn other_side(&self) -> &Address {
        match self.direction {
            Direction::Inbound => &self.from,
            Direction::Outbound => &self.to,
        }
    }

    /// Whether somebody of the business answered.
    #[must_use]
    pub fn was_answered(&self) -> bool {
        self.dial_outcome == Some(DialOutcome::Answered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_end_and_the_best_outcome_stay() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let sid = "CA0123456789abcdef0123456789abcdef".parse().unwrap();
        let mut record = CallRecord::begin(
            "t".parse().unwrap(),
            sid,
            Direction::Inbound,
            "client:a".into(),
            "client:b".into(),
            at(0),
        );
        record.note_dial(DialOutcome::Answered, at(50), Some(20));
        record.note_dial(DialOutcome::NoAnswer, at(20), None);
        record.note_status(Status::Completed, at(60), Some(60));
        record.note_status(Status::InProgress, at(70), None);
        record.note_status(Status::Completed, at(80), None);
        assert_eq!((record.dial_outcome, record.answered_at), (Some(DialOutcome::Answered), Some(at(30))));
        assert_eq!((record.status, record.ended_at, record.duration), (Status::Completed, Some(at(60)), Some(60)));
        assert!(record.was_answered());
    }

    #[test]
    fn lines_stand_in_order_and_once() {
        let sid = "CA0123456789abcdef0123456789abcdef".parse().unwrap();
        let epoch = DateTime::UNIX_EPOCH;
        let mut record = CallRecord::begin(
            "t".parse().unwrap(),
            sid,
            Direction::Inbound,
            "client:a".into(),
            "client:b".into(),
            epoch,
        );
        for sequence in [3, 1, 2, 3, 1] {
            record.note_line(TranscriptLine::new(sequence, true, "x".into(), None));
        }
        assert_eq!(record.transcript.iter().map(|line| line.sequence).collect::<Vec<_>>(), [1, 2, 3]);
    }
}
