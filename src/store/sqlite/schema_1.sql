-- Times are seconds since 1970-01-01 UTC.

CREATE TABLE accounts (
    id                  INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used again for another account
    revision            INTEGER NOT NULL DEFAULT 1,         -- counts the writes
    username            TEXT NOT NULL UNIQUE,               -- lower-case ASCII
    display_name        TEXT NOT NULL,
    email               TEXT,
    email_key           TEXT UNIQUE,                        -- folded: NFKC, lower case
    search_text         TEXT NOT NULL,                      -- username, name and address, folded
    roles               INTEGER NOT NULL CHECK (roles BETWEEN 0 AND 15),
                                                            -- 1 auditor, 2 helpdesk, 4 user-admin, 8 global-admin
    state               TEXT NOT NULL CHECK (state IN ('active', 'disabled')),
    password_hash       TEXT,                               -- argon2id, a PHC string
    must_change         INTEGER NOT NULL CHECK (must_change IN (0, 1)),
    temporary_until     INTEGER,                            -- set if the password is a temporary one
    password_changed_at INTEGER,                            -- by its owner
    reset_at            INTEGER,
    reset_by            TEXT,
    created_at          INTEGER NOT NULL,
    CHECK ((email IS NULL) = (email_key IS NULL)),
    CHECK ((reset_at IS NULL) = (reset_by IS NULL)),
    CHECK (temporary_until IS NULL OR must_change)
) STRICT;

CREATE INDEX accounts_by_name ON accounts (display_name, id);

CREATE TABLE sign_ins (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id    INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    secret_sha256 BLOB NOT NULL UNIQUE CHECK (length(secret_sha256) = 32),
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL
) STRICT;

CREATE INDEX sign_ins_by_account ON sign_ins (account_id);

CREATE TABLE settings (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO settings (key, value) VALUES ('store_name', lower(hex(randomblob(16))));

-- Promised to other programs. An account is let in if its password matches, it is usable and need not change it.
CREATE VIEW credentials (username, password_hash, must_change, usable) AS
SELECT username, password_hash, must_change,
       state = 'active' AND password_hash IS NOT NULL
           AND (temporary_until IS NULL OR temporary_until > CAST(strftime('%s', 'now') AS INTEGER))
FROM accounts;
