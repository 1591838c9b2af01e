use bytes::Bytes;
use http::Request;
use proptest::prelude::*;

use crate::desk::{plain, signed, voice};

const ROUTES: [&str; 10] = [
    "/webhooks/twilio/voice",
    "/webhooks/twilio/voice/menu",
    "/webhooks/twilio/voice/dial",
    "/webhooks/twilio/voice/status",
    "/webhooks/twilio/voice/voicemail",
    "/webhooks/twilio/voice/recording",
    "/webhooks/twilio/voice/transcription",
    "/webhooks/twilio/messages",
    "/webhooks/twilio/messages/status",
    "/health",
];

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().build().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn unsigned_garbage_is_refused_at_every_route(
        body in proptest::collection::vec(any::<u8>(), 0..200),
        header in "[ -~]{0,40}",
    ) {
        let (desk, _) = plain();
        for route in ROUTES {
            let request = Request::post(route)
                .header("x-twilio-signature", &header)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(Bytes::from(body.clone()))
                .unwrap();
            let status = runtime().block_on(desk.handle(request)).status().as_u16();
            prop_assert!(matches!(status, 403 | 405), "{route}: {status}");
        }
    }

    #[test]
    fn signed_garbage_gets_a_status_and_no_panic(
        body in "\\PC{0,80}",
        fields in "(&(Digits|SpeechResult|DialCallStatus|RecordingSid|RecordingStatus|MessageSid|MessageStatus|Body|Timestamp|TranscriptionEvent|TranscriptionData|SequenceNumber|MediaUrl0)=[a-z0-9%+-]{0,12}){0,6}",
        query in "(\\?(tenant|ladder|leg|attempt|message|kind)=[a-z0-9%#-]{0,9})?",
    ) {
        let (desk, _) = plain();
        let query = query.split('#').next().unwrap_or_default();
        for route in ROUTES {
            for body in [body.clone(), voice("ringing", &fields), fields.clone()] {
                let response = runtime().block_on(desk.handle(signed(&format!("{route}{query}"), &body)));
                let status = response.status().as_u16();
                prop_assert!(matches!(status, 200 | 204 | 400 | 405), "{route}{query}: {status}");
            }
        }
    }
}
