//! What Twilio sends: checked, then typed.
//!
//! [`Verifier`] decides whether a request comes from Twilio; what it returns, a [`Verified`], is the only way to an
//! event. [`VerifyLayer`] does the same in front of any `tower` service; with the feature `axum`, `Webhook<E>`
//! extracts an event in a handler.
//!
//! ```
//! use bytes::Bytes;
//! use frontdesk::twilio::webhook::{Signer, Verifier, VoiceEvent};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let verifier = Verifier::builder("auth token").with_public_url("https://example.com").build()?;
//!
//! let body = Bytes::from(concat!(
//!     "CallSid=CA0123456789abcdef0123456789abcdef&AccountSid=AC0123456789abcdef0123456789abcdef",
//!     "&From=%2B14155552671&To=%2B14155552672&CallStatus=ringing&Direction=inbound",
//! ));
//! let signature = Signer::new("auth token").sign_form("https://example.com/voice", &body);
//! let request = http::Request::post("/voice")
//!     .header("content-type", "application/x-www-form-urlencoded")
//!     .header("x-twilio-signature", signature);
//! let (parts, _) = request.body(())?.into_parts();
//!
//! let verified = verifier.verify(&parts, body)?;
//! let event: VoiceEvent = verified.parse()?;
//! assert_eq!(event.call.from.to_wire(), "+14155552671");
//! # Ok(()) }
//! ```

mod call;
mod caller_id;
mod canonical;
mod fields;
mod layer;
mod message;
mod recording;
mod refusal;
mod signer;
mod verified;
mod verifier;

use http::HeaderName;

pub use call::{
    Call, CallStatusEvent, DialEvent, GatherEvent, MachineDetectionEvent, PartialSpeechEvent, Place, VoiceEvent,
};
pub use caller_id::{CallerIdEvent, VerificationStatus};
pub use fields::{Event, Extra, ParseError};
#[cfg(any(feature = "desk", feature = "axum"))]
pub(crate) use layer::read_body;
pub use layer::{Verify, VerifyLayer};
pub use message::{Button, Location, MediaItem, MediaList, MessageEvent, MessageStatusEvent, Places, Referral};
pub use recording::{
    IntelligenceEvent, RealTimeTranscriptionEvent, RecordEvent, RecordingStatusEvent, TranscriptionEvent,
};
pub use refusal::Refusal;
pub use signer::Signer;
pub use verified::{Rejection, Verified};
pub use verifier::{DEFAULT_BODY_LIMIT, InvalidVerifier, Verifier, VerifierBuilder};

/// The header that carries the signature.
pub static SIGNATURE: HeaderName = HeaderName::from_static("x-twilio-signature");
/// The header that names a shared key and its algorithm.
pub static SIGNATURE_SETTINGS: HeaderName = HeaderName::from_static("x-twilio-webhooks-signature-settings");
/// The header of a retried webhook. It is outside the signature: a hint, never a key.
pub static IDEMPOTENCY_TOKEN: HeaderName = HeaderName::from_static("i-twilio-idempotency-token");
