//! Where large things are kept, such as the sound of recordings: a port, and two simple adapters.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use frontdesk::blob::{BlobKey, BlobStore, MemoryBlobs};
//!
//! let blobs = MemoryBlobs::new();
//! let key = BlobKey::new(&"clinic".parse()?, "recordings/RE0123456789abcdef0123456789abcdef.mp3")?;
//! blobs.put(&key, "audio/mpeg", "ID3".into()).await?;
//! assert_eq!(blobs.get(&key).await?.ok_or("gone")?.bytes, "ID3");
//! # Ok(()) }
//! ```

mod directory;
mod memory;
mod store;

pub use directory::DirectoryBlobs;
pub use memory::MemoryBlobs;
pub use store::{Blob, BlobKey, BlobStore, InvalidBlobKey};
