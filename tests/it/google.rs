//! Google Calendar against the simulated one: consent, tokens, events under faults, push notifications.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use frontdesk::calendar::{BusyRules, Calendar, Change, Created, EventId, Guest, NewEvent, Patched, conformance};
use frontdesk::clock::{Clock, ManualClock};
use frontdesk::google::channels::{Channel, Notice, NoticeState};
use frontdesk::google::events::{ConferenceData, Event, EventStatus, GetEvent, InsertEvent, ListEvents, ListInstances};
use frontdesk::google::oauth::{Granted, OAuth, Scope};
use frontdesk::google::service_account::{InvalidKeyFile, ServiceAccount};
use frontdesk::google::{Accounts, CalendarId, Client, GoogleCalendar, PROVIDER, needs_reauth};
use frontdesk::id::TenantId;
use frontdesk::schedule::Interval;
use frontdesk::sim::Google;
use frontdesk::sim::google::Fault;
use frontdesk::store::MemoryStore;
use frontdesk::token::{AccessTokens, TokenStore};
use frontdesk::transport::Stub;
use frontdesk::vault::{Key, TokenVault, Vault};
use frontdesk::{Error, Secret};
use futures_util::TryStreamExt;
use futures_util::future::join_all;
use serde_json::json;

use crate::specs::say;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn hour(text: &str) -> Interval {
    Interval::new(at(text), at(text) + TimeDelta::hours(1)).unwrap()
}

struct World {
    clock: ManualClock,
    google: Google,
    calendar: GoogleCalendar,
}

fn world() -> World {
    let clock = ManualClock::at(at("2026-11-21T09:00:00Z")).auto_advancing();
    let shared: Arc<dyn Clock> = Arc::new(clock.clone());
    let google = Google::builder().clock(shared).pushes(Arc::new(Stub::new())).in_process().unwrap();
    let calendar = GoogleCalendar::new(google.client(), CalendarId::primary());
    World { clock, google, calendar }
}

#[tokio::test]
async fn calendar_google_passes_the_suite() {
    let World { google, calendar, .. } = world();
    let (by_hand, forgetful) = (google.clone(), google.clone());
    conformance::run(
        &calendar,
        at("2026-12-01T00:00:00Z"),
        async |id, interval: Interval| {
            let side = |at: DateTime<Utc>| json!({ "dateTime": at.to_rfc3339() });
            let event = json!({ "start": side(interval.start()), "end": side(interval.end()) });
            by_hand.enter_json("primary", Some(&id), event);
        },
        async || forgetful.forget_changes(),
    )
    .await;
}

#[tokio::test]
async fn an_event_is_entered_once_whatever_goes_wrong() {
    let faults = [
        Fault::Reset,
        Fault::LostAnswer,
        Fault::ServerError,
        Fault::FalseError,
        Fault::Garbage,
        Fault::RateLimit,
        Fault::TooManyRequests { retry_after: Some(1) },
        Fault::Unauthorized,
        Fault::Slow(Duration::from_secs(3_600)),
    ];
    for first in &faults {
        for second in faults.iter().map(Some).chain([None]) {
            let World { google, calendar, .. } = world();
            google.inject([first.clone()].into_iter().chain(second.cloned()));
            let new = NewEvent::new(EventId::of(["visit"]), "visit", hour("2026-12-01T10:00:00Z"));
            let mut entered = calendar.create(&new).await;
            for _ in 0..3 {
                match &entered {
                    Err(error) => {
                        assert!(
                            error.is_outcome_unknown() || error.is_retryable() || error.is_unauthorized(),
                            "{error:?}"
                        );
                        entered = calendar.create(&new).await;
                    }
                    Ok(_) => break,
                }
            }
            let entered = entered.unwrap();
            assert!(
                matches!(&entered, Created::Now(entry) | Created::Before(entry) if entry.is_of("visit")),
                "{entered:?}"
            );
            assert_eq!(google.events("primary").len(), 1, "{first:?}, then {second:?}");
        }
    }
}

#[tokio::test]
async fn what_may_be_there_is_never_said_to_be_refused() {
    let World { google, calendar, .. } = world();
    let new = NewEvent::new(EventId::of(["visit"]), "visit", hour("2026-12-01T10:00:00Z"));
    calendar.create(&new).await.unwrap();
    // It is there already, and cannot be looked at.
    google.inject_at(1, Fault::ServerError);
    google.inject([Fault::ServerError, Fault::ServerError, Fault::ServerError]);
    assert!(calendar.create(&new).await.unwrap_err().is_outcome_unknown());
    assert!(matches!(calendar.create(&new).await.unwrap(), Created::Before(_)));
    // Nobody knows of the first attempt, and the second is refused.
    let World { google, calendar, .. } = world();
    google.inject_at(2, Fault::Quota);
    google.inject_first(Fault::Reset);
    assert!(calendar.create(&new).await.unwrap_err().is_outcome_unknown());
    calendar.create(&new).await.unwrap();
    // Somebody makes whole days of it; it is read in the calendar's zone and can be moved back.
    let entry = calendar.event(&new.id).await.unwrap().unwrap();
    google.enter_json(
        "primary",
        Some(&entry.id),
        json!({ "start": { "date": "2026-12-01" }, "end": { "date": "2026-12-02" } }),
    );
    let days = calendar.event(&new.id).await.unwrap().unwrap();
    assert_eq!(days.interval.unwrap().to_string(), "2026-12-01T05:00:00Z/2026-12-02T05:00:00Z");
    let back = Change::new().to(hour("2026-12-01T10:00:00Z"));
    let Patched::Done(moved) = calendar.patch(&new.id, &days.version, &back).await.unwrap() else {
        panic!("nobody changed it")
    };
    assert_eq!(moved.interval, Some(hour("2026-12-01T10:00:00Z")));
}

#[tokio::test]
async fn attempts_are_one_two_and_four_seconds_apart_at_least() {
    let World { google, calendar, clock } = world();
    google.inject([Fault::ServerError, Fault::RateLimit, Fault::Reset]);
    calendar.busy(hour("2026-12-01T10:00:00Z")).await.unwrap();
    let waits: Vec<f64> = clock.slept().iter().map(Duration::as_secs_f64).filter(|wait| *wait < 10.0).collect();
    assert_eq!(waits.len(), 3, "{waits:?}");
    for (wait, least) in waits.iter().zip([1.0, 2.0, 4.0]) {
        assert!((least..=2.0 * least).contains(wait), "{waits:?}");
    }
}

#[tokio::test]
async fn pages_that_do_not_end_are_an_error() {
    let page = r#"{"items":[],"nextPageToken":"again","timeZone":"UTC"}"#;
    let stub = Stub::new().reply(200, page).reply(200, page).reply(200, page);
    let token = frontdesk::token::AccessToken::new("t", at("2036-01-01T00:00:00Z"));
    let client = Client::new(Arc::new(token), Arc::new(stub), frontdesk::clock::SystemClock::shared());
    let calendar = GoogleCalendar::new(client, CalendarId::primary());
    assert!(calendar.busy(hour("2026-12-01T10:00:00Z")).await.unwrap_err().is_retryable());
}

#[tokio::test]
async fn a_quota_keeps_guests_away_and_nothing_else() {
    let World { google, calendar, clock } = world();
    let new = NewEvent::new(EventId::of(["visit"]), "visit", hour("2026-12-01T10:00:00Z")).tentative();
    let Created::Now(entry) = calendar.create(&new).await.unwrap() else { panic!("it is new") };
    google.inject([Fault::Quota]);
    let guests = Change::new().confirmed().with_guests([Guest::new("ben@example.com")]).notifying();
    let before = clock.monotonic();
    let refused = calendar.patch(&entry.id, &entry.version, &guests).await.unwrap_err();
    assert_eq!((refused.reason(), refused.is_retryable()), (Some("quotaExceeded"), true));
    assert_eq!(clock.monotonic(), before, "it is not waited for");
    assert_eq!(google.invitations(), []);
    assert!(matches!(calendar.patch(&entry.id, &entry.version, &guests).await.unwrap(), Patched::Done(_)));
    assert_eq!(google.invitations(), [(entry.id.to_string(), "ben@example.com".to_owned(), "updated".to_owned())]);
}

#[tokio::test]
async fn a_patch_whose_answer_is_lost_is_not_made_twice() {
    let World { google, calendar, .. } = world();
    let new = NewEvent::new(EventId::of(["visit"]), "visit", hour("2026-12-01T10:00:00Z"));
    let Created::Now(entry) = calendar.create(&new).await.unwrap() else { panic!("it is new") };
    let moved = Change::new().to(hour("2026-12-01T12:00:00Z")).with_guests([Guest::new("ben@example.com")]).notifying();
    google.inject_at(1, Fault::LostAnswer);
    assert!(calendar.patch(&entry.id, &entry.version, &moved).await.unwrap_err().is_outcome_unknown());
    assert_eq!(google.invitations().len(), 1);
    let known = calendar.event(&entry.id).await.unwrap().unwrap();
    assert_eq!(known.interval, Some(hour("2026-12-01T12:00:00Z")), "whoever asks finds it done");
    assert_eq!(calendar.patch(&entry.id, &entry.version, &moved).await.unwrap(), Patched::Stale);
}

#[tokio::test]
async fn what_keeps_people_busy_is_told_from_what_does_not() {
    let World { google, calendar, .. } = world();
    let day = Interval::new(at("2026-12-01T05:00:00Z"), at("2026-12-02T05:00:00Z")).unwrap();
    let side = |hour: u32| json!({ "dateTime": format!("2026-12-01T{hour:02}:00:00-05:00") });
    let event = |hour: u32, more: serde_json::Value| {
        let mut event = json!({ "start": side(hour), "end": side(hour + 1) });
        event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        google.enter_json("primary", None, event);
    };
    let own = |answer: &str| json!({ "attendees": [{ "email": "anna@example.com", "self": true, "responseStatus": answer }] });
    event(1, json!({}));
    event(2, json!({ "transparency": "transparent" }));
    event(3, own("declined"));
    event(4, own("accepted"));
    event(5, own("tentative"));
    event(6, json!({ "status": "tentative" }));
    event(7, json!({ "eventType": "workingLocation" }));
    event(8, json!({ "status": "cancelled" }));
    event(9, json!({ "recurrence": ["RRULE:FREQ=DAILY;COUNT=3"] }));
    google.enter_days("primary", "Holiday", "2026-12-01".parse().unwrap(), "2026-12-02".parse().unwrap());
    google.enter_json("primary", None, json!({ "start": side(10), "end": side(10) }));
    let hours = async |rules: BusyRules| {
        let calendar = calendar.clone().with_rules(rules);
        let busy = calendar.busy(day).await.unwrap();
        busy.iter().map(|busy| (busy.interval.start() - day.start()).num_hours()).collect::<BTreeSet<_>>()
    };
    let mut rules = BusyRules::default();
    assert_eq!(hours(rules).await, BTreeSet::from([0, 1, 4, 5, 6, 9]));
    (rules.tentative, rules.whole_days) = (false, false);
    assert_eq!(hours(rules).await, BTreeSet::from([1, 4, 9]));
    let next_day = Interval::new(day.end(), day.end() + TimeDelta::days(1)).unwrap();
    assert_eq!(calendar.busy(next_day).await.unwrap().len(), 1, "the next instance");
}

#[tokio::test]
async fn what_cannot_be_read_is_not_free() {
    let World { google, calendar, .. } = world();
    google.enter_json("primary", None, json!({ "start": { "dateTime": "2026-12-01T10:00:00Z" } }));
    let day = Interval::new(at("2026-12-01T00:00:00Z"), at("2026-12-02T00:00:00Z")).unwrap();
    assert!(calendar.busy(day).await.unwrap_err().is_permanent());
    let World { google, .. } = world();
    let id = CalendarId::primary();
    let client = google.client();
    google.fail_free_busy("primary", Some("internalError"));
    let other: CalendarId = "nobody@example.com".parse().unwrap();
    assert!(client.freebusy().busy(std::slice::from_ref(&id), day).await.unwrap_err().is_retryable());
    google.fail_free_busy("primary", None);
    assert_eq!(client.freebusy().busy(&[id.clone(), other], day).await.unwrap_err().reason(), Some("notFound"));
    google.enter("primary", "Lunch", hour("2026-12-01T10:00:00Z"));
    let year = Interval::new(at("2026-06-01T00:00:00Z"), at("2027-06-01T00:00:00Z")).unwrap();
    assert_eq!(
        client.freebusy().busy(std::slice::from_ref(&id), year).await.unwrap()[&id],
        [hour("2026-12-01T10:00:00Z")]
    );
}

#[tokio::test]
async fn pages_instances_and_conferences_are_followed() {
    let World { google, .. } = world();
    let (client, id) = (google.client(), CalendarId::primary());
    let events = client.events(&id);
    for day in 1..=7 {
        google.enter("primary", &format!("Visit {day}"), hour(&format!("2026-12-{day:02}T10:00:00Z")));
    }
    let query =
        ListEvents::new().max_results(3).order_by(frontdesk::google::events::EventOrder::StartTime).single_events(true);
    let all: Vec<Event> = events.stream(&query).try_collect().await.unwrap();
    let names: Vec<_> = all.iter().map(|event| event.summary.clone().unwrap().into_string()).collect();
    assert_eq!((names.len(), names[0].as_str(), names[6].as_str()), (7, "Visit 1", "Visit 7"));

    let mut weekly: Event = serde_json::from_value(json!({
        "start": { "dateTime": "2026-12-01T15:00:00-05:00", "timeZone": "America/New_York" },
        "end": { "dateTime": "2026-12-01T16:00:00-05:00", "timeZone": "America/New_York" },
        "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=4"], "colour": "not ours to know",
    }))
    .unwrap();
    weekly.conference_data = Some(ConferenceData::meet("once"));
    let entered = events.insert(&weekly, &InsertEvent::new().conference_data_version(1)).await.unwrap();
    assert!(entered.hangout_link.is_some());
    assert_eq!(entered.extra.get("colour").and_then(|colour| colour.as_str()), Some("not ours to know"));
    let series = entered.id.clone().unwrap();
    let instances: Vec<Event> = events.instances(&series, &ListInstances::new()).try_collect().await.unwrap();
    assert_eq!(instances.len(), 4);
    let one = events.get(instances[2].id.as_deref().unwrap(), &GetEvent::new()).await.unwrap();
    assert_eq!(one.recurring_event_id.as_deref(), Some(series.as_str()));
    assert_eq!(client.settings().time_zone().await.unwrap(), Some(chrono_tz::America::New_York));
    assert_eq!(client.calendars().get(&id).await.unwrap().time_zone.as_deref(), Some("America/New_York"));
    let listed: Vec<_> = client.calendar_list().list(&Default::default()).try_collect().await.unwrap();
    assert_eq!(listed[0].id.as_ref().map(CalendarId::as_str), Some("anna@example.com"));
}

#[tokio::test]
async fn a_push_says_that_something_has_changed() {
    let pushes = Stub::new();
    let google = Google::builder().pushes(Arc::new(pushes.clone())).in_process().unwrap();
    let (client, id) = (google.client(), CalendarId::primary());
    let token = Secret::new("random");
    let channel = Channel::new("frontdesk-1", "https://desk.example.com/webhooks/google", &token).with_ttl(3_600);
    let open = client.events(&id).watch(&channel, &ListEvents::new()).await.unwrap();
    let again = client.events(&id).watch(&channel, &ListEvents::new()).await.unwrap_err();
    assert_eq!(again.reason(), Some("channelIdNotUnique"));
    google.enter("primary", "Lunch", hour("2026-12-01T10:00:00Z"));
    google.settle().await;
    let notices: Vec<_> = pushes.log().iter().map(|sent| Notice::parse(sent.headers()).unwrap()).collect();
    assert_eq!(
        notices.iter().map(|notice| &notice.state).collect::<Vec<_>>(),
        [&NoticeState::Sync, &NoticeState::Exists]
    );
    assert!(notices.iter().all(|notice| notice.has_token(&token) && notice.channel == "frontdesk-1"));
    client.channels().stop(&Channel::to_stop("frontdesk-1", open.resource_id.unwrap())).await.unwrap();
    google.enter("primary", "Dinner", hour("2026-12-01T20:00:00Z"));
    google.settle().await;
    assert_eq!((pushes.log().len(), google.channels()), (2, 0));
}

struct Connected {
    clock: ManualClock,
    google: Google,
    oauth: OAuth,
    accounts: Accounts,
    vault: Arc<TokenVault>,
    tenant: TenantId,
}

impl Connected {
    fn new() -> Self {
        let World { clock, google, .. } = world();
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let oauth = google.oauth("https://desk.example.com/oauth/google/callback".parse().unwrap()).unwrap();
        let store = Arc::new(MemoryStore::new(shared.clone()));
        let vault = Arc::new(TokenVault::new(store, Vault::new(Key::generate("k").unwrap()), shared));
        let accounts = Accounts::new(oauth.clone(), vault.clone()).with_base_url(google.base_url());
        Self { clock, google, oauth, accounts, vault, tenant: "clinic".parse().unwrap() }
    }

    async fn consent(&self, only: Option<&[&str]>) -> Result<Granted, Error> {
        let consent = self.oauth.authorize(&Scope::BOOKING).unwrap();
        let back = self.google.allow(&consent.url, only).await.unwrap();
        let value = |name: &str| back.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
        assert!(consent.state.matches(value("state").as_bytes()));
        self.oauth.exchange(&value("code").into(), &consent.verifier).await
    }

    async fn connect(&self) -> Arc<dyn AccessTokens> {
        let granted = self.consent(None).await.unwrap();
        let address = self.accounts.address_of(&granted).await.unwrap();
        assert_eq!(address, "anna@example.com");
        self.accounts.keep(&self.tenant, &address, &granted).await.unwrap();
        self.accounts.tokens(&self.tenant, &address)
    }
}

#[tokio::test]
async fn consent_is_exchanged_once_and_only_by_who_asked() {
    let world = Connected::new();
    let consent = world.oauth.authorize(&Scope::BOOKING).unwrap();
    let asked: std::collections::HashMap<_, _> = consent.url.query_pairs().into_owned().collect();
    for (name, value) in [
        ("access_type", "offline"),
        ("prompt", "consent"),
        ("code_challenge_method", "S256"),
        ("response_type", "code"),
        ("redirect_uri", "https://desk.example.com/oauth/google/callback"),
    ] {
        assert_eq!(asked[name], value);
    }
    assert!(!consent.url.as_str().contains(consent.verifier.expose()));
    let back = world.google.allow(&consent.url, None).await.unwrap();
    let code: Secret = back.query_pairs().find(|(key, _)| key == "code").unwrap().1.into_owned().into();
    let other = world.oauth.authorize(&Scope::BOOKING).unwrap();
    let refused = world.oauth.exchange(&code, &other.verifier).await.unwrap_err();
    assert_eq!((refused.reason(), refused.is_permanent()), (Some("invalid_grant"), true), "another's verifier");
    assert_eq!(world.oauth.exchange(&code, &consent.verifier).await.unwrap_err().reason(), Some("invalid_grant"));
    let granted = world.consent(Some(&[Scope::EVENTS.as_str()])).await.unwrap();
    assert_eq!(granted.missing(&Scope::BOOKING), [Scope::FREE_BUSY, Scope::CALENDAR_LIST]);
    assert!(granted.refresh.is_some());
    let text = format!("{granted:?} {:?} {consent:?}", world.oauth);
    assert!(!text.contains("1//") && !text.contains("ya29") && !text.contains("simulated-client-secret"), "{text}");
}

#[tokio::test]
async fn one_request_refreshes_for_all_and_early() {
    let world = Connected::new();
    let tokens = world.connect().await;
    let first = join_all((0..24).map(|_| tokens.access_token())).await;
    assert!(
        first.iter().all(|token| token.as_ref().unwrap().secret.expose() == first[0].as_ref().unwrap().secret.expose())
    );
    assert_eq!(world.google.refreshes(), 1);
    world.clock.advance(Duration::from_secs(3_200));
    tokens.access_token().await.unwrap();
    assert_eq!(world.google.refreshes(), 1);
    world.clock.advance(Duration::from_secs(150));
    world.google.fail_token("server_error");
    let same = tokens.access_token().await.unwrap();
    assert_eq!(world.google.refreshes(), 2, "tried again, and replaced before it ends: {same:?}");
    // What the other side refuses before its time is replaced as well.
    world.google.end_access();
    let calendar = GoogleCalendar::new(world.accounts.client(&world.tenant, "anna@example.com"), CalendarId::primary());
    assert_eq!(calendar.busy(hour("2026-12-01T10:00:00Z")).await.unwrap(), []);
    assert_eq!(world.google.refreshes(), 3);
}

#[tokio::test]
async fn who_takes_it_back_is_asked_again_and_nobody_else_is_tried() {
    let world = Connected::new();
    let tokens = world.connect().await;
    tokens.access_token().await.unwrap();
    world.google.withdraw();
    let client = world.accounts.client(&world.tenant, "anna@example.com");
    let id = CalendarId::primary();
    let refused = client.calendar_list().get(&id).await.unwrap_err();
    assert!(needs_reauth(&refused) && refused.is_unauthorized(), "{refused:?}");
    assert!(world.vault.stored(&world.tenant, PROVIDER, "anna@example.com").await.unwrap().unwrap().needs_reauth);
    let again = client.calendar_list().get(&id).await.unwrap_err();
    assert!(needs_reauth(&again), "without asking Google");
    let listed = TokenStore::accounts(world.vault.as_ref(), &world.tenant, PROVIDER).await.unwrap();
    assert_eq!(listed, [("anna@example.com".to_owned(), false)]);
    world.connect().await;
    client.calendar_list().get(&id).await.unwrap();
    // A second consent may bring no refresh token: the one that works stays.
    let mut granted = world.consent(None).await.unwrap();
    granted.refresh = None;
    world.accounts.keep(&world.tenant, "anna@example.com", &granted).await.unwrap();
    client.calendar_list().get(&id).await.unwrap();
    world.accounts.revoke(&world.tenant, "anna@example.com").await.unwrap();
    assert!(needs_reauth(&client.calendar_list().get(&id).await.unwrap_err()));
    assert!(world.accounts.keep(&world.tenant, "anna@example.com", &granted).await.unwrap_err().is_permanent());
}

#[tokio::test]
async fn a_service_account_signs_for_its_tokens() {
    let World { google, clock, .. } = world();
    let shared: Arc<dyn Clock> = Arc::new(clock.clone());
    let key = include_str!("../fixtures/jwt_rsa.pem");
    let file = json!({
        "type": "service_account", "client_email": "desk@project.iam.gserviceaccount.com", "private_key": key,
        "private_key_id": "k1", "token_uri": format!("{}token", google.base_url()),
    });
    let account =
        ServiceAccount::new(&file.to_string().into(), &[Scope::ALL], google.transport(), shared.clone()).unwrap();
    let account = Arc::new(account.for_user("anna@example.com"));
    let client = Client::new(account.clone(), google.transport(), shared.clone()).with_base_url(&google.base_url());
    client.calendars().get(&CalendarId::primary()).await.unwrap();
    let text = format!("{account:?}");
    assert!(!text.contains("PRIVATE") && !text.contains("anna"), "{text}");
    for (bad, why) in [("{}", InvalidKeyFile::Form), (&file.to_string().replace("BEGIN", "END"), InvalidKeyFile::Key)] {
        let refused = ServiceAccount::new(&bad.into(), &[Scope::ALL], google.transport(), shared.clone());
        assert_eq!(refused.unwrap_err(), why);
    }
}

/// Google's own client, where Python and the package are there.
#[tokio::test(flavor = "multi_thread")]
async fn googles_own_client_works_against_the_simulator() {
    let google = Google::start().await.unwrap();
    let id = google.enter("primary", "Lunch", hour("2026-12-01T10:00:00Z"));
    let script = r#"
import sys
try:
    from google.oauth2.credentials import Credentials
    from googleapiclient.discovery import build
    from googleapiclient.errors import HttpError
except ImportError:
    print("skipped"); sys.exit(0)
base, token, lunch = sys.argv[1:]
service = build("calendar", "v3", credentials=Credentials(token), static_discovery=True,
                client_options={"api_endpoint": base})
events = service.events()
listed = events.list(calendarId="primary", timeMin="2026-12-01T00:00:00Z", singleEvents=True, orderBy="startTime").execute()
assert [event["id"] for event in listed["items"]] == [lunch], listed
body = {"id": "visit1", "summary": "Check-up", "start": {"dateTime": "2026-12-01T15:00:00Z"},
        "end": {"dateTime": "2026-12-01T15:30:00Z"}, "attendees": [{"email": "ben@example.com"}]}
made = events.insert(calendarId="primary", body=body, sendUpdates="all").execute()
try:
    events.insert(calendarId="primary", body=body).execute()
    raise AssertionError("entered twice")
except HttpError as error:
    assert error.resp.status == 409, error
patched = events.patch(calendarId="primary", eventId="visit1", body={"summary": "Moved"}).execute()
assert patched["summary"] == "Moved" and patched["etag"] != made["etag"]
busy = service.freebusy().query(body={"timeMin": "2026-12-01T00:00:00Z", "timeMax": "2026-12-02T00:00:00Z",
                                      "items": [{"id": "primary"}]}).execute()
assert len(busy["calendars"]["primary"]["busy"]) == 2, busy
token = events.list(calendarId="primary").execute()["nextSyncToken"]
events.delete(calendarId="primary", eventId="visit1").execute()
changes = events.list(calendarId="primary", syncToken=token).execute()["items"]
assert [(change["id"], change["status"]) for change in changes] == [("visit1", "cancelled")], changes
try:
    events.delete(calendarId="primary", eventId="visit1").execute()
    raise AssertionError("deleted twice")
except HttpError as error:
    assert error.resp.status == 410, error
assert service.calendarList().list().execute()["items"][0]["primary"]
print("done")
"#;
    let token = google.token("https://www.googleapis.com/auth/calendar").secret;
    let base = google.base_url().join("calendar/v3/").unwrap().to_string();
    let run = tokio::task::spawn_blocking(move || {
        std::process::Command::new(std::env::var("FRONTDESK_PYTHON").unwrap_or_else(|_| "python3".into()))
            .args(["-c", script, &base, token.expose(), id.as_str()])
            .output()
    });
    let Ok(output) = run.await.unwrap() else {
        return say("skipped: there is no python3 to run Google's own client");
    };
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    if text == "skipped" {
        return say("skipped: Google's own client for Python is not installed");
    }
    assert_eq!(text, "done");
    let events = google.events("primary");
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].status, Some(EventStatus::Confirmed));
}
