#!/usr/bin/env bash
# The program against an earlier one, in turns: benches/before.sh EARLIER [ACCOUNTS]
# EARLIER is its binary, built for release. Each has a store of its own, as its schema may be another.
# shellcheck source-path=SCRIPTDIR source=common.sh
earlier=$(realpath "$1")
source "$(dirname "$0")/common.sh"
many=${2:-1000000}
goal="<= 1.03"

for which in ours earlier; do
    mkdir -m 700 "$folder/$which"
done
ln -s "$(command -v passdesk)" "$folder/ours/passdesk"
ln -s "$earlier" "$folder/earlier/passdesk"
for which in ours earlier; do
    PATH=$folder/$which:$PATH
    make_store "$folder/$which/small.db" 10
    make_store "$folder/$which/big.db" "$many"
    make_store "$folder/$which/many.db" 2000
    sqlite3 "$folder/$which/many.db" "UPDATE accounts SET removed_at = NULL, roles = iif(id = 1, 8, 0)"
done
# against WHAT [OPTION...] -- ARGUMENTS: compares `passdesk ARGUMENTS`, in which @ is the folder of the program.
against() {
    local what=$1 options=()
    shift
    while [ "$1" != -- ]; do options+=("$1"); shift; done
    compare "${options[@]}" -- "$folder/ours/passdesk ${2//@/$folder/ours}" "$folder/earlier/passdesk ${2//@/$folder/earlier}"
    row "$what" "$goal"
}

title
rounds=20 runs=20
against "--version" -N -- "--version"
runs=10
against "users show" -N -- "users show 7 --store @/small.db"
against "users show, of $many accounts" -N -- "users show 7 --store @/big.db"
against "users edit" -N -- "users edit 7 --name Somebody --store @/small.db"
rounds=31 runs=3
against "users reset" --output=pipe -- "users reset 7 --yes --quiet --store @/small.db"
rounds=21 runs=1
for sort in id username name; do
    against "users list --format csv --sort $sort" -N -- "users list --format csv --sort $sort --store @/big.db"
done
against "users list --count --state must-change" -N -- "users list --count --state must-change --store @/big.db"
against "users list --search, of nobody" -N -- "users list --search no-such-name --format csv --store @/big.db"
rounds=3
against "2000 resets" -N --prepare "rm -f $folder/out.csv" -- \
    "users reset --all --yes --format csv --store @/many.db --output $folder/out.csv"
