# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034 # variables of run.sh and of the files beside this one
# SPDX-License-Identifier: Apache-2.0
# A container engine of the tests' own, below $state: nothing of the machine's podman, its storage, networks or
# locks is touched.

# overlay, or where it can't be mounted (on another overlay) vfs, which copies each layer whole
storage_driver() {
    local try=$state/try
    mkdir -p "$try"/{lower,upper,work,merged}
    if mount -t overlay overlay -o "lowerdir=$try/lower,upperdir=$try/upper,workdir=$try/work" "$try/merged" 2>/dev/null; then
        umount "$try/merged"
        echo overlay
    else
        echo vfs
    fi
    rm -rf "$try"
}

# for machines that are containers themselves: without systemd, without CAP_SYS_RESOURCE
engine_configure() {
    export CONTAINERS_CONF=$state/containers.conf CONTAINERS_STORAGE_CONF=$state/storage.conf
    mkdir -p "$state/networks" "$state/tmp"
    export TMPDIR=$state/tmp
    cat >"$CONTAINERS_CONF" <<END
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
lock_type = "file"
[network]
network_backend = "cni"
network_config_dir = "$state/networks"
END
    cat >"$CONTAINERS_STORAGE_CONF" <<END
[storage]
driver = "$(storage_driver)"
graphroot = "$state/storage"
runroot = "$state/run"
END
}

# in a mount namespace of one's own: what podman writes to, whatever it is told
engine_hide_the_machines() {
    local folder
    for folder in /run/libpod /run/runc /run/netns /var/lib/cni /var/lib/containers /etc/cni/net.d; do
        mkdir -p "$folder"
        mount -t tmpfs tmpfs "$folder"
    done
}

# the base image, from the distribution's packages instead of a registry
engine_make_base() {
    if [ ! -e "$state/base.tar" ]; then
        mmdebstrap --quiet --variant=minbase bookworm "$state/new.tar" && mv "$state/new.tar" "$state/base.tar" || return
    fi
    podman import -q "$state/base.tar" docker.io/library/debian:bookworm-slim >/dev/null
}

# build TARGET [ARG...]: an image of that name, from the checkout; apt gets the machine's settings, of a mirror or a proxy
engine_build() {
    local target=$1
    shift
    podman build -q --format docker --network host -v /etc/apt:/etc/apt:ro -f docker/Dockerfile --target "$target" \
        -t "$target" "$@" .
}

# all but the base image's packages, and the logs of what failed
engine_remove() {
    podman rm --force --all --volumes --time 0 >/dev/null 2>&1
    podman rmi --force --all >/dev/null 2>&1
    find "$state" -mindepth 1 -maxdepth 1 ! -name base.tar ! -name logs -exec rm -rf {} +
}
