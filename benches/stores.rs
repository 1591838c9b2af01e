//! SQLite and PostgreSQL: a webhook's way to a committed row, the outbox with several workers, and a page of a million
//! calls. Each against a floor measured in the same run.
//!
//! `cargo bench --bench stores` makes a PostgreSQL of its own, where there is one, and prints.
#![allow(
    missing_docs,
    dead_code,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench"
)]

#[path = "../tests/support/cluster.rs"]
mod cluster;
mod common;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use frontdesk::auth::{Authenticator, Denied, Principal, Role};
use frontdesk::call::{CallRecord, Direction};
use frontdesk::clock::{Clock, SystemClock};
use frontdesk::desk::ApiLimits;
use frontdesk::id::TenantId;
use frontdesk::message::{Accepted, Delivery, DeliveryStatus, Guard, MessageKind, MessageRecord, SmsSender};
use frontdesk::messaging::Messenger;
use frontdesk::phone::E164;
use frontdesk::store::{self, PostgresStore, SqliteStore, Store, Unit};
use frontdesk::tenant::Tenant;
use frontdesk::twilio::webhook::Signer;
use frontdesk::{Desk, Error};
use futures_util::future::join_all;
use sqlx::{AssertSqlSafe, PgPool, SqlitePool};

const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const CALLS: u64 = 600;
const TEXTS: u32 = 4_000;
const BATCH: i64 = 16;
const MILLION: u32 = 1_000_000;

fn tenant() -> TenantId {
    "clinic".parse().unwrap()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
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

/// A signed webhook; each is another call.
fn webhook(call: u64) -> http::Request<Bytes> {
    let body = format!(
        "AccountSid=AC0123456789abcdef0123456789abcdef&ApiVersion=2010-04-01&CallSid=CA{call:032x}&CallStatus=ringing\
         &Called=%2B15551230000&CalledCountry=US&Caller=%2B14155552671&CallerCity=SAN+FRANCISCO&CallerCountry=US\
         &CallerState=CA&CallerZip=94103&Direction=inbound&From=%2B14155552671&To=%2B15551230000"
    );
    let signature = Signer::new(TOKEN).sign_form("https://desk.example/webhooks/twilio/voice", body.as_bytes());
    http::Request::post("https://desk.example/webhooks/twilio/voice")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("x-twilio-signature", signature.as_str())
        .body(Bytes::from(body))
        .unwrap()
}

/// From a request to an answer whose call is on the disk, one after the other, against writing a row of that size.
async fn webhooks(name: &str, store: Arc<dyn Store>, floor: impl AsyncFn(u64)) {
    let clinic = Tenant::new(tenant())
        .with_number("+15551230000".parse().unwrap())
        .with_forward_to("+15551230001".parse::<E164>().unwrap());
    store::put_tenant(store.as_ref(), clinic).await.unwrap();
    let desk = Desk::builder()
        .public_url("https://desk.example".parse().unwrap())
        .auth_token(TOKEN)
        .shared_store(store)
        .build()
        .unwrap();
    let (mut ours, mut below) = (Vec::new(), Vec::new());
    for call in 0..CALLS {
        let request = webhook(call);
        let start = Instant::now();
        assert_eq!(desk.handle(request).await.status(), 200);
        ours.push(start.elapsed());
        let start = Instant::now();
        floor(call).await;
        below.push(start.elapsed());
    }
    let [half, most] = [50, 99].map(|percent| common::percentile(&mut ours, percent));
    let [floor, _] = [50, 99].map(|percent| common::percentile(&mut below, percent));
    println!(
        "webhook to committed call, {name}: {half:.1?} at the median, {most:.1?} at the 99th percentile; \
         {:.1} times one bare insert ({floor:.1?})",
        half.as_secs_f64() / floor.as_secs_f64()
    );
}

/// Takes every text at once.
#[derive(Debug)]
struct Instantly;

#[async_trait]
impl SmsSender for Instantly {
    async fn send(&self, _: &MessageRecord, _: &url::Url) -> Result<Accepted, Error> {
        Ok(Accepted::new(None, Delivery::new(DeliveryStatus::Queued)))
    }
}

fn text(number: u32) -> MessageRecord {
    let (id, to) = (format!("m{number}"), format!("+1415{number:07}"));
    let (from, now) = ("+15551230000".into(), SystemClock::new().now());
    let words = "Your appointment is tomorrow at three.".into();
    MessageRecord::outbound(tenant(), id.parse().unwrap(), MessageKind::Direct, from, to.as_str().into(), words, now)
}

async fn fill(store: &dyn Store) {
    for hundred in 0..TEXTS / 100 {
        let texts = (0..100).map(|number| text(hundred * 100 + number)).fold(Unit::new(), Unit::enqueue);
        store.commit(&tenant(), texts).await.unwrap();
    }
}

/// Claimed, sent and recorded per second, by workers of which each has connections of its own.
async fn outbox(url: &str, schema: &str, workers: u32) -> f64 {
    let stores = join_all((0..workers).map(|_| async { PostgresStore::new(pool(url).await, schema).unwrap() }));
    let stores = stores.await;
    stores[0].migrate().await.unwrap();
    fill(&stores[0]).await;
    let mut guard = Guard::new();
    (guard.sender, guard.recipient, guard.daily) = (None, None, None);
    let messengers: Vec<_> = stores
        .into_iter()
        .map(|store| {
            let messenger = Messenger::builder(store).sender(Instantly).guard(guard.clone());
            messenger.public_url("https://desk.example".parse().unwrap()).build().unwrap()
        })
        .collect();
    let start = Instant::now();
    let work = messengers.into_iter().map(|messenger| tokio::spawn(async move { messenger.run_until_idle().await }));
    let done: usize = join_all(work).await.into_iter().map(|done| done.unwrap().unwrap()).sum();
    assert_eq!(done, TEXTS as usize);
    f64::from(TEXTS) / start.elapsed().as_secs_f64()
}

async fn pool(url: &str) -> PgPool {
    sqlx::postgres::PgPoolOptions::new().max_connections(16).connect(url).await.unwrap()
}

/// The same with bare statements on a bare table: claim a batch, then two updates for each, sixteen at once.
async fn bare(url: &str, table: &str, workers: u32) -> f64 {
    let setup = pool(url).await;
    let create = format!(
        "CREATE TABLE {table} (id BIGINT PRIMARY KEY, state INT NOT NULL, record TEXT NOT NULL); \
         INSERT INTO {table} SELECT n, 0, repeat('x', 900) FROM generate_series(1, {TEXTS}) n; \
         CREATE INDEX ON {table} (id) WHERE state = 0"
    );
    sqlx::raw_sql(AssertSqlSafe(create)).execute(&setup).await.unwrap();
    let pools = join_all((0..workers).map(|_| pool(url))).await;
    let claim = format!(
        "WITH due AS MATERIALIZED (SELECT id FROM {table} WHERE state = 0 ORDER BY id LIMIT {BATCH} \
         FOR UPDATE SKIP LOCKED) UPDATE {table} t SET state = 1 FROM due WHERE t.id = due.id RETURNING t.id, t.record"
    );
    let update = format!("UPDATE {table} SET state = $2, record = $3 WHERE id = $1 RETURNING id");
    let start = Instant::now();
    let work = pools.into_iter().map(|pool| {
        let (claim, update) = (claim.clone(), update.clone());
        tokio::spawn(async move {
            loop {
                let rows: Vec<(i64, String)> =
                    sqlx::query_as(AssertSqlSafe(claim.clone())).fetch_all(&pool).await.unwrap();
                if rows.is_empty() {
                    return;
                }
                join_all(rows.into_iter().map(|(id, record)| {
                    let (pool, update) = (pool.clone(), update.clone());
                    async move {
                        for state in [2, 3] {
                            let update = sqlx::query(AssertSqlSafe(update.clone()));
                            update.bind(id).bind(state).bind(&record).execute(&pool).await.unwrap();
                        }
                    }
                }))
                .await;
            }
        })
    });
    join_all(work).await;
    f64::from(TEXTS) / start.elapsed().as_secs_f64()
}

/// Lets everybody in, as the tenant.
#[derive(Debug)]
struct Anybody;

#[async_trait]
impl Authenticator for Anybody {
    async fn authenticate(&self, _: &http::request::Parts) -> Result<Principal, Denied> {
        Ok(Principal::new(Role::Member, Some(tenant()), "bench"))
    }
}

/// A page at the beginning, in the middle and at the end of a million calls, asked of the API.
async fn pages(name: &str, store: Arc<dyn Store>) {
    let desk = Desk::builder()
        .public_url("https://desk.example".parse().unwrap())
        .auth_token(TOKEN)
        .shared_store(store)
        .authenticator(Anybody)
        .api_limits(ApiLimits::none())
        .build()
        .unwrap();
    let page = |after: Option<u32>| {
        let after = after.map(|number| format!("?after=CA{number:032x}")).unwrap_or_default();
        http::Request::get(format!("/api/calls{after}")).body(Bytes::new()).unwrap()
    };
    let mut shown = Vec::new();
    for after in [None, Some(MILLION / 2), Some(60)] {
        let mut times = Vec::new();
        for _ in 0..61 {
            let start = Instant::now();
            let answer = desk.handle(page(after)).await;
            times.push(start.elapsed());
            let answer: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
            assert_eq!(answer["items"].as_array().unwrap().len(), 50);
        }
        shown.push(common::percentile(&mut times, 50));
    }
    println!(
        "GET /api/calls, 50 of 1,000,000, {name}: {:.0?} for the first page, {:.0?} for the 10,000th, {:.0?} for the last: {:.2} times",
        shown[0],
        shown[1],
        shown[2],
        shown[2].as_secs_f64() / shown[0].as_secs_f64()
    );
}

fn call() -> (String, DateTime<Utc>) {
    let at = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
    let sid = format!("CA{:032x}", 0).parse().unwrap();
    let (from, to) = ("+14155552671".into(), "+15551230000".into());
    (serde_json::to_string(&CallRecord::begin(tenant(), sid, Direction::Inbound, from, to, at)).unwrap(), at)
}

const COLUMNS: &str = "tenant, id, version, record, since, status, outcome, contact, summary_ready";

async fn million_in_sqlite(path: &std::path::Path) {
    let raw = SqlitePool::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    let (record, at) = call();
    let fill = format!(
        "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {MILLION}) \
         INSERT INTO calls ({COLUMNS}) SELECT 'clinic', printf('CA%032x', n), 1, \
         replace($1, printf('CA%032x', 0), printf('CA%032x', n)), $2 + n * 1000000, 'completed', 'unknown', '+14155552671', 0 FROM n"
    );
    sqlx::query(AssertSqlSafe(fill)).bind(record).bind(at.timestamp_micros()).execute(&raw).await.unwrap();
}

async fn million_in_postgres(pool: &PgPool, schema: &str) {
    let (record, at) = call();
    let fill = format!(
        "INSERT INTO {schema}.calls ({COLUMNS}) SELECT 'clinic', 'CA' || lpad(to_hex(n), 32, '0'), 1, \
         replace($1, 'CA' || repeat('0', 32), 'CA' || lpad(to_hex(n), 32, '0')), $2 + n * INTERVAL '1 second', 'completed', \
         'unknown', '+14155552671', false FROM generate_series(1, {MILLION}) n"
    );
    sqlx::query(AssertSqlSafe(fill)).bind(record).bind(at).execute(pool).await.unwrap();
    sqlx::query(AssertSqlSafe(format!("VACUUM ANALYZE {schema}.calls"))).execute(pool).await.unwrap();
}

async fn sqlite() {
    let file = File::new("webhooks");
    let store = SqliteStore::open(file.path()).await.unwrap();
    let raw = sqlx::sqlite::SqliteConnectOptions::new().filename(file.path()).busy_timeout(Duration::from_secs(5));
    let raw = sqlx::sqlite::SqlitePoolOptions::new().max_connections(1).connect_with(raw).await.unwrap();
    sqlx::query("CREATE TABLE bare (id INTEGER PRIMARY KEY, record TEXT)").execute(&raw).await.unwrap();
    let row = "x".repeat(1_000);
    webhooks("SQLite", Arc::new(store), async |call| {
        let insert = sqlx::query("INSERT INTO bare VALUES ($1, $2)").bind(i64::try_from(call).unwrap()).bind(&row);
        insert.execute(&raw).await.unwrap();
    })
    .await;
    let file = File::new("pages");
    let store = SqliteStore::open(file.path()).await.unwrap();
    million_in_sqlite(&file.path()).await;
    pages("SQLite", Arc::new(store)).await;
}

async fn postgres() {
    let Some(cluster) = cluster::shared() else { return };
    let raw = pool(&cluster.url).await;
    sqlx::query("CREATE TABLE bare (id BIGINT PRIMARY KEY, record TEXT)").execute(&raw).await.unwrap();
    let row = "x".repeat(1_000);
    let store = PostgresStore::new(raw.clone(), "webhooks").unwrap();
    store.migrate().await.unwrap();
    webhooks("PostgreSQL", Arc::new(store), async |call| {
        let insert = sqlx::query("INSERT INTO bare VALUES ($1, $2)").bind(i64::try_from(call).unwrap()).bind(&row);
        insert.execute(&raw).await.unwrap();
    })
    .await;
    for workers in [1, 2, 4] {
        let (mut ours, mut floor) = (Vec::new(), Vec::new());
        for round in 0..3 {
            floor.push(bare(&cluster.url, &format!("bare_{workers}_{round}"), workers).await);
            ours.push(outbox(&cluster.url, &format!("outbox_{workers}_{round}"), workers).await);
        }
        let (ours, floor) = (median(ours), median(floor));
        println!(
            "outbox, PostgreSQL, {workers} workers: {ours:.0} texts a second claimed, sent and recorded; {:.0}% of bare \
             statements ({floor:.0}; aim: 70%)",
            100.0 * ours / floor
        );
    }
    let store = PostgresStore::new(raw.clone(), "pages").unwrap();
    store.migrate().await.unwrap();
    million_in_postgres(&raw, "pages").await;
    pages("PostgreSQL", Arc::new(store)).await;
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        sqlite().await;
        postgres().await;
    });
}
