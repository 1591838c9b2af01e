//! Appointments: several callers race for the same Tuesday, and everybody ends up with a time of their own.
//!
//! `cargo run --example booking` plays it through against a simulated Google and a simulated Twilio, without an account or
//! keys; time runs ahead where somebody would have to wait. Records are kept in `booking.db`, or where `DATABASE_URL` says
//! (`sqlite:desk.db`, `postgres://…`); each run is a clinic of its own.
//!
//! With `GOOGLE_CLIENT_ID` and `GOOGLE_CLIENT_SECRET` it is the real thing: open the link that it prints, and it books the
//! first free time of the next week in that calendar. With `TWILIO_ACCOUNT_SID`, its credentials, `TWILIO_PHONE_NUMBER` and
//! `CUSTOMER_PHONE` the confirmation really goes out; with `CUSTOMER_EMAIL` Google invites. It then moves the appointment,
//! and cancels it unless it is told to `--keep` it.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example talks to whoever runs it")]

use std::error::Error;
use std::net::Ipv4Addr;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use chrono::{DateTime, Datelike, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Tz;
use frontdesk::Desk;
use frontdesk::availability::Question;
use frontdesk::booking::BookingQuery;
use frontdesk::calendar::Diaries;
use frontdesk::clock::{Clock, SystemClock};
use frontdesk::connect::Connection;
use frontdesk::google::oauth::OAuth;
use frontdesk::google::{CalendarId, GoogleCalendar};
use frontdesk::id::TenantId;
use frontdesk::notification::{NotificationQuery, Person};
use frontdesk::reserve::{Booked, BookingRequest, Reschedule, Upcoming};
use frontdesk::schedule::Interval;
use frontdesk::sim;
use frontdesk::sim::twilio::{Behaviour, Order};
use frontdesk::store::{self, PostgresStore, SqliteStore, Store};
use frontdesk::tenant::Tenant;
use frontdesk::transport::Reqwest;
use frontdesk::twilio;
use frontdesk::vault::{Key, Vault};
use futures_util::future::try_join_all;
use tokio::net::TcpListener;
use url::Url;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const ZONE: Tz = chrono_tz::America::New_York;

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let outcome = if variable("GOOGLE_CLIENT_ID").is_some() { for_real().await } else { demonstrate().await };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The machine's time, which the demonstration sets ahead.
#[derive(Debug, Clone)]
struct Ahead {
    system: SystemClock,
    seconds: Arc<AtomicI64>,
}

impl Ahead {
    fn by(&self, time: TimeDelta) {
        self.seconds.fetch_add(time.num_seconds(), Ordering::SeqCst);
    }
}

#[async_trait]
impl Clock for Ahead {
    fn now(&self) -> DateTime<Utc> {
        self.system.now() + TimeDelta::seconds(self.seconds.load(Ordering::SeqCst))
    }

    fn monotonic(&self) -> Duration {
        let ahead = u64::try_from(self.seconds.load(Ordering::SeqCst)).unwrap_or_default();
        self.system.monotonic() + Duration::from_secs(ahead)
    }

    async fn sleep(&self, duration: Duration) {
        self.system.sleep(duration).await;
    }
}

/// Where records are kept.
async fn records(clock: Option<Arc<dyn Clock>>) -> Result<Arc<dyn Store>> {
    let url = variable("DATABASE_URL").unwrap_or_else(|| "sqlite:booking.db".to_owned());
    // A database's address may hold a password.
    let shown = if url.starts_with("sqlite:") { url.as_str() } else { "the database that DATABASE_URL names" };
    println!("Records are kept in {shown}.");
    Ok(match (clock, url.strip_prefix("sqlite:")) {
        (Some(clock), Some(path)) => {
            Arc::new(SqliteStore::open(path.trim_start_matches("//")).await?.with_clock(clock))
        }
        (Some(clock), None) => Arc::new(PostgresStore::connect(&url).await?.with_clock(clock)),
        (None, _) => store::connect(&url).await?,
    })
}

fn business(id: TenantId, number: &str) -> Result<Tenant> {
    let mut clinic = Tenant::new(id)
        .with_name("Riverside Clinic")
        .with_number(number.parse()?)
        .with_hours("mon-fri 09:00-12:00,13:00-17:00".parse()?, ZONE);
    clinic.notifications.reminders = vec![1_440, 120];
    Ok(clinic)
}

/// Ten in the morning of the Tuesday after next, so that there is room for everybody.
fn tuesday(now: DateTime<Utc>) -> Result<DateTime<Utc>> {
    let mut date = now.with_timezone(&ZONE).date_naive() + TimeDelta::days(8);
    while date.weekday() != Weekday::Tue {
        date += TimeDelta::days(1);
    }
    let ten = NaiveTime::from_hms_opt(10, 0, 0).ok_or("no such time")?;
    let at = ZONE.from_local_datetime(&date.and_time(ten)).earliest().ok_or("no such time")?;
    Ok(at.to_utc())
}

fn shown(at: DateTime<Utc>) -> String {
    at.with_timezone(&ZONE).format("%a %e %b %H:%M").to_string()
}

/// A clinic, its calendar, its number, and its clock.
struct Office {
    clock: Ahead,
    google: sim::Google,
    twilio: sim::Twilio,
    desk: Desk,
    tenant: TenantId,
}

impl Office {
    fn say(&self, who: &str, what: &str) {
        println!("  {}  {who:<9} {what}", self.clock.now().with_timezone(&ZONE).format("%a %H:%M:%S"));
    }

    /// Everything that waits is sent, and what Twilio says of it comes back.
    async fn settle(&self) -> Result<()> {
        loop {
            let done = self.desk.run_until_idle().await?;
            self.twilio.settle().await;
            if done == 0 {
                return Ok(());
            }
        }
    }

    /// Somebody wants a time, and takes the first that is offered when it is gone.
    async fn wish(&self, name: &str, phone: &str, wanted: DateTime<Utc>) -> Result<()> {
        let key = name.to_ascii_lowercase();
        let person = || Person::new(name).with_phone(phone).with_email(format!("{key}@example.org"));
        let (mut start, mut round) = (wanted, 1);
        loop {
            let request =
                BookingRequest::new(format!("{key}-{round}").parse()?, start, person()).with_title("check-up");
            match self.desk.reservations().book(&self.tenant, &request).await? {
                Booked::Confirmed(_) => {
                    self.say(name, &format!("has {}", shown(start)));
                    return Ok(());
                }
                Booked::Taken { alternatives, .. } => {
                    let offered: Vec<String> = alternatives.iter().map(|offer| shown(offer.slot.start())).collect();
                    let here = format!("cannot have {}, is offered {}", shown(start), offered.join(", "));
                    self.say(name, &here);
                    let next = alternatives.get(round.min(alternatives.len()) - 1).ok_or("nothing is free")?;
                    (start, round) = (next.slot.start(), round + 1);
                }
                other => return Err(format!("{other:?}").into()),
            }
        }
    }

    /// What became of a customer's texts.
    async fn told(&self) -> Result<()> {
        let mut all = self.desk.notifier().notifications(&self.tenant, &NotificationQuery::default()).await?;
        all.sort_by_key(|told| (told.not_before, told.created_at));
        for told in all {
            let name = told.person.name.as_str();
            let (kind, status) = (told.kind.as_str(), told.status.as_str());
            println!("    {name:<8} {kind:<13} {status:<10} at {}", shown(told.not_before));
        }
        Ok(())
    }
}

async fn office() -> Result<Office> {
    let clock = Ahead { system: SystemClock::new(), seconds: Arc::default() };
    let shared: Arc<dyn Clock> = Arc::new(clock.clone());
    let google = sim::Google::builder().clock(shared.clone()).zone(ZONE).start().await?;
    let run = clock.now().timestamp_micros();
    let twilio = sim::Twilio::builder().clock(shared.clone()).seed(u64::try_from(run)?).start().await?;
    twilio.set_order(Order::OnDemand);
    let number = format!("+1555{:07}", run % 10_000_000);
    twilio.own_number(number.parse()?);
    let tenant: TenantId = format!("clinic-{run}").parse()?;
    let store = records(Some(shared.clone())).await?;
    store::put_tenant(store.as_ref(), business(tenant.clone(), &number)?).await?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let calendar = GoogleCalendar::new(google.client(), CalendarId::primary());
    let desk = Desk::builder()
        .public_url(format!("http://{}", listener.local_addr()?).parse()?)
        .auth_token(twilio.auth_token())
        .twilio(twilio.client()?)
        .shared_store(store)
        .calendars(Diaries::new().with(tenant.clone(), calendar))
        .clock(shared)
        .build()?;
    let app = Router::new().fallback_service(desk.service());
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(Office { clock, google, twilio, desk, tenant })
}

async fn demonstrate() -> Result<()> {
    let office = office().await?;
    let ten = tuesday(office.clock.now())?;
    println!("Google is simulated at {}, Twilio at {}.", office.google.base_url(), office.twilio.base_url());

    println!("\n== Five callers want {} ==", shown(ten));
    let callers = [("Anna", "+14155552671"), ("Ben", "+14155552672"), ("Carla", "+14155552673")];
    let more = [("Dora", "+14155552674"), ("Emil", "+14155552675")];
    // Dora's telephone is switched off.
    office.twilio.set_recipient("+14155552674", Behaviour::Undelivered(30_003));
    let wishes = callers.iter().chain(&more).map(|(name, phone)| office.wish(name, phone, ten));
    let block = async {
        let two = ten + TimeDelta::hours(4);
        office.google.enter("primary", "Dentist (by hand)", Interval::new(two, two + TimeDelta::hours(1))?);
        office
            .say("a person", &format!("blocks {} to {} in the calendar", shown(two), shown(two + TimeDelta::hours(1))));
        Ok(())
    };
    futures_util::future::try_join(try_join_all(wishes), block).await?;
    let two = BookingRequest::new("frida-1".parse()?, ten + TimeDelta::hours(4), Person::new("Frida"));
    let frida = office.desk.reservations().book(&office.tenant, &two).await?;
    let answer = if matches!(frida, Booked::Taken { .. }) { "is told that it is taken" } else { "has it: a mistake" };
    office.say("Frida", &format!("wants {}, which the person has blocked, and {answer}", shown(two.start)));

    println!("\n== Texts ==");
    office.settle().await?;
    for text in office.twilio.texts() {
        println!("  to {}: {}", text.to, text.body);
    }
    office.told().await?;
    println!("\n  Dora's telephone was off. Half an hour later it is on, and the text is sent again:");
    office.twilio.set_recipient("+14155552674", Behaviour::Delivered);
    office.clock.by(TimeDelta::minutes(31));
    office.settle().await?;
    let to_dora = office.twilio.texts().into_iter().filter(|text| text.to == "+14155552674").count();
    office.say("Dora", &format!("was texted {to_dora} times; the second arrived"));

    println!("\n== Anna calls again, and Ben cannot come ==");
    let reservations = office.desk.reservations();
    for name in ["Anna", "Ben"] {
        let phone = callers.iter().find(|(known, _)| *known == name).map(|(_, phone)| *phone).unwrap_or_default();
        let found = reservations.upcoming(&office.tenant, &Upcoming::of(phone)).await?;
        let booking = found.first().ok_or("nothing is booked")?;
        let start = booking.hold.as_ref().ok_or("no time")?.start;
        if name == "Anna" {
            // By less than it takes: she is in her own way, and may be.
            let later = Reschedule::to(start + TimeDelta::minutes(15));
            match reservations.reschedule(&office.tenant, &booking.id, &later).await? {
                Booked::Confirmed(moved) => {
                    let hold = moved.hold.ok_or("no time")?;
                    office.say(name, &format!("moves from {} to {}", shown(start), shown(hold.start)));
                }
                _ => {
                    let day = Reschedule::to(start + TimeDelta::days(1));
                    reservations.reschedule(&office.tenant, &booking.id, &day).await?.confirmed().ok_or("taken")?;
                    office.say(
                        name,
                        &format!("moves from {} to {}, for 15 minutes later is taken", shown(start), shown(day.start)),
                    );
                }
            }
        } else {
            reservations.cancel(&office.tenant, &booking.id).await?;
            office.say(name, &format!("cancels {}", shown(start)));
        }
    }
    office.settle().await?;
    for text in office.twilio.texts().iter().rev().take(2).rev() {
        println!("  to {}: {}", text.to, text.body);
    }

    println!("\n== What was told, and what is still to be told ==");
    office.told().await?;

    println!("\n== The diary ==");
    let mut events = office.google.events("primary");
    events.sort_by_key(|event| event.start.as_ref().and_then(|start| start.date_time));
    for event in &events {
        let at = event.start.as_ref().and_then(|start| start.date_time).ok_or("no time")?;
        let title = event.summary.as_ref().map(|title| title.as_str()).unwrap_or_default();
        println!("  {}  {title}", shown(at.to_utc()));
    }
    let (from, until) = (ten - TimeDelta::days(30), ten + TimeDelta::days(30));
    let stand = reservations.bookings(&office.tenant, &BookingQuery::between(from, until)).await?;
    println!("\n{} bookings stand, {} events are in the calendar, one of them by hand.", stand.len(), events.len());
    Ok(())
}

/// With a Google account, and perhaps a Twilio one.
async fn for_real() -> Result<()> {
    let clock = SystemClock::shared();
    let secret = variable("GOOGLE_CLIENT_SECRET").ok_or("GOOGLE_CLIENT_SECRET is missing")?;
    let redirect = variable("GOOGLE_REDIRECT_URI");
    let redirect: Url = redirect.as_deref().unwrap_or("http://localhost:8080/oauth/google/callback").parse()?;
    let id = variable("GOOGLE_CLIENT_ID").ok_or("GOOGLE_CLIENT_ID is missing")?;
    let oauth = OAuth::new(id, secret, redirect.clone(), Arc::new(Reqwest::new()?), clock.clone());
    let mut own = variable("PUBLIC_URL").map_or_else(|| Ok(redirect), |url| url.parse())?;
    own.set_path("/");
    let tenant: TenantId = "clinic".parse()?;
    let number = variable("TWILIO_PHONE_NUMBER").unwrap_or_else(|| "+15551230000".to_owned());
    let store = records(None).await?;
    store::put_tenant(store.as_ref(), business(tenant.clone(), &number)?).await?;
    let builder = Desk::builder().public_url(own.clone()).shared_store(store);
    let builder = builder.google(oauth, Vault::new(Key::generate("example")?));
    let texts = variable("TWILIO_ACCOUNT_SID").is_some();
    let desk = if texts {
        let token = variable("TWILIO_AUTH_TOKEN").ok_or("TWILIO_AUTH_TOKEN is missing")?;
        builder.auth_token(token).twilio(twilio::Client::from_env()?).build()?
    } else {
        builder.auth_token("no texts without Twilio").build()?
    };
    let port: u16 = variable("PORT").map_or(Ok(8080), |port| port.parse())?;
    let listener = TcpListener::bind(("0.0.0.0", port)).await?;
    let app = Router::new().fallback_service(desk.service());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let running = desk.clone();
    tokio::spawn(async move { running.run(std::future::pending()).await });
    let connector = desk.connector().ok_or("no calendars")?;
    println!("Open this link within half an hour:\n\n  {}\n", connector.link(&tenant, &own)?);
    while !matches!(connector.connection(&tenant).await?, Connection::Works(_)) {
        clock.sleep(Duration::from_secs(1)).await;
    }

    let now = clock.now();
    let week = Question::between(now, now + TimeDelta::days(7));
    let slots = desk.availability().slots(&tenant, &week).await?;
    let first = slots.first().ok_or("nothing is free in the next week")?;
    let mut customer = Person::new("Example customer");
    if let Some(phone) = variable("CUSTOMER_PHONE") {
        customer = customer.with_phone(phone.as_str());
    }
    if let Some(email) = variable("CUSTOMER_EMAIL") {
        customer = customer.with_email(email);
    }
    let key = format!("example-{}", now.timestamp());
    let request = BookingRequest::new(key.parse()?, first.start(), customer).with_title("example appointment");
    let booked = desk.reservations().book(&tenant, &request).await?;
    let booking = booked.confirmed().ok_or("somebody was faster: run it again")?;
    println!("Booked: {}. Look into the calendar; the next step comes in half a minute.", shown(first.start()));
    clock.sleep(Duration::from_secs(30)).await;
    if let Some(later) = slots.get(1) {
        let moved = desk.reservations().reschedule(&tenant, &booking.id, &Reschedule::to(later.start())).await?;
        let to = moved.confirmed().and_then(|booking| booking.hold).map_or(first.start(), |hold| hold.start);
        println!("It is at {} now.", shown(to));
        clock.sleep(Duration::from_secs(30)).await;
    }
    if !std::env::args().any(|argument| argument == "--keep") {
        let cancelled = desk.reservations().cancel(&tenant, &booking.id).await?;
        println!("It is {}.", cancelled.state.as_str());
        clock.sleep(Duration::from_secs(10)).await;
    }
    for told in desk.notifier().notifications(&tenant, &NotificationQuery::default()).await? {
        println!("  {}: {}", told.kind.as_str(), told.status.as_str());
    }
    Ok(())
}
