use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;

use super::bookings::{LONGEST, SlotView, length, problem};
use super::problem::Problem;
use super::{Answer, Asked, json};
use crate::availability::{Availability, Question};
use crate::booking::ResourceId;
use crate::clock::Clock;

/// How far ahead is looked unless it is said.
const USUAL: TimeDelta = TimeDelta::days(7);
/// And at most.
const MOST: TimeDelta = TimeDelta::days(62);

#[derive(Serialize, JsonSchema)]
pub(super) struct AvailabilityView {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    /// In order.
    slots: Vec<SlotView>,
    /// Whether there are more than these.
    more: bool,
}

/// `GET /availability`: when an appointment can be had; `from`, `until`, `minutes`, `resources`, `zone`, `limit`.
pub(super) async fn read(
    availability: &Availability,
    clock: &dyn Clock,
    mut asked: Asked<'_>,
) -> Result<Answer, Problem> {
    let limit = asked.query.limit()?;
    let (from, until) = asked.query.stretch(clock.now(), USUAL)?;
    if until < from || until - from > MOST {
        return Err(Problem::invalid(Some("until".into()), "62 days after `from` at most, and not before it"));
    }
    let mut question = Question::between(from, until);
    let minutes = |text: &str| text.parse().ok().filter(|minutes| (1..=LONGEST).contains(minutes));
    question.duration = length(asked.query.read("minutes", "number from 1 to 1440", minutes)?)?;
    let wanted: Vec<ResourceId> = asked.query.list("resources", "resource's id", |text| text.parse().ok())?;
    if wanted.len() > 20 {
        return Err(Problem::invalid(Some("resources".into()), "twenty at most"));
    }
    if !wanted.is_empty() {
        question = question.with(wanted);
    }
    question.zone = asked.query.read("zone", "IANA time zone", |text| text.parse::<Tz>().ok())?;
    asked.query.done()?;
    let slots = availability.slots(&asked.tenant, &question).await.map_err(problem)?;
    let shown = slots.iter().take(limit).map(SlotView::from).collect();
    json(StatusCode::OK, &AvailabilityView { from, until, slots: shown, more: slots.len() > limit })
}
