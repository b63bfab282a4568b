# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034 # variables of run.sh and of the files beside this one
# SPDX-License-Identifier: Apache-2.0
# What is in the images of the server.

# contents IMAGE: its root folder
contents() {
    podman image mount "$1"
}

# its files, without what an engine mounts over them
files_of() {
    (cd "$(contents "$1")" && find . ! -type d | sed 's/^\.//' | sort)
}

case_programs_alone() {
    same "redis-init: the files" "$(files_of redis-init | tr '\n' ' ')" \
        '/usr/local/bin/redis-init /usr/local/bin/redis-init-supervise '
    same "redis-init: runs where there is nothing else" \
        "$(podman run --rm --network none --user 1234:1234 --read-only --cap-drop ALL redis-init --version)" \
        "$(sed -nE 's/^AC_INIT\(\[(.*)\], \[(.*)\]\)$/\1 \2/p' configure.ac)"
}

# the same source in a folder of another name, with another build's settings of the shell
case_same_bytes() {
    local sums
    sums=$(podman run --rm --network none -v "$PWD:/checkout:ro" -e LC_ALL=C.UTF-8 -e TZ=Asia/Tokyo builder bash -c '
        umask 077 && mkdir -p /elsewhere/some-other-name && cd "$_" &&
        tar -C /checkout -c --exclude-from=/checkout/.gitignore --exclude=./.git --exclude="./build*" . | tar -x &&
        { autoreconf --install && ./configure --enable-static-programs && make install-strip DESTDIR=/b; } >log 2>&1 ||
        { tail log; exit 1; }
        cd /b/usr/local/bin && sha256sum redis-init redis-init-supervise' 2>/dev/null)
    same "both programs are the same bytes" "$sums" \
        "$(cd "$(contents redis-init)/usr/local/bin" && sha256sum redis-init redis-init-supervise)"
}

case_slim_has_no_shell() {
    local root package
    root=$(contents redis)
    same "redis: the programs" "$(files_of redis | grep -E '^/(usr/)?(local/)?s?bin/.' | tr '\n' ' ')" \
        '/usr/bin/redis-check-rdb /usr/bin/redis-server /usr/local/bin/redis-init /usr/local/bin/redis-init-supervise /usr/local/bin/redis-init-tls '
    same "redis: executables that are no library" \
        "$(find "$root" -type f -perm /111 ! -name '*.so.*' | sed "s,^$root,," | sort | tr '\n' ' ')" \
        '/usr/bin/redis-check-rdb /usr/local/bin/redis-init /usr/local/bin/redis-init-supervise /usr/local/bin/redis-init-tls '
    same "redis: files of the build" "$(files_of redis | grep -E '^/(tmp|data|root|run|src)/')" ''
    same "redis: setuid or setgid files" "$(find "$root" -type f -perm /6000)" ''
    same "redis: exit code of a shell" "$(
        podman run --rm --network none --entrypoint sh redis -c true >/dev/null 2>&1
        echo $?
    )" 127
    for package in $(cd "$root/var/lib/dpkg/status.d" && ls); do
        check "redis: the licence of $package" test -s "$root/usr/share/doc/$package/copyright"
        check "redis: the version of $package" grep -q '^Version: ' "$root/var/lib/dpkg/status.d/$package"
    done
    check "redis: redis-server's record" test -s "$root/var/lib/dpkg/status.d/redis-server"
    check "redis: redis-init's licence" cmp "$root/usr/share/doc/redis-init/LICENSE" LICENSE
}

case_identity() {
    local root
    root=$(contents redis)
    check "redis: the user" grep -q '^redis:x:999:999:' "$root/etc/passwd"
    check "redis: the group" grep -q '^redis:x:999:' "$root/etc/group"
    same "redis: /data" "$(stat -c '%u:%g %a' "$root/data")" '999:0 775'
    same "redis: /run/redis-init" "$(stat -c '%u:%g %a' "$root/run/redis-init")" '999:999 700'
}

# what both targets repeat
case_configuration() {
    local format='{{json .Config.Entrypoint}} {{json .Config.Cmd}} {{.Config.StopSignal}} {{.Config.WorkingDir}}
{{json .Config.Volumes}} {{json .Config.ExposedPorts}} {{json .HealthCheck}} user={{.Config.User}}'
    same "redis: the configuration" "$(podman image inspect -f "$format" redis)" \
        '["redis-init"] ["redis-server"] SIGTERM /data
{"/data":{}} {"6379/tcp":{}} {"Test":["CMD","redis-init","ping"],"StartPeriod":30000000000,"Interval":10000000000,"Timeout":3000000000,"Retries":3} user='
    same "debug: the configuration" "$(podman image inspect -f "$format" debug)" "$(podman image inspect -f "$format" redis)"
    for image in redis-init redis debug; do
        check "$image: a title" grep -q . <<<"$(podman image inspect -f \
            '{{index .Labels "org.opencontainers.image.title"}}' $image)"
    done
}

# README states it, rounded up to the next five: it must stay true
case_size() {
    local image bytes
    for image in redis-init redis debug vault-sync debian:bookworm-slim; do
        bytes=$(podman image inspect -f '{{.Size}}' "$image")
        echo "size of $image: $((bytes / 1000)) kB"
        [ "$image" != redis ] || check "redis: at most 25 MB" test "$bytes" -le 25000000
        [ "$image" != redis-init ] || check "redis-init: at most 3 MB" test "$bytes" -le 3000000
    done
}
