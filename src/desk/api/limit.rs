use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::problem::Problem;
use crate::clock::Clock;
use crate::id::TenantId;
use crate::message::{Allowance, Counted, Spent};
use crate::store::Store;
use crate::telemetry;

/// Where a request came from. A host puts it into the request's extensions; from behind a proxy it takes it from the
/// header that its own proxy sets, and from no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Peer(pub IpAddr);

/// How much of the API one may use.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub struct ApiLimits {
    /// Requests of one tenant in a time: 100 in 15 minutes by default.
    pub tenant: Option<(u32, Duration)>,
    /// Requests from one [`Peer`] in a time: 100 in 15 minutes by default.
    pub peer: Option<(u32, Duration)>,
    /// Texts and numbers that one tenant asks for in a time: 30 in 15 minutes by default.
    pub sending: Option<(u32, Duration)>,
    /// Appointments and reminders that one tenant tells of in a time: 60 in 15 minutes by default.
    pub booking: Option<(u32, Duration)>,
    /// Requests with wrong credentials from one peer, or from all whose address is not known, in a time: 20 in 15 minutes by
    /// default.
    pub guesses: Option<(u32, Duration)>,
    /// Whether shares are counted in the store, for all processes together; by default each process counts. Addresses then
    /// stand in the store until their shares are whole again.
    pub shared: bool,
}

const QUARTER: Duration = Duration::from_secs(15 * 60);
/// How many counts a process keeps before it forgets those that are whole again.
const KEPT: usize = 10_000;

impl Default for ApiLimits {
    fn default() -> Self {
        let per_quarter = |count| Some((count, QUARTER));
        Self {
            tenant: per_quarter(100),
            peer: per_quarter(100),
            sending: per_quarter(30),
            booking: per_quarter(60),
            guesses: per_quarter(20),
            shared: false,
        }
    }
}

impl ApiLimits {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// No limits at all.
    pub fn none() -> Self {
        Self { tenant: None, peer: None, sending: None, booking: None, guesses: None, shared: false }
    }

    /// Counts in the store.
    pub fn shared(mut self) -> Self {
        self.shared = true;
        self
    }
}

/// Who has one address of IPv6 has 2^64 of them.
fn network(peer: IpAddr) -> IpAddr {
    match peer {
        IpAddr::V6(address) if address.to_ipv4_mapped().is_none() => {
            let network = u128::from(address) >> 64 << 64;
            IpAddr::V6(network.into())
        }
        other => other.to_canonical(),
    }
}

/// Which share a request is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Share {
    General,
    Sending,
    Booking,
}

pub(super) struct Limiter {
    limits: ApiLimits,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    counts: Mutex<HashMap<String, DateTime<Utc>>>,
    /// In whose name peers are counted: no tenant has keys like theirs.
    peers: TenantId,
}

impl Limiter {
    pub(super) fn new(limits: ApiLimits, store: Arc<dyn Store>, clock: Arc<dyn Clock>, peers: TenantId) -> Self {
        Self { limits, store, clock, counts: Mutex::default(), peers }
    }

    /// Takes one request from the tenant's share and the peer's.
    pub(super) async fn spend(&self, tenant: &TenantId, peer: Option<IpAddr>, share: Share) -> Result<(), Problem> {
        self.spend_peer(peer).await?;
        let general = self.limits.tenant.map(|(limit, period)| Allowance::new("api:all", limit, period));
        let own = match share {
            Share::General => None,
            Share::Sending => self.limits.sending.map(|limit| ("api:sending", limit)),
            Share::Booking => self.limits.booking.map(|limit| ("api:booking", limit)),
        };
        let own = own.map(|(key, (limit, period))| Allowance::new(key, limit, period));
        self.take(tenant, general.into_iter().chain(own).collect(), "tenant").await
    }

    /// Takes one request from the peer's share.
    pub(super) async fn spend_peer(&self, peer: Option<IpAddr>) -> Result<(), Problem> {
        let (Some((limit, period)), Some(peer)) = (self.limits.peer, peer) else { return Ok(()) };
        let allowance = Allowance::new(format!("peer:{}", network(peer)), limit, period);
        self.take(&self.peers, vec![allowance], "peer").await
    }

    /// Somebody had wrong credentials.
    pub(super) async fn guessed(&self, peer: Option<IpAddr>) -> Result<(), Problem> {
        let Some((limit, period)) = self.limits.guesses else { return Ok(()) };
        let who = peer.map_or_else(|| "unknown".to_owned(), |peer| network(peer).to_string());
        self.take(&self.peers, vec![Allowance::new(format!("guess:{who}"), limit, period)], "guesses").await
    }

    /// One from each: in the store, for all processes together, or here.
    async fn take(&self, tenant: &TenantId, wanted: Vec<Allowance>, scope: &str) -> Result<(), Problem> {
        let until = if self.limits.shared {
            let wanted: Vec<_> = wanted.into_iter().map(|allowance| (allowance, 1)).collect();
            match self.store.spend(tenant, &wanted).await? {
                Spent::Granted => None,
                Spent::Exhausted { until, .. } => Some(until),
            }
        } else {
            wanted.into_iter().find_map(|mut allowance| {
                allowance.key = format!("{tenant}:{}", allowance.key);
                self.here(&allowance)
            })
        };
        let Some(until) = until else { return Ok(()) };
        telemetry::count(telemetry::RATE_LIMITED, [("scope", scope)]);
        Err(Problem::too_many((until - self.clock.now()).to_std().unwrap_or_default()))
    }

    /// Until when there is nothing left.
    fn here(&self, allowance: &Allowance) -> Option<DateTime<Utc>> {
        let now = self.clock.now();
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        match allowance.spend(counts.get(&allowance.key).copied(), 1, now) {
            Counted::Granted(kept) => {
                if counts.len() >= KEPT {
                    counts.retain(|_, kept| *kept > now);
                }
                counts.insert(allowance.key.clone(), kept);
                None
            }
            Counted::Exhausted { until } => Some(until),
        }
    }
}
