use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;

use super::store::{Blob, BlobKey, BlobStore};
use crate::Error;

/// Keeps blobs in this process's memory: for tests and demonstrations. Clones share their contents.
#[derive(Clone, Default)]
pub struct MemoryBlobs(Arc<Mutex<HashMap<BlobKey, Blob>>>);

impl MemoryBlobs {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// True when there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl fmt::Debug for MemoryBlobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemoryBlobs({})", self.len())
    }
}

#[async_trait]
impl BlobStore for MemoryBlobs {
    async fn put(&self, key: &BlobKey, content_type: &str, bytes: Bytes) -> Result<(), Error> {
        let mut blobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        blobs.insert(key.clone(), Blob::new(content_type, bytes));
        Ok(())
    }

    async fn get(&self, key: &BlobKey) -> Result<Option<Blob>, Error> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned())
    }

    async fn delete(&self, key: &BlobKey) -> Result<(), Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
        Ok(())
    }
}
