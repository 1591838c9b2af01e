//! The suite that every store passes: hosts run it on their own.
//!
//! Each check gets a store of its own, empty, whose time is the clock's. A check that fails panics and says what it
//! expected.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! use frontdesk::store::{MemoryStore, conformance};
//!
//! conformance::run(|clock| async { MemoryStore::new(clock) }).await;
//! # }
//! ```

#![allow(clippy::unwrap_used, clippy::panic, clippy::missing_panics_doc, reason = "it is a test")]

mod bookings;
mod fixtures;
mod queues;
mod records;
mod tenants;
mod units;

use std::pin::Pin;
use std::sync::Arc;

use super::port::Store;
use crate::clock::{Clock, ManualClock};

/// What a check works with.
#[derive(Debug, Clone)]
pub(crate) struct Bench {
    store: Arc<dyn Store>,
    clock: ManualClock,
}

type Check = fn(Bench) -> Pin<Box<dyn Future<Output = ()> + Send>>;

macro_rules! checks {
    ($($module:ident::$name:ident,)*) => {
        const CHECKS: &[(&str, Check)] = &[$((stringify!($name), |bench| Box::pin($module::$name(bench))),)*];
    };
}

checks! {
    units::a_key_is_committed_once,
    units::a_unit_is_done_whole_or_not_at_all,
    units::another_tenants_record_is_refused,
    units::one_of_many_who_commit_a_key_wins,
    units::writers_of_one_record_lose_no_change,
    records::another_tenants_records_are_not_found,
    records::whatever_people_write_is_kept,
    records::pages_follow_one_another_while_records_come_in,
    records::calls_are_found_by_what_is_known_of_them,
    records::texts_are_found_by_name_and_contact,
    records::a_providers_name_belongs_to_one_text,
    records::opt_outs_hold,
    records::who_is_blocked_is_known,
    records::tokens_are_kept_and_consents_taken_once,
    records::notifications_are_found_by_what_is_known_of_them,
    queues::what_is_claimed_is_nobody_elses_until_the_lease_ends,
    queues::the_longest_due_comes_first,
    queues::every_kind_of_work_is_claimed,
    queues::many_workers_never_share_a_text,
    queues::shares_are_granted_whole_and_never_twice,
    queues::what_is_old_is_swept_away,
    tenants::settings_are_kept_and_numbers_lead_to_them,
    tenants::a_number_has_one_owner,
    bookings::a_time_is_held_committed_and_confirmed,
    bookings::nobody_gets_what_is_taken,
    bookings::what_is_held_too_long_is_anybodys,
    bookings::a_booking_moves_though_it_overlaps_itself,
    bookings::capacity_and_limits_are_counted,
    bookings::many_who_want_overlapping_times_never_both_get_them,
}

/// Runs every check, one after the other, each on a new store whose time is that of the clock it is made with.
///
/// # Panics
/// When the store fails a check.
pub async fn run<S: Store, F: Future<Output = S>>(new: impl Fn(Arc<dyn Clock>) -> F) {
    for (name, check) in CHECKS {
        tracing::info!(check = name, "checking a store");
        let clock = ManualClock::at(fixtures::at(0));
        let store = new(Arc::new(clock.clone())).await;
        check(Bench { store: Arc::new(store), clock }).await;
    }
}

/// The names of the checks.
pub fn checks() -> impl Iterator<Item = &'static str> {
    CHECKS.iter().map(|(name, _)| *name)
}
