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
    /// The verification of a caller ID has ended.
    pub caller_id: String,
    /// A transcript is ready. The same path with a secret after it takes notices that are not signed.
    pub intelligence: String,
    /// Vapi tells or asks something.
    pub vapi: String,
    /// Somebody checks, books, moves or cancels with a plain body.
    pub vapi_booking: String,
    /// Whether the desk is alive.
    pub health: String,
    /// Whether the desk can work: 503 while it cannot.
    pub ready: String,
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
            caller_id: twilio("caller-id"),
            intelligence: twilio("intelligence"),
            vapi: "/webhooks/vapi".into(),
            vapi_booking: "/webhooks/vapi/booking".into(),
            health: "/health".into(),
            ready: "/ready".into(),
        }
    }
}

impl Paths {
    /// The path with which Twilio is to call back: parameters of a pattern such as `/status/{callSid}` are filled.
    fn concrete(path: &str, call: Option<&str>) -> String {
        path.split('/')
            .map(|segment| match segment.starts_with('{') {
                // What is set on a number cannot know the call; the path matches all the same.
                true => call.unwrap_or("call"),
                false => segment,
            })
            .collect::<Vec<_>>()
            .join("/")
    }
}

/// How often and when Twilio is to repeat a callback that is not answered with verbs: three times, when it cannot
/// connect, gets no answer or a server error
/// (<https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides>).
pub(crate) const REPEAT: &str = "rc=3&rp=ct,rt,5xx";

/// Where in a call a document stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) call: &'a str,
    pub(super) tenant: &'a TenantId,
    /// Counts the documents of a call, so that the same question asked later is another question.
    pub(super) step: u32,
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

    /// Where Vapi reaches the desk: the server URL of assistants and tools.
    #[must_use]
    pub fn vapi(&self) -> String {
        self.url(&self.paths.vapi, None, &[])
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
        repeated(self.url(&self.paths.status, None, &[]))
    }

    /// Where incoming texts are told: to be set on the number.
    #[must_use]
    pub fn messages(&self) -> String {
        repeated(self.url(&self.paths.messages, None, &[]))
    }

    /// Where the end of a caller ID's verification is told.
    #[must_use]
    pub fn caller_id(&self) -> String {
        repeated(self.url(&self.paths.caller_id, None, &[]))
    }

    /// Where it is told that a transcript is ready: to be set on the Conversational Intelligence service. With a
    /// secret where Twilio does not sign the notice.
    #[must_use]
    pub fn intelligence(&self, secret: Option<&crate::Secret>) -> String {
        let path = &self.paths.intelligence;
        match secret {
            Some(secret) => self.url(&format!("{path}/{}", secret.expose()), None, &[]),
            None => self.url(path, None, &[]),
        }
    }

    /// The parameters with which every URL of a call's next webhook says whose call it is and how far it has come.
    fn place<'a>(place: &'a Place<'_>, step: &'a str) -> [(&'static str, &'a str); 2] {
        [("tenant", place.tenant.as_str()), ("step", step)]
    }

    pub(super) fn menu(&self, place: &Place<'_>, attempt: u32) -> String {
        let (step, attempt) = (place.step.to_string(), attempt.to_string());
        let [tenant, step] = Self::place(place, &step);
        self.url(&self.paths.menu, Some(place.call), &[("attempt", &attempt), tenant, step])
    }

    pub(super) fn dial(&self, place: &Place<'_>, cursor: &Cursor) -> String {
        let (ladder, leg, step) = (cursor.ladder.to_string(), cursor.leg.to_string(), place.step.to_string());
        let [tenant, step] = Self::place(place, &step);
        self.url(&self.paths.dial, Some(place.call), &[("ladder", &ladder), ("leg", &leg), tenant, step])
    }

    pub(super) fn voicemail(&self, place: &Place<'_>) -> String {
        let step = place.step.to_string();
        self.url(&self.paths.voicemail, Some(place.call), &Self::place(place, &step))
    }

    pub(super) fn recording(&self, place: &Place<'_>, kind: &str) -> String {
        repeated(self.url(
            &self.paths.recording,
            Some(place.call),
            &[("tenant", place.tenant.as_str()), ("kind", kind)],
        ))
    }

    pub(super) fn transcription(&self, place: &Place<'_>) -> String {
        repeated(self.url(&self.paths.transcription, Some(place.call), &[("tenant", place.tenant.as_str())]))
    }

    /// Where news of a text we send are told. The signature covers the query, so that it names the text for sure.
    #[must_use]
    pub fn message_status(&self, tenant: &TenantId, message: &MessageId) -> Option<Url> {
        let query = [("tenant", tenant.as_str()), ("message", message.as_str())];
        Url::parse(&repeated(self.url(&self.paths.messages_status, Some(message.as_str()), &query))).ok()
    }
}

fn repeated(mut url: String) -> String {
    url.push('#');
    url.push_str(REPEAT);
    url
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
        let place = Place { call: "CA1", tenant: &tenant, step: 2 };
        assert_eq!(
            callbacks.recording(&place, "dial"),
            "https://example.com/desk/webhooks/twilio/voice/recording?tenant=a%26b%3Dc&kind=dial#rc=3&rp=ct,rt,5xx"
        );
        assert_eq!(
            callbacks.menu(&place, 1),
            "https://example.com/desk/webhooks/twilio/voice/menu?attempt=1&tenant=a%26b%3Dc&step=2"
        );
        assert_eq!(callbacks.status(), "https://example.com/desk/call/status/call#rc=3&rp=ct,rt,5xx");
        assert_eq!(
            callbacks.url("/call/status/{callSid}", Some("CA1"), &[]),
            "https://example.com/desk/call/status/CA1"
        );
    }
}
