//! Appointments: booked, offered, moved, cancelled and found, in the simulated Google's calendar and by the simulated
//! Twilio's texts.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use frontdesk::Desk;
use frontdesk::auth::{Authenticator, Denied, Principal, Role};
use frontdesk::booking::{Booking, BookingState, Bookings, Conflict, Held, HoldRequest, Resource};
use frontdesk::calendar::{Diaries, EventId};
use frontdesk::clock::{Clock, ManualClock};
use frontdesk::google::events::Event;
use frontdesk::google::{CalendarId, GoogleCalendar};
use frontdesk::id::TenantId;
use frontdesk::notification::Person;
use frontdesk::reserve::{Booked, BookingRequest, Reschedule, Unavailable, Upcoming};
use frontdesk::schedule::Interval;
use frontdesk::sim::google::Fault;
use frontdesk::sim::{Google, Twilio};
use frontdesk::store::{Commit, MemoryStore, Store as _, Unit, put_tenant};
use frontdesk::tenant::{Invite, ResourceSettings, Tenant, Tenants};
use frontdesk::transport::{Body, Failure, Stub, Transport};
use futures_util::future::join_all;
use serde_json::{Value, json};

const TUESDAY: &str = "2026-12-01T15:00:00Z";

/// Lets everybody in as a member of the clinic.
#[derive(Debug)]
struct Anybody;

#[async_trait]
impl Authenticator for Anybody {
    async fn authenticate(&self, _: &http::request::Parts) -> Result<Principal, Denied> {
        Ok(Principal::new(Role::Member, Some(TenantId::new("clinic").unwrap()), "somebody"))
    }
}

struct Office {
    clock: ManualClock,
    google: Google,
    twilio: Twilio,
    store: MemoryStore,
    desk: Desk,
    tenant: TenantId,
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn clinic() -> Tenant {
    let mut clinic = Tenant::new("clinic".parse().unwrap())
        .with_name("Riverside Clinic")
        .with_number("+15551230000".parse().unwrap())
        .with_hours("mon-fri 09:00-17:00".parse().unwrap(), chrono_tz::America::New_York);
    clinic.booking.step = Some(30);
    clinic
}

fn minutes(start: &str, from: i64, until: i64) -> Interval {
    Interval::new(at(start) + TimeDelta::minutes(from), at(start) + TimeDelta::minutes(until)).unwrap()
}

fn anna() -> Person {
    Person::new("Anna").with_phone("+14155552671").with_email("anna@example.org")
}

fn wish(key: &str, start: &str) -> BookingRequest {
    BookingRequest::new(key.parse().unwrap(), at(start), anna()).with_title("check-up")
}

impl Office {
    fn new(clinic: Tenant) -> Self {
        let clock = ManualClock::at(at("2026-11-21T14:00:00Z")).auto_advancing();
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let webhooks = Arc::new(Stub::new());
        let google = Google::builder().clock(shared.clone()).pushes(webhooks.clone()).in_process().unwrap();
        let twilio = Twilio::builder().clock(shared.clone()).webhooks(webhooks).in_process().unwrap();
        twilio.own_number("+15551230000".parse().unwrap());
        let tenant = clinic.id.clone();
        let store = MemoryStore::new(shared.clone()).with_tenant(clinic);
        let calendar = GoogleCalendar::new(google.client(), CalendarId::primary());
        let desk = Desk::builder()
            .public_url("https://desk.example".parse().unwrap())
            .auth_token(twilio.auth_token())
            .twilio(twilio.client().unwrap())
            .store(store.clone())
            .calendars(Diaries::new().with(tenant.clone(), calendar))
            .authenticator(Anybody)
            .clock(shared)
            .build()
            .unwrap();
        Self { clock, google, twilio, store, desk, tenant }
    }

    async fn book(&self, request: &BookingRequest) -> Booked {
        self.desk.reservations().book(&self.tenant, request).await.unwrap()
    }

    async fn confirmed(&self, request: &BookingRequest) -> Booking {
        self.book(request).await.confirmed().unwrap()
    }

    async fn read(&self, id: &str) -> Booking {
        self.store.booking(&self.tenant, &id.parse().unwrap()).await.unwrap().unwrap()
    }

    async fn reschedule(&self, id: &str, to: &Reschedule) -> Booked {
        self.desk.reservations().reschedule(&self.tenant, &id.parse().unwrap(), to).await.unwrap()
    }

    fn only_event(&self) -> Event {
        let [event] = &self.google.events("primary")[..] else { panic!("{:?}", self.google.events("primary")) };
        event.clone()
    }

    async fn texts(&self) -> Vec<String> {
        self.desk.run_until_idle().await.unwrap();
        self.twilio.texts().into_iter().map(|text| text.body).collect()
    }

    async fn api(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let mut request = http::Request::builder().method(method).uri(format!("https://desk.example/api{path}"));
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
        let answer = self.desk.handle(request.body(body).unwrap()).await;
        (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap())
    }
}

#[tokio::test]
async fn an_appointment_is_in_the_calendar_and_the_customer_knows() {
    let office = Office::new(clinic());
    let booking = office.confirmed(&wish("anna-1", TUESDAY).with_notes("First visit")).await;
    assert_eq!((booking.state, booking.lease_until), (BookingState::Confirmed, None));
    let event = office.only_event();
    assert_eq!(event.status.as_ref().map(|status| status.as_str()), Some("confirmed"));
    assert_eq!(event.summary.as_ref().unwrap().as_str(), "check-up (Anna)");
    assert_eq!(event.description.as_ref().unwrap().as_str(), "Anna\n+14155552671\nFirst visit");
    assert_eq!(event.attendees.as_ref().unwrap()[0].email.as_ref().unwrap().as_str(), "anna@example.org");
    let invitations = office.google.invitations();
    assert_eq!(invitations.len(), 1, "once it was certain: {invitations:?}");
    let texts = office.texts().await;
    let [text] = &texts[..] else { panic!("{texts:?}") };
    let words = "Riverside Clinic: your check-up is confirmed: on Tuesday, December 1 at 10:00 AM. ";
    let link = text.strip_prefix(words).unwrap_or_else(|| panic!("{text}"));
    assert_eq!(link, event.html_link.unwrap().as_str(), "who is invited finds it there");
    // The reminders wait.
    office.clock.set(at("2026-11-30T15:00:30Z"));
    assert!(office.texts().await[1].contains("a reminder of your check-up tomorrow at 10:00 AM"));
    assert_eq!(office.read("anna-1").await.conflict, None);
}

#[tokio::test]
async fn who_is_not_invited_gets_a_link_that_works() {
    let office = Office::new(clinic());
    let ben = Person::new("Ben").with_phone("+14155552672");
    office.confirmed(&BookingRequest::new("ben-1".parse().unwrap(), at(TUESDAY), ben).with_title("check-up")).await;
    let text = office.texts().await.remove(0);
    assert!(
        text.ends_with(
            "https://calendar.google.com/calendar/render?action=TEMPLATE&text=check-up%2C+Riverside+Clinic\
             &dates=20261201T150000Z%2F20261201T153000Z"
        ),
        "{text}"
    );
    assert!(office.google.invitations().is_empty());
}

#[tokio::test]
async fn one_of_many_gets_it_and_the_others_are_offered_what_is_near() {
    let office = Office::new(clinic());
    let wishes: Vec<_> = (0..12).map(|number| wish(&format!("caller-{number}"), TUESDAY)).collect();
    let all = join_all(wishes.iter().map(|wish| office.book(wish))).await;
    let (stands, offered): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|booked| matches!(booked, Booked::Confirmed(_)));
    assert_eq!((stands.len(), offered.len()), (1, 11));
    for booked in offered {
        let Booked::Taken { why: Unavailable::Taken, alternatives } = booked else { panic!("{booked:?}") };
        assert_eq!(alternatives.len(), 3);
        assert!(alternatives.iter().all(|offer| offer.slot.start() != at(TUESDAY)));
    }
    assert_eq!(office.google.events("primary").len(), 1);
    assert_eq!(office.texts().await.len(), 1);
}

#[tokio::test]
async fn the_same_key_is_the_same_booking() {
    let office = Office::new(clinic());
    let first = office.confirmed(&wish("anna-1", TUESDAY)).await;
    assert_eq!(office.confirmed(&wish("anna-1", TUESDAY)).await, first);
    let other = wish("anna-1", "2026-12-01T18:00:00Z");
    let reused = office.desk.reservations().book(&office.tenant, &other).await.unwrap_err();
    assert_eq!((reused.is_permanent(), reused.reason()), (true, Some("key_reused")));
    assert_eq!(office.google.events("primary").len(), 1);
    // Also when the time is past by then, or it was moved, or cancelled.
    office.reschedule("anna-1", &Reschedule::to(at("2026-12-01T16:00:00Z"))).await;
    assert_eq!(office.confirmed(&wish("anna-1", TUESDAY)).await.hold.unwrap().start, at("2026-12-01T16:00:00Z"));
    office.clock.set(at("2026-12-01T14:30:00Z"));
    assert_eq!(office.confirmed(&wish("anna-1", TUESDAY)).await.state, BookingState::Confirmed);
    office.desk.reservations().cancel(&office.tenant, &"anna-1".parse().unwrap()).await.unwrap();
    assert!(matches!(office.book(&wish("anna-1", TUESDAY)).await, Booked::Cancelled(_)));
}

#[tokio::test]
async fn an_offer_is_kept_for_a_while() {
    let office = Office::new(clinic());
    let reservations = office.desk.reservations();
    let Booked::Held(held) = reservations.offer(&office.tenant, &wish("anna-1", TUESDAY)).await.unwrap() else {
        panic!("it was free")
    };
    assert_eq!(held.lease_until, Some(at("2026-11-21T14:05:00Z")));
    assert!(office.google.events("primary").is_empty() && office.texts().await.is_empty());
    assert!(matches!(office.book(&wish("ben-1", TUESDAY)).await, Booked::Taken { .. }));
    assert_eq!(office.confirmed(&wish("anna-1", TUESDAY)).await.fence, 1, "what was held is booked");
    // One that is not taken up is anybody's.
    reservations.offer(&office.tenant, &wish("anna-2", "2026-12-01T18:00:00Z")).await.unwrap();
    office.clock.advance(Duration::from_secs(300));
    office.confirmed(&wish("ben-2", "2026-12-01T18:00:00Z")).await;
    let Booked::Taken { .. } = office.book(&wish("anna-2", "2026-12-01T18:00:00Z")).await else { panic!("too late") };
    // And one that is given back.
    reservations.offer(&office.tenant, &wish("anna-3", "2026-12-01T19:00:00Z")).await.unwrap();
    let given_back = reservations.cancel(&office.tenant, &"anna-3".parse().unwrap()).await.unwrap();
    assert_eq!(given_back.state, BookingState::Cancelled);
    let again = office.book(&wish("anna-3", "2026-12-01T19:00:00Z")).await;
    assert!(matches!(again, Booked::Cancelled(_)), "who has cancelled does not book by asking again");
    office.confirmed(&wish("ben-3", "2026-12-01T19:00:00Z")).await;
}

#[tokio::test]
async fn hours_notice_and_limits_are_kept() {
    let mut settings = clinic();
    (settings.booking.per_day, settings.booking.notice) = (Some(2), 120);
    let office = Office::new(settings);
    let refused = async |key: &str, start: &str| match office.book(&wish(key, start)).await {
        Booked::Taken { why, alternatives } => (why, alternatives.len()),
        other => panic!("{other:?}"),
    };
    assert_eq!(refused("night", "2026-12-01T03:00:00Z").await, (Unavailable::Closed, 3));
    assert_eq!(refused("past", "2026-11-20T15:00:00Z").await, (Unavailable::Closed, 3));
    assert_eq!(refused("far", "2028-11-20T15:00:00Z").await, (Unavailable::Closed, 0));
    office.clock.set(at("2026-12-01T13:30:00Z"));
    assert_eq!(refused("soon", TUESDAY).await, (Unavailable::Closed, 3));
    for (key, hour) in [("a", "16"), ("b", "17")] {
        office.confirmed(&wish(key, &format!("2026-12-01T{hour}:00:00Z"))).await;
    }
    assert_eq!(refused("c", "2026-12-01T19:00:00Z").await, (Unavailable::Full, 3));
    let moved = office.reschedule("b", &Reschedule::to(at("2026-12-01T19:00:00Z"))).await;
    assert!(matches!(moved, Booked::Confirmed(_)), "it counts once");
    let endless = office.desk.reservations().book(&office.tenant, &wish("d", TUESDAY).lasting(TimeDelta::zero())).await;
    assert!(endless.unwrap_err().is_permanent());
}

#[tokio::test]
async fn several_resources_are_taken_at_once_or_not_at_all() {
    let mut settings = clinic();
    let resource = |id: &str| ResourceSettings::new(id.parse().unwrap());
    settings.booking.resources = vec![
        resource("anna").with_hours("mon-fri 09:00-12:00".parse().unwrap()),
        resource("ben"),
        resource("room").with_capacity(2),
    ];
    let office = Office::new(settings);
    let with = |key: &str, all: &[&str]| wish(key, TUESDAY).with(all.iter().map(|id| id.parse().unwrap()));
    office.confirmed(&with("1", &["anna", "room"])).await;
    assert!(matches!(office.book(&with("2", &["anna", "room"])).await, Booked::Taken { .. }));
    let either = with("3", &["anna", "room"]).with(["ben", "room"].map(|id| id.parse().unwrap()));
    let seats = office.confirmed(&either).await.hold.unwrap().seats;
    assert_eq!(seats.iter().map(|seat| seat.resource.as_str()).collect::<Vec<_>>(), ["ben", "room"]);
    let Booked::Taken { alternatives, .. } = office.book(&with("4", &["room"])).await else { panic!("it is full") };
    assert_eq!(alternatives.len(), 3);
    let unknown = office.desk.reservations().book(&office.tenant, &with("5", &["garden"])).await.unwrap_err();
    assert_eq!(unknown.reason(), Some("unknown_resource"));
    // Anna is there in the morning only.
    let late = BookingRequest::new("6".parse().unwrap(), at("2026-12-01T18:00:00Z"), anna());
    let Booked::Taken { why, .. } = office.book(&late.with(["anna".parse().unwrap()])).await else { panic!("closed") };
    assert_eq!(why, Unavailable::Closed);
    // Nothing certain is asked for: whoever comes first, or whoever has the fewest.
    let any = |key: &str| wish(key, "2026-12-02T15:00:00Z");
    let got = |booking: Booking| booking.hold.unwrap().seats[0].resource.to_string();
    assert_eq!(got(office.confirmed(&any("7")).await), "anna");
    let mut settings = Tenant::clone(&Tenants::tenant(&office.store, &office.tenant).await.unwrap().unwrap());
    settings.booking.resources.pop();
    settings.booking.fair = true;
    put_tenant(&office.store, settings).await.unwrap();
    assert_eq!(got(office.confirmed(&wish("8", "2026-12-03T15:00:00Z")).await), "ben");
}

#[tokio::test]
async fn it_moves_also_by_less_than_its_length() {
    let office = Office::new(clinic());
    office.confirmed(&wish("anna-1", TUESDAY).lasting(TimeDelta::minutes(60))).await;
    office.confirmed(&wish("ben-1", "2026-12-01T17:00:00Z")).await;
    assert_eq!(office.texts().await.len(), 2);
    let later = Reschedule::to(at("2026-12-01T15:30:00Z"));
    let moved = office.reschedule("anna-1", &later).await.confirmed().unwrap();
    assert_eq!(moved.interval(), Some(minutes(TUESDAY, 30, 90)), "as long as before");
    assert_eq!(office.reschedule("anna-1", &later).await.confirmed().map(|same| same.fence), Some(moved.fence));
    let texts = office.texts().await;
    assert!(
        texts[2]
            .starts_with("Riverside Clinic: your check-up has changed. It is now on Tuesday, December 1 at 10:30 AM.")
    );
    assert_eq!(texts.len(), 3, "told once");
    let told: Vec<String> = office.google.invitations().into_iter().map(|(.., what)| what).collect();
    assert_eq!(told.last().map(String::as_str), Some("updated"), "{told:?}");
    // Where somebody else is, it cannot go, and stays.
    let Booked::Taken { why, alternatives } =
        office.reschedule("anna-1", &Reschedule::to(at("2026-12-01T16:30:00Z"))).await
    else {
        panic!("Ben is there")
    };
    assert_eq!((why, alternatives.len()), (Unavailable::Taken, 3));
    assert_eq!(office.read("anna-1").await.interval(), Some(minutes(TUESDAY, 30, 90)));
    office.confirmed(&wish("carl-1", TUESDAY)).await;
    // Nor where a person has put something.
    office.google.enter("primary", "Lunch", minutes("2026-12-01T19:00:00Z", 0, 60));
    let lunch = office.reschedule("anna-1", &Reschedule::to(at("2026-12-01T19:30:00Z"))).await;
    assert!(matches!(lunch, Booked::Taken { .. }));
    let stays = office.read("anna-1").await;
    assert_eq!((stays.state, stays.next), (BookingState::Confirmed, None));
    // What is no more cannot move.
    let cannot = async |id: &str| {
        let to = Reschedule::to(at("2026-12-01T20:00:00Z"));
        office.desk.reservations().reschedule(&office.tenant, &id.parse().unwrap(), &to).await.unwrap_err()
    };
    assert!(cannot("nobody").await.is_not_found());
    office.desk.reservations().cancel(&office.tenant, &"carl-1".parse().unwrap()).await.unwrap();
    assert_eq!(cannot("carl-1").await.reason(), Some("cancelled"));
}

#[tokio::test]
async fn what_is_cancelled_is_gone_and_everybody_knows() {
    let office = Office::new(clinic());
    office.confirmed(&wish("anna-1", TUESDAY)).await;
    office.texts().await;
    let cancel = async || office.desk.reservations().cancel(&office.tenant, &"anna-1".parse().unwrap()).await.unwrap();
    assert_eq!(cancel().await.state, BookingState::Cancelled);
    assert_eq!(cancel().await.state, BookingState::Cancelled);
    assert!(office.google.events("primary").is_empty());
    assert_eq!(office.google.invitations().last().unwrap().2, "cancelled");
    let texts = office.texts().await;
    assert_eq!(texts[1], "Riverside Clinic: your check-up on Tuesday, December 1 at 10:00 AM has been cancelled.");
    office.clock.set(at("2026-11-30T15:00:30Z"));
    assert_eq!(office.texts().await.len(), 2, "nobody is reminded");
    office.confirmed(&wish("ben-1", TUESDAY)).await;
}

#[tokio::test]
async fn who_calls_is_told_what_they_have() {
    let office = Office::new(clinic());
    office.confirmed(&wish("anna-1", TUESDAY)).await;
    office.confirmed(&wish("anna-2", "2026-12-03T15:00:00Z")).await;
    let ben = Person::new("Ben").with_phone("+14155552672");
    office.confirmed(&BookingRequest::new("ben-1".parse().unwrap(), at("2026-12-02T15:00:00Z"), ben)).await;
    office.desk.reservations().offer(&office.tenant, &wish("anna-3", "2026-12-04T15:00:00Z")).await.unwrap();
    let mine = async |phone: &str| {
        let found = office.desk.reservations().upcoming(&office.tenant, &Upcoming::of(phone)).await.unwrap();
        found.into_iter().map(|booking| booking.id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(mine("+1 (415) 555-2671").await, ["anna-1", "anna-2"]);
    office.clock.set(at("2026-12-01T15:30:00Z"));
    assert_eq!(mine("+14155552671").await, ["anna-2"], "what is over is not");
    let elsewhere = office.desk.reservations().upcoming(&"other".parse().unwrap(), &Upcoming::of("+14155552671")).await;
    assert_eq!(elsewhere.unwrap(), []);
}

#[tokio::test]
async fn a_person_who_is_faster_is_never_booked_over() {
    let office = Office::new(clinic());
    office.google.enter("primary", "Lunch", minutes(TUESDAY, 10, 20));
    assert!(matches!(office.book(&wish("anna-1", TUESDAY)).await, Booked::Taken { .. }));
    assert_eq!(office.google.events("primary").len(), 1);
    // What was remembered of the calendar is not offered again.
    let Booked::Taken { alternatives, .. } = office.book(&wish("anna-2", TUESDAY)).await else { panic!("it is lunch") };
    assert!(alternatives.iter().all(|offer| !Interval::from(offer.slot).overlaps(&minutes(TUESDAY, 10, 20))));
    assert!(office.texts().await.is_empty() && office.google.invitations().is_empty());
}

#[tokio::test]
async fn what_a_person_does_afterwards_is_found() {
    let office = Office::new(clinic());
    let found = async |key: &str, start: &str, edit: &dyn Fn(EventId)| {
        let booking = office.confirmed(&wish(key, start)).await;
        edit(booking.event.unwrap().parse().unwrap());
        office.texts().await;
        office.read(key).await.conflict
    };
    let google = &office.google;
    assert_eq!(found("fine", TUESDAY, &|_| {}).await, None);
    let deleted = found("deleted", "2026-12-02T15:00:00Z", &|event| google.remove("primary", &event)).await;
    assert_eq!(deleted, Some(Conflict::Deleted));
    let side = |text: &str| json!({ "dateTime": text });
    let times = json!({ "start": side("2026-12-03T20:00:00Z"), "end": side("2026-12-03T20:30:00Z") });
    let moved = found("moved", "2026-12-03T15:00:00Z", &|event| {
        google.enter_json("primary", Some(&event), times.clone());
    })
    .await;
    assert_eq!(moved, Some(Conflict::Moved));
    let overlapped = found("overlapped", "2026-12-04T15:00:00Z", &|_| {
        google.enter("primary", "By hand", minutes("2026-12-04T15:00:00Z", 0, 30));
    })
    .await;
    assert_eq!(overlapped, Some(Conflict::Overlapped));
}

#[tokio::test]
async fn where_the_calendar_cannot_be_reached_nothing_is_booked() {
    let office = Office::new(clinic());
    office.google.inject(std::iter::repeat_n(Fault::ServerError, 40));
    let error = office.desk.reservations().book(&office.tenant, &wish("anna-1", TUESDAY)).await.unwrap_err();
    assert!(error.is_retryable(), "{error:?}");
    assert_eq!(office.read("anna-1").await.state, BookingState::Released);
    let slow = Office::new(clinic());
    slow.google.set_latency(Duration::from_secs(30));
    let error = slow.desk.reservations().book(&slow.tenant, &wish("anna-1", TUESDAY)).await.unwrap_err();
    assert!(error.is_retryable(), "{error:?}");
    slow.google.set_latency(Duration::ZERO);
    slow.texts().await;
    assert!(slow.google.events("primary").is_empty());
    assert_eq!(slow.confirmed(&wish("anna-1", TUESDAY)).await.state, BookingState::Confirmed, "the same key again");
    assert_eq!(slow.texts().await.len(), 1);
    // Once it may be there, it is taken out before anybody else gets the time.
    let lost = Office::new(clinic());
    lost.google.inject_at(1, Fault::LostAnswer);
    lost.google.inject(std::iter::repeat_n(Fault::ServerError, 14));
    let error = lost.desk.reservations().book(&lost.tenant, &wish("anna-1", TUESDAY)).await.unwrap_err();
    assert!(error.is_retryable(), "{error:?}");
    assert_eq!(lost.google.events("primary").len(), 1, "it is there");
    assert!(matches!(lost.read("anna-1").await.state, BookingState::Releasing));
    for _ in 0..60 {
        lost.texts().await;
        lost.clock.advance(Duration::from_secs(60));
    }
    assert_eq!(lost.read("anna-1").await.state, BookingState::Released);
    assert!(lost.google.events("primary").is_empty() && lost.google.invitations().is_empty());
    // A cancellation is written down, and carried out later.
    let office = Office::new(clinic());
    office.confirmed(&wish("anna-1", TUESDAY)).await;
    office.texts().await;
    office.google.inject(std::iter::repeat_n(Fault::ServerError, 12));
    let cancelling = office.desk.reservations().cancel(&office.tenant, &"anna-1".parse().unwrap()).await.unwrap();
    assert_eq!(cancelling.state, BookingState::Cancelling);
    for _ in 0..60 {
        office.texts().await;
        office.clock.advance(Duration::from_secs(60));
    }
    assert_eq!(office.read("anna-1").await.state, BookingState::Cancelled);
    assert!(office.google.events("primary").is_empty());
    assert_eq!(office.texts().await.len(), 2);
}

#[tokio::test]
async fn guests_are_invited_in_one_step_or_two_or_later() {
    for (invite, requests) in [(Invite::Afterwards, 4), (Invite::AtOnce, 3), (Invite::Never, 3)] {
        let mut settings = clinic();
        settings.booking.invite = invite;
        // Each request in turn meets the day's limit of invitations.
        for request in 0..=requests {
            let office = Office::new(settings.clone());
            if request < requests {
                office.google.inject_at(request, Fault::Quota);
            }
            let booked = office.desk.reservations().book(&office.tenant, &wish("anna-1", TUESDAY)).await;
            let Ok(booked) = booked else {
                assert!(request < requests, "nothing went wrong");
                // Looking is not to be limited: nothing is booked.
                office.texts().await;
                assert!(office.google.events("primary").is_empty(), "{invite:?} {request}");
                continue;
            };
            assert!(booked.confirmed().is_some());
            office.texts().await;
            office.clock.advance(Duration::from_secs(120));
            office.texts().await;
            let guests = office.only_event().attendees.map_or(0, |guests| guests.len());
            assert_eq!(guests, usize::from(invite != Invite::Never), "{invite:?} {request}");
            assert_eq!(office.google.invitations().len(), guests, "{invite:?} {request}");
            assert!(!office.read("anna-1").await.uninvited);
            assert_eq!(office.texts().await.len(), 1, "text trouble or not");
        }
    }
}

#[tokio::test]
async fn without_a_calendar_the_store_is_the_diary() {
    let clock = ManualClock::at(at("2026-11-21T14:00:00Z")).auto_advancing();
    let store = MemoryStore::new(Arc::new(clock.clone())).with_tenant(clinic());
    let desk = Desk::builder()
        .public_url("https://desk.example".parse().unwrap())
        .auth_token("0123456789abcdef0123456789abcdef")
        .store(store.clone())
        .clock(Arc::new(clock))
        .build()
        .unwrap();
    let tenant = TenantId::new("clinic").unwrap();
    let booked = desk.reservations().book(&tenant, &wish("anna-1", TUESDAY)).await.unwrap().confirmed().unwrap();
    assert_eq!((booked.event, booked.state), (None, BookingState::Confirmed));
    let taken = desk.reservations().book(&tenant, &wish("ben-1", TUESDAY)).await.unwrap();
    assert!(matches!(taken, Booked::Taken { ref alternatives, .. } if alternatives.len() == 3));
    let to = Reschedule::to(at("2026-12-01T15:30:00Z"));
    assert!(desk.reservations().reschedule(&tenant, &booked.id, &to).await.unwrap().confirmed().is_some());
    assert_eq!(desk.reservations().cancel(&tenant, &booked.id).await.unwrap().state, BookingState::Cancelled);
    let nobody = desk.reservations().book(&"nobody".parse().unwrap(), &wish("x", TUESDAY)).await.unwrap_err();
    assert!(nobody.is_not_found());
}

#[tokio::test]
async fn the_api_books_moves_and_cancels() {
    let office = Office::new(clinic());
    let anna = json!({ "name": "Anna", "phone": "+14155552671", "email": "anna@example.org" });
    let new = json!({ "id": "anna-1", "start": TUESDAY, "customer": anna, "title": "check-up" });
    let (status, held) = office.api("POST", "/bookings/holds", Some(new.clone())).await;
    assert_eq!((status, &held["state"]), (201, &json!("held")), "{held}");
    let (status, booked) = office.api("POST", "/bookings", Some(new.clone())).await;
    assert_eq!((status, &booked["state"], &booked["start"]), (201, &json!("confirmed"), &json!(TUESDAY)), "{booked}");
    assert_eq!(office.api("POST", "/bookings", Some(new.clone())).await, (201, booked.clone()), "the same answer");
    let mut other = new.clone();
    other["title"] = json!("root canal");
    let (status, problem) = office.api("POST", "/bookings", Some(other.clone())).await;
    assert_eq!((status, &problem["reason"]), (409, &json!("key_reused")), "{problem}");
    other["id"] = json!("ben-1");
    let (status, problem) = office.api("POST", "/bookings", Some(other)).await;
    assert_eq!((status, &problem["reason"]), (409, &json!("taken")));
    assert_eq!(problem["alternatives"].as_array().unwrap().len(), 3);
    assert_eq!(problem["alternatives"][0]["why"], "nearest");
    assert_eq!(office.api("GET", "/bookings/anna-1", None).await, (200, booked));
    assert_eq!(office.api("GET", "/bookings/nobody", None).await.0, 404);
    let (_, list) = office.api("GET", "/bookings?with=%2B14155552671", None).await;
    assert_eq!((list["items"].as_array().unwrap().len(), &list["more"]), (1, &json!(false)));
    let later = json!({ "start": "2026-12-01T15:30:00Z" });
    let (status, moved) = office.api("PATCH", "/bookings/anna-1", Some(later)).await;
    assert_eq!((status, &moved["end"]), (200, &json!("2026-12-01T16:00:00Z")));
    let day = "from=2026-12-01T05:00:00Z&until=2026-12-02T05:00:00Z";
    let (_, free) = office.api("GET", &format!("/availability?{day}"), None).await;
    assert_eq!(free["slots"].as_array().unwrap().len(), 15, "all day but one");
    let (_, long) = office.api("GET", &format!("/availability?{day}&minutes=120&limit=2"), None).await;
    assert_eq!((long["slots"][0]["start"].as_str(), &long["more"]), (Some("2026-12-01T16:00:00Z"), &json!(true)));
    let (status, cancelled) = office.api("DELETE", "/bookings/anna-1", None).await;
    assert_eq!((status, &cancelled["state"], &cancelled["start"]), (200, &json!("cancelled"), &Value::Null));
    assert_eq!(office.api("DELETE", "/bookings/nobody", None).await.0, 404);
    let (status, problem) = office.api("PATCH", "/bookings/anna-1", Some(json!({ "start": TUESDAY }))).await;
    assert_eq!((status, &problem["reason"]), (409, &json!("cancelled")));
    for (field, body) in [
        ("customer.email", json!({ "start": TUESDAY, "customer": { "email": "nobody" } })),
        ("minutes", json!({ "start": TUESDAY, "minutes": 0, "customer": {} })),
        ("resources", json!({ "start": TUESDAY, "resources": [["garden"]], "customer": {} })),
        ("start", json!({ "start": "tomorrow", "customer": {} })),
    ] {
        let (status, problem) = office.api("POST", "/bookings", Some(body)).await;
        assert_eq!((status, &problem["field"]), (422, &json!(field)), "{problem}");
    }
    office.google.inject(std::iter::repeat_n(Fault::ServerError, 40));
    let new = json!({ "start": "2026-12-03T15:00:00Z", "customer": {} });
    let (status, problem) = office.api("POST", "/bookings", Some(new)).await;
    assert_eq!((status, &problem["reason"]), (503, &json!("unavailable")), "{problem}");
}

#[tokio::test]
async fn the_header_is_a_key_as_well() {
    let office = Office::new(clinic());
    let post = async |key: &str, body: Value| {
        let request = http::Request::post("https://desk.example/api/bookings")
            .header("content-type", "application/json")
            .header("idempotency-key", key);
        let answer = office.desk.handle(request.body(body.to_string().into()).unwrap()).await;
        let body: Value = serde_json::from_slice(answer.body()).unwrap();
        (answer.status().as_u16(), body)
    };
    let new = json!({ "start": TUESDAY, "customer": { "name": "Anna" } });
    let (status, booked) = post("\"key-1\"", new.clone()).await;
    assert_eq!((status, &booked["id"]), (201, &json!("key-1")));
    assert_eq!(post("key-1", new.clone()).await, (201, booked));
    assert_eq!(post("no key", new.clone()).await.1["field"], "Idempotency-Key");
    let mut named = new;
    named["id"] = json!("another");
    assert_eq!(post("key-1", named).await.1["field"], "id");
    assert_eq!(office.google.events("primary").len(), 1);
}

#[tokio::test]
async fn what_was_booked_before_the_settings_changed_stays_in_the_way() {
    let office = Office::new(clinic());
    office.confirmed(&wish("anna-1", TUESDAY)).await;
    let mut settings = Tenant::clone(&Tenants::tenant(&office.store, &office.tenant).await.unwrap().unwrap());
    settings.booking.resources = vec![ResourceSettings::new("carla".parse().unwrap())];
    put_tenant(&office.store, settings).await.unwrap();
    assert!(matches!(office.book(&wish("ben-1", TUESDAY)).await, Booked::Taken { .. }));
    let Booked::Taken { alternatives, .. } = office.book(&wish("ben-2", TUESDAY)).await else { panic!("it is Anna's") };
    assert!(alternatives.iter().all(|offer| offer.slot.start() != at(TUESDAY)));
    // It can still move, to what there is now.
    let moved = office.reschedule("anna-1", &Reschedule::to(at("2026-12-01T16:00:00Z"))).await.confirmed().unwrap();
    assert_eq!(moved.hold.unwrap().seats[0].resource.as_str(), "carla");
    office.confirmed(&wish("ben-3", TUESDAY)).await;
}

#[tokio::test]
async fn a_calendar_that_is_gone_keeps_nobody_waiting_for_ever() {
    let office = Office::new(clinic());
    let booking = office.confirmed(&wish("anna-1", TUESDAY)).await;
    office.texts().await;
    office.google.remove("primary", &booking.event.unwrap().parse().unwrap());
    // Google refuses for good whatever is entered.
    office.google.inject(std::iter::repeat_n(Fault::Forbidden, 200));
    office.desk.reservations().cancel(&office.tenant, &"anna-1".parse().unwrap()).await.unwrap();
    assert_eq!(office.read("anna-1").await.state, BookingState::Cancelling);
    for _ in 0..60 {
        office.texts().await;
        office.clock.advance(Duration::from_secs(60));
    }
    assert_eq!(office.read("anna-1").await.state, BookingState::Cancelled);
    assert!(office.texts().await[1].contains("has been cancelled"));
}

#[tokio::test]
async fn a_move_that_is_taken_up_looks_again() {
    let office = Office::new(clinic());
    office.confirmed(&wish("anna-1", TUESDAY)).await;
    office.texts().await;
    // A process has begun to move it, and died.
    let later = ("2026-12-01T18:00:00Z", minutes("2026-12-01T18:00:00Z", 0, 30));
    let desk = Resource::new("desk".parse().unwrap());
    let lease = Duration::from_secs(60);
    let hold = HoldRequest::new("anna-1".parse().unwrap(), later.1.start(), later.1.end(), [desk], lease).to_move();
    let Held::Held(held) = office.store.hold(&office.tenant, &hold).await.unwrap() else { panic!("it was free") };
    let moving = Unit::new().save_booking(held.shift(office.clock.now()).unwrap());
    assert_eq!(office.store.commit(&office.tenant, moving).await.unwrap(), Commit::Applied);
    office.google.enter("primary", "Lunch", later.1);
    let texts = office.texts().await.len();
    let stays = office.read("anna-1").await;
    assert_eq!((stays.state, stays.interval()), (BookingState::Confirmed, Some(minutes(TUESDAY, 0, 30))));
    assert_eq!((stays.next, stays.conflict, texts), (None, None, 1));
    let times: Vec<_> =
        office.google.events("primary").iter().map(|event| event.start.clone().unwrap().date_time).collect();
    assert!(times.contains(&Some(at(TUESDAY).into())), "{times:?}");
}

#[tokio::test]
async fn what_is_entered_late_in_the_place_of_a_deleted_event_is_not_left_behind() {
    let office = Office::new(clinic());
    let booking = office.confirmed(&wish("anna-1", TUESDAY)).await;
    office.texts().await;
    office.google.remove("primary", &booking.event.unwrap().parse().unwrap());
    // The event is looked for, and entered anew: that answer is lost, and nothing works for a while.
    office.google.inject_at(2, Fault::LostAnswer);
    office.google.inject(std::iter::repeat_n(Fault::ServerError, 14));
    let to = Reschedule::to(at("2026-12-01T18:00:00Z"));
    let error =
        office.desk.reservations().reschedule(&office.tenant, &"anna-1".parse().unwrap(), &to).await.unwrap_err();
    assert!(error.is_retryable(), "{error:?}");
    assert_eq!(office.google.events("primary").len(), 1, "it is there");
    for _ in 0..60 {
        office.texts().await;
        office.clock.advance(Duration::from_secs(60));
    }
    let stays = office.read("anna-1").await;
    assert_eq!((stays.state, stays.interval()), (BookingState::Confirmed, Some(minutes(TUESDAY, 0, 30))));
    let there: Vec<_> =
        office.google.events("primary").iter().map(|event| event.start.clone().unwrap().date_time).collect();
    assert!(!there.contains(&Some(at("2026-12-01T18:00:00Z").into())), "{there:?}");
    office.confirmed(&wish("ben-1", "2026-12-01T18:00:00Z")).await;
}

/// Keeps the first event that is entered from arriving, and everything after it, until told otherwise.
#[derive(Debug)]
struct Delayed {
    inner: Arc<dyn Transport>,
    kept: Mutex<Option<http::Request<Bytes>>>,
    down: AtomicBool,
}

#[async_trait]
impl Transport for Delayed {
    async fn call(&self, request: http::Request<Bytes>) -> Result<http::Response<Body>, Failure> {
        let enters = request.method() == http::Method::POST;
        if enters && self.kept.lock().unwrap().is_none() {
            *self.kept.lock().unwrap() = Some(request);
            self.down.store(true, Ordering::SeqCst);
            return Err(Failure::outcome_unknown("no answer"));
        }
        if self.down.load(Ordering::SeqCst) {
            return Err(Failure::outcome_unknown("no answer"));
        }
        self.inner.call(request).await
    }
}

impl Delayed {
    /// Another desk of the same business, whose way to Google this is.
    fn desk(office: &Office) -> (Arc<Self>, Desk) {
        let delayed = Arc::new(Self { inner: office.google.transport(), kept: Mutex::default(), down: false.into() });
        let token = Arc::new(office.google.token("https://www.googleapis.com/auth/calendar"));
        let client = frontdesk::google::Client::new(token, delayed.clone(), Arc::new(office.clock.clone()));
        let calendar = GoogleCalendar::new(client.with_base_url(&office.google.base_url()), CalendarId::primary());
        let desk = Desk::builder()
            .public_url("https://desk.example".parse().unwrap())
            .auth_token("0123456789abcdef0123456789abcdef")
            .store(office.store.clone())
            .calendars(Diaries::new().with(office.tenant.clone(), calendar))
            .clock(Arc::new(office.clock.clone()))
            .build()
            .unwrap();
        (delayed, desk)
    }

    /// Everything works again, and the workers have some time; then what was kept arrives.
    async fn arrives(&self, office: &Office, desk: &Desk) -> http::StatusCode {
        self.down.store(false, Ordering::SeqCst);
        for _ in 0..20 {
            desk.run_until_idle().await.unwrap();
            office.clock.advance(Duration::from_secs(60));
        }
        let late = self.kept.lock().unwrap().take().unwrap();
        office.google.transport().call(late).await.unwrap().status()
    }
}

#[tokio::test]
async fn what_arrives_after_it_was_given_up_finds_its_name_used_up() {
    let office = Office::new(clinic());
    let (delayed, desk) = Delayed::desk(&office);
    let error = desk.reservations().book(&office.tenant, &wish("anna-1", TUESDAY)).await.unwrap_err();
    assert!(error.is_retryable(), "{error:?}");
    assert_eq!(office.read("anna-1").await.state, BookingState::Releasing);
    assert!(office.google.events("primary").is_empty(), "it has not arrived");
    assert_eq!(delayed.arrives(&office, &desk).await, 409);
    assert_eq!(office.read("anna-1").await.state, BookingState::Released);
    assert!(office.google.events("primary").is_empty());
}

#[tokio::test]
async fn what_arrives_after_a_move_was_given_back_finds_its_name_used_up() {
    let office = Office::new(clinic());
    let booking = office.confirmed(&wish("anna-1", TUESDAY)).await;
    office.texts().await;
    office.google.remove("primary", &booking.event.unwrap().parse().unwrap());
    let (delayed, desk) = Delayed::desk(&office);
    let to = Reschedule::to(at("2026-12-01T18:00:00Z"));
    let error = desk.reservations().reschedule(&office.tenant, &booking.id, &to).await.unwrap_err();
    assert!(error.is_retryable(), "{error:?}");
    assert_eq!(office.read("anna-1").await.state, BookingState::Returning);
    assert_eq!(delayed.arrives(&office, &desk).await, 409);
    let stays = office.read("anna-1").await;
    assert_eq!((stays.state, stays.interval()), (BookingState::Confirmed, Some(minutes(TUESDAY, 0, 30))));
    assert_eq!(stays.conflict, Some(Conflict::Deleted), "a person has deleted it");
    assert!(office.google.events("primary").is_empty());
}
