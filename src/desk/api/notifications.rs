use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::problem::Problem;
use super::{Answer, Asked, Page, json};
use crate::id::NotificationId;
use crate::notification::{
    Appointment, AppointmentId, Audience, Channel, InvalidTimes, Notification, NotificationKind, NotificationQuery,
    NotificationStatus, Person,
};
use crate::notify::Notifier;
use crate::secret::Private;

/// What somebody is told, as the API shows it.
#[derive(Serialize, JsonSchema)]
pub(super) struct NotificationView {
    id: NotificationId,
    appointment: AppointmentId,
    kind: NotificationKind,
    audience: Audience,
    channel: Channel,
    to: Private,
    status: NotificationStatus,
    reason: Option<String>,
    error_code: Option<u32>,
    /// The text that carries it.
    message: Option<String>,
    /// The workflow's execution that sent it.
    execution: Option<String>,
    not_before: DateTime<Utc>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<&Notification> for NotificationView {
    fn from(notification: &Notification) -> Self {
        Self {
            id: notification.id.clone(),
            appointment: notification.appointment.clone(),
            kind: notification.kind,
            audience: notification.audience,
            channel: notification.channel,
            to: notification.to(),
            status: notification.status,
            reason: notification.reason.clone(),
            error_code: notification.error_code,
            message: notification.message.as_ref().map(|id| id.as_str().to_owned()),
            execution: notification.execution.clone(),
            not_before: notification.not_before,
            created_at: notification.created_at,
            updated_at: notification.updated_at,
        }
    }
}

/// `GET /notifications`: latest planned first; `after`, `limit`, `status`, `kind`, `channel`, `appointment`, `from`, `until`.
pub(super) async fn list(notifier: &Notifier, mut asked: Asked<'_>) -> Result<Answer, Problem> {
    let query = NotificationQuery {
        limit: asked.query.limit()?,
        appointment: asked.query.read("appointment", "appointment's id", |text| text.parse().ok())?,
        statuses: asked
            .query
            .list("status", "status of a notification", |text| serde_json::from_value(text.into()).ok())?,
        kinds: asked.query.list("kind", "kind of notification", |text| serde_json::from_value(text.into()).ok())?,
        channel: asked
            .query
            .read("channel", "channel (text, email)", |text| serde_json::from_value(text.into()).ok())?,
        from: asked.query.time("from")?,
        until: asked.query.time("until")?,
        after: asked.query.read("after", "notification's id", |text| text.parse().ok())?,
    };
    asked.query.done()?;
    let found = notifier.notifications(&asked.tenant, &query).await?;
    let name = |notification: &Notification| notification.id.as_str().to_owned();
    json(StatusCode::OK, &Page::new(&found, query.limit, name, |notification| NotificationView::from(notification)))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPerson {
    #[serde(default)]
    name: Private,
    phone: Option<Private>,
    pub(super) email: Option<Private>,
    /// An IANA time zone; the tenant's when absent.
    #[schemars(with = "Option<String>")]
    zone: Option<Tz>,
    /// A BCP 47 tag; the tenant's language when absent.
    language: Option<String>,
}

impl From<NewPerson> for Person {
    fn from(new: NewPerson) -> Self {
        let mut person = Self::new(new.name);
        person.phone = new.phone.map(|phone| phone.as_str().into());
        (person.email, person.zone, person.language) = (new.email, new.zone, new.language);
        person
    }
}

/// An appointment that people are told of.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAppointment {
    /// The host's name for it: said again, it is the same appointment.
    id: AppointmentId,
    /// Counts up with each change; news with a lower one are old.
    revision: Option<u64>,
    start: DateTime<Utc>,
    end: DateTime<Utc>,
    service: Option<Private>,
    place: Option<Private>,
    customer: NewPerson,
    #[serde(default)]
    staff: Vec<NewPerson>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct ToldView {
    /// What was planned; empty when nothing is new.
    notifications: Vec<NotificationView>,
}

fn told(notifications: &[Notification]) -> Result<Answer, Problem> {
    let notifications = notifications.iter().map(NotificationView::from).collect();
    json(StatusCode::ACCEPTED, &ToldView { notifications })
}

/// `POST /notifications/confirmation`: this is how an appointment stands now. Who does not know yet is told, and
/// reminded in time.
pub(super) async fn confirm(notifier: &Notifier, asked: Asked<'_>) -> Result<Answer, Problem> {
    let new: NewAppointment = asked.json()?;
    asked.query.done()?;
    if new.staff.len() > 20 {
        return Err(Problem::invalid(Some("staff".into()), "twenty people at most"));
    }
    let mut appointment = Appointment::new(new.id, new.start, new.end, new.customer.into());
    (appointment.revision, appointment.service, appointment.place) = (new.revision, new.service, new.place);
    appointment.staff = new.staff.into_iter().map(Person::from).collect();
    appointment.check().map_err(|invalid| {
        let field = if invalid == InvalidTimes::Start { "start" } else { "end" };
        Problem::invalid(Some(field.into()), invalid.to_string())
    })?;
    told(&notifier.set(&asked.tenant, appointment).await?)
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCancellation {
    appointment: AppointmentId,
    /// As in the appointment.
    revision: Option<u64>,
}

/// `POST /notifications/cancellation`: an appointment does not take place.
pub(super) async fn cancel(notifier: &Notifier, asked: Asked<'_>) -> Result<Answer, Problem> {
    let new: NewCancellation = asked.json()?;
    asked.query.done()?;
    told(&notifier.cancel(&asked.tenant, &new.appointment, new.revision).await?)
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewReminder {
    appointment: AppointmentId,
    /// When; now when absent.
    at: Option<DateTime<Utc>>,
}

/// `POST /notifications/reminder`: the customer is reminded once more.
pub(super) async fn remind(notifier: &Notifier, asked: Asked<'_>) -> Result<Answer, Problem> {
    let new: NewReminder = asked.json()?;
    asked.query.done()?;
    told(&notifier.remind(&asked.tenant, &new.appointment, new.at).await?)
}
