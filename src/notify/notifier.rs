use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::Error;
use crate::clock::Clock;
use crate::id::{NotificationId, TenantId};
use crate::message::{DeliveryStatus, MessageRecord, Refusal};
use crate::notification::{
    Appointment, AppointmentId, AppointmentRecord, News, Notification, NotificationQuery, NotificationStatus, Step,
    plan, reminder,
};
use crate::store::{Commit, Store, Unit};
use crate::tenant::Tenant;
use crate::wake::Wake;

const ROUNDS: usize = 8;

/// What is known of an appointment: the record, what is planned and was not sent yet, and the texts of it that wait, as they
/// are once they are withdrawn.
#[derive(Default)]
pub(crate) struct Known {
    record: Option<AppointmentRecord>,
    planned: Vec<Notification>,
    texts: Vec<MessageRecord>,
}

/// Tells people of appointments. Part of a [`Desk`](crate::Desk), whose workers send what is due.
#[derive(Clone)]
pub struct Notifier {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Whether the host sends mail.
    pub(crate) mails: bool,
    pub(crate) wake: Wake,
}

impl Notifier {
    /// This is how an appointment stands now, whether it is new, has moved or otherwise changed. Whoever was not told yet
    /// is told; reminders follow. What is as it was, and news older than what is known, change nothing. Returns what was
    /// planned.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when [`Appointment::check`] refuses its times; [`Error::is_not_found`] when there is no such
    /// tenant; [`Error::is_retryable`] when the store could not be reached: say it again.
    pub async fn set(&self, tenant: &TenantId, appointment: Appointment) -> Result<Vec<Notification>, Error> {
        appointment.check().map_err(|invalid| Error::refused("telling of an appointment").with_source(invalid))?;
        let id = appointment.id.clone();
        self.tell(tenant, &id, &News::set(appointment)).await
    }

    /// An appointment does not take place. What waited to be told of it is withdrawn. `revision` is as in
    /// [`Appointment::revision`].
    ///
    /// # Errors
    /// [`Error::is_not_found`] when nobody was ever told of it; [`Error::is_retryable`] when the store could not be
    /// reached: say it again.
    pub async fn cancel(
        &self,
        tenant: &TenantId,
        id: &AppointmentId,
        revision: Option<u64>,
    ) -> Result<Vec<Notification>, Error> {
        if self.store.appointment(tenant, id).await?.is_none() {
            return Err(Error::missing("finding an appointment"));
        }
        self.tell(tenant, id, &News::Cancelled { id: id.clone(), revision }).await
    }

    /// Reminds the customer once more, now or at `at`. Returns what was planned: nothing when the appointment is cancelled
    /// or over.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when nobody was ever told of it; [`Error::is_retryable`] when the store could not be
    /// reached.
    pub async fn remind(
        &self,
        tenant: &TenantId,
        id: &AppointmentId,
        at: Option<DateTime<Utc>>,
    ) -> Result<Vec<Notification>, Error> {
        let settings = self.settings(tenant).await?;
        let known =
            self.store.appointment(tenant, id).await?.ok_or_else(|| Error::missing("finding an appointment"))?;
        let told = reminder(&self.possible(&settings), &known, at, self.clock.now());
        let unit = told.iter().cloned().fold(Unit::new(), Unit::notify);
        self.store.commit(tenant, unit).await?;
        self.wake.call();
        Ok(told)
    }

    /// One notification of the tenant.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store could not be reached.
    pub async fn notification(&self, tenant: &TenantId, id: &NotificationId) -> Result<Option<Notification>, Error> {
        self.store.notification(tenant, id).await
    }

    /// The tenant's notifications, latest first.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store could not be reached.
    pub async fn notifications(
        &self,
        tenant: &TenantId,
        query: &NotificationQuery,
    ) -> Result<Vec<Notification>, Error> {
        self.store.notifications(tenant, query).await
    }

    /// The latest that is known of an appointment.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store could not be reached.
    pub async fn appointment(&self, tenant: &TenantId, id: &AppointmentId) -> Result<Option<AppointmentRecord>, Error> {
        self.store.appointment(tenant, id).await
    }

    async fn settings(&self, tenant: &TenantId) -> Result<Arc<Tenant>, Error> {
        self.store.tenant(tenant).await?.ok_or_else(|| Error::missing("finding a tenant"))
    }

    /// As the host can keep to them.
    fn possible<'a>(&self, settings: &'a Tenant) -> Cow<'a, Tenant> {
        let mut settings = Cow::Borrowed(settings);
        if settings.notifications.email && !self.mails {
            settings.to_mut().notifications.email = false;
        }
        settings
    }

    async fn tell(&self, tenant: &TenantId, id: &AppointmentId, news: &News) -> Result<Vec<Notification>, Error> {
        let settings = self.settings(tenant).await?;
        for _ in 0..ROUNDS {
            let known = self.known(tenant, id).await?;
            let Some((unit, told)) = self.draft(&settings, known, news, Unit::new()) else { return Ok(Vec::new()) };
            match self.store.commit(tenant, unit).await? {
                Commit::Applied => {
                    self.wake.call();
                    return Ok(told);
                }
                // Somebody else told of it meanwhile, or something was just sent.
                _ => continue,
            }
        }
        Err(Error::unavailable("telling of an appointment that keeps changing"))
    }

    /// What is known of an appointment: nothing, if it is new.
    pub(crate) async fn known(&self, tenant: &TenantId, id: &AppointmentId) -> Result<Known, Error> {
        let record = self.store.appointment(tenant, id).await?;
        if record.is_none() {
            return Ok(Known::default());
        }
        let (planned, texts) = self.withdrawable(tenant, id, self.clock.now()).await?;
        Ok(Known { record, planned, texts })
    }

    /// Pure but for the time: `unit`, and what follows from the news. `None` when nothing does.
    pub(crate) fn draft(
        &self,
        settings: &Tenant,
        known: Known,
        news: &News,
        unit: Unit,
    ) -> Option<(Unit, Vec<Notification>)> {
        let Known { record, planned, texts } = known;
        let plan = plan(&self.possible(settings), record.as_ref(), &planned, news, self.clock.now())?;
        let unit = plan.withdrawn.into_iter().fold(unit, Unit::save_notification);
        let unit = texts.into_iter().fold(unit, Unit::save_message);
        let unit = plan.told.iter().cloned().fold(unit.save_appointment(plan.record), Unit::notify);
        Some((unit, plan.told))
    }

    /// What is planned for an appointment and was not sent yet, and the texts of it that wait in the outbox, as they are
    /// once they are withdrawn.
    async fn withdrawable(
        &self,
        tenant: &TenantId,
        id: &AppointmentId,
        now: DateTime<Utc>,
    ) -> Result<(Vec<Notification>, Vec<MessageRecord>), Error> {
        let query =
            NotificationQuery { statuses: vec![NotificationStatus::Queued], ..NotificationQuery::of(id.clone()) };
        let (mut planned, mut texts) = (Vec::new(), Vec::new());
        for notification in self.store.notifications(tenant, &query).await? {
            if notification.step == Step::Handed {
                let text = match &notification.message {
                    Some(message) => self.store.message(tenant, message).await?,
                    None => None,
                };
                let free = |text: &MessageRecord| text.lease.as_ref().is_none_or(|lease| lease.until <= now);
                match text {
                    Some(mut text) if text.delivery.status == DeliveryStatus::Pending && free(&text) => {
                        text.refuse(Refusal::Withdrawn, now);
                        texts.push(text);
                    }
                    // It is on its way.
                    _ => continue,
                }
            }
            planned.push(notification);
        }
        Ok((planned, texts))
    }
}

impl fmt::Debug for Notifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notifier").field("store", &self.store).field("mails", &self.mails).finish_non_exhaustive()
    }
}
