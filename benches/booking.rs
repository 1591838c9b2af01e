//! From the hold to the confirmation, on each store, with the simulated Google in process; and what it costs that many
//! want the same.
//!
//! `cargo bench --bench booking` makes a PostgreSQL of its own, where there is one, and prints. Against two floors, as many
//! at once and in turn with ours: bare SQL on bare tables without indexes, and the same three transactions (hold, commit,
//! confirm with its notifications) on the store itself, with nothing around them.
#![allow(
    missing_docs,
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench"
)]

#[path = "../tests/support/cluster.rs"]
mod cluster;
mod common;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta};
use frontdesk::Desk;
use frontdesk::booking::{Held, HoldRequest, Resource};
use frontdesk::calendar::{Calendar, Change, Created, Diaries, EventId, Guest, NewEvent};
use frontdesk::clock::{Clock, SystemClock};
use frontdesk::google::{CalendarId, GoogleCalendar};
use frontdesk::id::TenantId;
use frontdesk::notification::{Appointment, News, Person, plan};
use frontdesk::reserve::{Booked, BookingRequest};
use frontdesk::schedule::Interval;
use frontdesk::sim::Google;
use frontdesk::store::{self, Commit, MemoryStore, PostgresStore, SqliteStore, Store, Unit};
use frontdesk::tenant::Tenant;
use futures_util::future::join_all;
use sqlx::{AssertSqlSafe, PgPool, SqlitePool};

const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const COUNT: u32 = 240;
const AT_ONCE: u32 = 8;
const ROUNDS: u32 = 5;
const WRITERS: u32 = 24;

fn tenant() -> TenantId {
    "clinic".parse().unwrap()
}

fn clinic() -> Tenant {
    let mut clinic = Tenant::new(tenant())
        .with_number("+15551230000".parse().unwrap())
        .with_hours("mon-sun 00:00-24:00".parse().unwrap(), chrono_tz::UTC);
    clinic.booking.horizon = 731;
    clinic
}

fn anna() -> Person {
    Person::new("Anna").with_phone("+14155552671").with_email("anna@example.org")
}

/// Half an hour that nobody else wants.
fn slot(number: u32) -> Interval {
    let day = SystemClock::new().now().timestamp() / 86_400 * 86_400;
    let start =
        DateTime::from_timestamp(day, 0).unwrap() + TimeDelta::days(3) + TimeDelta::minutes(i64::from(number) * 30);
    Interval::new(start, start + TimeDelta::minutes(30)).unwrap()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// How many of the numbered jobs are done in a second, so many at once.
async fn rate<F: Future<Output = ()> + Send + 'static>(job: impl Fn(u32) -> F) -> f64 {
    let start = Instant::now();
    for first in (0..COUNT).step_by(AT_ONCE as usize) {
        let jobs: Vec<_> = (first..first + AT_ONCE).map(|number| tokio::spawn(job(number))).collect();
        for done in jobs {
            done.await.unwrap();
        }
    }
    f64::from(COUNT) / start.elapsed().as_secs_f64()
}

fn desk(store: Arc<dyn Store>, google: &Google) -> Desk {
    let calendar = GoogleCalendar::new(google.client(), CalendarId::primary());
    Desk::builder()
        .public_url("https://desk.example".parse().unwrap())
        .auth_token(TOKEN)
        .shared_store(store)
        .calendars(Diaries::new().with(tenant(), calendar))
        .build()
        .unwrap()
}

/// Ours: from the wish to the confirmed booking with its notifications.
async fn ours(store: Arc<dyn Store>, round: u32) -> f64 {
    store::put_tenant(store.as_ref(), clinic()).await.unwrap();
    let google = Google::builder().in_process().unwrap();
    let desk = desk(store, &google);
    let done = rate(|number| {
        let desk = desk.clone();
        async move {
            let id = format!("r{round}-{number}").parse().unwrap();
            let wish = BookingRequest::new(id, slot(round * COUNT + number).start(), anna()).with_title("check-up");
            let booked = desk.reservations().book(&tenant(), &wish).await.unwrap();
            assert!(matches!(booked, Booked::Confirmed(_)), "{booked:?}");
        }
    });
    let done = done.await;
    assert_eq!(google.events("primary").len(), COUNT as usize);
    done
}

/// The same requests to the calendar, and nothing else.
async fn calendar() -> f64 {
    let google = Google::builder().in_process().unwrap();
    rate(|number| {
        let calendar = GoogleCalendar::new(google.client(), CalendarId::primary());
        async move {
            let (id, at) = (EventId::of(["bench", &number.to_string()]), slot(number));
            calendar.busy(at).await.unwrap();
            let new = NewEvent::new(id.clone(), "b", at).tentative().with_title("check-up (Anna)");
            let Created::Now(known) = calendar.create(&new).await.unwrap() else { panic!("it is new") };
            calendar.busy(at).await.unwrap();
            let change = Change::new().to(at).confirmed().with_guests([Guest::new("anna@example.org")]).notifying();
            calendar.patch(&id, &known.version, &change).await.unwrap();
        }
    })
    .await
}

/// What a confirmed booking writes besides itself.
fn told(number: u32) -> Unit {
    let at = slot(number);
    let visit = Appointment::new(format!("bare-{number}").parse().unwrap(), at.start(), at.end(), anna());
    let planned = plan(&clinic(), None, &[], &News::set(visit), SystemClock::new().now()).unwrap();
    planned.told.into_iter().fold(Unit::new().save_appointment(planned.record), Unit::notify)
}

/// The store's own three transactions, without anything around them.
async fn transactions(store: Arc<dyn Store>, round: u32) -> f64 {
    rate(|number| {
        let (store, number) = (store.clone(), round * COUNT + number);
        async move {
            let (id, at) = (format!("bare-{number}"), slot(number));
            let desk = Resource::new("bare".parse().unwrap());
            let lease = Duration::from_secs(300);
            let wish = HoldRequest::new(id.parse().unwrap(), at.start(), at.end(), [desk], lease);
            let Held::Held(booking) = store.hold(&tenant(), &wish).await.unwrap() else { panic!("it was free") };
            let committing = booking.commit("event", at.start()).unwrap();
            let unit = Unit::new().save_booking(committing.clone());
            assert_eq!(store.commit(&tenant(), unit).await.unwrap(), Commit::Applied);
            let mut confirmed = committing.confirm().unwrap();
            confirmed.version += 1;
            assert_eq!(store.commit(&tenant(), told(number).save_booking(confirmed)).await.unwrap(), Commit::Applied);
        }
    })
    .await
}

const RECORD: usize = 900;

/// Three transactions on bare tables: the range is locked, looked at and taken; the booking changes; it changes again, with
/// an appointment and three notifications.
async fn bare_postgres(pool: PgPool, round: u32) -> f64 {
    let record: Arc<str> = "x".repeat(RECORD).into();
    rate(|number| {
        let (pool, record, id) = (pool.clone(), record.clone(), i64::from(round * COUNT + number));
        async move {
            let run = async |connection: &mut sqlx::PgConnection, sql: &'static str| {
                sqlx::query(sql).bind(id).bind(&*record).execute(&mut *connection).await.unwrap();
            };
            let mut work = pool.begin().await.unwrap();
            sqlx::query("SELECT pg_advisory_xact_lock(7)").execute(&mut *work).await.unwrap();
            sqlx::query("SELECT id FROM bare_holds WHERE during && int8range($1, $1 + 1)")
                .bind(id)
                .fetch_all(&mut *work)
                .await
                .unwrap();
            run(&mut work, "INSERT INTO bare_bookings VALUES ($1, 1, $2)").await;
            sqlx::query("INSERT INTO bare_holds VALUES ($1, int8range($1, $1 + 1))")
                .bind(id)
                .execute(&mut *work)
                .await
                .unwrap();
            work.commit().await.unwrap();
            let mut work = pool.begin().await.unwrap();
            run(&mut work, "UPDATE bare_bookings SET version = 2, record = $2 WHERE id = $1 AND version = 1").await;
            work.commit().await.unwrap();
            let mut work = pool.begin().await.unwrap();
            run(&mut work, "UPDATE bare_bookings SET version = 3, record = $2 WHERE id = $1 AND version = 2").await;
            run(&mut work, "INSERT INTO bare_appointments VALUES ($1, 1, $2)").await;
            run(&mut work, "INSERT INTO bare_notifications SELECT $1 * 3 + n, 1, $2 FROM generate_series(0, 2) n")
                .await;
            work.commit().await.unwrap();
        }
    })
    .await
}

async fn bare_sqlite(pool: SqlitePool, round: u32) -> f64 {
    let record: Arc<str> = "x".repeat(RECORD).into();
    rate(|number| {
        let (pool, record, id) = (pool.clone(), record.clone(), i64::from(round * COUNT + number));
        async move {
            let mut connection = pool.acquire().await.unwrap();
            for (begin, statements) in [
                (
                    "BEGIN IMMEDIATE",
                    &[
                        "SELECT id FROM bare_holds WHERE from_at < $1 + 1 AND until_at > $1 AND $2 IS NOT NULL",
                        "INSERT INTO bare_bookings VALUES ($1, 1, $2)",
                        "INSERT INTO bare_holds SELECT $1, $1, $1 + 1 WHERE $2 IS NOT NULL",
                    ][..],
                ),
                ("BEGIN IMMEDIATE", &["UPDATE bare_bookings SET version = 2, record = $2 WHERE id = $1 AND version = 1"][..]),
                (
                    "BEGIN IMMEDIATE",
                    &[
                        "UPDATE bare_bookings SET version = 3, record = $2 WHERE id = $1 AND version = 2",
                        "INSERT INTO bare_appointments VALUES ($1, 1, $2)",
                        "INSERT INTO bare_notifications VALUES ($1 * 3, 1, $2), ($1 * 3 + 1, 1, $2), ($1 * 3 + 2, 1, $2)",
                    ][..],
                ),
            ] {
                sqlx::query(begin).execute(&mut *connection).await.unwrap();
                for statement in statements {
                    sqlx::query(*statement).bind(id).bind(&*record).execute(&mut *connection).await.unwrap();
                }
                sqlx::query("COMMIT").execute(&mut *connection).await.unwrap();
            }
        }
    })
    .await
}

/// In turn, so that a machine whose speed drifts favours nobody.
async fn compare(name: &str, store: Arc<dyn Store>, floor: impl AsyncFn(u32) -> f64) {
    let (mut done, mut bare, mut requests, mut own) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        bare.push(floor(round).await);
        done.push(ours(store.clone(), round).await);
        requests.push(calendar().await);
        own.push(transactions(store.clone(), round).await);
    }
    let (done, bare, requests, own) = (median(done), median(bare), median(requests), median(own));
    // As if one came after the other.
    let both = 1.0 / (1.0 / bare + 1.0 / requests);
    println!(
        "hold to confirmed, {name}: {done:.0} a second; bare transactions {bare:.0} ({:.0}%), the calendar's requests {requests:.0}, \
         both together {both:.0} ({:.0}%); the store's own three transactions {own:.0} ({:.0}%)",
        done / bare * 100.0,
        done / both * 100.0,
        done / own * 100.0
    );
}

/// Many who want overlapping times of one resource: how long each waits for an answer.
async fn contention(name: &str, store: Arc<dyn Store>) {
    store::put_tenant(store.as_ref(), clinic()).await.unwrap();
    let google = Google::builder().in_process().unwrap();
    let desk = desk(store.clone(), &google);
    let next = Arc::new(AtomicU32::new(0));
    let writers = (0..WRITERS).map(|_| {
        let (store, next) = (store.clone(), next.clone());
        tokio::spawn(async move {
            let mut times = Vec::new();
            for _ in 0..40 {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let start = slot(30_000).start() + TimeDelta::minutes(i64::from(number % 120) * 10);
                let id = format!("hold-{number}").parse().unwrap();
                let chair = Resource::new("chair".parse().unwrap());
                let wish = HoldRequest::new(id, start, start + TimeDelta::minutes(30), [chair], Duration::from_secs(1));
                let begun = Instant::now();
                store.hold(&tenant(), &wish).await.unwrap();
                times.push(begun.elapsed());
            }
            times
        })
    });
    let mut held: Vec<Duration> = join_all(writers).await.into_iter().flat_map(Result::unwrap).collect();
    let next = Arc::new(AtomicU32::new(0));
    let writers = (0..WRITERS).map(|_| {
        let (desk, next) = (desk.clone(), next.clone());
        tokio::spawn(async move {
            let mut times = Vec::new();
            for _ in 0..20 {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let start = slot(20_000).start() + TimeDelta::minutes(i64::from(number % 240) * 10);
                let id = format!("wish-{number}").parse().unwrap();
                let begun = Instant::now();
                desk.reservations().book(&tenant(), &BookingRequest::new(id, start, anna())).await.unwrap();
                times.push(begun.elapsed());
            }
            times
        })
    });
    let mut booked: Vec<Duration> = join_all(writers).await.into_iter().flat_map(Result::unwrap).collect();
    println!(
        "{WRITERS} writers, one resource, {name}: a hold takes {:.1?} at the median and {:.1?} at the 99th percentile; \
         an answer, booked or with alternatives, {:.1?} and {:.1?}",
        common::percentile(&mut held, 50),
        common::percentile(&mut held, 99),
        common::percentile(&mut booked, 50),
        common::percentile(&mut booked, 99)
    );
}

/// A file on the disk that the build is on: a temporary folder may be memory.
struct File(PathBuf);

impl File {
    fn new(name: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn path(&self) -> PathBuf {
        self.0.join("desk.db")
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

async fn memory() {
    let store = |_: u32| -> Arc<dyn Store> { Arc::new(MemoryStore::new(SystemClock::shared()).with_tenant(clinic())) };
    compare("memory", store(0), async |round| transactions(store(round), round).await).await;
    contention("memory", store(0)).await;
}

const TABLES: &str = "CREATE TABLE bare_bookings (id BIGINT PRIMARY KEY, version INT NOT NULL, record TEXT NOT NULL); \
     CREATE TABLE bare_appointments (id BIGINT PRIMARY KEY, version INT NOT NULL, record TEXT NOT NULL); \
     CREATE TABLE bare_notifications (id BIGINT PRIMARY KEY, version INT NOT NULL, record TEXT NOT NULL);";

async fn sqlite() {
    let file = File::new("booking");
    let store = SqliteStore::open(file.path()).await.unwrap();
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file.path()).busy_timeout(Duration::from_secs(5));
    // As the store has it: one who writes.
    let raw = sqlx::sqlite::SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    let holds = "CREATE TABLE bare_holds (id BIGINT PRIMARY KEY, from_at BIGINT, until_at BIGINT); \
                 CREATE INDEX bare_holds_from ON bare_holds (from_at)";
    sqlx::raw_sql(AssertSqlSafe(format!("{TABLES} {holds}"))).execute(&raw).await.unwrap();
    compare("SQLite", Arc::new(store), async |round| bare_sqlite(raw.clone(), round).await).await;
    let file = File::new("contention");
    contention("SQLite", Arc::new(SqliteStore::open(file.path()).await.unwrap())).await;
}

async fn postgres() {
    let Some(cluster) = cluster::shared() else { return };
    let pool = sqlx::postgres::PgPoolOptions::new().max_connections(16).connect(&cluster.url).await.unwrap();
    let holds =
        "CREATE TABLE bare_holds (id BIGINT PRIMARY KEY, during INT8RANGE, EXCLUDE USING gist (during WITH &&))";
    sqlx::raw_sql(AssertSqlSafe(format!("{TABLES} {holds}"))).execute(&pool).await.unwrap();
    let store = PostgresStore::new(pool.clone(), "booking").unwrap();
    store.migrate().await.unwrap();
    compare("PostgreSQL", Arc::new(store), async |round| bare_postgres(pool.clone(), round).await).await;
    let store = PostgresStore::new(pool, "contention").unwrap();
    store.migrate().await.unwrap();
    contention("PostgreSQL", Arc::new(store)).await;
}

#[tokio::main]
async fn main() {
    memory().await;
    sqlite().await;
    postgres().await;
}
