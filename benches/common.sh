# shellcheck shell=bash
# What the scripts beside this one share: the program built for release, a folder that is gone afterwards, big stores,
# and how two commands are compared. Read by them, not run.
#
# Debian packages: sqlite3 hyperfine jq time; python3 for record.sh and import.sh.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

for tool in sqlite3 hyperfine jq /usr/bin/time; do
    command -v "$tool" >/dev/null || { echo "this takes Debian's sqlite3, hyperfine, jq and time: $tool is not there" >&2; exit 1; }
done

cargo build --release --locked --quiet ${features:+--features "$features"}
target=$(cargo metadata --format-version 1 --no-deps --locked | jq -r .target_directory)
PATH=$target/release:$PATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# Nobody's sign-in, token or store but those of this run; cargo stays where it is.
export CARGO_HOME=${CARGO_HOME:-$HOME/.cargo} RUSTUP_HOME=${RUSTUP_HOME:-$HOME/.rustup}
export HOME=$folder
unset PASSDESK_STORE PASSDESK_TOKEN PASSDESK_TOKEN_FILE XDG_DATA_HOME XDG_STATE_HOME RUST_BACKTRACE

first_names="Alice Bob Cora Dora Erin Fay Gina Hugo Ivan Jörg Kim Lea Mona Nora Olaf Pia"
last_names="Example Builder Wintergreen Rook Sandoval Björk Okafor Lindqvist Marsh Novak Quill Tran"

# make_store FILE COUNT: a store with so many accounts. They are filled in by SQL, as an import would leave them after a
# while: of two hundred one is removed, of a hundred one disabled; of fifty one has to change a temporary password, every
# second time one that has expired; some have roles. Usernames are in another order than ids.
make_store() {
    passdesk init --store "$1" --admin root --quiet | cat >/dev/null
    # Only passdesk knows by which key a name sorts. So it imports each name once.
    local names=$1.names number=0 key=name_key
    # An earlier passdesk has no such key.
    [ "$(sqlite3 "$1" "SELECT count(*) FROM pragma_table_info('accounts') WHERE name = 'name_key'")" -gt 0 ] || key=
    local scheme
    scheme=$(sqlite3 "$1" "SELECT name FROM pragma_table_info('accounts') WHERE name = 'hash_scheme'")
    passdesk init --store "$names" --admin root --quiet | cat >/dev/null
    {
        echo username,name
        for first in $first_names; do for last in $last_names; do echo "$((++number))n,$first $last"; done; done
    } | passdesk users import --store "$names" - 2>/dev/null
    sqlite3 "$1" >/dev/null <<SQL
ATTACH '$names' AS names;
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -200000;
CREATE TEMP TABLE first (n INTEGER PRIMARY KEY, word TEXT);
INSERT INTO first SELECT key, value FROM json_each('["${first_names// /\",\"}"]');
CREATE TEMP TABLE last (n INTEGER PRIMARY KEY, word TEXT);
INSERT INTO last SELECT key, value FROM json_each('["${last_names// /\",\"}"]');
CREATE TEMP TABLE sorts (name TEXT PRIMARY KEY, name_key BLOB, searched TEXT) WITHOUT ROWID;
INSERT INTO sorts SELECT display_name, ${key:-NULL}, replace(lower(display_name), 'ö', 'o') FROM names.accounts WHERE id > 1;
WITH RECURSIVE
    number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < $2 - 1),
    person AS (
        SELECT number.n AS n, first.word || ' ' || last.word AS name,
               replace(lower(first.word || '.' || last.word), 'ö', 'oe') || number.n AS username
        FROM number JOIN first ON first.n = number.n * 7 % 16 JOIN last ON last.n = number.n * 5 % 12)
INSERT INTO main.accounts (username, display_name, email, email_key, search_text, ${key:+name_key,} roles, state, password_hash,
                           must_change, temporary_until, password_changed_at, reset_at, reset_by, created_at, removed_at)
SELECT username, name, username || '@mail.example.org',
       username || '@mail.example.org' || iif(n % 200 = 0, ' ' || (n + 1), ''),
       username || char(10) || searched || char(10) || username || '@mail.example.org', ${key:+name_key,}
       CASE WHEN n % 1000 = 0 THEN 2 WHEN n % 1500 = 0 THEN 1 WHEN n % 5000 = 1 THEN 4 ELSE 0 END,
       iif(n % 100 = 0, 'disabled', 'active'),
       (SELECT password_hash FROM main.accounts WHERE id = 1),
       n % 50 = 7,
       iif(n % 50 = 7, unixepoch() + iif(n % 100 = 7, 86400, -86400), NULL),
       iif(n % 50 = 7, NULL, unixepoch() - n),
       iif(n % 10 = 7, unixepoch() - n, NULL),
       iif(n % 10 = 7, 'helper', NULL),
       unixepoch() - 10000000 + n,
       iif(n % 200 = 0, unixepoch() - n % 1000000, NULL)
FROM person JOIN sorts USING (name) ORDER BY n;
-- What has expired has lapsed with the first event after it.
UPDATE main.accounts SET temporary_lapsed = TRUE WHERE temporary_until <= unixepoch();
${scheme:+UPDATE main.accounts SET hash_scheme = (SELECT hash_scheme FROM main.accounts WHERE id = 1);}
PRAGMA journal_mode = WAL;
SQL
    rm -f "$names"*
}

# compare [HYPERFINE OPTION...] -- OURS PEER: runs both in turns and leaves the medians, in milliseconds, in $ours and
# $peers, and the median of the ratios of each round in $ratio: what slows a machine down for a while slows both down in
# the same round. hyperfine runs all of one command before the other: so each round has few runs, and every second one
# begins with the peer.
rounds=11 runs=1
compare() {
    local options=()
    while [ "$1" != -- ]; do options+=("$1"); shift; done
    shift
    local round first second order
    for round in $(seq "$rounds"); do
        if ((round % 2)); then first=$1 second=$2 order=0; else first=$2 second=$1 order=1; fi
        hyperfine --style none --warmup "$((round == 1 || runs > 1))" --runs "$runs" \
            --export-json "$folder/round-$order-$round.json" "${options[@]}" "$first" "$second" \
            >"$folder/said" 2>&1 || { cat "$folder/said" >&2; return 1; }
    done
    read -r ours peers ratio < <(jq -rn --slurpfile even <(cat "$folder"/round-0-*.json) \
        --slurpfile odd <(cat "$folder"/round-1-*.json) '
        def median: sort | .[length / 2 | floor];
        [$even, $odd | map(.results)] as [$even, $odd]
        | [([$even[][0].times[], $odd[][1].times[]] | median * 1e3),
           ([$even[][1].times[], $odd[][0].times[]] | median * 1e3),
           ([$even[] | .[0].median / .[1].median] + [$odd[] | .[1].median / .[0].median] | median)] | @tsv')
    rm "$folder"/round-*.json
}

table() { printf '| %-58s | %12s | %12s | %7s | %8s |\n' "$@"; }
title() {
    echo "Medians, and the medians of the ratios of each round, on $(nproc) cores; sqlite3 $(sqlite3 --version | cut -d' ' -f1)."
    echo
    table what ours peer ratio goal
    table --- ---: ---: ---: ---:
}
# row WHAT GOAL: of the latest comparison.
row() {
    table "$1" "$(printf '%.1f ms' "$ours")" "$(printf '%.1f ms' "$peers")" "$(jq -n "$ratio * 100 | round / 100")" "$2"
}
# peak WHAT GOAL COMMAND...: its peak memory, by GNU time, which asks the kernel (ru_maxrss).
peak() {
    local what=$1 goal=$2
    shift 2
    /usr/bin/time -f %M -o "$folder/peak" "$@" >/dev/null
    table "$what" "$(jq -r '. / 1024 * 10 | round / 10' "$folder/peak") MiB" - - "$goal"
}
