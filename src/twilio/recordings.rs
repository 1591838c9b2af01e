//! Recordings of calls and conferences, and their sound (<https://www.twilio.com/docs/voice/api/recording>).
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use std::sync::Arc;
//! # use frontdesk::transport::{Reply, Stub};
//! # use frontdesk::twilio::Client;
//! use frontdesk::id::RecordingSid;
//! use frontdesk::twilio::recordings::SoundFormat;
//!
//! # let stub = Stub::new()
//! #     .then(Reply::new(302, "").header("location", "https://api-recordings.media.twiliocdn.com/sound"))
//! #     .then(Reply::new(200, "ID3").header("content-type", "audio/mpeg"));
//! # let twilio = Client::builder("AC0123456789abcdef0123456789abcdef".parse()?)
//! #     .with_auth_token("secret").with_transport(Arc::new(stub)).build()?;
//! let sid: RecordingSid = "RE0123456789abcdef0123456789abcdef".parse()?;
//! let sound = twilio.recordings().download(&sid, SoundFormat::Mp3).await?;
//! assert_eq!(sound.content_type(), Some("audio/mpeg"));
//! assert_eq!(&sound.collect().await?[..], b"ID3");
//! # Ok(()) }
//! ```

mod resource;

use super::media::Download;
use super::page::{Listing, Paged};
use super::transcriptions::{ListTranscriptions, Transcription};
use super::{Client, Request};
use crate::Error;
use crate::id::{RecordingSid, TranscriptionSid};

pub use resource::{ListRecordings, ListRecordingsOf, PauseBehavior, Recording, SoundFormat, UpdateRecording};

/// The recordings of a client's account.
#[derive(Debug, Clone, Copy)]
pub struct Recordings<'a>(&'a Client);

fn one(sid: &RecordingSid) -> String {
    format!("/2010-04-01/Accounts/{{AccountSid}}/Recordings/{sid}.json")
}

fn transcription(recording: &RecordingSid, sid: &TranscriptionSid) -> String {
    format!("/2010-04-01/Accounts/{{AccountSid}}/Recordings/{recording}/Transcriptions/{sid}.json")
}

impl<'a> Recordings<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Reads a recording.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the account has no such recording, or it was deleted.
    pub async fn fetch(&self, sid: &RecordingSid) -> Result<Recording, Error> {
        self.0.request(Request::get("fetching a recording", one(sid))).await
    }

    /// Reads a recording, also one that was deleted less than 40 days ago.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the account has no such recording.
    pub async fn fetch_deleted(&self, sid: &RecordingSid) -> Result<Recording, Error> {
        self.0.request(Request::get("fetching a recording", one(sid)).with_query("IncludeSoftDeleted", "true")).await
    }

    /// Deletes a recording and its sound.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the account has no such recording.
    pub async fn delete(&self, sid: &RecordingSid) -> Result<(), Error> {
        self.0.execute(Request::delete("deleting a recording", one(sid))).await
    }

    /// Lists recordings, newest first.
    pub fn list(&self, filter: &ListRecordings) -> Listing<Recording> {
        let request = Request::get(Recording::WHAT, "/2010-04-01/Accounts/{AccountSid}/Recordings.json");
        Listing::new(self.0.clone(), request.with_filter(&filter.fields))
    }

    /// Fetches the sound, as it arrives.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none, or not yet; [`Error::is_permanent`] when Twilio refers to a host
    /// that is not known to keep its media.
    pub async fn download(&self, sid: &RecordingSid, format: SoundFormat) -> Result<Download, Error> {
        let path = format!("/2010-04-01/Accounts/{{AccountSid}}/Recordings/{sid}.{}", format.extension());
        Download::start(self.0, Request::get("downloading a recording", path)).await
    }

    /// Lists the transcriptions of a recording.
    pub fn transcriptions(&self, recording: &RecordingSid, filter: &ListTranscriptions) -> Listing<Transcription> {
        let path = format!("/2010-04-01/Accounts/{{AccountSid}}/Recordings/{recording}/Transcriptions.json");
        Listing::new(self.0.clone(), Request::get(Transcription::WHAT, path).with_filter(&filter.fields))
    }

    /// Reads a transcription of a recording.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the recording has no such transcription.
    pub async fn fetch_transcription(
        &self,
        recording: &RecordingSid,
        sid: &TranscriptionSid,
    ) -> Result<Transcription, Error> {
        self.0.request(Request::get("fetching a transcription", transcription(recording, sid))).await
    }

    /// Deletes a transcription of a recording.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the recording has no such transcription.
    pub async fn delete_transcription(&self, recording: &RecordingSid, sid: &TranscriptionSid) -> Result<(), Error> {
        self.0.execute(Request::delete("deleting a transcription", transcription(recording, sid))).await
    }
}
