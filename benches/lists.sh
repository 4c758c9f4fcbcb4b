#!/usr/bin/env bash
# Lists and single accounts of a store with a million accounts: benches/lists.sh [ACCOUNTS]
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "$0")/common.sh"
many=${1:-1000000}

big=$folder/big.db small=$folder/small.db
make_store "$big" "$many"
make_store "$small" 10

# What the list has to say, as it stands in the store: sqlite3 then writes no moment, state or role in words.
bare="id, username, display_name, email, roles, state, must_change, temporary_until, password_changed_at, reset_at,
      reset_by, created_at, tries_failed, locked_at"
# The same, in the words of the list.
moment() { echo "strftime(\"%Y-%m-%dT%H:%M:%SZ\", $1, \"unixepoch\") AS $2"; }
same="id, username, display_name, email,
      trim(iif(roles & 8, \"global-admin \", \"\") || iif(roles & 4, \"user-admin \", \"\")
           || iif(roles & 2, \"helpdesk \", \"\") || iif(roles & 1, \"auditor\", \"\")) AS roles,
      CASE WHEN state = \"disabled\" THEN \"disabled\" WHEN locked_at IS NOT NULL THEN \"locked\"
           WHEN temporary_until <= unixepoch() OR temporary_lapsed THEN \"temporary-expired\"
           WHEN must_change THEN \"must-change\" ELSE \"active\" END AS state,
      iif(must_change, \"true\", \"false\") AS must_change, $(moment temporary_until temporary_password_expires_at),
      $(moment password_changed_at password_changed_at), $(moment reset_at password_reset_at),
      reset_by AS password_reset_by, $(moment created_at created_at), tries_failed AS failed_sign_ins,
      $(moment locked_at locked_at)"
declare -A order=([id]=id [username]=username [name]="name_key, id")
# peer COLUMNS ORDER
peer() {
    printf '%s' "sqlite3 -csv -header $big '.separator , \"\\n\"' " \
        "'SELECT $1 FROM accounts WHERE removed_at IS NULL ORDER BY $2'"
}

# But for the quotes, which sqlite3 puts around more than needs them.
cmp <(passdesk users list --store "$big" --format csv) <(sh -c "$(peer "$same" id)" | tr -d '"')

title
rounds=7
for sort in id username name; do
    compare -N -- "passdesk users list --store $big --format csv --sort $sort" "$(peer "$same" "${order[$sort]}")"
    row "users list --format csv --sort $sort, $many accounts" "<= 0.8"
done
compare -N -- "passdesk users list --store $big --format csv" "$(peer "$bare" id)"
row "the same against values as they are stored" -
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

rounds=20 runs=5
compare -N -- "passdesk users show 7 --store $big" "passdesk users show 7 --store $small"
row "users show, $many accounts against 10" "<= 1.1"
# A reset hands nothing to the null device.
compare -N --output=pipe -- "passdesk users reset 7 --yes --quiet --store $big" "passdesk users reset 7 --yes --quiet --store $small"
row "users reset, $many accounts against 10" "<= 1.1"
