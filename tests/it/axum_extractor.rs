use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::routing::post;
use frontdesk::axum::Webhook;
use frontdesk::twilio::webhook::{Signer, Verifier, VoiceEvent};
use frontdesk::twiml::VoiceResponse;
use http::Request;
use tower::ServiceExt;

use crate::desk::{TOKEN, URL, voice};

async fn answer(Webhook(event): Webhook<VoiceEvent>) -> VoiceResponse {
    VoiceResponse::new().say(event.call.from.to_wire())
}

#[tokio::test]
async fn events_arrive_verified_and_twiml_leaves_typed() {
    let verifier = Verifier::builder(TOKEN).with_public_url(URL).with_body_limit(1000).build().unwrap();
    let app = Router::new().route("/voice", post(answer)).with_state(Arc::new(verifier));
    let body = voice("ringing", "");
    let send = |body: String, token: &str| {
        let signature = Signer::new(token).sign_form(&format!("{URL}/voice"), body.as_bytes());
        let request = Request::post("/voice")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-twilio-signature", signature)
            .body(Body::from(body))
            .unwrap();
        app.clone().oneshot(request)
    };
    let response = send(body.clone(), TOKEN).await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/xml; charset=utf-8");
    let xml = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
    assert!(xml.ends_with(b"<Response><Say>+14155552671</Say></Response>"));
    assert_eq!(send(body.clone(), "other").await.unwrap().status(), 403);
    assert_eq!(send(format!("{body}&X={}", "x".repeat(1000)), TOKEN).await.unwrap().status(), 413);
    assert_eq!(send("CallSid=x".into(), TOKEN).await.unwrap().status(), 400);
}
