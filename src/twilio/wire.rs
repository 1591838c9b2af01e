//! How values stand in Twilio's JSON and forms, read in spite of its own schema: numbers as strings, empty SIDs,
//! nulls where none is announced.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use rust_decimal::Decimal;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::address::Address;
use crate::open::Open;
use crate::parameters::Param;
use crate::phone::E164;
use crate::secret::{Private, Secret};

/// A value of an answer.
pub(super) trait Wire: Sized {
    /// Null and the empty string are absent; what does not parse is an error.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error>;

    /// The values of an enumeration.
    #[cfg(test)]
    fn known() -> Vec<String> {
        Vec::new()
    }

    /// The properties of an object, with the values of each enumeration.
    #[cfg(test)]
    fn properties() -> Vec<super::resource::Property> {
        Vec::new()
    }

    /// The properties that an answer left out, by path.
    #[cfg(test)]
    fn missing(&self, _prefix: &str, _into: &mut Vec<String>) {}
}

/// For `#[serde(deserialize_with)]`.
pub(super) fn read<'de, D: Deserializer<'de>, T: Wire>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::read(deserializer)
}

/// A value that is one text, or a number or boolean that Twilio may as well send as one.
pub(super) fn scalar<'de, D, T>(
    deserializer: D,
    parse: fn(&str) -> Result<T, &'static str>,
) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
{
    struct Scalar<T>(fn(&str) -> Result<T, &'static str>);

    impl<T> Scalar<T> {
        fn parse<E: serde::de::Error>(&self, text: &str) -> Result<Option<T>, E> {
            if text.is_empty() { Ok(None) } else { (self.0)(text).map(Some).map_err(E::custom) }
        }
    }

    impl<'de, T> Visitor<'de> for Scalar<T> {
        type Value = Option<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a text, a number, a boolean or null")
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
            self.parse(text)
        }

        fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Self::Value, E> {
            self.parse(&number.to_string())
        }

        fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Self::Value, E> {
            self.parse(&number.to_string())
        }

        fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Self::Value, E> {
            self.parse(&number.to_string())
        }

        fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Self::Value, E> {
            self.parse(if value { "true" } else { "false" })
        }

        fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_none<E: serde::de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
    }

    deserializer.deserialize_any(Scalar(parse))
}

/// Types whose text `FromStr` reads and `Display` writes.
macro_rules! texts {
    ($($type:ty => $expected:literal, $sample:literal;)*) => {$(
        impl Wire for $type {
            fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
                scalar(deserializer, |text| text.parse().map_err(|_| concat!("expected ", $expected)))
            }
        }

        impl Param for $type {
            fn wire(&self) -> String {
                self.to_string()
            }

            #[cfg(test)]
            fn sample() -> Self {
                $sample.parse().unwrap()
            }
        }
    )*};
}

texts! {
    bool => "true or false", "true";
    u16 => "a whole number", "4";
    u32 => "a whole number", "5";
    i64 => "a whole number", "5";
    f64 => "a number", "1.5";
    Decimal => "a decimal number", "1.5";
    NaiveDate => "a date", "2026-12-01";
    crate::id::AccountSid => "an account SID", "AC0123456789abcdef0123456789abcdef";
    crate::id::AddressSid => "an address SID", "AD0123456789abcdef0123456789abcdef";
    crate::id::ApplicationSid => "an application SID", "AP0123456789abcdef0123456789abcdef";
    crate::id::BundleSid => "a bundle SID", "BU0123456789abcdef0123456789abcdef";
    crate::id::ByocTrunkSid => "a BYOC trunk SID", "BY0123456789abcdef0123456789abcdef";
    crate::id::CallSid => "a call SID", "CA0123456789abcdef0123456789abcdef";
    crate::id::ConferenceSid => "a conference SID", "CF0123456789abcdef0123456789abcdef";
    crate::id::CredentialSid => "a credential SID", "CR0123456789abcdef0123456789abcdef";
    crate::id::GroupSid => "a group SID", "GP0123456789abcdef0123456789abcdef";
    crate::id::IdentitySid => "an identity SID", "RI0123456789abcdef0123456789abcdef";
    crate::id::IntelligenceServiceSid => "an Intelligence service SID", "GA0123456789abcdef0123456789abcdef";
    crate::id::MediaSid => "a media SID", "ME0123456789abcdef0123456789abcdef";
    crate::id::MessageSid => "a message SID", "SM0123456789abcdef0123456789abcdef";
    crate::id::MessagingServiceSid => "a messaging service SID", "MG0123456789abcdef0123456789abcdef";
    crate::id::OperatorSid => "an operator SID", "LY0123456789abcdef0123456789abcdef";
    crate::id::PaymentSid => "a payment SID", "PK0123456789abcdef0123456789abcdef";
    crate::id::PhoneNumberSid => "a phone number SID", "PN0123456789abcdef0123456789abcdef";
    crate::id::RecordingSid => "a recording SID", "RE0123456789abcdef0123456789abcdef";
    crate::id::SentenceSid => "a sentence SID", "GX0123456789abcdef0123456789abcdef";
    crate::id::StreamSid => "a stream SID", "MZ0123456789abcdef0123456789abcdef";
    crate::id::TranscriptSid => "a transcript SID", "GT0123456789abcdef0123456789abcdef";
    crate::id::TranscriptionSid => "a transcription SID", "TR0123456789abcdef0123456789abcdef";
    crate::id::TrunkSid => "a trunk SID", "TK0123456789abcdef0123456789abcdef";
    crate::id::UserMessageSid => "a user-defined message SID", "KX0123456789abcdef0123456789abcdef";
    crate::id::UserMessageSubscriptionSid => "a subscription SID", "ZY0123456789abcdef0123456789abcdef";
}

impl<T: Open> Wire for T {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        scalar(deserializer, |text| Ok(Self::from_text(text)))
    }

    #[cfg(test)]
    fn known() -> Vec<String> {
        Self::ALL.iter().map(|value| value.text().to_owned()).collect()
    }
}

impl<T: Open + Clone> Param for T {
    fn wire(&self) -> String {
        self.text().to_owned()
    }

    #[cfg(test)]
    fn sample() -> Self {
        Self::ALL[0].clone()
    }

    #[cfg(test)]
    fn known() -> Vec<String> {
        <Self as Wire>::known()
    }
}

impl Wire for E164 {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        scalar(deserializer, |text| Self::parse(text).map_err(|_| "expected a phone number in E.164"))
    }
}

impl Param for E164 {
    fn wire(&self) -> String {
        self.as_str().to_owned()
    }

    #[cfg(test)]
    fn sample() -> Self {
        Self::parse("+14155552671").unwrap()
    }
}

impl Wire for Address {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        scalar(deserializer, |text| Ok(Self::from(text)))
    }
}

impl Param for Address {
    fn wire(&self) -> String {
        self.to_wire()
    }

    #[cfg(test)]
    fn sample() -> Self {
        Self::from("+14155552671")
    }
}

impl Wire for String {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        scalar(deserializer, |text| Ok(text.to_owned()))
    }
}

impl Param for String {
    fn wire(&self) -> String {
        self.clone()
    }

    #[cfg(test)]
    fn sample() -> Self {
        "text".to_owned()
    }
}

impl Wire for Private {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        scalar(deserializer, |text| Ok(Self::from(text)))
    }
}

impl Param for Private {
    fn wire(&self) -> String {
        self.as_str().to_owned()
    }

    #[cfg(test)]
    fn sample() -> Self {
        Self::from("text")
    }
}

impl Wire for Secret {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        scalar(deserializer, |text| Ok(Self::from(text)))
    }
}

impl Param for Secret {
    fn wire(&self) -> String {
        self.expose().to_owned()
    }

    #[cfg(test)]
    fn sample() -> Self {
        Self::from("text")
    }
}

/// RFC 2822 in the API of 2010, RFC 3339 in the newer ones.
impl Wire for DateTime<Utc> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        scalar(deserializer, |text| {
            DateTime::parse_from_rfc2822(text)
                .or_else(|_| DateTime::parse_from_rfc3339(text))
                .map(|time| time.with_timezone(&Utc))
                .map_err(|_| "expected a time in RFC 2822 or RFC 3339")
        })
    }
}

impl Param for DateTime<Utc> {
    fn wire(&self) -> String {
        self.to_rfc3339_opts(SecondsFormat::Secs, true)
    }

    #[cfg(test)]
    fn sample() -> Self {
        "2026-12-01T10:00:00Z".parse().unwrap()
    }
}

/// Any JSON.
impl Wire for Value {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        Option::deserialize(deserializer)
    }
}

impl Param for Value {
    fn wire(&self) -> String {
        self.to_string()
    }

    #[cfg(test)]
    fn sample() -> Self {
        serde_json::json!({ "text": "text" })
    }
}

/// Links by name. What is no text is left out.
impl Wire for BTreeMap<String, String> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        struct Links;

        impl<'de> Visitor<'de> for Links {
            type Value = Option<BTreeMap<String, String>>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object or null")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut links = BTreeMap::new();
                while let Some((name, link)) = map.next_entry::<String, Value>()? {
                    if let Value::String(link) = link {
                        links.insert(name, link);
                    }
                }
                Ok(Some(links))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                // An empty map, as some of Twilio's servers write it.
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(None)
            }

            fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
                Ok(None)
            }

            fn visit_none<E: serde::de::Error>(self) -> Result<Self::Value, E> {
                Ok(None)
            }
        }

        deserializer.deserialize_any(Links)
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        struct List<T>(PhantomData<fn() -> T>);

        impl<'de, T: Wire> Visitor<'de> for List<T> {
            type Value = Option<Vec<T>>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list or null")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut list = Vec::new();
                while let Some(Present(item)) = seq.next_element::<Present<T>>()? {
                    list.extend(item);
                }
                Ok(Some(list))
            }

            fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
                Ok(None)
            }

            fn visit_none<E: serde::de::Error>(self) -> Result<Self::Value, E> {
                Ok(None)
            }
        }

        deserializer.deserialize_any(List(PhantomData))
    }

    #[cfg(test)]
    fn known() -> Vec<String> {
        T::known()
    }

    #[cfg(test)]
    fn properties() -> Vec<super::resource::Property> {
        T::properties()
    }

    #[cfg(test)]
    fn missing(&self, prefix: &str, into: &mut Vec<String>) {
        for item in self {
            item.missing(prefix, into);
        }
    }
}

/// An item of a list, absent when it is null.
struct Present<T>(Option<T>);

impl<'de, T: Wire> Deserialize<'de> for Present<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Self)
    }
}
