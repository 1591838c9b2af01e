-- The records of many tenants. Each record is kept whole as JSON in `record`; the columns beside it are what it is
-- found by. Run with the search path set to the schema that holds the tables.

-- Settings; a tenant's numbers stand in a table of their own.
CREATE TABLE tenants (
    tenant TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    record TEXT NOT NULL,
    since TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE TABLE numbers (
    number TEXT COLLATE "C" PRIMARY KEY,
    tenant TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL
);
CREATE INDEX numbers_of_tenant ON numbers (tenant, position);

-- What is known of calls.
CREATE TABLE calls (
    tenant TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    record TEXT NOT NULL,
    since TIMESTAMPTZ NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    outcome TEXT COLLATE "C" NOT NULL,
    contact TEXT COLLATE "C" NOT NULL,
    transcript TEXT COLLATE "C",
    summary_ready BOOLEAN NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX calls_by_start ON calls (tenant, since DESC, id DESC);
CREATE INDEX calls_by_contact ON calls (tenant, contact, since DESC, id DESC);
CREATE INDEX calls_by_status ON calls (tenant, status, since DESC, id DESC);
CREATE INDEX calls_by_outcome ON calls (tenant, outcome, since DESC, id DESC);
CREATE INDEX calls_by_summary ON calls (tenant, summary_ready, since DESC, id DESC);
CREATE INDEX calls_by_transcript ON calls (tenant, transcript) WHERE transcript IS NOT NULL;

-- Texts; those that are due are the outbox.
CREATE TABLE messages (
    tenant TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    record TEXT NOT NULL,
    since TIMESTAMPTZ NOT NULL,
    due_at TIMESTAMPTZ,
    lease_owner TEXT,
    lease_until TIMESTAMPTZ,
    sid TEXT COLLATE "C",
    contact TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX messages_due ON messages (due_at, since) WHERE due_at IS NOT NULL;
CREATE UNIQUE INDEX messages_by_sid ON messages (tenant, sid) WHERE sid IS NOT NULL;
CREATE INDEX messages_by_age ON messages (tenant, since DESC, id DESC);
CREATE INDEX messages_by_contact ON messages (tenant, contact, since DESC, id DESC);
CREATE INDEX messages_by_status ON messages (tenant, status, since DESC, id DESC);

-- News on their way to the host's service.
CREATE TABLE relays (
    tenant TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    record TEXT NOT NULL,
    since TIMESTAMPTZ NOT NULL,
    due_at TIMESTAMPTZ,
    lease_owner TEXT,
    lease_until TIMESTAMPTZ,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX relays_due ON relays (due_at, since) WHERE due_at IS NOT NULL;

-- Orders for numbers.
CREATE TABLE orders (
    tenant TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    record TEXT NOT NULL,
    since TIMESTAMPTZ NOT NULL,
    due_at TIMESTAMPTZ,
    lease_owner TEXT,
    lease_until TIMESTAMPTZ,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX orders_due ON orders (due_at, since) WHERE due_at IS NOT NULL;

-- What is to be done with recordings.
CREATE TABLE follow_ups (
    tenant TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    record TEXT NOT NULL,
    since TIMESTAMPTZ NOT NULL,
    due_at TIMESTAMPTZ,
    lease_owner TEXT,
    lease_until TIMESTAMPTZ,
    transcript TEXT COLLATE "C",
    PRIMARY KEY (tenant, id)
);
CREATE INDEX follow_ups_due ON follow_ups (due_at, since) WHERE due_at IS NOT NULL;
CREATE INDEX follow_ups_by_transcript ON follow_ups (transcript) WHERE transcript IS NOT NULL;

-- Appointments; the times they keep others from stand in `holds`.
CREATE TABLE bookings (
    tenant TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    record TEXT NOT NULL,
    since TIMESTAMPTZ NOT NULL,
    due_at TIMESTAMPTZ,
    lease_owner TEXT,
    lease_until TIMESTAMPTZ,
    state TEXT COLLATE "C" NOT NULL,
    contact TEXT COLLATE "C",
    PRIMARY KEY (tenant, id)
);
CREATE INDEX bookings_due ON bookings (due_at, since) WHERE due_at IS NOT NULL;
CREATE INDEX bookings_by_contact ON bookings (tenant, contact) WHERE contact IS NOT NULL;

-- The times that are kept from others. Two bookings never have the same seat of a resource at once: the constraint
-- sees to it, whoever writes. A booking that moves may overlap itself. Needs the extension btree_gist, which a
-- superuser or, from PostgreSQL 13 on, whoever may create in the database can install.
CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;
CREATE TABLE holds (
    tenant TEXT COLLATE "C" NOT NULL,
    booking TEXT COLLATE "C" NOT NULL,
    fence BIGINT NOT NULL,
    resource TEXT COLLATE "C" NOT NULL,
    seat BIGINT NOT NULL,
    from_at TIMESTAMPTZ NOT NULL,
    until_at TIMESTAMPTZ NOT NULL,
    start_at TIMESTAMPTZ NOT NULL,
    lease_until TIMESTAMPTZ,
    PRIMARY KEY (tenant, booking, fence, resource, seat),
    CONSTRAINT holds_never_overlap EXCLUDE USING gist (
        tenant WITH =, resource WITH =, seat WITH =, tstzrange(from_at, until_at) WITH &&, booking WITH <>
    )
);
CREATE INDEX holds_by_resource ON holds (tenant, resource, from_at);
CREATE INDEX holds_by_lease ON holds (tenant, resource, lease_until) WHERE lease_until IS NOT NULL;

-- Who wants no texts from a sender.
CREATE TABLE consents (
    tenant TEXT COLLATE "C" NOT NULL,
    sender TEXT COLLATE "C" NOT NULL,
    recipient TEXT COLLATE "C" NOT NULL,
    opted_out BOOLEAN NOT NULL,
    since TIMESTAMPTZ NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (tenant, sender, recipient)
);
CREATE INDEX consents_opted_out ON consents (tenant, since DESC) WHERE opted_out;

-- Whose calls are not taken.
CREATE TABLE blocks (
    tenant TEXT COLLATE "C" NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    since TIMESTAMPTZ NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (tenant, address)
);
CREATE INDEX blocks_by_age ON blocks (tenant, since DESC);

-- Rates: when everything would be there again.
CREATE TABLE counters (
    tenant TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    whole_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant, name)
);
CREATE INDEX counters_by_time ON counters (whole_at);

-- Keys of what was done once, and what was answered.
CREATE TABLE once (
    tenant TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    answer TEXT NOT NULL,
    since TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant, name)
);
CREATE INDEX once_by_age ON once (since);

-- What accounts at providers are reached with, sealed.
CREATE TABLE tokens (
    tenant TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    record TEXT NOT NULL,
    since TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant, id)
);

-- Consents that are being asked for.
CREATE TABLE asked (
    digest TEXT COLLATE "C" PRIMARY KEY,
    tenant TEXT COLLATE "C" NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    record TEXT NOT NULL
);
CREATE INDEX asked_by_time ON asked (expires_at);
