-- What passdesk asks of PostgreSQL for three kinds of roles. Run it as the owner of the store, or as a superuser.
-- Give one of them to a role that signs in, for example:  GRANT passdesk_writer TO desk;
--
-- passdesk_operator  may do everything, without signing in to passdesk (policy operator-access)
-- passdesk_writer    runs passdesk: people sign in with their accounts
-- passdesk_reader    reads the view 'credentials', and nothing else
DO $$
DECLARE kind text;
BEGIN
    FOREACH kind IN ARRAY ARRAY['passdesk_operator', 'passdesk_writer', 'passdesk_reader'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = kind) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', kind);
        END IF;
    END LOOP;
END $$;

REVOKE ALL ON SCHEMA passdesk FROM PUBLIC;
GRANT USAGE ON SCHEMA passdesk TO passdesk_writer, passdesk_reader;
GRANT SELECT ON passdesk.credentials TO passdesk_reader;

GRANT SELECT ON passdesk.schema_version TO passdesk_writer;
GRANT SELECT, INSERT, UPDATE, DELETE
    ON passdesk.accounts, passdesk.sign_ins, passdesk.settings, passdesk.tries, passdesk.repeats,
       passdesk.former_names, passdesk.blocklist
    TO passdesk_writer;
GRANT SELECT ON passdesk.credentials TO passdesk_writer;
GRANT USAGE, SELECT ON SEQUENCE passdesk.account_ids, passdesk.sign_in_ids TO passdesk_writer;
-- The record is only appended. Changing the table 'writer' is what its lock asks for; it has no rows.
GRANT SELECT, INSERT ON passdesk.audit_events TO passdesk_writer;
GRANT SELECT, UPDATE ON passdesk.writer TO passdesk_writer;

GRANT passdesk_writer TO passdesk_operator;
-- Operators archive old events. Others cannot delete one.
GRANT DELETE ON passdesk.audit_events TO passdesk_operator;

-- A superuser may add this. Then 'passdesk store check' sees whether a standby follows:
-- GRANT pg_monitor TO passdesk_operator;
