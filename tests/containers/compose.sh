# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034 # variables of run.sh and of the files beside this one
# SPDX-License-Identifier: Apache-2.0
# docker/compose.yaml: what it says is given to podman.

# compose_value KEY: a scalar of the service
compose_value() {
    sed -nE "s/^    $1: //p" docker/compose.yaml
}

# compose_list KEY: the items of a list of the service
compose_list() {
    awk -v key="    $1:" '$0 == key {on = 1; next} !/^      - / {on = 0} on {print $2}' docker/compose.yaml
}

compose_flags() {
    local item
    [ "$(compose_value read_only)" != true ] || printf '%s\n' --read-only --read-only-tmpfs=false
    for item in $(compose_list cap_drop); do printf '%s\n' --cap-drop "$item"; done
    for item in $(compose_list cap_add); do printf '%s\n' --cap-add "$item"; done
    for item in $(compose_list security_opt); do printf '%s\n' --security-opt "$item"; done
    # docker's is empty and root's, whatever the image has there
    for item in $(compose_list tmpfs); do printf '%s\n' --tmpfs "$item,notmpcopyup"; done
}

case_compose() {
    local flags owner
    mapfile -t flags < <(compose_flags)
    same "compose: the flags" "$(compose_flags | tr '\n' ' ')" "--read-only --read-only-tmpfs=false --cap-drop ALL \
--cap-add SETUID --cap-add SETGID --cap-add CHOWN --cap-add DAC_READ_SEARCH --security-opt no-new-privileges \
--tmpfs /run/redis-init:mode=0700,notmpcopyup "
    # compose mounts a secret as the file is: root's, or the user's who wrote it
    for owner in 0:0 1000:1000; do
        secret_file "compose-${owner%:*}" 0600 "$owner"
        start redis "${flags[@]}" -v "$state/secrets/compose-${owner%:*}:/run/secrets/redis-password:ro" \
            -e REDIS_PASSWORD_FILE=/run/secrets/redis-password
        ready
        guarded "$password"
        check "$c: the conf is a file" grep -q 'conf /run/redis-init/redis.conf' "$log"
        runs_as 999 999
        check "$c: healthy" podman healthcheck run "$c"
        hidden
        keeps "$password"
    done
}

# without any one of them the container does not start, or has no file for its conf
case_compose_needs_each() {
    local flags name
    secret_file compose 0600 1000:1000
    for name in $(compose_list cap_add); do
        mapfile -t flags < <(compose_flags | awk -v name="$name" '{line[NR] = $0} $0 == name {line[NR] = line[NR - 1] = ""}
            END {for (i = 1; i <= NR; i++) if (line[i] != "") print line[i]}')
        start redis "${flags[@]}" -v "$state/secrets/compose:/run/secrets/redis-password:ro" \
            -e REDIS_PASSWORD_FILE=/run/secrets/redis-password
        follow 'Ready to accept'
        check "$c: redis-init was started without $name" grep -q ' redis-init: ' "$log"
        check "$c: $name is needed" test -z "$(grep -F 'conf /run/redis-init/redis.conf' "$log")"
    done
}
