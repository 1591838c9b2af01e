use std::fmt;
use std::time::Duration;

use futures_util::lock::Mutex;
use http::HeaderValue;
use serde::Deserialize;

use super::credentials::sensitive;
use super::{Client, Product, Request};
use crate::clock::within;
use crate::{Error, Secret};

const WHAT: &str = "getting an access token";
/// A token is renewed this long before it ends, so that none ends on its way.
const EARLY: Duration = Duration::from_secs(60);
/// How long one may be waited for, and how long a failure is remembered.
const LIMIT: Duration = Duration::from_secs(20);
const FAILED: Duration = Duration::from_secs(5);
/// For an answer that does not say how long its token is good.
const UNSTATED: Duration = Duration::from_secs(600);

/// Access tokens by OAuth client credentials (<https://www.twilio.com/docs/iam/oauth-apps>), kept until shortly before
/// they end. Who needs one while it is being fetched waits for that one.
pub(super) struct AccessTokens {
    client_id: String,
    client_secret: Secret,
    kept: Mutex<Option<Kept>>,
}

struct Kept {
    /// `None` after a failure, which is not tried again at once by everybody who waited for it.
    header: Option<HeaderValue>,
    /// On the clock's monotonic time.
    until: Duration,
}

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    #[serde(default, deserialize_with = "super::wire::read")]
    expires_in: Option<u32>,
}

/// True when there was no token to send a request with, which was therefore not sent.
pub(super) fn is_no_token(error: &Error) -> bool {
    error.what() == WHAT
}

impl AccessTokens {
    pub(super) fn new(client_id: String, client_secret: Secret) -> Self {
        Self { client_id, client_secret, kept: Mutex::new(None) }
    }

    /// The `Authorization` header to send.
    pub(super) async fn header(&self, client: &Client) -> Result<HeaderValue, Error> {
        let mut kept = self.kept.lock().await;
        let clock = client.clock();
        if let Some(kept) = kept.as_ref().filter(|kept| clock.monotonic() < kept.until) {
            return kept.header.clone().ok_or_else(|| Error::unavailable(WHAT));
        }
        let request = Request::query_by_post(WHAT, "/v2/token")
            .on(Product::Oauth)
            .with_field("grant_type", "client_credentials")
            .with_field("client_id", self.client_id.as_str())
            .with_field("client_secret", self.client_secret.expose());
        let asked = clock.monotonic();
        let fetched = within(clock, LIMIT, client.request_without_credentials::<Answer>(request)).await;
        let answer = match fetched.unwrap_or_else(|| Err(Error::unavailable(WHAT))) {
            Ok(answer) => answer,
            Err(error) => {
                *kept = Some(Kept { header: None, until: clock.monotonic() + FAILED });
                return Err(error);
            }
        };
        let lifetime = answer.expires_in.map_or(UNSTATED, |seconds| Duration::from_secs(seconds.into()));
        let token = Secret::new(answer.access_token);
        let header = sensitive(&format!("Bearer {}", token.expose()));
        // A token that lives less than twice that long is used for half its life.
        let until = asked + lifetime.saturating_sub(EARLY).max(lifetime / 2);
        *kept = Some(Kept { header: Some(header.clone()), until });
        Ok(header)
    }

    /// Drops a token that was refused, unless another has taken its place.
    pub(super) async fn forget(&self, refused: &HeaderValue) {
        let mut kept = self.kept.lock().await;
        if kept.as_ref().is_some_and(|kept| kept.header.as_ref() == Some(refused)) {
            *kept = None;
        }
    }
}

impl fmt::Debug for AccessTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessTokens").finish_non_exhaustive()
    }
}
