//! People are told of appointments: once, in their own words and zone, until it is over.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use frontdesk::clock::{Clock, ManualClock};
use frontdesk::id::TenantId;
use frontdesk::message::{DeliveryStatus, MessageKind, MessageQuery, MessageRecord, Messages};
use frontdesk::notification::{
    Appointment, Channel, Email, EmailSender, Notification, NotificationKind, NotificationQuery, NotificationStatus,
    Notifications, Person, Ran, Step, Workflow, WorkflowEvent,
};
use frontdesk::sim::Twilio;
use frontdesk::sim::twilio::Fault;
use frontdesk::store::{MemoryStore, Store, Unit};
use frontdesk::tenant::Tenant;
use frontdesk::{Desk, Error};

use crate::world::{BUSINESS, CALLER};

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Mails that were sent, and how the next attempts end.
#[derive(Debug, Clone, Default)]
struct Mailbox {
    sent: Arc<Mutex<Vec<Email>>>,
    next: Arc<Mutex<Vec<Error>>>,
}

#[async_trait]
impl EmailSender for Mailbox {
    async fn send(&self, email: &Email) -> Result<(), Error> {
        if let Some(error) = self.next.lock().unwrap().pop() {
            return Err(error);
        }
        self.sent.lock().unwrap().push(email.clone());
        Ok(())
    }
}

/// A workflow engine that follows a script.
#[derive(Debug, Clone, Default)]
struct Script {
    asked: Arc<Mutex<Vec<(WorkflowEvent, bool)>>>,
    answers: Arc<Mutex<Vec<Result<Ran, Error>>>>,
    /// Sends what it is asked for through this store, as a flow would through the API, before it answers.
    sends: Option<MemoryStore>,
}

#[async_trait]
impl Workflow for Script {
    async fn run(&self, event: &WorkflowEvent, again: bool) -> Result<Ran, Error> {
        self.asked.lock().unwrap().push((event.clone(), again));
        if let Some(store) = &self.sends {
            let id = event.event_id.as_str().parse().unwrap();
            let (from, to) = (BUSINESS.into(), event.to.as_str().into());
            let at = time("2026-06-01T14:00:00Z");
            let kind = MessageKind::Direct;
            let text = MessageRecord::outbound(event.tenant.clone(), id, kind, from, to, event.body.clone(), at);
            store.commit(&event.tenant, Unit::new().enqueue(text)).await.unwrap();
        }
        self.answers.lock().unwrap().pop().unwrap_or_else(|| Ok(Ran::default()))
    }
}

struct Office {
    desk: Desk,
    clock: ManualClock,
    store: MemoryStore,
    twilio: Twilio,
    mail: Mailbox,
}

impl Office {
    fn new(change: impl FnOnce(&mut Tenant)) -> Self {
        Self::with(change, None)
    }

    fn with(change: impl FnOnce(&mut Tenant), workflow: Option<&mut Script>) -> Self {
        let clock = ManualClock::at(time("2026-06-01T14:00:00Z")).auto_advancing();
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let twilio = Twilio::builder().clock(shared.clone()).in_process().unwrap();
        let mut clinic = Tenant::new(tenant()).with_name("Clinic").with_number(BUSINESS.parse().unwrap());
        clinic.zone = chrono_tz::America::New_York;
        change(&mut clinic);
        twilio.own_number(BUSINESS.parse().unwrap());
        let store = MemoryStore::new(shared.clone()).with_tenant(clinic);
        let mail = Mailbox::default();
        let mut builder = Desk::builder()
            .public_url("https://example.com".parse().unwrap())
            .auth_token(twilio.auth_token())
            .twilio(twilio.client().unwrap())
            .store(store.clone())
            .email(mail.clone())
            .clock(shared);
        if let Some(workflow) = workflow {
            if workflow.sends.is_some() {
                workflow.sends = Some(store.clone());
            }
            builder = builder.workflow(workflow.clone());
        }
        Self { desk: builder.build().unwrap(), clock, store, twilio, mail }
    }

    async fn set(&self, appointment: Appointment) -> Vec<Notification> {
        self.desk.notifier().set(&tenant(), appointment).await.unwrap()
    }

    async fn run(&self) {
        self.desk.run_until_idle().await.unwrap();
    }

    /// The words of the texts that went out, in the order in which they did.
    fn sent(&self) -> Vec<String> {
        self.twilio.texts().into_iter().map(|message| message.body).collect()
    }

    async fn all(&self) -> Vec<Notification> {
        let mut all = self.desk.notifier().notifications(&tenant(), &NotificationQuery::default()).await.unwrap();
        all.sort_by_key(|one| (one.revision, one.not_before, one.kind));
        all
    }

    async fn statuses(&self) -> Vec<(NotificationKind, NotificationStatus)> {
        self.all().await.into_iter().map(|one| (one.kind, one.status)).collect()
    }

    async fn texts(&self) -> Vec<MessageRecord> {
        self.store.messages(&tenant(), &MessageQuery::default()).await.unwrap()
    }

    async fn until(&self, when: &str) {
        let ahead = (time(when) - self.clock.now()).to_std().unwrap();
        self.clock.advance(ahead);
        self.run().await;
    }
}

fn tenant() -> TenantId {
    "clinic".parse().unwrap()
}

fn visit(start: &str) -> Appointment {
    let anna = Person::new("Anna").with_phone(CALLER);
    Appointment::new("visit".parse().unwrap(), time(start), time(start) + TimeDelta::minutes(30), anna)
}

use NotificationKind::{Cancellation, Change, Confirmation, Reminder};
use NotificationStatus::{Delivered, Failed, Queued, Sent, Withdrawn};

#[tokio::test]
async fn a_moved_appointment_takes_its_reminders_along() {
    let office = Office::new(|_| {});
    office.set(visit("2026-06-04T19:00:00Z")).await;
    office.run().await;
    assert_eq!(office.sent(), ["Clinic: your appointment is confirmed: on Thursday, June 4 at 3:00 PM."]);
    office.until("2026-06-02T14:00:00Z").await;
    office.set(visit("2026-06-05T19:00:00Z")).await;
    office.run().await;
    assert_eq!(
        office.sent().last().unwrap(),
        "Clinic: your appointment has changed. It is now on Friday, June 5 at 3:00 PM."
    );
    // At the time of the old reminders nobody is reminded.
    office.until("2026-06-04T18:59:00Z").await;
    assert_eq!(office.sent().len(), 2);
    office.until("2026-06-04T19:00:00Z").await;
    assert_eq!(office.sent().last().unwrap(), "Clinic: a reminder of your appointment tomorrow at 3:00 PM.");
    office.until("2026-06-05T17:00:00Z").await;
    assert_eq!(office.sent().last().unwrap(), "Clinic: a reminder of your appointment today at 3:00 PM.");
    office.until("2026-06-09T00:00:00Z").await;
    assert_eq!(office.sent().len(), 4);
    assert_eq!(
        office.statuses().await,
        [
            (Confirmation, Sent),
            (Reminder, Withdrawn),
            (Reminder, Withdrawn),
            (Change, Sent),
            (Reminder, Sent),
            (Reminder, Sent)
        ]
    );
}

#[tokio::test]
async fn a_cancelled_appointment_takes_its_reminders_with_it() {
    let office = Office::new(|_| {});
    office.set(visit("2026-06-04T19:00:00Z")).await;
    office.run().await;
    office.desk.notifier().cancel(&tenant(), &"visit".parse().unwrap(), None).await.unwrap();
    assert_eq!(office.statuses().await[1..3], [(Reminder, Withdrawn), (Reminder, Withdrawn)], "at once");
    office.run().await;
    office.until("2026-06-09T00:00:00Z").await;
    assert_eq!(office.sent().len(), 2, "{:?}", office.sent());
    assert_eq!(office.sent()[1], "Clinic: your appointment on Thursday, June 4 at 3:00 PM has been cancelled.");
    let kinds = [(Confirmation, Sent), (Reminder, Withdrawn), (Reminder, Withdrawn), (Cancellation, Sent)];
    assert_eq!(office.statuses().await, kinds);
    let unknown = office.desk.notifier().cancel(&tenant(), &"other".parse().unwrap(), None).await;
    assert!(unknown.unwrap_err().is_not_found());
}

#[tokio::test]
async fn a_text_that_waits_in_the_outbox_is_withdrawn_with_its_appointment() {
    let office = Office::new(|_| {});
    let busy = || Fault::TooManyRequests { retry_after: Some(900) };
    office.twilio.inject([busy(), busy(), busy(), busy(), busy(), busy()]);
    office.set(visit("2026-06-04T19:00:00Z")).await;
    office.run().await;
    let text = office.texts().await.remove(0);
    assert_eq!(text.delivery.status, DeliveryStatus::Pending, "it waits for another try");
    let told = office.desk.notifier().cancel(&tenant(), &"visit".parse().unwrap(), None).await.unwrap();
    assert!(told.is_empty(), "who was told nothing is not told that nothing takes place");
    assert_eq!(office.texts().await.remove(0).delivery.status, DeliveryStatus::Canceled, "at once");
    office.until("2026-06-02T14:00:00Z").await;
    assert!(office.sent().is_empty(), "{:?}", office.sent());
    assert_eq!(office.texts().await.remove(0).delivery.status, DeliveryStatus::Canceled);
}

#[tokio::test]
async fn a_notification_stands_where_its_text_does() {
    let office = Office::new(|_| {});
    let told = office.set(visit("2026-06-02T19:00:00Z")).await;
    office.run().await;
    let find = async || office.desk.notifier().notification(&tenant(), &told[0].id).await.unwrap().unwrap();
    let text = office.texts().await.remove(0);
    assert_eq!((find().await.status, find().await.message, find().await.sid), (Sent, Some(text.id.clone()), text.sid));
    let news = |status: &str, code: &str| {
        let sid = text.sid.unwrap();
        let body = format!(
            "MessageSid={sid}&SmsSid={sid}&MessageStatus={status}&From=%2B15551230000&To=%2B14155552671&AccountSid=AC0123456789abcdef0123456789abcdef&ApiVersion=2010-04-01{code}"
        );
        let url = format!("https://example.com/webhooks/twilio/messages/status?tenant=clinic&message={}", text.id);
        let signature =
            frontdesk::twilio::webhook::Signer::new(office.twilio.auth_token()).sign_form(&url, body.as_bytes());
        let request = http::Request::post(url)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-twilio-signature", signature.as_str())
            .body(bytes::Bytes::from(body))
            .unwrap();
        office.desk.handle(request)
    };
    assert_eq!(news("undelivered", "&ErrorCode=30005").await.status(), 204);
    let failed = find().await;
    assert_eq!((failed.status, failed.error_code), (Failed, Some(30_005)));
    assert_eq!(news("delivered", "").await.status(), 204);
    assert_eq!(find().await.status, Delivered);
    assert_eq!(news("sent", "").await.status(), 204);
    assert_eq!(find().await.status, Delivered, "late news change nothing");
}

#[tokio::test]
async fn mail_is_tried_until_a_server_takes_it() {
    let office = Office::new(|_| {});
    let anna =
        Person::new("Anna").with_email("anna@example.com").with_language("de").with_zone(chrono_tz::Europe::Berlin);
    let start = time("2026-06-04T13:00:00Z");
    let visit = Appointment::new("visit".parse().unwrap(), start, start + TimeDelta::minutes(30), anna);
    let told = office.set(visit).await;
    assert!(told.iter().all(|one| one.channel == Channel::Email));
    office.mail.next.lock().unwrap().push(Error::unavailable("the mail server"));
    office.run().await;
    assert_eq!(office.statuses().await[0], (Confirmation, Queued));
    office.clock.advance(Duration::from_secs(30));
    office.run().await;
    assert_eq!(office.statuses().await[0], (Confirmation, Sent));
    let sent = office.mail.sent.lock().unwrap().clone();
    let [mail] = &sent[..] else { panic!("{sent:?}") };
    assert_eq!(mail.subject.as_str(), "Clinic: Termin bestätigt");
    assert_eq!(mail.body.as_str(), "Clinic: Termin bestätigt: am Donnerstag, 4. Juni, um 15:00 Uhr.");
    assert_eq!((mail.id.clone(), mail.to.1.as_str()), (told[0].id.clone(), "anna@example.com"));
    office.mail.next.lock().unwrap().push(Error::refused("no such mailbox"));
    office.until("2026-06-03T13:00:00Z").await;
    let failed = office.all().await.remove(1);
    assert_eq!((failed.kind, failed.status, failed.reason.is_some()), (Reminder, Failed, true));
}

#[tokio::test]
async fn a_workflow_sends_and_what_it_sent_is_followed() {
    let mut script =
        Script { sends: Some(MemoryStore::new(frontdesk::clock::SystemClock::shared())), ..Script::default() };
    let office = Office::with(|_| {}, Some(&mut script));
    let ran = Ran::default();
    script.answers.lock().unwrap().push(Ok(ran));
    let told = office.set(visit("2026-06-04T19:00:00Z")).await;
    office.run().await;
    assert_eq!(office.sent().len(), 1);
    let text = office.texts().await.remove(0);
    assert_eq!((text.id.as_str(), text.notification.as_ref()), (told[0].id.as_str(), Some(&told[0].id)));
    assert_eq!(office.statuses().await[0], (Confirmation, Sent));
    let (event, again) = script.asked.lock().unwrap()[0].clone();
    assert_eq!((event.event_id, event.to.as_str(), again), (told[0].id.clone(), CALLER, false));
}

#[tokio::test]
async fn what_a_workflow_refuses_goes_out_directly_and_never_twice() {
    // The flow has acted, and says that it has not: the name sees to it that there is one text.
    for sends in [true, false] {
        let store = MemoryStore::new(frontdesk::clock::SystemClock::shared());
        let mut script = Script { sends: sends.then_some(store), ..Script::default() };
        let office = Office::with(|_| {}, Some(&mut script));
        script.answers.lock().unwrap().push(Err(Error::refused("the flow failed")));
        office.set(visit("2026-06-04T19:00:00Z")).await;
        office.run().await;
        assert_eq!((office.sent().len(), office.texts().await.len()), (1, 1), "{sends}");
        assert_eq!(office.statuses().await[0], (Confirmation, Sent));
        assert_eq!(office.all().await[0].step, Step::Handed);
    }
}

#[tokio::test]
async fn a_workflow_that_may_still_act_is_asked_again_before_anybody_else_acts() {
    let mut script = Script::default();
    let office = Office::with(|_| {}, Some(&mut script));
    let unknown = || Err(Error::outcome_unknown("the engine did not answer"));
    *script.answers.lock().unwrap() = vec![unknown(), unknown(), unknown()];
    office.set(visit("2026-06-04T19:00:00Z")).await;
    office.run().await;
    assert!(office.sent().is_empty());
    assert_eq!(office.all().await[0].step, Step::Begun);
    office.clock.advance(Duration::from_secs(30));
    office.run().await;
    assert!(office.sent().is_empty());
    office.clock.advance(Duration::from_secs(120));
    office.run().await;
    assert_eq!(office.sent().len(), 1, "it is not lost");
    let again: Vec<_> = script.asked.lock().unwrap().iter().map(|(_, again)| *again).collect();
    assert_eq!(again, [false, true, true]);
}

#[tokio::test]
async fn a_workflow_with_a_sender_of_its_own_is_believed() {
    let mut script = Script::default();
    let office = Office::with(|_| {}, Some(&mut script));
    let mut ran = Ran::default();
    ran.sid = Some("SM0123456789abcdef0123456789abcdef".parse().unwrap());
    (ran.status, ran.execution) = (Some("delivered".into()), Some("exec".into()));
    script.answers.lock().unwrap().push(Ok(ran.clone()));
    office.set(visit("2026-06-04T19:00:00Z")).await;
    office.run().await;
    let told = office.all().await.remove(0);
    assert_eq!((told.status, told.sid, told.execution), (Delivered, ran.sid, ran.execution));
    assert!(office.texts().await.is_empty());
}

#[tokio::test]
async fn many_who_tell_of_an_appointment_at_once_tell_it_once() {
    let office = Office::new(|_| {});
    let tell = |minute: i64| {
        let notifier = office.desk.notifier().clone();
        let start = time("2026-06-04T19:00:00Z") + TimeDelta::minutes(minute);
        let mut visit = visit("2026-06-04T19:00:00Z").with_revision(u64::try_from(minute).unwrap() + 1);
        (visit.start, visit.end) = (start, start + TimeDelta::minutes(30));
        tokio::spawn(async move { notifier.set(&tenant(), visit).await })
    };
    for told in futures_util::future::join_all((0..8).map(tell)).await {
        told.unwrap().unwrap();
    }
    for day in ["2026-06-01T15:00:00Z", "2026-06-03T20:00:00Z", "2026-06-04T18:00:00Z"] {
        office.until(day).await;
    }
    office.until("2026-06-09T00:00:00Z").await;
    let sent = office.sent();
    assert_eq!(sent.len(), 3, "{sent:?}");
    assert!(sent.iter().all(|words| words.contains("3:07 PM")), "the latest holds: {sent:?}");
}

#[tokio::test]
async fn a_text_of_an_appointment_that_changed_since_is_not_sent_whoever_wrote_it() {
    let office = Office::new(|_| {});
    let told = office.set(visit("2026-06-04T19:00:00Z")).await;
    // Withdrawn before it was sent; a flow that was asked writes its text all the same, and a repeat is left over.
    office.desk.notifier().cancel(&tenant(), &"visit".parse().unwrap(), None).await.unwrap();
    for id in [told[0].id.as_str().to_owned(), format!("{}:again-1", told[0].id), format!("{}:part-2", told[1].id)] {
        let kind = MessageKind::Direct;
        let (from, to) = (BUSINESS.into(), CALLER.into());
        let text =
            MessageRecord::outbound(tenant(), id.parse().unwrap(), kind, from, to, "old".into(), office.clock.now());
        office.store.commit(&tenant(), Unit::new().enqueue(text)).await.unwrap();
    }
    office.run().await;
    assert!(office.sent().is_empty(), "{:?}", office.sent());
    assert!(office.texts().await.iter().all(|text| text.delivery.status == DeliveryStatus::Canceled));
}

#[tokio::test]
async fn a_text_that_waits_until_its_appointment_has_begun_is_not_sent() {
    let office = Office::new(|_| {});
    let busy = || Fault::TooManyRequests { retry_after: Some(3_600) };
    office.twilio.inject([busy(), busy(), busy(), busy()]);
    office.set(visit("2026-06-01T14:30:00Z")).await;
    office.run().await;
    office.clock.advance(Duration::from_secs(3_600));
    office.run().await;
    assert!(office.sent().is_empty());
    assert_eq!(office.statuses().await, [(Confirmation, Failed)]);
}

#[tokio::test]
async fn dates_beyond_any_calendar_are_refused_and_not_stumbled_over() {
    let office = Office::new(|clinic| {
        clinic.notifications.quiet = Some("21:00-08:00".parse().unwrap());
        clinic.zone = chrono_tz::Asia::Tokyo;
    });
    for start in [DateTime::<Utc>::MAX_UTC, DateTime::<Utc>::MIN_UTC] {
        let anna = Person::new("Anna").with_phone(CALLER);
        let visit = Appointment::new("visit".parse().unwrap(), start, start, anna);
        assert!(office.desk.notifier().set(&tenant(), visit).await.unwrap_err().is_permanent());
    }
    office.run().await;
}

#[tokio::test]
async fn what_a_worker_finds_outdated_it_does_not_begin() {
    let office = Office::new(|_| {});
    office.set(visit("2026-06-04T19:00:00Z")).await;
    // As if the news had come between the worker's claim and its look.
    let id = "visit".parse().unwrap();
    let mut record = office.store.appointment(&tenant(), &id).await.unwrap().unwrap();
    record.revision += 1;
    office.store.commit(&tenant(), Unit::new().save_appointment(record)).await.unwrap();
    office.run().await;
    assert_eq!(office.statuses().await[0], (Confirmation, Withdrawn));
    assert!(office.texts().await.is_empty());
}

#[tokio::test]
async fn a_repeat_of_what_was_sent_is_not_sent_once_the_appointment_changed_or_began() {
    for changes in [true, false] {
        let office = Office::new(|_| {});
        let told = office.set(visit("2026-06-04T19:00:00Z")).await;
        office.run().await;
        assert_eq!((office.sent().len(), office.statuses().await[0]), (1, (Confirmation, Sent)));
        if changes {
            office.set(visit("2026-06-05T19:00:00Z")).await;
            office.run().await;
        } else {
            office.clock.advance(Duration::from_secs(4 * 24 * 3_600));
            office.run().await;
        }
        let sent = office.sent().len();
        let (id, kind) = (format!("{}:again-1", told[0].id).parse().unwrap(), MessageKind::Notification);
        let (from, to) = (BUSINESS.into(), CALLER.into());
        let text = MessageRecord::outbound(tenant(), id, kind, from, to, "old".into(), office.clock.now());
        office.store.commit(&tenant(), Unit::new().enqueue(text)).await.unwrap();
        office.run().await;
        assert_eq!(office.sent().len(), sent, "{changes}");
    }
}
