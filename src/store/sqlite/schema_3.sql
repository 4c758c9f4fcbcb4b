-- Tries to sign in, tokens, and what a site decides.

ALTER TABLE accounts ADD COLUMN password_revision INTEGER NOT NULL DEFAULT 1; -- counts the passwords, not their hashes
ALTER TABLE accounts ADD COLUMN hash_work INTEGER NOT NULL DEFAULT 38912;     -- KiB that an evaluation fills: m times t
ALTER TABLE accounts ADD COLUMN tries_failed INTEGER NOT NULL DEFAULT 0;      -- in a row, since the last that succeeded
ALTER TABLE accounts ADD COLUMN tries_pending INTEGER NOT NULL DEFAULT 0;     -- begun, and not come to their end
ALTER TABLE accounts ADD COLUMN tries_untold INTEGER NOT NULL DEFAULT 0;      -- failed, since its owner was last told
ALTER TABLE accounts ADD COLUMN tried_at INTEGER;                             -- the latest of them
ALTER TABLE accounts ADD COLUMN locked_at INTEGER;                            -- after too many
-- Set by the first event at or after temporary_until: a clock that is set back then brings no password back.
ALTER TABLE accounts ADD COLUMN temporary_lapsed INTEGER NOT NULL DEFAULT 0 CHECK (temporary_lapsed IN (0, 1));
UPDATE accounts SET temporary_lapsed = 1
WHERE temporary_until IS NOT NULL
  AND temporary_until <= (SELECT max(at) FROM audit_events
                          WHERE sequence > (SELECT coalesce(max(given.sequence), 0) FROM audit_events AS given
                                            WHERE given.target_id = accounts.id AND given.outcome = 'done'
                                                  AND given.action IN ('add', 'reset', 'recover')));

CREATE INDEX accounts_by_hash_work ON accounts (hash_work);
CREATE INDEX accounts_lapsing ON accounts (temporary_until) WHERE temporary_until IS NOT NULL AND NOT temporary_lapsed;

-- A sign-in with a label is a token. The first event at or after its end deletes it.
ALTER TABLE sign_ins ADD COLUMN label TEXT;
ALTER TABLE sign_ins ADD COLUMN roles INTEGER CHECK (roles BETWEEN 0 AND 15);  -- at most these, and of a token only
ALTER TABLE sign_ins ADD COLUMN last_used_at INTEGER;                          -- to the minute, and of a token only

CREATE INDEX sign_ins_by_end ON sign_ins (expires_at);
CREATE UNIQUE INDEX sign_ins_by_label ON sign_ins (account_id, label) WHERE label IS NOT NULL;

-- The key of a decision is 'policy.' and the name of the setting; what has not been decided does not exist. Each try to
-- sign in is counted, so that one under a name that is nobody's writes as much as any other, and takes as long.
INSERT INTO settings (key, value) VALUES ('sign_in_tries', '0');

DROP VIEW credentials;
CREATE VIEW credentials (username, password_hash, must_change, usable) AS
SELECT username, password_hash, must_change,
       state = 'active' AND removed_at IS NULL AND locked_at IS NULL AND password_hash IS NOT NULL
           AND NOT temporary_lapsed
           AND (temporary_until IS NULL OR temporary_until > CAST(strftime('%s', 'now') AS INTEGER))
FROM accounts;
