use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use futures_util::Stream;
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::{BodyExt, Full};

use super::Failure;

type Boxed = Pin<Box<dyn HttpBody<Data = Bytes, Error = Failure> + Send + 'static>>;

/// The body of an answer, read as it arrives.
pub struct Body(Boxed);

impl Body {
    /// Wraps any body whose errors are [`Failure`]s.
    #[must_use]
    pub fn new(body: impl HttpBody<Data = Bytes, Error = Failure> + Send + 'static) -> Self {
        Self(Box::pin(body))
    }

    /// Reads it whole, refusing more than `limit` bytes.
    ///
    /// # Errors
    /// A [`Failure`] of unknown outcome when the answer breaks off or is longer than `limit`.
    pub async fn collect(mut self, limit: usize) -> Result<Bytes, Failure> {
        if usize::try_from(self.0.size_hint().lower()).map_or(true, |lower| lower > limit) {
            return Err(Failure::outcome_unknown("the answer is longer than the limit"));
        }
        let (mut first, mut rest) = (Bytes::new(), BytesMut::new());
        while let Some(frame) = self.0.frame().await {
            let Ok(data) = frame?.into_data() else { continue };
            if first.len() + rest.len() + data.len() > limit {
                return Err(Failure::outcome_unknown("the answer is longer than the limit"));
            }
            if first.is_empty() && rest.is_empty() {
                first = data;
            } else {
                rest.extend_from_slice(&data);
            }
        }
        if rest.is_empty() {
            return Ok(first);
        }
        let mut whole = BytesMut::with_capacity(first.len() + rest.len());
        whole.extend_from_slice(&first);
        whole.extend_from_slice(&rest);
        Ok(whole.freeze())
    }

    /// The pieces as they arrive.
    pub fn into_stream(self) -> impl Stream<Item = Result<Bytes, Failure>> + Send {
        http_body_util::BodyDataStream::new(self)
    }
}

impl Default for Body {
    fn default() -> Self {
        Self::from(Bytes::new())
    }
}

impl<T: Into<Bytes>> From<T> for Body {
    fn from(bytes: T) -> Self {
        Self::new(Full::new(bytes.into()).map_err(|never| match never {}))
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").field("size", &self.0.size_hint()).finish()
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = Failure;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        self.0.as_mut().poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn collect_refuses_what_is_over_the_limit() {
        let read = |limit| Body::from("hello").collect(limit).now_or_never().unwrap();
        assert_eq!(read(5).unwrap(), "hello");
        assert!(read(4).unwrap_err().may_have_been_sent());
    }

    #[test]
    fn collect_joins_pieces_in_order() {
        let pieces = ["a", "bc", "", "d"].map(|piece| Ok(Frame::data(Bytes::from(piece))));
        let body = Body::new(http_body_util::StreamBody::new(futures_util::stream::iter(pieces)));
        assert_eq!(body.collect(4).now_or_never().unwrap().unwrap(), "abcd");
    }
}
