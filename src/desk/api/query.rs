use chrono::{DateTime, TimeDelta, Utc};

use super::problem::Problem;
use crate::address::Address;

const MOST: usize = 200;
const USUAL: usize = 50;

/// The parameters of a request's URL, each taken once; what nobody has taken is an error.
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn of(text: Option<&str>) -> Self {
        let pairs = crate::form::pairs(text.unwrap_or_default().as_bytes());
        Self(pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    pub(super) fn take(&mut self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.remove(at).1)
    }

    /// What the parameter says, read by `read`; `what` is what it is to be.
    pub(super) fn read<T>(
        &mut self,
        name: &str,
        what: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, Problem> {
        match self.take(name) {
            None => Ok(None),
            Some(text) => {
                let value =
                    read(&text).ok_or_else(|| Problem::invalid(Some(name.to_owned()), format!("this is no {what}")))?;
                Ok(Some(value))
            }
        }
    }

    /// Several values, separated by commas.
    pub(super) fn list<T>(
        &mut self,
        name: &str,
        what: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Vec<T>, Problem> {
        let all = |text: &str| text.split(',').map(|one| read(one.trim())).collect::<Option<Vec<T>>>();
        Ok(self.read(name, what, all)?.unwrap_or_default())
    }

    /// The other side of calls or texts.
    pub(super) fn with(&mut self) -> Result<Option<Address>, Problem> {
        self.read("with", "number", |text| (!text.is_empty()).then(|| Address::from(text)))
    }

    /// A time, as RFC 3339 writes it.
    pub(super) fn time(&mut self, name: &str) -> Result<Option<DateTime<Utc>>, Problem> {
        // A plus sign that was not escaped is a space by now.
        let read = |text: &str| DateTime::parse_from_rfc3339(&text.replace(' ', "+")).ok().map(|time| time.to_utc());
        self.read(name, "time such as 2026-12-01T15:00:00Z", read)
    }

    /// `from` and `until`: from now on, and for as long as is `usual`, unless it is said.
    pub(super) fn stretch(
        &mut self,
        now: DateTime<Utc>,
        usual: TimeDelta,
    ) -> Result<(DateTime<Utc>, DateTime<Utc>), Problem> {
        let from = self.time("from")?.unwrap_or(now);
        let until = self.time("until")?.or_else(|| from.checked_add_signed(usual)).unwrap_or(from);
        Ok((from, until))
    }

    /// How many, 50 unless it is said.
    pub(super) fn limit(&mut self) -> Result<usize, Problem> {
        let read = |text: &str| text.parse().ok().filter(|limit| (1..=MOST).contains(limit));
        Ok(self.read("limit", "number from 1 to 200", read)?.unwrap_or(USUAL))
    }

    /// Nothing is left that nobody knows.
    pub(super) fn done(self) -> Result<(), Problem> {
        match self.0.into_iter().next() {
            Some((name, _)) => {
                Err(Problem::invalid(Some(name), "there is no such parameter here, or it is there twice"))
            }
            None => Ok(()),
        }
    }
}
