use std::time::Duration;

use chrono::TimeDelta;
use futures_util::future::join_all;

use super::Bench;
use super::fixtures::{CALLER, at, tenant};
use crate::booking::{Booking, BookingQuery, BookingState, Held, HoldRequest, Limit, Resource};
use crate::notification::Person;
use crate::store::{Commit, Unit};

const LEASE: Duration = Duration::from_secs(300);

fn resource(name: &str) -> Resource {
    Resource::new(name.parse().unwrap())
}

/// From a minute to another, in the chair.
pub(super) fn request(id: &str, from: i64, until: i64) -> HoldRequest {
    HoldRequest::new(id.parse().unwrap(), at(from * 60), at(until * 60), [resource("chair")], LEASE)
}

impl Bench {
    async fn hold(&self, request: &HoldRequest) -> Held {
        self.store.hold(&tenant("a"), request).await.unwrap()
    }

    async fn held(&self, request: &HoldRequest) -> Booking {
        match self.hold(request).await {
            Held::Held(booking) => *booking,
            other => panic!("{other:?}"),
        }
    }

    async fn save(&self, booking: Option<Booking>) -> Commit {
        self.commit("a", Unit::new().save_booking(booking.unwrap())).await
    }

    async fn booking(&self, id: &str) -> Booking {
        self.store.booking(&tenant("a"), &id.parse().unwrap()).await.unwrap().unwrap()
    }

    async fn confirmed(&self, request: &HoldRequest) -> Booking {
        let booking = self.held(request).await;
        let id = booking.id.as_str().to_owned();
        assert_eq!(self.save(booking.commit("event", at(0))).await, Commit::Applied);
        assert_eq!(self.save(self.booking(&id).await.confirm()).await, Commit::Applied);
        self.booking(&id).await
    }
}

pub(super) async fn a_time_is_held_committed_and_confirmed(bench: Bench) {
    let anna = Person::new("Anna").with_phone(CALLER);
    let wanted =
        request("b1", 0, 30).with_customer(anna, "Check-up").with_buffers(Duration::ZERO, Duration::from_secs(600));
    let held = bench.held(&wanted).await;
    assert_eq!((held.state, held.lease_until, held.version), (BookingState::Held, Some(at(300)), 1));
    assert_eq!(bench.booking("b1").await, held);
    assert_eq!(bench.hold(&wanted).await, Held::Already(Box::new(held.clone())), "asked again, it is the same");
    let earlier = request("b1", 60, 90);
    assert_eq!(bench.hold(&earlier).await, Held::Conflict(Box::new(held.clone())), "one thing at a time");
    assert_eq!(bench.save(held.clone().commit("event1", at(0))).await, Commit::Applied);
    assert_eq!(bench.save(held.commit("event2", at(0))).await, Commit::Stale, "the fence is behind");
    let committing = bench.booking("b1").await;
    assert_eq!((committing.event.as_deref(), committing.lease_until), (Some("event1"), None));
    assert_eq!(bench.save(committing.confirm()).await, Commit::Applied);
    let query = BookingQuery::between(at(0), at(60));
    let found = bench.store.bookings(&tenant("a"), &query).await.unwrap();
    assert_eq!(found, [bench.booking("b1").await]);
    bench.confirmed(&request("b0", -30, 0)).await;
    let around = BookingQuery::between(at(-3_000), at(3_000));
    let ids = async |query: BookingQuery| {
        let found = bench.store.bookings(&tenant("a"), &query).await.unwrap();
        found.into_iter().map(|booking| booking.id.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids(around.clone()).await, ["b0", "b1"], "by when they begin");
    assert_eq!(ids(around.clone().with_phone(CALLER)).await, ["b1"]);
    assert_eq!(ids(around.clone().of("chair".parse().unwrap())).await.len(), 2);
    assert!(ids(around.of("room".parse().unwrap())).await.is_empty());
    assert!(ids(BookingQuery::between(at(2_400), at(9_999))).await.is_empty(), "the buffer ends after forty minutes");
    assert_eq!(bench.save(bench.booking("b1").await.cancel()).await, Commit::Applied);
    assert_eq!(ids(BookingQuery::between(at(0), at(60))).await, Vec::<String>::new());
    bench.held(&request("b2", 0, 30)).await;
    assert!(matches!(bench.hold(&wanted).await, Held::Conflict(_)), "a cancelled one stays cancelled");
    // A booking that nobody held cannot be written.
    let mut forged = bench.booking("b2").await;
    (forged.id, forged.version) = ("forged".parse().unwrap(), 0);
    assert_eq!(bench.commit("a", Unit::new().save_booking(forged)).await, Commit::Stale);
    let nonsense = HoldRequest::new("n".parse().unwrap(), at(9), at(9), [resource("chair")], LEASE);
    assert!(bench.store.hold(&tenant("a"), &nonsense).await.unwrap_err().is_permanent());
}

pub(super) async fn nobody_gets_what_is_taken(bench: Bench) {
    bench.held(&request("b1", 0, 30)).await;
    for (from, until) in [(0, 30), (29, 31), (-10, 1), (10, 20), (-10, 60)] {
        assert_eq!(bench.hold(&request("b2", from, until)).await, Held::Taken, "{from}–{until}");
    }
    bench.held(&request("after", 30, 60)).await;
    bench.held(&request("before", -30, 0)).await;
    let buffered = request("b3", 60, 90).with_buffers(Duration::from_secs(60), Duration::ZERO);
    assert_eq!(bench.hold(&buffered).await, Held::Taken, "its buffer is");
    // Another resource and another tenant are free.
    let room = HoldRequest::new("b4".parse().unwrap(), at(0), at(1800), [resource("room")], LEASE);
    bench.held(&room).await;
    let theirs = bench.store.hold(&tenant("b"), &request("b1", 0, 30)).await.unwrap();
    assert!(matches!(theirs, Held::Held(_)));
    // All of several, or the first of some.
    let both = HoldRequest::new("b5".parse().unwrap(), at(0), at(1800), ["desk", "room"].map(resource), LEASE);
    assert_eq!(bench.hold(&both).await, Held::Taken);
    let either = both.or(["desk", "garden"].map(resource));
    let seats = bench.held(&either).await.hold.unwrap().seats;
    assert_eq!(seats.iter().map(|seat| seat.resource.as_str()).collect::<Vec<_>>(), ["desk", "garden"]);
    let desk = HoldRequest::new("b6".parse().unwrap(), at(0), at(60), [resource("desk")], LEASE);
    assert_eq!(bench.hold(&desk).await, Held::Taken);
    assert_eq!(bench.save(bench.booking("b5").await.release()).await, Commit::Applied);
    bench.held(&desk).await;
}

pub(super) async fn what_is_held_too_long_is_anybodys(bench: Bench) {
    let held = bench.held(&request("b1", 0, 30)).await;
    bench.clock.advance(LEASE - Duration::from_secs(1));
    assert_eq!(bench.hold(&request("b2", 0, 30)).await, Held::Taken);
    bench.clock.advance(Duration::from_secs(1));
    bench.held(&request("b2", 0, 30)).await;
    assert_eq!(bench.save(held.commit("event", at(0))).await, Commit::Stale, "it came too late");
    let lapsed = bench.booking("b1").await;
    assert_eq!((lapsed.state, lapsed.hold), (BookingState::Released, None));
    // Nobody wanted it meanwhile, so that late is not too late.
    bench.clock.advance(LEASE);
    let late = bench.booking("b2").await;
    assert_eq!(bench.save(late.commit("event", at(0))).await, Commit::Applied);
    bench.clock.advance(LEASE * 100);
    assert_eq!(bench.hold(&request("b3", 0, 30)).await, Held::Taken, "what is being committed is held for good");
    // Given back, it begins anew under a higher fence.
    assert_eq!(bench.booking("b2").await.release(), None, "the event may be in the calendar");
    assert_eq!(bench.save(bench.booking("b2").await.withdraw(at(0))).await, Commit::Applied);
    assert_eq!(bench.hold(&request("b3", 0, 30)).await, Held::Taken, "until the calendar is rid of it");
    assert_eq!(bench.save(bench.booking("b2").await.release()).await, Commit::Applied);
    let again = bench.held(&request("b2", 0, 30)).await;
    assert_eq!((again.fence, again.event, again.state), (2, None, BookingState::Held));
}

pub(super) async fn a_booking_moves_though_it_overlaps_itself(bench: Bench) {
    bench.confirmed(&request("b1", 0, 30)).await;
    assert!(matches!(bench.hold(&request("b1", 15, 45)).await, Held::Conflict(_)), "it was not asked to move");
    assert_eq!(bench.hold(&request("b0", 15, 45).to_move()).await, Held::Taken, "nothing is there to move");
    let later = request("b1", 15, 45).to_move();
    let moving = bench.held(&later).await;
    assert_eq!((moving.state, moving.fence), (BookingState::Confirmed, 2));
    assert_eq!(bench.hold(&later).await, Held::Already(Box::new(moving.clone())));
    assert_eq!(bench.hold(&request("b2", 40, 50)).await, Held::Taken, "both times are its own");
    assert_eq!(bench.hold(&request("b2", 0, 10)).await, Held::Taken);
    assert_eq!(bench.save(moving.shift(at(0))).await, Commit::Applied);
    bench.clock.advance(LEASE * 2);
    assert_eq!(bench.hold(&request("b2", 40, 50)).await, Held::Taken, "while the calendar is being changed");
    assert_eq!(bench.save(bench.booking("b1").await.moved()).await, Commit::Applied);
    bench.held(&request("b2", 0, 15)).await;
    assert_eq!(bench.hold(&request("b3", 40, 50)).await, Held::Taken);
    // A move that was begun and left: the new time is anybody's, the old one stays.
    let begun = bench.held(&request("b1", 60, 90).to_move()).await;
    bench.clock.advance(LEASE);
    bench.held(&request("b3", 60, 90)).await;
    assert_eq!(bench.save(begun.shift(at(0))).await, Commit::Stale);
    let stays = bench.booking("b1").await;
    assert_eq!((stays.state, stays.next.is_none()), (BookingState::Confirmed, true));
    assert_eq!(stays.hold.unwrap().start, at(15 * 60));
    assert_eq!(bench.hold(&request("b4", 40, 50)).await, Held::Taken);
    // And one that is given up.
    let begun = bench.held(&request("b1", 120, 150).to_move()).await;
    assert_eq!(bench.save(begun.stay()).await, Commit::Applied);
    bench.held(&request("b4", 120, 150)).await;
}

pub(super) async fn capacity_and_limits_are_counted(bench: Bench) {
    let class = |id: &str| {
        let room = resource("room").with_capacity(3);
        HoldRequest::new(id.parse().unwrap(), at(0), at(3600), [room], LEASE)
    };
    for (number, id) in (0..).zip(["b1", "b2", "b3"]) {
        assert_eq!(bench.held(&class(id)).await.hold.unwrap().seats[0].number, number);
    }
    assert_eq!(bench.hold(&class("b4")).await, Held::Taken);
    assert_eq!(bench.save(bench.booking("b2").await.release()).await, Commit::Applied);
    assert_eq!(bench.held(&class("b4")).await.hold.unwrap().seats[0].number, 1, "the place that became free");
    // At most two in the chair that begin on this day.
    let limited = |id: &str, from, until| request(id, from, until).with_limit(Limit::new(at(0), at(86_400), 2));
    bench.held(&limited("c1", 0, 30)).await;
    bench.held(&limited("c2", 600, 630)).await;
    assert_eq!(bench.hold(&limited("c3", 700, 730)).await, Held::LimitReached);
    bench.held(&request("c4", 1_440, 1_470)).await;
    assert_eq!(bench.hold(&limited("c3", 700, 730)).await, Held::LimitReached);
    assert_eq!(bench.save(bench.booking("c1").await.release()).await, Commit::Applied);
    bench.held(&limited("c3", 700, 730)).await;
    assert!(matches!(bench.hold(&limited("c2", 600, 630)).await, Held::Already(_)));
}

pub(super) async fn many_who_want_overlapping_times_never_both_get_them(bench: Bench) {
    // Each wants half an hour in the same two; every ten minutes one begins.
    let wants = (0..48).map(|number: i64| {
        let bench = bench.clone();
        async move {
            let names = if number % 2 == 0 { ["chair", "room"] } else { ["room", "chair"] };
            let start = at((number / 4) * 600);
            let id = format!("b{number}").parse().unwrap();
            let wanted = HoldRequest::new(id, start, start + TimeDelta::minutes(30), names.map(resource), LEASE);
            bench.hold(&wanted).await
        }
    });
    let held: Vec<Booking> = join_all(wants)
        .await
        .into_iter()
        .filter_map(|held| match held {
            Held::Held(booking) => Some(*booking),
            Held::Taken => None,
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(held.len() >= 3, "four fit, one after the other; at least every other gets in: {}", held.len());
    for (number, one) in held.iter().enumerate() {
        for other in &held[number + 1..] {
            let (a, b) = (one.hold.as_ref().unwrap(), other.hold.as_ref().unwrap());
            assert!(a.until <= b.from || b.until <= a.from, "{one:?} and {other:?}");
        }
    }
    // And of many who want the very same booking at once, one holds it.
    let wants = (0..12).map(|_| {
        let bench = bench.clone();
        async move { bench.hold(&request("same", 6_000, 6_030)).await }
    });
    let outcomes = join_all(wants).await;
    assert_eq!(outcomes.iter().filter(|held| matches!(held, Held::Held(_))).count(), 1, "{outcomes:?}");
    assert!(outcomes.iter().all(|held| matches!(held, Held::Held(_) | Held::Already(_))));
}
