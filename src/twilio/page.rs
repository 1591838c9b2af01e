use std::fmt;
use std::marker::PhantomData;

use futures_util::stream::{self, BoxStream, StreamExt};
use serde::de::{DeserializeOwned, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::{Client, Request};
use crate::Error;
use crate::transport::retry::Idempotency;

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
    item: PhantomData<fn() -> T>,
}

impl<T: Paged> Listing<T> {
    pub(super) fn new(client: Client, first: Request) -> Self {
        Self { client, first, item: PhantomData }
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
            Some(uri) => Ok(Some(self.fetch(Request::get(T::WHAT, uri.clone()).on(self.first.product)).await?)),
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
                    Step::Next(uri) => Request::get(T::WHAT, uri).on(listing.first.product),
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
        let product = request.product;
        let answer = self.client.send(request).await?;
        let (items, next) = parse(answer.body())?;
        // Credentials go to the configured host only: a next page elsewhere is not followed.
        let next = match next {
            Some(link) => {
                Some(self.client.origins().path_within(product, &link).ok_or(Error::refused(T::WHAT))?.to_owned())
            }
            None => None,
        };
        Ok(Page { items, next })
    }
}

/// Pure: the items and the link to the next page, under `next_page_uri` or, in newer APIs, `meta.next_page_url`.
///
/// A page without its list is not an empty page: who looks something up before doing it again must not be misled.
fn parse<T: Paged>(body: &[u8]) -> Result<(Vec<T>, Option<String>), Error> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let parts = reader.deserialize_map(PageVisitor(PhantomData)).and_then(|parts| reader.end().map(|()| parts));
    let unreadable = |source| crate::transport::unreadable(T::WHAT, Idempotency::Read, source);
    match parts.map_err(unreadable)? {
        (Some(items), next) => Ok((items, next.filter(|link| !link.is_empty()))),
        (None, _) => Err(unreadable(serde::de::Error::missing_field(T::KEY))),
    }
}

/// Reads the list where it stands, without building the rest.
struct PageVisitor<T>(PhantomData<fn() -> T>);

#[derive(serde::Deserialize)]
struct Meta {
    #[serde(default)]
    next_page_url: Option<String>,
}

impl<'de, T: Paged> Visitor<'de> for PageVisitor<T> {
    type Value = (Option<Vec<T>>, Option<String>);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a page")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut items, mut next) = (None, None);
        while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            match &*key {
                key if key == T::KEY => items = Some(map.next_value()?),
                "next_page_uri" => next = map.next_value()?,
                "meta" => next = map.next_value::<Option<Meta>>()?.and_then(|meta| meta.next_page_url),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok((items, next))
    }
}
