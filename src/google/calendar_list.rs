//! The calendars that an account has in its list
//! (<https://developers.google.com/workspace/calendar/api/v3/reference/calendarList>).

use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};

use super::calendars::ConferenceProperties;
use super::client::Client;
use super::page;
use super::request::Request;
use super::values::{AccessRole, CalendarId, EventReminder};
use crate::Error;
use crate::object::object;
use crate::open::open_enum;
use crate::parameters::parameters;
use crate::secret::Private;

/// The calendars that the account has in its list.
#[derive(Debug, Clone, Copy)]
pub struct CalendarLists<'a> {
    pub(super) client: &'a Client,
}

object! {
    /// A calendar in somebody's list.
    pub struct CalendarListEntry {
        /// What they may do with it.
        access_role: AccessRole,
        /// Whether it takes invitations by itself: of a room or a thing.
        auto_accept_invitations: bool,
        /// Its colour, `#0088aa`.
        background_color: String,
        /// Its colour, a key into the colours' definition.
        color_id: String,
        /// Which conferences it allows.
        conference_properties: ConferenceProperties,
        /// Who owns its data.
        data_owner: Private,
        /// Reminders of its events.
        default_reminders: Vec<EventReminder>,
        /// Whether it was taken from the list.
        deleted: bool,
        /// Its description.
        description: Private,
        /// What it is now.
        etag: String,
        /// The colour of its text, `#ffffff`.
        foreground_color: String,
        /// Whether it is hidden in the list.
        hidden: bool,
        /// Its name.
        id: CalendarId,
        /// `calendar#calendarListEntry`.
        kind: String,
        /// Where it is.
        location: Private,
        /// What they are told of.
        notification_settings: NotificationSettings,
        /// Whether it is their main one.
        primary: bool,
        /// Whether its events are shown.
        selected: bool,
        /// What it is called.
        summary: Private,
        /// What they call it.
        summary_override: Private,
        /// Its zone.
        time_zone: String,
    }
}

object! {
    /// What somebody is told of.
    pub struct NotificationSettings {
        /// The kinds.
        notifications: Vec<CalendarNotification>,
    }
}

object! {
    /// What somebody is told of.
    pub struct CalendarNotification {
        /// How: by `email`.
        method: String,
        /// Of what.
        r#type: NotificationType,
    }
}

open_enum! {
    /// What somebody is told of.
    pub enum NotificationType {
        /// A new event.
        EventCreation = "eventCreation",
        /// A changed one.
        EventChange = "eventChange",
        /// A cancelled one.
        EventCancellation = "eventCancellation",
        /// A guest's answer.
        EventResponse = "eventResponse",
        /// The day's events, each morning.
        Agenda = "agenda",
    }
}

object! {
    /// A page of the list.
    pub struct CalendarListPage {
        /// What it is now.
        etag: String,
        /// The calendars.
        items: Vec<CalendarListEntry>,
        /// `calendar#calendarList`.
        kind: String,
        /// Leads to the next page; absent on the last.
        next_page_token: String,
        /// Leads to what changes from now on; on the last page only.
        next_sync_token: String,
    }
}

parameters! {
    /// Which calendars are listed.
    pub struct ListCalendars () {
        /// At most so many on a page, up to 250; 100 by default.
        max_results: set u32 = "maxResults",
        /// Only those with which one may do this at least.
        min_access_role: set AccessRole = "minAccessRole",
        /// Which page.
        page_token: into String = "pageToken",
        /// Whether those that were taken from the list are listed as well.
        show_deleted: set bool = "showDeleted",
        /// Whether hidden ones are.
        show_hidden: set bool = "showHidden",
        /// Only those of one's own organization.
        show_own_organization_only: set bool = "showOwnOrganizationOnly",
        /// Only what has changed since.
        sync_token: into String = "syncToken",
    }
}

impl<'a> CalendarLists<'a> {
    /// The list, page by page.
    #[must_use]
    pub fn pages(&self, query: &ListCalendars) -> BoxStream<'a, Result<CalendarListPage, Error>> {
        let request = Request::get("listing calendars", "users/me/calendarList").with_query(&query.fields);
        page::pages(self.client, request, |page: &CalendarListPage| page.next_page_token.clone())
    }

    /// The calendars, one after the other.
    #[must_use]
    pub fn list(&self, query: &ListCalendars) -> BoxStream<'a, Result<CalendarListEntry, Error>> {
        let items = |page: CalendarListPage| stream::iter(page.items.unwrap_or_default()).map(Ok);
        self.pages(query).map_ok(items).try_flatten().boxed()
    }

    /// One calendar of the list; the main one's [`id`](CalendarListEntry::id) is the account's address.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when it is not in the list.
    pub async fn get(&self, id: &CalendarId) -> Result<CalendarListEntry, Error> {
        let path = format!("users/me/calendarList/{}", id.segment());
        self.client.call(Request::get("reading a calendar of the list", path)).await
    }
}
