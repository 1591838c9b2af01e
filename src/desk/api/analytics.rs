use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};
use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;

use super::problem::Problem;
use super::{Answer, Asked, Services, json};
use crate::analytics::{Figures, Report};
use crate::call::CallQuery;
use crate::message::MessageQuery;

/// The longest time that is asked about.
const LONGEST: TimeDelta = TimeDelta::days(92);
const USUAL: TimeDelta = TimeDelta::days(30);
const PAGE: usize = 1_000;
/// How many records are read at most, of calls and of texts.
const MOST: usize = 100_000;

/// How calls and texts went.
#[derive(Serialize, JsonSchema)]
pub(super) struct AnalyticsView {
    /// The zone whose days these are.
    zone: String,
    /// Whether there was more than could be counted; then the latest was.
    truncated: bool,
    total: FiguresView,
    days: Vec<DayView>,
}

#[derive(Serialize, JsonSchema)]
struct DayView {
    date: NaiveDate,
    #[serde(flatten)]
    figures: FiguresView,
}

#[derive(Serialize, JsonSchema)]
struct FiguresView {
    calls: CallFigures,
    messages: MessageFigures,
}

#[derive(Serialize, JsonSchema)]
struct CallFigures {
    /// Calls that came in.
    count: u64,
    answered: u64,
    /// Of those that are over, from 0 to 1.
    answer_rate: Option<f64>,
    /// Of those that were answered, in seconds.
    average_duration: Option<f64>,
    /// Whether appointments came of them: yes, no, unknown.
    outcomes: BTreeMap<String, u64>,
    reasons: BTreeMap<String, u64>,
}

#[derive(Serialize, JsonSchema)]
struct MessageFigures {
    /// Texts that went out, or were to.
    count: u64,
    received: u64,
    /// Of those whose end is known, from 0 to 1.
    delivery_rate: Option<f64>,
    statuses: BTreeMap<String, u64>,
    /// By the provider's error code; `none` for what failed without one.
    failures: BTreeMap<String, u64>,
}

impl From<&Figures> for FiguresView {
    fn from(figures: &Figures) -> Self {
        let mut failures: BTreeMap<String, u64> =
            figures.failures.iter().map(|(code, count)| (code.to_string(), *count)).collect();
        if figures.failures_without_code > 0 {
            failures.insert("none".into(), figures.failures_without_code);
        }
        Self {
            calls: CallFigures {
                count: figures.calls,
                answered: figures.answered,
                answer_rate: figures.answer_rate(),
                average_duration: figures.average_duration(),
                outcomes: figures.outcomes.iter().map(|(booked, count)| (booked.as_str().to_owned(), *count)).collect(),
                reasons: figures.reasons.clone(),
            },
            messages: MessageFigures {
                count: figures.texts,
                received: figures.received,
                delivery_rate: figures.delivery_rate(),
                statuses: figures
                    .deliveries
                    .iter()
                    .map(|(status, count)| (status.as_str().to_owned(), *count))
                    .collect(),
                failures,
            },
        }
    }
}

/// `GET /analytics`: `from` and `until`, the last 30 days unless they say otherwise.
pub(super) async fn read(services: &Services, mut asked: Asked<'_>) -> Result<Answer, Problem> {
    let until = asked.query.time("until")?.unwrap_or_else(|| services.clock.now());
    let from = asked.query.time("from")?;
    let from = from.or_else(|| until.checked_sub_signed(USUAL)).unwrap_or(until);
    asked.query.done()?;
    if from > until {
        return Err(Problem::invalid(Some("from".into()), "it comes after the end"));
    }
    if until.signed_duration_since(from) > LONGEST {
        return Err(Problem::invalid(Some("from".into()), "92 days at most"));
    }
    let settings = services.store.tenant(&asked.tenant).await?;
    let mut report = Report::new(settings.map_or(chrono_tz::UTC, |settings| settings.zone));
    let mut calls = CallQuery { limit: PAGE, from: Some(from), until: Some(until), ..CallQuery::default() };
    let mut seen = 0;
    let mut truncated = false;
    loop {
        let page = services.store.calls(&asked.tenant, &calls).await?;
        page.iter().for_each(|call| report.add_call(call));
        seen += page.len();
        let Some(last) = page.last().filter(|_| page.len() >= PAGE) else { break };
        if seen >= MOST {
            truncated = true;
            break;
        }
        calls.after = Some(last.sid);
    }
    let mut messages = MessageQuery { limit: PAGE, from: Some(from), until: Some(until), ..MessageQuery::default() };
    seen = 0;
    loop {
        let page = services.store.messages(&asked.tenant, &messages).await?;
        page.iter().for_each(|message| report.add_message(message));
        seen += page.len();
        let Some(last) = page.last().filter(|_| page.len() >= PAGE) else { break };
        if seen >= MOST {
            truncated = true;
            break;
        }
        messages.after = Some(last.id.clone());
    }
    let days = report.days.iter().map(|(date, figures)| DayView { date: *date, figures: figures.into() }).collect();
    let view = AnalyticsView { zone: report.zone.name().to_owned(), truncated, total: (&report.total).into(), days };
    json(StatusCode::OK, &view)
}
