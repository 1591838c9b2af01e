//! Who a call is for: a business with its numbers, forwarding, menu, hours and texts.
//!
//! ```
//! use frontdesk::tenant::{Menu, Tenant};
//!
//! let tenant = Tenant::new("clinic".parse()?)
//!     .with_name("Riverside Clinic")
//!     .with_number("+15551230000".parse()?)
//!     .with_forward_to("+15551230001".parse::<frontdesk::phone::E164>()?)
//!     .with_menu(Menu::new_or_existing());
//! let json = serde_json::to_string(&tenant)?;
//! assert_eq!(serde_json::from_str::<Tenant>(&json)?, tenant);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod block;
mod booking;
#[cfg(feature = "desk")]
mod cache;
mod menu;
mod notifications;
mod receptionist;
mod record;
mod store;
mod subscription;

pub use block::{Block, Blocks};
#[cfg(feature = "desk")]
pub(crate) use booking::FARTHEST;
pub use booking::{BookingSettings, Invite, ResourceSettings};
#[cfg(feature = "desk")]
#[cfg_attr(docsrs, doc(cfg(feature = "desk")))]
pub use cache::CachedLookup;
pub use menu::{Menu, MenuOption, MenuTarget};
pub use notifications::{NotificationSettings, Texts};
pub use receptionist::{Engine, Receptionist, Transfer};
pub use record::{
    Assistant, CallerId, Forwarding, Group, Recording, Route, Strategy, Tenant, TextBack, Transcription, Voicemail,
};
pub use store::{SoleTenant, TenantLookup, Tenants};
pub use subscription::Subscription;
