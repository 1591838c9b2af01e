use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::{Request, Response};
use tower_service::Service;

use super::Desk;
use super::api::Answer;
use crate::transport::Body;
use crate::twilio::webhook::read_body;

/// A [`Desk`] as a service over requests with any body. Never fails; bodies are read up to the verifier's limit, and
/// only once the request carries a signature.
#[derive(Debug, Clone)]
pub struct DeskService(Desk);

impl DeskService {
    pub(super) fn new(desk: Desk) -> Self {
        Self(desk)
    }
}

impl<B> Service<Request<B>> for DeskService
where
    B: http_body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let desk = self.0.clone();
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let limit = desk.0.body_limit(parts.uri.path());
            Ok(match desk.0.handle(&parts, read_body(body, limit), true).await {
                Answer::Whole(response) => response.map(Body::from),
                Answer::Streamed(response) => response,
            })
        })
    }
}
