//! What the stores in databases do beyond the suite: migrations, the host's transactions, the database's time, and
//! guards that hold whoever writes.

use std::error::Error as _;
use std::time::Duration;

use chrono::TimeDelta;
use frontdesk::booking::{Bookings, Held, HoldRequest, Resource};
use frontdesk::call::{CallRecord, Calls, Direction};
use frontdesk::clock::{Clock, SystemClock};
use frontdesk::id::TenantId;
use frontdesk::message::{MessageKind, MessageRecord, Messages};
use frontdesk::store::{Backstage, Commit, PostgresStore, SqliteStore, Store, Unit};
use frontdesk::tenant::{Tenant, TenantLookup};
use futures_util::future::join_all;
use sqlx::{AssertSqlSafe, Connection as _, PgPool, SqlitePool};

use crate::cluster;
use crate::store::Folder;
use crate::world::{BUSINESS, CALLER};

fn tenant() -> TenantId {
    "clinic".parse().unwrap()
}

fn text(id: &str) -> MessageRecord {
    let (from, to, now) = (BUSINESS.into(), CALLER.into(), SystemClock::new().now());
    MessageRecord::outbound(tenant(), id.parse().unwrap(), MessageKind::Direct, from, to, "hi".into(), now)
}

fn call() -> CallRecord {
    let sid = "CA0123456789abcdef0123456789abcdef".parse().unwrap();
    CallRecord::begin(tenant(), sid, Direction::Inbound, CALLER.into(), BUSINESS.into(), SystemClock::new().now())
}

fn request(id: &str) -> HoldRequest {
    let start = "2026-12-01T15:00:00Z".parse().unwrap();
    let chair = Resource::new("chair".parse().unwrap());
    HoldRequest::new(id.parse().unwrap(), start, start + TimeDelta::minutes(30), [chair], Duration::from_secs(300))
}

async fn names(pool: &PgPool, schema: &str) -> Vec<String> {
    let names = "SELECT table_name::text FROM information_schema.tables WHERE table_schema = $1 ORDER BY 1";
    sqlx::query_scalar(names).bind(schema).fetch_all(pool).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn store_postgres_migrates_forward_and_back_however_many_do_it_at_once() {
    let Some(cluster) = cluster::shared() else { return };
    let pool = cluster.pool(12).await;
    let schema = "we\"ird; DROP SCHEMA";
    let stores: Vec<_> = (0..10).map(|_| PostgresStore::new(pool.clone(), schema).unwrap()).collect();
    let steps: usize = join_all(stores.iter().map(|store| store.migrate())).await.into_iter().map(Result::unwrap).sum();
    let store = &stores[0];
    assert_eq!(steps, store.migrations().len(), "each step is taken once");
    let tables = names(&pool, schema).await;
    assert!(tables.len() > 12, "{tables:?}");
    store.commit(&tenant(), Unit::new().enqueue(text("m"))).await.unwrap();
    assert_eq!(store.migrate().await.unwrap(), 0);
    assert!(store.message(&tenant(), &"m".parse().unwrap()).await.unwrap().is_some());
    assert_eq!(store.migrate_to(0).await.unwrap(), store.migrations().len());
    assert_eq!(names(&pool, schema).await, ["migrations"]);
    assert_eq!(store.migrate().await.unwrap(), store.migrations().len());
    assert_eq!(names(&pool, schema).await, tables);
    assert!(store.migrate_to(99).await.unwrap_err().is_permanent());
    assert!(PostgresStore::new(pool, "").is_err());
}

#[tokio::test]
async fn store_sqlite_migrates_forward_and_back_however_many_do_it_at_once() {
    let folder = Folder::new();
    let path = folder.0.join("desk.db");
    let stores = join_all((0..6).map(|_| SqliteStore::open(&path))).await;
    let store = stores[0].as_ref().unwrap();
    assert!(stores.iter().all(Result::is_ok), "{stores:?}");
    store.commit(&tenant(), Unit::new().enqueue(text("m"))).await.unwrap();
    drop(stores);
    let store = SqliteStore::open(&path).await.unwrap();
    assert!(store.message(&tenant(), &"m".parse().unwrap()).await.unwrap().is_some(), "it is in the file");
    assert_eq!(store.migrate_to(0).await.unwrap(), store.migrations().len());
    let raw = SqlitePool::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1";
    assert_eq!(sqlx::query_scalar::<_, String>(tables).fetch_all(&raw).await.unwrap(), ["migrations"]);
    assert_eq!(store.migrate().await.unwrap(), store.migrations().len());
    assert!(SqliteStore::open(folder.0.join("nowhere/desk.db")).await.is_err());
    std::fs::write(folder.0.join("other.db"), "no database at all, but long enough to be looked at").unwrap();
    assert!(SqliteStore::open(folder.0.join("other.db")).await.unwrap_err().is_permanent());
}

#[tokio::test]
async fn store_postgres_writes_in_the_hosts_transaction() {
    let Some(cluster) = cluster::shared() else { return };
    let pool = cluster.pool(4).await;
    let store = crate::store::in_postgres(pool.clone()).await;
    sqlx::query("CREATE TABLE IF NOT EXISTS invoices (id TEXT)").execute(&pool).await.unwrap();
    let unit = || Unit::new().once("k", "first").save_call(call());
    let mut connection = pool.acquire().await.unwrap();
    for keep in [false, true] {
        let mut host = connection.begin().await.unwrap();
        sqlx::query("INSERT INTO invoices VALUES ('1')").execute(&mut *host).await.unwrap();
        assert_eq!(store.commit_in(&mut host, &tenant(), unit()).await.unwrap(), Commit::Applied);
        // What is not applied changes nothing, and the host's transaction goes on.
        let again = store.commit_in(&mut host, &tenant(), unit()).await.unwrap();
        assert_eq!(again, Commit::Duplicate { answer: "first".into() });
        let stale = Unit::new().enqueue(text("never")).save_call(call());
        assert_eq!(store.commit_in(&mut host, &tenant(), stale).await.unwrap(), Commit::Stale);
        sqlx::query("INSERT INTO invoices VALUES ('2')").execute(&mut *host).await.unwrap();
        assert!(store.call(&tenant(), &call().sid).await.unwrap().is_none(), "nobody sees it before the host commits");
        if keep {
            host.commit().await.unwrap()
        } else {
            host.rollback().await.unwrap()
        }
        assert_eq!(store.call(&tenant(), &call().sid).await.unwrap().is_some(), keep);
        assert!(store.message(&tenant(), &"never".parse().unwrap()).await.unwrap().is_none());
    }
    let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM invoices").fetch_one(&pool).await.unwrap();
    assert_eq!(count, 2);
}

#[tokio::test]
async fn store_sqlite_and_postgres_take_the_databases_time() {
    let folder = Folder::new();
    let mut stores: Vec<Box<dyn Store>> = vec![Box::new(SqliteStore::open(folder.0.join("desk.db")).await.unwrap())];
    if let Some(cluster) = cluster::shared() {
        stores.push(Box::new(crate::store::in_postgres(cluster.pool(4).await).await));
    }
    for store in stores {
        let mut due = text("m");
        due.not_before = SystemClock::new().now() - TimeDelta::seconds(5);
        store.commit(&tenant(), Unit::new().once("k", "").enqueue(due)).await.unwrap();
        let claimed = store.claim_messages("w", 9, Duration::from_secs(60)).await.unwrap();
        let until = claimed[0].1.lease.as_ref().unwrap().until;
        let off = (until - SystemClock::new().now() - TimeDelta::seconds(60)).abs();
        assert!(off < TimeDelta::seconds(20), "{until}");
        assert!(store.claim_messages("w2", 9, Duration::from_secs(60)).await.unwrap().is_empty());
        assert!(matches!(store.commit(&tenant(), Unit::new().once("k", "")).await.unwrap(), Commit::Duplicate { .. }));
        assert!(matches!(store.hold(&tenant(), &request("b")).await.unwrap(), Held::Held(_)));
        assert_eq!(store.hold(&tenant(), &request("c")).await.unwrap(), Held::Taken);
        store.sweep().await.unwrap();
    }
}

#[tokio::test]
async fn store_postgres_and_sqlite_refuse_an_overlap_whoever_writes_it() {
    let columns = "(tenant, booking, fence, resource, seat, from_at, until_at, start_at)";
    let folder = Folder::new();
    let path = folder.0.join("desk.db");
    let store = SqliteStore::open(&path).await.unwrap();
    store.hold(&tenant(), &request("b")).await.unwrap();
    let raw = SqlitePool::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    let copy = "SELECT tenant, 'other', 1, resource, seat, from_at + 60000000, until_at, start_at FROM holds";
    let sneaked = format!("INSERT INTO holds {columns} {copy}");
    sqlx::query(AssertSqlSafe(sneaked)).execute(&raw).await.unwrap();
    let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM holds").fetch_one(&raw).await.unwrap();
    assert_eq!(count, 1, "the trigger leaves it out");

    let Some(cluster) = cluster::shared() else { return };
    let pool = cluster.pool(2).await;
    let store = PostgresStore::new(pool.clone(), "overlap").unwrap();
    store.migrate().await.unwrap();
    store.hold(&tenant(), &request("b")).await.unwrap();
    let copy = "SELECT tenant, 'other', 1, resource, seat, from_at + INTERVAL '1 minute', until_at, start_at FROM";
    let sneaked = format!("INSERT INTO overlap.holds {columns} {copy} overlap.holds");
    let refused = sqlx::query(AssertSqlSafe(sneaked)).execute(&pool).await.unwrap_err();
    assert!(refused.to_string().contains("holds_never_overlap"), "{refused}");
}

#[tokio::test]
async fn store_postgres_errors_are_told_apart_and_say_nothing_personal() {
    let Some(cluster) = cluster::shared() else { return };
    let pool = cluster.pool(2).await;
    let store = PostgresStore::new(pool.clone(), "errors").unwrap();
    // No tables yet: wrong, and it stays wrong.
    let error = store.commit(&tenant(), Unit::new().enqueue(text("m"))).await.unwrap_err();
    assert!(error.is_permanent(), "{error:?}");
    store.migrate().await.unwrap();
    // A record that is none: damaged by hand.
    store.commit(&tenant(), Unit::new().enqueue(text("m"))).await.unwrap();
    sqlx::query("UPDATE errors.messages SET record = '{\"to\": \"+14155552671\"}'").execute(&pool).await.unwrap();
    let error = store.message(&tenant(), &"m".parse().unwrap()).await.unwrap_err();
    let told = format!("{error:?} {error} {:?} {}", error.source(), error.source().unwrap());
    assert!(error.is_permanent() && !told.contains("4155552671"), "{told}");
    // A number that cannot be: the database names it in its detail.
    sqlx::query("ALTER TABLE errors.numbers ADD CHECK (number <> '+14155552671')").execute(&pool).await.unwrap();
    let unit = Unit::new().attach(CALLER.parse().unwrap());
    let error = store.commit(&tenant(), unit).await.unwrap_err();
    let told = format!("{error:?} {error} {:?} {}", error.source(), error.source().unwrap());
    assert!(told.contains("numbers_number_check") && !told.contains("4155552671"), "{told}");
    // Connections that are gone: nothing was done before the commit.
    pool.close().await;
    assert!(store.commit(&tenant(), Unit::new().enqueue(text("m2"))).await.unwrap_err().is_retryable());
    assert!(store.ping().await.unwrap_err().is_retryable());
}

#[tokio::test]
async fn store_sqlite_is_shared_by_several_processes_connections() {
    let folder = Folder::new();
    let path = folder.0.join("desk.db");
    let stores = [SqliteStore::open(&path).await.unwrap(), SqliteStore::open(&path).await.unwrap()];
    let number = BUSINESS.parse().unwrap();
    let settings = Tenant::new(tenant()).with_number(number);
    stores[0].commit(&tenant(), Unit::new().save_tenant(settings)).await.unwrap();
    assert_eq!(stores[1].tenant_of(&number).await.unwrap(), Some(tenant()));
    let writes = (0..60).map(|write: usize| {
        let store = &stores[write % 2];
        async move { store.commit(&tenant(), Unit::new().once("k", "").enqueue(text(&format!("m{write}")))).await }
    });
    let outcomes = join_all(writes).await;
    assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Ok(Commit::Applied))).count(), 1, "{outcomes:?}");
    assert!(outcomes.iter().all(Result::is_ok));
    // A transaction that reads before it writes: whoever comes second waits, and sees what the first has written.
    let requests: Vec<_> = (0..40).map(|number| request(&format!("b{number}"))).collect();
    let holds = requests.iter().enumerate().map(|(number, request)| {
        let store = &stores[number % 2];
        async move { store.hold(&tenant(), request).await }
    });
    let outcomes = join_all(holds).await;
    assert_eq!(outcomes.iter().filter(|held| matches!(held, Ok(Held::Held(_)))).count(), 1, "{outcomes:?}");
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
}

/// What the database reads for each listing of the API: an index, and not the whole table.
#[tokio::test]
async fn store_sqlite_finds_by_index() {
    let folder = Folder::new();
    let path = folder.0.join("desk.db");
    drop(SqliteStore::open(&path).await.unwrap());
    let raw = SqlitePool::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    let page = "ORDER BY since DESC, id DESC LIMIT 50";
    for (query, index) in [
        (format!("calls WHERE tenant = 'a' {page}"), "calls_by_start"),
        (format!("calls WHERE tenant = 'a' AND since >= 1 AND since < 9 {page}"), "calls_by_start"),
        (format!("calls WHERE tenant = 'a' AND (since, id) < (5, 'x') {page}"), "calls_by_start"),
        (format!("calls WHERE tenant = 'a' AND contact = 'x' {page}"), "calls_by_contact"),
        (format!("calls WHERE tenant = 'a' AND status IN ('busy') {page}"), "calls_by_status"),
        (format!("calls WHERE tenant = 'a' AND outcome = 'yes' {page}"), "calls_by_outcome"),
        (format!("calls WHERE tenant = 'a' AND summary_ready = 1 {page}"), "calls_by_summary"),
        ("calls WHERE tenant = 'a' AND transcript = 'GT'".into(), "calls_by_transcript"),
        (format!("messages WHERE tenant = 'a' AND contact = 'x' {page}"), "messages_by_contact"),
        (format!("messages WHERE tenant = 'a' AND status IN ('unknown') {page}"), "messages_by_status"),
        ("messages WHERE due_at <= 5 ORDER BY due_at, since LIMIT 16".into(), "messages_due"),
    ] {
        let plan: Vec<(i64, i64, i64, String)> =
            sqlx::query_as(AssertSqlSafe(format!("EXPLAIN QUERY PLAN SELECT record FROM {query}")))
                .fetch_all(&raw)
                .await
                .unwrap();
        let plan: Vec<_> = plan.into_iter().map(|(.., step)| step).collect();
        assert!(plan[0].contains(index) && !plan.join(" ").contains("TEMP B-TREE"), "{query}: {plan:?}");
    }
}
