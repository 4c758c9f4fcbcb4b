-- Removal and the record.

ALTER TABLE accounts ADD COLUMN removed_at INTEGER;                 -- restorable for a while, then purged

CREATE INDEX accounts_admins ON accounts (id) WHERE roles & 8;

-- The record: only ever appended to. A link is SHA-256 over the domain tag, the sequence number, the link before, and
-- each field behind its length (src/domain/audit/chain.rs).
CREATE TABLE audit_events (
    sequence  INTEGER PRIMARY KEY CHECK (sequence >= 1),
    at        INTEGER NOT NULL,
    actor     TEXT NOT NULL,
    actor_id  INTEGER,
    actor_uid INTEGER,
    action    TEXT NOT NULL,
    target    TEXT NOT NULL,
    target_id INTEGER,
    outcome   TEXT NOT NULL CHECK (outcome IN ('done', 'refused')),
    detail    TEXT NOT NULL,
    previous  BLOB NOT NULL CHECK (length(previous) = 32),
    link      BLOB NOT NULL CHECK (length(link) = 32)
) STRICT;

CREATE INDEX audit_events_by_target ON audit_events (target_id, sequence);
CREATE INDEX audit_events_by_actor ON audit_events (actor_id, sequence);
CREATE TRIGGER audit_events_follow BEFORE INSERT ON audit_events
WHEN NEW.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM audit_events)
BEGIN SELECT RAISE(ABORT, 'audit events are only appended'); END;
CREATE TRIGGER audit_events_stay BEFORE UPDATE ON audit_events
BEGIN SELECT RAISE(ABORT, 'audit events are never changed'); END;
CREATE TRIGGER audit_events_remain BEFORE DELETE ON audit_events
BEGIN SELECT RAISE(ABORT, 'audit events are never deleted'); END;

DROP VIEW credentials;
CREATE VIEW credentials (username, password_hash, must_change, usable) AS
SELECT username, password_hash, must_change,
       state = 'active' AND removed_at IS NULL AND password_hash IS NOT NULL
           AND (temporary_until IS NULL OR temporary_until > CAST(strftime('%s', 'now') AS INTEGER))
FROM accounts;
