use futures_util::stream::{self, BoxStream, StreamExt};
use serde::de::DeserializeOwned;

use super::client::Client;
use super::request::Request;
use crate::Error;

/// Follows the pages of a listing; one that leads to itself is the last.
pub(super) fn pages<'a, T: DeserializeOwned + Send + 'a>(
    client: &'a Client,
    request: Request,
    next: fn(&T) -> Option<String>,
) -> BoxStream<'a, Result<T, Error>> {
    stream::try_unfold(Some(request), move |request| async move {
        let Some(mut request) = request else { return Ok(None) };
        let page: T = client.call(request.clone()).await?;
        let token = next(&page).filter(|token| request.query.get("pageToken") != Some(token));
        let following = token.map(|token| {
            request.query.set("pageToken", &token);
            request
        });
        Ok(Some((page, following)))
    })
    .boxed()
}
