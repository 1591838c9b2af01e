use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::hold::{Hold, HoldRequest, Limit, Resource, Seat};
use super::record::{Booking, BookingId};
use super::state::BookingState;

/// A seat that a booking keeps others from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Occupied {
    pub(crate) booking: BookingId,
    pub(crate) seat: Seat,
    pub(crate) from: DateTime<Utc>,
    pub(crate) until: DateTime<Utc>,
    /// When the appointment begins, for limits.
    pub(crate) start: DateTime<Utc>,
}

/// Whether a time can be held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decision {
    /// The booking has it.
    Already,
    /// The booking cannot take it as it stands.
    Conflict,
    Taken,
    LimitReached,
    /// This can be held.
    Free(Hold),
}

impl HoldRequest {
    /// Pure: whether the time can be held by the booking as it is known, among what others keep. `None` when the
    /// request has no range.
    pub(crate) fn decide(&self, known: Option<&Booking>, occupied: &[Occupied]) -> Option<Decision> {
        let (from, until) = self.range()?;
        if let Some(known) = known.filter(|known| self.is_answered_by(known)) {
            let stays = known.next.is_none() && self.moves;
            // A move to where it is, but with others.
            if !(stays && self.options.iter().all(|option| !is_with(known, option))) {
                return Some(Decision::Already);
            }
        }
        let fits = match known {
            Some(known) if self.moves => known.state == BookingState::Confirmed && known.next.is_none(),
            Some(known) => known.state == BookingState::Released,
            None => !self.moves,
        };
        if !fits {
            return Some(Decision::Conflict);
        }
        let others: Vec<&Occupied> = occupied.iter().filter(|other| other.booking != self.booking).collect();
        let is_stray = |other: &&Occupied| {
            !self.known.is_empty()
                && !self.known.contains(&other.seat.resource)
                && self.options.iter().flatten().all(|resource| resource.id != other.seat.resource)
        };
        if others.iter().any(|other| is_stray(other) && other.from < until && from < other.until) {
            return Some(Decision::Taken);
        }
        let mut decision = Decision::LimitReached;
        for option in &self.options {
            if self.limits.iter().any(|limit| counted(&others, option, limit) >= limit.at_most) {
                continue;
            }
            let seats = option.iter().map(|resource| free_seat(&others, resource, from, until));
            let Some(seats) = seats.collect::<Option<Vec<_>>>() else {
                decision = Decision::Taken;
                continue;
            };
            let fence = known.map_or(0, |known| known.fence) + 1;
            return Some(Decision::Free(Hold { fence, start: self.start, end: self.end, from, until, seats }));
        }
        Some(decision)
    }
}

/// Whether a booking has just these resources.
fn is_with(known: &Booking, option: &[Resource]) -> bool {
    let seats = known.hold.iter().flat_map(|hold| &hold.seats);
    let has: BTreeSet<_> = seats.map(|seat| &seat.resource).collect();
    has == option.iter().map(|resource| &resource.id).collect()
}

/// How many other appointments begin in the limit's time on any of the resources.
fn counted(others: &[&Occupied], option: &[Resource], limit: &Limit) -> u32 {
    let counts = |other: &&&Occupied| {
        limit.from <= other.start
            && other.start < limit.until
            && option.iter().any(|resource| resource.id == other.seat.resource)
    };
    let bookings: BTreeSet<_> = others.iter().filter(counts).map(|other| &other.booking).collect();
    u32::try_from(bookings.len()).unwrap_or(u32::MAX)
}

fn free_seat(others: &[&Occupied], resource: &Resource, from: DateTime<Utc>, until: DateTime<Utc>) -> Option<Seat> {
    let taken: BTreeSet<u32> = others
        .iter()
        .filter(|other| other.seat.resource == resource.id && other.from < until && from < other.until)
        .map(|other| other.seat.number)
        .collect();
    (0..resource.capacity).find(|number| !taken.contains(number)).map(|number| Seat::new(resource.id.clone(), number))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chrono::TimeDelta;

    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    fn occupied(booking: &str, resource: &str, number: u32, from: i64, until: i64) -> Occupied {
        let seat = Seat::new(resource.parse().unwrap(), number);
        Occupied { booking: booking.parse().unwrap(), seat, from: at(from), until: at(until), start: at(from) }
    }

    fn request(resources: &[(&str, u32)]) -> HoldRequest {
        let resources =
            resources.iter().map(|(id, capacity)| Resource::new(id.parse().unwrap()).with_capacity(*capacity));
        HoldRequest::new("new".parse().unwrap(), at(60), at(90), resources, Duration::from_secs(300))
    }

    fn seats(decision: Option<Decision>) -> Vec<String> {
        match decision {
            Some(Decision::Free(hold)) => {
                hold.seats.iter().map(|seat| format!("{}:{}", seat.resource, seat.number)).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn touching_is_no_overlap_and_buffers_count() {
        let neighbours = [occupied("a", "chair", 0, 0, 60), occupied("b", "chair", 0, 90, 120)];
        let wanted = request(&[("chair", 1)]);
        assert_eq!(seats(wanted.decide(None, &neighbours)), ["chair:0"]);
        let buffered = wanted.with_buffers(Duration::from_secs(60), Duration::ZERO);
        assert_eq!(buffered.decide(None, &neighbours), Some(Decision::Taken));
    }

    #[test]
    fn the_first_option_that_is_free_gets_all_its_seats() {
        let busy = [occupied("a", "anna", 0, 60, 90), occupied("b", "room", 0, 60, 90)];
        assert_eq!(request(&[("anna", 1), ("room", 2)]).decide(None, &busy), Some(Decision::Taken));
        let either = request(&[("anna", 1), ("room", 2)]);
        let either = either.or(["ben", "room"].map(|id| Resource::new(id.parse().unwrap()).with_capacity(2)));
        assert_eq!(seats(either.decide(None, &busy)), ["ben:0", "room:1"]);
    }

    #[test]
    fn what_nobody_can_take_any_more_is_in_the_way_of_everybody() {
        let busy = [occupied("a", "former", 0, 60, 90)];
        let wanted = request(&[("chair", 1)]);
        assert!(matches!(wanted.decide(None, &busy), Some(Decision::Free(_))), "nothing is known of it");
        let known = |ids: &[&str]| wanted.clone().with_known(ids.iter().map(|id| id.parse().unwrap()));
        assert_eq!(known(&["chair"]).decide(None, &busy), Some(Decision::Taken));
        assert!(matches!(known(&["chair", "former"]).decide(None, &busy), Some(Decision::Free(_))));
        assert!(matches!(
            known(&["chair"]).decide(None, &[occupied("a", "former", 0, 30, 60)]),
            Some(Decision::Free(_))
        ));
        assert_eq!(request(&[("chair", 1), ("chair", 1)]).decide(None, &[]), None, "the same twice");
    }

    #[test]
    fn limits_count_bookings_once() {
        let day = |at_most| Limit::new(at(0), at(1440), at_most);
        let busy = [occupied("a", "room", 0, 0, 30), occupied("a", "anna", 0, 0, 30), occupied("b", "anna", 0, 30, 60)];
        let wanted = || request(&[("anna", 1), ("room", 1)]);
        assert_eq!(wanted().with_limit(day(2)).decide(None, &busy), Some(Decision::LimitReached));
        assert!(matches!(wanted().with_limit(day(3)).decide(None, &busy), Some(Decision::Free(_))));
    }

    #[test]
    fn nonsense_has_no_range() {
        let mut backward = request(&[("chair", 1)]);
        backward.end = backward.start;
        assert_eq!(backward.decide(None, &[]), None);
        assert_eq!(request(&[]).decide(None, &[]), None);
        assert_eq!(request(&[("chair", 0)]).decide(None, &[]), None);
        let for_ever = request(&[("chair", 1)]).with_buffers(Duration::MAX, Duration::MAX);
        assert_eq!(for_ever.decide(None, &[]), None);
    }
}
