#!/usr/bin/env bash
# How long the program takes to begin: benches/startup.sh
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "$0")/common.sh"

title
rounds=20 runs=20
compare -N -- "passdesk --version" "sqlite3 --version"
row "passdesk --version" "<= 1.0"
