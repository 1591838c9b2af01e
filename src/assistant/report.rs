//! What Vapi tells of a call, in the call's record.

use chrono::{DateTime, Utc};

use crate::call::{CallRecord, Conversation, Direction, Evidence, Source, Status, TranscriptLine};
use crate::vapi::EndedClass;
use crate::vapi::webhook::{EndOfCallReport, StatusUpdate};

/// The status of a call of which only Vapi tells.
pub(super) fn note_status(record: &mut CallRecord, update: &StatusUpdate, now: DateTime<Utc>) {
    let alone = record.conversation.as_ref().is_some_and(|conversation| conversation.alone);
    let class = update.ended_reason.as_ref().map(crate::vapi::EndedReason::class);
    let status = match update.status.as_str() {
        "scheduled" | "queued" => Status::Queued,
        "ringing" => Status::Ringing,
        "in-progress" | "forwarding" => Status::InProgress,
        "ended" => ended(class, record.status),
        _ => return,
    };
    if alone {
        record.note_status(status, now, None);
        if status == Status::InProgress {
            record.answered_at.get_or_insert(now);
        }
    }
}

fn ended(class: Option<EndedClass>, before: Status) -> Status {
    match class {
        Some(EndedClass::NoAnswer) => Status::NoAnswer,
        Some(EndedClass::Busy) => Status::Busy,
        Some(class) if class.is_fault() && before != Status::InProgress => Status::Failed,
        _ => Status::Completed,
    }
}

/// What an end-of-call report adds. What the telephone provider knows better stays.
pub(super) fn merge(record: &mut CallRecord, report: &EndOfCallReport, now: DateTime<Utc>) {
    let class = report.ended_reason.as_ref().map(crate::vapi::EndedReason::class);
    let conversation = record.conversation.get_or_insert_with(Conversation::default);
    conversation.ended = report.ended_reason.as_ref().map(|reason| reason.as_str().to_owned());
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "thousandths of a dollar, clamped")]
    let mills = report.cost.map(|cost| (cost * 1000.0).round().clamp(0.0, 1e9) as u64);
    conversation.cost_mills = mills.or(conversation.cost_mills);
    if conversation.alone {
        let seconds = match (report.started_at, report.ended_at) {
            (Some(from), Some(until)) => u32::try_from((until - from).num_seconds().max(0)).ok(),
            _ => None,
        };
        if let Some(started) = report.started_at {
            record.answered_at.get_or_insert(started);
        }
        let status = ended(class, record.status);
        record.note_status(status, report.ended_at.unwrap_or(now), seconds);
        record.talked = record.talked.max(seconds);
    }
    if record.transcript.is_empty() {
        for (sequence, turn) in report.turns.iter().enumerate() {
            // The caller is who called; in a call of ours that is the assistant's side.
            let by_caller = turn.by_caller == (record.direction == Direction::Inbound);
            let sequence = u32::try_from(sequence).unwrap_or(u32::MAX);
            record.note_line(TranscriptLine::new(sequence, by_caller, turn.text.clone(), turn.at));
        }
    }
    if let Some(data) = &report.structured_data {
        let found = Evidence::of_data(&serde_json::Value::Object(data.fields().clone()));
        if found.is_some() {
            record.outcome.weigh(Source::StructuredData, found);
        }
    }
    if let Some(transcript) = &report.transcript {
        record.outcome.read(Source::Transcript, transcript);
    }
    if let Some(summary) = &report.summary
        && !record.summary_ready
    {
        record.note_summary(summary.clone());
    }
}
