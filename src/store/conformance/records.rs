use std::time::Duration;

use super::Bench;
use super::fixtures::{BUSINESS, CALLER, at, call, follow_up, order, sid, telling, tenant, text, told};
use crate::booking::BookingQuery;
use crate::call::{Booked, CallQuery, Status};
use crate::message::{Consent, ConsentSource, Delivery, DeliveryStatus, MessageQuery};
use crate::notification::{Channel, NotificationKind, NotificationQuery, NotificationStatus, Step};
use crate::store::{Commit, Unit};
use crate::tenant::{Block, Tenant};
use crate::token::{PendingConsent, Sealed, Token};

/// Texts that a database, a log or a page may stumble over.
pub(super) const HOSTILE: [&str; 14] = [
    "'; DROP TABLE messages; --",
    "\" OR 1=1 --",
    "NUL \0 in the middle",
    "\u{1}\u{7f}\r\n\t",
    "C:\\path\\'quoted'",
    "$1 $2 ?1 :name {p} %s",
    "\u{202e}right to left\u{202c}",
    "Zoë Åström 🦷👨‍👩‍👧 e\u{301}",
    "\u{10ffff}\u{fffd}\u{feff}",
    "{\"record\": \"\\u0000\"}",
    "<Response>&amp;</Response>",
    "",
    " ",
    "NULL",
];

pub(super) async fn another_tenants_records_are_not_found(bench: Bench) {
    let (a, b) = (tenant("a"), tenant("b"));
    let mut sent = text("a", "m");
    sent.sid = Some(sid("SM", 1).parse().unwrap());
    let mut spoken = call("a", 1);
    spoken.transcript_sid = Some(sid("GT", 1).parse().unwrap());
    let unit = Unit::new()
        .save_tenant(Tenant::new(a.clone()).with_name("A"))
        .save_call(spoken)
        .save_message(sent)
        .order(order("a", "o"))
        .follow_up(follow_up("a", 1))
        .consent(Consent::new(a.clone(), BUSINESS.into(), CALLER.into(), true, ConsentSource::Host, at(0)))
        .block(Block::new(a.clone(), CALLER, "rude", at(0)))
        .save_token(Token::new(a.clone(), "google", "x", Sealed::new(vec![1]), at(0)));
    bench.applied("a", unit).await;
    let visit = told("a", "v");
    bench.applied("a", Unit::new().save_appointment(visit.record.clone()).notify(visit.told[0].clone())).await;
    let wanted = super::bookings::request("b1", 0, 30);
    bench.store.hold(&a, &wanted).await.unwrap();
    let store = &bench.store;
    for (of, found) in [(&a, 1), (&b, 0)] {
        let counts = [
            usize::from(store.tenant(of).await.unwrap().is_some()),
            usize::from(store.call(of, &call("a", 1).sid).await.unwrap().is_some()),
            usize::from(store.call_by_transcript(of, &sid("GT", 1).parse().unwrap()).await.unwrap().is_some()),
            store.calls(of, &CallQuery::default()).await.unwrap().len(),
            usize::from(store.message(of, &"m".parse().unwrap()).await.unwrap().is_some()),
            usize::from(store.message_by_sid(of, &sid("SM", 1).parse().unwrap()).await.unwrap().is_some()),
            store.messages(of, &MessageQuery::default()).await.unwrap().len(),
            store.message_counts(of).await.unwrap().len(),
            usize::from(store.order(of, &"o".parse().unwrap()).await.unwrap().is_some()),
            store.orders(of).await.unwrap().len(),
            usize::from(store.follow_up(of, &follow_up("a", 1).id()).await.unwrap().is_some()),
            usize::from(store.consent(of, &BUSINESS.into(), &CALLER.into()).await.unwrap().is_some()),
            store.opted_out(of, 9).await.unwrap().len(),
            usize::from(store.block(of, &CALLER.into()).await.unwrap().is_some()),
            store.blocks(of, 9).await.unwrap().len(),
            usize::from(store.token(of, "google", "x").await.unwrap().is_some()),
            store.tokens(of).await.unwrap().len(),
            usize::from(store.booking(of, &"b1".parse().unwrap()).await.unwrap().is_some()),
            store.bookings(of, &BookingQuery::between(at(-999), at(99_999))).await.unwrap().len(),
            usize::from(store.appointment(of, &"v".parse().unwrap()).await.unwrap().is_some()),
            usize::from(store.notification(of, &visit.told[0].id).await.unwrap().is_some()),
            store.notifications(of, &NotificationQuery::default()).await.unwrap().len(),
        ];
        assert_eq!(counts, [found; 22], "{of}");
    }
    // A page that begins after another tenant's record has nothing.
    let query = CallQuery { after: Some(call("a", 1).sid), ..CallQuery::default() };
    assert!(store.calls(&b, &query).await.unwrap().is_empty());
    // The same names are free for others.
    bench.applied("b", Unit::new().save_call(call("b", 1)).enqueue(text("b", "m"))).await;
}

pub(super) async fn whatever_people_write_is_kept(bench: Bench) {
    let long = "ü".repeat(200_000);
    for (number, words) in (1..).zip(HOSTILE.iter().copied().chain([long.as_str()])) {
        let tenant = tenant(&format!("o'neil\"{number}"));
        let mut settings = Tenant::new(tenant.clone()).with_name(words);
        settings.greeting = Some(words.to_owned());
        let mut record = call("x", number);
        (record.tenant, record.summary) = (tenant.clone(), Some(words.into()));
        record.from = words.into();
        let mut message = text("x", &format!("m{number}"));
        (message.tenant, message.body, message.to) = (tenant.clone(), words.into(), words.into());
        message.reason = Some(words.to_owned());
        let unit = Unit::new()
            .once(format!("key {words}"), words)
            .save_tenant(settings)
            .save_call(record.clone())
            .save_message(message.clone())
            .block(Block::new(tenant.clone(), words, words, at(0)))
            .consent(Consent::new(tenant.clone(), words.into(), words.into(), true, ConsentSource::Host, at(0)))
            .save_token(Token::new(tenant.clone(), "google", words, Sealed::new(vec![0, 255]), at(0)));
        assert_eq!(bench.store.commit(&tenant, unit.clone()).await.unwrap(), Commit::Applied, "{words:.40?}");
        let again = bench.store.commit(&tenant, unit).await.unwrap();
        assert_eq!(again, Commit::Duplicate { answer: words.into() }, "{words:.40?}");
        let store = &bench.store;
        (record.version, message.version) = (1, 1);
        assert_eq!(store.call(&tenant, &record.sid).await.unwrap().as_ref(), Some(&record));
        assert_eq!(store.message(&tenant, &message.id).await.unwrap().as_ref(), Some(&message));
        let query = MessageQuery { with: Some(words.into()), ..MessageQuery::default() };
        assert_eq!(store.messages(&tenant, &query).await.unwrap(), [message], "{words:.40?}");
        let query = CallQuery { with: Some(words.into()), ..CallQuery::default() };
        assert_eq!(store.calls(&tenant, &query).await.unwrap(), [record], "{words:.40?}");
        assert_eq!(store.tenant(&tenant).await.unwrap().unwrap().name, words);
        assert_eq!(store.block(&tenant, &words.into()).await.unwrap().unwrap().reason, words);
        assert!(store.consent(&tenant, &words.into(), &words.into()).await.unwrap().unwrap().opted_out);
        let token = store.token(&tenant, "google", words).await.unwrap().unwrap();
        assert_eq!((token.account.as_str(), token.sealed.as_bytes()), (words, &[0, 255][..]));
    }
}

pub(super) async fn pages_follow_one_another_while_records_come_in(bench: Bench) {
    // Twelve calls in four groups that began at the same time.
    for number in 0..12 {
        let mut record = call("a", number);
        record.started_at = at(i64::from(number / 3));
        bench.applied("a", Unit::new().save_call(record)).await;
        bench.applied("a", Unit::new().enqueue(text("a", &format!("m{number:02}")))).await;
    }
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let query = CallQuery { limit: 5, after, ..CallQuery::default() };
        let page = bench.store.calls(&tenant("a"), &query).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.sid);
        seen.extend(page.iter().map(|record| record.sid));
        // Later ones do not move the pages that follow.
        let mut late = call("a", 1_000 + u32::try_from(seen.len()).unwrap());
        late.started_at = at(9_999);
        bench.applied("a", Unit::new().save_call(late)).await;
    }
    let expected: Vec<_> = (0..12).rev().map(|number| call("a", number).sid).collect();
    assert_eq!(seen, expected, "latest first, each once");
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let query = MessageQuery { limit: 5, after, ..MessageQuery::default() };
        let page = bench.store.messages(&tenant("a"), &query).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.id.clone());
        seen.extend(page.iter().map(|record| record.id.as_str().to_owned()));
    }
    let expected: Vec<_> = (0..12).rev().map(|number| format!("m{number:02}")).collect();
    assert_eq!(seen, expected, "written at one time, so by their names");
    let gone = MessageQuery { after: Some("gone".parse().unwrap()), ..MessageQuery::default() };
    assert!(bench.store.messages(&tenant("a"), &gone).await.unwrap().is_empty(), "after one that is not there");
    let none = CallQuery { limit: 0, ..CallQuery::default() };
    assert!(bench.store.calls(&tenant("a"), &none).await.unwrap().is_empty());
}

pub(super) async fn calls_are_found_by_what_is_known_of_them(bench: Bench) {
    let statuses = [Status::Completed, Status::NoAnswer, Status::InProgress];
    for (number, status) in (0..).zip(statuses) {
        let mut record = call("a", number);
        record.status = status;
        record.summary_ready = number == 0;
        record.outcome.appointment_booked = if number == 1 { Booked::Yes } else { Booked::Unknown };
        record.from = format!("+1415555267{number}").into();
        record.transcript_sid = Some(sid("GT", number).parse().unwrap());
        bench.applied("a", Unit::new().save_call(record)).await;
    }
    let all = CallQuery::default;
    let cases: [(CallQuery, &[u32]); 10] = [
        (all(), &[2, 1, 0]),
        (CallQuery { from: Some(at(1)), ..all() }, &[2, 1]),
        (CallQuery { until: Some(at(1)), ..all() }, &[0]),
        (CallQuery { from: Some(at(1)), until: Some(at(2)), ..all() }, &[1]),
        (CallQuery { statuses: vec![Status::NoAnswer, Status::Completed], ..all() }, &[1, 0]),
        (CallQuery { booked: Some(Booked::Yes), ..all() }, &[1]),
        (CallQuery { summary_ready: Some(true), ..all() }, &[0]),
        (CallQuery { summary_ready: Some(false), limit: 1, ..all() }, &[2]),
        (CallQuery { with: Some("+14155552672".into()), ..all() }, &[2]),
        (CallQuery { after: Some(call("a", 2).sid), statuses: vec![Status::Completed], ..all() }, &[0]),
    ];
    for (query, expected) in cases {
        let found = bench.store.calls(&tenant("a"), &query).await.unwrap();
        let expected: Vec<_> = expected.iter().map(|number| call("a", *number).sid).collect();
        assert_eq!(found.iter().map(|record| record.sid).collect::<Vec<_>>(), expected, "{query:?}");
    }
    let found = bench.store.call_by_transcript(&tenant("a"), &sid("GT", 1).parse().unwrap()).await.unwrap();
    assert_eq!(found.unwrap().sid, call("a", 1).sid);
    // Found by what it is now, and not by what it was.
    let mut changed = bench.store.call(&tenant("a"), &call("a", 2).sid).await.unwrap().unwrap();
    changed.status = Status::Completed;
    bench.applied("a", Unit::new().save_call(changed)).await;
    let query = CallQuery { statuses: vec![Status::InProgress], ..all() };
    assert!(bench.store.calls(&tenant("a"), &query).await.unwrap().is_empty());
}

pub(super) async fn texts_are_found_by_name_and_contact(bench: Bench) {
    let mut other = text("a", "other");
    other.to = "+14155550000".into();
    other.delivery = Delivery::new(DeliveryStatus::Delivered);
    let mut first = text("a", "m");
    bench.applied("a", Unit::new().enqueue(first.clone()).enqueue(other)).await;
    first.body = "another".into();
    bench.applied("a", Unit::new().enqueue(first)).await;
    let kept = bench.store.message(&tenant("a"), &"m".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!((kept.body.as_str(), kept.version), ("hi", 1), "one that is there stays as it is");
    let find = async |query: MessageQuery| bench.store.messages(&tenant("a"), &query).await.unwrap();
    let with = MessageQuery { with: Some("+14155550000".into()), ..MessageQuery::default() };
    assert_eq!(find(with).await.len(), 1);
    let business = MessageQuery { with: Some(BUSINESS.into()), ..MessageQuery::default() };
    assert!(find(business).await.is_empty(), "the business is not its own contact");
    let pending = MessageQuery { statuses: vec![DeliveryStatus::Pending], ..MessageQuery::default() };
    assert_eq!(find(pending).await[0].id.as_str(), "m");
    let from = MessageQuery { from: Some(at(1)), ..MessageQuery::default() };
    let until = MessageQuery { from: Some(at(0)), until: Some(at(1)), ..MessageQuery::default() };
    assert_eq!((find(from).await.len(), find(until).await.len()), (0, 2));
    let counts = bench.store.message_counts(&tenant("a")).await.unwrap();
    assert_eq!(counts.into_iter().collect::<Vec<_>>(), [(DeliveryStatus::Pending, 1), (DeliveryStatus::Delivered, 1)]);
}

pub(super) async fn a_providers_name_belongs_to_one_text(bench: Bench) {
    bench.applied("a", Unit::new().enqueue(text("a", "m1")).enqueue(text("a", "m2"))).await;
    let name = sid("SM", 7).parse().unwrap();
    for (id, expected) in [("m1", Commit::Applied), ("m2", Commit::Stale)] {
        let mut sent = bench.store.message(&tenant("a"), &id.parse().unwrap()).await.unwrap().unwrap();
        sent.sid = Some(name);
        assert_eq!(bench.commit("a", Unit::new().once(id, "").save_message(sent)).await, expected, "{id}");
    }
    let found = bench.store.message_by_sid(&tenant("a"), &name).await.unwrap().unwrap();
    assert_eq!(found.id.as_str(), "m1");
}

pub(super) async fn opt_outs_hold(bench: Bench) {
    let said = |out: bool, seconds: i64| {
        Consent::new(tenant("a"), BUSINESS.into(), CALLER.into(), out, ConsentSource::Keyword, at(seconds))
    };
    let known = async || bench.store.consent(&tenant("a"), &BUSINESS.into(), &CALLER.into()).await.unwrap();
    assert_eq!(known().await, None);
    // An older wish for texts does not undo a later opt-out; an opt-out that is told late still holds.
    for (news, out) in
        [(said(true, 10), true), (said(false, 5), true), (said(false, 20), false), (said(true, 15), true)]
    {
        bench.applied("a", Unit::new().consent(news)).await;
        assert_eq!(known().await.map(|known| known.opted_out), Some(out));
    }
    let other = Consent::new(tenant("a"), BUSINESS.into(), "+14155550000".into(), true, ConsentSource::Host, at(99));
    bench.applied("a", Unit::new().consent(other.clone())).await;
    assert_eq!(bench.store.opted_out(&tenant("a"), 9).await.unwrap(), [other.clone(), said(true, 15)], "latest first");
    assert_eq!(bench.store.opted_out(&tenant("a"), 1).await.unwrap(), std::slice::from_ref(&other));
    let pair = |recipient: &str| (BUSINESS.into(), recipient.into());
    let among = async |of: &str, pairs: &[_]| bench.store.opted_out_among(&tenant(of), pairs).await.unwrap();
    assert_eq!(among("a", &[pair("+14155550000"), pair("+14155559999")]).await, [other]);
    assert_eq!(among("a", &[pair("+14155550000"), pair(CALLER)]).await.len(), 2);
    assert!(among("a", &[]).await.is_empty() && among("b", &[pair(CALLER)]).await.is_empty());
    bench.applied("a", Unit::new().consent(said(false, 30))).await;
    assert!(among("a", &[pair(CALLER)]).await.is_empty());
}

pub(super) async fn who_is_blocked_is_known(bench: Bench) {
    let block = |number: &str, seconds| Block::new(tenant("a"), number, "rude", at(seconds));
    let (one, two) = (block("+14155550001", 1), block("+14155550002", 2));
    bench.applied("a", Unit::new().block(one.clone()).block(two.clone())).await;
    assert_eq!(bench.store.blocks(&tenant("a"), 9).await.unwrap(), [two.clone(), one.clone()]);
    assert_eq!(bench.store.block(&tenant("a"), &one.address).await.unwrap(), Some(one.clone()));
    bench.applied("a", Unit::new().unblock(one.address.clone())).await;
    assert_eq!(bench.store.block(&tenant("a"), &one.address).await.unwrap(), None);
    assert_eq!(bench.store.blocks(&tenant("a"), 9).await.unwrap(), [two]);
}

pub(super) async fn tokens_are_kept_and_consents_taken_once(bench: Bench) {
    let token = |of: &str, account: &str| Token::new(tenant(of), "google", account, Sealed::new(vec![1, 2]), at(0));
    for (of, account) in [("b", "x"), ("a", "y"), ("a", "x")] {
        bench.applied(of, Unit::new().save_token(token(of, account))).await;
    }
    assert_eq!(bench.commit("a", Unit::new().save_token(token("a", "x"))).await, Commit::Stale, "it is there already");
    let mut known = bench.store.token(&tenant("a"), "google", "x").await.unwrap().unwrap();
    (known.needs_reauth, known.sealed) = (true, Sealed::new(vec![3]));
    bench.applied("a", Unit::new().save_token(known.clone())).await;
    assert_eq!(bench.commit("a", Unit::new().save_token(known)).await, Commit::Stale);
    let read = bench.store.token(&tenant("a"), "google", "x").await.unwrap().unwrap();
    assert_eq!((read.needs_reauth, read.sealed.as_bytes(), read.version), (true, &[3][..], 2));
    let first = bench.store.all_tokens(None, 2).await.unwrap();
    let last = first.last().unwrap();
    let rest = bench.store.all_tokens(Some((&last.tenant, &last.provider, &last.account)), 2).await.unwrap();
    let names = |tokens: &[Token]| {
        tokens.iter().map(|token| format!("{}/{}", token.tenant, token.account.as_str())).collect::<Vec<_>>()
    };
    assert_eq!((names(&first), names(&rest)), (vec!["a/x".into(), "a/y".into()], vec!["b/x".into()]));
    bench.applied("a", Unit::new().forget_token("google", "x")).await;
    assert_eq!(names(&bench.store.tokens(&tenant("a")).await.unwrap()), ["a/y"]);

    let asked = |digest: &str| PendingConsent::new(tenant("a"), digest, Sealed::new(vec![9]), at(600));
    bench.applied("a", Unit::new().ask_consent(asked("one")).ask_consent(asked("late"))).await;
    assert_eq!(bench.store.take_consent("one").await.unwrap(), Some(asked("one")));
    assert_eq!(bench.store.take_consent("one").await.unwrap(), None, "once");
    bench.clock.advance(Duration::from_secs(600));
    assert_eq!(bench.store.take_consent("late").await.unwrap(), None, "too late");
}

pub(super) async fn notifications_are_found_by_what_is_known_of_them(bench: Bench) {
    let (one, other) = (told("a", "v1"), told("a", "v2"));
    bench.applied("a", telling(&one)).await;
    bench.applied("a", telling(&other)).await;
    // The same again is nothing new, and an appointment is written by version.
    let again = other.told.iter().cloned().fold(Unit::new(), Unit::notify);
    bench.applied("a", again).await;
    assert_eq!(bench.commit("a", Unit::new().save_appointment(one.record.clone())).await, Commit::Stale);
    let of = tenant("a");
    let found = async |change: fn(&mut NotificationQuery)| {
        let mut query = NotificationQuery::default();
        change(&mut query);
        bench.store.notifications(&of, &query).await.unwrap()
    };
    assert_eq!(found(|_| {}).await.len(), 6);
    assert_eq!(found(|query| query.appointment = Some("v1".parse().unwrap())).await.len(), 3);
    assert_eq!(found(|query| query.kinds = vec![NotificationKind::Confirmation]).await.len(), 2);
    assert_eq!(found(|query| query.channel = Some(Channel::Email)).await.len(), 0);
    assert_eq!(found(|query| query.from = Some(at(1))).await.len(), 0);
    assert_eq!(found(|query| query.until = Some(at(1))).await.len(), 6);
    // Whoever claims one has it to itself, and a changed one is found by where it stands.
    let lease = std::time::Duration::from_secs(30);
    let claimed = bench.store.claim_notifications("w", 9, lease).await.unwrap();
    assert_eq!(claimed.len(), 2, "reminders are not due");
    assert!(bench.store.claim_notifications("x", 9, lease).await.unwrap().is_empty());
    let mut sent = claimed[0].1.clone();
    (sent.status, sent.step, sent.lease) = (NotificationStatus::Sent, Step::Handed, None);
    bench.applied("a", Unit::new().save_notification(sent.clone())).await;
    assert_eq!(bench.commit("a", Unit::new().save_notification(sent.clone())).await, Commit::Stale);
    let shown = found(|query| query.statuses = vec![NotificationStatus::Sent]).await;
    assert_eq!(shown.iter().map(|one| &one.id).collect::<Vec<_>>(), [&sent.id]);
    bench.clock.advance(lease);
    assert_eq!(bench.store.claim_notifications("x", 9, lease).await.unwrap().len(), 1, "the other's lease is over");
    // Page by page.
    let mut query = NotificationQuery { limit: 4, ..NotificationQuery::default() };
    let first = bench.store.notifications(&of, &query).await.unwrap();
    query.after = first.last().map(|last| last.id.clone());
    let rest = bench.store.notifications(&of, &query).await.unwrap();
    let all: std::collections::BTreeSet<_> = first.iter().chain(&rest).map(|one| one.id.clone()).collect();
    assert_eq!((first.len(), rest.len(), all.len()), (4, 2, 6));
}
