use chrono::{DateTime, Utc};
use url::Url;

use crate::schedule::Interval;

/// Pure: a link that puts an appointment into the calendar of whoever opens it, whether or not they are invited. What it
/// says is in the link.
///
/// ```
/// use frontdesk::calendar::add_link;
/// use frontdesk::schedule::Interval;
///
/// let tuesday = Interval::new("2026-12-01T15:00:00Z".parse()?, "2026-12-01T15:30:00Z".parse()?)?;
/// assert_eq!(
///     add_link("Check-up", tuesday).as_ref().map(|link| link.as_str()),
///     Some(
///         "https://calendar.google.com/calendar/render?action=TEMPLATE&text=Check-up\
///          &dates=20261201T150000Z%2F20261201T153000Z"
///     )
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn add_link(title: &str, interval: Interval) -> Option<Url> {
    let stamp = |at: DateTime<Utc>| at.format("%Y%m%dT%H%M%SZ");
    let dates = format!("{}/{}", stamp(interval.start()), stamp(interval.end()));
    let parameters = [("action", "TEMPLATE"), ("text", title), ("dates", dates.as_str())];
    Url::parse_with_params("https://calendar.google.com/calendar/render", parameters).ok()
}
