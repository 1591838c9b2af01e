use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};

use crate::Error;
use crate::id::TenantId;
use crate::secret::Secret;
use crate::token::Sealed;
use crate::vault::{Place, Vault};

/// In whose place tickets are sealed.
const PROVIDER: &str = "frontdesk.ticket";
const LASTS: TimeDelta = TimeDelta::minutes(30);

/// How long a new one is of use.
pub(super) fn lasts_until(now: DateTime<Utc>) -> DateTime<Utc> {
    now + LASTS
}

/// Shows until then that its holder may connect a tenant's calendar: the tenant's name and the time, sealed.
pub(super) fn issue(vault: &Vault, tenant: &TenantId, until: DateTime<Utc>) -> Result<Secret, Error> {
    let until = Secret::new(until.timestamp().to_string());
    let sealed = vault.seal(Place::new(tenant, PROVIDER, "google"), &until);
    let sealed = sealed.map_err(|source| Error::refused("sealing a ticket").with_source(source))?;
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    Ok(format!("{}.{}", encode(tenant.as_str().as_bytes()), encode(sealed.as_bytes())).into())
}

/// Whose it is and until when; `None` when it is too old or nobody's.
pub(super) fn check(vault: &Vault, ticket: &str, now: DateTime<Utc>) -> Option<(TenantId, DateTime<Utc>)> {
    let (tenant, sealed) = ticket.split_once('.').filter(|_| ticket.len() < 2_048)?;
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).ok();
    let tenant = TenantId::new(String::from_utf8(decode(tenant)?).ok()?).ok()?;
    let until = vault.open(Place::new(&tenant, PROVIDER, "google"), &Sealed::new(decode(sealed)?)).ok()?;
    let until = DateTime::from_timestamp(until.expose().parse().ok()?, 0)?;
    (now < until).then_some((tenant, until))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::Key;

    #[test]
    fn a_ticket_is_its_tenants_and_for_half_an_hour() {
        let vault = Vault::new(Key::generate("k").unwrap());
        let now: DateTime<Utc> = "2026-11-21T09:00:00Z".parse().unwrap();
        let clinic: TenantId = "clinic".parse().unwrap();
        let ticket = issue(&vault, &clinic, lasts_until(now)).unwrap();
        assert_eq!(check(&vault, ticket.expose(), now), Some((clinic, now + LASTS)));
        assert_eq!(check(&vault, ticket.expose(), now + LASTS), None);
        let (_, sealed) = ticket.expose().split_once('.').unwrap();
        let other = format!("{}.{sealed}", URL_SAFE_NO_PAD.encode("salon"));
        for bad in [other.as_str(), "", ".", "a.b", &ticket.expose()[1..]] {
            assert_eq!(check(&vault, bad, now), None, "{bad}");
        }
        assert_eq!(check(&Vault::new(Key::generate("k").unwrap()), ticket.expose(), now), None);
    }
}
