CREATE TABLE accounts (
    id                  INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used again for another account
    revision            INTEGER NOT NULL DEFAULT 1,         -- counts the writes
    username            TEXT NOT NULL UNIQUE,               -- lower-case ASCII
    display_name        TEXT NOT NULL,
    email               TEXT,
    email_key           TEXT UNIQUE,                        -- folded: NFKC, lower case
    search_text         TEXT NOT NULL,                      -- username, name and address, folded
    state               TEXT NOT NULL CHECK (state IN ('active', 'disabled')),
    password_hash       TEXT,                               -- argon2id, a PHC string
    must_change         INTEGER NOT NULL CHECK (must_change IN (0, 1)),
    temporary_until     INTEGER,                            -- set if the password is a temporary one
    password_changed_at INTEGER,                            -- by its owner
    reset_at            INTEGER,
    reset_by            TEXT,
    created_at          INTEGER NOT NULL, removed_at INTEGER, password_revision INTEGER NOT NULL DEFAULT 1, tries_failed INTEGER NOT NULL DEFAULT 0, tries_untold INTEGER NOT NULL DEFAULT 0, tried_at INTEGER, locked_at INTEGER, temporary_lapsed INTEGER NOT NULL DEFAULT 0 CHECK (temporary_lapsed IN (0, 1)), name_key BLOB NOT NULL DEFAULT x'', hash_scheme TEXT, public_key TEXT, last_sign_in_at INTEGER, expires_at INTEGER, roles INTEGER NOT NULL DEFAULT 0 CHECK (roles BETWEEN 0 AND 31),
    CHECK ((email IS NULL) = (email_key IS NULL)),
    CHECK ((reset_at IS NULL) = (reset_by IS NULL)),
    CHECK (temporary_until IS NULL OR must_change)
) STRICT;

CREATE TABLE sqlite_sequence(name,seq);

CREATE TABLE sign_ins (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id    INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    secret_sha256 BLOB NOT NULL UNIQUE CHECK (length(secret_sha256) = 32),
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL
, label TEXT, last_used_at INTEGER, roles INTEGER CHECK (roles BETWEEN 0 AND 31)) STRICT;

CREATE INDEX sign_ins_by_account ON sign_ins (account_id);

CREATE TABLE settings (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

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
, operation TEXT) STRICT;

CREATE INDEX audit_events_by_target ON audit_events (target_id, sequence);

CREATE TRIGGER audit_events_stay BEFORE UPDATE ON audit_events
BEGIN SELECT RAISE(ABORT, 'audit events are never changed'); END;

CREATE INDEX accounts_lapsing ON accounts (temporary_until) WHERE temporary_until IS NOT NULL AND NOT temporary_lapsed;

CREATE INDEX sign_ins_by_end ON sign_ins (expires_at);

CREATE UNIQUE INDEX sign_ins_by_label ON sign_ins (account_id, label) WHERE label IS NOT NULL;

CREATE INDEX accounts_removed ON accounts (removed_at) WHERE removed_at IS NOT NULL;

CREATE INDEX accounts_disabled ON accounts (id) WHERE state = 'disabled';

CREATE INDEX accounts_locked ON accounts (id) WHERE locked_at IS NOT NULL;

CREATE TABLE tries (
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    id         INTEGER NOT NULL,
    began_at   INTEGER NOT NULL,
    PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE repeats (
    target_id INTEGER NOT NULL,  -- an account, or 0
    kind      TEXT NOT NULL,     -- what the record says of each
    target    TEXT NOT NULL,     -- the username of the account
    began_at  INTEGER NOT NULL,  -- when the first came
    last_at   INTEGER NOT NULL,
    count     INTEGER NOT NULL CHECK (count >= 0),  -- without the first
    PRIMARY KEY (target_id, kind)
) STRICT, WITHOUT ROWID;

CREATE INDEX accounts_by_name ON accounts (name_key, id);

CREATE TABLE former_names (
    username   TEXT PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kept_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX former_names_by_account ON former_names (account_id);

CREATE TABLE blocklist (
    number INTEGER PRIMARY KEY CHECK (number >= 0),
    block  BLOB NOT NULL CHECK (length(block) = 4128)
) STRICT;

CREATE INDEX accounts_admins ON accounts (id) WHERE roles & 8;

CREATE INDEX accounts_with_roles ON accounts (roles) WHERE roles <> 0;

CREATE INDEX accounts_by_hash_scheme ON accounts (hash_scheme) WHERE hash_scheme IS NOT NULL;

CREATE VIEW credentials (username, password_hash, must_change, usable) AS
SELECT username, password_hash, must_change,
       state = 'active' AND removed_at IS NULL AND locked_at IS NULL AND password_hash IS NOT NULL
           AND NOT temporary_lapsed
           AND (temporary_until IS NULL OR temporary_until > CAST(strftime('%s', 'now') AS INTEGER))
           AND (expires_at IS NULL OR expires_at > CAST(strftime('%s', 'now') AS INTEGER))
FROM accounts;

CREATE TRIGGER audit_events_follow BEFORE INSERT ON audit_events
WHEN NEW.sequence <> 1 + coalesce(
    (SELECT max(sequence) FROM audit_events),
    (SELECT CAST(value AS INTEGER) FROM settings WHERE key = 'archived_until'), 0)
BEGIN SELECT RAISE(ABORT, 'audit events are only appended'); END;

CREATE TRIGGER audit_events_remain BEFORE DELETE ON audit_events
WHEN OLD.sequence > (SELECT coalesce(max(CAST(value AS INTEGER)), 0) FROM settings WHERE key = 'archived_until')
BEGIN SELECT RAISE(ABORT, 'audit events are deleted only after they were archived'); END;
