//! Texts: the outbox that sends them, the news of their delivery, and those that come in.
//!
//! A text is written to the store first and sent by a worker. What was certainly not sent is tried again; what may
//! have been sent never is: it waits as `unknown` for the provider's news, which carry our id in their signed URL.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use frontdesk::Desk;
//! use frontdesk::clock::SystemClock;
//! use frontdesk::id::TenantId;
//! use frontdesk::message::{DeliveryStatus, MessageId, MessageKind, MessageRecord, Messages};
//! use frontdesk::sim::Twilio;
//! use frontdesk::sim::twilio::Order;
//! use frontdesk::store::{MemoryStore, Store, Unit};
//!
//! let twilio = Twilio::builder().in_process()?;
//! twilio.own_number("+15551230000".parse()?);
//! twilio.set_order(Order::OnDemand);
//! let clock = SystemClock::shared();
//! let store = MemoryStore::new(clock.clone());
//! let desk = Desk::builder()
//!     .public_url("https://example.com".parse()?)
//!     .auth_token(twilio.auth_token())
//!     .twilio(twilio.client()?)
//!     .store(store.clone())
//!     .build()?;
//!
//! let (tenant, id) = (TenantId::new("clinic")?, MessageId::new("hello-1")?);
//! let text = MessageRecord::outbound(
//!     tenant.clone(), id.clone(), MessageKind::Direct,
//!     "+15551230000".into(), "+14155552671".into(), "See you tomorrow.".into(), clock.now(),
//! );
//! store.commit(&tenant, Unit::new().enqueue(text)).await?;
//! desk.run_until_idle().await?;
//! let sent = store.message(&tenant, &id).await?.ok_or("lost")?;
//! assert_eq!(sent.delivery.status, DeliveryStatus::Queued);
//! # Ok(()) }
//! ```

mod draft;
mod gate;
mod inbox;
mod messenger;
mod news;
mod outbox;
mod repeat;

pub use draft::{Draft, Plan, Schedule};
pub(crate) use gate::Gate;
pub use inbox::MessageService;
pub use messenger::{InvalidMessenger, Messenger, MessengerBuilder, Queued, Resolution, Sent};
pub(crate) use outbox::ATTEMPTS;
