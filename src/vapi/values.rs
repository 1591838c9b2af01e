//! Values that several resources share.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::parameters::Param;

/// How many characters a name of Vapi's or ours may have.
const LONGEST: usize = 64;

fn is_name(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}

/// A text that is no id of Vapi's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id of Vapi's: 1 to 64 letters, digits, '-' or '_'")]
#[non_exhaustive]
pub struct InvalidId;

/// A text that no function can be called by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a function's name: 1 to 64 letters, digits, '-' or '_'")]
#[non_exhaustive]
pub struct InvalidFunctionName;

/// Declares checked texts, so that none of them can change the path of a URL.
macro_rules! names {
    ($($(#[$meta:meta])* pub struct $name:ident, $invalid:ident;)*) => {$(
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        impl $name {
            /// Checks the text.
            ///
            /// # Errors
            /// When it is empty, too long or has other characters.
            pub fn new(text: impl AsRef<str>) -> Result<Self, $invalid> {
                let text = text.as_ref();
                if is_name(text) { Ok(Self(text.into())) } else { Err($invalid) }
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = $invalid;

            fn from_str(text: &str) -> Result<Self, $invalid> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = $invalid;

            fn try_from(text: String) -> Result<Self, $invalid> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0.into()
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Param for $name {
            fn wire(&self) -> String {
                self.as_str().to_owned()
            }

            #[cfg(test)]
            fn sample() -> Self {
                Self::new("8f6c8d52-1c1e-4f4e-9d3e-0a1b2c3d4e5f").unwrap()
            }
        }
    )*};
}

names! {
    /// A call.
    pub struct CallId, InvalidId;
    /// An assistant.
    pub struct AssistantId, InvalidId;
    /// A tool.
    pub struct ToolId, InvalidId;
    /// A squad.
    pub struct SquadId, InvalidId;
    /// A phone number.
    pub struct PhoneNumberId, InvalidId;
    /// A file.
    pub struct FileId, InvalidId;
    /// What a model calls a function by.
    pub struct FunctionName, InvalidFunctionName;
}

/// An instant of a query, to the millisecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub DateTime<Utc>);

impl From<DateTime<Utc>> for Timestamp {
    fn from(instant: DateTime<Utc>) -> Self {
        Self(instant)
    }
}

impl Param for Timestamp {
    fn wire(&self) -> String {
        self.0.to_rfc3339_opts(SecondsFormat::Millis, true)
    }

    #[cfg(test)]
    fn sample() -> Self {
        Self("2026-12-01T10:00:00.250Z".parse().unwrap())
    }
}

/// JSON that this crate does not look into: it may hold what people said, or a key. `Debug` does not show it.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Opaque(Value);

impl Opaque {
    /// Takes the value in.
    #[must_use]
    pub fn new(value: impl Into<Value>) -> Self {
        Self(value.into())
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.0
    }

    /// The value, taken out.
    #[must_use]
    pub fn into_value(self) -> Value {
        self.0
    }

    /// The text, when it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        self.0.as_str()
    }

    /// A property, when it is an object that has it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }
}

impl From<Value> for Opaque {
    fn from(value: Value) -> Self {
        Self(value)
    }
}

impl From<&str> for Opaque {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Opaque {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Opaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<json>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_id_leaves_its_place_in_a_path() {
        for bad in ["", "a/b", "a b", "..", ".", "a%2Fb", "a?b", "a#b", "a\nb", "é", &"x".repeat(65)] {
            assert_eq!(CallId::new(bad), Err(InvalidId), "{bad:?}");
            assert_eq!(FunctionName::new(bad), Err(InvalidFunctionName), "{bad:?}");
            assert!(serde_json::from_value::<CallId>(bad.into()).is_err(), "{bad:?}");
        }
        let id: CallId = "8f6c8d52-1c1e-4f4e-9d3e-0a1b2c3d4e5f".parse().unwrap();
        assert_eq!(serde_json::to_value(&id).unwrap(), id.as_str());
        assert_eq!(FunctionName::new("book_visit").unwrap().to_string(), "book_visit");
    }

    #[test]
    fn opaque_values_come_back_and_are_not_shown() {
        let value: Opaque = serde_json::from_str(r#"{"name":"Anna","visits":[1,2.5,null]}"#).unwrap();
        assert_eq!(serde_json::to_string(&value).unwrap(), r#"{"name":"Anna","visits":[1,2.5,null]}"#);
        assert_eq!((value.get("name").and_then(Value::as_str), value.as_str()), (Some("Anna"), None));
        assert_eq!(format!("{value:?} {:?}", Opaque::from("Anna")), "<json> <json>");
    }

    #[test]
    fn instants_keep_their_milliseconds() {
        let instant: DateTime<Utc> = "2026-12-01T10:00:00.123456Z".parse().unwrap();
        assert_eq!(Timestamp::from(instant).wire(), "2026-12-01T10:00:00.123Z");
    }
}
