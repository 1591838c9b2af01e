use chrono::{DateTime, Utc};

use super::driver::{Cause, Dialect, Failure, Session};
use super::statement::{Row, Statement, Value};
use super::table;
use super::write::{Guard, booking_steps};
use crate::booking::{Booking, Decision, Held, Hold, HoldRequest, Occupied, Seat};
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
        let now = self.now(time).await?;
        self.expire(request, now).await?;
        let known = self.known(request).await?;
        let occupied = self.occupied(request).await?;
        let Some(decision) = request.decide(known.as_ref(), &occupied) else { return Ok(None) };
        let held = match (decision, known) {
            (Decision::Free(hold), known) => return self.take(request, known, hold, now).await.map(Some),
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

    /// After the lock, so that no lease ends while we wait.
    async fn now(&mut self, time: Option<DateTime<Utc>>) -> Result<DateTime<Utc>, Failure> {
        match time {
            Some(time) => Ok(time),
            None => {
                let rows = self.session.run(Statement::new(format!("SELECT {}", self.dialect.now))).await?;
                Ok(rows.first().map(|row| row.time(0)).transpose()?.unwrap_or_default())
            }
        }
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
        let lapsed = lapsed.then(" OR resource IN ").list(self.wanted.iter().copied()).then(")) ORDER BY id");
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

    async fn occupied(&mut self, request: &HoldRequest) -> Result<Vec<Occupied>, Failure> {
        let statement = self.start("SELECT booking, resource, seat, from_at, until_at, start_at FROM {p}holds");
        let statement = statement.then(" WHERE tenant = ").value(self.tenant);
        let mut statement = statement.then(" AND resource IN ").list(self.wanted.iter().copied());
        if let Some((from, until)) = request.range() {
            statement = statement.then(" AND (from_at < ").value(until).then(" AND until_at > ").value(from);
            for limit in &request.limits {
                statement = statement.then(" OR start_at >= ").value(limit.from);
                statement = statement.then(" AND start_at < ").value(limit.until);
            }
            statement = statement.then(")");
        }
        self.session.run(statement).await?.iter().map(occupied).collect()
    }

    async fn take(
        &mut self,
        request: &HoldRequest,
        known: Option<Booking>,
        hold: Hold,
        now: DateTime<Utc>,
    ) -> Result<Held, Failure> {
        let mut booking = Booking::take(known, self.tenant, request, hold.clone(), now);
        if self.session.run(table::save(self.dialect, &booking)?).await?.is_empty() {
            // Somebody else has just made or changed it, under the lock of another resource.
            return Err(Failure::Again(Cause::raced()));
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
                return Ok(Held::Taken);
            }
        }
        Ok(Held::Held(Box::new(booking)))
    }
}

fn occupied(row: &Row) -> Result<Occupied, Failure> {
    let damaged = |_| super::statement::Damaged;
    let number = u32::try_from(row.number(2)?).map_err(damaged)?;
    Ok(Occupied {
        booking: row.text(0)?.parse().map_err(|_| super::statement::Damaged)?,
        seat: Seat::new(row.text(1)?.parse().map_err(|_| super::statement::Damaged)?, number),
        from: row.time(3)?,
        until: row.time(4)?,
        start: row.time(5)?,
    })
}
