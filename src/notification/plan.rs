use chrono::{DateTime, TimeDelta, Utc};

use super::appointment::{Appointment, AppointmentId, AppointmentRecord, Person};
use super::record::{Audience, Channel, Notification, NotificationKind, Step};
use crate::tenant::Tenant;

/// How long before an appointment a reminder is of use at least, when quiet hours put it off.
const LEAST_AHEAD: TimeDelta = TimeDelta::minutes(30);
/// How long before an appointment other news are told at least: else they are told in quiet hours.
const URGENT: TimeDelta = TimeDelta::hours(1);
/// How long before quiet hours a reminder is told that would fall into them.
const BEFORE_QUIET: TimeDelta = TimeDelta::minutes(1);

/// What has become of an appointment.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum News {
    /// This is how it stands now, whether it is new, has moved, or is as it was.
    Set(Box<Appointment>),
    /// It does not take place.
    Cancelled {
        /// Which.
        id: AppointmentId,
        /// After how many changes, if the host counts them.
        revision: Option<u64>,
    },
}

impl News {
    /// This is how it stands now.
    #[must_use]
    pub fn set(appointment: Appointment) -> Self {
        Self::Set(Box::new(appointment))
    }
}

/// What follows from news.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Plan {
    /// What is known of the appointment from now on.
    pub record: AppointmentRecord,
    /// What people are to be told.
    pub told: Vec<Notification>,
    /// What they are not to be told any more.
    pub withdrawn: Vec<Notification>,
}

/// Pure: what follows from news of an appointment, given what is known of it and what is `planned` for it already.
/// `None` when the news are old, or nothing new.
#[must_use]
pub fn plan(
    tenant: &Tenant,
    known: Option<&AppointmentRecord>,
    planned: &[Notification],
    news: &News,
    now: DateTime<Utc>,
) -> Option<Plan> {
    let record = follow(tenant, known, news, now)?;
    let mut withdrawn: Vec<_> = planned.iter().filter(|old| waits(old)).cloned().collect();
    let untold: Vec<_> = withdrawn.iter().filter(|old| is_untold(old, now)).cloned().collect();
    for old in &mut withdrawn {
        old.withdraw("the appointment changed before it was sent", now);
    }
    let mut told = Vec::new();
    if record.appointment.start > now {
        for (audience, channel, person) in addressees(tenant, &record.appointment) {
            let way = (audience, channel);
            let same = |old: &Notification| {
                (old.audience, old.channel) == way && old.person.address(channel) == person.address(channel)
            };
            let waited = |kind| untold.iter().any(|old| old.kind == kind && same(old));
            if let Some(kind) = news_for(tenant, known, &record, (audience, channel, person), waited) {
                let at = out_of_quiet(tenant, person, channel, kind, now, record.appointment.start, now);
                told.extend(at.and_then(|at| Notification::new(&record, (kind, None), way, person, at, now)));
            }
            if !record.cancelled {
                told.extend(reminders(tenant, &record, audience, channel, person, now));
                // What somebody asked for stays asked for.
                let asked = withdrawn.iter().filter(|old| old.asked && same(old));
                told.extend(asked.filter_map(|old| asked_for(&record, way, person, old.not_before, now)));
            }
        }
    }
    // The same person twice is told once.
    let mut seen = std::collections::BTreeSet::new();
    told.retain(|notification| seen.insert(notification.id.clone()));
    Some(Plan { record, told, withdrawn })
}

/// What one person is told now; `waited` says what of each kind was planned for them and never sent.
fn news_for(
    tenant: &Tenant,
    known: Option<&AppointmentRecord>,
    record: &AppointmentRecord,
    (audience, channel, person): (Audience, Channel, &Person),
    waited: impl Fn(NotificationKind) -> bool,
) -> Option<NotificationKind> {
    let knows = known.is_some_and(|known| {
        let before = addressees(tenant, &known.appointment);
        let same = |(a, c, p): &(Audience, Channel, &Person)| {
            (*a, *c) == (audience, channel) && p.address(*c) == person.address(*c)
        };
        !known.cancelled && before.iter().any(same) && !waited(NotificationKind::Confirmation)
    });
    match known {
        _ if record.cancelled => knows.then_some(NotificationKind::Cancellation),
        Some(known) if knows => {
            let changed = differs(&known.appointment, &record.appointment) || waited(NotificationKind::Change);
            changed.then_some(NotificationKind::Change)
        }
        _ => Some(NotificationKind::Confirmation),
    }
}

/// Pure: a reminder for the customer besides the planned ones, at `at` or now: asked for twice in a minute, it is one.
/// Empty when the appointment is cancelled or over, or the customer cannot be reached.
#[must_use]
pub fn reminder(
    tenant: &Tenant,
    of: &AppointmentRecord,
    at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Vec<Notification> {
    let at = at.unwrap_or(now).max(now);
    if of.cancelled {
        return Vec::new();
    }
    let customers =
        addressees(tenant, &of.appointment).into_iter().filter(|(audience, ..)| *audience == Audience::Customer);
    customers.filter_map(|(audience, channel, person)| asked_for(of, (audience, channel), person, at, now)).collect()
}

fn asked_for(
    of: &AppointmentRecord,
    way: (Audience, Channel),
    person: &Person,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Option<Notification> {
    let ahead = of.appointment.start.signed_duration_since(at);
    let named = TimeDelta::minutes(ahead.num_minutes());
    let new = Notification::new(of, (NotificationKind::Reminder, Some(named)), way, person, at, now);
    new.filter(|_| ahead > TimeDelta::zero()).map(|new| Notification { asked: true, ..new })
}

/// How the appointment stands after the news.
fn follow(
    tenant: &Tenant,
    known: Option<&AppointmentRecord>,
    news: &News,
    now: DateTime<Utc>,
) -> Option<AppointmentRecord> {
    let counted = |known: &AppointmentRecord, told: Option<u64>| match told {
        Some(told) => (told > known.revision).then_some(told),
        None => known.revision.checked_add(1),
    };
    match (news, known) {
        (News::Set(appointment), None) => Some(AppointmentRecord {
            tenant: tenant.id.clone(),
            revision: appointment.revision.unwrap_or(1),
            appointment: appointment.as_ref().clone(),
            cancelled: false,
            created_at: now,
            version: 0,
        }),
        (News::Set(appointment), Some(known)) => {
            let appointment = appointment.as_ref().clone();
            let same = Appointment { revision: known.appointment.revision, ..appointment.clone() } == known.appointment;
            if appointment.revision.is_none() && same && !known.cancelled {
                return None;
            }
            let revision = counted(known, appointment.revision)?;
            Some(AppointmentRecord { appointment, revision, cancelled: false, ..known.clone() })
        }
        (News::Cancelled { .. }, None) => None,
        (News::Cancelled { .. }, Some(known)) if known.cancelled => None,
        (News::Cancelled { revision, .. }, Some(known)) => {
            let revision = counted(known, *revision)?;
            Some(AppointmentRecord { revision, cancelled: true, ..known.clone() })
        }
    }
}

fn waits(notification: &Notification) -> bool {
    // What a worker has begun is checked again right before it is handed over.
    notification.claimable_from().is_some()
        || (notification.step == Step::Handed && notification.sid.is_none())
            && notification.status == super::state::NotificationStatus::Queued
}

/// Whether it is sure that it was not sent: a workflow that was asked or a mail that is on its way may have been.
fn is_untold(old: &Notification, now: DateTime<Utc>) -> bool {
    let idle = old.lease.as_ref().is_none_or(|lease| lease.until <= now);
    match old.step {
        // Its text was withdrawn.
        Step::Handed => true,
        Step::Begun => false,
        Step::Waiting => old.channel == Channel::Text || (idle && old.attempts == 0),
    }
}

/// Whether people have to be told.
fn differs(old: &Appointment, new: &Appointment) -> bool {
    (old.start, &old.service, &old.place) != (new.start, &new.service, &new.place)
}

/// Who is told, and how.
fn addressees<'a>(tenant: &Tenant, appointment: &'a Appointment) -> Vec<(Audience, Channel, &'a Person)> {
    let settings = &tenant.notifications;
    let staff = appointment.staff.iter().filter(|_| settings.staff).map(|person| (Audience::Staff, person));
    let people = std::iter::once((Audience::Customer, &appointment.customer)).chain(staff);
    people
        .flat_map(|(audience, person)| {
            let text = (settings.text && person.phone.is_some()).then_some((audience, Channel::Text, person));
            let email = (settings.email && person.email.is_some()).then_some((audience, Channel::Email, person));
            [text, email].into_iter().flatten()
        })
        .collect()
}

fn reminders(
    tenant: &Tenant,
    record: &AppointmentRecord,
    audience: Audience,
    channel: Channel,
    person: &Person,
    now: DateTime<Utc>,
) -> Vec<Notification> {
    let start = record.appointment.start;
    let ahead = match audience {
        Audience::Customer => &tenant.notifications.reminders,
        Audience::Staff => &tenant.notifications.staff_reminders,
    };
    let mut ahead = ahead.clone();
    ahead.sort_unstable();
    ahead.dedup();
    // The last one first: each is of use until the next one is told, so that nobody is reminded twice at once, after the
    // quiet hours or when the workers were away.
    let mut until = start;
    let mut planned = Vec::new();
    for minutes in ahead {
        let ahead = TimeDelta::minutes(minutes.into());
        // One whose time is past is not made up for: the confirmation has just been told.
        let Some(wanted) = start.checked_sub_signed(ahead).filter(|wanted| *wanted > now) else { break };
        let kind = NotificationKind::Reminder;
        let Some(at) = out_of_quiet(tenant, person, channel, kind, wanted, start, now).filter(|at| *at < until) else {
            continue;
        };
        let new = Notification::new(record, (kind, Some(ahead)), (audience, channel), person, at, now);
        planned.extend(new.map(|new| Notification { expires_at: until, ..new }));
        until = at;
    }
    planned.reverse();
    planned
}

/// When something is told that is wanted at a time: not in the recipient's quiet hours, if that can be. Mail makes no
/// noise. `None` when a reminder has no time left.
fn out_of_quiet(
    tenant: &Tenant,
    person: &Person,
    channel: Channel,
    kind: NotificationKind,
    wanted: DateTime<Utc>,
    start: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let zone = person.zone.unwrap_or(tenant.zone);
    let quiet = tenant.notifications.quiet.filter(|_| channel == Channel::Text);
    let Some((opens, closes)) = quiet.and_then(|quiet| quiet.around(wanted, zone)) else { return Some(wanted) };
    let left = start - closes;
    if kind == NotificationKind::Reminder {
        if left >= LEAST_AHEAD {
            return Some(closes);
        }
        return Some(opens - BEFORE_QUIET).filter(|earlier| *earlier > now);
    }
    Some(if left >= URGENT { closes } else { wanted })
}

#[cfg(test)]
mod tests {
    use super::super::state::NotificationStatus;
    use super::*;

    fn time(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn clinic() -> Tenant {
        let mut tenant = Tenant::new("clinic".parse().unwrap());
        tenant.zone = chrono_tz::America::New_York;
        tenant
    }

    fn visit(start: &str) -> Appointment {
        let anna = Person::new("Anna").with_phone("+14155552671");
        Appointment::new("v".parse().unwrap(), time(start), time(start) + TimeDelta::minutes(30), anna)
    }

    fn shown(told: &[Notification]) -> Vec<(NotificationKind, String)> {
        told.iter().map(|notification| (notification.kind, notification.not_before.to_rfc3339())).collect()
    }

    fn at(text: &str) -> String {
        time(text).to_rfc3339()
    }

    use NotificationKind::{Cancellation, Change, Confirmation, Reminder};

    #[test]
    fn reminders_follow_a_move_and_die_with_a_cancellation() {
        let (tenant, now) = (clinic(), time("2026-06-01T12:00:00Z"));
        let first = plan(&tenant, None, &[], &News::set(visit("2026-06-04T15:00:00Z")), now).unwrap();
        assert_eq!(
            shown(&first.told),
            [
                (Confirmation, at("2026-06-01T12:00:00Z")),
                (Reminder, at("2026-06-03T15:00:00Z")),
                (Reminder, at("2026-06-04T13:00:00Z"))
            ]
        );
        let same = plan(&tenant, Some(&first.record), &first.told, &News::set(visit("2026-06-04T15:00:00Z")), now);
        assert_eq!(same, None, "nothing new");
        let mut sent = first.told.clone();
        (sent[0].status, sent[0].step) = (NotificationStatus::Sent, Step::Handed);
        let moved = plan(&tenant, Some(&first.record), &sent, &News::set(visit("2026-06-05T15:00:00Z")), now).unwrap();
        assert_eq!(moved.withdrawn.len(), 2, "both reminders of the old time");
        assert_eq!(
            shown(&moved.told),
            [
                (Change, at("2026-06-01T12:00:00Z")),
                (Reminder, at("2026-06-04T15:00:00Z")),
                (Reminder, at("2026-06-05T13:00:00Z"))
            ]
        );
        // Back to where it was: new reminders, not the withdrawn ones.
        let back = plan(&tenant, Some(&moved.record), &[], &News::set(visit("2026-06-04T15:00:00Z")), now).unwrap();
        assert!(back.told.iter().all(|new| first.told.iter().all(|old| old.id != new.id)));
        let cancel = News::Cancelled { id: "v".parse().unwrap(), revision: None };
        let cancelled = plan(&tenant, Some(&moved.record), &moved.told[1..], &cancel, now).unwrap();
        assert_eq!(
            (shown(&cancelled.told).len(), cancelled.told[0].kind, cancelled.withdrawn.len()),
            (1, Cancellation, 2)
        );
        assert_eq!(plan(&tenant, Some(&cancelled.record), &[], &cancel, now), None, "once");
        assert_eq!(plan(&tenant, None, &[], &cancel, now), None);
    }

    #[test]
    fn who_was_told_nothing_yet_hears_how_it_stands() {
        let (tenant, now) = (clinic(), time("2026-06-01T12:00:00Z"));
        let first = plan(&tenant, None, &[], &News::set(visit("2026-06-04T15:00:00Z")), now).unwrap();
        let moved = plan(&tenant, Some(&first.record), &first.told, &News::set(visit("2026-06-05T15:00:00Z")), now);
        let moved = moved.unwrap();
        assert_eq!(moved.told[0].kind, Confirmation, "the first was not sent yet");
        let cancel = News::Cancelled { id: "v".parse().unwrap(), revision: None };
        let cancelled = plan(&tenant, Some(&moved.record), &moved.told, &cancel, now).unwrap();
        assert!(cancelled.told.is_empty());
        assert_eq!(cancelled.withdrawn.len(), 3);
    }

    #[test]
    fn a_change_that_waited_is_not_lost_and_who_is_new_is_told() {
        let (tenant, now) = (clinic(), time("2026-06-01T12:00:00Z"));
        let first = plan(&tenant, None, &[], &News::set(visit("2026-06-04T15:00:00Z")), now).unwrap();
        let moved = plan(&tenant, Some(&first.record), &[], &News::set(visit("2026-06-05T15:00:00Z")), now).unwrap();
        assert_eq!(moved.told[0].kind, Change);
        // Before it was sent, something else changes that nobody needs to be told.
        let mut longer = visit("2026-06-05T15:00:00Z");
        longer.end += TimeDelta::minutes(30);
        let later = plan(&tenant, Some(&moved.record), &moved.told, &News::set(longer.clone()), now).unwrap();
        assert_eq!(later.told[0].kind, Change);
        let sent = plan(&tenant, Some(&moved.record), &moved.told[1..], &News::set(longer.clone()), now).unwrap();
        assert!(sent.told.iter().all(|one| one.kind == Reminder), "it was sent: nothing new");
        // A number was wrong, and somebody joins.
        let mut other = longer;
        other.customer.phone = Some("+14155550000".into());
        other.staff.push(Person::new("Boss").with_phone("+15551239999"));
        let told = plan(&tenant, Some(&later.record), &[], &News::set(other), now).unwrap().told;
        let confirmed: Vec<_> = told.iter().filter(|one| one.kind == Confirmation).map(|one| one.audience).collect();
        assert_eq!(confirmed, [Audience::Customer, Audience::Staff]);
    }

    #[test]
    fn what_may_have_been_sent_is_taken_back_aloud() {
        let (tenant, now) = (clinic(), time("2026-06-01T12:00:00Z"));
        let first = plan(&tenant, None, &[], &News::set(visit("2026-06-04T15:00:00Z")), now).unwrap();
        let mut begun = first.told.clone();
        (begun[0].step, begun[0].attempts) = (Step::Begun, 1);
        let cancel = News::Cancelled { id: "v".parse().unwrap(), revision: None };
        let told = plan(&tenant, Some(&first.record), &begun, &cancel, now).unwrap().told;
        assert_eq!(told.iter().map(|one| one.kind).collect::<Vec<_>>(), [Cancellation]);
        let news = News::set(visit("2026-06-05T15:00:00Z"));
        assert_eq!(plan(&tenant, Some(&first.record), &begun, &news, now).unwrap().told[0].kind, Change);
    }

    #[test]
    fn a_reminder_that_was_asked_for_stays_asked_for() {
        let (tenant, now) = (clinic(), time("2026-06-01T12:00:00Z"));
        let first = plan(&tenant, None, &[], &News::set(visit("2026-06-04T15:00:00Z")), now).unwrap();
        let at = now + TimeDelta::hours(5);
        let asked = reminder(&tenant, &first.record, Some(at), now);
        assert_eq!(asked[0].not_before, at);
        let moved = plan(&tenant, Some(&first.record), &asked, &News::set(visit("2026-06-05T15:00:00Z")), now).unwrap();
        assert!(moved.told.iter().any(|one| one.asked && one.not_before == at));
        let soon = |seconds| reminder(&tenant, &first.record, None, now + TimeDelta::seconds(seconds))[0].id.clone();
        assert_eq!(soon(1), soon(30), "asked for twice in a minute");
        assert_ne!(soon(1), soon(90));
    }

    #[test]
    fn old_news_change_nothing() {
        let (tenant, now) = (clinic(), time("2026-06-01T12:00:00Z"));
        let third = visit("2026-06-04T15:00:00Z").with_revision(3);
        let known = plan(&tenant, None, &[], &News::set(third.clone()), now).unwrap().record;
        for old in [1, 3] {
            let news = News::set(visit("2026-06-09T15:00:00Z").with_revision(old));
            assert_eq!(plan(&tenant, Some(&known), &[], &news, now), None, "{old}");
            let news = News::Cancelled { id: third.id.clone(), revision: Some(old) };
            assert_eq!(plan(&tenant, Some(&known), &[], &news, now), None, "{old}");
        }
        let news = News::set(visit("2026-06-09T15:00:00Z").with_revision(4));
        assert_eq!(plan(&tenant, Some(&known), &[], &news, now).unwrap().record.revision, 4);
    }

    #[test]
    fn quiet_hours_put_off_what_can_wait() {
        let mut tenant = clinic();
        tenant.notifications.quiet = Some("21:00-08:00".parse().unwrap());
        // 23:00 in New York; the appointment is at 15:00 two days later.
        let night = time("2026-06-02T03:00:00Z");
        let news = News::set(visit("2026-06-04T19:00:00Z"));
        let told = plan(&tenant, None, &[], &news, night).unwrap().told;
        assert_eq!(shown(&told)[0], (Confirmation, at("2026-06-02T12:00:00Z")), "in the morning");
        // At 8:30 in the morning: what cannot wait is told at night.
        let news = News::set(visit("2026-06-02T12:30:00Z"));
        assert_eq!(shown(&plan(&tenant, None, &[], &news, night).unwrap().told)[0], (Confirmation, night.to_rfc3339()));
        // A reminder at 6:30 for 8:30 waits until 8:00; one at 6:00 for 8:00 comes before the night.
        let day = time("2026-06-01T18:00:00Z");
        let told = |start: &str| shown(&plan(&tenant, None, &[], &News::set(visit(start)), day).unwrap().told);
        assert_eq!(told("2026-06-02T12:30:00Z")[1], (Reminder, at("2026-06-02T12:00:00Z")));
        assert_eq!(told("2026-06-02T12:00:00Z")[1], (Reminder, at("2026-06-02T00:59:00Z")));
        // The recipient's night, not the business's.
        let mut there = visit("2026-06-04T19:00:00Z");
        there.customer.zone = Some(chrono_tz::Asia::Tokyo);
        let told = plan(&tenant, None, &[], &News::set(there), night).unwrap().told;
        assert_eq!(told[0].not_before, night);
    }

    #[test]
    fn nobody_is_reminded_twice_at_once() {
        let mut tenant = clinic();
        tenant.notifications.quiet = Some("20:00-09:00".parse().unwrap());
        tenant.notifications.reminders = vec![60, 180, 240, 60, 1_440];
        let now = time("2026-06-01T12:00:00Z");
        // At 10:00 in New York: 9:00 is an hour before; those 3 and 4 hours before would be told then as well.
        let told = plan(&tenant, None, &[], &News::set(visit("2026-06-04T14:00:00Z")), now).unwrap().told;
        assert_eq!(
            shown(&told),
            [
                (Confirmation, at("2026-06-01T13:00:00Z")),
                (Reminder, at("2026-06-03T14:00:00Z")),
                (Reminder, at("2026-06-04T13:00:00Z"))
            ]
        );
        assert_eq!((told[1].expires_at, told[2].expires_at), (told[2].not_before, time("2026-06-04T14:00:00Z")));
    }

    #[test]
    fn staff_and_mail_are_told_as_the_settings_say() {
        let mut tenant = clinic();
        let now = time("2026-06-01T12:00:00Z");
        let boss = Person::new("Boss").with_email("boss@example.com").with_phone("+15551239999");
        let news = News::set(visit("2026-06-04T15:00:00Z").with_staff(boss.clone()).with_staff(boss));
        let ways = |tenant: &Tenant| {
            let told = plan(tenant, None, &[], &news, now).unwrap().told;
            told.iter()
                .filter(|one| one.kind == Confirmation)
                .map(|one| (one.audience, one.channel))
                .collect::<Vec<_>>()
        };
        let (customer, staff) = (Audience::Customer, Audience::Staff);
        assert_eq!(ways(&tenant), [(customer, Channel::Text), (staff, Channel::Text), (staff, Channel::Email)]);
        tenant.notifications.text = false;
        assert_eq!(ways(&tenant), [(staff, Channel::Email)]);
        tenant.notifications.staff = false;
        assert_eq!(ways(&tenant), []);
    }

    #[test]
    fn what_is_over_is_not_told() {
        let (tenant, now) = (clinic(), time("2026-06-10T12:00:00Z"));
        let late = plan(&tenant, None, &[], &News::set(visit("2026-06-04T15:00:00Z")), now).unwrap();
        assert!(late.told.is_empty());
        assert!(reminder(&tenant, &late.record, None, now).is_empty());
        let soon = plan(&tenant, None, &[], &News::set(visit("2026-06-10T13:00:00Z")), now).unwrap();
        assert_eq!(shown(&soon.told), [(Confirmation, now.to_rfc3339())], "no reminder whose time is past");
        assert_eq!(reminder(&tenant, &soon.record, None, now).len(), 1);
    }
}
