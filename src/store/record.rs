use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::booking::Booking;
use crate::call::{CallRecord, FollowUp};
use crate::id::TenantId;
use crate::message::{Lease, MessageRecord};
use crate::notification::{AppointmentRecord, Notification};
use crate::number::NumberOrder;
use crate::relay::RelayEvent;
use crate::tenant::Tenant;
use crate::token::Token;

/// What is kept under a tenant and a name, and changes by version.
#[cfg_attr(not(any(feature = "sqlite", feature = "postgres")), allow(dead_code, reason = "for databases"))]
pub(crate) trait Record: Clone + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// What a collection of them is called.
    const NAME: &'static str;
    /// Whether workers take them.
    const WORK: bool = false;

    fn tenant(&self) -> &TenantId;

    fn name(&self) -> Cow<'_, str>;

    fn version(&self) -> u64;

    fn set_version(&mut self, version: u64);

    /// Where it stands in a listing, latest first.
    fn since(&self) -> DateTime<Utc>;

    fn lease(&self) -> Option<&Lease> {
        None
    }

    fn set_lease(&mut self, lease: Option<Lease>) {
        let _ = lease;
    }

    /// It was read, or written, as it is.
    fn is_stored(&mut self) {}

    /// From when a worker may take it.
    fn due(&self) -> Option<DateTime<Utc>> {
        None
    }
}

macro_rules! records {
    ($($record:ty, $table:literal, $since:ident, |$self:ident| $name:expr $(, $work:ident)* ;)*) => {$(
        impl Record for $record {
            const NAME: &'static str = $table;

            fn tenant(&self) -> &TenantId {
                &self.tenant
            }

            fn name(&self) -> Cow<'_, str> {
                let $self = self;
                $name.into()
            }

            fn version(&self) -> u64 {
                self.version
            }

            fn set_version(&mut self, version: u64) {
                self.version = version;
            }

            fn since(&self) -> DateTime<Utc> {
                self.$since
            }

            $(records!(@$work $record);)*
        }
    )*};
    (@seen $record:ty) => {
        fn is_stored(&mut self) {
            <$record>::is_stored(self);
        }
    };
    (@work $record:ty) => {
        const WORK: bool = true;

        fn lease(&self) -> Option<&Lease> {
            self.lease.as_ref()
        }

        fn set_lease(&mut self, lease: Option<Lease>) {
            self.lease = lease;
        }

        fn due(&self) -> Option<DateTime<Utc>> {
            <$record>::claimable_from(self)
        }
    };
}

records! {
    CallRecord, "calls", started_at, |call| call.sid.as_str();
    MessageRecord, "messages", created_at, |message| message.id.as_str(), work;
    RelayEvent, "relays", created_at, |event| event.id.as_str(), work;
    NumberOrder, "orders", created_at, |order| order.id.as_str(), work;
    FollowUp, "follow_ups", created_at, |follow_up| follow_up.id(), work;
    Booking, "bookings", created_at, |booking| booking.id.as_str(), work, seen;
    AppointmentRecord, "appointments", created_at, |record| record.appointment.id.as_str();
    Notification, "notifications", created_at, |notification| notification.id.as_str(), work;
    Token, "tokens", created_at, |token| Token::name(&token.provider, &token.account);
}

impl Record for Tenant {
    const NAME: &'static str = "tenants";

    fn tenant(&self) -> &TenantId {
        &self.id
    }

    fn name(&self) -> Cow<'_, str> {
        self.id.as_str().into()
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn set_version(&mut self, version: u64) {
        self.version = version;
    }

    fn since(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }
}
