//! The assistant: from a tool-call webhook to its answer with the calendar in memory, times as people say them, and reading
//! an end-of-call report of 78 kB.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods, reason = "a bench")]

mod common;

use std::hint::black_box;
use std::time::{Duration, Instant};

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use frontdesk::Desk;
use frontdesk::assistant::AssistantSettings;
use frontdesk::availability::Question;
use frontdesk::calendar::{Diaries, Diary, Entered, EventId};
use frontdesk::clock::SystemClock;
use frontdesk::schedule::{Interval, SpokenTime};
use frontdesk::store::{MemoryStore, SqliteStore, put_tenant};
use frontdesk::tenant::Tenant;
use frontdesk::vapi::webhook::Verifier;
use serde_json::{Value, json};

const ROUNDS: usize = 2_000;

fn clinic() -> Tenant {
    Tenant::new("clinic".parse().unwrap())
        .with_number("+15551230000".parse().unwrap())
        .with_hours("mon-sun 09:00-17:00".parse().unwrap(), chrono_tz::America::New_York)
}

fn builder(now: DateTime<Utc>) -> frontdesk::desk::DeskBuilder {
    let diary = Diary::new(chrono_tz::America::New_York);
    for event in 0..400 {
        let start = now + TimeDelta::minutes(event * 163);
        let busy = Interval::new(start, start + TimeDelta::minutes(45)).unwrap();
        diary.enter(EventId::of([event.to_string().as_str()]), Entered::Timed(busy));
    }
    Desk::builder()
        .public_url("https://example.com".parse().unwrap())
        .auth_token("token")
        .calendars(Diaries::new().with("clinic".parse().unwrap(), diary))
        .assistant(AssistantSettings::new("secret"))
}

async fn tool_calls(name: &str, desk: &Desk, now: DateTime<Utc>) {
    let tenant = "clinic".parse().unwrap();
    let question = Question::between(now, now + TimeDelta::days(14));
    let (mut times, mut floor) = (Vec::with_capacity(ROUNDS), Vec::with_capacity(ROUNDS));
    for round in 0..ROUNDS {
        // A call of its own each time: what was answered before would be answered from the record.
        let body = json!({"message": {
            "type": "tool-calls", "timestamp": now.timestamp_millis(),
            "call": {"id": format!("00000000-0000-4000-8000-{round:012x}"), "type": "inboundPhoneCall",
                "customer": {"number": "+14155552671"}, "phoneNumber": {"number": "+15551230000"}},
            "toolCallList": [{"id": "t1", "type": "function",
                "function": {"name": "check_availability", "arguments": "{\"when\":\"tomorrow afternoon\"}"}}],
        }})
        .to_string();
        let request = http::Request::post("/webhooks/vapi")
            .header("authorization", "Bearer secret")
            .body(Bytes::from(body))
            .unwrap();
        let began = Instant::now();
        let answer = desk.handle(request).await;
        times.push(began.elapsed());
        assert!(answer.body().windows(5).any(|window| window == b"Free:"));
        let began = Instant::now();
        black_box(desk.availability().slots(&tenant, &question).await.unwrap());
        floor.push(began.elapsed());
    }
    let (median, slowest) = (common::percentile(&mut times, 50), common::percentile(&mut times, 99));
    let below = common::percentile(&mut floor, 50);
    println!(
        "a tool call, webhook to answer, {name}: {median:.0?} at the median, {slowest:.0?} at the 99th percentile (aim: under 5 ms); {:.1} times the slots alone ({below:.0?})",
        median.as_secs_f64() / below.as_secs_f64()
    );
}

fn report() -> Bytes {
    let turn = |number: usize| {
        let role = if number.is_multiple_of(2) { "bot" } else { "user" };
        json!({"role": role, "message": "I would like to come on Tuesday at two, if that is possible. ".repeat(3), "time": 1_764_000_000_000_u64 + number as u64, "secondsFromStart": number, "duration": 1200})
    };
    let turns: Vec<Value> = (0..120).map(turn).collect();
    let transcript = "AI: Hello\nUser: I would like to come on Tuesday at two.\n".repeat(200);
    let mut message = json!({
        "type": "end-of-call-report", "endedReason": "customer-ended-call", "cost": 0.1,
        "startedAt": "2026-03-02T14:00:00Z", "endedAt": "2026-03-02T14:05:00Z",
        "analysis": {"summary": "Booked.", "structuredData": {"outcome": "booked"}},
        "artifact": {"messages": turns, "transcript": transcript},
        "call": {"id": "c1", "orgId": "o", "type": "inboundPhoneCall", "customer": {"number": "+14155552671"}},
    });
    let missing = 78_000_usize.saturating_sub(message.to_string().len());
    message["artifact"]["logUrl"] = json!("x".repeat(missing));
    Bytes::from(json!({ "message": message }).to_string())
}

#[tokio::main]
async fn main() {
    let clock = SystemClock::shared();
    let now = clock.now();
    let desk = builder(now).store(MemoryStore::new(clock.clone()).with_tenant(clinic())).build().unwrap();
    tool_calls("in memory", &desk, now).await;
    let folder = std::env::temp_dir().join(format!("frontdesk-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let store = SqliteStore::open(folder.join("desk.db")).await.unwrap();
    put_tenant(&store, clinic()).await.unwrap();
    let desk = builder(now).store(store).build().unwrap();
    tool_calls("SQLite", &desk, now).await;
    drop(desk);
    let _ = std::fs::remove_dir_all(&folder);

    let zone = chrono_tz::America::New_York;
    let phrases = [
        "tomorrow at two",
        "um, so Tuesday, no, Wednesday at half past two pm",
        "in two weeks on Monday at a quarter to nine",
        "hi yeah I was wondering if you had anything on, um, Thursday around like two thirty?",
        "the last Friday of next month between two and four",
        "can I get a cleaning",
    ];
    for phrase in phrases {
        let mut best = Duration::MAX;
        for _ in 0..20 {
            let began = Instant::now();
            for _ in 0..500 {
                black_box(SpokenTime::understand(black_box(phrase), now, zone, None));
            }
            best = best.min(began.elapsed() / 500);
        }
        println!("{phrase:?}: {best:.2?}");
    }
    let sentence = phrases[3];
    common::ratio(
        "a spoken time, against lower case and words alone",
        100.0,
        || {
            let lower = black_box(sentence).to_lowercase();
            let words: Vec<String> = lower.split_whitespace().map(str::to_owned).collect();
            black_box(words);
        },
        || {
            black_box(SpokenTime::understand(black_box(sentence), now, zone, None));
        },
    );

    let body = report();
    let verifier = Verifier::new().bearer("secret");
    let (parts, ()) = http::Request::post("/").header("authorization", "Bearer secret").body(()).unwrap().into_parts();
    let mut best = Duration::MAX;
    for _ in 0..200 {
        let began = Instant::now();
        black_box(verifier.verify(&parts, body.clone(), now).unwrap().parse().unwrap());
        best = best.min(began.elapsed());
    }
    println!("an end-of-call report of {} bytes, verified and read: {best:.0?}", body.len());
    common::ratio(
        "an end-of-call report, against reading it as any JSON",
        1.5,
        || {
            black_box(serde_json::from_slice::<Value>(black_box(&body)).unwrap());
        },
        || {
            black_box(verifier.verify(&parts, body.clone(), now).unwrap().parse().unwrap());
        },
    );
}
