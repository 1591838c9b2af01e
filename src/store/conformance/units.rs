use std::time::Duration;

use futures_util::future::join_all;

use super::Bench;
use super::fixtures::{at, call, follow_up, order, relay, sid, tenant, text};
use crate::message::{Consent, ConsentSource};
use crate::store::{Commit, Unit};
use crate::tenant::{Block, Tenant};
use crate::token::{PendingConsent, Sealed, Token};

pub(super) async fn a_key_is_committed_once(bench: Bench) {
    let unit = |words: &str| {
        let mut next = text("a", "m");
        next.body = words.into();
        Unit::new().once("key", format!("<{words}>")).enqueue(next)
    };
    bench.applied("a", unit("first")).await;
    assert_eq!(bench.commit("a", unit("second")).await, Commit::Duplicate { answer: "<first>".into() });
    let kept = bench.store.message(&tenant("a"), &"m".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(kept.body, "first");
    // A key alone, and an empty answer.
    assert_eq!(bench.commit("a", Unit::new().once("lone", "")).await, Commit::Applied);
    assert_eq!(bench.commit("a", Unit::new().once("lone", "x")).await, Commit::Duplicate { answer: "".into() });
    // Another tenant's keys are others.
    assert_eq!(bench.commit("b", Unit::new().once("key", "b")).await, Commit::Applied);
    // After a day they are forgotten, and not before.
    bench.clock.advance(Duration::from_secs(24 * 3600));
    assert!(matches!(bench.commit("a", Unit::new().once("key", "late")).await, Commit::Duplicate { .. }));
    bench.clock.advance(Duration::from_secs(3600));
    assert_eq!(bench.commit("a", Unit::new().once("key", "late")).await, Commit::Applied);
    assert_eq!(bench.commit("a", Unit::new().once("key", "x")).await, Commit::Duplicate { answer: "late".into() });
    assert_eq!(bench.commit("a", Unit::new()).await, Commit::Applied, "nothing to do is done");
}

pub(super) async fn a_unit_is_done_whole_or_not_at_all(bench: Bench) {
    bench.applied("a", Unit::new().save_call(call("a", 1)).enqueue(text("a", "m"))).await;
    assert_eq!(bench.commit("a", Unit::new().save_call(call("a", 1))).await, Commit::Stale, "it is there already");
    let all = || {
        Unit::new()
            .once("all", "")
            .save_call(call("a", 2))
            .enqueue(text("a", "m2"))
            .announce(relay("a", 2))
            .order(order("a", "o"))
            .follow_up(follow_up("a", 2))
            .attach("+15551230009".parse().unwrap())
            .block(Block::new(tenant("a"), "+15551230008", "rude", at(0)))
            .save_token(Token::new(tenant("a"), "google", "x", Sealed::new(vec![1]), at(0)))
    };
    let mut stale = text("a", "m");
    stale.version = 7;
    assert_eq!(bench.commit("a", all().save_message(stale)).await, Commit::Stale);
    let store = &bench.store;
    let a = tenant("a");
    assert!(store.call(&a, &call("a", 2).sid).await.unwrap().is_none());
    assert!(store.message(&a, &"m2".parse().unwrap()).await.unwrap().is_none());
    assert!(store.order(&a, &"o".parse().unwrap()).await.unwrap().is_none());
    assert!(store.follow_up(&a, &follow_up("a", 2).id()).await.unwrap().is_none());
    assert!(store.tenant_of(&"+15551230009".parse().unwrap()).await.unwrap().is_none());
    assert!(store.blocks(&a, 9).await.unwrap().is_empty() && store.tokens(&a).await.unwrap().is_empty());
    assert!(store.claim_relays("w", 9, Duration::from_secs(1)).await.unwrap().is_empty());
    // Its key was not remembered either.
    bench.applied("a", all()).await;
    assert!(store.call(&a, &call("a", 2).sid).await.unwrap().is_some());
    assert!(store.order(&a, &"o".parse().unwrap()).await.unwrap().is_some());
    assert_eq!(store.claim_relays("w", 9, Duration::from_secs(1)).await.unwrap().len(), 1);
}

pub(super) async fn another_tenants_record_is_refused(bench: Bench) {
    let of_a = [
        Unit::new().save_call(call("a", 1)),
        Unit::new().save_message(text("a", "m")),
        Unit::new().enqueue(text("a", "m")),
        Unit::new().save_relay(relay("a", 1)),
        Unit::new().announce(relay("a", 1)),
        Unit::new().save_order(order("a", "o")),
        Unit::new().order(order("a", "o")),
        Unit::new().save_follow_up(follow_up("a", 1)),
        Unit::new().follow_up(follow_up("a", 1)),
        Unit::new().consent(Consent::new(tenant("a"), "x".into(), "y".into(), true, ConsentSource::Host, at(0))),
        Unit::new().block(Block::new(tenant("a"), "+15551230008", "", at(0))),
        Unit::new().save_tenant(Tenant::new(tenant("a"))),
        Unit::new().save_token(Token::new(tenant("a"), "google", "x", Sealed::default(), at(0))),
        Unit::new().ask_consent(PendingConsent::new(tenant("a"), "d", Sealed::default(), at(9))),
    ];
    for unit in of_a {
        let refused = bench.store.commit(&tenant("b"), unit.clone()).await.unwrap_err();
        assert!(refused.is_permanent(), "{unit:?}");
    }
}

pub(super) async fn one_of_many_who_commit_a_key_wins(bench: Bench) {
    let commits = (0..24).map(|number| {
        let unit = Unit::new().once("webhook", number.to_string()).enqueue(text("a", &format!("m{number}")));
        let bench = bench.clone();
        async move { bench.commit("a", unit).await }
    });
    let outcomes = join_all(commits).await;
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Commit::Applied).count(), 1, "{outcomes:?}");
    let winner = outcomes.iter().position(|outcome| *outcome == Commit::Applied).unwrap().to_string();
    for outcome in outcomes {
        assert!(matches!(&outcome, Commit::Applied) || outcome == Commit::Duplicate { answer: winner.as_str().into() });
    }
    let counts = bench.store.message_counts(&tenant("a")).await.unwrap();
    assert_eq!(counts.values().sum::<u64>(), 1);
}

pub(super) async fn writers_of_one_record_lose_no_change(bench: Bench) {
    let mut first = call("a", 1);
    first.duration = Some(0);
    bench.applied("a", Unit::new().save_call(first)).await;
    let id = sid("CA", 1).parse().unwrap();
    let writers = (0..24).map(|_| {
        let bench = bench.clone();
        async move {
            loop {
                let mut current = bench.store.call(&tenant("a"), &id).await.unwrap().unwrap();
                current.duration = current.duration.map(|known| known + 1);
                if bench.commit("a", Unit::new().save_call(current)).await == Commit::Applied {
                    return;
                }
            }
        }
    });
    join_all(writers).await;
    let last = bench.store.call(&tenant("a"), &id).await.unwrap().unwrap();
    assert_eq!((last.duration, last.version), (Some(24), 25));
}
