//! Building and rendering a document against writing the same escaped string by hand.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a bench")]

mod common;

use std::hint::black_box;

use criterion::{Criterion, criterion_group};
use frontdesk::twiml::{Dial, DialRecord, Gather, Record, VoiceResponse};

fn ours(menu: &str, url: &str, caller: &str, callee: &str) -> String {
    VoiceResponse::new()
        .gather(Gather::new().num_digits(1).timeout(6).action(url).say(menu))
        .dial(
            Dial::new()
                .timeout(20)
                .action(url)
                .caller_id(caller)
                .record(DialRecord::RecordFromAnswerDual)
                .recording_status_callback(url)
                .number(callee),
        )
        .record(Record::new().max_length(120).action(url))
        .hangup()
        .to_xml()
        .unwrap()
}

/// The five characters, run by run.
fn escape(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
        out.push_str(&rest[..at]);
        out.push_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            _ => "'",
        });
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
}

fn floor(menu: &str, url: &str, caller: &str, callee: &str) -> String {
    use std::fmt::Write;
    let mut out = String::with_capacity(512);
    out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Gather");
    write!(out, " numDigits=\"{}\" timeout=\"{}\" action=\"", black_box(1), black_box(6)).unwrap();
    escape(url, &mut out);
    out.push_str("\"><Say>");
    escape(menu, &mut out);
    out.push_str("</Say></Gather><Dial");
    write!(out, " timeout=\"{}\" action=\"", black_box(20)).unwrap();
    escape(url, &mut out);
    out.push_str("\" callerId=\"");
    escape(caller, &mut out);
    out.push_str("\" record=\"");
    escape(black_box("record-from-answer-dual"), &mut out);
    out.push_str("\" recordingStatusCallback=\"");
    escape(url, &mut out);
    out.push_str("\"><Number>");
    escape(callee, &mut out);
    write!(out, "</Number></Dial><Record maxLength=\"{}\" action=\"", black_box(120)).unwrap();
    escape(url, &mut out);
    out.push_str("\"/><Hangup/></Response>");
    out
}

const MENU: &str = "Welcome to Smith & Sons. Press 1 for new patients. Press 2 for existing patients.";
const URL: &str = "https://desk.example/webhooks/twilio/voice/dial?ladder=default&leg=0";
const CALLER: &str = "+14155552671";
const CALLEE: &str = "+15551230001";

fn bench(criterion: &mut Criterion) {
    assert_eq!(ours(MENU, URL, CALLER, CALLEE), floor(MENU, URL, CALLER, CALLEE));
    let mut group = criterion.benchmark_group("twiml");
    let input = || (black_box(MENU), black_box(URL), black_box(CALLER), black_box(CALLEE));
    group.bench_function("floor: written by hand", |b| {
        b.iter(|| {
            let (menu, url, caller, callee) = input();
            floor(menu, url, caller, callee)
        });
    });
    group.bench_function("build and render", |b| {
        b.iter(|| {
            let (menu, url, caller, callee) = input();
            ours(menu, url, caller, callee)
        });
    });
    group.finish();
    println!();
    common::ratio(
        "build and render TwiML",
        1.5,
        || {
            let (menu, url, caller, callee) = input();
            black_box(floor(menu, url, caller, callee));
        },
        || {
            let (menu, url, caller, callee) = input();
            black_box(ours(menu, url, caller, callee));
        },
    );
    println!();
}

criterion_group!(benches, bench);

fn main() {
    benches();
    Criterion::default().configure_from_args().final_summary();
}
