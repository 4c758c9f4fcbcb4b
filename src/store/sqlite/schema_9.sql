-- Hashes of other kinds, a key for messages, when an account was used last and when it ends, the role 'backup', and a
-- record whose oldest part was taken out.

DROP INDEX accounts_admins;
DROP INDEX accounts_with_roles;
DROP INDEX accounts_by_hash_cost;

ALTER TABLE accounts ADD COLUMN hash_scheme TEXT;
ALTER TABLE accounts ADD COLUMN public_key TEXT;
ALTER TABLE accounts ADD COLUMN last_sign_in_at INTEGER;
ALTER TABLE accounts ADD COLUMN expires_at INTEGER;
-- A rule of a column stays with it. So the column with the new rule takes its place.
ALTER TABLE accounts ADD COLUMN more_roles INTEGER NOT NULL DEFAULT 0 CHECK (more_roles BETWEEN 0 AND 31);
UPDATE accounts SET more_roles = roles, hash_scheme = hash_cost, last_sign_in_at = (
    SELECT max(at) FROM audit_events
    WHERE target_id = accounts.id AND (action IN ('sign-in', 'verify') AND outcome = 'done' AND detail NOT LIKE '%new%password%'
        OR action = 'change-password' AND outcome = 'done'));
ALTER TABLE accounts DROP COLUMN hash_cost;
ALTER TABLE accounts DROP COLUMN roles;
ALTER TABLE accounts RENAME COLUMN more_roles TO roles;

ALTER TABLE sign_ins ADD COLUMN more_roles INTEGER CHECK (more_roles BETWEEN 0 AND 31);
UPDATE sign_ins SET more_roles = roles WHERE roles IS NOT NULL;
ALTER TABLE sign_ins DROP COLUMN roles;
ALTER TABLE sign_ins RENAME COLUMN more_roles TO roles;

CREATE INDEX accounts_admins ON accounts (id) WHERE roles & 8;
CREATE INDEX accounts_with_roles ON accounts (roles) WHERE roles <> 0;
CREATE INDEX accounts_by_hash_scheme ON accounts (hash_scheme) WHERE hash_scheme IS NOT NULL;

DROP VIEW credentials;
CREATE VIEW credentials (username, password_hash, must_change, usable) AS
SELECT username, password_hash, must_change,
       state = 'active' AND removed_at IS NULL AND locked_at IS NULL AND password_hash IS NOT NULL
           AND NOT temporary_lapsed
           AND (temporary_until IS NULL OR temporary_until > CAST(strftime('%s', 'now') AS INTEGER))
           AND (expires_at IS NULL OR expires_at > CAST(strftime('%s', 'now') AS INTEGER))
FROM accounts;

DROP TRIGGER audit_events_follow;
CREATE TRIGGER audit_events_follow BEFORE INSERT ON audit_events
WHEN NEW.sequence <> 1 + coalesce(
    (SELECT max(sequence) FROM audit_events),
    (SELECT CAST(value AS INTEGER) FROM settings WHERE key = 'archived_until'), 0)
BEGIN SELECT RAISE(ABORT, 'audit events are only appended'); END;

DROP TRIGGER audit_events_remain;
CREATE TRIGGER audit_events_remain BEFORE DELETE ON audit_events
WHEN OLD.sequence > (SELECT coalesce(max(CAST(value AS INTEGER)), 0) FROM settings WHERE key = 'archived_until')
BEGIN SELECT RAISE(ABORT, 'audit events are deleted only after they were archived'); END;
