-- Undoes 1_records: every record is lost.
DROP TABLE asked;
DROP TABLE tokens;
DROP TABLE once;
DROP TABLE counters;
DROP TABLE blocks;
DROP TABLE consents;
DROP TABLE holds;
DROP TABLE bookings;
DROP TABLE follow_ups;
DROP TABLE orders;
DROP TABLE relays;
DROP TABLE messages;
DROP TABLE calls;
DROP TABLE numbers;
DROP TABLE tenants;
