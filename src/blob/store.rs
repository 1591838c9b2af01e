use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;

use crate::Error;
use crate::id::TenantId;

/// The name of a blob: the tenant and a path of letters, digits, `-`, `_`, `.` and `/` below it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlobKey {
    tenant: TenantId,
    path: Box<str>,
}

/// A text that cannot name a blob.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a blob's name: 1 to 200 letters, digits, '-', '_', '.' and '/', no part empty or beginning with a dot")]
#[non_exhaustive]
pub struct InvalidBlobKey;

impl BlobKey {
    /// Checks the path.
    ///
    /// # Errors
    /// When it is empty, too long, or could lead out of the tenant's place.
    pub fn new(tenant: &TenantId, path: &str) -> Result<Self, InvalidBlobKey> {
        let part = |part: &str| {
            !part.is_empty()
                && !part.starts_with('.')
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        };
        if (1..=200).contains(&path.len()) && path.split('/').all(part) {
            Ok(Self { tenant: tenant.clone(), path: path.into() })
        } else {
            Err(InvalidBlobKey)
        }
    }

    /// Whose it is.
    #[must_use]
    pub fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// The path below the tenant.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }
}

/// Something large. `Debug` shows its size only.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Blob {
    /// The media type.
    pub content_type: String,
    /// The contents.
    pub bytes: Bytes,
}

impl Blob {
    /// A blob.
    #[must_use]
    pub fn new(content_type: impl Into<String>, bytes: Bytes) -> Self {
        Self { content_type: content_type.into(), bytes }
    }
}

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blob({}, {} bytes)", self.content_type, self.bytes.len())
    }
}

/// Keeps blobs.
#[async_trait]
pub trait BlobStore: fmt::Debug + Send + Sync + 'static {
    /// Keeps a blob under its name, in place of one that was there. Whoever reads meanwhile gets the old or the new
    /// one, whole.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when it could not be kept.
    async fn put(&self, key: &BlobKey, content_type: &str, bytes: Bytes) -> Result<(), Error>;

    /// Reads a blob; `None` when there is none of that name.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when it could not be read.
    async fn get(&self, key: &BlobKey) -> Result<Option<Blob>, Error>;

    /// Deletes a blob, if there is one.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when it could not be deleted.
    async fn delete(&self, key: &BlobKey) -> Result<(), Error>;
}
