use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt};

use super::analyst::blob_key;
use crate::Error;
use crate::blob::BlobStore;
use crate::id::{CallSid, TenantId};
use crate::store::Store;
use crate::twilio::Client;
use crate::twilio::recordings::SoundFormat;

/// Plays recordings through the host, which has made sure before who asks: from where they are kept, else from Twilio,
/// whose credentials nobody gets to see.
#[derive(Clone)]
pub struct Sounds {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) client: Option<Client>,
    pub(crate) blobs: Option<Arc<dyn BlobStore>>,
}

/// Which recording of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Take {
    /// The conversation.
    Conversation,
    /// The voicemail.
    Voicemail,
}

/// Sound on its way to who listens.
#[non_exhaustive]
pub struct Sound {
    /// The media type.
    pub content_type: String,
    /// The size in bytes, where it is known.
    pub length: Option<u64>,
    /// The pieces as they arrive.
    pub pieces: BoxStream<'static, Result<Bytes, Error>>,
}

impl Sounds {
    /// The sound of one of a tenant's calls; `None` when the tenant has no such call or it was not recorded.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when it could not be fetched, [`Error::is_not_found`] when Twilio has deleted it.
    pub async fn play(&self, tenant: &TenantId, call: &CallSid, take: Take) -> Result<Option<Sound>, Error> {
        let Some(record) = self.store.call(tenant, call).await? else { return Ok(None) };
        let recording = match take {
            Take::Conversation => record.recording,
            Take::Voicemail => record.voicemail,
        };
        let Some(recording) = recording else { return Ok(None) };
        if let (Some(blobs), Some(key)) = (&self.blobs, blob_key(tenant, &recording.sid))
            && let Some(blob) = blobs.get(&key).await?
        {
            return Ok(Some(Sound {
                content_type: blob.content_type,
                length: u64::try_from(blob.bytes.len()).ok(),
                pieces: stream::once(async move { Ok(blob.bytes) }).boxed(),
            }));
        }
        let Some(client) = &self.client else { return Ok(None) };
        let download = client.recordings().download(&recording.sid, SoundFormat::Mp3).await?;
        Ok(Some(Sound {
            content_type: download.content_type().unwrap_or("audio/mpeg").to_owned(),
            length: download.content_length(),
            pieces: download.into_stream(),
        }))
    }
}

impl fmt::Debug for Sounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sounds").field("blobs", &self.blobs).finish_non_exhaustive()
    }
}

impl fmt::Debug for Sound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sound").field("content_type", &self.content_type).field("length", &self.length).finish()
    }
}
