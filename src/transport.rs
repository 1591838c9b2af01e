//! HTTP as a trait: hosts bring their client, tests bring a script, the crate brings reqwest.
//!
//! A [`Transport`] carries one request to one answer and knows nothing of providers, retries or credentials.
//! [`retry`] puts attempts, back-off and deadlines around it.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use frontdesk::transport::{Stub, Transport};
//!
//! let stub = Stub::new().reply(200, "hello");
//! let request = http::Request::get("https://example.com/greeting").body(bytes::Bytes::new())?;
//! let answer = stub.call(request).await?;
//! assert_eq!(answer.into_body().collect(1024).await?, "hello");
//! assert_eq!(stub.log()[0].uri().path(), "/greeting");
//! # Ok(()) }
//! ```

mod body;
mod caller;
mod failure;
#[cfg(feature = "reqwest")]
mod reqwest;
pub mod retry;
mod stub;

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

pub use body::Body;
pub(crate) use caller::{Caller, answer_error, unreadable};
pub use failure::Failure;
#[cfg(feature = "reqwest")]
#[cfg_attr(docsrs, doc(cfg(feature = "reqwest")))]
pub use reqwest::{Reqwest, ReqwestBuilder};
pub use stub::{Reply, Stub};

/// Carries one request to its answer.
///
/// Implementations follow no redirects and make no attempts of their own: a redirect is an answer, and what is
/// safe to repeat is decided above. They finish in finite time.
#[async_trait]
pub trait Transport: fmt::Debug + Send + Sync + 'static {
    /// Sends the request; any status is an answer.
    ///
    /// # Errors
    /// [`Failure`], which tells a request that was never sent from one whose outcome is unknown.
    async fn call(&self, request: http::Request<Bytes>) -> Result<http::Response<Body>, Failure>;
}

/// A request's own time limit, put into its extensions; it replaces the transport's default for that request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline(pub Duration);
