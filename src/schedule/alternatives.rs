use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use super::inside;
use super::slots::Slot;

/// A part of the day, as people speak of it.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PartOfDay {
    /// Before 5:00, or from 21:00.
    Night,
    /// 5:00 to 12:00.
    Morning,
    /// 12:00 to 17:00.
    Afternoon,
    /// 17:00 to 21:00.
    Evening,
}

impl PartOfDay {
    /// The part that an hour from 0 to 23 belongs to.
    #[must_use]
    pub fn of(hour: u32) -> Self {
        match hour {
            5..12 => Self::Morning,
            12..17 => Self::Afternoon,
            17..21 => Self::Evening,
            _ => Self::Night,
        }
    }
}

/// Why a slot is offered in the place of another time.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Why {
    /// It is the nearest.
    Nearest,
    /// It is in the same part of another day.
    SamePartOfDay,
    /// It is on the same day of another week, at the nearest time.
    SameWeekday,
    /// It is the next nearest.
    Next,
}

/// A slot in the place of a time that cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Alternative {
    /// The slot.
    #[serde(flatten)]
    pub slot: Slot,
    /// Why this one.
    pub why: Why,
}

/// The slots to offer in the place of a wanted time, best first: the nearest one, the nearest in the same part of another
/// day, the nearest on the same weekday of another week, and then whatever is nearest. Of two that are as near the earlier
/// comes first. `zone` is the caller's: it says what a day is.
///
/// ```
/// use frontdesk::schedule::{SlotQuery, WeeklyHours, Why, alternatives};
///
/// let hours: WeeklyHours = "mon-fri 09:00-17:00".parse()?;
/// let zone = chrono_tz::America::New_York;
/// let (from, until) = ("2026-03-03T05:00:00Z".parse()?, "2026-03-14T05:00:00Z".parse()?);
/// let wanted = "2026-03-03T20:00:00Z".parse()?; // Tuesday, 3 pm
/// let busy = [frontdesk::schedule::Interval::new(from, "2026-03-03T21:00:00Z".parse()?)?];
/// let slots = SlotQuery::new(&hours, zone).between(from, until).slots(&busy);
/// let offered = alternatives(wanted, zone, 3, slots);
/// let offered: Vec<_> = offered.iter().map(|offer| (offer.slot.start().to_rfc3339(), offer.why)).collect();
/// assert_eq!(
///     offered,
///     [
///         ("2026-03-03T21:00:00+00:00".to_owned(), Why::Nearest),       // 4 pm
///         ("2026-03-04T20:00:00+00:00".into(), Why::SamePartOfDay),     // Wednesday, 3 pm
///         ("2026-03-10T19:00:00+00:00".into(), Why::SameWeekday),       // Tuesday, 3 pm
///     ]
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn alternatives(
    wanted: DateTime<Utc>,
    zone: Tz,
    count: usize,
    slots: impl IntoIterator<Item = Slot>,
) -> Vec<Alternative> {
    let slots: Vec<Slot> = slots.into_iter().collect();
    let wanted = inside(wanted);
    let local = wanted.with_timezone(&zone);
    let distance = |slot: &Slot| ((slot.start() - wanted).abs(), slot.start_second());
    // On another day it is the clock that counts, not the time that has passed.
    let by_clock = |slot: &Slot| {
        let theirs = slot.start().with_timezone(&zone);
        let seconds = theirs.num_seconds_from_midnight().abs_diff(local.num_seconds_from_midnight());
        let days = (theirs.date_naive() - local.date_naive()).abs();
        (days + TimeDelta::seconds(seconds.into()), slot.start_second())
    };
    let part = PartOfDay::of(local.hour());
    let mut chosen: Vec<Alternative> = Vec::with_capacity(count.min(slots.len()));
    for why in [Why::Nearest, Why::SamePartOfDay, Why::SameWeekday].into_iter().chain(std::iter::repeat(Why::Next)) {
        if chosen.len() >= count {
            break;
        }
        let is_new = |slot: &&Slot| chosen.iter().all(|known| known.slot != **slot);
        let fits = |slot: &&Slot| {
            let theirs = slot.start().with_timezone(&zone);
            let other_day = theirs.date_naive() != local.date_naive();
            match why {
                Why::Nearest | Why::Next => true,
                Why::SamePartOfDay => other_day && PartOfDay::of(theirs.hour()) == part,
                Why::SameWeekday => other_day && theirs.weekday() == local.weekday(),
            }
        };
        let candidates = slots.iter().filter(is_new).filter(fits);
        let best = match why {
            Why::Nearest | Why::Next => candidates.min_by_key(|slot| distance(slot)),
            Why::SamePartOfDay | Why::SameWeekday => candidates.min_by_key(|slot| by_clock(slot)),
        };
        match best.copied() {
            Some(slot) => chosen.push(Alternative { slot, why }),
            None if why == Why::Next => break,
            None => {}
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::{SlotQuery, WeeklyHours};

    #[test]
    fn what_cannot_be_had_is_made_up_for_by_what_is_near() {
        let hours: WeeklyHours = "tue 09:00-11:00".parse().unwrap();
        let (from, until) = ("2026-03-03T00:00:00Z".parse().unwrap(), "2026-03-04T00:00:00Z".parse().unwrap());
        let slots = || SlotQuery::new(&hours, chrono_tz::UTC).between(from, until).slots(&[]);
        let wanted = "2026-03-03T09:45:00Z".parse().unwrap();
        let offered = alternatives(wanted, chrono_tz::UTC, 3, slots());
        let offered: Vec<_> =
            offered.iter().map(|offer| (offer.slot.start().format("%H:%M").to_string(), offer.why)).collect();
        // No other day has anything.
        assert_eq!(
            offered,
            [("09:30".to_owned(), Why::Nearest), ("10:00".into(), Why::Next), ("09:00".into(), Why::Next)]
        );
        assert_eq!(alternatives(wanted, chrono_tz::UTC, 9, slots()).len(), 4);
        assert_eq!(alternatives(wanted, chrono_tz::UTC, usize::MAX, slots()).len(), 4);
        for wanted in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            for zone in [chrono_tz::Pacific::Kiritimati, chrono_tz::Etc::GMTPlus12] {
                assert_eq!(alternatives(wanted, zone, 1, slots()).len(), 1);
            }
        }
        assert_eq!(alternatives(wanted, chrono_tz::UTC, 0, slots()), []);
        assert_eq!(alternatives(wanted, chrono_tz::UTC, 3, []), []);
    }
}
