//! One of the processes that share a store.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use frontdesk::Desk;
use frontdesk::booking::{Held, HoldRequest, Resource};
use frontdesk::calendar::Diaries;
use frontdesk::clock::{Clock, SystemClock};
use frontdesk::google::{self, CalendarId, GoogleCalendar};
use frontdesk::id::TenantId;
use frontdesk::message::{Guard, MessageKind, MessageRecord};
use frontdesk::number::{NumberOrder, Wish};
use frontdesk::phone::E164;
use frontdesk::store::{Commit, PostgresStore, SqliteStore, Store, Unit};
use frontdesk::tenant::Tenant;
use frontdesk::token::AccessToken;
use frontdesk::transport::Reqwest;
use frontdesk::twilio;
use sqlx::postgres::PgPoolOptions;

pub(crate) const TENANTS: u32 = 5;
const FASTER: u32 = 60;

/// Time that runs sixty times as fast, and the same in all processes.
#[derive(Debug, Clone)]
pub(crate) struct Fast {
    pub(crate) base: DateTime<Utc>,
}

#[async_trait]
impl Clock for Fast {
    fn now(&self) -> DateTime<Utc> {
        self.base + (SystemClock::new().now() - self.base) * i32::try_from(FASTER).unwrap()
    }

    fn monotonic(&self) -> Duration {
        (self.now() - self.base).to_std().unwrap_or_default()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration / FASTER).await;
    }
}

pub(crate) fn tenant(number: u32) -> TenantId {
    format!("tenant-{number}").parse().unwrap()
}

pub(crate) fn number(tenant: u32) -> E164 {
    format!("+1555123{tenant:04}").parse().unwrap()
}

/// Its settings, and an order for one more number.
pub(crate) async fn open_business(store: &dyn Store, of: u32) {
    let order = NumberOrder::new(tenant(of), "first".parse().unwrap(), Wish::local("US"), DateTime::UNIX_EPOCH);
    let settings = Tenant::new(tenant(of)).with_name("Clinic").with_number(number(of));
    let unit = Unit::new().save_tenant(settings).order(order);
    assert_eq!(store.commit(&tenant(of), unit).await.unwrap(), Commit::Applied);
}

/// Where everything is.
pub(crate) struct Setup {
    pub(crate) store: String,
    pub(crate) twilio: String,
    pub(crate) account: String,
    pub(crate) token: String,
    pub(crate) public: String,
    pub(crate) base: DateTime<Utc>,
    /// Where the simulated Google is, and a token for it; empty where there is none.
    pub(crate) google: String,
    pub(crate) access: String,
}

impl Setup {
    /// For a worker with a number of its own.
    pub(crate) fn write(&self, number: usize) -> String {
        let base = self.base.timestamp_micros().to_string();
        let number = number.to_string();
        let parts = [&self.store, &self.twilio, &self.account, &self.token, &self.public];
        [&parts[..], &[&base, &self.google, &self.access, &number]]
            .concat()
            .into_iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join("|")
    }

    pub(crate) fn read(text: &str) -> (Self, u32) {
        let mut parts = text.split('|').map(ToOwned::to_owned);
        let mut next = || parts.next().unwrap();
        let (store, twilio, account, token, public) = (next(), next(), next(), next(), next());
        let base = DateTime::from_timestamp_micros(next().parse().unwrap()).unwrap();
        let (google, access) = (next(), next());
        (Self { store, twilio, account, token, public, base, google, access }, next().parse().unwrap())
    }

    pub(crate) async fn open(&self) -> Arc<dyn Store> {
        let clock: Arc<dyn Clock> = Arc::new(Fast { base: self.base });
        if self.store.starts_with("postgres") {
            let options = PgPoolOptions::new().max_connections(12).acquire_timeout(Duration::from_secs(5));
            let store = PostgresStore::new(options.connect_lazy(&self.store).unwrap(), "crash").unwrap();
            store.migrate().await.unwrap();
            Arc::new(store.with_clock(clock))
        } else {
            Arc::new(SqliteStore::open(&self.store).await.unwrap().with_clock(clock))
        }
    }

    pub(crate) fn desk(&self, store: Arc<dyn Store>, name: &str) -> Desk {
        let clock: Arc<dyn Clock> = Arc::new(Fast { base: self.base });
        let client = twilio::Client::builder(self.account.parse().unwrap())
            .with_auth_token(self.token.as_str())
            .with_base_url(self.twilio.as_str())
            .with_transport(Arc::new(Reqwest::builder().without_proxy().build().unwrap()))
            .with_clock(clock.clone())
            .build()
            .unwrap();
        let mut guard = Guard::new();
        (guard.sender, guard.recipient, guard.daily) = (None, None, None);
        guard.patience = Duration::from_secs(30 * 86_400);
        let mut diaries = Diaries::new();
        if !self.google.is_empty() {
            let token = AccessToken::new(self.access.as_str(), self.base + TimeDelta::days(400));
            let reqwest = Arc::new(Reqwest::builder().without_proxy().build().unwrap());
            let client = google::Client::new(Arc::new(token), reqwest, clock.clone());
            let client = client.with_base_url(&self.google.parse().unwrap());
            diaries = diaries.with(tenant(0), GoogleCalendar::new(client, CalendarId::primary()));
        }
        Desk::builder()
            .calendars(diaries)
            // Two seconds of ours: the machine is busy.
            .calendar_limit(Duration::from_secs(120))
            .public_url(self.public.parse().unwrap())
            .auth_token(self.token.as_str())
            .twilio(client)
            .shared_store(store)
            .guard(guard)
            .send_attempts(1_000)
            .clock(clock)
            .worker_name(name)
            .build()
            .unwrap()
    }
}

/// One line at once, so that a kill leaves no half of it.
pub(crate) fn say(word: &str, name: &str) {
    let line = format!("\nSAID {word} {name}\n");
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(line.as_bytes());
    let _ = out.flush();
}

pub(crate) async fn work(setup: &str) {
    let (setup, me) = Setup::read(setup);
    let store = setup.open().await;
    let desk = setup.desk(store.clone(), &format!("w{me}"));
    let clock = Fast { base: setup.base };
    let running = desk.run(std::future::pending());
    tokio::join!(running, write_texts(store.as_ref(), &clock, me), book(store.as_ref(), &clock, me));
}

async fn write_texts(store: &dyn Store, clock: &Fast, me: u32) {
    for count in 0_u32.. {
        let of = fastrand::u32(..TENANTS);
        let id = format!("text-{me}-{count}");
        let to = format!("+1415555{:04}", fastrand::u32(..10_000));
        let (from, body) = (number(of).into(), id.as_str().into());
        let (kind, name) = (MessageKind::Direct, id.parse().unwrap());
        let text = MessageRecord::outbound(tenant(of), name, kind, from, to.into(), body, clock.now());
        // The same unit again until it is known to be done: its key sees to it that it is done once.
        let unit = Unit::new().once(id.as_str(), "").enqueue(text);
        while store.commit(&tenant(of), unit.clone()).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        say("text", &id);
        tokio::time::sleep(Duration::from_millis(8)).await;
    }
}

async fn book(store: &dyn Store, clock: &Fast, me: u32) {
    let monday: DateTime<Utc> = "2027-03-01T00:00:00Z".parse().unwrap();
    for count in 0_u32.. {
        tokio::time::sleep(Duration::from_millis(8)).await;
        let id = format!("booking-{me}-{count}");
        let start = monday + TimeDelta::minutes(5 * i64::from(fastrand::u32(..2_000)));
        let names: &[&str] = if fastrand::bool() { &["anna", "room"] } else { &["ben"] };
        let resources = names.iter().map(|name| Resource::new(name.parse().unwrap()));
        let end = start + TimeDelta::minutes(30);
        let request = HoldRequest::new(id.parse().unwrap(), start, end, resources, Duration::from_secs(300));
        if step(store, &id, &request).await.is_err() {
            // Whatever it was, it says nothing: the next is another one.
            tracing::debug!(at = %clock.now(), "a booking was left");
        }
    }
}

async fn step(store: &dyn Store, id: &str, request: &HoldRequest) -> Result<(), frontdesk::Error> {
    let tenant = tenant(0);
    let (Held::Held(booking) | Held::Already(booking)) = store.hold(&tenant, request).await? else { return Ok(()) };
    let Some(committing) = booking.commit("event", DateTime::<Utc>::MAX_UTC) else { return Ok(()) };
    if store.commit(&tenant, Unit::new().save_booking(committing)).await? != Commit::Applied {
        return Ok(());
    }
    let Some(confirmed) = store.booking(&tenant, &request.booking).await?.and_then(|booking| booking.confirm()) else {
        return Ok(());
    };
    if store.commit(&tenant, Unit::new().save_booking(confirmed)).await? != Commit::Applied {
        return Ok(());
    }
    say("confirmed", id);
    if fastrand::u32(..3) == 0 {
        say("cancelling", id);
        let Some(cancelled) = store.booking(&tenant, &request.booking).await?.and_then(|booking| booking.cancel())
        else {
            return Ok(());
        };
        if store.commit(&tenant, Unit::new().save_booking(cancelled)).await? == Commit::Applied {
            say("cancelled", id);
        }
    }
    Ok(())
}
