use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::booking::{Resource, ResourceId};
use crate::calendar::BusyRules;
use crate::schedule::{SlotQuery, WeeklyHours};
use crate::secret::Private;

/// Nobody books farther ahead, in days.
pub(crate) const FARTHEST: u32 = 731;

/// What appointments take where the settings name nothing.
const USUAL: &str = "desk";

/// Somebody or something that appointments take: a person, a room, a chair.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ResourceSettings {
    /// Its name.
    pub id: ResourceId,
    /// How many may have it at the same time; 1 by default.
    #[serde(default = "one")]
    pub capacity: u32,
    /// When it can be had; the business's hours when absent.
    #[serde(default)]
    pub hours: Option<WeeklyHours>,
}

impl ResourceSettings {
    /// What one appointment has at a time, in the business's hours.
    #[must_use]
    pub fn new(id: ResourceId) -> Self {
        Self { id, capacity: 1, hours: None }
    }

    /// How many may have it at the same time.
    #[must_use]
    pub fn with_capacity(mut self, capacity: u32) -> Self {
        self.capacity = capacity;
        self
    }

    /// When it can be had.
    #[must_use]
    pub fn with_hours(mut self, hours: WeeklyHours) -> Self {
        self.hours = Some(hours);
        self
    }
}

fn one() -> u32 {
    1
}

/// When guests learn of an appointment from the calendar.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Invite {
    /// In a second step, when the calendar was looked at once more: nobody is invited to what is then taken back.
    #[default]
    Afterwards,
    /// With the event, in one request: an invitation may have to be taken back.
    AtOnce,
    /// Not at all.
    Never,
}

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
    /// What appointments take, if there are several. One that asks for nothing certain gets one of these.
    pub resources: Vec<ResourceSettings>,
    /// Whether, of several that could take an appointment, whoever has the fewest in that week gets it; the first by default.
    pub fair: bool,
    /// How many minutes a time is held for somebody who has not decided yet; 5 by default, a day at most.
    pub hold: u32,
    /// When guests learn of it from the calendar.
    pub invite: Invite,
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
            resources: Vec::new(),
            fair: false,
            hold: 5,
            invite: Invite::default(),
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

    /// Pure: everything that appointments can take. What is held on anything else was held before the settings changed.
    #[must_use]
    pub fn known(&self) -> Vec<ResourceId> {
        match self.resources.as_slice() {
            [] => ResourceId::new(USUAL).into_iter().collect(),
            all => all.iter().map(|one| one.id.clone()).collect(),
        }
    }

    /// Pure: what an appointment can take: all of one of these. `wanted` are the same by name; any one of what there is when
    /// nothing is wanted. `None` when something is not known.
    #[must_use]
    pub fn options(&self, wanted: &[Vec<ResourceId>]) -> Option<Vec<Vec<ResourceSettings>>> {
        let usual = || ResourceId::new(USUAL).ok().map(|id| ResourceSettings::new(id).with_capacity(self.capacity));
        if wanted.is_empty() {
            return match self.resources.as_slice() {
                [] => Some(vec![vec![usual()?]]),
                all => Some(all.iter().filter(|one| one.capacity > 0).map(|one| vec![one.clone()]).collect()),
            };
        }
        let known = |id: &ResourceId| match self.resources.as_slice() {
            [] => usual().filter(|usual| usual.id == *id),
            all => all.iter().find(|one| one.id == *id).cloned(),
        };
        let option = |all: &Vec<ResourceId>| {
            let all: BTreeSet<&ResourceId> = all.iter().collect();
            let all = all.into_iter().map(|id| known(id).filter(|one| one.capacity > 0)).collect::<Option<Vec<_>>>();
            all.filter(|all| !all.is_empty())
        };
        wanted.iter().map(option).collect()
    }
}

impl From<&ResourceSettings> for Resource {
    fn from(settings: &ResourceSettings) -> Self {
        Self::new(settings.id.clone()).with_capacity(settings.capacity)
    }
}
