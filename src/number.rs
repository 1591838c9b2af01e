//! A tenant's numbers: orders for new ones, and where each order stands. Pure.
//!
//! ```
//! use chrono::DateTime;
//! use frontdesk::number::{NumberOrder, OrderState, Wish};
//!
//! let wish = Wish::local("US").in_area_codes(["510", "415"]);
//! let order = NumberOrder::new("clinic".parse()?, "first".parse()?, wish, DateTime::UNIX_EPOCH);
//! assert_eq!(order.state, OrderState::Wanted);
//! // The name that the number bears at the provider, by which it is found again after a crash.
//! assert!(order.tag().starts_with("frontdesk:first:"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod order;
mod store;

pub use order::{InvalidOrderId, Kept, NumberOrder, OrderId, OrderState, Problem, Wish, WishKind};
pub use store::Numbers;
