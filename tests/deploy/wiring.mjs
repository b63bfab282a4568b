// SPDX-License-Identifier: Apache-2.0
// What names what: the objects of one rendering fit together, and hold no password.
import { containersOf, podOf } from './objects.mjs';

const SECRET = 'redis-password'; // deploy/secret makes it, or deploy/vault
const AUTHORITIES = 'vault-ca'; // the ConfigMap of who signed Vault's certificate, made by hand
const PROBE_OWN_SECONDS = 1; // after which `redis-init ping` gives up by itself
const PROBES = ['startupProbe', 'livenessProbe', 'readinessProbe'];

const covers = (selector, labels = {}) => Object.entries(selector ?? {}).every(([key, value]) => labels[key] === value);
const named = (objects, kind, name) => objects.find((each) => each.kind === kind && each.metadata.name === name);
const portsOf = (pod) => containersOf(pod).flatMap((container) => container.ports ?? []);
const hasPort = (pod, port) => portsOf(pod).some((each) => each.name === port || each.containerPort === Number(port));

/** The pods that labels choose, out of a rendering's. */
function chosen(objects, selector) {
  return objects.map(podOf).filter((pod) => pod && covers(selector, pod.metadata?.labels));
}

/** A pod that labels choose lacks one of these ports, or labels choose none. */
function* choice(objects, what, selector, ports) {
  const pods = chosen(objects, selector);
  if (Object.keys(selector ?? {}).length === 0 || pods.length === 0) yield `${what}: its selector matches no pod`;
  for (const pod of pods) for (const port of ports) if (!hasPort(pod, port)) yield `${what}: no container has the port ${port}`;
}

function* serviceProblems(service, objects) {
  const ports = service.spec.ports ?? [];
  yield* choice(objects, 'Service', service.spec.selector, ports.map((port) => port.targetPort ?? port.port));
  for (const { name } of ports) if (!/^(tcp|redis)-/.test(name ?? '')) yield `Service: port ${name} tells a mesh no protocol`;
}

/** A peer of a NetworkPolicy that is all pods of all namespaces, or all addresses. */
function isEverything({ podSelector, namespaceSelector, ipBlock }) {
  const all = (selector) => !selector || Object.keys(selector).length === 0;
  return ipBlock ? /\/0$/.test(ipBlock.cidr) : Boolean(namespaceSelector) && all(namespaceSelector) && all(podSelector);
}

function* policyProblems({ spec }, objects) {
  const ports = (spec.ingress ?? []).flatMap((rule) => rule.ports ?? []).map(({ port }) => port);
  yield* choice(objects, 'NetworkPolicy', spec.podSelector?.matchLabels, ports);
  for (const type of ['Ingress', 'Egress']) if (!spec.policyTypes?.includes(type)) yield `NetworkPolicy: nothing limits ${type}`;
  for (const { from = [] } of spec.ingress ?? [])
    if (from.length === 0 || from.some((each) => isEverything(each))) yield 'NetworkPolicy: a rule lets everyone in';
  for (const { to = [] } of spec.egress ?? [])
    if (to.length === 0 || to.some((each) => isEverything(each))) yield 'NetworkPolicy: a rule lets everything out';
}

function* authorizationProblems({ metadata, spec }, objects) {
  const operations = (spec.rules ?? []).flatMap((rule) => (rule.to ?? []).map((to) => to.operation));
  yield* choice(objects, 'AuthorizationPolicy', spec.selector?.matchLabels, operations.flatMap((each) => each.ports ?? []));
  if (spec.action === 'DENY' && operations.some((each) => each.methods || each.paths || each.hosts))
    yield 'AuthorizationPolicy: a DENY by HTTP fields denies every TCP connection';
  if (!objects.some((each) => each.kind === 'PeerAuthentication' && each.spec.mtls?.mode === 'STRICT'))
    yield 'AuthorizationPolicy: clients have no identity without PeerAuthentication STRICT';
  for (const rule of spec.rules ?? []) {
    if (!rule.from?.length) yield 'AuthorizationPolicy: a rule lets everyone in';
    for (const { source } of rule.from ?? []) yield* sourceProblems(source, metadata.namespace, objects);
  }
}

function* sourceProblems({ namespaces = [], principals = [] }, own, objects) {
  for (const name of namespaces) if (name !== own) yield `AuthorizationPolicy: namespace ${name} is not here`;
  for (const principal of principals) {
    const [, namespace, account] = /^[^/]+\/ns\/([^/]+)\/sa\/([^/]+)$/.exec(principal) ?? [];
    if (namespace !== own || !named(objects, 'ServiceAccount', account))
      yield `AuthorizationPolicy: principal ${principal} is no ServiceAccount here`;
    else if (!objects.map(podOf).some((pod) => pod?.spec.serviceAccountName === account))
      yield `AuthorizationPolicy: no pod runs as ${principal}`;
  }
}

/** Whether the Secret is made: by hand, or from a Certificate. */
function isMade(secretName, objects) {
  return secretName === SECRET || objects.some((each) => each.kind === 'Certificate' && each.spec.secretName === secretName);
}

function* certificateProblems({ spec }, objects) {
  const { kind, name } = spec.issuerRef;
  if (!named(objects, kind, name)) yield `Certificate: no ${kind} ${name}`;
}

function* issuerProblems({ spec }, objects) {
  if (spec.ca && !isMade(spec.ca.secretName, objects)) yield `Issuer: no Certificate makes ${spec.ca.secretName}`;
}

function* volumeProblems(volume, objects) {
  const map = volume.configMap && named(objects, 'ConfigMap', volume.configMap.name);
  if (volume.configMap && !map && volume.configMap.name !== AUTHORITIES) yield `volume ${volume.name}: no ConfigMap ${volume.configMap.name}`;
  if (volume.secret && !isMade(volume.secret.secretName, objects)) yield `volume ${volume.name}: the Secret is ${SECRET}`;
}

function* containerProblems(container, volumes, objects) {
  for (const mount of container.volumeMounts ?? []) {
    const volume = volumes.find(({ name }) => name === mount.name);
    if (!volume) yield `mounts ${mount.name}, which is no volume`;
    const map = volume?.configMap && named(objects, 'ConfigMap', volume.configMap.name);
    if (map && mount.subPath && !(mount.subPath in map.data)) yield `mounts ${mount.subPath}, which the ConfigMap lacks`;
  }
  for (const { valueFrom } of container.env ?? [])
    if (valueFrom?.secretKeyRef && valueFrom.secretKeyRef.name !== SECRET) yield `the Secret is ${SECRET}`;
  for (const kind of ['requests', 'limits'])
    for (const what of ['cpu', 'memory']) if (!container.resources?.[kind]?.[what]) yield `no ${kind} of ${what}`;
  for (const name of PROBES)
    if (container[name] && !((container[name].timeoutSeconds ?? 1) > PROBE_OWN_SECONDS))
      yield `${name}: the kubelet's time must be longer than the probe's own`;
  if (!/:[^/]+$/.test(container.image ?? '') || container.image.endsWith(':latest')) yield 'the image has no version';
  // without a registry's name it is an account of Docker Hub, which anyone may open
  if (!/^[^/]*[.:][^/]*\//.test(container.image ?? '')) yield 'the image names no registry';
}

/** What the restricted standard does not ask for, and these manifests promise. */
function* promiseProblems(container, spec, volumes) {
  if (container.securityContext?.readOnlyRootFilesystem !== true) yield 'its root file system can be written';
  if (container.name !== 'redis') return;
  for (const name of ['runAsUser', 'runAsGroup', 'fsGroup'])
    if (spec.securityContext?.[name] !== 999) yield `${name} is not 999`;
  for (const name of PROBES)
    if (!/^redis-init ping( |$)/.test(container[name]?.exec?.command?.join(' '))) yield `${name} is not redis-init ping`;
  const run = container.volumeMounts?.find(({ mountPath }) => mountPath === '/run/redis-init');
  if (volumes.find(({ name }) => name === run?.name)?.emptyDir?.medium !== 'Memory') yield 'redis.conf is not in memory';
  if (spec.enableServiceLinks !== false) yield 'it gets the variables of the Services around it';
}

function* workloadProblems(object, objects) {
  const pod = podOf(object);
  if (!covers(object.spec.selector?.matchLabels ?? { nothing: '' }, pod.metadata?.labels))
    yield 'its selector does not match the labels of its pods';
  if (object.kind === 'StatefulSet' && named(objects, 'Service', object.spec.serviceName)?.spec.clusterIP !== 'None')
    yield `serviceName ${object.spec.serviceName} is no headless Service here`;
  yield* podProblems(object, pod, objects);
}

/** A Job's, or a CronJob's: it ends, is not tried without an end, and has the rights to write what it is told to. */
function* jobProblems(object, objects) {
  const pod = podOf(object);
  const spec = object.spec.jobTemplate?.spec ?? object.spec;
  if (!spec.activeDeadlineSeconds) yield 'nothing ends it that hangs';
  if (object.kind === 'CronJob' && object.spec.concurrencyPolicy !== 'Forbid') yield 'two of it may run at a time';
  yield* podProblems(object, pod, objects);
  for (const container of containersOf(pod)) yield* syncProblems(container, pod.spec, objects);
}

function* syncProblems({ args = [], env = [] }, { serviceAccountName }, objects) {
  const [, secret] = args.map((word) => /^--secret=(.*)$/.exec(word)).find(Boolean) ?? [];
  if (secret !== SECRET) yield `it writes ${secret}, the Secret is ${SECRET}`;
  const rules = objects
    .filter(({ kind, subjects }) => kind === 'RoleBinding' && subjects?.some(({ name }) => name === serviceAccountName))
    .flatMap(({ roleRef }) => named(objects, roleRef.kind, roleRef.name)?.rules ?? []);
  const may = (verb) => rules.some(({ verbs, resources, resourceNames = [secret] }) =>
    verbs.includes(verb) && resources.includes('secrets') && resourceNames.includes(secret));
  for (const verb of ['create', 'get', 'patch']) if (!may(verb)) yield `its ServiceAccount may not ${verb} ${secret}`;
  if (env.some(({ name }) => name === 'VAULT_TOKEN')) yield 'VAULT_TOKEN is refused';
}

/** A Role gives no more than is needed: no other Secret is read, and none is listed. */
function* roleProblems({ rules }) {
  for (const { apiGroups, resources, verbs, resourceNames } of rules) {
    const words = [...apiGroups, ...resources, ...verbs];
    if (words.includes('*') || resources.some((each) => each !== 'secrets')) yield 'Role: it gives more than Secrets';
    for (const verb of verbs)
      if (verb !== 'create' && !(['get', 'patch'].includes(verb) && resourceNames?.every((name) => name === SECRET)))
        yield `Role: it lets ${verb} other Secrets`;
  }
}

function* bindingProblems({ roleRef, subjects = [] }, objects) {
  if (!named(objects, roleRef.kind, roleRef.name)) yield `RoleBinding: no ${roleRef.kind} ${roleRef.name}`;
  for (const { kind, name } of subjects) if (!named(objects, kind, name)) yield `RoleBinding: no ${kind} ${name}`;
}

function* podProblems(object, pod, objects) {
  if (!named(objects, 'ServiceAccount', pod.spec.serviceAccountName)) yield `no ServiceAccount ${pod.spec.serviceAccountName}`;
  if (pod.spec.automountServiceAccountToken !== false) yield 'it is given a token for the API server';
  const volumes = [...(pod.spec.volumes ?? []), ...(object.spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata)];
  for (const volume of volumes) yield* volumeProblems(volume, objects);
  for (const container of containersOf(pod))
    for (const problem of [...containerProblems(container, volumes, objects), ...promiseProblems(container, pod.spec, volumes)])
      yield `${container.name}: ${problem}`;
}

const byKind = {
  Service: serviceProblems,
  NetworkPolicy: policyProblems,
  PodDisruptionBudget: ({ spec }, objects) => choice(objects, 'PodDisruptionBudget', spec.selector?.matchLabels, []),
  AuthorizationPolicy: authorizationProblems,
  Certificate: certificateProblems,
  Issuer: issuerProblems,
  StatefulSet: workloadProblems,
  Deployment: workloadProblems,
  Job: jobProblems,
  CronJob: jobProblems,
  Role: roleProblems,
  RoleBinding: bindingProblems,
};

/** What does not fit together in one rendering, a line each. */
export function wiringProblems(objects) {
  return objects.flatMap((object) => [...(byKind[object.kind]?.(object, objects) ?? [])].map((said) => `${object.metadata.name}: ${said}`));
}

/** A password that stands in an object: the value of a Secret, of a variable, or an argument. */
export function passwordProblems(object) {
  const said = [];
  if (object.kind === 'Secret')
    for (const [key, value] of Object.entries({ ...object.data, ...object.stringData }))
      if (value !== '') said.push(`Secret ${object.metadata?.name}: ${key} has a value`);
  const pod = podOf(object);
  for (const container of pod ? containersOf(pod) : []) {
    for (const { name, value } of container.env ?? [])
      if (/PASSWORD$/.test(name) && value !== undefined) said.push(`${container.name}: ${name} has a value`);
    const words = [...(container.command ?? []), ...(container.args ?? [])];
    words.forEach((word, index) => {
      if (words[index - 1] === '--requirepass' && !/^\$\([A-Z_]+\)$/.test(word)) said.push(`${container.name}: a password is an argument`);
    });
  }
  return said;
}
