use url::Url;

use super::ParseError;
use super::call::Place;
use super::fields::{Fields, event};
use crate::address::Address;
use crate::id::{AccountSid, InstallSid, MessageSid, MessagingServiceSid};
use crate::secret::Private;
use crate::twilio::values::{MessageStatus, OptOutType};

/// A file that came with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MediaItem {
    /// Where it can be fetched, with the account's credentials.
    pub url: Private,
    /// Its media type, such as `image/jpeg`.
    pub content_type: Option<String>,
}

/// The places a message names: where its two numbers are registered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Places {
    /// The sender's.
    pub from: Place,
    /// The recipient's.
    pub to: Place,
}

impl Places {
    fn take_group(fields: &mut Fields<'_>) -> Result<Self, ParseError> {
        Ok(Self {
            from: Place::take(fields, ["FromCity", "FromState", "FromZip", "FromCountry"])?,
            to: Place::take(fields, ["ToCity", "ToState", "ToZip", "ToCountry"])?,
        })
    }
}

/// The files of a message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MediaList {
    /// The files, in order.
    pub items: Vec<MediaItem>,
}

impl MediaList {
    fn take_group(fields: &mut Fields<'_>) -> Result<Self, ParseError> {
        let mut items = Vec::new();
        while let Some(url) = fields.numbered("MediaUrl", items.len())? {
            let content_type = fields.numbered("MediaContentType", items.len())?.filter(|text| !text.is_empty());
            items.push(MediaItem { url: url.into(), content_type });
        }
        Ok(Self { items })
    }
}

/// A place that the sender shared.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Location {
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// The address, as the sender's phone wrote it.
    pub address: Option<Private>,
    /// The place's name.
    pub label: Option<Private>,
}

impl std::fmt::Debug for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Location").field("shared", &self.latitude.is_some()).finish_non_exhaustive()
    }
}

impl Location {
    fn take_group(fields: &mut Fields<'_>) -> Result<Self, ParseError> {
        Ok(Self {
            latitude: fields.optional("Latitude")?,
            longitude: fields.optional("Longitude")?,
            address: fields.optional("Address")?,
            label: fields.optional("Label")?,
        })
    }
}

/// A button or list entry that the sender tapped (WhatsApp, RCS).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Button {
    /// Its text.
    pub text: Option<Private>,
    /// The payload given when it was made.
    pub payload: Option<Private>,
    /// Its kind, such as `REPLY`.
    pub kind: Option<String>,
    /// The chosen list entry.
    pub list_id: Option<String>,
    /// The chosen list entry's title.
    pub list_title: Option<Private>,
    /// An interactive answer, as JSON.
    pub interactive_data: Option<Private>,
    /// The answer of a WhatsApp flow, as JSON.
    pub flow_data: Option<Private>,
}

impl Button {
    fn take_group(fields: &mut Fields<'_>) -> Result<Self, ParseError> {
        Ok(Self {
            text: fields.optional("ButtonText")?,
            payload: fields.optional("ButtonPayload")?,
            kind: fields.optional("ButtonType")?,
            list_id: fields.optional("ListId")?,
            list_title: fields.optional("ListTitle")?,
            interactive_data: fields.optional("InteractiveData")?,
            flow_data: fields.optional("FlowData")?,
        })
    }
}

/// The advertisement that led to a WhatsApp message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Referral {
    /// Its text.
    pub body: Option<Private>,
    /// Its headline.
    pub headline: Option<Private>,
    /// Its id.
    pub source_id: Option<String>,
    /// `post` or `ad`.
    pub source_type: Option<String>,
    /// Its address.
    pub source_url: Option<Private>,
    /// Its picture or film.
    pub media_id: Option<String>,
    /// The media type of its picture or film.
    pub media_content_type: Option<String>,
    /// The address of its picture or film.
    pub media_url: Option<Private>,
    /// How many files it has.
    pub num_media: Option<u32>,
    /// The click's id, for Meta's Conversions API.
    pub ctwa_clid: Option<String>,
}

impl Referral {
    fn take_group(fields: &mut Fields<'_>) -> Result<Self, ParseError> {
        Ok(Self {
            body: fields.optional("ReferralBody")?,
            headline: fields.optional("ReferralHeadline")?,
            source_id: fields.optional("ReferralSourceId")?,
            source_type: fields.optional("ReferralSourceType")?,
            source_url: fields.optional("ReferralSourceUrl")?,
            media_id: fields.optional("ReferralMediaId")?,
            media_content_type: fields.optional("ReferralMediaContentType")?,
            media_url: fields.optional("ReferralMediaUrl")?,
            num_media: fields.optional("ReferralNumMedia")?,
            ctwa_clid: fields.optional("ReferralCtwaClid")?,
        })
    }
}

event! {
    /// A message came in: SMS, MMS, WhatsApp or RCS
    /// (<https://www.twilio.com/docs/messaging/guides/webhook-request>).
    pub struct MessageEvent {
        /// The message.
        message_sid: MessageSid = required("MessageSid"),
        /// The account.
        account_sid: AccountSid = required("AccountSid"),
        /// Who sent it.
        from: Address = required("From"),
        /// Whom it was sent to.
        to: Address = required("To"),
        /// The text; empty when there is only a picture.
        body: Private = text("Body"),
        /// `message_sid` under an older name.
        sms_sid: Option<MessageSid> = optional("SmsSid"),
        /// `message_sid` under an older name.
        sms_message_sid: Option<MessageSid> = optional("SmsMessageSid"),
        /// The messaging service that the number belongs to.
        messaging_service_sid: Option<MessagingServiceSid> = optional("MessagingServiceSid"),
        /// `received`.
        sms_status: Option<MessageStatus> = optional("SmsStatus"),
        /// How many files it has.
        num_media: Option<u32> = optional("NumMedia"),
        /// How many segments it was sent in.
        num_segments: Option<u32> = optional("NumSegments"),
        /// The version of Twilio's API.
        api_version: Option<String> = optional("ApiVersion"),
        /// The files.
        media: MediaList = group,
        /// Where the two numbers are registered.
        places: Places = group,
        /// The kind of message, such as `text` or `interactive` (WhatsApp).
        message_type: Option<String> = optional("MessageType"),
        /// The sender's name on WhatsApp or RCS.
        profile_name: Option<Private> = optional("ProfileName"),
        /// The sender's WhatsApp id: the number without a plus sign.
        wa_id: Option<Private> = optional("WaId"),
        /// The sender's id at the channel.
        external_user_id: Option<Private> = optional("ExternalUserId"),
        /// Whether it was forwarded.
        forwarded: Option<bool> = optional("Forwarded"),
        /// Whether it was forwarded many times.
        frequently_forwarded: Option<bool> = optional("FrequentlyForwarded"),
        /// The message it answers.
        original_replied_message_sid: Option<MessageSid> = optional("OriginalRepliedMessageSid"),
        /// Who sent the message it answers.
        original_replied_message_sender: Option<Address> = optional("OriginalRepliedMessageSender"),
        /// A place that was shared.
        location: Location = group,
        /// A button that was tapped.
        button: Button = group,
        /// The advertisement that led here.
        referral: Referral = group,
        /// Which keyword of Advanced Opt-Out it was.
        opt_out_type: Option<OptOutType> = optional("OptOutType"),
        /// What the channel adds, as JSON.
        channel_metadata: Option<Private> = optional("ChannelMetadata"),
    }
}

event! {
    /// A message we sent changed its status
    /// (<https://www.twilio.com/docs/messaging/guides/track-outbound-message-status>). No order is guaranteed, and
    /// there is none for the initial status.
    pub struct MessageStatusEvent {
        /// The message.
        message_sid: MessageSid = required("MessageSid"),
        /// The account.
        account_sid: AccountSid = required("AccountSid"),
        /// Where it stands.
        message_status: MessageStatus = required("MessageStatus"),
        /// Who sent it.
        from: Option<Address> = optional("From"),
        /// Whom it was sent to.
        to: Option<Address> = optional("To"),
        /// Why it failed (<https://www.twilio.com/docs/api/errors>).
        error_code: Option<u32> = optional("ErrorCode"),
        /// The failure in words.
        error_message: Option<Private> = optional("ErrorMessage"),
        /// `message_sid` under an older name.
        sms_sid: Option<MessageSid> = optional("SmsSid"),
        /// `message_status` under an older name.
        sms_status: Option<MessageStatus> = optional("SmsStatus"),
        /// The messaging service that sent it.
        messaging_service_sid: Option<MessagingServiceSid> = optional("MessagingServiceSid"),
        /// The carrier's time of the receipt, `YYMMDDhhmm`.
        raw_dlr_done_date: Option<String> = optional("RawDlrDoneDate"),
        /// The channel that carried it.
        channel_install_sid: Option<InstallSid> = optional("ChannelInstallSid"),
        /// The channel's own words on a failure.
        channel_status_message: Option<Private> = optional("ChannelStatusMessage"),
        /// The channel's prefix, such as `whatsapp`.
        channel_prefix: Option<String> = optional("ChannelPrefix"),
        /// The recipient at the channel.
        channel_to_address: Option<Address> = optional("ChannelToAddress"),
        /// The channel's event, such as `READ`.
        event_type: Option<String> = optional("EventType"),
        /// The version of Twilio's API.
        api_version: Option<String> = optional("ApiVersion"),
    }
}

impl MessageEvent {
    /// The addresses of the files that parse as URLs, with their media types.
    pub fn media_urls(&self) -> impl Iterator<Item = (Url, Option<&str>)> {
        self.media.items.iter().filter_map(|item| Some((Url::parse(&item.url).ok()?, item.content_type.as_deref())))
    }
}
