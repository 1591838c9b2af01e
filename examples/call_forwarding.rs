//! A business's calls are forwarded; whoever nobody answers is texted.
//!
//! `cargo run --example call_forwarding` shows it on a simulated phone network, without an account or keys.
//! `cargo run --example call_forwarding -- --serve --port 8080` keeps the server up. With `TWILIO_ACCOUNT_SID`,
//! `TWILIO_AUTH_TOKEN`, `FRONTDESK_PUBLIC_URL` and `FRONTDESK_FORWARD_TO` set it serves the real Twilio.
//!
//! Records are kept in `call_forwarding.db`, or where `DATABASE_URL` says: `sqlite:desk.db`, `postgres://…`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example talks to whoever runs it")]

use std::error::Error;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;

use axum::Router;
use frontdesk::Desk;
use frontdesk::backoffice::{Backoffice, Directory, EventService};
use frontdesk::call::CallRecord;
use frontdesk::clock::{Clock as _, SystemClock};
use frontdesk::desk::Settings;
use frontdesk::id::CallSid;
use frontdesk::message::MessageQuery;
use frontdesk::phone::E164;
use frontdesk::sim;
use frontdesk::sim::twilio::{Callee, NumberSettings, Order};
use frontdesk::store::{self, Store};
use frontdesk::tenant::{CachedLookup, SoleTenant, Tenant};
use frontdesk::transport::Reqwest;
use tokio::net::TcpListener;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const BUSINESS: &str = "+15551230000";
const COLLEAGUE: &str = "+15551230001";
const CALLER: &str = "+14155552671";

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

async fn start() -> Result<()> {
    let options = Options::read(std::env::args().skip(1))?;
    match (options.serve, std::env::var_os("TWILIO_ACCOUNT_SID").is_some()) {
        (false, _) => demonstrate().await,
        (true, false) => serve_simulated(&options).await,
        (true, true) => serve_twilio(&options).await,
    }
}

struct Options {
    serve: bool,
    host: IpAddr,
    port: Option<u16>,
}

impl Options {
    fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self> {
        let mut options = Self { serve: false, host: Ipv4Addr::LOCALHOST.into(), port: None };
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--serve" => options.serve = true,
                "--port" => options.port = Some(arguments.next().ok_or("--port needs a number")?.parse()?),
                "--host" => options.host = arguments.next().ok_or("--host needs an address")?.parse()?,
                other => return Err(format!("unknown option {other}: --serve, --port N, --host ADDRESS").into()),
            }
        }
        Ok(options)
    }
}

/// The business of the demonstration.
fn business() -> Result<Tenant> {
    Ok(Tenant::new("riverside".parse()?)
        .with_name("Riverside Clinic")
        .with_number(BUSINESS.parse()?)
        .with_forward_to(COLLEAGUE.parse::<E164>()?)
        .with_text_back_template(
            "Sorry we missed you! This is {business}. Answer this text and we will call you back.",
        ))
}

/// Where records are kept.
async fn records() -> Result<Arc<dyn Store>> {
    let url = std::env::var("DATABASE_URL").ok().filter(|url| !url.is_empty());
    let url = url.unwrap_or_else(|| "sqlite:call_forwarding.db".to_owned());
    // A database's address may hold a password.
    let shown = if url.starts_with("sqlite:") { url.as_str() } else { "the database that DATABASE_URL names" };
    println!("Records are kept in {shown}.");
    Ok(store::connect(&url).await?)
}

/// Another run is another series of SIDs: the records of the last one are still there.
async fn simulated() -> Result<sim::Twilio> {
    let now = SystemClock::new().now().timestamp_micros();
    Ok(sim::Twilio::builder().seed(u64::try_from(now)?).start().await?)
}

/// One call that nobody answers, from the first ring to the delivered text.
async fn demonstrate() -> Result<()> {
    let twilio = simulated().await?;
    twilio.set_order(Order::OnDemand);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let store = records().await?;
    store::put_tenant(store.as_ref(), business()?).await?;
    let desk = Desk::builder()
        .public_url(url.parse()?)
        .auth_token(twilio.auth_token())
        .twilio(twilio.client()?)
        .shared_store(store.clone())
        .build()?;
    tokio::spawn(serve(listener, desk.clone()));
    let number = NumberSettings::voice(desk.callbacks().voice()).with_status_callback(desk.callbacks().status());
    twilio.configure_number(BUSINESS.parse()?, number.with_sms(desk.callbacks().messages()));

    println!("The desk listens on {url}, the simulated Twilio on {}.\n", twilio.base_url());
    println!("== A call comes in; the colleague does not pick up ==");
    let transcript = twilio.call(CALLER, BUSINESS.parse()?).callee(COLLEAGUE, Callee::NoAnswer).place().await;
    println!("{transcript}");

    println!("== The caller is texted ==");
    let sid: CallSid = transcript.sid.parse()?;
    show_texts(store.as_ref(), &sid, "the call is over, the text waits in the outbox").await?;
    desk.run_until_idle().await?;
    show_texts(store.as_ref(), &sid, "the outbox has sent it").await?;
    // Twilio's signed callbacks: the end of the call, then the text's way to the caller.
    twilio.settle().await;
    show_texts(store.as_ref(), &sid, "signed callbacks have told the rest").await?;

    println!("\n== The call record ==");
    let call = store.call(&business()?.id, &sid).await?.ok_or("the call was not recorded")?;
    print_call(&call);
    Ok(())
}

/// The texts that followed a call: where each stands, and what it says.
async fn show_texts(store: &dyn Store, call: &CallSid, when: &str) -> Result<()> {
    println!("  {when}:");
    let texts = store.messages(&business()?.id, &MessageQuery::default()).await?;
    for text in texts.into_iter().filter(|text| text.call.as_ref() == Some(call)) {
        let sid = text.sid.map_or_else(|| "no sid yet".to_owned(), |sid| sid.to_string());
        println!("    {:<9} to {} ({sid})", text.delivery.status.as_str(), text.to);
        println!("              {:?}", text.body.as_str());
    }
    Ok(())
}

fn print_call(call: &CallRecord) {
    let status = call.dial_outcome.map_or("-", frontdesk::call::DialOutcome::as_str);
    println!("  sid       {}", call.sid);
    println!("  tenant    {}", call.tenant);
    println!("  from      {}", call.from);
    println!("  to        {}", call.to);
    println!("  status    {}", call.status.as_str());
    println!("  dialled   {status}");
    println!("  seconds   {}", call.duration.unwrap_or(0));
    println!("  text      {}", call.text_back.as_ref().map_or("-", |id| id.as_str()));
}

/// The demonstration's business on a server that stays up; nothing leaves the machine.
async fn serve_simulated(options: &Options) -> Result<()> {
    let listener = TcpListener::bind(SocketAddr::new(options.host, options.port.unwrap_or(8080))).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let twilio = simulated().await?;
    let store = records().await?;
    store::put_tenant(store.as_ref(), business()?).await?;
    let desk = Desk::builder()
        .public_url(url.parse()?)
        .auth_token(twilio.auth_token())
        .twilio(twilio.client()?)
        .shared_store(store)
        .build()?;
    let number = NumberSettings::voice(desk.callbacks().voice()).with_status_callback(desk.callbacks().status());
    twilio.configure_number(BUSINESS.parse()?, number);
    println!("LISTENING {url}");
    println!("simulated: account {}, auth token {:?}", twilio.account_sid(), twilio.auth_token().expose());
    run(listener, desk).await
}

/// The business that the environment describes, on the real Twilio.
async fn serve_twilio(options: &Options) -> Result<()> {
    let settings = Settings::from_env()?;
    let clock = SystemClock::shared();
    let http = Arc::new(Reqwest::new()?);
    let store = records().await?;
    store::put_tenant(store.as_ref(), settings.tenant()).await?;
    let mut desk = Desk::builder()
        .public_url(settings.public_url.clone())
        .auth_token(settings.auth_token.clone())
        .twilio(settings.client().with_transport(http.clone()).build()?)
        .tenant_template(settings.tenant())
        .shared_store(store);
    let service = |url: &url::Url| {
        let key = settings.service_key.clone().unwrap_or_else(|| "".into());
        Backoffice::new(url.clone(), key, http.clone(), clock.clone())
    };
    if let Some(url) = &settings.call_service {
        desk = desk.relay(EventService::new(service(url)));
    }
    desk = match (&settings.provisioning_service, settings.phone_number) {
        (Some(url), _) => desk.lookup(CachedLookup::new(Arc::new(Directory::new(service(url))), clock.clone())),
        (None, None) => desk.lookup(SoleTenant(settings.tenant.clone())),
        (None, Some(_)) => desk,
    };
    let desk = desk.build()?;
    let port = options.port.unwrap_or(settings.port);
    let listener = TcpListener::bind(SocketAddr::new(options.host, port)).await?;
    println!("LISTENING http://{}", listener.local_addr()?);
    println!("Set these on your Twilio number:");
    println!("  a call comes in        {}", desk.callbacks().voice());
    println!("  call status changes    {}", desk.callbacks().status());
    println!("  a message comes in     {}", desk.callbacks().messages());
    run(listener, desk).await
}

/// Serves and sends until told to stop.
async fn run(listener: TcpListener, desk: Desk) -> Result<()> {
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let worker = {
        let desk = desk.clone();
        tokio::spawn(async move {
            desk.run(async {
                let _ = stopped.await;
            })
            .await;
        })
    };
    let app = Router::new().fallback_service(desk.service());
    let interrupted = async {
        stop_signal().await;
    };
    axum::serve(listener, app).with_graceful_shutdown(interrupted).await?;
    // What has begun to be sent is finished first.
    let _ = stop.send(());
    worker.await?;
    Ok(())
}

/// Ctrl-C, or what a service manager sends.
async fn stop_signal() {
    #[cfg(unix)]
    if let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        return;
    }
    let _ = tokio::signal::ctrl_c().await;
}

async fn serve(listener: TcpListener, desk: Desk) -> std::io::Result<()> {
    axum::serve(listener, Router::new().fallback_service(desk.service())).await
}
