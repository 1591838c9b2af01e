use std::time::Duration;

use chrono::{DateTime, Utc};

use super::driver::{Dialect, Failure};
use super::statement::{Row, Statement, Value, micros};
use crate::booking::Booking;
use crate::call::{CallRecord, FollowUp};
use crate::id::{MessageSid, TenantId, TranscriptSid};
use crate::message::{Lease, MessageRecord};
use crate::notification::{AppointmentRecord, Notification};
use crate::number::NumberOrder;
use crate::relay::RelayEvent;
use crate::store::record::Record;
use crate::tenant::Tenant;
use crate::token::Token;

/// A record with a table of its own.
pub(super) trait Table: Record {
    /// What it is found by, beside its tenant and name.
    fn columns(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }
}

impl Table for Tenant {}

impl Table for RelayEvent {}

impl Table for NumberOrder {}

impl Table for Token {}

impl Table for AppointmentRecord {}

impl Table for CallRecord {
    fn columns(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("status", self.status.as_str().into()),
            ("outcome", self.outcome.appointment_booked.as_str().into()),
            ("contact", self.other_side().into()),
            ("transcript", self.transcript_sid.as_ref().map(TranscriptSid::as_str).into()),
            ("summary_ready", self.summary_ready.into()),
        ]
    }
}

impl Table for MessageRecord {
    fn columns(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("sid", self.sid.as_ref().map(MessageSid::as_str).into()),
            ("contact", self.other_side().into()),
            ("status", self.delivery.status.as_str().into()),
        ]
    }
}

impl Table for FollowUp {
    fn columns(&self) -> Vec<(&'static str, Value)> {
        vec![("transcript", self.transcript.as_ref().map(TranscriptSid::as_str).into())]
    }
}

impl Table for Notification {
    fn columns(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("appointment", self.appointment.as_str().into()),
            ("kind", self.kind.as_str().into()),
            ("channel", self.channel.as_str().into()),
            ("status", self.status.as_str().into()),
        ]
    }
}

impl Table for Booking {
    fn columns(&self) -> Vec<(&'static str, Value)> {
        let contact = self.details.customer.phone.as_ref().map_or(Value::Text(None), Value::from);
        vec![("state", self.state.as_str().into()), ("contact", contact)]
    }
}

/// The columns that hold a record, after [`select`] or a claim.
fn held<R: Record>(table: &str) -> String {
    let lease = if R::WORK { format!(", {table}lease_owner, {table}lease_until") } else { String::new() };
    format!("{table}record, {table}version{lease}")
}

/// The record of such a row.
pub(super) fn read<R: Record>(row: &Row) -> Result<R, Failure> {
    let mut record: R = serde_json::from_str(row.text(0)?)?;
    record.set_version(row.number(1)?);
    if R::WORK {
        let until = row.maybe_time(3)?;
        record.set_lease(row.maybe_text(2)?.zip(until).map(|(owner, until)| Lease::new(owner, until)));
    }
    record.is_stored();
    Ok(record)
}

pub(super) fn read_all<R: Record>(rows: &[Row]) -> Result<Vec<R>, Failure> {
    rows.iter().map(read).collect()
}

/// Records, up to and without what is wanted of them.
pub(super) fn select<R: Record>(dialect: &Dialect) -> Statement {
    Statement::new(format!("SELECT {} FROM {}{}", held::<R>(""), dialect.prefix, R::NAME))
}

pub(super) fn one<R: Record>(dialect: &Dialect, tenant: &TenantId, name: &str) -> Statement {
    select::<R>(dialect).then(" WHERE tenant = ").value(tenant).then(" AND id = ").value(Value::key(name))
}

/// The rest of a listing, latest first, after the record that is named.
pub(super) fn page<R: Record>(
    dialect: &Dialect,
    statement: Statement,
    tenant: &TenantId,
    after: Option<&str>,
    limit: usize,
) -> Statement {
    let statement = match after {
        Some(after) => statement
            .then(&format!(" AND (since, id) < (SELECT since, id FROM {}{} WHERE tenant = ", dialect.prefix, R::NAME))
            .value(tenant)
            .then(" AND id = ")
            .value(Value::key(after))
            .then(")"),
        None => statement,
    };
    statement.then(" ORDER BY since DESC, id DESC LIMIT ").value(limit)
}

/// All columns but the key.
fn columns<R: Table>(record: &R, version: u64) -> Result<Vec<(&'static str, Value)>, Failure> {
    let mut columns = vec![
        ("version", version.into()),
        ("record", serde_json::to_string(record)?.into()),
        ("since", record.since().into()),
    ];
    if R::WORK {
        let lease = record.lease();
        columns.push(("due_at", record.due().into()));
        columns.push(("lease_owner", lease.map(|lease| lease.owner.as_str()).into()));
        columns.push(("lease_until", lease.map(|lease| lease.until).into()));
    }
    columns.extend(record.columns());
    Ok(columns)
}

/// Writes new records, those of names that are there already excepted; returns a row for each that was written.
pub(super) fn insert<R: Table>(dialect: &Dialect, records: &[&R]) -> Result<Statement, Failure> {
    let mut statement = Statement::default();
    for (number, record) in records.iter().enumerate() {
        let columns = columns(*record, 1)?;
        if number == 0 {
            let names: Vec<_> = columns.iter().map(|(name, _)| *name).collect();
            let (prefix, table) = (&dialect.prefix, R::NAME);
            statement =
                statement.then(&format!("INSERT INTO {prefix}{table} (tenant, id, {}) VALUES ", names.join(", ")));
        } else {
            statement = statement.then(", ");
        }
        let key = [Value::from(record.tenant()), Value::key(&record.name())];
        statement = statement.list(key.into_iter().chain(columns.into_iter().map(|(_, value)| value)));
    }
    Ok(statement.then(" ON CONFLICT DO NOTHING RETURNING 1"))
}

/// Writes a changed record; returns a row unless it had changed since it was read.
pub(super) fn update<R: Table>(dialect: &Dialect, record: &R) -> Result<Statement, Failure> {
    let mut statement = Statement::new(format!("UPDATE {}{} SET ", dialect.prefix, R::NAME));
    for (number, (name, value)) in columns(record, record.version() + 1)?.into_iter().enumerate() {
        statement = statement.then(if number == 0 { "" } else { ", " }).then(name).then(" = ").value(value);
    }
    let name = record.name();
    let statement =
        statement.then(" WHERE tenant = ").value(record.tenant()).then(" AND id = ").value(Value::key(&name));
    Ok(statement.then(" AND version = ").value(record.version()).then(" RETURNING 1"))
}

/// Writes a record with the version it was read with, 0 for a new one.
pub(super) fn save<R: Table>(dialect: &Dialect, record: &R) -> Result<Statement, Failure> {
    if record.version() == 0 { insert(dialect, &[record]) } else { update(dialect, record) }
}

/// Takes what is due, the longest due first.
pub(super) fn claim<R: Record>(
    dialect: &Dialect,
    worker: &str,
    limit: usize,
    lease: Duration,
    time: Option<DateTime<Utc>>,
) -> Statement {
    let (prefix, table) = (&dialect.prefix, R::NAME);
    let mut statement = Statement::default();
    let owner = statement.place(worker);
    let now = now(dialect, &mut statement, time);
    let length = statement.place(micros(lease));
    let limit = statement.place(limit);
    let until = format!("{now} + {length} * {}", dialect.microsecond);
    let set = format!("version = version + 1, lease_owner = {owner}, lease_until = {until}, due_at = {until}");
    let due =
        format!("SELECT tenant, id FROM {prefix}{table} WHERE due_at <= {now} ORDER BY due_at, since LIMIT {limit}");
    statement.then(&if dialect.locks_rows {
        // What another worker has locked is left to it.
        let set = set.replacen("version + 1", "claimed.version + 1", 1);
        format!(
            "WITH due AS MATERIALIZED ({due} FOR UPDATE SKIP LOCKED) \
             UPDATE {prefix}{table} AS claimed SET {set} FROM due \
             WHERE claimed.tenant = due.tenant AND claimed.id = due.id RETURNING {}",
            held::<R>("claimed.")
        )
    } else {
        format!("UPDATE {prefix}{table} SET {set} WHERE (tenant, id) IN ({due}) RETURNING {}", held::<R>(""))
    })
}

/// The time: the database's, or the one that was handed in.
pub(super) fn now(dialect: &Dialect, statement: &mut Statement, time: Option<DateTime<Utc>>) -> String {
    match time {
        Some(_) => statement.place(time),
        None => dialect.now.to_owned(),
    }
}
