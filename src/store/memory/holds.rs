use chrono::{DateTime, Utc};

use super::shelf::Shelf;
use crate::Error;
use crate::booking::{Booking, Decision, Held, HoldRequest, Occupied};
use crate::id::TenantId;

/// Takes a time, all of it or nothing.
pub(super) fn hold(
    bookings: &mut Shelf<Booking>,
    tenant: &TenantId,
    request: &HoldRequest,
    now: DateTime<Utc>,
) -> Result<Held, Error> {
    let lapsed: Vec<Booking> = bookings.of(tenant).filter(|booking| booking.has_lapsed(now)).cloned().collect();
    lapsed.into_iter().for_each(|booking| bookings.put(booking.expire()));
    let known = bookings.get(tenant, request.booking.as_str()).cloned();
    let occupied: Vec<Occupied> = bookings.of(tenant).flat_map(Booking::occupies).collect();
    let decision = request.decide(known.as_ref(), &occupied);
    Ok(match (decision.ok_or_else(|| Error::refused("holding a time that is none"))?, known) {
        (Decision::Free(hold), known) => {
            let mut booking = Booking::take(known, tenant, request, hold, now);
            bookings.put(booking.clone());
            booking.version += 1;
            Held::Held(Box::new(booking))
        }
        (Decision::Already, Some(known)) => Held::Already(Box::new(known)),
        (Decision::Conflict, Some(known)) => Held::Conflict(Box::new(known)),
        (Decision::LimitReached, _) => Held::LimitReached,
        (Decision::Taken | Decision::Already | Decision::Conflict, _) => Held::Taken,
    })
}
