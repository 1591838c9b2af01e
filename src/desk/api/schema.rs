//! What the texts of this crate are in JSON Schema: the derived schemas of the API's types refer to these.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::address::Address;
use crate::booking::{BookingId, ResourceId};
use crate::id::{CallSid, IntelligenceServiceSid, MessageSid, NotificationId, TenantId};
use crate::notification::AppointmentId;
use crate::phone::E164;
use crate::schedule::{WeeklyHours, Window};
use crate::secret::Private;

macro_rules! texts {
    ($($name:ty: $shown:literal, $schema:tt;)*) => {$(
        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                $shown.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    )*};
}

texts! {
    Private: "Private", { "type": "string" };
    Address: "Address", { "type": "string" };
    E164: "E164", { "type": "string", "pattern": "^\\+[1-9][0-9]{1,14}$" };
    CallSid: "CallSid", { "type": "string", "pattern": "^CA[0-9a-fA-F]{32}$" };
    MessageSid: "MessageSid", { "type": "string", "pattern": "^(SM|MM)[0-9a-fA-F]{32}$" };
    IntelligenceServiceSid: "IntelligenceServiceSid", { "type": "string", "pattern": "^GA[0-9a-fA-F]{32}$" };
    TenantId: "TenantId", { "type": "string", "minLength": 1, "maxLength": 128 };
    NotificationId: "NotificationId", { "type": "string", "pattern": "^[A-Za-z0-9_.:-]{1,128}$" };
    AppointmentId: "AppointmentId", { "type": "string", "pattern": "^[A-Za-z0-9_.:-]{1,128}$" };
    BookingId: "BookingId", { "type": "string", "pattern": "^[A-Za-z0-9_.:-]{1,128}$" };
    ResourceId: "ResourceId", { "type": "string", "pattern": "^[A-Za-z0-9_.:-]{1,128}$" };
    Window: "Window", { "type": "string", "pattern": "^[0-9]{1,2}:[0-9]{2}-[0-9]{1,2}:[0-9]{2}$" };
    WeeklyHours: "WeeklyHours", {
        "type": "object",
        "properties": {
            "weekly": { "type": "string" },
            "exceptions": {
                "type": "object",
                "additionalProperties": { "type": "array", "items": { "type": "string" } }
            }
        },
        "required": ["weekly"]
    };
}
