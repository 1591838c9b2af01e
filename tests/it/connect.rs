//! Connecting a Google calendar, from the page to the diary: what people see, what their browser keeps, what is refused.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use frontdesk::Desk;
use frontdesk::auth::{Authenticator, Denied, Principal, Role};
use frontdesk::availability::Question;
use frontdesk::clock::{Clock, ManualClock, SystemClock};
use frontdesk::connect::Connection;
use frontdesk::desk::ApiLimits;
use frontdesk::google::oauth::Scope;
use frontdesk::id::TenantId;
use frontdesk::schedule::Interval;
use frontdesk::sim::Google;
use frontdesk::store::MemoryStore;
use frontdesk::tenant::Tenant;
use frontdesk::transport::{Reqwest, Stub, Transport};
use frontdesk::vault::{Key, Vault};
use http::{Request, Response};
use serde_json::{Value, json};
use url::Url;

use crate::specs::say;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

struct Office {
    clock: ManualClock,
    google: Google,
    pushes: Stub,
    desk: Desk,
    tenant: TenantId,
}

fn office() -> Office {
    let clock = ManualClock::at(at("2026-11-21T09:00:00Z")).auto_advancing();
    let shared: Arc<dyn Clock> = Arc::new(clock.clone());
    let pushes = Stub::new();
    let google = Google::builder().clock(shared.clone()).pushes(Arc::new(pushes.clone())).in_process().unwrap();
    let mut settings = Tenant::new("clinic".parse().unwrap())
        .with_hours("mon-sun 09:00-17:00".parse().unwrap(), chrono_tz::Europe::Berlin);
    settings.booking.minutes = 60;
    let oauth = google.oauth("https://desk.example.com/oauth/google/callback".parse().unwrap()).unwrap();
    let desk = Desk::builder()
        .public_url("https://desk.example.com".parse().unwrap())
        .auth_token("token")
        .store(MemoryStore::new(shared.clone()).with_tenant(settings))
        .clock(shared)
        .google_at(oauth, Vault::new(Key::generate("k").unwrap()), google.base_url())
        .return_path("/settings?tab=calendar")
        .build()
        .unwrap();
    Office { clock, google, pushes, desk, tenant: "clinic".parse().unwrap() }
}

/// A browser without scripts: it keeps a cookie and sends forms.
#[derive(Default)]
struct Browser {
    cookie: Option<String>,
}

impl Browser {
    async fn send(&mut self, desk: &Desk, request: http::request::Builder, body: String) -> (Response<Bytes>, String) {
        let request = match &self.cookie {
            Some(cookie) => request.header("cookie", format!("other=1; {cookie}")),
            None => request,
        };
        let response = desk.handle(request.body(Bytes::from(body)).unwrap()).await;
        if let Some(cookie) = response.headers().get("set-cookie").map(|cookie| cookie.to_str().unwrap()) {
            assert!(
                cookie.contains("HttpOnly; SameSite=Lax; Secure") && cookie.contains("Path=/oauth/google"),
                "{cookie}"
            );
            self.cookie = Some(cookie.split(';').next().unwrap().to_owned());
        }
        let text = String::from_utf8(response.body().to_vec()).unwrap();
        (response, text)
    }

    async fn open(&mut self, desk: &Desk, url: &Url) -> (Response<Bytes>, String) {
        self.send(desk, Request::get(&url[url::Position::BeforePath..]), String::new()).await
    }

    async fn submit(&mut self, desk: &Desk, page: &str, action: &str, more: &str) -> (Response<Bytes>, String) {
        assert!(page.contains(&format!("action=\"/oauth/google/{action}\"")), "{page}");
        let ticket = page.split("name=\"ticket\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let request = Request::post(format!("/oauth/google/{action}"));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        self.send(desk, request, format!("ticket={ticket}{more}")).await
    }
}

fn location(response: &Response<Bytes>) -> Url {
    assert_eq!(response.status(), 303);
    response.headers()["location"].to_str().unwrap().parse().unwrap()
}

impl Office {
    fn link(&self) -> Url {
        self.desk.connector().unwrap().link(&self.tenant, &"https://desk.example.com".parse().unwrap()).unwrap()
    }

    async fn connect(&self, browser: &mut Browser, only: Option<&[&str]>) -> (Response<Bytes>, String) {
        let (_, page) = browser.open(&self.desk, &self.link()).await;
        let (started, _) = browser.submit(&self.desk, &page, "start", "").await;
        let back = self.google.allow(&location(&started), only).await.unwrap();
        browser.open(&self.desk, &back).await
    }

    async fn connection(&self) -> Connection {
        self.desk.connector().unwrap().connection(&self.tenant).await.unwrap()
    }

    fn day(&self) -> Question {
        Question::between(at("2026-11-30T00:00:00Z"), at("2026-12-01T00:00:00Z"))
    }

    async fn free(&self) -> usize {
        self.desk.availability().slots(&self.tenant, &self.day()).await.unwrap().len()
    }
}

#[tokio::test]
async fn a_calendar_is_connected_shown_and_disconnected() {
    let office = office();
    let mut browser = Browser::default();
    let (response, page) = browser.open(&office.desk, &office.link()).await;
    assert!(
        page.contains("data-state=\"none\"") && page.contains("<button>Connect Google Calendar</button>"),
        "{page}"
    );
    assert!(!page.contains("<script"), "{page}");
    let policy = response.headers()["content-security-policy"].to_str().unwrap();
    assert!(
        policy.contains("default-src 'none'") && policy.contains("form-action 'self' http://google.invalid"),
        "{policy}"
    );
    let (response, page) = office.connect(&mut browser, None).await;
    assert_eq!(response.status(), 200);
    assert!(page.contains("data-state=\"connected\"") && page.contains("anna@example.com"), "{page}");
    assert!(response.headers()["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    assert_eq!(office.connection().await, Connection::Works("anna@example.com".into()));
    let (_, page) = browser.submit(&office.desk, &page, "revoke", "").await;
    assert!(page.contains("data-state=\"none\""), "{page}");
    assert_eq!((office.connection().await, office.google.grants()), (Connection::None, 0));
    // Whoever goes on elsewhere does so at a place that is known.
    let (_, page) = browser.open(&office.desk, &office.link()).await;
    let (refused, _) = browser.submit(&office.desk, &page, "start", "&return_to=https://evil.example").await;
    assert_eq!(refused.status(), 400);
    let (started, _) = browser.submit(&office.desk, &page, "start", "&return_to=/settings?tab%3Dcalendar").await;
    let back = office.google.allow(&location(&started), None).await.unwrap();
    let (done, _) = browser.open(&office.desk, &back).await;
    assert_eq!(done.headers()["location"], "/settings?tab=calendar");
}

#[tokio::test]
async fn consent_is_bound_to_browser_time_and_tenant_and_works_once() {
    let office = office();
    let mut browser = Browser::default();
    let begin = async |browser: &mut Browser| {
        let (_, page) = browser.open(&office.desk, &office.link()).await;
        let (started, _) = browser.submit(&office.desk, &page, "start", "").await;
        office.google.allow(&location(&started), None).await.unwrap()
    };
    let refused = |(response, page): (Response<Bytes>, String)| {
        assert_eq!(response.status(), 400, "{page}");
        assert!(page.contains("data-state=\"failed\""));
    };
    // Another browser, and then the right one, too late: what is wrong uses the state up.
    let back = begin(&mut browser).await;
    refused(Browser::default().open(&office.desk, &back).await);
    refused(browser.open(&office.desk, &back).await);
    let back = begin(&mut browser).await;
    let mut stranger = Browser { cookie: Some("frontdesk_google=guess".into()) };
    refused(stranger.open(&office.desk, &back).await);
    let back = begin(&mut browser).await;
    office.clock.advance(Duration::from_secs(601));
    refused(browser.open(&office.desk, &back).await);
    let back = begin(&mut browser).await;
    let mut forged = back.clone();
    forged.query_pairs_mut().clear().append_pair("code", "x").append_pair("state", "guess");
    refused(browser.open(&office.desk, &forged).await);
    assert_eq!(office.connection().await, Connection::None);
    assert_eq!(browser.open(&office.desk, &back).await.0.status(), 200);
    let mut again = browser;
    refused(again.open(&office.desk, &back).await);
    assert_eq!(office.connection().await, Connection::Works("anna@example.com".into()), "what works stays");
}

#[tokio::test]
async fn who_allows_too_little_or_nothing_is_told_so() {
    let office = office();
    let mut browser = Browser::default();
    let (_, page) = office.connect(&mut browser, Some(&[Scope::EVENTS.as_str(), Scope::CALENDAR_LIST.as_str()])).await;
    assert!(page.contains("Not everything that is needed was allowed"), "{page}");
    assert_eq!(office.connection().await, Connection::None);
    // Who has a connection that works keeps it.
    office.connect(&mut browser, None).await;
    office.connect(&mut browser, Some(&[Scope::EVENTS.as_str()])).await;
    assert_eq!((office.connection().await, office.free().await), (Connection::Works("anna@example.com".into()), 8));
    office.desk.connector().unwrap().revoke(&office.tenant).await.unwrap();
    let (_, page) = browser.open(&office.desk, &office.link()).await;
    let (started, _) = browser.submit(&office.desk, &page, "start", "").await;
    let state = location(&started).query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let back = format!("https://desk.example.com/oauth/google/callback?error=access_denied&state={state}");
    let (_, page) = browser.open(&office.desk, &back.parse().unwrap()).await;
    assert!(page.contains("access was not allowed"), "{page}");
    // Google itself fails.
    let (_, page) = browser.open(&office.desk, &office.link()).await;
    let (started, _) = browser.submit(&office.desk, &page, "start", "").await;
    let back = office.google.allow(&location(&started), None).await.unwrap();
    office.google.fail_token("invalid_client");
    let (response, page) = browser.open(&office.desk, &back).await;
    assert_eq!(response.status(), 502, "{page}");
}

#[tokio::test]
async fn nobody_connects_without_a_ticket() {
    let office = office();
    let get = |path: &str| office.desk.handle(Request::get(path).body(Bytes::new()).unwrap());
    for path in ["/oauth/google", "/oauth/google?ticket=guess", "/oauth/google/start", "/oauth/google/start?ticket=a.b"]
    {
        assert_eq!(get(path).await.status(), 403, "{path}");
    }
    assert_eq!(get("/oauth/google/revoke").await.status(), 405);
    let post = Request::post("/oauth/google/revoke").body(Bytes::from_static(b"ticket=x")).unwrap();
    assert_eq!(office.desk.handle(post).await.status(), 403);
    let link = office.link();
    office.clock.advance(Duration::from_secs(1_700));
    let mut browser = Browser::default();
    let (_, page) = browser.open(&office.desk, &link).await;
    office.clock.advance(Duration::from_secs(101));
    let (late, _) = browser.submit(&office.desk, &page, "start", "").await;
    assert_eq!(late.status(), 403, "what follows from a link ends with it");
    assert_eq!(Browser::default().open(&office.desk, &link).await.0.status(), 403);
}

#[tokio::test]
async fn what_a_calendar_holds_is_remembered_until_google_says_otherwise() {
    let office = office();
    assert_eq!(office.free().await, 8, "without a calendar nothing is in the way");
    office.connect(&mut Browser::default(), None).await;
    assert_eq!((office.free().await, office.google.channels()), (8, 1));
    let noon = Interval::new(at("2026-11-30T11:00:00Z"), at("2026-11-30T12:00:00Z")).unwrap();
    office.google.enter("primary", "Lunch", noon);
    assert_eq!(office.free().await, 8, "remembered");
    let availability = office.desk.availability();
    assert!(
        !availability.is_free_now(&office.tenant, noon.start(), &office.day()).await.unwrap(),
        "never for the last time"
    );
    // The notice arrives.
    office.google.settle().await;
    let sent = office.pushes.log();
    let forward = async |tamper: bool| {
        let last = sent.last().unwrap();
        let mut request = Request::post(&last.uri().to_string()["https://desk.example.com".len()..]);
        for (name, value) in last.headers() {
            let value = if tamper && name == "x-goog-channel-token" { "guess" } else { value.to_str().unwrap() };
            request = request.header(name, value);
        }
        office.desk.handle(request.body(Bytes::new()).unwrap()).await.status().as_u16()
    };
    assert_eq!((forward(true).await, office.free().await), (403, 8));
    assert_eq!((forward(false).await, office.free().await), (204, 7));
    let empty = Request::post("/webhooks/google?tenant=clinic").body(Bytes::new()).unwrap();
    assert_eq!(office.desk.handle(empty).await.status(), 400);
    // And without a notice after five minutes.
    let later = Interval::new(noon.end(), noon.end() + TimeDelta::hours(1)).unwrap();
    office.google.enter("primary", "Coffee", later);
    assert_eq!(office.free().await, 7);
    office.clock.advance(Duration::from_secs(301));
    assert_eq!(office.free().await, 6);
    let wanted = availability.alternatives(&office.tenant, noon.start(), 3, &office.day()).await.unwrap();
    assert_eq!(wanted[0].slot.start(), at("2026-11-30T10:00:00Z"));
    // Channels are replaced before they end, and end with the connection.
    office.clock.advance(Duration::from_secs(6 * 86_400 + 3_600));
    office.desk.run_until_idle().await.unwrap();
    assert_eq!(office.google.channels(), 1, "the new one in the place of the old one");
    office.desk.connector().unwrap().revoke(&office.tenant).await.unwrap();
    assert_eq!(office.google.channels(), 0);
}

#[tokio::test]
async fn a_calendar_that_cannot_be_read_is_not_free() {
    let office = office();
    office.connect(&mut Browser::default(), None).await;
    office.google.withdraw();
    let availability = office.desk.availability();
    let refused = availability.slots(&office.tenant, &office.day()).await.unwrap_err();
    assert!(refused.is_unauthorized(), "{refused:?}");
    assert_eq!(office.connection().await, Connection::NeedsReauth("anna@example.com".into()));
    let (_, page) = Browser::default().open(&office.desk, &office.link()).await;
    assert!(page.contains("data-state=\"needs-reauth\""), "{page}");
    office.connect(&mut Browser::default(), None).await;
    assert_eq!(office.free().await, 8);
}

#[tokio::test]
async fn two_tenants_may_use_one_account_and_part() {
    let office = office();
    let connector = office.desk.connector().unwrap();
    let salon: TenantId = "salon".parse().unwrap();
    for tenant in [&office.tenant, &salon] {
        let started = connector.start(tenant, "/oauth/google").await.unwrap();
        let back = office.google.allow(&started.url, None).await.unwrap();
        connector.finish(back.query().unwrap(), Some(&started.session)).await.unwrap();
    }
    connector.revoke(&office.tenant).await.unwrap();
    assert_eq!(office.connection().await, Connection::None);
    let busy = connector.google_calendar(&salon).await.unwrap().unwrap();
    let noon = Interval::new(at("2026-11-30T11:00:00Z"), at("2026-11-30T12:00:00Z")).unwrap();
    assert_eq!(frontdesk::calendar::Calendar::busy(&busy, noon).await.unwrap(), []);
    connector.revoke(&salon).await.unwrap();
    assert_eq!(office.google.grants(), 0);
}

/// Everybody is the clinic's.
#[derive(Debug)]
struct Anybody;

#[async_trait]
impl Authenticator for Anybody {
    async fn authenticate(&self, parts: &http::request::Parts) -> Result<Principal, Denied> {
        if parts.headers.contains_key("x-stranger") {
            return Err(Denied::Missing);
        }
        Ok(Principal::new(Role::Member, Some("clinic".parse().unwrap()), "anybody"))
    }
}

#[tokio::test]
async fn whom_the_host_knows_needs_no_ticket_but_a_strangers_form_does() {
    let google = Google::builder().in_process().unwrap();
    let oauth = google.oauth("https://desk.example.com/oauth/google/callback".parse().unwrap()).unwrap();
    let clock = SystemClock::shared();
    let mut limits = ApiLimits::new();
    limits.guesses = Some((3, Duration::from_secs(900)));
    let desk = Desk::builder()
        .public_url("https://desk.example.com".parse().unwrap())
        .auth_token("token")
        .store(MemoryStore::new(clock.clone()).with_tenant(Tenant::new("clinic".parse().unwrap())))
        .google_at(oauth, Vault::new(Key::generate("k").unwrap()), google.base_url())
        .authenticator(Anybody)
        .api_limits(limits)
        .build()
        .unwrap();
    let send = async |method: &str, path: &str, header: Option<&str>| {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(header) = header {
            request = request.header(header, "x");
        }
        desk.handle(request.body(Bytes::new()).unwrap()).await.status().as_u16()
    };
    assert_eq!(send("GET", "/oauth/google", None).await, 200);
    assert_eq!(send("GET", "/oauth/google/start", None).await, 303);
    assert_eq!(send("POST", "/oauth/google/revoke", None).await, 403);
    assert_eq!(send("POST", "/oauth/google/revoke", Some("authorization")).await, 200);
    for (path, header) in [
        ("/oauth/google", Some("x-stranger")),
        ("/oauth/google?ticket=guess", None),
        ("/oauth/google", Some("x-stranger")),
    ] {
        assert_eq!(send("GET", path, header).await, 403);
    }
    assert_eq!(send("GET", "/oauth/google", Some("x-stranger")).await, 429, "who guesses waits");
}

/// Asks a `WebDriver` (<https://www.w3.org/TR/webdriver2/>).
async fn drive(http: &Reqwest, base: &str, method: &str, path: &str, body: &Value) -> Value {
    let request =
        Request::builder().method(method).uri(format!("{base}{path}")).header("content-type", "application/json");
    let body = if method == "GET" { Bytes::new() } else { Bytes::from(body.to_string()) };
    let answer = http.call(request.body(body).unwrap()).await.unwrap();
    let body = answer.into_body().collect(1 << 22).await.unwrap();
    serde_json::from_slice::<Value>(&body).unwrap()["value"].take()
}

/// A real browser with its scripts switched off, where one is there.
#[tokio::test(flavor = "multi_thread")]
async fn a_real_browser_connects_without_scripts() {
    let Ok(mut driver) = std::process::Command::new("chromedriver")
        .arg("--port=0")
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
    else {
        return say("skipped: there is no chromedriver to open the page in a real browser");
    };
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(driver.stdout.take().unwrap()));
    let port = lines.find_map(|line| {
        line.ok()?.split("on port ").nth(1)?.trim_end_matches('.').parse::<u16>().ok().filter(|port| *port != 0)
    });
    let base = format!("http://127.0.0.1:{}", port.unwrap());

    let clock = SystemClock::shared();
    let google = Google::start().await.unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let own: Url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    let oauth = google.oauth(own.join("/oauth/google/callback").unwrap()).unwrap();
    let desk = Desk::builder()
        .public_url(own.clone())
        .auth_token("token")
        .store(MemoryStore::new(clock).with_tenant(Tenant::new("clinic".parse().unwrap())))
        .google_at(oauth, Vault::new(Key::generate("k").unwrap()), google.base_url())
        .build()
        .unwrap();
    let app = Router::new().fallback_service(desk.service());
    tokio::spawn(async move { axum::serve(listener, app).await });

    let http = Reqwest::builder().without_proxy().build().unwrap();
    let options = json!({
        "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-proxy-server", "--disable-dev-shm-usage"],
        "prefs": { "profile.managed_default_content_settings.javascript": 2 },
    });
    let wanted =
        json!({ "capabilities": { "alwaysMatch": { "browserName": "chrome", "goog:chromeOptions": options } } });
    let session = drive(&http, &base, "POST", "/session", &wanted).await;
    let Some(id) = session["sessionId"].as_str() else {
        driver.kill().unwrap();
        driver.wait().unwrap();
        return say(format_args!("skipped: chromedriver cannot start a browser: {}", session["message"]));
    };
    let session = format!("/session/{id}");
    let go = async |method: &str, path: &str, body: Value| {
        drive(&http, &base, method, &format!("{session}{path}"), &body).await
    };
    let find = async |css: &str| {
        let found = go("POST", "/element", json!({ "using": "css selector", "value": css })).await;
        // What WebDriver calls an element; what is not found has an error in its place.
        found["element-6066-11e4-a52e-4f735466cecf"].as_str().map(ToOwned::to_owned)
    };
    // A page that is on its way takes the place of the one before: what was found there is gone, and is looked for again.
    let click = async |css: &str| {
        for _ in 0..500 {
            if let Some(id) = find(css).await
                && go("POST", &format!("/element/{id}/click"), json!({})).await.is_null()
            {
                return;
            }
        }
        panic!("{css} cannot be clicked");
    };
    let becomes = async |wanted: &str| {
        let mut last = Value::Null;
        for _ in 0..500 {
            if let Some(id) = find("#state").await {
                last = go("GET", &format!("/element/{id}/attribute/data-state"), Value::Null).await;
            }
            if last == wanted {
                return;
            }
        }
        panic!("the page says {last} and not {wanted}");
    };
    let link = desk.connector().unwrap().link(&"clinic".parse().unwrap(), &own).unwrap();
    go("POST", "/url", json!({ "url": link.as_str() })).await;
    becomes("none").await;
    click("form[action$=start] button").await;
    click("button[value=allow]").await;
    becomes("connected").await;
    click("form[action$=revoke] button").await;
    becomes("none").await;
    drive(&http, &base, "DELETE", &session, &Value::Null).await;
    driver.kill().unwrap();
    driver.wait().unwrap();
    say("connect: a browser without scripts connected and disconnected a calendar");
}
