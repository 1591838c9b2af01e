use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use url::Url;

use super::client::Client;
use super::error::needs_reauth;
use super::fresh::Fresh;
#[cfg(doc)]
use super::oauth::Scope;
use super::oauth::{Granted, OAuth};
use super::values::CalendarId;
use crate::Error;
use crate::id::TenantId;
use crate::secret::{Private, Secret};
use crate::token::{AccessToken, AccessTokens, StoredToken, TokenStore};

/// What Google is called where tokens are kept.
pub const PROVIDER: &str = "google";

/// The accounts of many tenants: each one's refresh token is read from a [`TokenStore`], and its access token shared by
/// all who ask for it.
///
/// A refresh token that Google refuses for good is marked so and not tried again until somebody has consented anew.
#[derive(Debug, Clone)]
pub struct Accounts {
    oauth: OAuth,
    store: Arc<dyn TokenStore>,
    base: Option<Url>,
    known: Arc<Mutex<HashMap<Name, Arc<Account>>>>,
}

type Name = (TenantId, Private);

/// One account of a tenant's.
#[derive(Debug)]
struct Account {
    oauth: OAuth,
    store: Arc<dyn TokenStore>,
    tenant: TenantId,
    address: Private,
    fresh: Fresh,
}

impl Accounts {
    /// The accounts of an application's users.
    #[must_use]
    pub fn new(oauth: OAuth, store: Arc<dyn TokenStore>) -> Self {
        Self { oauth, store, base: None, known: Arc::default() }
    }

    /// Clients ask another address than Google's: a simulator or a proxy.
    #[must_use]
    pub fn with_base_url(mut self, base: Url) -> Self {
        self.base = Some(base);
        self
    }

    /// The API, as an account by its address.
    #[must_use]
    pub fn client(&self, tenant: &TenantId, address: &str) -> Client {
        self.client_with(self.tokens(tenant, address))
    }

    /// The API, as whoever the tokens are of.
    pub(super) fn client_with(&self, tokens: Arc<dyn AccessTokens>) -> Client {
        let client = Client::new(tokens, self.oauth.transport().clone(), self.oauth.clock().clone());
        match &self.base {
            Some(base) => client.with_base_url(base),
            None => client,
        }
    }

    /// The address of whoever has granted this: the name of their main calendar. Needs [`Scope::CALENDAR_LIST`].
    ///
    /// # Errors
    /// [`Error::is_unauthorized`] when that was not granted.
    pub async fn address_of(&self, granted: &Granted) -> Result<String, Error> {
        let client = self.client_with(Arc::new(granted.access.clone()));
        let entry = client.calendar_list().get(&CalendarId::primary()).await?;
        let id = entry.id.ok_or_else(|| Error::refused("reading whose account it is"))?;
        Ok(id.as_str().to_lowercase())
    }

    /// The application.
    #[must_use]
    pub fn oauth(&self) -> &OAuth {
        &self.oauth
    }

    /// Where refresh tokens are kept.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn TokenStore> {
        &self.store
    }

    /// The access tokens of an account, by its address.
    #[must_use]
    pub fn tokens(&self, tenant: &TenantId, address: &str) -> Arc<dyn AccessTokens> {
        self.account(tenant, address)
    }

    fn account(&self, tenant: &TenantId, address: &str) -> Arc<Account> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let account = known.entry((tenant.clone(), address.into())).or_insert_with(|| {
            Arc::new(Account {
                oauth: self.oauth.clone(),
                store: self.store.clone(),
                tenant: tenant.clone(),
                address: address.into(),
                fresh: Fresh::new(self.oauth.clock().clone()),
            })
        });
        account.clone()
    }

    /// Keeps what was granted for an account. Without a new refresh token the old one stays, if there is one that works.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when there is no refresh token at all: consent has to be asked for with a prompt.
    pub async fn keep(&self, tenant: &TenantId, address: &str, granted: &Granted) -> Result<(), Error> {
        let known = self.store.stored(tenant, PROVIDER, address).await?;
        let secret = match (&granted.refresh, known) {
            (Some(refresh), _) => refresh.clone(),
            (None, Some(known)) if !known.needs_reauth => known.secret,
            _ => return Err(Error::refused("keeping a token: no refresh token was granted")),
        };
        let token = StoredToken::new(secret, granted.scopes.clone());
        self.store.keep(tenant, PROVIDER, address, &token).await?;
        self.account(tenant, address).fresh.clear().await;
        Ok(())
    }

    /// Forgets what was granted, and leaves it as it is at Google: another tenant may use the same account.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when it may still be kept.
    pub async fn forget(&self, tenant: &TenantId, address: &str) -> Result<(), Error> {
        self.store.forget(tenant, PROVIDER, address).await?;
        self.account(tenant, address).fresh.clear().await;
        self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(&(tenant.clone(), address.into()));
        Ok(())
    }

    /// Takes back what was granted, and forgets it. Google ends everything that the account has granted to the application,
    /// whoever asked for it. What Google has ended already
    /// is forgotten all the same.
    ///
    /// # Errors
    /// [`Error::is_retryable`] or [`Error::is_outcome_unknown`] when it may still work, and is still kept: say it again.
    pub async fn revoke(&self, tenant: &TenantId, address: &str) -> Result<(), Error> {
        if let Some(known) = self.store.stored(tenant, PROVIDER, address).await? {
            self.oauth.revoke(&known.secret).await?;
        }
        self.forget(tenant, address).await
    }
}

impl Account {
    async fn renew(&self) -> Result<AccessToken, Error> {
        let missing = || {
            let error = Error::refused("reading a refresh token: somebody has to consent");
            error.with_status(http::StatusCode::UNAUTHORIZED).with_reason(Some("invalid_grant".into()))
        };
        let stored = self.store.stored(&self.tenant, PROVIDER, &self.address).await?;
        let stored = stored.filter(|stored| !stored.needs_reauth).ok_or_else(missing)?;
        match self.oauth.refresh(&stored.secret).await {
            Ok(granted) => {
                self.rotate(&stored, &granted).await;
                Ok(granted.access)
            }
            Err(error) if needs_reauth(&error) => {
                tracing::warn!(tenant = %self.tenant, %error, "a calendar's account has to be connected again");
                self.store.refuse(&self.tenant, PROVIDER, &self.address, &stored.secret).await?;
                Err(error.with_status(http::StatusCode::UNAUTHORIZED))
            }
            Err(error) => Err(error),
        }
    }

    /// Google may give out another refresh token; none at all leaves the old one.
    async fn rotate(&self, stored: &StoredToken, granted: &Granted) {
        let Some(refresh) = granted.refresh.as_ref().filter(|new| !stored.secret.matches(new.expose().as_bytes()))
        else {
            return;
        };
        let token = StoredToken::new(Secret::clone(refresh), stored.scopes.clone());
        if let Err(error) = self.store.keep(&self.tenant, PROVIDER, &self.address, &token).await {
            tracing::warn!(tenant = %self.tenant, %error, "a new refresh token could not be kept");
        }
    }
}

#[async_trait]
impl AccessTokens for Account {
    async fn access_token(&self) -> Result<AccessToken, Error> {
        self.fresh.get(|| self.renew()).await
    }

    async fn refused(&self, token: &AccessToken) {
        self.fresh.forget(token).await;
    }
}
