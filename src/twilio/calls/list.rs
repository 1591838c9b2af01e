use chrono::{DateTime, Utc};

use crate::address::Address;
use crate::id::CallSid;
use crate::parameters::parameters;
use crate::twilio::values::CallStatus;

parameters! {
    /// Which calls to list (<https://www.twilio.com/docs/voice/api/call-resource#read-multiple-call-resources>).
    pub struct ListCalls() {
        /// To this address only.
        to: into Address = "To",
        /// From this address only.
        from: into Address = "From",
        /// Made by this call only.
        parent: set CallSid = "ParentCallSid",
        /// In this status only.
        status: set CallStatus = "Status",
        /// Begun on this day (UTC) only.
        started_on: set DateTime<Utc> = "StartTime",
        /// Begun before or at this time only.
        started_before: set DateTime<Utc> = "StartTime<",
        /// Begun at or after this time only.
        started_after: set DateTime<Utc> = "StartTime>",
        /// Ended on this day (UTC) only.
        ended_on: set DateTime<Utc> = "EndTime",
        /// Ended before or at this time only.
        ended_before: set DateTime<Utc> = "EndTime<",
        /// Ended at or after this time only.
        ended_after: set DateTime<Utc> = "EndTime>",
        /// How many to fetch at a time: 1 to 1,000, 50 by default.
        page_size: set u32 = "PageSize",
    }
}
