//! Frontdesk.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod address;
pub mod clock;
pub mod error;
pub mod form;
pub mod id;
mod open;
pub mod phone;
pub mod secret;
pub mod transport;
pub mod twilio;
pub mod twiml;

pub use error::Error;
pub use open::Unrecognized;
pub use secret::Secret;
