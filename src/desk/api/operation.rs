use http::{Method, StatusCode};
use schemars::{Schema, SchemaGenerator};

use super::limit::Share;
use super::{Page, analytics, availability, bookings, calls, messages, notifications, numbers};
use crate::auth::Role;
use crate::tenant::Tenant;

/// What can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    ListCalls,
    Call,
    Recording,
    Transcript,
    Summary,
    ListMessages,
    SendMessage,
    Thread,
    ListNotifications,
    Confirm,
    Cancel,
    Remind,
    ListBookings,
    Book,
    Hold,
    Booking,
    Reschedule,
    CancelBooking,
    Availability,
    PhoneNumber,
    Provision,
    AccountNumbers,
    Connect,
    Tenant,
    ChangeTenant,
    Analytics,
    Events,
    Document,
}

pub(super) type Methods = &'static [(Method, Operation)];

/// Each path below the prefix, with what its methods do: the router and the document are made of it.
pub(super) const PATHS: &[(&str, Methods)] = &[
    ("/calls", &[(Method::GET, Operation::ListCalls)]),
    ("/calls/{sid}", &[(Method::GET, Operation::Call)]),
    ("/calls/{sid}/recording", &[(Method::GET, Operation::Recording)]),
    ("/calls/{sid}/transcript", &[(Method::GET, Operation::Transcript)]),
    ("/calls/{sid}/summary", &[(Method::GET, Operation::Summary)]),
    ("/messages", &[(Method::GET, Operation::ListMessages), (Method::POST, Operation::SendMessage)]),
    ("/threads/{number}", &[(Method::GET, Operation::Thread)]),
    ("/notifications", &[(Method::GET, Operation::ListNotifications)]),
    ("/notifications/confirmation", &[(Method::POST, Operation::Confirm)]),
    ("/notifications/cancellation", &[(Method::POST, Operation::Cancel)]),
    ("/notifications/reminder", &[(Method::POST, Operation::Remind)]),
    ("/bookings", &[(Method::GET, Operation::ListBookings), (Method::POST, Operation::Book)]),
    ("/bookings/holds", &[(Method::POST, Operation::Hold)]),
    (
        "/bookings/{id}",
        &[
            (Method::GET, Operation::Booking),
            (Method::PATCH, Operation::Reschedule),
            (Method::DELETE, Operation::CancelBooking),
        ],
    ),
    ("/availability", &[(Method::GET, Operation::Availability)]),
    ("/phone-number", &[(Method::GET, Operation::PhoneNumber)]),
    ("/phone-number/provision", &[(Method::POST, Operation::Provision)]),
    ("/admin/numbers", &[(Method::GET, Operation::AccountNumbers)]),
    ("/admin/numbers/connect", &[(Method::POST, Operation::Connect)]),
    ("/tenant", &[(Method::GET, Operation::Tenant), (Method::PATCH, Operation::ChangeTenant)]),
    ("/analytics", &[(Method::GET, Operation::Analytics)]),
    ("/events", &[(Method::GET, Operation::Events)]),
    ("/openapi.json", &[(Method::GET, Operation::Document)]),
];

/// A parameter of the query.
pub(super) struct Parameter {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) kind: Kind,
}

/// What a parameter is.
pub(super) enum Kind {
    /// Text of this form.
    Text(&'static str),
    Number,
    Flag,
    Time,
    /// One of the values of a schema.
    One(Describe),
    /// Several of them, separated by commas.
    List(Describe),
}

/// Writes down what something looks like.
pub(super) type Describe = fn(&mut SchemaGenerator) -> Schema;

/// What is said of an operation.
pub(super) struct About {
    pub(super) id: &'static str,
    pub(super) summary: &'static str,
    pub(super) query: &'static [Parameter],
    pub(super) body: Option<Describe>,
    pub(super) status: StatusCode,
    /// The media type, and what it looks like if it is JSON.
    pub(super) answer: (&'static str, Option<Describe>),
}

const JSON: &str = "application/json";

/// What our own names of things look like.
const NAME: &str = "^[A-Za-z0-9_.:-]{1,128}$";

/// And several of them.
const NAMES: &str = "^[A-Za-z0-9_.:-]{1,128}(,[A-Za-z0-9_.:-]{1,128})*$";

fn minutes(_: &mut SchemaGenerator) -> Schema {
    schemars::json_schema!({ "type": "integer", "minimum": 1, "maximum": 1440 })
}

const fn text(name: &'static str, about: &'static str, form: &'static str) -> Parameter {
    Parameter { name, about, kind: Kind::Text(form) }
}

const fn time(name: &'static str, about: &'static str) -> Parameter {
    Parameter { name, about, kind: Kind::Time }
}

const AFTER: Parameter = text("after", "The `next` of the page before.", NAME);
const AFTER_CALL: Parameter = text("after", "The `next` of the page before.", "^CA[0-9a-fA-F]{32}$");
const LIMIT: Parameter =
    Parameter { name: "limit", about: "How many at most; 50 unless it is said.", kind: Kind::Number };
const WITH: Parameter = text("with", "Only those with this other side, as +14155552671.", "^.+$");
const FROM: Parameter = time("from", "Not before this time.");
const UNTIL: Parameter = time("until", "Before this time.");

fn of<T: schemars::JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

impl Operation {
    /// Who may; `None` for anybody.
    pub(super) fn needs(self) -> Option<Role> {
        match self {
            Self::Document => None,
            Self::AccountNumbers | Self::Connect => Some(Role::Admin),
            _ => Some(Role::Member),
        }
    }

    pub(super) fn share(self) -> Share {
        match self {
            Self::SendMessage | Self::Provision | Self::Connect => Share::Sending,
            Self::Confirm | Self::Cancel | Self::Remind => Share::Booking,
            Self::Book | Self::Hold | Self::Reschedule | Self::CancelBooking => Share::Booking,
            _ => Share::General,
        }
    }

    /// Pure: what the document says.
    #[allow(clippy::too_many_lines, reason = "a table")]
    pub(super) fn about(self) -> About {
        use crate::call::{Booked, Status};
        use crate::message::DeliveryStatus;
        use crate::notification::{Channel, NotificationKind, NotificationStatus};
        const fn get(id: &'static str, summary: &'static str, answer: Describe) -> About {
            About { id, summary, query: &[], body: None, status: StatusCode::OK, answer: (JSON, Some(answer)) }
        }
        const fn post(id: &'static str, summary: &'static str, body: Describe, answer: Describe) -> About {
            let (status, answer) = (StatusCode::ACCEPTED, (JSON, Some(answer)));
            About { id, summary, query: &[], body: Some(body), status, answer }
        }
        match self {
            Self::ListCalls => About {
                query: const {
                    &[
                        AFTER_CALL,
                        LIMIT,
                        FROM,
                        UNTIL,
                        Parameter { name: "status", about: "Only these.", kind: Kind::List(of::<Status>) },
                        Parameter {
                            name: "outcome",
                            about: "Whether an appointment came of it.",
                            kind: Kind::One(of::<Booked>),
                        },
                        WITH,
                        Parameter { name: "summary_ready", about: "Whether there is a summary.", kind: Kind::Flag },
                    ]
                },
                ..get("listCalls", "Calls, latest first", of::<Page<calls::CallView>>)
            },
            Self::Call => get("getCall", "A call", of::<calls::CallView>),
            Self::Recording => About {
                query: const {
                    &[Parameter {
                        name: "take",
                        about: "Which recording; the conversation, or else the voicemail, unless it is said.",
                        kind: Kind::One(of::<calls::TakeView>),
                    }]
                },
                answer: ("audio/mpeg", None),
                ..get("getRecording", "The sound of a call", of::<calls::CallView>)
            },
            Self::Transcript => get("getTranscript", "What was said in a call", of::<calls::TranscriptView>),
            Self::Summary => get("getSummary", "What a call was about and what came of it", of::<calls::SummaryView>),
            Self::ListMessages => About {
                query: const {
                    &[
                        AFTER,
                        LIMIT,
                        FROM,
                        UNTIL,
                        Parameter { name: "status", about: "Only these.", kind: Kind::List(of::<DeliveryStatus>) },
                        WITH,
                    ]
                },
                ..get("listMessages", "Texts, latest first", of::<Page<messages::MessageView>>)
            },
            Self::SendMessage => post("sendMessage", "Sends a text", of::<messages::NewText>, of::<messages::SentView>),
            Self::Thread => About {
                query: const { &[AFTER, LIMIT] },
                ..get("getThread", "The texts with one contact, latest first", of::<Page<messages::MessageView>>)
            },
            Self::ListNotifications => About {
                query: const {
                    &[
                        AFTER,
                        LIMIT,
                        FROM,
                        UNTIL,
                        Parameter { name: "status", about: "Only these.", kind: Kind::List(of::<NotificationStatus>) },
                        Parameter { name: "kind", about: "Only these.", kind: Kind::List(of::<NotificationKind>) },
                        Parameter { name: "channel", about: "Only this way.", kind: Kind::One(of::<Channel>) },
                        text("appointment", "Only those of this appointment.", NAME),
                    ]
                },
                ..get(
                    "listNotifications",
                    "What people are told of appointments, latest planned first",
                    of::<Page<notifications::NotificationView>>,
                )
            },
            Self::Confirm => post(
                "setAppointment",
                "Tells of an appointment as it stands now, and reminds of it in time",
                of::<notifications::NewAppointment>,
                of::<notifications::ToldView>,
            ),
            Self::Cancel => post(
                "cancelAppointment",
                "Tells that an appointment does not take place, and reminds nobody of it",
                of::<notifications::NewCancellation>,
                of::<notifications::ToldView>,
            ),
            Self::Remind => post(
                "remind",
                "Reminds a customer once more",
                of::<notifications::NewReminder>,
                of::<notifications::ToldView>,
            ),
            Self::ListBookings => About {
                query: const { &[FROM, UNTIL, WITH, text("resource", "Only those that take this resource.", NAME), LIMIT] },
                ..get("listBookings", "What is held and booked, by when it begins", of::<bookings::BookingsView>)
            },
            Self::Book => About {
                status: StatusCode::CREATED,
                ..post("book", "Makes an appointment", of::<bookings::NewBooking>, of::<bookings::BookingView>)
            },
            Self::Hold => About {
                status: StatusCode::CREATED,
                ..post(
                    "hold",
                    "Holds a time for a while; the same request to `/bookings` makes an appointment of it",
                    of::<bookings::NewBooking>,
                    of::<bookings::BookingView>,
                )
            },
            Self::Booking => get("getBooking", "A booking", of::<bookings::BookingView>),
            Self::Reschedule => About {
                body: Some(of::<bookings::NewTime>),
                ..get("reschedule", "Moves an appointment", of::<bookings::BookingView>)
            },
            Self::CancelBooking => {
                get("cancelBooking", "Cancels an appointment, or gives back a time", of::<bookings::BookingView>)
            }
            Self::Availability => About {
                query: const {
                    &[
                        FROM,
                        UNTIL,
                        Parameter {
                            name: "minutes",
                            about: "How long it takes; as the settings say unless it is said.",
                            kind: Kind::One(minutes),
                        },
                        text("resources", "What it takes: all of these, separated by commas.", NAMES),
                        text("zone", "Where who asks is: an IANA time zone.", "^[A-Za-z0-9_+/-]{1,64}$"),
                        LIMIT,
                    ]
                },
                ..get("getAvailability", "When an appointment can be had", of::<availability::AvailabilityView>)
            },
            Self::PhoneNumber => {
                get("getPhoneNumber", "The tenant's numbers and its orders for more", of::<numbers::NumbersView>)
            }
            Self::Provision => {
                post("provisionNumber", "Orders a number", of::<numbers::NewOrder>, of::<numbers::OrderView>)
            }
            Self::AccountNumbers => get("listAccountNumbers", "The account's numbers", of::<Vec<numbers::AccountView>>),
            Self::Connect => post(
                "connectNumber",
                "Makes one of the account's numbers the tenant's",
                of::<numbers::Connection>,
                of::<numbers::OrderView>,
            ),
            Self::Tenant => get("getTenant", "The tenant's settings; `ETag` is their version", of::<Tenant>),
            Self::ChangeTenant => About {
                body: Some(super::settings::patch_schema),
                ..get(
                    "changeTenant",
                    "Changes settings by a merge patch (RFC 7396), with `If-Match` only if nobody else has",
                    of::<Tenant>,
                )
            },
            Self::Analytics => About {
                query: const { &[FROM, UNTIL] },
                ..get("getAnalytics", "How calls and texts went, by day", of::<analytics::AnalyticsView>)
            },
            Self::Events => About {
                answer: ("text/event-stream", None),
                ..get("followEvents", "Calls, texts, bookings and notifications as they happen", of::<calls::CallView>)
            },
            Self::Document => get("getDocument", "This document", |_| schemars::json_schema!({ "type": "object" })),
        }
    }
}
