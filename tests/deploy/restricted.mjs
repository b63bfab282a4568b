// SPDX-License-Identifier: Apache-2.0
// The restricted Pod Security Standard, as of Kubernetes 1.34 ("Pod Security Standards" in its documentation): a row for
// each of its controls. `pod` and `container` give back what is wrong with one, or nothing.
import { containersOf } from './objects.mjs';

const VOLUMES = ['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'persistentVolumeClaim', 'projected', 'secret'];
const SYSCTLS = [
  'kernel.shm_rmid_forced', 'net.ipv4.ip_local_port_range', 'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.tcp_syncookies', 'net.ipv4.ping_group_range', 'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time', 'net.ipv4.tcp_fin_timeout', 'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes', 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem',
];
const SELINUX = [undefined, '', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'];
const CONFINED = ['RuntimeDefault', 'Localhost'];

const handlersOf = (container) =>
  [container.livenessProbe, container.readinessProbe, container.startupProbe,
    container.lifecycle?.postStart, container.lifecycle?.preStop].filter(Boolean);

/** Controls that look at one securityContext, the pod's or a container's. */
function contextProblem(context = {}) {
  if (context.windowsOptions?.hostProcess) return 'hostProcess';
  if (context.runAsUser === 0) return 'runAsUser is 0';
  if (context.runAsNonRoot === false) return 'runAsNonRoot is false';
  if (context.seccompProfile && !CONFINED.includes(context.seccompProfile.type)) return 'seccompProfile is not confined';
  if (context.appArmorProfile && !CONFINED.includes(context.appArmorProfile.type)) return 'appArmorProfile is not confined';
  const selinux = context.seLinuxOptions ?? {};
  if (!SELINUX.includes(selinux.type) || selinux.user || selinux.role) return 'seLinuxOptions';
  return null;
}

const podControls = [
  ({ spec }) => ['hostNetwork', 'hostPID', 'hostIPC'].find((name) => spec[name]),
  ({ spec }) => contextProblem(spec.securityContext),
  ({ spec }) => spec.securityContext?.sysctls?.map(({ name }) => name).find((name) => !SYSCTLS.includes(name)),
  ({ spec }) => {
    const volume = spec.volumes?.find((each) => !Object.keys(each).every((key) => key === 'name' || VOLUMES.includes(key)));
    return volume && `volume ${volume.name} is of a kind that is not allowed`;
  },
  ({ metadata }) => {
    const [name] = Object.entries(metadata?.annotations ?? {}).find(([key, value]) =>
      key.startsWith('container.apparmor.security.beta.kubernetes.io/') && !/^(runtime\/default|localhost\/.*)$/.test(value)) ?? [];
    return name;
  },
];

const containerControls = [
  ({ securityContext }) => contextProblem(securityContext),
  ({ securityContext }) => securityContext?.privileged && 'privileged',
  ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false && 'allowPrivilegeEscalation is not false',
  ({ securityContext }) => !securityContext?.capabilities?.drop?.includes('ALL') && 'capabilities: ALL is not dropped',
  ({ securityContext }) => securityContext?.capabilities?.add?.some((name) => name !== 'NET_BIND_SERVICE') && 'capabilities are added',
  ({ securityContext }) => (securityContext?.procMount ?? 'Default') !== 'Default' && 'procMount',
  ({ ports }) => ports?.some(({ hostPort }) => hostPort) && 'hostPort',
  (container) => handlersOf(container).some((each) => each.httpGet?.host || each.tcpSocket?.host) && 'a probe names a host',
  ({ securityContext }, pod) =>
    (securityContext?.runAsNonRoot ?? pod.spec.securityContext?.runAsNonRoot) !== true && 'runAsNonRoot is not true',
  ({ securityContext }, pod) =>
    !(securityContext?.seccompProfile ?? pod.spec.securityContext?.seccompProfile) && 'seccompProfile is missing',
];

/** What keeps a pod template from being restricted, a line each. */
export function restrictedProblems(pod) {
  const said = podControls.map((control) => control(pod)).filter(Boolean);
  for (const container of containersOf(pod))
    for (const control of containerControls) {
      const problem = control(container, pod);
      if (problem) said.push(`${container.name}: ${problem}`);
    }
  return said.map((problem) => `restricted: ${problem}`);
}
