//! Workers that are killed at any moment, and a database that is: nothing that was said to be done is lost, nothing is
//! done twice.
//!
//! Each worker is a process of its own (this test's binary, started again), on one store and one simulated Twilio. Time
//! runs sixty times as fast, so that leases end within seconds. `FRONTDESK_CRASH_SECONDS` says how long workers are
//! killed, 2 by default.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test, in real time: processes are killed"
)]

mod bookings;
#[allow(dead_code, reason = "other tests use the rest of it")]
#[path = "../support/cluster.rs"]
mod cluster;
mod worker;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader};
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use chrono::{DateTime, Utc};
use frontdesk::booking::{Booking, BookingQuery, BookingState};
use frontdesk::clock::{Clock, SystemClock};
use frontdesk::message::{DeliveryStatus, MessageQuery, MessageRecord};
use frontdesk::number::OrderState;
use frontdesk::sim::{Google, Twilio};
use frontdesk::store::Store;
use tokio::net::TcpListener;

use worker::{Fast, Setup, TENANTS, tenant};

const WORKERS: usize = 4;
/// How many texts one claim takes: a kill leaves no more than these in doubt.
const BATCH: usize = 16;

/// What workers have said, by word and name.
type Said = Arc<Mutex<BTreeMap<String, BTreeSet<String>>>>;

struct Process(Child);

impl Process {
    /// One of the tests below that is none, in a process of its own.
    fn start(which: &str, setup: &Setup, number: usize, said: &Said) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args([which, "--exact", "--ignored", "--nocapture"]);
        command.env("FRONTDESK_CRASH_SETUP", setup.write(number)).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let said = said.clone();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if let Some((word, name)) = line.strip_prefix("SAID ").and_then(|rest| rest.split_once(' ')) {
                    said.lock().unwrap().entry(word.to_owned()).or_default().insert(name.to_owned());
                }
            }
        });
        Self(child)
    }

    /// As `kill -9` does.
    fn kill(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

fn seconds() -> u64 {
    std::env::var("FRONTDESK_CRASH_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(2)
}

/// A desk for the simulator's callbacks, and the setup of workers that share its store.
async fn office(url: String, google: Option<&Google>) -> (Twilio, Setup, Arc<dyn Store>) {
    let clock = Fast { base: SystemClock::new().now() };
    let shared: Arc<dyn Clock> = Arc::new(clock.clone());
    let twilio = Twilio::builder().clock(shared.clone()).start().await.unwrap();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let mut setup = Setup {
        store: url,
        twilio: twilio.base_url(),
        account: twilio.account_sid().to_string(),
        token: twilio.auth_token().expose().to_owned(),
        public: format!("http://{}", listener.local_addr().unwrap()),
        base: clock.base,
        google: String::new(),
        access: String::new(),
    };
    if let Some(google) = google {
        setup.google = google.base_url().to_string();
        setup.access = google.token("https://www.googleapis.com/auth/calendar").secret.expose().to_owned();
    }
    let store = setup.open().await;
    let app = Router::new().fallback_service(setup.desk(store.clone(), "callbacks").service());
    tokio::spawn(async move { axum::serve(listener, app).await });
    for number in 0..TENANTS {
        twilio.own_number(worker::number(number));
        worker::open_business(store.as_ref(), number).await;
    }
    (twilio, setup, store)
}

async fn survive(url: String, stop_database: impl Fn()) {
    let (twilio, setup, store) = office(url, None).await;
    let said = Said::default();
    let mut processes: Vec<_> =
        (0..WORKERS).map(|number| Process::start("worker_process", &setup, number, &said)).collect();
    let end = Instant::now() + Duration::from_secs(seconds());
    let half = Instant::now() + Duration::from_secs(seconds() / 2);
    let (mut kills, mut stopped) = (0, false);
    while Instant::now() < end {
        tokio::time::sleep(Duration::from_millis(fastrand::u64(100..700))).await;
        let victim = fastrand::usize(..WORKERS);
        processes[victim].kill();
        processes[victim] = Process::start("worker_process", &setup, WORKERS + kills, &said);
        kills += 1;
        if !stopped && Instant::now() > half {
            stop_database();
            stopped = true;
        }
    }
    drop(processes);
    // One that only clears up.
    let clock: Arc<dyn Clock> = Arc::new(Fast { base: setup.base });
    let desk = setup.desk(store.clone(), "last");
    let last = tokio::spawn(async move { desk.run(std::future::pending()).await });
    let patience = Instant::now() + Duration::from_secs(100);
    loop {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let backlog = store.backlog().await.unwrap();
        let waiting = waiting(store.as_ref()).await;
        if waiting == 0 && backlog.iter().all(|kind| kind.due == 0 || kind.kind == "bookings") {
            break;
        }
        assert!(Instant::now() < patience, "{waiting} wait, {backlog:?}");
    }
    last.abort();
    let said = said.lock().unwrap().clone();
    let texts = judge_texts(store.as_ref(), &twilio, &said, kills).await;
    let bookings = judge_bookings(store.as_ref(), &said, clock.now()).await;
    let numbers = judge_numbers(store.as_ref(), &twilio).await;
    println!("{kills} kills in {} s: {texts}; {bookings}; {numbers}", seconds());
}

async fn all_texts(store: &dyn Store, number: u32) -> Vec<MessageRecord> {
    let query = |after| {
        let mut query = MessageQuery::default();
        (query.limit, query.after) = (1_000, after);
        query
    };
    let mut all: Vec<MessageRecord> = Vec::new();
    loop {
        let after = all.last().map(|text| text.id.clone());
        let page = store.messages(&tenant(number), &query(after)).await.unwrap();
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

/// Texts that are on their way to us, or of which the provider will be asked.
async fn waiting(store: &dyn Store) -> usize {
    let mut waiting = 0;
    for number in 0..TENANTS {
        for order in store.orders(&tenant(number)).await.unwrap() {
            waiting += usize::from(order.claimable_from().is_some());
        }
        let texts = all_texts(store, number).await;
        waiting += texts.iter().filter(|text| text.claimable_from().is_some()).count();
    }
    waiting
}

async fn judge_texts(
    store: &dyn Store,
    twilio: &Twilio,
    said: &BTreeMap<String, BTreeSet<String>>,
    kills: usize,
) -> String {
    let mut kept = BTreeMap::new();
    for number in 0..TENANTS {
        kept.extend(all_texts(store, number).await.into_iter().map(|text| (text.id.to_string(), text)));
    }
    let acknowledged = said.get("text").cloned().unwrap_or_default();
    let lost: Vec<_> = acknowledged.iter().filter(|id| !kept.contains_key(*id)).collect();
    assert!(lost.is_empty(), "texts that were acknowledged are lost: {lost:?}");
    let mut sent: BTreeMap<String, u32> = BTreeMap::new();
    for text in twilio.texts() {
        *sent.entry(text.body).or_default() += 1;
    }
    let twice: Vec<_> = sent.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "texts were sent twice: {twice:?}");
    let mut unknown = 0;
    for text in kept.values() {
        let at_provider = sent.get(text.body.as_str()).copied().unwrap_or(0);
        match text.delivery.status {
            DeliveryStatus::Unknown => unknown += 1,
            status if status >= DeliveryStatus::Queued => {
                assert_eq!(at_provider, 1, "{} is {status:?} and was not sent", text.id);
            }
            status => panic!("{} ends as {status:?}: {:?}", text.id, text.reason),
        }
    }
    assert!(unknown <= (kills + 1) * BATCH, "{unknown} of {} texts in doubt after {kills} kills", kept.len());
    assert!(acknowledged.len() > 20, "{} texts", acknowledged.len());
    format!("{} texts, {} acknowledged, each sent once, {unknown} unknown", kept.len(), acknowledged.len())
}

async fn judge_bookings(store: &dyn Store, said: &BTreeMap<String, BTreeSet<String>>, now: DateTime<Utc>) -> String {
    let none = BTreeSet::new();
    let word = |word: &str| said.get(word).unwrap_or(&none);
    let mut live: Vec<Booking> = Vec::new();
    let mut query = BookingQuery::between(DateTime::UNIX_EPOCH, now + chrono::TimeDelta::days(4_000));
    query.limit = 1_000_000;
    live.extend(store.bookings(&tenant(0), &query).await.unwrap());
    for id in word("confirmed") {
        let booking = store.booking(&tenant(0), &id.parse().unwrap()).await.unwrap().expect("a booking was lost");
        let cancelled = word("cancelling").contains(id) && booking.state == BookingState::Cancelled;
        assert!(booking.state == BookingState::Confirmed || cancelled, "{id} is {:?}", booking.state);
        assert!(!word("cancelled").contains(id) || cancelled, "{id} was cancelled and is not");
    }
    live.sort_by_key(|booking| booking.hold.as_ref().map(|hold| hold.from));
    for (at, one) in live.iter().enumerate() {
        let hold = one.hold.as_ref().unwrap();
        for other in live[at + 1..].iter().filter_map(|other| other.hold.as_ref()).take_while(|o| o.from < hold.until) {
            let shared = hold.seats.iter().any(|seat| other.seats.contains(seat));
            assert!(!shared, "{:?} overlaps {:?}", hold, other);
        }
    }
    let confirmed = live.iter().filter(|booking| booking.state == BookingState::Confirmed).count();
    assert!(word("confirmed").len() > 5, "{} were confirmed", word("confirmed").len());
    format!("{} confirmations acknowledged, {confirmed} stand, no overlap", word("confirmed").len())
}

async fn judge_numbers(store: &dyn Store, twilio: &Twilio) -> String {
    let mut bought = BTreeSet::new();
    for number in 0..TENANTS {
        for order in store.orders(&tenant(number)).await.unwrap() {
            assert_eq!(order.state, OrderState::Active, "{order:?}");
            assert!(bought.insert(order.number.unwrap()), "one number for two orders");
            let owner = store.tenant_of(&order.number.unwrap()).await.unwrap();
            assert_eq!(owner, Some(tenant(number)));
        }
    }
    let account = twilio.numbers().len() - usize::try_from(TENANTS).unwrap();
    assert_eq!(account, bought.len(), "numbers were bought twice");
    format!("{} numbers bought, each once", bought.len())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn store_postgres_survives_kills_and_a_crash_of_the_server() {
    let Some(cluster) = cluster::Cluster::start() else {
        println!("skipped: there is no PostgreSQL here (no initdb)");
        return;
    };
    survive(cluster.url.clone(), || assert!(cluster.crash() && cluster.up(), "the server did not come back")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn store_sqlite_survives_kills() {
    let folder = std::env::temp_dir().join(format!("frontdesk-crash-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path: PathBuf = folder.join("desk.db");
    survive(path.display().to_string(), || {}).await;
    let _ = std::fs::remove_dir_all(&folder);
}

/// Not a test: what each worker process runs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "started by the tests above"]
async fn worker_process() {
    if let Ok(setup) = std::env::var("FRONTDESK_CRASH_SETUP") {
        worker::work(&setup).await;
    }
}
