use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::resource::EventType;
use crate::google::values::SendUpdates;
use crate::open::open_enum;
use crate::parameters::parameters;

open_enum! {
    /// The order of a listing.
    pub enum EventOrder {
        /// When events begin; only with [`ListEvents::single_events`].
        StartTime = "startTime",
        /// When they were last changed.
        Updated = "updated",
    }
}

parameters! {
    /// Which events are listed
    /// (<https://developers.google.com/workspace/calendar/api/v3/reference/events/list>).
    pub struct ListEvents () {
        /// Whether guests without an address are given one; Google passes it over.
        always_include_email: set bool = "alwaysIncludeEmail",
        /// Only of a kind; more than one may be given.
        event_type: many EventType = "eventTypes",
        /// Only of this iCalendar name.
        ical_uid: into String = "iCalUID",
        /// At most so many guests each; if there are more, only whoever asks.
        max_attendees: set u32 = "maxAttendees",
        /// At most so many on a page, up to 2,500; 250 by default.
        max_results: set u32 = "maxResults",
        /// The order; none that can be relied on by default.
        order_by: set EventOrder = "orderBy",
        /// Which page.
        page_token: into String = "pageToken",
        /// Only with such a property, `name=value`; more than one may be given.
        private_extended_property: many String = "privateExtendedProperty",
        /// Only with these words.
        q: into String = "q",
        /// Only with such a property, `name=value`; more than one may be given.
        shared_extended_property: many String = "sharedExtendedProperty",
        /// Whether those that were deleted are listed as well.
        show_deleted: set bool = "showDeleted",
        /// Whether hidden invitations are.
        show_hidden_invitations: set bool = "showHiddenInvitations",
        /// Whether recurring events are listed as their instances.
        single_events: set bool = "singleEvents",
        /// Only what has changed since; goes with none of the filters by time, words, order and properties.
        sync_token: into String = "syncToken",
        /// Only those that begin before this.
        time_max: set DateTime<Utc> = "timeMax",
        /// Only those that end after this.
        time_min: set DateTime<Utc> = "timeMin",
        /// The zone of the answer; the calendar's by default.
        time_zone: set Tz = "timeZone",
        /// Only those that have changed since; deleted ones are listed then whatever else is said.
        updated_min: set DateTime<Utc> = "updatedMin",
    }
}

parameters! {
    /// How an event is read.
    pub struct GetEvent () {
        /// Whether guests without an address are given one; Google passes it over.
        always_include_email: set bool = "alwaysIncludeEmail",
        /// At most so many guests; if there are more, only whoever asks.
        max_attendees: set u32 = "maxAttendees",
        /// The zone of the answer; the calendar's by default.
        time_zone: set Tz = "timeZone",
    }
}

parameters! {
    /// How an event is entered.
    pub struct InsertEvent () {
        /// 1 where [`Event::conference_data`](super::Event::conference_data) is written; 0 by default.
        conference_data_version: set u32 = "conferenceDataVersion",
        /// 1 where [`Event::event_label_id`](super::Event::event_label_id) is; 0 by default.
        event_label_version: set u32 = "eventLabelVersion",
        /// At most so many guests in the answer.
        max_attendees: set u32 = "maxAttendees",
        /// Deprecated by Google: see [`send_updates`](Self::send_updates).
        send_notifications: set bool = "sendNotifications",
        /// Who is told; nobody by default.
        send_updates: set SendUpdates = "sendUpdates",
        /// Whether [`Event::attachments`](super::Event::attachments) are written.
        supports_attachments: set bool = "supportsAttachments",
    }
}

parameters! {
    /// How an event is patched or replaced.
    pub struct UpdateEvent () {
        /// Whether guests without an address are given one; Google passes it over.
        always_include_email: set bool = "alwaysIncludeEmail",
        /// 1 where [`Event::conference_data`](super::Event::conference_data) is written; 0 by default.
        conference_data_version: set u32 = "conferenceDataVersion",
        /// 1 where [`Event::event_label_id`](super::Event::event_label_id) is; 0 by default.
        event_label_version: set u32 = "eventLabelVersion",
        /// At most so many guests in the answer.
        max_attendees: set u32 = "maxAttendees",
        /// Deprecated by Google: see [`send_updates`](Self::send_updates).
        send_notifications: set bool = "sendNotifications",
        /// Who is told; nobody by default.
        send_updates: set SendUpdates = "sendUpdates",
        /// Whether [`Event::attachments`](super::Event::attachments) are written.
        supports_attachments: set bool = "supportsAttachments",
    }
}

parameters! {
    /// How an event is deleted.
    pub struct DeleteEvent () {
        /// Deprecated by Google: see [`send_updates`](Self::send_updates).
        send_notifications: set bool = "sendNotifications",
        /// Who is told; nobody by default.
        send_updates: set SendUpdates = "sendUpdates",
    }
}

parameters! {
    /// Which instances of a recurring event are listed.
    pub struct ListInstances () {
        /// Whether guests without an address are given one; Google passes it over.
        always_include_email: set bool = "alwaysIncludeEmail",
        /// At most so many guests each; if there are more, only whoever asks.
        max_attendees: set u32 = "maxAttendees",
        /// At most so many on a page, up to 2,500; 250 by default.
        max_results: set u32 = "maxResults",
        /// Only the one that would have begun then.
        original_start: into String = "originalStart",
        /// Which page.
        page_token: into String = "pageToken",
        /// Whether those that were deleted are listed as well.
        show_deleted: set bool = "showDeleted",
        /// Only those that begin before this.
        time_max: set DateTime<Utc> = "timeMax",
        /// Only those that end after this.
        time_min: set DateTime<Utc> = "timeMin",
        /// The zone of the answer; the calendar's by default.
        time_zone: set Tz = "timeZone",
    }
}
