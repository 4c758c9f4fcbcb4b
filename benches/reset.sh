#!/usr/bin/env bash
# One reset and many against what hashing alone takes: benches/reset.sh [ACCOUNTS]
# Takes Debian's argon2, libargon2-dev, gcc and openssh-client, too.
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "$0")/common.sh"
many=${1:-2000}
cores=$(nproc)

gcc -O2 -o "$folder/hash" benches/hash.c -largon2
one_core=$(cargo bench --quiet --locked --no-run --bench one_core --message-format json |
    jq -r 'select(.executable != null and .target.name == "one_core").executable')
make_store "$folder/s.db" "$((many + 1))"
# All of them can be reset, and nobody but the first is an admin.
sqlite3 "$folder/s.db" "UPDATE accounts SET removed_at = NULL, roles = iif(id = 1, 8, 0)"
sqlite3 "$folder/s.db" "DELETE FROM accounts WHERE id > $many"
printf %s 2345-6789-abcd-efgh-jkmn >"$folder/password"

title
rounds=51
# By a shell, whose own time is taken off: Debian's hyperfine gives no input. A reset hands nothing to the null device.
compare --output=pipe -- "passdesk users reset 2 --yes --quiet --store $folder/s.db" \
    "argon2 sixteen-bytes-ok -id -t 2 -k 19456 -p 1 -l 32 -e <$folder/password"
row "one users reset, against argon2 as a whole process" "<= 1.0"

rounds=3
each=$((many / cores))
cat >"$folder/hashes" <<SH
for core in \$(seq $cores); do $folder/hash $each & done
wait
SH
reset="passdesk users reset --all --yes --format csv --output $folder/out.csv --store $folder/s.db"
compare -N --prepare "rm -f $folder/out.csv" -- "$reset" "bash $folder/hashes"
row "$many resets, against libargon2 on $cores cores" "<= 0.8"

compare -N --prepare "rm -f $folder/out.csv" -- "$reset" "$one_core $each"
row "$many resets, against $each hashes of ours on one core" "<= 1.05"

# What the cores can do at once: they share a cache and the way to the memory.
sed "s|$folder/hash |$one_core |" "$folder/hashes" >"$folder/ours"
compare -N --prepare "rm -f $folder/out.csv" -- "$reset" "bash $folder/ours"
row "$many resets, against as many hashes of ours on $cores cores" "<= 1.05"

# The same, encrypted to a key each.
keys() {
    for number in $(seq 2 "$many"); do
        rm -f "$folder/key" "$folder/key.pub"
        ssh-keygen -q "$@" -N '' -C '' -f "$folder/key"
        echo "UPDATE accounts SET public_key = '$(cut -d ' ' -f 1,2 "$folder/key.pub")' WHERE id = $number;"
    done | sqlite3 "$folder/s.db"
}
keys -t ed25519
compare -N --prepare "rm -f $folder/out.csv" -- "$reset --encrypt-to account" "$reset"
row "$many resets with an ed25519 key each, against the same without" "<= 1.1"
ssh-keygen -q -t rsa -b 4096 -N '' -C '' -f "$folder/rsa"
compare -N --prepare "rm -f $folder/out.csv" -- "$reset --encrypt-to $folder/rsa.pub" "$reset"
row "$many resets to one RSA key of 4,096 bits, against the same without" "<= 1.1"
rm -f "$folder/out.csv"
# shellcheck disable=SC2086 # several words
peak "their peak memory, of $cores jobs" "$((32 + 19 * cores)) MiB" $reset
