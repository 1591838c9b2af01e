use std::sync::Arc;

use async_trait::async_trait;
use url::Url;

use super::tokens::TokenVault;
use crate::Error;
use crate::clock::Clock;
use crate::id::{AccountSid, MessageSid, TenantId};
use crate::message::{Accepted, MessageRecord, SmsSender};
use crate::secret::Secret;
use crate::transport::Transport;
use crate::twilio::Client;

/// Under which name credentials of Twilio are kept.
const PROVIDER: &str = "twilio";

/// Sends each tenant's texts through its own Twilio sub-account, whose token is in the vault; through the host's account
/// when the tenant has none (<https://www.twilio.com/docs/iam/api/subaccounts>).
///
/// Webhooks of a sub-account are signed with its own token: give the verifier all of them.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use std::sync::Arc;
/// # use frontdesk::clock::SystemClock;
/// # use frontdesk::id::{AccountSid, TenantId};
/// # use frontdesk::store::MemoryStore;
/// # use frontdesk::transport::Stub;
/// # use frontdesk::twilio::Client;
/// # use frontdesk::vault::{Key, TokenVault, Vault};
/// use frontdesk::vault::TenantAccounts;
///
/// # let clock = SystemClock::shared();
/// # let tokens = TokenVault::new(Arc::new(MemoryStore::new(clock.clone())), Vault::new(Key::generate("2026")?), clock.clone());
/// # let transport = Arc::new(Stub::new());
/// # let host = Client::builder("AC0123456789abcdef0123456789abcdef".parse()?).with_auth_token("t")
/// #     .with_transport(transport.clone()).build()?;
/// let accounts = TenantAccounts::new(tokens, host, transport, clock);
/// let clinic = TenantId::new("clinic")?;
/// let own: AccountSid = "AC11111111111111111111111111111111".parse()?;
/// accounts.put(&clinic, &own, &"the sub-account's token".into()).await?;
/// assert_eq!(accounts.client(&clinic).await?.account_sid(), own);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct TenantAccounts {
    tokens: TokenVault,
    host: Client,
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
}

impl TenantAccounts {
    /// Accounts whose tokens are in a vault, and the host's own for everybody else.
    #[must_use]
    pub fn new(tokens: TokenVault, host: Client, transport: Arc<dyn Transport>, clock: Arc<dyn Clock>) -> Self {
        Self { tokens, host, transport, clock }
    }

    /// Gives a tenant an account of its own, in place of the last one.
    ///
    /// # Errors
    /// As with [`TokenVault::put`].
    pub async fn put(&self, tenant: &TenantId, account: &AccountSid, token: &Secret) -> Result<(), Error> {
        self.tokens.put(tenant, PROVIDER, account.as_str(), token).await?;
        // Only then: a tenant that has an account of its own is never without one.
        for known in self.tokens.accounts(tenant, PROVIDER).await? {
            if known.as_str() != account.as_str() {
                self.tokens.forget(tenant, PROVIDER, &known).await?;
            }
        }
        Ok(())
    }

    /// The client of a tenant's own account, or the host's.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store could not be reached; [`Error::is_permanent`] when the token does not open:
    /// nothing is sent through another account instead.
    pub async fn client(&self, tenant: &TenantId) -> Result<Client, Error> {
        let Some(account) = self.tokens.accounts(tenant, PROVIDER).await?.into_iter().next() else {
            return Ok(self.host.clone());
        };
        let what = "using a tenant's account";
        let sid: AccountSid = account.parse().map_err(|_| Error::refused(what))?;
        let token = self.tokens.get(tenant, PROVIDER, &account).await?.ok_or_else(|| Error::unavailable(what))?;
        Client::builder(sid)
            .with_auth_token(token)
            .with_transport(self.transport.clone())
            .with_clock(self.clock.clone())
            .build()
            .map_err(|source| Error::refused(what).with_source(source))
    }
}

#[async_trait]
impl SmsSender for TenantAccounts {
    async fn send(&self, text: &MessageRecord, status_callback: &Url) -> Result<Accepted, Error> {
        self.client(&text.tenant).await?.send(text, status_callback).await
    }

    async fn look_up(&self, text: &MessageRecord) -> Result<Option<Vec<Accepted>>, Error> {
        self.client(&text.tenant).await?.look_up(text).await
    }

    async fn withdraw(&self, text: &MessageRecord, sid: &MessageSid) -> Result<(), Error> {
        self.client(&text.tenant).await?.withdraw(text, sid).await
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::clock::ManualClock;
    use crate::message::MessageKind;
    use crate::store::MemoryStore;
    use crate::transport::{Reply, Stub};
    use crate::vault::{Key, Vault};

    #[tokio::test]
    async fn each_tenant_sends_through_its_own_account() {
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(DateTime::UNIX_EPOCH).auto_advancing());
        let store = Arc::new(MemoryStore::new(clock.clone()));
        let tokens = TokenVault::new(store, Vault::new(Key::generate("a").unwrap()), clock.clone());
        let sent = r#"{"sid":"SM0123456789abcdef0123456789abcdef","status":"queued"}"#;
        let stub = Stub::new().then(Reply::new(201, sent)).then(Reply::new(201, sent));
        let transport: Arc<dyn Transport> = Arc::new(stub.clone());
        let host = Client::builder("AC0123456789abcdef0123456789abcdef".parse().unwrap())
            .with_auth_token("host")
            .with_transport(transport.clone())
            .with_clock(clock.clone())
            .build()
            .unwrap();
        let accounts = TenantAccounts::new(tokens, host, transport, clock);
        let (a, b): (TenantId, TenantId) = ("a".parse().unwrap(), "b".parse().unwrap());
        let sid = |digit: &str| -> AccountSid { format!("AC{}", digit.repeat(32)).parse().unwrap() };
        accounts.put(&a, &sid("2"), &"old".into()).await.unwrap();
        accounts.put(&a, &sid("1"), &"own".into()).await.unwrap();
        for tenant in [a, b] {
            let (id, kind) = ("m".parse().unwrap(), MessageKind::Direct);
            let (from, to) = ("+15551230000".into(), "+14155552671".into());
            let text = MessageRecord::outbound(tenant, id, kind, from, to, "hi".into(), DateTime::UNIX_EPOCH);
            accounts.send(&text, &"https://example.com/".parse().unwrap()).await.unwrap();
        }
        let paths: Vec<_> = stub.log().iter().map(|request| request.uri().path().to_owned()).collect();
        assert!(paths[0].contains(sid("1").as_str()) && paths[1].contains("AC0123456789abcdef"), "{paths:?}");
        assert_ne!(stub.log()[0].headers()["authorization"], stub.log()[1].headers()["authorization"]);
    }
}
