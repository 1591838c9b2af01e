//! Transcriptions of recordings, such as of voicemail (<https://www.twilio.com/docs/voice/api/recording-transcription>).
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use std::sync::Arc;
//! # use frontdesk::transport::Stub;
//! # use frontdesk::twilio::Client;
//! # let stub = Stub::new().reply(200, r#"{"status":"completed","transcription_text":"Please call me back."}"#);
//! # let twilio = Client::builder("AC0123456789abcdef0123456789abcdef".parse()?)
//! #     .with_auth_token("secret").with_transport(Arc::new(stub)).build()?;
//! let said = twilio.transcriptions().fetch(&"TR0123456789abcdef0123456789abcdef".parse()?).await?;
//! assert_eq!(said.transcription_text.as_deref(), Some("Please call me back."));
//! # Ok(()) }
//! ```

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::page::{Listing, Paged};
use super::resource::resource;
use super::values::TranscriptionStatus;
use super::{Client, Request};
use crate::Error;
use crate::id::{AccountSid, RecordingSid, TranscriptionSid};
use crate::parameters::parameters;
use crate::secret::Private;

parameters! {
    /// How to list transcriptions.
    pub struct ListTranscriptions() {
        /// How many to fetch at a time: 1 to 1,000, 50 by default.
        page_size: set u32 = "PageSize",
    }
}

resource! {
    /// What was said in a recording.
    pub struct Transcription {
        /// The transcription.
        sid: TranscriptionSid,
        /// The account.
        account_sid: AccountSid,
        /// The recording.
        recording_sid: RecordingSid,
        /// Where it stands.
        status: TranscriptionStatus,
        /// What was said.
        transcription_text: Private,
        /// How long the recording is, in seconds.
        duration: u32,
        /// What it cost; negative, absent until known.
        price: Decimal,
        /// The currency of the price (ISO 4217).
        price_unit: String,
        /// How it was made: `fast`.
        kind = "type": String,
        /// The version of the API.
        api_version: String,
        /// When it was made.
        date_created: DateTime<Utc>,
        /// When it was changed last.
        date_updated: DateTime<Utc>,
        /// Its path at Twilio.
        uri: String,
    }
}

impl Paged for Transcription {
    const KEY: &'static str = "transcriptions";
    const WHAT: &'static str = "listing transcriptions";
}

/// The transcriptions of a client's account.
#[derive(Debug, Clone, Copy)]
pub struct Transcriptions<'a>(&'a Client);

fn one(sid: &TranscriptionSid) -> String {
    format!("/2010-04-01/Accounts/{{AccountSid}}/Transcriptions/{sid}.json")
}

impl<'a> Transcriptions<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Reads a transcription.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the account has no such transcription.
    pub async fn fetch(&self, sid: &TranscriptionSid) -> Result<Transcription, Error> {
        self.0.request(Request::get("fetching a transcription", one(sid))).await
    }

    /// Deletes a transcription.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the account has no such transcription.
    pub async fn delete(&self, sid: &TranscriptionSid) -> Result<(), Error> {
        self.0.execute(Request::delete("deleting a transcription", one(sid))).await
    }

    /// Lists transcriptions, newest first.
    pub fn list(&self, filter: &ListTranscriptions) -> Listing<Transcription> {
        let request = Request::get(Transcription::WHAT, "/2010-04-01/Accounts/{AccountSid}/Transcriptions.json");
        Listing::new(self.0.clone(), request.with_filter(&filter.fields))
    }
}
