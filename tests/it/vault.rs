//! Secrets in a store that somebody tampers with, and keys that change under way.

use std::error::Error as _;
use std::sync::Arc;

use frontdesk::clock::SystemClock;
use frontdesk::id::TenantId;
use frontdesk::store::{MemoryStore, SqliteStore, Store, Unit};
use frontdesk::token::{Sealed, Token};
use frontdesk::vault::{Key, TokenVault, Vault, VaultError};
use sqlx::SqlitePool;

use crate::store::Folder;

fn tenant(name: &str) -> TenantId {
    name.parse().unwrap()
}

fn vault(store: &Arc<dyn Store>, vault: Vault) -> TokenVault {
    TokenVault::new(store.clone(), vault, SystemClock::shared())
}

#[tokio::test]
async fn a_swapped_row_is_an_error() {
    let folder = Folder::new();
    let path = folder.0.join("desk.db");
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&path).await.unwrap());
    let tokens = vault(&store, Vault::new(Key::generate("k").unwrap()));
    tokens.put(&tenant("a"), "google", "x", &"secret of a".into()).await.unwrap();
    tokens.put(&tenant("b"), "google", "x", &"secret of b".into()).await.unwrap();
    let raw = SqlitePool::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    // Nothing readable lies in the file.
    let rows: Vec<String> = sqlx::query_scalar("SELECT record FROM tokens").fetch_all(&raw).await.unwrap();
    assert!(rows.len() == 2 && rows.iter().all(|row| !row.contains("secret of")));
    // Somebody gives a the secret of b.
    let mut row: serde_json::Value = serde_json::from_str(
        &sqlx::query_scalar::<_, String>("SELECT record FROM tokens WHERE tenant = 'b'").fetch_one(&raw).await.unwrap(),
    )
    .unwrap();
    row["tenant"] = "a".into();
    sqlx::query("UPDATE tokens SET record = $1 WHERE tenant = 'a'").bind(row.to_string()).execute(&raw).await.unwrap();
    let error = tokens.get(&tenant("a"), "google", "x").await.unwrap_err();
    let source = error.source().unwrap().downcast_ref::<VaultError>();
    assert!(error.is_permanent() && matches!(source, Some(VaultError::Refused(_))), "{error:?}");
    assert_eq!(tokens.get(&tenant("b"), "google", "x").await.unwrap().unwrap().expose(), "secret of b");
    assert!(tokens.get(&tenant("c"), "google", "x").await.unwrap().is_none());
    tokens.forget(&tenant("b"), "google", "x").await.unwrap();
    assert!(tokens.get(&tenant("b"), "google", "x").await.unwrap().is_none());
}

#[tokio::test]
async fn keys_are_changed_without_a_secret_lost() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new(SystemClock::shared()));
    let (old, new) = (Key::generate("old").unwrap(), Key::generate("new").unwrap());
    let before = vault(&store, Vault::new(old.clone()));
    for number in 0..250 {
        let account = format!("account-{number}");
        before.put(&tenant("a"), "google", &account, &account.as_str().into()).await.unwrap();
    }
    let both = vault(&store, Vault::new(new.clone()).with_old_key(old));
    both.put(&tenant("a"), "google", "account-7", &"a new one".into()).await.unwrap();
    // One that was sealed with a key that is gone.
    let foreign = vault(&store, Vault::new(Key::generate("gone").unwrap()));
    foreign.put(&tenant("b"), "google", "x", &"?".into()).await.unwrap();
    let done = both.reencrypt().await.unwrap();
    assert_eq!((done.seen, done.changed, done.refused), (251, 249, 1));
    let again = both.reencrypt().await.unwrap();
    assert_eq!((again.changed, again.refused), (0, 1));
    let after = vault(&store, Vault::new(new));
    for number in 0..250 {
        let account = format!("account-{number}");
        let expected = if number == 7 { "a new one" } else { account.as_str() };
        assert_eq!(after.get(&tenant("a"), "google", &account).await.unwrap().unwrap().expose(), expected);
    }
    // A token that was refused by the provider is as good as new when another is put in its place.
    let mut refused = store.token(&tenant("a"), "google", "account-1").await.unwrap().unwrap();
    refused.needs_reauth = true;
    store.commit(&tenant("a"), Unit::new().save_token(refused)).await.unwrap();
    after.put(&tenant("a"), "google", "account-1", &"again".into()).await.unwrap();
    assert!(!store.token(&tenant("a"), "google", "account-1").await.unwrap().unwrap().needs_reauth);
    let nonsense = Token::new(tenant("a"), "google", "odd", Sealed::new(vec![9; 3]), chrono::DateTime::UNIX_EPOCH);
    store.commit(&tenant("a"), Unit::new().save_token(nonsense)).await.unwrap();
    assert!(after.get(&tenant("a"), "google", "odd").await.unwrap_err().is_permanent());
}
