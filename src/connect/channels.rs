use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::connector::{Connection, Connector};
use crate::Error;
use crate::google::channels::{Channel, Notice};
use crate::google::events::ListEvents;
use crate::google::oauth::random;
use crate::id::TenantId;
use crate::token::{StoredToken, TokenStore};
use crate::worker::{Every, Turn};

/// What channels are called where secrets are kept.
const CHANNEL: &str = "google.channel";
/// How long a channel is asked for, in seconds: a week.
const LASTS: u64 = 7 * 24 * 3_600;
/// One that ends sooner is replaced.
const EARLY: TimeDelta = TimeDelta::days(1);
const PAGE: usize = 100;

/// What is kept of a channel.
#[derive(Serialize, Deserialize)]
struct Kept {
    token: String,
    resource: String,
    expires: DateTime<Utc>,
    /// What it tells of, and who opened it.
    account: String,
    calendar: String,
}

fn unreadable() -> Error {
    Error::refused("reading a channel")
}

async fn kept(connector: &Connector, tenant: &TenantId, id: &str) -> Result<Option<Kept>, Error> {
    let Some(stored) = connector.tokens.stored(tenant, CHANNEL, id).await? else { return Ok(None) };
    serde_json::from_str(stored.secret.expose()).map(Some).map_err(|_| unreadable())
}

/// Has Google say when the tenant's calendar changes. Older channels end.
pub(super) async fn open(connector: &Connector, tenant: &TenantId) -> Result<(), Error> {
    let Some(address) = &connector.notices else { return Ok(()) };
    let Connection::Works(account) = connector.connection(tenant).await? else { return Ok(()) };
    let calendar = connector.calendar_of(tenant, &account).await?;
    let old = TokenStore::accounts(connector.tokens.as_ref(), tenant, CHANNEL).await?;
    let (id, token) = (random().expose().to_owned(), random());
    let mut address = address.clone();
    address.query_pairs_mut().append_pair("tenant", tenant.as_str());
    let channel = Channel::new(&id, address, &token).with_ttl(LASTS);
    // Kept before it is opened: the first notice may come before the answer.
    let expires = connector.clock.now() + EARLY;
    let keep = async |resource: String, expires: DateTime<Utc>| {
        let (account, calendar) = (account.to_string(), calendar.parts().1.as_str().to_owned());
        let kept = Kept { token: token.expose().to_owned(), resource, expires, account, calendar };
        let text = serde_json::to_string(&kept).map_err(|_| unreadable())?;
        connector.tokens.keep(tenant, CHANNEL, &id, &StoredToken::new(text, Vec::new())).await
    };
    keep(String::new(), expires).await?;
    let (client, name) = calendar.parts();
    let opened = match client.events(name).watch(&channel, &ListEvents::new()).await {
        Ok(opened) => opened,
        // One that was opened all the same tells under a name that is known, until it ends.
        Err(error) if error.is_outcome_unknown() => return Err(error),
        Err(error) => {
            TokenStore::forget(connector.tokens.as_ref(), tenant, CHANNEL, &id).await?;
            return Err(error);
        }
    };
    let lasts = TimeDelta::try_seconds(LASTS.cast_signed()).unwrap_or(EARLY);
    let expires = opened.expiration.map_or(connector.clock.now() + lasts, |expires| expires.0);
    keep(opened.resource_id.unwrap_or_default(), expires).await?;
    end_all(connector, tenant, old.into_iter().map(|(id, _)| id)).await
}

/// Ends channels, the others as well when one cannot be ended.
async fn end_all(connector: &Connector, tenant: &TenantId, ids: impl IntoIterator<Item = String>) -> Result<(), Error> {
    let mut ended = Ok(());
    for id in ids {
        ended = end(connector, tenant, &id).await.and(ended);
    }
    ended
}

/// Ends a channel; one that Google does not know has ended.
async fn end(connector: &Connector, tenant: &TenantId, id: &str) -> Result<(), Error> {
    if let Some(kept) = kept(connector, tenant, id).await?
        && !kept.resource.is_empty()
    {
        let client = connector.accounts.client(tenant, &kept.account);
        let stopped = client.channels().stop(&Channel::to_stop(id, kept.resource)).await;
        match stopped {
            // Of an account that is not ours any more it ends by itself, and what it tells is not believed.
            Err(error) if !error.is_permanent() => return Err(error),
            _ => {}
        }
    }
    TokenStore::forget(connector.tokens.as_ref(), tenant, CHANNEL, id).await
}

/// Ends all channels of a tenant's.
pub(super) async fn close(connector: &Connector, tenant: &TenantId) -> Result<(), Error> {
    let all = TokenStore::accounts(connector.tokens.as_ref(), tenant, CHANNEL).await?;
    end_all(connector, tenant, all.into_iter().map(|(id, _)| id)).await
}

/// Takes a notice; false when it does not come through a channel of the tenant's, with its token.
pub(super) async fn notice(connector: &Connector, tenant: &TenantId, notice: &Notice) -> Result<bool, Error> {
    let known = kept(connector, tenant, &notice.channel).await?;
    let is_ours = known.is_some_and(|kept| notice.has_token(&kept.token.into()));
    if is_ours {
        connector.changed(tenant);
    }
    Ok(is_ours)
}

/// Replaces channels before they end, and opens those that could not be opened; looks every hour.
#[derive(Debug)]
pub(crate) struct Renewer {
    connector: Connector,
    every: Every,
}

impl Renewer {
    pub(crate) fn new(connector: Connector) -> Self {
        let every = Every::now_and_after(3_600, connector.clock.clone());
        Self { connector, every }
    }

    /// Whether the tenant has a channel that lasts, or no calendar to watch.
    async fn is_watched(&self, tenant: &TenantId) -> Result<bool, Error> {
        let soon = self.connector.clock.now() + EARLY;
        let Connection::Works(account) = self.connector.connection(tenant).await? else { return Ok(true) };
        let calendar = self.connector.calendar_of(tenant, &account).await?;
        let tells = |kept: Kept| {
            kept.expires > soon && kept.account == *account && kept.calendar == calendar.parts().1.as_str()
        };
        for (id, _) in TokenStore::accounts(self.connector.tokens.as_ref(), tenant, CHANNEL).await? {
            if kept(&self.connector, tenant, &id).await?.is_some_and(tells) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

#[async_trait]
impl Turn for Renewer {
    async fn turn(&self) -> Result<usize, Error> {
        if self.connector.notices.is_none() || !self.every.is_due() {
            return Ok(0);
        }
        let mut after: Option<TenantId> = None;
        loop {
            let tenants = self.connector.store.all_tenants(after.as_ref(), PAGE).await?;
            let Some(last) = tenants.last() else { return Ok(0) };
            after = Some(last.id.clone());
            for tenant in tenants {
                let renewed = match self.is_watched(&tenant.id).await {
                    Ok(false) => open(&self.connector, &tenant.id).await,
                    other => other.map(|_| ()),
                };
                if let Err(error) = renewed {
                    tracing::warn!(tenant = %tenant.id, %error, "a calendar cannot be watched");
                }
            }
        }
    }
}
