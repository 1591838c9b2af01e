//! Channels that push notifications come through
//! (<https://developers.google.com/workspace/calendar/api/guides/push>).
//!
//! A notification says that something has changed, not what, and has no signature: what shows that it is Google's is the
//! random token that was given along when the channel was opened.
//!
//! ```
//! use frontdesk::Secret;
//! use frontdesk::google::channels::{Notice, NoticeState};
//!
//! let headers = http::Request::post("/webhooks/google")
//!     .header("x-goog-channel-id", "frontdesk-1")
//!     .header("x-goog-channel-token", "f00d")
//!     .header("x-goog-resource-id", "r1")
//!     .header("x-goog-resource-state", "exists")
//!     .header("x-goog-message-number", "7")
//!     .body(())?;
//! let notice = Notice::parse(headers.headers()).ok_or("not a notice")?;
//! assert!(notice.has_token(&Secret::new("f00d")) && !notice.has_token(&Secret::new("guess")));
//! assert_eq!((notice.state, notice.number), (NoticeState::Exists, Some(7)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::BTreeMap;

use http::HeaderMap;

use super::client::Client;
use super::request::Request;
use super::values::Millis;
use crate::Error;
use crate::object::object;
use crate::open::open_enum;
use crate::secret::{Private, Secret};

/// Channels that push notifications come through.
#[derive(Debug, Clone, Copy)]
pub struct Channels<'a> {
    pub(super) client: &'a Client,
}

object! {
    /// A channel.
    pub struct Channel {
        /// Where notifications go, over HTTPS.
        address: String,
        /// When it ends by itself.
        expiration: Millis,
        /// Its name: made by whoever opens it, 64 characters at most, never used before.
        id: String,
        /// `api#channel`.
        kind: String,
        /// More of it; `ttl` says for how many seconds it should live.
        params: BTreeMap<String, String>,
        /// Whether notifications say what has changed; those of calendars never do.
        payload: bool,
        /// What is watched.
        resource_id: String,
        /// What is watched, with the version of the API.
        resource_uri: Private,
        /// Comes along with each notification; 256 characters at most.
        token: Private,
        /// `web_hook`.
        r#type: String,
    }
}

impl Channel {
    /// A channel to an address. The token is to be random, and kept: it shows that a notification is Google's.
    #[must_use]
    pub fn new(id: impl Into<String>, address: impl Into<String>, token: &Secret) -> Self {
        Self {
            id: Some(id.into()),
            address: Some(address.into()),
            token: Some(token.expose().into()),
            r#type: Some("web_hook".into()),
            ..Self::default()
        }
    }

    /// Which should live for so many seconds; a week is Google's default.
    #[must_use]
    pub fn with_ttl(mut self, seconds: u64) -> Self {
        self.params.get_or_insert_default().insert("ttl".into(), seconds.to_string());
        self
    }

    /// The channel that [`Channels::stop`] needs: its name and what it watches.
    #[must_use]
    pub fn to_stop(id: impl Into<String>, resource_id: impl Into<String>) -> Self {
        Self { id: Some(id.into()), resource_id: Some(resource_id.into()), ..Self::default() }
    }
}

impl Channels<'_> {
    /// Ends a channel.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none.
    pub async fn stop(&self, channel: &Channel) -> Result<(), Error> {
        let request = Request::set("ending a channel", http::Method::POST, "channels/stop").with_json(channel)?;
        self.client.call_for_nothing(request).await
    }
}

open_enum! {
    /// What has become of what is watched.
    pub enum NoticeState {
        /// The channel was opened.
        Sync = "sync",
        /// Something has changed.
        Exists = "exists",
        /// It is not there any more.
        NotExists = "not_exists",
    }
}

/// A push notification: headers, and no body.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Notice {
    /// The channel it came through.
    pub channel: String,
    /// What is watched.
    pub resource: Option<String>,
    /// What has become of it.
    pub state: NoticeState,
    /// Counts up within a channel, though not by one.
    pub number: Option<u64>,
    token: Option<Secret>,
}

impl Notice {
    /// Pure: what the headers say; `None` when they are no notification's.
    #[must_use]
    pub fn parse(headers: &HeaderMap) -> Option<Self> {
        let text = |name: &str| headers.get(name)?.to_str().ok().filter(|text| text.len() <= 1024);
        Some(Self {
            channel: text("x-goog-channel-id").filter(|id| (1..=64).contains(&id.len()))?.to_owned(),
            resource: text("x-goog-resource-id").map(ToOwned::to_owned),
            state: text("x-goog-resource-state")?.into(),
            number: text("x-goog-message-number").and_then(|number| number.parse().ok()),
            token: text("x-goog-channel-token").map(Secret::new),
        })
    }

    /// Whether it came with this token, compared in time that does not depend on where they differ.
    #[must_use]
    pub fn has_token(&self, token: &Secret) -> bool {
        !token.is_empty() && self.token.as_ref().is_some_and(|sent| token.matches(sent.expose().as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_token_is_googles() {
        let headers = |token: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert("x-goog-channel-id", "c".parse().unwrap());
            headers.insert("x-goog-resource-state", "exists".parse().unwrap());
            if let Some(token) = token {
                headers.insert("x-goog-channel-token", token.parse().unwrap());
            }
            headers
        };
        let has = |sent: Option<&str>, kept: &str| Notice::parse(&headers(sent)).unwrap().has_token(&kept.into());
        assert!(has(Some("t"), "t"));
        for (sent, kept) in [(Some("t"), "u"), (None, "t"), (Some(""), ""), (None, ""), (Some("tt"), "t")] {
            assert!(!has(sent, kept), "{sent:?} {kept}");
        }
        assert!(Notice::parse(&HeaderMap::new()).is_none());
        assert!(!format!("{:?}", Notice::parse(&headers(Some("canary")))).contains("canary"));
    }
}
