#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Sees that ./dev run does what it says, for the user who runs this: a server that the password opens and nothing
# else does, the next free port, and data that is there again after Ctrl-C.
set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")/.." || exit 1
# shellcheck source-path=SCRIPTDIR source=checks.sh
. tests/checks.sh
scratch=$(mktemp -d)
chmod 0755 "$scratch" # uid 999 has to get through
running=()

clean_up() {
    [ ${#running[@]} = 0 ] || kill -KILL "${running[@]}" 2>/dev/null
    rm -rf "$scratch"
}
trap clean_up EXIT

# start NAME [ARG...]: ./dev run with a state of its own; sets pid, port, password_file. Its output goes into
# NAME.log, up to the line that says that the server is ready.
start() {
    local name=$1 line
    shift
    # a shell without job control starts its jobs deaf to Ctrl-C
    exec {output}< <(DEV_STATE=$scratch/$name exec env -u HOME --default-signal=INT ./dev run "$@" 2>&1)
    pid=$!
    running=("$pid" "${running[@]}")
    while IFS= read -r -t 60 line <&"$output"; do
        printf '%s\n' "$line" >>"$scratch/$name.log"
        [[ $line != *'Ready to accept connections'* ]] || break
    done
    port=$(sed -nE 's/^Redis on 127\.0\.0\.1 port ([0-9]+) .*/\1/p' "$scratch/$name.log" | tail -n 1)
    password_file=$(sed -nE 's/^  password file: //p' "$scratch/$name.log" | tail -n 1)
    check "$name: the server is ready" grep -q 'Ready to accept' <<<"$line"
    check "$name: says how to connect" \
        grep -qFx "  connect:       REDISCLI_AUTH=\$(cat $password_file) redis-cli -p $port" "$scratch/$name.log"
    check "$name: says how to stop" grep -qF 'Ctrl-C' "$scratch/$name.log"
}

# stop NAME PID: Ctrl-C, and the rest of the output
stop() {
    local status
    kill -INT "$2"
    cat <&"$output" >>"$scratch/$1.log"
    wait "$2"
    status=$?
    running=("${running[@]:1}")
    check "$1: exit code 0 after Ctrl-C, not $status" test "$status" = 0
}

# answer PORT PASSWORD WORD...: what redis-cli says; without a password when that is empty
answer() {
    local port=$1
    export REDISCLI_AUTH=$2
    [ -n "$2" ] || unset REDISCLI_AUTH
    shift 2
    redis-cli -p "$port" "$@" 2>&1
    unset REDISCLI_AUTH
}

same() {
    check "$1: $3, not $2" test "$2" = "$3"
}

check_folder() {
    local uid=999 mode=711 who='as uid 999, root dropped'
    if [ "$(id -u)" != 0 ]; then
        uid=$(id -u) mode=700 who="as uid $(id -u), without a drop"
    fi
    check "first: says who it runs as" grep -qF "($who)" "$scratch/first.log"
    same "first: mode of the private folder" "$(stat -c %a "$scratch/first")" "$mode"
    same "first: mode of the password's file" "$(stat -c %a "$password_file")" 600
    same "first: uid of the server" "$(stat -c %u "/proc/$pid")" "$uid"
    check "first: the password is one of genpass" test "$(wc -c <"$password_file")" -ge 40
}

check_guarded() {
    local password=$1
    same "first: PING with the password" "$(answer "$port" "$password" PING)" PONG
    check "first: PING without" grep -q '^NOAUTH' <<<"$(answer "$port" '' PING)"
    check "first: PING with another" grep -qE 'WRONGPASS|NOAUTH' <<<"$(answer "$port" other PING)"
    same "first: its arguments reach the server" \
        "$(answer "$port" "$password" CONFIG GET maxmemory | tail -n 1)" 67108864
    same "first: SET" "$(answer "$port" "$password" SET key value)" OK
}

# while the first has its port
check_next_port() {
    local first_port=$port first_output=$output
    start second
    check "second: another port than $first_port: $port" test "$port" -gt "$first_port"
    same "second: PING" "$(answer "$port" "$(cat "$password_file")" PING)" PONG
    stop second "$pid"
    output=$first_output
}

check_run() {
    local password first
    start first -- --maxmemory 64mb
    first=$pid
    password=$(cat "$password_file")
    check_folder
    check_guarded "$password"
    check_next_port
    stop first "$first"
    check "first: the data is saved" test -s "$scratch/first/data/dump.rdb"

    start first
    same "again: the same password" "$(cat "$password_file")" "$password"
    same "again: GET" "$(answer "$port" "$password" GET key)" value
    stop first "$pid"
    check "no output has the password" test -z "$(grep -lF -e "$password" "$scratch"/*.log)"
}

check_run
[ "$failed" = 0 ] || tail -n 40 "$scratch"/*.log
checks_end
