//! The way to Google, on which everything happens that can: time-outs before and after the effect, requests that arrive
//! late, refusals, answers cut short; and people who edit the calendar between any two steps.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use frontdesk::calendar::EventId;
use frontdesk::clock::{Clock, ManualClock};
use frontdesk::google::events::Event;
use frontdesk::schedule::Interval;
use frontdesk::sim::Google;
use frontdesk::sim::google::Fault;
use frontdesk::store::MemoryStore;
use frontdesk::transport::{Body, Failure, Transport};
use http::{Method, Request, Response};
use serde_json::json;

/// Two o'clock and later, in steps of a quarter of an hour: where everybody wants to go.
pub(super) const FIRST: &str = "2026-12-01T14:00:00Z";

#[derive(Clone)]
pub(super) struct Network(Arc<Shared>);

struct Shared {
    google: Google,
    store: MemoryStore,
    inner: Arc<dyn Transport>,
    clock: ManualClock,
    state: Mutex<State>,
}

/// Our events, and everybody else's times.
pub(super) type Look = (BTreeSet<String>, Vec<Interval>);

pub(super) struct State {
    pub(super) rng: fastrand::Rng,
    /// How many of a hundred requests go wrong, and how many steps a person makes beside them.
    faults: u32,
    people: u32,
    /// And how often of a thousand the store goes down.
    outages: u32,
    /// How likely what is late arrives in a step, in percent.
    arrivals: u32,
    /// Whether the store is down.
    pub(super) down: bool,
    /// Requests that are still on their way.
    late: Vec<Request<Bytes>>,
    /// Events of ours that a person has moved or deleted, and their bookings.
    pub(super) touched: BTreeSet<String>,
    /// What was in the calendar whenever a range was looked at.
    pub(super) looks: BTreeMap<(i64, i64), Vec<Look>>,
    /// Counts what happens, so that who waits is told from who works.
    pub(super) progress: u64,
    /// Counts what may have changed the calendar.
    pub(super) edits: u64,
    pub(super) log: Vec<String>,
}

impl std::fmt::Debug for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Network")
    }
}

/// Lets everybody else go first, some times.
async fn step_aside(times: u32) {
    let mut left = times;
    std::future::poll_fn(move |context| {
        if left == 0 {
            return Poll::Ready(());
        }
        left -= 1;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

pub(super) fn interval(event: &Event) -> Option<Interval> {
    let at = |side: &Option<frontdesk::google::EventDateTime>| Some(side.as_ref()?.date_time?.to_utc());
    Interval::new(at(&event.start)?, at(&event.end)?).ok()
}

pub(super) fn is_free(event: &Event) -> bool {
    event.transparency.as_ref().is_some_and(|transparency| transparency.as_str() == "transparent")
}

pub(super) fn booking(event: &Event) -> Option<&str> {
    event.private("frontdeskBooking")?.strip_prefix("clinic/")
}

impl Network {
    pub(super) fn new(google: Google, store: MemoryStore, clock: ManualClock, seed: u64) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let (faults, people) = (rng.u32(0..25), rng.u32(0..12));
        let outages = if rng.u32(..3) == 0 { 15 } else { 0 };
        let arrivals = [20, 5, 1][rng.usize(..3)];
        let state = State {
            rng,
            faults,
            people,
            outages,
            arrivals,
            down: false,
            late: Vec::new(),
            touched: BTreeSet::new(),
            looks: BTreeMap::new(),
            progress: 0,
            edits: 0,
            log: Vec::new(),
        };
        Self(Arc::new(Shared { inner: google.transport(), google, store, clock, state: Mutex::new(state) }))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap()
    }

    pub(super) fn events(&self) -> Vec<Event> {
        self.0.google.events("primary")
    }

    /// From now on everything goes well; what is late arrives.
    pub(super) async fn calm(&self) {
        {
            let mut state = self.lock();
            (state.faults, state.people, state.outages) = (0, 0, 0);
        }
        self.set_down(false);
        while self.arrive().await {}
    }

    /// The store goes down, or comes back.
    fn set_down(&self, down: bool) {
        let changes = std::mem::replace(&mut self.lock().down, down) != down;
        if changes {
            self.0.store.set_failing(down);
            self.note(format!("the store is {}", if down { "down" } else { "there again" }));
        }
    }

    /// The store comes back, if it is down.
    pub(super) fn come_back(&self) {
        self.set_down(false);
    }

    /// Reads the store even when it is down.
    pub(super) fn aside<T>(&self, read: impl FnOnce() -> T) -> T {
        self.0.store.set_failing(false);
        let read = read();
        let down = self.lock().down;
        self.0.store.set_failing(down);
        read
    }

    pub(super) fn note(&self, what: String) {
        let mut state = self.lock();
        state.progress += 1;
        let now = self.0.clock.now().format("%H:%M:%S%.3f");
        state.log.push(format!("{now} {what}"));
    }

    /// One of the requests that are late arrives.
    async fn arrive(&self) -> bool {
        let request = {
            let mut state = self.lock();
            if state.late.is_empty() {
                return false;
            }
            let count = state.late.len();
            let at = state.rng.usize(..count);
            state.late.swap_remove(at)
        };
        self.note(format!("late: {} {}", request.method(), request.uri().path()));
        self.lock().edits += 1;
        let _ = self.0.inner.call(request).await;
        true
    }

    /// A person edits the calendar.
    pub(super) fn person(&self) {
        let events = self.events();
        let (what, pick, quarter) = {
            let mut state = self.lock();
            state.edits += 1;
            (state.rng.u32(..6), state.rng.usize(..1_000), state.rng.i64(0..14))
        };
        let first: DateTime<Utc> = FIRST.parse().unwrap();
        let start = first + TimeDelta::minutes(15 * quarter);
        let there = Interval::new(start, start + TimeDelta::minutes(15)).unwrap();
        let ours: Vec<&Event> = events.iter().filter(|event| booking(event).is_some() && !is_free(event)).collect();
        let theirs: Vec<&Event> = events.iter().filter(|event| booking(event).is_none()).collect();
        let id = |event: &Event| event.id.as_deref().unwrap().parse::<EventId>().unwrap();
        match what {
            0 | 1 if theirs.len() < 3 => {
                self.0.google.enter("primary", "By hand", there);
                self.note(format!("a person enters {there}"));
            }
            0..=2 if !theirs.is_empty() => {
                let event = id(theirs[pick % theirs.len()]);
                self.0.google.remove("primary", &event);
                self.note("a person deletes what they entered".into());
            }
            3 if !ours.is_empty() => {
                let event = ours[pick % ours.len()];
                self.0.google.enter_json("primary", Some(&id(event)), json!({ "summary": "Renamed" }));
                self.note(format!("a person renames {:?}", booking(event)));
            }
            4 if !ours.is_empty() => {
                let event = ours[pick % ours.len()];
                self.lock()
                    .touched
                    .extend([event.id.clone(), booking(event).map(ToOwned::to_owned)].into_iter().flatten());
                self.0.google.remove("primary", &id(event));
                self.note(format!("a person deletes {:?}", booking(event)));
            }
            5 if !ours.is_empty() => {
                let event = ours[pick % ours.len()];
                self.lock()
                    .touched
                    .extend([event.id.clone(), booking(event).map(ToOwned::to_owned)].into_iter().flatten());
                let side = |at: DateTime<Utc>| json!({ "dateTime": at.to_rfc3339() });
                let moved = json!({ "start": side(there.start()), "end": side(there.end()) });
                self.0.google.enter_json("primary", Some(&id(event)), moved);
                self.note(format!("a person moves {:?} to {there}", booking(event)));
            }
            _ => {}
        }
    }

    fn chance(&self, percent: u32) -> bool {
        percent > 0 && self.lock().rng.u32(..100) < percent
    }

    async fn between(&self) {
        let (people, aside) = {
            let mut state = self.lock();
            (state.people, state.rng.u32(..3))
        };
        step_aside(aside).await;
        let (outages, down, turn) = {
            let mut state = self.lock();
            (state.outages, state.down, state.rng.u32(..1_000))
        };
        if down && turn < 300 {
            self.set_down(false);
        } else if !down && turn < outages {
            self.set_down(true);
        }
        if self.chance(people) {
            self.person();
        }
        let arrivals = self.lock().arrivals;
        if self.chance(arrivals) {
            self.arrive().await;
        }
    }

    /// What is looked at, if it is: the range of a listing.
    fn range(request: &Request<Bytes>) -> Option<(i64, i64)> {
        let of = |name: &str| {
            let pairs = url::form_urlencoded::parse(request.uri().query()?.as_bytes());
            let value = pairs.into_iter().find(|(key, _)| key == name)?.1.into_owned();
            Some(value.parse::<DateTime<Utc>>().ok()?.timestamp())
        };
        (request.method() == Method::GET).then_some(())?;
        Some((of("timeMin")?, of("timeMax")?))
    }

    fn looked(&self, range: (i64, i64)) {
        let within = Interval::from_seconds(range.0, range.1).unwrap();
        let (mut ours, mut theirs) = (BTreeSet::new(), Vec::new());
        for event in self.events().iter().filter(|event| !is_free(event)) {
            match (booking(event), interval(event)) {
                (Some(_), _) => {
                    ours.insert(event.id.clone().unwrap());
                }
                (None, Some(interval)) if interval.overlaps(&within) => theirs.push(interval),
                _ => {}
            }
        }
        self.lock().looks.entry(range).or_default().push((ours, theirs));
    }
}

#[async_trait]
impl Transport for Network {
    async fn call(&self, request: Request<Bytes>) -> Result<Response<Body>, Failure> {
        self.between().await;
        let what = format!("{} {}", request.method(), request.uri().path().rsplit('/').next().unwrap_or_default());
        let faults = self.lock().faults;
        let fault = self.chance(faults).then(|| self.lock().rng.u32(..12));
        self.note(format!("{what}{}", fault.map(|fault| format!(" (fault {fault})")).unwrap_or_default()));
        let range = Self::range(&request);
        let mut lost = false;
        match fault {
            Some(0) => return Err(Failure::not_sent("a connection that was refused")),
            Some(1) => return Err(Failure::outcome_unknown("a connection that broke before")),
            Some(2) => lost = true,
            // It arrives later, or never.
            Some(3) if request.method() != Method::GET => {
                self.lock().late.push(request);
                return Err(Failure::outcome_unknown("an answer that does not come"));
            }
            Some(4) => {
                if request.method() != Method::GET {
                    self.lock().late.push(request);
                }
                self.0.clock.sleep(Duration::from_secs(3_600)).await;
                return Err(Failure::outcome_unknown("an answer that did not come"));
            }
            Some(5) => self.0.google.inject([Fault::Quota]),
            Some(6) => self.0.google.inject([Fault::RateLimit]),
            Some(7) => self.0.google.inject([Fault::TooManyRequests { retry_after: Some(2) }]),
            Some(8) => self.0.google.inject([Fault::ServerError]),
            Some(9) => self.0.google.inject([Fault::FalseError]),
            Some(10) => self.0.google.inject([Fault::Garbage]),
            Some(11) => self.0.google.inject([Fault::Unauthorized]),
            _ => {}
        }
        if request.method() != Method::GET {
            self.lock().edits += 1;
        }
        let answer = self.0.inner.call(request).await;
        if let (Some(range), Ok(answer), false) = (range, &answer, lost)
            && answer.status().is_success()
        {
            self.looked(range);
        }
        self.between().await;
        if lost {
            return Err(Failure::outcome_unknown("a connection that broke after"));
        }
        answer
    }
}
