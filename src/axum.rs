//! Verified webhooks as axum extractors; TwiML documents are axum answers with this feature, too.
//!
//! ```
//! use std::sync::Arc;
//! use axum::{Router, routing::post};
//! use frontdesk::axum::Webhook;
//! use frontdesk::twilio::webhook::{Verifier, VoiceEvent};
//! use frontdesk::twiml::VoiceResponse;
//!
//! async fn voice(Webhook(event): Webhook<VoiceEvent>) -> VoiceResponse {
//!     tracing::info!(call = %event.call.sid, "ringing");
//!     VoiceResponse::new().say("Hello!")
//! }
//!
//! let verifier = Verifier::builder("auth token").with_public_url("https://example.com").build()?;
//! let app: Router = Router::new().route("/voice", post(voice)).with_state(Arc::new(verifier));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::sync::Arc;

use axum_core::body::Body;
use axum_core::extract::{FromRef, FromRequest, Request};
use axum_core::response::{IntoResponse, Response};

use crate::twilio::webhook::{Event, Rejection, Verified, Verifier, read_body};

/// Extracts an event from a verified request; the router's state holds an `Arc<Verifier>`.
///
/// What is not from Twilio, too long or malformed is answered with its status and an empty body.
#[derive(Debug, Clone)]
pub struct Webhook<E>(pub E);

/// Extracts a verified request whose event is not known beforehand, or whose query matters.
#[derive(Debug, Clone)]
pub struct VerifiedRequest(pub Verified);

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        self.status().into_response()
    }
}

async fn verify<S>(request: Request, state: &S) -> Result<Verified, Rejection>
where
    S: Sync,
    Arc<Verifier>: FromRef<S>,
{
    let verifier = Arc::<Verifier>::from_ref(state);
    let (parts, body): (_, Body) = request.into_parts();
    verifier.precheck(&parts)?;
    let bytes = read_body(body, verifier.body_limit()).await?;
    Ok(verifier.verify(&parts, bytes)?)
}

impl<S> FromRequest<S> for VerifiedRequest
where
    S: Send + Sync,
    Arc<Verifier>: FromRef<S>,
{
    type Rejection = Rejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, Rejection> {
        verify(request, state).await.map(Self)
    }
}

impl<S, E> FromRequest<S> for Webhook<E>
where
    S: Send + Sync,
    E: Event,
    Arc<Verifier>: FromRef<S>,
{
    type Rejection = Rejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, Rejection> {
        Ok(Self(verify(request, state).await?.parse()?))
    }
}
