use std::fmt::Write as _;

use chrono::{DateTime, Datelike, Timelike, Utc};
use chrono_tz::Tz;

/// The languages in which times are told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Language {
    /// English as in the United States: `Tuesday, June 4 at 3:00 PM`.
    #[default]
    English,
    /// English as elsewhere: `Tuesday 4 June at 3:00 pm`.
    EnglishDayFirst,
    /// Spanish.
    Spanish,
    /// French.
    French,
    /// German.
    German,
    /// Italian.
    Italian,
    /// Portuguese.
    Portuguese,
    /// Dutch.
    Dutch,
}

/// A language's words.
struct Words {
    days: [&'static str; 7],
    months: [&'static str; 12],
    today: &'static str,
    tomorrow: &'static str,
}

impl Language {
    /// The language of a BCP 47 tag such as `de-AT`; `None` when times are not told in it.
    #[must_use]
    pub fn of(tag: &str) -> Option<Self> {
        let mut parts = tag.split(['-', '_']).map(str::to_ascii_lowercase);
        let language = parts.next()?;
        let region = parts.find(|part| part.len() == 2);
        Some(match language.as_str() {
            "en" if region.as_deref().is_none_or(|region| ["us", "ca", "ph"].contains(&region)) => Self::English,
            "en" => Self::EnglishDayFirst,
            "es" => Self::Spanish,
            "fr" => Self::French,
            "de" => Self::German,
            "it" => Self::Italian,
            "pt" => Self::Portuguese,
            "nl" => Self::Dutch,
            _ => return None,
        })
    }

    fn words(self) -> &'static Words {
        match self {
            Self::English | Self::EnglishDayFirst => &ENGLISH,
            Self::Spanish => &SPANISH,
            Self::French => &FRENCH,
            Self::German => &GERMAN,
            Self::Italian => &ITALIAN,
            Self::Portuguese => &PORTUGUESE,
            Self::Dutch => &DUTCH,
        }
    }

    /// The time of the day in a zone: `3:00 PM`, `15:00`, `15h00`, `15:00 Uhr`.
    ///
    /// ```
    /// use frontdesk::schedule::Language;
    /// let at = "2026-06-02T13:00:00Z".parse::<chrono::DateTime<chrono::Utc>>()?;
    /// assert_eq!(Language::English.time(at, chrono_tz::America::New_York), "9:00 AM");
    /// assert_eq!(Language::German.time(at, chrono_tz::Europe::Berlin), "15:00 Uhr");
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    #[must_use]
    pub fn time(self, at: DateTime<Utc>, zone: Tz) -> String {
        let local = at.with_timezone(&zone);
        let (hour, minute) = (local.hour(), local.minute());
        let (afternoon, twelve) = local.hour12();
        match self {
            Self::English => format!("{twelve}:{minute:02} {}", if afternoon { "PM" } else { "AM" }),
            Self::EnglishDayFirst => format!("{twelve}:{minute:02} {}", if afternoon { "pm" } else { "am" }),
            Self::French => format!("{hour}h{minute:02}"),
            Self::German => format!("{hour}:{minute:02} Uhr"),
            Self::Dutch => format!("{hour}:{minute:02} uur"),
            Self::Spanish | Self::Italian | Self::Portuguese => format!("{hour}:{minute:02}"),
        }
    }

    /// The day in a zone, with the year unless it is that of `now`: `Tuesday, June 2`, `martes 2 de junio`.
    #[must_use]
    pub fn date(self, at: DateTime<Utc>, zone: Tz, now: DateTime<Utc>) -> String {
        let (local, now) = (at.with_timezone(&zone), now.with_timezone(&zone));
        let words = self.words();
        let name = |names: &[&'static str], number: u32| names.get(number as usize).copied().unwrap_or_default();
        let day_name = name(&words.days, local.weekday().num_days_from_monday());
        let month = name(&words.months, local.month0());
        let day = local.day();
        let year = (local.year() != now.year()).then(|| local.year());
        let mut text = match self {
            Self::English => format!("{day_name}, {month} {day}"),
            Self::EnglishDayFirst | Self::Italian | Self::Dutch => format!("{day_name} {day} {month}"),
            Self::Spanish => format!("{day_name} {day} de {month}"),
            Self::French if day == 1 => format!("{day_name} 1er {month}"),
            Self::French => format!("{day_name} {day} {month}"),
            Self::German => format!("{day_name}, {day}. {month}"),
            Self::Portuguese => format!("{day_name}, {day} de {month}"),
        };
        if let Some(year) = year {
            let between = match self {
                Self::English => ", ",
                Self::Spanish | Self::Portuguese => " de ",
                _ => " ",
            };
            // Writing to a string does not fail.
            let _ = write!(text, "{between}{year}");
        }
        text
    }

    /// Day and time as somebody would say them at `now`: `today at 3:00 PM`, `tomorrow at 9:30 AM`,
    /// `on Tuesday, June 2 at 3:00 PM`. Days are counted in the zone.
    ///
    /// ```
    /// use frontdesk::schedule::Language;
    /// let time = |text: &str| text.parse::<chrono::DateTime<chrono::Utc>>();
    /// let (at, now) = (time("2026-06-02T19:00:00Z")?, time("2026-06-02T02:00:00Z")?);
    /// // It is still Monday evening in New York.
    /// assert_eq!(Language::English.when(at, chrono_tz::America::New_York, now), "tomorrow at 3:00 PM");
    /// assert_eq!(Language::Spanish.when(at, chrono_tz::Europe::Madrid, now), "hoy a las 21:00");
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    #[must_use]
    pub fn when(self, at: DateTime<Utc>, zone: Tz, now: DateTime<Utc>) -> String {
        let (local, today) = (at.with_timezone(&zone), now.with_timezone(&zone).date_naive());
        let words = self.words();
        let ahead = local.date_naive().signed_duration_since(today).num_days();
        let day = match ahead {
            0 => words.today.to_owned(),
            1 => words.tomorrow.to_owned(),
            _ => {
                let date = self.date(at, zone, now);
                let weekend = local.weekday().num_days_from_monday() >= 5;
                match self {
                    Self::English | Self::EnglishDayFirst => format!("on {date}"),
                    Self::Spanish => format!("el {date}"),
                    Self::French => format!("le {date}"),
                    Self::German => format!("am {date},"),
                    Self::Italian => date,
                    Self::Portuguese if weekend => format!("no {date},"),
                    Self::Portuguese => format!("na {date},"),
                    Self::Dutch => format!("op {date}"),
                }
            }
        };
        let time = self.time(at, zone);
        let one = local.hour() == 1;
        let at = match self {
            Self::English | Self::EnglishDayFirst => " at ",
            Self::Spanish if one => " a la ",
            Self::Spanish => " a las ",
            Self::French => " à ",
            Self::German => " um ",
            Self::Dutch => " om ",
            Self::Italian if one => " all'",
            Self::Italian => " alle ",
            Self::Portuguese if one => " à ",
            Self::Portuguese => " às ",
        };
        format!("{day}{at}{time}")
    }
}

const ENGLISH: Words = Words {
    days: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    today: "today",
    tomorrow: "tomorrow",
};

const SPANISH: Words = Words {
    days: ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"],
    months: [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
    today: "hoy",
    tomorrow: "mañana",
};

const FRENCH: Words = Words {
    days: ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
    months: [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    today: "aujourd'hui",
    tomorrow: "demain",
};

const GERMAN: Words = Words {
    days: ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
    months: [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
    today: "heute",
    tomorrow: "morgen",
};

const ITALIAN: Words = Words {
    days: ["lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"],
    months: [
        "gennaio",
        "febbraio",
        "marzo",
        "aprile",
        "maggio",
        "giugno",
        "luglio",
        "agosto",
        "settembre",
        "ottobre",
        "novembre",
        "dicembre",
    ],
    today: "oggi",
    tomorrow: "domani",
};

const PORTUGUESE: Words = Words {
    days: ["segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado", "domingo"],
    months: [
        "janeiro",
        "fevereiro",
        "março",
        "abril",
        "maio",
        "junho",
        "julho",
        "agosto",
        "setembro",
        "outubro",
        "novembro",
        "dezembro",
    ],
    today: "hoje",
    tomorrow: "amanhã",
};

const DUTCH: Words = Words {
    days: ["maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"],
    months: [
        "januari",
        "februari",
        "maart",
        "april",
        "mei",
        "juni",
        "juli",
        "augustus",
        "september",
        "oktober",
        "november",
        "december",
    ],
    today: "vandaag",
    tomorrow: "morgen",
};

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn days_are_counted_in_the_recipients_zone() {
        let zone = chrono_tz::America::New_York;
        let at = time("2026-06-02T19:00:00Z");
        let told = |now: &str| Language::English.when(at, zone, time(now));
        assert_eq!(told("2026-06-01T02:00:00Z"), "on Tuesday, June 2 at 3:00 PM");
        assert_eq!(told("2026-06-01T04:00:00Z"), "tomorrow at 3:00 PM");
        assert_eq!(told("2026-06-02T03:59:59Z"), "tomorrow at 3:00 PM");
        assert_eq!(told("2026-06-02T04:00:00Z"), "today at 3:00 PM");
        assert_eq!(told("2026-06-03T12:00:00Z"), "on Tuesday, June 2 at 3:00 PM");
        assert_eq!(told("2025-12-31T12:00:00Z"), "on Tuesday, June 2, 2026 at 3:00 PM");
        // The day on which clocks change has its own noon.
        let spring = time("2026-03-08T16:00:00Z");
        assert_eq!(Language::English.when(spring, zone, time("2026-03-08T04:30:00Z")), "tomorrow at 12:00 PM");
    }

    #[test]
    fn every_language_says_it_its_way() {
        let zone = chrono_tz::Europe::Paris;
        let (at, one) = (time("2026-08-01T13:05:00Z"), time("2026-08-03T11:00:00Z"));
        let now = time("2026-01-01T00:00:00Z");
        let said = |tag: &str, at| Language::of(tag).unwrap().when(at, zone, now);
        assert_eq!(said("en-GB", at), "on Saturday 1 August at 3:05 pm");
        assert_eq!(said("es", at), "el sábado 1 de agosto a las 15:05");
        assert_eq!(said("fr-CA", at), "le samedi 1er août à 15h05");
        assert_eq!(said("de", at), "am Samstag, 1. August, um 15:05 Uhr");
        assert_eq!(said("it", at), "sabato 1 agosto alle 15:05");
        assert_eq!(said("pt-BR", at), "no sábado, 1 de agosto, às 15:05");
        assert_eq!(said("nl", at), "op zaterdag 1 augustus om 15:05 uur");
        assert_eq!(said("pt", one), "na segunda-feira, 3 de agosto, às 13:00");
        let night = time("2026-08-02T23:00:00Z");
        assert_eq!(said("es", night), "el lunes 3 de agosto a la 1:00");
        assert_eq!(said("it", night), "lunedì 3 agosto all'1:00");
        assert_eq!(Language::of("en_US"), Some(Language::English));
        assert_eq!(Language::of("zh-Hans-CN"), None);
        assert_eq!(Language::of(""), None);
        assert_eq!(Language::English.time(time("2026-01-01T05:00:00Z"), chrono_tz::America::New_York), "12:00 AM");
    }
}
