//! The REST API for two tenants, each known by a JSON Web Token.
//!
//! `cargo run --example api` calls a clinic and a salon on a simulated Twilio, asks the API as each of them, and shows
//! that neither sees the other's. No account, no keys.
//! `cargo run --example api -- serve` leaves it open on `http://127.0.0.1:8080` (`--port`, `--no-limits`), prints a token
//! for each tenant and one for an administrator, and what to ask with `curl`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example talks to whoever runs it")]

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use bytes::Bytes;
use chrono::TimeDelta;
use frontdesk::Desk;
use frontdesk::auth::{JwtAuthenticator, Keys};
use frontdesk::clock::{Clock, SystemClock};
use frontdesk::desk::{ApiLimits, Peer};
use frontdesk::phone::E164;
use frontdesk::sim::Twilio;
use frontdesk::sim::twilio::{Callee, NumberSettings};
use frontdesk::store::MemoryStore;
use frontdesk::tenant::Tenant;
use jsonwebtoken::{EncodingKey, Header};
use serde_json::{Value, json};
use tokio::net::TcpListener;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// For a demonstration. A real one comes from the environment, or is an issuer's public key.
const SECRET: &str = "thirty-two bytes for a demonstration";
const ISSUER: &str = "https://login.example.com";
const AUDIENCE: &str = "frontdesk";
const CALLER: &str = "+14155552671";
const TENANTS: [(&str, &str, &str); 2] =
    [("clinic", "Riverside Clinic", "+15551230000"), ("salon", "Salon Lumi", "+15551239999")];

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    match start().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

struct Options {
    serve: bool,
    port: u16,
    limits: bool,
}

impl Options {
    fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self> {
        let mut options = Self { serve: false, port: 8080, limits: true };
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "serve" => options.serve = true,
                "--no-limits" => options.limits = false,
                "--port" => options.port = arguments.next().ok_or("--port needs a number")?.parse()?,
                other => return Err(format!("what is {other}? Try `serve`, `--port 8080`, `--no-limits`.").into()),
            }
        }
        Ok(options)
    }
}

async fn start() -> Result<()> {
    let options = Options::read(std::env::args().skip(1))?;
    let port = if options.serve { options.port } else { 0 };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let twilio = Twilio::start().await?;
    let desk = desk(&twilio, &url, options.limits)?;
    // Whoever is behind an address uses up that address's share.
    let app = Router::new().fallback_service(desk.service()).layer(axum::middleware::map_request(peer));
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    let serving = tokio::spawn(async move { axum::serve(listener, app).await });
    call_everybody(&twilio, &desk).await?;
    if !options.serve {
        return demonstrate(&desk).await;
    }
    println!("LISTENING {url}");
    for (tenant, ..) in TENANTS {
        println!("{}_TOKEN={}", tenant.to_uppercase(), token(Some(tenant), "member")?);
    }
    println!("ADMIN_TOKEN={}", token(None, "admin")?);
    println!("\nSet CLINIC_TOKEN to the token above, then for example:");
    println!("  curl -H \"Authorization: Bearer $CLINIC_TOKEN\" {url}/api/calls");
    println!("  curl -N -H \"Authorization: Bearer $CLINIC_TOKEN\" {url}/api/events");
    println!("  curl {url}/api/openapi.json");
    let working = desk.clone();
    tokio::spawn(async move { working.run(std::future::pending()).await });
    serving.await??;
    Ok(())
}

/// Where a request came from. From behind a proxy this is what the proxy's own header says.
async fn peer(ConnectInfo(address): ConnectInfo<SocketAddr>, mut request: Request) -> Request {
    request.extensions_mut().insert(Peer(address.ip()));
    request
}

fn desk(twilio: &Twilio, url: &str, limits: bool) -> Result<Desk> {
    let store = MemoryStore::new(SystemClock::shared());
    for (tenant, name, number) in TENANTS {
        let number: E164 = number.parse()?;
        let colleague: E164 = format!("{}1", &number.as_str()[..11]).parse()?;
        store.put_tenant(Tenant::new(tenant.parse()?).with_name(name).with_number(number).with_forward_to(colleague));
    }
    let authenticator = JwtAuthenticator::new(Keys::shared(&SECRET.into())?, ISSUER, AUDIENCE);
    let limits = if limits { ApiLimits::new() } else { ApiLimits::none() };
    let desk = Desk::builder()
        .public_url(url.parse()?)
        .auth_token(twilio.auth_token())
        .twilio(twilio.client()?)
        .store(store)
        .authenticator(authenticator)
        .api_limits(limits);
    Ok(desk.build()?)
}

/// A token as the tenant's identity provider would give it out.
fn token(tenant: Option<&str>, role: &str) -> Result<String> {
    let expires = (SystemClock::new().now() + TimeDelta::hours(12)).timestamp();
    let mut claims = json!({ "iss": ISSUER, "aud": AUDIENCE, "exp": expires, "role": role });
    if let Some(tenant) = tenant {
        claims["tenant"] = tenant.into();
    }
    Ok(jsonwebtoken::encode(&Header::default(), &claims, &EncodingKey::from_secret(SECRET.as_bytes()))?)
}

/// Nobody answers at either business, so that each caller gets a text.
async fn call_everybody(twilio: &Twilio, desk: &Desk) -> Result<()> {
    for (_, _, number) in TENANTS {
        let settings = NumberSettings::voice(desk.callbacks().voice())
            .with_status_callback(desk.callbacks().status())
            .with_sms(desk.callbacks().messages());
        twilio.configure_number(number.parse()?, settings);
        twilio.call(CALLER, number.parse()?).others(Callee::NoAnswer).place().await;
    }
    loop {
        twilio.settle().await;
        if desk.run_until_idle().await? == 0 {
            return Ok(());
        }
    }
}

async fn demonstrate(desk: &Desk) -> Result<()> {
    let mut seen = Vec::new();
    for (tenant, ..) in TENANTS {
        let token = token(Some(tenant), "member")?;
        println!("As the {tenant}:");
        let calls = ask(desk, &token, "GET", "/api/calls", None).await?;
        for call in calls["items"].as_array().into_iter().flatten() {
            println!("  GET /api/calls      {} from {}: {}", call["sid"], call["from"], call["status"]);
            seen.push((tenant, call["sid"].as_str().unwrap_or_default().to_owned()));
        }
        let texts = ask(desk, &token, "GET", "/api/messages", None).await?;
        for text in texts["items"].as_array().into_iter().flatten() {
            println!("  GET /api/messages   to {}: {} ({})", text["to"], text["body"], text["status"]);
        }
        let figures = ask(desk, &token, "GET", "/api/analytics", None).await?;
        println!(
            "  GET /api/analytics  answered {} of {}",
            figures["total"]["calls"]["answered"], figures["total"]["calls"]["count"]
        );
    }
    println!("The salon asks for the clinic's call:");
    let (_, clinics) = seen.iter().find(|(tenant, _)| *tenant == "clinic").ok_or("nobody called the clinic")?;
    let salon = token(Some("salon"), "member")?;
    let foreign = ask(desk, &salon, "GET", &format!("/api/calls/{clinics}"), None).await?;
    println!("  GET /api/calls/…    {} {}", foreign["status"], foreign["detail"]);
    println!("The clinic tells of an appointment:");
    let start = SystemClock::new().now() + TimeDelta::days(3);
    let visit = json!({
        "id": "visit-1", "start": start, "end": start + TimeDelta::minutes(30),
        "customer": { "name": "Anna", "phone": CALLER },
    });
    let clinic = token(Some("clinic"), "member")?;
    let told = ask(desk, &clinic, "POST", "/api/notifications/confirmation", Some(&visit)).await?;
    for one in told["notifications"].as_array().into_iter().flatten() {
        println!("  {} at {}", one["kind"], one["not_before"]);
    }
    Ok(())
}

async fn ask(desk: &Desk, token: &str, method: &str, path: &str, body: Option<&Value>) -> Result<Value> {
    let request = http::Request::builder().method(method).uri(path).header("authorization", format!("Bearer {token}"));
    let request = request.header("content-type", "application/json");
    let body = body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string()));
    let response = desk.handle(request.body(body)?).await;
    Ok(serde_json::from_slice(response.body())?)
}
