use std::time::Duration;

use chrono::{DateTime, Utc};
use sha2::Digest as _;

use crate::address::Address;
use crate::id::TenantId;
use crate::phone::E164;

/// What goes into a statement's place, or comes out of a row's.
#[derive(Clone, PartialEq)]
pub(super) enum Value {
    Text(Option<String>),
    Number(Option<i64>),
    Flag(bool),
    Time(Option<DateTime<Utc>>),
}

/// Text and what stands in its places `$1`, `$2`, …
#[derive(Clone, PartialEq, Default)]
pub(super) struct Statement {
    pub(super) text: String,
    pub(super) values: Vec<Value>,
}

impl Statement {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), values: Vec::new() }
    }

    /// Goes on.
    #[must_use]
    pub(super) fn then(mut self, text: &str) -> Self {
        self.text.push_str(text);
        self
    }

    /// Goes on with a value's place.
    #[must_use]
    pub(super) fn value(mut self, value: impl Into<Value>) -> Self {
        let place = self.place(value);
        self.then(&place)
    }

    /// Goes on with the places of several values, in parentheses.
    #[must_use]
    pub(super) fn list<V: Into<Value>>(mut self, values: impl IntoIterator<Item = V>) -> Self {
        self.text.push('(');
        for (number, value) in values.into_iter().enumerate() {
            if number > 0 {
                self.text.push_str(", ");
            }
            self = self.value(value);
        }
        self.then(")")
    }

    /// Keeps a value and names its place.
    pub(super) fn place(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }
}

/// A row as it was read. A value of another kind than expected is damage, not data.
#[derive(Clone)]
pub(super) struct Row(pub(super) Vec<Value>);

/// A row does not hold what this version of the crate writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a row of the database does not hold what was expected")]
pub(super) struct Damaged;

impl Row {
    pub(super) fn text(&self, at: usize) -> Result<&str, Damaged> {
        self.maybe_text(at)?.ok_or(Damaged)
    }

    pub(super) fn maybe_text(&self, at: usize) -> Result<Option<&str>, Damaged> {
        match self.0.get(at) {
            Some(Value::Text(text)) => Ok(text.as_deref()),
            Some(Value::Number(None) | Value::Time(None)) => Ok(None),
            _ => Err(Damaged),
        }
    }

    pub(super) fn number(&self, at: usize) -> Result<u64, Damaged> {
        match self.0.get(at) {
            Some(Value::Number(Some(number))) => u64::try_from(*number).map_err(|_| Damaged),
            _ => Err(Damaged),
        }
    }

    pub(super) fn time(&self, at: usize) -> Result<DateTime<Utc>, Damaged> {
        self.maybe_time(at)?.ok_or(Damaged)
    }

    pub(super) fn maybe_time(&self, at: usize) -> Result<Option<DateTime<Utc>>, Damaged> {
        match self.0.get(at) {
            Some(Value::Time(time)) => Ok(*time),
            // SQLite has no type for it.
            Some(Value::Number(Some(micros))) => DateTime::from_timestamp_micros(*micros).map(Some).ok_or(Damaged),
            Some(Value::Number(None) | Value::Text(None)) => Ok(None),
            _ => Err(Damaged),
        }
    }
}

/// Microseconds, as far as a date can be from today.
pub(super) fn micros(length: Duration) -> i64 {
    const CENTURY: i64 = 100 * 366 * 24 * 3_600 * 1_000_000;
    i64::try_from(length.as_micros()).unwrap_or(CENTURY).min(CENTURY)
}

/// Times that both databases can hold.
fn storable(time: DateTime<Utc>) -> DateTime<Utc> {
    const YEAR_9999: i64 = 253_402_300_799;
    let last = DateTime::from_timestamp(YEAR_9999, 0).unwrap_or(DateTime::UNIX_EPOCH);
    let first = DateTime::from_timestamp(-62_135_596_800, 0).unwrap_or(DateTime::UNIX_EPOCH);
    time.clamp(first, last)
}

impl Value {
    /// Text that is looked for in an index, which holds no text of any length: a long one is found by its beginning and
    /// its digest.
    pub(super) fn key(text: &str) -> Self {
        Self::Text(Some(key(text)))
    }
}

/// What is looked for in an index.
pub(super) fn key(text: &str) -> String {
    const LONGEST: usize = 512;
    if text.len() <= LONGEST {
        return storable_text(text);
    }
    let beginning = text.get(..text.floor_char_boundary(LONGEST / 2)).unwrap_or_default();
    let digest = sha2::Sha256::digest(text.as_bytes());
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}#{digest}", storable_text(beginning))
}

/// PostgreSQL keeps no NUL; what has one is found under this text by whoever asks for it with the NUL.
fn storable_text(text: &str) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text.to_owned() }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(Some(storable_text(text)))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        if text.contains('\0') { Self::from(text.as_str()) } else { Self::Text(Some(text)) }
    }
}

impl From<&TenantId> for Value {
    fn from(tenant: &TenantId) -> Self {
        Self::from(tenant.as_str())
    }
}

impl From<&Address> for Value {
    fn from(address: &Address) -> Self {
        Self::key(&address.to_wire())
    }
}

impl From<E164> for Value {
    fn from(number: E164) -> Self {
        Self::from(number.as_str())
    }
}

impl<'a> From<Option<&'a str>> for Value {
    fn from(text: Option<&'a str>) -> Self {
        text.map_or(Self::Text(None), Self::from)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(Some(number))
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Number(Some(i64::try_from(number).unwrap_or(i64::MAX)))
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(Some(number.into()))
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Self::Number(Some(i64::try_from(number).unwrap_or(i64::MAX)))
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<DateTime<Utc>> for Value {
    fn from(time: DateTime<Utc>) -> Self {
        Self::Time(Some(storable(time)))
    }
}

impl From<Option<DateTime<Utc>>> for Value {
    fn from(time: Option<DateTime<Utc>>) -> Self {
        Self::Time(time.map(storable))
    }
}
