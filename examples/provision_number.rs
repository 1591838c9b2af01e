//! Orders a number for a business: searched, bought, its webhooks set, made the tenant's; then given back.
//!
//! `cargo run --example provision_number` shows it on a simulated Twilio, with a failure in the middle, without an
//! account or keys. With `TWILIO_ACCOUNT_SID`, credentials and `FRONTDESK_PUBLIC_URL` set it searches for real, and buys
//! only when told to: `cargo run --example provision_number -- --country US --area-code 510 --buy`
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example talks to whoever runs it")]

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use frontdesk::Desk;
use frontdesk::clock::{Clock, ManualClock, SystemClock};
use frontdesk::id::TenantId;
use frontdesk::number::{NumberOrder, OrderId, OrderState, Wish};
use frontdesk::provisioning::Triggered;
use frontdesk::sim;
use frontdesk::sim::twilio::Fault;
use frontdesk::store::MemoryStore;
use frontdesk::tenant::{Subscription, Tenant, Tenants};
use frontdesk::twilio::Client;
use frontdesk::twilio::available_phone_numbers::{NumberKind, SearchNumbers};

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
    let (mut country, mut area_code, mut buy) = ("US".to_owned(), None, false);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--country" => country = arguments.next().ok_or("--country needs two letters")?,
            "--area-code" => area_code = Some(arguments.next().ok_or("--area-code needs a number")?),
            "--buy" => buy = true,
            other => return Err(format!("unknown option {other}: --country XX --area-code NNN --buy").into()),
        }
    }
    let client = Client::from_env()?;
    let mut search = SearchNumbers::new().voice_enabled(true).sms_enabled(true).page_size(5);
    if let Some(code) = &area_code {
        search = search.area_code(code.parse()?);
    }
    println!("For sale:");
    for number in client.available_phone_numbers().search(&country, NumberKind::Local, &search)?.page().await?.items {
        let place = [number.locality.as_deref(), number.region.as_deref()];
        let place = place.into_iter().flatten().collect::<Vec<_>>().join(", ");
        println!("  {:<16} {place}", number.phone_number.map_or_else(String::new, |number| number.as_str().to_owned()));
    }
    if !buy {
        println!("Nothing was bought; --buy does.");
        return Ok(());
    }
    let public_url = std::env::var("FRONTDESK_PUBLIC_URL").map_err(|_| "FRONTDESK_PUBLIC_URL: missing")?;
    let token = std::env::var("TWILIO_AUTH_TOKEN").map_err(|_| "TWILIO_AUTH_TOKEN: missing")?;
    let store = MemoryStore::new(SystemClock::shared()).with_tenant(Tenant::new(tenant()?));
    let desk = Desk::builder().public_url(public_url.parse()?).auth_token(token).twilio(client).store(store).build()?;
    let codes: Vec<&str> = area_code.as_deref().into_iter().collect();
    // The same id again is the same order, as long as the store remembers it; this one forgets when the program ends.
    let id: OrderId = "example".parse()?;
    let numbers = desk.provisioning().ok_or("the desk has no client")?;
    numbers.order(&tenant()?, &id, Wish::local(country).in_area_codes(codes)).await?;
    desk.run_until_idle().await?;
    show(&numbers.find(&tenant()?, &id).await?.ok_or("the order is lost")?);
    Ok(())
}

fn tenant() -> Result<TenantId> {
    Ok("riverside".parse()?)
}

fn show(order: &NumberOrder) {
    let number = order.number.map_or_else(|| "no number yet".to_owned(), |number| number.as_str().to_owned());
    let problem = order.problem.as_ref().map_or_else(String::new, |problem| format!(": {problem}"));
    println!("  {:<11} {number}{problem}", format!("{:?}", order.state).to_lowercase());
}

async fn demonstrate() -> Result<()> {
    // Days pass in no time.
    let clock = ManualClock::at(SystemClock::new().now()).auto_advancing();
    let shared: Arc<dyn Clock> = Arc::new(clock.clone());
    let twilio = sim::Twilio::builder().clock(shared.clone()).in_process()?;
    let store = MemoryStore::new(shared.clone()).with_tenant(Tenant::new(tenant()?).with_name("Riverside Clinic"));
    let desk = Desk::builder()
        .public_url("https://desk.example.com".parse()?)
        .auth_token(twilio.auth_token())
        .twilio(twilio.client()?)
        .store(store.clone())
        .clock(shared)
        .build()?;
    let numbers = desk.provisioning().ok_or("the desk has no client")?;
    let wish = || Wish::local("US").in_area_codes(["999", "510"]);

    println!("== The subscription begins ==");
    let Triggered::Ordered(id) = numbers.subscription_changed(&tenant()?, Subscription::Trialing, wish).await? else {
        return Err("nothing was ordered".into());
    };
    show(&numbers.find(&tenant()?, &id).await?.ok_or("the order is lost")?);
    println!("== The answer to the purchase is lost; nobody knows whether it was made ==");
    // Requests: look for the tag, search twice, look again, buy.
    twilio.inject_at(4, Fault::LostAnswer);
    desk.run_until_idle().await?;
    show(&numbers.find(&tenant()?, &id).await?.ok_or("the order is lost")?);
    println!("  Twilio has sold {} number(s)", twilio.numbers().len());
    clock.advance(Duration::from_secs(60));
    desk.run_until_idle().await?;
    let order = numbers.find(&tenant()?, &id).await?.ok_or("the order is lost")?;
    show(&order);
    let number = order.number.ok_or("no number")?;
    println!("  Twilio has sold {} number(s), and this one calls {}", twilio.numbers().len(), voice(&twilio, number));
    println!("  the tenant has {:?}", store.tenant(&tenant()?).await?.map(|tenant| tenant.numbers.len()).unwrap_or(0));

    println!("== The subscription ends ==");
    let ended = numbers.subscription_changed(&tenant()?, Subscription::Canceled, wish).await?;
    if let Triggered::ReleasedAt(at) = ended {
        println!("  given back on {}, unless it comes back before", at.date_naive());
    }
    clock.advance(Duration::from_secs(31 * 86_400));
    desk.run_until_idle().await?;
    let order = numbers.find(&tenant()?, &id).await?.ok_or("the order is lost")?;
    show(&order);
    println!("  Twilio has sold {} number(s)", twilio.numbers().len());
    if order.state == OrderState::Released { Ok(()) } else { Err("the number was not given back".into()) }
}

fn voice(twilio: &sim::Twilio, number: frontdesk::phone::E164) -> String {
    twilio.number_settings(number).and_then(|settings| settings.voice_url).unwrap_or_default()
}
