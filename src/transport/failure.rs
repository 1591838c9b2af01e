use std::error::Error as StdError;
use std::fmt;

type Source = Box<dyn StdError + Send + Sync + 'static>;

/// A request without an answer.
pub struct Failure {
    sent: bool,
    what: &'static str,
    source: Option<Source>,
}

impl Failure {
    /// The request never left: name not resolved, connection refused, TLS not agreed on. Repeating it is safe.
    #[must_use]
    pub fn not_sent(what: &'static str) -> Self {
        Self { sent: false, what, source: None }
    }

    /// The request left, or may have left, and no whole answer came back.
    #[must_use]
    pub fn outcome_unknown(what: &'static str) -> Self {
        Self { sent: true, what, source: None }
    }

    /// Attaches the underlying error, kept for [`source`](StdError::source) only.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Source>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// True when the other side may have seen the request.
    #[must_use]
    pub fn may_have_been_sent(&self) -> bool {
        self.sent
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failure").field("what", &self.what).field("may_have_been_sent", &self.sent).finish()
    }
}

impl StdError for Failure {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
