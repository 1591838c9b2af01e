//! Frontdesk.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod address;
#[cfg(feature = "axum")]
#[cfg_attr(docsrs, doc(cfg(feature = "axum")))]
pub mod axum;
pub mod backoffice;
pub mod call;
pub mod calls;
pub mod clock;
#[cfg(feature = "desk")]
#[cfg_attr(docsrs, doc(cfg(feature = "desk")))]
pub mod desk;
pub mod error;
pub mod form;
pub mod id;
pub mod message;
#[cfg(feature = "desk")]
#[cfg_attr(docsrs, doc(cfg(feature = "desk")))]
pub mod messaging;
mod open;
pub mod phone;
pub mod relay;
pub mod schedule;
pub mod secret;
#[cfg(feature = "sim")]
#[cfg_attr(docsrs, doc(cfg(feature = "sim")))]
pub mod sim;
pub mod store;
pub mod template;
pub mod tenant;
pub mod transport;
pub mod twilio;
pub mod twiml;
#[cfg(any(test, feature = "desk", not(feature = "tokio")))]
mod wake;
#[cfg(feature = "desk")]
#[cfg_attr(docsrs, doc(cfg(feature = "desk")))]
pub mod worker;

pub use error::Error;
pub use open::Unrecognized;
pub use secret::Secret;

#[cfg(feature = "desk")]
pub use desk::Desk;
