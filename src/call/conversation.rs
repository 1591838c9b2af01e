use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::booking::BookingId;
use crate::secret::Private;

/// No call has more of these.
const MOST: usize = 100;
/// Nobody leaves more messages in a call.
const MESSAGES: usize = 20;

/// What an assistant and its tools have done in a call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Conversation {
    /// The call at the assistant's provider.
    pub provider_call: String,
    /// Whether only the assistant's provider tells of the call: there is no forwarding of ours that would.
    pub alone: bool,
    /// When the appointments begin that were offered to the caller, each once.
    pub offered: Vec<DateTime<Utc>>,
    /// The results that tools gave, by the call of the tool: asked again, they give them again.
    pub results: Vec<ToolRecord>,
    /// What was booked, with when it began.
    pub bookings: Vec<(BookingId, DateTime<Utc>)>,
    /// How many people the call was offered to.
    pub transfers: u32,
    /// When the provider last asked for somebody, in milliseconds since 1970: told twice, it is one request.
    pub last_transfer: Option<i64>,
    /// The messages that the caller left.
    pub messages: Vec<Private>,
    /// Why the provider says that it ended.
    pub ended: Option<String>,
    /// What it cost at the provider, in thousandths of a US dollar.
    pub cost_mills: Option<u64>,
}

/// The result of a tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ToolRecord {
    /// The provider's id of this use of the tool.
    pub id: String,
    /// Which tool.
    pub tool: String,
    /// Whether it did what it was asked for.
    pub done: bool,
    /// What the assistant was told.
    pub text: Private,
}

impl ToolRecord {
    /// A result.
    #[must_use]
    pub fn new(id: impl Into<String>, tool: impl Into<String>, done: bool, text: impl Into<Private>) -> Self {
        Self { id: id.into(), tool: tool.into(), done, text: text.into() }
    }
}

impl Conversation {
    /// A conversation in a call at the assistant's provider.
    #[must_use]
    pub fn new(provider_call: impl Into<String>) -> Self {
        Self { provider_call: provider_call.into(), ..Self::default() }
    }

    /// The result that a use of a tool gave before.
    #[must_use]
    pub fn result(&self, id: &str) -> Option<&ToolRecord> {
        self.results.iter().find(|known| known.id == id)
    }

    /// Notes a result; the first one stays.
    pub fn note_result(&mut self, result: ToolRecord) {
        if self.result(&result.id).is_none() && self.results.len() < MOST {
            self.results.push(result);
        }
    }

    /// Notes what was offered.
    pub fn note_offers(&mut self, starts: impl IntoIterator<Item = DateTime<Utc>>) {
        for start in starts {
            if !self.offered.contains(&start) && self.offered.len() < MOST {
                self.offered.push(start);
            }
        }
    }

    /// Notes a message that the caller left.
    pub fn note_message(&mut self, text: Private) {
        if self.messages.len() < MESSAGES {
            self.messages.push(text);
        }
    }

    /// Notes what was booked.
    pub fn note_booking(&mut self, id: BookingId, start: DateTime<Utc>) {
        self.bookings.retain(|(known, _)| *known != id);
        if self.bookings.len() < MOST {
            self.bookings.push((id, start));
        }
    }
}
