use std::io::{self, Write};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use bytes::Bytes;

use super::store::{Blob, BlobKey, BlobStore};
use crate::Error;

/// Keeps blobs as files of a directory: `tenant/path`, and the media type beside it in `tenant/path.type`.
///
/// A file is written beside its place, synced, and moved there, so that no half of one is ever read. With
/// the feature `tokio` the disk is waited for on a thread of the runtime's; without it the caller's thread waits.
#[derive(Debug, Clone)]
pub struct DirectoryBlobs {
    root: PathBuf,
}

impl DirectoryBlobs {
    /// Uses a directory, and makes it if it is not there.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when it cannot be made.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self, Error> {
        let root = root.into();
        std::fs::create_dir_all(&root)
            .map_err(|source| Error::refused("opening a directory of blobs").with_source(source))?;
        Ok(Self { root })
    }

    /// A tenant's id may hold what a file's name may not, so that it is spelt in hexadecimal.
    fn path(&self, key: &BlobKey) -> PathBuf {
        let tenant: String = key.tenant().as_str().bytes().map(|byte| format!("{byte:02x}")).collect();
        self.root.join(split(&tenant)).join(key.path())
    }
}

/// No part of a path may be longer than 255 bytes.
fn split(tenant: &str) -> PathBuf {
    let mut path = PathBuf::new();
    let mut rest = tenant;
    while rest.len() > 200 {
        let (part, more) = rest.split_at(200);
        path.push(format!("{part}-"));
        rest = more;
    }
    path.push(rest);
    path
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let draft = beside(path, &format!(".{:016x}.draft", fastrand::u64(..)));
    let written = std::fs::File::create(&draft).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let moved = written.and_then(|()| std::fs::rename(&draft, path));
    if moved.is_err() {
        let _ = std::fs::remove_file(&draft);
    }
    moved
}

/// Runs what the disk delays on a thread for that, where there is a runtime that has one.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    #[cfg(feature = "tokio")]
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        return runtime.spawn_blocking(work).await.unwrap_or_else(|error| Err(io::Error::other(error)));
    }
    work()
}

fn missing<T>(outcome: io::Result<T>) -> io::Result<Option<T>> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[async_trait]
impl BlobStore for DirectoryBlobs {
    async fn put(&self, key: &BlobKey, content_type: &str, bytes: Bytes) -> Result<(), Error> {
        let path = self.path(key);
        let kind = content_type.to_owned();
        let put = move || {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            write(&beside(&path, ".type"), kind.as_bytes())?;
            write(&path, &bytes)
        };
        blocking(put).await.map_err(|source| Error::unavailable("keeping a blob").with_source(source))
    }

    async fn get(&self, key: &BlobKey) -> Result<Option<Blob>, Error> {
        let path = self.path(key);
        let get = move || {
            let Some(bytes) = missing(std::fs::read(&path))? else { return Ok(None) };
            let kind = missing(std::fs::read_to_string(beside(&path, ".type")))?;
            Ok(Some(Blob::new(kind.unwrap_or_else(|| "application/octet-stream".to_owned()), bytes.into())))
        };
        blocking(get).await.map_err(|source: io::Error| Error::unavailable("reading a blob").with_source(source))
    }

    async fn delete(&self, key: &BlobKey) -> Result<(), Error> {
        let path = self.path(key);
        let delete = move || {
            missing(std::fs::remove_file(&path))?;
            missing(std::fs::remove_file(beside(&path, ".type")))
        };
        blocking(delete).await.map(|_| ()).map_err(|source| Error::unavailable("deleting a blob").with_source(source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blob::MemoryBlobs;

    async fn keeps(blobs: &dyn BlobStore) {
        let (a, b) = ("praxis-müller".parse().unwrap(), "b".repeat(128).parse().unwrap());
        let key = |tenant| BlobKey::new(tenant, "recordings/x.mp3").unwrap();
        assert_eq!(blobs.get(&key(&a)).await.unwrap(), None);
        blobs.put(&key(&a), "audio/mpeg", "one".into()).await.unwrap();
        blobs.put(&key(&a), "audio/wav", "two".into()).await.unwrap();
        assert_eq!(blobs.get(&key(&a)).await.unwrap(), Some(Blob::new("audio/wav", "two".into())));
        assert_eq!(blobs.get(&key(&b)).await.unwrap(), None, "another tenant's are not found");
        blobs.put(&key(&b), "audio/mpeg", "b".into()).await.unwrap();
        blobs.delete(&key(&a)).await.unwrap();
        blobs.delete(&key(&a)).await.unwrap();
        assert_eq!(blobs.get(&key(&a)).await.unwrap(), None);
        assert!(blobs.get(&key(&b)).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn both_keep_what_they_are_given() {
        keeps(&MemoryBlobs::new()).await;
        let root = std::env::temp_dir().join(format!("frontdesk-blobs-{:016x}", fastrand::u64(..)));
        keeps(&DirectoryBlobs::open(&root).unwrap()).await;
        std::fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn no_name_leads_out() {
        let tenant = "a".parse().unwrap();
        for bad in ["", "/x", "x/", "a//b", "..", "a/../b", ".x", "a/.x", "a\\b", "a b", "ä", &"x".repeat(201)] {
            assert!(BlobKey::new(&tenant, bad).is_err(), "{bad:?}");
        }
    }
}
