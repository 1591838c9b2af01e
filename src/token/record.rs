use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::id::TenantId;
use crate::secret::Private;

/// Bytes that only a vault can read. `Debug` shows their number.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sealed(#[serde(with = "encoded")] Vec<u8>);

impl Sealed {
    /// What a vault made.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

mod encoded {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        STANDARD.decode(text.as_bytes()).map_err(serde::de::Error::custom)
    }
}

/// What an account of a tenant's at a provider is reached with: a refresh token, or credentials of the tenant's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Token {
    /// Whose it is.
    pub tenant: TenantId,
    /// The provider, such as `google` or `twilio`.
    pub provider: String,
    /// The account at the provider.
    pub account: Private,
    /// The secret.
    pub sealed: Sealed,
    /// What it allows, in the provider's words.
    pub scopes: Vec<String>,
    /// Whether the provider refused it for good, so that somebody has to consent again.
    pub needs_reauth: bool,
    /// When it was granted.
    pub created_at: DateTime<Utc>,
    /// Changes so far.
    pub version: u64,
}

impl Token {
    /// A secret that works.
    #[must_use]
    pub fn new(
        tenant: TenantId,
        provider: impl Into<String>,
        account: impl Into<Private>,
        sealed: Sealed,
        at: DateTime<Utc>,
    ) -> Self {
        Self {
            tenant,
            provider: provider.into(),
            account: account.into(),
            sealed,
            scopes: Vec::new(),
            needs_reauth: false,
            created_at: at,
            version: 0,
        }
    }

    /// The name by which the tenant has only one.
    pub(crate) fn name(provider: &str, account: &str) -> String {
        format!("{provider}:{account}")
    }
}
