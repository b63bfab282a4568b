# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034 # variables of run.sh and of the files beside this one
# SPDX-License-Identifier: Apache-2.0
# Where the password comes from, which ones are refused, and where it must not show.

# by_file NAME [PODMAN-ARGUMENT...]: starts with a file of $state/secrets
by_file() {
    local name=$1
    shift
    start redis "$@" -v "$state/secrets/$name:/run/secrets/redis:ro" -e REDIS_PASSWORD_FILE=/run/secrets/redis
}

case_file_of_root_alone() {
    secret_file root-0400 0400 0:0
    by_file root-0400
    ready
    guarded "$password"
    by_file root-0400 --user 999
    refused 66 "(/run/secrets/redis) can't be opened by uid 999: Permission denied"
    # root without CAP_DAC_READ_SEARCH is its owner nevertheless
    by_file root-0400 "${sealed[@]}" "${drop_all[@]}" --cap-add SETUID --cap-add SETGID
    ready
    guarded "$password"
}

case_file_of_its_group() {
    secret_file group-0440 0440 0:999
    by_file group-0440
    ready
    guarded "$password"
    by_file group-0440 --user 999 "${sealed[@]}" "${drop_all[@]}"
    ready
    guarded "$password"
    secret_file group-0-0440 0440 0:0
    by_file group-0-0440 --user 1234:0
    ready
    guarded "$password"
}

case_file_of_all() {
    local user
    secret_file all-0644 0644 0:0
    for user in 0 999 1234:0; do
        by_file all-0644 --user "$user"
        ready
        guarded "$password"
    done
}

case_secret_of_the_engine() {
    secret_file engine 0400 0:0
    podman secret create redis-password "$state/secrets/engine" >/dev/null
    start redis --user 999 --secret redis-password,uid=999,mode=0400 -e REDIS_PASSWORD_FILE=/run/secrets/redis-password
    ready
    guarded "$password"
    hidden
    podman secret rm redis-password >/dev/null
}

# refused_value CODE PATTERN VALUE: by the variable and by the file
refused_value() {
    local user
    for user in 0 999; do
        start redis --user "$user" -e REDIS_PASSWORD="$3"
        refused "$1" "$2"
    done
    printf '%s' "$3" >"$state/secrets/refused"
    chmod 0444 "$state/secrets/refused"
    by_file refused
    refused "$1" "$2"
    [ -z "$3" ] || check "$c: the log does not have it" test -z "$(grep -F -e "$3" "$log")"
}

case_refused() {
    refused_value 65 'too few characters' 'qX7.kV2!'
    refused_value 65 'too guessable' 'Summer2024Summer2024'
    # shellcheck disable=SC2016 # as it stands in a manifest whose variable was not found
    refused_value 65 'placeholder' '$(REDIS_PASSWORD)'
    refused_value 65 'empty' ''
    start redis
    refused 66 'no password'
    start redis -e REDIS_PASSWORD_FILE=/run/secrets/none
    refused 66 '/run/secrets/none'
    start redis -e REDIS_PASSWORD="$password" -- --requirepass "${password}x"
    refused 64 'different'
}

# hidden: no password in what the engine says of the container, nor in what the kernel says of its processes
hidden() {
    local process name
    podman inspect "$c" >"$state/seen" 2>&1
    podman top "$c" pid user args >>"$state/seen" 2>&1
    podman logs "$c" >>"$state/seen" 2>&1
    check "$c: inspect, top and logs say something" grep -q 'redis-server' "$state/seen"
    check "$c: inspect, top and logs do not have it" test -z "$(grep -aF -e "$password" "$state/seen")"
    hidden_in_proc
}

hidden_in_proc() {
    local process name count=0
    for process in $(processes); do
        count=$((count + 1))
        for name in cmdline environ status comm maps mountinfo; do
            check "$c: /proc/$process/$name does not have it" \
                test -z "$(grep -aF -e "$password" "/proc/$process/$name" 2>/dev/null)"
        done
    done
    same "$c: processes" "$count" 2
}

case_hidden() {
    local user
    secret_file hidden 0444 0:0
    for user in 0 999 1234:0; do
        by_file hidden --user "$user"
        ready
        podman exec "$c" redis-init ping >/dev/null
        hidden
    done
}

# What a user gives as a variable or an argument stands in the engine's records; what runs does not have it.
case_hidden_from_what_runs() {
    start redis -e REDIS_PASSWORD="$password"
    ready
    hidden_in_proc
    check "$c: the log does not have it" test -z "$(grep -F -e "$password" "$log")"
    start redis -- redis-server --requirepass "$password"
    ready
    guarded "$password"
    hidden_in_proc
    check "$c: the log does not have it" test -z "$(grep -F -e "$password" "$log")"
}
