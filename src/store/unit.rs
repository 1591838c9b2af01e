use crate::call::{CallRecord, FollowUp};
use crate::message::{Consent, MessageRecord};
use crate::number::NumberOrder;
use crate::phone::E164;
use crate::relay::RelayEvent;
use crate::secret::Private;

/// Writes that belong together. The fields are for stores; everybody else builds a unit with its methods.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
#[must_use]
pub struct Unit {
    /// A key that may be committed once for a tenant, and the answer for who comes second.
    pub once: Option<(String, Private)>,
    /// Calls to write, each with the version it was read with, 0 for a new one.
    pub calls: Vec<CallRecord>,
    /// Texts to write, each with the version it was read with, 0 for a new one.
    pub messages: Vec<MessageRecord>,
    /// Texts to write unless one of the same id is there.
    pub enqueued: Vec<MessageRecord>,
    /// Who wants texts and who does not; the latest holds.
    pub consents: Vec<Consent>,
    /// Orders for numbers to write, each with the version it was read with.
    pub orders: Vec<NumberOrder>,
    /// Orders for numbers to write unless one of the same id is there.
    pub ordered: Vec<NumberOrder>,
    /// Numbers that become the tenant's.
    pub attached: Vec<E164>,
    /// Numbers that the tenant loses.
    pub detached: Vec<E164>,
    /// What is to be done with recordings, each with the version it was read with.
    pub follow_ups: Vec<FollowUp>,
    /// What is to be done with recordings, unless it is there already.
    pub followed_up: Vec<FollowUp>,
    /// Events to write, each with the version it was read with.
    pub relays: Vec<RelayEvent>,
    /// Events to write unless one of the same id is there.
    pub announced: Vec<RelayEvent>,
}

/// What came of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Commit {
    /// All of it was done.
    Applied,
    /// A unit with this key was committed before; nothing was done.
    Duplicate {
        /// The answer saved then.
        answer: Private,
    },
    /// A record had changed since it was read; nothing was done. Read, decide and commit again.
    Stale,
}

impl Unit {
    /// A unit without writes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Commits only if no unit with this key was committed for the tenant; saves the answer for who comes second.
    pub fn once(mut self, key: impl Into<String>, answer: impl Into<Private>) -> Self {
        self.once = Some((key.into(), answer.into()));
        self
    }

    /// Writes a call: a new one with version 0, or a changed one with the version it was read with.
    pub fn save_call(mut self, call: CallRecord) -> Self {
        self.calls.push(call);
        self
    }

    /// Writes a text: a new one with version 0, or a changed one with the version it was read with.
    pub fn save_message(mut self, message: MessageRecord) -> Self {
        self.messages.push(message);
        self
    }

    /// Puts a text into the outbox, unless one of its id is there already.
    pub fn enqueue(mut self, message: MessageRecord) -> Self {
        self.enqueued.push(message);
        self
    }

    /// Writes a changed order for a number with the version it was read with.
    pub fn save_order(mut self, order: NumberOrder) -> Self {
        self.orders.push(order);
        self
    }

    /// Orders a number, unless there is an order of this id already.
    pub fn order(mut self, order: NumberOrder) -> Self {
        self.ordered.push(order);
        self
    }

    /// Gives the tenant a number: calls to it are the tenant's from now on.
    pub fn attach(mut self, number: E164) -> Self {
        self.attached.push(number);
        self
    }

    /// Takes a number from the tenant.
    pub fn detach(mut self, number: E164) -> Self {
        self.detached.push(number);
        self
    }

    /// Writes what is to be done with a recording, with the version it was read with.
    pub fn save_follow_up(mut self, follow_up: FollowUp) -> Self {
        self.follow_ups.push(follow_up);
        self
    }

    /// Writes what is to be done with a recording, unless it is there already.
    pub fn follow_up(mut self, follow_up: FollowUp) -> Self {
        self.followed_up.push(follow_up);
        self
    }

    /// Remembers whether somebody wants texts.
    pub fn consent(mut self, consent: Consent) -> Self {
        self.consents.push(consent);
        self
    }

    /// Writes a changed event with the version it was read with.
    pub fn save_relay(mut self, event: RelayEvent) -> Self {
        self.relays.push(event);
        self
    }

    /// Puts an event into the relay queue, unless one of its id is there already.
    pub fn announce(mut self, event: RelayEvent) -> Self {
        self.announced.push(event);
        self
    }

    /// True when there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
