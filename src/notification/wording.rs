use chrono::{DateTime, Utc};

use super::appointment::{Appointment, AppointmentRecord};
use super::record::{Audience, Notification, NotificationKind};
use crate::schedule::Language;
use crate::secret::Private;
use crate::template::fill;
use crate::tenant::{Tenant, Texts};

/// A notification in words.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Words {
    /// What a mail is about.
    pub subject: Private,
    /// What is said.
    pub body: Private,
}

/// Pure: a notification in the recipient's language, with times in the recipient's zone as they are said at `now`. The
/// tenant's own words come first, then the crate's; a language without any is told in English.
///
/// ```
/// use chrono::TimeDelta;
/// use frontdesk::notification::{Appointment, News, Person, plan, wording};
/// use frontdesk::tenant::Tenant;
///
/// let mut clinic = Tenant::new("clinic".parse()?).with_name("Riverside Clinic");
/// clinic.zone = "America/New_York".parse()?;
/// let start: chrono::DateTime<chrono::Utc> = "2026-06-04T19:00:00Z".parse()?;
/// let anna = Person::new("Anna").with_phone("+14155552671");
/// let visit = Appointment::new("visit-1".parse()?, start, start + TimeDelta::minutes(30), anna);
/// let planned = plan(&clinic, None, &[], &News::set(visit), start - TimeDelta::days(3)).ok_or("nothing to tell")?;
/// let words = wording(&clinic, &planned.record, &planned.told[1], start - TimeDelta::hours(24));
/// assert_eq!(words.body.as_str(), "Riverside Clinic: a reminder of your appointment tomorrow at 3:00 PM.");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn wording(tenant: &Tenant, of: &AppointmentRecord, notification: &Notification, now: DateTime<Utc>) -> Words {
    let appointment = &of.appointment;
    let person = &notification.person;
    let tag = person.language.as_deref().or(tenant.language.as_deref()).unwrap_or("en");
    let language = Language::of(tag);
    let zone = person.zone.unwrap_or(tenant.zone);
    let told = language.unwrap_or_default();
    let built_in = built_in(told);
    let template = tenant.texts_in(tag).find_map(|texts| own(texts, notification.audience, notification.kind));
    let usual = built_in.template(notification.audience, notification.kind);
    let business = if tenant.name.is_empty() { number(tenant) } else { tenant.name.clone() };
    let (when, date) = (told.when(appointment.start, zone, now), told.date(appointment.start, zone, now));
    let time = told.time(appointment.start, zone);
    let values = [
        ("business", business.as_str()),
        ("number", &number(tenant)),
        ("customer", appointment.customer.name.as_str()),
        ("name", person.name.as_str()),
        ("service", appointment.service.as_ref().map_or(built_in.appointment, Private::as_str)),
        ("when", &when),
        ("date", &date),
        ("time", &time),
        ("place", appointment.place.as_ref().map_or("", Private::as_str)),
        ("link", appointment.link.as_ref().map_or("", Private::as_str)),
    ];
    let subject = built_in.subject(notification.kind);
    let mut body = fill(template.unwrap_or(usual), &values);
    if let (None, Some(link)) = (template, linked(appointment, notification)) {
        // The tenant's own words say themselves where it stands.
        body.push(' ');
        body.push_str(link.as_str());
    }
    Words { subject: fill(subject, &values).into(), body: body.into() }
}

/// Where the customer finds an appointment that takes place.
fn linked<'a>(appointment: &'a Appointment, notification: &Notification) -> Option<&'a Private> {
    let told = matches!(notification.kind, NotificationKind::Confirmation | NotificationKind::Change);
    appointment.link.as_ref().filter(|_| told && notification.audience == Audience::Customer)
}

fn number(tenant: &Tenant) -> String {
    tenant.numbers.first().map(|number| number.as_str().to_owned()).unwrap_or_default()
}

/// The tenant's own words.
fn own(texts: &Texts, audience: Audience, kind: NotificationKind) -> Option<&str> {
    let text = match (audience, kind) {
        (Audience::Customer, NotificationKind::Confirmation) => &texts.confirmation,
        (Audience::Customer, NotificationKind::Change) => &texts.change,
        (Audience::Customer, NotificationKind::Cancellation) => &texts.cancellation,
        (Audience::Customer, NotificationKind::Reminder) => &texts.reminder,
        (Audience::Staff, NotificationKind::Confirmation) => &texts.staff_confirmation,
        (Audience::Staff, NotificationKind::Change) => &texts.staff_change,
        (Audience::Staff, NotificationKind::Cancellation) => &texts.staff_cancellation,
        (Audience::Staff, NotificationKind::Reminder) => &texts.staff_reminder,
    };
    text.as_deref().filter(|text| !text.trim().is_empty())
}

/// What is said in a language, in the order of the kinds: confirmation, change, cancellation, reminder.
struct BuiltIn {
    appointment: &'static str,
    subjects: [&'static str; 4],
    customer: [&'static str; 4],
    staff: [&'static str; 4],
}

impl BuiltIn {
    fn template(&self, audience: Audience, kind: NotificationKind) -> &'static str {
        match audience {
            Audience::Customer => Self::of(&self.customer, kind),
            Audience::Staff => Self::of(&self.staff, kind),
        }
    }

    fn subject(&self, kind: NotificationKind) -> &'static str {
        Self::of(&self.subjects, kind)
    }

    fn of(texts: &[&'static str; 4], kind: NotificationKind) -> &'static str {
        let [confirmation, change, cancellation, reminder] = texts;
        match kind {
            NotificationKind::Confirmation => confirmation,
            NotificationKind::Change => change,
            NotificationKind::Cancellation => cancellation,
            NotificationKind::Reminder => reminder,
        }
    }
}

fn built_in(language: Language) -> &'static BuiltIn {
    match language {
        Language::English | Language::EnglishDayFirst => &ENGLISH,
        Language::Spanish => &SPANISH,
        Language::French => &FRENCH,
        Language::German => &GERMAN,
        Language::Italian => &ITALIAN,
        Language::Portuguese => &PORTUGUESE,
        Language::Dutch => &DUTCH,
    }
}

const ENGLISH: BuiltIn = BuiltIn {
    appointment: "appointment",
    subjects: [
        "{business}: {service} confirmed",
        "{business}: {service} changed",
        "{business}: {service} cancelled",
        "{business}: {service} {when}",
    ],
    customer: [
        "{business}: your {service} is confirmed: {when}.",
        "{business}: your {service} has changed. It is now {when}.",
        "{business}: your {service} {when} has been cancelled.",
        "{business}: a reminder of your {service} {when}.",
    ],
    staff: [
        "New: {customer}, {service}, {when}.",
        "Changed: {customer}, {service}, now {when}.",
        "Cancelled: {customer}, {service}, {when}.",
        "Coming up: {customer}, {service}, {when}.",
    ],
};

const SPANISH: BuiltIn = BuiltIn {
    appointment: "cita",
    subjects: [
        "{business}: {service} - confirmación",
        "{business}: {service} - cambio",
        "{business}: {service} - cancelación",
        "{business}: {service} {when}",
    ],
    customer: [
        "{business}: confirmación ({service}): {when}.",
        "{business}: cambio ({service}): ahora es {when}.",
        "{business}: cancelación ({service}): {when}.",
        "{business}: recordatorio ({service}): {when}.",
    ],
    staff: [
        "Nueva reserva: {customer}, {service}, {when}.",
        "Cambio: {customer}, {service}, ahora {when}.",
        "Cancelación: {customer}, {service}, {when}.",
        "Próximamente: {customer}, {service}, {when}.",
    ],
};

const FRENCH: BuiltIn = BuiltIn {
    appointment: "rendez-vous",
    subjects: [
        "{business} : {service} - confirmation",
        "{business} : {service} - modification",
        "{business} : {service} - annulation",
        "{business} : {service} {when}",
    ],
    customer: [
        "{business} : confirmation ({service}) : {when}.",
        "{business} : modification ({service}) : désormais {when}.",
        "{business} : annulation ({service}) : {when}.",
        "{business} : rappel ({service}) : {when}.",
    ],
    staff: [
        "Nouveau : {customer}, {service}, {when}.",
        "Modifié : {customer}, {service}, désormais {when}.",
        "Annulé : {customer}, {service}, {when}.",
        "À venir : {customer}, {service}, {when}.",
    ],
};

const GERMAN: BuiltIn = BuiltIn {
    appointment: "Termin",
    subjects: [
        "{business}: {service} bestätigt",
        "{business}: {service} geändert",
        "{business}: {service} abgesagt",
        "{business}: {service} {when}",
    ],
    customer: [
        "{business}: {service} bestätigt: {when}.",
        "{business}: {service} geändert, jetzt {when}.",
        "{business}: {service} {when} abgesagt.",
        "{business}: Erinnerung an {service} {when}.",
    ],
    staff: [
        "Neu: {customer}, {service}, {when}.",
        "Geändert: {customer}, {service}, jetzt {when}.",
        "Abgesagt: {customer}, {service}, {when}.",
        "Demnächst: {customer}, {service}, {when}.",
    ],
};

const ITALIAN: BuiltIn = BuiltIn {
    appointment: "appuntamento",
    subjects: [
        "{business}: {service} - conferma",
        "{business}: {service} - modifica",
        "{business}: {service} - annullamento",
        "{business}: {service} {when}",
    ],
    customer: [
        "{business}: conferma ({service}): {when}.",
        "{business}: modifica ({service}): ora {when}.",
        "{business}: annullamento ({service}): {when}.",
        "{business}: promemoria ({service}): {when}.",
    ],
    staff: [
        "Nuovo: {customer}, {service}, {when}.",
        "Modificato: {customer}, {service}, ora {when}.",
        "Annullato: {customer}, {service}, {when}.",
        "In arrivo: {customer}, {service}, {when}.",
    ],
};

const PORTUGUESE: BuiltIn = BuiltIn {
    appointment: "consulta",
    subjects: [
        "{business}: {service} - confirmação",
        "{business}: {service} - alteração",
        "{business}: {service} - cancelamento",
        "{business}: {service} {when}",
    ],
    customer: [
        "{business}: confirmação ({service}): {when}.",
        "{business}: alteração ({service}): agora {when}.",
        "{business}: cancelamento ({service}): {when}.",
        "{business}: lembrete ({service}): {when}.",
    ],
    staff: [
        "Novo: {customer}, {service}, {when}.",
        "Alterado: {customer}, {service}, agora {when}.",
        "Cancelado: {customer}, {service}, {when}.",
        "Em breve: {customer}, {service}, {when}.",
    ],
};

const DUTCH: BuiltIn = BuiltIn {
    appointment: "afspraak",
    subjects: [
        "{business}: {service} bevestigd",
        "{business}: {service} gewijzigd",
        "{business}: {service} geannuleerd",
        "{business}: {service} {when}",
    ],
    customer: [
        "{business}: {service} bevestigd: {when}.",
        "{business}: {service} gewijzigd, nu {when}.",
        "{business}: {service} {when} geannuleerd.",
        "{business}: herinnering: {service} {when}.",
    ],
    staff: [
        "Nieuw: {customer}, {service}, {when}.",
        "Gewijzigd: {customer}, {service}, nu {when}.",
        "Geannuleerd: {customer}, {service}, {when}.",
        "Binnenkort: {customer}, {service}, {when}.",
    ],
};

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::super::appointment::{Appointment, Person};
    use super::super::plan::{News, plan};
    use super::*;

    fn said(tenant: &Tenant, anna: Person) -> Vec<String> {
        let start: DateTime<Utc> = "2026-06-04T19:00:00Z".parse().unwrap();
        let now = start - TimeDelta::days(3);
        let boss = Person::new("Dr Ito").with_phone("+15551239999");
        let visit = Appointment::new("v".parse().unwrap(), start, start + TimeDelta::minutes(30), anna)
            .with_service("check-up")
            .with_place("12 Main St")
            .with_staff(boss);
        let planned = plan(tenant, None, &[], &News::set(visit), now).unwrap();
        let body = |told: &Notification| wording(tenant, &planned.record, told, now).body.into_string();
        planned.told.iter().map(body).collect()
    }

    #[test]
    fn the_tenants_own_words_come_first() {
        let mut tenant = Tenant::new("clinic".parse().unwrap()).with_name("Clinic");
        tenant.zone = chrono_tz::America::New_York;
        let anna = || Person::new("Anna").with_phone("+14155552671");
        let texts =
            Texts { confirmation: Some("{name}: {service} {date}, {time}, {place}".into()), ..Texts::default() };
        tenant.texts.insert("es".into(), texts);
        let [confirmation, _, _, staff] = &said(&tenant, anna())[..] else { panic!("four") };
        assert_eq!(confirmation, "Clinic: your check-up is confirmed: on Thursday, June 4 at 3:00 PM.");
        assert_eq!(staff, "New: Anna, check-up, on Thursday, June 4 at 3:00 PM.");
        let spanish = said(&tenant, anna().with_language("es-MX").with_zone(chrono_tz::Europe::Madrid));
        assert_eq!(spanish[0], "Anna: check-up jueves 4 de junio, 21:00, 12 Main St");
        assert_eq!(spanish[1], "Clinic: recordatorio (check-up): el jueves 4 de junio a las 21:00.");
        // A language that nobody here speaks, and a tag of the tenant's that says it more closely.
        assert!(said(&tenant, anna().with_language("xx"))[0].starts_with("Clinic: your check-up"));
        tenant.language = Some("de".into());
        assert_eq!(said(&tenant, anna())[0], "Clinic: check-up bestätigt: am Donnerstag, 4. Juni, um 15:00 Uhr.");
        let closer = Texts { confirmation: Some("{when}".into()), ..Texts::default() };
        tenant.texts.insert("ES-mx".into(), closer);
        assert_eq!(said(&tenant, anna().with_language("es-MX"))[0], "el jueves 4 de junio a las 15:00");
    }

    #[test]
    fn who_has_an_appointment_is_shown_where_it_stands() {
        let tenant = Tenant::new("clinic".parse().unwrap()).with_name("Clinic");
        let start: DateTime<Utc> = "2026-06-04T19:00:00Z".parse().unwrap();
        let now = start - TimeDelta::days(3);
        let anna = Person::new("Anna").with_phone("+14155552671");
        let visit = Appointment::new("v".parse().unwrap(), start, start + TimeDelta::minutes(30), anna)
            .with_link("https://cal.example/v")
            .with_staff(Person::new("Dr Ito").with_phone("+15551239999"));
        let bodies = |tenant: &Tenant| {
            let planned = plan(tenant, None, &[], &News::set(visit.clone()), now).unwrap();
            let body = |told: &Notification| wording(tenant, &planned.record, told, now).body.into_string();
            planned.told.iter().map(body).collect::<Vec<_>>()
        };
        let [confirmation, reminder, .., staff] = &bodies(&tenant)[..] else { panic!("several") };
        assert!(confirmation.ends_with("7:00 PM. https://cal.example/v"), "{confirmation}");
        assert!(!reminder.contains("https") && !staff.contains("https"), "{reminder} {staff}");
        let mut own = tenant;
        own.texts.insert("en".into(), Texts { confirmation: Some("At {link} ({time})".into()), ..Texts::default() });
        assert_eq!(bodies(&own)[0], "At https://cal.example/v (7:00 PM)");
    }

    #[test]
    fn what_somebody_is_called_is_not_searched_for_places() {
        let tenant = Tenant::new("clinic".parse().unwrap()).with_name("{customer}");
        let said = said(&tenant, Person::new("{when}").with_phone("+14155552671"));
        assert!(said[0].starts_with("{customer}: your check-up"), "{said:?}");
    }
}
