//! News of calls for a service of the host's own: what is sent, and the queue it waits in. Pure.
//!
//! ```
//! use frontdesk::relay::RelayKind;
//! assert_eq!(RelayKind::Missed.path(), "/calls/missed");
//! ```

mod record;

pub use record::{RelayEvent, RelayKind, RelayReply, RelayTarget};
