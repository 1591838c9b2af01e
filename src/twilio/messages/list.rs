use chrono::{DateTime, SecondsFormat, Utc};

use crate::address::Address;
use crate::id::MessageSid;
use crate::twilio::Request;

fn time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Which messages to list (<https://www.twilio.com/docs/messaging/api/message-resource#read-multiple-message-resources>).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct ListMessages {
    to: Option<Address>,
    from: Option<Address>,
    sent_on: Option<DateTime<Utc>>,
    sent_before: Option<DateTime<Utc>>,
    sent_after: Option<DateTime<Utc>>,
    page_size: Option<u32>,
}

impl ListMessages {
    /// All messages.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sent to this address only.
    pub fn to(mut self, to: impl Into<Address>) -> Self {
        self.to = Some(to.into());
        self
    }

    /// Sent from this address only.
    pub fn from(mut self, from: impl Into<Address>) -> Self {
        self.from = Some(from.into());
        self
    }

    /// Sent on this day (UTC) only.
    pub fn sent_on(mut self, day: DateTime<Utc>) -> Self {
        self.sent_on = Some(day);
        self
    }

    /// Sent before or at this time only.
    pub fn sent_before(mut self, time: DateTime<Utc>) -> Self {
        self.sent_before = Some(time);
        self
    }

    /// Sent at or after this time only.
    pub fn sent_after(mut self, time: DateTime<Utc>) -> Self {
        self.sent_after = Some(time);
        self
    }

    /// How many to fetch at a time: 1 to 1,000, 50 by default.
    pub fn page_size(mut self, size: u32) -> Self {
        self.page_size = Some(size);
        self
    }

    /// Pure: the request for the first page.
    pub fn to_request(&self) -> Request {
        Request::get("listing messages", "/2010-04-01/Accounts/{AccountSid}/Messages.json")
            .with_optional_query("To", self.to.as_ref().map(Address::to_wire))
            .with_optional_query("From", self.from.as_ref().map(Address::to_wire))
            .with_optional_query("DateSent", self.sent_on.map(time))
            .with_optional_query("DateSent<", self.sent_before.map(time))
            .with_optional_query("DateSent>", self.sent_after.map(time))
            .with_optional_query("PageSize", self.page_size.map(|size| size.to_string()))
    }
}

/// Which files of a message to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct ListMedia {
    created_on: Option<DateTime<Utc>>,
    created_before: Option<DateTime<Utc>>,
    created_after: Option<DateTime<Utc>>,
    page_size: Option<u32>,
}

impl ListMedia {
    /// All files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Created on this day (UTC) only.
    pub fn created_on(mut self, day: DateTime<Utc>) -> Self {
        self.created_on = Some(day);
        self
    }

    /// Created before or at this time only.
    pub fn created_before(mut self, time: DateTime<Utc>) -> Self {
        self.created_before = Some(time);
        self
    }

    /// Created at or after this time only.
    pub fn created_after(mut self, time: DateTime<Utc>) -> Self {
        self.created_after = Some(time);
        self
    }

    /// How many to fetch at a time: 1 to 1,000, 50 by default.
    pub fn page_size(mut self, size: u32) -> Self {
        self.page_size = Some(size);
        self
    }

    /// Pure: the request for the first page.
    pub fn to_request(&self, message: &MessageSid) -> Request {
        let path = format!("/2010-04-01/Accounts/{{AccountSid}}/Messages/{message}/Media.json");
        Request::get("listing a message's media", path)
            .with_optional_query("DateCreated", self.created_on.map(time))
            .with_optional_query("DateCreated<", self.created_before.map(time))
            .with_optional_query("DateCreated>", self.created_after.map(time))
            .with_optional_query("PageSize", self.page_size.map(|size| size.to_string()))
    }
}
