use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, Utc};

use crate::address::Address;
use crate::form;
use crate::id::{
    AccountSid, ApplicationSid, CallSid, InstallSid, IntelligenceServiceSid, MessageSid, MessagingServiceSid,
    PhoneNumberSid, RecordingSid, TranscriptSid, TranscriptionSid,
};
use crate::open::Open;
use crate::secret::Private;

/// A request from Twilio that does not hold what its event must hold. Values are not repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// A required field is missing or empty.
    #[error("the field {0} is missing")]
    Missing(&'static str),
    /// A field has a value that its type does not allow.
    #[error("the field {0} is malformed")]
    Malformed(&'static str),
    /// A field of one value is there more than once.
    ///
    /// Keys and values are signed without delimiters, so that a second value may be a piece of another field.
    #[error("the field {0} is repeated")]
    Repeated(&'static str),
    /// The body is not a JSON object.
    #[error("the body is not a JSON object")]
    Json,
}

/// The parameters that this version of the crate has no field for, in the order received.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Extra(Vec<(String, String)>);

impl Extra {
    /// The first value of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// All pairs in the order received.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// True when every parameter has a field.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.iter().map(|(key, _)| key)).finish()
    }
}

/// An event that can be read from a verified request.
///
/// Implemented by the events of this module; not meant to be implemented elsewhere.
pub trait Event: Sized + private::Sealed {
    #[doc(hidden)]
    fn take(fields: &mut Fields<'_>) -> Result<Self, ParseError>;
}

pub(super) mod private {
    pub trait Sealed {}
}

/// The parameters of a request that no field has taken yet.
#[doc(hidden)]
pub struct Fields<'a> {
    pairs: Vec<Option<Pair<'a>>>,
}

/// A pair whose value is decoded when somebody wants it.
struct Pair<'a> {
    key: Cow<'a, [u8]>,
    value: Value<'a>,
}

enum Value<'a> {
    Encoded(&'a [u8]),
    Text(Cow<'a, str>),
}

impl<'a> Value<'a> {
    fn into_text(self) -> Cow<'a, str> {
        match self {
            Self::Encoded(bytes) => form::text(form::decode(bytes)),
            Self::Text(text) => text,
        }
    }
}

impl fmt::Debug for Fields<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fields").field("pairs", &self.pairs.len()).finish()
    }
}

impl<'a> Fields<'a> {
    pub(super) fn from_form(bytes: &'a [u8]) -> Self {
        let mut pairs = Vec::with_capacity(48);
        pairs.extend(
            form::raw_pairs(bytes)
                .map(|(key, value)| Some(Pair { key: form::decode(key), value: Value::Encoded(value) })),
        );
        Self { pairs }
    }

    /// Reads the top level of a JSON object; what is nested keeps its JSON text.
    pub(super) fn from_json(bytes: &[u8]) -> Result<Self, ParseError> {
        let object: serde_json::Map<String, serde_json::Value> =
            serde_json::from_slice(bytes).map_err(|_| ParseError::Json)?;
        let text = |value| match value {
            serde_json::Value::String(text) => text,
            serde_json::Value::Null => String::new(),
            other => other.to_string(),
        };
        let pair =
            |(key, value): (String, _)| Pair { key: key.into_bytes().into(), value: Value::Text(text(value).into()) };
        Ok(Self { pairs: object.into_iter().map(pair).map(Some).collect() })
    }

    /// Takes a field that may be absent; empty counts as absent. A value that the type does not allow stays among the
    /// extra parameters: something odd beside the point must not cost a call.
    pub(super) fn optional<T: Field>(&mut self, name: &'static str) -> Result<Option<T>, ParseError> {
        let Some(value) = self.take(name)?.filter(|value| !value.is_empty()) else { return Ok(None) };
        let read = T::read(&value);
        if read.is_none() {
            self.pairs.push(Some(Pair { key: Cow::Borrowed(name.as_bytes()), value: Value::Text(value) }));
        }
        Ok(read)
    }

    /// Takes a field that must be there.
    pub(super) fn required<T: Field>(&mut self, name: &'static str) -> Result<T, ParseError> {
        match self.take(name)? {
            Some(value) if !value.is_empty() => T::read(&value).ok_or(ParseError::Malformed(name)),
            _ => Err(ParseError::Missing(name)),
        }
    }

    /// Takes one end of a call; none at all is a number that was withheld.
    pub(super) fn party(&mut self, name: &'static str) -> Result<Address, ParseError> {
        Ok(self.optional(name)?.unwrap_or_else(|| Address::Anonymous(Private::default())))
    }

    /// Takes a text that is empty when absent.
    pub(super) fn text(&mut self, name: &'static str) -> Result<Private, ParseError> {
        Ok(self.take(name)?.map(|value| Private::from(value.into_owned())).unwrap_or_default())
    }

    /// Takes `prefix0`, `prefix1`, … as long as there are any.
    pub(super) fn numbered(&mut self, prefix: &'static str, index: usize) -> Result<Option<String>, ParseError> {
        let name = format!("{prefix}{index}");
        Ok(self.take_named(&name, prefix)?.map(Cow::into_owned))
    }

    pub(super) fn rest(&mut self) -> Extra {
        let rest = std::mem::take(&mut self.pairs);
        let owned = |pair: Pair<'_>| (form::text(pair.key).into_owned(), pair.value.into_text().into_owned());
        Extra(rest.into_iter().flatten().map(owned).collect())
    }

    fn take(&mut self, name: &'static str) -> Result<Option<Cow<'a, str>>, ParseError> {
        self.take_named(name, name)
    }

    fn take_named(&mut self, name: &str, label: &'static str) -> Result<Option<Cow<'a, str>>, ParseError> {
        let mut found: Option<Pair<'a>> = None;
        for slot in &mut self.pairs {
            if slot.as_ref().is_some_and(|pair| *pair.key == *name.as_bytes())
                && let Some(previous) = std::mem::replace(&mut found, slot.take())
            {
                drop(previous);
                return Err(ParseError::Repeated(label));
            }
        }
        Ok(found.map(|pair| pair.value.into_text()))
    }
}

/// A type that stands in one parameter.
pub(super) trait Field: Sized {
    fn read(text: &str) -> Option<Self>;
}

macro_rules! fields_by {
    ($read:expr => $($name:ty),* $(,)?) => {$(
        impl Field for $name {
            fn read(text: &str) -> Option<Self> {
                let read: fn(&str) -> Option<Self> = $read;
                read(text)
            }
        }
    )*};
}

fields_by!(|text| text.trim().parse().ok() => u8, u32, u64, f64, AccountSid, ApplicationSid, CallSid, InstallSid,
    IntelligenceServiceSid, MessageSid, MessagingServiceSid, PhoneNumberSid, RecordingSid, TranscriptSid, TranscriptionSid, url::Url);
fields_by!(|text| Some(text.into()) => String, Private, Address);

impl<T: Open> Field for T {
    fn read(text: &str) -> Option<Self> {
        Some(Self::from_text(text))
    }
}

impl Field for bool {
    fn read(text: &str) -> Option<Self> {
        match text {
            "true" | "True" | "1" => Some(true),
            "false" | "False" | "0" => Some(false),
            _ => None,
        }
    }
}

/// RFC 2822 in call events, RFC 3339 in transcription events.
impl Field for DateTime<Utc> {
    fn read(text: &str) -> Option<Self> {
        DateTime::parse_from_rfc2822(text)
            .or_else(|_| DateTime::parse_from_rfc3339(text))
            .ok()
            .map(|time| time.with_timezone(&Utc))
    }
}

/// A field that holds JSON.
impl Field for serde_json::Value {
    fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

/// Declares an event: its fields, their parameter names, and how each is read.
macro_rules! event {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $($(#[$fmeta:meta])* $field:ident: $type:ty = $how:ident $(($param:literal))?,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$fmeta])* pub $field: $type,)*
            /// Parameters that have no field here.
            pub extra: $crate::twilio::webhook::Extra,
        }

        impl $crate::twilio::webhook::fields::private::Sealed for $name {}

        impl $crate::twilio::webhook::fields::Event for $name {
            fn take(
                fields: &mut $crate::twilio::webhook::fields::Fields<'_>,
            ) -> Result<Self, $crate::twilio::webhook::ParseError> {
                Ok(Self {
                    $($field: event!(@take fields, $type, $how $(($param))?),)*
                    extra: fields.rest(),
                })
            }
        }
    };
    (@take $fields:ident, $type:ty, group) => { <$type>::take_group($fields)? };
    (@take $fields:ident, $type:ty, $how:ident($param:literal)) => { $fields.$how($param)? };
}
pub(super) use event;
