//! Numbers for tenants: to search and buy, to connect what is there, to give back.
//!
//! An order is written to the store and carried out step by step by a worker: search, buy, set the webhooks, make it
//! the tenant's. Each step can be repeated after a crash: before it buys, the worker looks for a number that bears the
//! order's own tag, and it buys one certain number, which Twilio does not sell twice.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use frontdesk::Desk;
//! # use frontdesk::clock::SystemClock;
//! # use frontdesk::sim::Twilio;
//! # use frontdesk::store::MemoryStore;
//! use frontdesk::number::{OrderState, Wish};
//!
//! # let twilio = Twilio::builder().in_process()?;
//! # let desk = Desk::builder().public_url("https://example.com".parse()?).auth_token(twilio.auth_token())
//! #     .twilio(twilio.client()?).store(MemoryStore::new(SystemClock::shared())).build()?;
//! let numbers = desk.provisioning().ok_or("the desk has no Twilio client")?;
//! let (tenant, id) = ("clinic".parse()?, "first".parse()?);
//! numbers.order(&tenant, &id, Wish::local("US").in_area_codes(["510"])).await?;
//! desk.run_until_idle().await?;
//! let order = numbers.find(&tenant, &id).await?.ok_or("lost")?;
//! assert_eq!(order.state, OrderState::Active);
//! assert!(order.number.is_some_and(|number| number.as_str().starts_with("+1510")));
//! # Ok(()) }
//! ```

mod problem;
mod saga;
mod service;

pub(crate) use saga::Saga;
pub use service::{Provisioning, Triggered};
