//! Somebody connects a Google calendar, and the desk knows when they are busy.
//!
//! `cargo run --example connect_calendar` plays it through against a simulated Google, without an account or keys.
//! With `GOOGLE_CLIENT_ID`, `GOOGLE_CLIENT_SECRET` and, if it is not `http://localhost:8080/oauth/google/callback`,
//! `GOOGLE_REDIRECT_URI` it is the real thing: open the link that it prints. The redirect URI has to be among those of the
//! client (<https://console.cloud.google.com/apis/credentials>). What is granted is kept as long as the example runs.
#![allow(clippy::print_stdout, reason = "an example talks to whoever runs it")]

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use chrono::TimeDelta;
use frontdesk::Desk;
use frontdesk::availability::Question;
use frontdesk::clock::{Clock, SystemClock};
use frontdesk::connect::{Connection, Connector};
use frontdesk::google::CalendarId;
use frontdesk::google::oauth::OAuth;
use frontdesk::id::TenantId;
use frontdesk::schedule::Interval;
use frontdesk::sim::Google;
use frontdesk::store::MemoryStore;
use frontdesk::tenant::Tenant;
use frontdesk::transport::{Reqwest, Transport};
use frontdesk::vault::{Key, Vault};
use tokio::net::TcpListener;
use url::Url;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Result<()> {
    let clock = SystemClock::shared();
    let tenant: TenantId = "clinic".parse()?;
    let hours = "mon-fri 09:00-12:00,13:00-17:00".parse()?;
    let settings = Tenant::new(tenant.clone()).with_hours(hours, chrono_tz::America::New_York);
    let store = MemoryStore::new(clock.clone()).with_tenant(settings);
    let vault = Vault::new(Key::generate("example")?);
    let desk =
        |public_url: &Url| Desk::builder().public_url(public_url.clone()).auth_token("unused").store(store.clone());

    if let Ok(id) = std::env::var("GOOGLE_CLIENT_ID") {
        let secret = std::env::var("GOOGLE_CLIENT_SECRET").map_err(|_| "GOOGLE_CLIENT_SECRET is missing")?;
        let redirect = std::env::var("GOOGLE_REDIRECT_URI");
        let redirect: Url = redirect.as_deref().unwrap_or("http://localhost:8080/oauth/google/callback").parse()?;
        let mut own = redirect.clone();
        own.set_path("/");
        let oauth = OAuth::new(id, secret, redirect, Arc::new(Reqwest::new()?), clock.clone());
        let port: u16 = std::env::var("PORT").ok().map_or(Ok(8080), |port| port.parse())?;
        let listener = TcpListener::bind(("0.0.0.0", port)).await?;
        let desk = desk(&own).google(oauth, vault).build()?;
        let app = Router::new().fallback_service(desk.service());
        tokio::spawn(async move { axum::serve(listener, app).await });
        let connector = desk.connector().ok_or("no calendars")?;
        println!("Open this link within half an hour:\n\n  {}\n", connector.link(&tenant, &own)?);
        while !matches!(connector.connection(&tenant).await?, Connection::Works(_)) {
            clock.sleep(Duration::from_secs(1)).await;
        }
        show(&desk, connector, &tenant, clock.as_ref()).await?;
        println!("\nThe page goes on: there you can disconnect. Ctrl-C ends.");
        tokio::signal::ctrl_c().await?;
        return Ok(());
    }

    println!("== A simulated Google, and a desk ==");
    let google = Google::start().await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let own: Url = format!("http://{}", listener.local_addr()?).parse()?;
    let oauth = google.oauth(own.join("/oauth/google/callback")?)?;
    let desk = desk(&own).google_at(oauth, vault, google.base_url()).build()?;
    let app = Router::new().fallback_service(desk.service());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let connector = desk.connector().ok_or("no calendars")?;
    println!("  Google  {}\n  desk    {own}", google.base_url());

    println!("\n== The link that the host shows to its user ==");
    let link = connector.link(&tenant, &own)?;
    println!("  {}", shortened(&link));
    let browser = Browser(Reqwest::builder().without_proxy().build()?);
    let page = browser.get(&link, None).await?;
    println!("  the page says: {}", page.state());

    println!("\n== \"Connect Google Calendar\" ==");
    let sent = browser.submit(&own, &page, "start").await?;
    println!("  to Google: {}", shortened(&sent.location()?));
    let back = google.allow(&sent.location()?, None).await?;
    println!("  allowed, and back: {}", shortened(&back));
    let page = browser.get(&back, sent.cookie.as_deref()).await?;
    println!("  the page says: {}", page.state());

    let from = clock.now() + TimeDelta::days(3);
    google.enter("primary", "Lunch", Interval::new(from, from + TimeDelta::hours(1))?);
    show(&desk, connector, &tenant, clock.as_ref()).await?;

    println!("\n== \"Disconnect\" ==");
    let page = browser.submit(&own, &page, "revoke").await?;
    println!("  the page says: {}", page.state());
    println!("  refresh tokens that still work: {}", google.grants());
    Ok(())
}

/// What the desk knows now.
async fn show(desk: &Desk, connector: &Connector, tenant: &TenantId, clock: &dyn Clock) -> Result<()> {
    println!("\n== What the desk knows now ==");
    let calendar = connector.google_calendar(tenant).await?.ok_or("no calendar is connected")?;
    let week = Interval::new(clock.now(), clock.now() + TimeDelta::days(7))?;
    let busy = calendar.parts().0.freebusy().busy(&[CalendarId::primary()], week).await?;
    println!("  busy in the next week:");
    for time in busy.values().flatten() {
        println!("    {time}");
    }
    let slots = desk.availability().slots(tenant, &Question::between(week.start(), week.end())).await?;
    println!("  free for half an hour: {} times, the first at", slots.len());
    for slot in slots.iter().take(3) {
        println!("    {}", slot.start().with_timezone(&chrono_tz::America::New_York).format("%a %e %b, %H:%M"));
    }
    Ok(())
}

/// The link, without what is not to be shown.
fn shortened(url: &Url) -> String {
    let names: Vec<_> = url.query_pairs().map(|(name, _)| format!("{name}=…")).collect();
    format!("{}?{}", &url[..url::Position::AfterPath], names.join("&"))
}

/// A browser, as far as it is needed: it keeps a cookie and sends forms.
struct Browser(Reqwest);

struct Page {
    location: Option<String>,
    cookie: Option<String>,
    html: String,
}

impl Page {
    fn location(&self) -> Result<Url> {
        Ok(self.location.as_deref().ok_or("this leads nowhere")?.parse()?)
    }

    /// The words of the page's paragraph on how things stand.
    fn state(&self) -> String {
        let rest =
            self.html.split("data-state=\"").nth(1).and_then(|rest| rest.split("</p>").next()).unwrap_or_default();
        let words = rest.split_once('>').map_or("", |(_, words)| words);
        words.replace("<strong>", "").replace("</strong>", "")
    }
}

impl Browser {
    async fn send(&self, request: http::request::Builder, body: String) -> Result<Page> {
        let answer = self.0.call(request.body(body.into())?).await?;
        let header =
            |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).map(ToOwned::to_owned);
        let (location, cookie) = (header("location"), header("set-cookie"));
        let html = String::from_utf8_lossy(&answer.into_body().collect(1 << 20).await?).into_owned();
        Ok(Page { location, cookie: cookie.and_then(|cookie| Some(cookie.split(';').next()?.to_owned())), html })
    }

    async fn get(&self, url: &Url, cookie: Option<&str>) -> Result<Page> {
        let request = http::Request::get(url.as_str());
        let request = match cookie {
            Some(cookie) => request.header("cookie", cookie),
            None => request,
        };
        self.send(request, String::new()).await
    }

    async fn submit(&self, own: &Url, page: &Page, action: &str) -> Result<Page> {
        let ticket = page.html.split("name=\"ticket\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        let request = http::Request::post(own.join(&format!("/oauth/google/{action}"))?.as_str());
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        self.send(request, format!("ticket={}", ticket.ok_or("the page has no form")?)).await
    }
}
