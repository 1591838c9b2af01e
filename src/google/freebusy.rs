//! When calendars are busy (<https://developers.google.com/workspace/calendar/api/v3/reference/freebusy/query>).

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::client::Client;
use super::request::Request;
use super::values::CalendarId;
use crate::Error;
use crate::object::object;
use crate::schedule::Interval;

/// Google answers for so many calendars at once.
const CALENDARS: usize = 50;
/// And for so many days: about 90, which no page says.
const DAYS: i64 = 60;
/// More parts than anybody means to ask for.
const PARTS: usize = 1_000;
/// Questions that are under way at once.
const AT_ONCE: usize = 4;

/// When calendars are busy.
#[derive(Debug, Clone, Copy)]
pub struct FreeBusy<'a> {
    pub(super) client: &'a Client,
}

object! {
    /// What is asked.
    pub struct FreeBusyRequest {
        /// Calendars for which times are given, 50 at most.
        calendar_expansion_max: i64,
        /// Members of one group, 100 at most.
        group_expansion_max: i64,
        /// Of which calendars and groups.
        items: Vec<FreeBusyItem>,
        /// Before this.
        time_max: DateTime<Utc>,
        /// From this.
        time_min: DateTime<Utc>,
        /// The zone of the answer.
        time_zone: Tz,
    }
}

object! {
    /// A calendar or group.
    pub struct FreeBusyItem {
        /// Which.
        id: CalendarId,
    }
}

object! {
    /// What is answered.
    pub struct FreeBusyResponse {
        /// Of each calendar.
        calendars: BTreeMap<CalendarId, FreeBusyCalendar>,
        /// Of each group.
        groups: BTreeMap<CalendarId, FreeBusyGroup>,
        /// `calendar#freeBusy`.
        kind: String,
        /// Before this.
        time_max: DateTime<Utc>,
        /// From this.
        time_min: DateTime<Utc>,
    }
}

object! {
    /// When a calendar is busy.
    pub struct FreeBusyCalendar {
        /// The times.
        busy: Vec<TimePeriod>,
        /// Why it cannot be told, though the answer's status is 200.
        errors: Vec<FreeBusyError>,
    }
}

object! {
    /// Who is in a group.
    pub struct FreeBusyGroup {
        /// The calendars.
        calendars: Vec<CalendarId>,
        /// Why it cannot be told.
        errors: Vec<FreeBusyError>,
    }
}

object! {
    /// Why something cannot be told.
    pub struct FreeBusyError {
        /// Whose error it is.
        domain: String,
        /// What is wrong: `notFound`, `internalError`, `tooManyCalendarsRequested`, `groupTooBig`.
        reason: String,
    }
}

object! {
    /// A stretch of time.
    pub struct TimePeriod {
        /// When it is over.
        end: DateTime<Utc>,
        /// When it begins.
        start: DateTime<Utc>,
    }
}

impl FreeBusy<'_> {
    /// One question, as it is.
    ///
    /// # Errors
    /// As Google's: up to 50 calendars, up to about 90 days. What cannot be told of one calendar is no error, but in the
    /// answer.
    pub async fn query(&self, question: &FreeBusyRequest) -> Result<FreeBusyResponse, Error> {
        self.client.call(Request::ask("asking when calendars are busy", "freeBusy").with_json(question)?).await
    }

    /// When calendars are busy, however many they are and however long the time is: the question is asked in parts.
    ///
    /// # Errors
    /// When it cannot be told of any one of them, or an answer leaves one out: what is not known may be busy.
    /// [`Error::reason`] is Google's for that calendar.
    pub async fn busy(
        &self,
        calendars: &[CalendarId],
        within: Interval,
    ) -> Result<BTreeMap<CalendarId, Vec<Interval>>, Error> {
        let stretches = stretches(within);
        if stretches.len() > PARTS {
            return Err(Error::refused("asking when calendars are busy for more than a hundred years"));
        }
        let parts = stretches.into_iter().flat_map(|part| calendars.chunks(CALENDARS).map(move |ids| (part, ids)));
        let answers: Vec<_> = stream::iter(parts.collect::<Vec<_>>())
            .map(|(part, ids)| async move {
                let items = ids.iter().map(|id| FreeBusyItem { id: Some(id.clone()), ..FreeBusyItem::default() });
                let question = FreeBusyRequest {
                    items: Some(items.collect()),
                    time_min: Some(part.start()),
                    time_max: Some(part.end()),
                    ..FreeBusyRequest::default()
                };
                let answer = self.query(&question).await?;
                ids.iter().map(|id| Ok((id.clone(), times(&answer, id)?))).collect::<Result<Vec<_>, Error>>()
            })
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        let mut busy: BTreeMap<CalendarId, Vec<Interval>> = BTreeMap::new();
        for (id, times) in answers.into_iter().flatten() {
            busy.entry(id).or_default().extend(times);
        }
        Ok(busy)
    }
}

/// Pure: parts that are not too long.
fn stretches(within: Interval) -> Vec<Interval> {
    let mut parts = Vec::new();
    let mut start = within.start();
    while start < within.end() {
        let end = start.checked_add_signed(TimeDelta::days(DAYS)).unwrap_or(within.end()).min(within.end());
        parts.extend(Interval::new(start, end).ok());
        start = end;
    }
    parts
}

/// Pure: what an answer tells of a calendar.
fn times(answer: &FreeBusyResponse, id: &CalendarId) -> Result<Vec<Interval>, Error> {
    let unknown = |reason: Option<String>| Error::refused("asking when a calendar is busy").with_reason(reason);
    let calendar = answer.calendars.as_ref().and_then(|calendars| calendars.get(id)).ok_or_else(|| unknown(None))?;
    if let Some(error) = calendar.errors.iter().flatten().next() {
        let error = unknown(error.reason.clone());
        let passes = matches!(error.reason(), Some("internalError" | "backendError" | "rateLimitExceeded"));
        return Err(if passes { error.into_unavailable() } else { error });
    }
    let periods = calendar.busy.as_ref().ok_or_else(|| unknown(None))?;
    let mut times = Vec::with_capacity(periods.len());
    for period in periods {
        let (Some(start), Some(end)) = (period.start, period.end) else { return Err(unknown(None)) };
        // What takes no time keeps nobody busy.
        times.extend(Interval::new(start, end).ok());
    }
    Ok(times)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_time_is_asked_for_in_parts() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let year = Interval::new(at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z")).unwrap();
        let parts = stretches(year);
        assert_eq!(parts.len(), 7);
        assert_eq!((parts[0].start(), parts[6].end()), (year.start(), year.end()));
        assert!(parts.windows(2).all(|pair| pair[0].end() == pair[1].start()));
    }

    #[test]
    fn what_is_not_told_is_an_error_and_not_free() {
        let id: CalendarId = "anna@example.com".parse().unwrap();
        let read = |json: &str| times(&serde_json::from_str(json).unwrap(), &id);
        let of = |inner: &str| read(&format!(r#"{{"calendars":{{"anna@example.com":{inner}}}}}"#));
        assert_eq!(of(r#"{"busy":[]}"#).unwrap(), []);
        let busy = r#"{"busy":[{"start":"2026-01-01T00:00:00Z","end":"2026-01-01T01:00:00+00:00"}]}"#;
        assert_eq!(of(busy).unwrap()[0].to_string(), "2026-01-01T00:00:00Z/2026-01-01T01:00:00Z");
        for bad in [
            of(r#"{"errors":[{"domain":"global","reason":"notFound"}]}"#),
            of(r#"{"errors":[{"domain":"global","reason":"notFound"}],"busy":[]}"#),
            of("{}"),
            of(r#"{"busy":[{"start":"2026-01-01T00:00:00Z"}]}"#),
            read("{}"),
            read(r#"{"calendars":{"ben@example.com":{"busy":[]}}}"#),
        ] {
            assert!(bad.unwrap_err().is_permanent());
        }
        let internal = of(r#"{"errors":[{"domain":"global","reason":"internalError"}]}"#).unwrap_err();
        assert!(internal.is_retryable() && internal.reason() == Some("internalError"));
    }
}
