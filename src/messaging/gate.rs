use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::Error;
use crate::address::Address;
use crate::clock::{Clock, within};
use crate::id::NotificationId;
use crate::message::{Guard, LineCheck, MessageRecord, Refusal, Spent};
use crate::notification::NotificationStatus;
use crate::store::Store;

/// How long a lookup of a line may keep a text waiting.
const LOOKUP_LIMIT: Duration = Duration::from_secs(10);

/// What stands between the outbox and the provider: opt-outs, the guard, rates, lines that take no texts.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) guard: Guard,
    pub(crate) lines: Option<Arc<dyn LineCheck>>,
}

/// Whether a text may be sent now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pass {
    Now,
    /// Not before.
    Later(DateTime<Utc>),
    Never(Refusal),
}

impl Gate {
    /// Asked right before a text is handed over; what is counted is counted here.
    ///
    /// `opted_out` says whether the recipient was known to want no texts just now.
    pub(crate) async fn pass(&self, text: &mut MessageRecord, opted_out: bool) -> Result<Pass, Error> {
        let now = self.clock.now();
        if text.send_by.is_some_and(|end| end < now) {
            return Ok(Pass::Never(Refusal::Expired));
        }
        if let Some(refusal) = self.outdated(text, now).await? {
            return Ok(Pass::Never(refusal));
        }
        // Each text of a row that repeats one another may still arrive.
        let mut before = text.repeats.clone();
        while let Some(id) = before {
            let Some(earlier) = self.store.message(&text.tenant, &id).await? else { break };
            if earlier.delivery.status.has_arrived() {
                return Ok(Pass::Never(Refusal::Superseded));
            }
            before = earlier.repeats;
        }
        let refused = self.guard.check(text).err().or_else(|| opted_out.then_some(Refusal::OptedOut));
        if let Some(refusal) = refused {
            return Ok(Pass::Never(refusal));
        }
        Ok(match self.store.spend(&text.tenant, &self.guard.allowances(text, now)).await? {
            Spent::Granted if !text.check_line => Pass::Now,
            Spent::Granted => {
                // Asked once, for it costs; and while it is asked somebody may opt out.
                text.check_line = false;
                if !self.takes_texts(text).await {
                    return Ok(Pass::Never(Refusal::NoTexts));
                }
                match self.allowed(text).await? {
                    Ok(()) => Pass::Now,
                    Err(refusal) => Pass::Never(refusal),
                }
            }
            Spent::Exhausted { until, .. } if text.send_by.is_some_and(|end| end < until) => {
                Pass::Never(Refusal::Expired)
            }
            Spent::Exhausted { key, until } => {
                tracing::info!(text = %text.id, limit = key.split(':').next(), "a text waits for its turn");
                Pass::Later(until)
            }
        })
    }

    /// Why a text that tells of an appointment is of no use any more, whoever wrote it: the appointment changed since, or
    /// began. Its name says which notification it carries.
    async fn outdated(&self, text: &MessageRecord, now: DateTime<Utc>) -> Result<Option<Refusal>, Error> {
        let Some(id) = NotificationId::of_text(text.id.as_str()) else { return Ok(None) };
        let Some(notification) = self.store.notification(&text.tenant, &id).await? else { return Ok(None) };
        let known = self.store.appointment(&text.tenant, &notification.appointment).await?;
        let changed = known.is_none_or(|known| known.revision != notification.revision);
        Ok(if changed || notification.status == NotificationStatus::Withdrawn {
            Some(Refusal::Withdrawn)
        } else {
            (notification.expires_at <= now).then_some(Refusal::Expired)
        })
    }

    /// What can be said before a text is written, and holds until somebody opts in.
    pub(crate) async fn allowed(&self, text: &MessageRecord) -> Result<Result<(), Refusal>, Error> {
        if let Err(refusal) = self.guard.check(text) {
            return Ok(Err(refusal));
        }
        let consent = self.store.consent(&text.tenant, &text.from, &text.to).await?;
        Ok(if consent.is_some_and(|consent| consent.opted_out) { Err(Refusal::OptedOut) } else { Ok(()) })
    }

    /// Until when a text that is due at `due` may wait.
    pub(crate) fn deadline(&self, due: DateTime<Utc>) -> Option<DateTime<Utc>> {
        TimeDelta::from_std(self.guard.patience).ok().and_then(|patience| due.checked_add_signed(patience))
    }

    /// A line that cannot be looked up is taken to be one that takes texts.
    async fn takes_texts(&self, text: &MessageRecord) -> bool {
        let (Some(lines), Address::Phone(to)) = (&self.lines, &text.to) else { return true };
        match within(self.clock.as_ref(), LOOKUP_LIMIT, lines.takes_texts(to)).await {
            Some(Ok(answer)) => answer != Some(false),
            Some(Err(error)) => {
                tracing::warn!(text = %text.id, %error, "a line could not be looked up");
                true
            }
            None => true,
        }
    }
}
