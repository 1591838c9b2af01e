use chrono::{DateTime, Utc};

use super::driver::{Cause, Dialect, Failure, Session};
use super::statement::{Row, Statement, Value};
use super::table;
use super::write::{Guard, booking_steps};
use crate::booking::{Booking, Decision, Held, Hold, HoldRequest, Occupied, ResourceId, Seat};
use crate::id::TenantId;

/// Takes a time in an open transaction, which is to be committed after `Held::Held` and undone after anything else.
/// `None` when the request has no range.
pub(super) async fn hold(
    session: &mut dyn Session,
    dialect: &Dialect,
    tenant: &TenantId,
    request: &HoldRequest,
    time: Option<DateTime<Utc>>,
) -> Result<Option<Held>, Failure> {
    let mut wanted: Vec<&str> = request.options.iter().flatten().map(|resource| resource.id.as_str()).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let transaction = Transaction { session, dialect, tenant, wanted };
    transaction.hold(request, time).await
}

/// What is kept from others, and until when if it ends by itself.
type Leased = (Occupied, Option<DateTime<Utc>>);

struct Transaction<'a> {
    session: &'a mut dyn Session,
    dialect: &'a Dialect,
    tenant: &'a TenantId,
    /// The resources, sorted, so that two who want the same never wait for one another.
    wanted: Vec<&'a str>,
}

impl Transaction<'_> {
    async fn hold(mut self, request: &HoldRequest, time: Option<DateTime<Utc>>) -> Result<Option<Held>, Failure> {
        if request.range().is_none() {
            return Ok(None);
        }
        self.lock().await?;
        let (now, mut occupied) = self.look(request, time).await?;
        if occupied.iter().any(|(_, lease)| lease.is_some_and(|until| until <= now)) {
            self.expire(request, now).await?;
            (_, occupied) = self.look(request, time).await?;
        }
        let occupied: Vec<Occupied> = occupied.into_iter().map(|(occupied, _)| occupied).collect();
        // A new one has a new name, most times: whether it has shows when it is written.
        let is_new = !request.moves && occupied.iter().all(|other| other.booking != request.booking);
        if is_new {
            let Some(decision) = request.decide(None, &occupied) else { return Ok(None) };
            if let Decision::Free(hold) = decision
                && let Some(held) = self.take(request, None, hold, now).await?
            {
                return Ok(Some(held));
            }
        }
        let known = self.known(request).await?;
        let Some(decision) = request.decide(known.as_ref(), &occupied) else { return Ok(None) };
        let held = match (decision, known) {
            (Decision::Free(hold), known) => {
                let taken = self.take(request, known, hold, now).await?;
                // Somebody else has just made or changed it, under the lock of another resource.
                return taken.map(Some).ok_or_else(|| Failure::Again(Cause::raced()));
            }
            (Decision::Already, Some(known)) => Held::Already(Box::new(known)),
            (Decision::Conflict, Some(known)) => Held::Conflict(Box::new(known)),
            (Decision::LimitReached, _) => Held::LimitReached,
            (Decision::Taken | Decision::Already | Decision::Conflict, _) => Held::Taken,
        };
        Ok(Some(held))
    }

    fn start(&self, text: &str) -> Statement {
        Statement::new(text.replace("{p}", &self.dialect.prefix))
    }

    /// Whoever wants one of these resources waits here until we are done. (SQLite has let us in alone.)
    async fn lock(&mut self) -> Result<(), Failure> {
        if self.dialect.locks_rows {
            for resource in &self.wanted {
                let name = format!("{}{}:{resource}", self.dialect.prefix, self.tenant);
                let lock = Statement::new("SELECT pg_advisory_xact_lock(hashtextextended(").value(name).then(", 0))");
                self.session.run(lock).await?;
            }
        }
        Ok(())
    }

    /// Gives up what is held beyond its lease.
    async fn expire(&mut self, request: &HoldRequest, now: DateTime<Utc>) -> Result<(), Failure> {
        let lapsed = table::select::<Booking>(self.dialect);
        let lapsed = lapsed.then(" WHERE tenant = ").value(self.tenant);
        let lapsed = lapsed
            .then(" AND id IN ")
            .then(&"(SELECT booking FROM {p}holds WHERE tenant = ".replace("{p}", &self.dialect.prefix));
        let lapsed = lapsed.value(self.tenant).then(" AND lease_until <= ").value(now);
        let lapsed = lapsed.then(" AND (booking = ").value(request.booking.as_str());
        let mut lapsed = lapsed.then(" OR resource IN ").list(self.wanted.iter().copied());
        if !request.known.is_empty() {
            lapsed = lapsed.then(" OR resource NOT IN ").list(request.known.iter().map(ResourceId::as_str));
        }
        let lapsed = lapsed.then(")) ORDER BY id");
        for row in self.session.run(lapsed).await? {
            let booking: Booking = table::read(&row)?;
            if !booking.has_lapsed(now) {
                continue;
            }
            for step in booking_steps(self.dialect, &booking.expire())? {
                let rows = self.session.run(step.statement).await?;
                if rows.is_empty() && step.guard == Guard::Version {
                    // It was committed or released a moment ago: what it has now stands.
                    break;
                }
            }
        }
        Ok(())
    }

    async fn known(&mut self, request: &HoldRequest) -> Result<Option<Booking>, Failure> {
        let one = table::one::<Booking>(self.dialect, self.tenant, request.booking.as_str());
        self.session.run(one).await?.first().map(table::read).transpose()
    }

    /// The time, after the lock, so that no lease ends while we wait; and what keeps others from what is wanted, each with
    /// its lease.
    async fn look(
        &mut self,
        request: &HoldRequest,
        time: Option<DateTime<Utc>>,
    ) -> Result<(DateTime<Utc>, Vec<Leased>), Failure> {
        let columns = "other.booking, other.resource, other.seat, other.from_at, other.until_at, other.start_at";
        let mut statement = Statement::new(format!("SELECT clock.now, {columns}, other.lease_until FROM (SELECT "));
        let now = table::now(self.dialect, &mut statement, time);
        let holds = "{p}holds".replace("{p}", &self.dialect.prefix);
        let statement =
            statement.then(&format!("{now} AS now) AS clock LEFT JOIN {holds} AS other ON other.tenant = "));
        let statement = statement.value(self.tenant).then(" AND (other.booking = ").value(request.booking.as_str());
        let statement = statement.then(" OR (other.resource IN ").list(self.wanted.iter().copied());
        let Some((from, until)) = request.range() else { return Err(super::statement::Damaged.into()) };
        let overlaps = |statement: Statement| {
            statement.then("other.from_at < ").value(until).then(" AND other.until_at > ").value(from)
        };
        let mut statement = overlaps(statement.then(" AND (("));
        for limit in &request.limits {
            statement = statement.then(") OR (other.start_at >= ").value(limit.from);
            statement = statement.then(" AND other.start_at < ").value(limit.until);
        }
        statement = statement.then(")))");
        if !request.known.is_empty() {
            statement =
                statement.then(" OR (other.resource NOT IN ").list(request.known.iter().map(ResourceId::as_str));
            statement = overlaps(statement.then(" AND ")).then(")");
        }
        let rows = self.session.run(statement.then(")")).await?;
        let now = rows.first().ok_or(super::statement::Damaged)?.time(0)?;
        let occupied = rows.iter().filter_map(|row| occupied(row).transpose()).collect::<Result<_, Failure>>()?;
        Ok((now, occupied))
    }

    /// Writes it; `None` when there is one of its name already, or it has changed.
    async fn take(
        &mut self,
        request: &HoldRequest,
        known: Option<Booking>,
        hold: Hold,
        now: DateTime<Utc>,
    ) -> Result<Option<Held>, Failure> {
        let mut booking = Booking::take(known, self.tenant, request, hold.clone(), now);
        if self.session.run(table::save(self.dialect, &booking)?).await?.is_empty() {
            return Ok(None);
        }
        booking.version += 1;
        for seat in &hold.seats {
            let columns = "tenant, booking, fence, resource, seat, from_at, until_at, start_at, lease_until";
            let statement = self.start(&format!("INSERT INTO {{p}}holds ({columns}) VALUES "));
            let statement = statement.list([
                Value::from(self.tenant),
                booking.id.as_str().into(),
                hold.fence.into(),
                seat.resource.as_str().into(),
                seat.number.into(),
                hold.from.into(),
                hold.until.into(),
                hold.start.into(),
                booking.lease_until.into(),
            ]);
            if self.session.run(statement.then(" ON CONFLICT DO NOTHING RETURNING 1")).await?.is_empty() {
                // Somebody has written around the lock.
                return Ok(Some(Held::Taken));
            }
        }
        booking.is_stored();
        Ok(Some(Held::Held(Box::new(booking))))
    }
}

/// What a row says is kept from others, and until when if it ends by itself; `None` when it says only the time.
fn occupied(row: &Row) -> Result<Option<Leased>, Failure> {
    let damaged = |_| super::statement::Damaged;
    let Some(booking) = row.maybe_text(1)? else { return Ok(None) };
    let number = u32::try_from(row.number(3)?).map_err(damaged)?;
    let occupied = Occupied {
        booking: booking.parse().map_err(|_| super::statement::Damaged)?,
        seat: Seat::new(row.text(2)?.parse().map_err(|_| super::statement::Damaged)?, number),
        from: row.time(4)?,
        until: row.time(5)?,
        start: row.time(6)?,
    };
    Ok(Some((occupied, row.maybe_time(7)?)))
}
