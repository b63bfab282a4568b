# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034 # variables of run.sh and of the files beside this one
# SPDX-License-Identifier: Apache-2.0
# One container: start it, wait for what it does, ask it from outside. $c is its name, $pid its first process as the
# machine sees it, $log what it says, which $monitor writes.

# start IMAGE [PODMAN-ARGUMENT...] [-- ARGUMENT...]; without a network, unless $network names one
start() {
    local image=$1 flags=()
    shift
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        flags+=("$1")
        shift
    done
    shift $(($# > 0))
    started=$((started + 1))
    c=c$started log=$state/logs/$c
    podman run -d --name "$c" --network "${network:-none}" --log-driver k8s-file --log-opt "path=$log" \
        --conmon-pidfile "$state/monitor" "${flags[@]}" "$image" "$@" >/dev/null 2>"$state/logs/engine" ||
        cat "$state/logs/engine"
    find_processes
}

find_processes() {
    pid=$(podman inspect -f '{{.State.Pid}}' "$c")
    monitor=$(cat "$state/monitor")
}

# follow PATTERN: waits for the line, or for the end of the container
follow() {
    grep -q -m 1 -e "$1" < <(timeout 60 tail -n +1 -F --pid="$monitor" "$log" 2>/dev/null)
}

ready() {
    check "$c: redis-server is ready" follow 'Ready to accept connections'
}

# the exit code, once there is one; the log may need a moment more: follow waits for it
ended() {
    timeout 60 podman wait "$c"
}

# answer PASSWORD WORD...: what the server says to redis-cli, from the machine; PASSWORD may be empty
answer() {
    local password=$1
    shift
    local who=(env -u REDISCLI_AUTH)
    [ -z "$password" ] || who=(env "REDISCLI_AUTH=$password")
    "${who[@]}" nsenter --net="/proc/$pid/ns/net" redis-cli "$@" 2>&1
}

# guarded PASSWORD: it opens the server, and nothing else does
guarded() {
    same "$c: PING with the password" "$(answer "$1" PING)" PONG
    check "$c: PING without" grep -q '^NOAUTH' <<<"$(answer '' PING)"
    check "$c: PING with another" grep -q 'WRONGPASS\|NOAUTH' <<<"$(answer other PING)"
}

# the server's process, as the machine sees it: the only child of the container's first
server_pid() {
    tr -d ' ' <"/proc/$pid/task/$pid/children"
}

# every process of the container, as the machine sees them
processes() {
    find /proc/[0-9]*/ns/pid -maxdepth 0 -printf '%l %p\n' 2>/dev/null |
        awk -v mine="$(readlink "/proc/$pid/ns/pid")" -F '[ /]' '$1 == mine {print $4}'
}

# status_of PID FIELD: from /proc, blanks as one
status_of() {
    sed -n "s/^$2:\s*//p" "/proc/$1/status" | tr -s '\t ' ' ' | sed 's/ $//'
}

# runs_as UID GID: both processes have these ids, no other group, no capability and no way to get one
runs_as() {
    local process
    for process in "$pid" "$(server_pid)"; do
        same "$c: uids of $process" "$(status_of "$process" Uid)" "$1 $1 $1 $1"
        same "$c: gids of $process" "$(status_of "$process" Gid)" "$2 $2 $2 $2"
        same "$c: capabilities of $process" "$(status_of "$process" CapEff)$(status_of "$process" CapPrm)" \
            00000000000000000000000000000000
        same "$c: no_new_privs of $process" "$(status_of "$process" NoNewPrivs)" 1
    done
}

# refused CODE PATTERN: the container ended so before there was a server, and the last line says why
refused() {
    same "$c: exit code" "$(ended)" "$1"
    check "$c: the log says $2" follow " redis-init: .*$2"
    check "$c: no server was started" test -z "$(grep -F 'Redis is starting' "$log")"
}

# keeps PASSWORD: whether the container's data outlives a stop, which ends it with 0 within the grace period
keeps() {
    same "$c: SET" "$(answer "$1" SET key value)" OK
    podman stop --time 30 "$c" >/dev/null 2>&1
    same "$c: exit code after the stop" "$(ended)" 0
    check "$c: it was no SIGKILL" follow 'ready to exit, bye bye'
    : >"$log"
    podman start "$c" >/dev/null 2>&1
    find_processes
    ready
    same "$c: GET after a restart" "$(answer "$1" GET key)" value
}

# same WHAT IS WANTED
same() {
    check "$1: '$3', not '$2'" test "$2" = "$3"
}

make_password() {
    podman run --rm --network none redis-init genpass 2>/dev/null
}

# secret_file NAME MODE OWNER: the password in $state/secrets/NAME
secret_file() {
    printf '%s\n' "$password" >"$state/secrets/$1"
    chmod "$2" "$state/secrets/$1"
    chown "$3" "$state/secrets/$1"
}
