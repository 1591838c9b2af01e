//! Carries out the TwiML of a call.

use http::Method;

use super::callback::{Job, Reply};
use super::message::Draft;
use super::script::{CallScript, Callee, Input, Run};
use super::state::{StoredCall, StoredRecording};
use super::transcript::{Entry, Transcript};
use super::xml_root;
use crate::sim::xml::Node;

/// After this many documents a call is taken to run in circles.
const MOST_DOCUMENTS: u32 = 50;

/// What follows a verb.
enum Next {
    /// The next verb of the same document.
    Verb,
    /// Another document.
    Document { url: String, method: Method, extra: Vec<(String, String)> },
    /// The host is told, but nobody is there any more to whom the answer could be said.
    Tell { url: String, method: Method, extra: Vec<(String, String)> },
    /// Nothing: the call is over.
    End,
}

impl Next {
    fn first(url: String) -> Self {
        Self::Document { url, method: Method::POST, extra: Vec::new() }
    }
}

impl Run {
    /// Somebody calls one of the account's numbers.
    pub(super) async fn inbound(script: CallScript) -> Transcript {
        let core = script.core.clone();
        let (from, to) = (script.from.clone(), script.to.as_str().to_owned());
        let settings = core.lock().numbers.get(&script.to).cloned();
        let sid = core.register(&from, &to, "inbound", None);
        let mut run = Self {
            transcript: Transcript::new(sid, from, to),
            core,
            script,
            status: "ringing",
            seconds: 0,
            fetches: 0,
            gone: false,
            direction: "inbound",
        };
        match settings.as_ref().and_then(|settings| settings.voice_url.clone()) {
            Some(url) => {
                let fallback = settings.as_ref().and_then(|settings| settings.voice_fallback_url.clone());
                run.follow(Next::first(url), fallback).await;
            }
            None => run.fail("the number has no voice URL".into()),
        }
        run.finish(settings.and_then(|settings| settings.status_callback))
    }

    /// Somebody is called through the API; `twiml` or `url` says what they hear.
    pub(super) async fn outbound(script: CallScript, sid: String, url: Option<String>, twiml: Option<String>) {
        let core = script.core.clone();
        let (from, to) = (script.from.clone(), script.to.as_str().to_owned());
        let mut run = Self {
            transcript: Transcript::new(sid, from, to),
            core,
            script,
            status: "in-progress",
            seconds: 0,
            fetches: 0,
            gone: false,
            direction: "outbound-api",
        };
        match (url, twiml) {
            (_, Some(twiml)) => {
                let next = run.document(&twiml, "").await;
                run.follow(next, None).await;
            }
            (Some(url), None) => run.follow(Next::first(url), None).await,
            (None, None) => {}
        }
        run.finish(None);
    }

    /// Asks for documents and carries them out until the call is over.
    async fn follow(&mut self, mut next: Next, mut fallback: Option<String>) {
        loop {
            let (url, method, extra) = match next {
                Next::Document { url, method, extra } => (url, method, extra),
                Next::Tell { url, method, extra } => {
                    match self.fetch(&url, &method, &extra).await {
                        Ok(body) => self.transcript.push(Entry::Twiml(body)),
                        Err(error) => self.transcript.push(Entry::Error(error)),
                    }
                    return;
                }
                Next::Verb | Next::End => return,
            };
            self.fetches += 1;
            if self.fetches > MOST_DOCUMENTS {
                return self.fail(format!("the call runs in circles: {MOST_DOCUMENTS} documents were asked for"));
            }
            next = match self.fetch(&url, &method, &extra).await {
                Ok(body) => self.document(&body, &url).await,
                Err(error) if self.gone => {
                    self.transcript.push(Entry::Error(error));
                    return;
                }
                Err(error) => {
                    let code = error.split(' ').next().unwrap_or_default().to_owned();
                    self.transcript.push(Entry::Error(error));
                    match fallback.take() {
                        Some(other) => Next::Document {
                            url: other,
                            method: Method::POST,
                            extra: vec![("ErrorCode".into(), code), ("ErrorUrl".into(), url)],
                        },
                        None => return self.fail("an application error has occurred".into()),
                    }
                }
            };
        }
    }

    /// The caller hears Twilio's own apology.
    fn fail(&mut self, why: String) {
        self.transcript.push(Entry::Error(why));
        self.transcript.push(Entry::HungUp);
        if self.status == "ringing" {
            self.status = "failed";
        } else {
            self.status = "completed";
        }
    }

    fn parameters(&self) -> Vec<(String, String)> {
        let transcript = &self.transcript;
        [
            ("AccountSid", self.core.0.account.to_string()),
            ("ApiVersion", "2010-04-01".into()),
            ("CallSid", transcript.sid.clone()),
            ("CallStatus", self.status.into()),
            ("Called", transcript.to.clone()),
            ("CalledCity", String::new()),
            ("CalledCountry", "US".into()),
            ("CalledState", "CA".into()),
            ("CalledZip", String::new()),
            ("Caller", transcript.from.clone()),
            ("CallerCity", "SAN FRANCISCO".into()),
            ("CallerCountry", "US".into()),
            ("CallerState", "CA".into()),
            ("CallerZip", "94103".into()),
            ("Direction", self.direction.into()),
            ("From", transcript.from.clone()),
            ("FromCity", "SAN FRANCISCO".into()),
            ("FromCountry", "US".into()),
            ("FromState", "CA".into()),
            ("FromZip", "94103".into()),
            ("To", transcript.to.clone()),
            ("ToCity", String::new()),
            ("ToCountry", "US".into()),
            ("ToState", "CA".into()),
            ("ToZip", String::new()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    async fn fetch(&mut self, url: &str, method: &Method, extra: &[(String, String)]) -> Result<String, String> {
        let mut parameters = self.parameters();
        parameters.extend_from_slice(extra);
        let reply = self.core.ask(url, method, &parameters).await?;
        let repeat = self.core.lock().repeat;
        if repeat && self.core.ask(url, method, &parameters).await? != reply {
            self.transcript.push(Entry::Error(format!("the same request got another answer at {url}")));
        }
        let Reply { status, content_type, body } = reply;
        self.transcript.push(Entry::Asked { url: url.to_owned(), status });
        let is_xml = ["text/xml", "application/xml", "text/html"].iter().any(|known| content_type.starts_with(known));
        match status {
            200..=299 if body.len() > 64 * 1024 => Err("11750 TwiML response body too large".into()),
            200..=299 if body.trim().is_empty() => Ok(body),
            200..=299 if !is_xml => Err(format!("12300 invalid Content-Type {content_type}")),
            200..=299 => match xml_root(&body) {
                Ok(_) => Ok(body),
                Err(error) => Err(error),
            },
            other => Err(format!("11200 HTTP status {other} at {url}")),
        }
    }

    /// Carries out one document.
    async fn document(&mut self, xml: &str, url: &str) -> Next {
        if xml.trim().is_empty() {
            self.hang_up();
            return Next::End;
        }
        let root = match xml_root(xml) {
            Ok(root) => root,
            Err(error) => {
                self.fail(error);
                return Next::End;
            }
        };
        self.transcript.push(Entry::Twiml(xml.to_owned()));
        for verb in &root.children {
            match self.verb(verb, url).await {
                Next::Verb => {}
                other => return other,
            }
        }
        // Twilio hangs up when a document has no more verbs.
        self.hang_up();
        Next::End
    }

    fn hang_up(&mut self) {
        self.transcript.push(Entry::HungUp);
        self.status = "completed";
    }

    async fn verb(&mut self, verb: &Node, url: &str) -> Next {
        if verb.name != "Reject" && self.status == "ringing" {
            self.status = "in-progress";
        }
        match verb.name.as_str() {
            "Say" | "Play" | "Pause" => {
                self.speak(verb);
                Next::Verb
            }
            "Gather" => self.gather(verb, url),
            "Dial" => self.dial(verb, url).await,
            "Record" => self.record(verb, url),
            "Redirect" => Next::Document {
                url: absolute(verb.text.trim(), url),
                method: method(verb, "method"),
                extra: Vec::new(),
            },
            "Reject" => {
                self.transcript.push(Entry::Rejected);
                self.status = if verb.attribute("reason") == Some("busy") { "busy" } else { "no-answer" };
                Next::End
            }
            "Hangup" => {
                self.hang_up();
                Next::End
            }
            "Sms" | "Message" => {
                let draft = Draft {
                    from: Some(verb.attribute("from").unwrap_or(&self.transcript.to).to_owned()),
                    to: Some(verb.attribute("to").unwrap_or(&self.transcript.from).to_owned()),
                    body: Some(verb.text.trim().to_owned()),
                    status_callback: verb.attribute("statusCallback").map(|callback| absolute(callback, url)),
                    ..Draft::default()
                };
                let core = self.core.clone();
                Self::texted(&core, draft, "outbound-call", &mut self.transcript);
                Next::Verb
            }
            "Enqueue" | "Leave" | "Start" | "Stop" | "Connect" => {
                self.transcript.push(Entry::Noted(verb.name.clone()));
                Next::Verb
            }
            other => {
                self.transcript.push(Entry::Error(format!("12200 <{other}> is not carried out here")));
                Next::Verb
            }
        }
    }

    fn speak(&mut self, verb: &Node) {
        match verb.name.as_str() {
            "Say" => {
                let mut words = verb.text.trim().to_owned();
                for child in &verb.children {
                    words.push_str(child.text.trim());
                }
                self.seconds += 2;
                self.transcript.push(Entry::Said(words));
            }
            "Play" => {
                self.seconds += 2;
                let what = verb.attribute("digits").unwrap_or_else(|| verb.text.trim()).to_owned();
                self.transcript.push(Entry::Played(what));
            }
            _ => {
                let length = verb.attribute("length").and_then(|length| length.parse().ok()).unwrap_or(1);
                self.seconds += length;
                self.transcript.push(Entry::Paused(length));
            }
        }
    }

    fn gather(&mut self, verb: &Node, url: &str) -> Next {
        for child in &verb.children {
            self.speak(child);
        }
        let action = absolute(verb.attribute("action").unwrap_or_default(), url);
        let mut extra = vec![("msg".to_owned(), "Gather End".to_owned())];
        match self.script.inputs.pop_front().unwrap_or(Input::Silence) {
            Input::Keys(keys) => {
                self.transcript.push(Entry::Pressed(keys.clone()));
                let finish = verb.attribute("finishOnKey").unwrap_or("#");
                let most = verb.attribute("numDigits").and_then(|most| most.parse().ok()).unwrap_or(usize::MAX);
                let typed: String = keys.chars().take_while(|key| !finish.contains(*key)).take(most).collect();
                extra.push(("Digits".into(), typed));
                extra.push(("FinishedOnKey".into(), String::new()));
            }
            Input::Speech(words) if verb.attribute("input").is_some_and(|input| input.contains("speech")) => {
                self.transcript.push(Entry::Spoke(words.clone()));
                extra.push(("SpeechResult".into(), words));
                extra.push(("Confidence".into(), "0.91".into()));
            }
            Input::HangUp => {
                self.leave();
                return Next::End;
            }
            _ => {
                self.transcript.push(Entry::Silence);
                self.seconds += verb.attribute("timeout").and_then(|timeout| timeout.parse().ok()).unwrap_or(5);
                if !verb.is_true("actionOnEmptyResult") {
                    return Next::Verb;
                }
                extra.push(("Digits".into(), String::new()));
            }
        }
        Next::Document { url: action, method: method(verb, "method"), extra }
    }

    async fn dial(&mut self, verb: &Node, url: &str) -> Next {
        let mut targets: Vec<(String, Option<&Node>)> = Vec::new();
        if !verb.text.trim().is_empty() {
            targets.push((verb.text.trim().to_owned(), None));
        }
        for noun in &verb.children {
            match noun.name.as_str() {
                "Number" | "Sip" => targets.push((noun.text.trim().to_owned(), Some(noun))),
                "Client" => targets.push((format!("client:{}", noun.text.trim()), Some(noun))),
                other => {
                    self.transcript.push(Entry::Error(format!("12200 <{other}> is not carried out here")));
                }
            }
        }
        if let Some(caller_id) = verb.attribute("callerId")
            && !self.core.lock().owns(caller_id)
            && caller_id != self.transcript.from
        {
            self.fail(format!("13214 {caller_id} is not a caller ID of the account"));
            return Next::End;
        }
        let timeout = verb.attribute("timeout").and_then(|timeout| timeout.parse().ok()).unwrap_or(30);
        let behaviour = |target: &str| self.script.callees.get(target).copied().unwrap_or(self.script.others);
        let found: Vec<_> = targets.iter().map(|(target, noun)| (target.clone(), *noun, behaviour(target))).collect();
        let rank = |callee: Callee| match callee {
            Callee::Answers(_) | Callee::CallerEnds(_) => 0,
            Callee::CallerHangsUp => 1,
            Callee::NoAnswer => 2,
            Callee::Busy => 3,
            Callee::Fails => 4,
        };
        let Some((_, noun, best)) = found.iter().min_by_key(|(_, _, callee)| rank(*callee)).cloned() else {
            self.transcript.push(Entry::Error("13201 nobody to dial".into()));
            return Next::Verb;
        };
        let (mut child, mut taken) = (String::new(), false);
        for (target, _, callee) in &found {
            // Who answers first takes the call.
            let won = !taken && matches!(best, Callee::Answers(_) | Callee::CallerEnds(_)) && *callee == best;
            taken |= won;
            let status = match (won, callee) {
                (true, _) => "completed",
                (false, Callee::Answers(_) | Callee::CallerEnds(_)) => "canceled",
                (false, other) => other.status(),
            };
            let parent = self.transcript.sid.clone();
            let sid = self.core.register(&self.transcript.from, target, "outbound-dial", Some(parent));
            self.core.end_call(&sid, status, None);
            if child.is_empty() || won {
                child = sid;
            }
            self.transcript.push(Entry::Dialled { target: target.clone(), status: status.into() });
        }
        let mut extra =
            vec![("DialCallStatus".to_owned(), best.status().to_owned()), ("DialCallSid".into(), child.clone())];
        match best {
            Callee::Answers(seconds) | Callee::CallerEnds(seconds) => {
                if matches!(best, Callee::CallerEnds(_)) {
                    self.leave();
                }
                if let Some(whisper) = noun.and_then(|noun| noun.attribute("url").map(|link| (noun, link))) {
                    self.whisper(whisper.0, &absolute(whisper.1, url), &child).await;
                }
                self.seconds += seconds;
                extra.push(("DialCallDuration".into(), seconds.to_string()));
                extra.push(("DialBridged".into(), "true".into()));
                if verb.attribute("record").is_some_and(|record| record != "do-not-record" && record != "false") {
                    let callback = verb.attribute("recordingStatusCallback").map(|callback| absolute(callback, url));
                    let (sid, link) = self.recorded(seconds, "DialVerb", 2, callback);
                    extra.push(("RecordingUrl".into(), link));
                    extra.push(("RecordingSid".into(), sid));
                }
            }
            Callee::CallerHangsUp => {
                self.leave();
                extra.push(("DialBridged".into(), "false".into()));
            }
            _ => {
                self.seconds += timeout;
                extra.push(("DialBridged".into(), "false".into()));
            }
        }
        match verb.attribute("action") {
            Some(action) => self.next(absolute(action, url), method(verb, "method"), extra),
            None if self.gone => Next::End,
            None => Next::Verb,
        }
    }

    /// The called party hears a document before the two are connected.
    async fn whisper(&mut self, noun: &Node, url: &str, child: &str) {
        let mut parameters = self.parameters();
        for (name, value) in &mut parameters {
            match name.as_str() {
                "CallSid" => child.clone_into(value),
                "Direction" => "outbound-dial".clone_into(value),
                _ => {}
            }
        }
        parameters.push(("ParentCallSid".into(), self.transcript.sid.clone()));
        match self.core.ask(url, &method(noun, "method"), &parameters).await {
            Ok(Reply { status: status @ 200..=299, body, .. }) => {
                self.transcript.push(Entry::Asked { url: url.to_owned(), status });
                match xml_root(&body) {
                    Ok(root) => {
                        self.transcript.push(Entry::Twiml(body));
                        root.children.iter().filter(|verb| verb.name == "Say").for_each(|verb| self.speak(verb));
                    }
                    Err(error) => self.transcript.push(Entry::Error(error)),
                }
            }
            Ok(Reply { status, .. }) => {
                self.transcript.push(Entry::Error(format!("11200 HTTP status {status} at {url}")))
            }
            Err(error) => self.transcript.push(Entry::Error(error)),
        }
    }

    fn record(&mut self, verb: &Node, url: &str) -> Next {
        let input = self.script.inputs.pop_front().unwrap_or(Input::Silence);
        let seconds = match input {
            Input::Message(seconds) => seconds,
            Input::MessageAndHangUp(seconds) => {
                self.leave();
                seconds
            }
            Input::HangUp => {
                self.leave();
                return Next::End;
            }
            _ => {
                self.transcript.push(Entry::Silence);
                return Next::Verb;
            }
        };
        let most = verb.attribute("maxLength").and_then(|most| most.parse().ok()).unwrap_or(3600);
        let seconds = seconds.min(most);
        self.seconds += seconds;
        let callback = verb.attribute("recordingStatusCallback").map(|callback| absolute(callback, url));
        let (sid, link) = self.recorded(seconds, "RecordVerb", 1, callback);
        if verb.is_true("transcribe")
            && let Some(callback) = verb.attribute("transcribeCallback")
        {
            let mut parameters = self.parameters();
            let (_, transcription) = self.core.lock().sid("TR");
            parameters.extend(
                [
                    ("TranscriptionSid", transcription),
                    ("TranscriptionText", "Hello, please call me back.".into()),
                    ("TranscriptionStatus", "completed".into()),
                    ("TranscriptionType", "fast".into()),
                    ("RecordingSid", sid.clone()),
                    ("RecordingUrl", link.clone()),
                ]
                .map(|(name, value): (&str, String)| (name.to_owned(), value)),
            );
            let url = absolute(callback, url);
            self.core.schedule(vec![Job::form(url, parameters)]);
        }
        let extra = vec![
            ("RecordingUrl".to_owned(), link),
            ("RecordingSid".to_owned(), sid),
            ("RecordingDuration".to_owned(), seconds.to_string()),
            ("Digits".to_owned(), if self.gone { "hangup" } else { "#" }.to_owned()),
        ];
        let action = absolute(verb.attribute("action").unwrap_or_default(), url);
        self.next(action, method(verb, "method"), extra)
    }

    /// The caller hangs up.
    fn leave(&mut self) {
        self.transcript.push(Entry::CallerHungUp);
        self.status = "completed";
        self.gone = true;
    }

    /// What follows a verb with an action: its document, or only the news of it when nobody is there any more.
    fn next(&self, url: String, method: Method, extra: Vec<(String, String)>) -> Next {
        if self.gone { Next::Tell { url, method, extra } } else { Next::Document { url, method, extra } }
    }

    /// Makes a recording and schedules its callback.
    fn recorded(&mut self, seconds: u32, source: &str, channels: u32, callback: Option<String>) -> (String, String) {
        let sid = {
            let mut state = self.core.lock();
            let (_, sid) = state.sid("RE");
            let recording = StoredRecording {
                sid: sid.clone(),
                call: self.transcript.sid.clone(),
                seconds,
                channels,
                source: source.to_owned(),
                created: self.core.0.clock.now(),
            };
            state.recordings.insert(sid.clone(), recording);
            sid
        };
        let link = format!("https://api.twilio.com/2010-04-01/Accounts/{}/Recordings/{sid}", self.core.0.account);
        self.transcript.push(Entry::Recorded { sid: sid.clone(), seconds });
        if let Some(url) = callback {
            let parameters = [
                ("AccountSid", self.core.0.account.to_string()),
                ("CallSid", self.transcript.sid.clone()),
                ("RecordingSid", sid.clone()),
                ("RecordingUrl", link.clone()),
                ("RecordingStatus", "completed".into()),
                ("RecordingDuration", seconds.to_string()),
                ("RecordingChannels", channels.to_string()),
                ("RecordingStartTime", self.core.0.clock.now().to_rfc2822()),
                ("RecordingSource", source.into()),
                ("RecordingTrack", "both".into()),
                ("ErrorCode", "0".into()),
            ]
            .map(|(name, value)| (name.to_owned(), value))
            .into();
            self.core.schedule(vec![Job::form(url, parameters)]);
        }
        (sid, link)
    }

    /// Notes the end and tells it.
    fn finish(mut self, status_callback: Option<String>) -> Transcript {
        let seconds = if self.status == "completed" { self.seconds.max(1) } else { 0 };
        self.core.end_call(&self.transcript.sid, self.status, Some(seconds));
        self.transcript.status = Some(self.status.to_owned());
        if let Some(url) = status_callback {
            let mut parameters = self.parameters();
            parameters.extend(
                [
                    ("CallDuration", seconds.to_string()),
                    ("Duration", seconds.div_ceil(60).to_string()),
                    ("Timestamp", self.core.0.clock.now().to_rfc2822()),
                    ("SequenceNumber", "0".into()),
                    ("CallbackSource", "call-progress-events".into()),
                    ("SipResponseCode", if self.status == "completed" { "200" } else { "487" }.into()),
                ]
                .map(|(name, value): (&str, String)| (name.to_owned(), value)),
            );
            self.core.schedule(vec![Job::form(url, parameters)]);
        }
        self.transcript
    }
}

impl super::Core {
    /// Notes a new call and names it.
    pub(super) fn register(&self, from: &str, to: &str, direction: &'static str, parent: Option<String>) -> String {
        let created = self.0.clock.now();
        let mut state = self.lock();
        let (key, sid) = state.sid("CA");
        let call = StoredCall {
            sid: sid.clone(),
            parent,
            from: from.to_owned(),
            to: to.to_owned(),
            direction,
            status: "ringing".into(),
            duration: None,
            created,
            ended: None,
        };
        state.calls.insert(key, call);
        sid
    }

    pub(super) fn end_call(&self, sid: &str, status: &str, seconds: Option<u32>) {
        let ended = self.0.clock.now();
        if let Some(call) = self.lock().call(sid) {
            status.clone_into(&mut call.status);
            (call.duration, call.ended) = (seconds, Some(ended));
        }
    }
}

fn method(node: &Node, attribute: &str) -> Method {
    match node.attribute(attribute) {
        Some(method) if method.eq_ignore_ascii_case("GET") => Method::GET,
        _ => Method::POST,
    }
}

/// A URL of a document, which may be relative to the document's own; empty means the document itself.
fn absolute(link: &str, base: &str) -> String {
    match url::Url::parse(base).and_then(|base| base.join(link)) {
        // What the host wrote is kept as it is written: the signature is over these very bytes.
        Ok(_) if link.contains("://") => link.to_owned(),
        Ok(joined) => joined.into(),
        Err(_) => link.to_owned(),
    }
}
