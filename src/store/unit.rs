use super::record::Record;
use crate::address::Address;
use crate::booking::Booking;
use crate::call::{CallRecord, FollowUp};
use crate::id::TenantId;
use crate::message::{Consent, MessageRecord};
use crate::notification::{AppointmentRecord, Notification};
use crate::number::NumberOrder;
use crate::phone::E164;
use crate::relay::RelayEvent;
use crate::secret::Private;
use crate::tenant::{Block, Tenant};
use crate::token::{PendingConsent, Token};

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
    /// Bookings that a hold has made, each with the version it was read with; what they keep others from follows.
    pub bookings: Vec<Booking>,
    /// Who is blocked from now on.
    pub blocked: Vec<Block>,
    /// Who is blocked no longer.
    pub unblocked: Vec<Address>,
    /// Settings to write, with the version they were read with. The numbers of a tenant that is new become its own;
    /// those of a known one stay as they are.
    pub tenants: Vec<Tenant>,
    /// Tokens to write, each with the version it was read with, 0 for a new one.
    pub tokens: Vec<Token>,
    /// Providers and accounts whose tokens are deleted.
    pub forgotten: Vec<(String, Private)>,
    /// Consents that are being asked for.
    pub asked: Vec<PendingConsent>,
    /// What is known of appointments, each with the version it was read with, 0 for a new one.
    pub appointments: Vec<AppointmentRecord>,
    /// Notifications to write, each with the version it was read with.
    pub notifications: Vec<Notification>,
    /// Notifications to write unless one of the same id is there.
    pub notified: Vec<Notification>,
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

    /// Writes what is known of an appointment: a new one with version 0, or a changed one with the version it was read
    /// with.
    pub fn save_appointment(mut self, appointment: AppointmentRecord) -> Self {
        self.appointments.push(appointment);
        self
    }

    /// Writes a changed notification with the version it was read with.
    pub fn save_notification(mut self, notification: Notification) -> Self {
        self.notifications.push(notification);
        self
    }

    /// Plans a notification, unless there is one of this id already.
    pub fn notify(mut self, notification: Notification) -> Self {
        self.notified.push(notification);
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

    /// Writes a changed booking with the version it was read with, and keeps others from the times it has now.
    pub fn save_booking(mut self, booking: Booking) -> Self {
        self.bookings.push(booking);
        self
    }

    /// Blocks somebody.
    pub fn block(mut self, block: Block) -> Self {
        self.blocked.push(block);
        self
    }

    /// Blocks somebody no longer.
    pub fn unblock(mut self, address: Address) -> Self {
        self.unblocked.push(address);
        self
    }

    /// Writes a tenant's settings: new ones with version 0, or changed ones with the version they were read with.
    pub fn save_tenant(mut self, tenant: Tenant) -> Self {
        self.tenants.push(tenant);
        self
    }

    /// Writes a token: a new one with version 0, or a changed one with the version it was read with.
    pub fn save_token(mut self, token: Token) -> Self {
        self.tokens.push(token);
        self
    }

    /// Deletes a token.
    pub fn forget_token(mut self, provider: impl Into<String>, account: impl Into<Private>) -> Self {
        self.forgotten.push((provider.into(), account.into()));
        self
    }

    /// Remembers that somebody is being asked for consent.
    pub fn ask_consent(mut self, consent: PendingConsent) -> Self {
        self.asked.push(consent);
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

    /// True when something in it is another tenant's.
    pub(crate) fn is_foreign(&self, tenant: &TenantId) -> bool {
        fn any<R: Record>(records: &[R], tenant: &TenantId) -> bool {
            records.iter().any(|record| record.tenant() != tenant)
        }
        any(&self.calls, tenant)
            || any(&self.messages, tenant)
            || any(&self.enqueued, tenant)
            || any(&self.bookings, tenant)
            || any(&self.tenants, tenant)
            || any(&self.tokens, tenant)
            || any(&self.appointments, tenant)
            || any(&self.notifications, tenant)
            || any(&self.notified, tenant)
            || any(&self.orders, tenant)
            || any(&self.ordered, tenant)
            || any(&self.follow_ups, tenant)
            || any(&self.followed_up, tenant)
            || any(&self.relays, tenant)
            || any(&self.announced, tenant)
            || self.consents.iter().any(|consent| consent.tenant != *tenant)
            || self.blocked.iter().any(|block| block.tenant != *tenant)
            || self.asked.iter().any(|consent| consent.tenant != *tenant)
    }

    /// True when there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
