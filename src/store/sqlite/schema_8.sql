-- The key by which a name sorts: that of the Unicode collation algorithm. A row that another program adds sorts first.
ALTER TABLE accounts ADD COLUMN name_key BLOB NOT NULL DEFAULT x'';

DROP INDEX accounts_by_name;
CREATE INDEX accounts_by_name ON accounts (name_key, id);

-- The username that an account had before it was renamed. Nobody else is given it for a while.
CREATE TABLE former_names (
    username   TEXT PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kept_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX former_names_by_account ON former_names (account_id);

-- The filter of the passwords that nobody may choose: a SHA-256, and the bits of a block. No rows if there is none.
CREATE TABLE blocklist (
    number INTEGER PRIMARY KEY CHECK (number >= 0),
    block  BLOB NOT NULL CHECK (length(block) = 4128)
) STRICT;
