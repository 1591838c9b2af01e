-- What people are told of appointments.

-- The latest that is known of each appointment.
CREATE TABLE appointments (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    record TEXT NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
);

-- What is told; those that are due are sent.
CREATE TABLE notifications (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    record TEXT NOT NULL,
    since INTEGER NOT NULL,
    due_at INTEGER,
    lease_owner TEXT,
    lease_until INTEGER,
    appointment TEXT NOT NULL,
    kind TEXT NOT NULL,
    channel TEXT NOT NULL,
    status TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX notifications_due ON notifications (due_at, since) WHERE due_at IS NOT NULL;
CREATE INDEX notifications_by_age ON notifications (tenant, since DESC, id DESC);
CREATE INDEX notifications_by_appointment ON notifications (tenant, appointment, since DESC, id DESC);
CREATE INDEX notifications_by_status ON notifications (tenant, status, since DESC, id DESC);
CREATE INDEX notifications_by_kind ON notifications (tenant, kind, since DESC, id DESC);
