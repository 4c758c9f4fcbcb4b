-- Hashes of other kinds, a key for messages, when an account was used last and when it ends, the role 'backup', and a
-- record whose oldest part was taken out.
DROP INDEX accounts_by_hash_cost;

ALTER TABLE accounts
    ADD COLUMN hash_scheme text COLLATE "C",
    ADD COLUMN public_key text COLLATE "C",
    ADD COLUMN last_sign_in_at bigint,
    ADD COLUMN expires_at bigint,
    DROP CONSTRAINT accounts_roles_check,
    ADD CONSTRAINT accounts_roles_check CHECK (roles BETWEEN 0 AND 31);
ALTER TABLE sign_ins
    DROP CONSTRAINT sign_ins_roles_check,
    ADD CONSTRAINT sign_ins_roles_check CHECK (roles BETWEEN 0 AND 31);

UPDATE accounts SET hash_scheme = hash_cost, last_sign_in_at = (
    SELECT max(at) FROM audit_events
    WHERE target_id = accounts.id AND (action IN ('sign-in', 'verify') AND outcome = 'done' AND detail NOT LIKE '%new%password%'
        OR action = 'change-password' AND outcome = 'done'));
ALTER TABLE accounts DROP COLUMN hash_cost;

CREATE INDEX accounts_by_hash_scheme ON accounts (hash_scheme) WHERE hash_scheme IS NOT NULL;

CREATE OR REPLACE VIEW credentials (username, password_hash, must_change, usable) AS
SELECT username, password_hash, must_change,
       state = 'active' AND removed_at IS NULL AND locked_at IS NULL AND password_hash IS NOT NULL
           AND NOT temporary_lapsed
           AND (temporary_until IS NULL OR temporary_until > extract(epoch FROM clock_timestamp()))
           AND (expires_at IS NULL OR expires_at > extract(epoch FROM clock_timestamp()))
FROM accounts;

DROP TRIGGER audit_events_stay ON audit_events;
CREATE TRIGGER audit_events_stay BEFORE UPDATE OR TRUNCATE ON audit_events
EXECUTE FUNCTION audit_events_stay();

CREATE FUNCTION audit_events_remain() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    IF OLD.sequence > coalesce((SELECT value::bigint FROM settings WHERE key = 'archived_until'), 0) THEN
        RAISE EXCEPTION 'audit events are deleted only after they were archived';
    END IF;
    RETURN OLD;
END $$;

CREATE TRIGGER audit_events_remain BEFORE DELETE ON audit_events
FOR EACH ROW EXECUTE FUNCTION audit_events_remain();

-- Only operators archive. On a new store 'passdesk store grants' says so.
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'passdesk_operator') THEN
        GRANT DELETE ON audit_events TO passdesk_operator;
    END IF;
END $$;
