//! Answering calls: what happens to a call is decided purely, then recorded, then said in TwiML.
//!
//! [`flow`] decides; with the feature `desk`, `CallService` reads and writes around it. A webhook that comes twice gets the same answer; a
//! store that fails does not fail the call.
//!
//! ```
//! use frontdesk::address::Address;
//! use frontdesk::calls::flow::{Scene, Step, arrive};
//! use frontdesk::tenant::Tenant;
//!
//! let tenant = Tenant::new("clinic".parse()?).with_forward_to(Address::from("+15551230001"));
//! let (from, to) = (Address::from("+14155552671"), Address::from("+15551230000"));
//! let plan = arrive(&Scene::new(&tenant, &from, &to, true), None);
//! assert!(matches!(plan.steps[..], [Step::Dial(_)]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(feature = "desk")]
mod analyst;
#[cfg(feature = "desk")]
mod announcer;
#[cfg(feature = "desk")]
mod callbacks;
#[cfg(feature = "desk")]
mod caller_ids;
pub mod flow;
mod hooks;
#[cfg(feature = "desk")]
mod render;
#[cfg(feature = "desk")]
mod service;
#[cfg(feature = "desk")]
mod sound;

#[cfg(feature = "desk")]
pub(crate) use analyst::{Analysis, Analyst, Notices};
#[cfg(feature = "desk")]
pub(crate) use announcer::Announcer;
#[cfg(feature = "desk")]
pub(crate) use callbacks::REPEAT;
#[cfg(feature = "desk")]
#[cfg_attr(docsrs, doc(cfg(feature = "desk")))]
pub use callbacks::{Callbacks, Paths};
#[cfg(feature = "desk")]
#[cfg_attr(docsrs, doc(cfg(feature = "desk")))]
pub use caller_ids::CallerIds;
pub use hooks::{Arrival, Hooks};
#[cfg(feature = "desk")]
pub(crate) use render::apology;
#[cfg(feature = "desk")]
#[cfg_attr(docsrs, doc(cfg(feature = "desk")))]
pub use service::{CallService, Origin, Settled};
#[cfg(feature = "desk")]
#[cfg_attr(docsrs, doc(cfg(feature = "desk")))]
pub use sound::{Sound, Sounds, Take};
