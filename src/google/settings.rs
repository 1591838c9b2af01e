//! An account's settings (<https://developers.google.com/workspace/calendar/api/v3/reference/settings>).

use chrono_tz::Tz;

use super::client::Client;
use super::request::Request;
use super::values::escape;
use crate::Error;
use crate::object::object;

/// The account's settings.
#[derive(Debug, Clone, Copy)]
pub struct Settings<'a> {
    pub(super) client: &'a Client,
}

object! {
    /// A setting.
    pub struct Setting {
        /// What it is now.
        etag: String,
        /// Which one.
        id: String,
        /// `calendar#setting`.
        kind: String,
        /// Its value.
        value: String,
    }
}

impl Settings<'_> {
    /// A setting by its id, such as `timezone`.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none.
    pub async fn get(&self, id: &str) -> Result<Setting, Error> {
        self.client.call(Request::get("reading a setting", format!("users/me/settings/{}", escape(id)))).await
    }

    /// The zone that the account lives in; `None` when it is one we do not know.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when Google cannot be reached.
    pub async fn time_zone(&self) -> Result<Option<Tz>, Error> {
        Ok(self.get("timezone").await?.value.and_then(|name| name.parse().ok()))
    }
}
