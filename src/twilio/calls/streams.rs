use chrono::{DateTime, Utc};

use super::below;
use crate::Error;
use crate::id::{AccountSid, CallSid, StreamSid};
use crate::open::open_enum;
use crate::parameters::parameters;
use crate::twilio::resource::resource;
use crate::twilio::values::WebhookUrl;
use crate::twilio::{Client, Request};
use crate::twiml::{Method, StreamTrack};

open_enum! {
    /// Whether a stream goes on.
    pub enum StreamStatus {
        /// It does.
        InProgress = "in-progress",
        /// It ended.
        Stopped = "stopped",
    }
}

/// The custom parameters of a stream: Twilio takes up to 99.
const MAX_PARAMETERS: usize = 99;

parameters! {
    /// A stream to begin (<https://www.twilio.com/docs/voice/api/stream-resource>); its URL is a `wss://` one.
    pub struct NewStream(url: WebhookUrl = "Url") {
        /// A name to stop it by.
        name: into String = "Name",
        /// Which side is streamed.
        track: set StreamTrack = "Track",
        /// What is told how it goes.
        status_callback: into WebhookUrl = "StatusCallback",
        /// How it is told.
        status_callback_method: set Method = "StatusCallbackMethod",
    }
}

resource! {
    /// A stream.
    pub struct Stream {
        /// The stream.
        sid: StreamSid,
        /// The account.
        account_sid: AccountSid,
        /// The call.
        call_sid: CallSid,
        /// Its name.
        name: String,
        /// Whether it goes on.
        status: StreamStatus,
        /// When it was changed last.
        date_updated: DateTime<Utc>,
        /// Its path at Twilio.
        uri: String,
    }
}

/// The streams of one call.
#[derive(Debug, Clone, Copy)]
pub struct Streams<'a>(&'a Client, CallSid);

impl<'a> Streams<'a> {
    pub(super) fn new(client: &'a Client, call: CallSid) -> Self {
        Self(client, call)
    }

    /// Begins to stream; `parameters` are told to the WebSocket's server in its first message.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when the call is not going on, or for more than 99 parameters.
    pub async fn start(&self, stream: &NewStream, parameters: &[(&str, &str)]) -> Result<Stream, Error> {
        const WHAT: &str = "starting a stream";
        if parameters.len() > MAX_PARAMETERS {
            return Err(Error::refused(WHAT).with_source("a stream takes at most 99 parameters"));
        }
        let mut request = Request::create(WHAT, below(&self.1, "Streams.json")).with_form(&stream.fields);
        for (number, (name, value)) in (1..).zip(parameters) {
            request = request
                .with_field(format!("Parameter{number}.Name"), *name)
                .with_field(format!("Parameter{number}.Value"), *value);
        }
        self.0.request(request).await
    }

    /// Ends a stream.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the call has no such stream.
    pub async fn stop(&self, sid: &StreamSid) -> Result<Stream, Error> {
        let path = below(&self.1, &format!("Streams/{sid}.json"));
        self.0.request(Request::update("stopping a stream", path).with_field("Status", "stopped")).await
    }
}
