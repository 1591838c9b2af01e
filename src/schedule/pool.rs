use chrono::{DateTime, Utc};

use super::interval::Interval;
use super::slots::{Slot, SlotQuery, Slots};

/// Who gets an appointment that several can take.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Choice {
    /// Whoever has the fewest; among equals the first.
    #[default]
    Fair,
    /// Whoever comes first.
    Priority,
}

/// Several who can take the same appointments: people, rooms, chairs. Pure.
///
/// ```
/// use chrono::{DateTime, Utc};
/// use frontdesk::schedule::{Choice, Interval, Pool, SlotQuery, WeeklyHours};
///
/// let (anna, ben): (WeeklyHours, WeeklyHours) = ("mon 09:00-10:00".parse()?, "mon 09:30-10:30".parse()?);
/// let at = |text: &str| text.parse::<DateTime<Utc>>();
/// let day = (at("2026-03-02T00:00:00Z")?, at("2026-03-03T00:00:00Z")?);
/// let query = |hours| SlotQuery::new(hours, chrono_tz::UTC).between(day.0, day.1);
/// let pool = Pool::new(Choice::Fair).with("anna", query(&anna), &[], 3).with("ben", query(&ben), &[], 1);
/// let offers: Vec<_> = pool.any_of().map(|offer| (offer.slot.start().format("%H:%M").to_string(), offer.who)).collect();
/// assert_eq!(
///     offers,
///     [("09:00".to_owned(), vec!["anna"]), ("09:30".into(), vec!["ben", "anna"]), ("10:00".into(), vec!["ben"])]
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct Pool<'a, K> {
    choice: Choice,
    members: Vec<Member<'a, K>>,
}

#[derive(Debug, Clone)]
struct Member<'a, K> {
    key: K,
    query: SlotQuery<'a>,
    busy: &'a [Interval],
    load: u32,
}

/// A slot and who can take it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Offer<K> {
    /// The time.
    pub slot: Slot,
    /// Who is free, whoever should get it first.
    pub who: Vec<K>,
}

impl<'a, K: Clone> Pool<'a, K> {
    /// Nobody yet.
    pub fn new(choice: Choice) -> Self {
        Self { choice, members: Vec::new() }
    }

    /// And somebody whose time is asked for in this way, less what is busy; `load` says how many appointments they have.
    pub fn with(mut self, key: K, query: SlotQuery<'a>, busy: &'a [Interval], load: u32) -> Self {
        self.members.push(Member { key, query, busy, load });
        self
    }

    /// The slots at which one of them at least is free, in order; of two of the same beginning, the shorter comes first.
    pub fn any_of(&self) -> impl Iterator<Item = Offer<K>> + use<K> {
        let mut order: Vec<&Member<'a, K>> = self.members.iter().collect();
        if self.choice == Choice::Fair {
            order.sort_by_key(|member| member.load);
        }
        let mut all: Vec<(K, std::iter::Peekable<Slots>)> =
            order.into_iter().map(|member| (member.key.clone(), member.query.slots(member.busy).peekable())).collect();
        std::iter::from_fn(move || {
            let slot = all.iter_mut().filter_map(|(_, slots)| slots.peek().copied()).min()?;
            let free = all.iter_mut().filter_map(|(key, slots)| slots.next_if_eq(&slot).map(|_| key.clone()));
            Some(Offer { slot, who: free.collect() })
        })
    }

    /// The slots at which all of them are free, in order.
    #[must_use]
    pub fn all_of(&self) -> Vec<Slot> {
        let queries: Vec<_> = self.members.iter().map(|member| (member.query.clone(), member.busy)).collect();
        SlotQuery::all_of(&queries)
    }

    /// Who can take an appointment at this very second, whoever should get it first.
    #[must_use]
    pub fn who_at(&self, start: DateTime<Utc>) -> Vec<K> {
        let mut free: Vec<&Member<'a, K>> =
            self.members.iter().filter(|member| member.query.is_free(start, member.busy)).collect();
        if self.choice == Choice::Fair {
            free.sort_by_key(|member| member.load);
        }
        free.into_iter().map(|member| member.key.clone()).collect()
    }
}
