use chrono::{DateTime, TimeDelta, Utc};

use crate::booking::{Booking, BookingState, Conflict};
use crate::calendar::{Entry, EntryStatus};
use crate::schedule::Interval;

/// How often entering or moving fails in a row before it is given up: some half an hour, with the pauses below.
pub(super) const ATTEMPTS: u32 = 8;
const LONGEST_PAUSE: TimeDelta = TimeDelta::minutes(15);

/// What is to be done with a booking that nobody is working on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Its lease has ended: the time is given back.
    Release,
    /// The lease of the time it was to be moved to has ended.
    Stay,
    /// It is entered, looked at, announced and confirmed.
    Enter,
    /// Entering it is given up.
    Withdraw,
    /// It is taken out of the calendar, and its time given back.
    Erase,
    /// It is moved.
    Shift,
    /// Moving it is given up.
    GiveBack,
    /// It is moved back.
    Return,
    /// It is taken out of the calendar, and cancelled.
    Remove,
    /// Guests are invited.
    Invite,
    /// The calendar is looked at.
    Inspect,
    /// It is left as it is.
    Leave,
}

/// Pure: the table of what comes next, given where the booking stands.
pub(super) fn next(booking: &Booking, now: DateTime<Utc>) -> Option<Step> {
    let tired = booking.attempts >= ATTEMPTS;
    // Nobody is to be told of an appointment that has begun.
    let late = |hold: Option<&crate::booking::Hold>| hold.is_none_or(|hold| hold.start <= now);
    Some(match booking.state {
        BookingState::Held => Step::Release,
        BookingState::Committing if tired || late(booking.hold.as_ref()) => Step::Withdraw,
        BookingState::Committing => Step::Enter,
        BookingState::Releasing => Step::Erase,
        BookingState::Moving if tired || late(booking.next.as_ref()) => Step::GiveBack,
        BookingState::Moving => Step::Shift,
        BookingState::Returning => Step::Return,
        BookingState::Cancelling => Step::Remove,
        BookingState::Confirmed if booking.next.is_some() => Step::Stay,
        // What has begun is not looked after any more.
        BookingState::Confirmed if (booking.uninvited || booking.unchecked) && late(booking.hold.as_ref()) => {
            Step::Leave
        }
        BookingState::Confirmed if booking.uninvited => Step::Invite,
        BookingState::Confirmed if booking.unchecked => Step::Inspect,
        BookingState::Confirmed | BookingState::Released | BookingState::Cancelled => return None,
    })
}

/// Pure: how long to wait before the next try.
pub(super) fn pause(attempts: u32) -> TimeDelta {
    TimeDelta::seconds(5 << attempts.min(9)).min(LONGEST_PAUSE)
}

/// Pure: whether an event is as a booking's is to be once people are told.
pub(super) fn is_announced(entry: &Entry, interval: Interval, guests: usize) -> bool {
    entry.status == EntryStatus::Confirmed && entry.interval == Some(interval) && entry.guests >= guests
}

/// Pure: what a person has done to a booking's event, or put beside it.
pub(super) fn conflict(entry: Option<&Entry>, interval: Interval, overlapped: bool) -> Option<Conflict> {
    match entry {
        None => Some(Conflict::Deleted),
        Some(entry) if entry.interval != Some(interval) => Some(Conflict::Moved),
        Some(_) if overlapped => Some(Conflict::Overlapped),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::booking::{Hold, HoldRequest, Resource, Seat};

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    fn booking(state: BookingState) -> Booking {
        let resource = Resource::new("chair".parse().unwrap());
        let request = HoldRequest::new("b".parse().unwrap(), at(60), at(90), [resource], Duration::from_secs(300));
        let seats = vec![Seat::new("chair".parse().unwrap(), 0)];
        let hold = Hold { fence: 1, start: at(60), end: at(90), from: at(60), until: at(90), seats };
        let mut booking = Booking::take(None, &"clinic".parse().unwrap(), &request, hold.clone(), at(0));
        if matches!(state, BookingState::Moving | BookingState::Returning) {
            booking.next = Some(Hold { fence: 2, ..hold });
        }
        booking.state = state;
        booking
    }

    #[test]
    fn every_state_has_its_next_step() {
        let steps = |now, attempts| {
            BookingState::ALL.map(|state| {
                let booking = Booking { attempts, ..booking(state) };
                next(&booking, now)
            })
        };
        let usual = [
            Some(Step::Release),
            Some(Step::Enter),
            None,
            Some(Step::Shift),
            Some(Step::Return),
            Some(Step::Erase),
            Some(Step::Remove),
            None,
            None,
        ];
        assert_eq!(steps(at(0), 0), usual);
        // What takes something out of the calendar goes on until it is done; what enters or moves is given up in time.
        let mut tired = usual;
        (tired[1], tired[3]) = (Some(Step::Withdraw), Some(Step::GiveBack));
        assert_eq!(steps(at(0), ATTEMPTS), tired);
        assert_eq!(steps(at(60), 0), tired);
    }

    #[test]
    fn what_stands_is_looked_after() {
        let mut stands = booking(BookingState::Confirmed);
        stands.unchecked = true;
        assert_eq!(next(&stands, at(0)), Some(Step::Inspect));
        stands.uninvited = true;
        assert_eq!(next(&stands, at(0)), Some(Step::Invite));
        assert_eq!(next(&stands, at(60)), Some(Step::Leave), "it has begun");
        stands.next = stands.hold.clone();
        assert_eq!(next(&stands, at(0)), Some(Step::Stay));
    }

    #[test]
    fn pauses_grow_to_a_quarter_of_an_hour() {
        let pauses: Vec<i64> = (1..12).map(|attempts| pause(attempts).num_seconds()).collect();
        assert_eq!(pauses, [10, 20, 40, 80, 160, 320, 640, 900, 900, 900, 900]);
        assert_eq!(pause(u32::MAX), LONGEST_PAUSE);
    }
}
