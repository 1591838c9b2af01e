use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use serde::de::DeserializeOwned;

use super::client::Client;
use super::request::Request;
use super::values::Timestamp;
use crate::Error;

/// More pages than any listing has.
const MOST: usize = 10_000;
/// So many are on a page when nothing else is said.
const USUAL: u32 = 100;
/// So many at most.
const LONGEST: u32 = 1_000;

/// What can be listed. Vapi's lists are sorted by when their items were created, latest first.
pub(super) trait Listed: DeserializeOwned + Send + 'static {
    /// What tells it from others.
    fn name(&self) -> Option<&str>;

    fn created(&self) -> Option<DateTime<Utc>>;
}

/// Says of resources what identifies them.
macro_rules! listed {
    ($($type:ty),*) => {$(
        impl $crate::vapi::page::Listed for $type {
            fn name(&self) -> Option<&str> {
                self.id.as_ref().map(|id| id.as_str())
            }

            fn created(&self) -> Option<::chrono::DateTime<::chrono::Utc>> {
                self.created_at
            }
        }
    )*};
}
pub(super) use listed;

/// Vapi takes no longer pages, and says so only when asked.
pub(super) fn check(request: Request) -> Result<Request, Error> {
    let limit = request.query.get("limit").and_then(|limit| limit.parse::<u32>().ok());
    if limit.is_some_and(|limit| limit > LONGEST) {
        return Err(Error::refused(format!("{}: more than 1,000 on a page", request.what)));
    }
    Ok(request)
}

/// One page.
pub(super) async fn list<T: Listed>(client: &Client, request: Request) -> Result<Vec<T>, Error> {
    client.call(check(request)?).await
}

/// Follows a listing to its end. There are no tokens that lead to a next page, so it is asked for what was created
/// before.
pub(super) fn stream<'a, T: Listed>(client: &'a Client, request: Request) -> BoxStream<'a, Result<T, Error>> {
    let start = Some(Cursor::new(request));
    let pages: BoxStream<'a, Result<Vec<T>, Error>> = stream::try_unfold(start, move |cursor| async move {
        let Some(cursor) = cursor else { return Ok(None) };
        let page: Vec<T> = client.call(check(cursor.request.clone())?).await?;
        cursor.advance(page).map(Some)
    })
    .boxed();
    pages.map_ok(|items| stream::iter(items).map(Ok)).try_flatten().boxed()
}

/// How far a listing was read.
struct Cursor {
    request: Request,
    /// As many as were asked for on a page at first.
    size: u32,
    number: usize,
    /// The millisecond that was read last; it may go on on the next page.
    at: Option<i64>,
    /// What was read of it.
    seen: BTreeSet<String>,
}

impl Cursor {
    fn new(mut request: Request) -> Self {
        let size = request.query.get("limit").and_then(|limit| limit.parse().ok()).unwrap_or(USUAL);
        request.query.set("limit", &size);
        Self { request, size, number: 1, at: None, seen: BTreeSet::new() }
    }

    /// Pure: what is new of a page, and where the next begins; none after the last. What is not read may matter, so a
    /// listing that cannot be followed is an error.
    fn advance<T: Listed>(mut self, page: Vec<T>) -> Result<(Vec<T>, Option<Self>), Error> {
        let stuck = |what| Error::unavailable(format!("{what}: the pages do not end"));
        let is_full = u32::try_from(page.len()).is_ok_and(|length| length >= LONGEST);
        let mut fresh = Vec::with_capacity(page.len());
        for item in page {
            let (Some(name), Some(created)) = (item.name(), item.created()) else {
                return Err(Error::unavailable(format!("{}: an item has no id or time", self.request.what)));
            };
            let created = created.timestamp_millis();
            if self.seen.contains(name) {
                continue;
            }
            if self.at.is_some_and(|at| created > at) {
                return Err(Error::refused(format!("{}: the list is not sorted, latest first", self.request.what)));
            }
            if self.at.is_none_or(|at| created < at) {
                self.at = Some(created);
                self.seen.clear();
            }
            if self.at == Some(created) {
                self.seen.insert(name.to_owned());
            }
            fresh.push(item);
        }
        let Some(last) = self.at.filter(|_| !fresh.is_empty()).and_then(DateTime::from_timestamp_millis) else {
            return if is_full { Err(stuck(self.request.what)) } else { Ok((fresh, None)) };
        };
        if self.number >= MOST {
            return Err(stuck(self.request.what));
        }
        self.number += 1;
        // The rest of the millisecond belongs to it, and what was read of it needs room on the page.
        let before = last.checked_add_signed(TimeDelta::milliseconds(1)).unwrap_or(last);
        let asked = self.request.query.get("createdAtLt").and_then(|text| text.parse::<DateTime<Utc>>().ok());
        self.request.query.set("createdAtLt", &Timestamp(asked.map_or(before, |asked| asked.min(before))));
        let seen = u32::try_from(self.seen.len()).unwrap_or(LONGEST);
        self.request.query.set("limit", &self.size.saturating_add(seen).min(LONGEST));
        Ok((fresh, Some(self)))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde::Deserialize;
    use serde_json::json;

    use super::*;
    use crate::clock::ManualClock;
    use crate::transport::Stub;
    use crate::vapi::CallId;

    #[derive(Debug, Deserialize)]
    struct Item {
        id: Option<CallId>,
        #[serde(rename = "createdAt")]
        created_at: Option<DateTime<Utc>>,
    }

    listed!(Item);

    /// A page of ids with the milliseconds at which they were created.
    fn page(items: &[(&str, i64)]) -> String {
        let at = |millis| DateTime::from_timestamp_millis(millis).unwrap();
        let items: Vec<_> = items.iter().map(|(id, millis)| json!({ "id": id, "createdAt": at(*millis) })).collect();
        json!(items).to_string()
    }

    async fn read(stub: &Stub, request: Request) -> Result<Vec<String>, Error> {
        let clock = ManualClock::at(DateTime::UNIX_EPOCH).auto_advancing();
        let client = Client::new("key".into(), Arc::new(stub.clone()), Arc::new(clock));
        let items: Vec<Item> = stream(&client, request).try_collect().await?;
        Ok(items.into_iter().filter_map(|item| item.id).map(String::from).collect())
    }

    fn request(limit: u32) -> Request {
        let mut request = Request::get("listing", "call");
        request.query.set("limit", &limit);
        request
    }

    #[tokio::test]
    async fn nothing_is_left_out_or_listed_twice_where_times_are_equal() {
        let stub = Stub::new()
            .reply(200, page(&[("d", 9), ("c", 5)]))
            .reply(200, page(&[("c", 5), ("b", 5), ("a", 5)]))
            .reply(200, page(&[("c", 5), ("b", 5), ("a", 5), ("z", 3)]))
            .reply(200, page(&[("z", 3)]));
        assert_eq!(read(&stub, request(2)).await.unwrap(), ["d", "c", "b", "a", "z"]);
        let asked: Vec<_> = stub.log().iter().map(|sent| sent.uri().query().unwrap_or_default().to_owned()).collect();
        assert_eq!(
            asked,
            [
                "limit=2",
                "limit=3&createdAtLt=1970-01-01T00%3A00%3A00.006Z",
                "limit=5&createdAtLt=1970-01-01T00%3A00%3A00.006Z",
                "limit=3&createdAtLt=1970-01-01T00%3A00%3A00.004Z",
            ]
        );
    }

    #[tokio::test]
    async fn an_end_that_was_asked_for_is_kept() {
        let mut request = Request::get("listing", "call");
        request.query.set("createdAtLt", &Timestamp(DateTime::from_timestamp_millis(6).unwrap()));
        let stub = Stub::new().reply(200, page(&[("c", 5), ("b", 2)])).reply(200, "[]");
        assert_eq!(read(&stub, request).await.unwrap(), ["c", "b"]);
        let last = stub.log()[1].uri().to_string();
        assert!(last.ends_with("createdAtLt=1970-01-01T00%3A00%3A00.003Z&limit=101"), "{last}");
    }

    #[tokio::test]
    async fn a_listing_that_cannot_be_followed_is_an_error() {
        for bad in [page(&[("a", 1), ("b", 2)]), r#"[{"id":"a"}]"#.to_owned(), r#"[{"id":"a/b"}]"#.to_owned()] {
            assert!(read(&Stub::new().reply(200, bad.clone()), request(2)).await.is_err(), "{bad}");
        }
        let stub = Stub::new();
        assert!(read(&stub, request(1_001)).await.unwrap_err().is_permanent());
        assert!(stub.log().is_empty());
    }
}
