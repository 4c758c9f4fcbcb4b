-- A try to sign in that has begun has a row of its own, until it comes to its end: so one that never does is told from
-- those that others have begun meanwhile. Its number is what 'sign_in_tries' counted up to. Those that are under way
-- while the schema changes are not brought to their end: who began them does not know where.
CREATE TABLE tries (
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    id         INTEGER NOT NULL,
    began_at   INTEGER NOT NULL,
    PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;

UPDATE accounts SET tries_failed = tries_failed + tries_pending, tries_untold = tries_untold + tries_pending
WHERE tries_pending > 0;
ALTER TABLE accounts DROP COLUMN tries_pending;

-- Events are found by the words of their actor.
DROP INDEX audit_events_by_actor;
