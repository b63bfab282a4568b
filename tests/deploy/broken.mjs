// SPDX-License-Identifier: Apache-2.0
// What the checks must find: a good rendering with one thing broken, and the shapes of YAML that the article has.

const spec = (get) => (get('StatefulSet') ?? get('Deployment')).spec.template.spec;
const redis = (get) => spec(get).containers[0];

/** `change` gets a function (kind, name) that looks up an object of the rendering, and all of its objects. */
export const broken = [
  // schemas
  { what: 'a misspelt field', rendering: 'base', change: (get) => (redis(get).securityContext.readOnlyRootFileSystem = true), expected: 'unknown field' },
  { what: 'a field at the wrong place', rendering: 'base', change: (get) => (redis(get).fsGroup = 999), expected: 'unknown field' },
  { what: 'a word for a number', rendering: 'base', change: (get) => (get('StatefulSet').spec.replicas = 'one'), expected: 'must be integer' },
  { what: 'a Deployment without a selector', rendering: 'cache', change: (get) => delete get('Deployment').spec.selector, expected: 'selector' },
  { what: 'a removed API', rendering: 'cache', change: (get) => (get('Deployment').apiVersion = 'extensions/v1beta1'), expected: 'no longer served' },
  { what: 'an unknown kind', rendering: 'base', change: (get) => (get('Service').kind = 'Servise'), expected: 'no schema' },
  { what: 'an unknown mode of Istio', rendering: 'istio-strict', change: (get) => (get('PeerAuthentication').spec.mtls.mode = 'ON'), expected: 'schema' },
  { what: 'a misspelt field of Istio', rendering: 'istio-namespace', change: (get) => (get('AuthorizationPolicy').spec.rules[0].from[0].source.namespace = ['redis']), expected: 'unknown field' },
  // the restricted standard
  { what: 'root', rendering: 'base', change: (get) => (spec(get).securityContext.runAsUser = 0), expected: 'runAsUser is 0' },
  { what: 'root of one container', rendering: 'base', change: (get) => (redis(get).securityContext.runAsUser = 0), expected: 'runAsUser is 0' },
  { what: 'no runAsNonRoot', rendering: 'base', change: (get) => delete spec(get).securityContext.runAsNonRoot, expected: 'runAsNonRoot is not true' },
  { what: 'runAsNonRoot taken back', rendering: 'base', change: (get) => (redis(get).securityContext.runAsNonRoot = false), expected: 'runAsNonRoot' },
  { what: 'no seccomp profile', rendering: 'base', change: (get) => delete spec(get).securityContext.seccompProfile, expected: 'seccompProfile is missing' },
  { what: 'seccomp off', rendering: 'base', change: (get) => (redis(get).securityContext.seccompProfile = { type: 'Unconfined' }), expected: 'seccompProfile is not confined' },
  { what: 'AppArmor off', rendering: 'base', change: (get) => (redis(get).securityContext.appArmorProfile = { type: 'Unconfined' }), expected: 'appArmorProfile' },
  { what: 'AppArmor off, the old way', rendering: 'base', change: (get) => (get('StatefulSet').spec.template.metadata.annotations = { 'container.apparmor.security.beta.kubernetes.io/redis': 'unconfined' }), expected: 'apparmor' },
  { what: 'SELinux of another type', rendering: 'base', change: (get) => (spec(get).securityContext.seLinuxOptions = { type: 'spc_t' }), expected: 'seLinuxOptions' },
  { what: 'an unsafe sysctl', rendering: 'base', change: (get) => (spec(get).securityContext.sysctls = [{ name: 'net.core.somaxconn', value: '1024' }]), expected: 'net.core.somaxconn' },
  { what: 'privilege escalation by default', rendering: 'base', change: (get) => delete redis(get).securityContext.allowPrivilegeEscalation, expected: 'allowPrivilegeEscalation' },
  { what: 'privileged', rendering: 'base', change: (get) => (redis(get).securityContext.privileged = true), expected: 'privileged' },
  { what: 'capabilities kept', rendering: 'base', change: (get) => delete redis(get).securityContext.capabilities, expected: 'ALL is not dropped' },
  { what: 'a capability added', rendering: 'base', change: (get) => (redis(get).securityContext.capabilities.add = ['CHOWN']), expected: 'capabilities are added' },
  { what: 'an init container with less', rendering: 'base', change: (get) => (spec(get).initContainers = [{ name: 'chown', image: 'x:1' }]), expected: 'chown: allowPrivilegeEscalation' },
  { what: 'another procMount', rendering: 'base', change: (get) => (redis(get).securityContext.procMount = 'Unmasked'), expected: 'procMount' },
  { what: 'the network of the node', rendering: 'base', change: (get) => (spec(get).hostNetwork = true), expected: 'hostNetwork' },
  { what: 'the processes of the node', rendering: 'base', change: (get) => (spec(get).hostPID = true), expected: 'hostPID' },
  { what: 'a port of the node', rendering: 'base', change: (get) => (redis(get).ports[0].hostPort = 6379), expected: 'hostPort' },
  { what: 'a folder of the node', rendering: 'base', change: (get) => spec(get).volumes.push({ name: 'host', hostPath: { path: '/' } }), expected: 'volume host' },
  { what: 'a probe of another host', rendering: 'base', change: (get) => (redis(get).livenessProbe = { tcpSocket: { host: '10.0.0.1', port: 80 }, timeoutSeconds: 3 }), expected: 'a probe names a host' },
  { what: 'a Windows host process', rendering: 'base', change: (get) => (spec(get).securityContext.windowsOptions = { hostProcess: true }), expected: 'hostProcess' },
  // passwords
  { what: 'a Secret with a value', rendering: 'base', change: (_, all) => all.push({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { password: 'eA==' } }), expected: 'has a value' },
  { what: 'a password as a variable', rendering: 'base', change: (get) => redis(get).env.push({ name: 'REDIS_PASSWORD', value: 'x' }), expected: 'REDIS_PASSWORD has a value' },
  { what: 'a password as an argument', rendering: 'password-variable', change: (get) => (redis(get).args[1] = 'x'), expected: 'a password is an argument' },
  // what names what
  { what: 'a Service that matches no pod', rendering: 'base', change: (get) => (get('Service', 'redis').spec.selector = { app: 'redis' }), expected: 'Service: its selector matches no pod' },
  { what: 'a Service to no port', rendering: 'base', change: (get) => (get('Service', 'redis').spec.ports[0].targetPort = 'redis'), expected: 'no container has the port redis' },
  { what: 'a port that a mesh takes for HTTP', rendering: 'base', change: (get) => (get('Service', 'redis').spec.ports[0].name = 'client'), expected: 'tells a mesh no protocol' },
  { what: 'a workload that is not its own', rendering: 'base', change: (get) => (get('StatefulSet').spec.template.metadata.labels = {}), expected: 'does not match the labels of its pods' },
  { what: 'a governing Service with an address', rendering: 'base', change: (get) => (get('StatefulSet').spec.serviceName = 'redis'), expected: 'no headless Service' },
  { what: 'a budget for no pod', rendering: 'base', change: (get) => (get('PodDisruptionBudget').spec.selector.matchLabels = { app: 'redis' }), expected: 'PodDisruptionBudget: its selector' },
  { what: 'a network policy for no pod', rendering: 'base', change: (get) => (get('NetworkPolicy').spec.podSelector.matchLabels = { app: 'redis' }), expected: 'NetworkPolicy: its selector' },
  { what: 'a network policy for another port', rendering: 'base', change: (get) => (get('NetworkPolicy').spec.ingress[0].ports[0].port = 6380), expected: 'no container has the port 6380' },
  { what: 'a network policy that lets everyone in', rendering: 'base', change: (get) => delete get('NetworkPolicy').spec.ingress[0].from, expected: 'lets everyone in' },
  { what: 'a network policy that lets everything out', rendering: 'base', change: (get) => get('NetworkPolicy').spec.policyTypes.pop(), expected: 'nothing limits Egress' },
  { what: 'an authorization policy for no pod', rendering: 'istio-namespace', change: (get) => (get('AuthorizationPolicy').spec.selector.matchLabels = { app: 'redis' }), expected: 'AuthorizationPolicy: its selector' },
  { what: 'an authorization policy for another port', rendering: 'istio-namespace', change: (get) => (get('AuthorizationPolicy').spec.rules[0].to[0].operation.ports = ['6380']), expected: 'no container has the port 6380' },
  { what: 'an authorization policy without mutual TLS', rendering: 'istio-namespace', change: (get) => (get('PeerAuthentication').spec.mtls.mode = 'PERMISSIVE'), expected: 'without PeerAuthentication STRICT' },
  { what: 'an authorization policy for everyone', rendering: 'istio-namespace', change: (get) => delete get('AuthorizationPolicy').spec.rules[0].from, expected: 'lets everyone in' },
  { what: 'a DENY by HTTP fields', rendering: 'istio-namespace', change: (get) => Object.assign(get('AuthorizationPolicy').spec, { action: 'DENY', rules: [{ from: [{ source: { namespaces: ['redis'] } }], to: [{ operation: { methods: ['GET'] } }] }] }), expected: 'denies every TCP connection' },
  { what: 'another namespace', rendering: 'istio-namespace', change: (get) => (get('AuthorizationPolicy').spec.rules[0].from[0].source.namespaces = ['default']), expected: 'namespace default is not here' },
  { what: 'an unknown principal', rendering: 'istio-service-account', change: (get) => (get('AuthorizationPolicy').spec.rules[0].from[0].source.principals = ['cluster.local/ns/redis/sa/client']), expected: 'is no ServiceAccount here' },
  { what: 'a principal that nobody is', rendering: 'istio-service-account', change: (get) => (get('Deployment').spec.template.spec.serviceAccountName = 'redis'), expected: 'no pod runs as' },
  { what: 'a ConfigMap that is not there', rendering: 'base', change: (_, all) => all.splice(all.findIndex((each) => each.kind === 'ConfigMap'), 1), expected: 'no ConfigMap' },
  { what: 'a key that the ConfigMap lacks', rendering: 'base', change: (get) => (get('ConfigMap').data = {}), expected: 'which the ConfigMap lacks' },
  { what: 'a mount of no volume', rendering: 'base', change: (get) => spec(get).volumes.shift(), expected: 'which is no volume' },
  { what: 'another Secret as a file', rendering: 'base', change: (get) => (spec(get).volumes.find((each) => each.secret).secret.secretName = 'redis'), expected: 'the Secret is redis-password' },
  { what: 'another Secret as a variable', rendering: 'password-variable', change: (get) => (redis(get).env[0].valueFrom.secretKeyRef.name = 'redis'), expected: 'the Secret is redis-password' },
  { what: 'a ServiceAccount that is not there', rendering: 'base', change: (get) => (spec(get).serviceAccountName = 'nobody'), expected: 'no ServiceAccount nobody' },
  { what: 'a token for the API server', rendering: 'base', change: (get) => delete spec(get).automountServiceAccountToken, expected: 'a token for the API server' },
  { what: 'no limit of memory', rendering: 'base', change: (get) => delete redis(get).resources.limits.memory, expected: 'no limits of memory' },
  { what: 'a probe that the kubelet cuts off', rendering: 'base', change: (get) => (redis(get).livenessProbe.timeoutSeconds = 1), expected: "longer than the probe's own" },
  { what: 'an image without a version', rendering: 'base', change: (get) => (redis(get).image = 'registry:5000/redis'), expected: 'the image has no version' },
];

/** The article's mistakes, in as few lines as have them. */
export const article = [
  { what: 'fields that lost their indentation', text: 'apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata:\nname: redis-policy\n', expected: 'unknown field /name' },
  { what: '`- to:` behind a list', text: 'rules:\n  - from:\n      - source:\n          namespaces: ["a"] - to:\n', expected: 'Unexpected' },
  { what: 'two objects in one document', text: 'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: sa\napiVersion: apps/v1\nkind: Deployment\n', expected: 'unique' },
  { what: 'extensions/v1beta1', text: 'apiVersion: extensions/v1beta1\nkind: Deployment\nmetadata:\n  name: redis-server\n', expected: 'no longer served' },
  { what: 'a Deployment without a selector', text: 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\nspec:\n  template:\n    metadata:\n      name: a\n    spec:\n      containers: []\n', expected: 'selector' },
];
