#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The rendered manifests on a real cluster, the one that KUBECONFIG names. In namespaces of its own, which are deleted.
#   IMAGE, DEBUG_IMAGE   what to run; the nodes have them or can pull them
#   TEST_VOLUME          where the cluster has no default StorageClass: a folder on its only node, which is this machine
# shellcheck disable=SC2016 # what stands in single quotes is for a shell in a container
set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")/.." || exit
# shellcheck source-path=SCRIPTDIR source=checks.sh
. tests/checks.sh
image=${IMAGE:-registry.example/redis-init/redis:0.1.0} debug_image=${DEBUG_IMAGE:-registry.example/redis-init/debug:0.1.0}
prefix=redis-init-test-$$
scratch=$(mktemp -d)

die() {
    printf 'kubernetes_test: %s\n' "$*" >&2
    exit 1
}
leave_out() {
    skipped=$((skipped + 1))
    echo "LEFT OUT: $*"
}
clean_up() {
    kubectl get namespaces -o name | grep "^namespace/$prefix-" | xargs -r kubectl delete --wait --timeout=180s >/dev/null
    kubectl get persistentvolumes -o name | grep "^persistentvolume/$prefix-" | xargs -r kubectl delete >/dev/null
    [ -z "${TEST_VOLUME:-}" ] || rm -rf "${TEST_VOLUME:?}/$prefix"
    rm -rf "$scratch"
}

[ -n "${KUBECONFIG:-}" ] || die "KUBECONFIG must name the cluster to use"
kubectl version >"$scratch/version" 2>&1 || die "no cluster answers: $(tail -n 1 "$scratch/version")"
trap clean_up EXIT
kubectl api-versions >"$scratch/apis"

# manifest NAME [KIND/NAME...]: a rendering for a namespace of ours; of it the objects named, or all that the cluster knows
manifest() {
    local file=deploy/rendered/$1.yaml
    shift
    sed -e '/^  namespace: redis$/d' -e "s,image: registry.example/redis-init/redis:.*,image: $image," \
        -e "s,image: registry.example/redis-init/debug:.*,image: $debug_image," "$file" |
        awk -v apis="$scratch/apis" -v wanted="$*" '
            function flush() {
                if (text != "" && kind != "Namespace" && (api in served) && (wanted == "" || index(" " wanted " ", " " kind "/" name " ")))
                    printf "%s---\n", text
                text = kind = name = ""
            }
            BEGIN { while ((getline line < apis) > 0) served[line] = 1 }
            /^---$/ { flush(); next }
            { text = text $0 "\n" }
            /^apiVersion: / { api = $2 }
            /^kind: / { kind = $2 }
            /^  name: / && name == "" { name = $2 }
            END { flush() }'
}
say_left_out() {
    local api kind
    while read -r api kind; do
        grep -qx "$api" "$scratch/apis" || leave_out "$kind, the cluster does not serve $api"
    done < <(awk '/^apiVersion: /{api = $2} /^kind: /{print api, $2}' deploy/rendered/*.yaml | sort -u)
}

# namespace NAME: with the restricted standard, a good password, and a client
namespace() {
    namespace=$prefix-$1
    kubectl create namespace "$namespace" >/dev/null
    kubectl label namespace "$namespace" pod-security.kubernetes.io/enforce=restricted >/dev/null
    secret redis-password "$scratch/password"
    manifest istio-service-account ServiceAccount/redis-client Deployment/app | in_namespace apply -f - >/dev/null
}
in_namespace() {
    kubectl --namespace "$namespace" "$@"
}
secret() {
    in_namespace create secret generic "$1" --from-file="password=$2" >/dev/null
}
volume_for() {
    [ -z "$(kubectl get storageclasses -o jsonpath='{.items[?(@.metadata.annotations.storageclass\.kubernetes\.io/is-default-class=="true")].metadata.name}')" ] || return 0
    [ -n "${TEST_VOLUME:-}" ] || die "the cluster has no default StorageClass: TEST_VOLUME must name a folder on its node"
    mkdir -p "$TEST_VOLUME/$prefix/$1"
    kubectl apply -f - >/dev/null <<END
apiVersion: v1
kind: PersistentVolume
metadata:
  name: $prefix-$1
spec:
  capacity: {storage: 1Gi}
  accessModes: [ReadWriteOnce]
  local: {path: "$TEST_VOLUME/$prefix/$1"}
  claimRef: {namespace: "$namespace", name: data-redis-0}
  nodeAffinity:
    required:
      nodeSelectorTerms:
        - matchExpressions:
            - {key: kubernetes.io/hostname, operator: In, values: ["$(kubectl get nodes -o jsonpath='{.items[0].metadata.labels.kubernetes\.io/hostname}')"]}
END
}
# what does not become ready makes all that follows moot
rolled_out() {
    in_namespace rollout status "$1" --timeout=120s >/dev/null 2>&1 && return
    in_namespace get events -o jsonpath='{range .items[*]}{.message}{"\n"}{end}' | tail -n 5 >&2
    die "$1 did not become ready"
}
ready() {
    in_namespace wait --for=condition=Ready "$1" --timeout=60s >/dev/null
}
client() {
    in_namespace exec -i deployment/app -c app -- "$@"
}
# redis-cli in the client, with the password
cli() {
    client sh -c 'REDISCLI_AUTH=$(cat "$REDIS_PASSWORD_FILE") exec redis-cli "$@"' sh "$@"
}
# pod_says SELECTOR JSONPATH REGEX: waits until a pod's status has it, and prints it
pod_says() {
    local watch line found=1
    coproc watching { exec timeout 120 kubectl --namespace "$namespace" get pods -l "$1" --watch -o jsonpath="$2{'\n'}" 2>/dev/null; }
    # shellcheck disable=SC2154 # coproc sets it
    watch=$watching_PID
    while read -r line <&"${watching[0]}"; do
        if [[ $line =~ $3 ]]; then
            printf '%s\n' "$line"
            found=0
            break
        fi
    done
    kill "$watch" 2>/dev/null
    wait "$watch" 2>/dev/null
    return $found
}
restarts() {
    in_namespace get pods -l "app.kubernetes.io/name=$1" -o jsonpath='{.items[*].status.containerStatuses[?(@.name=="redis")].restartCount}'
}
unhealthy() {
    in_namespace get events --field-selector reason=Unhealthy -o jsonpath='{range .items[*]}{.message}{"\n"}{end}' | grep -v '^Startup'
}
milliseconds() {
    date +%s%3N
}
# timed WHAT COMMAND...: a figure, and whether the command worked
timed() {
    local what=$1 began status=0
    shift
    began=$(milliseconds)
    "$@" || status=$?
    echo "FIGURE: $what: $(($(milliseconds) - began)) ms"
    return $status
}

# a pod that is ready is in its Service a moment later
reached() {
    client timeout 30 sh -c 'until redis-cli -h "$1" ping 2>/dev/null | grep -q .; do sleep 0.1; done' sh "$1"
}
check_password() {
    check "$1: its Service leads to it" reached "$2"
    check "$1: NOAUTH without the password" grep -q NOAUTH <<<"$(client redis-cli -h "$2" ping 2>&1)"
    check "$1: WRONGPASS with another" grep -q WRONGPASS <<<"$(client env REDISCLI_AUTH=another redis-cli -h "$2" ping 2>&1)"
    check "$1: PONG with the password" test "$(cli -h "$2" ping)" = PONG
}

# What the kernel says of PID 1 and of redis-server, in a container that has the tools to look.
check_confined() {
    local status line
    status=$(in_namespace exec "$1" -c redis -- sh -c 'for pid in 1 $(cat /proc/1/task/1/children); do cat "/proc/$pid/status"; done')
    check "PID 1 is redis-init-supervise, and redis-server its child" \
        test "$(awk '/^Name:/{print $2}' <<<"$status" | tr '\n' ' ')" = 'redis-init-supe redis-server '
    for line in Uid:.999.999.999.999 Gid:.999.999.999.999 'Groups:.999 ' NoNewPrivs:.1 Seccomp:.2 \
        CapInh:.0+ CapPrm:.0+ CapEff:.0+ CapBnd:.0+ CapAmb:.0+; do
        check "both have $line" test "$(grep -cxE "$line" <<<"$status")" = 2
    done
    check "the root file system is read-only" \
        grep -q 'Read-only file system' <<<"$(in_namespace exec "$1" -c redis -- touch /usr/new 2>&1)"
    check "redis.conf is in memory" test "$(in_namespace exec "$1" -c redis -- stat -f -c %T /run/redis-init)" = tmpfs
    check "there is no token of the API server" \
        in_namespace exec "$1" -c redis -- test ! -e /var/run/secrets/kubernetes.io
    check "Services set no variables" test -z "$(in_namespace exec "$1" -c redis -- env | grep _SERVICE_HOST= | grep -v ^KUBERNETES_)"
}
check_no_password() {
    local found
    found=$(in_namespace exec -i "$1" -c redis -- sh -c \
        'for pid in 1 $(cat /proc/1/task/1/children); do set -- "$@" "/proc/$pid/environ" "/proc/$pid/cmdline"; done
        grep -laF -f /dev/stdin "$@" 2>&1 || true' sh <"$scratch/password")
    check "no password in /proc/PID/environ or cmdline: $found" test -z "$found"
    # what is looked for is found where it is
    check "the search for it works" test -n "$(in_namespace exec -i "$1" -c redis -- sh -c 'grep -lF -f /dev/stdin /run/redis-init/redis.conf' <"$scratch/password")"
}

# ping_with FILE HOST: what PING says to the client with that password
ping_with() {
    client sh -c 'REDISCLI_AUTH=$(cat) exec redis-cli -h "$1" ping' sh "$2" <"$1" 2>&1
}
# rotated WORKLOAD: waits for the line that says it
rotated() {
    local logs found=1
    coproc logging { exec timeout 180 kubectl --namespace "$namespace" logs --follow "$1" -c redis 2>/dev/null; }
    # shellcheck disable=SC2154 # coproc sets it
    logs=$logging_PID
    grep -qm1 'rotated: new password of default' <&"${logging[0]}" && found=0
    kill "$logs" 2>/dev/null
    wait "$logs" 2>/dev/null
    return $found
}
# check_rotation WORKLOAD HOST: a Secret that changes; the kubelet swaps its volume in its own time
check_rotation() {
    build/redis-init genpass | tr -d '\n' >"$scratch/rotated"
    in_namespace create secret generic redis-password --from-file="password=$scratch/rotated" --dry-run=client -o yaml |
        in_namespace replace -f - >/dev/null
    check "rotation: a changed Secret reaches the server" timed "rotation: Secret replaced to rotated" rotated "$1"
    check "rotation: the new password is taken" test "$(ping_with "$scratch/rotated" "$2")" = PONG
    check "rotation: the old one holds" test "$(ping_with "$scratch/password" "$2")" = PONG
    check "rotation: another one is refused" grep -q WRONGPASS <<<"$(ping_with <(echo another) "$2")"
    check "rotation: redis-init ping has the new one" in_namespace exec "$1" -c redis -- redis-init ping --ready
    check "rotation: without a restart" test "$(restarts "$2")" = 0
}

try_base() {
    echo "== base: a StatefulSet with a volume"
    namespace base
    volume_for base
    rolled_out deployment/app
    local before after
    manifest base | in_namespace apply -f - >/dev/null
    check "base: ready" timed "base: apply to ready" rolled_out statefulset/redis
    check_password base redis
    check "base: its own name" test "$(cli -h redis-0.redis-pods ping)" = PONG
    check_network_policy
    # more than two periods of the liveness probe, at all that one processor gives
    client sh -c 'timeout 25 redis-benchmark -h redis -a "$(cat "$REDIS_PASSWORD_FILE")" -l -q -t set,get -r 100000 -d 512 -c 50 -P 16 2>&1 | tr "\r" "\n" | grep -a "per second" | tail -n 2'
    check "base: no restart under load" test "$(restarts redis)" = 0
    check "base: no probe failed under load: $(unhealthy)" test -z "$(unhealthy)"
    seq 1000 | sed 's/.*/SET key:& &/' | cli -h redis >/dev/null
    before=$(cli -h redis dbsize)
    in_namespace rollout restart statefulset/redis >/dev/null
    check "base: a rolling restart" timed "base: rolling restart, $before keys" rolled_out statefulset/redis
    reached redis
    after=$(cli -h redis dbsize)
    check "base: no key lost by a rolling restart: $before, then $after" test "$before" = "$after"
    check "base: values are as they were" test "$(cli -h redis get key:777)" = 777
    cli -h redis shutdown >/dev/null 2>&1
    check "base: stopped by a client, it ends with 0" \
        pod_says app.kubernetes.io/name=redis '{.items[0].status.containerStatuses[0].lastState.terminated.exitCode}{.status.containerStatuses[0].lastState.terminated.exitCode}' '^0$' >/dev/null
    check "base: and starts again beside what it left in its run folder" \
        timed "base: restart of the container" ready pod/redis-0
    reached redis
    check "base: with its keys" test "$(cli -h redis dbsize)" = "$before"
}

# a pod that is no client, as far as its labels say
check_network_policy() {
    in_namespace apply -f - >/dev/null <<END
apiVersion: v1
kind: Pod
metadata: {name: stranger, labels: {app: stranger}}
spec:
  restartPolicy: Never
  automountServiceAccountToken: false
  securityContext: {runAsNonRoot: true, runAsUser: 999, seccompProfile: {type: RuntimeDefault}}
  containers:
    - name: stranger
      image: $debug_image
      args: [timeout, "5", redis-cli, -h, redis, ping]
      securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
END
    pod_says app=stranger '{.items[0].status.phase}{.status.phase}' '^(Succeeded|Failed)$' >/dev/null
    local said code
    said=$(in_namespace logs stranger 2>&1)
    code=$(in_namespace get pod stranger -o jsonpath='{.status.containerStatuses[0].state.terminated.exitCode}')
    if grep -q NOAUTH <<<"$said"; then
        leave_out "the NetworkPolicy, the cluster does not enforce it: a pod without the label reached Redis"
    else
        check "a pod without the label does not reach Redis: $said" \
            grep -qE '^(124|.*(refused|timed out|No route|unreachable).*)$' <<<"$code"$'\n'"$said"
    fi
}

try_cache() {
    echo "== cache: a Deployment, with the tools to look around"
    namespace cache
    local image=$debug_image
    manifest cache | in_namespace apply -f - >/dev/null
    check "cache: ready" timed "cache: apply to ready" rolled_out deployment/redis-cache
    rolled_out deployment/app
    check_password cache redis-cache
    check_confined deployment/redis-cache
    check_no_password deployment/redis-cache
    timed "cache: 100 times redis-init ping" in_namespace exec deployment/redis-cache -c redis -- \
        sh -c 'for i in $(seq 100); do redis-init ping >/dev/null || exit; done'
    check "cache: 100 times redis-init ping" test $? = 0
    timed "cache: one redis-init ping by kubectl exec" in_namespace exec deployment/redis-cache -c redis -- redis-init ping >"$scratch/said"
    grep '^FIGURE' "$scratch/said"
    check "cache: redis-init ping says that it is alive" grep -q '^redis-init: alive: ' "$scratch/said"
    check "cache: nothing is left of the probes" test "$(in_namespace exec deployment/redis-cache -c redis -- sh -c 'cat /proc/[0-9]*/status' 2>/dev/null | grep -c '^State:.Z')" = 0
    check_rotation deployment/redis-cache redis-cache
    in_namespace rollout restart deployment/redis-cache >/dev/null
    check "cache: a rolling restart" timed "cache: rolling restart" rolled_out deployment/redis-cache
}

try_variable() {
    echo "== password-variable: the article's --requirepass \$(REDIS_PASSWORD) behind redis-init"
    namespace variable
    volume_for variable
    local image=$debug_image
    manifest password-variable | in_namespace apply -f - >/dev/null
    check "variable: ready" rolled_out statefulset/redis
    rolled_out deployment/app
    check_password variable redis
    check_confined pod/redis-0
    check_no_password pod/redis-0
    # what redis-init cannot change: the kubelet gives the variable to whatever is executed in the container; it also shows
    # that the search above finds what there is
    check "variable: docs/kubernetes.md is right that exec'd programs have it" test -n "$(in_namespace exec -i redis-0 -c redis -- \
        grep -laF -f /dev/stdin /proc/self/environ <"$scratch/password")"
}

try_loopback() {
    echo "== loopback: for the containers of its pod alone"
    namespace loopback
    manifest loopback | in_namespace apply -f - >/dev/null
    check "loopback: ready" rolled_out deployment/redis-cache
    rolled_out deployment/app
    check "loopback: PONG inside of the pod" test "$(in_namespace exec deployment/redis-cache -c app -- \
        sh -c 'REDISCLI_AUTH=$(cat "$REDIS_PASSWORD_FILE") redis-cli ping')" = PONG
    check "loopback: nothing listens for others" grep -qE 'Connection refused|timed out' <<<"$(client timeout 5 redis-cli -h \
        "$(in_namespace get pods -l app.kubernetes.io/name=redis-cache -o jsonpath='{.items[0].status.podIP}')" ping 2>&1 || echo timed out)"
}

# refusal NAME REGEX: a Secret that holds standard input is refused, and `kubectl describe pod` has the reason
refusal() {
    cat >"$scratch/$1"
    secret "$1" "$scratch/$1"
    manifest cache ServiceAccount/redis-cache | in_namespace apply -f - >/dev/null
    manifest cache Deployment/redis-cache "ConfigMap/$(sed -n 's/^  name: \(redis-cache-init-.*\)/\1/p' deploy/rendered/cache.yaml)" |
        sed -e "s/name: redis-cache\$/name: $1/" -e "s/secretName: redis-password/secretName: $1/" | in_namespace apply -f - >/dev/null
    local said last='{.items[0].status.containerStatuses[0].lastState.terminated}{.status.containerStatuses[0].lastState.terminated}'
    said=$(pod_says "app.kubernetes.io/name=$1" "$last" '[0-9]')
    check "a Secret that is $1 ends with 65: $said" grep -q '"exitCode":65' <<<"$said"
    check "a Secret that is $1 is seen in the termination message: $said" grep -qE "\"message\":\"[^\"]*$2" <<<"$said"
    check "the message does not have the password" test -z "$(grep -F -f "$scratch/$1" <<<"$said")" -o ! -s "$scratch/$1"
}
try_refusals() {
    echo "== Secrets that are refused"
    namespace refusals
    printf 'Summer2024!' | refusal weak 'REDIS_PASSWORD_FILE'
    printf '' | refusal empty 'empty'
    printf '$(REDIS_PASSWORD)' | refusal placeholder 'placeholder'
    printf 'first-line-of-two\nsecond-line-of-two' | refusal two-lines 'line break'
}

check_standard() {
    kubectl create namespace "$prefix-standard" >/dev/null
    kubectl label namespace "$prefix-standard" pod-security.kubernetes.io/enforce=restricted >/dev/null
    local said
    if said=$(kubectl --namespace "$prefix-standard" run root --image=x --dry-run=server 2>&1); then
        leave_out "the restricted Pod Security Standard, the cluster does not enforce it"
    else
        check "the cluster refuses what is not restricted: $said" grep -q 'violates PodSecurity "restricted' <<<"$said"
    fi
}

build/redis-init genpass | tr -d '\n' >"$scratch/password" || die "no password was made: build/redis-init is missing"
say_left_out
check_standard
try_base
try_cache
try_variable
try_loopback
try_refusals
checks_end
