use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Method, header};
use sha2::{Digest, Sha256};

use super::canonical;
use super::signer::Key;
use super::verified::{Kind, Verified};
use super::{Refusal, SIGNATURE, SIGNATURE_SETTINGS};
use crate::{Secret, form};

/// How long a form Twilio sends may be by default, in bytes.
pub const DEFAULT_BODY_LIMIT: usize = 64 * 1024;

/// Decides whether a request comes from Twilio, as described in
/// <https://www.twilio.com/docs/usage/security#validating-requests>.
///
/// The URL is made of the configured public base and the request's own path and query; `Host` and `X-Forwarded-*`
/// have no say in it, because who sends the request chooses them. A router that strips a prefix before it hands the
/// request on (axum's `nest`) makes the prefix a part of the base: `https://example.com/prefix`.
///
/// ```
/// use bytes::Bytes;
/// use frontdesk::twilio::webhook::{Signer, Verifier};
///
/// let verifier = Verifier::builder("12345").with_public_url("https://mycompany.com").build()?;
/// let body = Bytes::from("CallSid=CA0123456789abcdef0123456789abcdef&Digits=1");
/// let signature = Signer::new("12345").sign_form("https://mycompany.com/voice?x=1", &body);
///
/// let (parts, _) = http::Request::post("/voice?x=1")
///     .header("content-type", "application/x-www-form-urlencoded")
///     .header("x-twilio-signature", signature)
///     .body(())?
///     .into_parts();
/// assert!(verifier.verify(&parts, body).is_ok());
/// assert!(verifier.verify(&parts, Bytes::from("CallSid=CA0")).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Verifier {
    tokens: Vec<Key>,
    shared: Vec<(String, Key)>,
    base: Base,
    fragment: Option<String>,
    limit: usize,
    check: bool,
}

/// Settings of a [`Verifier`].
#[derive(Clone)]
#[must_use]
pub struct VerifierBuilder {
    tokens: Vec<Secret>,
    shared: Vec<(String, Secret)>,
    public_url: Option<String>,
    fragment: Option<String>,
    limit: usize,
}

/// A verifier that cannot work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidVerifier {
    /// No auth token and no shared key, or an empty one.
    #[error("an auth token or shared key is missing or empty")]
    NoKey,
    /// The public URL is missing.
    #[error("the public URL is missing: the address that Twilio calls, such as https://example.com")]
    NoPublicUrl,
    /// The public URL is not `http` or `https` with a host, or has a query or fragment.
    #[error("the public URL must be http(s)://host with an optional path, without query or fragment")]
    PublicUrl,
}

/// The public address: everything before the request's own path.
#[derive(Clone)]
struct Base(String);

impl Verifier {
    /// Starts with the account's auth token.
    pub fn builder(auth_token: impl Into<Secret>) -> VerifierBuilder {
        VerifierBuilder {
            tokens: vec![auth_token.into()],
            shared: Vec::new(),
            public_url: None,
            fragment: None,
            limit: DEFAULT_BODY_LIMIT,
        }
    }

    /// Starts with a shared key instead of an auth token: requests signed with HMAC-SHA1 are then refused.
    pub fn with_shared_key(id: impl Into<String>, secret: impl Into<Secret>) -> VerifierBuilder {
        VerifierBuilder {
            tokens: Vec::new(),
            shared: vec![(id.into(), secret.into())],
            public_url: None,
            fragment: None,
            limit: DEFAULT_BODY_LIMIT,
        }
    }

    /// Accepts every request unseen. For development on one's own machine only: anybody can then place calls,
    /// send texts and read answers in the tenant's name.
    #[must_use]
    pub fn dangerously_accept_anything() -> Self {
        Self {
            tokens: Vec::new(),
            shared: Vec::new(),
            base: Base(String::new()),
            fragment: None,
            limit: DEFAULT_BODY_LIMIT,
            check: false,
        }
    }

    /// Knows this fragment, unless it was told of another.
    #[cfg(feature = "desk")]
    pub(crate) fn or_fragment(mut self, fragment: &str) -> Self {
        self.fragment.get_or_insert_with(|| fragment.to_owned());
        self
    }

    /// The longest body that is accepted, in bytes.
    #[must_use]
    pub fn body_limit(&self) -> usize {
        self.limit
    }

    /// What can be refused before the body is read: a missing or malformed signature, an unknown key, a body that
    /// announces itself as too long or with a length that is none.
    ///
    /// # Errors
    /// A [`Refusal`], with the status to answer.
    pub fn precheck(&self, parts: &Parts) -> Result<(), Refusal> {
        let length = parts.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        if length.is_some_and(|length| length.trim().parse::<usize>().map_or(true, |length| length > self.limit)) {
            return Err(Refusal::TooLarge { limit: self.limit });
        }
        if self.check {
            self.signature(&parts.headers)?;
        }
        Ok(())
    }

    /// Checks a request; what comes back is proof that it was checked.
    ///
    /// # Errors
    /// A [`Refusal`], with the status to answer; nothing was done.
    pub fn verify(&self, parts: &Parts, body: Bytes) -> Result<Verified, Refusal> {
        let target = parts.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        let mut url = String::with_capacity(self.base.0.len() + target.len());
        url.push_str(&self.base.0);
        url.push_str(target);
        self.verify_url(&url, &parts.method, &parts.headers, body)
    }

    /// Checks a request whose full public URL the host knows, fragment included.
    ///
    /// # Errors
    /// A [`Refusal`], with the status to answer; nothing was done.
    pub fn verify_url(
        &self,
        url: &str,
        method: &Method,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Result<Verified, Refusal> {
        if body.len() > self.limit {
            return Err(Refusal::TooLarge { limit: self.limit });
        }
        // The fragment goes first: a question mark in it begins no query.
        let query = url.split('#').next().and_then(|url| url.split_once('?')).map_or("", |(_, query)| query);
        let kind = kind(method, headers, &body);
        if self.check {
            let (keys, signature) = self.signature(headers)?;
            let parameters = match kind {
                Kind::Query => Vec::new(),
                Kind::Form => canonical::parameters(&body),
                Kind::Json => {
                    check_hash(query, &body)?;
                    Vec::new()
                }
                Kind::Uncovered => return Err(Refusal::UncoveredBody),
            };
            let accepted = canonical::spellings(url, self.fragment.as_deref())
                .any(|spelling| keys.accept(spelling.as_bytes(), &parameters, signature.as_bytes()));
            if !accepted {
                return Err(Refusal::Mismatch);
            }
        }
        Ok(Verified::new(kind, query, body, self.check))
    }

    /// The keys that may have signed, and the signature.
    fn signature<'a>(&'a self, headers: &'a HeaderMap) -> Result<(Keys<'a>, Signature), Refusal> {
        let mut values = headers.get_all(&SIGNATURE).iter();
        let value = match (values.next(), values.next()) {
            (Some(value), None) if !value.is_empty() => value,
            (Some(_), Some(_)) => return Err(Refusal::MalformedSignature),
            _ => return Err(Refusal::Unsigned),
        };
        let keys = match headers.get(&SIGNATURE_SETTINGS) {
            Some(settings) => {
                let id = shared_key_id(settings.to_str().unwrap_or_default()).ok_or(Refusal::UnknownKey)?;
                if !self.shared.iter().any(|(known, _)| known == id) {
                    return Err(Refusal::UnknownKey);
                }
                Keys::Shared(&self.shared, id)
            }
            None if self.tokens.is_empty() => return Err(Refusal::UnknownKey),
            None => Keys::Tokens(&self.tokens),
        };
        Ok((keys, Signature::decode(value.as_bytes(), keys.output_len())?))
    }
}

/// The keys that may have made one signature; all of one algorithm.
#[derive(Clone, Copy)]
enum Keys<'a> {
    Tokens(&'a [Key]),
    Shared(&'a [(String, Key)], &'a str),
}

impl Keys<'_> {
    fn output_len(self) -> usize {
        match self {
            Self::Tokens(_) => Key::SHA1_LEN,
            Self::Shared(..) => Key::SHA256_LEN,
        }
    }

    fn accept(self, url: &[u8], parameters: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Tokens(keys) => keys.iter().any(|key| key.accepts(url, parameters, signature)),
            Self::Shared(keys, id) => {
                keys.iter().any(|(known, key)| known == id && key.accepts(url, parameters, signature))
            }
        }
    }
}

/// A decoded signature of the right length.
struct Signature {
    bytes: [u8; Key::SHA256_LEN],
    len: usize,
}

impl Signature {
    fn decode(text: &[u8], len: usize) -> Result<Self, Refusal> {
        // Base64 of a longer text could not be a signature; the estimate may be two bytes above the truth.
        let mut buffer = [0; Key::SHA256_LEN + 4];
        let decoded = STANDARD.decode_slice(text, &mut buffer).map_err(|_| Refusal::MalformedSignature)?;
        match buffer.first_chunk() {
            Some(bytes) if decoded == len => Ok(Self { bytes: *bytes, len }),
            _ => Err(Refusal::MalformedSignature),
        }
    }

    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

/// The key id of `key=<id>,algorithm=HMAC_SHA256`; any other algorithm has no key here.
fn shared_key_id(settings: &str) -> Option<&str> {
    let mut id = None;
    let mut algorithm = None;
    for part in settings.split(',') {
        let (name, value) = part.split_once('=')?;
        let slot = match name.trim() {
            "key" => &mut id,
            "algorithm" => &mut algorithm,
            _ => continue,
        };
        if slot.replace(value.trim()).is_some() {
            return None;
        }
    }
    (algorithm == Some("HMAC_SHA256")).then_some(id).flatten()
}

fn kind(method: &Method, headers: &HeaderMap, body: &[u8]) -> Kind {
    if body.is_empty() && method != Method::POST {
        return Kind::Query;
    }
    let media_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .map(|value| value.split(';').next().unwrap_or_default().trim());
    let is_json = |text: &str| {
        let tail = text.len().checked_sub("+json".len()).and_then(|at| text.get(at..));
        text.eq_ignore_ascii_case("application/json") || tail.is_some_and(|tail| tail.eq_ignore_ascii_case("+json"))
    };
    match media_type {
        Some(text) if text.eq_ignore_ascii_case("application/x-www-form-urlencoded") => Kind::Form,
        Some(text) if is_json(text) => Kind::Json,
        None if body.is_empty() => Kind::Form,
        _ => Kind::Uncovered,
    }
}

/// The query's `bodySHA256` must be the lower-case hexadecimal SHA-256 of the body as received.
fn check_hash(query: &str, body: &[u8]) -> Result<(), Refusal> {
    let mut hashes = form::pairs(query.as_bytes()).filter(|(key, _)| key == "bodySHA256").map(|(_, value)| value);
    let (Some(stated), None) = (hashes.next(), hashes.next()) else { return Err(Refusal::UncoveredBody) };
    let mut actual = String::with_capacity(64);
    for byte in Sha256::digest(body) {
        let digits = b"0123456789abcdef";
        for nibble in [byte >> 4, byte & 15] {
            actual.push(char::from(digits.get(usize::from(nibble)).copied().unwrap_or_default()));
        }
    }
    if actual == stated { Ok(()) } else { Err(Refusal::BodyHash) }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("tokens", &self.tokens.len())
            .field("shared_keys", &self.shared.len())
            .field("public_url", &self.base)
            .field("limit", &self.limit)
            .field("check", &self.check)
            .finish()
    }
}

impl VerifierBuilder {
    /// Accepts a further auth token: the secondary one during a rotation, or a sub-account's.
    pub fn also(mut self, auth_token: impl Into<Secret>) -> Self {
        self.tokens.push(auth_token.into());
        self
    }

    /// Accepts HMAC-SHA256 under the shared key of this id, and under this id nothing else.
    pub fn also_shared_key(mut self, id: impl Into<String>, secret: impl Into<Secret>) -> Self {
        self.shared.push((id.into(), secret.into()));
        self
    }

    /// The address under which Twilio reaches this server, such as `https://example.com` or, behind a proxy that
    /// strips a path, `https://example.com/desk`.
    pub fn with_public_url(mut self, url: impl AsRef<str>) -> Self {
        self.public_url = Some(url.as_ref().to_owned());
        self
    }

    /// The fragment that Twilio was given with the URLs, such as `rc=2` for connection overrides: requests do not
    /// carry it, and signatures are accepted with and without it.
    pub fn with_fragment(mut self, fragment: impl Into<String>) -> Self {
        self.fragment = Some(fragment.into());
        self
    }

    /// The longest body that is accepted, in bytes; 64 KiB by default.
    pub fn with_body_limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// Builds the verifier.
    ///
    /// # Errors
    /// When a key is missing or empty, or the public URL is missing or malformed.
    pub fn build(self) -> Result<Verifier, InvalidVerifier> {
        let tokens: Option<Vec<_>> =
            self.tokens.iter().map(|token| Key::sha1(token).filter(|_| !token.is_empty())).collect();
        let shared: Option<Vec<_>> = self
            .shared
            .into_iter()
            .map(|(id, secret)| Some((id, Key::sha256(&secret).filter(|_| !secret.is_empty())?)))
            .collect();
        let (Some(tokens), Some(shared)) = (tokens, shared) else { return Err(InvalidVerifier::NoKey) };
        if tokens.is_empty() && shared.is_empty() {
            return Err(InvalidVerifier::NoKey);
        }
        let base = Base::parse(&self.public_url.ok_or(InvalidVerifier::NoPublicUrl)?)?;
        Ok(Verifier { tokens, shared, base, fragment: self.fragment, limit: self.limit, check: true })
    }
}

impl fmt::Debug for VerifierBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifierBuilder")
            .field("tokens", &self.tokens.len())
            .field("shared_keys", &self.shared.len())
            .finish_non_exhaustive()
    }
}

impl Base {
    fn parse(url: &str) -> Result<Self, InvalidVerifier> {
        let url = url.trim();
        let parsed = url::Url::parse(url).map_err(|_| InvalidVerifier::PublicUrl)?;
        let plain = matches!(parsed.scheme(), "http" | "https") && parsed.has_host();
        if !plain || parsed.query().is_some() || parsed.fragment().is_some() {
            return Err(InvalidVerifier::PublicUrl);
        }
        Ok(Self(url.trim_end_matches('/').to_owned()))
    }
}

impl fmt::Debug for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // User information in the URL is a secret.
        match self.0.rsplit_once('@') {
            Some((_, host)) => write!(f, "***@{host}"),
            None => f.write_str(&self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twilio::webhook::Signer;

    const URL: &str = "https://example.com";

    fn verifier() -> Verifier {
        Verifier::builder("token").with_public_url(URL).build().unwrap()
    }

    fn request(target: &str, headers: &[(&str, &str)]) -> Parts {
        let mut builder = http::Request::post(target);
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        builder.body(()).unwrap().into_parts().0
    }

    const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded; charset=UTF-8");
    const JSON: (&str, &str) = ("content-type", "application/json");

    #[test]
    fn host_and_forwarded_headers_do_not_choose_the_url() {
        let signature = Signer::new("token").sign_form("https://evil.test/voice", b"A=1");
        let parts = request(
            "/voice",
            &[FORM, ("x-twilio-signature", &signature), ("host", "evil.test"), ("x-forwarded-host", "evil.test")],
        );
        assert_eq!(verifier().verify(&parts, Bytes::from("A=1")).unwrap_err(), Refusal::Mismatch);
    }

    #[test]
    fn an_absolute_request_target_keeps_only_its_path() {
        let signature = Signer::new("token").sign_form("https://example.com/voice?a=1", b"A=1");
        let parts = request("http://10.0.0.1:8080/voice?a=1", &[FORM, ("x-twilio-signature", &signature)]);
        assert!(verifier().verify(&parts, Bytes::from("A=1")).is_ok());
    }

    #[test]
    fn refuses_signatures_that_are_none() {
        let good = Signer::new("token").sign_form("https://example.com/", b"A=1");
        for (signature, expected) in [
            ("", Refusal::Unsigned),
            ("not base64!", Refusal::MalformedSignature),
            (&good[..good.len() - 4], Refusal::MalformedSignature),
            ("AAAA", Refusal::MalformedSignature),
            ("AAAAAAAAAAAAAAAAAAAAAAAAAAA=", Refusal::Mismatch),
        ] {
            let parts = request("/", &[FORM, ("x-twilio-signature", signature)]);
            assert_eq!(verifier().verify(&parts, Bytes::from("A=1")).unwrap_err(), expected, "{signature}");
        }
        assert_eq!(verifier().precheck(&request("/", &[FORM])).unwrap_err(), Refusal::Unsigned);
        let twice = request("/", &[FORM, ("x-twilio-signature", &good), ("x-twilio-signature", &good)]);
        assert_eq!(verifier().precheck(&twice).unwrap_err(), Refusal::MalformedSignature);
        assert_eq!(Refusal::Unsigned.status(), 403);
    }

    #[test]
    fn a_second_token_is_accepted_during_rotation() {
        let verifier = Verifier::builder("new").also("old").with_public_url(URL).build().unwrap();
        for (token, accepted) in [("new", true), ("old", true), ("older", false)] {
            let signature = Signer::new(token).sign_form("https://example.com/", b"A=1");
            let parts = request("/", &[FORM, ("x-twilio-signature", &signature)]);
            assert_eq!(verifier.verify(&parts, Bytes::from("A=1")).is_ok(), accepted, "{token}");
        }
    }

    #[test]
    fn shared_keys_are_bound_to_their_algorithm() {
        let verifier = Verifier::builder("token").also_shared_key("k1", "shared").with_public_url(URL).build().unwrap();
        let sha256 = Signer::with_shared_key("shared").sign_form("https://example.com/", b"A=1");
        let sha1_of_shared = Signer::new("shared").sign_form("https://example.com/", b"A=1");
        let sha1 = Signer::new("token").sign_form("https://example.com/", b"A=1");
        let check = |signature: &str, settings: Option<&str>| {
            let mut headers = vec![FORM, ("x-twilio-signature", signature)];
            headers.extend(settings.map(|settings| ("x-twilio-webhooks-signature-settings", settings)));
            verifier.verify(&request("/", &headers), Bytes::from("A=1")).map(|_| ())
        };
        assert_eq!(check(&sha256, Some("key=k1,algorithm=HMAC_SHA256")), Ok(()));
        assert_eq!(check(&sha1, None), Ok(()));
        assert_eq!(check(&sha1, Some("key=k1,algorithm=HMAC_SHA1")), Err(Refusal::UnknownKey));
        assert_eq!(check(&sha1_of_shared, Some("key=k1,algorithm=HMAC_SHA256")), Err(Refusal::MalformedSignature));
        assert_eq!(check(&sha256, Some("key=k2,algorithm=HMAC_SHA256")), Err(Refusal::UnknownKey));
        assert_eq!(check(&sha256, Some("key=k1,key=k1,algorithm=HMAC_SHA256")), Err(Refusal::UnknownKey));
        assert_eq!(check(&sha256, None), Err(Refusal::MalformedSignature));
        let only_shared = Verifier::with_shared_key("k1", "shared").with_public_url(URL).build().unwrap();
        let parts = request("/", &[FORM, ("x-twilio-signature", &sha1)]);
        assert_eq!(only_shared.precheck(&parts), Err(Refusal::UnknownKey));
    }

    #[test]
    fn json_needs_its_hash_in_the_signed_url() {
        let body = "{}";
        let hash = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
        let check = |target: &str, body: &'static str| {
            let signature = Signer::new("token").sign_url(&format!("{URL}{target}"));
            verifier()
                .verify(&request(target, &[JSON, ("x-twilio-signature", &signature)]), Bytes::from(body))
                .map(|_| ())
        };
        assert_eq!(check(&format!("/?bodySHA256={hash}"), body), Ok(()));
        assert_eq!(check(&format!("/?bodySHA256={hash}"), "{} "), Err(Refusal::BodyHash));
        assert_eq!(check(&format!("/?bodySHA256={}", hash.to_uppercase()), body), Err(Refusal::BodyHash));
        assert_eq!(check(&format!("/?bodySHA256={hash}&bodySHA256={hash}"), body), Err(Refusal::UncoveredBody));
        assert_eq!(check("/", body), Err(Refusal::UncoveredBody));
    }

    #[test]
    fn other_bodies_are_refused() {
        let signature = Signer::new("token").sign_url("https://example.com/");
        for content_type in ["text/plain", "multipart/form-data; boundary=x", "application/jsonp"] {
            let parts = request("/", &[("content-type", content_type), ("x-twilio-signature", &signature)]);
            assert_eq!(verifier().verify(&parts, Bytes::from("A=1")).unwrap_err(), Refusal::UncoveredBody);
        }
        let no_type = request("/", &[("x-twilio-signature", &signature)]);
        assert_eq!(verifier().verify(&no_type, Bytes::from("A=1")).unwrap_err(), Refusal::UncoveredBody);
    }

    #[test]
    fn long_bodies_are_refused_before_and_after_reading() {
        let verifier = Verifier::builder("token").with_public_url(URL).with_body_limit(10).build().unwrap();
        let signature = Signer::new("token").sign_form("https://example.com/", b"A=12345678");
        let parts = request("/", &[FORM, ("x-twilio-signature", &signature), ("content-length", "11")]);
        assert_eq!(verifier.precheck(&parts).unwrap_err().status(), 413);
        let parts = request("/", &[FORM, ("x-twilio-signature", &signature)]);
        assert!(verifier.verify(&parts, Bytes::from("A=12345678")).is_ok());
        assert_eq!(verifier.verify(&parts, Bytes::from("A=123456789")).unwrap_err().status(), 413);
    }

    #[test]
    fn builds_only_what_can_work() {
        let build = |token: &str, url: &str| Verifier::builder(token).with_public_url(url).build().map(|_| ());
        assert_eq!(build("", URL), Err(InvalidVerifier::NoKey));
        for url in ["example.com", "ftp://example.com", "https://example.com/?a=1", "https://example.com/#a", ""] {
            assert_eq!(build("token", url), Err(InvalidVerifier::PublicUrl), "{url}");
        }
        assert!(Verifier::builder("t").build().is_err());
    }

    #[test]
    fn debug_hides_tokens() {
        let verifier = Verifier::builder("canary").with_public_url("https://user:canary@example.com").build().unwrap();
        assert!(!format!("{verifier:?}").contains("canary"));
        assert!(!format!("{:?}", Verifier::builder("canary").also_shared_key("k", "canary")).contains("canary"));
    }
}
