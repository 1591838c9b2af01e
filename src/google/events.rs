//! Events (<https://developers.google.com/workspace/calendar/api/v3/reference/events>).
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use std::sync::Arc;
//! # use frontdesk::clock::SystemClock;
//! # use frontdesk::token::AccessToken;
//! # use frontdesk::transport::Stub;
//! # let answer = r#"{"id":"visit1","status":"confirmed","summary":"Check-up","etag":"\"1\""}"#;
//! # let transport = Arc::new(Stub::new().reply(200, answer));
//! # let tokens = Arc::new(AccessToken::new("token", "2036-01-01T00:00:00Z".parse()?));
//! use frontdesk::google::events::{Event, InsertEvent};
//! use frontdesk::google::{CalendarId, Client, EventDateTime, SendUpdates};
//!
//! let google = Client::new(tokens, transport, SystemClock::shared());
//! let mut event = Event::default();
//! event.summary = Some("Check-up".into());
//! event.start = Some(EventDateTime::at("2026-12-01T15:00:00Z".parse()?, None));
//! event.end = Some(EventDateTime::at("2026-12-01T15:30:00Z".parse()?, None));
//! let calendar = CalendarId::primary();
//! let entered = google.events(&calendar).insert(&event, &InsertEvent::new().send_updates(SendUpdates::All)).await?;
//! assert_eq!(entered.id.as_deref(), Some("visit1"));
//! # Ok(()) }
//! ```

mod conference;
mod parameters;
mod resource;

use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use http::Method;

pub use conference::{
    AddOnParameters, ConferenceData, ConferenceParameters, ConferenceRequestStatus, ConferenceSolution,
    ConferenceSolutionKey, ConferenceStatus, ConferenceType, CreateConferenceRequest, EntryPoint, EntryPointType,
};
pub use parameters::{DeleteEvent, EventOrder, GetEvent, InsertEvent, ListEvents, ListInstances, UpdateEvent};
pub use resource::{
    AutoDecline, BirthdayProperties, BirthdayType, ChatStatus, CustomLocation, Event, EventAttachment, EventAttendee,
    EventPerson, EventReminders, EventSource, EventStatus, EventType, Events, ExtendedProperties, FocusTimeProperties,
    Gadget, GadgetDisplay, OfficeLocation, OutOfOfficeProperties, ResponseStatus, Transparency, Visibility,
    WorkingLocationProperties, WorkingLocationType,
};

use super::channels::Channel;
use super::client::Client;
use super::request::Request;
use super::values::{CalendarId, escape};
use crate::Error;
use crate::parameters::Parameters;

/// The events of a calendar.
#[derive(Debug, Clone, Copy)]
pub struct EventResources<'a> {
    pub(super) client: &'a Client,
    pub(super) calendar: &'a CalendarId,
}

/// All events of a listing, and what leads to what changes from now on.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct AllEvents {
    /// The events.
    pub items: Vec<Event>,
    /// For [`ListEvents::sync_token`].
    pub sync_token: Option<String>,
    /// The calendar's zone.
    pub time_zone: Option<String>,
}

impl<'a> EventResources<'a> {
    fn path(&self, rest: &str) -> String {
        format!("calendars/{}/events{rest}", self.calendar.segment())
    }

    fn one(&self, id: &str) -> String {
        self.path(&format!("/{}", escape(id)))
    }

    /// One page of events.
    ///
    /// # Errors
    /// [`Error::reason`] is `fullSyncRequired` or `updatedMinTooLongAgo` when a token or time is too old: list anew.
    pub async fn page(&self, query: &ListEvents) -> Result<Events, Error> {
        self.client.call(Request::get("listing events", self.path("")).with_query(&query.fields)).await
    }

    /// All events, page by page.
    #[must_use]
    pub fn pages(&self, query: &ListEvents) -> BoxStream<'a, Result<Events, Error>> {
        pages(self.client, "listing events", self.path(""), query.fields.clone())
    }

    /// All events, one after the other.
    #[must_use]
    pub fn stream(&self, query: &ListEvents) -> BoxStream<'a, Result<Event, Error>> {
        flatten(self.pages(query))
    }

    /// All events at once, with the sync token of the last page.
    ///
    /// # Errors
    /// As with [`page`](Self::page).
    pub async fn all(&self, query: &ListEvents) -> Result<AllEvents, Error> {
        let mut all = AllEvents::default();
        let mut pages = self.pages(query);
        while let Some(page) = pages.try_next().await? {
            all.sync_token = page.next_sync_token.clone();
            all.time_zone = page.time_zone.clone().or(all.time_zone);
            all.items.extend(items(page)?);
        }
        Ok(all)
    }

    /// An event. One that was deleted is still there for a while, as [`EventStatus::Cancelled`].
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there never was one.
    pub async fn get(&self, id: &str, query: &GetEvent) -> Result<Event, Error> {
        self.client.call(Request::get("reading an event", self.one(id)).with_query(&query.fields)).await
    }

    /// Enters an event.
    ///
    /// # Errors
    /// Status 409, `duplicate`, when an event has or had the id; [`Error::is_outcome_unknown`] when it may be there. Look
    /// it up by its id before it is entered again.
    pub async fn insert(&self, event: &Event, query: &InsertEvent) -> Result<Event, Error> {
        let request = Request::create("entering an event", self.path("")).with_query(&query.fields).with_json(event)?;
        self.client.call(request).await
    }

    /// Changes what is named of an event; with an entity tag only if it is still the one.
    ///
    /// # Errors
    /// Status 412 when it is not.
    pub async fn patch(
        &self,
        id: &str,
        event: &Event,
        etag: Option<&str>,
        query: &UpdateEvent,
    ) -> Result<Event, Error> {
        self.write("changing an event", Method::PATCH, id, event, etag, query).await
    }

    /// Replaces an event; what is not named is gone. With an entity tag only if it is still the one.
    ///
    /// # Errors
    /// Status 412 when it is not.
    pub async fn update(
        &self,
        id: &str,
        event: &Event,
        etag: Option<&str>,
        query: &UpdateEvent,
    ) -> Result<Event, Error> {
        self.write("replacing an event", Method::PUT, id, event, etag, query).await
    }

    async fn write(
        &self,
        what: &'static str,
        method: Method,
        id: &str,
        event: &Event,
        etag: Option<&str>,
        query: &UpdateEvent,
    ) -> Result<Event, Error> {
        let request = Request::set(what, method, self.one(id)).with_query(&query.fields).with_json(event)?;
        self.client.call(request.if_match(etag)).await
    }

    /// Deletes an event; with an entity tag only if it is still the one.
    ///
    /// # Errors
    /// Status 410, `deleted`, when it was deleted before, and 404 when there never was one; 412 when it has changed.
    pub async fn delete(&self, id: &str, etag: Option<&str>, query: &DeleteEvent) -> Result<(), Error> {
        let request = Request::delete("deleting an event", self.one(id)).with_query(&query.fields);
        self.client.call_for_nothing(request.if_match(etag)).await
    }

    /// The instances of a recurring event, page by page.
    #[must_use]
    pub fn instance_pages(&self, id: &str, query: &ListInstances) -> BoxStream<'a, Result<Events, Error>> {
        let path = format!("{}/instances", self.one(id));
        pages(self.client, "listing an event's instances", path, query.fields.clone())
    }

    /// The instances of a recurring event, one after the other.
    #[must_use]
    pub fn instances(&self, id: &str, query: &ListInstances) -> BoxStream<'a, Result<Event, Error>> {
        flatten(self.instance_pages(id, query))
    }

    /// Has Google push notifications of changes to a channel's address. They say that something has changed, not what;
    /// some get lost.
    ///
    /// # Errors
    /// [`Error::reason`] is `channelIdNotUnique` when the channel's id was used before.
    pub async fn watch(&self, channel: &Channel, query: &ListEvents) -> Result<Channel, Error> {
        let request = Request::create("watching events", self.path("/watch"));
        self.client.call(request.with_query(&query.fields).with_json(channel)?).await
    }
}

fn flatten<'a>(pages: BoxStream<'a, Result<Events, Error>>) -> BoxStream<'a, Result<Event, Error>> {
    pages.and_then(|page| async { Ok(stream::iter(items(page)?).map(Ok)) }).try_flatten().boxed()
}

/// A page without its list is not an empty page: what is not known may be busy.
fn items(page: Events) -> Result<Vec<Event>, Error> {
    page.items.ok_or_else(|| Error::unavailable("listing events: the page has no list"))
}

fn pages<'a>(
    client: &'a Client,
    what: &'static str,
    path: String,
    query: Parameters,
) -> BoxStream<'a, Result<Events, Error>> {
    super::page::pages(client, Request::get(what, path).with_query(&query), |page: &Events| {
        page.next_page_token.clone()
    })
}
