use std::fmt;

use async_trait::async_trait;

use crate::Error;
use crate::id::{NotificationId, TenantId};
use crate::secret::Private;

/// A mail to send.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Email {
    /// For which tenant: a sender may have an address of its own for each.
    pub tenant: TenantId,
    /// Its name; the `Message-ID` is made of it, so that a mail that is sent twice is seen to be one.
    pub id: NotificationId,
    /// The business, as readers see it.
    pub from_name: String,
    /// To whom, the name and the address.
    pub to: (Private, Private),
    /// What it is about.
    pub subject: Private,
    /// What it says, as plain text.
    pub body: Private,
}

impl Email {
    /// A mail.
    #[must_use]
    pub fn new(
        tenant: TenantId,
        id: NotificationId,
        from_name: impl Into<String>,
        to: (Private, Private),
        subject: impl Into<Private>,
        body: impl Into<Private>,
    ) -> Self {
        Self { tenant, id, from_name: from_name.into(), to, subject: subject.into(), body: body.into() }
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Email").field("tenant", &self.tenant).field("id", &self.id).finish_non_exhaustive()
    }
}

/// Sends mail. `email::SmtpSender` (feature `email`) is one.
#[async_trait]
pub trait EmailSender: fmt::Debug + Send + Sync + 'static {
    /// Hands a mail to a server.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when it will never go out; any other error is tried again under the same name.
    async fn send(&self, email: &Email) -> Result<(), Error>;
}
