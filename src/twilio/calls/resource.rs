use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use crate::address::Address;
use crate::id::{AccountSid, CallSid, GroupSid, PhoneNumberSid, TrunkSid};
use crate::secret::Private;
use crate::twilio::page::Paged;
use crate::twilio::resource::resource;
use crate::twilio::values::{AnsweredBy, CallDirection, CallStatus};

resource! {
    /// A call at Twilio (<https://www.twilio.com/docs/voice/api/call-resource#call-properties>).
    pub struct Call {
        /// The call.
        sid: CallSid,
        /// The call that made it, by `<Dial>`.
        parent_call_sid: CallSid,
        /// The account.
        account_sid: AccountSid,
        /// Whom it went to.
        to: Address,
        /// The same, as people write it.
        to_formatted: Private,
        /// Who called.
        from: Address,
        /// The same, as people write it.
        from_formatted: Private,
        /// The account's number that was called or called.
        phone_number_sid: PhoneNumberSid,
        /// Where it stands.
        status: CallStatus,
        /// When it was answered or given up; absent before.
        start_time: DateTime<Utc>,
        /// When it ended.
        end_time: DateTime<Utc>,
        /// How long it was, in seconds; absent until it ends.
        duration: u32,
        /// What it cost; negative, absent until known.
        price: Decimal,
        /// The currency of the price (ISO 4217).
        price_unit: String,
        /// Which way it went.
        direction: CallDirection,
        /// Who or what answered, if that was looked for.
        answered_by: AnsweredBy,
        /// The version of the API.
        api_version: String,
        /// Who forwarded it, where the carrier tells.
        forwarded_from: Address,
        /// The group it belongs to.
        group_sid: GroupSid,
        /// The caller's name, if it was looked up.
        caller_name: Private,
        /// How long it waited to be placed, in milliseconds, as Twilio writes it.
        queue_time: String,
        /// The SIP trunk.
        trunk_sid: TrunkSid,
        /// When it was asked for.
        date_created: DateTime<Utc>,
        /// When it was changed last.
        date_updated: DateTime<Utc>,
        /// Its path at Twilio.
        uri: String,
        /// The paths of what belongs to it.
        subresource_uris: BTreeMap<String, String>,
    }
}

impl Paged for Call {
    const KEY: &'static str = "calls";
    const WHAT: &'static str = "listing calls";
}
