use url::Url;

use super::flow::Cursor;
use crate::id::TenantId;
use crate::message::MessageId;

/// The paths of a desk's webhooks, below its public URL. Each can be changed, so that a host keeps the URLs it has.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Paths {
    /// A call comes in.
    pub voice: String,
    /// A key was pressed in the menu.
    pub menu: String,
    /// Forwarding ended.
    pub dial: String,
    /// A call changed its status.
    pub status: String,
    /// A voicemail was left.
    pub voicemail: String,
    /// A recording changed its status.
    pub recording: String,
    /// A transcription has news.
    pub transcription: String,
    /// A text came in.
    pub messages: String,
    /// A text changed its status.
    pub messages_status: String,
    /// Whether the desk is alive.
    pub health: String,
}

impl Default for Paths {
    fn default() -> Self {
        let twilio = |rest: &str| format!("/webhooks/twilio/{rest}");
        Self {
            voice: twilio("voice"),
            menu: twilio("voice/menu"),
            dial: twilio("voice/dial"),
            status: twilio("voice/status"),
            voicemail: twilio("voice/voicemail"),
            recording: twilio("voice/recording"),
            transcription: twilio("voice/transcription"),
            messages: twilio("messages"),
            messages_status: twilio("messages/status"),
            health: "/health".into(),
        }
    }
}

impl Paths {
    /// The path with which Twilio is to call back: parameters of a pattern such as `/status/{callSid}` are filled.
    fn concrete(path: &str, call: Option<&str>) -> String {
        path.split('/')
            .map(|segment| match (segment.starts_with('{'), call) {
                (true, Some(call)) => call,
                _ => segment,
            })
            .collect::<Vec<_>>()
            .join("/")
    }
}

/// Makes the URLs that Twilio is told to call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callbacks {
    public: String,
    paths: Paths,
}

impl Callbacks {
    /// URLs below a public base.
    #[must_use]
    pub fn new(public: &Url, paths: Paths) -> Self {
        Self { public: public.as_str().trim_end_matches('/').to_owned(), paths }
    }

    /// The paths.
    #[must_use]
    pub fn paths(&self) -> &Paths {
        &self.paths
    }

    fn url(&self, path: &str, call: Option<&str>, query: &[(&str, &str)]) -> String {
        let mut url = format!("{}{}", self.public, Paths::concrete(path, call));
        for (index, (name, value)) in query.iter().enumerate() {
            url.push(if index == 0 { '?' } else { '&' });
            url.push_str(name);
            url.push('=');
            url.extend(url::form_urlencoded::byte_serialize(value.as_bytes()));
        }
        url
    }

    /// Where an incoming call is announced: to be set on the number.
    #[must_use]
    pub fn voice(&self) -> String {
        self.url(&self.paths.voice, None, &[])
    }

    /// Where status changes of incoming calls are told: to be set on the number.
    #[must_use]
    pub fn status(&self) -> String {
        self.url(&self.paths.status, None, &[])
    }

    /// Where incoming texts are told: to be set on the number.
    #[must_use]
    pub fn messages(&self) -> String {
        self.url(&self.paths.messages, None, &[])
    }

    pub(super) fn menu(&self, call: &str, attempt: u32) -> String {
        self.url(&self.paths.menu, Some(call), &[("attempt", &attempt.to_string())])
    }

    pub(super) fn dial(&self, call: &str, cursor: &Cursor) -> String {
        let ladder = cursor.ladder.to_string();
        self.url(&self.paths.dial, Some(call), &[("ladder", &ladder), ("leg", &cursor.leg.to_string())])
    }

    pub(super) fn voicemail(&self, call: &str) -> String {
        self.url(&self.paths.voicemail, Some(call), &[])
    }

    pub(super) fn recording(&self, call: &str, tenant: &TenantId, kind: &str) -> String {
        self.url(&self.paths.recording, Some(call), &[("tenant", tenant.as_str()), ("kind", kind)])
    }

    pub(super) fn transcription(&self, call: &str, tenant: &TenantId) -> String {
        self.url(&self.paths.transcription, Some(call), &[("tenant", tenant.as_str())])
    }

    /// Where news of a text we send are told. The signature covers the query, so that it names the text for sure.
    #[must_use]
    pub fn message_status(&self, tenant: &TenantId, message: &MessageId) -> Option<Url> {
        let query = [("tenant", tenant.as_str()), ("message", message.as_str())];
        Url::parse(&self.url(&self.paths.messages_status, Some(message.as_str()), &query)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_filled_and_values_encoded() {
        let paths = Paths { status: "/call/status/{callSid}".into(), ..Paths::default() };
        let callbacks = Callbacks::new(&"https://example.com/desk/".parse().unwrap(), paths);
        assert_eq!(callbacks.voice(), "https://example.com/desk/webhooks/twilio/voice");
        let tenant = TenantId::new("a&b=c").unwrap();
        assert_eq!(
            callbacks.recording("CA1", &tenant, "dial"),
            "https://example.com/desk/webhooks/twilio/voice/recording?tenant=a%26b%3Dc&kind=dial"
        );
        assert_eq!(
            callbacks.url("/call/status/{callSid}", Some("CA1"), &[]),
            "https://example.com/desk/call/status/CA1"
        );
    }
}
