use super::below;
use crate::Error;
use crate::id::{CallSid, RecordingSid};
use crate::parameters::parameters;
use crate::twilio::page::{Listing, Paged};
use crate::twilio::recordings::{ListRecordingsOf, PauseBehavior, Recording, UpdateRecording};
use crate::twilio::values::{RecordingStatus, WebhookUrl};
use crate::twilio::{Client, Request};
use crate::twiml::{Method, RecordingChannels, RecordingEvent, RecordingTrack, Trim};

parameters! {
    /// A recording to begin (<https://www.twilio.com/docs/voice/api/recording#start-recording-a-call>).
    pub struct NewRecording() {
        /// What is told of it.
        status_callback: into WebhookUrl = "RecordingStatusCallback",
        /// Adds an event to tell of; only the completed recording by default.
        status_callback_event: many RecordingEvent = "RecordingStatusCallbackEvent",
        /// How it is told.
        status_callback_method: set Method = "RecordingStatusCallbackMethod",
        /// Whether silence at its ends is cut away.
        trim: set Trim = "Trim",
        /// How many channels it has.
        channels: set RecordingChannels = "RecordingChannels",
        /// Which side is recorded.
        track: set RecordingTrack = "RecordingTrack",
    }
}

/// The recordings of one call.
#[derive(Debug, Clone, Copy)]
pub struct CallRecordings<'a>(&'a Client, CallSid);

impl<'a> CallRecordings<'a> {
    pub(super) fn new(client: &'a Client, call: CallSid) -> Self {
        Self(client, call)
    }

    fn one(&self, sid: &RecordingSid) -> String {
        below(&self.1, &format!("Recordings/{sid}.json"))
    }

    /// Begins to record. Whether everybody must be told first depends on where they are.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when the call is not going on.
    pub async fn start(&self, recording: &NewRecording) -> Result<Recording, Error> {
        let request = Request::create("starting a recording", below(&self.1, "Recordings.json"));
        self.0.request(request.with_form(&recording.fields)).await
    }

    /// Interrupts a recording, so that card numbers, for instance, are not kept.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when it is over.
    pub async fn pause(&self, sid: &RecordingSid, behavior: PauseBehavior) -> Result<Recording, Error> {
        self.update(sid, &UpdateRecording::new(RecordingStatus::Paused).pause_behavior(behavior)).await
    }

    /// Goes on with a recording that was interrupted.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when it is over.
    pub async fn resume(&self, sid: &RecordingSid) -> Result<Recording, Error> {
        self.update(sid, &UpdateRecording::new(RecordingStatus::InProgress)).await
    }

    /// Ends a recording.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when it is over already.
    pub async fn stop(&self, sid: &RecordingSid) -> Result<Recording, Error> {
        self.update(sid, &UpdateRecording::new(RecordingStatus::Stopped)).await
    }

    /// Sets a recording's status.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when it is over.
    pub async fn update(&self, sid: &RecordingSid, changes: &UpdateRecording) -> Result<Recording, Error> {
        self.0.request(Request::update("updating a recording", self.one(sid)).with_form(&changes.fields)).await
    }

    /// Reads a recording.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the call has no such recording.
    pub async fn fetch(&self, sid: &RecordingSid) -> Result<Recording, Error> {
        self.0.request(Request::get("fetching a recording", self.one(sid))).await
    }

    /// Deletes a recording and its sound.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the call has no such recording.
    pub async fn delete(&self, sid: &RecordingSid) -> Result<(), Error> {
        self.0.execute(Request::delete("deleting a recording", self.one(sid))).await
    }

    /// Lists the recordings.
    pub fn list(&self, filter: &ListRecordingsOf) -> Listing<Recording> {
        let request = Request::get(Recording::WHAT, below(&self.1, "Recordings.json"));
        Listing::new(self.0.clone(), request.with_filter(&filter.fields))
    }
}
