use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::calendar::BusyRules;
use crate::schedule::SlotQuery;
use crate::secret::Private;

/// Nobody books farther ahead, in days.
pub(crate) const FARTHEST: u32 = 731;

/// How appointments are offered.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct BookingSettings {
    /// How long an appointment takes, in minutes; 30 by default.
    pub minutes: u32,
    /// How many minutes after one another appointments may begin; as long as one takes when absent.
    pub step: Option<u32>,
    /// How many minutes have to be free before one; none by default.
    pub before: u32,
    /// How many minutes have to be free after one; none by default.
    pub after: u32,
    /// How many minutes ahead one has to be booked; 60 by default.
    pub notice: u32,
    /// How many days ahead one can be booked; 60 by default, 731 at most.
    pub horizon: u32,
    /// How many there may be on a day; any number when absent.
    pub per_day: Option<u32>,
    /// How many there may be in a week from Monday to Sunday; any number when absent.
    pub per_week: Option<u32>,
    /// How many may be at the same time; 1 by default. What others enter into the calendar leaves no room for any.
    pub capacity: u32,
    /// Whether events that are not certain keep people busy; they do by default.
    pub tentative: bool,
    /// Whether events of whole days keep people busy; they do by default.
    pub whole_days: bool,
    /// The calendar; the account's main one when absent.
    pub calendar: Option<Private>,
}

impl Default for BookingSettings {
    fn default() -> Self {
        Self {
            minutes: 30,
            step: None,
            before: 0,
            after: 0,
            notice: 60,
            horizon: 60,
            per_day: None,
            per_week: None,
            capacity: 1,
            tentative: true,
            whole_days: true,
            calendar: None,
        }
    }
}

impl BookingSettings {
    /// Pure: a question put as the settings say.
    pub fn ask<'a>(&self, query: SlotQuery<'a>, now: DateTime<Utc>) -> SlotQuery<'a> {
        let minutes = |count: u32| TimeDelta::minutes(count.into());
        let mut query = query
            .duration(minutes(self.minutes))
            .buffer(minutes(self.before), minutes(self.after))
            .notice(minutes(self.notice), now)
            .horizon(TimeDelta::days(self.horizon.min(FARTHEST).into()), now)
            .capacity(self.capacity);
        if let Some(step) = self.step {
            query = query.step(minutes(step));
        }
        if let Some(limit) = self.per_day {
            query = query.per_day(limit);
        }
        if let Some(limit) = self.per_week {
            query = query.per_week(limit);
        }
        query
    }

    /// Which events keep people busy.
    #[must_use]
    pub fn rules(&self) -> BusyRules {
        BusyRules { tentative: self.tentative, whole_days: self.whole_days }
    }
}
