//! Simulated services, for the tests of a host as much as for ours: stateful, strict, and unkind on request.
//!
//! They speak the real wire formats over real HTTP on loopback, or in process. Nothing leaves the machine.

mod server;
pub mod twilio;
mod xml;

pub use twilio::Twilio;
