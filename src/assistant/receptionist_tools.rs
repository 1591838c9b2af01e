//! The tools of a receptionist: what they take, and what they say.

use std::time::Duration;

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::context::Context;
use super::toolbox::{Answer, InvalidTool, ToolError, Toolbox};
use crate::availability::Question;
use crate::booking::{Booking, BookingId};
use crate::call::Verdict;
use crate::clock::within;
use crate::message::MessageId;
use crate::messaging::{Draft, Sent};
use crate::notification::Person;
use crate::phone::E164;
use crate::reserve::{Booked, BookingRequest, Reschedule, Unavailable, Upcoming};
use crate::schedule::{Language, SpokenTime};
use crate::spoken;

/// How many times are offered at once: more nobody remembers.
const OFFERS: usize = 3;
/// How far ahead is looked when nobody said when.
const AHEAD: TimeDelta = TimeDelta::days(14);
/// Nobody books more in one call.
const BOOKINGS: usize = 5;
/// A caller who hears nothing for longer hangs up.
const LOOKUP: Duration = Duration::from_secs(6);

#[derive(Deserialize, JsonSchema)]
pub(super) struct Check {
    /// When the caller wishes to come, in the caller's own words, such as "tomorrow afternoon" or "Tuesday at two". Leave it
    /// out when they have no preference.
    when: Option<String>,
    /// How many minutes the appointment takes, when it is not a usual one.
    minutes: Option<u32>,
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Book {
    /// The time that the caller chose, in their own words or as it was offered to them.
    time: String,
    /// The caller's full name.
    name: String,
    /// The number to send the confirmation to, when it is not the one they call from.
    phone: Option<String>,
    /// What the appointment is for.
    reason: Option<String>,
    /// How many minutes it takes, when it is not a usual one and was asked for so.
    minutes: Option<u32>,
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Move {
    /// When the appointment is to be instead, in the caller's own words.
    new_time: String,
    /// Which of the caller's appointments, in their own words, when they have several.
    appointment: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Cancel {
    /// Which of the caller's appointments, in their own words, when they have several.
    appointment: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Find {}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Message {
    /// What the caller wants to have passed on, in their own words.
    message: String,
    /// Who it is from.
    name: Option<String>,
    /// The number to call back, when it is not the one they call from.
    phone: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Hours {
    /// The day that is asked for, in the caller's own words.
    day: Option<String>,
}

/// The receptionist's tools, beside those of the host.
pub(super) fn add(tools: Toolbox) -> Result<Toolbox, InvalidTool> {
    tools
        .tool("check_availability", "Finds free times. Use it before offering any time.", check)?
        .tool(
            "book_appointment",
            "Books one of the times that were offered. Use it only after the caller has agreed.",
            book,
        )?
        .tool("reschedule_appointment", "Moves an appointment of the caller to another time.", reschedule)?
        .tool(
            "cancel_appointment",
            "Cancels an appointment of the caller. Use it only after they have confirmed it.",
            cancel,
        )?
        .tool("find_appointment", "Tells which appointments the caller has.", find)?
        .tool("take_message", "Takes a message for the business.", take_message)?
        .tool("opening_hours", "Tells when the business is open.", opening_hours)
}

impl Context {
    fn language(&self) -> Language {
        self.tenant.language.as_deref().and_then(Language::of).unwrap_or_default()
    }

    /// A time as the assistant is to say it.
    fn say(&self, at: DateTime<Utc>) -> String {
        self.language().when(at, self.tenant.zone, self.now)
    }

    fn list(&self, times: &[DateTime<Utc>]) -> String {
        let said: Vec<_> = times.iter().map(|at| self.say(*at)).collect();
        match &said[..] {
            [] => String::new(),
            [only] => only.clone(),
            [first @ .., last] => format!("{}, or {last}", first.join(", ")),
        }
    }

    fn hear(&self, words: &str) -> SpokenTime {
        SpokenTime::understand(words, self.now, self.tenant.zone, self.tenant.hours.as_ref())
    }

    fn choose(&self, words: &str, offered: &[DateTime<Utc>]) -> SpokenTime {
        SpokenTime::among(words, self.now, self.tenant.zone, self.tenant.hours.as_ref(), offered)
    }

    /// What free times there are, the first of each stretch that differs; those are offered.
    async fn free(
        &self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
        minutes: Option<u32>,
    ) -> Result<Vec<DateTime<Utc>>, ToolError> {
        let question = Question::between(from.max(self.now), until);
        let question = match minutes {
            Some(minutes) => question.lasting(TimeDelta::minutes(i64::from(minutes.clamp(5, 24 * 60)))),
            None => question,
        };
        let asked = self.parts.availability.slots(&self.tenant.id, &question);
        let slots = within(self.parts.clock.as_ref(), LOOKUP, asked).await;
        let slots = slots.ok_or_else(|| {
            ToolError::say("The calendar does not answer just now. Apologise, and offer to take a message or to try again in a moment.")
        })??;
        let starts: Vec<_> = slots.iter().map(|slot| slot.start()).collect();
        Ok(spread(&starts))
    }

    /// Times near one that cannot be had.
    async fn instead(&self, wanted: DateTime<Utc>) -> Result<Vec<DateTime<Utc>>, ToolError> {
        let question = Question::between(self.now, wanted.max(self.now) + AHEAD);
        let asked = self.parts.availability.alternatives(&self.tenant.id, wanted, OFFERS, &question);
        let found = within(self.parts.clock.as_ref(), LOOKUP, asked).await;
        Ok(found.transpose()?.unwrap_or_default().iter().map(|alternative| alternative.slot.start()).collect())
    }

    /// Whether it can be had, as the calendar says now; `None` when the calendar does not say so in time.
    async fn is_free(&self, start: DateTime<Utc>, minutes: Option<u32>) -> Result<Option<bool>, ToolError> {
        let minutes = minutes.unwrap_or(self.tenant.booking.minutes).clamp(5, 24 * 60);
        let length = TimeDelta::minutes(i64::from(minutes));
        let question = Question::between(start, start + length).lasting(length);
        let asked = self.parts.availability.is_free_now(&self.tenant.id, start, &question);
        Ok(within(self.parts.clock.as_ref(), LOOKUP, asked).await.transpose()?)
    }

    fn offer(&self, lead: &str, times: &[DateTime<Utc>]) -> String {
        self.note_offers(times.iter().copied());
        if times.is_empty() {
            return format!("{lead} Nothing is free around then. Ask for another day, or offer to take a message.");
        }
        format!("{lead} Free: {}. Offer these to the caller.", self.list(times))
    }

    /// What the caller's words leave open, to be asked.
    fn ask(&self, heard: &SpokenTime) -> ToolError {
        ToolError::Say(match heard {
            SpokenTime::Ambiguous { question, candidates } if candidates.is_empty() => {
                format!("Ask the caller: {question}")
            }
            SpokenTime::Ambiguous { question, candidates } => {
                let near: Vec<_> = candidates.iter().take(OFFERS).copied().collect();
                format!("Ask the caller: {question} They may mean {}.", self.list(&near))
            }
            SpokenTime::Window { .. } => "Ask the caller for a time of day.".to_owned(),
            SpokenTime::Past => "That time is over. Ask the caller for another one.".to_owned(),
            SpokenTime::Nonexistent => {
                "That time does not exist on that day. Ask the caller for another one.".to_owned()
            }
            _ => "It is not clear which time is meant. Ask the caller for the day and the time.".to_owned(),
        })
    }

    /// The caller's appointments.
    async fn appointments(&self) -> Result<Vec<Booking>, ToolError> {
        let Some(caller) = &self.caller else {
            return Err(ToolError::say(
                "The caller's number is withheld, so that their appointments cannot be looked up. Offer to take a message.",
            ));
        };
        Ok(self.parts.reservations.upcoming(&self.tenant.id, &Upcoming::of(*caller)).await?)
    }

    /// The one appointment that the caller means.
    async fn appointment(&self, words: Option<&str>) -> Result<(Booking, DateTime<Utc>), ToolError> {
        let found = self.appointments().await?;
        let started: Vec<_> =
            found.into_iter().filter_map(|booking| Some((booking.interval()?.start(), booking))).collect();
        let starts: Vec<_> = started.iter().map(|(start, _)| *start).collect();
        let chosen = match (&starts[..], words) {
            ([], _) => {
                return Err(ToolError::say(
                    "There is no appointment under the caller's number. Offer to book one or to take a message.",
                ));
            }
            ([only], None) => Some(*only),
            // What fits another time is not cancelled or moved because it is the only one that is left.
            ([only], Some(words)) => match self.choose(words, &[*only]) {
                SpokenTime::Exact(at) if at == *only => Some(*only),
                SpokenTime::NotATime => Some(*only),
                _ => {
                    let when = self.say(*only);
                    return Err(ToolError::Say(format!(
                        "The caller's only appointment is {when}. Ask whether they mean that one."
                    )));
                }
            },
            (several, Some(words)) => self.choose(words, several).exact(),
            (_, None) => None,
        };
        let found = started.into_iter().find(|(start, _)| Some(*start) == chosen);
        found.map(|(start, booking)| (booking, start)).ok_or_else(|| {
            ToolError::Say(format!(
                "The caller has several appointments: {}. Ask which one they mean.",
                self.list(&starts)
            ))
        })
    }

    /// The time that the caller chose, if it was offered; otherwise what to say.
    async fn chosen(&self, words: &str) -> Result<DateTime<Utc>, ToolError> {
        let heard = self.choose(words, &self.offered);
        let Some(start) = heard.exact() else { return Err(self.ask(&heard)) };
        if self.offered.contains(&start) {
            return Ok(start);
        }
        // Nothing is booked that was not offered: a model makes up times.
        if self.is_free(start, None).await? == Some(true) {
            self.note_offers([start]);
            let when = self.say(start);
            return Err(ToolError::Say(format!(
                "It is free {when}. Ask the caller whether that is right, then call the tool again."
            )));
        }
        let times = self.instead(start).await?;
        let when = self.say(start);
        Err(ToolError::Say(self.offer(&format!("It is not free {when}."), &times)))
    }

    fn number(&self, said: Option<&str>) -> Result<Option<E164>, ToolError> {
        match said {
            None => Ok(self.caller),
            Some(said) => {
                let near = self.caller.as_ref().or(self.tenant.numbers.first());
                // A stranger names no numbers abroad for us to text.
                let home = |number: &E164| {
                    self.caller.is_some() || near.is_some_and(|near| near.calling_code() == number.calling_code())
                };
                let heard = spoken::phone(said, near).filter(home);
                heard
                    .map(Some)
                    .ok_or_else(|| ToolError::say("That is not a telephone number. Ask for it again, digit by digit."))
            }
        }
    }
}

/// A few that differ: the first, and then others with some hours between them, so that a caller has a choice.
fn spread(starts: &[DateTime<Utc>]) -> Vec<DateTime<Utc>> {
    let mut chosen: Vec<DateTime<Utc>> = Vec::new();
    for apart in [TimeDelta::hours(3), TimeDelta::hours(1), TimeDelta::zero()] {
        for start in starts {
            let far = chosen.iter().all(|known| (*known - *start).abs() >= apart && known != start);
            if far && chosen.len() < OFFERS {
                chosen.push(*start);
            }
        }
    }
    chosen.sort_unstable();
    chosen
}

async fn check(call: Context, asked: Check) -> Answer {
    let Some(words) = asked.when.as_deref() else {
        let times = call.free(call.now, call.now + AHEAD, asked.minutes).await?;
        return Ok(call.offer("", &times).trim_start().to_owned());
    };
    match call.hear(words) {
        SpokenTime::Exact(start) => {
            let when = call.say(start);
            match call.is_free(start, asked.minutes).await? {
                Some(true) => {
                    call.note_offers([start]);
                    Ok(format!("It is free {when}."))
                }
                Some(false) => {
                    let times = call.instead(start).await?;
                    Ok(call.offer(&format!("It is not free {when}."), &times))
                }
                None => Err(ToolError::say(
                    "The calendar does not answer just now. Apologise, and offer to take a message.",
                )),
            }
        }
        SpokenTime::Window { from, until, .. } => {
            let times = call.free(from, until, asked.minutes).await?;
            if times.is_empty() {
                let times = call.instead(from).await?;
                return Ok(call.offer("Nothing is free then.", &times));
            }
            Ok(call.offer("", &times).trim_start().to_owned())
        }
        heard => Err(call.ask(&heard)),
    }
}

/// The name of a booking: the same call, tool and time make the same one, `attempt` after one that was cancelled.
fn booking_id(call: &Context, start: DateTime<Utc>, attempt: u32) -> Option<BookingId> {
    let text = format!("{}|{}|book|{}|{attempt}", call.tenant.id, call.call, start.timestamp());
    let digest: String = Sha256::digest(text).iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    format!("call-{digest}").parse().ok()
}

/// What a caller says of themselves, as far as it goes into texts and calendars.
fn plain(text: &str, longest: usize) -> Option<String> {
    let lower = text.to_lowercase();
    let link = ["http", "www.", "://", ".com/"].iter().any(|mark| lower.contains(mark));
    let cut: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(longest).collect();
    (!link && !cut.is_empty()).then_some(cut)
}

/// Whether two names may be one person's: "Anna", "Anna Smith".
fn same_person(known: &str, said: &str) -> bool {
    let words = |name: &str| name.to_lowercase().split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let (known, said) = (words(known), words(said));
    known.iter().all(|word| said.contains(word)) || said.iter().all(|word| known.contains(word))
}

async fn book(call: Context, asked: Book) -> Answer {
    let phone = call.number(asked.phone.as_deref())?;
    let start = call.chosen(&asked.time).await?;
    let when = call.say(start);
    let name = spoken::name(&asked.name).unwrap_or(asked.name);
    let Some(name) = plain(&name, 80) else {
        return Err(ToolError::say("That is not a name. Ask for the caller's name again."));
    };
    let mut person = Person::new(name.as_str());
    if let Some(phone) = &phone {
        person = person.with_phone(*phone);
    }
    if call.booked >= BOOKINGS {
        return Err(ToolError::say("No more can be booked in one call. Offer to take a message."));
    }
    // A booking that was cancelled or moved in this call, or is another person's, has used up its name.
    for attempt in 0..6 {
        let Some(id) = booking_id(&call, start, attempt) else { break };
        let mut request = BookingRequest::new(id.clone(), start, person.clone()).in_call(call.call);
        if let Some(reason) = asked.reason.as_deref().and_then(|reason| plain(reason, 200)) {
            request = request.with_title(reason);
        }
        if let Some(minutes) = asked.minutes {
            request = request.lasting(TimeDelta::minutes(i64::from(minutes.clamp(5, 24 * 60))));
        }
        let booked = match call.parts.reservations.book(&call.tenant.id, &request).await {
            Err(error) if error.reason() == Some("key_reused") => {
                let known = call.parts.reservations.booking(&call.tenant.id, &id).await?;
                let stands = known.filter(|booking| booking.state.stands() && begins(booking, start));
                match stands {
                    // Called twice in other words, it is the same appointment.
                    Some(booking) if same_person(booking.details.customer.name.as_str(), &name) => {
                        return Ok(format!("It is booked already, {when}."));
                    }
                    _ => continue,
                }
            }
            other => other?,
        };
        return match booked {
            // Booked before, and moved since.
            Booked::Confirmed(booking) if !begins(&booking, start) => continue,
            Booked::Confirmed(booking) => {
                call.note_booking(booking.id.clone(), start);
                call.note_outcome(Verdict::Booked, format!("book_appointment: booked {when}"));
                let told = if phone.is_some() { " A text with the details is on its way." } else { "" };
                Ok(format!("Booked {when}.{told}"))
            }
            Booked::Taken { why, alternatives } => {
                let times: Vec<_> = alternatives.iter().map(|alternative| alternative.slot.start()).collect();
                call.note_outcome(Verdict::NotBooked, format!("book_appointment: {} {when}", why.as_str()));
                let lead = match why {
                    Unavailable::Taken => format!("Somebody else was faster: it is taken {when}."),
                    Unavailable::Full => "That day is full.".to_owned(),
                    Unavailable::Closed => format!("It cannot be booked {when}."),
                };
                Err(ToolError::Say(call.offer(&lead, &times)))
            }
            Booked::Cancelled(_) => continue,
            Booked::Held(_) => Err(ToolError::say("It is being booked. Ask again in a moment.")),
        };
    }
    Err(ToolError::say("That time cannot be booked again in this call. Offer another one, or to take a message."))
}

fn begins(booking: &Booking, start: DateTime<Utc>) -> bool {
    booking.interval().is_some_and(|interval| interval.start() == start)
}

async fn reschedule(call: Context, asked: Move) -> Answer {
    let (booking, was) = call.appointment(asked.appointment.as_deref()).await?;
    let start = call.chosen(&asked.new_time).await?;
    let when = call.say(start);
    if start == was {
        return Ok(format!("The appointment is {when} already."));
    }
    match call.parts.reservations.reschedule(&call.tenant.id, &booking.id, &Reschedule::to(start)).await? {
        Booked::Confirmed(booking) => {
            call.note_booking(booking.id.clone(), start);
            call.note_outcome(Verdict::Rescheduled, format!("reschedule_appointment: moved, {when}"));
            Ok(format!("Moved: the appointment is {when} now."))
        }
        Booked::Taken { alternatives, .. } => {
            let times: Vec<_> = alternatives.iter().map(|alternative| alternative.slot.start()).collect();
            call.note_outcome(Verdict::NotBooked, format!("reschedule_appointment: not free {when}"));
            Err(ToolError::Say(call.offer(&format!("It is not free {when}; the appointment stays as it was."), &times)))
        }
        _ => Err(ToolError::say("The appointment does not stand any more. Offer to book a new one.")),
    }
}

async fn cancel(call: Context, asked: Cancel) -> Answer {
    let (booking, start) = call.appointment(asked.appointment.as_deref()).await?;
    let when = call.say(start);
    call.parts.reservations.cancel(&call.tenant.id, &booking.id).await?;
    call.note_outcome(Verdict::Cancelled, format!("cancel_appointment: cancelled what was {when}"));
    Ok(format!("Cancelled: the appointment that was {when}."))
}

async fn find(call: Context, _: Find) -> Answer {
    let starts: Vec<_> =
        call.appointments().await?.iter().filter_map(|booking| Some(booking.interval()?.start())).collect();
    Ok(match &starts[..] {
        [] => "There is no appointment under the caller's number.".to_owned(),
        [only] => format!("The caller has an appointment {}.", call.say(*only)),
        several => {
            let said: Vec<_> = several.iter().map(|at| call.say(*at)).collect();
            format!("The caller has {} appointments: {}.", several.len(), said.join("; "))
        }
    })
}

async fn take_message(call: Context, asked: Message) -> Answer {
    let phone = call.number(asked.phone.as_deref())?;
    let from = asked.name.as_deref().and_then(|name| plain(name, 80)).unwrap_or_else(|| "A caller".to_owned());
    let at = phone.as_ref().map(|phone| format!(" ({})", phone.as_str())).unwrap_or_default();
    let words: String = asked.message.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(1_000).collect();
    let text = format!("Message from {from}{at}: {words}");
    let mut sent = false;
    if let Some(to) = &call.tenant.receptionist.messages_to {
        // Told twice, it is one message.
        let digest: String = Sha256::digest(format!("{}|message|{text}", call.call))
            .iter()
            .take(12)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let mut draft = Draft::new(*to, text.as_str()).with_call(call.call);
        if let Ok(id) = MessageId::new(format!("call-{digest}")) {
            draft = draft.with_id(id);
        }
        match call.parts.messenger.send(&call.tenant.id, draft).await? {
            Sent::Refused(refusal) => {
                tracing::warn!(?refusal, "a caller's message could not be sent on; it is in the call's record");
            }
            _ => sent = true,
        }
    }
    call.note_message(text);
    call.note_outcome(Verdict::CallbackRequested, "take_message: a message was taken");
    Ok(if sent {
        "The message is taken and will be passed on.".to_owned()
    } else {
        "The message is noted with the call; somebody will see it there.".to_owned()
    })
}

async fn opening_hours(call: Context, asked: Hours) -> Answer {
    let Some(hours) = &call.tenant.hours else { return Ok("The business takes calls at any time.".to_owned()) };
    let zone = call.tenant.zone;
    let date = asked.day.as_deref().and_then(|words| match call.hear(words) {
        SpokenTime::Exact(at) => Some(at),
        SpokenTime::Window { from, until, .. } => Some(from + (until - from) / 2),
        SpokenTime::Ambiguous { candidates, .. } => candidates.first().copied(),
        _ => None,
    });
    let date = date.map(|at| at.with_timezone(&zone).date_naive());
    let time = |at: DateTime<Utc>| call.language().time(at, zone);
    let stretches = |date| -> Vec<String> {
        hours
            .windows_on(date)
            .iter()
            .filter_map(|window| window.on(date, zone))
            .map(|(from, until)| match until - from {
                whole if whole >= TimeDelta::hours(23) => "midnight to midnight".to_owned(),
                _ => format!("{} to {}", time(from), time(until)),
            })
            .collect()
    };
    if let Some(date) = date {
        let said = stretches(date);
        let day = date.format("%A, %B %-d");
        return Ok(if said.is_empty() {
            format!("Closed on {day}.")
        } else {
            format!("Open on {day} from {}.", said.join(" and "))
        });
    }
    let today = call.now.with_timezone(&zone).date_naive();
    let monday = today - chrono::Days::new(today.weekday().num_days_from_monday().into());
    // Days with the same hours, said together.
    let mut spans: Vec<(String, Vec<String>)> = Vec::new();
    for date in monday.iter_days().take(7) {
        let said = stretches(date);
        let said = if said.is_empty() { "closed".to_owned() } else { said.join(" and ") };
        let name = date.format("%A").to_string();
        match spans.last_mut() {
            Some((hours, days)) if *hours == said => days.push(name),
            _ => spans.push((said, vec![name])),
        }
    }
    let spoken: Vec<_> = spans
        .iter()
        .map(|(hours, days)| match &days[..] {
            [first, .., last] => format!("{first} to {last} {hours}"),
            _ => format!("{} {hours}", days.concat()),
        })
        .collect();
    let now = if hours.is_open(call.now, zone) { "Open now." } else { "Closed now." };
    Ok(format!("{now} This week: {}.", spoken.join("; ")))
}
