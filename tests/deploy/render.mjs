// SPDX-License-Identifier: Apache-2.0
// Renders deploy/ with the kubectl that there is. `node render.mjs write` writes deploy/rendered/.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import YAML from 'yaml';
import { objectsOf } from './objects.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const rendered = path.join(root, 'deploy/rendered');

/** What is rendered: every kustomization but the Secret's, whose password is not here. */
export function kustomizations() {
  const overlays = fs.readdirSync(path.join(root, 'deploy/overlays')).sort();
  return ['base', 'cache', 'vault', ...overlays.map((name) => `overlays/${name}`)];
}

export function renderedFile(kustomization) {
  return path.join(rendered, `${path.basename(kustomization)}.yaml`);
}

/** Debian 12's kubectl is 1.20, with kustomize 2.0.3; later ones say which kustomize they have. */
export function isOldKubectl() {
  const version = JSON.parse(execFileSync('kubectl', ['version', '--client', '-o', 'json'], { encoding: 'utf8' }));
  return version.kustomizeVersion === undefined;
}

/** The same kustomization in the words of kustomize 2: folders are `bases`, patches are files that name their object. */
export function inOldWords(kustomization, isFolder) {
  const { resources = [], patches, ...rest } = kustomization;
  const bases = resources.filter(isFolder);
  return {
    ...rest,
    resources: resources.filter((name) => !isFolder(name)),
    ...(bases.length > 0 && { bases }),
    ...(patches && { patchesStrategicMerge: patches.map((patch) => patch.path) }),
  };
}

function copyInOldWords(to) {
  fs.cpSync(path.join(root, 'deploy'), to, { recursive: true });
  for (const name of kustomizations()) {
    const file = path.join(to, name, 'kustomization.yaml');
    const isFolder = (resource) => fs.statSync(path.join(to, name, resource)).isDirectory();
    fs.writeFileSync(file, YAML.stringify(inOldWords(YAML.parse(fs.readFileSync(file, 'utf8')), isFolder)));
  }
}

/** The YAML text of each kustomization, by its name. */
export function renderAll() {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'redis-init-render-'));
  try {
    let from = path.join(root, 'deploy');
    if (isOldKubectl()) copyInOldWords((from = path.join(scratch, 'deploy')));
    return new Map(
      kustomizations().map((name) => [
        name,
        execFileSync('kubectl', ['kustomize', path.join(from, name)], { encoding: 'utf8' }),
      ]),
    );
  } finally {
    fs.rmSync(scratch, { recursive: true });
  }
}

/**
 * Objects by their kind and name, for a comparison in which their order does not count. The hash behind a generated name
 * differs between versions of kustomize; the contents that it stands for are compared themselves.
 */
export function comparable(text) {
  const objects = objectsOf(text);
  let plain = JSON.stringify(objects);
  for (const { kind, metadata } of objects)
    if (kind === 'ConfigMap') plain = plain.replaceAll(metadata.name, metadata.name.replace(/-[a-z0-9]{10}$/, ''));
  return Object.fromEntries(JSON.parse(plain).map((object) => [`${object.kind} ${object.metadata.name}`, object]));
}

if (process.argv[2] === 'write') {
  if (isOldKubectl()) throw new Error('the hashes of generated names would be those of an old kustomize: use kubectl 1.21 or later');
  fs.mkdirSync(rendered, { recursive: true });
  for (const [name, text] of renderAll())
    fs.writeFileSync(renderedFile(name), `# Rendered from deploy/${name} by ./dev render; change it there.\n${text}`);
}
