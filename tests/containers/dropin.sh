# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034 # variables of run.sh and of the files beside this one
# SPDX-License-Identifier: Apache-2.0
# In the place of the official image: its arguments, and its image with two lines more.

# setting NAME: what the server has
setting() {
    answer "$password" CONFIG GET "$1" | tail -n 1
}

case_arguments() {
    local user
    printf 'maxmemory 7mb\nsave 900 1\n' >"$state/x.conf"
    for user in 0 1234:0; do
        start redis --user "$user" -e REDIS_PASSWORD="$password" -- --appendonly yes
        ready
        same "$c: appendonly" "$(setting appendonly)" yes
        keeps "$password"
        start redis --user "$user" -e REDIS_PASSWORD="$password" -v "$state/x.conf:/etc/redis/x.conf:ro" \
            -- /etc/redis/x.conf --save 60 1
        ready
        guarded "$password"
        same "$c: maxmemory of the conf" "$(setting maxmemory)" 7340032
        same "$c: save of the arguments" "$(setting save)" '60 1'
        # from the working directory, /data
        start redis --user "$user" -e REDIS_PASSWORD="$password" -v "$state/x.conf:/x.conf:ro" -- ../x.conf --appendonly yes
        ready
        same "$c: maxmemory of the conf, by a relative path" "$(setting maxmemory)" 7340032
        start redis --user "$user" -e REDIS_PASSWORD="$password" -- redis-server --port 6380
        ready
        same "$c: port" "$(answer "$password" -p 6380 PING)" PONG
    done
}

# serves_tls_alone: the container that runs, which the certificate in $state/tls is of
serves_tls_alone() {
    local tls=(--tls --cacert "$state/tls/cert.pem" --cert "$state/tls/cert.pem" --key "$state/tls/key.pem")
    ready
    same "$c: PING over TLS" "$(answer "$password" -h localhost "${tls[@]}" PING)" PONG
    check "$c: PING without the password" grep -q '^NOAUTH' <<<"$(answer '' -h localhost "${tls[@]}" PING)"
    check "$c: nothing without TLS" test "$(answer "$password" PING)" != PONG
    check "$c: healthy" podman healthcheck run "$c"
}

# by the server's own arguments, as with the official image, and by [tls], whose files are judged first
case_tls() {
    local user
    mkdir -p "$state/tls"
    openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -addext subjectAltName=DNS:localhost -days 2 \
        -keyout "$state/tls/key.pem" -out "$state/tls/cert.pem" 2>/dev/null
    chmod 0400 "$state"/tls/key.pem
    chown 999 "$state"/tls/key.pem
    for user in 0 999; do
        start redis --user "$user" -e REDIS_PASSWORD="$password" -v "$state/tls:/tls:ro" -- --tls-port 6379 --port 0 \
            --tls-cert-file /tls/cert.pem --tls-key-file /tls/key.pem --tls-ca-cert-file /tls/cert.pem
        serves_tls_alone
        start redis --user "$user" -e REDIS_PASSWORD="$password" -v "$state/tls:/tls:ro" -e REDIS_INIT_PORT=0 \
            -e REDIS_INIT_TLS_PORT=6379 -e REDIS_INIT_TLS_CERT_FILE=/tls/cert.pem \
            -e REDIS_INIT_TLS_KEY_FILE=/tls/key.pem -e REDIS_INIT_TLS_CA_FILE=/tls/cert.pem
        serves_tls_alone
        check "$c: its end is near, which is said" grep -q 'warning: \[tls\] /tls/cert.pem' <(podman logs "$c" 2>&1)
    done
}

# another program gets no password and needs none, but root is dropped for it too
case_other_program() {
    same "debug: redis-cli" "$(podman run --rm --network none debug redis-cli --version)" "$(redis-cli --version)"
    same "debug: who runs" "$(podman run --rm --network none debug id -u)" 999
    same "debug: who runs with --user" "$(podman run --rm --network none --user 1234:0 debug id -u)" 1234
    same "redis: a question to the server" \
        "$(podman run --rm --network none redis redis-server --version | cut -d ' ' -f 1-2)" 'Redis server'
    start debug -e REDIS_PASSWORD="$password"
    ready
    same "debug: redis-cli beside the server" \
        "$(podman exec -e REDISCLI_AUTH="$password" "$c" redis-cli PING)" PONG
}

# a terminal of the container's: job control works, and the shell's last exit code is the container's
case_shell() {
    local status=0
    printf 'tty && set -o | grep monitor; id -un; exit 3\n' |
        timeout 60 script -qec "podman run --rm -it --network none debug bash" /dev/null >"$state/shell" 2>&1 || status=$?
    same "debug: exit code of the shell" "$status" 3
    check "debug: a terminal" grep -q '/dev/pts/[0-9]' "$state/shell"
    check "debug: job control" grep -q '^monitor *.*on' "$state/shell"
    check "debug: no complaint of the shell" test -z "$(grep '^bash: ' "$state/shell")"
    check "debug: root is dropped" grep -q '^redis' "$state/shell"
}

# with_two_lines FROM SERVER: README's block on a stand-in of that name, whose server has that name
with_two_lines() {
    podman build -q -t "$1" --build-arg "SERVER=$2" --network none -f tests/containers/official.Dockerfile \
        tests/containers >/dev/null 2>"$state/official.log" || cat "$state/official.log"
    awk '/^```dockerfile$/ {on = 1; next} /^```$/ {on = 0} on' README.md >"$state/README.Dockerfile"
    check "README: two lines beside FROM" test "$(grep -c . "$state/README.Dockerfile")" = 3
    sed -i "s,^FROM .*,FROM $1," "$state/README.Dockerfile"
    podman build -q -t with-two-lines --network none -f "$state/README.Dockerfile" tests/containers \
        >/dev/null 2>"$state/README.log" || cat "$state/README.log"
    start "$1"
    ready
    check "$c: the stand-in has no password" grep -q PONG <<<"$(answer '' PING)"
    start with-two-lines
    refused 66 'no password'
    start with-two-lines -e REDIS_PASSWORD="$password" -- --appendonly yes
    ready
    guarded "$password"
    runs_as 999 999
    same "$c: appendonly" "$(setting appendonly)" yes
    keeps "$password"
}

case_official_images() {
    with_two_lines docker.io/library/redis:8 redis-server
    with_two_lines docker.io/valkey/valkey:8 valkey-server
    start with-two-lines -e VALKEY_PASSWORD="$password" -- valkey-server
    ready
    guarded "$password"
}
