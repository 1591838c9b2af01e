//! Looks at what is set up, says what works and what to do next: `cargo run --example doctor`.
//!
//! It reads the same environment variables as `receptionist -- --serve` and asks Twilio, Vapi, Google and the desk itself.
//! It changes nothing, and prints no secret.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example talks to whoever runs it")]

use std::process::ExitCode;
use std::sync::Arc;

use frontdesk::clock::{Clock, SystemClock};
use frontdesk::desk::Settings;
use frontdesk::google::oauth::OAuth;
use frontdesk::transport::{Reqwest, Transport};
use frontdesk::twilio::incoming_phone_numbers::ListNumbers;
use frontdesk::twilio::values::WebhookUrl;
use frontdesk::{Error, twilio, vapi};
use futures_util::TryStreamExt as _;
use http::{Request, StatusCode};
use serde_json::Value;
use url::Url;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// What was found.
#[derive(Default)]
struct Report {
    failed: usize,
    skipped: usize,
}

impl Report {
    fn good(&mut self, what: &str, found: &str) {
        println!("  ok    {what}: {found}");
    }

    fn bad(&mut self, what: &str, found: &str, next: &str) {
        self.failed += 1;
        println!("  BAD   {what}: {found}");
        println!("        -> {next}");
    }

    fn skip(&mut self, what: &str, next: &str) {
        self.skipped += 1;
        println!("  -     {what}: not set up");
        println!("        -> {next}");
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match examine().await {
        Ok(report) if report.failed == 0 && report.skipped == 0 => {
            println!("\nEverything works: ring your number.");
            ExitCode::SUCCESS
        }
        Ok(report) if report.failed == 0 => {
            println!("\nWhat is set up works; {} things are not set up.", report.skipped);
            ExitCode::SUCCESS
        }
        Ok(report) => {
            println!("\n{} things do not work: begin with the first.", report.failed);
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Why a call failed, in words for whoever has to mend it.
fn why(error: &Error) -> String {
    if error.is_unauthorized() {
        "the credentials are refused".to_owned()
    } else if error.is_retryable() {
        format!("it cannot be reached ({error})")
    } else {
        error.to_string()
    }
}

async fn examine() -> Result<Report> {
    let mut report = Report::default();
    let clock = SystemClock::shared();
    let http: Arc<dyn Transport> = Arc::new(Reqwest::new()?);
    println!("Settings");
    let settings = match Settings::from_env() {
        Ok(settings) => {
            report.good("environment", "it can be read");
            Some(settings)
        }
        Err(error) if variable("TWILIO_ACCOUNT_SID").is_none() => {
            report.skip("environment", &format!("{error}. Step 1 of docs/receptionist.md"));
            None
        }
        Err(error) => {
            report.bad("environment", &error.to_string(), "set the variable; .env.example lists all of them");
            None
        }
    };
    if let Some(settings) = &settings {
        desk(&mut report, &settings.public_url, http.as_ref()).await;
        number(&mut report, settings, http.clone()).await;
    }
    assistant(&mut report, settings.as_ref(), http.clone(), clock.clone()).await;
    calendar(&mut report, settings.as_ref(), http, clock).await;
    hours(&mut report);
    Ok(report)
}

async fn get(http: &dyn Transport, url: Url) -> Result<StatusCode> {
    let request = Request::get(url.as_str()).body(bytes::Bytes::new())?;
    Ok(http.call(request).await.map_err(|_| "no answer")?.status())
}

/// Whether the desk answers at its public URL.
async fn desk(report: &mut Report, public: &Url, http: &dyn Transport) {
    println!("The desk at {public}");
    if public.scheme() != "https" {
        report.bad(
            "public URL",
            "it is not HTTPS",
            "Twilio, Vapi and Google call over HTTPS: use a tunnel or a proxy with a certificate",
        );
    }
    for (path, means) in [("/health", "it runs"), ("/ready", "it can work")] {
        let Ok(url) = public.join(path) else { continue };
        match get(http, url).await {
            Ok(StatusCode::OK) => report.good(path, means),
            Ok(status) => {
                let next = "look into the log; /ready says 503 while the store is away or work piles up";
                report.bad(path, &format!("it answers {}", status.as_u16()), next);
            }
            Err(_) => {
                let next = "start it with `cargo run --example receptionist -- --serve`, and see that the tunnel or proxy leads to it";
                report.bad(path, "no answer", next);
            }
        }
    }
    // Who is not Vapi is to be refused.
    let Ok(url) = public.join("/webhooks/vapi") else { return };
    let Ok(request) = Request::post(url.as_str()).body(bytes::Bytes::from_static(b"{}")) else { return };
    match http.call(request).await.map(|answer| answer.status()) {
        Ok(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => report.good("/webhooks/vapi", "strangers are refused"),
        Ok(StatusCode::NOT_FOUND) => report.bad(
            "/webhooks/vapi",
            "it is not there",
            "build the desk with .assistant(…), and set VAPI_SERVER_SECRET",
        ),
        Ok(status) => report.bad(
            "/webhooks/vapi",
            &format!("a stranger gets {}", status.as_u16()),
            "see which server answers there",
        ),
        Err(_) => {}
    }
}

/// Whether the Twilio account works, and its number leads to the desk.
async fn number(report: &mut Report, settings: &Settings, http: Arc<dyn Transport>) {
    println!("Twilio");
    let client: twilio::Client = match settings.client().with_transport(http).build() {
        Ok(client) => client,
        Err(error) => {
            return report.bad("credentials", &error.to_string(), "set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN");
        }
    };
    match client.accounts().fetch().await {
        Ok(account) if account.is_trial() => {
            report.bad(
                "account",
                "it is a trial",
                "a trial calls and texts verified numbers only: upgrade it, or verify yours",
            );
        }
        Ok(account) if account.is_active() => report.good("account", "it is active"),
        Ok(_) => report.bad("account", "it is not active", "see the console: https://console.twilio.com"),
        Err(error) => {
            return report.bad(
                "account",
                &why(&error),
                "copy the account SID and auth token from https://console.twilio.com",
            );
        }
    }
    let Some(own) = settings.phone_number else {
        return report.skip("number", "set TWILIO_PHONE_NUMBER; `cargo run --example provision_number` buys one");
    };
    let listing = client.incoming_phone_numbers().list(&ListNumbers::new().phone_number(own.as_str())).stream();
    let found: std::result::Result<Vec<_>, Error> = listing.try_collect().await;
    let numbers = match found {
        Ok(numbers) => numbers,
        Err(error) => return report.bad("number", &why(&error), "give the API key access to numbers"),
    };
    let Some(known) = numbers.into_iter().next() else {
        return report.bad(
            "number",
            "the account does not have it",
            "buy it, or set TWILIO_PHONE_NUMBER to one that it has",
        );
    };
    let wanted = |path: &str| settings.public_url.join(path).map(String::from).unwrap_or_default();
    let leads = |url: Option<&WebhookUrl>, path: &str| {
        url.is_some_and(|url| url.as_str().split('#').next() == Some(wanted(path).as_str()))
    };
    for (what, url, path) in [
        ("a call comes in", known.voice_url.as_ref(), "/webhooks/twilio/voice"),
        ("call status changes", known.status_callback.as_ref(), "/webhooks/twilio/voice/status"),
        ("a message comes in", known.sms_url.as_ref(), "/webhooks/twilio/messages"),
    ] {
        if leads(url, path) {
            report.good(what, "it leads to the desk");
        } else {
            report.bad(what, "it leads elsewhere", &format!("set it to {} on the number", wanted(path)));
        }
    }
}

/// Whether the assistant is there and calls the desk.
async fn assistant(report: &mut Report, settings: Option<&Settings>, http: Arc<dyn Transport>, clock: Arc<dyn Clock>) {
    println!("Vapi");
    if variable("VAPI_SERVER_SECRET").is_none() {
        report.skip(
            "server secret",
            "set VAPI_SERVER_SECRET to a long random text, such as `openssl rand -hex 32` prints",
        );
    }
    let Some(key) = variable("VAPI_API_KEY") else {
        return report.skip("key", "set VAPI_API_KEY to the private key of https://dashboard.vapi.ai");
    };
    let client = vapi::Client::new(key.into(), http, clock);
    let assistants = match client.assistants().list(&vapi::assistants::ListAssistants::new().limit(100)).await {
        Ok(assistants) => assistants,
        Err(error) => return report.bad("key", &why(&error), "copy the private key, not the public one"),
    };
    report.good("key", "it works");
    let Some(wanted) = variable("VAPI_ASSISTANT_ID") else {
        return report
            .skip("assistant", "`receptionist -- --serve` makes one and prints its id: set VAPI_ASSISTANT_ID to it");
    };
    let found = assistants.iter().find(|assistant| assistant.id.as_ref().is_some_and(|id| id.as_str() == wanted));
    let Some(found) = found else {
        return report.bad("assistant", "it is not in the account", "unset VAPI_ASSISTANT_ID to have a new one made");
    };
    let server = found.server.as_ref().and_then(|server| serde_json::to_value(server).ok()).unwrap_or_default();
    let url = server.get("url").and_then(Value::as_str).unwrap_or_default();
    let ours = settings.and_then(|settings| settings.public_url.join("/webhooks/vapi").ok());
    match ours {
        Some(ours) if url.split('?').next() == Some(ours.as_str()) => report.good("assistant", "it calls the desk"),
        Some(ours) => report.bad(
            "assistant",
            "it calls another server",
            &format!("set its server URL to {ours}, or start `receptionist -- --serve` anew"),
        ),
        None => {}
    }
    match variable("VAPI_SIP_ADDRESS") {
        Some(_) => report.good("SIP address", "calls can be passed to it"),
        None => {
            report.skip("SIP address", "set VAPI_SIP_ADDRESS to the assistant's number at Vapi (sip:…@sip.vapi.ai)")
        }
    }
}

/// Whether calendars can be connected.
async fn calendar(report: &mut Report, settings: Option<&Settings>, http: Arc<dyn Transport>, clock: Arc<dyn Clock>) {
    println!("Google");
    let oauth: Option<OAuth> = settings.and_then(|settings| settings.google(http, clock));
    let Some(oauth) = oauth else {
        return report.skip(
            "application",
            "set GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET; docs/google.md tells where they come from",
        );
    };
    // A token that nobody gave out is refused for what it is; an application that is not known, for that.
    match oauth.refresh(&"not a token".into()).await {
        Err(error) if error.reason() == Some("invalid_grant") => report.good("application", "Google knows it"),
        Err(error) => {
            let next = "compare client id and secret with https://console.cloud.google.com/apis/credentials";
            report.bad("application", error.reason().unwrap_or("it cannot be reached"), next);
        }
        Ok(_) => report.bad("application", "Google takes any token", "see which server answers in Google's place"),
    }
    if variable("FRONTDESK_VAULT_KEY").is_none() {
        report.skip("vault", "set FRONTDESK_VAULT_KEY to 32 random bytes in base64: without it calendars are connected anew after each start");
    }
    println!(
        "        scopes asked for: {}",
        frontdesk::google::oauth::Scope::BOOKING.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ")
    );
}

/// Whether hours and zone can be read.
fn hours(report: &mut Report) {
    println!("Hours");
    match variable("FRONTDESK_ZONE").map(|zone| zone.parse::<chrono_tz::Tz>()) {
        Some(Ok(zone)) => report.good("zone", zone.name()),
        Some(Err(_)) => {
            report.bad("zone", "there is none of that name", "set FRONTDESK_ZONE to one such as America/New_York")
        }
        None => report.skip("zone", "set FRONTDESK_ZONE: times are UTC without it"),
    }
    let hours = variable("FRONTDESK_HOURS").unwrap_or_else(|| "mon-fri 09:00-17:00".to_owned());
    match hours.parse::<frontdesk::schedule::WeeklyHours>() {
        Ok(hours) => report.good("hours", &hours.to_string()),
        Err(error) => {
            report.bad("hours", &error.to_string(), "set FRONTDESK_HOURS to something like `mon-fri 09:00-17:00`")
        }
    }
}
