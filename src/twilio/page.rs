use std::fmt;

use futures_util::stream::{self, BoxStream, StreamExt};
use serde::de::DeserializeOwned;

use super::{Client, Request};
use crate::Error;

/// A page of a listing as Twilio sends it (<https://www.twilio.com/docs/usage/twilios-response#response-formats-list-paging-information>).
pub trait Paged: DeserializeOwned + Send + 'static {
    /// The key under which the items stand.
    const KEY: &'static str;
    /// Names the operation in errors.
    const WHAT: &'static str;
}

/// Some items and the way to the next ones.
#[derive(Clone)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items, newest first where Twilio says nothing else.
    pub items: Vec<T>,
    next: Option<String>,
}

impl<T: fmt::Debug> fmt::Debug for Page<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The link to the next page repeats the filter, and so perhaps a phone number.
        f.debug_struct("Page").field("items", &self.items).field("is_last", &self.is_last()).finish()
    }
}

impl<T> Page<T> {
    /// True when there is no further page.
    #[must_use]
    pub fn is_last(&self) -> bool {
        self.next.is_none()
    }
}

/// A listing that has not been asked for yet.
#[derive(Debug, Clone)]
#[must_use]
pub struct Listing<T> {
    client: Client,
    first: Request,
    item: std::marker::PhantomData<fn() -> T>,
}

impl<T: Paged> Listing<T> {
    pub(super) fn new(client: Client, first: Request) -> Self {
        Self { client, first, item: std::marker::PhantomData }
    }

    /// The first page.
    ///
    /// # Errors
    /// [`Error::is_unauthorized`] for wrong credentials; [`Error::is_retryable`] when Twilio could not be reached.
    pub async fn page(&self) -> Result<Page<T>, Error> {
        self.fetch(self.first.clone()).await
    }

    /// The page after `page`; `None` after the last.
    ///
    /// # Errors
    /// As [`page`](Self::page).
    pub async fn after(&self, page: &Page<T>) -> Result<Option<Page<T>>, Error> {
        match &page.next {
            Some(uri) => Ok(Some(self.fetch(Request::get(T::WHAT, uri.clone())).await?)),
            None => Ok(None),
        }
    }

    /// All items, fetched page by page as they are asked for. Ends at the first error.
    #[must_use]
    pub fn stream(self) -> BoxStream<'static, Result<T, Error>> {
        enum Step {
            First,
            Next(String),
            Done,
        }
        let state = (self, Vec::new().into_iter(), Step::First);
        stream::try_unfold(state, |(listing, mut items, mut step)| async move {
            loop {
                if let Some(item) = items.next() {
                    return Ok(Some((item, (listing, items, step))));
                }
                let request = match step {
                    Step::First => listing.first.clone(),
                    Step::Next(uri) => Request::get(T::WHAT, uri),
                    Step::Done => return Ok(None),
                };
                let page = listing.fetch(request).await?;
                items = page.items.into_iter();
                step = page.next.map_or(Step::Done, Step::Next);
            }
        })
        .boxed()
    }

    async fn fetch(&self, request: Request) -> Result<Page<T>, Error> {
        let body: serde_json::Map<String, serde_json::Value> = self.client.request(request).await?;
        parse(body)
    }
}

/// Pure: the items and the path of the next page.
fn parse<T: Paged>(mut body: serde_json::Map<String, serde_json::Value>) -> Result<Page<T>, Error> {
    // A page without its list is not an empty page: who looks something up before doing it again must not be misled.
    let items = body.remove(T::KEY).unwrap_or_default();
    let items = serde_json::from_value(items)
        .map_err(|source| super::error::unreadable(T::WHAT, crate::transport::retry::Idempotency::Read, source))?;
    let next = match body.remove("next_page_uri") {
        Some(serde_json::Value::String(uri)) if !uri.is_empty() => Some(uri),
        _ => None,
    };
    // Credentials go to the configured host only: a next page elsewhere is not followed.
    match next {
        Some(uri) if !uri.starts_with('/') || uri.starts_with("//") => Err(Error::refused(T::WHAT)),
        next => Ok(Page { items, next }),
    }
}
