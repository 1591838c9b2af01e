//! Answer the phone from Rust.
//!
//! `frontdesk` is for back ends that answer calls and texts for a business: it verifies and types what Twilio sends,
//! answers with TwiML, forwards calls, texts back whoever nobody answered, and follows each text until it has arrived. It
//! knows when somebody can come, from opening hours and their calendar, and books them: never twice, never lost. A voice
//! assistant talks to whoever calls, with tools that book only what was offered.
//! It belongs to no web framework: hosts bring their HTTP client, storage and clock, or use those that come with it.
//!
//! ```
//! use frontdesk::twiml::{Dial, Gather, VoiceResponse};
//!
//! let xml = VoiceResponse::new()
//!     .gather(Gather::new().num_digits(1).action("/menu").say("Press 1 for new patients."))
//!     .dial(Dial::new().timeout(20).number("+15551230000"))
//!     .to_xml()?;
//! assert!(xml.starts_with("<?xml"));
//! # Ok::<(), frontdesk::twiml::TwimlError>(())
//! ```
//!
//! # Three ways in
//!
//! 1. **Pieces**, pure and without I/O: [`twiml`], [`twilio::webhook`], [`schedule`], [`calls::flow`].
//! 2. **Clients**, typed requests over any [`transport::Transport`]: [`twilio::Client`], [`vapi::Client`].
//! 3. **The desk**, all of it behind one `tower::Service`: `Desk` (feature `desk`).
//!
//! # Modules, from the ground up
//!
//! | layer | modules |
//! |---|---|
//! | foundations | [`error`], [`secret`], [`phone`], [`address`], [`id`], [`clock`], [`telemetry`] |
//! | pure | [`twiml`], [`schedule`], [`spoken`], [`form`], [`template`], [`transport`] |
//! | domain | [`auth`], [`tenant`], [`calendar`], [`call`], [`message`], [`number`], [`booking`], [`notification`], [`analytics`], [`token`], [`relay`], [`blob`], [`store`] |
//! | adapters | [`twilio`], [`vapi`], `google`, [`kestra`], [`backoffice`], `email` |
//! | services | [`calls`], `assistant`, `availability`, `connect`, `feed`, `messaging`, `notify`, `provisioning`, `reserve`, `vault` |
//! | edge | `desk`, `axum`, `sim` |
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `reqwest` | yes | an HTTP client: rustls on ring, the platform's certificates |
//! | `tokio` | with `reqwest` | waiting on tokio's timer |
//! | `desk` | | the desk, its workers, the lookup cache |
//! | `axum` | | webhook extractors and TwiML answers |
//! | `google` | | Google Calendar for many tenants |
//! | `sim` | | a simulated Twilio, and with `google` a simulated Google, for tests and demonstrations |
//! | `sqlite` | | records in one file |
//! | `postgres` | | records that several machines share |
//! | `vault` | | secrets encrypted at rest |
//! | `jwt` | | callers of the REST API known by JSON Web Tokens |
//! | `email` | | mail over SMTP to those who are told of appointments |
//! | `metrics` | | metrics for the host's recorder |
//! | `test-util` | | a manual clock, and the suite that every store passes |
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod address;
pub mod analytics;
#[cfg(feature = "desk")]
#[cfg_attr(docsrs, doc(cfg(feature = "desk")))]
pub mod assistant;
pub mod auth;
#[cfg(feature = "desk")]
#[cfg_attr(docsrs, doc(cfg(feature = "desk")))]
pub mod availability;
#[cfg(feature = "axum")]
#[cfg_attr(docsrs, doc(cfg(feature = "axum")))]
pub mod axum;
pub mod backoffice;
pub mod blob;
pub mod booking;
pub mod calendar;
pub mod call;
pub mod calls;
pub mod clock;
#[cfg(all(feature = "desk", feature = "google", feature = "vault"))]
#[cfg_attr(docsrs, doc(cfg(all(feature = "desk", feature = "google", feature = "vault"))))]
pub mod connect;
#[cfg(feature = "desk")]
#[cfg_attr(docsrs, doc(cfg(feature = "desk")))]
pub mod desk;
#[cfg(feature = "email")]
#[cfg_attr(docsrs, doc(cfg(feature = "email")))]
pub mod email;
pub mod error;
#[cfg(feature = "desk")]
#[cfg_attr(docsrs, doc(cfg(feature = "desk")))]
pub mod feed;
pub mod form;
#[cfg(feature = "google")]
#[cfg_attr(docsrs, doc(cfg(feature = "google")))]
pub mod google;
pub mod id;
pub mod kestra;
pub mod message;
#[cfg(feature = "desk")]
#[cfg_attr(docsrs, doc(cfg(feature = "desk")))]
pub mod messaging;
pub mod notification;
#[cfg(feature = "desk")]
#[cfg_attr(docsrs, doc(cfg(feature = "desk")))]
pub mod notify;
pub mod number;
mod object;
mod open;
mod parameters;
#[cfg(feature = "desk")]
mod passport;
pub mod phone;
#[cfg(feature = "desk")]
#[cfg_attr(docsrs, doc(cfg(feature = "desk")))]
pub mod provisioning;
pub mod relay;
#[cfg(feature = "desk")]
#[cfg_attr(docsrs, doc(cfg(feature = "desk")))]
pub mod reserve;
pub mod schedule;
pub mod secret;
#[cfg(feature = "sim")]
#[cfg_attr(docsrs, doc(cfg(feature = "sim")))]
pub mod sim;
pub mod spoken;
pub mod store;
pub mod telemetry;
pub mod template;
pub mod tenant;
pub mod token;
pub mod transport;
pub mod twilio;
pub mod twiml;
pub mod vapi;
#[cfg(feature = "vault")]
#[cfg_attr(docsrs, doc(cfg(feature = "vault")))]
pub mod vault;
#[cfg(any(test, feature = "desk", not(feature = "tokio")))]
mod wake;
#[cfg(feature = "desk")]
mod worker;

pub use error::Error;
pub use object::Extra;
pub use open::Unrecognized;
pub use secret::Secret;

#[cfg(feature = "desk")]
#[cfg_attr(docsrs, doc(cfg(feature = "desk")))]
pub use desk::Desk;

/// The code of the README and of the guides, so that it compiles.
#[cfg(doctest)]
mod guides {
    #[doc = include_str!("../README.md")]
    struct Readme;

    #[doc = include_str!("../docs/migrating.md")]
    struct Migrating;

    #[doc = include_str!("../docs/api.md")]
    struct Api;

    #[doc = include_str!("../docs/receptionist.md")]
    struct Receptionist;

    #[doc = include_str!("../docs/troubleshooting.md")]
    struct Troubleshooting;

    #[doc = include_str!("../docs/deployment.md")]
    struct Deployment;

    #[doc = include_str!("../docs/booking.md")]
    struct Booking;

    #[doc = include_str!("../docs/google.md")]
    struct Google;
}
