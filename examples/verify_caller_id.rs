//! Shows that a number is yours, so that calls may show it and a trial account may reach it.
//!
//! `cargo run --example verify_caller_id` shows it on a simulated Twilio, without an account or keys.
//! With `TWILIO_ACCOUNT_SID` and credentials set Twilio rings the phone:
//! `cargo run --example verify_caller_id -- +14155552671`
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example talks to whoever runs it")]

use std::error::Error;
use std::process::ExitCode;

use frontdesk::phone::E164;
use frontdesk::sim;
use frontdesk::twilio::Client;
use frontdesk::twilio::outgoing_caller_ids::{Outcome, Verification};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> ExitCode {
    match start().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn start() -> Result<()> {
    if std::env::var_os("TWILIO_ACCOUNT_SID").is_none() {
        return demonstrate().await;
    }
    let number = std::env::args().nth(1).ok_or("which number? cargo run --example verify_caller_id -- +14155552671")?;
    let client = Client::from_env()?;
    let verification = begin(&client, E164::parse(&number)?).await?;
    finish(verification, &client).await
}

async fn begin(client: &Client, number: E164) -> Result<Verification> {
    if client.outgoing_caller_ids().is_verified(number).await? {
        println!("{number} is a verified caller ID already.");
    }
    let verification = client.outgoing_caller_ids().verify(number).await?;
    if let Some(code) = verification.code() {
        println!("{number} rings now. Answer it and type {code}.");
    }
    Ok(verification)
}

async fn finish(verification: Verification, client: &Client) -> Result<()> {
    let number = verification.number();
    match verification.wait(client).await? {
        Outcome::Verified { sid } => {
            let sid = sid.map_or_else(String::new, |sid| format!(" ({sid})"));
            println!("{number} is verified{sid}: calls may show it.");
            Ok(())
        }
        Outcome::Refused => Err("the wrong code was typed, or nobody answered".into()),
        Outcome::Expired => Err("nobody typed the code within five minutes".into()),
        other => Err(format!("it ended in a way this example does not know: {other:?}").into()),
    }
}

async fn demonstrate() -> Result<()> {
    let twilio = sim::Twilio::start().await?;
    let client = twilio.client()?;
    let number: E164 = "+14155552671".parse()?;
    println!("The simulated Twilio listens on {}.\n", twilio.base_url());
    let verification = begin(&client, number).await?;
    let code = verification.code().unwrap_or_default();
    println!("  (somebody answers the simulated phone and types {code})");
    twilio.type_code(number, code).ok_or("no call came")?;
    finish(verification, &client).await?;
    println!("\nAsked again:");
    let again = begin(&client, number).await?;
    finish(again, &client).await
}
