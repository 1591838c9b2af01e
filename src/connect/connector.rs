use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use url::Url;

use super::{channels, ticket};
use crate::availability::Ledger;
use crate::calendar::{Calendar, Calendars};
use crate::clock::Clock;
use crate::google::channels::Notice;
use crate::google::oauth::{OAuth, Scope, random};
use crate::google::{Accounts, CalendarId, GoogleCalendar, PROVIDER};
use crate::id::TenantId;
use crate::secret::{Private, Secret};
use crate::store::{Store, Unit};
use crate::token::{PendingConsent, Token, TokenStore};
use crate::vault::{Place, TokenVault, Vault};
use crate::{Error, tenant};

/// In whose place what is needed later is sealed.
const STATE: &str = "frontdesk.consent";
/// Tokens that are looked through at once.
const PAGE: usize = 100;
/// How long somebody may take to consent.
const LASTS: TimeDelta = TimeDelta::minutes(10);

/// Connects tenants' Google calendars. Cheap to clone.
#[derive(Clone)]
pub struct Connector {
    pub(super) accounts: Accounts,
    pub(super) store: Arc<dyn Store>,
    pub(super) tokens: Arc<TokenVault>,
    pub(super) vault: Vault,
    pub(super) clock: Arc<dyn Clock>,
    scopes: Vec<Scope>,
    returns: Vec<String>,
    /// Whose diaries those have who have connected none.
    others: Option<Arc<dyn Calendars>>,
    /// Where Google says that a calendar has changed; it does not when absent.
    pub(super) notices: Option<Url>,
    pub(super) ledger: Option<Ledger>,
}

/// How a tenant's calendar stands.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Connection {
    /// None is connected.
    None,
    /// The account with this address is.
    Works(Private),
    /// It was, and has to be connected again.
    NeedsReauth(Private),
}

/// Somebody is to be sent to Google.
#[derive(Clone)]
#[non_exhaustive]
pub struct Started {
    /// There.
    pub url: Url,
    /// Is to be kept by their browser, and to come back with them.
    pub session: Secret,
}

impl fmt::Debug for Started {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Started").field("host", &self.url.host_str()).finish_non_exhaustive()
    }
}

/// Somebody has come back, and their calendar is connected.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finished {
    /// Whose calendar it is.
    pub tenant: TenantId,
    /// Where they go on.
    pub return_to: String,
    /// Until when the ticket was of use that they began with.
    pub(crate) until: DateTime<Utc>,
}

/// Why a calendar is not connected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotConnected {
    /// They come too late, a second time, with another browser, or from elsewhere.
    #[error("the link was used before, is too old, or was opened in another browser")]
    State,
    /// They have not consented.
    #[error("access was not allowed")]
    Denied,
    /// They have left something out that is needed.
    #[error("not everything that is needed was allowed")]
    Missing(Vec<Scope>),
    /// Something failed.
    #[error("the calendar could not be connected")]
    Failed(#[from] Error),
}

/// What is sealed until somebody comes back.
#[derive(Serialize, Deserialize)]
struct Kept {
    verifier: String,
    session: String,
    return_to: String,
    until: DateTime<Utc>,
}

fn digest(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::with_capacity(64), |text, byte| format!("{text}{byte:02x}"))
}

impl Connector {
    /// Connects calendars of an application's users; what they grant is sealed by the vault and kept in the store.
    #[must_use]
    pub fn new(oauth: OAuth, store: Arc<dyn Store>, vault: Vault, clock: Arc<dyn Clock>) -> Self {
        let tokens = Arc::new(TokenVault::new(store.clone(), vault.clone(), clock.clone()));
        Self {
            accounts: Accounts::new(oauth, tokens.clone()),
            store,
            tokens,
            vault,
            clock,
            scopes: Scope::BOOKING.to_vec(),
            returns: vec!["/oauth/google".into()],
            others: None,
            notices: None,
            ledger: None,
        }
    }

    /// Clients ask another address than Google's: a simulator or a proxy.
    #[must_use]
    pub fn with_base_url(mut self, base: Url) -> Self {
        self.accounts = self.accounts.with_base_url(base);
        self
    }

    /// What is asked for; what booking needs by default.
    #[must_use]
    pub fn with_scopes(mut self, scopes: impl IntoIterator<Item = Scope>) -> Self {
        self.scopes = scopes.into_iter().collect();
        self
    }

    /// Where people may go on afterwards, beside the desk's own page: a path of the host's, whole.
    #[must_use]
    pub fn with_return_path(mut self, path: impl Into<String>) -> Self {
        self.returns.push(path.into());
        self
    }

    /// Has Google say at `/webhooks/google` below this address that a calendar has changed.
    #[must_use]
    pub fn with_push(mut self, public_url: &Url) -> Self {
        self.notices = public_url.join("/webhooks/google").ok();
        self
    }

    /// Whoever has connected no calendar keeps another diary, if any.
    #[must_use]
    pub fn or_else(mut self, others: Arc<dyn Calendars>) -> Self {
        self.others = Some(others);
        self
    }

    pub(crate) fn with_ledger(mut self, ledger: Ledger) -> Self {
        self.ledger = Some(ledger);
        self
    }

    /// Tenants' accounts at Google.
    #[must_use]
    pub fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// A link for somebody who is to connect a tenant's calendar: to be shown to nobody else, and of use for half an hour.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when the machine gives no random bytes.
    pub fn link(&self, tenant: &TenantId, public_url: &Url) -> Result<Url, Error> {
        let ticket = self.ticket(tenant, self.ticket_end())?;
        let joined = public_url.join("/oauth/google");
        let mut url = joined.map_err(|source| Error::refused("making a link").with_source(source))?;
        url.query_pairs_mut().append_pair("ticket", ticket.expose());
        Ok(url)
    }

    pub(crate) fn ticket(&self, tenant: &TenantId, until: DateTime<Utc>) -> Result<Secret, Error> {
        ticket::issue(&self.vault, tenant, until)
    }

    /// Until when a new ticket is of use. One that follows from another ends with that.
    pub(crate) fn ticket_end(&self) -> DateTime<Utc> {
        ticket::lasts_until(self.clock.now())
    }

    /// Whose ticket it is, and until when.
    pub(crate) fn holder(&self, ticket: &str) -> Option<(TenantId, DateTime<Utc>)> {
        ticket::check(&self.vault, ticket, self.clock.now())
    }

    /// Whether people may go on there.
    pub(crate) fn may_return_to(&self, path: &str) -> bool {
        self.returns.iter().any(|known| known == path)
    }

    /// How a tenant's calendar stands.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    pub async fn connection(&self, tenant: &TenantId) -> Result<Connection, Error> {
        let accounts = TokenStore::accounts(self.tokens.as_ref(), tenant, PROVIDER).await?;
        // The one that was granted last, whether it works or not: another calendar is not this one.
        Ok(match accounts.first() {
            None => Connection::None,
            Some((address, true)) => Connection::Works(address.as_str().into()),
            Some((address, false)) => Connection::NeedsReauth(address.as_str().into()),
        })
    }

    /// Begins: somebody is to be sent to Google, and to go on at a path when they come back.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when they may not go on there; [`Error::is_retryable`] when the store cannot be reached.
    pub async fn start(&self, tenant: &TenantId, return_to: &str) -> Result<Started, Error> {
        self.start_until(tenant, return_to, self.ticket_end()).await
    }

    /// The same for who has a ticket that ends then.
    pub(crate) async fn start_until(
        &self,
        tenant: &TenantId,
        return_to: &str,
        until: DateTime<Utc>,
    ) -> Result<Started, Error> {
        if !self.may_return_to(return_to) {
            return Err(Error::refused("connecting a calendar: nobody may go on at this path"));
        }
        let consent = self.accounts.oauth().authorize(&self.scopes)?;
        let session = random();
        let kept = Kept {
            verifier: consent.verifier.expose().to_owned(),
            session: digest(session.expose()),
            return_to: return_to.to_owned(),
            until,
        };
        let name = digest(consent.state.expose());
        let text = serde_json::to_string(&kept).map_err(|_| Error::refused("connecting a calendar"))?;
        let sealed = self.vault.seal(Place::new(tenant, STATE, &name), &text.into());
        let sealed = sealed.map_err(|source| Error::refused("connecting a calendar").with_source(source))?;
        let pending = PendingConsent::new(tenant.clone(), name, sealed, self.clock.now() + LASTS);
        self.store.commit(tenant, Unit::new().ask_consent(pending)).await?;
        Ok(Started { url: consent.url, session })
    }

    /// Goes on: somebody has come back with this query, and their browser has kept this session.
    ///
    /// # Errors
    /// [`NotConnected`] says why not; what was there before stays.
    pub async fn finish(&self, query: &str, session: Option<&Secret>) -> Result<Finished, NotConnected> {
        let value = |name: &str| {
            url::form_urlencoded::parse(query.as_bytes())
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.into_owned())
        };
        // Whatever else is wrong, the state is used up. The store says whether it is too old.
        let name = digest(&value("state").ok_or(NotConnected::State)?);
        let pending = self.store.take_consent(&name).await?.ok_or(NotConnected::State)?;
        let kept = self.vault.open(Place::new(&pending.tenant, STATE, &name), &pending.sealed);
        let kept: Kept =
            kept.ok().and_then(|kept| serde_json::from_str(kept.expose()).ok()).ok_or(NotConnected::State)?;
        let session = session.map(|session| Secret::new(digest(session.expose()))).ok_or(NotConnected::State)?;
        if !session.matches(kept.session.as_bytes()) {
            return Err(NotConnected::State);
        }
        if value("error").is_some() {
            return Err(NotConnected::Denied);
        }
        let code = Secret::new(value("code").ok_or(NotConnected::State)?);
        let granted = self.accounts.oauth().exchange(&code, &kept.verifier.into()).await?;
        let missing = granted.missing(&self.scopes);
        if !missing.is_empty() {
            // It is not given back: Google would end what the account has granted before as well.
            return Err(NotConnected::Missing(missing));
        }
        let address = self.accounts.address_of(&granted).await?;
        self.accounts.keep(&pending.tenant, &address, &granted).await?;
        self.changed(&pending.tenant);
        tracing::info!(tenant = %pending.tenant, "a calendar was connected");
        if let Err(error) = self.part_from_others(&pending.tenant, &address).await {
            tracing::warn!(tenant = %pending.tenant, %error, "an account that was connected before is still kept");
        }
        if let Err(error) = channels::open(self, &pending.tenant).await {
            tracing::warn!(tenant = %pending.tenant, %error, "a calendar cannot be watched yet");
        }
        Ok(Finished { tenant: pending.tenant, return_to: kept.return_to, until: kept.until })
    }

    /// Disconnects a tenant's calendars: Google takes back what was granted, and it is forgotten here.
    ///
    /// # Errors
    /// [`Error::is_retryable`] or [`Error::is_outcome_unknown`] when a grant may still work: say it again.
    pub async fn revoke(&self, tenant: &TenantId) -> Result<(), Error> {
        if let Err(error) = channels::close(self, tenant).await {
            tracing::warn!(%tenant, %error, "a channel could not be ended");
        }
        for (address, _) in TokenStore::accounts(self.tokens.as_ref(), tenant, PROVIDER).await? {
            self.give_back(tenant, &address).await?;
        }
        self.changed(tenant);
        tracing::info!(%tenant, "a calendar was disconnected");
        Ok(())
    }

    /// One calendar is connected at a time: what other accounts have granted is given back.
    async fn part_from_others(&self, tenant: &TenantId, address: &str) -> Result<(), Error> {
        for (other, _) in TokenStore::accounts(self.tokens.as_ref(), tenant, PROVIDER).await? {
            if other != address {
                self.give_back(tenant, &other).await?;
            }
        }
        Ok(())
    }

    /// Gives back what an account has granted, unless another tenant uses it as well: then it is only forgotten here.
    async fn give_back(&self, tenant: &TenantId, address: &str) -> Result<(), Error> {
        let mut last: Option<Token> = None;
        loop {
            let after = last.as_ref().map(|last| (&last.tenant, last.provider.as_str(), last.account.as_str()));
            let page = self.store.all_tokens(after, PAGE).await?;
            let is_used =
                |token: &Token| token.provider == PROVIDER && token.account == *address && token.tenant != *tenant;
            if page.iter().any(is_used) {
                return self.accounts.forget(tenant, address).await;
            }
            match page.last() {
                Some(end) => last = Some(end.clone()),
                None => return self.accounts.revoke(tenant, address).await,
            }
        }
    }

    /// What was remembered of the tenant's calendar is not used any more.
    pub(super) fn changed(&self, tenant: &TenantId) {
        if let Some(ledger) = &self.ledger {
            ledger.forget(tenant);
        }
    }

    /// Takes a push notification for a tenant; false when it is not Google's.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    pub async fn notice(&self, tenant: &TenantId, notice: &Notice) -> Result<bool, Error> {
        channels::notice(self, tenant, notice).await
    }

    /// The tenant's calendar at Google; `None` when none is connected.
    ///
    /// # Errors
    /// [`Error::is_unauthorized`] when it has to be connected again: no diary at all would mean that everything is free.
    pub async fn google_calendar(&self, tenant: &TenantId) -> Result<Option<GoogleCalendar>, Error> {
        match self.connection(tenant).await? {
            Connection::None => Ok(None),
            Connection::Works(address) | Connection::NeedsReauth(address) => {
                self.calendar_of(tenant, &address).await.map(Some)
            }
        }
    }

    /// The tenant's calendar, as an account of its.
    pub(super) async fn calendar_of(&self, tenant: &TenantId, address: &str) -> Result<GoogleCalendar, Error> {
        let settings = self.store.tenant(tenant).await?;
        let booking = settings.map(|settings| tenant::BookingSettings::clone(&settings.booking)).unwrap_or_default();
        let id = match &booking.calendar {
            Some(id) => id.parse().map_err(|source| Error::refused("reading settings").with_source(source))?,
            None => CalendarId::primary(),
        };
        Ok(GoogleCalendar::new(self.accounts.client(tenant, address), id).with_rules(booking.rules()))
    }
}

#[async_trait]
impl Calendars for Connector {
    async fn calendar(&self, tenant: &TenantId) -> Result<Option<Arc<dyn Calendar>>, Error> {
        match (self.google_calendar(tenant).await?, &self.others) {
            (Some(calendar), _) => Ok(Some(Arc::new(calendar))),
            (None, Some(others)) => others.calendar(tenant).await,
            (None, None) => Ok(None),
        }
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector").field("accounts", &self.accounts.oauth()).finish_non_exhaustive()
    }
}
