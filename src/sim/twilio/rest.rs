//! The REST API (<https://www.twilio.com/docs/usage/api>).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use chrono::{DateTime, NaiveDate, Utc};
use http::{Method, Request, Response, StatusCode, header};
use serde_json::{Value, json};

use super::Core;
use super::callback::{Job, Order};
use super::fault::Fault;
use super::message::{Draft, Refusal};
use super::script::{CallScript, Run};
use super::state::{StoredCall, StoredMessage};
use crate::form;
use crate::phone::E164;

pub(super) type Parameters = Vec<(String, String)>;

fn parameters(bytes: &[u8]) -> Parameters {
    form::pairs(bytes).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

pub(super) fn first<'a>(parameters: &'a Parameters, name: &str) -> Option<&'a str> {
    parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// Refuses what the operation does not take.
pub(super) fn only(parameters: &Parameters, known: &[&str]) -> Result<(), Refusal> {
    match parameters.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        Some((name, _)) => Err(Refusal::new(400, 20001, format!("Unknown parameter: {name}"))),
        None => Ok(()),
    }
}

const CREATE_MESSAGE: &[&str] = &[
    "To",
    "StatusCallback",
    "ApplicationSid",
    "MaxPrice",
    "ProvideFeedback",
    "Attempt",
    "ValidityPeriod",
    "ForceDelivery",
    "ContentRetention",
    "AddressRetention",
    "SmartEncoded",
    "PersistentAction",
    "TrafficType",
    "ShortenUrls",
    "ScheduleType",
    "SendAt",
    "SendAsMms",
    "ContentVariables",
    "RiskCheck",
    "From",
    "FallbackFrom",
    "MessagingServiceSid",
    "Body",
    "MediaUrl",
    "ContentSid",
];
const LIST_MESSAGES: &[&str] = &["To", "From", "DateSent", "DateSent<", "DateSent>", "PageSize", "Page", "PageToken"];
const CREATE_CALL: &[&str] = &[
    "To",
    "From",
    "Method",
    "FallbackUrl",
    "FallbackMethod",
    "StatusCallback",
    "StatusCallbackEvent",
    "StatusCallbackMethod",
    "SendDigits",
    "Timeout",
    "Record",
    "RecordingChannels",
    "RecordingStatusCallback",
    "RecordingStatusCallbackMethod",
    "SipAuthUsername",
    "SipAuthPassword",
    "MachineDetection",
    "MachineDetectionTimeout",
    "RecordingStatusCallbackEvent",
    "Trim",
    "CallerId",
    "MachineDetectionSpeechThreshold",
    "MachineDetectionSpeechEndThreshold",
    "MachineDetectionSilenceTimeout",
    "AsyncAmd",
    "AsyncAmdStatusCallback",
    "AsyncAmdStatusCallbackMethod",
    "Byoc",
    "CallReason",
    "CallToken",
    "RecordingTrack",
    "TimeLimit",
    "ClientNotificationUrl",
    "Url",
    "Twiml",
    "ApplicationSid",
];
const LIST_CALLS: &[&str] = &[
    "To",
    "From",
    "ParentCallSid",
    "Status",
    "StartTime",
    "StartTime<",
    "StartTime>",
    "EndTime",
    "EndTime<",
    "EndTime>",
    "PageSize",
    "Page",
    "PageToken",
];

impl Core {
    /// Answers one request; `None` closes the connection.
    pub(super) async fn serve(&self, request: Request<Bytes>) -> Option<Response<Bytes>> {
        // Media are kept by another network, which no fault of the API's concerns.
        if request.uri().path().starts_with("/media/") {
            return self.media(&request);
        }
        let fault = self.lock().faults.pop_front().flatten();
        match fault {
            None => {
                let answer = self.answer(&request);
                let order = self.lock().order;
                if order == Order::BeforeAnswer {
                    self.flush().await;
                }
                Some(answer)
            }
            Some(Fault::TooManyRequests { retry_after }) => {
                let mut answer = refused(&Refusal::new(429, 20429, "Too Many Requests"));
                if let Some(seconds) = retry_after {
                    answer.headers_mut().insert(header::RETRY_AFTER, seconds.into());
                }
                Some(answer)
            }
            Some(Fault::ServerError) => Some(refused(&Refusal::new(500, 20500, "Internal Server Error"))),
            Some(Fault::Reset) => None,
            Some(Fault::LostAnswer) => {
                self.answer(&request);
                None
            }
            Some(Fault::Slow(delay)) => {
                self.0.clock.sleep(delay).await;
                Some(self.answer(&request))
            }
            Some(Fault::Garbage) => {
                let mut answer = self.answer(&request);
                *answer.body_mut() = Bytes::from_static(b"<html>bad gateway");
                Some(answer)
            }
        }
    }

    fn answer(&self, request: &Request<Bytes>) -> Response<Bytes> {
        if let Some(answer) = self.media(request) {
            return answer;
        }
        let outcome = self.authorize(request).and_then(|()| self.route(request));
        let mut answer = match outcome {
            Ok((StatusCode::NO_CONTENT, _)) => {
                let mut empty = Response::new(Bytes::new());
                *empty.status_mut() = StatusCode::NO_CONTENT;
                empty
            }
            Ok((status, body)) => json_answer(status, &body),
            Err(refusal) => refused(&refusal),
        };
        let (_, id) = self.lock().sid("RQ");
        if let Ok(id) = id.parse() {
            answer.headers_mut().insert("twilio-request-id", id);
        }
        answer
    }

    pub(super) fn authorize(&self, request: &Request<Bytes>) -> Result<(), Refusal> {
        let given = request
            .headers()
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Basic "))
            .and_then(|value| STANDARD.decode(value).ok());
        let expected = format!("{}:{}", self.0.account, self.0.token.expose());
        match given {
            Some(given) if given == expected.as_bytes() => Ok(()),
            _ => Err(Refusal::new(401, 20003, "Authenticate")),
        }
    }

    fn route(&self, request: &Request<Bytes>) -> Result<(StatusCode, Value), Refusal> {
        let path = request.uri().path();
        let not_found = || Refusal::new(404, 20404, format!("The requested resource {path} was not found"));
        let account = format!("/2010-04-01/Accounts/{}", self.0.account);
        // The newer APIs name no account in the path and do not end in .json.
        let rest = match path.strip_prefix(&account) {
            Some(rest) => rest.strip_suffix(".json").ok_or_else(not_found)?,
            None if path.starts_with("/v2/") => path,
            None => return Err(not_found()),
        };
        let segments: Vec<&str> = rest.split('/').collect();
        let query = parameters(request.uri().query().unwrap_or_default().as_bytes());
        let fields = parameters(request.body());
        if let Some(answer) = self.route_numbers(request.method(), &segments, &query, &fields, path) {
            return answer;
        }
        if let Some(answer) = self.route_recordings(request.method(), &segments, &query, &fields, path) {
            return answer;
        }
        match (request.method(), &segments[..]) {
            (&Method::GET, [""]) => Ok((StatusCode::OK, self.account_json())),
            (&Method::POST, ["", "Messages"]) => self.create_message(&fields),
            (&Method::GET, ["", "Messages"]) => self.list_messages(&query),
            (&Method::GET, ["", "Messages", sid]) => {
                let message = self.lock().message(sid).map(|message| self.message_json(message));
                message.map(|body| (StatusCode::OK, body)).ok_or_else(not_found)
            }
            (&Method::POST, ["", "Messages", sid]) => self.update_message(sid, &fields).ok_or_else(not_found)?,
            (&Method::DELETE, ["", "Messages", sid]) => {
                let mut state = self.lock();
                let before = state.messages.len();
                state.messages.retain(|_, message| message.text.sid != *sid);
                if state.messages.len() < before { Ok((StatusCode::NO_CONTENT, Value::Null)) } else { Err(not_found()) }
            }
            (&Method::GET, ["", "Messages", sid, "Media"]) => {
                let known = self.lock().message(sid).is_some();
                if known {
                    Ok((StatusCode::OK, page("media_list", Vec::new(), path, &query)))
                } else {
                    Err(not_found())
                }
            }
            (&Method::POST, ["", "Calls"]) => self.create_call(&fields),
            (&Method::GET, ["", "Calls"]) => {
                only(&query, LIST_CALLS)?;
                let state = self.lock();
                let wanted = |name: &str, value: &str| first(&query, name).is_none_or(|wanted| wanted == value);
                let calls = state.calls.values().rev().filter(|call| {
                    wanted("To", &call.to) && wanted("From", &call.from) && wanted("Status", &call.status)
                });
                let calls = calls.map(|call| self.call_json(call)).collect();
                Ok((StatusCode::OK, page("calls", calls, path, &query)))
            }
            (&Method::GET, ["", "Calls", sid]) => {
                let call = self.lock().call(sid).map(|call| self.call_json(call));
                call.map(|body| (StatusCode::OK, body)).ok_or_else(not_found)
            }
            (&Method::POST, ["", "Calls", sid]) => {
                let status = first(&fields, "Status").unwrap_or_default().to_owned();
                let mut state = self.lock();
                let call = state.call(sid).ok_or_else(not_found)?;
                if call.ended.is_some() {
                    return Err(Refusal::new(400, 21220, "Call is not in-progress. Cannot redirect."));
                }
                if matches!(status.as_str(), "completed" | "canceled") {
                    call.status = status;
                }
                Ok((StatusCode::OK, self.call_json(call)))
            }
            _ => Err(not_found()),
        }
    }

    fn account_json(&self) -> Value {
        let trial = self.lock().trial.is_some();
        json!({
            "sid": self.0.account,
            "owner_account_sid": self.0.account,
            "friendly_name": "Simulated",
            "status": "active",
            "type": if trial { "Trial" } else { "Full" },
            "date_created": self.0.clock.now().to_rfc2822(),
            "date_updated": self.0.clock.now().to_rfc2822(),
            "uri": format!("/2010-04-01/Accounts/{}.json", self.0.account),
        })
    }

    fn create_message(&self, fields: &Parameters) -> Result<(StatusCode, Value), Refusal> {
        only(fields, CREATE_MESSAGE)?;
        let text = |name: &str| first(fields, name).map(ToOwned::to_owned);
        let draft = Draft {
            from: text("From"),
            to: text("To"),
            body: text("Body"),
            media: fields.iter().filter(|(name, _)| name == "MediaUrl").map(|(_, url)| url.clone()).collect(),
            service: text("MessagingServiceSid"),
            content: text("ContentSid"),
            status_callback: text("StatusCallback").filter(|url| !url.is_empty()),
            scheduled: first(fields, "ScheduleType") == Some("fixed"),
        };
        let sid = self.send(draft, "outbound-api")?;
        let mut state = self.lock();
        let created = state.message(&sid).map(|message| {
            // The answer shows the initial status, whatever happens next.
            let mut initial = message.clone();
            initial.text.error_code = None;
            if !matches!(initial.text.status.as_str(), "scheduled" | "accepted") {
                initial.text.status = "queued".into();
            }
            self.message_json(&initial)
        });
        Ok((StatusCode::CREATED, created.unwrap_or_default()))
    }

    fn list_messages(&self, query: &Parameters) -> Result<(StatusCode, Value), Refusal> {
        only(query, LIST_MESSAGES)?;
        let state = self.lock();
        let wanted = |name: &str, value: &str| first(query, name).is_none_or(|wanted| wanted == value);
        let sent =
            |name: &str, fits: &dyn Fn(DateTime<Utc>, DateTime<Utc>) -> bool, message: &StoredMessage| match first(
                query, name,
            )
            .and_then(time)
            {
                Some(limit) => message.sent.is_some_and(|at| fits(at, limit)),
                None => true,
            };
        let found = state.messages.values().rev().filter(|message| {
            wanted("To", &message.text.to)
                && wanted("From", &message.text.from)
                && sent("DateSent", &|at, day| at.date_naive() == day.date_naive(), message)
                && sent("DateSent<", &|at, limit| at <= limit, message)
                && sent("DateSent>", &|at, limit| at >= limit, message)
        });
        let found = found.map(|message| self.message_json(message)).collect();
        let path = format!("/2010-04-01/Accounts/{}/Messages.json", self.0.account);
        Ok((StatusCode::OK, page("messages", found, &path, query)))
    }

    fn update_message(&self, sid: &str, fields: &Parameters) -> Option<Result<(StatusCode, Value), Refusal>> {
        let now = self.0.clock.now();
        let mut state = self.lock();
        let message = state.message(sid)?;
        if let Err(refusal) = only(fields, &["Body", "Status"]) {
            return Some(Err(refusal));
        }
        if let Some(status) = first(fields, "Status") {
            if status != "canceled" || message.text.status != "scheduled" {
                return Some(Err(Refusal::new(400, 30409, "Message cannot be canceled")));
            }
            message.text.status = "canceled".into();
        }
        match first(fields, "Body") {
            Some("") => message.text.body.clear(),
            Some(_) => return Some(Err(Refusal::new(400, 20001, "Body can only be set to empty"))),
            None => {}
        }
        message.updated = now;
        Some(Ok((StatusCode::OK, self.message_json(message))))
    }

    fn create_call(&self, fields: &Parameters) -> Result<(StatusCode, Value), Refusal> {
        only(fields, CREATE_CALL)?;
        let text = |name: &str| first(fields, name).map(ToOwned::to_owned).filter(|text| !text.is_empty());
        let refuse = |code, message: &str| Err(Refusal::new(400, code, message));
        let Some(to) = text("To") else { return refuse(21201, "No 'To' number is specified") };
        let Some(from) = text("From") else { return refuse(21213, "Caller phone number is required") };
        let Ok(number) = E164::parse(&to) else { return refuse(21211, "Invalid 'To' Phone Number") };
        if !self.lock().owns(&from) {
            return refuse(21210, "'From' phone number not verified");
        }
        let (url, twiml) = (text("Url"), text("Twiml"));
        if url.is_none() && twiml.is_none() {
            return refuse(21205, "Url parameter is required.");
        }
        let sid = self.register(&from, &to, "outbound-api", None);
        let script = CallScript::new(self.clone(), from.clone(), number);
        if let Some(callback) = text("StatusCallback") {
            let asked: Vec<&str> = fields
                .iter()
                .filter(|(name, _)| name == "StatusCallbackEvent")
                .map(|(_, event)| event.as_str())
                .collect();
            self.call_progress(&sid, &from, &to, &callback, &asked);
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let name = sid.clone();
            runtime.spawn(async move { Run::outbound(script, name, url, twiml).await });
        }
        let mut state = self.lock();
        let call = state.call(&sid).map(|call| {
            let mut initial = call.clone();
            initial.status = "queued".into();
            self.call_json(&initial)
        });
        Ok((StatusCode::CREATED, call.unwrap_or_default()))
    }

    /// Schedules the events of an outbound call that somebody answers; `completed` alone when none were asked for.
    fn call_progress(&self, sid: &str, from: &str, to: &str, callback: &str, asked: &[&str]) {
        let events = [
            ("initiated", "initiated"),
            ("ringing", "ringing"),
            ("answered", "in-progress"),
            ("completed", "completed"),
        ];
        let wanted = |event: &str| {
            let named = asked.iter().flat_map(|list| list.split(' ')).any(|name| name == event);
            named || (asked.is_empty() && event == "completed")
        };
        let jobs = events.iter().enumerate().filter(|(_, (event, _))| wanted(event)).map(|(sequence, (_, status))| {
            let mut parameters = vec![
                ("CallSid", sid.to_owned()),
                ("AccountSid", self.0.account.to_string()),
                ("From", from.to_owned()),
                ("To", to.to_owned()),
                ("CallStatus", (*status).to_owned()),
                ("Direction", "outbound-api".to_owned()),
                ("ApiVersion", "2010-04-01".to_owned()),
                ("SequenceNumber", sequence.to_string()),
                ("CallbackSource", "call-progress-events".to_owned()),
                ("Timestamp", self.0.clock.now().to_rfc2822()),
            ];
            if *status == "completed" {
                parameters.extend([("CallDuration", "5".to_owned()), ("Duration", "1".to_owned())]);
            }
            let parameters = parameters.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            Job::form(callback.to_owned(), parameters)
        });
        self.schedule(jobs.collect());
    }

    fn message_json(&self, message: &StoredMessage) -> Value {
        let text = &message.text;
        let uri = format!("/2010-04-01/Accounts/{}/Messages/{}.json", self.0.account, text.sid);
        let failed = matches!(text.status.as_str(), "failed" | "undelivered");
        json!({
            "sid": text.sid,
            "account_sid": self.0.account,
            "messaging_service_sid": message.service,
            "from": text.from,
            "to": text.to,
            "body": text.body,
            "status": text.status,
            "direction": message.direction,
            "num_segments": text.body.chars().count().div_ceil(153).max(1).to_string(),
            "num_media": message.media.len().to_string(),
            "price": null,
            "price_unit": "USD",
            "error_code": text.error_code.filter(|_| failed),
            "error_message": null,
            "date_created": message.created.to_rfc2822(),
            "date_updated": message.updated.to_rfc2822(),
            "date_sent": message.sent.map(|time| time.to_rfc2822()),
            "api_version": "2010-04-01",
            "uri": uri,
            "subresource_uris": { "media": uri.replace(".json", "/Media.json") },
        })
    }

    fn call_json(&self, call: &StoredCall) -> Value {
        json!({
            "sid": call.sid,
            "account_sid": self.0.account,
            "parent_call_sid": call.parent,
            "from": call.from,
            "to": call.to,
            "status": call.status,
            "direction": call.direction,
            "duration": call.duration.map(|seconds| seconds.to_string()),
            "date_created": call.created.to_rfc2822(),
            "date_updated": call.created.to_rfc2822(),
            "start_time": call.created.to_rfc2822(),
            "end_time": call.ended.map(|time| time.to_rfc2822()),
            "api_version": "2010-04-01",
            "uri": format!("/2010-04-01/Accounts/{}/Calls/{}.json", self.0.account, call.sid),
        })
    }
}

fn time(text: &str) -> Option<DateTime<Utc>> {
    let day = || text.parse::<NaiveDate>().ok().and_then(|day| day.and_hms_opt(0, 0, 0)).map(|time| time.and_utc());
    DateTime::parse_from_rfc3339(text).ok().map(|time| time.with_timezone(&Utc)).or_else(day)
}

/// One page of a listing with the way to the next.
pub(super) fn page(key: &str, items: Vec<Value>, path: &str, query: &Parameters) -> Value {
    let number = |name: &str| first(query, name).and_then(|text| text.parse::<usize>().ok());
    let size = number("PageSize").unwrap_or(50).clamp(1, 1000);
    let index = number("Page").unwrap_or(0);
    let start = index.saturating_mul(size);
    let more = items.len() > start.saturating_add(size);
    let items: Vec<Value> = items.into_iter().skip(start).take(size).collect();
    let link = |index: usize| {
        let mut query: Parameters =
            query.iter().filter(|(name, _)| !matches!(name.as_str(), "Page" | "PageSize")).cloned().collect();
        query.push(("PageSize".into(), size.to_string()));
        query.push(("Page".into(), index.to_string()));
        format!("{path}?{}", serde_urlencoded::to_string(&query).unwrap_or_default())
    };
    json!({
        "page": index,
        "page_size": size,
        "start": start,
        "end": start + items.len().saturating_sub(1),
        "uri": link(index),
        "first_page_uri": link(0),
        "next_page_uri": more.then(|| link(index + 1)),
        "previous_page_uri": (index > 0).then(|| link(index - 1)),
        (key): items,
    })
}

fn json_answer(status: StatusCode, body: &Value) -> Response<Bytes> {
    let mut answer = Response::new(Bytes::from(body.to_string()));
    *answer.status_mut() = status;
    let json = http::HeaderValue::from_static("application/json; charset=utf-8");
    answer.headers_mut().insert(header::CONTENT_TYPE, json);
    answer
}

fn refused(refusal: &Refusal) -> Response<Bytes> {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST);
    let body = json!({
        "code": refusal.code,
        "message": refusal.message,
        "more_info": format!("https://www.twilio.com/docs/errors/{}", refusal.code),
        "status": refusal.status,
    });
    json_answer(status, &body)
}
