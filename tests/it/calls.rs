use chrono_tz::Tz;
use frontdesk::address::Address;
use frontdesk::call::{CallQuery, Calls, DialOutcome, Status};
use frontdesk::message::DeliveryStatus;
use frontdesk::sim::twilio::{Callee, Entry, Input, Order};
use frontdesk::store::{Store, Unit};
use frontdesk::tenant::{Assistant, Block, Forwarding, Menu, MenuTarget, Route, Strategy, Voicemail};

use crate::world::{BUSINESS, CALLER, COLLEAGUE, World, clinic, forwarding_clinic, tenant};

fn business() -> frontdesk::phone::E164 {
    BUSINESS.parse().unwrap()
}

#[tokio::test]
async fn a_missed_call_is_recorded_and_texted_back_once_whatever_the_order() {
    for order in [Order::InOrder, Order::BeforeAnswer, Order::Reversed, Order::Twice, Order::OnDemand] {
        let world = World::new(forwarding_clinic()).await;
        world.twilio.set_order(order);
        let transcript = world.twilio.call(CALLER, business()).callee(COLLEAGUE, Callee::NoAnswer).place().await;
        world.settle().await;
        assert_eq!(transcript.dialled(), [(COLLEAGUE, "no-answer")], "{transcript}");
        assert!(transcript.errors().is_empty(), "{transcript}");
        assert!(transcript.twiml()[0].contains("<Dial timeout=\"20\" action=\""));
        let call = world.call(&transcript).await;
        assert_eq!((call.status, call.dial_outcome), (Status::Completed, Some(DialOutcome::NoAnswer)), "{order:?}");
        let sent = world.twilio.texts();
        assert_eq!(sent.len(), 1, "{order:?}");
        assert_eq!((sent[0].to.as_str(), sent[0].from.as_str()), (CALLER, BUSINESS));
        assert!(sent[0].body.contains("This is Riverside Clinic"));
        let texts = world.texts().await;
        assert_eq!(texts.len(), 1);
        assert_eq!(texts[0].delivery.status, DeliveryStatus::Delivered, "{order:?}");
        assert_eq!(call.text_back.as_ref(), Some(&texts[0].id));
    }
}

#[tokio::test]
async fn an_answered_call_is_never_texted_back() {
    let world = World::new(forwarding_clinic()).await;
    let transcript = world.twilio.call(CALLER, business()).callee(COLLEAGUE, Callee::Answers(42)).place().await;
    world.settle().await;
    let call = world.call(&transcript).await;
    assert_eq!((call.dial_outcome, call.duration), (Some(DialOutcome::Answered), Some(42)));
    assert!(call.answered_at.is_some() && call.ended_at.is_some());
    assert!(world.twilio.texts().is_empty());
}

#[tokio::test]
async fn busy_failed_and_a_caller_who_gives_up_are_texted_back() {
    for callee in [Callee::Busy, Callee::Fails, Callee::CallerHangsUp] {
        let world = World::new(forwarding_clinic()).await;
        world.twilio.call(CALLER, business()).callee(COLLEAGUE, callee).place().await;
        world.settle().await;
        assert_eq!(world.twilio.texts().len(), 1, "{callee:?}");
    }
}

#[tokio::test]
async fn anonymous_and_blocked_callers_are_never_texted() {
    let world = World::new(forwarding_clinic().with_blocked("+14155552672".parse().unwrap())).await;
    let transcript = world.twilio.call("+266696687", business()).place().await;
    assert_eq!(transcript.dialled(), [(COLLEAGUE, "no-answer")]);
    let rejected = world.twilio.call("+14155552672", business()).place().await;
    assert!(rejected.entries.contains(&Entry::Rejected), "{rejected}");
    world.settle().await;
    assert!(world.twilio.texts().is_empty());
}

#[tokio::test]
async fn the_menu_leads_to_the_chosen_person() {
    let mut forwarding = Forwarding::default();
    forwarding.default = vec![Address::from(COLLEAGUE)];
    forwarding.new = vec![Address::from("+15551230002")];
    let tenant = clinic().with_forwarding(forwarding).with_menu(Menu::new_or_existing());
    let world = World::new(tenant).await;
    let place = |keys: &str| world.twilio.call(CALLER, business()).others(Callee::Answers(5)).press(keys).place();
    let new = place("1").await;
    assert_eq!(new.said()[0], "Press 1 for new patients. Press 2 for existing patients.");
    assert_eq!(new.dialled(), [("+15551230002", "completed")]);
    assert_eq!(world.call(&new).await.menu_choice, Some('1'));
    assert_eq!(place("2").await.dialled(), [(COLLEAGUE, "completed")]);
    let wrong = world.twilio.call(CALLER, business()).others(Callee::Answers(5)).press("7").press("1").place().await;
    assert_eq!(wrong.said()[1], "Sorry, that is not an option.");
    assert_eq!(wrong.dialled(), [("+15551230002", "completed")]);
    let silent = world.twilio.call(CALLER, business()).others(Callee::Answers(5)).place().await;
    assert_eq!(silent.dialled(), [(COLLEAGUE, "completed")], "no key: the default, after being asked twice");
}

#[tokio::test]
async fn people_are_called_in_turn() {
    let mut forwarding = Forwarding::default();
    forwarding.default = vec![Address::from(COLLEAGUE), Address::from("client:desk")];
    forwarding.strategy = Strategy::InTurn;
    let world = World::new(clinic().with_forwarding(forwarding)).await;
    let script = world.twilio.call(CALLER, business()).callee(COLLEAGUE, Callee::Busy);
    let transcript = script.callee("client:desk", Callee::Answers(9)).place().await;
    world.settle().await;
    assert_eq!(transcript.dialled(), [(COLLEAGUE, "busy"), ("client:desk", "completed")]);
    assert_eq!(world.call(&transcript).await.dial_outcome, Some(DialOutcome::Answered));
    assert!(world.twilio.texts().is_empty());
}

#[tokio::test]
async fn a_failed_assistant_falls_back_to_forwarding() {
    let tenant = forwarding_clinic().with_assistant(Assistant::new("sip:assistant@example.com"));
    let world = World::new(tenant).await;
    let script = world.twilio.call(CALLER, business()).callee("sip:assistant@example.com", Callee::Fails);
    let transcript = script.callee(COLLEAGUE, Callee::Answers(3)).place().await;
    world.settle().await;
    assert_eq!(transcript.dialled(), [("sip:assistant@example.com", "failed"), (COLLEAGUE, "completed")]);
    assert!(world.twilio.texts().is_empty());
}

#[tokio::test]
async fn a_voicemail_is_recorded_and_transcribed() {
    let mut voicemail = Voicemail::default();
    voicemail.transcribe = true;
    let world = World::new(forwarding_clinic().with_voicemail(voicemail)).await;
    let transcript = world.twilio.call(CALLER, business()).then(Input::Message(17)).place().await;
    world.settle().await;
    let call = world.call(&transcript).await;
    let left = call.voicemail.unwrap();
    assert_eq!((left.duration, left.ready), (Some(17), true));
    assert_eq!(call.voicemail_text.as_deref(), Some("Hello, please call me back."));
    assert!(call.recording.is_none());
    assert_eq!(world.twilio.texts().len(), 1);
}

#[tokio::test]
async fn conversations_are_recorded_and_transcribed_on_request() {
    let mut tenant = forwarding_clinic();
    tenant.recording.enabled = true;
    tenant.recording.consent = Some("This call is recorded.".into());
    tenant.transcription.enabled = true;
    let world = World::new(tenant).await;
    let transcript = world.twilio.call(CALLER, business()).callee(COLLEAGUE, Callee::Answers(30)).place().await;
    world.settle().await;
    assert_eq!(transcript.said(), ["This call is recorded."]);
    assert!(transcript.entries.contains(&Entry::Noted("Start".into())));
    assert!(transcript.twiml()[0].contains("record=\"record-from-answer-dual\""));
    let recording = world.call(&transcript).await.recording.unwrap();
    assert_eq!((recording.duration, recording.ready), (Some(30), true));
}

#[tokio::test]
async fn outside_hours_the_closed_route_answers() {
    let tenant = forwarding_clinic()
        .with_hours(frontdesk::schedule::WeeklyHours::new(), Tz::UTC)
        .with_closed(Route::Say("We are closed.".into()));
    let world = World::new(tenant).await;
    let transcript = world.twilio.call(CALLER, business()).place().await;
    world.settle().await;
    assert_eq!(transcript.said(), ["We are closed."]);
    assert!(world.twilio.texts().is_empty(), "closed calls are not texted unless asked for");
}

#[tokio::test]
async fn a_number_that_is_nobodys_is_answered_politely() {
    let world = World::new(clinic().with_forward_to("+15551230009".parse::<frontdesk::phone::E164>().unwrap())).await;
    let other: frontdesk::phone::E164 = "+15551239999".parse().unwrap();
    let settings = frontdesk::sim::twilio::NumberSettings::voice(world.desk.callbacks().voice());
    world.twilio.configure_number(other, settings);
    let transcript = world.twilio.call(CALLER, other).place().await;
    assert_eq!(transcript.said(), ["We are sorry, this number is not in service. Goodbye."]);
    assert_eq!(transcript.status.as_deref(), Some("completed"));
}

#[tokio::test]
async fn a_store_that_fails_does_not_fail_the_call() {
    let world = World::new(forwarding_clinic()).await;
    world.store.set_failing(true);
    let transcript = world.twilio.call(CALLER, business()).place().await;
    assert_eq!(transcript.said().len(), 1, "{transcript}");
    assert!(transcript.said()[0].starts_with("We are sorry"));
    assert!(transcript.errors().is_empty(), "{transcript}");
}

#[tokio::test]
async fn a_menu_that_is_reached_again_is_answered_anew() {
    let mut assistant = Assistant::new("sip:assistant@example.com");
    assistant.fallback = Route::Menu;
    let menu = Menu::new_or_existing().with_option('3', "our assistant", MenuTarget::Assistant);
    let world = World::new(forwarding_clinic().with_assistant(assistant).with_menu(menu)).await;
    world.twilio.set_repeat(true);
    let script = world.twilio.call(CALLER, business()).callee("sip:assistant@example.com", Callee::Fails);
    let transcript = script.callee(COLLEAGUE, Callee::Answers(5)).press("3").press("1").place().await;
    assert_eq!(transcript.dialled(), [("sip:assistant@example.com", "failed"), (COLLEAGUE, "completed")]);
    assert!(transcript.errors().is_empty(), "{transcript}");
}

#[tokio::test]
async fn requests_that_are_repeated_get_the_same_answer_and_one_text() {
    let world = World::new(forwarding_clinic().with_voicemail(Voicemail::default())).await;
    world.twilio.set_repeat(true);
    world.twilio.set_order(Order::Twice);
    let transcript = world.twilio.call(CALLER, business()).then(Input::MessageAndHangUp(9)).place().await;
    world.settle().await;
    assert!(transcript.errors().is_empty(), "{transcript}");
    assert_eq!(world.call(&transcript).await.voicemail.unwrap().duration, Some(9));
    assert_eq!(world.twilio.texts().len(), 1);
}

#[tokio::test]
async fn who_presses_no_key_reaches_the_people_set_for_that() {
    let mut menu = Menu::new_or_existing();
    menu.no_input = MenuTarget::Dial(vec![Address::from("+15551230055")]);
    let world = World::new(forwarding_clinic().with_menu(menu)).await;
    let transcript = world.twilio.call(CALLER, business()).others(Callee::Answers(5)).place().await;
    assert_eq!(transcript.dialled(), [("+15551230055", "completed")]);
}

#[tokio::test]
async fn a_rejected_call_is_not_a_missed_one() {
    let world = World::new(
        forwarding_clinic().with_hours(frontdesk::schedule::WeeklyHours::new(), Tz::UTC).with_closed(Route::Reject),
    )
    .await;
    let transcript = world.twilio.call(CALLER, business()).place().await;
    world.settle().await;
    assert_eq!(world.call(&transcript).await.status, Status::NoAnswer);
    assert!(world.twilio.texts().is_empty());
}

#[tokio::test]
async fn a_caller_who_ends_the_conversation_was_answered() {
    let world = World::new(forwarding_clinic()).await;
    let transcript = world.twilio.call(CALLER, business()).callee(COLLEAGUE, Callee::CallerEnds(33)).place().await;
    world.settle().await;
    let call = world.call(&transcript).await;
    assert_eq!(
        (call.dial_outcome, call.talked, call.status),
        (Some(DialOutcome::Answered), Some(33), Status::Completed)
    );
    assert!(world.twilio.texts().is_empty());
}

#[tokio::test]
async fn live_transcription_starts_once_and_stops_before_voicemail() {
    let mut tenant = forwarding_clinic().with_voicemail(Voicemail::default());
    tenant.transcription.enabled = true;
    tenant.recording.enabled = true;
    tenant.forwarding.default.push(Address::from("+15551230002"));
    tenant.forwarding.strategy = Strategy::InTurn;
    let world = World::new(tenant).await;
    let transcript = world.twilio.call(CALLER, business()).then(Input::Message(5)).place().await;
    let noted = |verb: &str| transcript.entries.iter().filter(|entry| **entry == Entry::Noted(verb.into())).count();
    assert_eq!((noted("Start"), noted("Stop")), (1, 1), "{transcript}");
    let consent = transcript.said().iter().filter(|text| **text == "This call may be recorded.").count();
    assert_eq!(consent, 1, "said once");
}

#[tokio::test]
async fn who_is_on_the_list_of_blocked_numbers_is_turned_away_and_not_texted() {
    let world = World::new(forwarding_clinic()).await;
    let block = Block::new(tenant(), CALLER, "insults", chrono::DateTime::UNIX_EPOCH);
    world.store.commit(&tenant(), Unit::new().block(block)).await.unwrap();
    world.twilio.call(CALLER, BUSINESS.parse().unwrap()).place().await;
    world.settle().await;
    let calls = world.store.calls(&tenant(), &CallQuery::default()).await.unwrap();
    assert_eq!((calls.len(), &calls[0].route), (1, &Some(Route::Reject)));
    assert!(world.twilio.texts().is_empty());
    world.store.commit(&tenant(), Unit::new().unblock(CALLER.into())).await.unwrap();
    world.twilio.call(CALLER, BUSINESS.parse().unwrap()).place().await;
    world.settle().await;
    assert_eq!(world.twilio.texts().len(), 1);
}
