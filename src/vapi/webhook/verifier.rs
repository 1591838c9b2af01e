use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{KeyInit, Mac};
use http::request::Parts;
use http::{HeaderName, StatusCode};

use super::message::{Event, Malformed};
use crate::secret::Secret;

/// The hash of a signature.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC-SHA-1.
    Sha1,
    /// HMAC-SHA-256, the usual one.
    #[default]
    Sha256,
    /// HMAC-SHA-512.
    Sha512,
}

/// How a signature is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// Hexadecimal digits, in either case.
    #[default]
    Hex,
    /// Base64.
    Base64,
}

/// How Vapi signs, as it is set in a custom credential (<https://docs.vapi.ai/server-url/server-authentication>).
#[derive(Clone)]
#[must_use]
pub struct Hmac {
    secret: Secret,
    algorithm: Algorithm,
    header: HeaderName,
    timestamp: HeaderName,
    format: String,
    prefix: String,
    encoding: Encoding,
    tolerance: TimeDelta,
}

impl Hmac {
    /// HMAC-SHA-256 in hex of `{timestamp}.{body}`, in `x-signature` with `x-timestamp`, within five minutes.
    pub fn new(secret: impl Into<Secret>) -> Self {
        Self {
            secret: secret.into(),
            algorithm: Algorithm::default(),
            header: HeaderName::from_static("x-signature"),
            timestamp: HeaderName::from_static("x-timestamp"),
            format: "{timestamp}.{body}".to_owned(),
            prefix: String::new(),
            encoding: Encoding::default(),
            tolerance: TimeDelta::minutes(5),
        }
    }

    /// Another hash.
    pub fn with_algorithm(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// Where the signature stands.
    pub fn with_header(mut self, header: HeaderName) -> Self {
        self.header = header;
        self
    }

    /// Where the time stands, in seconds or milliseconds since 1970.
    pub fn with_timestamp_header(mut self, header: HeaderName) -> Self {
        self.timestamp = header;
        self
    }

    /// What is signed; `{timestamp}` and `{body}` stand for the two. Without a time requests can be replayed for good.
    pub fn with_format(mut self, format: impl Into<String>) -> Self {
        self.format = format.into();
        self
    }

    /// What stands before the signature, such as `sha256=`.
    pub fn with_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// How the signature is written.
    pub fn with_encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = encoding;
        self
    }

    /// How far the time may be off; five minutes by default.
    pub fn with_tolerance(mut self, tolerance: TimeDelta) -> Self {
        self.tolerance = tolerance;
        self
    }

    fn check(&self, parts: &Parts, body: &[u8], now: DateTime<Utc>) -> Result<(), Refusal> {
        let header = |name: &HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        let given = header(&self.header).ok_or(Refusal::Missing)?;
        let given = given.strip_prefix(self.prefix.as_str()).ok_or(Refusal::Wrong)?;
        let signature = match self.encoding {
            Encoding::Hex => unhex(given),
            Encoding::Base64 => STANDARD.decode(given).ok(),
        };
        let signature = signature.ok_or(Refusal::Wrong)?;
        let timed = self.format.contains("{timestamp}");
        let timestamp = if timed { header(&self.timestamp).ok_or(Refusal::Missing)? } else { "" };
        // One pass: what the sender has put into the timestamp is never taken for a place of the format.
        let mut pieces: Vec<&[u8]> = Vec::new();
        let mut rest = self.format.as_str();
        while !rest.is_empty() {
            let next = [("{timestamp}", timestamp.as_bytes()), ("{body}", body)]
                .into_iter()
                .filter_map(|(mark, value)| rest.find(mark).map(|at| (at, mark, value)))
                .min_by_key(|(at, ..)| *at);
            let Some((at, mark, value)) = next else {
                pieces.push(rest.as_bytes());
                break;
            };
            pieces.push(rest.get(..at).unwrap_or_default().as_bytes());
            pieces.push(value);
            rest = rest.get(at + mark.len()..).unwrap_or_default();
        }
        let key = self.secret.expose().as_bytes();
        let right = match self.algorithm {
            Algorithm::Sha1 => matches::<hmac::Hmac<sha1::Sha1>>(key, &pieces, &signature),
            Algorithm::Sha256 => matches::<hmac::Hmac<sha2::Sha256>>(key, &pieces, &signature),
            Algorithm::Sha512 => matches::<hmac::Hmac<sha2::Sha512>>(key, &pieces, &signature),
        };
        if !right {
            return Err(Refusal::Wrong);
        }
        if timed {
            let at = instant(timestamp).ok_or(Refusal::Stale)?;
            if now.signed_duration_since(at).abs() > self.tolerance {
                return Err(Refusal::Stale);
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Hmac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hmac").field("algorithm", &self.algorithm).field("header", &self.header).finish_non_exhaustive()
    }
}

fn matches<M: Mac + KeyInit>(key: &[u8], pieces: &[&[u8]], signature: &[u8]) -> bool {
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(key) else { return false };
    for piece in pieces {
        mac.update(piece);
    }
    mac.verify_slice(signature).is_ok()
}

/// The unit is not documented: what would be millennia ahead in seconds is milliseconds.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    match text.parse::<i64>() {
        Ok(number) if number.abs() < 100_000_000_000 => DateTime::from_timestamp(number, 0),
        Ok(number) => DateTime::from_timestamp_millis(number),
        Err(_) => DateTime::parse_from_rfc3339(text).ok().map(|at| at.with_timezone(&Utc)),
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || text.is_empty() {
        return None;
    }
    text.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

/// One way to prove where a request comes from.
#[derive(Debug, Clone)]
enum Proof {
    /// A header that holds a secret, after a prefix.
    Header {
        name: HeaderName,
        prefix: String,
        secret: Secret,
    },
    Signature(Hmac),
}

/// Why a request is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// It carries no proof.
    #[error("the request carries no secret and no signature")]
    Missing,
    /// Its secret or signature is not ours.
    #[error("the request's secret or signature is wrong")]
    Wrong,
    /// Its signature is right, and too old.
    #[error("the request's time is too far from now")]
    Stale,
    /// Nothing is set that could prove it.
    #[error("no secret is set")]
    Unconfigured,
}

impl Refusal {
    /// The reason in a word, for metrics.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Missing => "missing-proof",
            Self::Wrong => "wrong-proof",
            Self::Stale => "stale",
            Self::Unconfigured => "unconfigured",
        }
    }

    /// The status to answer with.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::Missing => StatusCode::UNAUTHORIZED,
            Self::Wrong | Self::Stale => StatusCode::FORBIDDEN,
            Self::Unconfigured => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// Checks that requests come from Vapi: by any one of the secrets and signatures it knows, so that they can be rotated.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct Verifier {
    proofs: Vec<Proof>,
}

impl Verifier {
    /// Knows nothing yet, and believes nobody.
    pub fn new() -> Self {
        Self::default()
    }

    /// `Authorization: Bearer …`, which is what Vapi's bearer credentials send.
    pub fn bearer(self, secret: impl Into<Secret>) -> Self {
        self.header(http::header::AUTHORIZATION, "Bearer ", secret)
    }

    /// `X-Vapi-Secret`, which is what a server's own `secret` is sent in.
    pub fn legacy_secret(self, secret: impl Into<Secret>) -> Self {
        self.header(HeaderName::from_static("x-vapi-secret"), "", secret)
    }

    /// A secret in a header, after a prefix. An empty secret is not taken.
    pub fn header(mut self, name: HeaderName, prefix: impl Into<String>, secret: impl Into<Secret>) -> Self {
        let secret = secret.into();
        if !secret.expose().is_empty() {
            self.proofs.push(Proof::Header { name, prefix: prefix.into(), secret });
        }
        self
    }

    /// Signatures.
    pub fn hmac(mut self, hmac: Hmac) -> Self {
        if !hmac.secret.expose().is_empty() && hmac.format.contains("{body}") {
            self.proofs.push(Proof::Signature(hmac));
        }
        self
    }

    /// Whether there is anything that could prove a request.
    #[must_use]
    pub fn is_configured(&self) -> bool {
        !self.proofs.is_empty()
    }

    /// Looks at the headers alone, before a body is read.
    ///
    /// # Errors
    /// [`Refusal`] when none of the proofs can hold.
    pub fn precheck(&self, parts: &Parts) -> Result<(), Refusal> {
        if self.proofs.is_empty() {
            return Err(Refusal::Unconfigured);
        }
        let mut refusal = Refusal::Missing;
        for proof in &self.proofs {
            match proof {
                Proof::Header { .. } => match self.check(proof, parts, &[], DateTime::UNIX_EPOCH) {
                    Ok(()) => return Ok(()),
                    Err(Refusal::Missing) => {}
                    Err(error) => refusal = error,
                },
                Proof::Signature(hmac) if parts.headers.contains_key(&hmac.header) => return Ok(()),
                Proof::Signature(_) => {}
            }
        }
        Err(refusal)
    }

    /// Checks a request over its raw bytes.
    ///
    /// # Errors
    /// [`Refusal`] says why it is not believed, and with which [status](Refusal::status) to answer.
    pub fn verify(&self, parts: &Parts, body: Bytes, now: DateTime<Utc>) -> Result<Verified, Refusal> {
        if self.proofs.is_empty() {
            return Err(Refusal::Unconfigured);
        }
        let mut refusal = Refusal::Missing;
        for proof in &self.proofs {
            match self.check(proof, parts, &body, now) {
                Ok(()) => return Ok(Verified { body }),
                Err(Refusal::Missing) => {}
                Err(error) => refusal = error,
            }
        }
        Err(refusal)
    }

    fn check(&self, proof: &Proof, parts: &Parts, body: &[u8], now: DateTime<Utc>) -> Result<(), Refusal> {
        match proof {
            Proof::Header { name, prefix, secret } => {
                let value = parts.headers.get(name).ok_or(Refusal::Missing)?.as_bytes();
                // The scheme of a header is not case-sensitive (RFC 9110, 11.1); the secret is.
                let (scheme, given) = value.split_at_checked(prefix.len()).ok_or(Refusal::Wrong)?;
                let right = scheme.eq_ignore_ascii_case(prefix.as_bytes()) && secret.matches(given);
                if right { Ok(()) } else { Err(Refusal::Wrong) }
            }
            Proof::Signature(hmac) => hmac.check(parts, body, now),
        }
    }
}

/// A request that is known to come from Vapi.
#[derive(Clone)]
pub struct Verified {
    body: Bytes,
}

impl Verified {
    /// Its bytes.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// What it tells.
    ///
    /// # Errors
    /// [`Malformed`] when it is no JSON, or names no message.
    pub fn parse(&self) -> Result<Event, Malformed> {
        Event::read(&self.body)
    }
}

impl fmt::Debug for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verified(<{} bytes>)", self.body.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = r#"{"message":{"type":"hang"}}"#;

    fn parts(headers: &[(&str, &str)]) -> Parts {
        let request =
            headers.iter().fold(http::Request::post("/"), |request, (name, value)| request.header(*name, *value));
        request.body(()).unwrap().into_parts().0
    }

    fn sign(algorithm: Algorithm, text: &str) -> Vec<u8> {
        fn of<M: Mac + KeyInit>(text: &str) -> Vec<u8> {
            let mut mac = <M as KeyInit>::new_from_slice(b"key").unwrap();
            mac.update(text.as_bytes());
            mac.finalize().into_bytes().to_vec()
        }
        match algorithm {
            Algorithm::Sha1 => of::<hmac::Hmac<sha1::Sha1>>(text),
            Algorithm::Sha256 => of::<hmac::Hmac<sha2::Sha256>>(text),
            Algorithm::Sha512 => of::<hmac::Hmac<sha2::Sha512>>(text),
        }
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn secrets_are_believed_in_the_headers_they_belong_to() {
        let verifier = Verifier::new().bearer("new").bearer("old").legacy_secret("older");
        let verify =
            |headers: &[(&str, &str)]| verifier.verify(&parts(headers), BODY.into(), DateTime::UNIX_EPOCH).map(|_| ());
        assert_eq!(verify(&[("authorization", "Bearer new")]), Ok(()));
        assert_eq!(verify(&[("authorization", "bearer old")]), Ok(()));
        assert_eq!(verify(&[("x-vapi-secret", "older")]), Ok(()));
        for wrong in ["Bearer", "Bearer ", "new", "Bearer older", "Bearer NEW", "Bearer new "] {
            assert_eq!(verify(&[("authorization", wrong)]), Err(Refusal::Wrong), "{wrong:?}");
        }
        assert_eq!(verify(&[("x-vapi-secret", "new")]), Err(Refusal::Wrong));
        assert_eq!(verify(&[]), Err(Refusal::Missing));
        assert_eq!(verifier.precheck(&parts(&[("authorization", "Bearer no")])), Err(Refusal::Wrong));
        let nobody = Verifier::new().bearer("").hmac(Hmac::new(""));
        assert_eq!(
            nobody.verify(&parts(&[("authorization", "Bearer ")]), BODY.into(), DateTime::UNIX_EPOCH).unwrap_err(),
            Refusal::Unconfigured
        );
        assert!(!format!("{verifier:?}").contains("older"));
    }

    #[test]
    fn signatures_are_believed_in_every_configuration() {
        let now: DateTime<Utc> = "2026-03-02T14:00:00Z".parse().unwrap();
        for algorithm in [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512] {
            for (stamp, timely) in
                [(now.timestamp().to_string(), true), (now.timestamp_millis().to_string(), true), ("0".into(), false)]
            {
                for (encoding, prefix) in [(Encoding::Hex, ""), (Encoding::Base64, ""), (Encoding::Hex, "sha=")] {
                    let hmac = Hmac::new("key").with_algorithm(algorithm).with_encoding(encoding).with_prefix(prefix);
                    let verifier = Verifier::new().hmac(Hmac::new("another")).hmac(hmac);
                    let mac = sign(algorithm, &format!("{stamp}.{BODY}"));
                    let text = match encoding {
                        Encoding::Hex => hex(&mac).to_uppercase(),
                        Encoding::Base64 => STANDARD.encode(&mac),
                    };
                    let text = format!("{prefix}{text}");
                    let headers = parts(&[("x-signature", &text), ("x-timestamp", &stamp)]);
                    let found = verifier.verify(&headers, BODY.into(), now).map(|_| ());
                    let expected = if timely { Ok(()) } else { Err(Refusal::Stale) };
                    assert_eq!(found, expected, "{algorithm:?} {encoding:?} {stamp}");
                    let changed = BODY.replace("hang", "hung");
                    assert_eq!(verifier.verify(&headers, changed.into(), now).unwrap_err(), Refusal::Wrong);
                    let cut = parts(&[("x-signature", &text[..text.len() - 2]), ("x-timestamp", &stamp)]);
                    assert_eq!(verifier.verify(&cut, BODY.into(), now).unwrap_err(), Refusal::Wrong);
                }
            }
        }
        // A format of one's own; the timestamp is not read as one.
        let hmac = Hmac::new("key").with_format("v0:{body}:{timestamp}").with_header("x-sig".parse().unwrap());
        let verifier = Verifier::new().hmac(hmac);
        let stamp = now.timestamp().to_string();
        let text = hex(&sign(Algorithm::Sha256, &format!("v0:{BODY}:{stamp}")));
        assert!(verifier.verify(&parts(&[("x-sig", &text), ("x-timestamp", &stamp)]), BODY.into(), now).is_ok());
        let text = hex(&sign(Algorithm::Sha256, &format!("v0:{BODY}:{BODY}")));
        let tricked = parts(&[("x-sig", &text), ("x-timestamp", "{body}")]);
        assert!(verifier.verify(&tricked, BODY.into(), now).is_err());
        let body_only = Verifier::new().hmac(Hmac::new("key").with_format("{body}"));
        let text = hex(&sign(Algorithm::Sha256, BODY));
        assert!(body_only.verify(&parts(&[("x-signature", &text)]), BODY.into(), now).is_ok());
        assert_eq!(body_only.verify(&parts(&[("x-signature", "")]), BODY.into(), now).unwrap_err(), Refusal::Wrong);
    }
}
