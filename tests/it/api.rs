//! The REST API: who is let in, what they see, and what is wrong with a request.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::TimeDelta;
use frontdesk::Desk;
use frontdesk::auth::{Authenticator, Denied, JwtAuthenticator, Keys, Principal, Role};
use frontdesk::call::{Booked, CallRecord, Direction, Status};
use frontdesk::clock::{Clock, ManualClock};
use frontdesk::desk::{ApiLimits, Peer};
use frontdesk::id::TenantId;
use frontdesk::message::{MessageKind, MessageRecord};
use frontdesk::sim::Twilio;
use frontdesk::store::{self, MemoryStore, Store, Unit};
use frontdesk::tenant::Tenant;
use http::{Request, StatusCode};
use jsonwebtoken::{EncodingKey, Header};
use serde_json::{Value, json};

use crate::world::{BUSINESS, CALLER};

const SECRET: &str = "a secret of at least thirty-two bytes";

struct Office {
    desk: Desk,
    clock: ManualClock,
    store: MemoryStore,
}

async fn office(limits: ApiLimits) -> Office {
    let clock = ManualClock::at("2026-11-21T09:00:00Z".parse().unwrap()).auto_advancing();
    let shared: Arc<dyn Clock> = Arc::new(clock.clone());
    let twilio = Twilio::builder().clock(shared.clone()).in_process().unwrap();
    let store = MemoryStore::new(shared.clone());
    for (name, number) in [("clinic", BUSINESS), ("salon", "+15551239999")] {
        let settings = Tenant::new(name.parse().unwrap()).with_name(name).with_number(number.parse().unwrap());
        store::put_tenant(&store, settings).await.unwrap();
        twilio.own_number(number.parse().unwrap());
    }
    let keys = Keys::shared(&SECRET.into()).unwrap();
    let authenticator = JwtAuthenticator::new(keys, "issuer", "frontdesk").with_clock(shared.clone());
    let desk = Desk::builder()
        .public_url("https://example.com".parse().unwrap())
        .auth_token(twilio.auth_token())
        .twilio(twilio.client().unwrap())
        .store(store.clone())
        .clock(shared)
        .authenticator(authenticator)
        .api_limits(limits)
        .build()
        .unwrap();
    Office { desk, clock, store }
}

struct Answer {
    status: StatusCode,
    headers: http::HeaderMap,
    json: Value,
}

impl Office {
    fn token(&self, tenant: Option<&str>, role: &str) -> String {
        let mut claims = json!({
            "iss": "issuer", "aud": "frontdesk", "role": role, "exp": self.clock.now().timestamp() + 3_600,
        });
        if let Some(tenant) = tenant {
            claims["tenant"] = tenant.into();
        }
        jsonwebtoken::encode(&Header::default(), &claims, &EncodingKey::from_secret(SECRET.as_bytes())).unwrap()
    }

    async fn send(&self, request: Request<Bytes>) -> Answer {
        let response = self.desk.handle(request).await;
        let (parts, body) = response.into_parts();
        let json = serde_json::from_slice(&body).unwrap_or(Value::Null);
        Answer { status: parts.status, headers: parts.headers, json }
    }

    fn request(&self, method: &str, path: &str, token: &str, body: Option<&Value>) -> Request<Bytes> {
        let mut request = Request::builder().method(method).uri(format!("/api{path}"));
        request = request.header("authorization", format!("Bearer {token}"));
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        request.body(body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string()))).unwrap()
    }

    /// As a member of the clinic.
    async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let token = self.token(Some("clinic"), "member");
        self.send(self.request(method, path, &token, body.as_ref())).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, None).await
    }

    async fn call(&self, tenant: &str, number: u32, status: Status) -> String {
        let tenant: TenantId = tenant.parse().unwrap();
        let sid = format!("CA{number:032x}").parse().unwrap();
        let at = self.clock.now() + TimeDelta::seconds(number.into());
        let (from, to) = (CALLER.into(), BUSINESS.into());
        let mut call = CallRecord::begin(tenant.clone(), sid, Direction::Inbound, from, to, at);
        call.status = status;
        call.summary = Some("wants a check-up".into());
        call.outcome.appointment_booked = if number == 2 { Booked::Yes } else { Booked::No };
        self.store.commit(&tenant, Unit::new().save_call(call)).await.unwrap();
        sid.to_string()
    }
}

fn sids(answer: &Answer) -> Vec<String> {
    answer.json["items"].as_array().unwrap().iter().map(|item| item["sid"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn without_an_authenticator_the_api_is_off() {
    let store = MemoryStore::new(Arc::new(ManualClock::at(chrono::DateTime::UNIX_EPOCH)));
    let desk = Desk::builder().public_url("https://example.com".parse().unwrap()).auth_token("t").store(store);
    let desk = desk.build().unwrap();
    let request = Request::get("/api/calls").body(Bytes::new()).unwrap();
    assert_eq!(desk.handle(request).await.status(), 404);
}

#[tokio::test]
async fn who_is_not_known_gets_nothing() {
    let office = office(ApiLimits::none()).await;
    let request = Request::get("/api/calls").body(Bytes::new()).unwrap();
    let answer = office.send(request).await;
    assert_eq!(
        (answer.status, answer.headers["www-authenticate"].as_bytes()),
        (StatusCode::UNAUTHORIZED, &b"Bearer"[..])
    );
    assert_eq!(answer.headers["content-type"], "application/problem+json");
    let forged = office.request("GET", "/calls", "a.b.c", None);
    assert_eq!(office.send(forged).await.status, 401);
    // Nor does anybody learn which paths there are tenants' things at.
    let foreign = office.call("salon", 1, Status::Completed).await;
    let own = office.call("clinic", 2, Status::Completed).await;
    assert_eq!(sids(&office.get("/calls").await), std::slice::from_ref(&own));
    for path in ["", "/transcript", "/summary"] {
        let answer = office.get(&format!("/calls/{foreign}{path}")).await;
        let missing = office.get(&format!("/calls/CA{:032x}{path}", 99)).await;
        assert_eq!((answer.status, &answer.json), (StatusCode::NOT_FOUND, &missing.json), "{path}");
        assert_eq!(office.get(&format!("/calls/{own}{path}")).await.status, 200, "{path}");
    }
    assert_eq!(office.get("/calls?tenant=salon").await.status, 403);
    assert_eq!(office.get("/calls?tenant=clinic").await.status, 200);
    assert_eq!(office.get("/admin/numbers").await.status, 403);
    let admin = office.token(None, "admin");
    let unnamed = office.send(office.request("GET", "/calls", &admin, None)).await;
    assert_eq!((unnamed.status, &unnamed.json["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("tenant")));
    let theirs = office.send(office.request("GET", "/calls?tenant=salon", &admin, None)).await;
    assert_eq!(sids(&theirs), [foreign]);
    assert_eq!(theirs.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn calls_are_listed_filtered_and_paged() {
    let office = office(ApiLimits::none()).await;
    let mut all = Vec::new();
    for number in 0..5 {
        let status = if number < 3 { Status::Completed } else { Status::NoAnswer };
        all.insert(0, office.call("clinic", number, status).await);
    }
    let (mut seen, mut path) = (Vec::new(), "/calls?limit=2".to_owned());
    loop {
        let page = office.get(&path).await;
        seen.extend(sids(&page));
        match page.json["next"].as_str() {
            Some(next) => path = format!("/calls?limit=2&after={next}"),
            None => break,
        }
    }
    assert_eq!(seen, all);
    for (query, expected) in [
        ("status=no-answer", &all[..2]),
        ("status=no-answer,completed", &all[..]),
        ("outcome=yes", &all[2..3]),
        ("from=2026-11-21T09:00:03Z", &all[..2]),
        ("from=2026-11-21T10:00:03%2B01:00&until=2026-11-21T09:00:04Z", &all[1..2]),
        ("with=%2B14155552671", &all[..]),
        ("with=%2B14155550000", &[]),
        ("summary_ready=true", &[]),
    ] {
        assert_eq!(sids(&office.get(&format!("/calls?{query}")).await), expected, "{query}");
    }
    let summary = office.get(&format!("/calls/{}/summary", all[2])).await;
    assert_eq!(summary.json["summary"], "wants a check-up");
    assert_eq!(summary.json["outcome"]["appointment_booked"], "yes");
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_named() {
    let office = office(ApiLimits::none()).await;
    for (path, field) in [
        ("/calls?limit=0", "limit"),
        ("/calls?limit=201", "limit"),
        ("/calls?limit=ten", "limit"),
        ("/calls?limit=5&limit=6", "limit"),
        ("/calls?after=../etc", "after"),
        ("/calls?from=yesterday", "from"),
        ("/calls?status=sleeping", "status"),
        ("/calls?outcome=maybe", "outcome"),
        ("/calls?colour=red", "colour"),
        ("/messages?status=lost", "status"),
        ("/messages?after=%20", "after"),
        ("/tenant?x=1", "x"),
    ] {
        let answer = office.get(path).await;
        assert_eq!((answer.status, &answer.json["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(field)), "{path}");
    }
    for (path, body, field) in [
        ("/messages", json!({ "body": "hi" }), Value::Null),
        ("/messages", json!({ "to": CALLER, "body": 7 }), json!("body")),
        ("/messages", json!({ "to": CALLER, "body": "hi", "colour": "red" }), json!("colour")),
        ("/messages", json!({ "to": CALLER, "body": "hi", "id": "white space" }), json!("id")),
        ("/messages", json!({ "to": CALLER, "body": "hi", "media": ["no url"] }), json!("media[0]")),
        ("/phone-number/provision", json!({ "id": "a", "country": "USA" }), json!("country")),
        ("/phone-number/provision", json!({ "id": "a", "country": "US", "area_codes": ["4l5"] }), json!("area_codes")),
    ] {
        let answer = office.ask("POST", path, Some(body.clone())).await;
        assert_eq!((answer.status, &answer.json["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &field), "{path} {body}");
    }
    let refused = office.ask("POST", "/messages", Some(json!({ "to": "+18765550100", "body": "hi" }))).await;
    assert_eq!((refused.status, &refused.json["reason"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("country")));
    let mut form = office.request("POST", "/messages", &office.token(Some("clinic"), "member"), Some(&json!({})));
    form.headers_mut().insert("content-type", "text/plain".parse().unwrap());
    assert_eq!(office.send(form).await.status, 415);
    assert_eq!(office.get("/nothing").await.status, 404);
    let deleted = office.ask("DELETE", "/messages", None).await;
    assert_eq!(
        (deleted.status, deleted.headers["allow"].as_bytes()),
        (StatusCode::METHOD_NOT_ALLOWED, &b"GET, POST"[..])
    );
    office.store.set_failing(true);
    assert_eq!(office.get("/calls").await.status, 503);
}

#[tokio::test]
async fn a_text_is_sent_once_and_read_in_its_thread() {
    let office = office(ApiLimits::none()).await;
    let body = json!({ "to": CALLER, "body": "See you at three.", "id": "reminder-7" });
    for _ in 0..2 {
        let sent = office.ask("POST", "/messages", Some(body.clone())).await;
        assert_eq!((sent.status, &sent.json["ids"]), (StatusCode::ACCEPTED, &json!(["reminder-7"])));
        office.desk.run_until_idle().await.unwrap();
    }
    office.clock.advance(Duration::from_secs(1));
    let later = json!({ "to": CALLER, "body": "Tomorrow.", "send_at": "2026-11-22T09:00:00Z" });
    assert_eq!(office.ask("POST", "/messages", Some(later)).await.json["segments"], 1);
    let listed = office.get("/messages?status=pending").await;
    assert_eq!(listed.json["items"][0]["not_before"], "2026-11-22T09:00:00Z");
    let thread = office.get("/threads/%2B14155552671?limit=1").await;
    assert_eq!(thread.json["items"].as_array().unwrap().len(), 1);
    let next = thread.json["next"].as_str().unwrap();
    let rest = office.get(&format!("/threads/+14155552671?after={next}")).await;
    let item = &rest.json["items"][0];
    assert_eq!((&item["id"], &item["status"]), (&json!("reminder-7"), &json!("queued")));
    assert_eq!(item["body"], "See you at three.");
    assert_eq!(rest.json["next"], Value::Null);
}

#[tokio::test]
async fn settings_change_by_patch_and_version() {
    let office = office(ApiLimits::none()).await;
    let before = office.get("/tenant").await;
    let tag = before.headers["etag"].clone();
    let token = office.token(Some("clinic"), "member");
    let patch = json!({ "name": "Riverside", "forwarding": { "default": ["+15551230001"] } });
    let mut request = office.request("PATCH", "/tenant", &token, Some(&patch));
    request.headers_mut().insert("if-match", tag.clone());
    let changed = office.send(request.clone()).await;
    assert_eq!((changed.status, &changed.json["name"]), (StatusCode::OK, &json!("Riverside")), "{}", changed.json);
    assert_eq!((&changed.json["numbers"], &changed.json["forwarding"]["timeout"]), (&json!([BUSINESS]), &json!(20)));
    assert_ne!(changed.headers["etag"], tag);
    assert_eq!(office.send(request).await.status, 412, "somebody has changed it meanwhile");
    let wrong = office.ask("PATCH", "/tenant", Some(json!({ "text_back": { "enabled": "yes" } }))).await;
    assert_eq!((wrong.status, &wrong.json["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("text_back.enabled")));
    assert_eq!(office.ask("PATCH", "/tenant", Some(json!({ "numbers": [] }))).await.json["field"], "numbers");
}

#[tokio::test]
async fn numbers_are_ordered_and_connected() {
    let office = office(ApiLimits::none()).await;
    let wanted = json!({ "id": "second", "country": "us", "area_codes": ["415"] });
    let ordered = office.ask("POST", "/phone-number/provision", Some(wanted)).await;
    assert_eq!((ordered.status, &ordered.json["state"]), (StatusCode::ACCEPTED, &json!("wanted")));
    office.desk.run_until_idle().await.unwrap();
    let numbers = office.get("/phone-number").await.json;
    assert_eq!((numbers["numbers"].as_array().unwrap().len(), &numbers["orders"][0]["state"]), (2, &json!("active")));
    let admin = office.token(None, "admin");
    let listed = office.send(office.request("GET", "/admin/numbers?tenant=clinic", &admin, None)).await;
    assert_eq!(listed.json.as_array().unwrap().len(), 3);
    let theirs = json!({ "id": "c", "number": "+15551239999" });
    let taken =
        office.send(office.request("POST", "/admin/numbers/connect?tenant=clinic", &admin, Some(&theirs))).await;
    assert_eq!(taken.status, 409, "it is the salon's: {}", taken.json);
    let unknown = json!({ "id": "c", "number": "+15005550006" });
    let unknown =
        office.send(office.request("POST", "/admin/numbers/connect?tenant=clinic", &admin, Some(&unknown))).await;
    assert_eq!(unknown.status, 404);
}

#[tokio::test]
async fn who_asks_too_often_waits() {
    let mut limits = ApiLimits::new();
    limits.tenant = Some((3, Duration::from_secs(30)));
    limits.sending = Some((1, Duration::from_secs(60)));
    for shared in [false, true] {
        let office = office(if shared { limits.clone().shared() } else { limits.clone() }).await;
        for _ in 0..3 {
            assert_eq!(office.get("/calls").await.status, 200);
        }
        let over = office.get("/calls").await;
        assert_eq!((over.status, over.headers["retry-after"].as_bytes()), (StatusCode::TOO_MANY_REQUESTS, &b"10"[..]));
        let salon = office.token(Some("salon"), "member");
        assert_eq!(office.send(office.request("GET", "/calls", &salon, None)).await.status, 200, "others do not wait");
        office.clock.advance(Duration::from_secs(30));
        let text = json!({ "to": CALLER, "body": "hi" });
        assert_eq!(office.ask("POST", "/messages", Some(text.clone())).await.status, 202);
        let second = office.ask("POST", "/messages", Some(text)).await;
        assert_eq!(second.status, 429);
        assert_eq!(office.get("/calls").await.status, 200, "reading goes on");
    }
    // Whoever guesses is slowed down, by where they are.
    for shared in [false, true] {
        let limits = if shared { ApiLimits::new().shared() } else { ApiLimits::new() };
        let office = office(limits).await;
        let from = |last: u8, token: &str| {
            let mut request = office.request("GET", "/calls", token, None);
            request.extensions_mut().insert(Peer([192, 0, 2, last].into()));
            request
        };
        for _ in 0..20 {
            assert_eq!(office.send(from(1, "a.b.c")).await.status, 401);
        }
        assert_eq!(office.send(from(1, "a.b.c")).await.status, 429);
        assert_eq!(office.send(from(2, "a.b.c")).await.status, 401);
        assert_eq!(office.send(from(1, &office.token(Some("clinic"), "member"))).await.status, 200);
    }
}

/// A host's authenticator that has a bug.
#[derive(Debug)]
struct Broken;

#[async_trait]
impl Authenticator for Broken {
    async fn authenticate(&self, _: &http::request::Parts) -> Result<Principal, Denied> {
        panic!("a bug of the host's")
    }
}

/// Lets everybody in as a tenant that is not there.
#[derive(Debug)]
struct Anybody;

#[async_trait]
impl Authenticator for Anybody {
    async fn authenticate(&self, _: &http::request::Parts) -> Result<Principal, Denied> {
        Ok(Principal::new(Role::Member, Some("nobody".parse().unwrap()), "anybody"))
    }
}

#[tokio::test]
async fn a_broken_authenticator_lets_nobody_in_and_a_new_tenant_finds_nothing() {
    let build = |authenticator: bool| {
        let store = MemoryStore::new(Arc::new(ManualClock::at(chrono::DateTime::UNIX_EPOCH)));
        let desk = Desk::builder().public_url("https://example.com".parse().unwrap()).auth_token("t").store(store);
        let desk = desk.api_prefix("/v1/desk");
        if authenticator { desk.authenticator(Broken).build() } else { desk.authenticator(Anybody).build() }.unwrap()
    };
    let get = |path: &str| Request::get(path).body(Bytes::new()).unwrap();
    assert_eq!(build(true).handle(get("/v1/desk/calls")).await.status(), 500);
    let desk = build(false);
    assert_eq!(desk.handle(get("/v1/desk/calls")).await.status(), 200);
    assert_eq!(desk.handle(get("/v1/desk/tenant")).await.status(), 404);
    assert_eq!(desk.handle(get("/api/calls")).await.status(), 404);
    assert_eq!(desk.handle(get("/health")).await.status(), 200);
}

#[tokio::test]
async fn what_a_message_says_stays_with_its_tenant() {
    let office = office(ApiLimits::none()).await;
    let salon: TenantId = "salon".parse().unwrap();
    let (from, to, now) = ("+15551239999".into(), CALLER.into(), office.clock.now());
    let text = MessageRecord::outbound(
        salon.clone(),
        "m".parse().unwrap(),
        MessageKind::Direct,
        from,
        to,
        "secret".into(),
        now,
    );
    office.store.commit(&salon, Unit::new().enqueue(text)).await.unwrap();
    for path in ["/messages", "/threads/+14155552671", "/messages?after=m"] {
        assert_eq!(office.get(path).await.json["items"], json!([]), "{path}");
    }
}

#[tokio::test]
async fn people_are_told_of_an_appointment_and_reminded() {
    let office = office(ApiLimits::none()).await;
    let visit = json!({
        "id": "visit-1", "start": "2026-11-24T15:00:00Z", "end": "2026-11-24T15:30:00Z", "service": "check-up",
        "customer": { "name": "Anna", "phone": CALLER, "zone": "America/New_York", "language": "en" },
    });
    let told = office.ask("POST", "/notifications/confirmation", Some(visit.clone())).await;
    assert_eq!(told.status, 202, "{}", told.json);
    let kinds: Vec<_> = told.json["notifications"].as_array().unwrap().iter().map(|one| one["kind"].clone()).collect();
    assert_eq!(kinds, ["confirmation", "reminder", "reminder"]);
    let again = office.ask("POST", "/notifications/confirmation", Some(visit)).await;
    assert_eq!(again.json, json!({ "notifications": [] }), "said again, it is the same");
    office.desk.run_until_idle().await.unwrap();
    let reminded = office.ask("POST", "/notifications/reminder", Some(json!({ "appointment": "visit-1" }))).await;
    assert_eq!((reminded.status, reminded.json["notifications"].as_array().unwrap().len()), (StatusCode::ACCEPTED, 1));
    let unknown = office.ask("POST", "/notifications/reminder", Some(json!({ "appointment": "other" }))).await;
    assert_eq!(unknown.status, 404);
    let cancelled = office.ask("POST", "/notifications/cancellation", Some(json!({ "appointment": "visit-1" }))).await;
    assert_eq!(
        (cancelled.status.as_u16(), cancelled.json["notifications"][0]["kind"].as_str()),
        (202, Some("cancellation"))
    );
    let listed = office.get("/notifications?kind=confirmation&status=sent,delivered&appointment=visit-1").await;
    assert_eq!(listed.json["items"][0]["to"], CALLER, "{}", listed.json);
    assert_eq!(office.get("/notifications?channel=email").await.json["items"], json!([]));
    let page = office.get("/notifications?limit=3").await;
    let next = page.json["next"].as_str().unwrap();
    assert_eq!(
        office.get(&format!("/notifications?limit=3&after={next}")).await.json["items"].as_array().unwrap().len(),
        2
    );
    for (body, field) in [
        (json!({ "id": "v", "start": "2026-11-24T15:00:00Z", "end": "2026-11-24T14:00:00Z", "customer": {} }), "end"),
        (json!({ "id": "a b", "start": "2026-11-24T15:00:00Z", "end": "2026-11-24T15:00:00Z", "customer": {} }), "id"),
        (
            json!({ "id": "v", "start": "2026-11-24T15:00:00Z", "end": "2026-11-24T15:00:00Z", "customer": { "zone": "Mars" } }),
            "customer.zone",
        ),
    ] {
        let wrong = office.ask("POST", "/notifications/confirmation", Some(body)).await;
        assert_eq!((wrong.status.as_u16(), wrong.json["field"].as_str()), (422, Some(field)));
    }
    let salon = office.token(Some("salon"), "member");
    let foreign = office.send(office.request("GET", "/notifications", &salon, None)).await;
    assert_eq!(foreign.json["items"], json!([]));
}

#[tokio::test]
async fn figures_are_told_by_day() {
    let office = office(ApiLimits::none()).await;
    for (number, status) in [(1, Status::Completed), (2, Status::NoAnswer), (3, Status::InProgress)] {
        office.call("clinic", number, status).await;
        office.call("salon", number + 10, status).await;
    }
    let sent = office.ask("POST", "/messages", Some(json!({ "to": CALLER, "body": "hi" }))).await;
    assert_eq!(sent.status, 202);
    let told = office.get("/analytics?until=2026-11-22T00:00:00Z").await;
    let calls = &told.json["total"]["calls"];
    assert_eq!((calls["count"].as_u64(), calls["answer_rate"].as_f64()), (Some(3), Some(0.0)), "{}", told.json);
    assert_eq!(calls["outcomes"], json!({ "yes": 1, "no": 1 }));
    assert_eq!(told.json["total"]["messages"]["statuses"], json!({ "pending": 1 }));
    assert_eq!(told.json["days"][0]["date"], "2026-11-21");
    assert_eq!(told.json["days"][0]["calls"]["count"], 3);
    let wrong = office.get("/analytics?from=2026-01-01T00:00:00Z&until=2026-11-22T00:00:00Z").await;
    assert_eq!((wrong.status.as_u16(), wrong.json["field"].as_str()), (422, Some("from")));
}

#[tokio::test]
async fn what_happens_is_told_as_it_happens_and_to_nobody_else() {
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;
    let office = office(ApiLimits::none()).await;
    let open = async |tenant: &str, last: Option<&str>| {
        let mut request = office.request("GET", "/events", &office.token(Some(tenant), "member"), None);
        if let Some(last) = last {
            request.headers_mut().insert("last-event-id", last.parse().unwrap());
        }
        let request = request.map(http_body_util::Full::new);
        let response = office.desk.service().oneshot(request).await.unwrap();
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        response.into_body()
    };
    let piece = async |body: &mut frontdesk::transport::Body| {
        loop {
            let bytes = body.frame().await.unwrap().unwrap().into_data().unwrap();
            let text = String::from_utf8(bytes.to_vec()).unwrap();
            // The clock of this test runs ahead: it says that it is still there all the time.
            if !text.starts_with(':') {
                return text;
            }
        }
    };
    let mut stream = open("clinic", None).await;
    assert_eq!(piece(&mut stream).await, "retry: 3000\n\n");
    let salons = office.request(
        "POST",
        "/messages",
        &office.token(Some("salon"), "member"),
        Some(&json!({ "to": CALLER, "body": "hi", "id": "salons" })),
    );
    assert_eq!(office.send(salons).await.status, 202);
    let text = office.ask("POST", "/messages", Some(json!({ "to": CALLER, "body": "hi", "id": "m1" }))).await;
    assert_eq!(text.status, 202);
    let told = piece(&mut stream).await;
    assert!(told.ends_with("event: message\ndata: {\"id\":\"m1\",\"status\":\"pending\"}\n\n"), "{told}");
    let id = told.lines().next().unwrap().strip_prefix("id: ").unwrap().to_owned();
    office.desk.run_until_idle().await.unwrap();
    assert!(piece(&mut stream).await.contains("\"status\":\"submitting\""));
    // Who was away goes on where it was.
    let mut back = open("clinic", Some(&id)).await;
    piece(&mut back).await;
    assert!(piece(&mut back).await.contains("\"status\":\"submitting\""));
    let mut lost = open("clinic", Some("of another process")).await;
    piece(&mut lost).await;
    assert!(piece(&mut lost).await.contains("event: reset"));
    // Nothing of it is the salon's, which cannot be given a body that goes on and gets what has happened.
    let mut request = office.request("GET", "/events", &office.token(Some("salon"), "member"), None);
    request.headers_mut().insert("last-event-id", id.parse().unwrap());
    let body = office.desk.handle(request).await.into_body();
    let told = std::str::from_utf8(&body).unwrap();
    assert_eq!((told.matches("\"salons\"").count(), told.matches("\"m1\"").count()), (2, 0), "{told}");
}

#[tokio::test]
async fn the_document_tells_of_every_operation_and_of_itself() {
    let office = office(ApiLimits::none()).await;
    let request = Request::get("/api/openapi.json").body(Bytes::new()).unwrap();
    let answer = office.send(request).await;
    assert_eq!((answer.status, answer.json["openapi"].as_str()), (StatusCode::OK, Some("3.1.0")));
    let paths = answer.json["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 23);
    let mut ids = std::collections::BTreeSet::new();
    for (path, item) in paths {
        for (method, operation) in item.as_object().unwrap() {
            assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{path}");
            // Each is there: without credentials it says so, and does not say that there is nothing.
            let concrete = path.replace("{sid}", &format!("CA{:032x}", 1)).replace("{number}", "%2B14155552671");
            let request = Request::builder().method(method.to_uppercase().as_str()).uri(concrete);
            let status = office.send(request.body(Bytes::new()).unwrap()).await.status;
            assert_eq!(status, if path == "/api/openapi.json" { 200 } else { 401 }, "{method} {path}");
        }
    }
    // Every reference leads somewhere.
    let text = answer.json.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(answer.json.pointer(reference).is_some(), "{reference}");
    }
    let texts = &answer.json["components"]["schemas"]["NewText"];
    assert_eq!(
        (texts["additionalProperties"].as_bool(), texts["required"].clone()),
        (Some(false), json!(["to"])),
        "{texts}"
    );
}
