#!/usr/bin/env bash
# Lists and single accounts of a store with a million accounts: benches/lists.sh [ACCOUNTS]
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "$0")/common.sh"
many=${1:-1000000}

big=$folder/big.db small=$folder/small.db
make_store "$big" "$many"
make_store "$small" 10

# What the list has to say, as it stands in the store: sqlite3 need not write moments, states or roles in words.
columns="id, username, display_name, email, roles, state, must_change, temporary_until, password_changed_at, reset_at,
         reset_by, created_at, tries_failed, locked_at"
declare -A order=([id]=id [username]=username [name]="display_name, id")

title
rounds=7
for sort in id username name; do
    sql="SELECT $columns FROM accounts WHERE removed_at IS NULL ORDER BY ${order[$sort]}"
    compare -N -- "passdesk users list --store $big --format csv --sort $sort" "sqlite3 -csv -header $big '$sql'"
    row "users list --format csv --sort $sort, $many accounts" "<= 0.8"
done
peak "its peak memory" "16 MiB" passdesk users list --store "$big" --format csv --sort name

rounds=11
peer="sqlite3 $big"
compare -N -- "passdesk users list --store $big --count" "$peer 'SELECT count(*) FROM accounts WHERE removed_at IS NULL'"
row "users list --count" -
compare -N -- "passdesk users list --store $big --count --state must-change" \
    "$peer 'SELECT count(*) FROM accounts WHERE removed_at IS NULL AND must_change'"
row "users list --count --state must-change" -
compare -N -- "passdesk users list --store $big --search no-such-name --format csv" \
    "$peer 'SELECT * FROM accounts WHERE removed_at IS NULL AND instr(search_text, \"no-such-name\")'"
row "users list --search, of nobody" -

rounds=101
compare -N -- "passdesk users show 7 --store $big" "passdesk users show 7 --store $small"
row "users show, $many accounts against 10" "<= 1.1"
compare -N -- "passdesk users reset 7 --yes --quiet --store $big" "passdesk users reset 7 --yes --quiet --store $small"
row "users reset, $many accounts against 10" "<= 1.1"
