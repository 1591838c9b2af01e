use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tower_layer::Layer;
use tower_service::Service;

use super::{Refusal, Verifier};

/// Reads a body up to the verifier's limit.
pub(crate) async fn read_body<B>(body: B, limit: usize) -> Result<Bytes, Refusal>
where
    B: Body,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Refusal::TooLarge { limit }),
        Err(_) => Err(Refusal::Unreadable),
    }
}

/// A [`tower_layer::Layer`] that lets only verified requests through.
///
/// The inner service gets the request with its body read and a [`Verified`](super::Verified) among its extensions.
/// Anything else is answered with the refusal's status and an empty body.
#[derive(Debug, Clone)]
pub struct VerifyLayer(Arc<Verifier>);

impl VerifyLayer {
    /// A layer around this verifier.
    #[must_use]
    pub fn new(verifier: impl Into<Arc<Verifier>>) -> Self {
        Self(verifier.into())
    }
}

impl<S> Layer<S> for VerifyLayer {
    type Service = Verify<S>;

    fn layer(&self, inner: S) -> Verify<S> {
        Verify { verifier: self.0.clone(), inner }
    }
}

/// The service that [`VerifyLayer`] makes.
#[derive(Clone)]
pub struct Verify<S> {
    verifier: Arc<Verifier>,
    inner: S,
}

impl<S> fmt::Debug for Verify<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verify").field("verifier", &self.verifier).finish_non_exhaustive()
    }
}

impl<S, B, R> Service<Request<B>> for Verify<S>
where
    S: Service<Request<B>, Response = Response<R>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
    B: Body + From<Bytes> + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    R: From<Bytes> + Send + 'static,
{
    type Response = Response<R>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<R>, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The clone that was polled ready goes with the request; the fresh one stays.
        let fresh = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, fresh);
        let verifier = self.verifier.clone();
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            let checked = match verifier.precheck(&parts) {
                Ok(()) => read_body(body, verifier.body_limit()).await,
                Err(refusal) => Err(refusal),
            };
            let verified = checked.and_then(|bytes| verifier.verify(&parts, bytes));
            match verified {
                Ok(verified) => {
                    let body = B::from(verified.bytes().clone());
                    parts.extensions.insert(verified);
                    inner.call(Request::from_parts(parts, body)).await
                }
                Err(refusal) => {
                    tracing::warn!(reason = refusal.reason(), "webhook refused");
                    let mut response = Response::new(R::from(Bytes::new()));
                    *response.status_mut() = refusal.status();
                    Ok(response)
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::Full;
    use tower::ServiceExt;

    use super::super::{Signer, Verified, VoiceEvent};
    use super::*;

    #[tokio::test]
    async fn lets_only_verified_requests_through() {
        let verifier = Verifier::builder("token").with_public_url("https://example.com").build().unwrap();
        let inner = tower::service_fn(|request: Request<Full<Bytes>>| async move {
            let verified: &Verified = request.extensions().get().unwrap();
            let sid = verified.parse::<VoiceEvent>().unwrap().call.sid;
            Ok::<_, Infallible>(Response::new(Full::<Bytes>::from(sid.to_string())))
        });
        let service = VerifyLayer::new(verifier).layer(inner);
        let sid = "CA0123456789abcdef0123456789abcdef";
        let body = format!(
            "CallSid={sid}&AccountSid=AC0123456789abcdef0123456789abcdef&From=%2B14155552671&To=%2B14155552672&CallStatus=ringing"
        );
        for (token, status, expected) in [("token", 200, sid), ("other", 403, "")] {
            let signature = Signer::new(token).sign_form("https://example.com/voice", body.as_bytes());
            let request = Request::post("/voice")
                .header("content-type", "application/x-www-form-urlencoded")
                .header("x-twilio-signature", signature)
                .body(Full::from(body.clone()))
                .unwrap();
            let response = service.clone().oneshot(request).await.unwrap();
            assert_eq!(response.status(), status);
            assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), expected);
        }
    }
}
