//! The simulated Twilio and the simulated Google by themselves, for any program that talks to them.
//!
//! `cargo run --example simulator -- --port 9000 --number +15005550006 --voice-url http://127.0.0.1:8080/voice
//! --google-port 9001`
#![allow(clippy::print_stdout, reason = "an example talks to whoever runs it")]

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};

use frontdesk::phone::E164;
use frontdesk::sim;
use frontdesk::sim::twilio::NumberSettings;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut port = 0;
    let mut number: E164 = "+15005550006".parse()?;
    let mut settings = NumberSettings::default();
    let mut call_from = None;
    let mut seed = None;
    let mut google_port = 0;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--port" => port = value()?.parse()?,
            "--number" => number = value()?.parse()?,
            "--voice-url" => settings.voice_url = Some(value()?),
            "--status-callback" => settings.status_callback = Some(value()?),
            "--sms-url" => settings.sms_url = Some(value()?),
            "--call-from" => call_from = Some(value()?),
            "--seed" => seed = Some(value()?.parse()?),
            "--google-port" => google_port = value()?.parse()?,
            other => {
                return Err(format!(
                    "unknown option {other}: --port, --number, --voice-url, --status-callback, --sms-url, --call-from, --seed, --google-port"
                )
                .into());
            }
        }
    }
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    // Another run is another series of SIDs: a program that stays up must not take its calls for repeated ones.
    let seed = seed.unwrap_or_else(|| u64::from(std::process::id()) << 32);
    let twilio = sim::Twilio::builder().listen(address).seed(seed).start().await?;
    // Nobody is there to answer: a number is verified as soon as that is asked for.
    twilio.set_types_codes(true);
    twilio.configure_number(number, settings);
    println!("LISTENING {}", twilio.base_url());
    println!("TWILIO_ACCOUNT_SID={}", twilio.account_sid());
    println!("TWILIO_AUTH_TOKEN={}", twilio.auth_token().expose());
    println!("TWILIO_PHONE_NUMBER={}", number.as_str());
    let google = sim::Google::builder().listen(SocketAddr::from((Ipv4Addr::LOCALHOST, google_port)));
    let google = google.application("simulated-client", "simulated-client-secret").start().await?;
    println!("GOOGLE {}", google.base_url());
    println!("GOOGLE_CLIENT_ID=simulated-client");
    println!("GOOGLE_CLIENT_SECRET=simulated-client-secret");
    println!("GOOGLE_ACCESS_TOKEN={}", google.token("https://www.googleapis.com/auth/calendar").secret.expose());
    if let Some(from) = call_from {
        println!("\n{}", twilio.call(from, number).place().await);
    }
    tokio::signal::ctrl_c().await?;
    Ok(())
}
