# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034 # variables of run.sh and of the files beside this one
# SPDX-License-Identifier: Apache-2.0
# How a container ends, and that probes leave nothing behind.

case_killed_server() {
    start redis -e REDIS_PASSWORD="$password"
    ready
    kill -KILL "$(server_pid)"
    same "$c: exit code after SIGKILL of the server" "$(ended)" 137
}

# the server's report of its crash needs a library that it is not linked with
case_crashed_server() {
    start redis -e REDIS_PASSWORD="$password"
    ready
    kill -SEGV "$(server_pid)"
    same "$c: exit code after SIGSEGV of the server" "$(ended)" 139
    check "$c: the report of the crash is whole" follow 'REDIS BUG REPORT END'
    check "$c: it has the backtrace" grep -q 'STACK TRACE' "$log"
}

case_stop_before_ready() {
    start redis -e REDIS_PASSWORD="$password"
    podman kill --signal TERM "$c" >/dev/null 2>&1
    check "$c: a stop right after the start ends it" grep -qx -e 0 -e 143 <<<"$(ended)"
}

case_health() {
    start redis -e REDIS_PASSWORD="$password"
    ready
    check "$c: healthy" podman healthcheck run "$c"
    kill -STOP "$(server_pid)"
    check "$c: a stopped server is not" grep -q unhealthy <<<"$(podman healthcheck run "$c" 2>&1)"
    kill -CONT "$(server_pid)"
    check "$c: healthy again" podman healthcheck run "$c"
}

# by_runtime WORD...: an exec as the engine does it, without the engine's own time
by_runtime() {
    runc --root /run/runc exec "$id" "$@"
}

case_probes_leave_no_zombie() {
    local id round bad=0 image probe
    for image in redis debug; do
        start "$image" -e REDIS_PASSWORD="$password"
        ready
        id=$(podman inspect -f '{{.Id}}' "$c")
        probe=(redis-init ping)
        # leaves an orphan behind, which is the container's first process to reap
        [ "$image" = redis ] || probe=(sh -c 'true & exec redis-init ping')
        for ((round = 0; round < 250; round++)); do
            by_runtime "${probe[@]}" >/dev/null 2>&1 || bad=$((bad + 1))
        done
        same "$c: probes that failed" "$bad" 0
        check "$c: a probe by the engine" grep -q 'ready: .*: PONG' <<<"$(podman exec "$c" redis-init ping --ready 2>&1)"
        same "$c: processes after 250 probes" "$(processes | wc -l)" 2
    done
}
