-- The tables have the columns that every engine has: docs/store.md says what they mean.
-- "C" is the order of bytes, as SQLite has it. What people search and sort by is folded before it is written.
CREATE SEQUENCE account_ids AS bigint;
CREATE SEQUENCE sign_in_ids AS bigint;

CREATE TABLE accounts (
    id                  bigint PRIMARY KEY DEFAULT nextval('account_ids'),
    revision            bigint NOT NULL DEFAULT 1,
    username            text COLLATE "C" NOT NULL UNIQUE,
    display_name        text COLLATE "C" NOT NULL,
    email               text COLLATE "C",
    email_key           text COLLATE "C" UNIQUE,
    search_text         text COLLATE "C" NOT NULL,
    roles               bigint NOT NULL CHECK (roles BETWEEN 0 AND 15),
    state               text COLLATE "C" NOT NULL CHECK (state IN ('active', 'disabled')),
    password_hash       text COLLATE "C",
    must_change         boolean NOT NULL,
    temporary_until     bigint,
    password_changed_at bigint,
    reset_at            bigint,
    reset_by            text COLLATE "C",
    created_at          bigint NOT NULL,
    removed_at          bigint,
    password_revision   bigint NOT NULL DEFAULT 1,
    tries_failed        bigint NOT NULL DEFAULT 0,
    tries_untold        bigint NOT NULL DEFAULT 0,
    tried_at            bigint,
    locked_at           bigint,
    temporary_lapsed    boolean NOT NULL DEFAULT FALSE,
    hash_cost           text COLLATE "C" GENERATED ALWAYS AS (split_part(password_hash, '$', 4)) STORED,
    name_key            bytea NOT NULL DEFAULT '',
    CHECK ((email IS NULL) = (email_key IS NULL)),
    CHECK ((reset_at IS NULL) = (reset_by IS NULL)),
    CHECK (temporary_until IS NULL OR must_change)
);

CREATE INDEX accounts_by_name ON accounts (name_key, id);
CREATE INDEX accounts_admins ON accounts (id) WHERE roles & 8 <> 0;
CREATE INDEX accounts_with_roles ON accounts (roles) WHERE roles <> 0;
CREATE INDEX accounts_lapsing ON accounts (temporary_until) WHERE temporary_until IS NOT NULL AND NOT temporary_lapsed;
CREATE INDEX accounts_removed ON accounts (removed_at) WHERE removed_at IS NOT NULL;
CREATE INDEX accounts_disabled ON accounts (id) WHERE state = 'disabled';
CREATE INDEX accounts_locked ON accounts (id) WHERE locked_at IS NOT NULL;
CREATE INDEX accounts_by_hash_cost ON accounts (hash_cost) WHERE hash_cost IS NOT NULL;

CREATE TABLE sign_ins (
    id            bigint PRIMARY KEY DEFAULT nextval('sign_in_ids'),
    account_id    bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    secret_sha256 bytea NOT NULL UNIQUE CHECK (length(secret_sha256) = 32),
    created_at    bigint NOT NULL,
    expires_at    bigint NOT NULL,
    label         text COLLATE "C",
    roles         bigint CHECK (roles BETWEEN 0 AND 15),
    last_used_at  bigint
);

CREATE INDEX sign_ins_by_account ON sign_ins (account_id);
CREATE INDEX sign_ins_by_end ON sign_ins (expires_at);
CREATE UNIQUE INDEX sign_ins_by_label ON sign_ins (account_id, label) WHERE label IS NOT NULL;

CREATE TABLE settings (
    key   text COLLATE "C" PRIMARY KEY,
    value text COLLATE "C" NOT NULL
);

CREATE TABLE tries (
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    id         bigint NOT NULL,
    began_at   bigint NOT NULL,
    PRIMARY KEY (account_id, id)
);

CREATE TABLE repeats (
    target_id bigint NOT NULL,
    kind      text COLLATE "C" NOT NULL,
    target    text COLLATE "C" NOT NULL,
    began_at  bigint NOT NULL,
    last_at   bigint NOT NULL,
    count     bigint NOT NULL CHECK (count >= 0),
    PRIMARY KEY (target_id, kind)
);

CREATE TABLE former_names (
    username   text COLLATE "C" PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kept_until bigint NOT NULL
);

CREATE INDEX former_names_by_account ON former_names (account_id);

CREATE TABLE blocklist (
    number bigint PRIMARY KEY CHECK (number >= 0),
    block  bytea NOT NULL CHECK (length(block) = 4128)
);

CREATE TABLE audit_events (
    sequence  bigint PRIMARY KEY CHECK (sequence >= 1),
    at        bigint NOT NULL,
    actor     text COLLATE "C" NOT NULL,
    actor_id  bigint,
    actor_uid bigint,
    action    text COLLATE "C" NOT NULL,
    target    text COLLATE "C" NOT NULL,
    target_id bigint,
    outcome   text COLLATE "C" NOT NULL CHECK (outcome IN ('done', 'refused')),
    detail    text COLLATE "C" NOT NULL,
    previous  bytea NOT NULL CHECK (length(previous) = 32),
    link      bytea NOT NULL CHECK (length(link) = 32),
    operation text COLLATE "C"
);

CREATE INDEX audit_events_by_target ON audit_events (target_id, sequence);
CREATE INDEX audit_events_by_operation ON audit_events (operation);

CREATE FUNCTION audit_events_stay() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'audit events are never changed or deleted'; END $$;

CREATE TRIGGER audit_events_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events
EXECUTE FUNCTION audit_events_stay();

-- Writers stand in line for a lock on this table. It has no rows. Who may only read cannot take the lock.
CREATE TABLE writer (nobody boolean);

CREATE VIEW credentials (username, password_hash, must_change, usable) AS
SELECT username, password_hash, must_change,
       state = 'active' AND removed_at IS NULL AND locked_at IS NULL AND password_hash IS NOT NULL
           AND NOT temporary_lapsed
           AND (temporary_until IS NULL OR temporary_until > extract(epoch FROM clock_timestamp()))
FROM accounts;
