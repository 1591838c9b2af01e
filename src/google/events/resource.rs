use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::conference::ConferenceData;
use crate::google::values::{AccessRole, EventDateTime, EventReminder};
use crate::object::object;
use crate::open::open_enum;
use crate::secret::Private;

object! {
    /// An event (<https://developers.google.com/workspace/calendar/api/v3/reference/events#resource>).
    ///
    /// The same type is read, inserted and patched. A patch leaves alone what is absent, and deletes what is `null` in
    /// [`extra`](Self::extra).
    pub struct Event {
        /// Whether anyone may invite themselves.
        anyone_can_add_self: bool,
        /// Files from Google Drive; written only with `supports_attachments`.
        attachments: Vec<EventAttachment>,
        /// Who is invited.
        attendees: Vec<EventAttendee>,
        /// Whether guests were left out.
        attendees_omitted: bool,
        /// Of a birthday.
        birthday_properties: BirthdayProperties,
        /// Its colour, a key into the colours' definition.
        color_id: String,
        /// How to join by video or phone; written only with `conference_data_version` 1.
        conference_data: ConferenceData,
        /// When it was entered.
        created: DateTime<Utc>,
        /// Who entered it.
        creator: EventPerson,
        /// What else there is to say; may hold HTML.
        description: Private,
        /// When it ends, that instant not included.
        end: EventDateTime,
        /// Whether the end is actually unspecified.
        end_time_unspecified: bool,
        /// What it is now; for `If-Match`.
        etag: String,
        /// Its label, with `event_label_version`.
        event_label_id: String,
        /// What kind it is; cannot be changed.
        event_type: EventType,
        /// Properties that nobody sees.
        extended_properties: ExtendedProperties,
        /// Of a focus time.
        focus_time_properties: FocusTimeProperties,
        /// A gadget; deprecated by Google.
        gadget: Gadget,
        /// Whether guests may invite others; they may by default.
        guests_can_invite_others: bool,
        /// Whether guests may change it.
        guests_can_modify: bool,
        /// Whether guests see one another; they do by default.
        guests_can_see_other_guests: bool,
        /// Where to join by Google Meet.
        hangout_link: Private,
        /// Where people see it in Google Calendar.
        html_link: Private,
        /// Its name across calendaring systems (<https://datatracker.ietf.org/doc/html/rfc5545#section-3.8.4.7>).
        ical_uid = "iCalUID": String,
        /// Its name: `0` to `9` and `a` to `v`, 5 to 1,024 of them, when it is ours to give.
        id: String,
        /// `calendar#event`.
        kind: String,
        /// Where it is.
        location: Private,
        /// Whether its main properties cannot be changed.
        locked: bool,
        /// Who holds it.
        organizer: EventPerson,
        /// When an instance of a recurring event would begin.
        original_start_time: EventDateTime,
        /// Of a time out of office.
        out_of_office_properties: OutOfOfficeProperties,
        /// Whether sharing of the event is off; immutable.
        private_copy: bool,
        /// `RRULE`, `EXRULE`, `RDATE` and `EXDATE` lines (<https://datatracker.ietf.org/doc/html/rfc5545#section-3.8.5>).
        recurrence: Vec<String>,
        /// The recurring event it is an instance of.
        recurring_event_id: String,
        /// Reminders of whoever asks.
        reminders: EventReminders,
        /// iCalendar's sequence number.
        sequence: i64,
        /// Where it comes from.
        source: EventSource,
        /// When it begins.
        start: EventDateTime,
        /// How certain it is.
        status: EventStatus,
        /// What it is called.
        summary: Private,
        /// Whether it keeps people busy; it does by default.
        transparency: Transparency,
        /// When it was last changed.
        updated: DateTime<Utc>,
        /// Who sees it.
        visibility: Visibility,
        /// Of a place of work.
        working_location_properties: WorkingLocationProperties,
    }
}

impl Event {
    /// The entity tag, for `If-Match`.
    #[must_use]
    pub fn etag(&self) -> Option<&str> {
        self.etag.as_deref()
    }

    /// A property that only this copy of the event has.
    #[must_use]
    pub fn private(&self, name: &str) -> Option<&str> {
        self.extended_properties.as_ref()?.private.as_ref()?.get(name).map(Private::as_str)
    }

    /// Whoever is asked for among the guests, when they are.
    #[must_use]
    pub fn own_attendance(&self) -> Option<&EventAttendee> {
        self.attendees.iter().flatten().find(|guest| guest.is_self == Some(true))
    }
}

open_enum! {
    /// How certain an event is.
    pub enum EventStatus {
        /// Certain.
        Confirmed = "confirmed",
        /// Not certain yet.
        Tentative = "tentative",
        /// Deleted.
        Cancelled = "cancelled",
    }
}

open_enum! {
    /// Whether an event keeps people busy.
    pub enum Transparency {
        /// It does.
        Opaque = "opaque",
        /// It does not.
        Transparent = "transparent",
    }
}

open_enum! {
    /// Who sees an event.
    pub enum Visibility {
        /// As the calendar says.
        Default = "default",
        /// Whoever sees the calendar.
        Public = "public",
        /// Its guests.
        Private = "private",
        /// The same, by an older name.
        Confidential = "confidential",
    }
}

open_enum! {
    /// What kind of event it is.
    pub enum EventType {
        /// A regular one.
        Default = "default",
        /// Whole days, every year.
        Birthday = "birthday",
        /// Time to work undisturbed.
        FocusTime = "focusTime",
        /// Made of a mail. It cannot be inserted.
        FromGmail = "fromGmail",
        /// Out of office.
        OutOfOffice = "outOfOffice",
        /// Where somebody works.
        WorkingLocation = "workingLocation",
    }
}

object! {
    /// A file with an event.
    pub struct EventAttachment {
        /// Its id at Google Drive.
        file_id: String,
        /// Where it is; required to add one.
        file_url: Private,
        /// Its icon.
        icon_link: String,
        /// Its media type.
        mime_type: String,
        /// What it is called.
        title: Private,
    }
}

object! {
    /// Somebody who is invited.
    pub struct EventAttendee {
        /// How many they bring along.
        additional_guests: i64,
        /// What is being done with the invitation meanwhile.
        async_operation: String,
        /// What they say.
        comment: Private,
        /// Their name.
        display_name: Private,
        /// Their address; required to invite somebody.
        email: Private,
        /// Their profile's id.
        id: Private,
        /// Whether they need not come.
        optional: bool,
        /// Whether they hold the event.
        organizer: bool,
        /// Whether it is a room or a thing; can be set only when it is added.
        resource: bool,
        /// What they have answered.
        response_status: ResponseStatus,
        /// Whether it is the calendar that was asked for.
        is_self = "self": bool,
    }
}

impl EventAttendee {
    /// Somebody by their address.
    #[must_use]
    pub fn new(email: impl Into<Private>) -> Self {
        Self { email: Some(email.into()), ..Self::default() }
    }
}

open_enum! {
    /// What somebody who is invited has answered.
    pub enum ResponseStatus {
        /// Nothing yet.
        NeedsAction = "needsAction",
        /// No.
        Declined = "declined",
        /// Perhaps.
        Tentative = "tentative",
        /// Yes.
        Accepted = "accepted",
    }
}

object! {
    /// Who entered or holds an event.
    pub struct EventPerson {
        /// Their name.
        display_name: Private,
        /// Their address.
        email: Private,
        /// Their profile's id.
        id: Private,
        /// Whether it is the calendar that was asked for.
        is_self = "self": bool,
    }
}

object! {
    /// Properties that nobody sees: names of up to 44 characters, values of up to 1,024.
    pub struct ExtendedProperties {
        /// Of this copy of the event.
        private: BTreeMap<String, Private>,
        /// Of all copies.
        shared: BTreeMap<String, Private>,
    }
}

object! {
    /// Reminders of whoever asks.
    pub struct EventReminders {
        /// In the place of the calendar's; five at most.
        overrides: Vec<EventReminder>,
        /// Whether the calendar's apply.
        use_default: bool,
    }
}

object! {
    /// Where an event comes from; only its creator sees it.
    pub struct EventSource {
        /// What that is called.
        title: Private,
        /// Its address, over HTTP or HTTPS.
        url: Private,
    }
}

object! {
    /// Of a birthday.
    pub struct BirthdayProperties {
        /// Whose, `people/…`.
        contact: Private,
        /// What a custom one is called.
        custom_type_name: Private,
        /// Which anniversary.
        r#type: BirthdayType,
    }
}

open_enum! {
    /// Which anniversary.
    pub enum BirthdayType {
        /// Of a wedding or the like; always with a contact.
        Anniversary = "anniversary",
        /// A birthday.
        Birthday = "birthday",
        /// One with a name of its own.
        Custom = "custom",
        /// Another.
        OtherType = "other",
        /// One's own birthday.
        OwnBirthday = "self",
    }
}

open_enum! {
    /// Which invitations are declined by themselves.
    pub enum AutoDecline {
        /// None.
        DeclineNone = "declineNone",
        /// All that are in conflict.
        DeclineAllConflictingInvitations = "declineAllConflictingInvitations",
        /// New ones that are in conflict.
        DeclineOnlyNewConflictingInvitations = "declineOnlyNewConflictingInvitations",
    }
}

open_enum! {
    /// How somebody stands in a chat meanwhile.
    pub enum ChatStatus {
        /// Available.
        Available = "available",
        /// Not to be disturbed.
        DoNotDisturb = "doNotDisturb",
    }
}

object! {
    /// Of a time to work undisturbed.
    pub struct FocusTimeProperties {
        /// Which invitations are declined.
        auto_decline_mode: AutoDecline,
        /// How its holder stands in a chat.
        chat_status: ChatStatus,
        /// What is said with that.
        decline_message: Private,
    }
}

object! {
    /// Of a time out of office.
    pub struct OutOfOfficeProperties {
        /// Which invitations are declined.
        auto_decline_mode: AutoDecline,
        /// What is said with that.
        decline_message: Private,
    }
}

object! {
    /// Of a place of work.
    pub struct WorkingLocationProperties {
        /// Of a place of its own kind.
        custom_location: CustomLocation,
        /// There, whatever it holds, when somebody works at home.
        home_office: Value,
        /// Of an office.
        office_location: OfficeLocation,
        /// Which kind of place; required to add one.
        r#type: WorkingLocationType,
    }
}

open_enum! {
    /// Which kind of place somebody works at.
    pub enum WorkingLocationType {
        /// At home.
        HomeOffice = "homeOffice",
        /// In an office.
        OfficeLocation = "officeLocation",
        /// Elsewhere.
        CustomLocation = "customLocation",
    }
}

object! {
    /// A place of work that is neither home nor office.
    pub struct CustomLocation {
        /// What it is called.
        label: Private,
    }
}

object! {
    /// An office.
    pub struct OfficeLocation {
        /// The building, an id of the organization's.
        building_id: Private,
        /// The desk.
        desk_id: Private,
        /// The floor.
        floor_id: Private,
        /// The section of the floor.
        floor_section_id: Private,
        /// What it is called.
        label: Private,
    }
}

object! {
    /// A gadget; deprecated by Google.
    pub struct Gadget {
        /// How it is shown.
        display: GadgetDisplay,
        /// Its height in pixels.
        height: i64,
        /// Its icon.
        icon_link: String,
        /// Where it is.
        link: String,
        /// Its preferences.
        preferences: BTreeMap<String, Private>,
        /// What it is called.
        title: Private,
        /// Its type.
        r#type: String,
        /// Its width in pixels.
        width: i64,
    }
}

open_enum! {
    /// How a gadget is shown.
    pub enum GadgetDisplay {
        /// Beside the event's title.
        Icon = "icon",
        /// When the event is clicked.
        Chip = "chip",
    }
}

object! {
    /// A page of events.
    pub struct Events {
        /// What whoever asks may do with the calendar.
        access_role: AccessRole,
        /// The calendar's reminders.
        default_reminders: Vec<EventReminder>,
        /// The calendar's description.
        description: Private,
        /// The page's entity tag.
        etag: String,
        /// The events.
        items: Vec<Event>,
        /// `calendar#events`.
        kind: String,
        /// Leads to the next page; absent on the last.
        next_page_token: String,
        /// Leads to what changes from now on; on the last page only.
        next_sync_token: String,
        /// The calendar's title.
        summary: Private,
        /// The calendar's zone.
        time_zone: String,
        /// When the calendar was last changed.
        updated: DateTime<Utc>,
    }
}
