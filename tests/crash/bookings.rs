//! Appointments that many processes make, move and cancel at once, while they are killed at any moment. The simulated
//! Google and Twilio survive: what is in their books is compared with ours in the end.
//!
//! `FRONTDESK_BOOKINGS` says how many attempts there are, 600 by default; a hundredth of that many kills, and more if there
//! is time.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use frontdesk::booking::{Booking, BookingQuery, BookingState};
use frontdesk::google::events::Event;
use frontdesk::message::DeliveryStatus;
use frontdesk::notification::Person;
use frontdesk::reserve::{Booked, BookingRequest, Reschedule};
use frontdesk::schedule::Interval;
use frontdesk::sim::google::Fault;
use frontdesk::sim::{self, Google};
use frontdesk::store::Store;

use crate::worker::{Setup, say, tenant};
use crate::{Process, Said, WORKERS, all_texts, office};

/// The times that everybody wants: one begins every ten minutes and takes half an hour.
const SLOTS: u32 = 200;

fn attempts() -> usize {
    std::env::var("FRONTDESK_BOOKINGS").ok().and_then(|text| text.parse().ok()).unwrap_or(600)
}

fn trouble() -> Fault {
    let all = [Fault::Reset, Fault::LostAnswer, Fault::ServerError, Fault::FalseError, Fault::RateLimit, Fault::Quota];
    all[fastrand::usize(..all.len())].clone()
}

fn slot(number: u32) -> DateTime<Utc> {
    let monday: DateTime<Utc> = "2027-03-01T00:00:00Z".parse().unwrap();
    monday + TimeDelta::minutes(10 * i64::from(number % SLOTS))
}

/// What a process does: it books, now and then moves or cancels, and says what it was told.
async fn live(setup: &str) {
    let (setup, me) = Setup::read(setup);
    let desk = setup.desk(setup.open().await, &format!("b{me}"));
    let callers = (0..6).map(|caller| book(&desk, me, caller));
    tokio::join!(desk.run(std::future::pending()), futures_util::future::join_all(callers));
}

async fn book(desk: &frontdesk::Desk, me: u32, caller: u32) {
    let (reservations, tenant) = (desk.reservations(), tenant(0));
    for count in 0_u32.. {
        if fastrand::u32(..6) == 0 {
            tidy(desk).await;
        }
        let id = format!("b{me}-{caller}-{count}");
        let phone = format!("+1415555{:04}", fastrand::u32(..10_000));
        let anna = Person::new("Anna").with_phone(phone.as_str()).with_email("anna@example.org");
        let wish =
            BookingRequest::new(id.parse().unwrap(), slot(fastrand::u32(..)), anna).with_title(format!("visit {id}."));
        say("attempt", &id);
        let mut booked = reservations.book(&tenant, &wish).await;
        for _ in 0..3 {
            let Err(error) = &booked else { break };
            say(if error.is_outcome_unknown() { "unknown" } else { "unavailable" }, &id);
            tokio::time::sleep(Duration::from_millis(50)).await;
            booked = reservations.book(&tenant, &wish).await;
        }
        match booked {
            Ok(Booked::Confirmed(_)) => say("confirmed", &id),
            Ok(_) => {
                say("refused", &id);
                continue;
            }
            Err(error) => {
                // The last answer counts: what is unavailable was not booked and never will be.
                say(if error.is_outcome_unknown() { "unknown" } else { "denied" }, &id);
                continue;
            }
        }
        let key = wish.id.clone();
        if fastrand::u32(..4) == 0 {
            say("changing", &id);
            let _ = reservations.reschedule(&tenant, &key, &Reschedule::to(slot(fastrand::u32(..)))).await;
        }
        if fastrand::u32(..10) < 9 {
            say("cancelling", &id);
            if reservations.cancel(&tenant, &key).await.is_ok() {
                say("cancelled", &id);
            }
        }
    }
}

/// Somebody else's appointment is cancelled, so that there is always something to be had.
async fn tidy(desk: &frontdesk::Desk) {
    let start = slot(fastrand::u32(..));
    let query = BookingQuery::between(start, start + TimeDelta::minutes(30));
    let Ok(found) = desk.reservations().bookings(&tenant(0), &query).await else { return };
    let Some(booking) = found.into_iter().find(|booking| booking.state == BookingState::Confirmed) else { return };
    say("cancelling", booking.id.as_str());
    if desk.reservations().cancel(&tenant(0), &booking.id).await.is_ok() {
        say("cancelled", booking.id.as_str());
    }
}

async fn compete(url: String, name: &str) {
    let google = Google::start().await.unwrap();
    let (twilio, setup, store) = office(url, Some(&google)).await;
    let mut clinic = frontdesk::tenant::Tenant::clone(&store.tenant(&tenant(0)).await.unwrap().unwrap());
    clinic.hours = Some("mon-sun 00:00-24:00".parse().unwrap());
    (clinic.booking.horizon, clinic.booking.notice, clinic.booking.step) = (731, 0, Some(10));
    clinic.notifications.reminders = Vec::new();
    frontdesk::store::put_tenant(store.as_ref(), clinic).await.unwrap();
    let (wanted, least) = (attempts(), (attempts() / 100).max(4));
    let said = Said::default();
    let start = |number| Process::start("bookings::booking_process", &setup, number, &said);
    let mut processes: Vec<_> = (0..WORKERS).map(start).collect();
    let begun = Instant::now();
    let mut kills = 0;
    let count = |word: &str| said.lock().unwrap().get(word).map_or(0, BTreeSet::len);
    while count("attempt") < wanted || kills < least {
        tokio::time::sleep(Duration::from_millis(fastrand::u64(50..450))).await;
        let victim = fastrand::usize(..WORKERS);
        processes[victim].kill();
        processes[victim] = start(WORKERS + kills);
        kills += 1;
        // And something goes wrong on the way to Google, or to Twilio.
        google.inject([trouble()]);
        if fastrand::u32(..4) == 0 {
            twilio.inject([sim::twilio::Fault::LostAnswer]);
        }
        assert!(
            begun.elapsed() < Duration::from_secs(1_500),
            "{} attempts after {:?}",
            count("attempt"),
            begun.elapsed()
        );
    }
    drop(processes);
    let took = begun.elapsed();
    let desk = setup.desk(store.clone(), "last");
    let last = tokio::spawn(async move { desk.run(std::future::pending()).await });
    let ids: Vec<String> = said.lock().unwrap().get("attempt").into_iter().flatten().cloned().collect();
    let patience = Instant::now() + Duration::from_secs(90);
    let bookings = loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let bookings = read(store.as_ref(), &ids).await;
        let open: Vec<_> = bookings.values().filter(|booking| booking.claimable_from().is_some()).collect();
        let backlog = store.backlog().await.unwrap();
        let texts = all_texts(store.as_ref(), 0).await;
        let waiting = texts.iter().filter(|text| text.claimable_from().is_some()).count();
        let due: u64 = backlog.iter().map(|kind| kind.due).sum();
        let late = Instant::now() > patience;
        // A text of which Twilio is asked again in an hour may wait.
        if open.is_empty() && due == 0 && (waiting == 0 || late) {
            break bookings;
        }
        assert!(!late, "{} are open, {waiting} wait, {backlog:?}: {:?}", open.len(), open.first());
    };
    last.abort();
    let said = said.lock().unwrap().clone();
    let mut books = judge(&bookings, &said, &google.events("primary"));
    // Texts, as Twilio has them.
    let kept = all_texts(store.as_ref(), 0).await;
    let theirs = twilio.texts();
    for id in &books.standing {
        let about = format!("visit {id}. is confirmed");
        let ours: Vec<_> = kept.iter().filter(|text| text.body.as_str().contains(&about)).collect();
        let sent = theirs.iter().filter(|text| text.body.contains(&about)).count();
        let status = ours.first().map(|text| text.delivery.status);
        let waits = ours.first().is_some_and(|text| text.claimable_from().is_some());
        if (status == Some(DeliveryStatus::Unknown) || waits) && sent <= 1 {
            books.unknown += 1;
        } else if ours.len() > 1 || sent > 1 || (sent == 0 && !said_of(&said, "changing").contains(id)) {
            // One that has moved before anybody was told is told of as it stands then.
            books.wrong.push(format!("{id} has {} texts here and {sent} there: {status:?}", ours.len()));
        }
    }
    let states = |state| bookings.values().filter(|booking| booking.state == state).count();
    let word = |word: &str| said_of(&said, word).len();
    println!("\n{name}: {} attempts by {WORKERS} processes for {SLOTS} overlapping slots in {took:.0?}", ids.len());
    for (what, number) in [
        ("processes killed", kills),
        ("acknowledged as confirmed", word("confirmed")),
        ("refused with alternatives", word("refused")),
        ("told \"temporarily unavailable\"", word("unavailable")),
        ("acknowledged as cancelled", word("cancelled")),
        ("bookings that stand", books.standing.len()),
        ("bookings that were cancelled", states(BookingState::Cancelled)),
        ("bookings that were taken back", states(BookingState::Released)),
        ("events in the calendar", books.events),
        ("events that overlap", books.overlaps),
        ("acknowledged bookings that were lost", books.lost),
        ("bookings without exactly one event", books.uneven),
        ("confirmations that wait as unknown", books.unknown),
        ("confirmations sent twice or not at all", books.wrong.len()),
    ] {
        println!("  {what:<40} {number:>6}");
    }
    let Books { overlaps, lost, uneven, wrong, standing, .. } = books;
    assert_eq!((overlaps, lost, uneven), (0, 0, 0), "{wrong:?}");
    assert!(wrong.is_empty(), "{wrong:?}");
    assert!(standing.len() > 5 && word("cancelled") > 2, "there was little to judge");
}

fn said_of(said: &BTreeMap<String, BTreeSet<String>>, word: &str) -> BTreeSet<String> {
    said.get(word).cloned().unwrap_or_default()
}

async fn read(store: &dyn Store, ids: &[String]) -> BTreeMap<String, Booking> {
    let mut all = BTreeMap::new();
    for id in ids {
        let booking = store.booking(&tenant(0), &id.parse().unwrap()).await.unwrap();
        all.extend(booking.map(|booking| (id.clone(), booking)));
    }
    all
}

fn interval(event: &Event) -> Interval {
    let at = |side: &Option<frontdesk::google::EventDateTime>| side.as_ref().unwrap().date_time.unwrap().to_utc();
    Interval::new(at(&event.start), at(&event.end)).unwrap()
}

/// What came of it.
#[derive(Default)]
struct Books {
    standing: Vec<String>,
    events: usize,
    overlaps: usize,
    lost: usize,
    uneven: usize,
    unknown: usize,
    /// What is wrong, in words.
    wrong: Vec<String>,
}

/// Bookings, as we have them and as Google has them.
fn judge(bookings: &BTreeMap<String, Booking>, said: &BTreeMap<String, BTreeSet<String>>, events: &[Event]) -> Books {
    let mut books = Books { events: events.len(), ..Books::default() };
    let cancelling = said_of(said, "cancelling");
    let state = |id: &String| bookings.get(id).map(|booking| booking.state);
    for id in said_of(said, "confirmed") {
        let is_cancelled = cancelling.contains(&id) && state(&id) == Some(BookingState::Cancelled);
        if state(&id) != Some(BookingState::Confirmed) && !is_cancelled {
            books.lost += 1;
            books.wrong.push(format!("{id} was confirmed and is {:?}", state(&id)));
        }
    }
    for id in said_of(said, "cancelled") {
        if state(&id) != Some(BookingState::Cancelled) {
            books.wrong.push(format!("{id} was cancelled and is {:?}", state(&id)));
        }
    }
    for id in said_of(said, "denied") {
        if !matches!(state(&id), None | Some(BookingState::Released)) {
            books.wrong.push(format!("{id} was denied and is {:?}", state(&id)));
        }
    }
    let of = |event: &Event| {
        event.private("frontdeskBooking").and_then(|mark| mark.strip_prefix("tenant-0/")).unwrap_or_default().to_owned()
    };
    let mut live: Vec<(Interval, String)> = events.iter().map(|event| (interval(event), of(event))).collect();
    live.sort();
    for pair in live.windows(2).filter(|pair| pair[0].0.overlaps(&pair[1].0)) {
        books.overlaps += 1;
        books.wrong.push(format!("{pair:?} overlap"));
    }
    for (id, booking) in bookings {
        let own: Vec<_> = live.iter().filter(|(_, of)| of == id).map(|(at, _)| *at).collect();
        let stands = booking.state == BookingState::Confirmed;
        let wanted: Vec<_> = booking.interval().filter(|_| stands).into_iter().collect();
        if own != wanted {
            books.uneven += 1;
            books.wrong.push(format!("{id} is {:?} and has {own:?} in the calendar", booking.state));
        }
        if let Some(conflict) = booking.conflict {
            books.wrong.push(format!("{id} has a conflict: {conflict:?}"));
        }
        if stands {
            books.standing.push(id.clone());
        }
    }
    if let Some((_, id)) = live.iter().find(|(_, id)| !bookings.contains_key(id)) {
        books.wrong.push(format!("an event of nobody's: {id}"));
    }
    books
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bookings_postgres_stay_whole_though_processes_are_killed() {
    let Some(cluster) = crate::cluster::Cluster::start() else {
        println!("skipped: there is no PostgreSQL here (no initdb)");
        return;
    };
    compete(cluster.url.clone(), "PostgreSQL").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bookings_sqlite_stay_whole_though_processes_are_killed() {
    let folder = std::env::temp_dir().join(format!("frontdesk-bookings-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    compete(folder.join("desk.db").display().to_string(), "SQLite").await;
    let _ = std::fs::remove_dir_all(&folder);
}

/// Not a test: what each process runs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "started by the tests above"]
async fn booking_process() {
    if let Ok(setup) = std::env::var("FRONTDESK_CRASH_SETUP") {
        live(&setup).await;
    }
}
