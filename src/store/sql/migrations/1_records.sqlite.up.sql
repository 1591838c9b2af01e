-- The records of many tenants. Each record is kept whole as JSON in `record`; the columns beside it are what it is
-- found by. Times are microseconds since 1970.

-- Settings; a tenant's numbers stand in a table of their own.
CREATE TABLE tenants (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    record TEXT NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE TABLE numbers (
    number TEXT PRIMARY KEY,
    tenant TEXT NOT NULL,
    position INTEGER NOT NULL
);
CREATE INDEX numbers_of_tenant ON numbers (tenant, position);

-- What is known of calls.
CREATE TABLE calls (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    record TEXT NOT NULL,
    since INTEGER NOT NULL,
    status TEXT NOT NULL,
    outcome TEXT NOT NULL,
    contact TEXT NOT NULL,
    transcript TEXT,
    summary_ready INTEGER NOT NULL,
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
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    record TEXT NOT NULL,
    since INTEGER NOT NULL,
    due_at INTEGER,
    lease_owner TEXT,
    lease_until INTEGER,
    sid TEXT,
    contact TEXT NOT NULL,
    status TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX messages_due ON messages (due_at, since) WHERE due_at IS NOT NULL;
CREATE UNIQUE INDEX messages_by_sid ON messages (tenant, sid) WHERE sid IS NOT NULL;
CREATE INDEX messages_by_age ON messages (tenant, since DESC, id DESC);
CREATE INDEX messages_by_contact ON messages (tenant, contact, since DESC, id DESC);
CREATE INDEX messages_by_status ON messages (tenant, status, since DESC, id DESC);

-- News on their way to the host's service.
CREATE TABLE relays (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    record TEXT NOT NULL,
    since INTEGER NOT NULL,
    due_at INTEGER,
    lease_owner TEXT,
    lease_until INTEGER,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX relays_due ON relays (due_at, since) WHERE due_at IS NOT NULL;

-- Orders for numbers.
CREATE TABLE orders (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    record TEXT NOT NULL,
    since INTEGER NOT NULL,
    due_at INTEGER,
    lease_owner TEXT,
    lease_until INTEGER,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX orders_due ON orders (due_at, since) WHERE due_at IS NOT NULL;

-- What is to be done with recordings.
CREATE TABLE follow_ups (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    record TEXT NOT NULL,
    since INTEGER NOT NULL,
    due_at INTEGER,
    lease_owner TEXT,
    lease_until INTEGER,
    transcript TEXT,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX follow_ups_due ON follow_ups (due_at, since) WHERE due_at IS NOT NULL;
CREATE INDEX follow_ups_by_transcript ON follow_ups (transcript) WHERE transcript IS NOT NULL;

-- Appointments; the times they keep others from stand in `holds`.
CREATE TABLE bookings (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    record TEXT NOT NULL,
    since INTEGER NOT NULL,
    due_at INTEGER,
    lease_owner TEXT,
    lease_until INTEGER,
    state TEXT NOT NULL,
    contact TEXT,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX bookings_due ON bookings (due_at, since) WHERE due_at IS NOT NULL;
CREATE INDEX bookings_by_contact ON bookings (tenant, contact) WHERE contact IS NOT NULL;

-- The times that are kept from others. Two bookings never have the same seat of a resource at once: the trigger sees
-- to it, whoever writes. A booking that moves may overlap itself.
CREATE TABLE holds (
    tenant TEXT NOT NULL,
    booking TEXT NOT NULL,
    fence INTEGER NOT NULL,
    resource TEXT NOT NULL,
    seat INTEGER NOT NULL,
    from_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL,
    start_at INTEGER NOT NULL,
    lease_until INTEGER,
    PRIMARY KEY (tenant, booking, fence, resource, seat)
);
CREATE TRIGGER holds_never_overlap BEFORE INSERT ON holds
WHEN EXISTS (
    SELECT 1 FROM holds AS other
    WHERE other.tenant = NEW.tenant AND other.resource = NEW.resource AND other.seat = NEW.seat
        AND other.booking <> NEW.booking AND other.from_at < NEW.until_at AND other.until_at > NEW.from_at
)
BEGIN
    SELECT RAISE(IGNORE);
END;
CREATE INDEX holds_by_resource ON holds (tenant, resource, from_at);
CREATE INDEX holds_by_lease ON holds (tenant, resource, lease_until) WHERE lease_until IS NOT NULL;

-- Who wants no texts from a sender.
CREATE TABLE consents (
    tenant TEXT NOT NULL,
    sender TEXT NOT NULL,
    recipient TEXT NOT NULL,
    opted_out INTEGER NOT NULL,
    since INTEGER NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (tenant, sender, recipient)
);
CREATE INDEX consents_opted_out ON consents (tenant, since DESC) WHERE opted_out;

-- Whose calls are not taken.
CREATE TABLE blocks (
    tenant TEXT NOT NULL,
    address TEXT NOT NULL,
    since INTEGER NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (tenant, address)
);
CREATE INDEX blocks_by_age ON blocks (tenant, since DESC);

-- Rates: when everything would be there again.
CREATE TABLE counters (
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    whole_at INTEGER NOT NULL,
    PRIMARY KEY (tenant, name)
);
CREATE INDEX counters_by_time ON counters (whole_at);

-- Keys of what was done once, and what was answered.
CREATE TABLE once (
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    answer TEXT NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (tenant, name)
);
CREATE INDEX once_by_age ON once (since);

-- What accounts at providers are reached with, sealed.
CREATE TABLE tokens (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    record TEXT NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
);

-- Consents that are being asked for.
CREATE TABLE asked (
    digest TEXT PRIMARY KEY,
    tenant TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    record TEXT NOT NULL
);
CREATE INDEX asked_by_time ON asked (expires_at);
