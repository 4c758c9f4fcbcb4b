-- A try to sign in that has begun has a row of its own, until it comes to its end: so one that never does is told from
-- those that others have begun meanwhile. Its number is what 'sign_in_tries' counted up to; those that were under way
-- before there were numbers are below zero.
CREATE TABLE tries (
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    id         INTEGER NOT NULL,
    began_at   INTEGER NOT NULL,
    PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;

INSERT INTO tries (account_id, id, began_at)
WITH RECURSIVE pending (account_id, id, began_at) AS (
    -- No more are ever under way at once.
    SELECT id, -min(tries_pending, 100), coalesce(tried_at, created_at) FROM accounts WHERE tries_pending > 0
    UNION ALL
    SELECT account_id, id + 1, began_at FROM pending WHERE id < -1
)
SELECT account_id, id, began_at FROM pending;
ALTER TABLE accounts DROP COLUMN tries_pending;

-- Events are found by the words of their actor.
DROP INDEX audit_events_by_actor;

-- Every sign-in evaluates a hash of each cost that some account has, so that none is told by its time.
DROP INDEX accounts_by_hash_work;
ALTER TABLE accounts DROP COLUMN hash_work;
ALTER TABLE accounts ADD COLUMN hash_cost TEXT AS (substr(password_hash, 16, instr(substr(password_hash, 16), '$') - 1));
CREATE INDEX accounts_by_hash_cost ON accounts (hash_cost) WHERE hash_cost IS NOT NULL;
