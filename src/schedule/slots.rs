use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Serialize, Serializer};

use super::hours::WeeklyHours;
use super::interval::{Interval, instant};
use super::openings::{Openings, intersection};
use super::{earliest, inside};

/// A time at which an appointment can be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot {
    start: i64,
    seconds: i64,
}

impl Slot {
    /// When it would begin.
    #[must_use]
    pub fn start(&self) -> DateTime<Utc> {
        instant(self.start)
    }

    /// When it would end.
    #[must_use]
    pub fn end(&self) -> DateTime<Utc> {
        instant(self.start + self.seconds)
    }

    /// When it would begin, in seconds since 1970.
    #[must_use]
    pub fn start_second(&self) -> i64 {
        self.start
    }

    /// How long it is.
    #[must_use]
    pub fn duration(&self) -> TimeDelta {
        TimeDelta::try_seconds(self.seconds).unwrap_or(TimeDelta::MAX)
    }
}

impl From<Slot> for Interval {
    fn from(slot: Slot) -> Self {
        Self { start: slot.start, end: slot.start + slot.seconds }
    }
}

/// As `{"start": …, "end": …}`.
impl Serialize for Slot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Interval::from(*self).serialize(serializer)
    }
}

/// Why a question has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidQuery {
    /// An appointment that takes no time, or more than a year.
    #[error("an appointment takes a second to a year")]
    Duration,
    /// Slots that do not come one after the other.
    #[error("slots begin at least a second after one another, and at most a year")]
    Step,
    /// Time before or after that is negative, or more than a year.
    #[error("the time needed before and after is no time to a year")]
    Buffer,
    /// No stretch of time, or one that ends before it begins.
    #[error("the stretch of time to look in is missing or ends before it begins")]
    Range,
    /// Nobody can have it.
    #[error("a capacity is one at least")]
    Capacity,
}

#[derive(Debug, Clone, Copy)]
enum When<'a> {
    Hours(&'a WeeklyHours, Tz),
    Openings(&'a Openings),
}

/// Which times are free: opening hours less what is busy, cut into slots. Pure.
///
/// Slots begin with each window of the hours and follow one another by [`step`](Self::step) in elapsed time, so that on the
/// day of a shift they keep their distance. What is busy keeps a slot away when the two overlap, the slot widened by its
/// buffers. Times are in whole seconds.
///
/// ```
/// use chrono::{DateTime, TimeDelta, Utc};
/// use frontdesk::schedule::{Interval, Slot, SlotQuery, WeeklyHours};
///
/// let hours: WeeklyHours = "mon-fri 09:00-12:00,13:00-17:00".parse()?;
/// let zone = chrono_tz::America::New_York;
/// let at = |text: &str| text.parse::<DateTime<Utc>>();
/// let busy = [Interval::new(at("2026-03-02T14:00:00Z")?, at("2026-03-02T16:30:00Z")?)?];
/// let slots: Vec<Slot> = SlotQuery::new(&hours, zone)
///     .duration(TimeDelta::minutes(30))
///     .buffer(TimeDelta::minutes(15), TimeDelta::zero())
///     .notice(TimeDelta::hours(2), at("2026-03-02T12:00:00Z")?)
///     .between(at("2026-03-02T05:00:00Z")?, at("2026-03-03T05:00:00Z")?)
///     .free_of(&busy);
/// // 9:00 to 11:30 is busy, 11:30 too close to it.
/// assert_eq!(slots[0].start(), at("2026-03-02T18:00:00Z")?);
/// assert_eq!(slots.len(), 8);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct SlotQuery<'a> {
    when: When<'a>,
    duration: TimeDelta,
    step: Option<TimeDelta>,
    before: TimeDelta,
    after: TimeDelta,
    range: Option<(DateTime<Utc>, DateTime<Utc>)>,
    not_before: Option<DateTime<Utc>>,
    not_after: Option<DateTime<Utc>>,
    capacity: u32,
    per_day: Option<u32>,
    per_week: Option<u32>,
    booked: &'a [DateTime<Utc>],
    except: &'a [Interval],
    places: &'a [Vec<Interval>],
}

impl<'a> SlotQuery<'a> {
    /// Slots of half an hour within these hours; [`between`](Self::between) says where to look.
    pub fn new(hours: &'a WeeklyHours, zone: Tz) -> Self {
        Self::of(When::Hours(hours, zone))
    }

    /// Slots of half an hour within openings that were made already. Those need to cover the stretch of time that is
    /// looked in.
    pub fn with_openings(openings: &'a Openings) -> Self {
        Self::of(When::Openings(openings))
    }

    fn of(when: When<'a>) -> Self {
        Self {
            when,
            duration: TimeDelta::minutes(30),
            step: None,
            before: TimeDelta::zero(),
            after: TimeDelta::zero(),
            range: None,
            not_before: None,
            not_after: None,
            capacity: 1,
            per_day: None,
            per_week: None,
            booked: &[],
            except: &[],
            places: &[],
        }
    }

    /// How long an appointment takes; half an hour by default.
    pub fn duration(mut self, duration: TimeDelta) -> Self {
        self.duration = duration;
        self
    }

    /// How long after one another slots begin; as long as an appointment takes by default.
    pub fn step(mut self, step: TimeDelta) -> Self {
        self.step = Some(step);
        self
    }

    /// The time that has to be free before and after an appointment; it need not lie within the hours.
    pub fn buffer(mut self, before: TimeDelta, after: TimeDelta) -> Self {
        (self.before, self.after) = (before, after);
        self
    }

    /// No slot begins earlier than this after now.
    pub fn notice(mut self, notice: TimeDelta, now: DateTime<Utc>) -> Self {
        self.not_before = Some(now.checked_add_signed(notice).unwrap_or(DateTime::<Utc>::MAX_UTC));
        self
    }

    /// No slot begins later than this after now.
    pub fn horizon(mut self, horizon: TimeDelta, now: DateTime<Utc>) -> Self {
        self.not_after = Some(now.checked_add_signed(horizon).unwrap_or(DateTime::<Utc>::MAX_UTC));
        self
    }

    /// The stretch of time to look in, ten years at most: slots begin and end within it.
    pub fn between(mut self, from: DateTime<Utc>, until: DateTime<Utc>) -> Self {
        self.range = Some((from, until));
        self
    }

    /// How many may have the same time; 1 by default. What is busy counts once each.
    pub fn capacity(mut self, capacity: u32) -> Self {
        self.capacity = capacity;
        self
    }

    /// At most so many appointments that begin on the same day, in the zone of the hours; [`booked`](Self::booked) says
    /// how many there are.
    pub fn per_day(mut self, at_most: u32) -> Self {
        self.per_day = Some(at_most);
        self
    }

    /// At most so many appointments that begin in the same week, from Monday to Sunday in the zone of the hours.
    pub fn per_week(mut self, at_most: u32) -> Self {
        self.per_week = Some(at_most);
        self
    }

    /// When the appointments begin that count towards the limits.
    pub fn booked(mut self, starts: &'a [DateTime<Utc>]) -> Self {
        self.booked = starts;
        self
    }

    /// What each of several places is busy with: an appointment keeps one place throughout, so that two that are free one
    /// after the other are not enough.
    pub fn places(mut self, places: &'a [Vec<Interval>]) -> Self {
        self.places = places;
        self
    }

    /// Times that leave no room at all, whatever the capacity.
    pub fn except(mut self, closed: &'a [Interval]) -> Self {
        self.except = closed;
        self
    }

    /// Whether there can be an answer.
    ///
    /// # Errors
    /// [`InvalidQuery`] says what is wrong; the answer to such a question is that nothing is free.
    pub fn check(&self) -> Result<(), InvalidQuery> {
        let year = TimeDelta::days(366);
        let takes_time = |time: TimeDelta| time >= TimeDelta::seconds(1) && time <= year;
        let is_buffer = |time: TimeDelta| time >= TimeDelta::zero() && time <= year;
        match () {
            () if !takes_time(self.duration) => Err(InvalidQuery::Duration),
            () if !self.step.is_none_or(takes_time) => Err(InvalidQuery::Step),
            () if !is_buffer(self.before) || !is_buffer(self.after) => Err(InvalidQuery::Buffer),
            () if self.range.is_none_or(|(from, until)| from > until) => Err(InvalidQuery::Range),
            () if self.capacity == 0 => Err(InvalidQuery::Capacity),
            () => Ok(()),
        }
    }

    /// The slots that what is busy leaves free, in order. `busy` needs no order.
    #[must_use]
    pub fn free_of(&self, busy: &[Interval]) -> Vec<Slot> {
        self.slots(busy).rest()
    }

    /// The same, one after the other: who needs the first few does not pay for the rest.
    pub fn slots(&self, busy: &[Interval]) -> Slots {
        Slots::new(self.grid(busy))
    }

    /// The stretches of time in which an appointment can lie, each long enough for one; where it begins is up to the
    /// caller.
    #[must_use]
    pub fn windows(&self, busy: &[Interval]) -> Vec<Interval> {
        self.grid(busy).free()
    }

    /// Whether an appointment can begin at this very second, whatever the step.
    #[must_use]
    pub fn is_free(&self, start: DateTime<Utc>, busy: &[Interval]) -> bool {
        self.grid(busy).allows(start.timestamp())
    }

    /// The slots at which several are free together, each of them less what is busy for it. How long an appointment takes
    /// and how far slots are apart is the longest of all.
    #[must_use]
    pub fn all_of(queries: &[(Self, &[Interval])]) -> Vec<Slot> {
        Self::together(queries.iter().map(|(query, busy)| query.grid(busy))).slots().rest()
    }

    /// Several questions as one: what is free for all of them.
    #[cfg(feature = "desk")]
    pub(crate) fn joint(queries: &[Self]) -> Joint {
        Self::together(queries.iter().map(|query| query.grid(&[])))
    }

    fn together(grids: impl Iterator<Item = Grid>) -> Joint {
        Joint(grids.reduce(Grid::and).unwrap_or_default())
    }

    /// Pure: the question in plain numbers.
    fn grid(&self, busy: &[Interval]) -> Grid {
        if self.check().is_err() {
            return Grid::default();
        }
        let Some((from, until)) = self.range else { return Grid::default() };
        let seconds = |time: TimeDelta| time.num_seconds() + i64::from(time.subsec_nanos() > 0);
        let duration = seconds(self.duration);
        let (before, after) = (seconds(self.before), seconds(self.after));
        let made;
        let openings = match self.when {
            When::Openings(openings) => openings,
            When::Hours(hours, zone) => {
                made = Openings::new(hours, zone, from, until);
                &made
            }
        };
        let up = |at: DateTime<Utc>| at.timestamp() + i64::from(at.timestamp_subsec_nanos() > 0);
        let first = self.not_before.map_or(up(from), |at| up(at).max(up(from)));
        let last = until.timestamp() - duration;
        let last = self.not_after.map_or(last, |at| at.timestamp().min(last));
        let windows = openings.windows();
        let begin = windows.partition_point(|window| window.1 <= first);
        let end = windows.partition_point(|window| window.0 <= last + duration);
        let windows = windows.get(begin..end).unwrap_or_default();
        // Where no appointment can begin, the ends of each stretch excepted.
        let block = |(start, end)| (start - after - duration, end + before);
        let mut blocked: Vec<(i64, i64)> = match self.capacity {
            1 => busy.iter().map(|busy| block((busy.start, busy.end))).collect(),
            several => crowded(busy, several).into_iter().map(block).collect(),
        };
        let full =
            self.places.iter().map(|busy| joined(busy.iter().map(|busy| block((busy.start, busy.end))).collect()));
        blocked.extend(full.reduce(|all, place| intersection(&all, &place)).unwrap_or_default());
        blocked.extend(self.except.iter().map(|closed| block((closed.start, closed.end))));
        blocked.extend(self.full(openings.zone()).map(|(start, end)| (start - 1, end)));
        let step = self.step.map_or(duration, seconds);
        Grid { windows: Stretch::chain(windows), blocked: joined(blocked), duration, step, first, last }
    }

    /// The days and weeks that have as many appointments as they may.
    fn full(&self, zone: Tz) -> impl Iterator<Item = (i64, i64)> {
        let mut dates: Vec<NaiveDate> = Vec::new();
        if self.per_day.is_some() || self.per_week.is_some() {
            dates.extend(self.booked.iter().map(|start| inside(*start).with_timezone(&zone).date_naive()));
            dates.sort_unstable();
        }
        let week = |date: &NaiveDate| date.checked_sub_days(Days::new(date.weekday().num_days_from_monday().into()));
        let days = runs(dates.iter().copied(), self.per_day).map(|date| (date, 1));
        let weeks = runs(dates.iter().filter_map(week), self.per_week).map(|date| (date, 7));
        let midnight = move |date: NaiveDate| earliest(zone, date.and_time(NaiveTime::MIN)).timestamp();
        let full: Vec<(NaiveDate, u64)> = days.chain(weeks).collect();
        let never = |limit: Option<u32>| limit == Some(0);
        let closed = (never(self.per_day) || never(self.per_week)).then_some((i64::MIN / 4, i64::MAX / 4));
        full.into_iter()
            .filter_map(move |(date, days)| Some((midnight(date), midnight(date.checked_add_days(Days::new(days))?))))
            .chain(closed)
    }
}

/// Pure: what comes so often in a row or more often; nothing without a limit.
fn runs(dates: impl Iterator<Item = NaiveDate>, at_most: Option<u32>) -> impl Iterator<Item = NaiveDate> {
    let mut run = (None, 0_u32);
    dates.filter(move |date| {
        run = if run.0 == Some(*date) { (run.0, run.1.saturating_add(1)) } else { (Some(*date), 1) };
        at_most.is_some_and(|limit| run.1 == limit)
    })
}

/// Pure: when as many as `capacity` overlap.
fn crowded(busy: &[Interval], capacity: u32) -> Vec<(i64, i64)> {
    // An end comes before a beginning at the same second.
    let mut turns: Vec<(i64, i32)> = busy.iter().flat_map(|busy| [(busy.start, 1), (busy.end, -1)]).collect();
    turns.sort_unstable();
    let mut here = 0_i64;
    let mut since = None;
    let mut crowded = Vec::new();
    for (second, turn) in turns {
        here += i64::from(turn);
        match since {
            None if here >= i64::from(capacity) => since = Some(second),
            Some(start) if here < i64::from(capacity) => {
                crowded.push((start, second));
                since = None;
            }
            _ => {}
        }
    }
    crowded
}

/// Pure: in order, with those that overlap made one.
fn joined(mut stretches: Vec<(i64, i64)>) -> Vec<(i64, i64)> {
    stretches.sort_unstable();
    let mut length = 0_usize;
    for at in 0..stretches.len() {
        let Some(&next) = stretches.get(at) else { break };
        match length.checked_sub(1).and_then(|last| stretches.get_mut(last)) {
            // Between two that only touch is a second at which an appointment may begin.
            Some(last) if next.0 < last.1 => last.1 = last.1.max(next.1),
            _ => {
                if let Some(slot) = stretches.get_mut(length) {
                    *slot = next;
                }
                length += 1;
            }
        }
    }
    stretches.truncate(length);
    stretches
}

/// Slots begin with it, as long as it lasts; they may end when all that touches it has closed.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    opens: i64,
    ends: i64,
    closes: i64,
}

impl Stretch {
    /// Pure: of windows that are disjoint and in order.
    fn chain(windows: &[(i64, i64)]) -> Vec<Self> {
        let mut chain: Vec<Self> = Vec::with_capacity(windows.len());
        for &(opens, ends) in windows.iter().rev() {
            let closes = chain.last().filter(|next| next.opens == ends).map_or(ends, |next| next.closes);
            chain.push(Self { opens, ends, closes });
        }
        chain.reverse();
        chain
    }
}

/// A question in plain numbers: everything in seconds since 1970.
#[derive(Debug, Clone, Default)]
struct Grid {
    /// Disjoint and in order.
    windows: Vec<Stretch>,
    /// Where no appointment can begin, without the two ends; in order, none overlap.
    blocked: Vec<(i64, i64)>,
    duration: i64,
    step: i64,
    /// The first and the last second at which one may begin.
    first: i64,
    last: i64,
}

impl Grid {
    /// Both at once.
    fn and(self, other: Self) -> Self {
        let duration = self.duration.max(other.duration);
        let widen = |grid: &Self| {
            let longer = duration - grid.duration;
            grid.blocked.iter().map(|&(start, end)| (start - longer, end)).collect::<Vec<_>>()
        };
        let mut blocked = widen(&self);
        blocked.extend(widen(&other));
        Self {
            windows: Stretch::chain(&intersection(&self.spans(), &other.spans())),
            blocked: joined(blocked),
            duration,
            step: self.step.max(other.step),
            first: self.first.max(other.first),
            last: (self.last + self.duration).min(other.last + other.duration) - duration,
        }
    }

    fn spans(&self) -> Vec<(i64, i64)> {
        self.windows.iter().map(|window| (window.opens, window.ends)).collect()
    }

    fn allows(&self, start: i64) -> bool {
        let window = self.windows.partition_point(|window| window.ends <= start);
        let fits = |window: &Stretch| window.opens <= start && start + self.duration <= window.closes;
        let block = self.blocked.partition_point(|blocked| blocked.1 <= start);
        let is_free = self.blocked.get(block).is_none_or(|blocked| start <= blocked.0);
        is_free && (self.first..=self.last).contains(&start) && self.windows.get(window).is_some_and(fits)
    }

    /// The stretches that are open and in which an appointment has room.
    fn free(&self) -> Vec<Interval> {
        let mut free = Vec::new();
        for windows in self.windows.chunk_by(|one, next| one.closes == next.closes) {
            let Some(&Stretch { opens, closes, .. }) = windows.first() else { continue };
            let (mut start, last) = (opens.max(self.first), (closes - self.duration).min(self.last));
            let from = self.blocked.partition_point(|blocked| blocked.1 <= start);
            for &(blocked, freed) in self.blocked.iter().skip(from).take_while(|blocked| blocked.0 < last) {
                if start <= blocked {
                    free.push(Interval { start, end: blocked + self.duration });
                }
                start = freed;
            }
            if start <= last {
                free.push(Interval { start, end: last + self.duration });
            }
        }
        free
    }
}

/// What several questions have in common.
#[derive(Debug, Clone)]
pub(crate) struct Joint(Grid);

impl Joint {
    pub(crate) fn slots(&self) -> Slots {
        Slots::new(self.0.clone())
    }

    #[cfg(feature = "desk")]
    pub(crate) fn windows(&self) -> Vec<Interval> {
        self.0.free()
    }

    #[cfg(feature = "desk")]
    pub(crate) fn allows(&self, start: DateTime<Utc>) -> bool {
        self.0.allows(start.timestamp())
    }
}

/// The slots of a [`SlotQuery`], in order.
#[derive(Debug, Clone)]
pub struct Slots {
    grid: Grid,
    window: usize,
    block: usize,
    /// The next one to look at; up to `run` nothing is in the way.
    next: i64,
    run: i64,
    /// The last that fits into the window.
    end: i64,
}

impl Slots {
    fn new(grid: Grid) -> Self {
        let mut slots = Self { grid, window: 0, block: 0, next: 0, run: i64::MIN, end: i64::MIN };
        slots.open();
        slots
    }

    /// All that are left, at less cost than one after the other.
    fn rest(mut self) -> Vec<Slot> {
        let (step, seconds) = (self.grid.step, self.grid.duration);
        let mut found = Vec::new();
        while self.next <= self.run || self.advance().is_some() {
            let (mut start, run) = (self.next, self.run);
            while start <= run {
                found.push(Slot { start, seconds });
                start += step;
            }
            self.next = start;
        }
        found
    }

    /// Goes to the beginning of the window.
    fn open(&mut self) {
        self.run = i64::MIN;
        if let Some(&Stretch { opens, ends, closes }) = self.grid.windows.get(self.window) {
            self.end = (closes - self.grid.duration).min(ends - 1).min(self.grid.last);
            self.next = opens;
            self.skip_to(opens, self.grid.first);
        }
    }

    /// Goes to the first slot of the window that begins at `second` or later.
    fn skip_to(&mut self, opens: i64, second: i64) {
        if second > self.next {
            let steps = (second - opens + self.grid.step - 1) / self.grid.step;
            self.next = opens + steps * self.grid.step;
        }
    }

    /// Finds the next stretch without anything in the way; `None` when there is none any more.
    fn advance(&mut self) -> Option<()> {
        loop {
            let opens = self.grid.windows.get(self.window)?.opens;
            if self.next > self.end {
                self.window += 1;
                self.open();
                continue;
            }
            while self.grid.blocked.get(self.block).is_some_and(|blocked| blocked.1 <= self.next) {
                self.block += 1;
            }
            match self.grid.blocked.get(self.block) {
                Some(&(start, end)) if start < self.next => self.skip_to(opens, end),
                Some(&(start, _)) => {
                    self.run = start.min(self.end);
                    return Some(());
                }
                None => {
                    self.run = self.end;
                    return Some(());
                }
            }
        }
    }
}

impl Iterator for Slots {
    type Item = Slot;

    fn next(&mut self) -> Option<Slot> {
        if self.next > self.run {
            self.advance()?;
        }
        let slot = Slot { start: self.next, seconds: self.grid.duration };
        self.next += self.grid.step;
        Some(slot)
    }
}

impl std::iter::FusedIterator for Slots {}

#[cfg(test)]
mod tests;
