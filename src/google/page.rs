use futures_util::stream::{self, BoxStream, StreamExt};
use serde::de::DeserializeOwned;

use super::client::Client;
use super::request::Request;
use crate::Error;

/// More pages than any listing has.
const MOST: usize = 10_000;

/// Follows the pages of a listing. One that leads to itself, or on and on, is an error: what is not read may matter.
pub(super) fn pages<'a, T: DeserializeOwned + Send + 'a>(
    client: &'a Client,
    request: Request,
    next: fn(&T) -> Option<String>,
) -> BoxStream<'a, Result<T, Error>> {
    stream::try_unfold(Some((request, 1)), move |state| async move {
        let Some((mut request, number)) = state else { return Ok(None) };
        let page: T = client.call(request.clone()).await?;
        let following = match next(&page) {
            Some(token) if number >= MOST || request.query.get("pageToken") == Some(&token) => {
                return Err(Error::unavailable(format!("{}: the pages do not end", request.what)));
            }
            Some(token) => {
                request.query.set("pageToken", &token);
                Some((request, number + 1))
            }
            None => None,
        };
        Ok(Some((page, following)))
    })
    .boxed()
}
