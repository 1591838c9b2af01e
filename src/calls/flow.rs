//! What happens to a call: pure decisions from the event, the tenant's settings and what the call has been through.
//!
//! State between the webhooks of one call lies in the URLs we give out ([`Cursor`]), which the signature covers.
//!
//! ```
//! use frontdesk::address::Address;
//! use frontdesk::call::DialOutcome;
//! use frontdesk::calls::flow::{Cursor, Ladder, Scene, Step, dialled};
//! use frontdesk::tenant::{Group, Tenant, Voicemail};
//!
//! let tenant = Tenant::new("clinic".parse()?)
//!     .with_forward_to(Address::from("+15551230001"))
//!     .with_voicemail(Voicemail::default());
//! let (from, to) = (Address::from("+14155552671"), Address::from("+15551230000"));
//! let scene = Scene::new(&tenant, &from, &to, true);
//! let plan = dialled(&scene, &Cursor::new(Ladder::Group(Group::Default), 0), DialOutcome::NoAnswer, false);
//! assert_eq!(plan.steps, [Step::Voicemail]);
//! assert!(plan.missed);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::fmt;
use std::str::FromStr;

use crate::address::Address;
use crate::call::{CallRecord, DialOutcome, Direction, Status};
use crate::tenant::{CallerId, Group, MenuTarget, Route, Strategy, Tenant};

/// Who calls whom, and whether somebody is there.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Scene<'a> {
    /// Whose call it is.
    pub tenant: &'a Tenant,
    /// Who calls.
    pub from: &'a Address,
    /// The number that was called.
    pub called: &'a Address,
    /// Whether the business is open.
    pub open: bool,
    /// Whether the caller was told of the recording already.
    pub consent_said: bool,
    /// Whether live transcription runs already.
    pub transcribing: bool,
}

impl<'a> Scene<'a> {
    /// A scene.
    #[must_use]
    pub fn new(tenant: &'a Tenant, from: &'a Address, called: &'a Address, open: bool) -> Self {
        Self { tenant, from, called, open, consent_said: false, transcribing: false }
    }
}

/// What the caller is to experience, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// The steps.
    pub steps: Vec<Step>,
    /// Where the call went, if that was decided now.
    pub route: Option<Route>,
    /// The key that was chosen.
    pub choice: Option<char>,
    /// Nobody answered and nobody will.
    pub missed: bool,
    /// The caller was turned away because nobody is there at this hour.
    pub closed: bool,
}

/// One thing the caller experiences.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// A text is said.
    Say(String),
    /// The menu is said and a key awaited.
    Menu {
        /// Which time this is, counted from 1.
        attempt: u32,
    },
    /// Somebody is called.
    Dial(Leg),
    /// Live transcription ends.
    StopTranscription,
    /// A message can be left.
    Voicemail,
    /// The call ends.
    Hangup,
    /// The call is rejected unanswered.
    Reject,
}

/// Whom to call, and what to do meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Leg {
    /// Where in the ladder this is.
    pub cursor: Cursor,
    /// Who is called, all at once.
    pub targets: Vec<Address>,
    /// Seconds to let it ring.
    pub timeout: u32,
    /// The number they see, unless it is the caller's own.
    pub caller_id: Option<Address>,
    /// Whether the conversation is recorded.
    pub record: bool,
    /// Whether the conversation is transcribed.
    pub transcribe: bool,
}

/// A place in a ladder of people to call.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cursor {
    /// The ladder.
    pub ladder: Ladder,
    /// Who of it is called, counted from 0.
    pub leg: usize,
}

impl Cursor {
    /// A place.
    #[must_use]
    pub fn new(ladder: Ladder, leg: usize) -> Self {
        Self { ladder, leg }
    }
}

/// People to call, one after the other or at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ladder {
    /// A forwarding group.
    Group(Group),
    /// The targets of a menu's key.
    Key(char),
    /// The targets for who presses no key.
    NoInput,
    /// The targets for who presses wrong keys.
    WrongInput,
    /// The voice assistant.
    Assistant,
}

impl fmt::Display for Ladder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Group(group) => f.write_str(group.as_str()),
            Self::Key(key) => write!(f, "key-{key}"),
            Self::NoInput => f.write_str("no-input"),
            Self::WrongInput => f.write_str("wrong-input"),
            Self::Assistant => f.write_str("assistant"),
        }
    }
}

/// A text that names no ladder.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a ladder: default, new, existing, assistant, no-input, wrong-input or key- and a key")]
#[non_exhaustive]
pub struct InvalidLadder;

impl FromStr for Ladder {
    type Err = InvalidLadder;

    fn from_str(text: &str) -> Result<Self, InvalidLadder> {
        match text {
            "default" => Ok(Self::Group(Group::Default)),
            "new" => Ok(Self::Group(Group::New)),
            "existing" => Ok(Self::Group(Group::Existing)),
            "assistant" => Ok(Self::Assistant),
            "no-input" => Ok(Self::NoInput),
            "wrong-input" => Ok(Self::WrongInput),
            other => {
                let mut key = other.strip_prefix("key-").ok_or(InvalidLadder)?.chars();
                match (key.next(), key.next()) {
                    (Some(key), None) => Ok(Self::Key(key)),
                    _ => Err(InvalidLadder),
                }
            }
        }
    }
}

const NOBODY: &str = "Sorry, nobody can take your call right now. Please try again later. Goodbye.";
const WRONG_KEY: &str = "Sorry, that is not an option.";
const THANKS: &str = "Thank you. Goodbye.";

/// Somebody whose calls are not taken has called.
#[must_use]
pub fn turned_away() -> Plan {
    Plan { steps: vec![Step::Reject], route: Some(Route::Reject), ..Plan::default() }
}

/// A call has come in. `wanted` is where the host wants it to go, whatever the settings say.
#[must_use]
pub fn arrive(scene: &Scene<'_>, wanted: Option<Route>) -> Plan {
    let tenant = scene.tenant;
    if scene.from.phone().is_some_and(|number| tenant.blocked.contains(&number)) {
        return turned_away();
    }
    let closed = wanted.is_none() && !scene.open;
    let route = wanted.unwrap_or_else(|| if closed { tenant.closed.clone() } else { tenant.open_route() });
    let mut plan = Plan::default();
    let greeting = tenant.greeting.clone().filter(|text| !text.is_empty());
    plan.steps.extend(greeting.filter(|_| route != Route::Reject).map(Step::Say));
    go(scene, route, &mut plan);
    // Outside hours only what leads to nobody counts as turned away.
    plan.closed = closed && !plan.steps.iter().any(|step| matches!(step, Step::Dial(_) | Step::Menu { .. }));
    plan
}

/// A key was pressed in the menu, or none.
#[must_use]
pub fn choose(scene: &Scene<'_>, attempt: u32, digits: Option<&str>) -> Plan {
    let mut plan = Plan::default();
    let Some(menu) = &scene.tenant.menu else {
        go(scene, Route::Forward(Group::Default), &mut plan);
        return plan;
    };
    let key = digits.and_then(|digits| digits.chars().next());
    if let Some(option) = key.and_then(|key| menu.option(key)) {
        plan.choice = Some(option.key);
        lead(scene, &option.target, Ladder::Key(option.key), &mut plan);
        return plan;
    }
    if attempt < menu.attempts {
        plan.steps.extend(key.map(|_| Step::Say(WRONG_KEY.into())));
        plan.steps.push(Step::Menu { attempt: attempt.saturating_add(1) });
        return plan;
    }
    match key {
        Some(_) => lead(scene, &menu.wrong_input, Ladder::WrongInput, &mut plan),
        None => lead(scene, &menu.no_input, Ladder::NoInput, &mut plan),
    }
    plan
}

/// Forwarding ended. `gone` says that the caller has hung up.
#[must_use]
pub fn dialled(scene: &Scene<'_>, cursor: &Cursor, outcome: DialOutcome, gone: bool) -> Plan {
    let mut plan = Plan::default();
    if outcome == DialOutcome::Answered {
        plan.steps.push(Step::Hangup);
        return plan;
    }
    if gone {
        plan.missed = true;
        return plan;
    }
    let next = Cursor::new(cursor.ladder, cursor.leg.saturating_add(1));
    if scene.tenant.forwarding.strategy == Strategy::InTurn
        && let Some(leg) = leg(scene, &next)
    {
        plan.steps.push(Step::Dial(leg));
        return plan;
    }
    if cursor.ladder == Ladder::Assistant {
        let fallback = scene.tenant.assistant.as_ref().map(|assistant| assistant.fallback.clone());
        let route = match fallback {
            // An assistant that falls back to itself would ring for ever.
            None | Some(Route::Assistant) => Route::Forward(Group::Default),
            Some(route) => route,
        };
        go(scene, route, &mut plan);
        plan.missed |= !plan.steps.iter().any(|step| matches!(step, Step::Dial(_) | Step::Menu { .. }));
        return plan;
    }
    give_up(scene, &mut plan);
    plan
}

/// A voicemail was left.
#[must_use]
pub fn voicemail_left() -> Plan {
    Plan { steps: vec![Step::Say(THANKS.into()), Step::Hangup], ..Plan::default() }
}

fn go(scene: &Scene<'_>, route: Route, plan: &mut Plan) {
    let tenant = scene.tenant;
    match &route {
        Route::Menu if tenant.menu.is_some() => plan.steps.push(Step::Menu { attempt: 1 }),
        Route::Assistant if tenant.assistant.is_some() => {
            let greeting = tenant.assistant.as_ref().and_then(|assistant| assistant.greeting.clone());
            plan.steps.extend(greeting.filter(|text| !text.is_empty()).map(Step::Say));
            dial(scene, Ladder::Assistant, plan);
        }
        Route::Menu | Route::Assistant => {
            return go(scene, Route::Forward(Group::Default), plan);
        }
        Route::Forward(group) => dial(scene, Ladder::Group(*group), plan),
        Route::Voicemail => leave_message(scene, plan),
        Route::Say(text) => plan.steps.extend([Step::Say(text.clone()), Step::Hangup]),
        Route::Reject => plan.steps.push(Step::Reject),
    }
    plan.route = Some(route);
}

fn lead(scene: &Scene<'_>, target: &MenuTarget, own: Ladder, plan: &mut Plan) {
    match target {
        MenuTarget::Forward(group) => go(scene, Route::Forward(*group), plan),
        MenuTarget::Dial(_) => dial(scene, own, plan),
        MenuTarget::Assistant => go(scene, Route::Assistant, plan),
        MenuTarget::Voicemail => go(scene, Route::Voicemail, plan),
        MenuTarget::Say(text) => go(scene, Route::Say(text.clone()), plan),
    }
}

fn dial(scene: &Scene<'_>, ladder: Ladder, plan: &mut Plan) {
    let Some(leg) = leg(scene, &Cursor::new(ladder, 0)) else { return give_up(scene, plan) };
    let wanted = leg.record && !scene.consent_said;
    let consent = scene.tenant.recording.consent.clone().filter(|text| wanted && !text.is_empty());
    plan.steps.extend(consent.map(Step::Say));
    plan.steps.push(Step::Dial(leg));
}

/// The leg at a place; `None` past the ladder's end.
fn leg(scene: &Scene<'_>, cursor: &Cursor) -> Option<Leg> {
    let tenant = scene.tenant;
    let assistant;
    let (all, strategy, timeout): (&[Address], Strategy, u32) = match cursor.ladder {
        Ladder::Group(group) => {
            (tenant.forwarding.targets(group), tenant.forwarding.strategy, tenant.forwarding.timeout)
        }
        Ladder::Key(_) | Ladder::NoInput | Ladder::WrongInput => {
            let menu = tenant.menu.as_ref()?;
            let target = match cursor.ladder {
                Ladder::Key(key) => &menu.option(key)?.target,
                Ladder::NoInput => &menu.no_input,
                _ => &menu.wrong_input,
            };
            let MenuTarget::Dial(targets) = target else { return None };
            (targets, tenant.forwarding.strategy, tenant.forwarding.timeout)
        }
        Ladder::Assistant => {
            let found = tenant.assistant.as_ref()?;
            assistant = [found.address.clone()];
            (&assistant, Strategy::InTurn, found.timeout)
        }
    };
    let targets = match strategy {
        Strategy::AtOnce if cursor.leg == 0 => all.to_vec(),
        Strategy::AtOnce => return None,
        Strategy::InTurn => vec![all.get(cursor.leg)?.clone()],
    };
    if targets.is_empty() {
        return None;
    }
    let caller_id = match tenant.forwarding.caller_id {
        CallerId::Caller if scene.from.phone().is_some() => None,
        CallerId::Caller | CallerId::Business => Some(scene.called.clone()),
        CallerId::Fixed(number) => Some(Address::Phone(number)),
    };
    Some(Leg {
        cursor: cursor.clone(),
        targets,
        timeout,
        caller_id,
        record: tenant.recording.enabled,
        transcribe: tenant.transcription.enabled && !scene.transcribing,
    })
}

/// Nobody is left to call.
fn give_up(scene: &Scene<'_>, plan: &mut Plan) {
    plan.missed = true;
    leave_message(scene, plan);
}

fn leave_message(scene: &Scene<'_>, plan: &mut Plan) {
    if scene.tenant.voicemail.is_some() {
        if scene.transcribing {
            plan.steps.push(Step::StopTranscription);
        }
        plan.steps.push(Step::Voicemail);
    } else {
        plan.steps.extend([Step::Say(NOBODY.into()), Step::Hangup]);
    }
}

/// Whether the caller of a missed call is to be texted: not when somebody answered or the call was rejected, not
/// anonymous or blocked callers, not our own numbers, not whom we called.
#[must_use]
pub fn wants_text_back(tenant: &Tenant, call: &CallRecord) -> bool {
    let closed = call.closed;
    let settings = &tenant.text_back;
    let Some(number) = call.from.phone().filter(|_| settings.enabled) else { return false };
    if call.direction != Direction::Inbound || call.route == Some(Route::Reject) {
        return false;
    }
    if call.was_answered()
        || call.from == call.to
        || tenant.blocked.contains(&number)
        || tenant.numbers.contains(&number)
    {
        return false;
    }
    let missed = match (call.dial_outcome, call.status) {
        (Some(DialOutcome::NoAnswer | DialOutcome::Busy | DialOutcome::Failed), _) => true,
        (Some(DialOutcome::Canceled), _) => settings.when_canceled,
        (_, Status::NoAnswer | Status::Busy | Status::Failed) => true,
        // There was nobody to forward to.
        (None, _) => !closed,
        _ => false,
    };
    if closed { settings.when_closed } else { missed }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tenant::{Assistant, Forwarding, Menu, Voicemail};

    fn address(text: &str) -> Address {
        Address::from(text)
    }

    fn tenant() -> Tenant {
        Tenant::new("clinic".parse().unwrap())
    }

    fn forwarding(default: &[&str]) -> Forwarding {
        Forwarding { default: default.iter().map(|text| address(text)).collect(), ..Forwarding::default() }
    }

    struct Stage {
        tenant: Tenant,
        from: Address,
        to: Address,
        open: bool,
    }

    impl Stage {
        fn new(tenant: Tenant) -> Self {
            Self { tenant, from: address("+14155552671"), to: address("+15551230000"), open: true }
        }

        fn scene(&self) -> Scene<'_> {
            Scene::new(&self.tenant, &self.from, &self.to, self.open)
        }
    }

    fn targets(plan: &Plan) -> Vec<String> {
        let dial = |step: &Step| match step {
            Step::Dial(leg) => Some(leg.targets.iter().map(Address::to_wire).collect::<Vec<_>>()),
            _ => None,
        };
        plan.steps.iter().find_map(dial).unwrap_or_default()
    }

    #[test]
    fn without_a_menu_calls_are_forwarded() {
        let stage = Stage::new(tenant().with_forwarding(forwarding(&["+15551230001"])));
        let plan = arrive(&stage.scene(), None);
        assert_eq!(targets(&plan), ["+15551230001"]);
        let [Step::Dial(leg)] = &plan.steps[..] else { panic!("{plan:?}") };
        assert_eq!((leg.timeout, leg.caller_id.clone()), (20, None));
        assert!(!plan.missed);
    }

    #[test]
    fn in_turn_each_is_called_before_giving_up() {
        let mut settings = forwarding(&["client:a", "client:b"]);
        settings.strategy = Strategy::InTurn;
        let stage = Stage::new(tenant().with_forwarding(settings));
        let mut plan = arrive(&stage.scene(), None);
        for (leg, expected) in ["client:a", "client:b"].into_iter().enumerate() {
            assert_eq!(targets(&plan), [expected]);
            assert!(!plan.missed);
            let cursor = Cursor::new(Ladder::Group(Group::Default), leg);
            plan = dialled(&stage.scene(), &cursor, DialOutcome::NoAnswer, false);
        }
        assert!(plan.missed && targets(&plan).is_empty());
    }

    #[test]
    fn at_once_all_are_called() {
        let stage = Stage::new(tenant().with_forwarding(forwarding(&["client:a", "client:b"])));
        assert_eq!(targets(&arrive(&stage.scene(), None)), ["client:a", "client:b"]);
        let cursor = Cursor::new(Ladder::Group(Group::Default), 0);
        let plan = dialled(&stage.scene(), &cursor, DialOutcome::Busy, false);
        assert_eq!(plan.steps, [Step::Say(NOBODY.into()), Step::Hangup]);
        assert!(plan.missed);
    }

    #[test]
    fn the_menu_leads_where_its_keys_say() {
        let mut settings = forwarding(&["client:default"]);
        settings.new = vec![address("client:new")];
        let menu = Menu::new_or_existing().with_option('3', "billing", MenuTarget::Dial(vec![address("client:bill")]));
        let stage = Stage::new(tenant().with_forwarding(settings).with_menu(menu));
        assert_eq!(arrive(&stage.scene(), None).steps, [Step::Menu { attempt: 1 }]);
        let press = |key: &str| choose(&stage.scene(), 1, Some(key));
        assert_eq!((targets(&press("1")), press("1").choice), (vec!["client:new".into()], Some('1')));
        assert_eq!(targets(&press("2")), ["client:default"], "existing falls back to default");
        assert_eq!(targets(&press("3")), ["client:bill"]);
    }

    #[test]
    fn wrong_and_missing_keys_are_forgiven_once() {
        let stage = Stage::new(tenant().with_forwarding(forwarding(&["client:a"])).with_menu(Menu::new_or_existing()));
        let wrong = choose(&stage.scene(), 1, Some("9"));
        assert_eq!(wrong.steps, [Step::Say(WRONG_KEY.into()), Step::Menu { attempt: 2 }]);
        assert_eq!(choose(&stage.scene(), 1, None).steps, [Step::Menu { attempt: 2 }]);
        assert_eq!(targets(&choose(&stage.scene(), 2, Some("9"))), ["client:a"]);
        assert_eq!(targets(&choose(&stage.scene(), 2, None)), ["client:a"]);
    }

    #[test]
    fn a_failed_assistant_falls_back() {
        let assistant = Assistant::new(address("sip:assistant@example.com"));
        let stage = Stage::new(tenant().with_forwarding(forwarding(&["client:a"])).with_assistant(assistant));
        let plan = arrive(&stage.scene(), None);
        assert_eq!(
            (targets(&plan), plan.route.clone()),
            (vec!["sip:assistant@example.com".into()], Some(Route::Assistant))
        );
        let cursor = Cursor::new(Ladder::Assistant, 0);
        let plan = dialled(&stage.scene(), &cursor, DialOutcome::Failed, false);
        assert_eq!(targets(&plan), ["client:a"]);
        assert!(!plan.missed);
    }

    #[test]
    fn an_assistant_that_falls_back_to_itself_does_not_loop() {
        let mut assistant = Assistant::new(address("sip:assistant@example.com"));
        assistant.fallback = Route::Assistant;
        let stage = Stage::new(tenant().with_assistant(assistant).with_voicemail(Voicemail::default()));
        let plan = dialled(&stage.scene(), &Cursor::new(Ladder::Assistant, 0), DialOutcome::Failed, false);
        assert_eq!(plan.steps, [Step::Voicemail]);
        assert!(plan.missed);
    }

    #[test]
    fn hours_and_the_host_decide_the_route() {
        let mut stage = Stage::new(
            tenant().with_forwarding(forwarding(&["client:a"])).with_closed(Route::Say("We are closed.".into())),
        );
        stage.open = false;
        let plan = arrive(&stage.scene(), None);
        assert_eq!(plan.steps, [Step::Say("We are closed.".into()), Step::Hangup]);
        assert!(plan.closed);
        let plan = arrive(&stage.scene(), Some(Route::Forward(Group::Default)));
        assert_eq!(targets(&plan), ["client:a"]);
        assert!(!plan.closed);
    }

    #[test]
    fn blocked_callers_are_rejected() {
        let stage = Stage::new(tenant().with_blocked("+14155552671".parse().unwrap()));
        assert_eq!(arrive(&stage.scene(), None).steps, [Step::Reject]);
    }

    #[test]
    fn anonymous_callers_are_shown_as_the_business() {
        let mut stage = Stage::new(tenant().with_forwarding(forwarding(&["client:a"])));
        stage.from = address("+266696687");
        let [Step::Dial(leg)] = &arrive(&stage.scene(), None).steps[..] else { panic!() };
        assert_eq!(leg.caller_id, Some(address("+15551230000")));
    }

    #[test]
    fn texting_back_follows_the_outcome() {
        let call = |from: &str, outcome: Option<DialOutcome>| {
            let sid = "CA0123456789abcdef0123456789abcdef".parse().unwrap();
            let now = chrono::DateTime::UNIX_EPOCH;
            let mut call = CallRecord::begin(
                "clinic".parse().unwrap(),
                sid,
                Direction::Inbound,
                address(from),
                address("+15551230000"),
                now,
            );
            call.dial_outcome = outcome;
            call
        };
        let tenant =
            tenant().with_number("+15551230000".parse().unwrap()).with_blocked("+14155552672".parse().unwrap());
        for (from, outcome, expected) in [
            ("+14155552671", Some(DialOutcome::NoAnswer), true),
            ("+14155552671", Some(DialOutcome::Busy), true),
            ("+14155552671", Some(DialOutcome::Failed), true),
            ("+14155552671", Some(DialOutcome::Answered), false),
            ("+14155552671", Some(DialOutcome::Canceled), false),
            ("+14155552672", Some(DialOutcome::NoAnswer), false),
            ("+15551230000", Some(DialOutcome::NoAnswer), false),
            ("+266696687", Some(DialOutcome::NoAnswer), false),
            ("anonymous", Some(DialOutcome::NoAnswer), false),
            ("sip:a@example.com", Some(DialOutcome::NoAnswer), false),
        ] {
            assert_eq!(wants_text_back(&tenant, &call(from, outcome)), expected, "{from} {outcome:?}");
        }
    }

    #[test]
    fn ladders_survive_a_url() {
        for ladder in
            [Ladder::Group(Group::New), Ladder::Key('#'), Ladder::NoInput, Ladder::WrongInput, Ladder::Assistant]
        {
            assert_eq!(ladder.to_string().parse(), Ok(ladder));
        }
        assert!("key-12".parse::<Ladder>().is_err() && "".parse::<Ladder>().is_err());
    }
}
