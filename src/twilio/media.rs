//! Files that Twilio keeps: recordings and the files of messages.
//!
//! A request for one is answered with a redirect to a content delivery network; credentials go to Twilio's API only.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use std::sync::Arc;
//! # use frontdesk::transport::{Reply, Stub};
//! # use frontdesk::twilio::Client;
//! use futures_util::TryStreamExt;
//!
//! # let stub = Stub::new()
//! #     .then(Reply::new(307, "").header("location", "https://mms.twiliocdn.com/picture"))
//! #     .then(Reply::new(200, "\u{89}PNG").header("content-type", "image/png"));
//! # let twilio = Client::builder("AC0123456789abcdef0123456789abcdef".parse()?)
//! #     .with_auth_token("secret").with_transport(Arc::new(stub.clone())).build()?;
//! let (message, file) = ("MM0123456789abcdef0123456789abcdef".parse()?, "ME0123456789abcdef0123456789abcdef".parse()?);
//! let mut pieces = twilio.messages().download(&message, &file).await?.with_limit(5 * 1024 * 1024).into_stream();
//! let mut size = 0;
//! while let Some(piece) = pieces.try_next().await? {
//!     size += piece.len();
//! }
//! assert_eq!(size, 5);
//! # assert!(stub.log()[1].headers().get("authorization").is_none());
//! # Ok(()) }
//! ```

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt, TryStreamExt};
use http::{Response, StatusCode, header};
use url::{Host, Url};

use super::{Client, Request, error};
use crate::Error;
use crate::error::Fate;
use crate::transport::retry::Idempotency;
use crate::transport::{Body, Deadline};

/// More than the longest recording that Twilio makes as MP3 in four hours.
const DEFAULT_LIMIT: u64 = 256 * 1024 * 1024;
const MAX_REDIRECTS: usize = 5;
/// The time for a whole file, which may be large.
pub(super) const WHOLE: Duration = Duration::from_secs(600);
/// Where Twilio keeps media: these domains and those below them.
const HOSTS: [&str; 2] = ["twilio.com", "twiliocdn.com"];
/// And S3, some of whose hosts carry a region or a bucket in their names.
const STORAGE: &str = "amazonaws.com";

/// A file on its way.
pub struct Download {
    what: &'static str,
    content_type: Option<String>,
    content_length: Option<u64>,
    limit: u64,
    body: Body,
}

impl Download {
    pub(super) async fn start(client: &Client, request: Request) -> Result<Self, Error> {
        let what = request.what;
        let mut answer = client.open(&request.with_header("accept", "*/*")).await?;
        let mut at = client.base_url().clone();
        for _ in 0..MAX_REDIRECTS {
            if !answer.status().is_redirection() {
                break;
            }
            at = target(&answer, &at, client.base_url()).map_err(|reason| Error::refused(what).with_source(reason))?;
            // Without credentials: whoever keeps the file is not Twilio's API.
            let mut next = http::Request::get(at.as_str()).body(Bytes::new());
            if let Ok(next) = &mut next {
                next.extensions_mut().insert(Deadline(WHOLE));
            }
            let next = next.map_err(|source| Error::refused(what).with_source(source))?;
            answer = client.caller().open(what, next).await?;
        }
        if answer.status().is_redirection() {
            return Err(Error::refused(what).with_source("too many redirects"));
        }
        if !answer.status().is_success() {
            let retry_after = client.caller().retry_after(&answer);
            let (parts, body) = answer.into_parts();
            let body = body.collect(64 * 1024).await.unwrap_or_default();
            return Err(error::refusal(what, &Response::from_parts(parts, body), Idempotency::Read, retry_after));
        }
        let text = |name| answer.headers().get(name).and_then(|value| value.to_str().ok());
        Ok(Self {
            what,
            content_type: text(header::CONTENT_TYPE).map(ToOwned::to_owned),
            content_length: text(header::CONTENT_LENGTH).and_then(|length| length.parse().ok()),
            limit: DEFAULT_LIMIT,
            body: answer.into_body(),
        })
    }

    /// Refuses more than `bytes` instead of 256 MB.
    #[must_use]
    pub fn with_limit(mut self, bytes: u64) -> Self {
        self.limit = bytes;
        self
    }

    /// The media type, as the server tells it.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// The size in bytes, where the server tells it.
    #[must_use]
    pub fn content_length(&self) -> Option<u64> {
        self.content_length
    }

    /// The pieces as they arrive. Ends with an error when more than the limit comes or the connection breaks: what
    /// came before is then not the whole file.
    #[must_use]
    pub fn into_stream(self) -> BoxStream<'static, Result<Bytes, Error>> {
        let Self { what, limit, content_length, body, .. } = self;
        let too_large = move || Error::refused(what).with_source("the file is larger than the limit");
        if content_length.is_some_and(|length| length > limit) {
            return futures_util::stream::once(async move { Err(too_large()) }).boxed();
        }
        let pieces = body.into_stream().map_err(move |failure| Error::new(Fate::NoEffect, what).with_source(failure));
        pieces
            .scan((0_u64, false), move |(seen, over), piece| {
                if *over {
                    return std::future::ready(None);
                }
                let piece = piece.and_then(|piece| {
                    *seen += piece.len() as u64;
                    if *seen > limit { Err(too_large()) } else { Ok(piece) }
                });
                *over = piece.is_err();
                std::future::ready(Some(piece))
            })
            .boxed()
    }

    /// The whole file.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when it is larger than the limit; [`Error::is_retryable`] when the connection breaks.
    pub async fn collect(self) -> Result<Bytes, Error> {
        let pieces: Vec<Bytes> = self.into_stream().try_collect().await?;
        Ok(match <[Bytes; 1]>::try_from(pieces) {
            Ok([whole]) => whole,
            Err(pieces) => pieces.concat().into(),
        })
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("content_type", &self.content_type)
            .field("content_length", &self.content_length)
            .finish_non_exhaustive()
    }
}

/// Pure: where a redirect leads, if it may be followed.
fn target<B>(answer: &Response<B>, at: &Url, base: &Url) -> Result<Url, &'static str> {
    let status = answer.status();
    if matches!(status, StatusCode::NOT_MODIFIED | StatusCode::USE_PROXY | StatusCode::MULTIPLE_CHOICES) {
        return Err("a redirect that leads nowhere");
    }
    let location = answer.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
    let to = location.and_then(|location| at.join(location).ok()).ok_or("a redirect without a URL")?;
    // A simulator or a proxy keeps its own media.
    if to.origin() == base.origin() {
        return Ok(to);
    }
    if to.scheme() != "https" || !to.username().is_empty() || to.password().is_some() || to.port().is_some() {
        return Err("a redirect to a URL that media do not have");
    }
    match to.host() {
        Some(Host::Domain(host)) if HOSTS.iter().any(|known| is_below(host, known)) => Ok(to),
        Some(Host::Domain(host)) if is_below(host, STORAGE) && host.split('.').any(|label| label.starts_with("s3")) => {
            Ok(to)
        }
        Some(Host::Domain(_)) => Err("a redirect to a host that is not known to keep Twilio's media"),
        // Also every private address, however it is written.
        Some(Host::Ipv4(_) | Host::Ipv6(_)) | None => Err("a redirect to an IP address"),
    }
}

fn is_below(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::transport::{Reply, Stub};
    use crate::twilio::recordings::SoundFormat;

    fn client(stub: &Stub) -> Client {
        Client::builder("AC0123456789abcdef0123456789abcdef".parse().unwrap())
            .with_auth_token("canary")
            .with_transport(Arc::new(stub.clone()))
            .with_clock(Arc::new(crate::clock::ManualClock::at(chrono::DateTime::UNIX_EPOCH).auto_advancing()))
            .build()
            .unwrap()
    }

    async fn download(stub: &Stub) -> Result<Download, Error> {
        let sid = "RE0123456789abcdef0123456789abcdef".parse().unwrap();
        client(stub).recordings().download(&sid, SoundFormat::Wav).await
    }

    fn to(location: &str) -> Reply {
        Reply::new(302, "").header("location", location)
    }

    #[tokio::test]
    async fn credentials_stay_with_the_api() {
        let stub = Stub::new().then(to("https://media.twiliocdn.com/a")).then(to("/b")).reply(200, "RIFF");
        assert_eq!(&download(&stub).await.unwrap().collect().await.unwrap()[..], b"RIFF");
        let log = stub.log();
        assert!(log[0].headers().contains_key("authorization") && log[0].uri().path().ends_with(".wav"));
        assert_eq!(log[2].uri(), "https://media.twiliocdn.com/b");
        assert!(log[1..].iter().all(|request| request.headers().get("authorization").is_none()));
    }

    #[tokio::test]
    async fn redirects_lead_to_known_hosts_only() {
        for bad in [
            "https://evil.example/a",
            "https://eviltwilio.com/a",
            "https://twilio.com.evil.example/a",
            "https://ec2-1-2-3-4.compute-1.amazonaws.com/a",
            "https://amazonaws.com/a",
            "http://media.twiliocdn.com/a",
            "https://127.0.0.1/a",
            "https://10.0.0.1/a",
            "https://169.254.169.254/latest/meta-data",
            "https://[::1]/a",
            "https://[::ffff:10.0.0.1]/a",
            "https://0x7f.1/a",
            "https://2130706433/a",
            "https://localhost/a",
            "https://u:p@media.twiliocdn.com/a",
            "https://media.twiliocdn.com:8443/a",
            "file:///etc/passwd",
        ] {
            let stub = Stub::new().then(to(bad));
            let error = download(&stub).await.unwrap_err();
            assert!(error.is_permanent(), "{bad}: {error:?}");
            assert_eq!(stub.log().len(), 1, "{bad}");
        }
        let loops = (0..9).fold(Stub::new(), |stub, _| stub.then(to("https://media.twiliocdn.com/a")));
        assert!(download(&loops).await.unwrap_err().is_permanent());
        assert_eq!(loops.log().len(), 6);
    }

    #[tokio::test]
    async fn a_file_over_the_limit_is_an_error_wherever_that_shows() {
        let announced = Stub::new().then(Reply::new(200, "12345").header("content-length", "5"));
        let silent = Stub::new().reply(200, "12345");
        for stub in [announced, silent] {
            let error = download(&stub).await.unwrap().with_limit(4).collect().await.unwrap_err();
            assert!(error.is_permanent(), "{error:?}");
        }
        let exact = Stub::new().reply(200, "12345");
        assert_eq!(download(&exact).await.unwrap().with_limit(5).collect().await.unwrap().len(), 5);
        let cut = Stub::new().then(Reply::new(200, "12345").cut_off());
        assert!(download(&cut).await.unwrap().collect().await.unwrap_err().is_retryable());
    }

    #[tokio::test]
    async fn a_missing_file_is_not_found_and_an_outage_is_tried_again() {
        let stub = Stub::new().reply(404, r#"{"code":20404,"message":"not found"}"#);
        let error = download(&stub).await.unwrap_err();
        assert!(error.is_not_found() && error.code() == Some(20404));
        let stub = Stub::new().reply(503, "").reply(200, "RIFF");
        assert!(download(&stub).await.is_ok());
    }
}
