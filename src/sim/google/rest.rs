use std::collections::BTreeMap;

use bytes::Bytes;
use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, TimeDelta, Utc};
use chrono_tz::Tz;
use http::{Method, Request, Response, header};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::Core;
use super::fault::Fault;
use super::oauth::json;
use super::recurrence::starts;
use super::state::{Calendar, Channel, Outcome, Refusal, State, Stored};
use crate::schedule::{earliest, latest};

const NOT_FOUND: Refusal = Refusal(404, "notFound", "Not Found");
const INVALID: Refusal = Refusal(400, "invalid", "Invalid value");

/// The parameters of a request, in order; some come more than once.
struct Query(Vec<(String, String)>);

impl Query {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn is(&self, name: &str) -> bool {
        self.get(name) == Some("true")
    }

    fn time(&self, name: &str) -> Result<Option<DateTime<Utc>>, Refusal> {
        let read = |text: &str| DateTime::parse_from_rfc3339(text).map(|time| time.to_utc());
        self.get(name).map(read).transpose().map_err(|_| Refusal(400, "badRequest", "Bad Request"))
    }
}

fn refused(refusal: &Refusal) -> Response<Bytes> {
    let Refusal(status, reason, words) = refusal;
    let domain = if *status == 403 { "usageLimits" } else { "global" };
    let detail = json!({ "domain": domain, "reason": reason, "message": words });
    json(*status, &json!({ "error": { "errors": [detail], "code": status, "message": words } }))
}

/// When an event begins and ends; days are those of the calendar's zone.
fn times(event: &Map<String, Value>, zone: Tz) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let side = |name: &str, at: fn(Tz, chrono::NaiveDateTime) -> DateTime<Utc>| {
        let side = event.get(name)?;
        if let Some(date) = side.get("date").and_then(Value::as_str) {
            return Some(at(zone, date.parse::<NaiveDate>().ok()?.and_time(NaiveTime::MIN)));
        }
        let text = side.get("dateTime")?.as_str()?;
        if let Ok(time) = DateTime::parse_from_rfc3339(text) {
            return Some(time.to_utc());
        }
        let zone: Tz = side.get("timeZone")?.as_str()?.parse().ok()?;
        Some(at(zone, text.parse().ok()?))
    };
    Some((side("start", earliest)?, side("end", latest)?))
}

/// Whether an event makes sense, as far as Google looks.
fn check(event: &Map<String, Value>, zone: Tz) -> Result<(), Refusal> {
    let is_day = |name: &str| event.get(name).is_some_and(|side| side.get("date").is_some_and(|date| !date.is_null()));
    if is_day("start") != is_day("end") {
        return Err(INVALID);
    }
    match times(event, zone) {
        None => Err(Refusal(400, "required", "Missing end time.")),
        Some((start, end)) if end < start => Err(Refusal(400, "timeRangeEmpty", "The specified time range is empty.")),
        Some(_) => Ok(()),
    }
}

/// RFC 7396, but that lists of guests are replaced whole.
fn merge(into: &mut Map<String, Value>, patch: Map<String, Value>) {
    for (name, value) in patch {
        match (into.get_mut(&name), value) {
            (_, Value::Null) => {
                into.remove(&name);
            }
            (Some(Value::Object(known)), Value::Object(new)) if !matches!(name.as_str(), "start" | "end") => {
                merge(known, new);
            }
            (_, value) => {
                into.insert(name, value);
            }
        }
    }
}

fn json_body(request: &Request<Bytes>) -> Result<Map<String, Value>, Refusal> {
    serde_json::from_slice(request.body()).map_err(|_| Refusal(400, "parseError", "Parse Error"))
}

impl Calendar {
    /// Events as they are listed: whole, or recurring ones as their instances.
    fn listed(
        &self,
        single: bool,
        range: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    ) -> Vec<(u64, Map<String, Value>)> {
        let mut listed = Vec::new();
        let is_within = |event: &Map<String, Value>| match times(event, self.zone) {
            Some((start, end)) => range.0.is_none_or(|min| end > min) && range.1.is_none_or(|max| start < max),
            None => true,
        };
        for stored in self.events.values() {
            let rule = stored.json.get("recurrence").and_then(|rules| rules.get(0)).and_then(Value::as_str);
            match rule.filter(|_| single && !stored.is_deleted()) {
                Some(rule) => {
                    let instances = self.instances(stored, rule).into_iter().filter(&is_within);
                    listed.extend(instances.map(|json| (stored.changed, json)));
                }
                None if is_within(&stored.json) => listed.push((stored.changed, stored.json.clone())),
                None => {}
            }
        }
        listed
    }

    fn instances(&self, stored: &Stored, rule: &str) -> Vec<Map<String, Value>> {
        let Some((start, end)) = times(&stored.json, self.zone) else { return Vec::new() };
        let id = stored.json.get("id").and_then(Value::as_str).unwrap_or_default();
        let zone = stored.json.get("start").and_then(|start| start.get("timeZone")).and_then(Value::as_str);
        let zone = zone.and_then(|zone| zone.parse().ok()).unwrap_or(self.zone);
        let instance = |at: DateTime<Utc>| {
            let mut event = stored.json.clone();
            event.remove("recurrence");
            let own = format!("{id}_{}", at.format("%Y%m%dT%H%M%SZ"));
            let side = |at: DateTime<Utc>| json!({ "dateTime": at.to_rfc3339_opts(SecondsFormat::Secs, true) });
            event.insert("id".into(), own.into());
            event.insert("recurringEventId".into(), id.into());
            event.insert("originalStartTime".into(), side(at));
            event.insert("start".into(), side(at));
            event.insert("end".into(), side(at + (end - start)));
            event
        };
        // One that was changed by itself stands beside it.
        starts(rule, start, zone)
            .into_iter()
            .map(instance)
            .filter(|event| !event.get("id").and_then(Value::as_str).is_some_and(|id| self.events.contains_key(id)))
            .collect()
    }
}

impl Core {
    /// Answers one request; `None` closes the connection.
    pub(super) async fn serve(&self, request: Request<Bytes>) -> Option<Response<Bytes>> {
        let latency = self.lock().latency;
        if !latency.is_zero() {
            self.0.clock.sleep(latency).await;
        }
        if let Some(answer) = self.oauth(&request) {
            return Some(answer);
        }
        let fault = self.lock().faults.pop_front().flatten();
        Some(match fault {
            None => self.answer(&request),
            Some(Fault::RateLimit) => refused(&Refusal(403, "rateLimitExceeded", "Rate Limit Exceeded")),
            Some(Fault::Quota) => refused(&Refusal(403, "quotaExceeded", "Calendar usage limits exceeded.")),
            Some(Fault::Forbidden) => refused(&Refusal(403, "forbidden", "Forbidden")),
            Some(Fault::Unauthorized) => refused(&Refusal(401, "authError", "Invalid Credentials")),
            Some(Fault::TooManyRequests { retry_after }) => {
                let mut answer = refused(&Refusal(429, "rateLimitExceeded", "Too Many Requests"));
                if let Some(seconds) = retry_after {
                    answer.headers_mut().insert(header::RETRY_AFTER, seconds.into());
                }
                answer
            }
            Some(Fault::ServerError) => refused(&Refusal(503, "backendError", "Backend Error")),
            Some(Fault::FalseError) => {
                self.answer(&request);
                refused(&Refusal(503, "backendError", "Backend Error"))
            }
            Some(Fault::Reset) => return None,
            Some(Fault::LostAnswer) => {
                self.answer(&request);
                return None;
            }
            Some(Fault::Slow(delay)) => {
                self.0.clock.sleep(delay).await;
                self.answer(&request)
            }
            Some(Fault::Garbage) => self.answer(&request).map(|_| Bytes::from_static(b"<html>bad gateway")),
        })
    }

    fn answer(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let outcome = self.authorize(request).and_then(|()| self.route(request));
        match outcome {
            Ok(Value::Null) => {
                let mut empty = Response::new(Bytes::new());
                *empty.status_mut() = http::StatusCode::NO_CONTENT;
                empty
            }
            Ok(value) => json(200, &value),
            Err(refusal) => refused(&refusal),
        }
    }

    fn authorize(&self, request: &Request<Bytes>) -> Result<(), Refusal> {
        let token = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = token.and_then(|text| text.strip_prefix("Bearer ")).unwrap_or_default();
        let now = self.0.clock.now();
        let state = self.lock();
        let known = state.access.get(token).filter(|access| access.expires > now);
        let scopes = &known.ok_or(Refusal(401, "authError", "Invalid Credentials"))?.scopes;
        let needed: &[&str] = match (request.method(), request.uri().path().trim_start_matches("/calendar/v3/")) {
            (_, "freeBusy") => &["calendar.freebusy", "calendar.readonly", "calendar"],
            (_, path) if path.starts_with("users/me/calendarList") => &["calendar.calendarlist.readonly", "calendar"],
            (_, path) if path.starts_with("users/me/settings") => &["calendar.settings.readonly", "calendar"],
            (_, path) if path.contains("/events") || path == "channels/stop" => &["calendar.events", "calendar"],
            _ => &["calendar.calendars.readonly", "calendar.calendars", "calendar.readonly", "calendar"],
        };
        let has = |name: &&str| scopes.split(' ').any(|scope| scope.rsplit('/').next() == Some(name));
        if needed.iter().any(has) {
            return Ok(());
        }
        Err(Refusal(403, "insufficientPermissions", "Request had insufficient authentication scopes."))
    }

    fn route(&self, request: &Request<Bytes>) -> Outcome {
        let path = request.uri().path().strip_prefix("/calendar/v3/").ok_or(NOT_FOUND)?;
        let parts: Vec<String> =
            path.split('/').map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned()).collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let query = request.uri().query().unwrap_or_default();
        let query = Query(url::form_urlencoded::parse(query.as_bytes()).into_owned().collect());
        let now = self.0.clock.now();
        let mut state = self.lock();
        match (request.method(), parts.as_slice()) {
            (&Method::POST, ["freeBusy"]) => state.free_busy(&json_body(request)?),
            (&Method::POST, ["channels", "stop"]) => state.stop(&json_body(request)?),
            (&Method::GET, ["users", "me", "calendarList"]) => {
                let items: Vec<Value> = state.calendars.keys().map(|id| state.entry(id)).collect();
                Ok(json!({ "kind": "calendar#calendarList", "items": items, "nextSyncToken": "sim" }))
            }
            (&Method::GET, ["users", "me", "calendarList", id]) => {
                let id = state.calendar_id(id).ok_or(NOT_FOUND)?;
                Ok(state.entry(&id))
            }
            (&Method::GET, ["users", "me", "settings", "timezone"]) => {
                let zone = state.calendars.get(&state.account).map(|calendar| calendar.zone.name());
                Ok(json!({ "kind": "calendar#setting", "id": "timezone", "value": zone }))
            }
            (&Method::GET, ["calendars", id]) => {
                let id = state.calendar_id(id).ok_or(NOT_FOUND)?;
                let calendar = state.calendars.get(&id).ok_or(NOT_FOUND)?;
                Ok(json!({
                    "kind": "calendar#calendar", "id": id, "summary": calendar.summary, "timeZone": calendar.zone.name(),
                }))
            }
            (method, ["calendars", id, "events", rest @ ..]) => {
                let calendar = state.calendar_id(id).ok_or(NOT_FOUND)?;
                match (method, rest) {
                    (&Method::GET, []) => state.list(&calendar, &query, now),
                    (&Method::POST, []) => state.insert(&calendar, json_body(request)?, &query, now),
                    (&Method::POST, ["watch"]) => state.watch(&calendar, &json_body(request)?, now),
                    (&Method::GET, [id]) => state.get(&calendar, id),
                    (&Method::GET, [id, "instances"]) => state.instances(&calendar, id, &query),
                    (&Method::PATCH | &Method::PUT, [id]) => {
                        let change = json_body(request)?;
                        state.check_version(&calendar, id, request)?;
                        state.change(&calendar, id, change, method == Method::PUT, &query, now)
                    }
                    (&Method::DELETE, [id]) => {
                        state.check_version(&calendar, id, request)?;
                        state.delete(&calendar, id, &query, now)
                    }
                    _ => Err(NOT_FOUND),
                }
            }
            _ => Err(NOT_FOUND),
        }
    }
}

impl State {
    fn entry(&self, id: &str) -> Value {
        let calendar = self.calendars.get(id);
        json!({
            "kind": "calendar#calendarListEntry", "id": id, "accessRole": "owner", "primary": id == self.account,
            "summary": calendar.map(|calendar| calendar.summary.as_str()),
            "timeZone": calendar.map(|calendar| calendar.zone.name()), "selected": true,
        })
    }

    fn free_busy(&self, asked: &Map<String, Value>) -> Outcome {
        let time = |name: &str| {
            let text = asked.get(name).and_then(Value::as_str).ok_or(Refusal(400, "required", "Required"))?;
            DateTime::parse_from_rfc3339(text).map(|time| time.to_utc()).map_err(|_| INVALID)
        };
        let (from, until) = (time("timeMin")?, time("timeMax")?);
        if until - from > TimeDelta::days(90) {
            return Err(Refusal(400, "timeRangeTooLong", "The requested time range is too long."));
        }
        if until <= from {
            return Err(Refusal(400, "timeRangeEmpty", "The specified time range is empty."));
        }
        let items = asked.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
        let mut calendars = Map::new();
        for (at, item) in items.iter().enumerate() {
            let name = item.get("id").and_then(Value::as_str).unwrap_or_default();
            let error = |reason: &str| json!({ "errors": [{ "domain": "global", "reason": reason }], "busy": [] });
            let answer = match self.calendar_id(name).and_then(|id| self.calendars.get(&id)) {
                _ if at >= 50 => error("tooManyCalendarsRequested"),
                None => error("notFound"),
                Some(Calendar { error: Some(reason), .. }) => error(reason),
                Some(calendar) => {
                    let mut busy: Vec<(DateTime<Utc>, DateTime<Utc>)> = calendar
                        .listed(true, (Some(from), Some(until)))
                        .into_iter()
                        .filter(|(_, event)| {
                            let text = |name: &str| event.get(name).and_then(Value::as_str);
                            text("status") != Some("cancelled") && text("transparency") != Some("transparent")
                        })
                        .filter_map(|(_, event)| times(&event, calendar.zone))
                        .filter(|(start, end)| start < end)
                        .map(|(start, end)| (start.max(from), end.min(until)))
                        .collect();
                    busy.sort_unstable();
                    let mut merged: Vec<(DateTime<Utc>, DateTime<Utc>)> = Vec::new();
                    for (start, end) in busy {
                        match merged.last_mut() {
                            Some(last) if start <= last.1 => last.1 = last.1.max(end),
                            _ => merged.push((start, end)),
                        }
                    }
                    let text = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
                    let periods =
                        merged.into_iter().map(|(start, end)| json!({ "start": text(start), "end": text(end) }));
                    json!({ "busy": periods.collect::<Vec<_>>() })
                }
            };
            calendars.insert(name.to_owned(), answer);
        }
        let text = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Millis, true);
        Ok(json!({
            "kind": "calendar#freeBusy", "timeMin": text(from), "timeMax": text(until), "calendars": calendars,
        }))
    }

    fn list(&self, calendar_id: &str, query: &Query, now: DateTime<Utc>) -> Outcome {
        let calendar = self.calendars.get(calendar_id).ok_or(NOT_FOUND)?;
        let since: Option<u64> = match query.get("syncToken") {
            Some(_)
                if ["timeMin", "timeMax", "updatedMin", "q", "orderBy", "iCalUID"]
                    .iter()
                    .any(|name| query.get(name).is_some()) =>
            {
                return Err(Refusal(400, "badRequest", "Sync token cannot be used with other query restrictions."));
            }
            Some(token) => {
                let since = token.strip_prefix("sync-").and_then(|number| number.parse().ok());
                let since = since.filter(|since| *since >= calendar.oldest);
                Some(since.ok_or(Refusal(
                    410,
                    "fullSyncRequired",
                    "Sync token is no longer valid, a full sync is required.",
                ))?)
            }
            None => None,
        };
        if query.get("orderBy") == Some("startTime") && !query.is("singleEvents") {
            return Err(Refusal(
                400,
                "badRequest",
                "The requested ordering is not available for the particular query.",
            ));
        }
        let updated_min = query.time("updatedMin")?;
        let mut items = calendar.listed(query.is("singleEvents"), (query.time("timeMin")?, query.time("timeMax")?));
        let property = |event: &Map<String, Value>, side: &str, pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let properties = event.get("extendedProperties").and_then(|all| all.get(side));
            properties.and_then(|all| all.get(name)).and_then(Value::as_str) == Some(value)
        };
        items.retain(|(changed, event)| {
            let text = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default();
            let deleted = text("status") == "cancelled";
            let updated = DateTime::parse_from_rfc3339(text("updated")).map(|time| time.to_utc());
            since.map_or(!deleted || query.is("showDeleted") || updated_min.is_some(), |since| *changed > since)
                && updated_min.is_none_or(|min| updated.is_ok_and(|updated| updated >= min))
                && query.get("iCalUID").is_none_or(|uid| uid == text("iCalUID"))
                && query.get("q").is_none_or(|words| {
                    format!("{} {} {}", text("summary"), text("description"), text("location"))
                        .to_lowercase()
                        .contains(&words.to_lowercase())
                })
                && query.all("privateExtendedProperty").all(|pair| property(event, "private", pair))
                && query.all("sharedExtendedProperty").all(|pair| property(event, "shared", pair))
        });
        match query.get("orderBy") {
            Some("updated") => items.sort_by_key(|(changed, _)| *changed),
            Some(_) => items.sort_by_key(|(_, event)| times(event, calendar.zone).map(|times| times.0)),
            None => {}
        }
        let size: usize = query.get("maxResults").and_then(|text| text.parse().ok()).unwrap_or(250).clamp(1, 2_500);
        let skipped: usize =
            query.get("pageToken").and_then(|token| token.strip_prefix("page-")?.parse().ok()).unwrap_or(0);
        let more = items.len() > skipped + size;
        let page: Vec<Value> =
            items.into_iter().skip(skipped).take(size).map(|(_, event)| Value::Object(event)).collect();
        let mut answer = json!({
            "kind": "calendar#events", "summary": calendar.summary, "timeZone": calendar.zone.name(),
            "updated": now.to_rfc3339_opts(SecondsFormat::Millis, true), "accessRole": "owner", "items": page,
            "defaultReminders": [{ "method": "popup", "minutes": 10 }], "etag": format!("\"p{}\"", self.count),
        });
        if more {
            answer["nextPageToken"] = format!("page-{}", skipped + size).into();
        } else {
            answer["nextSyncToken"] = format!("sync-{}", self.count).into();
        }
        Ok(answer)
    }

    fn insert(&mut self, calendar: &str, new: Map<String, Value>, query: &Query, now: DateTime<Utc>) -> Outcome {
        let zone = self.calendars.get(calendar).ok_or(NOT_FOUND)?.zone;
        let id = match new.get("id").and_then(Value::as_str) {
            Some(id) => {
                let is_fine = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'v').contains(&byte);
                if !(5..=1024).contains(&id.len()) || !id.bytes().all(is_fine) {
                    return Err(Refusal(400, "invalid", "Invalid resource id value."));
                }
                id.to_owned()
            }
            None => format!("sim{:013}", self.next()),
        };
        if self.calendars.get(calendar).is_some_and(|calendar| calendar.events.contains_key(&id)) {
            return Err(Refusal(409, "duplicate", "The requested identifier already exists."));
        }
        check(&new, zone)?;
        let mut event = self.fresh(calendar, &id, now);
        merge(&mut event, new);
        self.finish(&mut event, query);
        self.invite(&id, &event, query, "invited");
        Ok(self.write(calendar, &id, event, now))
    }

    /// What Google adds to what it is given.
    fn finish(&self, event: &mut Map<String, Value>, query: &Query) {
        for guest in event.get_mut("attendees").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(guest) = guest.as_object_mut() {
                guest.entry("responseStatus").or_insert("needsAction".into());
            }
        }
        if query.get("conferenceDataVersion") != Some("1") {
            if event.get("conferenceData").is_some_and(|data| data.get("createRequest").is_some()) {
                event.remove("conferenceData");
            }
        } else if let Some(data) = event.get_mut("conferenceData").and_then(Value::as_object_mut) {
            data.insert("conferenceId".into(), "sim-meet-ing".into());
            let uri = json!([{ "entryPointType": "video", "uri": "https://meet.google.com/sim-meet-ing" }]);
            data.insert("entryPoints".into(), uri);
            event.insert("hangoutLink".into(), "https://meet.google.com/sim-meet-ing".into());
        }
    }

    fn invite(&mut self, id: &str, event: &Map<String, Value>, query: &Query, what: &str) {
        if query.get("sendUpdates").is_none_or(|who| who == "none") {
            return;
        }
        let guests = event.get("attendees").and_then(Value::as_array).into_iter().flatten();
        let emails = guests.filter_map(|guest| guest.get("email").and_then(Value::as_str).map(ToOwned::to_owned));
        self.invitations.extend(emails.map(|email| (id.to_owned(), email, what.to_owned())).collect::<Vec<_>>());
    }

    fn stored(&self, calendar: &str, id: &str) -> Result<Map<String, Value>, Refusal> {
        let calendar = self.calendars.get(calendar).ok_or(NOT_FOUND)?;
        if let Some(stored) = calendar.events.get(id) {
            return Ok(stored.json.clone());
        }
        // An instance has the name of its event and of when it begins.
        let (parent, _) = id.rsplit_once('_').ok_or(NOT_FOUND)?;
        let stored = calendar.events.get(parent).ok_or(NOT_FOUND)?;
        let rule =
            stored.json.get("recurrence").and_then(|rules| rules.get(0)).and_then(Value::as_str).ok_or(NOT_FOUND)?;
        let found = calendar.instances(stored, rule).into_iter();
        found.into_iter().find(|event| event.get("id").and_then(Value::as_str) == Some(id)).ok_or(NOT_FOUND)
    }

    fn get(&self, calendar: &str, id: &str) -> Outcome {
        self.stored(calendar, id).map(Value::Object)
    }

    fn instances(&self, calendar: &str, id: &str, query: &Query) -> Outcome {
        let found = self.calendars.get(calendar).ok_or(NOT_FOUND)?;
        let stored = found.events.get(id).ok_or(NOT_FOUND)?;
        let rule = stored.json.get("recurrence").and_then(|rules| rules.get(0)).and_then(Value::as_str);
        let (min, max) = (query.time("timeMin")?, query.time("timeMax")?);
        let fits = |event: &Map<String, Value>| {
            times(event, found.zone)
                .is_some_and(|(start, end)| min.is_none_or(|min| end > min) && max.is_none_or(|max| start < max))
        };
        let items = rule.map(|rule| found.instances(stored, rule)).unwrap_or_default();
        let items: Vec<_> = items.into_iter().filter(fits).collect();
        Ok(json!({ "kind": "calendar#events", "timeZone": found.zone.name(), "items": items }))
    }

    fn check_version(&self, calendar: &str, id: &str, request: &Request<Bytes>) -> Result<(), Refusal> {
        let Some(wanted) = request.headers().get(header::IF_MATCH).and_then(|tag| tag.to_str().ok()) else {
            return Ok(());
        };
        let event = self.stored(calendar, id)?;
        if wanted == "*" || event.get("etag").and_then(Value::as_str) == Some(wanted) {
            return Ok(());
        }
        Err(Refusal(412, "conditionNotMet", "Precondition Failed"))
    }

    fn change(
        &mut self,
        calendar: &str,
        id: &str,
        change: Map<String, Value>,
        whole: bool,
        query: &Query,
        now: DateTime<Utc>,
    ) -> Outcome {
        let zone = self.calendars.get(calendar).ok_or(NOT_FOUND)?.zone;
        let known = self.stored(calendar, id)?;
        let mut event = if whole {
            let kept = ["kind", "id", "created", "htmlLink", "iCalUID", "creator", "organizer"];
            known.into_iter().filter(|(name, _)| kept.contains(&name.as_str())).collect()
        } else {
            known
        };
        merge(&mut event, change);
        event.entry("status").or_insert("confirmed".into());
        check(&event, zone)?;
        let sequence = event.get("sequence").and_then(Value::as_u64).unwrap_or(0);
        event.insert("sequence".into(), (sequence + 1).into());
        self.finish(&mut event, query);
        self.invite(id, &event, query, "updated");
        Ok(self.write(calendar, id, event, now))
    }

    fn delete(&mut self, calendar: &str, id: &str, query: &Query, now: DateTime<Utc>) -> Outcome {
        let mut event = self.stored(calendar, id)?;
        if event.get("status").and_then(Value::as_str) == Some("cancelled") {
            return Err(Refusal(410, "deleted", "Resource has been deleted"));
        }
        self.invite(id, &event, query, "cancelled");
        event.insert("status".into(), "cancelled".into());
        self.write(calendar, id, event, now);
        Ok(Value::Null)
    }

    fn watch(&mut self, calendar: &str, asked: &Map<String, Value>, now: DateTime<Utc>) -> Outcome {
        let text = |name: &str| asked.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (id, address) = (text("id"), text("address"));
        if !(1..=64).contains(&id.len()) || text("token").len() > 256 || text("type") != "web_hook" {
            return Err(INVALID);
        }
        if self.used.contains(&id) {
            return Err(Refusal(400, "channelIdNotUnique", "Channel id not unique"));
        }
        if !address.starts_with("https://") && !address.starts_with("http://127.0.0.1") {
            return Err(Refusal(400, "push.webhookUrlNotHttps", "WebHook callback must be HTTPS"));
        }
        let ttl = asked.get("params").and_then(|params| params.get("ttl")).and_then(Value::as_str);
        let ttl = ttl.and_then(|ttl| ttl.parse().ok()).and_then(TimeDelta::try_seconds).unwrap_or(TimeDelta::days(7));
        let expires = now + ttl.min(TimeDelta::days(30));
        let resource = format!("sim-resource-{}", self.next());
        let token = Some(text("token")).filter(|token| !token.is_empty());
        let mut channel = Channel {
            calendar: calendar.to_owned(),
            address,
            token: token.clone(),
            resource: resource.clone(),
            expires,
            number: 0,
        };
        let sync = channel.push(&id, "sync");
        self.pushes.push_back(sync);
        self.used.push(id.clone());
        self.channels.insert(id.clone(), channel);
        Ok(json!({
            "kind": "api#channel", "id": id, "resourceId": resource, "token": token,
            "expiration": expires.timestamp_millis().to_string(),
            "resourceUri": "https://www.googleapis.com/calendar/v3/calendars/events?alt=json",
        }))
    }

    fn stop(&mut self, asked: &Map<String, Value>) -> Outcome {
        let text = |name: &str| asked.get(name).and_then(Value::as_str).unwrap_or_default();
        let fits = self.channels.get(text("id")).is_some_and(|channel| channel.resource == text("resourceId"));
        if !fits {
            return Err(NOT_FOUND);
        }
        self.channels.remove(text("id"));
        Ok(Value::Null)
    }
}

/// All live events, by calendar.
pub(super) fn live(state: &State) -> BTreeMap<String, Vec<Map<String, Value>>> {
    let live = |calendar: &Calendar| {
        calendar.events.values().filter(|event| !event.is_deleted()).map(|event| event.json.clone()).collect()
    };
    state.calendars.iter().map(|(id, calendar)| (id.clone(), live(calendar))).collect()
}
