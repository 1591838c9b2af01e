use std::collections::{BTreeMap, BTreeSet};

use frontdesk::twiml::{
    Body, Client, Conference, Custom, Dial, Enqueue, Gather, Media, Message, MessagingResponse, Number, Pause, Play,
    Queue, Record, Redirect, Reject, Say, Sip, Sms, Task, VoiceResponse, ssml,
};
use quick_xml::events::{BytesStart, Event};
use serde_json::Value;

use crate::specs::{say, spec};

/// The form in which two documents can be compared: no declaration, attributes sorted, no empty-element tags.
fn canonical(xml: &str) -> String {
    fn open(start: &BytesStart<'_>, out: &mut String) {
        let attributes: BTreeMap<String, String> = start
            .attributes()
            .map(|attribute| attribute.unwrap())
            .map(|attribute| {
                let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).unwrap();
                (attribute.key.0.to_owned(), escape(&value).replace('"', "&quot;"))
            })
            .collect();
        out.push_str(&format!("<{}", start.name().0));
        for (name, value) in attributes {
            out.push_str(&format!(" {name}=\"{value}\""));
        }
        out.push('>');
    }
    fn escape(text: &str) -> String {
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
    }
    let mut reader = quick_xml::Reader::from_str(xml);
    let mut out = String::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => open(&start, &mut out),
            Event::Empty(start) => {
                open(&start, &mut out);
                out.push_str(&format!("</{}>", start.name().0));
            }
            Event::End(end) => out.push_str(&format!("</{}>", end.name().0)),
            Event::Text(text) => out.push_str(&escape(&text)),
            Event::GeneralRef(name) => out.push_str(&format!("&{};", &*name)),
            Event::Eof => return out,
            _ => {}
        }
    }
}

/// The recorded documents in order, built as a user would build them.
fn documents() -> Vec<String> {
    let voice = VoiceResponse::new;
    let messaging = MessagingResponse::new;
    let v = |response: VoiceResponse| response.to_xml().unwrap();
    let m = |response: MessagingResponse| response.to_xml().unwrap();
    let dial = Dial::new;
    let ninja = || Custom::new("Ninja").attribute("sword", "always");
    vec![
        v(voice()),
        v(voice().dial(dial().hangup_on_star(true).timeout(5).method("GET").trim("do-not-trim").text("+18584611234"))),
        v(voice()
            .dial(dial().hangup_on_star(true).sip(Sip::new("sip:url").method("GET").status_callback("www.twilio.ca")))),
        v(voice().dial(dial().hangup_on_star(true).sim("DEaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"))),
        v(voice().enqueue(Enqueue::from("foobar").action("www.twilio.com").method("GET"))),
        v(voice().gather(Gather::new().timeout(5).finish_on_key("abcd").say(Say::new("hello world!").repeat(2)))),
        v(voice().hangup()),
        v(voice().leave()),
        v(voice().pause(Pause::new().length(5))),
        v(voice().play(Play::new("www.twilio.com").repeat(2).digits("123"))),
        v(voice()
            .record(Record::new().transcribe(true).max_length(100).method("GET").transcribe_callback("www.twilio.ca"))),
        v(voice().redirect(Redirect::new("www.twilio.ca").method("GET"))),
        v(voice().reject(Reject::new().reason("busy"))),
        v(voice().say(Say::new("hello world").repeat(2).attribute("lagnauge", "en").voice("man"))),
        v(voice()
            .sms(Sms::new("hello world").to("+11234567890").from("+10987654321").status_callback("www.twilio.ca"))),
        v(voice().enqueue(Enqueue::new().method("POST").task(Task::new("foo").priority(1).timeout(4)))),
        v(voice()
            .dial(dial().timeout(5).number("+11234567890"))
            .reject(Reject::new())
            .redirect("www.twilio.com")
            .pause(Pause::new().length(5))),
        v(voice()
            .dial(dial().number(Number::new("+11234567890").attribute("statusCallbackEvents", "initiated ringing")))),
        v(voice()
            .dial(dial().number(
                Number::new("+11234567890").status_callback("https://example.com?action=getTwiml&param=dial"),
            ))),
        v(voice().push(frontdesk::twiml::Hangup::new().text("extra text"))),
        v(voice().text("before").leave().text("after")),
        v(voice().push(ninja().text("John"))),
        v(voice().dial(dial().text("+10000000000").push(ninja()))),
        v(voice().say(
            Say::new("")
                .say_as(ssml::SayAs::new("Words to speak").interpret_as("spell-out").attribute("role", "yymmdd")),
        )),
        v(voice().say(Say::new("").lang(ssml::Lang::new("Bonjour!").language("fr-FR")))),
        m(messaging().message(Message::new("foobar").to("18885551234").from("18885554321"))),
        m(messaging()
            .message(Message::new("foobar").to("18885551234").from("18885554321"))
            .message(Message::empty().to("11234567890").from("10987654321"))),
        m(messaging().message(Message::empty().body("foobar").media("https://twilio.com"))),
        m(messaging().redirect("https://twilio.com")),
        m(messaging().message(Message::new("Some message").to("+10000000000").from("+11111111111").push(ninja()))),
        m(messaging().text("before").push(Custom::new("Child").text("content")).text("after")),
        v(voice().hangup().leave().sms(Sms::new("twilio sms").to("+11234567890").from("+10987654321"))),
        v(voice().gather(Gather::new().say(Say::new("Hello").voice("man")))),
        v(voice().say("")),
        v(voice().say("Hello World")),
        v(voice().say("nécessaire et d'autres")),
        v(voice().say(Say::new("Hello Monkey").repeat(3))),
        v(voice().say(Say::new("Hello Monkey").language("en-gb"))),
        v(voice().say(Say::new("Hello Monkey").repeat(3).voice("woman"))),
        v(voice().say(Say::new("Hello Monkey").repeat(3).voice("man").language("fr"))),
        v(voice().play("")),
        v(voice().play("http://hellomonkey.mp3")),
        v(voice().play(Play::new("http://hellomonkey.mp3").repeat(3))),
        v(voice().play(Play::new("").digits("w123"))),
        v(voice().record(Record::new())),
        v(voice().record(Record::new().action("example.com").method("GET"))),
        v(voice().record(Record::new().timeout(4).finish_on_key("#").max_length(30))),
        v(voice().record(Record::new().transcribe_callback("example.com"))),
        v(voice().redirect("")),
        v(voice().redirect(Redirect::new("example.com").method("POST"))),
        v(voice().redirect(Redirect::new("example.com?id=34&action=hey").method("POST"))),
        v(voice().reject(Reject::new())),
        v(voice().sms("")),
        v(voice().sms("Hello, World")),
        v(voice().sms(
            Sms::new("Hello, World")
                .to("1231231234")
                .from("3453453456")
                .status_callback("example.com?id=34&action=hey"),
        )),
        v(voice().sms(Sms::new("Hello").method("POST").action("example.com?id=34&action=hey"))),
        v(voice().dial(
            dial().conference(
                Conference::new("TestConferenceAttributes")
                    .beep("false")
                    .wait_url("")
                    .start_conference_on_enter(true)
                    .end_conference_on_exit(true),
            ),
        )),
        v(voice().dial(
            dial().conference(
                Conference::new("TestConferenceMutedAttribute")
                    .beep("false")
                    .muted(true)
                    .wait_url("")
                    .start_conference_on_enter(true)
                    .end_conference_on_exit(true),
            ),
        )),
        v(voice().dial(dial().queue(Queue::new("TestQueueAttribute").url("").method("GET")))),
        v(voice().echo()),
        v(voice().enqueue(
            Enqueue::from("TestEnqueueAttribute").action("act").method("GET").wait_url("wait").wait_url_method("POST"),
        )),
        v(voice().enqueue(Enqueue::new().workflow_sid("123123123").task("{\"account_sid\": \"AC123123123\"}"))),
        v(voice().dial(dial().text("1231231234"))),
        v(voice().dial(dial().sim("123123123"))),
        v(voice().dial(dial().sip("foo@example.com"))),
        v(voice().dial(dial().sip(Sip::new("foo@example.com").username("foo").password("bar")))),
        v(voice().dial(dial().number("1231231234"))),
        v(voice().dial(
            dial().number(
                Number::new("1231231234")
                    .status_callback_event(["initiated", "completed"])
                    .status_callback("http://example.com"),
            ),
        )),
        v(voice().dial(dial().conference("My Room"))),
        v(voice().dial(dial().queue("The Cute Queue"))),
        v(voice().dial(dial().client(Client::new("")))),
        v(voice().dial(dial().client("alice"))),
        v(voice().gather(Gather::new())),
        v(voice().gather(Gather::new().say("Hello"))),
        v(voice().gather(Gather::new().say("Hey").play("hey.mp3").pause(Pause::new()))),
        v(voice().text("No tags!")),
        v(voice().text("before").say("Content").text("after")),
        v(voice()
            .push(Custom::new("alexa").attribute("omnipresent", "true").push(Custom::new("purchase").text("Kindle")))),
        m(messaging().message("Hello").redirect("example.com")),
        m(messaging().message(Message::new("Hello").media(Media::new("example.com")))),
        m(messaging().push(Custom::new("message").attribute("tag", "global").push(Custom::new("bold").text("Hello")))),
        m(messaging().message("Hello")),
        m(messaging().push(Custom::new("Body").text("Hello World"))),
        m(messaging().raw(Body::new("Hello World").to_string()).raw(Media::new("hey.jpg").to_string())),
        m(messaging().redirect("example.com")),
        m(messaging().text("before").push(Custom::new("Body").text("Content")).text("after")),
        Custom::new("TwiML").text("An utf-8 character: ñ").to_string(),
    ]
}

#[test]
fn every_recorded_document_is_reproduced() {
    let Some(vectors) = spec("vectors/twiml_vectors.json") else { return };
    let vectors: Vec<Value> = serde_json::from_str(&vectors).unwrap();
    let built = documents();
    assert_eq!(built.len(), vectors.len());
    let same = built.iter().zip(&vectors).enumerate().filter(|(index, (built, vector))| {
        assert_eq!(canonical(built), vector["canonical"].as_str().unwrap(), "document {index}");
        true
    });
    say(format_args!("{} documents reproduced", same.count()));
}

macro_rules! known {
    ($($module:ident::{$($name:ident),* $(,)?}),* $(,)?) => {
        vec![$($((
            frontdesk::$module::$name::WIRE_NAME,
            frontdesk::$module::$name::ATTRIBUTES,
            frontdesk::$module::$name::CHILDREN,
        ),)*)*]
    };
}

#[test]
fn every_element_attribute_and_child_of_the_inventory_is_there() {
    use frontdesk::twiml::ssml;
    let Some(inventory) = spec("twiml_inventory.json") else { return };
    let inventory: Value = serde_json::from_str(&inventory).unwrap();
    let mut voice = known!(twiml::{
        AiSession, Application, ApplicationSid, Autopilot, Client, Conference, Config, Connect, Conversation,
        ConversationRelay, ConversationRelaySession, Dial, Echo, Enqueue, Gather, Hangup, Header, Headers, Identity,
        RelayLanguage, Leave, Number, Parameter, Pause, Pay, Play, Prompt, Queue, Record, Recording, Redirect, Refer,
        Reject, Room, Say, Sim, Sip, Siprec, Sms, Start, Stop, Stream, Task, Transcription, Uri, VirtualAgent,
        WhatsApp, VoiceResponse,
    });
    macro_rules! known_ssml {
        ($($name:ident),*) => { [$((ssml::$name::WIRE_NAME, ssml::$name::ATTRIBUTES, ssml::$name::CHILDREN),)*] };
    }
    voice.extend(known_ssml!(Break, Emphasis, Lang, Paragraph, Phoneme, Prosody, Sentence, SayAs, Substitute, Word));
    let messaging = known!(twiml::{Body, Media, Message, Redirect, MessagingResponse});
    for (family, known, elements, pairs) in [("voice", voice, 58, 298), ("messaging", messaging, 5, 6)] {
        let known: BTreeMap<_, _> =
            known.into_iter().map(|(name, attributes, children)| (name, (attributes, children))).collect();
        let wanted = inventory[family].as_object().unwrap();
        assert_eq!(known.keys().copied().collect::<BTreeSet<_>>(), wanted.keys().map(String::as_str).collect());
        let mut count = 0;
        for (name, element) in wanted {
            let (attributes, children) = known[name.as_str()];
            let set = |names: &[&'static str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
            let attributes_wanted: BTreeSet<_> = element["attributes"].as_object().unwrap().keys().cloned().collect();
            let children_wanted: BTreeSet<_> = element["children"]
                .as_array()
                .unwrap()
                .iter()
                .map(|child| child.as_str().unwrap().to_owned())
                .collect();
            assert_eq!(set(attributes), attributes_wanted, "attributes of {name}");
            assert_eq!(set(children), children_wanted, "children of {name}");
            count += attributes.len();
        }
        say(format_args!("{family}: covered {count} of {pairs} attributes on {} of {elements} elements", known.len()));
        assert_eq!((known.len(), count), (elements, pairs));
    }
}
