//! What every calendar promises, for the tests of whoever brings one.
#![allow(clippy::panic, clippy::missing_panics_doc, reason = "a suite of tests")]

use chrono::{DateTime, TimeDelta, Utc};

use super::{Calendar, Change, Changed, Created, Entry, EntryStatus, EventId, Guest, NewEvent, Patched, Version};
use crate::Error;
use crate::schedule::Interval;

/// Holds a calendar to what [`Calendar`] promises. It panics at the first promise that is not kept.
///
/// The calendar has to be empty within the ten days from `from`. `by_hand` enters an event as people do, without a booking;
/// `forget` makes the calendar forget its changes, so that older cursors are too old.
///
/// # Panics
/// When a promise is not kept.
pub async fn run(
    calendar: &dyn Calendar,
    from: DateTime<Utc>,
    by_hand: impl AsyncFn(EventId, Interval),
    forget: impl AsyncFn(),
) {
    let suite = Suite { calendar, from, salt: from.timestamp().to_string() };
    suite.what_is_entered_is_busy().await;
    suite.entered_twice_it_is_there_once().await;
    suite.a_name_is_used_up().await;
    suite.versions_keep_changes_apart().await;
    suite.moved_it_is_busy_elsewhere().await;
    suite.what_is_not_there_is_deleted().await;
    suite.what_people_enter_is_busy_and_nobodys_booking(&by_hand).await;
    suite.changes_are_told_once(&by_hand, &forget).await;
}

struct Suite<'a> {
    calendar: &'a dyn Calendar,
    from: DateTime<Utc>,
    salt: String,
}

fn fine<T>(answer: Result<T, Error>) -> T {
    answer.unwrap_or_else(|error| panic!("{error:?}"))
}

impl Suite<'_> {
    fn id(&self, name: &str) -> EventId {
        EventId::of(["conformance", &self.salt, name])
    }

    /// An hour of the so manieth day.
    fn hour(&self, day: i64, hour: i64) -> Interval {
        let start = self.from + TimeDelta::days(day) + TimeDelta::hours(hour);
        Interval::new(start, start + TimeDelta::hours(1)).unwrap_or_else(|error| panic!("{error}"))
    }

    fn visit(&self, name: &str, interval: Interval) -> NewEvent {
        NewEvent::new(self.id(name), name, interval).with_title("Check-up")
    }

    async fn enter(&self, new: &NewEvent) -> Entry {
        match fine(self.calendar.create(new).await) {
            Created::Now(entry) => entry,
            other => panic!("{} is not new: {other:?}", new.id),
        }
    }

    async fn entry(&self, name: &str) -> Entry {
        fine(self.calendar.event(&self.id(name)).await).unwrap_or_else(|| panic!("{name} is lost"))
    }

    async fn busy(&self, within: Interval) -> Vec<(Interval, Option<String>)> {
        let mut busy: Vec<_> =
            fine(self.calendar.busy(within).await).into_iter().map(|busy| (busy.interval, busy.booking)).collect();
        busy.sort();
        busy
    }

    async fn patch(&self, name: &str, version: &Version, change: &Change) -> Patched {
        fine(self.calendar.patch(&self.id(name), version, change).await)
    }

    async fn what_is_entered_is_busy(&self) {
        let entry = self.enter(&self.visit("first", self.hour(0, 10)).tentative()).await;
        assert_eq!((entry.status, entry.interval), (EntryStatus::Tentative, Some(self.hour(0, 10))));
        assert!(entry.is_of("first") && entry.title.as_ref().is_some_and(|title| title == "Check-up"));
        assert_eq!(self.entry("first").await, entry);
        let found = [(self.hour(0, 10), Some("first".to_owned()))];
        assert_eq!(self.busy(self.hour(0, 10)).await, found);
        assert_eq!(self.busy(self.hour(0, 9)).await, [], "what ends when it begins does not overlap it");
        assert_eq!(self.busy(self.hour(0, 11)).await, [], "nor what begins when it ends");
        let start = self.hour(0, 10).start();
        let part = Interval::new(start + TimeDelta::minutes(20), start + TimeDelta::minutes(21));
        assert_eq!(self.busy(part.unwrap_or_else(|error| panic!("{error}"))).await, found, "a part finds the whole");
    }

    async fn entered_twice_it_is_there_once(&self) {
        let new = self.visit("twice", self.hour(1, 10));
        let entry = self.enter(&new).await;
        match fine(self.calendar.create(&new).await) {
            Created::Before(again) => assert_eq!(again, entry),
            other => panic!("it was there already: {other:?}"),
        }
        assert_eq!(self.busy(self.hour(1, 10)).await.len(), 1);
    }

    async fn a_name_is_used_up(&self) {
        let other = NewEvent::new(self.id("twice"), "somebody-elses", self.hour(1, 12));
        assert_eq!(fine(self.calendar.create(&other).await), Created::Taken, "another booking has the name");
        self.enter(&self.visit("gone", self.hour(1, 14))).await;
        fine(self.calendar.delete(&self.id("gone"), false).await);
        assert_eq!(fine(self.calendar.event(&self.id("gone")).await), None);
        assert_eq!(fine(self.calendar.create(&self.visit("gone", self.hour(1, 14))).await), Created::Taken);
        assert_eq!(self.busy(self.hour(1, 14)).await, []);
    }

    async fn versions_keep_changes_apart(&self) {
        let entry = self.entry("first").await;
        let certain = Change::new().confirmed().with_guests([Guest::new("anna@example.com")]).notifying();
        let Patched::Done(changed) = self.patch("first", &entry.version, &certain).await else {
            panic!("nobody has changed it")
        };
        assert_eq!((changed.status, changed.guests), (EntryStatus::Confirmed, 1));
        assert_eq!((changed.interval, &changed.booking), (entry.interval, &entry.booking), "what is not named stays");
        assert_ne!(changed.version, entry.version);
        assert_eq!(self.patch("first", &entry.version, &Change::new().with_title("Other")).await, Patched::Stale);
        assert_eq!(self.entry("first").await, changed);
    }

    async fn moved_it_is_busy_elsewhere(&self) {
        let entry = self.entry("first").await;
        let moved = self.patch("first", &entry.version, &Change::new().to(self.hour(0, 15))).await;
        assert!(matches!(&moved, Patched::Done(entry) if entry.interval == Some(self.hour(0, 15))), "{moved:?}");
        assert_eq!(self.busy(self.hour(0, 10)).await, []);
        assert_eq!(self.busy(self.hour(0, 15)).await.len(), 1);
    }

    async fn what_is_not_there_is_deleted(&self) {
        fine(self.calendar.delete(&self.id("never"), true).await);
        fine(self.calendar.delete(&self.id("gone"), true).await);
        assert_eq!(fine(self.calendar.event(&self.id("never")).await), None);
        let change = Change::new().with_title("Other");
        for name in ["gone", "never"] {
            assert_eq!(self.patch(name, &Version::new("\"1\""), &change).await, Patched::Gone, "{name}");
        }
    }

    async fn what_people_enter_is_busy_and_nobodys_booking(&self, by_hand: &impl AsyncFn(EventId, Interval)) {
        by_hand(self.id("lunch"), self.hour(2, 12)).await;
        assert_eq!(self.busy(self.hour(2, 12)).await, [(self.hour(2, 12), None)]);
    }

    async fn changes_are_told_once(&self, by_hand: &impl AsyncFn(EventId, Interval), forget: &impl AsyncFn()) {
        let find = |changes: &[Changed], name: &str| {
            changes.iter().find(|changed| changed.id == self.id(name)).map(|changed| changed.entry.is_some())
        };
        let all = fine(self.calendar.changes(None).await);
        assert!(all.complete);
        assert_eq!((find(&all.events, "first"), find(&all.events, "lunch")), (Some(true), Some(true)));
        assert_ne!(find(&all.events, "gone"), Some(true));

        let none = fine(self.calendar.changes(Some(&all.cursor)).await);
        assert!(!none.complete && none.events.is_empty(), "{none:?}");

        by_hand(self.id("dinner"), self.hour(2, 18)).await;
        fine(self.calendar.delete(&self.id("twice"), false).await);
        let entry = self.entry("first").await;
        self.patch("first", &entry.version, &Change::new().to(self.hour(0, 16))).await;
        let some = fine(self.calendar.changes(Some(&none.cursor)).await);
        assert!(!some.complete && some.events.len() == 3, "{some:?}");
        let found = ["dinner", "twice", "first"].map(|name| find(&some.events, name));
        assert_eq!(found, [Some(true), Some(false), Some(true)]);

        forget().await;
        let anew = fine(self.calendar.changes(Some(&some.cursor)).await);
        assert!(anew.complete, "a cursor that is too old brings everything");
        assert_eq!((find(&anew.events, "first"), find(&anew.events, "dinner")), (Some(true), Some(true)));
    }
}
