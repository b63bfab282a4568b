# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034 # variables of run.sh and of the files beside this one
# SPDX-License-Identifier: Apache-2.0
# The image of redis-vault-sync: from a stand-in of Vault, over TLS, into the file that a running server watches.

# vault_start: the stand-in listens on the loopback of this network namespace; $vault is its URL
vault_start() {
    local ready
    mkdir -p "$state/vault/out"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=vault -days 2 \
        -addext subjectAltName=IP:127.0.0.1 -keyout "$state/vault/key.pem" -out "$state/vault/ca.crt" 2>/dev/null
    printf 'eyJhbGciOiJSUzI1NiJ9.of-a-pod' >"$state/vault/jwt"
    chmod 0444 "$state/vault/jwt"
    chown 999:999 "$state/vault/out"
    coproc standing { exec build/tests/standin/standin "$state/vault/ca.crt" "$state/vault/key.pem" 2>&1; }
    printf '%s\n' "$(cat "$state/vault/jwt")" >&"${standing[1]}"
    read -r -t 60 ready vault <&"${standing[0]}"
    check "the stand-in of Vault is $ready" test "$ready" = ready
}

# vault_put PASSWORD: a new version of it
vault_put() {
    local said
    printf '{"password": "%s"}\n' "$1" >&"${standing[1]}"
    read -r -t 60 said <&"${standing[0]}"
    check "the stand-in has $said" test -n "$said"
}

# how many tokens still hold, once the stand-in has ended
vault_end() {
    local to=${standing[1]}
    exec {to}>&-
    read -r -t 60 tokens <&"${standing[0]}"
    wait "$standing_PID"
}

# vault_sync ARGUMENT...: as narrow as a container can be
vault_sync() {
    podman run --rm --network host --read-only --read-only-tmpfs=false --cap-drop ALL --security-opt no-new-privileges \
        -v "$state/vault/ca.crt:/etc/vault-ca.crt:ro" -v "$state/vault/jwt:/jwt:ro" -v "$state/vault/out:/out" \
        vault-sync --vault-cacert /etc/vault-ca.crt --role redis --jwt-file /jwt --path redis/production "$@" 2>&1
}

case_vault_sync_image() {
    local root
    root=$(contents vault-sync)
    same "vault-sync: its version" "$(podman run --rm --network none --read-only --cap-drop ALL vault-sync --version)" \
        "$(sed -nE 's/^AC_INIT\(\[.*\], \[(.*)\]\)$/redis-vault-sync \1/p' configure.ac)"
    same "vault-sync: the programs" "$(files_of vault-sync | grep -E '^/(usr/)?(local/)?s?bin/.' | tr '\n' ' ')" \
        '/usr/local/bin/redis-vault-sync '
    same "vault-sync: its user" "$(podman image inspect -f '{{.Config.User}}' vault-sync)" 999:999
    same "vault-sync: setuid or setgid files" "$(find "$root" -type f -perm /6000)" ''
    check "vault-sync: public authorities" grep -q 'BEGIN CERTIFICATE' "$root/etc/ssl/certs/ca-certificates.crt"
    for package in libcurl4 libssl3 ca-certificates; do
        check "vault-sync: the record of $package" test -s "$root/var/lib/dpkg/status.d/$package"
        check "vault-sync: the licence of $package" test -s "$root/usr/share/doc/$package/copyright"
    done
    check "vault-sync: a title" grep -q . <<<"$(podman image inspect -f \
        '{{index .Labels "org.opencontainers.image.title"}}' vault-sync)"
}

case_vault_sync_without_vault() {
    local said status=0
    mkdir -p "$state/vault/out"
    said=$(podman run --rm --network none -v "$PWD/LICENSE:/jwt:ro" vault-sync --vault-addr https://127.0.0.1:8200 \
        --role redis --jwt-file /jwt --path redis/production --output /tmp/password --deadline 1s 2>&1) || status=$?
    same "vault-sync: the exit code with a file that is no token" "$status" 66
    vault_start
    vault_end
    status=0
    said=$(vault_sync --vault-addr https://127.0.0.1:8200 --output /out/password --deadline 1s) || status=$?
    same "vault-sync: the exit code without a Vault" "$status" 69
    check "vault-sync: it says where: $said" grep -q '127.0.0.1:8200 does not answer' <<<"$said"
}

case_vault_sync_to_a_server() {
    local other said
    other=$(make_password)
    vault_start
    vault_put "$password"
    said=$(vault_sync --vault-addr "$vault" --output /out/password)
    check "vault-sync: a file is written: $said" grep -q ': written, from secret/redis/production version 1' <<<"$said"
    same "the file" "$(stat -c '%u:%g %a' "$state/vault/out/password")" '999:999 600'
    start redis --user 999 -v "$state/vault/out:/run/secrets/redis:ro" -e REDIS_PASSWORD_FILE=/run/secrets/redis/password \
        -e REDIS_INIT_OVERLAP=0 --mount type=tmpfs,destination=/run/redis-init,tmpfs-mode=0700,U=true
    ready
    guarded "$password"
    vault_put "$other"
    said=$(vault_sync --vault-addr "$vault" --output /out/password)
    check "vault-sync: a new version: $said" grep -q ': written, from secret/redis/production version 2' <<<"$said"
    check "$c: it is taken over: $(grep -o "redis-init: .*" "$log" | tail -n 2)" follow 'rotated: new password of default'
    guarded "$other"
    vault_end
    same "vault-sync: tokens" "$tokens" '0 of 2 tokens hold'
    check "$c: the log has neither" test -z "$(grep -F -e "$password" -e "$other" "$log")"
}
