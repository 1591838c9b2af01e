use serde::Serialize;
use serde_json::Value;

use crate::id::RecordingSid;
use crate::open::open_enum;
use crate::parameters::Param;
use crate::secret::Private;

open_enum! {
    /// Who speaks.
    pub enum Role {
        /// For the business.
        Agent = "Agent",
        /// To the business.
        Customer = "Customer",
    }
}

/// Who speaks on a channel.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ChannelParticipant {
    /// The channel: 1 or 2.
    pub channel_participant: u32,
    /// A name of yours for the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The person's number or address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_participant_id: Option<Private>,
    /// The person's e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<Private>,
    /// The person's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_name: Option<Private>,
    /// The person's picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// Which side the person is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
}

/// What is transcribed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use]
pub struct Channel {
    media_properties: Source,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    participants: Vec<ChannelParticipant>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Source {
    #[serde(skip_serializing_if = "Option::is_none")]
    source_sid: Option<RecordingSid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    media_url: Option<Private>,
}

impl Channel {
    /// A recording of the account.
    pub fn of_recording(recording: RecordingSid) -> Self {
        Self { media_properties: Source { source_sid: Some(recording), media_url: None }, participants: Vec::new() }
    }

    /// A sound file that anybody can fetch.
    pub fn of_media(url: &url::Url) -> Self {
        let source = Source { source_sid: None, media_url: Some(url.as_str().into()) };
        Self { media_properties: source, participants: Vec::new() }
    }

    /// Adds who speaks.
    pub fn participant(mut self, participant: ChannelParticipant) -> Self {
        self.participants.push(participant);
        self
    }
}

impl Param for Channel {
    fn wire(&self) -> String {
        serde_json::to_value(self).as_ref().map(Value::to_string).unwrap_or_default()
    }

    #[cfg(test)]
    fn sample() -> Self {
        Self::of_recording(Param::sample()).participant(ChannelParticipant {
            channel_participant: 1,
            role: Some(Role::Agent),
            ..Default::default()
        })
    }
}
