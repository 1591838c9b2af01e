//! What must be true after every step, and at the end.

use std::collections::{BTreeMap, BTreeSet};

use frontdesk::booking::{Booking, BookingState, Conflict, Hold};
use frontdesk::google::events::Event;
use frontdesk::schedule::Interval;

use super::network::{Look, Network, booking, interval, is_free};

/// What somebody was told of a booking.
#[derive(Debug, Clone, Default)]
pub(super) struct Told {
    /// Whether it stands; `None` when they cannot know.
    pub(super) stands: Option<bool>,
    /// When it is; `None` when they cannot know.
    pub(super) start: Option<i64>,
    /// Whether it may have been moved or cancelled since it was confirmed.
    pub(super) changed: bool,
}

pub(super) struct Judge {
    /// Whether only one can be there at a time.
    alone: bool,
    /// The fence under which each booking was last seen confirmed.
    confirmed: BTreeMap<String, u64>,
}

fn holds(booking: &Booking) -> impl Iterator<Item = &Hold> {
    booking.hold.iter().chain(&booking.next)
}

fn overlap(one: &Hold, other: &Hold) -> bool {
    one.from < other.until && other.from < one.until && one.seats.iter().any(|seat| other.seats.contains(seat))
}

impl Judge {
    pub(super) fn new(alone: bool) -> Self {
        Self { alone, confirmed: BTreeMap::new() }
    }

    /// After every step.
    pub(super) fn look(
        &mut self,
        bookings: &BTreeMap<String, Booking>,
        told: &BTreeMap<String, Told>,
        network: &Network,
        now: chrono::DateTime<chrono::Utc>,
    ) -> Result<(), String> {
        let live: Vec<&Booking> =
            bookings.values().filter(|booking| booking.state.is_live() && !booking.has_lapsed(now)).collect();
        for (at, one) in live.iter().enumerate() {
            for other in &live[at + 1..] {
                if holds(one).any(|hold| holds(other).any(|theirs| overlap(hold, theirs))) {
                    return Err(format!("{} and {} have the same time", one.id, other.id));
                }
            }
        }
        for (id, told) in told {
            let stands = bookings.get(id).is_some_and(|booking| booking.state.stands());
            if told.stands.is_some_and(|told| told != stands) {
                return Err(format!("{id} was said to stand: {:?}; it is {:?}", told.stands, bookings.get(id)));
            }
            let start = bookings.get(id).and_then(|booking| booking.hold.as_ref()).map(|hold| hold.start.timestamp());
            if stands && told.start.is_some() && told.start != start {
                return Err(format!("{id} was said to be at {:?}, it is at {start:?}", told.start));
            }
        }
        let events = network.events();
        let ours: Vec<(&Event, &str, Interval)> = events
            .iter()
            .filter(|event| !is_free(event))
            .filter_map(|event| Some((event, booking(event)?, interval(event)?)))
            .collect();
        let touched = &network.lock().touched.clone();
        let is_touched = |event: &str| touched.contains(event);
        for (event, id, _) in &ours {
            let known = bookings.get(*id);
            if !known.is_some_and(|booking| booking.state.is_live()) {
                return Err(format!(
                    "{id} stands in the calendar and is {:?} ({:?})",
                    known.map(|b| b.state),
                    event.id
                ));
            }
        }
        // Two of ours never have the same place at the same time in the calendar either.
        let seats = |id: &str, at: Interval| {
            let hold = bookings.get(id).and_then(|b| holds(b).find(|hold| hold.interval() == Some(at)).cloned());
            hold.map(|hold| hold.seats).unwrap_or_default()
        };
        for (at, (event, id, interval)) in ours.iter().enumerate() {
            for (other, theirs, when) in &ours[at + 1..] {
                let shared = seats(id, *interval).iter().any(|seat| seats(theirs, *when).contains(seat));
                let by_hand = is_touched(event.id.as_deref().unwrap()) || is_touched(other.id.as_deref().unwrap());
                if interval.overlaps(when) && shared && !by_hand {
                    return Err(format!("{id} and {theirs} overlap in the calendar"));
                }
            }
        }
        for (id, booking) in bookings.iter().filter(|(_, booking)| booking.state == BookingState::Confirmed) {
            let hold = booking.hold.as_ref().unwrap();
            let own: Vec<_> = ours.iter().filter(|(_, of, _)| of == id).collect();
            // It may have been entered anew since.
            let by_hand = is_touched(id);
            let fine = matches!(own[..], [(_, _, at)] if Some(*at) == hold.interval());
            if !fine && !by_hand && booking.next.is_none() {
                return Err(format!("{id} is confirmed, and in the calendar are {own:?} instead of {hold:?}"));
            }
            if own.len() > 1 {
                return Err(format!("{id} stands {} times in the calendar", own.len()));
            }
            if self.confirmed.insert(id.clone(), hold.fence) == Some(hold.fence) {
                continue;
            }
            // Just confirmed, or moved: somebody looked, and nothing else was there.
            let state = network.lock();
            let looks = state.looks.get(&(hold.from.timestamp(), hold.until.timestamp()));
            let looks = looks.map(Vec::as_slice).unwrap_or_default();
            let entered = |ours: &BTreeSet<String>| by_hand || ours.contains(booking.event.as_deref().unwrap());
            let is_fine = |(ours, theirs): &Look| theirs.is_empty() && (hold.fence > 1 || entered(ours));
            // Where several can be there at once, another may have looked since.
            let looks = if self.alone { &looks[looks.len().saturating_sub(1)..] } else { looks };
            if !looks.iter().any(is_fine) {
                return Err(format!("{id} was confirmed without a look, or over something: {looks:?}"));
            }
        }
        Ok(())
    }

    /// When everything has come to an end.
    pub(super) fn end(
        bookings: &BTreeMap<String, Booking>,
        told: &BTreeMap<String, Told>,
        texts: &[String],
        network: &Network,
    ) -> Result<u32, String> {
        let events = network.events();
        let mut stand = 0;
        for (id, one) in bookings {
            let own = events.iter().filter(|event| booking(event) == Some(id) && !is_free(event)).count();
            let confirmations = texts.iter().filter(|text| text.contains(&format!("{id} is confirmed"))).count();
            match one.state {
                BookingState::Confirmed => {
                    stand += 1;
                    if one.unchecked || one.next.is_some() {
                        return Err(format!("{id} was left: {one:?}"));
                    }
                    let gone = matches!(one.conflict, Some(Conflict::Deleted));
                    let by_hand = network.lock().touched.contains(id);
                    if own != 1 && !(own == 0 && (gone || by_hand)) {
                        return Err(format!("{id} is confirmed and stands {own} times in the calendar"));
                    }
                    let changed = told.get(id).is_none_or(|told| told.changed);
                    if confirmations > 1 || (confirmations == 0 && !changed) {
                        return Err(format!("{id} was confirmed by {confirmations} texts"));
                    }
                    let guests = events.iter().find(|event| booking(event) == Some(id)).map(|event| {
                        let status = event.status.as_ref().map(|status| status.as_str().to_owned());
                        (event.attendees.as_ref().map_or(0, Vec::len), status)
                    });
                    if let Some((guests, status)) = guests {
                        if status.as_deref() == Some("tentative") {
                            return Err(format!("{id} is confirmed, and tentative in the calendar"));
                        }
                        if guests == 0 && one.uninvited {
                            return Err(format!("{id} still has guests to invite"));
                        }
                    }
                }
                BookingState::Released | BookingState::Cancelled => {
                    if own > 0 || one.hold.is_some() {
                        return Err(format!("{id} is over and still there"));
                    }
                    if one.state == BookingState::Released && confirmations > 0 {
                        return Err(format!("{id} was confirmed by text and released"));
                    }
                }
                state => return Err(format!("{id} ends as {state:?}")),
            }
        }
        Ok(stand)
    }
}
