use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use http::header;
use http::request::Parts;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Map, Value};
use url::Url;

use super::principal::{Authenticator, Denied, Principal, Role};
use crate::clock::{Clock, within};
use crate::id::TenantId;
use crate::secret::Secret;
use crate::transport::Transport;

/// How long keys that were fetched are used.
const KEPT: Duration = Duration::from_secs(3_600);
/// Keys are not fetched more often than this, whatever key tokens name.
const BETWEEN: Duration = Duration::from_secs(30);
const FETCH_LIMIT: Duration = Duration::from_secs(5);
const LARGEST: usize = 256 * 1024;
/// Nobody's token is this long.
const LONGEST: usize = 16 * 1024;

/// Which signatures a set of keys makes: one, so that a token cannot choose a weaker one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeysAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
}

/// What tokens are checked with. The algorithm is the key's, whatever a token says.
#[derive(Clone)]
pub struct Keys(Source);

#[derive(Clone)]
enum Source {
    One(Algorithm, DecodingKey),
    Set(Arc<KeySet>),
}

/// Keys that are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidKeys {
    /// A shared secret under 32 bytes can be guessed (<https://datatracker.ietf.org/doc/html/rfc7518#section-3.2>).
    #[error("a secret for HS256 needs 32 bytes at least")]
    TooShort,
    /// Not a public key of this kind in PEM.
    #[error("this is no public key in PEM of the wanted kind")]
    Pem,
}

impl Keys {
    /// HS256: a secret that the issuer shares with us.
    ///
    /// # Errors
    /// [`InvalidKeys::TooShort`].
    pub fn shared(secret: &Secret) -> Result<Self, InvalidKeys> {
        let bytes = secret.expose().as_bytes();
        if bytes.len() < 32 {
            return Err(InvalidKeys::TooShort);
        }
        Ok(Self(Source::One(Algorithm::HS256, DecodingKey::from_secret(bytes))))
    }

    /// RS256: the issuer's public key in PEM.
    ///
    /// # Errors
    /// [`InvalidKeys::Pem`].
    pub fn rsa_pem(pem: &str) -> Result<Self, InvalidKeys> {
        let key = DecodingKey::from_rsa_pem(pem.as_bytes()).map_err(|_| InvalidKeys::Pem)?;
        Ok(Self(Source::One(Algorithm::RS256, key)))
    }

    /// ES256: the issuer's public key in PEM.
    ///
    /// # Errors
    /// [`InvalidKeys::Pem`].
    pub fn ec_pem(pem: &str) -> Result<Self, InvalidKeys> {
        let key = DecodingKey::from_ec_pem(pem.as_bytes()).map_err(|_| InvalidKeys::Pem)?;
        Ok(Self(Source::One(Algorithm::ES256, key)))
    }

    /// The issuer's published keys (<https://datatracker.ietf.org/doc/html/rfc7517>), fetched when they are needed, kept
    /// for an hour, and fetched again when a token names a key that is not among them, twice a minute at most. When
    /// they cannot be fetched, the last ones go on.
    #[must_use]
    pub fn published(url: Url, algorithm: KeysAlgorithm, transport: Arc<dyn Transport>, clock: Arc<dyn Clock>) -> Self {
        let algorithm = match algorithm {
            KeysAlgorithm::Rs256 => Algorithm::RS256,
            KeysAlgorithm::Es256 => Algorithm::ES256,
        };
        Self(Source::Set(Arc::new(KeySet { url, algorithm, transport, clock, known: Mutex::default() })))
    }

    async fn find(&self, id: Option<&str>) -> Result<(Algorithm, DecodingKey), Denied> {
        match &self.0 {
            Source::One(algorithm, key) => Ok((*algorithm, key.clone())),
            Source::Set(set) => Ok((set.algorithm, set.find(id.ok_or(Denied::Invalid("key id"))?).await?)),
        }
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Source::One(algorithm, _) => write!(f, "Keys({algorithm:?})"),
            Source::Set(set) => write!(f, "Keys({:?}, published)", set.algorithm),
        }
    }
}

type Fetch = Shared<BoxFuture<'static, Option<Arc<HashMap<String, DecodingKey>>>>>;

struct KeySet {
    url: Url,
    algorithm: Algorithm,
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    keys: Option<Arc<HashMap<String, DecodingKey>>>,
    fetched: Duration,
    tried: Option<Duration>,
    /// Who asks meanwhile waits for the same answer.
    under_way: Option<Fetch>,
}

impl KeySet {
    async fn find(self: &Arc<Self>, id: &str) -> Result<DecodingKey, Denied> {
        let fetch = {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            let now = self.clock.monotonic();
            let found = known.keys.as_ref().and_then(|keys| keys.get(id).cloned());
            let fresh = now.saturating_sub(known.fetched) < KEPT;
            if let Some(key) = found.clone().filter(|_| fresh) {
                return Ok(key);
            }
            let waits = known.tried.is_some_and(|tried| now.saturating_sub(tried) < BETWEEN);
            match (&known.under_way, found) {
                (Some(fetch), None) => fetch.clone(),
                // An old key goes on while a new one is on its way, or cannot be had yet.
                (Some(_), Some(key)) => return Ok(key),
                (None, Some(key)) if waits => return Ok(key),
                (None, None) if waits => {
                    return Err(if known.keys.is_some() { Denied::Invalid("key") } else { Denied::Unavailable });
                }
                (None, _) => {
                    known.tried = Some(now);
                    let set = self.clone();
                    let fetch = async move { set.fetch().await }.boxed().shared();
                    known.under_way = Some(fetch.clone());
                    fetch
                }
            }
        };
        let fetched = fetch.clone().await;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.under_way.as_ref().is_some_and(|under_way| under_way.ptr_eq(&fetch)) {
            known.under_way = None;
            if let Some(keys) = fetched {
                known.fetched = self.clock.monotonic();
                known.keys = Some(keys);
            }
        }
        match &known.keys {
            Some(keys) => keys.get(id).cloned().ok_or(Denied::Invalid("key")),
            None => Err(Denied::Unavailable),
        }
    }

    async fn fetch(&self) -> Option<Arc<HashMap<String, DecodingKey>>> {
        let request = http::Request::get(self.url.as_str()).header(header::ACCEPT, "application/json");
        let answer = self.transport.call(request.body(Bytes::new()).ok()?);
        let body = async {
            let answer = answer.await.ok().filter(|answer| answer.status().is_success())?;
            answer.into_body().collect(LARGEST).await.ok()
        };
        let body = within(self.clock.as_ref(), FETCH_LIMIT, body).await.flatten();
        let set: Option<JwkSet> = body.and_then(|body| serde_json::from_slice(&body).ok());
        let Some(set) = set else {
            tracing::warn!("the issuer's keys could not be fetched");
            return None;
        };
        let named = set.keys.iter().filter_map(|key| {
            let fits = key
                .common
                .key_algorithm
                .is_none_or(|algorithm| algorithm.to_string() == format!("{:?}", self.algorithm));
            let id = key.common.key_id.clone().filter(|_| fits)?;
            Some((id, DecodingKey::from_jwk(key).ok()?))
        });
        Some(Arc::new(named.collect()))
    }
}

/// Knows callers by the JSON Web Token (<https://datatracker.ietf.org/doc/html/rfc7519>) in `Authorization: Bearer …`.
/// The signature's algorithm is the key's; `exp`, `nbf`, `aud` and `iss` are checked, the first, third and fourth must be
/// there.
///
/// ```
/// use frontdesk::auth::{JwtAuthenticator, Keys};
///
/// let keys = Keys::shared(&"a secret of at least thirty-two bytes".into())?;
/// let authenticator = JwtAuthenticator::new(keys, "https://login.example.com", "frontdesk")
///     .with_tenant_claim("org_id")
///     .with_admins("role", "admin");
/// # Ok::<(), frontdesk::auth::InvalidKeys>(())
/// ```
#[derive(Debug, Clone)]
pub struct JwtAuthenticator {
    keys: Keys,
    issuer: String,
    audience: String,
    tenant: String,
    role: String,
    admin: String,
    leeway: Duration,
    clock: Arc<dyn Clock>,
}

impl JwtAuthenticator {
    /// Lets in whom this issuer has given a token for this audience. The tenant is in the claim `tenant`, the role in
    /// `role`, where `admin` is an administrator and anything else a member.
    #[must_use]
    pub fn new(keys: Keys, issuer: impl Into<String>, audience: impl Into<String>) -> Self {
        Self {
            keys,
            issuer: issuer.into(),
            audience: audience.into(),
            tenant: "tenant".into(),
            role: "role".into(),
            admin: "admin".into(),
            leeway: Duration::from_secs(30),
            clock: crate::clock::SystemClock::shared(),
        }
    }

    /// Another claim names the tenant.
    #[must_use]
    pub fn with_tenant_claim(mut self, claim: impl Into<String>) -> Self {
        self.tenant = claim.into();
        self
    }

    /// Administrators are those whose claim has, or, when it is a list, holds this value.
    #[must_use]
    pub fn with_admins(mut self, claim: impl Into<String>, value: impl Into<String>) -> Self {
        (self.role, self.admin) = (claim.into(), value.into());
        self
    }

    /// How far the issuer's clock and ours may be apart; 30 seconds by default.
    #[must_use]
    pub fn with_leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// The clock; the machine's by default.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    async fn claims(&self, token: &str) -> Result<Map<String, Value>, Denied> {
        if token.len() > LONGEST {
            return Err(Denied::Invalid("length"));
        }
        let header = decode_header(token).map_err(|_| Denied::Invalid("form"))?;
        let (algorithm, key) = self.keys.find(header.kid.as_deref()).await?;
        if header.alg != algorithm {
            return Err(Denied::Invalid("algorithm"));
        }
        let mut validation = Validation::new(algorithm);
        validation.set_audience(&[&self.audience]);
        validation.set_issuer(&[&self.issuer]);
        validation.set_required_spec_claims(&["exp", "aud", "iss"]);
        // The time is ours to check, by our clock.
        (validation.validate_exp, validation.validate_nbf) = (false, false);
        let token = decode(token, &key, &validation).map_err(|error| Denied::Invalid(wrong(&error)))?;
        Ok(token.claims)
    }

    fn check_time(&self, claims: &Map<String, Value>) -> Result<(), Denied> {
        // NumericDate may have fractions; whole seconds will do.
        let time = |name| match claims.get(name) {
            None => Ok(None),
            Some(value) => value.as_f64().filter(|time| time.is_finite()).map(Some).ok_or(Denied::Invalid("time")),
        };
        #[allow(clippy::cast_precision_loss, reason = "until the year 285,616,414")]
        let now = self.clock.now().timestamp() as f64;
        let leeway = self.leeway.as_secs_f64();
        match (time("exp")?, time("nbf")?) {
            (None, _) => Err(Denied::Invalid("expiry")),
            (Some(expires), _) if expires + leeway <= now => Err(Denied::Invalid("expired")),
            (_, Some(begins)) if now + leeway < begins => Err(Denied::Invalid("not yet valid")),
            _ => Ok(()),
        }
    }

    fn principal(&self, claims: &Map<String, Value>) -> Result<Principal, Denied> {
        let is_admin = match claims.get(&self.role) {
            Some(Value::String(role)) => *role == self.admin,
            Some(Value::Array(roles)) => roles.iter().any(|role| role.as_str() == Some(&self.admin)),
            _ => false,
        };
        let role = if is_admin { Role::Admin } else { Role::Member };
        let tenant = match claims.get(&self.tenant) {
            Some(Value::String(tenant)) => Some(TenantId::new(tenant).map_err(|_| Denied::Invalid("tenant"))?),
            None if is_admin => None,
            _ => return Err(Denied::Invalid("tenant")),
        };
        let subject = claims.get("sub").and_then(Value::as_str).unwrap_or_default();
        Ok(Principal::new(role, tenant, subject))
    }
}

fn wrong(error: &jsonwebtoken::errors::Error) -> &'static str {
    use jsonwebtoken::errors::ErrorKind;
    match error.kind() {
        ErrorKind::InvalidSignature => "signature",
        ErrorKind::InvalidIssuer => "issuer",
        ErrorKind::InvalidAudience => "audience",
        ErrorKind::InvalidAlgorithm => "algorithm",
        ErrorKind::MissingRequiredClaim(_) => "a claim is missing",
        _ => "form",
    }
}

#[async_trait]
impl Authenticator for JwtAuthenticator {
    async fn authenticate(&self, request: &Parts) -> Result<Principal, Denied> {
        let mut given = request.headers.get_all(header::AUTHORIZATION).iter();
        let (Some(value), None) = (given.next(), given.next()) else { return Err(Denied::Missing) };
        let text = value.to_str().map_err(|_| Denied::Invalid("form"))?;
        let (scheme, token) = text.split_once(' ').ok_or(Denied::Missing)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(Denied::Missing);
        }
        let claims = self.claims(token.trim()).await?;
        self.check_time(&claims)?;
        self.principal(&claims)
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use jsonwebtoken::{EncodingKey, Header, encode};
    use serde_json::json;

    use super::*;
    use crate::clock::ManualClock;
    use crate::transport::{Reply, Stub};

    const SECRET: &str = "a secret of at least thirty-two bytes";
    const ISSUER: &str = "https://login.example.com";
    const NOW: i64 = 1_790_000_000;
    /// Made for these tests.
    const EC: (&str, &str) =
        (include_str!("../../tests/fixtures/jwt_ec.pem"), include_str!("../../tests/fixtures/jwt_ec.pub.pem"));
    const RSA: (&str, &str) =
        (include_str!("../../tests/fixtures/jwt_rsa.pem"), include_str!("../../tests/fixtures/jwt_rsa.pub.pem"));

    fn clock() -> ManualClock {
        ManualClock::at(DateTime::from_timestamp(NOW, 0).unwrap())
    }

    fn authenticator(keys: Keys) -> JwtAuthenticator {
        JwtAuthenticator::new(keys, ISSUER, "frontdesk").with_clock(Arc::new(clock()))
    }

    fn claims(change: Value) -> Value {
        let mut claims = json!({
            "iss": ISSUER, "aud": "frontdesk", "exp": NOW + 60, "sub": "user-1", "tenant": "clinic",
        });
        for (name, value) in change.as_object().unwrap() {
            match value {
                Value::Null => claims.as_object_mut().unwrap().remove(name),
                value => claims.as_object_mut().unwrap().insert(name.clone(), value.clone()),
            };
        }
        claims
    }

    fn sign(algorithm: Algorithm, key: &EncodingKey, id: Option<&str>, claims: &Value) -> String {
        let mut header = Header::new(algorithm);
        header.kid = id.map(ToOwned::to_owned);
        encode(&header, claims, key).unwrap()
    }

    fn shared(claims: &Value) -> String {
        sign(Algorithm::HS256, &EncodingKey::from_secret(SECRET.as_bytes()), None, claims)
    }

    async fn ask(authenticator: &JwtAuthenticator, authorization: &str) -> Result<Principal, Denied> {
        let request = http::Request::get("/").header("authorization", authorization).body(()).unwrap();
        authenticator.authenticate(&request.into_parts().0).await
    }

    async fn bearer(authenticator: &JwtAuthenticator, token: &str) -> Result<Principal, Denied> {
        ask(authenticator, &format!("Bearer {token}")).await
    }

    #[tokio::test]
    async fn who_has_a_token_is_let_in_as_its_tenant_and_role() {
        let authenticator = authenticator(Keys::shared(&SECRET.into()).unwrap());
        let member = bearer(&authenticator, &shared(&claims(json!({})))).await.unwrap();
        assert_eq!((member.role, member.tenant.unwrap().as_str()), (Role::Member, "clinic"));
        assert_eq!(member.subject, "user-1");
        for role in [json!("admin"), json!(["staff", "admin"])] {
            let token = shared(&claims(json!({ "role": role, "tenant": null })));
            let admin = bearer(&authenticator, &token).await.unwrap();
            assert_eq!((admin.role, admin.tenant), (Role::Admin, None));
        }
        let list = shared(&claims(json!({ "aud": ["other", "frontdesk"], "nbf": NOW, "exp": NOW + 1 })));
        assert!(bearer(&authenticator, &list).await.is_ok());
    }

    #[tokio::test]
    async fn whatever_is_wrong_with_a_token_keeps_it_out() {
        let authenticator = authenticator(Keys::shared(&SECRET.into()).unwrap());
        for (change, reason) in [
            (json!({ "exp": NOW - 31 }), "expired"),
            (json!({ "exp": null }), "a claim is missing"),
            (json!({ "exp": "tomorrow" }), "a claim is missing"),
            (json!({ "nbf": "tomorrow" }), "time"),
            (json!({ "nbf": NOW + 31 }), "not yet valid"),
            (json!({ "iss": "https://evil.example" }), "issuer"),
            (json!({ "iss": null }), "a claim is missing"),
            (json!({ "aud": "another" }), "audience"),
            (json!({ "aud": null }), "a claim is missing"),
            (json!({ "tenant": null }), "tenant"),
            (json!({ "tenant": "../other" }), "tenant"),
            (json!({ "tenant": 7 }), "tenant"),
        ] {
            let outcome = bearer(&authenticator, &shared(&claims(change.clone()))).await;
            assert_eq!(outcome, Err(Denied::Invalid(reason)), "{change}");
        }
        let good = shared(&claims(json!({})));
        let forged = sign(Algorithm::HS256, &EncodingKey::from_secret(&[7; 32]), None, &claims(json!({})));
        assert_eq!(bearer(&authenticator, &forged).await, Err(Denied::Invalid("signature")));
        // Unsigned, and another algorithm with the same secret.
        let body = good.split('.').nth(1).unwrap();
        let none = format!("eyJhbGciOiJub25lIn0.{body}.");
        assert_eq!(bearer(&authenticator, &none).await, Err(Denied::Invalid("form")));
        let other = sign(Algorithm::HS512, &EncodingKey::from_secret(SECRET.as_bytes()), None, &claims(json!({})));
        assert_eq!(bearer(&authenticator, &other).await, Err(Denied::Invalid("algorithm")));
        for nonsense in ["", "Bearer", "Basic abc", "Token x"] {
            assert_eq!(ask(&authenticator, nonsense).await, Err(Denied::Missing), "{nonsense}");
        }
        for nonsense in ["Bearer ", "Bearer a.b.c", "Bearer ä", &format!("Bearer {}", "a".repeat(20_000))] {
            assert!(matches!(ask(&authenticator, nonsense).await, Err(Denied::Invalid(_))), "{nonsense:.30}");
        }
    }

    #[tokio::test]
    async fn a_public_key_is_not_taken_for_a_secret() {
        // The classic: a token signed with HS256, the secret being the issuer's public key.
        for (keys, (private, public), algorithm) in [
            (Keys::rsa_pem(RSA.1).unwrap(), RSA, Algorithm::RS256),
            (Keys::ec_pem(EC.1).unwrap(), EC, Algorithm::ES256),
        ] {
            let authenticator = authenticator(keys);
            let confused = EncodingKey::from_secret(public.as_bytes());
            let confused = sign(Algorithm::HS256, &confused, None, &claims(json!({})));
            assert_eq!(bearer(&authenticator, &confused).await, Err(Denied::Invalid("algorithm")));
            let key = match algorithm {
                Algorithm::RS256 => EncodingKey::from_rsa_pem(private.as_bytes()),
                _ => EncodingKey::from_ec_pem(private.as_bytes()),
            };
            let token = sign(algorithm, &key.unwrap(), None, &claims(json!({})));
            assert!(bearer(&authenticator, &token).await.is_ok(), "{algorithm:?}");
        }
        assert_eq!(Keys::shared(&"short".into()).unwrap_err(), InvalidKeys::TooShort);
        assert_eq!(Keys::rsa_pem(EC.1).unwrap_err(), InvalidKeys::Pem);
        assert_eq!(Keys::ec_pem("nonsense").unwrap_err(), InvalidKeys::Pem);
    }

    fn published(ids: &[&str]) -> String {
        let key = EncodingKey::from_ec_pem(EC.0.as_bytes()).unwrap();
        let keys: Vec<Value> = ids
            .iter()
            .map(|id| {
                let mut key = jsonwebtoken::jwk::Jwk::from_encoding_key(&key, Algorithm::ES256).unwrap();
                key.common.key_id = Some((*id).to_owned());
                serde_json::to_value(key).unwrap()
            })
            .collect();
        json!({ "keys": keys }).to_string()
    }

    fn token(id: Option<&str>) -> String {
        sign(Algorithm::ES256, &EncodingKey::from_ec_pem(EC.0.as_bytes()).unwrap(), id, &claims(json!({})))
    }

    #[tokio::test]
    async fn published_keys_are_fetched_when_needed_and_not_more_often() {
        let clock = clock();
        let stub = Stub::new().reply(200, published(&["one"])).then(Reply::lost()).reply(200, published(&["two"]));
        let url = "https://login.example.com/keys".parse().unwrap();
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let keys = Keys::published(url, KeysAlgorithm::Es256, Arc::new(stub.clone()), shared.clone());
        let authenticator = authenticator(keys).with_leeway(Duration::from_secs(9_999)).with_clock(shared);
        let asked = (0..10).map(|_| bearer(&authenticator, "x"));
        drop(asked);
        let (one, two) = (token(Some("one")), token(Some("two")));
        let asked = futures_util::future::join_all((0..10).map(|_| bearer(&authenticator, &one))).await;
        assert!(asked.iter().all(Result::is_ok) && stub.log().len() == 1, "ten who ask at once make one request");
        assert_eq!(bearer(&authenticator, &two).await, Err(Denied::Invalid("key")), "not asked again so soon");
        assert_eq!(bearer(&authenticator, &token(None)).await, Err(Denied::Invalid("key id")));
        assert_eq!(stub.log().len(), 1);
        clock.advance(BETWEEN);
        // The issuer does not answer: the last keys go on.
        assert_eq!(bearer(&authenticator, &two).await, Err(Denied::Invalid("key")));
        assert!(bearer(&authenticator, &one).await.is_ok());
        clock.advance(BETWEEN);
        assert!(bearer(&authenticator, &two).await.is_ok());
        assert_eq!(bearer(&authenticator, &one).await, Err(Denied::Invalid("key")), "it was withdrawn");
        assert_eq!(stub.log().len(), 3);
    }

    #[tokio::test]
    async fn without_keys_nobody_can_say() {
        let stub = Stub::new().reply(500, "");
        let url = "https://login.example.com/keys".parse().unwrap();
        let keys = Keys::published(url, KeysAlgorithm::Es256, Arc::new(stub), Arc::new(clock()));
        assert_eq!(bearer(&authenticator(keys), &token(Some("one"))).await, Err(Denied::Unavailable));
    }
}
