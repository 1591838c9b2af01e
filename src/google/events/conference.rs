use std::collections::BTreeMap;

use crate::object::object;
use crate::open::open_enum;
use crate::secret::Private;

object! {
    /// How to join an event by video or phone.
    pub struct ConferenceData {
        /// Its id; what that is depends on the kind.
        conference_id: Private,
        /// Which kind it is.
        conference_solution: ConferenceSolution,
        /// Asks for a new one, which is made after the answer.
        create_request: CreateConferenceRequest,
        /// The ways in.
        entry_points: Vec<EntryPoint>,
        /// What else there is to say.
        notes: Private,
        /// Of add-ons.
        parameters: ConferenceParameters,
        /// Its signature; deprecated by Google.
        signature: Private,
    }
}

impl ConferenceData {
    /// Asks for a Google Meet. The id makes asking twice the same as asking once.
    #[must_use]
    pub fn meet(request_id: impl Into<String>) -> Self {
        let key = ConferenceSolutionKey { r#type: Some(ConferenceType::HangoutsMeet), ..Default::default() };
        let request = CreateConferenceRequest {
            request_id: Some(request_id.into()),
            conference_solution_key: Some(key),
            ..Default::default()
        };
        Self { create_request: Some(request), ..Self::default() }
    }
}

object! {
    /// Which kind of conference it is.
    pub struct ConferenceSolution {
        /// Its icon.
        icon_uri: String,
        /// What tells it from others.
        key: ConferenceSolutionKey,
        /// What it is called.
        name: String,
    }
}

object! {
    /// What tells kinds of conferences apart.
    pub struct ConferenceSolutionKey {
        /// The kind.
        r#type: ConferenceType,
    }
}

open_enum! {
    /// A kind of conference.
    pub enum ConferenceType {
        /// Hangouts for consumers; no new ones.
        EventHangout = "eventHangout",
        /// Classic Hangouts for organizations; no new ones.
        EventNamedHangout = "eventNamedHangout",
        /// Google Meet.
        HangoutsMeet = "hangoutsMeet",
        /// Of an add-on.
        AddOn = "addOn",
    }
}

object! {
    /// Asks for a new conference.
    pub struct CreateConferenceRequest {
        /// Which kind.
        conference_solution_key: ConferenceSolutionKey,
        /// Made by whoever asks, for each conference another.
        request_id: String,
        /// What has become of it.
        status: ConferenceRequestStatus,
    }
}

object! {
    /// What has become of asking for a conference.
    pub struct ConferenceRequestStatus {
        /// Which it is.
        status_code: ConferenceStatus,
    }
}

open_enum! {
    /// What has become of asking for a conference.
    pub enum ConferenceStatus {
        /// It is being made.
        Pending = "pending",
        /// It is made.
        Success = "success",
        /// It could not be made.
        Failure = "failure",
    }
}

object! {
    /// A way into a conference.
    pub struct EntryPoint {
        /// The access code.
        access_code: Private,
        /// What is special about it.
        entry_point_features: Vec<String>,
        /// Which kind of way.
        entry_point_type: EntryPointType,
        /// What is shown in the place of the address.
        label: Private,
        /// The meeting code.
        meeting_code: Private,
        /// The passcode.
        passcode: Private,
        /// The password.
        password: Private,
        /// The PIN.
        pin: Private,
        /// The country of a number.
        region_code: String,
        /// The address: `https:`, `tel:`, `sip:`.
        uri: Private,
    }
}

open_enum! {
    /// A kind of way into a conference.
    pub enum EntryPointType {
        /// Over HTTP.
        Video = "video",
        /// By phone.
        Phone = "phone",
        /// By SIP.
        Sip = "sip",
        /// More instructions.
        More = "more",
    }
}

object! {
    /// Of add-ons.
    pub struct ConferenceParameters {
        /// Of add-ons.
        add_on_parameters: AddOnParameters,
    }
}

object! {
    /// Of add-ons.
    pub struct AddOnParameters {
        /// By name.
        parameters: BTreeMap<String, Private>,
    }
}
