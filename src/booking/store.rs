use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::hold::{Held, HoldRequest, ResourceId};
use super::record::{Booking, BookingId};
use crate::Error;
use crate::address::Address;
use crate::id::TenantId;

/// Holds times and reads bookings. What changes a booking otherwise is a [`Unit`](crate::store::Unit).
#[async_trait]
pub trait Bookings: fmt::Debug + Send + Sync + 'static {
    /// Takes a time, all of it or nothing, as a transaction of its own: under a lock on the resources, holds whose lease
    /// has ended are given up, limits are counted, and the buffered time is written down. Two bookings can never hold
    /// the same seat at overlapping times. A confirmed booking of this name gets the time beside the one it has.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when the request has [no range](HoldRequest::range); [`Error::is_retryable`] when the
    /// store cannot be reached; [`Error::is_outcome_unknown`] when the connection broke while committing: ask again,
    /// and it is [`Held::Already`] if it was done.
    async fn hold(&self, tenant: &TenantId, request: &HoldRequest) -> Result<Held, Error>;

    /// One booking of the tenant; `None` also when it is somebody else's.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    async fn booking(&self, tenant: &TenantId, id: &BookingId) -> Result<Option<Booking>, Error>;

    /// The tenant's bookings that keep others from some of a stretch of time, by when they begin.
    ///
    /// # Errors
    /// [`Error::is_retryable`] when the store cannot be reached.
    async fn bookings(&self, tenant: &TenantId, query: &BookingQuery) -> Result<Vec<Booking>, Error>;
}

/// Which bookings to read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub struct BookingQuery {
    /// Those that keep others from some time after this.
    pub from: DateTime<Utc>,
    /// And before this.
    pub until: DateTime<Utc>,
    /// Only of this resource.
    pub resource: Option<ResourceId>,
    /// Only for this customer's number.
    pub phone: Option<Address>,
    /// How many at most; 1,000 by default.
    pub limit: usize,
}

impl BookingQuery {
    /// Those that overlap a stretch of time.
    pub fn between(from: DateTime<Utc>, until: DateTime<Utc>) -> Self {
        Self { from, until, resource: None, phone: None, limit: 1_000 }
    }

    /// Only of this resource.
    pub fn of(mut self, resource: ResourceId) -> Self {
        self.resource = Some(resource);
        self
    }

    /// Only for a customer with this number.
    pub fn with_phone(mut self, phone: impl Into<Address>) -> Self {
        self.phone = Some(phone.into());
        self
    }

    /// When the first of a booking's times that are asked for begins; `None` when it is not asked for.
    pub(crate) fn first_of(&self, booking: &Booking) -> Option<DateTime<Utc>> {
        let of = |seat: &super::Seat| self.resource.as_ref().is_none_or(|resource| *resource == seat.resource);
        let wanted =
            |hold: &&super::Hold| hold.from < self.until && hold.until > self.from && (hold.seats.iter().any(of));
        self.phone.as_ref().is_none_or(|phone| booking.details.customer.phone.as_ref() == Some(phone)).then_some(())?;
        booking.kept().map(|(hold, _)| hold).filter(wanted).map(|hold| hold.start).min()
    }
}
