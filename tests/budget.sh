#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# budget.sh BUILD: counts what a start costs and holds it against bench/budget.tsv, so that later work can't
# spend it unseen. Counts, no times: they are the same on a busy machine.
set -euo pipefail
build=$(cd "$1" && pwd) source=$(cd "$(dirname "$0")/.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
chmod 0755 "$scratch"
# shellcheck source-path=SCRIPTDIR source=checks.sh
. "$source/tests/checks.sh"

# expect NAME COUNT: at most what the budget has under that name
expect() {
    local limit
    limit=$(awk -F '\t' -v "name=$1" '$1 == name {print $2}' "$source/bench/budget.tsv")
    echo "$1: ${2:-not counted} of ${limit:-no such row}"
    check "$1" test -n "$2" -a "${2:-0}" -le "${limit:--1}" -a \( "${2:-0}" -gt 0 -o "$limit" = 0 \)
}

# start COMMAND...: redis-init behind it, with a server that says how many page faults its parent had and ends
start() {
    env -i PATH="$PATH" REDIS_PASSWORD_FILE="$scratch/password" REDIS_INIT_SERVER="$scratch/redis-server" \
        REDIS_INIT_DATA_DIR="$scratch/data" REDIS_INIT_RUN_DIR="$scratch/run" "$@" "$scratch/redis-init" --quiet
}

# instructions FILE: the sum in what callgrind wrote
instructions() {
    awk '/^(summary|totals):/ {sum = $2} END {print sum + 0}' "$1"
}

callgrind() {
    valgrind --quiet --tool=callgrind --vgdb=no "$@"
}

install -m 0755 "$build/redis-init" "$build/redis-init-supervise" "$scratch/"
# shellcheck disable=SC2016 # the server expands it
printf '#!/bin/sh\ncut -d " " -f 10 /proc/$PPID/stat\n' >"$scratch/redis-server"
chmod 0755 "$scratch/redis-server"
mkdir -m 0777 "$scratch/data" "$scratch/out" # what callgrind writes, it writes as the uid
printf 'mv7PtYeWqTSVqHaFTBgXqR0sQBQ3Yb5ohv3Ea0HuJqk\n' >"$scratch/password"
chmod 0444 "$scratch/password"
start >/dev/null # makes the folders

start strace -f -o "$scratch/trace" >/dev/null
expect "system calls, from exec to exec of the server" \
    "$(awk -v server="execve(\"$scratch/redis-server\"" 'index($0, server) {print NR; exit}' "$scratch/trace")"
# What must be in it: root is tried to be had back, and refused; the conf reaches the disk before its name.
needed=('fsync(')
[ "$(id -u)" != 0 ] || needed+=('setresuid(-1, 0, -1) = -1 EPERM' 'setuid(0) = -1 EPERM')
for call in "${needed[@]}"; do
    check "there is a $call" grep -qF -- "$call" <(sed -E 's/ +/ /g' "$scratch/trace")
done
expect "page faults of PID 1, from exec to exec of the server" "$(start)"
start valgrind --quiet --tool=callgrind --vgdb=no --dump-before=handoff_exec --callgrind-out-file="$scratch/out/life-one" >/dev/null
expect "instructions of redis-init, from exec to exec" "$(instructions "$scratch/out/life-one.1")"
callgrind --callgrind-out-file="$scratch/judge" "$scratch/redis-init" checkpass <"$scratch/password" >/dev/null
expect "instructions to judge 43 characters of base64" "$(instructions "$scratch/judge")"
# encodings in each other are what takes longest: each is decoded and judged again
for i in {1001..1030}; do echo "$i" | sha256sum | tr -dc 0-9a-f; done | tr 0-9 g-p |
    od -An -v -tx1 | tr -d ' \n' | base64 -w 0 | base64 -w 0 | cut -c 1-4095 >"$scratch/longest"
callgrind --callgrind-out-file="$scratch/longest.judged" "$scratch/redis-init" checkpass <"$scratch/longest" >/dev/null
expect "instructions to judge 4,095 bytes" "$(instructions "$scratch/longest.judged")"
callgrind --callgrind-out-file="$scratch/life-two" "$scratch/redis-init-supervise" /bin/true
expect "instructions of redis-init-supervise, until it waits" "$(instructions "$scratch/life-two")"
# A process that wakes by itself does so in every two seconds; a busy machine may only be late with the first.
"$scratch/redis-init-supervise" sleep 1000 &
idle=$!
trap 'kill "$idle"; rm -rf "$scratch"' EXIT
switches() {
    awk '/ctxt_switches/ {sum += $2} END {print sum}' "/proc/$idle/status"
}
for ((try = 0, woken = 1; try < 5 && woken > 0; try++)); do
    woken=$(switches)
    sleep 2
    woken=$(($(switches) - woken))
done
expect "wake-ups of redis-init-supervise in 2 idle seconds" "$woken"
checks_end
