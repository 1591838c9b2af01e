//! Requests per second over loopback: the desk answering new calls, against the same server with an empty handler.
//!
//! `cargo bench --bench loopback` prints the paired rounds. Not a statistical bench: a load of a few seconds.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods, reason = "a bench")]

mod common;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use axum::Router;
use frontdesk::Desk;
use frontdesk::clock::SystemClock;
use frontdesk::phone::E164;
use frontdesk::store::MemoryStore;
use frontdesk::tenant::Tenant;
use frontdesk::twilio::webhook::Signer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const CONNECTIONS: usize = 16;
const REQUESTS: usize = 400;
const ROUNDS: usize = 9;

/// A signed webhook as it stands on the wire; each is another call.
fn wire(call: u64) -> Vec<u8> {
    let body = format!(
        "AccountSid=AC0123456789abcdef0123456789abcdef&ApiVersion=2010-04-01&CallSid=CA{call:032x}&CallStatus=ringing\
         &Called=%2B15551230000&CalledCountry=US&Caller=%2B14155552671&CallerCity=SAN+FRANCISCO&CallerCountry=US\
         &CallerState=CA&CallerZip=94103&Direction=inbound&From=%2B14155552671&FromCity=SAN+FRANCISCO&FromCountry=US\
         &FromState=CA&FromZip=94103&To=%2B15551230000&ToCountry=US&ToState=CA"
    );
    let signature = Signer::new(TOKEN).sign_form("https://desk.example/webhooks/twilio/voice", body.as_bytes());
    format!(
        "POST /webhooks/twilio/voice HTTP/1.1\r\nhost: desk.example\r\ncontent-type: application/x-www-form-urlencoded\
         \r\nx-twilio-signature: {signature}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

async fn serve(app: Router) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

/// Reads one answer with a content-length.
async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) {
    buffer.clear();
    loop {
        let mut piece = [0; 4096];
        let read = stream.read(&mut piece).await.unwrap();
        assert!(read > 0, "the server closed the connection");
        buffer.extend_from_slice(&piece[..read]);
        let Some(head) = buffer.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let text = std::str::from_utf8(&buffer[..head]).unwrap();
        assert!(text.starts_with("HTTP/1.1 200"), "{text}");
        let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        if buffer.len() >= head + 4 + length.parse::<usize>().unwrap() {
            return;
        }
    }
}

/// One round: requests per second and the time of each.
async fn round(address: SocketAddr, first: u64) -> (f64, Vec<Duration>) {
    let mut tasks = Vec::new();
    for connection in 0..CONNECTIONS {
        let base = first + (connection * REQUESTS) as u64;
        let requests: Vec<_> = (0..REQUESTS as u64).map(|index| wire(base + index)).collect();
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        tasks.push((stream, requests));
    }
    let start = Instant::now();
    let running: Vec<_> = tasks
        .into_iter()
        .map(|(mut stream, requests)| {
            tokio::spawn(async move {
                let mut times = Vec::with_capacity(requests.len());
                let mut buffer = Vec::new();
                for request in &requests {
                    let sent = Instant::now();
                    stream.write_all(request).await.unwrap();
                    answer(&mut stream, &mut buffer).await;
                    times.push(sent.elapsed());
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for task in running {
        times.extend(task.await.unwrap());
    }
    ((CONNECTIONS * REQUESTS) as f64 / start.elapsed().as_secs_f64(), times)
}

#[tokio::main]
async fn main() {
    let tenant = Tenant::new("clinic".parse().unwrap())
        .with_number("+15551230000".parse().unwrap())
        .with_forward_to("+15551230001".parse::<E164>().unwrap());
    let desk = Desk::builder()
        .public_url("https://desk.example".parse().unwrap())
        .auth_token(TOKEN)
        .store(MemoryStore::new(SystemClock::shared()).with_tenant(tenant))
        .build()
        .unwrap();
    let ours = serve(Router::new().fallback_service(desk.service())).await;
    // The same body is read, the same length answered, and nothing is done.
    let xml = "x".repeat(250);
    let empty = serve(Router::new().fallback(move |_: axum::body::Bytes| {
        let xml = xml.clone();
        async move { xml }
    }))
    .await;
    let mut next = 1;
    let (mut ratios, mut all) = (Vec::new(), Vec::new());
    round(empty, 0).await;
    for _ in 0..ROUNDS {
        let (floor, _) = round(empty, next).await;
        let (rate, times) = round(ours, next).await;
        next += (CONNECTIONS * REQUESTS) as u64;
        println!("empty handler {floor:>7.0}/s   desk {rate:>7.0}/s   {:.0}%", 100.0 * rate / floor);
        ratios.push(rate / floor);
        all.extend(times);
    }
    ratios.sort_by(f64::total_cmp);
    println!(
        "the desk answers {:.0}% of the empty handler's requests per second (aim: at least 80%), p99 {:?} (aim: under 200ms)",
        100.0 * ratios[ratios.len() / 2],
        common::percentile(&mut all, 99),
    );
}
