//! Seals all tokens and credentials in a store with a new key: the re-encrypt command.
//!
//! ```text
//! cargo run --example rotate_keys
//! ```
//!
//! makes a store of its own, fills it, and changes its key. On your own:
//!
//! ```text
//! DATABASE_URL=postgres://… FRONTDESK_KEY="2026-11=$(openssl rand -base64 32)" FRONTDESK_OLD_KEYS="2025-11=…" \
//!     cargo run --example rotate_keys --features postgres,vault
//! ```
//!
//! `DATABASE_URL` may also name a file of SQLite's (`sqlite:desk.db`). Stopped anywhere, it is run again. When it says
//! that nothing was refused, the old keys can go.

#![allow(clippy::print_stdout, reason = "it reports what it did")]

use std::sync::Arc;

use frontdesk::Secret;
use frontdesk::clock::SystemClock;
use frontdesk::store::{self, MemoryStore, Store};
use frontdesk::vault::{Key, TokenVault, Vault};

type Failure = Box<dyn std::error::Error>;

/// `name=base64`.
fn key(text: &str) -> Result<Key, Failure> {
    let (name, key) = text.trim().split_once('=').ok_or("a key is written name=base64")?;
    Ok(Key::from_base64(name, &Secret::from(key))?)
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let Some(url) = variable("DATABASE_URL") else { return demonstrate().await };
    let mut vault = Vault::new(key(&variable("FRONTDESK_KEY").ok_or("FRONTDESK_KEY is missing")?)?);
    for old in variable("FRONTDESK_OLD_KEYS").unwrap_or_default().split(',').filter(|old| !old.is_empty()) {
        vault = vault.with_old_key(key(old)?);
    }
    report(&TokenVault::new(store::connect(&url).await?, vault, SystemClock::shared())).await
}

async fn report(tokens: &TokenVault) -> Result<(), Failure> {
    let done = tokens.reencrypt().await?;
    println!("{} secrets: {} sealed anew, {} refused", done.seen, done.changed, done.refused);
    if done.refused > 0 {
        return Err("some secrets do not open with these keys: keep the old ones".into());
    }
    Ok(())
}

async fn demonstrate() -> Result<(), Failure> {
    let clock = SystemClock::shared();
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new(clock.clone()));
    let (old, new) = (Key::generate("2025-11")?, Key::generate("2026-11")?);
    let before = TokenVault::new(store.clone(), Vault::new(old.clone()), clock.clone());
    for tenant in ["riverside-clinic", "harbour-salon"] {
        before.put(&tenant.parse()?, "google", "calendar@example.com", &"1//refresh-token".into()).await?;
    }
    println!("Two tokens are sealed with the key 2025-11.");
    let both = TokenVault::new(store.clone(), Vault::new(new.clone()).with_old_key(old), clock.clone());
    report(&both).await?;
    let after = TokenVault::new(store, Vault::new(new), clock);
    let opened = after.get(&"harbour-salon".parse()?, "google", "calendar@example.com").await?;
    println!("With the key 2026-11 alone, the second one opens: {}", opened.is_some());
    Ok(())
}
