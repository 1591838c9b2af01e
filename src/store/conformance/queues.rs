use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;

use super::Bench;
use super::fixtures::{at, follow_up, order, relay, sid, tenant, text};
use crate::clock::Clock as _;
use crate::message::{Allowance, Delivery, DeliveryStatus, Spent};
use crate::number::OrderState;
use crate::store::{Commit, Unit};

const LEASE: Duration = Duration::from_secs(30);

pub(super) async fn what_is_claimed_is_nobody_elses_until_the_lease_ends(bench: Bench) {
    bench.applied("a", Unit::new().enqueue(text("a", "m"))).await;
    let claim = async |worker: &str| bench.store.claim_messages(worker, 10, LEASE).await.unwrap();
    let (of, claimed) = claim("w1").await.remove(0);
    assert_eq!((of, claimed.id.as_str()), (tenant("a"), "m"));
    let lease = claimed.lease.clone().unwrap();
    assert_eq!((lease.owner.as_str(), lease.until), ("w1", at(30)));
    assert!(claim("w2").await.is_empty());
    bench.clock.advance(LEASE);
    let (_, taken) = claim("w2").await.remove(0);
    assert_eq!(
        bench.commit("a", Unit::new().save_message(claimed)).await,
        Commit::Stale,
        "who lost it cannot write it"
    );
    let mut done = taken;
    (done.lease, done.delivery) = (None, Delivery::new(DeliveryStatus::Sent));
    bench.applied("a", Unit::new().save_message(done)).await;
    bench.clock.advance(LEASE);
    assert!(claim("w1").await.is_empty(), "it is done");
}

pub(super) async fn the_longest_due_comes_first(bench: Bench) {
    for (id, due) in [("late", 20), ("early", 5), ("middle", 10), ("far", 9_999)] {
        let mut next = text("a", id);
        next.not_before = at(due);
        bench.applied("a", Unit::new().enqueue(next)).await;
    }
    let claim = async |limit| {
        let claimed = bench.store.claim_messages("w", limit, LEASE).await.unwrap();
        claimed.into_iter().map(|(_, text)| text.id.as_str().to_owned()).collect::<BTreeSet<_>>()
    };
    assert!(claim(9).await.is_empty(), "nothing is due");
    bench.clock.advance(Duration::from_secs(20));
    let backlog = bench.store.backlog().await.unwrap();
    let texts = backlog.iter().find(|backlog| backlog.kind == "messages").unwrap();
    assert_eq!((texts.due, texts.since), (3, Some(at(5))));
    assert_eq!(claim(2).await, ["early", "middle"].map(ToOwned::to_owned).into());
    assert_eq!(claim(2).await, ["late".to_owned()].into());
}

pub(super) async fn every_kind_of_work_is_claimed(bench: Bench) {
    let mut transcribing = follow_up("a", 1);
    transcribing.transcript = Some(sid("GT", 1).parse().unwrap());
    bench.applied("a", Unit::new().announce(relay("a", 1)).order(order("a", "o")).follow_up(transcribing)).await;
    bench.store.hold(&tenant("a"), &super::bookings::request("b1", 0, 30)).await.unwrap();
    bench.clock.advance(Duration::from_secs(600));
    let store = &bench.store;
    for round in 0..2 {
        let claimed = [
            store.claim_relays("w", 9, LEASE).await.unwrap().len(),
            store.claim_orders("w", 9, LEASE).await.unwrap().len(),
            store.claim_follow_ups("w", 9, LEASE).await.unwrap().len(),
            store.claim_bookings("w", 9, LEASE).await.unwrap().len(),
        ];
        assert_eq!(claimed, if round == 0 { [1; 4] } else { [0; 4] });
    }
    bench.clock.advance(LEASE);
    let (of, mut event) = store.claim_relays("w", 9, LEASE).await.unwrap().remove(0);
    (event.done, event.lease) = (true, None);
    let (_, mut order) = store.claim_orders("w", 9, LEASE).await.unwrap().remove(0);
    (order.state, order.lease) = (OrderState::Failed, None);
    assert_eq!(store.commit(&of, Unit::new().save_relay(event).save_order(order)).await.unwrap(), Commit::Applied);
    let (of, found) = store.follow_up_of(&sid("GT", 1).parse().unwrap()).await.unwrap().unwrap();
    assert_eq!((of, found.id()), (tenant("a"), follow_up("a", 1).id()));
    assert!(store.follow_up_of(&sid("GT", 2).parse().unwrap()).await.unwrap().is_none());
    bench.clock.advance(LEASE);
    assert!(store.claim_relays("w", 9, LEASE).await.unwrap().is_empty());
    assert!(store.claim_orders("w", 9, LEASE).await.unwrap().is_empty());
}

pub(super) async fn many_workers_never_share_a_text(bench: Bench) {
    let texts = (0..120).fold(Unit::new(), |unit, number| unit.enqueue(text("a", &format!("m{number}"))));
    bench.applied("a", texts).await;
    let workers = (0..8).map(|worker| {
        let bench = bench.clone();
        async move {
            let mut mine = Vec::new();
            loop {
                let claimed = bench.store.claim_messages(&format!("w{worker}"), 7, LEASE).await.unwrap();
                if claimed.is_empty() {
                    return mine;
                }
                mine.extend(claimed.into_iter().map(|(_, text)| text.id));
            }
        }
    });
    let all: Vec<_> = join_all(workers).await.into_iter().flatten().collect();
    assert_eq!((all.len(), all.iter().collect::<BTreeSet<_>>().len()), (120, 120));
}

pub(super) async fn shares_are_granted_whole_and_never_twice(bench: Bench) {
    let wanted = |limit| [(Allowance::new("texts", limit, Duration::from_secs(1_000)), 1)];
    let asked = (0..40).map(|_| {
        let bench = bench.clone();
        async move { bench.store.spend(&tenant("a"), &wanted(10)).await.unwrap() }
    });
    let granted = join_all(asked).await.into_iter().filter(|spent| *spent == Spent::Granted).count();
    assert_eq!(granted, 10);
    let exhausted = Spent::Exhausted { key: "texts".into(), until: at(100) };
    assert_eq!(bench.store.spend(&tenant("a"), &wanted(10)).await.unwrap(), exhausted);
    assert_eq!(
        bench.store.spend(&tenant("b"), &wanted(10)).await.unwrap(),
        Spent::Granted,
        "another tenant's are others"
    );
    // A key of any length and of any characters.
    let odd = [(Allowance::new(format!("to:\0{}", "ü".repeat(5_000)), 1, Duration::from_secs(60)), 1)];
    assert_eq!(bench.store.spend(&tenant("a"), &odd).await.unwrap(), Spent::Granted);
    assert!(matches!(bench.store.spend(&tenant("a"), &odd).await.unwrap(), Spent::Exhausted { .. }));
    let other = [(Allowance::new(format!("to:\0{}!", "ü".repeat(5_000)), 1, Duration::from_secs(60)), 1)];
    assert_eq!(bench.store.spend(&tenant("a"), &other).await.unwrap(), Spent::Granted, "they differ at the end only");
    // All or none: the one that is there is not taken when the other is not.
    let both = [
        (Allowance::new("texts", 10, Duration::from_secs(1_000)), 1),
        (Allowance::new("day", 1, Duration::from_secs(1_000)), 1),
    ];
    assert!(matches!(bench.store.spend(&tenant("a"), &both).await.unwrap(), Spent::Exhausted { .. }));
    assert_eq!(bench.store.spend(&tenant("a"), &both[1..]).await.unwrap(), Spent::Granted);
    assert_eq!(bench.store.spend(&tenant("a"), &[]).await.unwrap(), Spent::Granted);
    bench.clock.advance(Duration::from_secs(100));
    assert_eq!(bench.store.spend(&tenant("a"), &wanted(10)).await.unwrap(), Spent::Granted);
}

pub(super) async fn what_is_old_is_swept_away(bench: Bench) {
    bench.store.ping().await.unwrap();
    bench.applied("a", Unit::new().once("old", "")).await;
    bench.store.spend(&tenant("a"), &[(Allowance::new("k", 1, Duration::from_secs(60)), 1)]).await.unwrap();
    assert_eq!(bench.store.sweep().await.unwrap(), 0);
    bench.clock.advance(Duration::from_secs(25 * 3600));
    bench.applied("b", Unit::new().once("new", "")).await;
    bench.store.sweep().await.unwrap();
    assert_eq!(bench.store.sweep().await.unwrap(), 0, "at {}", bench.clock.now());
    assert!(matches!(bench.commit("b", Unit::new().once("new", "")).await, Commit::Duplicate { .. }));
    assert_eq!(bench.commit("a", Unit::new().once("old", "")).await, Commit::Applied);
}
