use std::sync::Arc;

use async_trait::async_trait;

use super::seal::{Place, Vault, VaultError};
use crate::Error;
use crate::clock::Clock;
use crate::id::TenantId;
use crate::secret::Secret;
use crate::store::{Commit, Store, Unit};
use crate::token::{StoredToken, Token, TokenStore};

const ROUNDS: usize = 8;
const PAGE: usize = 100;

/// Keeps tenants' secrets in a store that cannot read them.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::sync::Arc;
/// use frontdesk::clock::SystemClock;
/// use frontdesk::id::TenantId;
/// use frontdesk::store::MemoryStore;
/// use frontdesk::vault::{Key, TokenVault, Vault};
///
/// let clock = SystemClock::shared();
/// let store = Arc::new(MemoryStore::new(clock.clone()));
/// let tokens = TokenVault::new(store.clone(), Vault::new(Key::generate("2026")?), clock.clone());
/// let clinic = TenantId::new("clinic")?;
/// tokens.put(&clinic, "twilio", "AC0123456789abcdef0123456789abcdef", &"the sub-account's token".into()).await?;
/// let secret = tokens.get(&clinic, "twilio", "AC0123456789abcdef0123456789abcdef").await?.ok_or("lost")?;
/// assert_eq!(secret.expose(), "the sub-account's token");
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct TokenVault {
    store: Arc<dyn Store>,
    vault: Vault,
    clock: Arc<dyn Clock>,
}

/// What came of sealing everything anew.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reencrypted {
    /// How many secrets there are.
    pub seen: u64,
    /// How many were sealed with an older key, and are sealed with the newest one now.
    pub changed: u64,
    /// How many did not open; they are as they were.
    pub refused: u64,
}

impl TokenVault {
    /// Keeps secrets in this store, sealed by this vault.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, vault: Vault, clock: Arc<dyn Clock>) -> Self {
        Self { store, vault, clock }
    }

    /// Keeps a secret, in place of the account's last one.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store could not be reached; [`Error::is_outcome_unknown`] when it may be kept.
    pub async fn put(&self, tenant: &TenantId, provider: &str, account: &str, secret: &Secret) -> Result<(), Error> {
        self.put_with(tenant, provider, account, secret, None).await
    }

    async fn put_with(
        &self,
        tenant: &TenantId,
        provider: &str,
        account: &str,
        secret: &Secret,
        scopes: Option<&[String]>,
    ) -> Result<(), Error> {
        let sealed = self.vault.seal(Place::new(tenant, provider, account), secret).map_err(refused)?;
        for _ in 0..ROUNDS {
            let mut token = match self.store.token(tenant, provider, account).await? {
                Some(known) => Token { sealed: sealed.clone(), needs_reauth: false, ..known },
                None => Token::new(tenant.clone(), provider, account, sealed.clone(), self.clock.now()),
            };
            if let Some(scopes) = scopes {
                // Granted anew: the latest grant counts.
                (token.scopes, token.created_at) = (scopes.to_vec(), self.clock.now());
            }
            if self.store.commit(tenant, Unit::new().save_token(token)).await? == Commit::Applied {
                return Ok(());
            }
        }
        Err(Error::unavailable("keeping a secret that keeps changing"))
    }

    /// The account's secret; `None` when there is none.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store could not be reached; [`Error::is_permanent`], with a [`VaultError`] as
    /// its source, when it does not open: the row was changed or swapped, or a key is missing.
    pub async fn get(&self, tenant: &TenantId, provider: &str, account: &str) -> Result<Option<Secret>, Error> {
        let Some(token) = self.store.token(tenant, provider, account).await? else { return Ok(None) };
        self.open(&token).map(Some)
    }

    /// The accounts at a provider whose secrets a tenant keeps, the newest first.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store could not be reached.
    pub async fn accounts(&self, tenant: &TenantId, provider: &str) -> Result<Vec<String>, Error> {
        let mut tokens = self.store.tokens(tenant).await?;
        tokens.sort_by_key(|token| std::cmp::Reverse(token.created_at));
        Ok(tokens
            .into_iter()
            .filter(|token| token.provider == provider)
            .map(|token| token.account.into_string())
            .collect())
    }

    /// Opens a token that was read.
    ///
    /// # Errors
    /// [`Error::is_permanent`], with a [`VaultError`] as its source, when it does not open.
    pub fn open(&self, token: &Token) -> Result<Secret, Error> {
        self.vault.open(Place::new(&token.tenant, &token.provider, &token.account), &token.sealed).map_err(refused)
    }

    /// Forgets the account's secret, if there is one.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store could not be reached; [`Error::is_outcome_unknown`] when it may be
    /// forgotten.
    pub async fn forget(&self, tenant: &TenantId, provider: &str, account: &str) -> Result<(), Error> {
        self.store.commit(tenant, Unit::new().forget_token(provider, account)).await.map(|_| ())
    }

    /// Seals every secret of every tenant with the newest key. Stopped anywhere, it goes on where it was when it is run
    /// again; who writes meanwhile wins. When nothing was refused, the older keys are of no use any more.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store could not be reached.
    pub async fn reencrypt(&self) -> Result<Reencrypted, Error> {
        let mut done = Reencrypted::default();
        let mut last: Option<Token> = None;
        loop {
            let after = last.as_ref().map(|last| (&last.tenant, last.provider.as_str(), last.account.as_str()));
            let page = self.store.all_tokens(after, PAGE).await?;
            let Some(end) = page.last().cloned() else { return Ok(done) };
            for token in page {
                done.seen += 1;
                if self.vault.is_current(&token.sealed) {
                    continue;
                }
                match self.open(&token) {
                    Ok(secret) => done.changed += u64::from(self.replace(&token, &secret).await?),
                    Err(error) => {
                        tracing::error!(tenant = %token.tenant, provider = %token.provider, %error, "a secret does not open");
                        done.refused += 1;
                    }
                }
            }
            last = Some(end);
        }
    }

    /// False when somebody else wrote it meanwhile, with the newest key.
    async fn replace(&self, token: &Token, secret: &Secret) -> Result<bool, Error> {
        let place = Place::new(&token.tenant, &token.provider, &token.account);
        let sealed = self.vault.seal(place, secret).map_err(refused)?;
        let unit = Unit::new().save_token(Token { sealed, ..token.clone() });
        Ok(self.store.commit(&token.tenant, unit).await? == Commit::Applied)
    }
}

#[async_trait]
impl TokenStore for TokenVault {
    async fn stored(&self, tenant: &TenantId, provider: &str, account: &str) -> Result<Option<StoredToken>, Error> {
        let Some(token) = self.store.token(tenant, provider, account).await? else { return Ok(None) };
        let mut stored = StoredToken::new(self.open(&token)?, token.scopes);
        stored.needs_reauth = token.needs_reauth;
        Ok(Some(stored))
    }

    async fn accounts(&self, tenant: &TenantId, provider: &str) -> Result<Vec<(String, bool)>, Error> {
        let mut tokens = self.store.tokens(tenant).await?;
        tokens.retain(|token| token.provider == provider);
        tokens.sort_by_key(|token| std::cmp::Reverse(token.created_at));
        Ok(tokens.into_iter().map(|token| (token.account.into_string(), !token.needs_reauth)).collect())
    }

    async fn keep(&self, tenant: &TenantId, provider: &str, account: &str, token: &StoredToken) -> Result<(), Error> {
        self.put_with(tenant, provider, account, &token.secret, Some(&token.scopes)).await
    }

    async fn refuse(&self, tenant: &TenantId, provider: &str, account: &str, secret: &Secret) -> Result<(), Error> {
        for _ in 0..ROUNDS {
            let Some(token) = self.store.token(tenant, provider, account).await? else { return Ok(()) };
            if token.needs_reauth || !self.open(&token)?.matches(secret.expose().as_bytes()) {
                return Ok(());
            }
            let unit = Unit::new().save_token(Token { needs_reauth: true, ..token });
            if self.store.commit(tenant, unit).await? == Commit::Applied {
                return Ok(());
            }
        }
        Err(Error::unavailable("marking a secret that keeps changing"))
    }

    async fn forget(&self, tenant: &TenantId, provider: &str, account: &str) -> Result<(), Error> {
        Self::forget(self, tenant, provider, account).await
    }
}

fn refused(error: VaultError) -> Error {
    Error::refused("opening or sealing a secret").with_source(error)
}
