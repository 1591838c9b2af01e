use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::driver::Failure;
use super::statement::{Statement, Value, key};
use super::{Database, ROUNDS, SqlStore, hold, table};
use crate::Error;
use crate::address::Address;
use crate::booking::{Booking, BookingId, BookingQuery, Bookings, Held, HoldRequest};
use crate::call::{CallQuery, CallRecord, Calls, FollowUp, FollowUps};
use crate::id::{CallSid, MessageSid, NotificationId, TenantId, TranscriptSid};
use crate::message::{
    Allowance, Consent, Consents, Counters, DeliveryStatus, MessageCounts, MessageId, MessageQuery, MessageRecord,
    Messages, Spent, spend_all,
};
use crate::notification::{AppointmentId, AppointmentRecord, Notification, NotificationQuery, Notifications};
use crate::number::{NumberOrder, Numbers, OrderId};
use crate::phone::E164;
use crate::relay::RelayEvent;
use crate::store::port::{Backlog, Backstage, REMEMBERED};
use crate::store::record::Record;
use crate::tenant::{Block, Blocks, Tenant, TenantLookup, Tenants};
use crate::token::{PendingConsent, Token, Tokens};

#[allow(private_bounds, reason = "the databases are this crate's own")]
impl<D: Database> SqlStore<D> {
    async fn one<R: Record>(&self, tenant: &TenantId, name: &str) -> Result<Option<R>, Failure> {
        self.first(table::one::<R>(self.driver.dialect(), tenant, name)).await
    }

    async fn first<R: Record>(&self, statement: Statement) -> Result<Option<R>, Failure> {
        self.driver.read(statement).await?.first().map(table::read).transpose()
    }

    /// The tenant's records of a kind, for more conditions.
    fn of<R: Record>(&self, tenant: &TenantId) -> Statement {
        table::select::<R>(self.driver.dialect()).then(" WHERE tenant = ").value(tenant)
    }

    async fn page<R: Record>(
        &self,
        statement: Statement,
        tenant: &TenantId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<R>, Failure> {
        let statement = table::page::<R>(self.driver.dialect(), statement, tenant, after, limit);
        table::read_all(&self.driver.read(statement).await?)
    }

    async fn claim<R: Record>(&self, worker: &str, limit: usize, lease: Duration) -> Result<Vec<(TenantId, R)>, Error> {
        let claim = table::claim::<R>(self.driver.dialect(), worker, limit, lease, self.time());
        let mut claimed: Vec<R> = table::read_all(&self.driver.write(claim).await?)?;
        claimed.sort_by(|a, b| (a.since(), a.name()).cmp(&(b.since(), b.name())));
        Ok(claimed.into_iter().map(|record| (record.tenant().clone(), record)).collect())
    }

    /// The condition that a column has one of several values; none when any will do.
    fn any_of<V: Into<Value>>(
        statement: Statement,
        column: &str,
        values: impl ExactSizeIterator<Item = V>,
    ) -> Statement {
        if values.len() == 0 { statement } else { statement.then(" AND ").then(column).then(" IN ").list(values) }
    }

    async fn numbers(&self, tenant: &TenantId) -> Result<Vec<E164>, Failure> {
        let numbers = self.start("SELECT number FROM {p}numbers WHERE tenant = ").value(tenant);
        let rows = self.driver.read(numbers.then(" ORDER BY position, number")).await?;
        rows.iter().map(|row| E164::parse(row.text(0)?).map_err(|_| super::statement::Damaged.into())).collect()
    }

    async fn hold_once(&self, tenant: &TenantId, request: &HoldRequest) -> Result<Option<Held>, Failure> {
        let mut session = self.driver.begin().await?;
        let held = hold::hold(session.as_mut(), self.driver.dialect(), tenant, request, self.time()).await?;
        if let Some(Held::Held(_)) = held {
            session.commit().await?;
        }
        Ok(held)
    }

    async fn spend_once(&self, tenant: &TenantId, wanted: &[(Allowance, u32)]) -> Result<Spent, Failure> {
        let mut session = self.driver.begin().await?;
        let names: BTreeMap<String, &str> =
            wanted.iter().map(|(allowance, _)| (key(&allowance.key), allowance.key.as_str())).collect();
        // Makes the rows that are missing and locks them all, sorted, so that nobody waits for one another.
        let mut statement = Statement::default();
        let now = table::now(self.driver.dialect(), &mut statement, self.time());
        let statement =
            statement.then(&self.start("INSERT INTO {p}counters AS known (tenant, name, whole_at) VALUES ").text);
        let statement = names.keys().enumerate().fold(statement, |statement, (number, name)| {
            let epoch = Value::from(DateTime::UNIX_EPOCH);
            statement.then(if number > 0 { ", " } else { "" }).list([tenant.into(), Value::from(name.as_str()), epoch])
        });
        let text = " ON CONFLICT (tenant, name) DO UPDATE SET whole_at = known.whole_at RETURNING name, whole_at, ";
        let rows = session.run(statement.then(text).then(&now)).await?;
        let mut kept = BTreeMap::new();
        let mut time = DateTime::UNIX_EPOCH;
        for row in &rows {
            if let Some(name) = names.get(row.text(0)?) {
                kept.insert((*name).to_owned(), row.time(1)?);
            }
            time = row.time(2)?;
        }
        let spent = spend_all(wanted, &mut kept, time);
        if spent == Spent::Granted {
            for (place, name) in names {
                let Some(whole) = kept.get(name) else { continue };
                let statement = self.start("UPDATE {p}counters SET whole_at = ").value(*whole);
                let statement = statement.then(" WHERE tenant = ").value(tenant).then(" AND name = ").value(place);
                session.run(statement).await?;
            }
            session.commit().await?;
        }
        Ok(spent)
    }

    async fn tenant_from(&self, mut tenant: Tenant) -> Result<Arc<Tenant>, Failure> {
        tenant.numbers = self.numbers(&tenant.id).await?;
        Ok(Arc::new(tenant))
    }

    async fn count(&self, statement: Statement) -> Result<u64, Failure> {
        Ok(self.driver.write(statement).await?.len() as u64)
    }
}

#[async_trait]
impl<D: Database> TenantLookup for SqlStore<D> {
    async fn tenant_of(&self, number: &E164) -> Result<Option<TenantId>, Error> {
        let statement = self.start("SELECT tenant FROM {p}numbers WHERE number = ").value(*number);
        let rows = self.driver.read(statement).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let tenant = TenantId::new(row.text(0).map_err(Failure::from)?);
        Ok(Some(tenant.map_err(|_| Failure::from(super::statement::Damaged))?))
    }
}

#[async_trait]
impl<D: Database> Tenants for SqlStore<D> {
    async fn tenant(&self, id: &TenantId) -> Result<Option<Arc<Tenant>>, Error> {
        match self.one::<Tenant>(id, id.as_str()).await? {
            Some(tenant) => Ok(Some(self.tenant_from(tenant).await?)),
            None => Ok(None),
        }
    }
}

#[async_trait]
impl<D: Database> Calls for SqlStore<D> {
    async fn call(&self, tenant: &TenantId, sid: &CallSid) -> Result<Option<CallRecord>, Error> {
        Ok(self.one(tenant, sid.as_str()).await?)
    }

    async fn call_by_transcript(&self, tenant: &TenantId, sid: &TranscriptSid) -> Result<Option<CallRecord>, Error> {
        let statement = self.of::<CallRecord>(tenant).then(" AND transcript = ").value(sid.as_str());
        Ok(self.first(statement.then(" LIMIT 1")).await?)
    }

    async fn calls(&self, tenant: &TenantId, query: &CallQuery) -> Result<Vec<CallRecord>, Error> {
        let mut statement = self.of::<CallRecord>(tenant);
        if let Some(from) = query.from {
            statement = statement.then(" AND since >= ").value(from);
        }
        if let Some(until) = query.until {
            statement = statement.then(" AND since < ").value(until);
        }
        statement = Self::any_of(statement, "status", query.statuses.iter().map(|status| status.as_str()));
        if let Some(booked) = query.booked {
            statement = statement.then(" AND outcome = ").value(booked.as_str());
        }
        if let Some(with) = &query.with {
            statement = statement.then(" AND contact = ").value(with);
        }
        if let Some(ready) = query.summary_ready {
            statement = statement.then(" AND summary_ready = ").value(ready);
        }
        Ok(self.page(statement, tenant, query.after.as_ref().map(CallSid::as_str), query.limit).await?)
    }
}

#[async_trait]
impl<D: Database> Messages for SqlStore<D> {
    async fn message(&self, tenant: &TenantId, id: &MessageId) -> Result<Option<MessageRecord>, Error> {
        Ok(self.one(tenant, id.as_str()).await?)
    }

    async fn message_by_sid(&self, tenant: &TenantId, sid: &MessageSid) -> Result<Option<MessageRecord>, Error> {
        Ok(self.first(self.of::<MessageRecord>(tenant).then(" AND sid = ").value(sid.as_str())).await?)
    }

    async fn messages(&self, tenant: &TenantId, query: &MessageQuery) -> Result<Vec<MessageRecord>, Error> {
        let mut statement = self.of::<MessageRecord>(tenant);
        if let Some(with) = &query.with {
            statement = statement.then(" AND contact = ").value(with);
        }
        if let Some(from) = query.from {
            statement = statement.then(" AND since >= ").value(from);
        }
        if let Some(until) = query.until {
            statement = statement.then(" AND since < ").value(until);
        }
        statement = Self::any_of(statement, "status", query.statuses.iter().map(|status| status.as_str()));
        Ok(self.page(statement, tenant, query.after.as_ref().map(MessageId::as_str), query.limit).await?)
    }

    async fn message_counts(&self, tenant: &TenantId) -> Result<MessageCounts, Error> {
        let statement = self.start("SELECT status, COUNT(*) FROM {p}messages WHERE tenant = ").value(tenant);
        let mut counts = MessageCounts::new();
        for row in self.driver.read(statement.then(" GROUP BY status")).await? {
            let status = row.text(0).map_err(Failure::from)?;
            let status: DeliveryStatus = serde_json::from_value(status.into()).map_err(Failure::from)?;
            counts.insert(status, row.number(1).map_err(Failure::from)?);
        }
        Ok(counts)
    }
}

#[async_trait]
impl<D: Database> Bookings for SqlStore<D> {
    async fn hold(&self, tenant: &TenantId, request: &HoldRequest) -> Result<Held, Error> {
        let mut held = self.hold_once(tenant, request).await;
        for _ in 0..ROUNDS {
            if !matches!(held, Err(Failure::Again(_))) {
                break;
            }
            held = self.hold_once(tenant, request).await;
        }
        held?.ok_or_else(|| Error::refused("holding a time that is none"))
    }

    async fn booking(&self, tenant: &TenantId, id: &BookingId) -> Result<Option<Booking>, Error> {
        Ok(self.one(tenant, id.as_str()).await?)
    }

    async fn bookings(&self, tenant: &TenantId, query: &BookingQuery) -> Result<Vec<Booking>, Error> {
        let columns = "booking.record, booking.version, booking.lease_owner, booking.lease_until";
        let statement = self.start(&format!("SELECT {columns} FROM {{p}}bookings AS booking JOIN "));
        let inner = "(SELECT booking, MIN(start_at) AS first_at FROM {p}holds WHERE tenant = ";
        let statement = statement.then(&self.start(inner).text).value(tenant);
        let mut statement =
            statement.then(" AND from_at < ").value(query.until).then(" AND until_at > ").value(query.from);
        if let Some(resource) = &query.resource {
            statement = statement.then(" AND resource = ").value(resource.as_str());
        }
        statement = statement.then(" GROUP BY booking) AS held ON held.booking = booking.id WHERE booking.tenant = ");
        statement = statement.value(tenant);
        if let Some(phone) = &query.phone {
            statement = statement.then(" AND booking.contact = ").value(phone);
        }
        let statement = statement.then(" ORDER BY held.first_at, booking.id LIMIT ").value(query.limit);
        Ok(table::read_all(&self.driver.read(statement).await?)?)
    }
}

#[async_trait]
impl<D: Database> Tokens for SqlStore<D> {
    async fn token(&self, tenant: &TenantId, provider: &str, account: &str) -> Result<Option<Token>, Error> {
        Ok(self.one(tenant, &Token::name(provider, account)).await?)
    }

    async fn tokens(&self, tenant: &TenantId) -> Result<Vec<Token>, Error> {
        Ok(table::read_all(&self.driver.read(self.of::<Token>(tenant).then(" ORDER BY id")).await?)?)
    }
}

#[async_trait]
impl<D: Database> Blocks for SqlStore<D> {
    async fn block(&self, tenant: &TenantId, address: &Address) -> Result<Option<Block>, Error> {
        let statement = self.start("SELECT record FROM {p}blocks WHERE tenant = ").value(tenant);
        self.parsed_one(statement.then(" AND address = ").value(address)).await
    }

    async fn blocks(&self, tenant: &TenantId, limit: usize) -> Result<Vec<Block>, Error> {
        let statement = self.start("SELECT record FROM {p}blocks WHERE tenant = ").value(tenant);
        self.parsed(statement.then(" ORDER BY since DESC, address LIMIT ").value(limit)).await
    }
}

#[allow(private_bounds, reason = "the databases are this crate's own")]
impl<D: Database> SqlStore<D> {
    /// What has no version: just the record.
    async fn parsed<T: serde::de::DeserializeOwned>(&self, statement: Statement) -> Result<Vec<T>, Error> {
        let rows = self.driver.read(statement).await?;
        let parse = |row: &super::statement::Row| Ok(serde_json::from_str(row.text(0)?)?);
        Ok(rows.iter().map(parse).collect::<Result<Vec<T>, Failure>>()?)
    }

    async fn parsed_one<T: serde::de::DeserializeOwned>(&self, statement: Statement) -> Result<Option<T>, Error> {
        Ok(self.parsed(statement).await?.pop())
    }
}

#[async_trait]
impl<D: Database> Consents for SqlStore<D> {
    async fn consent(
        &self,
        tenant: &TenantId,
        sender: &Address,
        recipient: &Address,
    ) -> Result<Option<Consent>, Error> {
        let statement = self.start("SELECT record FROM {p}consents WHERE tenant = ").value(tenant);
        let statement = statement.then(" AND sender = ").value(sender).then(" AND recipient = ").value(recipient);
        self.parsed_one(statement).await
    }

    async fn opted_out_among(&self, tenant: &TenantId, pairs: &[(Address, Address)]) -> Result<Vec<Consent>, Error> {
        if pairs.is_empty() {
            return Ok(Vec::new());
        }
        let statement = self.start("SELECT record FROM {p}consents WHERE tenant = ").value(tenant);
        let statement = statement.then(" AND opted_out AND (sender, recipient) IN (VALUES ");
        let statement = pairs.iter().enumerate().fold(statement, |statement, (number, (sender, recipient))| {
            statement.then(if number > 0 { ", " } else { "" }).list([sender, recipient])
        });
        self.parsed(statement.then(")")).await
    }

    async fn opted_out(&self, tenant: &TenantId, limit: usize) -> Result<Vec<Consent>, Error> {
        let statement = self.start("SELECT record FROM {p}consents WHERE tenant = ").value(tenant);
        let order = " AND opted_out ORDER BY since DESC, sender, recipient LIMIT ";
        self.parsed(statement.then(order).value(limit)).await
    }
}

#[async_trait]
impl<D: Database> Counters for SqlStore<D> {
    async fn spend(&self, tenant: &TenantId, wanted: &[(Allowance, u32)]) -> Result<Spent, Error> {
        if wanted.is_empty() {
            return Ok(Spent::Granted);
        }
        let mut spent = self.spend_once(tenant, wanted).await;
        for _ in 0..ROUNDS {
            if !matches!(spent, Err(Failure::Again(_))) {
                break;
            }
            spent = self.spend_once(tenant, wanted).await;
        }
        Ok(spent?)
    }
}

#[async_trait]
impl<D: Database> Notifications for SqlStore<D> {
    async fn notification(&self, tenant: &TenantId, id: &NotificationId) -> Result<Option<Notification>, Error> {
        Ok(self.one(tenant, id.as_str()).await?)
    }

    async fn notifications(&self, tenant: &TenantId, query: &NotificationQuery) -> Result<Vec<Notification>, Error> {
        let mut statement = self.of::<Notification>(tenant);
        if let Some(appointment) = &query.appointment {
            statement = statement.then(" AND appointment = ").value(appointment.as_str());
        }
        if let Some(from) = query.from {
            statement = statement.then(" AND since >= ").value(from);
        }
        if let Some(until) = query.until {
            statement = statement.then(" AND since < ").value(until);
        }
        if let Some(channel) = query.channel {
            statement = statement.then(" AND channel = ").value(channel.as_str());
        }
        statement = Self::any_of(statement, "status", query.statuses.iter().map(|status| status.as_str()));
        statement = Self::any_of(statement, "kind", query.kinds.iter().map(|kind| kind.as_str()));
        Ok(self.page(statement, tenant, query.after.as_ref().map(NotificationId::as_str), query.limit).await?)
    }

    async fn appointment(&self, tenant: &TenantId, id: &AppointmentId) -> Result<Option<AppointmentRecord>, Error> {
        Ok(self.one(tenant, id.as_str()).await?)
    }
}

#[async_trait]
impl<D: Database> Numbers for SqlStore<D> {
    async fn order(&self, tenant: &TenantId, id: &OrderId) -> Result<Option<NumberOrder>, Error> {
        Ok(self.one(tenant, id.as_str()).await?)
    }

    async fn orders(&self, tenant: &TenantId) -> Result<Vec<NumberOrder>, Error> {
        Ok(self.page(self.of::<NumberOrder>(tenant), tenant, None, usize::MAX).await?)
    }
}

#[async_trait]
impl<D: Database> FollowUps for SqlStore<D> {
    async fn follow_up(&self, tenant: &TenantId, id: &str) -> Result<Option<FollowUp>, Error> {
        Ok(self.one(tenant, id).await?)
    }
}

#[async_trait]
impl<D: Database> Backstage for SqlStore<D> {
    async fn claim_messages(
        &self,
        worker: &str,
        limit: usize,
        lease: Duration,
    ) -> Result<Vec<(TenantId, MessageRecord)>, Error> {
        self.claim(worker, limit, lease).await
    }

    async fn claim_relays(
        &self,
        worker: &str,
        limit: usize,
        lease: Duration,
    ) -> Result<Vec<(TenantId, RelayEvent)>, Error> {
        self.claim(worker, limit, lease).await
    }

    async fn claim_orders(
        &self,
        worker: &str,
        limit: usize,
        lease: Duration,
    ) -> Result<Vec<(TenantId, NumberOrder)>, Error> {
        self.claim(worker, limit, lease).await
    }

    async fn claim_follow_ups(
        &self,
        worker: &str,
        limit: usize,
        lease: Duration,
    ) -> Result<Vec<(TenantId, FollowUp)>, Error> {
        self.claim(worker, limit, lease).await
    }

    async fn claim_bookings(
        &self,
        worker: &str,
        limit: usize,
        lease: Duration,
    ) -> Result<Vec<(TenantId, Booking)>, Error> {
        self.claim(worker, limit, lease).await
    }

    async fn claim_notifications(
        &self,
        worker: &str,
        limit: usize,
        lease: Duration,
    ) -> Result<Vec<(TenantId, Notification)>, Error> {
        self.claim(worker, limit, lease).await
    }

    async fn follow_up_of(&self, transcript: &TranscriptSid) -> Result<Option<(TenantId, FollowUp)>, Error> {
        let statement = table::select::<FollowUp>(self.driver.dialect()).then(" WHERE transcript = ");
        let found: Option<FollowUp> = self.first(statement.value(transcript.as_str()).then(" LIMIT 1")).await?;
        Ok(found.map(|follow_up| (follow_up.tenant.clone(), follow_up)))
    }

    async fn take_consent(&self, digest: &str) -> Result<Option<PendingConsent>, Error> {
        let mut statement = Statement::default();
        let now = table::now(self.driver.dialect(), &mut statement, self.time());
        let statement = statement.then(&self.start("DELETE FROM {p}asked WHERE digest = ").text).value(digest);
        let rows = self.driver.write(statement.then(&format!(" RETURNING record, {now}"))).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let consent: PendingConsent =
            serde_json::from_str(row.text(0).map_err(Failure::from)?).map_err(Failure::from)?;
        let now: DateTime<Utc> = row.time(1).map_err(Failure::from)?;
        Ok((consent.expires_at > now).then_some(consent))
    }

    async fn all_tenants(&self, after: Option<&TenantId>, limit: usize) -> Result<Vec<Arc<Tenant>>, Error> {
        let after = after.map_or("", TenantId::as_str);
        let statement = table::select::<Tenant>(self.driver.dialect()).then(" WHERE tenant > ").value(after);
        let rows = self.driver.read(statement.then(" ORDER BY tenant LIMIT ").value(limit)).await?;
        let mut tenants = Vec::with_capacity(rows.len());
        for tenant in table::read_all(&rows)? {
            tenants.push(self.tenant_from(tenant).await?);
        }
        Ok(tenants)
    }

    async fn all_tokens(&self, after: Option<(&TenantId, &str, &str)>, limit: usize) -> Result<Vec<Token>, Error> {
        let statement = table::select::<Token>(self.driver.dialect());
        let statement = match after {
            Some((tenant, provider, account)) => statement
                .then(" WHERE (tenant, id) > ")
                .list([Value::from(tenant), Value::key(&Token::name(provider, account))]),
            None => statement,
        };
        let rows = self.driver.read(statement.then(" ORDER BY tenant, id LIMIT ").value(limit)).await?;
        Ok(table::read_all(&rows)?)
    }

    async fn backlog(&self) -> Result<Vec<Backlog>, Error> {
        let mut backlog = Vec::new();
        for kind in [
            MessageRecord::NAME,
            RelayEvent::NAME,
            NumberOrder::NAME,
            FollowUp::NAME,
            Booking::NAME,
            Notification::NAME,
        ] {
            let mut statement = Statement::default();
            let now = table::now(self.driver.dialect(), &mut statement, self.time());
            let text = format!("SELECT COUNT(*), MIN(due_at) FROM {{p}}{kind} WHERE due_at <= {now}");
            let rows = self.driver.read(statement.then(&self.start(&text).text)).await?;
            if let Some(row) = rows.first() {
                let due = row.number(0).map_err(Failure::from)?;
                backlog.push(Backlog { kind, due, since: row.maybe_time(1).map_err(Failure::from)? });
            }
        }
        Ok(backlog)
    }

    async fn sweep(&self) -> Result<u64, Error> {
        let old = |table: &str, column: &str, grace: i64| {
            let mut statement = Statement::default();
            let now = table::now(self.driver.dialect(), &mut statement, self.time());
            let grace = statement.place(grace);
            let unit = self.driver.dialect().microsecond;
            let text = format!("DELETE FROM {{p}}{table} WHERE {column} < {now} - {grace} * {unit} RETURNING 1");
            statement.then(&self.start(&text).text)
        };
        let remembered = REMEMBERED.num_microseconds().unwrap_or(i64::MAX);
        let keys = self.count(old("once", "since", remembered)).await?;
        Ok(keys + self.count(old("counters", "whole_at", 0)).await? + self.count(old("asked", "expires_at", 0)).await?)
    }

    async fn ping(&self) -> Result<(), Error> {
        self.driver.read(Statement::new("SELECT 1")).await?;
        Ok(())
    }
}
