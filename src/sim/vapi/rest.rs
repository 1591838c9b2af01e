//! The REST API (<https://docs.vapi.ai/api-reference>).

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{Method, Request, Response, StatusCode, header};
use serde_json::{Value, json};

use super::Core;
use super::check;
use super::fault::Fault;
use super::state::{Kind, Object, State, text};

/// How many a list holds, and how many at most.
const PAGE: (usize, usize) = (100, 1_000);

/// What is refused, and how.
pub(super) enum Refusal {
    Unauthorized,
    NotFound,
    /// What is wrong, one by one.
    Invalid(Vec<String>),
    Status(u16),
}

impl Refusal {
    fn answer(&self) -> Response<Bytes> {
        match self {
            Self::Unauthorized => answer(401, &json!({ "message": "Unauthorized", "statusCode": 401 })),
            Self::NotFound => answer(404, &json!({ "message": "Not Found", "error": "Not Found", "statusCode": 404 })),
            Self::Invalid(wrong) => {
                answer(400, &json!({ "message": wrong, "error": "Bad Request", "statusCode": 400 }))
            }
            Self::Status(status) => {
                let words = StatusCode::from_u16(*status).ok().and_then(|status| status.canonical_reason());
                answer(*status, &json!({ "message": words.unwrap_or_default(), "statusCode": status }))
            }
        }
    }
}

fn answer(status: u16, value: &Value) -> Response<Bytes> {
    let mut answer = Response::new(Bytes::from(value.to_string()));
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let kind = http::HeaderValue::from_static("application/json; charset=utf-8");
    answer.headers_mut().insert(header::CONTENT_TYPE, kind);
    answer
}

fn body(request: &Request<Bytes>) -> Result<Object, Refusal> {
    serde_json::from_slice(request.body()).map_err(|_| Refusal::Invalid(vec!["body must be a JSON object".to_owned()]))
}

fn valid(wrong: Vec<String>) -> Result<(), Refusal> {
    if wrong.is_empty() { Ok(()) } else { Err(Refusal::Invalid(wrong)) }
}

/// Pure: which things a list shows, latest first. `createdAtLt` and its like compare times, other names texts.
fn listed(mut things: Vec<Object>, query: &str) -> Result<Vec<Object>, Refusal> {
    let time = |text: &str| DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc());
    let mut limit = PAGE.0;
    // Those that were made at the same time stay in the order in which they were made.
    things.reverse();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        if name == "limit" {
            limit = value.parse::<usize>().ok().filter(|limit| (1..=PAGE.1).contains(limit)).ok_or_else(|| {
                Refusal::Invalid(vec![format!("limit must not be less than 1 or greater than {}", PAGE.1)])
            })?;
            continue;
        }
        let Some((field, holds)) = comparison(&name) else {
            if !["id", "assistantId", "phoneNumberId"].contains(&&*name) {
                return Err(Refusal::Invalid(vec![format!("property {name} should not exist")]));
            }
            things.retain(|thing| text(thing, &name) == Some(&*value));
            continue;
        };
        let Some(bound) = time(&value) else {
            return Err(Refusal::Invalid(vec![format!("{name} must be a valid ISO 8601 date string")]));
        };
        things.retain(|thing| text(thing, field).and_then(time).is_some_and(|at| holds(&at, &bound)));
    }
    things.truncate(limit);
    Ok(things)
}

type Holds = fn(&DateTime<Utc>, &DateTime<Utc>) -> bool;

/// The property that a parameter such as `createdAtLt` is about, and how it compares.
fn comparison(name: &str) -> Option<(&'static str, Holds)> {
    let (field, how) = match (name.strip_prefix("createdAt"), name.strip_prefix("updatedAt")) {
        (Some(how), _) => ("createdAt", how),
        (_, Some(how)) => ("updatedAt", how),
        (None, None) => return None,
    };
    let holds: Holds = match how {
        "Gt" => |at, bound| at > bound,
        "Ge" => |at, bound| at >= bound,
        "Lt" => |at, bound| at < bound,
        "Le" => |at, bound| at <= bound,
        _ => return None,
    };
    Some((field, holds))
}

impl Core {
    /// Answers one request; `None` closes the connection.
    pub(super) fn serve(&self, request: &Request<Bytes>) -> Option<Response<Bytes>> {
        let fault = self.lock().faults.pop_front();
        match fault {
            None => Some(self.answer_rest(request)),
            Some(Fault::Status(status)) => Some(Refusal::Status(status).answer()),
            Some(Fault::TooMany) => Some(Refusal::Status(429).answer()),
            Some(Fault::LoseAnswer) => {
                self.answer_rest(request);
                None
            }
        }
    }

    fn answer_rest(&self, request: &Request<Bytes>) -> Response<Bytes> {
        match self.route(request) {
            Ok((status, value)) => answer(status, &value),
            Err(refusal) => refusal.answer(),
        }
    }

    fn authorize(&self, request: &Request<Bytes>) -> Result<(), Refusal> {
        let given = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let key = given.and_then(|value| value.strip_prefix("Bearer "));
        if key.is_some_and(|key| self.0.key.matches(key.as_bytes())) { Ok(()) } else { Err(Refusal::Unauthorized) }
    }

    fn route(&self, request: &Request<Bytes>) -> Result<(u16, Value), Refusal> {
        self.authorize(request)?;
        let path = request.uri().path().trim_matches('/');
        let (kind, id) = path.split_once('/').map_or((path, None), |(kind, id)| (kind, Some(id)));
        let kind = Kind::of(kind).ok_or(Refusal::NotFound)?;
        let now = self.0.clock.now();
        let mut state = self.lock();
        let (status, thing) = match (request.method(), id) {
            (&Method::POST, None) => (201, state.create(kind, body(request)?, now)?),
            (&Method::GET, None) => {
                let things = listed(state.all(kind), request.uri().query().unwrap_or_default())?;
                return Ok((200, json!(things)));
            }
            (&Method::GET, Some(id)) => (200, state.get(kind, id).ok_or(Refusal::NotFound)?),
            (&Method::PATCH, Some(id)) => (200, state.change(kind, id, body(request)?, now)?),
            (&Method::DELETE, Some(id)) => (200, state.remove(kind, id).ok_or(Refusal::NotFound)?),
            _ => return Err(Refusal::NotFound),
        };
        Ok((status, Value::Object(thing)))
    }
}

impl State {
    fn create(&mut self, kind: Kind, mut thing: Object, now: DateTime<Utc>) -> Result<Object, Refusal> {
        match kind {
            Kind::Call => return self.place(thing, now),
            Kind::Assistant => valid(check::assistant(&thing))?,
            Kind::Tool => valid(check::tool(&thing))?,
            Kind::PhoneNumber => {
                valid(check::phone_number(&thing, true))?;
                let address = text(&thing, "number").or_else(|| text(&thing, "sipUri")).map(ToOwned::to_owned);
                if address.as_deref().is_some_and(|address| self.number(address).is_some()) {
                    return Err(Refusal::Invalid(vec!["number must be one that no phone number has".to_owned()]));
                }
                if address.is_none() {
                    let area = text(&thing, "numberDesiredAreaCode").unwrap_or("415").to_owned();
                    let number = format!("+1{area}555{:04}", self.next() % 10_000);
                    thing.insert("number".into(), number.into());
                }
                thing.insert("status".into(), "active".into());
            }
        }
        Ok(self.insert(kind, thing, now))
    }

    fn change(&mut self, kind: Kind, id: &str, change: Object, now: DateTime<Utc>) -> Result<Object, Refusal> {
        let wrong = match kind {
            Kind::Assistant => check::assistant(&change),
            Kind::Tool => check::tool_change(&change),
            Kind::PhoneNumber => check::phone_number(&change, false),
            Kind::Call => check::call_change(&change),
        };
        valid(wrong)?;
        self.update(kind, id, change, now).ok_or(Refusal::NotFound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn things() -> Vec<Object> {
        let thing = |(id, at): (&str, &str)| {
            let json = json!({ "id": id, "createdAt": format!("2026-12-01T10:00:{at}Z"), "assistantId": "x" });
            json.as_object().cloned().unwrap()
        };
        [("a", "01.000"), ("b", "02.000"), ("c", "02.000"), ("d", "03.000")].map(thing).to_vec()
    }

    #[test]
    fn lists_show_the_latest_first() {
        let ids = |query: &str| {
            let found = listed(things(), query).ok()?;
            Some(found.iter().filter_map(|thing| text(thing, "id")).collect::<String>())
        };
        assert_eq!(ids("").as_deref(), Some("dcba"));
        assert_eq!(ids("limit=2").as_deref(), Some("dc"));
        assert_eq!(ids("createdAtLt=2026-12-01T10%3A00%3A03.000Z&limit=1").as_deref(), Some("c"));
        assert_eq!(ids("createdAtGe=2026-12-01T10:00:02Z&createdAtLe=2026-12-01T10:00:02Z").as_deref(), Some("cb"));
        assert_eq!(ids("id=b&assistantId=x").as_deref(), Some("b"));
        assert_eq!(ids("assistantId=y").as_deref(), Some(""));
        for wrong in ["limit=0", "limit=1001", "limit=x", "createdAtLt=today", "createdAtNear=1", "page=2"] {
            assert_eq!(ids(wrong), None, "{wrong}");
        }
    }
}
