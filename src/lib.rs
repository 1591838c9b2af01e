//! Frontdesk.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod address;
pub mod backoffice;
pub mod call;
pub mod calls;
pub mod clock;
pub mod error;
pub mod form;
pub mod id;
pub mod message;
pub mod messaging;
mod open;
pub mod phone;
pub mod relay;
pub mod schedule;
pub mod secret;
pub mod store;
pub mod template;
pub mod tenant;
pub mod transport;
pub mod twilio;
pub mod twiml;
mod wake;
pub mod worker;

pub use error::Error;
pub use open::Unrecognized;
pub use secret::Secret;
