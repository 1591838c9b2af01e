-- What people are told of appointments.

-- The latest that is known of each appointment.
CREATE TABLE appointments (
    tenant TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    record TEXT NOT NULL,
    since TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant, id)
);

-- What is told; those that are due are sent.
CREATE TABLE notifications (
    tenant TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    record TEXT NOT NULL,
    since TIMESTAMPTZ NOT NULL,
    due_at TIMESTAMPTZ,
    lease_owner TEXT,
    lease_until TIMESTAMPTZ,
    appointment TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    channel TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX notifications_due ON notifications (due_at, since) WHERE due_at IS NOT NULL;
CREATE INDEX notifications_by_age ON notifications (tenant, since DESC, id DESC);
CREATE INDEX notifications_by_appointment ON notifications (tenant, appointment, since DESC, id DESC);
CREATE INDEX notifications_by_status ON notifications (tenant, status, since DESC, id DESC);
CREATE INDEX notifications_by_kind ON notifications (tenant, kind, since DESC, id DESC);
