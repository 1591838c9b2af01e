use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};
use rust_decimal::Decimal;
use url::Url;

use super::{AddressRetention, ContentRetention, RiskCheck, ScheduleType, TrafficType};
use crate::address::Address;
use crate::id::{ApplicationSid, ContentSid, MessagingServiceSid};
use crate::phone::E164;
use crate::secret::Private;
use crate::twilio::Request;

/// Who a message is from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sender {
    /// A number, short code, alphanumeric sender or channel address of the account.
    Address(Address),
    /// A messaging service, which chooses.
    Service(MessagingServiceSid),
}

impl From<E164> for Sender {
    fn from(number: E164) -> Self {
        Self::Address(number.into())
    }
}

impl From<&E164> for Sender {
    fn from(number: &E164) -> Self {
        Self::Address(number.into())
    }
}

impl From<String> for Sender {
    fn from(text: String) -> Self {
        Self::Address(text.into())
    }
}

impl From<&str> for Sender {
    fn from(text: &str) -> Self {
        Self::Address(text.into())
    }
}

impl From<Address> for Sender {
    fn from(address: Address) -> Self {
        Self::Address(address)
    }
}

impl From<MessagingServiceSid> for Sender {
    fn from(sid: MessagingServiceSid) -> Self {
        Self::Service(sid)
    }
}

/// A message to send (<https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource>).
#[derive(Clone, PartialEq, Eq)]
#[must_use]
pub struct NewMessage {
    to: Address,
    from: Option<Address>,
    service: Option<MessagingServiceSid>,
    body: Option<Private>,
    media_url: Vec<Url>,
    content: Option<ContentSid>,
    content_variables: Option<Private>,
    status_callback: Option<Url>,
    application: Option<ApplicationSid>,
    max_price: Option<Decimal>,
    provide_feedback: Option<bool>,
    attempt: Option<u32>,
    validity_period: Option<u32>,
    force_delivery: Option<bool>,
    content_retention: Option<ContentRetention>,
    address_retention: Option<AddressRetention>,
    smart_encoded: Option<bool>,
    persistent_action: Vec<String>,
    traffic_type: Option<TrafficType>,
    shorten_urls: Option<bool>,
    schedule_type: Option<ScheduleType>,
    send_at: Option<DateTime<Utc>>,
    send_as_mms: Option<bool>,
    risk_check: Option<RiskCheck>,
    fallback_from: Option<Address>,
}

impl NewMessage {
    fn new(from: Sender, to: Address) -> Self {
        let (from, service) = match from {
            Sender::Address(address) => (Some(address), None),
            Sender::Service(sid) => (None, Some(sid)),
        };
        Self {
            to,
            from,
            service,
            body: None,
            media_url: Vec::new(),
            content: None,
            content_variables: None,
            status_callback: None,
            application: None,
            max_price: None,
            provide_feedback: None,
            attempt: None,
            validity_period: None,
            force_delivery: None,
            content_retention: None,
            address_retention: None,
            smart_encoded: None,
            persistent_action: Vec::new(),
            traffic_type: None,
            shorten_urls: None,
            schedule_type: None,
            send_at: None,
            send_as_mms: None,
            risk_check: None,
            fallback_from: None,
        }
    }

    /// A text of up to 1,600 characters.
    pub fn sms(from: impl Into<Sender>, to: impl Into<Address>, body: impl Into<Private>) -> Self {
        let mut message = Self::new(from.into(), to.into());
        message.body = Some(body.into());
        message
    }

    /// A message of up to ten files; [`body`](Self::body) adds a text.
    pub fn mms(from: impl Into<Sender>, to: impl Into<Address>, media: impl IntoIterator<Item = Url>) -> Self {
        let mut message = Self::new(from.into(), to.into());
        message.media_url.extend(media);
        message
    }

    /// A message made from a content template (<https://www.twilio.com/docs/content>).
    pub fn content(from: impl Into<Sender>, to: impl Into<Address>, template: ContentSid) -> Self {
        let mut message = Self::new(from.into(), to.into());
        message.content = Some(template);
        message
    }

    /// The text.
    pub fn body(mut self, body: impl Into<Private>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Adds a file by its public URL.
    pub fn media_url(mut self, url: Url) -> Self {
        self.media_url.push(url);
        self
    }

    /// A sender out of the messaging service's pool, when a service sends.
    pub fn from(mut self, from: impl Into<Address>) -> Self {
        self.from = Some(from.into());
        self
    }

    /// The messaging service, when it does not choose the sender.
    pub fn messaging_service(mut self, sid: MessagingServiceSid) -> Self {
        self.service = Some(sid);
        self
    }

    /// The template's variables.
    pub fn content_variables(mut self, variables: &BTreeMap<String, String>) -> Self {
        self.content_variables = Some(serde_json::json!(variables).to_string().into());
        self
    }

    /// Where status changes are told.
    pub fn status_callback(mut self, url: Url) -> Self {
        self.status_callback = Some(url);
        self
    }

    /// The TwiML application whose status callback is used.
    pub fn application(mut self, sid: ApplicationSid) -> Self {
        self.application = Some(sid);
        self
    }

    /// The most it may cost, in US dollars.
    pub fn max_price(mut self, price: Decimal) -> Self {
        self.max_price = Some(price);
        self
    }

    /// Whether [`feedback`](super::Messages::feedback) will be given.
    pub fn provide_feedback(mut self, yes: bool) -> Self {
        self.provide_feedback = Some(yes);
        self
    }

    /// How many attempts were made before, this one included.
    pub fn attempt(mut self, attempt: u32) -> Self {
        self.attempt = Some(attempt);
        self
    }

    /// How long it may wait in Twilio's queue: 1 to 36,000 seconds, 36,000 by default.
    pub fn validity_period(mut self, seconds: u32) -> Self {
        self.validity_period = Some(seconds);
        self
    }

    /// Reserved by Twilio.
    pub fn force_delivery(mut self, yes: bool) -> Self {
        self.force_delivery = Some(yes);
        self
    }

    /// Whether Twilio keeps the text.
    pub fn content_retention(mut self, retention: ContentRetention) -> Self {
        self.content_retention = Some(retention);
        self
    }

    /// Whether Twilio keeps the numbers.
    pub fn address_retention(mut self, retention: AddressRetention) -> Self {
        self.address_retention = Some(retention);
        self
    }

    /// Whether look-alikes replace characters that would need UCS-2.
    pub fn smart_encoded(mut self, yes: bool) -> Self {
        self.smart_encoded = Some(yes);
        self
    }

    /// Adds a rich action, such as `mailto:…`.
    pub fn persistent_action(mut self, action: impl Into<String>) -> Self {
        self.persistent_action.push(action.into());
        self
    }

    /// How it is billed.
    pub fn traffic_type(mut self, kind: TrafficType) -> Self {
        self.traffic_type = Some(kind);
        self
    }

    /// Whether links are shortened.
    pub fn shorten_urls(mut self, yes: bool) -> Self {
        self.shorten_urls = Some(yes);
        self
    }

    /// How it is scheduled; implied by [`send_at`](Self::send_at).
    pub fn schedule_type(mut self, kind: ScheduleType) -> Self {
        self.schedule_type = Some(kind);
        self
    }

    /// When to send it: 5 minutes to 35 days ahead, through a messaging service.
    pub fn send_at(mut self, time: DateTime<Utc>) -> Self {
        self.send_at = Some(time);
        self
    }

    /// Whether a long text goes as MMS.
    pub fn send_as_mms(mut self, yes: bool) -> Self {
        self.send_as_mms = Some(yes);
        self
    }

    /// Whether the SMS pumping protection looks at it.
    pub fn risk_check(mut self, check: RiskCheck) -> Self {
        self.risk_check = Some(check);
        self
    }

    /// The sender to fall back to when the channel does not reach the recipient.
    pub fn fallback_from(mut self, from: impl Into<Address>) -> Self {
        self.fallback_from = Some(from.into());
        self
    }

    /// Pure: the request that creates it.
    pub fn to_request(&self) -> Request {
        let flag = |value: Option<bool>| value.map(|value| value.to_string());
        let schedule = match (&self.schedule_type, self.send_at) {
            (None, Some(_)) => Some(ScheduleType::Fixed),
            (kind, _) => kind.clone(),
        };
        let mut request = Request::create("creating a message", "/2010-04-01/Accounts/{AccountSid}/Messages.json")
            .with_field("To", self.to.to_wire())
            .with_optional("From", self.from.as_ref().map(Address::to_wire))
            .with_optional("MessagingServiceSid", self.service.map(|sid| sid.to_string()))
            .with_optional("Body", self.body.as_deref());
        for url in &self.media_url {
            request = request.with_field("MediaUrl", url.as_str());
        }
        request = request
            .with_optional("ContentSid", self.content.map(|sid| sid.to_string()))
            .with_optional("ContentVariables", self.content_variables.as_deref())
            .with_optional("StatusCallback", self.status_callback.as_ref().map(Url::as_str))
            .with_optional("ApplicationSid", self.application.map(|sid| sid.to_string()))
            .with_optional("MaxPrice", self.max_price.map(|price| price.to_string()))
            .with_optional("ProvideFeedback", flag(self.provide_feedback))
            .with_optional("Attempt", self.attempt.map(|attempt| attempt.to_string()))
            .with_optional("ValidityPeriod", self.validity_period.map(|seconds| seconds.to_string()))
            .with_optional("ForceDelivery", flag(self.force_delivery))
            .with_optional("ContentRetention", self.content_retention.as_ref().map(ContentRetention::as_str))
            .with_optional("AddressRetention", self.address_retention.as_ref().map(AddressRetention::as_str))
            .with_optional("SmartEncoded", flag(self.smart_encoded));
        for action in &self.persistent_action {
            request = request.with_field("PersistentAction", action.clone());
        }
        request
            .with_optional("TrafficType", self.traffic_type.as_ref().map(TrafficType::as_str))
            .with_optional("ShortenUrls", flag(self.shorten_urls))
            .with_optional("ScheduleType", schedule.as_ref().map(ScheduleType::as_str))
            .with_optional("SendAt", self.send_at.map(|time| time.to_rfc3339_opts(SecondsFormat::Secs, true)))
            .with_optional("SendAsMms", flag(self.send_as_mms))
            .with_optional("RiskCheck", self.risk_check.as_ref().map(RiskCheck::as_str))
            .with_optional("FallbackFrom", self.fallback_from.as_ref().map(Address::to_wire))
    }
}

impl fmt::Debug for NewMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewMessage")
            .field("to", &self.to)
            .field("from", &self.from)
            .field("body", &self.body)
            .field("media", &self.media_url.len())
            .finish_non_exhaustive()
    }
}
