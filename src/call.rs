//! What is known of a call: its record, and how news of it change the record. Pure.
//!
//! News come in any order and more than once; a record moves forward only, so that every order ends the same.
//!
//! ```
//! use frontdesk::call::Status;
//!
//! let mut status = Status::Ringing;
//! for news in [Status::Completed, Status::InProgress, Status::Ringing] {
//!     status = status.advance(news);
//! }
//! assert_eq!(status, Status::Completed);
//! ```

mod conversation;
mod errand;
mod follow_up;
mod outcome;
mod record;
mod state;
mod store;

pub use conversation::{Conversation, ToolRecord};
pub use errand::{Errand, ErrandState};
pub use follow_up::{FollowUp, FollowUpKind, FollowUpState, FollowUps};
pub use outcome::{Booked, DETECTION, Evidence, Outcome, Source, Verdict};
pub use record::{CallRecord, Quality, RecordingInfo, TranscriptLine};
pub use state::{DialOutcome, Direction, Status};
pub use store::{CallQuery, Calls};
