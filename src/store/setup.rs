use super::port::Store;
use super::unit::{Commit, Unit};
use crate::Error;
use crate::tenant::Tenant;

const ROUNDS: usize = 8;

/// Writes a tenant's settings, whatever they were before, and gives it the numbers they name: for settings that come
/// from a file or the environment when a host starts. Numbers it has beside those stay its own.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use frontdesk::clock::SystemClock;
/// use frontdesk::store::{self, MemoryStore};
/// use frontdesk::tenant::{Tenant, Tenants};
///
/// let store = MemoryStore::new(SystemClock::shared());
/// let clinic = Tenant::new("clinic".parse()?).with_number("+15551230000".parse()?);
/// for name in ["Riverside", "Riverside Clinic"] {
///     store::put_tenant(&store, clinic.clone().with_name(name)).await?;
/// }
/// assert_eq!(store.tenant(&clinic.id).await?.ok_or("lost")?.name, "Riverside Clinic");
/// # Ok(()) }
/// ```
///
/// # Errors
/// [`Error::is_permanent`] when a number is another tenant's; [`Error::is_retryable`] when the store cannot be reached.
pub async fn put_tenant(store: &dyn Store, mut settings: Tenant) -> Result<(), Error> {
    for _ in 0..ROUNDS {
        let known = store.tenant(&settings.id).await?;
        settings.version = known.as_ref().map_or(0, |known| known.version);
        let missing = settings
            .numbers
            .iter()
            .filter(|number| known.as_ref().is_some_and(|known| !known.numbers.contains(number)));
        let unit = missing.fold(Unit::new().save_tenant(settings.clone()), |unit, number| unit.attach(*number));
        if store.commit(&settings.id, unit).await? == Commit::Applied {
            return Ok(());
        }
    }
    Err(Error::unavailable("writing settings that keep changing"))
}
