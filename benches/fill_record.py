"""Fills the record of a store up to so many events: fill_record.py STORE EVENTS

The chain is computed here once more, from what src/domain/audit/chain.rs says of it: `audit verify` shows whether both agree.
"""

import hashlib
import sqlite3
import sys

COLUMNS = "sequence, at, actor, actor_id, actor_uid, action, target, target_id, outcome, detail, previous, link, operation"
OPERATION = "0123456789abcdef0123456789abcdef"


def event(sequence):
    """What event `sequence` says, in the order of the columns, without the links."""
    at = 1_700_000_000 + sequence
    target = f"somebody.example{sequence % 5000}"
    if sequence % 3 == 0:
        return at, "operator root (uid 0)", None, 0, "reset", target, sequence % 5000, "done", '{"expires_at":"2026-11-25T09:00:00Z"}'
    if sequence % 3 == 1:
        return at, "helper.on-the-phone", 7, None, "unlock", target, sequence % 5000, "done", '{"failures":5}'
    return at, "", None, None, "sign-in", target, sequence % 5000, "refused", '{"reason":"wrong_password"}'


def field(value):
    """A field behind its length; a number is 8 bytes, and one that is missing is empty."""
    if value is None:
        data = b""
    elif isinstance(value, int):
        data = value.to_bytes(8, "big", signed=True)
    else:
        data = value.encode()
    return len(data).to_bytes(8, "big") + data


def rows(sequence, link, last):
    while sequence < last:
        sequence += 1
        fields = event(sequence)
        head = b"passdesk audit event 1" + sequence.to_bytes(8, "big") + link
        previous, link = link, hashlib.sha256(head + b"".join(map(field, (*fields, OPERATION)))).digest()
        yield sequence, *fields, previous, link, OPERATION


def main():
    store = sqlite3.connect(sys.argv[1])
    store.execute("PRAGMA synchronous = OFF")
    sequence, link = store.execute(
        "SELECT sequence, link FROM audit_events ORDER BY sequence DESC LIMIT 1"
    ).fetchone() or (0, bytes(32))
    marks = ", ".join("?" * 13)
    with store:
        store.executemany(f"INSERT INTO audit_events ({COLUMNS}) VALUES ({marks})", rows(sequence, link, int(sys.argv[2])))
    store.close()


main()
