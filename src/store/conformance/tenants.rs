use futures_util::future::join_all;

use super::Bench;
use super::fixtures::tenant;
use crate::phone::E164;
use crate::store::{Commit, Unit};
use crate::tenant::Tenant;

fn number(last: u32) -> E164 {
    format!("+1555123{last:04}").parse().unwrap()
}

pub(super) async fn settings_are_kept_and_numbers_lead_to_them(bench: Bench) {
    let store = &bench.store;
    let settings = Tenant::new(tenant("a")).with_name("Riverside").with_number(number(2)).with_number(number(1));
    bench.applied("a", Unit::new().save_tenant(settings.clone())).await;
    assert_eq!(bench.commit("a", Unit::new().save_tenant(settings)).await, Commit::Stale, "it is there already");
    let mut known = store.tenant(&tenant("a")).await.unwrap().unwrap().as_ref().clone();
    assert_eq!((known.name.as_str(), known.numbers.as_slice()), ("Riverside", &[number(2), number(1)][..]));
    // What is saved later keeps the numbers as they are: a number may have come in between.
    bench.applied("a", Unit::new().attach(number(3))).await;
    known.name = "Riverside Clinic".into();
    known.numbers.clear();
    bench.applied("a", Unit::new().save_tenant(known.clone())).await;
    assert_eq!(bench.commit("a", Unit::new().save_tenant(known)).await, Commit::Stale);
    let read = store.tenant(&tenant("a")).await.unwrap().unwrap();
    assert_eq!((read.name.as_str(), read.version), ("Riverside Clinic", 2));
    assert_eq!(read.numbers, [number(2), number(1), number(3)]);
    for (number, of) in [(number(1), Some(tenant("a"))), (number(3), Some(tenant("a"))), (number(9), None)] {
        assert_eq!(store.tenant_of(&number).await.unwrap(), of);
    }
    bench.applied("a", Unit::new().detach(number(2))).await;
    assert_eq!(store.tenant_of(&number(2)).await.unwrap(), None);
    assert_eq!(store.tenant(&tenant("a")).await.unwrap().unwrap().numbers, [number(1), number(3)]);
    bench.applied("b", Unit::new().detach(number(1))).await;
    assert_eq!(store.tenant_of(&number(1)).await.unwrap(), Some(tenant("a")), "it was not b's to lose");
    bench.applied("c", Unit::new().save_tenant(Tenant::new(tenant("c")))).await;
    bench.applied("b", Unit::new().save_tenant(Tenant::new(tenant("b")))).await;
    let names = |tenants: Vec<std::sync::Arc<Tenant>>| {
        tenants.into_iter().map(|tenant| tenant.id.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(store.all_tenants(None, 2).await.unwrap()), ["a", "b"]);
    assert_eq!(names(store.all_tenants(Some(&tenant("b")), 2).await.unwrap()), ["c"]);
}

pub(super) async fn a_number_has_one_owner(bench: Bench) {
    let wants = (0..12).map(|of| {
        let bench = bench.clone();
        async move { bench.store.commit(&tenant(&format!("t{of}")), Unit::new().attach(number(7))).await }
    });
    let outcomes = join_all(wants).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert!(outcomes.iter().all(|outcome| outcome.as_ref().is_ok_and(|done| *done == Commit::Applied)
        || outcome.as_ref().is_err_and(crate::Error::is_permanent)));
    let owner = outcomes.iter().position(Result::is_ok).unwrap();
    let owner = tenant(&format!("t{owner}"));
    assert_eq!(bench.store.tenant_of(&number(7)).await.unwrap(), Some(owner.clone()));
    let again = bench.store.commit(&owner, Unit::new().attach(number(7))).await;
    assert_eq!(again.unwrap(), Commit::Applied, "who has it may say so again");
    let theirs = Tenant::new(tenant("new")).with_number(number(7));
    let refused = bench.store.commit(&tenant("new"), Unit::new().save_tenant(theirs)).await;
    assert!(refused.unwrap_err().is_permanent());
    assert!(bench.store.tenant(&tenant("new")).await.unwrap().is_none(), "nothing of it was written");
}
