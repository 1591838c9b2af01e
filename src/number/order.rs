use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::id::{PhoneNumberSid, TenantId, names};
use crate::message::Lease;
use crate::phone::E164;
use crate::secret::Private;

names! {
    /// The name of an order: 1 to 128 letters, digits, `-`, `_`, `.` or `:`. The same id is the same order.
    pub struct OrderId, InvalidOrderId: "an order";
}

/// Which kind of number is wanted.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WishKind {
    /// Of a town or area.
    #[default]
    Local,
    /// Of mobile networks.
    Mobile,
    /// Free for the caller.
    TollFree,
    /// Of the country, without a place.
    National,
}

/// What a number should be like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[must_use]
pub struct Wish {
    /// The country (ISO 3166-1 alpha-2).
    pub country: String,
    /// Which kind.
    pub kind: WishKind,
    /// Area codes, the best first: when one has none, the next is tried.
    pub area_codes: Vec<u32>,
    /// Whether any area will do when none of these has a number.
    pub anywhere: bool,
    /// A pattern of digits and letters, `*` for any digit.
    pub contains: Option<String>,
    /// As near as possible to this number.
    pub near: Option<E164>,
    /// It must take calls.
    pub voice: bool,
    /// It must text.
    pub sms: bool,
    /// It must send media messages.
    pub mms: bool,
}

impl Wish {
    /// Any number of a country and kind that takes calls and texts.
    pub fn new(country: impl Into<String>, kind: WishKind) -> Self {
        Self {
            country: country.into(),
            kind,
            area_codes: Vec::new(),
            anywhere: true,
            contains: None,
            near: None,
            voice: true,
            sms: true,
            mms: false,
        }
    }

    /// Any local number of a country that takes calls and texts.
    pub fn local(country: impl Into<String>) -> Self {
        Self::new(country, WishKind::Local)
    }

    /// In one of these area codes, the best first; what is no number is left out. Only there, unless
    /// [`or_anywhere`](Self::or_anywhere) follows.
    pub fn in_area_codes<'a>(mut self, codes: impl IntoIterator<Item = &'a str>) -> Self {
        self.area_codes = codes.into_iter().filter_map(|code| code.trim().parse().ok()).collect();
        self.anywhere = self.area_codes.is_empty();
        self
    }

    /// Anywhere in the country when none of the area codes has one.
    pub fn or_anywhere(mut self) -> Self {
        self.anywhere = true;
        self
    }

    /// With these digits or letters in it, `*` for any digit.
    pub fn containing(mut self, pattern: impl Into<String>) -> Self {
        self.contains = Some(pattern.into());
        self
    }

    /// As near as possible to this number.
    pub fn near(mut self, number: E164) -> Self {
        self.near = Some(number);
        self
    }

    /// What it must be able to do.
    pub fn with_capabilities(mut self, voice: bool, sms: bool, mms: bool) -> Self {
        (self.voice, self.sms, self.mms) = (voice, sms, mms);
        self
    }
}

/// Where an order stands.
#[cfg_attr(feature = "desk", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OrderState {
    /// A number is to be chosen.
    Wanted,
    /// One was chosen and may have been bought.
    Buying,
    /// It is the account's; its webhooks are to be set.
    Bought,
    /// Its webhooks are set; it is to become the tenant's.
    Configured,
    /// It is the tenant's and rings.
    Active,
    /// Given up; see the problem.
    Failed,
    /// To be given back.
    Releasing,
    /// Given back, or, for one that was there before, as it was.
    Released,
}

/// Why there is no number.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Problem {
    /// Nowhere in the wanted areas is one for sale.
    #[error("no such number is for sale")]
    NoneAvailable,
    /// The country wants to know who has the number: a regulatory bundle or an address is missing.
    #[error("the country's regulator wants an approved bundle or address first ({0})")]
    BundleRequired(u32),
    /// Numbers were for sale, but each was gone before it was bought.
    #[error("each number was gone before it could be bought")]
    Unavailable,
    /// A trial account has its one number already, or the account may not buy.
    #[error("the account may not buy a number ({0})")]
    AccountLimit(u32),
    /// The wish itself is refused: no such country, kind or pattern.
    #[error("the provider refuses the wish: {0}")]
    Refused(String),
    /// The provider could not be reached for too long.
    #[error("the provider could not be reached")]
    Unreachable,
}

/// The webhooks that a number had before it was connected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Kept {
    /// Each setting's name at the provider and its value.
    pub settings: Vec<(String, Private)>,
}

impl Kept {
    /// Settings by their names at the provider.
    #[must_use]
    pub fn new(settings: Vec<(String, Private)>) -> Self {
        Self { settings }
    }
}

/// An order for a number. The same tenant and id is the same order, and never becomes two numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NumberOrder {
    /// Whose it is.
    pub tenant: TenantId,
    /// Its name.
    pub id: OrderId,
    /// A random part of the tag, so that no other order has the same.
    pub nonce: String,
    /// What is wanted; `None` when an existing number is connected.
    pub wish: Option<Wish>,
    /// Where it stands.
    pub state: OrderState,
    /// The number, once chosen.
    pub number: Option<E164>,
    /// The number's name at the provider, once it is the account's.
    pub sid: Option<PhoneNumberSid>,
    /// Numbers that were gone before they could be bought.
    pub gone: Vec<E164>,
    /// What the number was set to before it was connected.
    pub kept: Option<Kept>,
    /// Why it was given up.
    pub problem: Option<Problem>,
    /// How often a step failed in a row.
    pub attempts: u32,
    /// No step before.
    pub not_before: DateTime<Utc>,
    /// When an active number is given back, because the subscription ended.
    pub release_at: Option<DateTime<Utc>>,
    /// Who works on it.
    pub lease: Option<Lease>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When it changed last.
    pub updated_at: DateTime<Utc>,
    /// Changes so far.
    pub version: u64,
}

impl NumberOrder {
    /// An order for a new number.
    #[must_use]
    pub fn new(tenant: TenantId, id: OrderId, wish: Wish, at: DateTime<Utc>) -> Self {
        Self {
            tenant,
            id,
            nonce: format!("{:016x}", fastrand::u64(..)),
            wish: Some(wish),
            state: OrderState::Wanted,
            number: None,
            sid: None,
            gone: Vec::new(),
            kept: None,
            problem: None,
            attempts: 0,
            not_before: at,
            release_at: None,
            lease: None,
            created_at: at,
            updated_at: at,
            version: 0,
        }
    }

    /// An order to connect a number that is the account's already.
    #[must_use]
    pub fn connecting(tenant: TenantId, id: OrderId, number: E164, sid: PhoneNumberSid, at: DateTime<Utc>) -> Self {
        let wish = Wish::local("");
        Self {
            wish: None,
            state: OrderState::Bought,
            number: Some(number),
            sid: Some(sid),
            ..Self::new(tenant, id, wish, at)
        }
    }

    /// The name that the number bears at the provider: how it is found again when nobody knows whether it was bought.
    #[must_use]
    pub fn tag(&self) -> String {
        let name: String = self.id.as_str().chars().take(MAX_TAG - 27).collect();
        format!("frontdesk:{name}:{}", self.nonce)
    }

    /// From when a worker may take it; `None` when there is nothing to do.
    #[must_use]
    pub fn claimable_from(&self) -> Option<DateTime<Utc>> {
        let due = match self.state {
            OrderState::Wanted
            | OrderState::Buying
            | OrderState::Bought
            | OrderState::Configured
            | OrderState::Releasing => self.not_before,
            OrderState::Active => self.release_at?.max(self.not_before),
            OrderState::Failed | OrderState::Released => return None,
        };
        Some(self.lease.as_ref().map_or(due, |lease| lease.until.max(due)))
    }
}

/// The longest name that a number may bear at Twilio.
const MAX_TAG: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_fits_and_names_one_order() {
        let order = |id: &str| {
            NumberOrder::new("a".parse().unwrap(), id.parse().unwrap(), Wish::local("US"), DateTime::UNIX_EPOCH)
        };
        let long = order(&"i".repeat(128));
        assert!(long.tag().len() <= MAX_TAG && long.tag() == long.tag());
        assert_ne!(order("first").tag(), order("first").tag(), "not even one of the same name on another machine");
        assert!(order("first").tag().starts_with("frontdesk:first:"));
    }
}
