-- Tries to sign in, tokens, and what a site decides.

ALTER TABLE accounts ADD COLUMN tries_failed INTEGER NOT NULL DEFAULT 0;   -- in a row, since the last that succeeded
ALTER TABLE accounts ADD COLUMN tries_pending INTEGER NOT NULL DEFAULT 0;  -- begun, and not come to their end
ALTER TABLE accounts ADD COLUMN tried_at INTEGER;                          -- the latest of them
ALTER TABLE accounts ADD COLUMN locked_at INTEGER;                         -- after too many
-- A temporary password, and a sign-in, has ended once its time has come, or once the record has gone past it: once an
-- event later than this one has happened at that time or after it. So a clock that is set back brings none back.
ALTER TABLE accounts ADD COLUMN temporary_after INTEGER NOT NULL DEFAULT 0;
UPDATE accounts SET temporary_after = coalesce((
    SELECT max(sequence) FROM audit_events
    WHERE target_id = accounts.id AND outcome = 'done' AND action IN ('add', 'reset', 'recover')), 0);

CREATE INDEX audit_events_by_time ON audit_events (at, sequence);

-- A sign-in with a label is a token.
ALTER TABLE sign_ins ADD COLUMN label TEXT;
ALTER TABLE sign_ins ADD COLUMN roles INTEGER CHECK (roles BETWEEN 0 AND 15);  -- at most these, and of a token only
ALTER TABLE sign_ins ADD COLUMN last_used_at INTEGER;                          -- to the minute, and of a token only
ALTER TABLE sign_ins ADD COLUMN begun_after INTEGER NOT NULL DEFAULT 0;
UPDATE sign_ins SET begun_after = coalesce((
    SELECT max(sequence) FROM audit_events
    WHERE target_id = sign_ins.account_id AND outcome = 'done' AND action = 'sign-in' AND at = sign_ins.created_at), 0);

CREATE UNIQUE INDEX sign_ins_by_label ON sign_ins (account_id, label) WHERE label IS NOT NULL;

-- The key of a decision is 'policy.' and the name of the setting; what has not been decided is not there. Each try to
-- sign in is counted, so that one under a name that is nobody's writes as much as any other, and takes as long.
INSERT INTO settings (key, value) VALUES ('sign_in_tries', '0');

DROP VIEW credentials;
CREATE VIEW credentials (username, password_hash, must_change, usable) AS
SELECT username, password_hash, must_change,
       state = 'active' AND removed_at IS NULL AND locked_at IS NULL AND password_hash IS NOT NULL
           AND (temporary_until IS NULL
                OR (temporary_until > CAST(strftime('%s', 'now') AS INTEGER)
                    AND NOT EXISTS (SELECT 1 FROM audit_events WHERE at >= temporary_until AND sequence > temporary_after)))
FROM accounts;
