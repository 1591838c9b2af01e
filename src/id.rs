//! Names of things, checked when they are made.
//!
//! A Twilio SID is two letters and 32 hexadecimal digits
//! (<https://www.twilio.com/docs/glossary/what-is-a-sid>). Holding one of these types means the text was checked,
//! so that no id can change the path of a URL.
//!
//! ```
//! use frontdesk::id::CallSid;
//!
//! let sid: CallSid = "CA0123456789abcdef0123456789abcdef".parse()?;
//! assert_eq!(sid.as_str().len(), 34);
//! assert!("CA123/../Messages".parse::<CallSid>().is_err());
//! # Ok::<(), frontdesk::id::InvalidSid>(())
//! ```

use std::fmt;

/// A text that is not a SID of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {prefix} and 32 hexadecimal digits ({kind})")]
pub struct InvalidSid {
    kind: &'static str,
    prefix: &'static str,
}

const SID_LEN: usize = 34;

fn check(text: &str, prefixes: &[&str]) -> Option<[u8; SID_LEN]> {
    let bytes: [u8; SID_LEN] = text.as_bytes().try_into().ok()?;
    let known = prefixes.iter().any(|prefix| text.starts_with(prefix));
    let digits = bytes.get(2..)?.iter().all(u8::is_ascii_hexdigit);
    (known && digits).then_some(bytes)
}

macro_rules! sids {
    ($($(#[$meta:meta])* $name:ident: $prefix:literal $(| $more:literal)*;)*) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name([u8; SID_LEN]);

        impl $name {
            /// Checks the text.
            ///
            /// # Errors
            /// When it is not the prefix of this kind followed by 32 hexadecimal digits.
            pub fn parse(text: &str) -> Result<Self, InvalidSid> {
                check(text, &[$prefix $(, $more)*]).map(Self).ok_or(InvalidSid {
                    kind: stringify!($name),
                    prefix: concat!($prefix $(, " or ", $more)*),
                })
            }

            /// Any text of the right length.
            #[cfg(test)]
            #[allow(dead_code)]
            pub(crate) fn unchecked(text: &str) -> Self {
                Self(text.as_bytes().try_into().unwrap())
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                std::str::from_utf8(&self.0).unwrap_or_default()
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidSid;

            fn from_str(text: &str) -> Result<Self, InvalidSid> {
                Self::parse(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    )*};
}

sids! {
    /// An account or sub-account, `AC…`.
    AccountSid: "AC";
    /// An API key, `SK…`.
    ApiKeySid: "SK";
    /// A call, `CA…`.
    CallSid: "CA";
    /// A message, `SM…` or, with media, `MM…`.
    MessageSid: "SM" | "MM";
    /// A file attached to a message, `ME…`.
    MediaSid: "ME";
    /// A recording, `RE…`.
    RecordingSid: "RE";
    /// A transcription of a recording, `TR…`.
    TranscriptionSid: "TR";
    /// A transcript or real-time transcription of Conversational Intelligence, `GT…`.
    TranscriptSid: "GT";
    /// A Conversational Intelligence service, `GA…`.
    IntelligenceServiceSid: "GA";
    /// A messaging service, `MG…`.
    MessagingServiceSid: "MG";
    /// A phone number that the account owns, `PN…`.
    PhoneNumberSid: "PN";
    /// A TwiML application, `AP…`.
    ApplicationSid: "AP";
    /// A content template, `HX…`.
    ContentSid: "HX";
    /// An installed channel or add-on, `XE…`.
    InstallSid: "XE";
    /// A conference, `CF…`.
    ConferenceSid: "CF";
    /// A group of calls, `GP…`.
    GroupSid: "GP";
    /// A SIP trunk, `TK…`.
    TrunkSid: "TK";
    /// A bring-your-own-carrier trunk, `BY…`.
    ByocTrunkSid: "BY";
    /// A street address for regulators and emergency calls, `AD…`.
    AddressSid: "AD";
    /// A regulatory bundle, `BU…`.
    BundleSid: "BU";
    /// An identity for regulators, `RI…`.
    IdentitySid: "RI";
    /// A public key credential, `CR…`.
    CredentialSid: "CR";
    /// A media stream, `MZ…`.
    StreamSid: "MZ";
    /// A payment taken during a call, `PK…`.
    PaymentSid: "PK";
    /// A message to a Voice SDK client during a call, `KX…`.
    UserMessageSid: "KX";
    /// A subscription to messages from a Voice SDK client, `ZY…`.
    UserMessageSubscriptionSid: "ZY";
    /// A language operator of Conversational Intelligence, `LY…`.
    OperatorSid: "LY";
    /// A sentence of a transcript, `GX…`.
    SentenceSid: "GX";
}

/// Declares our own names of things: texts that can stand in a URL's query and a file's name.
macro_rules! names {
    ($($(#[$meta:meta])* pub struct $name:ident, $invalid:ident: $what:literal;)*) => {$(
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, ::serde::Serialize, ::serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        #[doc = concat!("A text that is not ", $what, " id.")]
        #[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
        #[error("not {} id: 1 to 128 letters, digits, '-', '_', '.' or ':'", $what)]
        #[non_exhaustive]
        pub struct $invalid;

        impl $name {
            /// Checks the text.
            ///
            /// # Errors
            /// When it is empty, too long or has other characters.
            pub fn new(text: impl AsRef<str>) -> Result<Self, $invalid> {
                let text = text.as_ref();
                let clean = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte));
                if clean && (1..=128).contains(&text.len()) { Ok(Self(text.into())) } else { Err($invalid) }
            }

            /// What this crate has put together itself.
            #[allow(dead_code, reason = "not every kind of name is put together here")]
            fn trusted(text: String) -> Self {
                Self(text.into())
            }

            /// The text of the id.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl ::std::str::FromStr for $name {
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
            fn from(id: $name) -> Self {
                id.0.into()
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}
pub(crate) use names;

names! {
    /// Our name for something that somebody is told: 1 to 128 letters, digits, `-`, `_`, `.` or `:`.
    pub struct NotificationId, InvalidNotificationId: "a notification";
}

/// What names of notifications begin with.
const NOTICE: &str = "notice-";

impl NotificationId {
    /// The notification that a text carries, by the text's name: that of the text itself, of its pieces and repeats.
    #[cfg(feature = "desk")]
    pub(crate) fn of_text(name: &str) -> Option<Self> {
        let name = name.split(':').next().filter(|name| name.starts_with(NOTICE))?;
        Self::new(name).ok()
    }

    /// A name made of a digest.
    pub(crate) fn digest<'a>(bytes: impl Iterator<Item = &'a u8>) -> Self {
        Self::trusted(bytes.fold(NOTICE.to_owned(), |text, byte| format!("{text}{byte:02x}")))
    }
}

/// Who the data belongs to: the key of every row.
///
/// Any non-empty text of up to 128 visible characters without white space, `/`, `\\`, `?`, `#` and `%`; not `.` or `..`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TenantId(Box<str>);

/// A text that cannot name a tenant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a tenant id: 1 to 128 visible characters without white space and / \\ ? # %, not . or ..")]
#[non_exhaustive]
pub struct InvalidTenantId;

impl TenantId {
    /// Checks the text.
    ///
    /// # Errors
    /// When it is empty, too long, or holds what the type does not allow.
    pub fn new(text: impl AsRef<str>) -> Result<Self, InvalidTenantId> {
        let text = text.as_ref();
        let fits = (1..=128).contains(&text.chars().count());
        let clean = text.chars().all(|c| {
            let invisible =
                matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
            !c.is_control() && !c.is_whitespace() && !invisible && !matches!(c, '/' | '\\' | '?' | '#' | '%')
        }) && !matches!(text, "." | "..");
        if fits && clean { Ok(Self(text.into())) } else { Err(InvalidTenantId) }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for TenantId {
    type Err = InvalidTenantId;

    fn from_str(text: &str) -> Result<Self, InvalidTenantId> {
        Self::new(text)
    }
}

impl TryFrom<String> for TenantId {
    type Error = InvalidTenantId;

    fn try_from(text: String) -> Result<Self, InvalidTenantId> {
        Self::new(text)
    }
}

impl From<TenantId> for String {
    fn from(id: TenantId) -> Self {
        id.0.into()
    }
}

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn accepts_its_own_prefix_only() {
        let digits = "0123456789abcdef0123456789ABCDEF";
        assert!(CallSid::parse(&format!("CA{digits}")).is_ok());
        assert!(CallSid::parse(&format!("SM{digits}")).is_err());
        assert!(MessageSid::parse(&format!("SM{digits}")).is_ok());
        assert!(MessageSid::parse(&format!("MM{digits}")).is_ok());
        assert_eq!(
            MessageSid::parse("").unwrap_err().to_string(),
            "expected SM or MM and 32 hexadecimal digits (MessageSid)"
        );
    }

    #[test]
    fn tenant_ids_cannot_leave_a_path() {
        for bad in ["", "a b", "a/b", "a?b", "a#b", "a\nb", "..", "a%2f", "a\\b", "a\u{202e}b", &"x".repeat(129)] {
            assert!(TenantId::new(bad).is_err(), "{bad:?}");
        }
        assert_eq!(TenantId::new("praxis-müller").unwrap().as_str(), "praxis-müller");
    }

    proptest! {
        #[test]
        fn no_text_panics_and_what_parses_comes_back(text in ".{0,40}") {
            if let Ok(sid) = CallSid::parse(&text) {
                prop_assert_eq!(sid.as_str(), text);
            }
        }

        #[test]
        fn well_formed_sids_round_trip(text in "CA[0-9a-fA-F]{32}") {
            prop_assert_eq!(CallSid::parse(&text).unwrap().to_string(), text);
        }
    }
}
