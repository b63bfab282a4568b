// SPDX-License-Identifier: Apache-2.0
// Objects against the schemas of Kubernetes, Istio and cert-manager.

const packages = {
  'security.istio.io': '@kubernetes-models/istio/',
  'networking.istio.io': '@kubernetes-models/istio/',
  'cert-manager.io': '@kubernetes-models/cert-manager/',
};

/** The model of an object's apiVersion and kind, or null: `apps/v1`, `Deployment`. */
async function modelOf({ apiVersion, kind }) {
  if (!/^[a-z0-9./-]+$/.test(apiVersion ?? '') || !/^[A-Za-z]+$/.test(kind ?? '')) return null;
  const from = packages[apiVersion.split('/')[0]] ?? 'kubernetes-models/';
  const module = await import(`${from}${apiVersion}/${kind}`).catch(() => ({}));
  return module[kind] ?? null;
}

/**
 * The schemas say nothing of fields that they don't know, so a misspelt one would pass. The compiled validators read each
 * field that they know by its name: what they never ask for is unknown. `path` of a field is one of JSON Pointer.
 */
function watched(value, path, asked) {
  if (value === null || typeof value !== 'object') return value;
  return new Proxy(value, {
    get(target, key) {
      if (typeof key === 'symbol') return target[key];
      asked.add(`${path}/${key}`);
      return watched(target[key], `${path}/${key}`, asked);
    },
  });
}

function* pathsOf(value, path = '') {
  if (value === null || typeof value !== 'object') return;
  for (const [key, below] of Object.entries(value)) {
    yield `${path}/${key}`;
    yield* pathsOf(below, `${path}/${key}`);
  }
}

/** What is wrong with one object, a line each. */
export async function schemaProblems(object) {
  // the packages still have what API servers no longer serve, such as extensions/v1beta1
  if (/(alpha|beta)/.test(object?.apiVersion)) return [`${object.apiVersion} is not stable, or no longer served`];
  const Model = await modelOf(object ?? {});
  if (Model === null) return [`no schema for ${object?.kind} of ${object?.apiVersion}`];
  const asked = new Set(['/apiVersion', '/kind']);
  try {
    // the constructor would copy the fields; validate() only needs to be called on what holds them
    Model.prototype.validate.call(watched(object, '', asked));
  } catch (error) {
    return [`schema: ${error.message}`];
  }
  return [...pathsOf(object)].filter((path) => !asked.has(path)).map((path) => `unknown field ${path}`);
}
