use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};

use super::service::Parts;
use crate::booking::BookingId;
use crate::call::Verdict;
use crate::id::CallSid;
use crate::phone::E164;
use crate::secret::Private;
use crate::tenant::Tenant;

/// The call in which a tool is used.
#[derive(Clone)]
pub struct Context {
    pub(super) parts: Arc<Parts>,
    pub(super) tenant: Arc<Tenant>,
    pub(super) call: CallSid,
    pub(super) caller: Option<E164>,
    pub(super) now: DateTime<Utc>,
    pub(super) tool_call: String,
    /// How many appointments were booked in this call.
    pub(super) booked: usize,
    pub(super) offered: Arc<[DateTime<Utc>]>,
    pub(super) notes: Arc<Mutex<Notes>>,
}

/// What a tool wants to be remembered of the call.
#[derive(Debug, Clone, Default)]
pub(super) struct Notes {
    pub(super) offers: Vec<DateTime<Utc>>,
    pub(super) bookings: Vec<(BookingId, DateTime<Utc>)>,
    pub(super) messages: Vec<Private>,
    pub(super) came_to: Vec<(Verdict, Private)>,
}

impl Context {
    /// Whose call it is.
    #[must_use]
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// The call's record.
    #[must_use]
    pub fn call(&self) -> &CallSid {
        &self.call
    }

    /// The caller's number, if a telephone network vouches for it; never what the caller says.
    #[must_use]
    pub fn caller(&self) -> Option<&E164> {
        self.caller.as_ref()
    }

    /// When the assistant asked.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The name of this use of the tool: asked again under it, the tool is to do nothing again.
    #[must_use]
    pub fn tool_call(&self) -> &str {
        &self.tool_call
    }

    /// What has been offered to the caller in this call.
    #[must_use]
    pub fn offered(&self) -> &[DateTime<Utc>] {
        &self.offered
    }

    fn note(&self, change: impl FnOnce(&mut Notes)) {
        change(&mut self.notes.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Notes that these times were offered to the caller, who may book them from now on.
    pub fn note_offers(&self, starts: impl IntoIterator<Item = DateTime<Utc>>) {
        self.note(|notes| notes.offers.extend(starts));
    }

    /// Notes what came of the tool; it goes into the call's outcome.
    pub fn note_outcome(&self, verdict: Verdict, text: impl Into<Private>) {
        let text = text.into();
        self.note(|notes| notes.came_to.push((verdict, text)));
    }

    pub(super) fn note_booking(&self, id: BookingId, start: DateTime<Utc>) {
        self.note(|notes| notes.bookings.push((id, start)));
    }

    pub(super) fn note_message(&self, text: impl Into<Private>) {
        let text = text.into();
        self.note(|notes| notes.messages.push(text));
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("tenant", &self.tenant.id).field("call", &self.call).finish_non_exhaustive()
    }
}
