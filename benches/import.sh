#!/usr/bin/env bash
# How long an import of many accounts takes, against `sqlite3 .import` into the same table with the same indexes: time
# of the whole process, run for run in turn. The peer's rows are ready-made: it folds no text and looks for no mistake. Its
# names sort by their folded text, which is about as long as the key of passdesk.
# Once in no order, as somebody would list them, and once in the order of the usernames.
# Prints ours | peer | ratio | goal: benches/import.sh [ACCOUNTS] [RUNS]
# Takes python3, too; both write the same file system.
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "$0")/common.sh"

accounts=${1:-1000000}
runs=${2:-3}
goal=1.5
work=$folder

# The same people twice: as somebody would list them, and as they stand in the table.
people() { # in this order
    python3 - "$accounts" "$work" "$1" <<'PYTHON'
import csv, random, sys, unicodedata
count, work, order = int(sys.argv[1]), sys.argv[2], sys.argv[3]
random.seed(5)
first = "Ada Ben Carol Dora Erin Frank Zoë Håkan Ines Jörg Mia Noël Olga Pia Quinn Rosa Sven Tara Uwe Vera".split()
last = "Smith Jones Müller Ångström Garcia Rossi Novak Kim Okafor Silva Dubois Jensen Haas Brown Lee Wolf".split()
folded = lambda text: unicodedata.normalize("NFKC", text).lower()
numbers = list(range(count))
if order == "shuffled":
    random.shuffle(numbers)
with open(f"{work}/people.csv", "w", newline="") as ours, open(f"{work}/rows.csv", "w", newline="") as peer:
    ours, peer = (csv.writer(file, lineterminator="\n") for file in (ours, peer))
    ours.writerow(["username", "name", "email", "role"])
    for id, number in enumerate(numbers, 2):
        name = f"{random.choice(first)} {random.choice(last)} {random.randrange(10**6)}"
        username = f"u{number:07}"
        email = f"{username}@example.org"
        ours.writerow([username, name, email, ""])
        search = folded(f"{username}\n{name}\n{email}")
        peer.writerow([id, 1, username, name, email, folded(email), search, folded(name), 0, "active", 1, 1790000000, 1, 0, 0, 0, "", ""])
PYTHON
}

# The columns of an imported account that are not NULL: `.import` writes no NULL, and a column less is less to write. The
# last two are there for the indexes, which have no entry for any of these rows.
cat >"$work/schema.sql" <<'SQL'
PRAGMA journal_mode = WAL;
CREATE TABLE accounts (
    id INTEGER PRIMARY KEY AUTOINCREMENT, revision INTEGER NOT NULL, username TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL, email TEXT, email_key TEXT UNIQUE, search_text TEXT NOT NULL, name_key TEXT NOT NULL,
    roles INTEGER NOT NULL CHECK (roles BETWEEN 0 AND 31),
    state TEXT NOT NULL CHECK (state IN ('active', 'disabled')),
    must_change INTEGER NOT NULL CHECK (must_change IN (0, 1)), created_at INTEGER NOT NULL,
    password_revision INTEGER NOT NULL, tries_failed INTEGER NOT NULL,
    tries_untold INTEGER NOT NULL, temporary_lapsed INTEGER NOT NULL,
    removed_at TEXT NOT NULL, locked_at TEXT NOT NULL
) STRICT;
CREATE INDEX accounts_by_name ON accounts (name_key, id);
CREATE INDEX accounts_admins ON accounts (id) WHERE roles & 8;
CREATE INDEX accounts_removed ON accounts (removed_at) WHERE removed_at <> '';
CREATE INDEX accounts_disabled ON accounts (id) WHERE state = 'disabled';
CREATE INDEX accounts_locked ON accounts (id) WHERE locked_at <> '';
CREATE INDEX accounts_with_roles ON accounts (roles) WHERE roles <> 0;
SQL

seconds() { # runs a command, and prints how long it took
    local began=$EPOCHREALTIME
    "$@" >/dev/null 2>"$work/said" || { cat "$work/said" >&2; exit 1; }
    python3 -c 'import sys; print(f"{float(sys.argv[2]) - float(sys.argv[1]):.2f}")' "$began" "$EPOCHREALTIME"
}

export PASSDESK_STORE=$work/ours.db
compare_in() { # in this order
    for run in $(seq "$runs"); do
        rm -f "$work"/ours.db* "$work"/peer.db*
        passdesk init --admin root --quiet >"$work/password"
        sqlite3 "$work/peer.db" <"$work/schema.sql" >/dev/null
        ours=$(seconds passdesk users import "$work/people.csv")
        peer=$(seconds sqlite3 "$work/peer.db" 'PRAGMA synchronous = FULL' ".import --csv $work/rows.csv accounts")
        for store in ours peer; do
            # The first account of ours is root's.
            found=$(sqlite3 "$work/$store.db" "SELECT count(*) FROM accounts WHERE username LIKE 'u%'")
            [ "$found" -eq "$accounts" ] || { echo "$store has $found accounts" >&2; exit 1; }
        done
        echo "$run $ours $peer"
    done | python3 -c '
import statistics, sys
rows = [tuple(map(float, line.split())) for line in sys.stdin]
print("run | ours s | peer s | ratio")
for run, ours, peer in rows:
    print(f"{run:.0f} | {ours:.2f} | {peer:.2f} | {ours / peer:.2f}")
ours, peer = (statistics.median(column) for column in list(zip(*rows))[1:])
print(f"import of {int(sys.argv[1]):,}, {sys.argv[3]} | {ours:.2f} s | {peer:.2f} s | {ours / peer:.2f} | <= {sys.argv[2]}")
' "$accounts" "$goal" "$1"
}

for order in shuffled ordered; do
    people "$order"
    compare_in "$order"
done
