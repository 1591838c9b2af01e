use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde_json::Value;

use crate::id::{AccountSid, CallSid, ConferenceSid, RecordingSid};
use crate::open::open_enum;
use crate::parameters::parameters;
use crate::twilio::page::Paged;
use crate::twilio::resource::resource;
use crate::twilio::values::{RecordingSource, RecordingStatus, Track};

open_enum! {
    /// What becomes of the time in which a recording is paused.
    pub enum PauseBehavior {
        /// It is left out.
        Skip = "skip",
        /// It is silent, the default.
        Silence = "silence",
    }
}

/// How sound is coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum SoundFormat {
    /// MP3: small.
    #[default]
    Mp3,
    /// WAV: 16-bit samples at 8 kHz.
    Wav,
}

impl SoundFormat {
    /// `mp3` or `wav`.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Mp3 => "mp3",
            Self::Wav => "wav",
        }
    }
}

parameters! {
    /// A recording's new status: paused, in progress (resumed) or stopped.
    pub struct UpdateRecording(status: RecordingStatus = "Status") {
        /// What becomes of the time in which it is paused.
        pause_behavior: set PauseBehavior = "PauseBehavior",
    }
}

parameters! {
    /// Which recordings of an account to list.
    pub struct ListRecordings() {
        /// Made on this day (UTC) only.
        created_on: set DateTime<Utc> = "DateCreated",
        /// Made before or at this time only.
        created_before: set DateTime<Utc> = "DateCreated<",
        /// Made at or after this time only.
        created_after: set DateTime<Utc> = "DateCreated>",
        /// Of this call only.
        call: set CallSid = "CallSid",
        /// Of this conference only.
        conference: set ConferenceSid = "ConferenceSid",
        /// Those deleted less than 40 days ago, too.
        include_soft_deleted: set bool = "IncludeSoftDeleted",
        /// How many to fetch at a time: 1 to 1,000, 50 by default.
        page_size: set u32 = "PageSize",
    }
}

parameters! {
    /// Which recordings of one call or conference to list.
    pub struct ListRecordingsOf() {
        /// Made on this day (UTC) only.
        created_on: set NaiveDate = "DateCreated",
        /// Made on or before this day only.
        created_before: set NaiveDate = "DateCreated<",
        /// Made on or after this day only.
        created_after: set NaiveDate = "DateCreated>",
        /// How many to fetch at a time: 1 to 1,000, 50 by default.
        page_size: set u32 = "PageSize",
    }
}

resource! {
    /// A recording at Twilio (<https://www.twilio.com/docs/voice/api/recording#recording-properties>).
    pub struct Recording {
        /// The recording.
        sid: RecordingSid,
        /// The account.
        account_sid: AccountSid,
        /// The call that was recorded.
        call_sid: CallSid,
        /// The conference that was recorded.
        conference_sid: ConferenceSid,
        /// Where it stands.
        status: RecordingStatus,
        /// What made it.
        source: RecordingSource,
        /// How many channels it has.
        channels: u32,
        /// Which side was recorded.
        track: Track,
        /// How long it is, in seconds.
        duration: u32,
        /// When it began.
        start_time: DateTime<Utc>,
        /// What it cost; negative, absent until known.
        price: Decimal,
        /// The currency of the price (ISO 4217).
        price_unit: String,
        /// Why it is missing (<https://www.twilio.com/docs/api/errors>).
        error_code: u32,
        /// How to decrypt it, where the account encrypts recordings.
        encryption_details: Value,
        /// Where its sound is, without an ending; needs credentials.
        media_url: String,
        /// The version of the API.
        api_version: String,
        /// When it was made.
        date_created: DateTime<Utc>,
        /// When it was changed last.
        date_updated: DateTime<Utc>,
        /// Its path at Twilio.
        uri: String,
        /// The paths of what belongs to it.
        subresource_uris: BTreeMap<String, String>,
    }
}

impl Paged for Recording {
    const KEY: &'static str = "recordings";
    const WHAT: &'static str = "listing recordings";
}
