//! One question for free times, with a simulated Google over HTTP that takes 100 ms for each answer: with nothing
//! remembered, and from memory.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods, reason = "a bench")]

mod common;

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use frontdesk::availability::{Availability, Question};
use frontdesk::calendar::Diaries;
use frontdesk::clock::SystemClock;
use frontdesk::google::{CalendarId, Client, GoogleCalendar};
use frontdesk::id::TenantId;
use frontdesk::schedule::Interval;
use frontdesk::sim::Google;
use frontdesk::store::MemoryStore;
use frontdesk::tenant::Tenant;
use frontdesk::transport::Reqwest;

const LATENCY: Duration = Duration::from_millis(100);
const AT_ONCE: usize = 8;
const EACH: usize = 60;

async fn ask(availability: &Availability, tenant: &TenantId, from: DateTime<Utc>, forget: bool) -> Vec<Duration> {
    let question = Question::between(from, from + TimeDelta::days(45));
    let mut times = Vec::with_capacity(EACH);
    for _ in 0..EACH {
        if forget {
            availability.forget(tenant);
        }
        let began = Instant::now();
        let slots = availability.slots(tenant, &question).await.unwrap();
        times.push(began.elapsed());
        assert!(slots.len() > 50);
    }
    times
}

#[tokio::main]
async fn main() {
    let clock = SystemClock::shared();
    let google = Google::start().await.unwrap();
    let from = clock.now() + TimeDelta::days(1);
    for event in 0..400 {
        let start = from + TimeDelta::minutes(event * 163);
        google.enter("primary", "Busy", Interval::new(start, start + TimeDelta::minutes(45)).unwrap());
    }
    google.set_latency(LATENCY);
    let tokens = Arc::new(google.token("https://www.googleapis.com/auth/calendar"));
    let transport = Arc::new(Reqwest::builder().without_proxy().build().unwrap());
    let client = Client::new(tokens, transport, clock.clone()).with_base_url(&google.base_url());
    let mut store = MemoryStore::new(clock.clone());
    let mut diaries = Diaries::new();
    let tenants: Vec<TenantId> = (0..AT_ONCE).map(|number| format!("clinic-{number}").parse().unwrap()).collect();
    for tenant in &tenants {
        let hours = "mon-sun 09:00-17:00".parse().unwrap();
        store = store.with_tenant(Tenant::new(tenant.clone()).with_hours(hours, chrono_tz::America::New_York));
        diaries = diaries.with(tenant.clone(), GoogleCalendar::new(client.clone(), CalendarId::primary()));
    }
    let availability = Availability::new(Arc::new(store), Arc::new(diaries), clock);
    for (name, forget) in [("nothing remembered", true), ("from memory", false)] {
        let asked = tenants.iter().map(|tenant| ask(&availability, tenant, from, forget));
        let mut times = futures_util::future::join_all(asked).await.concat();
        let median = common::percentile(&mut times, 50);
        let slowest = common::percentile(&mut times, 99);
        println!(
            "a question for 45 days, {AT_ONCE} at once, Google at {LATENCY:?}, {name}: {median:.1?} at the median, {slowest:.1?} at the 99th percentile (aim: under 500 ms)"
        );
    }
}
