use super::below;
use crate::Error;
use crate::id::{ConferenceSid, RecordingSid};
use crate::twilio::page::{Listing, Paged};
use crate::twilio::recordings::{ListRecordingsOf, Recording, UpdateRecording};
use crate::twilio::{Client, Request};

/// The recordings of one conference.
#[derive(Debug, Clone, Copy)]
pub struct ConferenceRecordings<'a>(&'a Client, ConferenceSid);

impl<'a> ConferenceRecordings<'a> {
    pub(super) fn new(client: &'a Client, conference: ConferenceSid) -> Self {
        Self(client, conference)
    }

    fn one(&self, sid: &RecordingSid) -> String {
        below(&self.1, &format!("Recordings/{sid}.json"))
    }

    /// Pauses, resumes or stops a recording.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when it is over.
    pub async fn update(&self, sid: &RecordingSid, changes: &UpdateRecording) -> Result<Recording, Error> {
        let request = Request::update("updating a conference's recording", self.one(sid));
        self.0.request(request.with_form(&changes.fields)).await
    }

    /// Reads a recording.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the conference has no such recording.
    pub async fn fetch(&self, sid: &RecordingSid) -> Result<Recording, Error> {
        self.0.request(Request::get("fetching a conference's recording", self.one(sid))).await
    }

    /// Deletes a recording and its sound.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the conference has no such recording.
    pub async fn delete(&self, sid: &RecordingSid) -> Result<(), Error> {
        self.0.execute(Request::delete("deleting a conference's recording", self.one(sid))).await
    }

    /// Lists the recordings.
    pub fn list(&self, filter: &ListRecordingsOf) -> Listing<Recording> {
        let request = Request::get(Recording::WHAT, below(&self.1, "Recordings.json"));
        Listing::new(self.0.clone(), request.with_filter(&filter.fields))
    }
}
