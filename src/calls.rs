//! Answering calls: what happens to a call is decided purely, then recorded, then said in TwiML.
//!
//! [`flow`] decides, [`CallService`] reads and writes around it. A webhook that comes twice gets the same answer; a
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

mod announcer;
mod callbacks;
pub mod flow;
mod hooks;
mod render;
mod service;

pub(crate) use announcer::Announcer;
pub use callbacks::{Callbacks, Paths};
pub use hooks::{Arrival, Hooks, NoHooks};
pub(crate) use render::{apology, unknown_number};
pub use service::{CallService, Settled};
