//! The plain body: what a workflow or another assistant posts, without Vapi's envelope.

use chrono::{DateTime, SecondsFormat, Utc};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::service::Assistants;
use crate::Error;
use crate::availability::Question;
use crate::booking::BookingId;
use crate::notification::Person;
use crate::phone::E164;
use crate::reserve::{Booked, BookingRequest, Reschedule, Upcoming};
use crate::schedule::{Language, SpokenTime};
use crate::spoken;
use crate::tenant::Tenant;

/// How many times are offered.
const OFFERS: usize = 3;
/// How far ahead is looked.
const AHEAD: chrono::TimeDelta = chrono::TimeDelta::days(14);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    org_id: String,
    intent: String,
    #[serde(default)]
    date: Option<String>,
    #[serde(default)]
    time: Option<String>,
    #[serde(default)]
    phone: Option<String>,
    #[serde(default)]
    customer_name: Option<String>,
    /// A time that was offered.
    #[serde(default)]
    token: Option<String>,
    /// The booking to move or cancel; the customer's only one when absent.
    #[serde(default)]
    booking_id: Option<String>,
}

#[derive(Serialize)]
struct Offer {
    start: String,
    spoken: String,
    token: String,
}

/// An answer and its status.
pub(crate) type Answered = (StatusCode, Value);

fn problem(status: StatusCode, reason: &str, say: &str) -> Answered {
    (status, json!({ "ok": false, "reason": reason, "say": say }))
}

struct Asked<'a> {
    assistants: &'a Assistants,
    tenant: &'a Tenant,
    body: &'a Body,
    now: DateTime<Utc>,
}

impl Assistants {
    /// Answers a plain body: `check`, `book`, `reschedule` or `cancel`.
    pub(crate) async fn plain(&self, bytes: &[u8]) -> Answered {
        let body: Body = match serde_json::from_slice(bytes) {
            Ok(body) => body,
            Err(_) => {
                let say = "The body is to be JSON with orgId and intent.";
                return problem(StatusCode::BAD_REQUEST, "malformed", say);
            }
        };
        let Ok(id) = body.org_id.parse() else {
            return problem(StatusCode::NOT_FOUND, "unknown_org", "There is no such organisation.");
        };
        let tenant = match self.settings(&id).await {
            Ok(Some(tenant)) => tenant,
            Ok(None) => return problem(StatusCode::NOT_FOUND, "unknown_org", "There is no such organisation."),
            Err(error) => return failed(&error),
        };
        let asked = Asked { assistants: self, tenant: &tenant, body: &body, now: self.parts().clock.now() };
        let answer = match body.intent.as_str() {
            "check" => asked.check().await,
            "book" => asked.book().await,
            "reschedule" => asked.reschedule().await,
            "cancel" => asked.cancel().await,
            _ => {
                let say = "The intent is to be check, book, reschedule or cancel.";
                return problem(StatusCode::BAD_REQUEST, "unknown_intent", say);
            }
        };
        answer.unwrap_or_else(|error| failed(&error))
    }
}

fn failed(error: &Error) -> Answered {
    tracing::error!(%error, "a plain booking request failed");
    let say = "This cannot be done just now. Please try again in a moment.";
    problem(StatusCode::SERVICE_UNAVAILABLE, if error.is_outcome_unknown() { "unknown" } else { "unavailable" }, say)
}

impl Asked<'_> {
    fn say(&self, at: DateTime<Utc>) -> String {
        let language = self.tenant.language.as_deref().and_then(Language::of).unwrap_or_default();
        language.when(at, self.tenant.zone, self.now)
    }

    fn offers(&self, times: &[DateTime<Utc>]) -> Vec<Offer> {
        let offer = |at: &DateTime<Utc>| Offer {
            start: at.with_timezone(&self.tenant.zone).to_rfc3339_opts(SecondsFormat::Secs, true),
            spoken: self.say(*at),
            token: self.assistants.passport().of_offer(&self.tenant.id, *at),
        };
        times.iter().take(OFFERS).map(offer).collect()
    }

    /// What is said of date and time, together.
    fn heard(&self) -> Option<SpokenTime> {
        let date = self.body.date.as_deref().unwrap_or_default().trim();
        let time = self.body.time.as_deref().unwrap_or_default().trim();
        let words = format!("{date} {time}");
        let words = words.trim();
        (!words.is_empty())
            .then(|| SpokenTime::understand(words, self.now, self.tenant.zone, self.tenant.hours.as_ref()))
    }

    fn unclear(&self, heard: &SpokenTime) -> Answered {
        let (reason, say, near) = match heard {
            SpokenTime::Ambiguous { question, candidates } => ("ambiguous", question.to_string(), candidates.clone()),
            SpokenTime::Past => ("past", "That time is over.".to_owned(), Vec::new()),
            SpokenTime::Nonexistent => ("nonexistent", "That time does not exist.".to_owned(), Vec::new()),
            SpokenTime::Window { .. } => ("incomplete", "At what time?".to_owned(), Vec::new()),
            _ => ("not_a_time", "Which day and what time would you like?".to_owned(), Vec::new()),
        };
        let candidates: Vec<_> = near.iter().map(|at| at.with_timezone(&self.tenant.zone).to_rfc3339()).collect();
        (
            StatusCode::UNPROCESSABLE_ENTITY,
            json!({ "ok": false, "reason": reason, "say": say, "candidates": candidates }),
        )
    }

    async fn near(&self, wanted: DateTime<Utc>) -> Result<Vec<DateTime<Utc>>, Error> {
        let question = Question::between(self.now, wanted.max(self.now) + AHEAD);
        let availability = &self.assistants.parts().availability;
        let found = availability.alternatives(&self.tenant.id, wanted, OFFERS, &question).await?;
        Ok(found.iter().map(|alternative| alternative.slot.start()).collect())
    }

    async fn check(&self) -> Result<Answered, Error> {
        let availability = &self.assistants.parts().availability;
        let slots = |from: DateTime<Utc>, until: DateTime<Utc>| async move {
            let question = Question::between(from.max(self.now), until);
            let slots = availability.slots(&self.tenant.id, &question).await?;
            Ok::<_, Error>(slots.iter().map(|slot| slot.start()).collect::<Vec<_>>())
        };
        let (free, times) = match self.heard() {
            None => (None, slots(self.now, self.now + AHEAD).await?),
            Some(SpokenTime::Window { from, until, .. }) => (None, slots(from, until).await?),
            Some(SpokenTime::Exact(start)) => {
                let question = Question::between(
                    start,
                    start + chrono::TimeDelta::minutes(i64::from(self.tenant.booking.minutes)),
                );
                let free = availability.is_free_now(&self.tenant.id, start, &question).await?;
                (Some(free), if free { vec![start] } else { self.near(start).await? })
            }
            Some(heard) => return Ok(self.unclear(&heard)),
        };
        let available = free.unwrap_or(!times.is_empty());
        Ok((StatusCode::OK, json!({ "ok": true, "available": available, "slots": self.offers(&times) })))
    }

    /// The time that a token or the words name.
    fn wanted(&self) -> Result<DateTime<Utc>, Answered> {
        if let Some(token) = self.body.token.as_deref().filter(|token| !token.trim().is_empty()) {
            let offered = self.assistants.passport().offer(&self.tenant.id, token);
            return offered
                .ok_or_else(|| problem(StatusCode::BAD_REQUEST, "unknown_token", "That time was not offered."));
        }
        match self.heard() {
            Some(SpokenTime::Exact(start)) => Ok(start),
            Some(heard) => Err(self.unclear(&heard)),
            None => Err(self.unclear(&SpokenTime::NotATime)),
        }
    }

    fn phone(&self) -> Option<E164> {
        let said = self.body.phone.as_deref()?;
        said.trim().parse().ok().or_else(|| spoken::phone(said, self.tenant.numbers.first()))
    }

    /// The same person and time are the same booking, however often it is asked for.
    fn booking_id(&self, start: DateTime<Utc>, phone: &E164, attempt: u32) -> Option<BookingId> {
        let text = format!("{}|{}|{}|{attempt}", self.tenant.id, phone.as_str(), start.timestamp());
        let digest: String = Sha256::digest(text).iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        format!("plain-{digest}").parse().ok()
    }

    async fn book(&self) -> Result<Answered, Error> {
        let Some(phone) = self.phone() else {
            return Ok(problem(
                StatusCode::UNPROCESSABLE_ENTITY,
                "phone",
                "The customer's number is missing or is none.",
            ));
        };
        let Some(name) = self.body.customer_name.as_deref().filter(|name| !name.trim().is_empty()) else {
            return Ok(problem(StatusCode::UNPROCESSABLE_ENTITY, "customerName", "The customer's name is missing."));
        };
        let start = match self.wanted() {
            Ok(start) => start,
            Err(answer) => return Ok(answer),
        };
        let reservations = &self.assistants.parts().reservations;
        let person = Person::new(name.trim().chars().take(80).collect::<String>()).with_phone(phone);
        // What was cancelled or moved has used up its name.
        for attempt in 0..6 {
            let Some(id) = self.booking_id(start, &phone, attempt) else { break };
            let request = BookingRequest::new(id.clone(), start, person.clone());
            match reservations.book(&self.tenant.id, &request).await {
                Ok(Booked::Cancelled(_)) => {}
                Ok(Booked::Confirmed(booking)) if !begins(&booking, start) => {}
                Ok(booked) => return Ok(self.settled(booked, start)),
                // The same number, under another name: the same person spelt otherwise.
                Err(error) if error.reason() == Some("key_reused") => {
                    let known = reservations.booking(&self.tenant.id, &id).await?;
                    if let Some(booking) = known.filter(|booking| booking.state.stands() && begins(booking, start)) {
                        return Ok(self.settled(Booked::Confirmed(Box::new(booking)), start));
                    }
                }
                Err(error) if error.is_permanent() => {
                    tracing::warn!(%error, "a plain booking cannot be made");
                    return Ok(problem(StatusCode::UNPROCESSABLE_ENTITY, "refused", "That cannot be booked."));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(problem(StatusCode::CONFLICT, "cancelled", "That time was cancelled too often. Please choose another one."))
    }

    fn settled(&self, booked: Booked, start: DateTime<Utc>) -> Answered {
        match booked {
            Booked::Held(_) => {
                problem(StatusCode::SERVICE_UNAVAILABLE, "unknown", "It is being booked: ask again in a moment.")
            }
            Booked::Confirmed(booking) => {
                let local = start.with_timezone(&self.tenant.zone).to_rfc3339_opts(SecondsFormat::Secs, true);
                (
                    StatusCode::OK,
                    json!({ "ok": true, "bookingId": booking.id.as_str(), "start": local, "spoken": self.say(start) }),
                )
            }
            Booked::Taken { why, alternatives } => {
                let times: Vec<_> = alternatives.iter().map(|alternative| alternative.slot.start()).collect();
                (StatusCode::CONFLICT, json!({ "ok": false, "reason": why.as_str(), "slots": self.offers(&times) }))
            }
            Booked::Cancelled(_) => problem(
                StatusCode::CONFLICT,
                "cancelled",
                "That appointment was cancelled. Please choose another time.",
            ),
        }
    }

    /// The booking that is meant: by its name, else the customer's only one.
    async fn meant(&self) -> Result<Result<BookingId, Answered>, Error> {
        if let Some(id) = &self.body.booking_id {
            return Ok(id
                .parse()
                .map_err(|_| problem(StatusCode::NOT_FOUND, "unknown_booking", "There is no such appointment.")));
        }
        let Some(phone) = self.phone() else {
            return Ok(Err(problem(
                StatusCode::UNPROCESSABLE_ENTITY,
                "phone",
                "The customer's number is missing or is none.",
            )));
        };
        let reservations = &self.assistants.parts().reservations;
        let known = reservations.upcoming(&self.tenant.id, &Upcoming::of(phone)).await?;
        Ok(match &known[..] {
            [] => Err(problem(StatusCode::NOT_FOUND, "unknown_booking", "There is no appointment under that number.")),
            [only] => Ok(only.id.clone()),
            several => {
                let list: Vec<_> = several
                    .iter()
                    .filter_map(|booking| Some(json!({ "bookingId": booking.id.as_str(), "spoken": self.say(booking.interval()?.start()) })))
                    .collect();
                let say = "There are several appointments under that number: name one by its bookingId.";
                Err((StatusCode::CONFLICT, json!({ "ok": false, "reason": "several", "say": say, "bookings": list })))
            }
        })
    }

    async fn reschedule(&self) -> Result<Answered, Error> {
        let id = match self.meant().await? {
            Ok(id) => id,
            Err(answer) => return Ok(answer),
        };
        let start = match self.wanted() {
            Ok(start) => start,
            Err(answer) => return Ok(answer),
        };
        match self.assistants.parts().reservations.reschedule(&self.tenant.id, &id, &Reschedule::to(start)).await {
            Ok(booked) => Ok(self.settled(booked, start)),
            Err(error) if error.is_not_found() => {
                Ok(problem(StatusCode::NOT_FOUND, "unknown_booking", "There is no such appointment."))
            }
            Err(error) if error.is_permanent() => {
                Ok(problem(StatusCode::CONFLICT, "over", "That appointment does not stand any more."))
            }
            Err(error) => Err(error),
        }
    }

    async fn cancel(&self) -> Result<Answered, Error> {
        let id = match self.meant().await? {
            Ok(id) => id,
            Err(answer) => return Ok(answer),
        };
        match self.assistants.parts().reservations.cancel(&self.tenant.id, &id).await {
            Ok(booking) => {
                Ok((StatusCode::OK, json!({ "ok": true, "bookingId": booking.id.as_str(), "cancelled": true })))
            }
            Err(error) if error.is_not_found() => {
                Ok(problem(StatusCode::NOT_FOUND, "unknown_booking", "There is no such appointment."))
            }
            Err(error) => Err(error),
        }
    }
}

fn begins(booking: &crate::booking::Booking, start: DateTime<Utc>) -> bool {
    booking.interval().is_some_and(|interval| interval.start() == start)
}
