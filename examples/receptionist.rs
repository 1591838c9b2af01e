//! The whole picture: a call is answered by an assistant, books into the calendar, and a text tells of it.
//!
//! `cargo run --example receptionist` plays it with nothing but this machine: a simulated Twilio rings, a simulated Vapi
//! talks, a simulated Google keeps the diary. The caller is refused a time that is taken, takes another one, and is
//! texted; a second caller, whom nobody answers, is texted back.
//!
//! `cargo run --example receptionist -- --serve` is the real thing: docs/receptionist.md leads from nothing to a ringing
//! telephone, and `cargo run --example doctor` checks each step.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example talks to whoever runs it")]

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;

use axum::Router;
use chrono::{DateTime, Datelike, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Tz;
use frontdesk::Desk;
use frontdesk::assistant::AssistantSettings;
use frontdesk::calendar::Diaries;
use frontdesk::call::Calls;
use frontdesk::clock::{Clock, SystemClock};
use frontdesk::desk::Settings;
use frontdesk::google::{CalendarId, GoogleCalendar};
use frontdesk::notification::NotificationQuery;
use frontdesk::phone::E164;
use frontdesk::schedule::Interval;
use frontdesk::sim;
use frontdesk::sim::twilio::{Callee, NumberSettings, Order};
use frontdesk::sim::vapi::dialogue::Dialogue;
use frontdesk::store::{self, MemoryStore};
use frontdesk::tenant::{Assistant, Route, Tenant, Transfer};
use frontdesk::transport::Reqwest;
use frontdesk::vapi;
use frontdesk::vault::{Key, Vault};
use serde_json::json;
use tokio::net::TcpListener;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const BUSINESS: &str = "+15551230000";
const COLLEAGUE: &str = "+15551230001";
const CALLER: &str = "+14155552671";
const ASSISTANT: &str = "sip:riverside@sip.vapi.example";
const SECRET: &str = "a secret that Vapi sends";
const ZONE: Tz = chrono_tz::America::New_York;

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let serve = std::env::args().any(|argument| argument == "--serve");
    let outcome = if serve { for_real().await } else { demonstrate().await };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn business() -> Result<Tenant> {
    let mut assistant = Assistant::new(ASSISTANT);
    assistant.greeting = Some("Riverside Clinic, how can I help you?".into());
    let mut clinic = Tenant::new("riverside".parse()?)
        .with_name("Riverside Clinic")
        .with_number(BUSINESS.parse()?)
        .with_hours("mon-fri 09:00-17:00".parse()?, ZONE)
        .with_closed(Route::Assistant)
        .with_forward_to(COLLEAGUE.parse::<E164>()?)
        .with_assistant(assistant);
    clinic.booking.step = Some(30);
    clinic.text_back.when_closed = true;
    clinic.notifications.reminders = vec![1_440];
    clinic.receptionist.services = vec!["check-up".into(), "cleaning".into()];
    clinic.receptionist.transfers = vec![Transfer::new(COLLEAGUE.parse::<E164>()?, "the practice manager")];
    Ok(clinic)
}

/// Two in the afternoon of the Tuesday after next.
fn tuesday(now: DateTime<Utc>) -> Result<DateTime<Utc>> {
    let mut date = now.with_timezone(&ZONE).date_naive() + TimeDelta::days(8);
    while date.weekday() != Weekday::Tue {
        date += TimeDelta::days(1);
    }
    let two = NaiveTime::from_hms_opt(14, 0, 0).ok_or("no such time")?;
    Ok(ZONE.from_local_datetime(&date.and_time(two)).earliest().ok_or("no such time")?.to_utc())
}

async fn demonstrate() -> Result<()> {
    let clock: Arc<dyn Clock> = SystemClock::shared();
    let google = sim::Google::builder().clock(clock.clone()).zone(ZONE).start().await?;
    let twilio = sim::Twilio::builder().clock(clock.clone()).start().await?;
    twilio.set_order(Order::OnDemand);
    let clinic = business()?;
    let tenant = clinic.id.clone();
    let store = MemoryStore::new(clock.clone()).with_tenant(clinic);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let calendar = GoogleCalendar::new(google.client(), CalendarId::primary());
    let desk = Desk::builder()
        .public_url(url.parse()?)
        .auth_token(twilio.auth_token())
        .twilio(twilio.client()?)
        .store(store.clone())
        .calendars(Diaries::new().with(tenant.clone(), calendar))
        .clock(clock.clone())
        .assistant(AssistantSettings::new(SECRET))
        .build()?;
    let vapi = sim::Vapi::builder().clock(clock.clone()).server(desk.callbacks().vapi(), SECRET).in_process()?;
    vapi.attach(&desk);
    let app = Router::new().fallback_service(desk.service());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let number = NumberSettings::voice(desk.callbacks().voice()).with_status_callback(desk.callbacks().status());
    twilio.configure_number(BUSINESS.parse()?, number.with_sms(desk.callbacks().messages()));

    let two = tuesday(clock.now())?;
    google.enter("primary", "Staff meeting (by hand)", Interval::new(two, two + TimeDelta::minutes(30))?);
    let day = two.with_timezone(&ZONE).format("%B %-d").to_string();

    println!("== {CALLER} rings {BUSINESS}; the desk passes the call to the assistant ==");
    let transcript = twilio.call(CALLER, BUSINESS.parse()?).others(Callee::Answers(95)).place().await;
    println!("{transcript}");
    let documents = transcript.twiml().concat();
    let passport = documents.split("X-Frontdesk=").nth(1).and_then(|rest| rest.split(['<', '&']).next());
    let passport = passport.ok_or("the call did not go to the assistant")?;

    println!("== The talk ==");
    let call = vapi.ring_sip(&[("X-Frontdesk", passport)], CALLER).await;
    let call = call
        .with_summary("Anna Meyer asked for Tuesday at two, which was taken, and booked a check-up for one thirty.");
    let talk = Dialogue::new()
        .replies("Riverside Clinic, how can I help you?")
        .caller(format!("Hi, uh, could I come on Tuesday, {day}, at two?"))
        .uses("check_availability", json!({ "when": format!("Tuesday, {day}, at two") }))
        .caller("Half past one then. Anna Meyer. It's a check-up.")
        .uses(
            "book_appointment",
            json!({ "time": format!("{day} at half past one"), "name": "anna meyer", "reason": "Check-up" }),
        )
        .caller("When are you open tomorrow?")
        .uses("opening_hours", json!({ "day": "tomorrow" }))
        .caller("Thank you, goodbye.")
        .replies("Thank you for calling. Goodbye.");
    talk.play_to(&call, |line| println!("  {line}")).await;
    call.hang_up("customer-ended-call").await;
    desk.run_until_idle().await?;
    twilio.settle().await;
    desk.run_until_idle().await?;

    println!("\n== The diary ==");
    let mut events = google.events("primary");
    events.sort_by_key(|event| event.start.as_ref().and_then(|start| start.date_time));
    for event in &events {
        let at = event.start.as_ref().and_then(|start| start.date_time).ok_or("no time")?;
        let title = event.summary.as_ref().map(|title| title.as_str()).unwrap_or_default();
        println!("  {}  {title}", at.with_timezone(&ZONE).format("%a %e %b %H:%M"));
    }
    println!("\n== Texts ==");
    for text in twilio.texts() {
        println!("  to {}: {}", text.to, text.body);
    }
    for told in desk.notifier().notifications(&tenant, &NotificationQuery::default()).await? {
        let at = told.not_before.with_timezone(&ZONE).format("%a %e %b %H:%M");
        println!("  {:<13} {:<10} {at}", told.kind.as_str(), told.status.as_str());
    }
    println!("\n== The call's record ==");
    let record = store.call(&tenant, &transcript.sid.parse()?).await?.ok_or("the call was not recorded")?;
    println!("  status    {}", record.status.as_str());
    println!("  summary   {}", record.summary.as_ref().map(|text| text.as_str()).unwrap_or_default());
    println!("  outcome   {}", record.outcome.verdict.as_str());
    for evidence in &record.outcome.evidence {
        println!("            {:?}: {}", evidence.source, evidence.text.as_str());
    }

    println!("\n== Somebody else rings, and neither assistant nor colleague answers ==");
    let missed = twilio.call("+14155552672", BUSINESS.parse()?).others(Callee::NoAnswer).place().await;
    desk.run_until_idle().await?;
    twilio.settle().await;
    let back = twilio.texts().into_iter().find(|text| text.to == missed.from).ok_or("nobody was texted back")?;
    println!("  to {}: {}", back.to, back.body);
    let stands = events.len() == 2 && record.outcome.verdict.as_str() == "booked";
    println!("\n{}", if stands { "Everything is where it belongs." } else { "Something is missing." });
    if stands { Ok(()) } else { Err("the demonstration did not come out as it should".into()) }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// With real accounts, as docs/receptionist.md tells.
async fn for_real() -> Result<()> {
    let settings = Settings::from_env()?;
    let clock = SystemClock::shared();
    let http = Arc::new(Reqwest::new()?);
    let url = variable("DATABASE_URL").unwrap_or_else(|| "sqlite:receptionist.db".to_owned());
    let records = store::connect(&url).await?;
    let secret = variable("VAPI_SERVER_SECRET").ok_or("VAPI_SERVER_SECRET is missing: any long random text")?;
    let zone: Tz = variable("FRONTDESK_ZONE").map_or(Ok(chrono_tz::UTC), |zone| zone.parse())?;
    let hours = variable("FRONTDESK_HOURS").unwrap_or_else(|| "mon-fri 09:00-17:00".to_owned());
    let mut tenant = settings.tenant().with_hours(hours.parse()?, zone);
    if let Some(address) = variable("VAPI_SIP_ADDRESS") {
        tenant = tenant.with_assistant(Assistant::new(address.as_str()));
    }
    tenant.receptionist.assistant_id = variable("VAPI_ASSISTANT_ID");
    tenant.receptionist.phone_number_id = variable("VAPI_PHONE_NUMBER_ID");
    if let Some(known) = records.tenant(&tenant.id).await? {
        tenant.version = known.version;
    }
    store::put_tenant(records.as_ref(), tenant.clone()).await?;

    let mut assistant = AssistantSettings::new(secret);
    let client = variable("VAPI_API_KEY").map(|key| vapi::Client::new(key.into(), http.clone(), clock.clone()));
    if let Some(client) = &client {
        assistant = assistant.client(client.clone());
    }
    let mut builder = Desk::builder()
        .public_url(settings.public_url.clone())
        .auth_token(settings.auth_token.clone())
        .twilio(settings.client().with_transport(http.clone()).build()?)
        .shared_store(records)
        .assistant(assistant);
    if let Some(oauth) = settings.google(http, clock) {
        let vault = match variable("FRONTDESK_VAULT_KEY") {
            Some(key) => Vault::new(Key::from_base64("main", &key.into())?),
            None => {
                println!("FRONTDESK_VAULT_KEY is missing: the calendar has to be connected anew after each start.");
                Vault::new(Key::generate("example")?)
            }
        };
        builder = builder.google(oauth, vault);
    }
    let desk = builder.build()?;
    let listener = TcpListener::bind(SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), settings.port)).await?;
    println!("LISTENING http://{}", listener.local_addr()?);
    println!("On your Twilio number:");
    println!("  a call comes in        {}", desk.callbacks().voice());
    println!("  call status changes    {}", desk.callbacks().status());
    println!("  a message comes in     {}", desk.callbacks().messages());
    if let (Some(client), Some(assistants)) = (client, desk.assistants()) {
        let id = assistants.push(&client, &tenant.id).await?;
        println!("The assistant at Vapi: {id} (keep it in VAPI_ASSISTANT_ID)");
    }
    if let Some(connector) = desk.connector() {
        println!("Connect the calendar:    {}", connector.link(&tenant.id, &settings.public_url)?);
    }
    let running = desk.clone();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let worker = tokio::spawn(async move { running.run(async { drop(stopped.await) }).await });
    let interrupted = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    let app = Router::new().fallback_service(desk.service());
    axum::serve(listener, app).with_graceful_shutdown(interrupted).await?;
    let _ = stop.send(());
    worker.await?;
    Ok(())
}
