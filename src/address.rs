//! Who calls and who is called: numbers and the other things that can stand in their place.

use std::fmt;

use crate::phone::E164;
use crate::secret::Private;

/// One end of a call or message, as providers write it in `From` and `To`.
///
/// `Debug` and `Display` mask it; [`to_wire`](Self::to_wire) gives the whole.
///
/// ```
/// use frontdesk::address::Address;
///
/// assert!(Address::from("+266696687").is_anonymous());
/// assert!(matches!(Address::from("whatsapp:+14155552671"), Address::WhatsApp(_)));
/// assert_eq!(Address::from("+14155552671").phone().map(|n| n.digits().len()), Some(11));
/// assert_eq!(format!("{:?}", Address::from("+14155552671")), "Phone(E164(+1•••671))");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Address {
    /// A telephone number.
    Phone(E164),
    /// A WhatsApp user or sender, `whatsapp:+…`.
    WhatsApp(E164),
    /// An RCS sender or user, `rcs:…`.
    Rcs(Private),
    /// A Facebook Messenger user, `messenger:…`.
    Messenger(Private),
    /// A SIP address, `sip:…` or `sips:…`.
    Sip(Private),
    /// A Voice SDK client, `client:…`.
    Client(Private),
    /// A short code of three to eight digits.
    ShortCode(Private),
    /// A caller who withheld the number; the placeholder that Twilio sent.
    Anonymous(Private),
    /// Anything else: an alphanumeric sender, or a caller ID that is no number.
    Other(Private),
}

/// Twilio's placeholders for a withheld number: a word, or the word as typed on a telephone's keypad (ANONYMOUS,
/// RESTRICTED with and without a leading 1, BLOCKED, UNKNOWN, UNAVAILABLE, PRIVATE).
const PLACEHOLDERS: [&str; 7] =
    ["266696687", "7378742833", "17378742833", "2562533", "8656696", "86282452253", "7748283"];
const WORDS: [&str; 7] = ["anonymous", "restricted", "blocked", "unknown", "unavailable", "private", "withheld"];

impl Address {
    /// The text as it stands on the wire.
    #[must_use]
    pub fn to_wire(&self) -> String {
        match self {
            Self::Phone(number) => number.as_str().to_owned(),
            Self::WhatsApp(number) => format!("whatsapp:{}", number.as_str()),
            Self::Rcs(text)
            | Self::Messenger(text)
            | Self::Sip(text)
            | Self::Client(text)
            | Self::ShortCode(text)
            | Self::Anonymous(text)
            | Self::Other(text) => text.as_str().to_owned(),
        }
    }

    /// The telephone number behind it: of a phone or a WhatsApp user.
    #[must_use]
    pub fn phone(&self) -> Option<E164> {
        match self {
            Self::Phone(number) | Self::WhatsApp(number) => Some(*number),
            _ => None,
        }
    }

    /// The number that was dialled, however it is written: also before the `@` of a SIP address, and after a scheme that
    /// this version does not know.
    ///
    /// ```
    /// use frontdesk::address::Address;
    ///
    /// for text in ["+15551230000", "sip:+15551230000@example.com;transport=tls", "tel:+1-555-123-0000"] {
    ///     assert_eq!(Address::from(text).dialled().ok_or("no number")?.as_str(), "+15551230000");
    /// }
    /// assert_eq!(Address::from("sip:desk@example.com").dialled(), None);
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub fn dialled(&self) -> Option<E164> {
        let user = |text: &str| {
            let rest = text.split_once(':').map_or(text, |(_, rest)| rest);
            E164::parse(rest.split(['@', ';']).next().unwrap_or_default()).ok()
        };
        match self {
            Self::Sip(text) | Self::Other(text) => user(text),
            other => other.phone(),
        }
    }

    /// True for a caller who withheld the number.
    #[must_use]
    pub fn is_anonymous(&self) -> bool {
        matches!(self, Self::Anonymous(_))
    }
}

impl From<&str> for Address {
    fn from(text: &str) -> Self {
        let lower = text.trim().to_ascii_lowercase();
        let digits = lower.strip_prefix('+').unwrap_or(&lower);
        let after = |scheme: &str| lower.strip_prefix(scheme);
        let user = lower.split_once(':').map_or(lower.as_str(), |(_, rest)| rest).split('@').next().unwrap_or_default();
        if PLACEHOLDERS.contains(&digits) || WORDS.contains(&user) {
            return Self::Anonymous(text.into());
        }
        if let Some(number) = after("whatsapp:").and_then(|rest| E164::parse(rest).ok()) {
            return Self::WhatsApp(number);
        }
        match lower.split_once(':').map(|(scheme, _)| scheme) {
            Some("rcs") => return Self::Rcs(text.into()),
            Some("messenger") => return Self::Messenger(text.into()),
            Some("sip" | "sips") => return Self::Sip(text.into()),
            Some("client") => return Self::Client(text.into()),
            Some(_) => return Self::Other(text.into()),
            None => {}
        }
        if let Ok(number) = E164::parse(text) {
            return Self::Phone(number);
        }
        if (3..=8).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Self::ShortCode(text.into());
        }
        Self::Other(text.into())
    }
}

impl From<String> for Address {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<&String> for Address {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<E164> for Address {
    fn from(number: E164) -> Self {
        Self::Phone(number)
    }
}

impl From<&E164> for Address {
    fn from(number: &E164) -> Self {
        Self::Phone(*number)
    }
}

impl From<&Self> for Address {
    fn from(address: &Self) -> Self {
        address.clone()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Phone(number) => write!(f, "{number}"),
            Self::WhatsApp(number) => write!(f, "whatsapp:{number}"),
            Self::Rcs(_) => f.write_str("rcs:•••"),
            Self::Messenger(_) => f.write_str("messenger:•••"),
            Self::Sip(_) => f.write_str("sip:•••"),
            Self::Client(_) => f.write_str("client:•••"),
            Self::ShortCode(_) => f.write_str("short code"),
            Self::Anonymous(_) => f.write_str("anonymous"),
            Self::Other(_) => f.write_str("•••"),
        }
    }
}

impl serde::Serialize for Address {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_wire())
    }
}

impl<'de> serde::Deserialize<'de> for Address {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
        Ok(Self::from(text.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn knows_every_placeholder_of_a_withheld_number() {
        for text in [
            "+266696687",
            "266696687",
            "+7378742833",
            "+17378742833",
            "+2562533",
            "+8656696",
            "+86282452253",
            "anonymous",
            "Anonymous",
            "Restricted",
            "Unavailable",
            "sip:anonymous@anonymous.invalid",
            "client:Anonymous",
        ] {
            assert!(Address::from(text).is_anonymous(), "{text}");
            assert_eq!(Address::from(text).phone(), None);
        }
        assert!(!Address::from("+14155552671").is_anonymous());
    }

    #[test]
    fn tells_kinds_apart() {
        assert!(matches!(Address::from("sip:desk@example.sip.twilio.com"), Address::Sip(_)));
        assert!(matches!(Address::from("client:alice"), Address::Client(_)));
        assert!(matches!(Address::from("rcs:agent"), Address::Rcs(_)));
        assert!(matches!(Address::from("12345"), Address::ShortCode(_)));
        assert!(matches!(Address::from("MYCLINIC"), Address::Other(_)));
        assert!(matches!(Address::from(""), Address::Other(_)));
    }

    proptest! {
        #[test]
        fn comes_back_and_is_never_shown_whole(text in "(client:|sip:|rcs:|)[a-z0-9+@.]{0,20}") {
            let address = Address::from(text.as_str());
            prop_assert_eq!(Address::from(address.to_wire().as_str()), address.clone());
            if text.len() > 11 {
                let shown = format!("{address:?} {address}");
                prop_assert!(!shown.contains(&text));
            }
        }
    }
}
