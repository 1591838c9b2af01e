//! Readers for what Twilio's JSON holds in spite of its own schema: numbers as strings, empty SIDs, nulls.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer};

/// A string, a number or null, read as any type that parses; what does not parse is an error, empty is absent.
pub(super) fn lenient<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr,
    T::Err: std::fmt::Display,
{
    let text = match Option::<serde_json::Value>::deserialize(deserializer)? {
        None | Some(serde_json::Value::Null) => return Ok(None),
        Some(serde_json::Value::String(text)) if text.is_empty() => return Ok(None),
        Some(serde_json::Value::String(text)) => text,
        Some(other) => other.to_string(),
    };
    text.parse().map(Some).map_err(serde::de::Error::custom)
}

/// RFC 2822 in the API of 2010, RFC 3339 in the newer ones.
pub(super) fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    match Option::<String>::deserialize(deserializer)? {
        Some(text) if !text.is_empty() => DateTime::parse_from_rfc2822(&text)
            .or_else(|_| DateTime::parse_from_rfc3339(&text))
            .map(|time| Some(time.with_timezone(&Utc)))
            .map_err(|_| serde::de::Error::custom("not a time in RFC 2822 or RFC 3339")),
        _ => Ok(None),
    }
}

/// A string or null; empty is absent.
pub(super) fn text<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: From<String>,
{
    Ok(Option::<String>::deserialize(deserializer)?.filter(|text| !text.is_empty()).map(T::from))
}
