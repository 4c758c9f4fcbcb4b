#!/usr/bin/env bash
# A store on a PostgreSQL server with many accounts, against psql and against a small store: benches/server.sh [ACCOUNTS]
# Takes Debian's postgresql-15 and postgresql-client-15, too. The server is made for this run, and is gone afterwards.
# As root, it runs as the user postgres. It listens on a unix socket alone.
# shellcheck source-path=SCRIPTDIR source=common.sh
features=postgres
source "$(dirname "$0")/common.sh"
many=${1:-1000000}

bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
data=$folder/data
chmod 755 "$folder"
as_server() { if [ "$(id -u)" -eq 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
mkdir -m 700 "$data"
mkdir -m 755 "$folder/sock"
if [ "$(id -u)" -eq 0 ]; then chown postgres "$data" "$folder/sock"; fi
trap 'as_server "$bin/pg_ctl" -D "$data" -m immediate stop >/dev/null 2>&1; rm -rf "$folder"' EXIT
as_server "$bin/initdb" -D "$data" -U postgres --auth=peer -E UTF8 --locale=C.UTF-8 --data-checksums >/dev/null
cat >>"$data/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$folder/sock'
max_wal_size = 4GB
CONF
echo "local all all peer map=bench" >"$data/pg_hba.conf"
for user in "$(id -un)" postgres; do
    for role in postgres desk; do echo "bench $user $role"; done
done | sort -u >"$data/pg_ident.conf"
as_server "$bin/pg_ctl" -D "$data" -l "$data/log" -w start >/dev/null
sql() { "$bin/psql" -qAtX -v ON_ERROR_STOP=1 -h "$folder/sock" -U postgres "$@"; }
sql -d postgres -c "CREATE ROLE passdesk_operator" -c "CREATE ROLE desk LOGIN IN ROLE passdesk_operator" \
    -c "CREATE DATABASE small OWNER desk" -c "CREATE DATABASE big OWNER desk"
at="postgres://desk@${folder//\//%2F}%2Fsock"

people() { # COUNT: a list for an import
    echo username,name,email
    seq "$1" | awk '{ printf "u%07d,Person %d,u%07d@example.org\n", $1, $1, $1 }'
}
for size in small big; do
    passdesk init --store "$at/$size" --admin root --quiet | cat >/dev/null
done
people 10 >"$folder/small.csv"
people "$many" >"$folder/big.csv"
passdesk users import --store "$at/small" "$folder/small.csv" 2>/dev/null >&2

title
/usr/bin/time -f "%e %M" -o "$folder/import" passdesk users import --store "$at/big" "$folder/big.csv" >/dev/null 2>&1
read -r seconds kib <"$folder/import"
table "users import, $many accounts" "$seconds s" - - "<= 60 s"
table "its peak memory" "$((kib / 1024)) MiB" - - -
sql -d big -c "ANALYZE"

# The columns of the list, in its words.
moment() { echo "to_char(to_timestamp($1) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') AS $2"; }
cat >"$folder/list.sql" <<SQL
\\copy (SELECT id, username, display_name, email, trim(CASE WHEN roles & 8 <> 0 THEN 'global-admin ' ELSE '' END || CASE WHEN roles & 4 <> 0 THEN 'user-admin ' ELSE '' END || CASE WHEN roles & 2 <> 0 THEN 'helpdesk ' ELSE '' END || CASE WHEN roles & 1 <> 0 THEN 'auditor' ELSE '' END) AS roles, CASE WHEN state = 'disabled' THEN 'disabled' WHEN locked_at IS NOT NULL THEN 'locked' WHEN temporary_lapsed OR temporary_until <= extract(epoch FROM now()) THEN 'temporary-expired' WHEN must_change THEN 'must-change' ELSE 'active' END AS state, must_change, $(moment temporary_until temporary_password_expires_at), $(moment password_changed_at password_changed_at), $(moment reset_at password_reset_at), reset_by AS password_reset_by, $(moment created_at created_at), tries_failed AS failed_sign_ins, $(moment locked_at locked_at) FROM passdesk.accounts WHERE removed_at IS NULL ORDER BY id) TO STDOUT CSV HEADER
SQL
cat >"$folder/bare.sql" <<SQL
\\copy (SELECT id, username, display_name, email, roles, state, must_change, temporary_until, password_changed_at, reset_at, reset_by, created_at, tries_failed, locked_at FROM passdesk.accounts WHERE removed_at IS NULL ORDER BY id) TO STDOUT CSV HEADER
SQL
peer="$bin/psql -qX -h $folder/sock -U postgres -d big -f"
rounds=7
compare -N -- "passdesk users list --store $at/big --format csv" "$peer $folder/bare.sql"
row "users list --format csv, $many accounts, against \\copy" "<= 1.2"
compare -N -- "passdesk users list --store $at/big --format csv" "$peer $folder/list.sql"
row "the same against \\copy in the words of the list" -
peak "its peak memory" "16 MiB" passdesk users list --store "$at/big" --format csv

rounds=20 runs=5
compare -N -- "passdesk users show 7 --store $at/big" "passdesk users show 7 --store $at/small"
row "users show, $many accounts against 10" "<= 1.1"
compare -N --output=pipe -- "passdesk users reset 7 --yes --quiet --store $at/big" \
    "passdesk users reset 7 --yes --quiet --store $at/small"
row "users reset, $many accounts against 10" "<= 1.1"
passdesk init --store "$folder/file.db" --admin root --quiet | cat >/dev/null
compare -N -- "passdesk users show 1 --store $at/small" "passdesk users show 1 --store $folder/file.db"
table "users show, over the socket against on a file" "$(jq -n "$ours * 10 | round / 10") ms" \
    "$(jq -n "$peers * 10 | round / 10") ms" - "<= 15 ms more"
