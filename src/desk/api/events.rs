use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::{Either, select};
use futures_util::stream;
use http::{HeaderValue, Response, header};
use http_body::Frame;
use http_body_util::StreamBody;

use super::problem::Problem;
use super::{Answer, Asked};
use crate::clock::Clock;
use crate::feed::{Event, EventId, EventKind, Feed, Listener};
use crate::transport::Body;

/// Something is said at least that often, so that nothing between us and the listener takes the line for dead.
const BEAT: Duration = Duration::from_secs(15);
/// Then a listener shows its credentials again, and goes on where it was.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// An event as a line of the stream (<https://html.spec.whatwg.org/multipage/server-sent-events.html>).
fn written(event: &Event) -> String {
    let data = match event.kind {
        EventKind::Reset => serde_json::json!({}),
        _ => serde_json::json!({ "id": event.name, "status": event.status }),
    };
    format!("id: {}\nevent: {}\ndata: {data}\n\n", event.id, event.kind.as_str())
}

/// `GET /events`: what happens, as it happens; from after `Last-Event-ID` if there is one.
///
/// Who cannot be given a body that goes on gets what has happened, and asks again.
pub(super) fn follow(feed: &Feed, clock: Arc<dyn Clock>, asked: Asked<'_>, live: bool) -> Result<Answer, Problem> {
    let last = asked.parts.headers.get("last-event-id").and_then(|id| id.to_str().ok());
    // One that is none of ours is one that is not known any more.
    let after = last.map(|text| text.parse().unwrap_or(EventId::default()));
    let tenant = asked.tenant.clone();
    asked.query.done()?;
    let mut listener = feed.listen(&tenant, after);
    let headers = |body| {
        let mut response = Response::new(body);
        let kind = HeaderValue::from_static("text/event-stream");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        // Proxies such as nginx would keep it back.
        response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
        response
    };
    let first = "retry: 3000\n\n".to_owned();
    if !live {
        let happened = std::iter::from_fn(|| listener.now()).map(|event| written(&event));
        let all: String = std::iter::once(first).chain(happened).collect();
        return Ok(Answer::Streamed(headers(Body::from(Bytes::from(all)))));
    }
    let end = clock.monotonic() + LONGEST;
    let pieces = stream::unfold((listener, Some(first)), move |(mut listener, first)| {
        let clock = clock.clone();
        async move {
            if clock.monotonic() >= end {
                return None;
            }
            let piece = match first {
                Some(first) => first,
                None => next(&mut listener, clock.as_ref()).await,
            };
            Some((Ok(Frame::data(Bytes::from(piece))), (listener, None)))
        }
    });
    Ok(Answer::Streamed(headers(Body::new(StreamBody::new(pieces)))))
}

async fn next(listener: &mut Listener, clock: &dyn Clock) -> String {
    let event = std::pin::pin!(listener.next());
    match select(event, clock.sleep(BEAT)).await {
        Either::Left((event, _)) => written(&event),
        Either::Right(_) => ": still there\n\n".to_owned(),
    }
}
