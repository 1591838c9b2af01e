//! When somebody can come: opening hours, buffers and notice, less what calendars hold, and what to offer when the
//! wanted time is taken.
//!
//! `cargo run --example find_slots`. Everything is simulated: no account, no keys.
#![allow(clippy::print_stdout, reason = "an example talks to whoever runs it")]

use std::error::Error;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use frontdesk::availability::{Availability, Question};
use frontdesk::calendar::{Calendar, Diaries};
use frontdesk::clock::{Clock, ManualClock};
use frontdesk::google::{CalendarId, GoogleCalendar};
use frontdesk::id::TenantId;
use frontdesk::schedule::{Choice, Interval, Pool, SlotQuery, WeeklyHours};
use frontdesk::sim::Google;
use frontdesk::store::MemoryStore;
use frontdesk::tenant::Tenant;

const ZONE: Tz = chrono_tz::America::New_York;

fn local(at: DateTime<Utc>) -> String {
    at.with_timezone(&ZONE).format("%a %e %b, %H:%M").to_string()
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // A Thursday; on Sunday the clocks go forward.
    let clock = ManualClock::at("2026-03-05T15:00:00Z".parse()?);
    let shared: Arc<dyn Clock> = Arc::new(clock);
    let google = Google::builder().zone(ZONE).clock(shared.clone()).in_process()?;
    google.add_calendar("ben@example.com", ZONE);
    let at = |text: &str| text.parse::<DateTime<Utc>>();
    google.enter("primary", "Team", Interval::new(at("2026-03-06T14:00:00Z")?, at("2026-03-06T16:30:00Z")?)?);
    google.enter("primary", "Dentist", Interval::new(at("2026-03-09T17:00:00Z")?, at("2026-03-09T18:00:00Z")?)?);
    google.enter_days("primary", "Holiday", "2026-03-10".parse()?, "2026-03-11".parse()?);
    google.enter("ben@example.com", "Course", Interval::new(at("2026-03-06T13:00:00Z")?, at("2026-03-06T20:00:00Z")?)?);

    println!("== The clinic's calendar ==");
    let clinic: TenantId = "clinic".parse()?;
    let hours: WeeklyHours = "mon-fri 09:00-12:00,13:00-17:00".parse()?;
    let mut settings = Tenant::new(clinic.clone()).with_hours(hours.clone(), ZONE);
    (settings.booking.before, settings.booking.notice) = (10, 120);
    let calendar = GoogleCalendar::new(google.client(), CalendarId::primary());
    let week = Interval::new(at("2026-03-05T05:00:00Z")?, at("2026-03-12T04:00:00Z")?)?;
    for busy in calendar.busy(week).await? {
        println!("  busy  {} to {}", local(busy.interval.start()), local(busy.interval.end()));
    }

    println!("\n== Free for half an hour, ten minutes before it, two hours from now ==");
    let store = Arc::new(MemoryStore::new(shared.clone()).with_tenant(settings));
    let availability = Availability::new(store, Arc::new(Diaries::new().with(clinic.clone(), calendar)), shared);
    let question = Question::between(week.start(), week.end());
    let slots = availability.slots(&clinic, &question).await?;
    for day in slots.chunk_by(|one, next| local(one.start())[..10] == local(next.start())[..10]) {
        let times: Vec<_> = day.iter().map(|slot| local(slot.start())[11..].trim().to_owned()).collect();
        println!("  {}  {}", &local(day[0].start())[..10], times.join(" "));
    }

    println!("\n== Wanted: Friday at 10:00, which is taken ==");
    let wanted = at("2026-03-06T15:00:00Z")?;
    println!("  free now: {}", availability.is_free_now(&clinic, wanted, &question).await?);
    for offer in availability.alternatives(&clinic, wanted, 3, &question).await? {
        println!("  {}  ({:?})", local(offer.slot.start()), offer.why);
    }

    println!("\n== Anna or Ben, whoever has less to do ==");
    let ben: CalendarId = "ben@example.com".parse()?;
    let busy = google.client().freebusy().busy(&[CalendarId::primary(), ben.clone()], week).await?;
    let query = || {
        let friday = SlotQuery::new(&hours, ZONE).duration(TimeDelta::hours(1));
        friday.between(week.start() + TimeDelta::days(1), week.start() + TimeDelta::days(2))
    };
    let pool = Pool::new(Choice::Fair).with("Anna", query(), &busy[&CalendarId::primary()], 4).with(
        "Ben",
        query(),
        &busy[&ben],
        2,
    );
    for offer in pool.any_of() {
        println!("  {}  {}", local(offer.slot.start()), offer.who.join(", "));
    }
    let both: Vec<_> = pool.all_of().iter().map(|slot| local(slot.start())).collect();
    println!("  both: {}", both.join("; "));
    Ok(())
}
