//! Files that assistants know (<https://docs.vapi.ai/knowledge-base>).
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use std::sync::Arc;
//! # use frontdesk::clock::SystemClock;
//! # use frontdesk::transport::Stub;
//! # use frontdesk::vapi::Client;
//! # let transport = Arc::new(Stub::new().reply(201, r#"{"id":"f1","status":"processing"}"#));
//! # let vapi = Client::new("the key".into(), transport, SystemClock::shared());
//! use frontdesk::vapi::files::{FilePurpose, FileStatus, Upload};
//!
//! let prices = Upload::new("prices.txt", "text/plain", "Check-up: 80 dollars.").purpose(FilePurpose::Assistant);
//! let file = vapi.files().upload(&prices).await?;
//! assert_eq!(file.status, Some(FileStatus::Processing));
//! # Ok(()) }
//! ```

use std::fmt;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::HeaderValue;
use memchr::memmem;
use serde_json::Value;

use super::client::Client;
use super::request::Request;
use super::values::{FileId, Opaque};
use crate::Error;
use crate::object::object;
use crate::open::open_enum;
use crate::parameters::Parameters;
use crate::secret::Private;

/// Files that assistants know.
#[derive(Debug, Clone, Copy)]
pub struct Files<'a> {
    pub(super) client: &'a Client,
}

object! {
    /// A file (<https://docs.vapi.ai/api-reference/files/upload>).
    pub struct File {
        /// Where it is kept.
        bucket: String,
        /// How long it is.
        bytes: f64,
        /// When it was uploaded.
        created_at: DateTime<Utc>,
        /// Its name.
        id: FileId,
        /// Where in the bucket it is kept.
        key: Private,
        /// What is kept along with it.
        metadata: Opaque,
        /// Its media type.
        mimetype: String,
        /// What it is called, in 40 characters at most.
        name: Private,
        /// `file`.
        object: String,
        /// Whose it is.
        org_id: String,
        /// What it was called where it came from.
        original_name: Private,
        /// How long its text is.
        parsed_text_bytes: f64,
        /// Where its text is.
        parsed_text_url: Private,
        /// Where it is kept.
        path: Private,
        /// What it is for.
        purpose: FilePurpose,
        /// What has become of it.
        status: FileStatus,
        /// When it was last changed.
        updated_at: DateTime<Utc>,
        /// Where it is.
        url: Private,
    }
}

object! {
    /// What can be changed of a file.
    pub struct FileUpdate {
        /// What it is called, in 40 characters at most.
        name: Private,
    }
}

impl FileUpdate {
    /// What it is called from now on.
    #[must_use]
    pub fn name(name: impl Into<Private>) -> Self {
        Self { name: Some(name.into()), ..Self::default() }
    }
}

open_enum! {
    /// What a file is for.
    pub enum FilePurpose {
        /// Assistants know it.
        Assistant = "assistant",
        /// It goes along with what is asked of Vapi's composer.
        ComposerAttachment = "composer-attachment",
        /// It belongs to a knowledge base.
        KnowledgeBaseV2 = "knowledge-base-v2",
    }
}

open_enum! {
    /// What has become of a file.
    pub enum FileStatus {
        /// It is being read.
        Processing = "processing",
        /// It was read.
        Done = "done",
        /// It cannot be read.
        Failed = "failed",
    }
}

/// A file to upload.
#[derive(Clone, PartialEq)]
#[must_use]
pub struct Upload {
    name: String,
    kind: String,
    contents: Bytes,
    purpose: Option<FilePurpose>,
    metadata: Option<Value>,
}

impl Upload {
    /// A file by its name, its media type and what is in it.
    pub fn new(name: impl Into<String>, kind: impl Into<String>, contents: impl Into<Bytes>) -> Self {
        Self { name: name.into(), kind: kind.into(), contents: contents.into(), purpose: None, metadata: None }
    }

    /// What it is for.
    pub fn purpose(mut self, purpose: FilePurpose) -> Self {
        self.purpose = Some(purpose);
        self
    }

    /// What is kept along with it: as JSON, 4,096 characters at most.
    pub fn metadata(mut self, metadata: impl Into<Value>) -> Self {
        self.metadata = Some(metadata.into());
        self
    }

    /// Pure: the media type and the body of a form with a part for each
    /// (<https://datatracker.ietf.org/doc/html/rfc7578>).
    fn form(&self) -> Result<(String, Bytes), Error> {
        if HeaderValue::from_str(&self.kind).is_err() {
            return Err(Error::refused("uploading a file: its media type is none"));
        }
        let metadata = self.metadata.as_ref().map(Value::to_string);
        let fields = [("purpose", self.purpose.as_ref().map(FilePurpose::as_str)), ("metadata", metadata.as_deref())];
        let is_in = |boundary: &str| {
            memmem::find(&self.contents, boundary.as_bytes()).is_some()
                || fields.iter().any(|(_, text)| text.is_some_and(|text| text.contains(boundary)))
        };
        let mut boundary = format!("frontdesk-{:032x}", fastrand::u128(..));
        while is_in(&boundary) {
            boundary = format!("frontdesk-{:032x}", fastrand::u128(..));
        }
        let mut body = Vec::with_capacity(self.contents.len() + 1024);
        for (name, text) in fields {
            if let Some(text) = text {
                let part = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n");
                body.extend_from_slice(part.as_bytes());
            }
        }
        // What HTML says of names in such a header.
        let name = self.name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: {}\r\n\r\n",
            self.kind
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(&self.contents);
        body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        Ok((format!("multipart/form-data; boundary={boundary}"), body.into()))
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("kind", &self.kind)
            .field("bytes", &self.contents.len())
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}

fn one(id: &FileId) -> String {
    format!("file/{id}")
}

impl Files<'_> {
    /// Uploads a file.
    ///
    /// # Errors
    /// [`Error::is_outcome_unknown`] when it may be there.
    pub async fn upload(&self, file: &Upload) -> Result<File, Error> {
        let (kind, body) = file.form()?;
        self.client.call(Request::create("uploading a file", "file").with_content(kind, body)).await
    }

    /// The files for a purpose.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when Vapi cannot be reached.
    pub async fn list(&self, purpose: &FilePurpose) -> Result<Vec<File>, Error> {
        let mut query = Parameters::default();
        query.set("purpose", purpose);
        self.client.call(Request::get("listing files", "file").with_query(&query)).await
    }

    /// A file.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none.
    pub async fn get(&self, id: &FileId) -> Result<File, Error> {
        self.client.call(Request::get("reading a file", one(id))).await
    }

    /// Changes what is named of a file.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none.
    pub async fn update(&self, id: &FileId, file: &FileUpdate) -> Result<File, Error> {
        self.client.call(Request::update("changing a file", one(id)).with_json(file)?).await
    }

    /// Deletes a file.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none.
    pub async fn delete(&self, id: &FileId) -> Result<File, Error> {
        self.client.call(Request::delete("deleting a file", one(id))).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_holds_the_file_as_it_is() {
        let contents = Bytes::from_static(b"\x00\xff\r\n--x--\r\n");
        let upload = Upload::new("Anna's \"plan\"\r\n.bin", "application/octet-stream", contents.clone())
            .purpose(FilePurpose::Assistant)
            .metadata(serde_json::json!({ "of": "Anna" }));
        let (kind, body) = upload.form().unwrap();
        let boundary = kind.strip_prefix("multipart/form-data; boundary=").unwrap();
        assert!(memmem::find(&body, &contents).is_some());
        let text = String::from_utf8_lossy(&body);
        assert_eq!(text.matches(boundary).count(), 4);
        assert!(
            text.contains("filename=\"Anna's %22plan%22%0D%0A.bin\"\r\nContent-Type: application/octet-stream\r\n\r\n")
        );
        assert!(text.contains("name=\"purpose\"\r\n\r\nassistant\r\n"));
        assert!(text.contains("name=\"metadata\"\r\n\r\n{\"of\":\"Anna\"}\r\n"));
        assert!(text.ends_with(&format!("\r\n--{boundary}--\r\n")));
        assert!(!format!("{upload:?}").contains("Anna"));
    }

    #[test]
    fn a_media_type_cannot_bring_headers_along() {
        assert!(Upload::new("a", "text/plain\r\nX: y", "a").form().unwrap_err().is_permanent());
    }
}
