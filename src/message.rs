//! Texts in both directions, whether they arrived, and the outbox they wait in. Pure.
//!
//! Delivery moves forward only: news come in any order, more than once, and before the provider's own answer.
//!
//! ```
//! use frontdesk::message::{Delivery, DeliveryStatus};
//!
//! let mut delivery = Delivery::new(DeliveryStatus::Queued);
//! delivery = delivery.advance(Delivery::new(DeliveryStatus::Delivered));
//! delivery = delivery.advance(Delivery::new(DeliveryStatus::Sent));        // late: changes nothing
//! assert_eq!(delivery.status, DeliveryStatus::Delivered);
//! ```

mod allowance;
mod consent;
mod guard;
mod line;
mod record;
mod segments;
mod sender;
mod state;
mod store;

/// How many characters of text a message may have (<https://www.twilio.com/docs/api/errors/21617>).
pub const MAX_BODY_CHARS: usize = 1600;

pub(crate) use allowance::spend_all;
pub use allowance::{Allowance, Counted, Counters, Spent};
pub use consent::{Consent, ConsentSource, Consents, Keyword};
pub use guard::{Countries, Guard, Refusal, TRIAL_PREFIX, TooLong};
pub use line::LineCheck;
pub use record::{InvalidMessageId, Lease, MAX_CHECKS, MessageId, MessageKind, MessageRecord};
pub use segments::{Encoding, Segments, split};
pub use sender::{Accepted, SmsSender};
pub use state::{Delivery, DeliveryStatus};
pub use store::{MessageCounts, MessageQuery, Messages};
