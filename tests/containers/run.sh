#!/bin/bash
# shellcheck disable=SC2034,SC2154 # variables of the files that are read here
# SPDX-License-Identifier: Apache-2.0
# run.sh [CASE...]: builds the images of docker/Dockerfile and tries them in real containers; a case is a function
# case_* of the files here. Needs root; makes itself a mount and a network namespace.
set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.." || exit 1
state=$PWD/build-containers
# shellcheck source-path=SCRIPTDIR/.. source=checks.sh
. tests/checks.sh
for part in engine container images starts secrets life dropin compose vault; do
    # shellcheck source=/dev/null # each is checked by itself
    . "tests/containers/$part.sh"
done

die() {
    printf 'run.sh: %s\n' "$*" >&2
    exit 1
}

build_images() {
    local target
    engine_make_base || die "the base image can't be made"
    for target in builder redis-init redis debug vault-sync; do
        engine_build "$target" >"$state/logs/build-$target" 2>&1 ||
            { tail -n 40 "$state/logs/build-$target"; die "the image $target can't be built"; }
    done
}

# a case sees what it started alone
run_case() {
    local before=$failed began=$SECONDS
    "$1"
    podman rm --force --all --volumes --time 0 >/dev/null 2>&1
    [ "$failed" = "$before" ] || tail -n 5 "$state"/logs/c* 2>/dev/null
    rm -f "$state"/logs/c*
    echo "${1#case_}: $((SECONDS - began)) s"
}

run_cases() {
    local name
    started=0
    ip link set lo up
    password=$(make_password)
    mkdir -p "$state/secrets"
    for name in "$@"; do
        run_case "case_$name"
    done
    checks_end
}

# The images are made with the machine's network, which apt needs; the containers get one of their own, so that no
# rule of a firewall is left behind.
case ${1:-} in
--in-mount-namespace)
    shift
    rm -rf "$state/logs" "$state/secrets" "$state"/data-*
    mkdir -p "$state/logs"
    engine_configure
    engine_hide_the_machines
    trap engine_remove EXIT
    build_images
    unshare --net "$0" --in-namespaces "$@"
    ;;
--in-namespaces)
    shift
    [ $# -gt 0 ] || mapfile -t all < <(declare -F | sed -n 's/^declare -f case_//p')
    run_cases "$@" "${all[@]}"
    ;;
*)
    [ "$(id -u)" = 0 ] || die "needs root"
    mkdir -p "$state"
    exec unshare --mount "$0" --in-mount-namespace "$@"
    ;;
esac
