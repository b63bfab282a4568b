# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034 # variables of run.sh and of the files beside this one
# SPDX-License-Identifier: Apache-2.0
# Who a container is started as, and with what it may do. --read-only-tmpfs=false is what docker means by --read-only.
sealed=(--read-only --read-only-tmpfs=false)
drop_all=(--cap-drop ALL --security-opt no-new-privileges)

# serves IMAGE [PODMAN-ARGUMENT...]: starts, is guarded, and has its data after a restart
serves() {
    start "$@" -e REDIS_PASSWORD="$password"
    ready
    guarded "$password"
}

case_as_root() {
    serves redis
    runs_as 999 999
    keeps "$password"
}

case_as_999() {
    serves redis --user 999
    runs_as 999 999
    keeps "$password"
}

case_as_any_uid_with_group_0() {
    serves redis --user 1234:0
    runs_as 1234 0
    keeps "$password"
}

case_as_any_uid_with_its_own_folder() {
    install -d -o 1234 -g 1234 "$state/data-1234"
    serves redis --user 1234:1234 -v "$state/data-1234:/data" "${sealed[@]}" "${drop_all[@]}"
    runs_as 1234 1234
    keeps "$password"
}

case_as_any_uid_without_a_folder() {
    start redis --user 1234:1234 -e REDIS_PASSWORD="$password"
    refused 73 "data_dir /data can't be used as uid 1234"
}

case_read_only_without_run_dir() {
    local user
    for user in 0 999 1234:0; do
        serves redis --user "$user" "${sealed[@]}"
        check "$c: the conf is a memfd" grep -q 'conf /proc/self/fd/' "$log"
        check "$c: healthy" podman healthcheck run "$c"
        keeps "$password"
    done
}

case_read_only_with_run_dir() {
    local user
    for user in 0 999; do
        serves redis --user "$user" "${sealed[@]}" \
            --mount type=tmpfs,destination=/run/redis-init,tmpfs-mode=0700,U=true
        check "$c: the conf is a file" grep -q 'conf /run/redis-init/redis.conf' "$log"
        keeps "$password"
    done
}

# as an emptyDir is: anyone may write to it
case_read_only_with_a_run_dir_of_all() {
    serves redis --user 1234:0 "${sealed[@]}" "${drop_all[@]}" --tmpfs /run/redis-init:mode=0777,notmpcopyup
    check "$c: the server reads the conf by its descriptor" grep -q 'conf /proc/self/fd/' "$log"
    keeps "$password"
}

case_without_any_capability() {
    serves redis --user 999 "${sealed[@]}" "${drop_all[@]}"
    runs_as 999 999
    keeps "$password"
}

case_root_without_any_capability() {
    start redis "${sealed[@]}" "${drop_all[@]}" -e REDIS_PASSWORD="$password"
    refused 77 'the container needs CAP_SETUID and CAP_SETGID'
}

case_root_with_two_capabilities() {
    serves redis "${sealed[@]}" "${drop_all[@]}" --cap-add SETUID --cap-add SETGID
    runs_as 999 999
    keeps "$password"
}

case_root_takes_over_a_volume() {
    install -d -m 0700 "$state/data-of-root"
    serves redis "${sealed[@]}" "${drop_all[@]}" --cap-add SETUID --cap-add SETGID --cap-add CHOWN \
        -v "$state/data-of-root:/data"
    same "$c: the owner of /data" "$(stat -c %u:%g "$state/data-of-root")" 999:999
    keeps "$password"
}

# by a port of the machine's, through the engine's network
case_published_port() {
    network=bridge start redis -p 127.0.0.1:16379:6379 -e REDIS_PASSWORD="$password"
    ready
    same "$c: PING by the published port" "$(REDISCLI_AUTH=$password redis-cli -p 16379 PING 2>&1)" PONG
    check "$c: PING without" grep -q '^NOAUTH' <<<"$(env -u REDISCLI_AUTH redis-cli -p 16379 PING 2>&1)"
}
