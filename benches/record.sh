#!/usr/bin/env bash
# Verifying a record of a million events: benches/record.sh [EVENTS]
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "$0")/common.sh"
many=${1:-1000000}

store=$folder/record.db
make_store "$store" 1000
python3 benches/fill_record.py "$store" "$many"
[ "$(passdesk audit verify --store "$store" --format csv | tail -n 1 | cut -d, -f1)" = "$many" ]

columns="sequence, at, actor, actor_id, actor_uid, action, target, target_id, outcome, detail, hex(previous), hex(link), operation"
read="sqlite3 -csv $store 'SELECT $columns FROM audit_events ORDER BY sequence'"
sh -c "$read >$folder/export.csv"

title
rounds=11
compare -- "passdesk audit verify --store $store" "$read >/dev/null; sha256sum $folder/export.csv"
row "audit verify, $many events" "<= 1.5"
peak "its peak memory" - passdesk audit verify --store "$store"
