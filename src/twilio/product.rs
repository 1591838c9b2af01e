use std::fmt;

/// Which of Twilio's APIs a request goes to; each has a host name of its own
/// (<https://www.twilio.com/docs/usage/api#base-url>).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Product {
    /// `api`: calls, messages, recordings, numbers, accounts.
    Api,
    /// `messaging`: messaging services.
    Messaging,
    /// `lookups`: what is known of a number.
    Lookups,
    /// `intelligence`: transcripts and language operators.
    Intelligence,
    /// `oauth`: access tokens.
    Oauth,
    /// Another one, by the first label of its host: `verify`, `studio`, `trunking`.
    Named(&'static str),
}

impl Product {
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Messaging => "messaging",
            Self::Lookups => "lookups",
            Self::Intelligence => "intelligence",
            Self::Oauth => "oauth",
            Self::Named(label) => label,
        }
    }
}

impl fmt::Display for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}
