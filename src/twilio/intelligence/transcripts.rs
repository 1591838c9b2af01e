use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::channel::Channel;
use super::{OperatorResult, Sentence};
use crate::Error;
use crate::id::{AccountSid, CredentialSid, IntelligenceServiceSid, OperatorSid, RecordingSid, TranscriptSid};
use crate::open::open_enum;
use crate::parameters::parameters;
use crate::twilio::page::{Listing, Paged};
use crate::twilio::resource::resource;
use crate::twilio::values::Sensitive;
use crate::twilio::{Client, Product, Request};

open_enum! {
    /// Where a transcript stands.
    pub enum TranscriptStatus {
        /// Waiting.
        Queued = "queued",
        /// Being made.
        InProgress = "in-progress",
        /// Ready.
        Completed = "completed",
        /// Not yet waiting.
        New = "new",
        /// It could not be made.
        Failed = "failed",
        /// Given up.
        Canceled = "canceled",
        /// It could not be made, by Twilio's own fault.
        Error = "error",
    }
}

impl TranscriptStatus {
    /// True when nothing more will come of it.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Canceled | Self::Error)
    }
}

parameters! {
    /// A transcript to make (<https://www.twilio.com/docs/conversational-intelligence/api/transcript-resource>).
    pub struct NewTranscript(service: IntelligenceServiceSid = "ServiceSid", channel: Channel = "Channel") {
        /// A name of yours for it, of up to 64 characters.
        customer_key: into String = "CustomerKey",
        /// When the conversation took place.
        media_start_time: set DateTime<Utc> = "MediaStartTime",
    }
}

parameters! {
    /// Which transcripts to list.
    pub struct ListTranscripts() {
        /// Of this service only, by SID.
        service: set IntelligenceServiceSid = "ServiceSid",
        /// Of conversations before this time only.
        before_start_time: set DateTime<Utc> = "BeforeStartTime",
        /// Of conversations after this time only.
        after_start_time: set DateTime<Utc> = "AfterStartTime",
        /// Made before this time only.
        before_date_created: set DateTime<Utc> = "BeforeDateCreated",
        /// Made after this time only.
        after_date_created: set DateTime<Utc> = "AfterDateCreated",
        /// In this status only.
        status: set TranscriptStatus = "Status",
        /// In this language only.
        language_code: into String = "LanguageCode",
        /// Of this recording only.
        source: set RecordingSid = "SourceSid",
        /// How many to fetch at a time: 1 to 1,000, 50 by default.
        page_size: set u32 = "PageSize",
    }
}

parameters! {
    /// How to list the sentences of a transcript.
    pub struct ListSentences() {
        /// Whether personal data are taken out, where the service does that; yes by default.
        redacted: set bool = "Redacted",
        /// Whether it is told when each word was said.
        word_timestamps: set bool = "WordTimestamps",
        /// How many to fetch at a time: 1 to 5,000, 50 by default.
        page_size: set u32 = "PageSize",
    }
}

parameters! {
    /// How to list the results of a transcript's operators.
    pub struct ListParts() {
        /// Whether personal data are taken out, where the service does that; yes by default.
        redacted: set bool = "Redacted",
        /// How many to fetch at a time: 1 to 1,000, 50 by default.
        page_size: set u32 = "PageSize",
    }
}

resource! {
    /// A transcript.
    pub struct Transcript {
        /// The transcript.
        sid: TranscriptSid,
        /// The account.
        account_sid: AccountSid,
        /// The service.
        service_sid: IntelligenceServiceSid,
        /// Where it stands.
        status: TranscriptStatus,
        /// What is transcribed, and who speaks.
        channel: Sensitive,
        /// Whether Twilio may learn from it.
        data_logging: bool,
        /// The language.
        language_code: String,
        /// Your name for it.
        customer_key: String,
        /// When the conversation took place.
        media_start_time: DateTime<Utc>,
        /// How long it was, in seconds.
        duration: u32,
        /// Whether personal data are taken out.
        redaction: bool,
        /// The key with which it is encrypted.
        encryption_credential_sid: CredentialSid,
        /// When it was asked for.
        date_created: DateTime<Utc>,
        /// When it was changed last.
        date_updated: DateTime<Utc>,
        /// Its URL at Twilio.
        url: String,
        /// The URLs of what belongs to it.
        links: BTreeMap<String, String>,
    }
}

impl Transcript {
    /// The recording that was transcribed.
    #[must_use]
    pub fn recording(&self) -> Option<RecordingSid> {
        self.channel.as_ref()?.0.get("media_properties")?.get("source_sid")?.as_str()?.parse().ok()
    }
}

impl Paged for Transcript {
    const KEY: &'static str = "transcripts";
    const WHAT: &'static str = "listing transcripts";
}

resource! {
    /// Where a transcript's sound is.
    pub struct TranscriptMedia {
        /// The account.
        account_sid: AccountSid,
        /// Where the sound is, for a few minutes; whoever has this URL can listen.
        media_url: crate::secret::Private,
        /// The service.
        service_sid: IntelligenceServiceSid,
        /// The transcript.
        sid: TranscriptSid,
        /// Its URL at Twilio.
        url: String,
    }
}

/// Transcripts (<https://www.twilio.com/docs/conversational-intelligence/api/transcript-resource>).
#[derive(Debug, Clone, Copy)]
pub struct Transcripts<'a>(&'a Client);

fn one(sid: &TranscriptSid) -> String {
    format!("/v2/Transcripts/{sid}")
}

impl<'a> Transcripts<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Asks for a transcript, which is ready some minutes later.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when the recording cannot be transcribed; [`Error::is_outcome_unknown`] when one may be
    /// on its way, which [`list`](Self::list) by recording tells.
    pub async fn create(&self, new: &NewTranscript) -> Result<Transcript, Error> {
        let request = Request::create("creating a transcript", "/v2/Transcripts").on(Product::Intelligence);
        self.0.request(request.with_form(&new.fields)).await
    }

    /// Reads a transcript.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the account has no such transcript.
    pub async fn fetch(&self, sid: &TranscriptSid) -> Result<Transcript, Error> {
        self.0.request(Request::get("fetching a transcript", one(sid)).on(Product::Intelligence)).await
    }

    /// Deletes a transcript.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the account has no such transcript.
    pub async fn delete(&self, sid: &TranscriptSid) -> Result<(), Error> {
        self.0.execute(Request::delete("deleting a transcript", one(sid)).on(Product::Intelligence)).await
    }

    /// Lists transcripts, newest first.
    pub fn list(&self, filter: &ListTranscripts) -> Listing<Transcript> {
        let request = Request::get(Transcript::WHAT, "/v2/Transcripts").on(Product::Intelligence);
        Listing::new(self.0.clone(), request.with_filter(&filter.fields))
    }

    /// Where a transcript's sound is; with personal data taken out unless `redacted` is `Some(false)`.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the account has no such transcript.
    pub async fn media(&self, sid: &TranscriptSid, redacted: Option<bool>) -> Result<TranscriptMedia, Error> {
        let request = Request::get("fetching a transcript's media", format!("{}/Media", one(sid)));
        let request = request.with_optional_query("Redacted", redacted.map(|yes| yes.to_string()));
        self.0.request(request.on(Product::Intelligence)).await
    }

    /// Lists what was said, in order.
    pub fn sentences(&self, sid: &TranscriptSid, filter: &ListSentences) -> Listing<Sentence> {
        let request = Request::get(Sentence::WHAT, format!("{}/Sentences", one(sid))).on(Product::Intelligence);
        Listing::new(self.0.clone(), request.with_filter(&filter.fields))
    }

    /// Lists what operators found.
    pub fn operator_results(&self, sid: &TranscriptSid, filter: &ListParts) -> Listing<OperatorResult> {
        let request = Request::get(OperatorResult::WHAT, format!("{}/OperatorResults", one(sid)));
        Listing::new(self.0.clone(), request.on(Product::Intelligence).with_filter(&filter.fields))
    }

    /// Reads what one operator found; with personal data taken out unless `redacted` is `Some(false)`.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when it has found nothing yet.
    pub async fn operator_result(
        &self,
        sid: &TranscriptSid,
        operator: &OperatorSid,
        redacted: Option<bool>,
    ) -> Result<OperatorResult, Error> {
        let path = format!("{}/OperatorResults/{operator}", one(sid));
        let request = Request::get("fetching an operator's result", path);
        let request = request.with_optional_query("Redacted", redacted.map(|yes| yes.to_string()));
        self.0.request(request.on(Product::Intelligence)).await
    }
}
