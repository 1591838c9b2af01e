//! The outbox in memory, counting segments, and reading a page of a thousand messages.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods, reason = "a bench")]

mod common;

use std::hint::black_box;
use std::time::Instant;

use async_trait::async_trait;
use criterion::{Criterion, Throughput, criterion_group};
use frontdesk::Error;
use frontdesk::clock::SystemClock;
use frontdesk::id::TenantId;
use frontdesk::message::{Accepted, Delivery, DeliveryStatus, Guard, MessageRecord, Segments, SmsSender};
use frontdesk::messaging::{Draft, Messenger};
use frontdesk::store::MemoryStore;
use frontdesk::tenant::Tenant;
use frontdesk::transport::{Body, Failure, Transport};
use frontdesk::twilio::Client;
use frontdesk::twilio::messages::ListMessages;
use serde_json::json;

const TEXTS: usize = 5_000;

/// Takes every text at once.
#[derive(Debug)]
struct Instantly;

#[async_trait]
impl SmsSender for Instantly {
    async fn send(&self, _: &MessageRecord, _: &url::Url) -> Result<Accepted, Error> {
        Ok(Accepted::new(None, Delivery::new(DeliveryStatus::Queued)))
    }
}

/// Writes and sends 5,000 texts to as many recipients; what is left is the outbox's own work.
fn outbox() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let tenant: TenantId = "clinic".parse().unwrap();
    let mut rates: Vec<f64> = (0..7)
        .map(|_| {
            let store = MemoryStore::new(SystemClock::shared())
                .with_tenant(Tenant::new(tenant.clone()).with_number("+15551230000".parse().unwrap()));
            let guard = Guard::new().with_sender_rate(None).with_daily_cap(None);
            let messenger = Messenger::builder(store)
                .sender(Instantly)
                .guard(guard)
                .public_url("https://desk.example".parse().unwrap())
                .build()
                .unwrap();
            let start = Instant::now();
            runtime.block_on(async {
                for number in 0..TEXTS {
                    let draft = Draft::new(format!("+1415555{number:04}"), "Your appointment is tomorrow at three.");
                    messenger.send(&tenant, draft).await.unwrap();
                }
                assert_eq!(messenger.run_until_idle().await.unwrap(), TEXTS);
            });
            TEXTS as f64 / start.elapsed().as_secs_f64()
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    println!("outbox in memory: {:.0} texts a second, written, claimed, sent and recorded", rates[rates.len() / 2]);
}

fn segments(criterion: &mut Criterion) {
    let texts = [
        ("a short text", "Your appointment is tomorrow at three. Answer STOP to end these texts.".to_owned()),
        ("1,600 characters in GSM-7", "All work and no play. ".repeat(73)[..1_600].to_owned()),
        ("1,600 characters in UCS-2", "Записаны на завтра в три. ".repeat(64).chars().take(1_600).collect()),
    ];
    let mut group = criterion.benchmark_group("segments");
    for (name, text) in &texts {
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(*name, |bencher| bencher.iter(|| Segments::of(black_box(text))));
    }
    group.finish();
    let text = &texts[0].1;
    let table: Vec<u8> = (0..=255).map(|byte: u8| u8::from(byte != b'`') + u8::from(byte == b'{')).collect();
    let floor = || {
        let entry = |byte: u8| u32::from(table.get(usize::from(byte)).copied().unwrap_or_default());
        black_box(black_box(text.as_str()).bytes().map(entry).sum::<u32>());
    };
    common::ratio("segments of a short text against adding up a table's entries", 4.0, floor, || {
        black_box(Segments::of(black_box(text)));
    });
}

/// Answers every request with the same page.
#[derive(Debug)]
struct Page(bytes::Bytes);

#[async_trait]
impl Transport for Page {
    async fn call(&self, _: http::Request<bytes::Bytes>) -> Result<http::Response<Body>, Failure> {
        Ok(http::Response::new(Body::from(self.0.clone())))
    }
}

fn page(criterion: &mut Criterion) {
    let message = |number: usize| {
        json!({
            "sid": format!("SM{number:032x}"), "account_sid": "AC0123456789abcdef0123456789abcdef",
            "messaging_service_sid": null, "from": "+15551230000", "to": "+14155552671",
            "body": "Your appointment is tomorrow at three.", "status": "delivered", "direction": "outbound-api",
            "num_segments": "1", "num_media": "0", "price": "-0.00750", "price_unit": "USD", "error_code": null,
            "error_message": null, "date_created": "Fri, 20 Nov 2026 09:00:00 +0000",
            "date_updated": "Fri, 20 Nov 2026 09:00:02 +0000", "date_sent": "Fri, 20 Nov 2026 09:00:01 +0000",
            "api_version": "2010-04-01", "uri": "/2010-04-01/Accounts/AC/Messages/SM.json",
            "subresource_uris": { "media": "/2010-04-01/Accounts/AC/Messages/SM/Media.json" },
        })
    };
    let items: Vec<_> = (0..1_000).map(message).collect();
    let body = bytes::Bytes::from(json!({ "messages": items, "next_page_uri": null }).to_string());
    let size = body.len() as u64;
    let client = Client::builder("AC0123456789abcdef0123456789abcdef".parse().unwrap())
        .with_auth_token("token")
        .with_transport(std::sync::Arc::new(Page(body.clone())))
        .build()
        .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let mut group = criterion.benchmark_group("page of 1,000 messages");
    group.throughput(Throughput::Bytes(size));
    group.bench_function("the floor: any JSON", |bencher| {
        bencher.iter(|| serde_json::from_slice::<serde_json::Value>(black_box(&body)).unwrap());
    });
    group.bench_function("typed, through the client", |bencher| {
        bencher.iter(|| {
            let page = runtime.block_on(client.messages().list(ListMessages::new()).page()).unwrap();
            assert_eq!(black_box(page.items).len(), 1_000);
        });
    });
    group.finish();
    let median = |work: &mut dyn FnMut()| {
        let mut times: Vec<_> = (0..31)
            .map(|_| {
                let start = Instant::now();
                work();
                start.elapsed()
            })
            .collect();
        common::percentile(&mut times, 50).as_secs_f64()
    };
    let floor = median(&mut || {
        black_box(serde_json::from_slice::<serde_json::Value>(&body).unwrap());
    });
    let ours = median(&mut || {
        black_box(runtime.block_on(client.messages().list(ListMessages::new()).page()).unwrap());
    });
    println!("page of 1,000 messages: {:.2} times reading it as any JSON (aim: at most 2)", ours / floor);
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(40).warm_up_time(std::time::Duration::from_millis(500));
    targets = segments, page
}

fn main() {
    outbox();
    benches();
    Criterion::default().final_summary();
}
