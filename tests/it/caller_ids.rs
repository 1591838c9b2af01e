//! Verifying that a number belongs to somebody, and what a trial account may reach.

use std::sync::Arc;

use frontdesk::clock::{Clock, ManualClock};
use frontdesk::phone::E164;
use frontdesk::sim::Twilio;
use frontdesk::twilio::outgoing_caller_ids::Outcome;
use frontdesk::twilio::preflight::Warning;

use crate::world::{BUSINESS, CALLER, World, clinic};

fn sim() -> (Twilio, ManualClock) {
    let clock = ManualClock::at("2026-11-20T09:00:00Z".parse().unwrap()).auto_advancing();
    let shared: Arc<dyn Clock> = Arc::new(clock.clone());
    (Twilio::builder().clock(shared).in_process().unwrap(), clock)
}

#[tokio::test]
async fn the_right_code_verifies_and_polling_finds_out() {
    let (twilio, _) = sim();
    let client = twilio.client().unwrap();
    let number: E164 = CALLER.parse().unwrap();
    assert!(!client.outgoing_caller_ids().is_verified(number).await.unwrap());
    let mut verification = client.outgoing_caller_ids().verify(number).await.unwrap();
    let code = verification.code().unwrap().to_owned();
    assert_eq!(code.len(), 6);
    assert!(!format!("{verification:?}").contains(&code));
    assert_eq!(verification.poll(&client).await.unwrap(), None, "nobody has answered yet");
    assert_eq!(twilio.type_code(number, &code), Some(true));
    assert!(matches!(verification.wait(&client).await.unwrap(), Outcome::Verified { sid: Some(_) }));
    assert!(client.outgoing_caller_ids().is_verified(number).await.unwrap());
    let again = client.outgoing_caller_ids().verify(number).await.unwrap();
    assert!(matches!(again.outcome(), Some(Outcome::Verified { sid: Some(_) })), "21450 is an answer, not an error");
    assert_eq!(again.code(), None);
}

#[tokio::test]
async fn what_nobody_answers_expires() {
    let (twilio, clock) = sim();
    let client = twilio.client().unwrap();
    let begun = clock.now();
    let verification = client.outgoing_caller_ids().verify(CALLER.parse::<E164>().unwrap()).await.unwrap();
    assert_eq!(verification.wait(&client).await.unwrap(), Outcome::Expired);
    assert_eq!((clock.now() - begun).num_minutes(), 5);
}

#[tokio::test]
async fn the_callback_tells_at_once_also_that_the_code_was_wrong() {
    for (right, wanted) in [(true, "Verified"), (false, "Refused")] {
        let world = World::new(clinic()).await;
        let ids = world.desk.caller_ids().unwrap();
        let number: E164 = CALLER.parse().unwrap();
        let verification = ids.verify(number).await.unwrap();
        let code = if right { verification.code().unwrap().to_owned() } else { "000000".to_owned() };
        assert_eq!(world.twilio.type_code(number, &code), Some(right));
        world.twilio.settle().await;
        let outcome = ids.wait(verification).await.unwrap();
        assert!(format!("{outcome:?}").starts_with(wanted), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_trial_account_is_warned_before_it_texts_somebody_unverified() {
    let (twilio, _) = sim();
    twilio.own_number(BUSINESS.parse().unwrap());
    let client = twilio.client().unwrap();
    let number: E164 = CALLER.parse().unwrap();
    let preflight = client.preflight(Some(number)).await.unwrap();
    assert!(preflight.warnings.is_empty() && !preflight.is_trial, "a paid account reaches everybody");
    twilio.set_trial([]);
    let preflight = client.preflight(Some(number)).await.unwrap();
    assert!(preflight.is_trial);
    assert_eq!(preflight.warnings, [Warning::TrialUnverified]);
    let verification = client.outgoing_caller_ids().verify(number).await.unwrap();
    twilio.type_code(number, verification.code().unwrap()).unwrap();
    assert!(client.preflight(Some(number)).await.unwrap().warnings.is_empty());
}
