//! Calendars themselves (<https://developers.google.com/workspace/calendar/api/v3/reference/calendars>).

use super::client::Client;
use super::request::Request;
use super::values::CalendarId;
use crate::Error;
use crate::object::object;
use crate::secret::Private;

use super::events::ConferenceType;

/// Calendars themselves.
#[derive(Debug, Clone, Copy)]
pub struct CalendarResources<'a> {
    pub(super) client: &'a Client,
}

object! {
    /// A calendar.
    pub struct CalendarResource {
        /// Whether it takes invitations by itself: of a room or a thing.
        auto_accept_invitations: bool,
        /// Which conferences it allows.
        conference_properties: ConferenceProperties,
        /// Who owns its data.
        data_owner: Private,
        /// Its description.
        description: Private,
        /// What it is now.
        etag: String,
        /// Its name.
        id: CalendarId,
        /// `calendar#calendar`.
        kind: String,
        /// The labels of its events.
        label_properties: LabelProperties,
        /// Where it is.
        location: Private,
        /// What it is called.
        summary: Private,
        /// Its zone.
        time_zone: String,
        /// When its owner works: of a main calendar in Google Workspace.
        working_hours: WorkingHours,
    }
}

object! {
    /// Which conferences a calendar allows.
    pub struct ConferenceProperties {
        /// The kinds.
        allowed_conference_solution_types: Vec<ConferenceType>,
    }
}

object! {
    /// The labels of a calendar's events.
    pub struct LabelProperties {
        /// The labels, 200 at most.
        event_labels: Vec<EventLabel>,
    }
}

object! {
    /// A label for events.
    pub struct EventLabel {
        /// Its colour, `#039be5`.
        background_color: String,
        /// What tells it from others, a UUID.
        id: String,
        /// What it is called, in 50 characters at most.
        name: Private,
    }
}

object! {
    /// When a calendar's owner works.
    pub struct WorkingHours {
        /// The times.
        available_times: Vec<AvailableTime>,
        /// Whether they count.
        working_hours_enabled: bool,
    }
}

object! {
    /// A stretch of a day in which somebody works.
    pub struct AvailableTime {
        /// The day: `monday` to `sunday`.
        day_of_week: String,
        /// When it ends, in minutes from the day's beginning.
        period_end: i64,
        /// When it begins, in minutes from the day's beginning.
        period_start: i64,
    }
}

impl CalendarResources<'_> {
    /// A calendar.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none, or the account does not see it.
    pub async fn get(&self, id: &CalendarId) -> Result<CalendarResource, Error> {
        self.client.call(Request::get("reading a calendar", format!("calendars/{}", id.segment()))).await
    }
}
