//! Verifying and parsing a voice webhook of 20 parameters, and answering it through the whole desk without a network.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a bench")]

mod common;

use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use criterion::{Criterion, criterion_group};
use frontdesk::Desk;
use frontdesk::clock::SystemClock;
use frontdesk::phone::E164;
use frontdesk::store::MemoryStore;
use frontdesk::tenant::Tenant;
use frontdesk::twilio::webhook::{Signer, Verifier, VoiceEvent};
use hmac::{Hmac, KeyInit, Mac};
use http::Request;
use http::request::Parts;
use sha1::Sha1;

const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const URL: &str = "https://desk.example/webhooks/twilio/voice";

fn body(call: u64) -> String {
    let sid = format!("CA{call:032x}");
    // Twilio's order is none.
    let fields = [
        ("Called", "+15551230000"),
        ("CallerCountry", "US"),
        ("Direction", "inbound"),
        ("CallerState", "CA"),
        ("CallSid", sid.as_str()),
        ("To", "+15551230000"),
        ("CallerZip", "94103"),
        ("CallStatus", "ringing"),
        ("From", "+14155552671"),
        ("AccountSid", "AC0123456789abcdef0123456789abcdef"),
        ("CalledCountry", "US"),
        ("CallerCity", "SAN FRANCISCO"),
        ("ApiVersion", "2010-04-01"),
        ("Caller", "+14155552671"),
        ("FromCity", "SAN FRANCISCO"),
        ("CalledCity", ""),
        ("CalledState", "CA"),
        ("FromZip", "94103"),
        ("FromCountry", "US"),
        ("CalledZip", ""),
    ];
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

fn request(body: &str) -> (Parts, Bytes) {
    let request = Request::post("/webhooks/twilio/voice")
        .header("content-type", "application/x-www-form-urlencoded; charset=UTF-8")
        .header("x-twilio-signature", Signer::new(TOKEN).sign_form(URL, body.as_bytes()))
        .body(Bytes::from(body.to_owned()))
        .unwrap();
    request.into_parts()
}

/// The bytes that are signed, as the floor gets them ready-made.
fn signed_bytes(body: &str) -> Vec<u8> {
    let mut pairs: Vec<_> = url::form_urlencoded::parse(body.as_bytes()).collect();
    pairs.sort();
    let mut bytes = URL.as_bytes().to_vec();
    for (key, value) in pairs {
        bytes.extend_from_slice(key.as_bytes());
        bytes.extend_from_slice(value.as_bytes());
    }
    bytes
}

fn floor(bytes: &[u8]) -> impl AsRef<[u8]> {
    let mut mac = Hmac::<Sha1>::new_from_slice(TOKEN.as_bytes()).unwrap();
    mac.update(bytes);
    mac.finalize().into_bytes()
}

fn desk() -> Desk {
    let tenant = Tenant::new("clinic".parse().unwrap())
        .with_number("+15551230000".parse().unwrap())
        .with_forward_to("+15551230001".parse::<E164>().unwrap());
    Desk::builder()
        .public_url("https://desk.example".parse().unwrap())
        .auth_token(TOKEN)
        .store(MemoryStore::new(SystemClock::shared()).with_tenant(tenant))
        .build()
        .unwrap()
}

fn bench(criterion: &mut Criterion) {
    let verifier = Verifier::builder(TOKEN).with_public_url("https://desk.example").build().unwrap();
    let text = body(1);
    let (parts, bytes) = request(&text);
    let signed = signed_bytes(&text);
    let mut group = criterion.benchmark_group("webhook");
    group.bench_function("floor: HMAC-SHA1 keyed per call", |b| b.iter(|| black_box(floor(black_box(&signed)))));
    group.bench_function("verify", |b| b.iter(|| verifier.verify(black_box(&parts), bytes.clone()).unwrap()));
    let verified = verifier.verify(&parts, bytes.clone()).unwrap();
    group.bench_function("parse", |b| b.iter(|| black_box(&verified).parse::<VoiceEvent>().unwrap()));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let desk = desk();
    let call = AtomicU64::new(1 << 40);
    group.bench_function("a new call through the desk", |b| {
        b.iter_batched(
            || {
                let (parts, bytes) = request(&body(call.fetch_add(1, Ordering::Relaxed)));
                Request::from_parts(parts, bytes)
            },
            |request| {
                let response = runtime.block_on(desk.handle(request));
                assert_eq!(response.status(), 200);
                response
            },
            criterion::BatchSize::SmallInput,
        );
    });
    group.finish();
    println!();
    common::ratio(
        "verify a webhook of 20 parameters",
        3.0,
        || {
            black_box(floor(black_box(&signed)));
        },
        || {
            black_box(verifier.verify(black_box(&parts), bytes.clone()).unwrap());
        },
    );
    println!();
}

criterion_group!(benches, bench);

fn main() {
    benches();
    Criterion::default().configure_from_args().final_summary();
}
