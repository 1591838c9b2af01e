//! Vouches for what we hand out and get back.

use std::fmt;

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::id::{CallSid, TenantId};
use crate::secret::Secret;

/// Vouches for what we hand out and get back: whose call we pass on, and which times we offered.
#[derive(Clone)]
pub(crate) struct Passport(Secret);

impl Passport {
    /// The header under which a call that is passed on by SIP says whose it is.
    pub(crate) const HEADER: &'static str = "X-Frontdesk";

    pub(crate) fn new(secret: Secret) -> Self {
        Self(secret)
    }

    fn tag(&self, purpose: &str, text: &str) -> String {
        // A key of any length is one.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.0.expose().as_bytes()) else { return String::new() };
        mac.update(purpose.as_bytes());
        mac.update(b"\n");
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }

    fn check<'t>(&self, purpose: &str, token: &'t str) -> Option<&'t str> {
        let (text, tag) = token.trim().rsplit_once('.')?;
        Secret::new(self.tag(purpose, text)).matches(tag.as_bytes()).then_some(text)
    }

    /// For a call of a tenant.
    pub(crate) fn of_call(&self, tenant: &TenantId, call: &CallSid) -> String {
        let text = format!("{tenant}.{call}");
        format!("{text}.{}", self.tag("call", &text))
    }

    pub(crate) fn call(&self, token: &str) -> Option<(TenantId, CallSid)> {
        let (tenant, call) = self.check("call", token)?.rsplit_once('.')?;
        Some((tenant.parse().ok()?, call.parse().ok()?))
    }

    /// For a time that was offered.
    pub(crate) fn of_offer(&self, tenant: &TenantId, start: DateTime<Utc>) -> String {
        let text =
            format!("{}.{}", start.timestamp(), self.tag("tenant", tenant.as_str()).get(..8).unwrap_or_default());
        format!("{text}.{}", self.tag("offer", &text))
    }

    pub(crate) fn offer(&self, tenant: &TenantId, token: &str) -> Option<DateTime<Utc>> {
        let (start, of) = self.check("offer", token)?.split_once('.')?;
        let own = self.tag("tenant", tenant.as_str()).get(..8) == Some(of);
        DateTime::from_timestamp(start.parse().ok()?, 0).filter(|_| own)
    }
}

impl fmt::Debug for Passport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passport")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_we_gave_out_is_believed() {
        let passport = Passport::new("key".into());
        let (tenant, other): (TenantId, TenantId) =
            ("a.b".parse().unwrap_or_else(|_| "ab".parse().unwrap()), "c".parse().unwrap());
        let call: CallSid = "CA0123456789abcdef0123456789abcdef".parse().unwrap();
        let token = passport.of_call(&tenant, &call);
        assert_eq!(passport.call(&token), Some((tenant.clone(), call)));
        assert_eq!(Passport::new("another".into()).call(&token), None);
        assert_eq!(passport.call(&token.replacen("CA0", "CA1", 1)), None);
        let at: DateTime<Utc> = "2026-03-02T14:00:00Z".parse().unwrap();
        let offer = passport.of_offer(&tenant, at);
        assert_eq!(passport.offer(&tenant, &offer), Some(at));
        assert_eq!(passport.offer(&other, &offer), None);
        assert_eq!(passport.call(&offer), None);
        for junk in ["", ".", "..", "a.b.c", "\u{1F600}"] {
            assert_eq!(passport.offer(&tenant, junk), None);
        }
    }
}
