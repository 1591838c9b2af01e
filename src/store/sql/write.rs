use chrono::{DateTime, Utc};

use super::driver::{Dialect, Failure, Session};
use super::statement::{Statement, Value};
use super::table::{self, Table};
use crate::Error;
use crate::booking::Booking;
use crate::id::TenantId;
use crate::phone::E164;
use crate::secret::Private;
use crate::store::port::REMEMBERED;
use crate::store::record::Record;
use crate::store::unit::{Commit, Unit};
use crate::token::Token;

/// How many records are written by one statement.
const TOGETHER: usize = 100;

/// One statement of a unit, and what it means that it returns no row.
pub(super) struct Step {
    pub(super) statement: Statement,
    pub(super) guard: Guard,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Guard {
    /// Nothing.
    None,
    /// The key was committed before.
    Once,
    /// A record had changed.
    Version,
    /// The number is another tenant's.
    Owner,
}

/// Pure: what carries a unit out. Every unit writes its tables in the same order, and a table's records by their names,
/// so that two units never wait for one another.
pub(super) fn steps(
    dialect: &Dialect,
    tenant: &TenantId,
    unit: &Unit,
    time: Option<DateTime<Utc>>,
) -> Result<Vec<Step>, Failure> {
    let mut plan = Plan { dialect, tenant, time, steps: Vec::new() };
    if let Some((key, answer)) = &unit.once {
        plan.once(key, answer)?;
    }
    for settings in &unit.tenants {
        plan.save(settings)?;
        if settings.version == 0 {
            settings.numbers.iter().for_each(|number| plan.attach(*number));
        }
    }
    plan.save_all(&unit.calls)?;
    plan.save_all(&unit.messages)?;
    plan.add_all(&unit.enqueued)?;
    plan.save_all(&unit.follow_ups)?;
    plan.add_all(&unit.followed_up)?;
    plan.save_all(&unit.relays)?;
    plan.add_all(&unit.announced)?;
    plan.save_all(&unit.orders)?;
    plan.add_all(&unit.ordered)?;
    unit.detached.iter().for_each(|number| plan.detach(*number));
    unit.attached.iter().for_each(|number| plan.attach(*number));
    for booking in by_name(&unit.bookings) {
        plan.save_booking(booking)?;
    }
    plan.save_all(&unit.appointments)?;
    plan.save_all(&unit.notifications)?;
    plan.add_all(&unit.notified)?;
    plan.save_all(&unit.tokens)?;
    plan.rest(unit)?;
    Ok(plan.steps)
}

/// What is written of a booking: the record, and what it keeps others from from now on.
pub(super) fn booking_steps(dialect: &Dialect, booking: &Booking) -> Result<Vec<Step>, Failure> {
    let mut plan = Plan { dialect, tenant: &booking.tenant, time: None, steps: Vec::new() };
    plan.save_booking(booking)?;
    Ok(plan.steps)
}

fn by_name<R: Record>(records: &[R]) -> Vec<&R> {
    let mut sorted: Vec<&R> = records.iter().collect();
    sorted.sort_by(|a, b| a.name().cmp(&b.name()));
    sorted
}

struct Plan<'a> {
    dialect: &'a Dialect,
    tenant: &'a TenantId,
    time: Option<DateTime<Utc>>,
    steps: Vec<Step>,
}

impl Plan<'_> {
    fn push(&mut self, statement: Statement, guard: Guard) {
        self.steps.push(Step { statement, guard });
    }

    fn start(&self, text: &str) -> Statement {
        Statement::new(text.replace("{p}", &self.dialect.prefix))
    }

    fn once(&mut self, key: &str, answer: &Private) -> Result<(), Failure> {
        let mut statement = self.start("");
        let place = statement.place(self.tenant);
        let name = statement.place(Value::key(key));
        let answer = statement.place(serde_json::to_string(answer)?);
        let now = table::now(self.dialect, &mut statement, self.time);
        let old = statement.place(table_micros(REMEMBERED));
        let unit = self.dialect.microsecond;
        // A key that is old enough is as good as forgotten.
        let text = format!(
            "INSERT INTO {p}once AS known (tenant, name, answer, since) VALUES ({place}, {name}, {answer}, {now}) \
             ON CONFLICT (tenant, name) DO UPDATE SET answer = excluded.answer, since = excluded.since \
             WHERE known.since < excluded.since - {old} * {unit} RETURNING 1",
            p = self.dialect.prefix
        );
        self.push(statement.then(&text), Guard::Once);
        Ok(())
    }

    fn save<R: Table>(&mut self, record: &R) -> Result<(), Failure> {
        let statement = table::save(self.dialect, record)?;
        self.push(statement, Guard::Version);
        Ok(())
    }

    fn save_all<R: Table>(&mut self, records: &[R]) -> Result<(), Failure> {
        by_name(records).into_iter().try_for_each(|record| self.save(record))
    }

    fn add_all<R: Table>(&mut self, records: &[R]) -> Result<(), Failure> {
        for some in by_name(records).chunks(TOGETHER) {
            let statement = table::insert(self.dialect, some)?;
            self.push(statement, Guard::None);
        }
        Ok(())
    }

    fn detach(&mut self, number: E164) {
        let statement = self.start("DELETE FROM {p}numbers WHERE tenant = ").value(self.tenant);
        self.push(statement.then(" AND number = ").value(number), Guard::None);
    }

    fn attach(&mut self, number: E164) {
        let statement = self.start("INSERT INTO {p}numbers AS known (number, tenant, position) VALUES (");
        let statement = statement.value(number).then(", ").value(self.tenant).then(", ");
        let position = "(SELECT COALESCE(MAX(position), 0) + 1 FROM {p}numbers WHERE tenant = ";
        let statement = statement.then(&position.replace("{p}", &self.dialect.prefix)).value(self.tenant);
        let statement = statement.then(
            ")) ON CONFLICT (number) DO UPDATE SET position = excluded.position \
             WHERE known.tenant = excluded.tenant RETURNING 1",
        );
        self.push(statement, Guard::Owner);
    }

    fn save_booking(&mut self, booking: &Booking) -> Result<(), Failure> {
        // Only a hold makes a booking: one that nobody has held is as stale as one that changed.
        let statement = table::update(self.dialect, booking)?;
        self.push(statement, Guard::Version);
        let of = |statement: Statement| {
            let name = booking.id.as_str();
            statement.then(" WHERE tenant = ").value(&booking.tenant).then(" AND booking = ").value(name)
        };
        let leases = if let Some(leases) = booking.new_leases() {
            leases
        } else {
            let kept: Vec<_> = booking.kept().map(|(hold, until)| (hold.fence, until)).collect();
            let statement = of(self.start("DELETE FROM {p}holds"));
            let statement = if kept.is_empty() {
                statement
            } else {
                statement.then(" AND fence NOT IN ").list(kept.iter().map(|(fence, _)| *fence))
            };
            self.push(statement, Guard::None);
            kept
        };
        for (fence, until) in leases {
            let statement = of(self.start("UPDATE {p}holds SET lease_until = ").value(until));
            self.push(statement.then(" AND fence = ").value(fence), Guard::None);
        }
        Ok(())
    }

    /// What is neither versioned nor kept from others.
    fn rest(&mut self, unit: &Unit) -> Result<(), Failure> {
        for consent in &unit.consents {
            let statement = self.start(
                "INSERT INTO {p}consents AS known (tenant, sender, recipient, opted_out, since, record) VALUES ",
            );
            let statement = statement.list([
                Value::from(self.tenant),
                (&consent.sender).into(),
                (&consent.recipient).into(),
                consent.opted_out.into(),
                consent.at.into(),
                serde_json::to_string(consent)?.into(),
            ]);
            // An opt-out always holds; asking for texts again only if it came later than that.
            let text = "ON CONFLICT (tenant, sender, recipient) DO UPDATE SET opted_out = excluded.opted_out, \
                        since = excluded.since, record = excluded.record \
                        WHERE excluded.opted_out OR known.since <= excluded.since";
            self.push(statement.then(" ").then(text), Guard::None);
        }
        for block in &unit.blocked {
            let statement = self.start("INSERT INTO {p}blocks (tenant, address, since, record) VALUES ");
            let record = serde_json::to_string(block)?;
            let statement =
                statement.list([Value::from(self.tenant), (&block.address).into(), block.at.into(), record.into()]);
            let text = " ON CONFLICT (tenant, address) DO UPDATE SET since = excluded.since, record = excluded.record";
            self.push(statement.then(text), Guard::None);
        }
        for address in &unit.unblocked {
            let statement = self.start("DELETE FROM {p}blocks WHERE tenant = ").value(self.tenant);
            self.push(statement.then(" AND address = ").value(address), Guard::None);
        }
        for (provider, account) in &unit.forgotten {
            let statement = self.start("DELETE FROM {p}tokens WHERE tenant = ").value(self.tenant);
            self.push(statement.then(" AND id = ").value(Value::key(&Token::name(provider, account))), Guard::None);
        }
        for consent in &unit.asked {
            let statement = self.start("INSERT INTO {p}asked (digest, tenant, expires_at, record) VALUES ");
            let record = serde_json::to_string(consent)?;
            let digest = Value::from(consent.digest.as_str());
            let statement = statement.list([digest, self.tenant.into(), consent.expires_at.into(), record.into()]);
            self.push(statement.then(" ON CONFLICT (digest) DO NOTHING"), Guard::None);
        }
        Ok(())
    }
}

fn table_micros(length: chrono::TimeDelta) -> i64 {
    length.num_microseconds().unwrap_or(i64::MAX)
}

/// What a step that returned no row means for the unit; `None` when it means nothing.
pub(super) fn verdict(guard: Guard) -> Option<Result<Commit, Error>> {
    match guard {
        // Who comes second needs the answer, which is read apart.
        Guard::None | Guard::Once => None,
        Guard::Version => Some(Ok(Commit::Stale)),
        Guard::Owner => Some(Err(Error::refused("giving a tenant a number that is another's"))),
    }
}

/// Carries the steps out in an open transaction. `None` when they are done; otherwise the transaction is to be undone.
pub(super) async fn carry_out(
    session: &mut dyn Session,
    steps: &[Step],
    answer: impl FnOnce() -> Statement + Send,
) -> Result<Option<Result<Commit, Error>>, Failure> {
    let mut answer = Some(answer);
    for step in steps {
        let rows = match session.run(step.statement.clone()).await {
            // A provider's name for a text that another text has.
            Err(Failure::Unique(_)) => return Ok(Some(Ok(Commit::Stale))),
            other => other?,
        };
        if !rows.is_empty() {
            continue;
        }
        if let (Guard::Once, Some(answer)) = (step.guard, answer.take()) {
            let rows = session.run(answer()).await?;
            let saved: Private = match rows.first() {
                Some(row) => serde_json::from_str(row.text(0)?)?,
                // Forgotten between the two statements.
                None => Private::default(),
            };
            return Ok(Some(Ok(Commit::Duplicate { answer: saved })));
        }
        if let Some(verdict) = verdict(step.guard) {
            return Ok(Some(verdict));
        }
    }
    Ok(None)
}
