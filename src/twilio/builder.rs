use std::fmt;
use std::sync::Arc;

use super::Client;
use super::credentials::{Credentials, Held, basic};
use super::oauth::AccessTokens;
use super::origin::Origins;
use crate::Secret;
use crate::clock::{Clock, SystemClock};
use crate::id::{AccountSid, ApiKeySid};
use crate::transport::retry::{Budget, Observer, RetryPolicy};
use crate::transport::{Caller, Transport};

/// Settings of a [`Client`].
#[derive(Clone)]
#[must_use]
pub struct ClientBuilder {
    account: AccountSid,
    oauth: Option<(String, Secret)>,
    api_key: Option<(ApiKeySid, Secret)>,
    auth_token: Option<Secret>,
    region: Option<String>,
    edge: Option<String>,
    base: Option<String>,
    transport: Option<Arc<dyn Transport>>,
    clock: Option<Arc<dyn Clock>>,
    policy: Option<Arc<dyn RetryPolicy>>,
    budget: Option<Budget>,
    observer: Option<Arc<dyn Observer>>,
}

/// A client that cannot work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidClient {
    /// Environment variables that are missing or malformed; values are not repeated.
    #[error("cannot connect to Twilio: {}", .0.join("; "))]
    Environment(Vec<String>),
    /// Neither an API key, nor an auth token, nor OAuth client credentials.
    #[error(
        "no credentials: an API key with its secret, the account's auth token or OAuth client credentials are needed"
    )]
    NoCredentials,
    /// The base URL, region or edge makes no URL.
    #[error("the base URL is not an http(s) URL with a host")]
    BaseUrl,
    /// No transport was given and the crate was built without one.
    #[error("no transport: enable the feature `reqwest` or give one to the builder")]
    NoTransport,
    /// The HTTP client could not be set up.
    #[error("the HTTP client could not be set up")]
    Transport,
}

impl ClientBuilder {
    pub(super) fn new(account: AccountSid) -> Self {
        Self {
            account,
            oauth: None,
            api_key: None,
            auth_token: None,
            region: None,
            edge: None,
            base: None,
            transport: None,
            clock: None,
            policy: None,
            budget: None,
            observer: None,
        }
    }

    /// Reads the variables of [`Client::from_env`] from anywhere.
    ///
    /// # Errors
    /// [`InvalidClient::Environment`] names every variable that is missing or malformed.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, InvalidClient> {
        let read = |names: &[&str]| names.iter().find_map(|name| lookup(name).filter(|value| !value.trim().is_empty()));
        let mut wrong = Vec::new();
        let account = match read(&["TWILIO_ACCOUNT_SID"]).map(|text| text.trim().parse::<AccountSid>()) {
            Some(Ok(sid)) => Some(sid),
            Some(Err(error)) => {
                wrong.push(format!("TWILIO_ACCOUNT_SID: {error}"));
                None
            }
            None => {
                wrong.push("TWILIO_ACCOUNT_SID: missing".to_owned());
                None
            }
        };
        let key = read(&["TWILIO_API_KEY", "TWILIO_API_KEY_SID"]);
        let secret = read(&["TWILIO_API_SECRET", "TWILIO_API_KEY_SECRET"]);
        let api_key = match (key, secret) {
            (Some(key), Some(secret)) => match key.trim().parse::<ApiKeySid>() {
                Ok(sid) => Some((sid, Secret::new(secret.trim()))),
                Err(error) => {
                    wrong.push(format!("TWILIO_API_KEY: {error}"));
                    None
                }
            },
            (Some(_), None) => {
                wrong.push("TWILIO_API_SECRET: missing, though TWILIO_API_KEY is set".to_owned());
                None
            }
            (None, Some(_)) => {
                wrong.push("TWILIO_API_KEY: missing, though TWILIO_API_SECRET is set".to_owned());
                None
            }
            (None, None) => None,
        };
        let oauth = match (read(&["TWILIO_CLIENT_ID"]), read(&["TWILIO_CLIENT_SECRET"])) {
            (Some(id), Some(secret)) => Some((id.trim().to_owned(), Secret::new(secret.trim()))),
            (Some(_), None) => {
                wrong.push("TWILIO_CLIENT_SECRET: missing, though TWILIO_CLIENT_ID is set".to_owned());
                None
            }
            (None, Some(_)) => {
                wrong.push("TWILIO_CLIENT_ID: missing, though TWILIO_CLIENT_SECRET is set".to_owned());
                None
            }
            (None, None) => None,
        };
        let auth_token = read(&["TWILIO_AUTH_TOKEN"]).map(|token| Secret::new(token.trim()));
        let named = |text: &String| text.starts_with("TWILIO_API") || text.starts_with("TWILIO_CLIENT");
        if api_key.is_none() && auth_token.is_none() && oauth.is_none() && !wrong.iter().any(named) {
            wrong.push("TWILIO_AUTH_TOKEN or TWILIO_API_KEY with TWILIO_API_SECRET: missing".to_owned());
        }
        let (Some(account), true) = (account, wrong.is_empty()) else { return Err(InvalidClient::Environment(wrong)) };
        let mut builder = Client::builder(account);
        builder.oauth = oauth;
        builder.api_key = api_key;
        builder.auth_token = auth_token;
        builder.region = read(&["TWILIO_REGION"]);
        builder.edge = read(&["TWILIO_EDGE"]);
        builder.base = read(&["TWILIO_BASE_URL"]);
        Ok(builder)
    }

    /// Uses OAuth client credentials (<https://www.twilio.com/docs/iam/oauth-apps>), before an API key or auth token
    /// if these are given too. Access tokens are fetched when needed and kept until shortly before they end.
    pub fn with_oauth(mut self, client_id: impl Into<String>, client_secret: impl Into<Secret>) -> Self {
        self.oauth = Some((client_id.into(), client_secret.into()));
        self
    }

    /// Uses an API key (<https://www.twilio.com/docs/iam/api-keys>), before the auth token if both are given.
    pub fn with_api_key(mut self, sid: ApiKeySid, secret: impl Into<Secret>) -> Self {
        self.api_key = Some((sid, secret.into()));
        self
    }

    /// Uses the account's auth token, or keeps it as fallback for an API key that is refused.
    pub fn with_auth_token(mut self, token: impl Into<Secret>) -> Self {
        self.auth_token = Some(token.into());
        self
    }

    /// The region in which the account's data are, such as `ie1` (<https://www.twilio.com/docs/global-infrastructure>).
    pub fn with_region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// The edge at which requests enter Twilio's network, such as `dublin`.
    pub fn with_edge(mut self, edge: impl Into<String>) -> Self {
        self.edge = Some(edge.into());
        self
    }

    /// Where to send requests instead of Twilio, such as a simulator. Takes the place of region and edge.
    pub fn with_base_url(mut self, url: impl Into<String>) -> Self {
        self.base = Some(url.into());
        self
    }

    /// The transport; reqwest by default, if the feature is on.
    pub fn with_transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// The clock for deadlines and back-off.
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// When to try again; [`Backoff`](crate::transport::retry::Backoff) by default.
    pub fn with_retry(mut self, policy: Arc<dyn RetryPolicy>) -> Self {
        self.policy = Some(policy);
        self
    }

    /// A retry budget shared with other clients of the account.
    pub fn with_budget(mut self, budget: Budget) -> Self {
        self.budget = Some(budget);
        self
    }

    /// Who is told of every attempt.
    pub fn with_observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Builds the client.
    ///
    /// # Errors
    /// [`InvalidClient`] when credentials or a transport are missing, or the URL is malformed.
    pub fn build(self) -> Result<Client, InvalidClient> {
        let auth_token = self.auth_token.filter(|token| !token.is_empty());
        let api_key = self.api_key.filter(|(_, secret)| !secret.is_empty());
        let oauth = self.oauth.filter(|(_, secret)| !secret.is_empty());
        let held: Vec<Held> = [
            oauth.map(|(id, secret)| Held::Oauth(AccessTokens::new(id, secret))),
            api_key.map(|(sid, secret)| Held::ApiKey(sid, basic(sid.as_str(), &secret))),
            auth_token.map(|token| Held::AuthToken(basic(self.account.as_str(), &token))),
        ]
        .into_iter()
        .flatten()
        .collect();
        if held.is_empty() {
            return Err(InvalidClient::NoCredentials);
        }
        let origins = Origins::new(self.base.as_deref(), self.region.as_deref(), self.edge.as_deref())
            .ok_or(InvalidClient::BaseUrl)?;
        let transport = match self.transport {
            Some(transport) => transport,
            None => default_transport()?,
        };
        let mut caller = Caller::new(transport, self.clock.unwrap_or_else(SystemClock::shared));
        if let Some(policy) = self.policy {
            caller.policy = policy;
        }
        if let Some(budget) = self.budget {
            caller.budget = budget;
        }
        caller.observer = self.observer;
        Ok(Client::assemble(self.account, Credentials::new(held), origins, caller))
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("account", &self.account)
            .field("oauth", &self.oauth.as_ref().map(|_| "***"))
            .field("api_key", &self.api_key)
            .field("auth_token", &self.auth_token)
            .field("region", &self.region)
            .field("edge", &self.edge)
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "reqwest")]
fn default_transport() -> Result<Arc<dyn Transport>, InvalidClient> {
    let transport = crate::transport::Reqwest::new().map_err(|_| InvalidClient::Transport)?;
    Ok(Arc::new(transport))
}

#[cfg(not(feature = "reqwest"))]
fn default_transport() -> Result<Arc<dyn Transport>, InvalidClient> {
    Err(InvalidClient::NoTransport)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";

    #[test]
    fn the_environment_is_named_where_it_is_wrong() {
        let read = |pairs: &[(&str, &str)]| {
            let pairs: Vec<_> = pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
            ClientBuilder::from_lookup(|name| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()))
                .map(|_| ())
                .map_err(|error| error.to_string())
        };
        assert_eq!(
            read(&[]),
            Err("cannot connect to Twilio: TWILIO_ACCOUNT_SID: missing; TWILIO_AUTH_TOKEN or TWILIO_API_KEY with TWILIO_API_SECRET: missing".into())
        );
        let text = read(&[("TWILIO_ACCOUNT_SID", "canary"), ("TWILIO_API_KEY", "canary")]).unwrap_err();
        assert!(!text.contains("canary") && text.contains("TWILIO_API_SECRET"), "{text}");
        assert_eq!(read(&[("TWILIO_ACCOUNT_SID", ACCOUNT), ("TWILIO_AUTH_TOKEN", "t")]), Ok(()));
    }
}
