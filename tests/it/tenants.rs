//! Whose number it is, however it is written and whoever had it before.

use std::sync::Arc;

use frontdesk::clock::{Clock, ManualClock};
use frontdesk::feed::{Feed, Watched};
use frontdesk::phone::Region;
use frontdesk::store::{MemoryStore, Store, Unit};
use frontdesk::tenant::{CachedLookup, TenantLookup};

#[tokio::test]
async fn a_number_that_changes_hands_is_looked_up_anew_and_found_however_it_is_written() {
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(chrono::DateTime::UNIX_EPOCH));
    let store = Arc::new(MemoryStore::new(clock.clone()));
    let lookup: Arc<dyn TenantLookup> = Arc::new(CachedLookup::new(store.clone(), clock));
    let watched = Watched::new(store, Feed::new()).with_lookup(lookup.clone());
    let number = "+15551237777".parse().unwrap();
    let (a, b) = ("a".parse().unwrap(), "b".parse().unwrap());
    let find = async || lookup.tenant_of_dialled("(555) 123-7777", Region::new("US")).await.unwrap();
    assert_eq!(find().await, None);
    watched.commit(&a, Unit::new().attach(number)).await.unwrap();
    assert_eq!(find().await, Some(a.clone()), "not half a minute later");
    watched.commit(&a, Unit::new().detach(number)).await.unwrap();
    watched.commit(&b, Unit::new().attach(number)).await.unwrap();
    assert_eq!(find().await, Some(b.clone()));
    for text in ["+1 555 123 7777", "tel:+1-555-123-7777", "sip:+15551237777@desk.example.com"] {
        assert_eq!(lookup.tenant_of_dialled(text, None).await.unwrap(), Some(b.clone()), "{text}");
    }
    assert_eq!(lookup.tenant_of_dialled("5551237777", None).await.unwrap(), None);
    assert_eq!(lookup.tenant_of_dialled("nobody", Region::new("US")).await.unwrap(), None);
}
