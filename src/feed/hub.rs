use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::event::{Event, EventId, EventKind, News};
use crate::id::TenantId;

/// How many events are kept for those who were away.
const KEPT: usize = 2_048;

/// Tells listeners of what happens. Clones are the same feed.
#[derive(Clone)]
pub struct Feed(Arc<Inner>);

struct Inner {
    id: u32,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The number of the latest event.
    latest: u64,
    kept: VecDeque<(TenantId, Event)>,
    listeners: u64,
    waiting: HashMap<u64, Waker>,
}

/// Hears of one tenant's events, each once.
pub struct Listener {
    feed: Feed,
    number: u64,
    tenant: TenantId,
    /// The latest event that it has heard of.
    after: u64,
    /// It has missed some.
    missed: bool,
}

impl Default for Feed {
    fn default() -> Self {
        Self::new()
    }
}

impl Feed {
    /// A feed in which nothing has happened.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(Inner { id: fastrand::u32(..), state: Mutex::default() }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn tell(&self, news: Vec<News>) {
        if news.is_empty() {
            return;
        }
        let mut state = self.state();
        for News { tenant, kind, name, status } in news {
            state.latest += 1;
            let id = EventId { feed: self.0.id, number: state.latest };
            if state.kept.len() >= KEPT {
                state.kept.pop_front();
            }
            state.kept.push_back((tenant, Event { id, kind, name, status }));
        }
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        waiting.into_values().for_each(Waker::wake);
    }

    /// Listens to a tenant's events: from now on, or from after the one that was heard last. When that one is not known any
    /// more, the first event is a [`Reset`](EventKind::Reset).
    #[must_use]
    pub fn listen(&self, tenant: &TenantId, after: Option<EventId>) -> Listener {
        let mut state = self.state();
        state.listeners += 1;
        let number = state.listeners;
        let oldest = state.latest - u64::try_from(state.kept.len()).unwrap_or(state.latest);
        let (after, missed) = match after {
            None => (state.latest, false),
            Some(id) if id.feed == self.0.id && (oldest..=state.latest).contains(&id.number) => (id.number, false),
            Some(_) => (state.latest, true),
        };
        Listener { feed: self.clone(), number, tenant: tenant.clone(), after, missed }
    }
}

impl Listener {
    /// The next event, once there is one.
    pub async fn next(&mut self) -> Event {
        std::future::poll_fn(|context| self.poll(context)).await
    }

    /// The next event, if it has happened already.
    pub fn now(&mut self) -> Option<Event> {
        let state = self.feed.state();
        let oldest = state.kept.front().map_or(state.latest + 1, |(_, first)| first.id.number);
        if self.missed || self.after + 1 < oldest {
            // It was too slow, or away for too long.
            (self.after, self.missed) = (state.latest, false);
            let id = EventId { feed: self.feed.0.id, number: self.after };
            return Some(Event { id, kind: EventKind::Reset, name: String::new(), status: "" });
        }
        let skip = usize::try_from(self.after + 1 - oldest).unwrap_or(usize::MAX);
        let found = state.kept.iter().skip(skip).find(|(tenant, _)| *tenant == self.tenant);
        let event = found.map(|(_, event)| event.clone());
        self.after = event.as_ref().map_or(state.latest, |event| event.id.number);
        event
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Event> {
        if let Some(event) = self.now() {
            return Poll::Ready(event);
        }
        let after = self.after;
        let mut state = self.feed.state();
        state.waiting.insert(self.number, context.waker().clone());
        // Something may have happened between the two looks.
        let happened = state.latest > after;
        drop(state);
        if happened {
            context.waker().wake_by_ref();
        }
        Poll::Pending
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.feed.state().waiting.remove(&self.number);
    }
}

impl futures_util::Stream for Listener {
    type Item = Event;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Event>> {
        self.poll(context).map(Some)
    }
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed").field("latest", &self.state().latest).finish_non_exhaustive()
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener").field("tenant", &self.tenant).field("after", &self.after).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn tell(feed: &Feed, tenant: &str, name: usize) {
        let (tenant, name) = (tenant.parse().unwrap(), name.to_string());
        feed.tell(vec![News { tenant, kind: EventKind::Call, name, status: "ringing" }]);
    }

    fn names(listener: &mut Listener) -> Vec<String> {
        std::iter::from_fn(|| listener.now()).map(|event| event.name).collect()
    }

    #[test]
    fn a_listener_hears_its_tenants_events_each_once_and_goes_on_where_it_was() {
        let feed = Feed::new();
        tell(&feed, "a", 0);
        let (mut a, mut b) = (feed.listen(&"a".parse().unwrap(), None), feed.listen(&"b".parse().unwrap(), None));
        for (tenant, name) in [("a", 1), ("b", 2), ("a", 3)] {
            tell(&feed, tenant, name);
        }
        let first = a.now().unwrap();
        assert_eq!((first.name.as_str(), names(&mut a), names(&mut b)), ("1", vec!["3".into()], vec!["2".into()]));
        assert!(a.next().now_or_never().is_none());
        let mut back = feed.listen(&"a".parse().unwrap(), Some(first.id.to_string().parse().unwrap()));
        assert_eq!(names(&mut back), ["3"]);
        let mut stranger = Feed::new().listen(&"a".parse().unwrap(), Some(first.id));
        assert_eq!(stranger.now().map(|event| event.kind), Some(EventKind::Reset), "another process counts anew");
        assert_eq!(stranger.now(), None);
    }

    #[test]
    fn who_is_too_slow_is_told_so() {
        let feed = Feed::new();
        let mut slow = feed.listen(&"a".parse().unwrap(), None);
        (0..=KEPT).for_each(|name| tell(&feed, "b", name));
        tell(&feed, "a", 7);
        assert_eq!(slow.now().unwrap().kind, EventKind::Reset);
        assert_eq!(slow.now(), None);
        tell(&feed, "a", 8);
        assert_eq!(names(&mut slow), ["8"]);
    }

    #[tokio::test]
    async fn who_waits_is_woken() {
        let feed = Feed::new();
        let mut listeners: Vec<_> = (0..3).map(|_| feed.listen(&"a".parse().unwrap(), None)).collect();
        let teller = feed.clone();
        let waiting = futures_util::future::join_all(listeners.iter_mut().map(Listener::next));
        let told = async { tell(&teller, "a", 1) };
        let (heard, ()) = futures_util::future::join(waiting, told).await;
        assert!(heard.iter().all(|event| event.name == "1"));
        drop(listeners);
        assert!(feed.state().waiting.is_empty());
    }
}
