//! Simulated services, for the tests of a host as much as for ours: stateful, strict, and unkind on request.
//!
//! They speak the real wire formats over real HTTP on loopback, or in process. Nothing leaves the machine.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use frontdesk::sim::Twilio;
//! use frontdesk::sim::twilio::Fault;
//!
//! let twilio = Twilio::start().await?;
//! assert!(twilio.base_url().starts_with("http://127.0.0.1:"));
//! twilio.inject([Fault::TooManyRequests { retry_after: Some(1) }]);
//! # Ok(()) }
//! ```

#[cfg(feature = "google")]
#[cfg_attr(docsrs, doc(cfg(feature = "google")))]
pub mod google;
mod server;
pub mod twilio;
pub mod vapi;
mod xml;

#[cfg(feature = "google")]
#[cfg_attr(docsrs, doc(cfg(feature = "google")))]
pub use google::Google;
pub use twilio::Twilio;
pub use vapi::Vapi;
