//! Conferences and who takes part in them (<https://www.twilio.com/docs/voice/api/conference-resource>).
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use std::sync::Arc;
//! # use frontdesk::transport::Stub;
//! # use frontdesk::twilio::Client;
//! use frontdesk::id::{CallSid, ConferenceSid};
//! use frontdesk::twilio::conferences::UpdateParticipant;
//!
//! # let stub = Stub::new().reply(200, r#"{"call_sid":"CA0123456789abcdef0123456789abcdef","hold":true}"#);
//! # let twilio = Client::builder("AC0123456789abcdef0123456789abcdef".parse()?)
//! #     .with_auth_token("secret").with_transport(Arc::new(stub)).build()?;
//! let room: ConferenceSid = "CF0123456789abcdef0123456789abcdef".parse()?;
//! let caller: CallSid = "CA0123456789abcdef0123456789abcdef".parse()?;
//! let held = twilio.conferences().participants(room).update(&caller, &UpdateParticipant::new().hold(true)).await?;
//! assert_eq!(held.hold, Some(true));
//! # Ok(()) }
//! ```

mod participants;
mod recordings;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::page::{Listing, Paged};
use super::resource::resource;
use super::values::WebhookUrl;
use super::{Client, Request};
use crate::Error;
use crate::id::{AccountSid, CallSid, ConferenceSid};
use crate::open::open_enum;
use crate::parameters::parameters;
use crate::twiml::Method;

pub use participants::{
    ListParticipants, NewParticipant, Participant, ParticipantStatus, Participants, UpdateParticipant,
};
pub use recordings::ConferenceRecordings;

open_enum! {
    /// Where a conference stands.
    pub enum ConferenceStatus {
        /// Nobody who starts it has come in.
        Init = "init",
        /// It goes on.
        InProgress = "in-progress",
        /// It is over.
        Completed = "completed",
    }
}

open_enum! {
    /// A status that a conference can be set to.
    pub enum ConferenceEnd {
        /// Everybody is taken out.
        Completed = "completed",
    }
}

open_enum! {
    /// Why a conference ended.
    pub enum ReasonEnded {
        /// The API ended it.
        Api = "conference-ended-via-api",
        /// Somebody who ends it left.
        EndOnExitLeft = "participant-with-end-conference-on-exit-left",
        /// Somebody who ends it was taken out.
        EndOnExitKicked = "participant-with-end-conference-on-exit-kicked",
        /// The last one was taken out.
        LastKicked = "last-participant-kicked",
        /// The last one left.
        LastLeft = "last-participant-left",
    }
}

parameters! {
    /// What to do to a conference.
    pub struct UpdateConference() {
        /// Ends it.
        status: set ConferenceEnd = "Status",
        /// What is asked for an announcement to everybody: TwiML or a sound.
        announce_url: into WebhookUrl = "AnnounceUrl",
        /// How it is asked.
        announce_method: set Method = "AnnounceMethod",
    }
}

parameters! {
    /// Which conferences to list.
    pub struct ListConferences() {
        /// Begun on this day (UTC) only.
        created_on: set NaiveDate = "DateCreated",
        /// Begun on or before this day only.
        created_before: set NaiveDate = "DateCreated<",
        /// Begun on or after this day only.
        created_after: set NaiveDate = "DateCreated>",
        /// Changed on this day (UTC) only.
        updated_on: set NaiveDate = "DateUpdated",
        /// Changed on or before this day only.
        updated_before: set NaiveDate = "DateUpdated<",
        /// Changed on or after this day only.
        updated_after: set NaiveDate = "DateUpdated>",
        /// Of this name only.
        friendly_name: into String = "FriendlyName",
        /// In this status only.
        status: set ConferenceStatus = "Status",
        /// How many to fetch at a time: 1 to 1,000, 50 by default.
        page_size: set u32 = "PageSize",
    }
}

resource! {
    /// A conference.
    pub struct Conference {
        /// The conference.
        sid: ConferenceSid,
        /// The account.
        account_sid: AccountSid,
        /// Its name, as in `<Conference>`.
        friendly_name: String,
        /// Where it stands.
        status: ConferenceStatus,
        /// Why it ended.
        reason_conference_ended: ReasonEnded,
        /// The call that ended it.
        call_sid_ending_conference: CallSid,
        /// Where it is mixed, such as `us1`.
        region: String,
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

impl Paged for Conference {
    const KEY: &'static str = "conferences";
    const WHAT: &'static str = "listing conferences";
}

/// The conferences of a client's account.
#[derive(Debug, Clone, Copy)]
pub struct Conferences<'a>(&'a Client);

fn one(sid: &ConferenceSid) -> String {
    format!("/2010-04-01/Accounts/{{AccountSid}}/Conferences/{sid}.json")
}

/// The path of what belongs to a conference.
fn below(sid: &ConferenceSid, rest: &str) -> String {
    format!("/2010-04-01/Accounts/{{AccountSid}}/Conferences/{sid}/{rest}")
}

impl<'a> Conferences<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Reads a conference.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the account has no such conference.
    pub async fn fetch(&self, sid: &ConferenceSid) -> Result<Conference, Error> {
        self.0.request(Request::get("fetching a conference", one(sid))).await
    }

    /// Ends a conference or announces something in it. Sent again after a lost answer, an announcement may be heard
    /// twice; so it is not sent again.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when it is over.
    pub async fn update(&self, sid: &ConferenceSid, changes: &UpdateConference) -> Result<Conference, Error> {
        self.0.request(Request::create("updating a conference", one(sid)).with_form(&changes.fields)).await
    }

    /// Ends a conference: everybody is taken out.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when it is over.
    pub async fn end(&self, sid: &ConferenceSid) -> Result<Conference, Error> {
        let changes = UpdateConference::new().status(ConferenceEnd::Completed);
        self.0.request(Request::update("ending a conference", one(sid)).with_form(&changes.fields)).await
    }

    /// Lists conferences, newest first.
    pub fn list(&self, filter: &ListConferences) -> Listing<Conference> {
        let request = Request::get(Conference::WHAT, "/2010-04-01/Accounts/{AccountSid}/Conferences.json");
        Listing::new(self.0.clone(), request.with_filter(&filter.fields))
    }

    /// Who takes part in a conference.
    #[must_use]
    pub fn participants(&self, conference: ConferenceSid) -> Participants<'a> {
        Participants::new(self.0, conference)
    }

    /// The recordings of a conference.
    #[must_use]
    pub fn recordings(&self, conference: ConferenceSid) -> ConferenceRecordings<'a> {
        ConferenceRecordings::new(self.0, conference)
    }
}
