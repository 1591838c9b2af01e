//! Texts: what is refused, how they fare, and those that come in.

use http::Method;

use super::callback::{Job, Reply};
use super::script::Run;
use super::state::{Behaviour, SentText, StoredMessage};
use super::transcript::{Entry, Transcript};
use super::{Core, xml_root};
use crate::address::Address;
use crate::phone::E164;

/// A refusal in Twilio's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) code: u32,
    pub(super) message: String,
}

impl Refusal {
    pub(super) fn new(status: u16, code: u32, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }
}

/// What a text is to be.
#[derive(Debug, Clone, Default)]
pub(super) struct Draft {
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
    pub(super) body: Option<String>,
    pub(super) media: Vec<String>,
    pub(super) service: Option<String>,
    pub(super) content: Option<String>,
    pub(super) status_callback: Option<String>,
    pub(super) scheduled: bool,
}

/// In which order statuses come, to tell what a late callback may not undo.
const PROGRESS: [&str; 8] =
    ["accepted", "scheduled", "queued", "sending", "sent", "failed", "undelivered", "delivered"];

impl Core {
    /// Takes a text, or refuses it as Twilio would (<https://www.twilio.com/docs/api/errors>).
    pub(super) fn send(&self, draft: Draft, direction: &'static str) -> Result<String, Refusal> {
        let refuse = |code, message: String| Err(Refusal::new(400, code, message));
        let Some(to) = draft.to.filter(|to| !to.is_empty()) else {
            return refuse(21604, "A 'To' phone number is required.".into());
        };
        let (Address::Phone(recipient) | Address::WhatsApp(recipient)) = Address::from(to.as_str()) else {
            return refuse(21211, format!("Invalid 'To' Phone Number: {to}"));
        };
        let from = match (&draft.from, &draft.service) {
            (Some(from), _) if !from.is_empty() => from.clone(),
            (_, Some(_)) => self.lock().numbers.keys().next().map(|n| n.as_str().to_owned()).unwrap_or_default(),
            _ => return refuse(21603, "A 'From' phone number is required.".into()),
        };
        let known_form = matches!(
            Address::from(from.as_str()),
            Address::Phone(_) | Address::WhatsApp(_) | Address::ShortCode(_) | Address::Rcs(_)
        );
        let alphanumeric = from.len() <= 11
            && from.chars().any(|c| c.is_ascii_alphabetic())
            && from.chars().all(|c| c.is_ascii_alphanumeric() || c == ' ');
        if !known_form && !alphanumeric {
            return refuse(
                21212,
                format!("The 'From' number {from} is not a valid phone number, shortcode, or alphanumeric sender ID."),
            );
        }
        if to == from {
            return refuse(21266, "'To' and 'From' number cannot be the same".into());
        }
        let body = draft.body.unwrap_or_default();
        if body.is_empty() && draft.media.is_empty() && draft.content.is_none() {
            return refuse(21602, "Message body is required.".into());
        }
        if body.chars().count() > 1600 {
            return refuse(21617, "The concatenated message body exceeds the 1600 character limit".into());
        }
        let bare_from = from.strip_prefix("whatsapp:").unwrap_or(&from).to_owned();
        let mut state = self.lock();
        if !state.owns(&bare_from) {
            return refuse(
                21606,
                format!(
                    "The From phone number {from} is not a valid, SMS-capable inbound phone number or short code for your account."
                ),
            );
        }
        let behaviour = state.recipients.get(recipient.as_str()).cloned().unwrap_or(Behaviour::Delivered);
        let stopped = state.opted_out.contains(&(bare_from, recipient.as_str().to_owned()));
        if behaviour == Behaviour::OptedOut || stopped {
            return refuse(21610, "Attempt to send to unsubscribed recipient".into());
        }
        if behaviour == Behaviour::Landline {
            return refuse(21614, format!("To number: {to}, is not a mobile number"));
        }
        if state.trial.as_ref().is_some_and(|verified| !verified.contains(&recipient)) {
            return refuse(
                21608,
                format!(
                    "The number {to} is unverified. Trial accounts cannot send messages to unverified numbers; verify {to} at twilio.com/user/account/phone-numbers/verified, or purchase a Twilio number to send messages to unverified numbers"
                ),
            );
        }
        let now = self.0.clock.now();
        let (key, sid) = state.sid(if draft.media.is_empty() { "SM" } else { "MM" });
        let status = match (draft.scheduled, &draft.service) {
            (true, _) => "scheduled",
            (_, Some(_)) => "accepted",
            _ => "queued",
        };
        let text = SentText {
            sid: sid.clone(),
            from: from.clone(),
            to: to.clone(),
            body,
            status: status.into(),
            error_code: None,
        };
        let stored = StoredMessage {
            text,
            direction,
            media: draft.media,
            service: draft.service,
            created: now,
            updated: now,
            sent: None,
        };
        state.messages.insert(key, stored);
        drop(state);
        if !draft.scheduled {
            self.fare(&sid, &from, &to, &behaviour, draft.status_callback.as_deref());
        }
        Ok(sid)
    }

    /// Schedules what becomes of a text. There is no callback for the initial status.
    fn fare(&self, sid: &str, from: &str, to: &str, behaviour: &Behaviour, callback: Option<&str>) {
        let (statuses, code): (&[&str], _) = match behaviour {
            Behaviour::Undelivered(code) => (&["sent", "undelivered"], Some(*code)),
            Behaviour::Failed(code) => (&["failed"], Some(*code)),
            Behaviour::Silent => (&["sent"], None),
            _ => (&["sent", "delivered"], None),
        };
        if let (Some(code), Some(message)) = (code, self.lock().message(sid)) {
            message.text.error_code = Some(code);
        }
        let Some(url) = callback else {
            // Without callbacks the text fares all the same.
            if let Some(last) = statuses.last() {
                self.progress(sid, last);
            }
            return;
        };
        let jobs = statuses.iter().map(|status| {
            let mut parameters = vec![
                ("SmsSid", sid.to_owned()),
                ("SmsStatus", (*status).to_owned()),
                ("MessageStatus", (*status).to_owned()),
                ("To", to.to_owned()),
                ("MessageSid", sid.to_owned()),
                ("AccountSid", self.0.account.to_string()),
                ("From", from.to_owned()),
                ("ApiVersion", "2010-04-01".to_owned()),
            ];
            if matches!(*status, "failed" | "undelivered") {
                parameters.extend(code.map(|code| ("ErrorCode", code.to_string())));
            }
            Job {
                url: url.to_owned(),
                method: Method::POST,
                parameters: parameters.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
                progress: Some((sid.to_owned(), (*status).to_owned())),
                json: None,
            }
        });
        self.schedule(jobs.collect());
    }

    /// A text reaches a status, unless it is further already.
    pub(super) fn progress(&self, sid: &str, status: &str) {
        let now = self.0.clock.now();
        let rank = |status: &str| PROGRESS.iter().position(|known| *known == status);
        let mut state = self.lock();
        let Some(message) = state.message(sid) else { return };
        if rank(status) > rank(&message.text.status) {
            message.text.status = status.to_owned();
            message.updated = now;
            if message.sent.is_none() && status != "failed" {
                message.sent = Some(now);
            }
        }
    }

    /// Somebody texts one of the account's numbers.
    pub(super) async fn receive(&self, from: String, to: E164, body: String) -> Transcript {
        let now = self.0.clock.now();
        let (sid, url) = {
            let mut state = self.lock();
            let (key, sid) = state.sid("SM");
            let pair = (to.as_str().to_owned(), from.clone());
            match body.trim().to_ascii_uppercase().as_str() {
                "STOP" | "STOPALL" | "UNSUBSCRIBE" | "CANCEL" | "END" | "QUIT" => {
                    state.opted_out.insert(pair);
                }
                "START" | "YES" | "UNSTOP" => {
                    state.opted_out.remove(&pair);
                }
                _ => {}
            }
            let text = SentText {
                sid: sid.clone(),
                from: from.clone(),
                to: to.as_str().to_owned(),
                body: body.clone(),
                status: "received".into(),
                error_code: None,
            };
            let stored = StoredMessage {
                text,
                direction: "inbound",
                media: Vec::new(),
                service: None,
                created: now,
                updated: now,
                sent: Some(now),
            };
            state.messages.insert(key, stored);
            (sid, state.numbers.get(&to).and_then(|settings| settings.sms_url.clone()))
        };
        let mut transcript = Transcript::new(sid.clone(), from.clone(), to.as_str().to_owned());
        let Some(url) = url else {
            transcript.push(Entry::Error(format!("{to} has no URL for texts")));
            return transcript;
        };
        let parameters = [
            ("ToCountry", "US".to_owned()),
            ("SmsMessageSid", sid.clone()),
            ("NumMedia", "0".to_owned()),
            ("SmsSid", sid.clone()),
            ("SmsStatus", "received".to_owned()),
            ("Body", body),
            ("FromCountry", "US".to_owned()),
            ("To", to.as_str().to_owned()),
            ("NumSegments", "1".to_owned()),
            ("MessageSid", sid),
            ("AccountSid", self.0.account.to_string()),
            ("From", from.clone()),
            ("ApiVersion", "2010-04-01".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value));
        match self.ask(&url, &Method::POST, &parameters).await {
            Ok(Reply { status, body, .. }) => {
                transcript.push(Entry::Asked { url, status });
                if (200..300).contains(&status) && !body.trim().is_empty() {
                    self.answer_text(&body, &from, &to, &mut transcript);
                }
            }
            Err(error) => transcript.push(Entry::Error(error)),
        }
        transcript
    }

    /// Carries out the answer to a text.
    fn answer_text(&self, body: &str, from: &str, to: &E164, transcript: &mut Transcript) {
        let root = match xml_root(body) {
            Ok(root) => root,
            Err(error) => return transcript.push(Entry::Error(error)),
        };
        transcript.push(Entry::Twiml(body.to_owned()));
        for verb in &root.children {
            match verb.name.as_str() {
                "Message" | "Sms" => {
                    let part = |name: &str| verb.children.iter().find(|child| child.name == name);
                    let draft = Draft {
                        from: Some(verb.attribute("from").unwrap_or(to.as_str()).to_owned()),
                        to: Some(verb.attribute("to").unwrap_or(from).to_owned()),
                        body: Some(part("Body").map_or(verb.text.trim(), |body| body.text.trim()).to_owned()),
                        media: part("Media").map(|media| media.text.clone()).into_iter().collect(),
                        status_callback: verb.attribute("statusCallback").map(ToOwned::to_owned),
                        ..Draft::default()
                    };
                    Run::texted(self, draft, "outbound-reply", transcript);
                }
                other => transcript.push(Entry::Error(format!("<{other}> is not carried out here"))),
            }
        }
    }
}
