-- What is turned away again and again, from people who have proved nothing. The first of a kind is an event at once. The
-- others are counted here, until they become one event as well.
CREATE TABLE repeats (
    target_id INTEGER NOT NULL,  -- an account, or 0
    kind      TEXT NOT NULL,     -- what the record says of each
    target    TEXT NOT NULL,     -- the username of the account
    began_at  INTEGER NOT NULL,  -- when the first came
    last_at   INTEGER NOT NULL,
    count     INTEGER NOT NULL CHECK (count >= 0),  -- without the first
    PRIMARY KEY (target_id, kind)
) STRICT, WITHOUT ROWID;
