//! Every kind of webhook, as Twilio sends it.

use bytes::Bytes;
use frontdesk::address::Address;
use frontdesk::twilio::values::{
    AnsweredBy, CallDirection, CallStatus, DialStatus, MessageStatus, OptOutType, RecordingSource, RecordingStatus,
    StirVerstat, Track, TranscriptionEventKind, TranscriptionStatus,
};
use frontdesk::twilio::webhook::{
    CallStatusEvent, DialEvent, Event, GatherEvent, IntelligenceEvent, MachineDetectionEvent, MessageEvent,
    MessageStatusEvent, ParseError, PartialSpeechEvent, RealTimeTranscriptionEvent, RecordEvent, RecordingStatusEvent,
    Signer, TranscriptionEvent, Verified, Verifier, VoiceEvent,
};

const URL: &str = "https://desk.example/x";
const CALL: &str = "CA0123456789abcdef0123456789abcdef";
const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
const RECORDING: &str = "RE0123456789abcdef0123456789abcdef";
const MESSAGE: &str = "SM0123456789abcdef0123456789abcdef";

fn verified(fields: &[(&str, &str)]) -> Verified {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let (parts, ()) = http::Request::post("/x")
        .header("content-type", "application/x-www-form-urlencoded; charset=UTF-8")
        .header("x-twilio-signature", Signer::new("t").sign_form(URL, body.as_bytes()))
        .body(())
        .unwrap()
        .into_parts();
    let verifier = Verifier::builder("t").with_public_url("https://desk.example").build().unwrap();
    verifier.verify(&parts, Bytes::from(body)).unwrap()
}

fn parse<E: Event>(fields: &[(&str, &str)]) -> E {
    verified(fields).parse().unwrap()
}

/// The parameters of every request about a live call, then more.
fn call<'a>(status: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("CallSid", CALL),
        ("AccountSid", ACCOUNT),
        ("From", "+14155552671"),
        ("To", "+15551230000"),
        ("CallStatus", status),
        ("ApiVersion", "2010-04-01"),
        ("Direction", "inbound"),
        ("Caller", "+14155552671"),
        ("Called", "+15551230000"),
        ("FromCity", "SAN FRANCISCO"),
        ("FromState", "CA"),
        ("FromZip", "94103"),
        ("FromCountry", "US"),
        ("CallerCity", ""),
        ("ToCountry", "US"),
    ];
    fields.extend_from_slice(more);
    fields
}

#[test]
fn an_incoming_call() {
    let event: VoiceEvent = parse(&call(
        "ringing",
        &[
            ("ForwardedFrom", "+15550001111"),
            ("CallerName", "JANE DOE"),
            ("StirVerstat", "TN-Validation-Passed-A"),
            ("CallToken", "{}"),
            ("SomethingNew", "1"),
            ("SomethingNew", "2"),
        ],
    ));
    let call = &event.call;
    assert_eq!((call.sid.as_str(), call.status.clone()), (CALL, CallStatus::Ringing));
    assert_eq!(
        (call.direction.clone(), call.stir_verstat.clone()),
        (Some(CallDirection::Inbound), Some(StirVerstat::PassedA))
    );
    assert_eq!(call.from_place.city.as_deref(), Some("SAN FRANCISCO"));
    assert_eq!((call.caller_place.city.clone(), call.to_place.country.as_deref()), (None, Some("US")));
    assert_eq!(call.caller_name.as_deref(), Some("JANE DOE"));
    assert_eq!(event.extra.iter().collect::<Vec<_>>(), [("SomethingNew", "1"), ("SomethingNew", "2")]);
    let debug = format!("{event:?}");
    for secret in ["4155552671", "JANE", "FRANCISCO", "94103"] {
        assert!(!debug.contains(secret), "{debug}");
    }
}

#[test]
fn keys_speech_and_partial_speech() {
    let keys: GatherEvent =
        parse(&call("in-progress", &[("Digits", "1"), ("FinishedOnKey", ""), ("msg", "Gather End")]));
    assert_eq!(
        (keys.digits.as_deref(), keys.speech_result, keys.message.as_deref()),
        (Some("1"), None, Some("Gather End"))
    );
    let speech: GatherEvent = parse(&call(
        "in-progress",
        &[("SpeechResult", "tomorrow at ten"), ("Confidence", "0.9123"), ("Language", "en-US")],
    ));
    assert_eq!((speech.speech_result.as_deref(), speech.confidence), (Some("tomorrow at ten"), Some(0.9123)));
    let partial: PartialSpeechEvent = parse(&call(
        "in-progress",
        &[
            ("UnstableSpeechResult", "tomorrow"),
            ("StableSpeechResult", "to"),
            ("Stability", "0.8"),
            ("SequenceNumber", "3"),
        ],
    ));
    assert_eq!((partial.unstable_speech_result.as_deref(), partial.sequence_number), (Some("tomorrow"), Some(3)));
}

#[test]
fn the_end_of_a_dial() {
    let event: DialEvent = parse(&call(
        "in-progress",
        &[
            ("DialCallStatus", "no-answer"),
            ("DialCallSid", "CA0123456789abcdef0123456789abcdee"),
            ("DialBridged", "false"),
            ("DialSipResponseCode", "486"),
        ],
    ));
    assert_eq!(
        (event.dial_status, event.dial_bridged, event.dial_sip_response_code),
        (DialStatus::NoAnswer, Some(false), Some(486))
    );
    let missing = verified(&call("in-progress", &[])).parse::<DialEvent>();
    assert_eq!(missing, Err(ParseError::Missing("DialCallStatus")));
}

#[test]
fn every_call_status_and_those_to_come() {
    for status in ["queued", "ringing", "in-progress", "completed", "busy", "failed", "no-answer", "canceled"] {
        let event: CallStatusEvent = parse(&call(status, &[]));
        assert!(CallStatus::KNOWN.contains(&event.call.status), "{status}");
        assert_eq!(event.call.status.as_str(), status);
    }
    let event: CallStatusEvent = parse(&call(
        "teleported",
        &[
            ("SequenceNumber", "2"),
            ("Timestamp", "Mon, 02 Mar 2026 15:00:00 +0000"),
            ("CallDuration", "61"),
            ("Duration", "2"),
            ("SipResponseCode", "200"),
            ("AnsweredBy", "machine_end_beep"),
            ("MachineDetectionDuration", "3200"),
        ],
    ));
    assert_eq!(event.call.status.as_str(), "teleported");
    assert_eq!((event.sequence_number, event.call_duration, event.duration), (Some(2), Some(61), Some(2)));
    assert_eq!((event.sip_response_code, event.answered_by), (Some(200), Some(AnsweredBy::MachineEndBeep)));
    assert_eq!(event.timestamp.map(|time| time.timestamp()), Some(1_772_463_600));
    let machine: MachineDetectionEvent = parse(&[
        ("CallSid", CALL),
        ("AccountSid", ACCOUNT),
        ("AnsweredBy", "human"),
        ("MachineDetectionDuration", "900"),
    ]);
    assert_eq!((machine.answered_by, machine.machine_detection_duration), (AnsweredBy::Human, Some(900)));
}

#[test]
fn recordings_and_their_transcriptions() {
    let link = format!("https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Recordings/{RECORDING}");
    let record: RecordEvent = parse(&call(
        "completed",
        &[("RecordingUrl", &link), ("RecordingSid", RECORDING), ("RecordingDuration", "7"), ("Digits", "hangup")],
    ));
    assert_eq!((record.recording_duration, record.digits.as_deref()), (Some(7), Some("hangup")));
    let status: RecordingStatusEvent = parse(&[
        ("AccountSid", ACCOUNT),
        ("CallSid", CALL),
        ("RecordingSid", RECORDING),
        ("RecordingUrl", &link),
        ("RecordingStatus", "completed"),
        ("RecordingDuration", "-1"),
        ("RecordingChannels", "2"),
        ("RecordingStartTime", "Mon, 02 Mar 2026 15:00:00 +0000"),
        ("RecordingSource", "DialVerb"),
        ("RecordingTrack", "both"),
        ("ErrorCode", "0"),
    ]);
    assert_eq!((status.recording_status, status.recording_channels), (RecordingStatus::Completed, Some(2)));
    assert_eq!((status.recording_source, status.recording_track), (Some(RecordingSource::DialVerb), Some(Track::Both)));
    assert_eq!((status.recording_duration, status.extra.get("RecordingDuration")), (None, Some("-1")), "odd, and kept");
    let classic: TranscriptionEvent = parse(&call(
        "completed",
        &[
            ("TranscriptionSid", "TR0123456789abcdef0123456789abcdef"),
            ("TranscriptionText", "Please call me back."),
            ("TranscriptionStatus", "completed"),
            ("TranscriptionType", "fast"),
            ("RecordingSid", RECORDING),
        ],
    ));
    assert_eq!(
        (classic.transcription_status, classic.transcription_text.as_str()),
        (TranscriptionStatus::Completed, "Please call me back.")
    );
}

#[test]
fn live_transcription() {
    let common = [
        ("AccountSid", ACCOUNT),
        ("CallSid", CALL),
        ("TranscriptionSid", "GT0123456789abcdef0123456789abcdef"),
        ("Timestamp", "2026-03-02T15:00:00.135751Z"),
        ("SequenceId", "2"),
    ];
    let with =
        |more: &[(&'static str, &'static str)]| -> RealTimeTranscriptionEvent { parse(&[&common, more].concat()) };
    let content = with(&[
        ("TranscriptionEvent", "transcription-content"),
        ("LanguageCode", "en-US"),
        ("Track", "inbound_track"),
        ("TranscriptionData", "{\"transcript\":\"to be or\",\"confidence\":0.97}"),
        ("Final", "true"),
    ]);
    assert_eq!((content.transcript().unwrap().as_str(), content.confidence()), ("to be or", Some(0.97)));
    assert_eq!((content.is_final, content.track.clone()), (Some(true), Some(Track::InboundTrack)));
    assert!(!format!("{content:?}").contains("to be"));
    let started = with(&[
        ("TranscriptionEvent", "transcription-started"),
        ("TranscriptionEngine", "google"),
        ("PartialResults", "false"),
    ]);
    assert_eq!((started.transcription_event, started.partial_results), (TranscriptionEventKind::Started, Some(false)));
    let failed = with(&[("TranscriptionEvent", "transcription-error"), ("TranscriptionErrorCode", "32655")]);
    assert_eq!((failed.transcription_error_code, failed.transcript()), (Some(32655), None));
    let broken = with(&[("TranscriptionEvent", "transcription-content"), ("TranscriptionData", "{\"transcript\":")]);
    assert_eq!(broken.transcript(), None);
}

fn text<'a>(from: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("MessageSid", MESSAGE),
        ("SmsSid", MESSAGE),
        ("SmsMessageSid", MESSAGE),
        ("AccountSid", ACCOUNT),
        ("From", from),
        ("To", "+15551230000"),
        ("NumSegments", "1"),
        ("SmsStatus", "received"),
    ];
    fields.extend_from_slice(more);
    fields
}

#[test]
fn texts_with_pictures_keywords_and_nothing() {
    let event: MessageEvent = parse(&text(
        "+14155552671",
        &[
            ("Body", ""),
            ("NumMedia", "2"),
            ("MediaUrl0", "https://api.twilio.com/a"),
            ("MediaContentType0", "image/jpeg"),
            ("MediaUrl1", "https://api.twilio.com/b"),
        ],
    ));
    let media: Vec<_> =
        event.media.items.iter().map(|item| (item.url.as_str(), item.content_type.as_deref())).collect();
    assert_eq!(media, [("https://api.twilio.com/a", Some("image/jpeg")), ("https://api.twilio.com/b", None)]);
    assert!(event.body.is_empty() && event.extra.is_empty());
    let stop: MessageEvent = parse(&text("+14155552671", &[("Body", "STOP"), ("OptOutType", "STOP")]));
    assert_eq!(stop.opt_out_type, Some(OptOutType::Stop));
}

#[test]
fn whatsapp_and_rcs() {
    let event: MessageEvent = parse(&text(
        "whatsapp:+14155552671",
        &[
            ("Body", "Yes"),
            ("ProfileName", "Jane"),
            ("WaId", "14155552671"),
            ("ButtonText", "Yes"),
            ("ButtonPayload", "confirm-7"),
            ("Latitude", "37.7749"),
            ("Longitude", "-122.4194"),
            ("Address", "Market Street"),
            ("ReferralBody", "Half off"),
            ("ReferralSourceType", "ad"),
            ("ReferralNumMedia", "0"),
            ("Forwarded", "true"),
            ("MessageType", "button"),
            ("ChannelMetadata", "{\"type\":\"whatsapp\"}"),
        ],
    ));
    assert!(matches!(event.from, Address::WhatsApp(_)));
    assert_eq!((event.button.payload.as_deref(), event.location.latitude), (Some("confirm-7"), Some(37.7749)));
    assert_eq!((event.referral.source_type.as_deref(), event.forwarded), (Some("ad"), Some(true)));
    assert!(event.extra.is_empty());
    let debug = format!("{event:?}");
    for secret in ["Jane", "4155552671", "37.77", "Market", "confirm"] {
        assert!(!debug.contains(secret), "{debug}");
    }
    let rcs: MessageEvent = parse(&text("rcs:clinic_agent", &[("Body", "Hi")]));
    assert!(matches!(rcs.from, Address::Rcs(_)));
}

#[test]
fn every_message_status() {
    for status in MessageStatus::KNOWN {
        let event: MessageStatusEvent = parse(&[
            ("MessageSid", MESSAGE),
            ("AccountSid", ACCOUNT),
            ("MessageStatus", status.as_str()),
            ("ErrorCode", "30003"),
            ("RawDlrDoneDate", "2603021500"),
        ]);
        assert_eq!((&event.message_status, event.error_code), (status, Some(30003)));
    }
    assert_eq!(MessageStatus::KNOWN.len(), 13);
}

#[test]
fn a_single_value_that_comes_twice_is_refused_when_it_is_read() {
    let twice = verified(&text("+14155552671", &[("Body", "hi"), ("Body", "CallStatuscompleted")]));
    assert_eq!(twice.parse::<MessageEvent>(), Err(ParseError::Repeated("Body")));
}

#[test]
fn intelligence_comes_as_json_or_as_a_form() {
    let fields = [
        ("account_sid", ACCOUNT),
        ("service_sid", "GA0123456789abcdef0123456789abcdef"),
        ("transcript_sid", "GT0123456789abcdef0123456789abcdef"),
        ("event_type", "voice_intelligence_transcript_available"),
    ];
    let form: IntelligenceEvent = parse(&fields);
    let json = serde_json::to_string(&fields.iter().copied().collect::<std::collections::BTreeMap<_, _>>()).unwrap();
    let hash = {
        use sha2::{Digest, Sha256};
        Sha256::digest(json.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let target = format!("/x?bodySHA256={hash}");
    let (parts, ()) = http::Request::post(&target)
        .header("content-type", "application/json")
        .header("x-twilio-signature", Signer::new("t").sign_url(&format!("https://desk.example{target}")))
        .body(())
        .unwrap()
        .into_parts();
    let verifier = Verifier::builder("t").with_public_url("https://desk.example").build().unwrap();
    let json: IntelligenceEvent = verifier.verify(&parts, Bytes::from(json)).unwrap().parse().unwrap();
    assert_eq!(json, form);
}
