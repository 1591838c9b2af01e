//! One text, with everything that is checked before it goes.
//!
//! `cargo run --example send_sms` shows it on a simulated Twilio, without an account or keys.
//! With `TWILIO_ACCOUNT_SID` and credentials set it is the real thing:
//! `cargo run --example send_sms -- --from +15551230000 --to +14155552671 "See you at three."`
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example talks to whoever runs it")]

use std::error::Error;
use std::process::ExitCode;

use frontdesk::clock::{Clock, SystemClock};
use frontdesk::id::TenantId;
use frontdesk::message::{Countries, Guard, Segments};
use frontdesk::messaging::{Draft, Messenger, Sent};
use frontdesk::phone::E164;
use frontdesk::sim;
use frontdesk::store::MemoryStore;
use frontdesk::tenant::Tenant;
use frontdesk::twilio::{Client, catalogue};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const BUSINESS: &str = "+15551230000";
const CUSTOMER: &str = "+14155552671";

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
    if std::env::var_os("TWILIO_ACCOUNT_SID").is_none() {
        return demonstrate().await;
    }
    let options = Options::read(std::env::args().skip(1))?;
    let client = Client::from_env()?;
    send(&client, &options).await
}

struct Options {
    from: E164,
    to: E164,
    body: String,
    anyway: bool,
    abroad: bool,
}

impl Options {
    fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self> {
        let (mut from, mut to, mut words, mut anyway, mut abroad) = (None, None, Vec::new(), false, false);
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--from" => from = Some(E164::parse(&arguments.next().ok_or("--from needs a number")?)?),
                "--to" => to = Some(E164::parse(&arguments.next().ok_or("--to needs a number")?)?),
                "--anyway" => anyway = true,
                "--abroad" => abroad = true,
                option if option.starts_with("--") => {
                    return Err(format!(
                        "unknown option {option}: --from NUMBER --to NUMBER [--anyway] [--abroad] words"
                    )
                    .into());
                }
                _ => words.push(argument),
            }
        }
        let from = from.ok_or("--from is missing: one of your Twilio numbers, as +15551230000")?;
        let to = to.ok_or("--to is missing: the recipient's number, as +14155552671")?;
        Ok(Self { from, to, body: words.join(" "), anyway, abroad })
    }
}

/// Checks, sends, and reads what became of it.
async fn send(client: &Client, options: &Options) -> Result<()> {
    println!("== Before it goes ==");
    let segments = Segments::of(&options.body);
    println!("  {segments}");
    let culprits = Segments::culprits(&options.body);
    if !culprits.is_empty() {
        println!("  sixteen bits a character because of {culprits:?}");
    }
    let preflight = client.preflight(Some(options.to)).await?;
    println!("  the account is {}", if preflight.is_trial { "a trial one" } else { "a paid one" });
    for warning in &preflight.warnings {
        println!("  warning: {warning}");
    }
    if !preflight.warnings.is_empty() && !options.anyway {
        println!("  nothing was sent; --anyway sends all the same");
        return Ok(());
    }

    let mut guard = Guard::new().with_trial(preflight.is_trial.then_some(1));
    if options.abroad {
        guard = guard.with_countries(Countries::All);
    }
    let business = Tenant::new(tenant()?).with_number(options.from);
    let messenger = Messenger::builder(MemoryStore::new(SystemClock::shared()).with_tenant(business))
        .sender(client.clone())
        .guard(guard)
        // A desk at this address would take the news of delivery; this program asks instead.
        .public_url("https://example.com".parse()?)
        .build()?;
    let queued = match messenger.send(&tenant()?, Draft::new(options.to, options.body.as_str())).await? {
        Sent::Queued(queued) => queued,
        Sent::Refused(refusal) => {
            println!("  refused: {refusal}");
            return Ok(());
        }
        _ => return Err("an outcome this example does not know".into()),
    };
    println!("  {} text(s), {} segment(s), in the outbox", queued.ids.len(), queued.segments);

    println!("== Sent ==");
    let clock = SystemClock::new();
    for _ in 0..queued.ids.len() {
        messenger.run_until_idle().await?;
        if queued.ids.len() > 1 {
            clock.sleep(std::time::Duration::from_secs(2)).await;
        }
    }
    for id in &queued.ids {
        let Some(text) = messenger.text(&tenant()?, id).await? else { continue };
        let reason = text.reason.as_deref().unwrap_or_default();
        println!("  {:<9} {}", text.delivery.status.as_str(), reason);
        if let Some(entry) = text.delivery.error_code.and_then(catalogue::explain) {
            println!("            {}: {} {}", entry.code, entry.cause, entry.advice);
        }
        let Some(sid) = text.sid else { continue };
        clock
            .sleep(std::time::Duration::from_millis(if client.base_url().host_str() == Some("api.twilio.com") {
                5_000
            } else {
                50
            }))
            .await;
        let now = client.messages().fetch(&sid).await?;
        println!("  {:<9} says Twilio of {sid}", now.status.map_or_else(String::new, |status| status.to_string()));
    }
    Ok(())
}

fn tenant() -> Result<TenantId> {
    Ok("me".parse()?)
}

/// The same on a simulated Twilio: a trial account, a text that fits, one that does not, one that may not go.
async fn demonstrate() -> Result<()> {
    let twilio = sim::Twilio::start().await?;
    twilio.own_number(BUSINESS.parse()?);
    let client = twilio.client()?;
    let text = |to: &str, body: &str| -> Result<Options> {
        Ok(Options { from: BUSINESS.parse()?, to: to.parse()?, body: body.into(), anyway: false, abroad: false })
    };
    println!("The simulated Twilio listens on {}.\n", twilio.base_url());
    println!("-- A number in another country, as fraudsters like them --");
    send(&client, &text("+18765550100", "hi")?).await?;
    println!("\n-- A trial account, and somebody it may not text --");
    twilio.set_trial([]);
    send(&client, &text(CUSTOMER, "See you at three.")?).await?;
    println!("\n-- The recipient is verified --");
    twilio.set_trial([CUSTOMER.parse()?]);
    verify(&twilio, &client).await?;
    send(&client, &text(CUSTOMER, "See you at three.")?).await?;
    println!("\n-- A curly apostrophe, and too long for a trial account: it is split --");
    send(&client, &text(CUSTOMER, &format!("It’s all set. {}", "Bring your papers, please. ".repeat(3)))?).await?;
    Ok(())
}

/// Somebody answers Twilio's call and types the code.
async fn verify(twilio: &sim::Twilio, client: &Client) -> Result<()> {
    let number: E164 = CUSTOMER.parse()?;
    let verification = client.outgoing_caller_ids().verify(number).await?;
    let code = verification.code().ok_or("verified already")?;
    twilio.type_code(number, code).ok_or("no call came")?;
    Ok(())
}
