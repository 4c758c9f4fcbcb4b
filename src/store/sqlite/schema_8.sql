-- The filter of the passwords that nobody may choose: a SHA-256, and the bits of a block. No rows if there is none.
CREATE TABLE blocklist (
    number INTEGER PRIMARY KEY CHECK (number >= 0),
    block  BLOB NOT NULL CHECK (length(block) = 4128)
) STRICT;
